package sessions

// This file defines how what waits comes to an end: the host proposes expire of what is due, as the
// agent that the bundle names (hold.by). It is a decision like any other: recorded, and an event.
//
//	parked ── reminder, then the decision ── … ── due
//	                                               ├── the session is asked, shown or decided on
//	                                               └── or no caller comes: a host that follows reminders does
//
// A reminder is kept before the decision that parks, so that no crash loses it, and nothing is
// believed of it: what is due the session says. Of two hosts that expire the same, one loses the
// place in the log, and finds that nothing is due any more.

import (
	"context"
	"fmt"
	"slices"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// time is what the session's time would be now: it never goes back, whatever the machine's does.
func (l *live) time() int64 { return max(l.Now().UnixMilli(), l.at) }

// isDue says whether something in the session may be due, and can be ended as far as is known.
func (l *live) isDue() bool {
	return l.session != nil && l.bundle.expirer != "" && l.due <= l.time() && l.stuck != l.about.Head &&
		l.Now().UnixMilli() >= l.later && !l.paused.Load()
}

// expire decides expire of all that is due. What would not end it, such as in a frozen session, is not
// proposed: it would be proposed for ever.
func (l *live) expire(b *batch) error {
	if !l.isDue() {
		return nil
	}
	head, err := readHead(l.session)
	if err != nil {
		return err
	}
	l.due = never
	now, stuck := max(l.time(), b.at), false
	for _, waits := range head.Holds {
		if waits.Expires > now {
			l.due = min(l.due, waits.Expires)
			continue
		}
		ended, err := l.end(b, waits.Seq, now)
		if err != nil {
			return err
		}
		if !ended {
			l.due, stuck = min(l.due, waits.Expires), true
		}
	}
	if stuck {
		l.stuck = b.about.Head
	}
	return nil
}

// end decides expire of what was parked at a seq, where that would end it.
func (l *live) end(b *batch, seq, at int64) (ended bool, err error) {
	expire := Proposal{Action: "expire", Args: fmt.Appendf(nil, `{"hold":%d}`, seq)}
	src := expire.document(host.Actor{Kind: l.bundle.expirer, ID: HostID}, at)
	would, err := l.session.Why(src)
	if err != nil {
		return false, err
	}
	if d, err := host.Read(would); err != nil || d.Verdict != "commit" && d.Governing != "hold:expired" {
		return false, err
	}
	_, err = b.decide(l.session, src, "")
	return true, err
}

// remind keeps reminders of what a batch has parked, and finds out what is due next.
func (l *live) remind(ctx context.Context, b *batch) error {
	if !slices.Contains(b.verdicts, "hold") || l.bundle.expirer == "" {
		return nil
	}
	head, err := readHead(l.session)
	if err != nil {
		return err
	}
	for _, waits := range head.Holds {
		l.due = min(l.due, waits.Expires)
		if waits.Seq < b.rows[0].Seq {
			continue
		}
		if err := l.Ledger.Remind(ctx, ledger.Reminder{At: waits.Expires, Session: l.id}); err != nil {
			return err
		}
		l.remindAt(waits.Expires)
	}
	return nil
}
