package ledger

// This file keeps a ledger in the SQLite database of a Durable Object, the part of a
// JavaScript worker that has storage: https://developers.cloudflare.com/durable-objects.
// The platform lets one object of a name exist, so nothing else writes.
//
// The worker gives the database as an object of three functions (object.js): run a statement, run a
// function in a transaction, and wait until what was written is durable. There are no files, locks or
// threads; statements return at once, and durability comes later, for all that was written before.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall/js"
)

// objectStore is the database of a Durable Object.
type objectStore struct {
	object js.Value
	mu     sync.Mutex // held while a batch is written, until it is durable, and by each statement that reads
	read   *sql.DB
	write1 *sql.DB
	conn   *sql.Conn // runs statements inside a transaction
}

// OpenObject opens the ledger in a Durable Object. object has exec(query, parameters), which returns
// {columns, rows, written}; transaction(f), which keeps what f does unless f returns false;
// and sync(), a promise that what was written is durable.
func OpenObject(ctx context.Context, object js.Value, o Options) (*Ledger, error) {
	return open(o, func(o Options, _ *hub) (store, error) {
		s := &objectStore{object: object}
		s.read = sql.OpenDB(&objectDriver{store: s})
		s.write1 = sql.OpenDB(&objectDriver{store: s, inside: true})
		var err error
		if s.conn, err = s.write1.Conn(ctx); err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		err = s.transaction(func() error {
			return migrate(ctx, s.conn, o.schemas, "sqlite", `SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'`)
		})
		if err == nil {
			err = s.sync()
		}
		if err != nil {
			return nil, fmt.Errorf("ledger: opening the object's database: %w", s.failure(err))
		}
		return s, nil
	})
}

func (s *objectStore) kind() string                            { return "object" }
func (s *objectStore) reader() *sql.DB                         { return s.read }
func (s *objectStore) grouped() bool                           { return true }
func (s *objectStore) alone(context.Context, tx, string) error { return nil } // the queue is
func (s *objectStore) ready(context.Context) error             { return nil }

func (s *objectStore) write(context.Context, func(context.Context, tx) error) error {
	panic("everything is written by commit")
}

// transaction keeps all that do has written, or nothing where it returns an error.
func (s *objectStore) transaction(do func() error) (err error) {
	defer thrown(&err)
	f := js.FuncOf(func(js.Value, []js.Value) any {
		err = do()
		return err == nil
	})
	defer f.Release()
	s.object.Call("transaction", f)
	return err
}

// commit runs each task in a transaction of its own, and then waits until all of them are
// durable: where that fails, it is not known what is. Until then nothing reads what was written: the
// platform holds answers back that are not durable yet, but an event stream is an answer that went out before.
func (s *objectStore) commit(batch []*task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx := context.Background()
	for _, t := range batch {
		t.err = s.transaction(func() error { return s.run(ctx, t) })
		if t.err != nil && !mine(t.err) {
			t.err = failed("nothing written", s.failure(t.err))
		}
	}
	if err := s.sync(); err != nil {
		answer(batch, failed("writing", s.failure(err)))
	}
}

func (s *objectStore) run(ctx context.Context, t *task) error {
	if t.do != nil {
		return t.do(ctx, s.conn)
	}
	for _, r := range t.rows {
		result, err := s.conn.ExecContext(ctx, sqlAdd, r.Session, r.Seq, r.Bytes, r.Digest, r.Prev, r.Key)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrConflict)
		}
	}
	return nil
}

// sync waits until what was written is durable.
func (s *objectStore) sync() (err error) {
	defer thrown(&err)
	done := make(chan error, 1)
	kept := js.FuncOf(func(js.Value, []js.Value) any { done <- nil; return nil })
	defer kept.Release()
	lost := js.FuncOf(func(_ js.Value, args []js.Value) any { done <- js.Error{Value: args[0]}; return nil })
	defer lost.Release()
	s.object.Call("sync").Call("then", kept, lost)
	return <-done
}

// thrown makes an error of what JavaScript has thrown.
func thrown(err *error) {
	switch r := recover().(type) {
	case nil:
	case js.Error:
		*err = r
	default:
		panic(r)
	}
}

// failure reads the messages of the platform, which have SQLite's names for results at their end.
func (s *objectStore) failure(err error) error {
	var e js.Error
	if !errors.As(err, &e) {
		return err
	}
	message := e.Error()
	switch {
	case strings.Contains(message, "SQLITE_FULL"), strings.Contains(message, "SQLITE_TOOBIG"): // a row takes 2 MB
		return ErrFull
	case strings.Contains(message, "SQLITE_CORRUPT"), strings.Contains(message, "SQLITE_NOTADB"):
		return &Corrupt{"the object's database", message}
	}
	return err
}

func (s *objectStore) close() error {
	return errors.Join(s.conn.Close(), s.write1.Close(), s.read.Close())
}
