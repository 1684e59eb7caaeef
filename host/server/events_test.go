package server_test

// This file tests event streams, and how a server ends.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/ledger/pgtest"
	"github.com/holdfast-rt/holdfast/host/server"
)

// event is one of a stream. A comment has no name.
type event struct{ id, name, data string }

// stream is an event stream that is being read.
type stream struct {
	t      testing.TB
	answer *http.Response
	events chan event // closed at the end of the stream
	stop   context.CancelFunc
}

// listen opens a stream and fails the test if it is refused.
func (r *rig) listen(path string, headers ...string) *stream {
	r.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", "http://"+r.addr+path, nil)
	if err != nil {
		r.Fatal(err)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := r.client.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	if res.StatusCode != 200 {
		body, _ := io.ReadAll(res.Body)
		r.Fatalf("%s: %d %s", path, res.StatusCode, body)
	}
	s := &stream{r, res, make(chan event, 1000), cancel}
	r.Cleanup(cancel)
	go func() {
		defer close(s.events)
		defer res.Body.Close()
		var e event
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			switch name, value, _ := strings.Cut(lines.Text(), ":"); {
			case lines.Text() == "":
				s.events <- e
				e = event{}
			case name == "id":
				e.id = strings.TrimPrefix(value, " ")
			case name == "event":
				e.name = strings.TrimPrefix(value, " ")
			case name == "data":
				e.data += strings.TrimPrefix(value, " ")
			}
		}
	}()
	if first := s.next(); first != (event{}) {
		r.Fatalf("a stream begins with %+v", first)
	}
	return s
}

// next waits for an event. The zero event is a comment, or the stream's beginning.
func (s *stream) next() event {
	s.t.Helper()
	select {
	case e, ok := <-s.events:
		if !ok {
			s.t.Fatal("the stream has ended")
		}
		return e
	case <-time.After(patience):
		s.t.Fatal("nothing came")
		panic("")
	}
}

// ended waits for the end.
func (s *stream) ended() {
	s.t.Helper()
	for {
		select {
		case e, ok := <-s.events:
			if !ok {
				return
			}
			s.t.Errorf("%+v after the end", e)
		case <-time.After(patience):
			s.t.Fatal("the stream goes on")
		}
	}
}

func (s *stream) is(seq int, decision string) {
	s.t.Helper()
	if e := s.next(); e != (event{fmt.Sprint(seq), "decision", decision}) {
		s.t.Fatalf("%+v is not decision %d, %s", e, seq, decision)
	}
}

func TestEvents(t *testing.T) {
	r := start(t, nil)
	r.publish(scribe)
	r.session("s", "scribe@1.0.0")
	words := []string{"one", "<two> & \u2028 🙂", "<b>three</b> with much more of it", "four"}
	var log []string
	for _, w := range words {
		log = append(log, string(r.propose("s", say(w)).is(201).body))
	}
	all, some, last, live := r.listen("/v1/sessions/s/events?after=0"), r.listen("/v1/sessions/s/events?after=2"),
		r.listen("/v1/sessions/s/events?after=0", "Last-Event-ID", "3"), r.listen("/v1/sessions/s/events")
	for n, line := range log {
		all.is(n+1, line)
	}
	some.is(3, log[2])
	some.is(4, log[3])
	last.is(4, log[3])
	for n := range 3 {
		line := string(r.propose("s", say(fmt.Sprint("live ", n))).is(201).body)
		for _, s := range []*stream{all, some, last, live} {
			s.is(5+n, line)
		}
	}
	if n := r.counted("holdfast_streams"); n != "4" {
		t.Errorf("%s streams", n)
	}
	r.do("GET", "/v1/sessions/s/events?after=8", "").is(409).refused(codes.SessionStale)
	r.do("GET", "/v1/sessions/s/events", "", "Last-Event-ID", "8").is(409).refused(codes.SessionStale)
	for _, query := range []string{"?after=-1", "?after=x", "?after=1&after=2", "?after=%zz", "?after="} {
		r.do("GET", "/v1/sessions/s/events"+query, "").is(400).refused(codes.HTTPQuery)
	}
	for _, id := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		r.do("GET", "/v1/sessions/s/events", "", "Last-Event-ID", id).is(400).refused(codes.HTTPQuery)
	}
	r.do("GET", "/v1/sessions/none/events", "").is(404).refused(codes.SessionUnknown)
	r.do("HEAD", "/v1/sessions/s/events", "").is(200)
}

// TestEventsUnderLoad: every listener gets every decision, once and in order.
func TestEventsUnderLoad(t *testing.T) {
	r := start(t, nil)
	r.publish(scribe)
	r.session("s", "scribe@1.0.0")
	const writers, each = 8, 10
	var listeners []*stream
	for range 5 {
		listeners = append(listeners, r.listen("/v1/sessions/s/events?after=0"))
	}
	together(writers, func(w int) {
		for n := range each {
			r.propose("s", say(fmt.Sprint(w, " ", n))).is(201)
		}
	})
	log := r.log("s")
	if len(log) != writers*each {
		t.Fatal(len(log))
	}
	for _, l := range listeners {
		for n, line := range log {
			l.is(n+1, line)
		}
	}
}

func TestStreamsPerActor(t *testing.T) {
	r, i := guarded(t, func(o *server.Options) { o.StreamsPerActor = 2 })
	ann := r.as(i.token(t, "ann", "owner", map[string]any{"roles": "publish"}))
	ann.publish(door(t))
	ann.session("s", "door@1.0.0")
	first := ann.listen("/v1/sessions/s/events")
	ann.listen("/v1/sessions/s/events")
	ann.do("GET", "/v1/sessions/s/events", "").is(429).refused(codes.LimitStreams)
	r.as(i.token(t, "bob", "owner", nil)).listen("/v1/sessions/s/events")
	first.stop()
	first.ended()
	for { // once the server has seen that it is gone, there is room
		if n := r.counted("holdfast_streams"); n == "2" {
			break
		}
	}
	ann.listen("/v1/sessions/s/events")
}

// TestHeartbeat: a stream outlives the time that a body may take, and a piece of an answer. On a machine that is
// busy for so long it may well not, so it is tried again: where those times hold for the whole stream, no try outlives
// them.
func TestHeartbeat(t *testing.T) {
	r := start(t, nil)
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	const piece = 100 * time.Millisecond
	r.impatient(0, piece, piece, 0, 10*time.Millisecond)
	for try := 1; !r.outlives(4 * piece); try++ {
		if try == 50 {
			t.Fatal("no stream lives on")
		}
	}
}

// outlives listens until a stream has lasted so long and has told of a decision, and reports false where it ends
// before.
func (r *rig) outlives(long time.Duration) bool {
	r.Helper()
	res, err := r.plain.Get("http://" + r.addr + "/v1/sessions/s/events")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	proposed, began := false, time.Now()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		switch {
		case strings.HasPrefix(lines.Text(), "event: decision"):
			return true
		case !proposed && time.Since(began) > long:
			proposed = true
			go func() {
				for { // until one gets through
					a, err := r.plain.Post("http://"+r.addr+"/v1/sessions/s/decisions", "application/json", strings.NewReader(shut))
					if err == nil {
						a.Body.Close()
						return
					}
				}
			}()
		}
	}
	return false
}

// TestEventsOfAnotherServer: a stream is told of what another server records, and does not only look by itself, which
// it does once in an hour here: through PostgreSQL, and through poolers before it.
func TestEventsOfAnotherServer(t *testing.T) {
	for _, mode := range []string{"direct", pgtest.PoolSession, pgtest.PoolTransaction} {
		t.Run(mode, func(t *testing.T) {
			address := pgtest.Database(t)
			if mode != "direct" {
				address = pgtest.Pooled(t, address, mode)
			}
			var servers []*rig
			for range 2 {
				l, err := ledger.Open(context.Background(), address, ledger.Options{})
				if err != nil {
					t.Fatal(err)
				}
				s := start(t, func(o *server.Options) { o.Ledger = l })
				t.Cleanup(func() { l.Close() })
				s.impatient(0, 0, 0, 0, time.Hour)
				servers = append(servers, s)
			}
			servers[0].publish(scribe)
			servers[0].session("s", "scribe@1.0.0")
			listener := servers[1].listen("/v1/sessions/s/events")
			for n := range 5 {
				listener.is(n+1, string(servers[0].propose("s", say(fmt.Sprint("word ", n))).is(201).body))
			}
		})
	}
}

func TestTokenExpires(t *testing.T) {
	r, i := guarded(t, nil)
	ann := r.as(i.token(t, "ann", "owner", map[string]any{"roles": "publish"}))
	ann.publish(door(t))
	ann.session("s", "door@1.0.0")
	// The token is good until 30 s after exp, so this one has 20 ms to go.
	token := i.token(t, "ann", "owner", map[string]any{"exp": r.clock.now().Unix()})
	r.clock.advance(29_980 * time.Millisecond)
	short, long := r.as(token).listen("/v1/sessions/s/events"), ann.listen("/v1/sessions/s/events")
	if e := short.next(); e.name != "end" || e.data != "auth/expired" {
		t.Errorf("%+v", e)
	}
	short.ended()
	line := string(ann.propose("s", `{"action":"close"}`).is(201).body)
	long.is(1, line)
}

// slowly is a core whose decisions wait until they are let go.
type slowly struct {
	host.Core
	begun, goOn chan struct{}
}

type slowBundle struct {
	host.Bundle
	core *slowly
}

type slowSession struct {
	host.Session
	core *slowly
}

func (c *slowly) Load(doc []byte) (host.Bundle, error) {
	b, err := c.Core.Load(doc)
	return slowBundle{b, c}, err
}

func (b slowBundle) Open(id string) (host.Session, error) {
	s, err := b.Bundle.Open(id)
	return slowSession{s, b.core}, err
}

func (s slowSession) Decide(p []byte) ([]byte, error) {
	s.core.begun <- struct{}{}
	<-s.core.goOn
	return s.Session.Decide(p)
}

// TestEnding: what is under way is answered and durable, streams end, and nobody new gets in.
func TestEnding(t *testing.T) {
	core := &slowly{Core: host.Native(), begun: make(chan struct{}), goOn: make(chan struct{})}
	r := start(t, func(o *server.Options) { o.Core = core })
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	s := r.listen("/v1/sessions/s/events")
	answered := make(chan answer, 1)
	go func() { answered <- r.propose("s", openAtNine) }()
	<-core.begun
	ended := make(chan error, 1)
	go func() { ended <- r.stop() }()
	if e := s.next(); e.name != "end" || e.data != codes.ServerShuttingDown {
		t.Errorf("%+v", e)
	}
	s.ended()
	for { // the listener is closed at once, before what is under way is done
		c, err := net.Dial("tcp", r.addr)
		if err != nil {
			break
		}
		c.Close()
	}
	select {
	case err := <-ended:
		t.Fatal("it has ended while a proposal was being decided", err)
	case a := <-answered:
		t.Fatalf("it was answered before it was decided: %d %s", a.status, a.body)
	default:
	}
	close(core.goOn)
	a := <-answered
	a.is(201)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	r.stop = func() error { return nil }
	r.options = nil
	r.restart(nil)
	if log := r.log("s"); len(log) != 1 || log[0] != string(a.body) {
		t.Errorf("%v", log)
	}
}

// TestHangingUp: a client that goes away keeps neither the session nor the server.
func TestHangingUp(t *testing.T) {
	core := &slowly{Core: host.Native(), begun: make(chan struct{}), goOn: make(chan struct{})}
	r := start(t, func(o *server.Options) { o.Core = core })
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "POST", "http://"+r.addr+"/v1/sessions/s/decisions",
		strings.NewReader(openAtNine))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", "mine")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if res, err := r.plain.Do(req); err == nil {
			t.Errorf("%d", res.StatusCode)
		}
	}()
	<-core.begun
	cancel()
	<-gone
	close(core.goOn)
	var drained sync.WaitGroup
	drained.Go(func() {
		for range core.begun {
		}
	})
	// It was recorded, and the client finds it again under its key.
	a := r.propose("s", openAtNine, "Idempotency-Key", "mine").is(200)
	if log := r.log("s"); len(log) != 1 || log[0] != string(a.body) {
		t.Errorf("%v", log)
	}
	r.propose("s", shut).is(201)
	close(core.begun)
	drained.Wait()
}
