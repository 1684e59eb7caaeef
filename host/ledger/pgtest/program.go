package pgtest

// This file starts a program that answers as PostgreSQL does.

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// program is one that runs.
type program struct {
	name    string
	process *exec.Cmd
	output  string        // the file that it writes to
	ended   chan struct{} // closed then
	err     error         // how it ended, once it has
}

// start starts the program and waits until it answers under a URL.
func (p *program) start(url string) error {
	output, err := os.OpenFile(p.output, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer output.Close()
	p.process.Stdout, p.process.Stderr = output, output
	p.ended = make(chan struct{})
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread that starts it is the one it dies with
		err := p.process.Start()
		started <- err
		if err == nil {
			p.err = p.process.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	for until := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		err := answers(url)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s did not start: %w\n%s", p.name, p.err, p.said())
		default:
		}
		if time.Now().After(until) {
			return fmt.Errorf("%s does not answer: %w\n%s", p.name, err, p.said())
		}
	}
}

// answers says whether a connection can be made.
func answers(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err == nil {
		err = conn.Close(ctx)
	}
	return err
}

// said returns the end of what the program has written.
func (p *program) said() string {
	out, _ := os.ReadFile(p.output)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
