package pgtest

// This file shares one server among the tests of a program.

import (
	"context"
	"fmt"
	"os"
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
