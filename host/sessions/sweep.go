package sessions

// This file follows reminders: it looks at sessions in which something may be due, though no caller asks.

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-rt/holdfast/host/ledger"
)

const (
	// sweepEvery is how often reminders are looked at, whatever is known of them: other servers keep
	// some, and clocks jump.
	sweepEvery = time.Minute

	// sweepAgain is how long to wait where reminders could not be followed.
	sweepAgain = 5 * time.Second

	// sweepAtOnce is how many reminders are read at a time.
	sweepAtOnce = 256
)

// Sweep looks at every session of which something may be due, and ends it. It returns when to sweep
// again at the latest, the zero time for when something is parked. Follow does it by itself; a host
// without it calls Sweep when Options.Alarm has said so, and when it starts.
func (k *Keeper) Sweep(ctx context.Context) (next time.Time, err error) {
	for {
		due, err := k.Ledger.Reminders(ctx, k.Now().UnixMilli(), sweepAtOnce)
		if err != nil {
			return next, err
		}
		for _, reminder := range due {
			if err := k.visit(ctx, reminder); err != nil {
				return next, err
			}
		}
		if len(due) < sweepAtOnce {
			break
		}
	}
	at, err := k.Ledger.NextReminder(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return next, nil
	}
	return time.UnixMilli(at), err
}

// visit looks at the session of a reminder. One that cannot be looked at now is later; one that is not
// to be trusted is once it is asked for again, and is.
func (k *Keeper) visit(ctx context.Context, reminder ledger.Reminder) error {
	err := k.use(ctx, reminder.Session, func(*live) error { return nil })
	if err != nil && isTemporary(err) {
		k.log.Warn("what is due in a session could not be ended yet", "session", reminder.Session, "error", err)
		later := ledger.Reminder{At: k.Now().Add(sweepEvery).UnixMilli(), Session: reminder.Session}
		if err := k.Ledger.Remind(ctx, later); err != nil {
			return err
		}
	}
	return k.Ledger.Forget(ctx, reminder)
}

// Follow sweeps when something is due, until ctx is done.
func (k *Keeper) Follow(ctx context.Context) {
	for {
		wait := sweepEvery
		next, err := k.Sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			k.log.Warn("sessions in which something may be due could not be looked at", "error", err)
			wait = sweepAgain
		case !next.IsZero():
			wait = max(0, min(next.Sub(k.Now()), sweepEvery))
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-k.reminded:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}
