package ledger

// This file opens and closes a ledger, whatever keeps it.

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
)

// Options say how a ledger is kept. The zero value works.
type Options struct {
	// Logger is told of what an operator should know. Nil discards it.
	Logger *slog.Logger

	// BatchRows is the most decisions that one transaction takes from those that
	// wait. One Append is never divided, whatever its size. 0 is 4096.
	BatchRows int

	// MaxBytes is how large a SQLite file may grow; what does not fit is ErrFull.
	// Its write-ahead log comes on top (a few MiB, more under load). 0 is no limit.
	// PostgreSQL ignores it.
	MaxBytes int64

	schemas fs.FS // tests' own instead of those that are built in
}

const (
	batchRows  = 4096    // when Options does not say
	batchBytes = 4 << 20 // of decisions in one transaction, before the next Append waits for another
)

// Ledger keeps documents, sessions and decisions. It may be used by several goroutines at once.
type Ledger struct {
	store  store
	log    *slog.Logger
	queue  queue
	hub    hub
	closed sync.Once
	failed error // of closing
}

// store is what the two engines do differently.
type store interface {
	kind() string

	// reader answers what is read. It may be asked by several goroutines at once.
	reader() *sql.DB

	// commit writes what the tasks want in one transaction where it can, and
	// answers every task, by the goroutine of the queue only.
	commit(batch []*task)

	// grouped says whether commit also takes tasks that are no appends. If not, they go to write.
	grouped() bool
	write(ctx context.Context, do func(context.Context, tx) error) error

	// alone makes the rest of the transaction wait for all others that named the same thing.
	alone(ctx context.Context, tx tx, name string) error

	// ready says why nothing can be written now.
	ready(ctx context.Context) error

	// failure tells what a database's error means.
	failure(err error) error

	close() error
}

// tx is where statements are run: a transaction, or a connection that is in one.
type tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// open makes a ledger on the store that make opens.
func open(o Options, make func(Options, *hub) (store, error)) (*Ledger, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.BatchRows <= 0 {
		o.BatchRows = batchRows
	}
	if o.schemas == nil {
		o.schemas = schemas
	}
	l := &Ledger{log: o.Logger}
	var err error
	if l.store, err = make(o, &l.hub); err != nil {
		return nil, err
	}
	l.queue.start(o.BatchRows, func(batch []*task) {
		l.store.commit(batch)
		for _, t := range batch {
			if t.rows != nil && t.err != ErrConflict {
				l.hub.wake(t.rows[0].Session)
			}
			close(t.done)
		}
	})
	return l, nil
}

// Close finishes what was taken to be written and closes the store. Anyone who asks for
// more gets ErrClosed.
func (l *Ledger) Close() error {
	l.closed.Do(func() {
		l.queue.stop()
		l.failed = l.store.close()
	})
	return l.failed
}

// Kind returns what keeps the ledger: "sqlite" or "postgres".
func (l *Ledger) Kind() string { return l.store.kind() }

// Ready returns nil when decisions can be read and written now. It writes nothing.
func (l *Ledger) Ready(ctx context.Context) error {
	if l.queue.stopped() {
		return ErrClosed
	}
	var version int
	if err := l.store.reader().QueryRowContext(ctx, sqlVersion).Scan(&version); err != nil {
		return l.fail("reading", err)
	}
	if l.store.grouped() {
		return l.do(ctx, func(context.Context, tx) error { return nil })
	}
	if err := l.store.ready(ctx); err != nil {
		return l.fail("writing", err)
	}
	return nil
}

// do has something other than an append written.
func (l *Ledger) do(ctx context.Context, do func(context.Context, tx) error) error {
	if l.store.grouped() {
		return l.queue.run(ctx, &task{do: do})
	}
	if l.queue.stopped() {
		return ErrClosed
	}
	return l.store.write(ctx, do)
}

// fail says what was being done when the store failed.
func (l *Ledger) fail(doing string, err error) error {
	if l.queue.stopped() {
		return ErrClosed
	}
	return failed(doing, l.store.failure(err))
}

// failed says what was being done when err happened, unless err says all there is to say.
func failed(doing string, err error) error {
	if err == ErrFull {
		return err
	}
	return fmt.Errorf("ledger: %s: %w", doing, err)
}

// mine says whether a refusal is this package's own, and says all there is to say.
func mine(err error) bool {
	return err == ErrConflict || err == ErrExists || err == ErrOwner || err == ErrTaken
}
