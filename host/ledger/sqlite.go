//go:build !js

package ledger

// This file keeps a ledger in one SQLite file, through modernc.org/sqlite (no cgo):
// write-ahead log, synced at each commit, one connection that writes, a few that
// read, and one that moves the log into the file (checkpoint.go). A lock beside the
// file keeps other processes out.
//
// After a failed sync it is safe to go on: SQLite writes again all that it has not
// acknowledged, at the same place of the log.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	readers  = 4    // connections that read
	pageSize = 4096 // SQLite's own default
)

type sqliteStore struct {
	log    *slog.Logger
	lock   *flock.Flock
	write1 *sql.DB   // holds one connection
	conn   *sql.Conn // which is this
	read   *sql.DB
	add    *sql.Stmt
	path   string
	folder string // removed with the store; empty for a file that lasts
	mover  mover
}

func openSQLite(ctx context.Context, path string, o Options) (_ *sqliteStore, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	s := &sqliteStore{log: o.Logger, lock: flock.New(path + ".lock"), path: path}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if got, err := s.lock.TryLock(); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	} else if !got {
		return nil, fmt.Errorf("%w: %s", ErrLocked, path)
	}
	if s.write1, err = sql.Open("sqlite", dsn(path, "foreign_keys(1)", "wal_autocheckpoint(0)",
		"cache_size(-16000)")); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if s.conn, err = s.write1.Conn(ctx); err != nil {
		return nil, fmt.Errorf("ledger: opening %s: %w", path, s.failure(err))
	}
	if err = s.prepare(ctx, o); err != nil {
		return nil, fmt.Errorf("ledger: opening %s: %w", path, s.failure(err))
	}
	if err = syncFolder(path); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if s.read, err = sql.Open("sqlite", dsn(path, "query_only(1)")); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return s, s.mover.start(path, s.log)
}

// dsn names the file and what each connection to it is like.
func dsn(path string, pragmas ...string) string {
	query := url.Values{"_pragma": append([]string{"busy_timeout(10000)", "synchronous(FULL)"}, pragmas...)}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// syncFolder makes the file's own entry durable; SQLite sees to that of the write-ahead log.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

func (s *sqliteStore) prepare(ctx context.Context, o Options) error {
	var mode string
	if err := s.conn.QueryRowContext(ctx, `PRAGMA journal_mode = WAL`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("no write-ahead log on this file system (journal mode %s)", mode)
	}
	var page, pages int64
	if err := s.conn.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&page); err != nil {
		return err
	}
	if err := s.transaction(ctx, func() error {
		return migrate(ctx, s.conn, o.schemas, "sqlite", `SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'`)
	}); err != nil {
		return err
	}
	if o.MaxBytes > 0 {
		most := strconv.FormatInt(max(o.MaxBytes/page, 1), 10)
		if err := s.conn.QueryRowContext(ctx, `PRAGMA max_page_count = `+most).Scan(&pages); err != nil {
			return err
		}
	}
	var err error
	s.add, err = s.conn.PrepareContext(ctx, sqlAdd)
	return err
}

func (s *sqliteStore) kind() string                            { return "sqlite" }
func (s *sqliteStore) reader() *sql.DB                         { return s.read }
func (s *sqliteStore) grouped() bool                           { return true }
func (s *sqliteStore) alone(context.Context, tx, string) error { return nil } // the queue is
func (s *sqliteStore) ready(context.Context) error             { return nil }

func (s *sqliteStore) write(context.Context, func(context.Context, tx) error) error {
	panic("everything is written by commit")
}

// transaction runs do, and keeps all it has written or nothing.
func (s *sqliteStore) transaction(ctx context.Context, do func() error) error {
	_, err := s.conn.ExecContext(ctx, `BEGIN IMMEDIATE`)
	if err == nil {
		err = do()
	}
	if err == nil {
		_, err = s.conn.ExecContext(ctx, `COMMIT`)
	}
	if err != nil {
		s.conn.ExecContext(context.Background(), `ROLLBACK`) // fails where SQLite has done so itself
	}
	return err
}

// commit writes a batch as one transaction. A task that is refused has written
// nothing; any other failure undoes the batch.
func (s *sqliteStore) commit(batch []*task) {
	ctx := context.Background() // no caller's: the tasks are of many
	if s.mover.due() {
		s.mover.move(ctx, s.conn)
	}
	err := s.transaction(ctx, func() error {
		for _, t := range batch {
			if err := s.run(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		if err = s.failure(err); err == ErrFull {
			s.mover.finish.Store(true) // a long log begins anew, which may make room
			nudge(s.mover.wake)
		}
		answer(batch, failed("writing", err))
		return
	}
	written := 0
	for _, t := range batch {
		written += len(t.rows) + t.bytes()/pageSize
	}
	s.mover.wrote(written)
}

// run does what t wants. A refusal is t's alone, an error the whole batch's.
func (s *sqliteStore) run(ctx context.Context, t *task) error {
	if len(t.rows) == 1 {
		added, err := s.insert(ctx, &t.rows[0])
		if err == nil && !added {
			t.err = ErrConflict
		}
		return err
	}
	if _, err := s.conn.ExecContext(ctx, `SAVEPOINT task`); err != nil {
		return err
	}
	if t.do != nil {
		t.err = t.do(ctx, s.conn)
	}
	for i := 0; i < len(t.rows) && t.err == nil; i++ {
		added, err := s.insert(ctx, &t.rows[i])
		if t.err = err; err == nil && !added {
			t.err = ErrConflict
		}
	}
	if t.err != nil {
		if fatal(t.err) {
			return t.err
		}
		if !mine(t.err) {
			t.err = failed("nothing written", t.err)
		}
		if _, err := s.conn.ExecContext(ctx, `ROLLBACK TO task`); err != nil {
			return err
		}
	}
	_, err := s.conn.ExecContext(ctx, `RELEASE task`)
	return err
}

func (s *sqliteStore) insert(ctx context.Context, r *Row) (added bool, err error) {
	result, err := s.add.ExecContext(ctx, r.Session, r.Seq, r.Bytes, r.Digest, r.Prev, r.Key)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// fatal says whether an error concerns more than the task that met it: the store
// itself failed, and may have undone the whole transaction.
func fatal(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff != sqlite3.SQLITE_CONSTRAINT
}

func (s *sqliteStore) failure(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the index of the write-ahead log could not grow
		return ErrFull
	case sqlite3.SQLITE_IOERR_WRITE: // also when a quota or a limit on the file's size is reached
		if noRoom(s.path) {
			return ErrFull
		}
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &Corrupt{"the database file", e.Error()}
	}
	return err
}

// noRoom says whether the system lets nothing more be written beside path, as far
// into a file as its write-ahead log is long.
func noRoom(path string) bool {
	f, err := os.CreateTemp(filepath.Dir(path), "room")
	if err != nil {
		return outOfRoom(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var end int64
	if log, err := os.Stat(path + "-wal"); err == nil {
		end = log.Size()
	}
	_, err = f.WriteAt(make([]byte, pageSize), end)
	return outOfRoom(err)
}

func outOfRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// close closes what was opened. Nothing is being written any more.
func (s *sqliteStore) close() error {
	errs := []error{s.mover.stop()}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.add != nil {
		errs = append(errs, s.add.Close())
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
	}
	if s.write1 != nil {
		errs = append(errs, s.write1.Close())
	}
	errs = append(errs, s.lock.Close())
	if s.folder != "" {
		errs = append(errs, os.RemoveAll(s.folder))
	}
	return errors.Join(errs...)
}
