package sessions

// This file decides turns of a session together, and records what was decided.
//
//	proposal ──┐                                              ┌── answer
//	proposal ──┼── line ── decide, decide, decide ── append ──┼── answer
//	proposal ──┘        (the first one leads)       (durable) └── answer
//
// What was decided but not recorded is undone by opening the session anew from the ledger.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// maxConflicts is how often a turn is taken again because another server was faster.
const maxConflicts = 32

// takeTurns takes turns until the line is empty.
func (l *live) takeTurns() {
	for turns := l.line.next(); turns != nil; turns = l.line.next() {
		l.mu.Lock()
		l.answer(turns)
		due := l.isDue()
		l.mu.Unlock()
		for _, t := range turns {
			close(t.done)
		}
		if due { // since a session goes on that was frozen, or time has passed
			_ = l.use(context.Background(), func() error { return nil })
		}
	}
}

// answer decides turns until each has an answer. The caller holds l.mu.
func (l *live) answer(turns []*turn) {
	// Not a request's context: a record under way must not end because a client hung up.
	ctx, cancel := context.WithTimeout(context.Background(), l.Patience)
	defer cancel()
	defer func() {
		if r := recover(); r != nil { // a bug; no caller may wait for ever, and nothing half-done stay
			l.session = nil
			l.log.Error("deciding failed", "session", l.id, "panic", r)
			settle(turns, fmt.Errorf("deciding failed: %v", r))
		}
	}()
	for tries := 0; len(turns) > 0; tries++ {
		err := l.decideAll(ctx, turns)
		if err == nil {
			return
		}
		if !errors.Is(err, ledger.ErrConflict) {
			settle(turns, err)
			return
		}
		l.Meter.Conflict()
		if tries == maxConflicts {
			settle(turns, caused(err, codes.SessionBusy, "other servers kept writing to this session; nothing was recorded"))
			return
		}
	}
}

// decideAll decides what is due and every turn, and appends what came of it. On an error no turn was
// recorded, or it is not known; the session is opened anew before it is next used.
func (l *live) decideAll(ctx context.Context, turns []*turn) error {
	if err := l.refresh(ctx); err != nil {
		return err
	}
	b := &batch{about: l.about, at: l.at}
	if err := l.expire(b); err != nil {
		l.session = nil
		return l.markCorrupt(err)
	}
	for _, t := range turns {
		t.decided, t.err = Decided{}, t.ctx.Err()
		if t.err != nil {
			continue // its caller is gone
		}
		if err := l.decide(ctx, b, t); err != nil {
			if !isRefusal(err) {
				return l.markCorrupt(err) // what the others have got so far may not hold
			}
			t.err = err
		}
	}
	if len(b.rows) == 0 {
		return nil
	}
	return l.record(ctx, b)
}

// record appends a batch to the log.
func (l *live) record(ctx context.Context, b *batch) error {
	err := l.remind(ctx, b)
	if err == nil {
		began := time.Now()
		err = l.Ledger.Append(ctx, b.rows)
		l.Meter.Append(time.Since(began))
	}
	if err != nil {
		l.session = nil
		if errors.Is(err, ledger.ErrConflict) {
			return err
		}
		return l.markCorrupt(unavailable(err))
	}
	before := l.about.Seq
	l.about, l.at = b.about, b.at
	for _, verdict := range b.verdicts {
		l.Meter.Count(verdict)
	}
	l.saveSnapshot(ctx, before)
	return nil
}

// tidy ends what is due, before the session is shown or asked. Where that cannot be recorded now,
// the session is shown as it is recorded. The caller holds l.mu, and has refreshed it.
func (l *live) tidy(request context.Context) error {
	for tries := 0; l.isDue() && tries < maxConflicts; tries++ {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(request), l.Patience)
		err := l.decideAll(ctx, nil)
		cancel()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ledger.ErrConflict):
			l.Meter.Conflict()
		default:
			l.later = l.Now().Add(time.Second).UnixMilli()
			l.log.Warn("what is due in a session could not be ended yet", "session", l.id, "error", err)
		}
		if err := l.refresh(request); err != nil {
			return err
		}
	}
	return nil
}

// use runs f on the session once it is where the ledger is, and nothing in it is due.
func (l *live) use(ctx context.Context, f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refresh(ctx); err != nil {
		return err
	}
	if err := l.tidy(ctx); err != nil {
		return err
	}
	return f()
}
