package server

// This file defines event streams: a session's decisions as they are recorded, for as long
// as the listener may read them.

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// parting is how long a listener may take to accept the last of its events once the server ends.
const parting = time.Second

// permit is what a listener may listen by: a token that is taken, and a bundle that is trusted.
type permit struct {
	call  *call
	api   *api
	keys  <-chan struct{} // closed once the issuer's keys have changed
	trust <-chan struct{} // closed once others are trusted to sign bundles
}

// renew asks for a permit, as a new request does.
func (p *permit) renew() error {
	p.keys, p.trust = p.api.options.Identity.Changed(), p.api.keeper.Changed()
	who, err := p.api.options.Identity.Authenticate(p.call.Request)
	if err != nil {
		return err
	}
	id := p.call.PathValue("session")
	if !who.MayUse(id) {
		return problem.New(codes.AuthSession, "the token is not for session %q", id)
	}
	_, err = p.api.keeper.Session(p.call.Context(), id)
	return err
}

// check says why the listener may listen no longer, or nil.
func (p *permit) check() error {
	select {
	case <-p.keys:
		return p.renew()
	case <-p.trust:
		return p.renew()
	default:
	}
	if expires := p.call.who.Expires; !expires.IsZero() && !p.api.now().Before(expires) {
		return problem.New(codes.AuthExpired, "the token has expired")
	}
	return nil
}

// stream is a stream that is held open.
type stream struct {
	call   *call
	api    *api
	out    *http.ResponseController
	permit permit
	id     string
	seen   int64 // the last decision that was sent
}

// events answers GET /v1/sessions/{session}/events: every decision after `after` (or the
// Last-Event-ID, with which a browser comes back), and then those to come. The event's
// id is the decision's seq, its data the decision's bytes.
func (a *api) events(c *call) error {
	about, err := a.keeper.Session(c.Context(), c.PathValue("session"))
	if err != nil {
		return err
	}
	seen, err := c.number("after", about.Seq, 0, core.MaxSeq)
	if err != nil {
		return err
	}
	if last := c.Header.Get("Last-Event-ID"); last != "" {
		if seen, err = strconv.ParseInt(last, 10, 64); err != nil || seen < 0 {
			return problem.New(codes.HTTPQuery, "Last-Event-ID is the seq of the last decision seen")
		}
	}
	if seen > about.Seq { // of another session, or of a ledger that has lost decisions
		p := problem.New(codes.SessionStale, "the session has recorded %d, and not %d", about.Seq, seen)
		p.Seq = &about.Seq
		return p
	}
	c.tellSeq(about.Seq)
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if c.Method == http.MethodHead {
		return nil
	}
	release, err := a.listeners.take(c.who.Name(), a.options.StreamsPerActor)
	if err != nil {
		return err
	}
	defer release()
	a.metrics.listening.Inc()
	defer a.metrics.listening.Dec()
	st := &stream{
		call: c, api: a, out: http.NewResponseController(c.w), permit: permit{call: c, api: a}, id: about.ID, seen: seen,
	}
	if err := st.permit.renew(); err != nil { // again: what changes from here on ends the stream
		return err
	}
	return st.run()
}

// run sends what there is and what comes, until the listener goes, may listen no longer, or the
// server ends.
func (st *stream) run() error {
	wake, cancel := st.api.keeper.Subscribe(st.id)
	defer cancel()
	// A listener that does not read must not keep the server from ending: not in a write that is
	// under way, and not in those that follow.
	hurried := make(chan struct{})
	calm := context.AfterFunc(st.api.ending, func() {
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
	return st.follow(wake)
}

// follow sends what there is and what comes.
func (st *stream) follow(wake <-chan struct{}) error {
	var expires <-chan time.Time
	if who := st.call.who; !who.Expires.IsZero() {
		timer := time.NewTimer(who.Expires.Sub(st.api.now()))
		defer timer.Stop()
		expires = timer.C
	}
	beat := time.NewTicker(st.api.pace.beat)
	defer beat.Stop()
	for {
		if err := st.permit.check(); err != nil {
			return st.end(explain(err).Code)
		}
		if gone, err := st.send(); gone || err != nil {
			return err
		}
		select {
		case <-wake:
		case <-st.permit.keys:
		case <-st.permit.trust:
		case <-beat.C:
			if st.say([]byte(":\n\n")) != nil {
				return nil
			}
		case <-expires:
			return st.end(codes.AuthExpired)
		case <-st.api.ending.Done():
			return st.end(codes.ServerShuttingDown)
		case <-st.call.Context().Done():
			return nil
		}
	}
}

// send sends the decisions that are recorded and were not sent. gone is that the listener is,
// or has to come back.
func (st *stream) send() (gone bool, err error) {
	ctx := st.call.Context()
	now, err := st.api.keeper.Recorded(ctx, st.id)
	if err != nil { // the client comes back, and is told what is wrong
		if ctx.Err() == nil {
			st.api.log.Warn("an event stream ends, since its session cannot be read", "session", st.id, "error", err)
		}
		return true, nil
	}
	if now.Seq <= st.seen {
		return false, nil
	}
	for row, err := range st.api.keeper.Log(ctx, st.id, st.seen+1) {
		if err != nil {
			return false, err
		}
		if err := st.permit.check(); err != nil {
			return true, st.end(explain(err).Code)
		}
		id := strconv.FormatInt(row.Seq, 10)
		if st.say([]byte("id: "+id+"\nevent: decision\ndata: "), row.Bytes, []byte("\n\n")) != nil {
			return true, nil
		}
		st.seen = row.Seq
		if st.api.ending.Err() != nil {
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
	if rec, ok := st.call.w.(*recorder); ok && st.api.ending.Err() != nil {
		rec.patience = parting
	}
	for _, part := range text {
		if _, err := st.call.w.Write(part); err != nil {
			return err
		}
	}
	return st.out.Flush()
}
