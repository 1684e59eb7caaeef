//go:build !js

package ledger

// This file moves SQLite's write-ahead log into the database file, while decisions
// go on being written.
//
//	log   ████████████████░░     a connection of its own moves what is there; this is the
//	      moved───────────┘ └─   long part, and nothing waits for it. What was written meanwhile is
//	                             short: the writer moves that between two transactions,
//	                             and then begins the log from its start again
//
// Left to SQLite, a writer moves all of it inside a commit (every 1000 pages); left to
// the other connection alone, the log never ends under load and grows for ever.

import (
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
)

const (
	moveEvery = 4000 // rows or pages written, until the log is moved
	longLog   = 8192 // pages of a log that the writer is to end
)

// mover moves the log. All but due and move happen in a goroutine of its own.
type mover struct {
	log     *slog.Logger
	db      *sql.DB
	pending int // written since; of the writer only
	wake    chan struct{}
	ended   chan struct{}
	finish  atomic.Bool // the writer is to move the rest
}

func (m *mover) start(path string, log *slog.Logger) (err error) {
	m.log, m.wake, m.ended = log, make(chan struct{}, 1), make(chan struct{})
	if m.db, err = sql.Open("sqlite", dsn(path)); err != nil {
		return err
	}
	m.db.SetMaxOpenConns(1)
	go func() {
		defer close(m.ended)
		for range m.wake {
			pages, moved := m.move(context.Background(), m.db)
			m.finish.Store(pages > moved && pages > longLog)
		}
	}()
	return nil
}

// wrote counts what was written.
func (m *mover) wrote(n int) {
	if m.pending += n; m.pending >= moveEvery {
		m.pending = 0
		nudge(m.wake)
	}
}

// due says whether the writer should move the rest now.
func (m *mover) due() bool { return m.finish.CompareAndSwap(true, false) }

// move moves what no reader is in the way of, and returns how many pages the log has
// and how many of them are moved. A failure is not the end: the log has it all.
func (m *mover) move(ctx context.Context, on interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (pages, moved int) {
	var busy int
	if err := on.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &moved); err != nil {
		m.log.Warn("SQLite's write-ahead log cannot be moved into the database file and grows", "error", err)
	}
	return pages, moved
}

func (m *mover) stop() error {
	if m.db == nil {
		return nil
	}
	close(m.wake)
	<-m.ended
	return m.db.Close()
}
