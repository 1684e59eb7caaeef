package pgtest

// This file shares one server among the tests of a program.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
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
	number atomic.Int64
)

// Main runs the tests and stops the server they shared. It returns the exit code.
func Main(m *testing.M) int {
	inMain = true
	defer func() {
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
	name := fmt.Sprintf("test%d", number.Add(1))
	if err := shared.run(`CREATE DATABASE ` + name); err != nil {
		tb.Fatal(err)
	}
	return shared.address(name)
}

// run runs a statement beside the tests' databases.
func (s *Server) run(statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
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
	for _, statement := range []string{`CREATE TABLESPACE small LOCATION '` + folder + `'`, `CREATE DATABASE small TABLESPACE small`} {
		if err := s.run(statement); err != nil {
			s.tb.Fatal(err)
		}
	}
	return s.address("small")
}
