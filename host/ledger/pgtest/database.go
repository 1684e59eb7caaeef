package pgtest

// This file shares one server among the tests of a program.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

var (
	inMain bool
	once   sync.Once
	shared *Server
	folder string
	failed error
)

// Main runs the tests and stops the server they shared. It returns the exit code.
func Main(m *testing.M) int {
	inMain = true
	defer func() {
		for _, p := range poolers.byMode {
			p.stop()
		}
		if shared != nil && shared.process != nil {
			shared.stop(syscall.SIGQUIT)
		}
		if folder != "" {
			os.RemoveAll(folder)
		}
	}()
	return m.Run()
}

// Database returns the address of a fresh database of the shared server, which is
// started for the first and goes away with all it holds in Main. Without Main it is a
// server of the test's own.
func Database(tb testing.TB) string {
	tb.Helper()
	if !inMain {
		return Start(tb).URL()
	}
	need(tb)
	once.Do(func() {
		if folder, failed = os.MkdirTemp("", "pgtest"); failed != nil {
			return
		}
		if shared, failed = create(tb, folder); failed == nil {
			failed = shared.start()
		}
	})
	if failed != nil {
		tb.Fatal(failed)
	}
	name, err := take()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { // making one takes ten times as long as emptying it
		if err := shared.run(name, empty...); err != nil {
			tb.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		free = append(free, name)
	})
	return shared.address(name)
}

var (
	mu   sync.Mutex
	free []string // names of empty databases
	made int
)

// empty is what leaves nothing of a test in its database.
var empty = []string{
	`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ` +
		`pg_backend_pid()`,
	`DROP SCHEMA public CASCADE`,
	`CREATE SCHEMA public`,
	`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ALL', current_database()); END $$`,
}

// take returns the name of an empty database.
func take() (string, error) {
	mu.Lock()
	defer mu.Unlock()
	if n := len(free); n > 0 {
		name := free[n-1]
		free = free[:n-1]
		return name, nil
	}
	made++
	name := fmt.Sprintf("test%d", made)
	return name, shared.run("postgres", `CREATE DATABASE `+name)
}

// run runs statements in a database.
func (s *Server) run(database string, statements ...string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.address(database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err = conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Tablespace makes a database whose tables are kept in a folder of the caller's, which is
// given to the server, and returns its address. What the server writes ahead stays where it was.
func (s *Server) Tablespace(folder string) string {
	s.tb.Helper()
	if c := s.cred.Credential; c != nil {
		if err := os.Chown(folder, int(c.Uid), int(c.Gid)); err != nil {
			s.tb.Fatal(err)
		}
		for f := filepath.Dir(folder); f != "/" && f != os.TempDir(); f = filepath.Dir(f) { // which it must be able to enter
			if err := os.Chmod(f, 0o755); err != nil {
				s.tb.Fatal(err)
			}
		}
	}
	if err := s.run("postgres", `CREATE TABLESPACE small LOCATION '`+folder+`'`,
		`CREATE DATABASE small TABLESPACE small`); err != nil {
		s.tb.Fatal(err)
	}
	return s.address("small")
}
