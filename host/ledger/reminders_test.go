package ledger

// This file tests reminders.

import (
	"errors"
	"fmt"
	"testing"
)

func TestReminders(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		if _, err := l.NextReminder(ctx); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		all := []Reminder{{7, "s"}, {3, "t"}, {9, "s"}, {3, "s"}, {7, "s"}, {1 << 52, "late"}, {-1, ""}}
		for _, r := range all {
			wants(t, l.Remind(ctx, r), nil)
		}
		if err := l.Remind(ctx, Reminder{1, "a\x00b"}); err == nil {
			t.Error("taken")
		}
		wants(t, l.Close(), nil)
		l = p.open(t)
		is := func(until int64, limit int, want ...Reminder) {
			t.Helper()
			if got, err := l.Reminders(ctx, until, limit); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v %v, not %v", got, err, want)
			}
		}
		is(8, 10, Reminder{-1, ""}, Reminder{3, "s"}, Reminder{3, "t"}, Reminder{7, "s"})
		is(8, 2, Reminder{-1, ""}, Reminder{3, "s"})
		is(-2, 10)
		wants(t, l.Forget(ctx, Reminder{-1, ""}), nil)
		wants(t, l.Forget(ctx, Reminder{3, "s"}), nil)
		wants(t, l.Forget(ctx, Reminder{3, "none"}), nil)
		is(8, 10, Reminder{3, "t"}, Reminder{7, "s"})
		if at, err := l.NextReminder(ctx); err != nil || at != 3 {
			t.Error(at, err)
		}
	})
}
