package faults

// This file runs `holdfast serve` as a process.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a process may take to start or to end before a test gives up.
const patience = 40 * time.Second

// process is a running `holdfast serve`.
type process struct {
	tb     testing.TB
	cmd    *exec.Cmd
	url    string
	listen chan string   // its address, once it listens
	exited chan struct{} // closed when it has ended, and err is set
	err    error

	mu   sync.Mutex
	said []string
}

// launch starts a server and does not wait for it.
func launch(tb testing.TB, ledger string, args ...string) *process {
	tb.Helper()
	path, err := command()
	if err != nil {
		tb.Fatal(err)
	}
	args = append([]string{"serve", "--ledger", ledger, "--listen", "127.0.0.1:0", "--log-format", "json",
		"--rate=-1", "--sessions-per-actor=-1"}, args...)
	if !slices.Contains(args, "--engine") {
		args = append(args, "--engine", "native")
	}
	p := &process{tb: tb, cmd: exec.Command(path, args...), listen: make(chan string, 1), exited: make(chan struct{})}
	stderr, err := p.cmd.StderrPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(stderr)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			p.hear(lines.Text())
		}
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	tb.Cleanup(func() {
		p.kill()
		for _, line := range p.lines() {
			if strings.Contains(line, "panic") || strings.Contains(line, "fatal error") ||
				strings.Contains(line, "SIGBUS") {
				tb.Errorf("the server said: %s", line)
			}
		}
		if tb.Failed() {
			lines := p.lines()
			tb.Logf("what server %d said last:\n%s", p.cmd.Process.Pid, strings.Join(lines[max(0, len(lines)-15):], "\n"))
		}
	})
	return p
}

// hear keeps a line of the log, and finds the address in it.
func (p *process) hear(line string) {
	p.mu.Lock()
	p.said = append(p.said, line)
	p.mu.Unlock()
	var entry struct{ Msg, URL string }
	if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
		p.listen <- entry.URL
	}
}

func (p *process) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.said...)
}

// wait waits until the server listens. The error is that it has ended.
func (p *process) wait() error {
	p.tb.Helper()
	select {
	case p.url = <-p.listen:
		return nil
	case <-p.exited:
		return fmt.Errorf("it ended: %v: %s", p.err, strings.Join(p.lines(), "\n"))
	case <-time.After(patience):
		p.tb.Fatalf("the server does not start")
		return nil
	}
}

// serve starts a server and waits until it listens.
func serve(tb testing.TB, ledger string, args ...string) *process {
	tb.Helper()
	p := launch(tb, ledger, args...)
	if err := p.wait(); err != nil {
		tb.Fatal(err)
	}
	return p
}

// kill ends the process as kill -9 does, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// signal sends a signal.
func (p *process) signal(s syscall.Signal) {
	p.tb.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.tb.Fatal(err)
	}
}

// ended waits for the end, and returns the exit code, -1 for a signal.
func (p *process) ended() int {
	p.tb.Helper()
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.tb.Fatal("the server does not end")
	}
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return exit.ExitCode()
	}
	if p.err != nil {
		p.tb.Fatal(p.err)
	}
	return 0
}
