package server

// This file defines live, a session that the server has open, and how it is brought
// to where the ledger stands.
//
//	ledger   1 ── 2 ── … ── k ── k+1 ── … ── head
//	                        │     └── decided again: confirms the snapshot, and every one after it
//	                        └── snapshot, a cache
//
// All rows are read, and their hashes compared; only those after the snapshot are
// decided again. The state's digest stands in each decision, so the first of
// them tells whether the snapshot is what the log led to.

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// snapshotEvery is how many decisions lie between snapshots: what has to be decided
// again when a session is opened, a few milliseconds in the module.
const snapshotEvery = 64

// live is a session in memory.
type live struct {
	server *Server
	id     string

	mu      sync.Mutex   // guards what follows
	session host.Session // nil: has to be opened
	bundle  *bundle
	trust   *trust         // who was trusted when the bundle was last asked for
	about   ledger.Session // as created; Seq and Head say where session stands
	at      int64          // time of the last decision
	due     int64          // when something that waits may be due, not later than it is; never for nothing
	stuck   string         // the head at which what is due could not be ended
	later   int64          // when to try again what could not be recorded, on the server's clock
	broken  error          // *ledger.Corrupt, for good
	pending []byte         // snapshot that waits for a decision to confirm it
	behind  int64          // the seq that pending is of

	line queue // proposals that wait for their turn
}

// sessions are the live sessions, those used last.
type sessions struct {
	mu   sync.Mutex
	most int
	byID map[string]*list.Element // of *live
	used list.List                // most recent first
}

// take returns the live session of an id, which may have to be opened yet.
func (s *Server) take(id string) *live {
	s.open.mu.Lock()
	defer s.open.mu.Unlock()
	if e, ok := s.open.byID[id]; ok {
		s.open.used.MoveToFront(e)
		return e.Value.(*live)
	}
	l := &live{server: s, id: id}
	s.open.byID[id] = s.open.used.PushFront(l)
	for len(s.open.byID) > s.open.most {
		// One that is in use goes on with its own copy; the ledger's key keeps the two apart.
		last := s.open.used.Back()
		s.open.used.Remove(last)
		delete(s.open.byID, last.Value.(*live).id)
	}
	s.metrics.open.Set(float64(len(s.open.byID)))
	return l
}

// forget drops an id that names no session, so that guesses do not push out sessions.
func (s *Server) forget(l *live) {
	s.open.mu.Lock()
	defer s.open.mu.Unlock()
	if e, ok := s.open.byID[l.id]; ok && e.Value == l {
		s.open.used.Remove(e)
		delete(s.open.byID, l.id)
		s.metrics.open.Set(float64(len(s.open.byID)))
	}
}

// with runs f on a session that stands where the ledger does, and in which nothing is due.
func (s *Server) with(ctx context.Context, id string, f func(*live) error) error {
	l := s.take(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refresh(ctx); err != nil {
		return err
	}
	if err := l.tidy(ctx); err != nil {
		return err
	}
	return f(l)
}

// trouble returns why nothing is served from a session, or nil.
func (s *Server) trouble(id string) error {
	l := s.take(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

// refresh brings the session to where the ledger stands. The caller holds l.mu.
func (l *live) refresh(ctx context.Context) (err error) {
	if l.broken != nil {
		return l.broken
	}
	defer func() { err = l.judge(err) }()
	if l.session != nil {
		if err := l.entrust(ctx, l.about.Bundle); err != nil {
			return err
		}
		if l.server.alone {
			return nil // nobody else writes
		}
	}
	about, err := l.server.ledger.Session(ctx, l.id)
	if errors.Is(err, ledger.ErrNotFound) {
		if l.session != nil {
			return l.corrupt("the ledger has lost it")
		}
		l.server.forget(l)
		return refuse(CodeSession, "there is no session %q", l.id)
	}
	if err != nil {
		return unavailable(err)
	}
	if l.session == nil {
		return l.load(ctx, about)
	}
	switch {
	case about.Seq < l.about.Seq, about.Bundle != l.about.Bundle, about.Genesis != l.about.Genesis:
		return l.corrupt("the ledger has lost decisions that it had")
	case about.Seq == l.about.Seq && about.Head != l.about.Head:
		return l.corrupt("its last decision has changed")
	}
	return l.follow(ctx, about)
}

// judge remembers corruption, and drops a session that may not stand where it says.
func (l *live) judge(err error) error {
	var corrupt *ledger.Corrupt
	if errors.As(err, &corrupt) {
		if l.broken != nil {
			return l.broken
		}
		l.broken, l.session, l.pending = err, nil, nil
		l.server.metrics.corrupt.Inc()
		l.server.log.Error("a session cannot be trusted; it answers nothing any more", "session", l.id, "what", corrupt.What, "reason", corrupt.Message)
	} else if err != nil {
		l.session = nil
	}
	return err
}

func (l *live) corrupt(format string, args ...any) error {
	return &ledger.Corrupt{What: "session " + l.id, Message: fmt.Sprintf(format, args...)}
}

// entrust asks for the session's bundle, unless those who are trusted are still those who
// were when it was last asked for.
func (l *live) entrust(ctx context.Context, digest string) error {
	trust := l.server.trusting() // at first: where others are told meanwhile, it is asked for again
	if l.session != nil && l.trust == trust {
		return nil
	}
	bundle, err := l.server.bundle(ctx, digest)
	if p := (*problem)(nil); errors.As(err, &p) && p.Code == CodeBundle {
		return l.corrupt("its bundle %s is not there any more", digest)
	}
	if err != nil {
		return err
	}
	l.bundle, l.trust = bundle, trust
	return nil
}

// load opens the session from its snapshot and its log.
func (l *live) load(ctx context.Context, about ledger.Session) error {
	if err := l.entrust(ctx, about.Bundle); err != nil {
		return err
	}
	bundle := l.bundle
	seq, snapshot, err := l.server.ledger.Snapshot(ctx, l.id)
	if err == nil && seq >= about.Seq {
		if about, err = l.beyond(ctx, seq, snapshot, about); err != nil {
			return err
		}
	}
	if err == nil && seq > 0 && seq < about.Seq {
		if session, err := bundle.Restore(snapshot); err == nil {
			err := l.replay(ctx, about, session, seq)
			if err == nil {
				return nil
			}
			if !errors.As(err, new(*ledger.Corrupt)) {
				return err
			}
			l.server.log.Warn("a snapshot does not agree with the log and is not used", "session", l.id, "seq", seq, "error", err)
		}
	}
	return l.begin(ctx, about)
}

// beyond looks at a snapshot that is not older than the log. One is saved only once a later
// decision is recorded, so either that came just now, or the log has lost its end.
func (l *live) beyond(ctx context.Context, seq int64, snapshot []byte, about ledger.Session) (ledger.Session, error) {
	now, err := l.server.ledger.Session(ctx, l.id)
	if err != nil {
		return about, unavailable(err)
	}
	if now.Seq > seq {
		return now, nil
	}
	if session, err := l.bundle.Restore(snapshot); err == nil {
		if at, err := readPlace(session); err == nil && at.Seq == seq {
			return about, l.corrupt("a snapshot was taken of it after %d decisions, and its log has %d", seq, now.Seq)
		}
	}
	return about, nil
}

// begin opens the session from its log alone.
func (l *live) begin(ctx context.Context, about ledger.Session) error {
	session, err := l.bundle.Open(l.id)
	if err != nil {
		return err
	}
	at, err := readPlace(session)
	if err != nil {
		return err
	}
	if at.Prev != about.Genesis {
		return l.corrupt("it was created as %s, and its bundle begins it as %s", about.Genesis, at.Prev)
	}
	return l.replay(ctx, about, session, 0)
}

// replay reads the whole log and decides what comes after seq again, on session.
func (l *live) replay(ctx context.Context, about ledger.Session, session host.Session, seq int64) error {
	l.about, l.session = about, session
	l.about.Seq, l.about.Head = 0, about.Genesis
	for row, err := range l.server.ledger.Log(ctx, l.id, 1) {
		if err != nil {
			return unavailable(err)
		}
		if row.Seq > about.Seq {
			break // written meanwhile; the next refresh reads it
		}
		if row.Seq > seq {
			if err := l.again(row); err != nil {
				return err
			}
		}
		l.about.Seq, l.about.Head = row.Seq, row.Digest
	}
	if l.about.Seq != about.Seq || l.about.Head != about.Head {
		return l.corrupt("its log ends at %d, and %d decisions were recorded", l.about.Seq, about.Seq)
	}
	return l.arrive()
}

// follow decides what others have recorded since.
func (l *live) follow(ctx context.Context, about ledger.Session) error {
	if about.Seq == l.about.Seq {
		return nil
	}
	for row, err := range l.server.ledger.Log(ctx, l.id, l.about.Seq+1) {
		if err != nil {
			return unavailable(err)
		}
		if row.Prev != l.about.Head {
			return l.corrupt("decision %d does not follow the one before it", row.Seq)
		}
		if err := l.again(row); err != nil {
			return err
		}
		l.about.Seq, l.about.Head = row.Seq, row.Digest
	}
	return l.arrive()
}

// again decides a row again; other bytes than the recorded ones are corruption.
func (l *live) again(row ledger.Row) error {
	err := l.session.Replay(row.Bytes)
	var failed *host.Failure
	if errors.As(err, &failed) {
		return err
	}
	var differs *core.Error
	if errors.As(err, &differs) {
		return l.corrupt("decision %d is not what is decided from the log before it: %s (%s)", row.Seq, differs.Message, differs.Code)
	}
	return err
}

// arrive reads the time from the session.
func (l *live) arrive() error {
	place, err := readPlace(l.session)
	if err != nil {
		return err
	}
	if place.Seq != l.about.Seq || place.Prev != l.about.Head {
		return l.corrupt("it stands at %d, its log at %d", place.Seq, l.about.Seq)
	}
	l.at, l.due = place.At, place.due()
	return nil
}

// keep saves a snapshot now and then: taken at one decision, and written once a later one
// can confirm it.
func (l *live) keep(ctx context.Context, before int64) {
	if l.pending != nil && l.about.Seq > l.behind {
		if err := l.server.ledger.SaveSnapshot(ctx, l.id, l.behind, l.pending); err != nil {
			l.server.log.Warn("a snapshot was not saved; the log has all that is needed", "session", l.id, "error", err)
		}
		l.pending = nil
	}
	if l.about.Seq/snapshotEvery > before/snapshotEvery {
		if snapshot, err := l.session.Snapshot(); err == nil {
			l.pending, l.behind = snapshot, l.about.Seq
		}
	}
}
