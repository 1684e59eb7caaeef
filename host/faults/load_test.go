package faults

// This file defines the clients: they propose on the same sessions all at once, and write down
// what they asked and what they were answered.

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// outcome is what a client knows of its request.
type outcome int

const (
	lost         outcome = iota // no answer: it may have been recorded, or not
	acknowledged                // a decision came back
	refused                     // a problem came back that says that nothing was recorded
	unsent                      // there was nothing to connect to
)

// request is one that was sent, perhaps several times.
type request struct {
	id      string // its first reason, which no other has
	session string
	ask     document
	body    []byte
	key     string // Idempotency-Key, or empty
	seq     int64  // what the body expects, or -1

	outcome outcome
	tries   int
	code    string   // of the problem
	at      int64    // the seq it was answered with
	sum     [32]byte // of the bytes it was answered with
	logged  int64    // the seq under which the oracle has found it, or 0
}

// document is a proposal as it is sent.
type document struct {
	Action string `json:"action"`
	Actor  struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
	} `json:"actor"`
	Args    json.RawMessage `json:"args"`
	At      *int64          `json:"at,omitempty"`
	Reasons []string        `json:"reasons"`
	Seq     *int64          `json:"seq,omitempty"`
}

// repeatable says whether sending it again is safe.
func (r *request) repeatable() bool { return r.key != "" || r.seq >= 0 }

// book is what clients have written down.
type book struct {
	mu       sync.Mutex
	requests map[string]*request
	sessions map[string]*record
	order    []string // of sessions
	last     int      // number of the last request

	counts map[string]int
}

func newBook() *book {
	return &book{requests: map[string]*request{}, sessions: map[string]*record{}, counts: map[string]int{}}
}

func (b *book) count(what string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts[what] += n
}

// draw makes up a request.
func (b *book) draw(r *rand.Rand, client int, session string) *request {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	about := b.sessions[session]
	q := &request{id: fmt.Sprintf("r%d", b.last), session: session, seq: -1}
	w := wishes(about.bundle, r)
	if about.parked != 0 && r.IntN(2) == 0 {
		w = accept(about.bundle, about.parked, about.proposal, r)
		about.parked = 0
	}
	q.ask = document{Action: w.action, Args: json.RawMessage(w.args), Reasons: []string{q.id}}
	q.ask.Actor.ID, q.ask.Actor.Kind = fmt.Sprintf("c%d", client), w.kind
	if r.IntN(6) == 0 {
		q.ask.Reasons = append(q.ask.Reasons, "urgency")
	}
	if r.IntN(8) == 0 {
		now := time.Now().UnixMilli()
		q.ask.At = &now
	}
	how := r.IntN(4)
	if how&1 != 0 {
		q.key = "key-" + q.id
	}
	if how&2 != 0 {
		q.seq = about.seen
		q.ask.Seq = &q.seq
	}
	q.body, _ = json.Marshal(q.ask)
	b.requests[q.id] = q
	return q
}

// learn remembers where a session is, and what is parked there.
func (b *book) learn(session string, seq int64, decision []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	about := b.sessions[session]
	about.seen = max(about.seen, seq)
	if bytes.Contains(decision, []byte(`"verdict":"hold"`)) {
		var d struct{ Proposal string }
		if json.Unmarshal(decision, &d) == nil {
			about.parked, about.proposal = seq, d.Proposal
		}
	}
}

// problem is what is read of a problem document.
type problem struct {
	Status int
	Code   string
	Detail string
	Seq    int64
	Missed []json.RawMessage
}

// uncertain are the codes that leave it open whether something was recorded.
var uncertain = map[string]bool{"ledger/unavailable": true, "server/internal": true}

// passing are the codes that say nothing about the request itself: the same may succeed later.
var passing = map[string]bool{
	"ledger/full":          true,
	"session/busy":         true,
	"server/shutting-down": true,
	"ledger/unavailable":   true,
	"limit/rate":           true,
	"engine/deadline":      true,
}

// send sends a request, once more or for the first time, and writes down the answer.
func (b *book) send(client *http.Client, url string, q *request) {
	post, err := http.NewRequest("POST", url+"/v1/sessions/"+q.session+"/decisions", bytes.NewReader(q.body))
	if err != nil {
		panic(err)
	}
	post.GetBody = nil // net/http itself must not repeat it
	post.Header.Set("Content-Type", "application/json")
	if q.key != "" {
		post.Header.Set("Idempotency-Key", q.key)
	}
	status, header, body, err := fetch(client, post)
	b.mu.Lock()
	b.counts["requests"]++
	b.mu.Unlock()
	var dial *net.OpError
	if err != nil {
		if errors.As(err, &dial) && dial.Op == "dial" {
			if q.tries == 0 {
				q.outcome = unsent
			}
			return
		}
		q.tries++
		q.outcome = lost
		b.count("answers lost", 1)
		return
	}
	q.tries++
	switch {
	case status == http.StatusCreated || status == http.StatusOK:
		at, err := strconv.ParseInt(header.Get("Holdfast-Seq"), 10, 64)
		if err != nil {
			panic("a decision without Holdfast-Seq: " + string(body))
		}
		q.outcome, q.at, q.sum, q.code = acknowledged, at, sha256.Sum256(body), ""
		b.learn(q.session, at, body)
		b.count("acknowledged", 1)
		if header.Get("Holdfast-Repeated") == "true" {
			b.count("acknowledged when repeated, recorded before", 1)
		}
	default:
		var p problem
		if err := json.Unmarshal(body, &p); err != nil {
			panic(fmt.Sprintf("status %d, and no problem document: %s", status, body))
		}
		q.code = p.Code
		b.learn(q.session, p.Seq, nil)
		b.count("problem "+p.Code, 1)
		if q.outcome == lost && q.tries > 1 && passing[p.Code] || uncertain[p.Code] {
			q.outcome = lost
			return
		}
		q.outcome = refused
	}
}

// fetch makes a request and reads the whole answer.
func fetch(client *http.Client, r *http.Request) (status int, h http.Header, body []byte, err error) {
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, body, err
}

// get fetches a path, which must be there.
func get(tb testing.TB, url string) (http.Header, []byte) {
	tb.Helper()
	status, h, body, err := try("GET", url, nil)
	if err != nil || status != http.StatusOK {
		tb.Fatalf("GET %s: %d %v %s", url, status, err, body)
	}
	return h, body
}

// post sends JSON, which must be accepted.
func post(tb testing.TB, url, body string) []byte {
	tb.Helper()
	status, _, answer, err := try("POST", url, []byte(body))
	if err != nil || status >= 300 {
		tb.Fatalf("POST %s: %d %v %s", url, status, err, answer)
	}
	return answer
}

// plain is the client of the tests themselves.
var plain = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

func try(method, url string, body []byte) (int, http.Header, []byte, error) {
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return fetch(plain, r)
}

// create opens n sessions of each bundle, whose names begin with prefix, and returns their ids.
func (b *book) create(tb testing.TB, url, prefix string, n int) []string {
	tb.Helper()
	var ids []string
	for i, file := range files {
		document, name := build(tb, file)
		for j := range n {
			id := fmt.Sprintf("%s-%d-%d", prefix, i, j)
			post(tb, url+"/v1/sessions", fmt.Sprintf(`{"session":%q,"bundle":%q}`, id, name))
			b.begin(tb, id, name, document)
			ids = append(ids, id)
		}
	}
	return ids
}

// run has clients propose on sessions until stop is called, which waits for them.
func (b *book) run(r *rand.Rand, clients int, sessions []string, target func(*rand.Rand) string) (stop func()) {
	done := make(chan struct{})
	var all sync.WaitGroup
	for n := range clients {
		mine := rand.New(rand.NewPCG(r.Uint64(), r.Uint64()))
		all.Go(func() {
			client := &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-done:
					return
				default:
				}
				q := b.draw(mine, n, sessions[mine.IntN(len(sessions))])
				b.send(client, target(mine), q)
				for tries := 0; q.outcome == lost && q.repeatable() && tries < 3 && mine.IntN(2) == 0; tries++ {
					b.count("repeated at once", 1)
					b.send(client, target(mine), q)
				}
				if q.outcome == unsent {
					b.forget(q)
				}
				if q.outcome == unsent || q.code == "ledger/unavailable" {
					select {
					case <-done:
					case <-time.After(10 * time.Millisecond):
					}
				}
			}
		})
	}
	return func() {
		close(done)
		all.Wait()
	}
}

// forget drops a request that no server can have got.
func (b *book) forget(q *request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.requests, q.id)
}

// one is a target that stays the same.
func one(url string) func(*rand.Rand) string { return func(*rand.Rand) string { return url } }
