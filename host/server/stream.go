package server

// This file defines event streams: a session's decisions as they are recorded, for as long
// as the listener may read them.

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/server/identity"
)

// parting is how long a listener may take to accept the last of its events once the server ends.
const parting = time.Second

// streams counts the event streams that callers hold open.
type streams struct {
	mu     sync.Mutex
	byName map[string]int
}

// take counts a stream of a caller.
func (s *streams) take(name string, most int) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if most > 0 && s.byName[name] >= most {
		return nil, refuse(CodeStreams, "an actor may hold %d event streams open", most)
	}
	s.byName[name]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.byName[name]--; s.byName[name] == 0 {
			delete(s.byName, name)
		}
	}, nil
}

// leave is what a listener may listen by: a token that is taken, and a bundle that is trusted.
type leave struct {
	call  *call
	s     *Server
	keys  <-chan struct{} // closed once the issuer's keys have changed
	trust <-chan struct{} // closed once others are trusted to sign bundles
}

// ask asks for leave, as a new request does.
func (l *leave) ask() error {
	l.keys, l.trust = l.s.options.Identity.Changed(), l.s.trusting().over
	who, err := l.s.options.Identity.Authenticate(l.call.Request)
	if err != nil {
		return err
	}
	if id := l.call.PathValue("session"); !who.MayUse(id) {
		return refuse(CodeScope, "the token is not for session %q", id)
	}
	_, err = l.s.stand(l.call)
	return err
}

// over says why the listener may listen no longer, or nil.
func (l *leave) over() error {
	select {
	case <-l.keys:
		return l.ask()
	case <-l.trust:
		return l.ask()
	default:
	}
	if expires := l.call.who.Expires; !expires.IsZero() && !l.s.now().Before(expires) {
		return refuse(identity.CodeExpired, "the token has expired")
	}
	return nil
}

// stream is a stream that is held open.
type stream struct {
	call  *call
	s     *Server
	out   *http.ResponseController
	leave leave
	id    string
	seen  int64 // the last decision that was sent
}

// events answers GET /v1/sessions/{session}/events: every decision after `after` (or the
// Last-Event-ID, with which a browser comes back), and then those to come. The event's
// id is the decision's seq, its data the decision's bytes.
func (s *Server) events(c *call) error {
	about, err := s.stand(c)
	if err != nil {
		return err
	}
	seen, err := c.number("after", about.Seq, 0, core.MaxSeq)
	if err != nil {
		return err
	}
	if last := c.Header.Get("Last-Event-ID"); last != "" {
		if seen, err = strconv.ParseInt(last, 10, 64); err != nil || seen < 0 {
			return refuse(CodeQuery, "Last-Event-ID is the seq of the last decision seen")
		}
	}
	if seen > about.Seq { // of another session, or of a ledger that has lost decisions
		p := refuse(CodeStale, "the session has recorded %d, and not %d", about.Seq, seen)
		p.Seq = &about.Seq
		return p
	}
	c.stands(about.Seq)
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if c.Method == http.MethodHead {
		return nil
	}
	release, err := s.streams.take(c.who.Name(), s.options.StreamsPerActor)
	if err != nil {
		return err
	}
	defer release()
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	st := &stream{call: c, s: s, out: http.NewResponseController(c.w), leave: leave{call: c, s: s}, id: about.ID, seen: seen}
	if err := st.leave.ask(); err != nil { // again: what changes from here on ends the stream
		return err
	}
	return st.run()
}

// run sends what there is and what comes, until the listener goes, may listen no longer, or the
// server ends.
func (st *stream) run() error {
	wake, cancel := st.s.ledger.Subscribe(st.id)
	defer cancel()
	// A listener that does not read must not keep the server from ending: not in a write that is
	// under way, and not in those that follow.
	hurried := make(chan struct{})
	calm := context.AfterFunc(st.s.ending, func() {
		_ = st.out.SetWriteDeadline(time.Now().Add(parting))
		close(hurried)
	})
	defer func() {
		if !calm() {
			<-hurried
		}
	}()
	if st.say([]byte("retry: 1000\n\n")) != nil {
		return nil
	}
	var expires <-chan time.Time
	if who := st.call.who; !who.Expires.IsZero() {
		timer := time.NewTimer(who.Expires.Sub(st.s.now()))
		defer timer.Stop()
		expires = timer.C
	}
	beat := time.NewTicker(st.s.pace.beat)
	defer beat.Stop()
	for {
		if err := st.leave.over(); err != nil {
			return st.end(explain(err).Code)
		}
		if gone, err := st.send(); gone || err != nil {
			return err
		}
		select {
		case <-wake:
		case <-st.leave.keys:
		case <-st.leave.trust:
		case <-beat.C:
			if st.say([]byte(":\n\n")) != nil {
				return nil
			}
		case <-expires:
			return st.end(identity.CodeExpired)
		case <-st.s.ending.Done():
			return st.end(CodeShutdown)
		case <-st.call.Context().Done():
			return nil
		}
	}
}

// send sends the decisions that are recorded and were not sent. gone is that the listener is,
// or has to come back.
func (st *stream) send() (gone bool, err error) {
	ctx := st.call.Context()
	now, err := st.s.ledger.Session(ctx, st.id)
	if err != nil {
		return true, nil // the client comes back, and is told what is wrong
	}
	if now.Seq <= st.seen {
		return false, nil
	}
	for row, err := range st.s.ledger.Log(ctx, st.id, st.seen+1) {
		if err != nil {
			return false, st.s.doubt(st.id, err)
		}
		if err := st.leave.over(); err != nil {
			return true, st.end(explain(err).Code)
		}
		id := strconv.FormatInt(row.Seq, 10)
		if st.say([]byte("id: "+id+"\nevent: decision\ndata: "), row.Bytes, []byte("\n\n")) != nil {
			return true, nil
		}
		st.seen = row.Seq
		if st.s.ending.Err() != nil {
			break // the client comes back for the rest
		}
	}
	return false, nil
}

// end tells the listener why the stream ends.
func (st *stream) end(code string) error {
	_ = st.say([]byte("event: end\ndata: " + code + "\n\n"))
	return nil
}

// say sends text at once.
func (st *stream) say(text ...[]byte) error {
	if rec, ok := st.call.w.(*recorder); ok && st.s.ending.Err() != nil {
		rec.patience = parting
	}
	for _, part := range text {
		if _, err := st.call.w.Write(part); err != nil {
			return err
		}
	}
	return st.out.Flush()
}
