package server

// This file defines the handlers that read a session's log: as JSON lines, one
// decision, and as server-sent events.

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// parting is how long a listener may take to accept the last of its events once the server ends.
const parting = time.Second

// streams counts the event streams that callers hold open.
type streams struct {
	mu     sync.Mutex
	byName map[string]int
}

// decisions answers GET /v1/sessions/{session}/decisions with the log, one decision a line.
func (s *Server) decisions(c *call) error {
	from, err := c.number("from", 1, 1, core.MaxSeq)
	if err != nil {
		return err
	}
	limit, err := c.number("limit", core.MaxSeq, 1, core.MaxSeq)
	if err != nil {
		return err
	}
	about, err := s.stand(c)
	if err != nil {
		return err
	}
	c.stands(about.Seq)
	h := c.w.Header()
	h.Set("Content-Type", "application/jsonl; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	if c.Method == http.MethodHead {
		return nil
	}
	out := bufio.NewWriterSize(c.w, 64<<10)
	if from <= about.Seq {
		for row, err := range s.ledger.Log(c.Context(), about.ID, from) {
			if err != nil {
				return s.doubt(about.ID, unavailable(err))
			}
			_, _ = out.Write(row.Bytes)
			if out.WriteByte('\n') != nil || row.Seq == about.Seq || row.Seq-from+1 == limit {
				break
			}
		}
	}
	_ = out.Flush()
	return nil
}

// stand returns where the session stands, having looked at it whole.
func (s *Server) stand(c *call) (about ledger.Session, err error) {
	err = s.with(c.Context(), c.PathValue("session"), func(l *live) error {
		about = l.about
		return nil
	})
	return about, err
}

// doubt marks a session whose log was found changed while it was read.
func (s *Server) doubt(id string, err error) error {
	if errors.As(err, new(*ledger.Corrupt)) {
		l := s.take(id)
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.judge(err)
	}
	return err
}

// decision answers GET /v1/sessions/{session}/decisions/{seq}.
func (s *Server) decision(c *call) error {
	seq, err := strconv.ParseInt(c.PathValue("seq"), 10, 64)
	if err != nil || seq < 1 || strconv.FormatInt(seq, 10) != c.PathValue("seq") {
		return refuse(CodeDecision, "decisions are numbered from 1")
	}
	about, err := s.stand(c)
	if err != nil {
		return err
	}
	if seq > about.Seq {
		return refuse(CodeDecision, "the session has %d decisions", about.Seq)
	}
	for row, err := range s.ledger.Log(c.Context(), about.ID, seq) {
		if err != nil {
			return s.doubt(about.ID, unavailable(err))
		}
		c.w.Header().Set("Holdfast-Digest", row.Digest)
		if c.cached(row.Digest, "private, max-age=31536000, immutable") { // who may read it, the token says
			return nil
		}
		return c.bytes(http.StatusOK, "application/json", row.Bytes)
	}
	return refuse(CodeDecision, "the session has %d decisions", about.Seq)
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
	wake, cancel := s.ledger.Subscribe(about.ID)
	defer cancel()

	out := http.NewResponseController(c.w)
	// Whoever does not read must not keep the server from ending: not in a write that is under
	// way, and not in those that follow.
	hurried := make(chan struct{})
	calm := context.AfterFunc(s.ending, func() {
		_ = out.SetWriteDeadline(time.Now().Add(parting))
		close(hurried)
	})
	defer func() {
		if !calm() {
			<-hurried
		}
	}()
	say := func(text ...[]byte) error {
		if rec, ok := c.w.(*recorder); ok && s.ending.Err() != nil {
			rec.patience = parting
		}
		for _, part := range text {
			if _, err := c.w.Write(part); err != nil {
				return err
			}
		}
		return out.Flush()
	}
	if say([]byte("retry: 1000\n\n")) != nil {
		return nil
	}
	var expired <-chan time.Time
	if !c.who.Expires.IsZero() {
		timer := time.NewTimer(c.who.Expires.Sub(s.now()))
		defer timer.Stop()
		expired = timer.C
	}
	beat := time.NewTicker(s.pace.beat)
	defer beat.Stop()
	for {
		now, err := s.ledger.Session(c.Context(), about.ID)
		if err != nil {
			return nil // the client comes back, and is told what is wrong
		}
		if now.Seq > seen {
			for row, err := range s.ledger.Log(c.Context(), about.ID, seen+1) {
				if err != nil {
					return s.doubt(about.ID, err)
				}
				id := strconv.FormatInt(row.Seq, 10)
				if say([]byte("id: "+id+"\nevent: decision\ndata: "), row.Bytes, []byte("\n\n")) != nil {
					return nil
				}
				seen = row.Seq
				if s.ending.Err() != nil {
					break // the client comes back for the rest
				}
			}
		}
		select {
		case <-wake:
		case <-beat.C:
			if say([]byte(":\n\n")) != nil {
				return nil
			}
		case <-expired:
			_ = say([]byte("event: end\ndata: auth/expired\n\n"))
			return nil
		case <-s.ending.Done():
			_ = say([]byte("event: end\ndata: " + CodeShutdown + "\n\n"))
			return nil
		case <-c.Context().Done():
			return nil
		}
	}
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
