package faults

// This file has two servers share one PostgreSQL database, kills servers, and restarts the database.

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host/ledger/pgtest"
)

// pair is two servers on one database.
type pair struct {
	mu      sync.Mutex
	servers [2]*process
}

func (p *pair) url(n int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.servers[n].url
}

func (p *pair) set(n int, s *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.servers[n] = s
}

// either is a target that is one or the other.
func (p *pair) either(r *rand.Rand) string { return p.url(r.IntN(2)) }

// kill -9 of one of two servers on one database, while the other goes on with the same sessions.
func TestPostgresKill(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	r := random(t)
	b := newBook()
	servers := &pair{}
	servers.set(0, serve(t, address, files...))
	servers.set(1, serve(t, address))
	sessions := b.create(t, servers.url(0), "s0", 1)
	n := kills(t, 8)
	for kill := 1; kill <= n; kill++ {
		stop := b.run(r, 8, sessions, servers.either)
		time.Sleep(time.Duration(5+r.IntN(295)) * time.Millisecond)
		dead := r.IntN(2)
		servers.servers[dead].kill()
		time.Sleep(time.Duration(r.IntN(100)) * time.Millisecond) // the other goes on
		if r.IntN(3) == 0 {
			b.count("killed while starting", 1)
			p := launch(t, address)
			time.Sleep(time.Duration(r.IntN(60000)) * time.Microsecond)
			p.kill()
		}
		servers.set(dead, serve(t, address))
		time.Sleep(time.Duration(r.IntN(50)) * time.Millisecond)
		stop()
		b.settle(t, servers.url(1-dead))
		b.check(t, servers.url(dead), sessions)
		b.check(t, servers.url(1-dead), sessions)
		if kill%25 == 0 {
			t.Logf("%d kills, %d acknowledged and found", kill, b.counts["acknowledged and found"])
			b.reread(t, servers.url(kill/25%2), b.order, nil)
			sessions = b.create(t, servers.url(0), fmt.Sprintf("s%d", kill), 1)
		}
	}
	b.check(t, servers.url(0), b.order)
	b.reread(t, servers.url(1), b.order, nil)
	b.reread(t, servers.url(1), b.order[:1], module(t))
	b.tell(t, fmt.Sprintf("%d kills on PostgreSQL, nothing lost", n))
}

// The database is restarted as in a crash, under load: the servers say that they are not ready,
// and go on by themselves when it is back.
func TestPostgresRestart(t *testing.T) {
	t.Parallel()
	postgres := pgtest.Start(t)
	r := random(t)
	b := newBook()
	servers := &pair{}
	servers.set(0, serve(t, postgres.URL(), files...))
	servers.set(1, serve(t, postgres.URL()))
	sessions := b.create(t, servers.url(0), "s0", 1)
	f := follow(sessions[0], func() string { return servers.url(1) })
	ready := func(n, want int) {
		t.Helper()
		for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
			status, _, body, err := try("GET", servers.url(n)+"/readyz", nil)
			if err == nil && status == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("readyz of server %d answers %d %v %s, and should %d", n, status, err, body, want)
			}
		}
	}
	n := min(kills(t, 2), 30)
	var noticed, back, went time.Duration // the longest of each
	for range n {
		stop := b.run(r, 8, sessions, servers.either)
		time.Sleep(time.Duration(50+r.IntN(300)) * time.Millisecond)
		postgres.Stop(true)
		at := time.Now()
		ready(0, http.StatusServiceUnavailable)
		ready(1, http.StatusServiceUnavailable)
		noticed = max(noticed, time.Since(at))
		postgres.Start()
		at = time.Now()
		ready(0, http.StatusOK)
		ready(1, http.StatusOK)
		back = max(back, time.Since(at))
		at = time.Now()
		b.mu.Lock()
		before := b.counts["acknowledged"]
		b.mu.Unlock()
		b.until(t, "acknowledged", before+30) // the servers were not touched
		went = max(went, time.Since(at))
		stop()
		b.settle(t, servers.url(0))
		b.check(t, servers.url(0), sessions)
		b.check(t, servers.url(1), sessions)
	}
	f.until(t, b.sessions[sessions[0]])
	b.reread(t, servers.url(0), sessions, nil)
	t.Logf(
		"at the longest, servers said after %v that they were not ready and after %v that they were again, and had made "+
			"30 decisions %v later",
		noticed.Round(time.Millisecond),
		back.Round(time.Millisecond),
		went.Round(time.Millisecond),
	)
	b.tell(t, fmt.Sprintf("%d times PostgreSQL was restarted; a listener missed none of %d events", n, f.last))
}

// Two servers decide on the same sessions: none lost, none twice, no fork, and each tells the other's.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	r := random(t)
	b := newBook()
	servers := &pair{}
	servers.set(0, serve(t, address, files...))
	servers.set(1, serve(t, address))
	a, z := servers.url(0), servers.url(1)
	sessions := b.create(t, a, "s", 1)

	// What is decided through one is told by the other, as it comes.
	f := follow(sessions[1], func() string { return z })
	for range 20 {
		b.send(plain, a, b.draw(r, 0, sessions[1]))
	}
	b.check(t, a, sessions)
	f.until(t, b.sessions[sessions[1]]) // that streams are told, and do not only look by themselves, package server tests
	t.Logf("%d decisions made through one server came as events from the other", f.last)

	// Who has not seen them is told what they were.
	body := `{"action":"settle","actor":{"kind":"owner","id":"late"},"reasons":["late"],"seq":0}`
	status, _, answer, err := try("POST", z+"/v1/sessions/"+sessions[1]+"/decisions", []byte(body))
	var p problem
	if err != nil || status != http.StatusConflict || json.Unmarshal(answer, &p) != nil || p.Code != "session/stale" ||
		p.Seq != int64(f.last) ||
		len(p.Missed) != f.last {
		t.Fatalf("a stale seq: %d %v %s", status, err, answer)
	}
	for i, missed := range p.Missed {
		if sha256.Sum256(missed) != b.sessions[sessions[1]].sums[i] {
			t.Fatalf("missed decision %d is not the recorded one: %s", i+1, missed)
		}
	}

	// One request, sent to both at once under one key: one decision.
	for n := range 20 {
		q := b.draw(r, 1, sessions[n%3])
		q.key, q.seq, q.ask.Seq = "both-"+q.id, -1, nil
		q.body, _ = json.Marshal(q.ask)
		twin := *q
		var both sync.WaitGroup
		both.Go(func() { b.send(plain, a, q) })
		both.Go(func() { b.send(plain, z, &twin) })
		both.Wait()
		if q.outcome != twin.outcome || q.at != twin.at || !bytes.Equal(q.sum[:], twin.sum[:]) {
			t.Fatalf("one key, two answers: %+v and %+v", q, twin)
		}
	}
	b.count("requests sent to both servers at once", 20)

	// All at once, on all sessions, through both.
	events := []*follower{
		follow(sessions[0], func() string { return a }),
		follow(sessions[0], func() string { return z }),
	}
	stop := b.run(r, 8, sessions, servers.either)
	time.Sleep(time.Duration(min(kills(t, 8), 300)) * 100 * time.Millisecond)
	servers.servers[0].kill() // and one dies of it
	time.Sleep(200 * time.Millisecond)
	stop()
	b.settle(t, z)
	b.check(t, z, sessions)
	events[1].until(t, b.sessions[sessions[0]])
	events[0].cancel()
	<-events[0].ended
	b.reread(t, z, sessions, nil)
	_, metrics := get(t, z+"/metrics")
	for _, line := range bytes.Split(metrics, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("holdfast_conflicts_total")) {
			t.Logf("%s (of one of the two)", line)
		}
	}
	b.tell(t, "two servers on one database")
}
