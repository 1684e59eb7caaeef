package pgtest

// This file starts and stops servers.

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

const patience = 30 * time.Second // for a server to start or stop

// Server is a PostgreSQL server of a test's own.
type Server struct {
	tb   testing.TB
	data string // its data folder, and its socket
	cred *syscall.SysProcAttr

	process *program // nil where it does not run
}

// Start starts a server with an empty database, and stops it when the test ends.
func Start(tb testing.TB) *Server {
	tb.Helper()
	folder, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(folder) })
	s, err := create(tb, folder)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if s.process != nil {
			s.stop(syscall.SIGQUIT)
		}
	})
	if err := s.start(); err != nil {
		tb.Fatal(err)
	}
	return s
}

// URL returns the address of the server's database, which stays through restarts.
func (s *Server) URL() string { return s.address("postgres") }

func (s *Server) address(database string) string {
	return (&url.URL{Scheme: "postgres", Path: "/" + database,
		RawQuery: url.Values{"host": {s.data}, "user": {"postgres"}}.Encode()}).String()
}

// Stop stops the server and waits until it is gone. When immediate it is as in a
// crash: nothing is written any more, and the next start recovers.
func (s *Server) Stop(immediate bool) {
	s.tb.Helper()
	signal := syscall.SIGINT
	if immediate {
		signal = syscall.SIGQUIT
	}
	if err := s.stop(signal); err != nil {
		s.tb.Fatal(err)
	}
}

// Start starts a server that was stopped.
func (s *Server) Start() {
	s.tb.Helper()
	if err := s.start(); err != nil {
		s.tb.Fatal(err)
	}
}

// Restart is Stop(true) and Start.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Stop(true)
	s.Start()
}

// bin returns the folder of PostgreSQL's programs.
var bin = sync.OnceValues(func() (string, error) {
	var found []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			found = append(found, filepath.Dir(path))
		}
	}
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for _, folder := range append(found, installed...) {
		_, e1 := os.Stat(filepath.Join(folder, "initdb"))
		_, e2 := os.Stat(filepath.Join(folder, "postgres"))
		if e1 == nil && e2 == nil {
			return folder, nil
		}
	}
	return "", errors.New("PostgreSQL is missing: neither PATH nor /usr/lib/postgresql has initdb and postgres " +
		"(apt-get install postgresql)")
})

// need skips the test where there is no PostgreSQL, or fails it where there must be.
func need(tb testing.TB) string {
	tb.Helper()
	folder, err := bin()
	if err != nil {
		if os.Getenv("HOLDFAST_REQUIRE") == "1" {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	return folder
}

// identity is who runs the server: it refuses to be root.
func identity() (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, e1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, e2 := strconv.ParseUint(u.Gid, 10, 32)
		if e1 == nil && e2 == nil {
			attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
			return attr, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

// create makes the files of a server in folder.
func create(tb testing.TB, folder string) (*Server, error) {
	tb.Helper()
	programs := need(tb)
	attr, err := identity()
	if err != nil {
		return nil, err
	}
	s := &Server{tb: tb, data: filepath.Join(folder, "data"), cred: attr}
	if err := os.Mkdir(s.data, 0o700); err != nil {
		return nil, err
	}
	if attr.Credential != nil {
		for _, f := range []string{folder, s.data} {
			if err := os.Chown(f, int(attr.Credential.Uid), int(attr.Credential.Gid)); err != nil {
				return nil, err
			}
		}
	}
	// Not synced while it is made: a crash of the machine ends the tests as well.
	initdb := exec.Command(filepath.Join(programs, "initdb"), "-D", s.data, "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--data-checksums", "--no-sync", "--no-instructions", "--wal-segsize=4")
	initdb.Dir, initdb.SysProcAttr = s.data, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s, nil
}

func (s *Server) start() error {
	folder, err := bin()
	if err != nil {
		return err
	}
	p := exec.Command(filepath.Join(folder, "postgres"), "-D", s.data,
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+s.data,
		"-c", "fsync=on", "-c", "shared_buffers=16MB", "-c", "max_connections=200", "-c", "max_wal_size=64MB",
		"-c", "min_wal_size=16MB")
	p.Dir, p.SysProcAttr = s.data, dieWithMe(s.cred)
	process := &program{name: "PostgreSQL", process: p, output: filepath.Join(filepath.Dir(s.data), "output")}
	if err := process.start(s.URL()); err != nil {
		return err
	}
	s.process = process
	return nil
}

func (s *Server) stop(signal syscall.Signal) error {
	if s.process == nil {
		return errors.New("PostgreSQL is not running")
	}
	if err := s.process.process.Process.Signal(signal); err != nil {
		return err
	}
	select {
	case <-s.process.ended: // its status says little: it was asked to end
		s.process = nil
		return nil
	case <-time.After(patience):
		return fmt.Errorf("PostgreSQL does not stop\n%s", s.process.said())
	}
}
