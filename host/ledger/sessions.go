package ledger

// This file keeps sessions, and the snapshots that make opening them quick.

import (
	"context"
	"fmt"
	"strings"
)

// Create records a session; Seq and Head of s are not looked at. ErrExists: there is one with
// this id, whatever else it says. ErrOwner: the owner has most sessions already, counted
// exactly, whatever else creates some at this moment; 0 is no limit.
func (l *Ledger) Create(ctx context.Context, s Session, most int) error {
	if err := texts(s.ID, s.Bundle, s.Genesis, s.Owner); err != nil {
		return err
	}
	if strings.Contains(s.ID, "\n") { // servers tell each other ids by lines
		return fmt.Errorf("ledger: the id %q of a session has a line break", s.ID)
	}
	return l.do(ctx, func(ctx context.Context, tx tx) error {
		if most > 0 {
			if err := l.store.alone(ctx, tx, "owner "+s.Owner); err != nil {
				return err
			}
		}
		var n int
		if err := tx.QueryRowContext(ctx, sqlExists, s.ID).Scan(&n); err == nil {
			return ErrExists
		} else if err := l.lost(ctx, tx, l.missing("creating a session", err), sqlOrphan, "session",
			s.ID); err != ErrNotFound {
			return err
		}
		if most > 0 {
			if err := tx.QueryRowContext(ctx, sqlOwned, s.Owner, most).Scan(&n); err != nil {
				return err
			}
			if n >= most {
				return ErrOwner
			}
		}
		_, err := tx.ExecContext(ctx, sqlCreate, s.ID, s.Bundle, s.Genesis, s.Owner, s.At)
		return err
	})
}

// Session returns a session with Seq and Head as they are now, or ErrNotFound. What it
// says about the log is not verified; Log is.
func (l *Ledger) Session(ctx context.Context, id string) (Session, error) {
	s, err := scanSession(l.store.reader().QueryRowContext(ctx, sqlSession, id))
	if err != nil {
		return Session{}, l.lost(ctx, l.store.reader(), l.missing("reading a session", err), sqlOrphan, "session", id)
	}
	return s, nil
}

// Sessions returns up to limit sessions of an owner, or of all for "", by id, from the
// one after the given id on ("" for the first). Seq and Head are as in Session.
func (l *Ledger) Sessions(ctx context.Context, owner, after string, limit int) ([]Session, error) {
	query, args := sqlSessions, []any{after, limit}
	if owner != "" {
		query, args = sqlSessionsOf, append(args, owner)
	}
	rows, err := l.store.reader().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, l.fail("reading sessions", err)
	}
	defer rows.Close()
	var all []Session
	for rows.Next() {
		s, err := scanSession(rows)
		if err != nil {
			return nil, l.fail("reading sessions", err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return nil, l.fail("reading sessions", err)
	}
	return all, nil
}

func scanSession(row interface{ Scan(...any) error }) (s Session, err error) {
	err = row.Scan(&s.ID, &s.Bundle, &s.Genesis, &s.Owner, &s.At, &s.Seq, &s.Head)
	return s, err
}

// SaveSnapshot keeps a session's snapshot after seq decisions, in place of an older one.
// It is a cache: it may be lost, and must be confirmed by a decision that comes after it.
func (l *Ledger) SaveSnapshot(ctx context.Context, id string, seq int64, snapshot []byte) error {
	if err := texts(id); err != nil {
		return err
	}
	return l.do(ctx, func(ctx context.Context, tx tx) error {
		_, err := tx.ExecContext(ctx, sqlSaveSnapshot, id, seq, snapshot, sum(snapshot))
		return err
	})
}

// Snapshot returns the newest snapshot kept of a session, and after how many decisions it was taken.
// ErrNotFound: there is none, or what is there is not what was saved.
func (l *Ledger) Snapshot(ctx context.Context, id string) (seq int64, snapshot []byte, err error) {
	var stored string
	if err := l.store.reader().QueryRowContext(ctx, sqlSnapshot, id).Scan(&seq, &snapshot, &stored); err != nil {
		return 0, nil, l.missing("reading a snapshot", err)
	}
	if sum(snapshot) != stored {
		l.log.Warn("a stored snapshot has changed and is not used", "session", id, "seq", seq)
		return 0, nil, ErrNotFound
	}
	return seq, snapshot, nil
}
