package ledger

// This file runs a ledger in a process of its own, which can be stopped and killed at any moment.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	childEnv      = "HOLDFAST_LEDGER_CHILD" // the address that a child is to write to
	limitEnv      = "HOLDFAST_LEDGER_LIMIT" // the child is to meet a limit on its files' size
	childSessions = 8
)

// child appends to all sessions until it is killed, and says what was acknowledged by lines of "id seq digest".
func child() {
	fail := func(err error) {
		fmt.Println("error", err)
		os.Exit(1)
	}
	l, err := Open(ctx, os.Getenv(childEnv), Options{})
	if err != nil {
		fail(err)
	}
	if os.Getenv(limitEnv) != "" {
		if err := limited(l); err != nil {
			fail(err)
		}
		os.Exit(0)
	}
	fmt.Println("open")
	var wg sync.WaitGroup
	for i := range childSessions {
		wg.Go(func() {
			id := fmt.Sprint("s", i)
			if err := l.Create(ctx, Session{ID: id, Bundle: "b", Genesis: genesis(id), Owner: "o"},
				0); err != nil && err != ErrExists {
				fail(err)
			}
			s, err := l.Session(ctx, id)
			for err == nil {
				r := row(id, s.Seq+1, s.Head, "", 100+int(s.Seq*997%3000))
				if err = l.Append(ctx, []Row{r}); err == nil {
					fmt.Println(id, r.Seq, r.Digest) // one write
					s.Seq, s.Head = r.Seq, r.Digest
				}
			}
			fail(err)
		})
	}
	wg.Wait()
}

// limited appends until no file may grow, twice, and again once they may.
func limited(l *Ledger) error {
	s := Session{ID: "s", Bundle: "b", Genesis: genesis("s"), Owner: "o"}
	if err := l.Create(ctx, s, 0); err != nil {
		return err
	}
	s.Head = s.Genesis
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	before := limit
	limit.Cur = 500 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	add := func() error {
		r := row("s", s.Seq+1, s.Head, "", 3000)
		err := l.Append(ctx, []Row{r})
		if err == nil {
			s.Seq, s.Head = r.Seq, r.Digest
		}
		return err
	}
	for range 2 {
		for {
			if err := add(); err == ErrFull {
				fmt.Println("full")
				break
			} else if err != nil {
				return err
			}
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	if err := add(); err != nil {
		return err
	}
	fmt.Println("again")
	return l.Close()
}

// process is a child, and what it has said.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	file *os.File
}

func spawn(t *testing.T, address string, env ...string) *process {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "said")
	if err != nil {
		t.Fatal(err)
	}
	c := &process{t, exec.Command(os.Args[0]), file}
	c.cmd.Env = append(append(os.Environ(), childEnv+"="+address), env...)
	c.cmd.Stdout, c.cmd.Stderr = file, file
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.kill(); file.Close() })
	return c
}

// said waits until the child has said at least n whole lines, and returns all.
func (c *process) said(n int) []string {
	c.t.Helper()
	for until := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		b, err := os.ReadFile(c.file.Name())
		if err != nil {
			c.t.Fatal(err)
		}
		if bytes.Count(b, []byte("\n")) >= n {
			lines := strings.Split(string(b), "\n")
			return lines[:len(lines)-1]
		}
		if bytes.Contains(b, []byte("error")) || time.Now().After(until) {
			c.t.Fatalf("the child said: %s", b)
		}
	}
}

// acknowledged is what the child was told is durable: the digest under each session and seq.
func (c *process) acknowledged() map[string]string {
	all := map[string]string{}
	for _, line := range c.said(1) {
		if at := strings.LastIndexByte(line, ' '); at > 0 {
			all[line[:at]] = line[at+1:]
		}
	}
	return all
}

// freeze stops the child where it is, until kill.
func (c *process) freeze() {
	c.t.Helper()
	var status syscall.WaitStatus
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		c.t.Fatal(err)
	}
	if _, err := syscall.Wait4(c.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		c.t.Fatal(err, status)
	}
}

// thaw lets it go on.
func (c *process) thaw() {
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		c.t.Fatal(err)
	}
}

func (c *process) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// holds checks that all that was acknowledged is there, in whole logs.
func holds(t *testing.T, l *Ledger, acknowledged map[string]string) {
	t.Helper()
	stored := everything(t, l)
	for at, digest := range acknowledged {
		if stored[at] != digest {
			t.Errorf("%s was acknowledged as %s and is %q", at, digest, stored[at])
		}
	}
}

// everything reads all logs, which must be whole: the digest under each session and seq.
func everything(t *testing.T, l *Ledger) map[string]string {
	t.Helper()
	stored := map[string]string{}
	sessions, err := l.Sessions(ctx, "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sessions {
		for _, r := range log(t, l, s.ID, 1) {
			stored[fmt.Sprint(s.ID, " ", r.Seq)] = r.Digest
		}
	}
	return stored
}
