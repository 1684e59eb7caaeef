package ledger

// This file keeps reminders: when a session has to be looked at, without being asked. They
// outlive the program, and any server of a database may follow them.

import (
	"context"
	"database/sql"
	"errors"
)

// Reminder says that a session has to be looked at.
type Reminder struct {
	At      int64 // milliseconds since 1970
	Session string
}

// Remind keeps a reminder. Keeping one again is fine.
func (l *Ledger) Remind(ctx context.Context, r Reminder) error {
	if err := texts(r.Session); err != nil {
		return err
	}
	return l.do(ctx, func(ctx context.Context, tx tx) error {
		_, err := tx.ExecContext(ctx, sqlRemind, r.At, r.Session)
		return err
	})
}

// Reminders returns up to limit reminders that are of a time until then, the earliest first.
func (l *Ledger) Reminders(ctx context.Context, until int64, limit int) ([]Reminder, error) {
	rows, err := l.store.reader().QueryContext(ctx, sqlReminders, until, limit)
	if err != nil {
		return nil, l.fail("reading reminders", err)
	}
	defer rows.Close()
	var all []Reminder
	for rows.Next() {
		var r Reminder
		if err := rows.Scan(&r.At, &r.Session); err != nil {
			return nil, l.fail("reading reminders", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, l.fail("reading reminders", err)
	}
	return all, nil
}

// NextReminder returns the time of the earliest reminder. ErrNotFound: there is none.
func (l *Ledger) NextReminder(ctx context.Context) (at int64, err error) {
	err = l.store.reader().QueryRowContext(ctx, sqlNextReminder).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	if err != nil {
		return 0, l.fail("reading reminders", err)
	}
	return at, nil
}

// Forget removes a reminder.
func (l *Ledger) Forget(ctx context.Context, r Reminder) error {
	return l.do(ctx, func(ctx context.Context, tx tx) error {
		_, err := tx.ExecContext(ctx, sqlForget, r.At, r.Session)
		return err
	})
}
