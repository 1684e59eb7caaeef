package sessions

// This file defines live, a session that is open, and how it is brought to where the ledger is.
//
//	ledger   1 ── 2 ── … ── k ── k+1 ── … ── head
//	                        │     └── decided again: confirms the snapshot, and every one after it
//	                        └── snapshot, a cache
//
// All rows are read, and their hashes compared; only those after the snapshot are
// decided again. The state's digest is in each decision, so the first of
// them tells whether the snapshot is what the log led to.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// SnapshotEvery is how many decisions lie between snapshots: what has to be decided
// again when a session is opened, a few milliseconds in the module.
const SnapshotEvery = 64

// never is when nothing is due.
const never = math.MaxInt64

// live is a session in memory.
type live struct {
	*base
	library *Library
	id      string
	forget  func() // drops it from the table of open sessions

	mu      sync.Mutex   // guards what follows
	session host.Session // nil: has to be opened
	bundle  *bundle
	trust   *trust         // who was trusted when the bundle was last asked for
	about   ledger.Session // as created; Seq and Head say where session is
	at      int64          // time of the last decision
	due     int64          // when something that waits may be due, not later than it is; never for nothing
	stuck   string         // the head at which what is due could not be ended
	later   int64          // when to try again what could not be recorded, on the host's clock
	broken  error          // *ledger.Corrupt, for good
	pending []byte         // snapshot that waits for a decision to confirm it
	behind  int64          // the seq that pending is of

	line line // proposals that wait for their turn
}

// refresh brings the session to where the ledger is. The caller holds l.mu.
func (l *live) refresh(ctx context.Context) (err error) {
	if l.broken != nil {
		return l.broken
	}
	defer func() { err = l.markCorrupt(err) }()
	if l.session != nil {
		if err := l.renewTrust(ctx, l.about.Bundle); err != nil {
			return err
		}
		if l.alone {
			return nil // no other server writes
		}
	}
	about, err := l.Ledger.Session(ctx, l.id)
	if errors.Is(err, ledger.ErrNotFound) {
		if l.session != nil {
			return l.corrupt("the ledger has lost it")
		}
		l.forget()
		return refuse(codes.SessionUnknown, "there is no session %q", l.id)
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
	return l.catchUp(ctx, about)
}

// markCorrupt remembers corruption, and drops a session that may not be where it says.
func (l *live) markCorrupt(err error) error {
	var corrupt *ledger.Corrupt
	if errors.As(err, &corrupt) {
		if l.broken != nil {
			return l.broken
		}
		l.broken, l.session, l.pending = err, nil, nil
		l.Meter.Corrupt()
		l.log.Error("a session cannot be trusted; it answers nothing any more",
			"session", l.id, "what", corrupt.What, "reason", corrupt.Message)
	} else if err != nil {
		l.session = nil
	}
	return err
}

// whyBroken returns why nothing is served from the session, or nil.
func (l *live) whyBroken() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

func (l *live) corrupt(format string, args ...any) error {
	return &ledger.Corrupt{What: "session " + l.id, Message: fmt.Sprintf(format, args...)}
}

// renewTrust asks for the session's bundle, unless those who are trusted are still those who
// were when it was last asked for.
func (l *live) renewTrust(ctx context.Context, digest string) error {
	trust := l.library.trusting() // at first: where others are told meanwhile, it is asked for again
	if l.session != nil && l.trust == trust {
		return nil
	}
	bundle, err := l.library.bundle(ctx, digest)
	if e := (*Error)(nil); errors.As(err, &e) && e.Code == codes.BundleUnknown {
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
	if err := l.renewTrust(ctx, about.Bundle); err != nil {
		return err
	}
	bundle := l.bundle
	seq, snapshot, err := l.Ledger.Snapshot(ctx, l.id)
	if err == nil && seq >= about.Seq {
		if about, err = l.checkSnapshot(ctx, seq, snapshot, about); err != nil {
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
			l.log.Warn("a snapshot does not agree with the log and is not used", "session", l.id, "seq", seq, "error", err)
		}
	}
	return l.loadLog(ctx, about)
}

// checkSnapshot looks at a snapshot that is not older than the log. One is saved only once a later
// decision is recorded, so either that came just now, or the log has lost its end.
func (l *live) checkSnapshot(
	ctx context.Context, seq int64, snapshot []byte, about ledger.Session,
) (ledger.Session, error) {
	now, err := l.Ledger.Session(ctx, l.id)
	if err != nil {
		return about, unavailable(err)
	}
	if now.Seq > seq {
		return now, nil
	}
	if session, err := l.bundle.Restore(snapshot); err == nil {
		if head, err := readHead(session); err == nil && head.Seq == seq {
			return about, l.corrupt("a snapshot was taken of it after %d decisions, and its log has %d", seq, now.Seq)
		}
	}
	return about, nil
}

// loadLog opens the session from its log alone.
func (l *live) loadLog(ctx context.Context, about ledger.Session) error {
	session, err := l.bundle.Open(l.id)
	if err != nil {
		return err
	}
	head, err := readHead(session)
	if err != nil {
		return err
	}
	if head.Prev != about.Genesis {
		return l.corrupt("it was created as %s, and its bundle begins it as %s", about.Genesis, head.Prev)
	}
	return l.replay(ctx, about, session, 0)
}

// replay reads the whole log and decides what comes after seq again, on session.
func (l *live) replay(ctx context.Context, about ledger.Session, session host.Session, seq int64) error {
	l.about, l.session = about, session
	l.about.Seq, l.about.Head = 0, about.Genesis
	for row, err := range l.Ledger.Log(ctx, l.id, 1) {
		if err != nil {
			return unavailable(err)
		}
		if row.Seq > about.Seq {
			break // written meanwhile; the next refresh reads it
		}
		if row.Seq > seq {
			if err := l.replayRow(row); err != nil {
				return err
			}
		}
		l.about.Seq, l.about.Head = row.Seq, row.Digest
	}
	if l.about.Seq != about.Seq || l.about.Head != about.Head {
		return l.corrupt("its log ends at %d, and %d decisions were recorded", l.about.Seq, about.Seq)
	}
	return l.readTime()
}

// catchUp decides what others have recorded since.
func (l *live) catchUp(ctx context.Context, about ledger.Session) error {
	if about.Seq == l.about.Seq {
		return nil
	}
	for row, err := range l.Ledger.Log(ctx, l.id, l.about.Seq+1) {
		if err != nil {
			return unavailable(err)
		}
		if row.Prev != l.about.Head {
			return l.corrupt("decision %d does not follow the one before it", row.Seq)
		}
		if err := l.replayRow(row); err != nil {
			return err
		}
		l.about.Seq, l.about.Head = row.Seq, row.Digest
	}
	return l.readTime()
}

// replayRow decides a row again; other bytes than the recorded ones are corruption.
func (l *live) replayRow(row ledger.Row) error {
	err := l.session.Replay(row.Bytes)
	var failed *host.Failure
	if errors.As(err, &failed) {
		return err
	}
	var differs *core.Error
	if errors.As(err, &differs) {
		return l.corrupt("decision %d is not what is decided from the log before it: %s (%s)",
			row.Seq, differs.Message, differs.Code)
	}
	return err
}

// readTime reads the time from the session.
func (l *live) readTime() error {
	head, err := readHead(l.session)
	if err != nil {
		return err
	}
	if head.Seq != l.about.Seq || head.Prev != l.about.Head {
		return l.corrupt("it is at %d, its log at %d", head.Seq, l.about.Seq)
	}
	l.at, l.due = head.At, never
	for _, waits := range head.Holds {
		l.due = min(l.due, waits.Expires)
	}
	return nil
}

// saveSnapshot saves a snapshot now and then: taken at one decision, and written once a later one
// can confirm it.
func (l *live) saveSnapshot(ctx context.Context, before int64) {
	if l.pending != nil && l.about.Seq > l.behind {
		if err := l.Ledger.SaveSnapshot(ctx, l.id, l.behind, l.pending); err != nil {
			l.log.Warn("a snapshot was not saved; the log has all that is needed", "session", l.id, "error", err)
		}
		l.pending = nil
	}
	if l.about.Seq/SnapshotEvery > before/SnapshotEvery {
		if snapshot, err := l.session.Snapshot(); err == nil {
			l.pending, l.behind = snapshot, l.about.Seq
		}
	}
}
