package faults

// This file ends servers by SIGTERM while clients propose and listen.

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// follower listens to a session's events, and connects again when the stream ends.
type follower struct {
	cancel context.CancelFunc
	ended  chan struct{}

	mu       sync.Mutex
	last     int
	sums     map[int][32]byte
	wrong    string
	said     []string // why streams have ended
	connects int
}

// follow listens from the first decision on. Target is asked at each attempt.
func follow(session string, target func() string) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{cancel: cancel, ended: make(chan struct{}), sums: map[int][32]byte{}}
	go func() {
		defer close(f.ended)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		for ctx.Err() == nil {
			r, _ := http.NewRequestWithContext(ctx, "GET", target()+"/v1/sessions/"+session+"/events", nil)
			f.mu.Lock()
			r.Header.Set("Last-Event-ID", strconv.Itoa(f.last))
			f.mu.Unlock()
			answer, err := client.Do(r)
			if err == nil && answer.StatusCode == http.StatusOK {
				f.read(answer)
			}
			if err == nil {
				answer.Body.Close()
			}
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return f
}

// read takes the events of one stream.
func (f *follower) read(answer *http.Response) {
	f.mu.Lock()
	f.connects++
	f.mu.Unlock()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	id, event, data := "", "", []byte(nil)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			event = value
		case "data":
			data = []byte(value)
		case "":
			if event != "" {
				f.take(id, event, data)
			}
			id, event, data = "", "", nil
		}
	}
}

func (f *follower) take(id, event string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if event == "end" {
		f.said = append(f.said, string(data))
		return
	}
	seq, err := strconv.Atoi(id)
	if err != nil || seq != f.last+1 || event != "decision" {
		f.wrong = fmt.Sprintf("event %q with id %q after %d", event, id, f.last)
		return
	}
	f.last, f.sums[seq] = seq, sha256.Sum256(data)
}

// until waits until n decisions have come, and compares them with the session's log.
func (f *follower) until(tb testing.TB, r *record) {
	tb.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		f.mu.Lock()
		last, wrong := f.last, f.wrong
		f.mu.Unlock()
		if wrong != "" {
			tb.Fatal(wrong)
		}
		if last >= len(r.sums) {
			break
		}
		if time.Now().After(end) {
			tb.Fatalf("%d events have come of %d decisions", last, len(r.sums))
		}
	}
	f.cancel()
	<-f.ended
	for i, sum := range r.sums {
		if f.sums[i+1] != sum {
			tb.Fatalf("event %d has other bytes than the log", i+1)
		}
	}
}

// SIGTERM under load: what was asked is answered, what is not taken any more is refused, and
// the process ends well, though one client listens without reading.
func TestShutdown(t *testing.T) {
	t.Parallel()
	r := random(t)
	b := newBook()
	ledger := filepath.Join(t.TempDir(), "holdfast.db")
	p := serve(t, ledger, files...)
	sessions := b.create(t, p.url, "s", 2)
	url := make(chan string, 1)
	url <- p.url
	f := follow(sessions[0], func() string { u := <-url; url <- u; return u })
	n := min(kills(t, 6), 100)
	var longest time.Duration
	for range n {
		// Fill a session, so that a listener who does not read blocks the server's writing.
		deaf := listenOnly(t, p.url, sessions[0])
		stop := b.run(r, 8, sessions, one(p.url))
		time.Sleep(time.Duration(50+r.IntN(200)) * time.Millisecond)
		began := time.Now()
		p.signal(syscall.SIGTERM)
		if code := p.ended(); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		longest = max(longest, time.Since(began))
		stop()
		deaf.Close()
		<-url
		p = serve(t, ledger)
		url <- p.url
		b.check(t, p.url, sessions)
		for _, q := range b.all() {
			if q.outcome == lost && q.logged != 0 {
				t.Fatalf("request %s was recorded as %d, and got no answer", q.id, q.logged)
			}
		}
		b.settle(t, p.url)
		b.check(t, p.url, sessions)
	}
	b.check(t, p.url, sessions)
	f.until(t, b.sessions[sessions[0]])
	b.reread(t, p.url, sessions, nil)
	b.tell(
		t,
		fmt.Sprintf(
			"%d times SIGTERM, each exit code 0, the slowest after %v; a listener had %d events over %d streams, which "+
				"ended with %v",
			n,
			longest.Round(time.Millisecond),
			f.last,
			f.connects,
			f.said,
		),
	)
}

// listenOnly opens event streams on one session and reads none of what comes.
func listenOnly(tb testing.TB, url, session string) net.Conn {
	tb.Helper()
	// A small window from the beginning, so that little of what is sent fits into buffers.
	dialer := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048) })
	}}
	c, err := dialer.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, "GET /v1/sessions/%s/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		session); err != nil {
		tb.Fatal(err)
	}
	return c
}

// A listener who reads nothing, on a session with more to tell than the system's buffers
// hold, keeps the server neither from answering others nor from ending.
func TestDeafListener(t *testing.T) {
	t.Parallel()
	p := serve(t, filepath.Join(t.TempDir(), "holdfast.db"))
	post(
		t,
		p.url+"/v1/bundles",
		`{"actions":{"note":{"args":{"text":{"string":60000}},"by":["user"]}},"agents":{"user":{}},"bundle":"notes",`+
			`"holdfast":1,"version":"1.0.0"}`,
	)
	post(t, p.url+"/v1/sessions", `{"session":"long","bundle":"notes@1.0.0"}`)
	body := `{"action":"note","actor":{"kind":"user"},"args":{"text":"` + strings.Repeat("because ", 7000) + `"}}`
	for range 140 {
		post(t, p.url+"/v1/sessions/long/decisions", body)
	}
	_, log := get(t, p.url+"/v1/sessions/long/decisions")
	var deaf []net.Conn
	for range 3 {
		deaf = append(deaf, listenOnly(t, p.url, "long"))
	}
	time.Sleep(200 * time.Millisecond) // their buffers fill
	post(t, p.url+"/v1/sessions/long/decisions", body)
	get(t, p.url+"/v1/sessions/long")
	began := time.Now()
	p.signal(syscall.SIGTERM)
	code, took := p.ended(), time.Since(began)
	for _, c := range deaf {
		_ = c.SetReadDeadline(time.Now().Add(patience))
		n, _ := io.Copy(io.Discard, c)
		c.Close()
		t.Logf("a listener who read nothing had been sent %d bytes of %d when the server ended after %v, exit code %d", n,
			len(log), took.Round(time.Millisecond), code)
		if n >= int64(len(log)) {
			t.Error("so it was never in the way, and the test shows nothing")
		}
	}
	if code != 0 {
		t.Error("it did not end well")
	}
	if said := strings.Join(p.lines(), "\n"); strings.Contains(said, "cut off") {
		t.Errorf("listeners who do not read held it up, and only requests under way may: %s", said)
	}
}
