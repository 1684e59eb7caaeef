package server

// This file defines how what waits comes to an end: the server proposes expire of what is due, as the
// agent that the bundle names (hold.by). It is a decision like any other: recorded, and an event.
//
//	parked ── reminder, then the decision ── … ── due
//	                                               ├── the session is asked, shown or decided on
//	                                               └── or nobody comes: a server that follows reminders does
//
// A reminder is kept before the decision that parks, so that no crash loses it, and nothing is
// believed of it: what is due the session says. Of two servers that expire the same, one loses the
// place in the log, and finds that nothing is due any more.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

const (
	// HostID is the id of the actor as which a host proposes expire, beside the kind that the bundle
	// names. No caller may act under both.
	HostID = "holdfast"

	// never is when nothing is due.
	never = math.MaxInt64

	// sweepEvery is how often reminders are looked at, whatever is known of them: other servers keep
	// some, and clocks jump.
	sweepEvery = time.Minute

	// sweepAgain is how long to wait where reminders could not be followed.
	sweepAgain = 5 * time.Second

	// sweepAtOnce is how many reminders are read at a time.
	sweepAtOnce = 256
)

// time is what the session's time would be now: it never goes back, whatever the machine's does.
func (l *live) time() int64 { return max(l.server.now().UnixMilli(), l.at) }

// isDue says whether something in the session may be due, and can be ended as far as is known.
func (l *live) isDue() bool {
	return l.session != nil && l.bundle.expirer != "" && l.due <= l.time() && l.stuck != l.about.Head &&
		l.server.now().UnixMilli() >= l.later && !l.server.still.Load()
}

// expire decides expire of all that is due at a time. What would not end it, such as in a frozen
// session, is not proposed: it would be proposed for ever.
func (l *live) expire(after ledger.Session, at int64) (rows []ledger.Row, _ ledger.Session, _ int64, err error) {
	if !l.isDue() {
		return nil, after, at, nil
	}
	place, err := readPlace(l.session)
	if err != nil {
		return nil, after, at, err
	}
	l.due = never
	now, stuck := max(l.time(), at), false
	for _, waits := range place.Holds {
		if waits.Expires > now {
			l.due = min(l.due, waits.Expires)
			continue
		}
		row, err := l.end(waits.Seq, now)
		if err != nil {
			return nil, after, at, err
		}
		if row == nil {
			l.due, stuck = min(l.due, waits.Expires), true
			continue
		}
		rows = append(rows, *row)
		after.Seq, after.Head, at = row.Seq, row.Digest, now
	}
	if stuck {
		l.stuck = after.Head
	}
	return rows, after, at, nil
}

// end decides expire of what was parked at a seq, or returns nil where that would not end it.
func (l *live) end(seq, at int64) (*ledger.Row, error) {
	args, err := encode(map[string]int64{"hold": seq})
	if err != nil {
		return nil, err
	}
	me := host.Actor{Kind: l.bundle.expirer, ID: HostID}
	src, err := encode(document{Action: "expire", Actor: me, Args: args, At: at})
	if err != nil {
		return nil, err
	}
	if src, err = core.Complete(src, at); err != nil {
		return nil, err
	}
	would, err := l.session.Why(src)
	if err != nil {
		return nil, err
	}
	if d, err := host.Read(would); err != nil || d.Verdict != "commit" && d.Governing != "hold:expired" {
		return nil, err
	}
	decision, err := l.session.Decide(src)
	if err != nil {
		return nil, err
	}
	row, err := rowOf(l.id, decision, "")
	return &row, err
}

// rowOf is a decision as the ledger takes it.
func rowOf(session string, decision []byte, key string) (ledger.Row, error) {
	read, err := host.Read(decision)
	sum := sha256.Sum256(decision)
	return ledger.Row{
		Session: session, Seq: read.Seq, Bytes: decision, Prev: read.Prev, Key: key,
		Digest: "sha256:" + hex.EncodeToString(sum[:]),
	}, err
}

// remind keeps reminders of what rows have parked, and finds out what is due next.
func (l *live) remind(ctx context.Context, rows []ledger.Row, parked bool) error {
	if !parked || l.bundle.expirer == "" {
		return nil
	}
	place, err := readPlace(l.session)
	if err != nil {
		return err
	}
	for _, waits := range place.Holds {
		l.due = min(l.due, waits.Expires)
		if waits.Seq < rows[0].Seq {
			continue
		}
		if err := l.server.ledger.Remind(ctx, ledger.Reminder{At: waits.Expires, Session: l.id}); err != nil {
			return err
		}
		l.server.remindAt(waits.Expires)
	}
	return nil
}

// tidy ends what is due, before the session is shown or asked. Where that cannot be recorded now,
// the session is shown as it is recorded. The caller holds l.mu, and has refreshed it.
func (l *live) tidy(request context.Context) error {
	for tries := 0; l.isDue() && tries < maxConflicts; tries++ {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(request), l.server.options.Patience)
		err := l.once(ctx, nil)
		cancel()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ledger.ErrConflict):
			l.server.metrics.conflicts.Inc()
		default:
			l.later = l.server.now().Add(time.Second).UnixMilli()
			l.server.log.Warn("what is due in a session could not be ended yet", "session", l.id, "error", err)
		}
		if err := l.refresh(request); err != nil {
			return err
		}
	}
	return nil
}

// remindAt says when something will be due, to whom follows reminders.
func (s *Server) remindAt(at int64) {
	if s.options.Alarm != nil {
		s.options.Alarm(time.UnixMilli(at))
		return
	}
	select {
	case s.reminded <- struct{}{}:
	default:
	}
}

// Sweep looks at every session of which something may be due, and ends it. It returns when to sweep
// again at the latest, the zero time for when something is parked. Serve does it by itself; a host
// without Serve calls it when Options.Alarm has said so, and when it starts.
func (s *Server) Sweep(ctx context.Context) (next time.Time, err error) {
	for {
		due, err := s.ledger.Reminders(ctx, s.now().UnixMilli(), sweepAtOnce)
		if err != nil {
			return next, err
		}
		for _, reminder := range due {
			if err := s.visit(ctx, reminder); err != nil {
				return next, err
			}
		}
		if len(due) < sweepAtOnce {
			break
		}
	}
	at, err := s.ledger.NextReminder(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return next, nil
	}
	return time.UnixMilli(at), err
}

// visit looks at the session of a reminder. One that cannot be looked at now is later; one that is not
// to be trusted is once it is asked for again, and is.
func (s *Server) visit(ctx context.Context, reminder ledger.Reminder) error {
	err := s.with(ctx, reminder.Session, func(*live) error { return nil })
	if err != nil && explain(err).Status == http.StatusServiceUnavailable {
		s.log.Warn("what is due in a session could not be ended yet", "session", reminder.Session, "error", err)
		later := ledger.Reminder{At: s.now().Add(sweepEvery).UnixMilli(), Session: reminder.Session}
		if err := s.ledger.Remind(ctx, later); err != nil {
			return err
		}
	}
	return s.ledger.Forget(ctx, reminder)
}

// follow sweeps until the server ends.
func (s *Server) follow() {
	for {
		wait := sweepEvery
		next, err := s.Sweep(s.ending)
		switch {
		case s.ending.Err() != nil:
			return
		case err != nil:
			s.log.Warn("sessions in which something may be due could not be looked at", "error", err)
			wait = sweepAgain
		case !next.IsZero():
			wait = max(0, min(next.Sub(s.now()), sweepEvery))
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.reminded:
		case <-s.ending.Done():
		}
		timer.Stop()
	}
}

// place is where a session stands, as its view says.
type place struct {
	Seq   int64
	At    int64
	Prev  string
	Holds []struct{ Seq, Expires int64 }
}

// due is when the first of what waits is due.
func (p *place) due() int64 {
	due := int64(never)
	for _, waits := range p.Holds {
		due = min(due, waits.Expires)
	}
	return due
}

func readPlace(session host.Session) (p place, err error) {
	view, err := session.View()
	if err == nil {
		err = json.Unmarshal(view, &p)
	}
	return p, err
}
