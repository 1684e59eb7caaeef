package main

// This file defines app: what all commands share.

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// app is what a command works with.
type app struct {
	stdin    io.Reader
	stdout   *bufio.Writer // flushed when the command has ended
	terminal bool          // stdout is one
	style    style         // of stdout
	stderr   io.Writer
	module   *host.Engine // once started
	taken    string       // what standard input is read as, once it is
	piped    []byte       // standard input, where it was read as a file
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: bufio.NewWriter(stdout), terminal: isTerminal(stdout), style: styleFor(stdout),
		stderr: stderr}
}

func (a *app) close() {
	if a.module != nil {
		_ = a.module.Close()
	}
}

// input gives standard input to what reads it, once: a second reader would find it empty, and go on with nothing.
func (a *app) input(as string) (io.Reader, error) {
	if a.taken != "" {
		return nil, unreadable("standard input cannot be both %s and %s", a.taken, as)
	}
	a.taken = as
	return a.stdin, nil
}

// theBundle is what standard input is called where it is read as one.
const theBundle = "the bundle"

// readFile reads a file that a bundle is made of. The name - is standard input, which may be read again.
func (a *app) readFile(name string) ([]byte, error) {
	if name != "-" {
		return os.ReadFile(name)
	}
	if a.taken == theBundle {
		return a.piped, nil
	}
	in, err := a.input(theBundle)
	if err != nil {
		return nil, err
	}
	a.piped, err = io.ReadAll(io.LimitReader(in, yaml.MaxFile+1))
	return a.piped, err
}

// line prints bytes and a line break.
func (a *app) line(b []byte) error {
	_, err := a.stdout.Write(append(b, '\n'))
	return err
}

// exact prints bytes, and a line break only where a person looks at them.
func (a *app) exact(b []byte) error {
	if a.terminal {
		return a.line(b)
	}
	_, err := a.stdout.Write(b)
	return err
}

// object prints a value as JSON on one line.
func (a *app) object(v any) error {
	b, err := json.MarshalWithOption(v, json.DisableHTMLEscape())
	if err != nil {
		return err
	}
	return a.line(b)
}

// engineFlag chooses what decides.
type engineFlag struct {
	Engine string `enum:"wasm,native" default:"wasm" placeholder:"wasm|native" help:"${engine}"`
}

// open starts the engine.
func (f *engineFlag) open(a *app) (host.Core, error) {
	if f.Engine == "native" {
		return host.Native(), nil
	}
	if a.module == nil {
		p := a.progress("compiling the engine for this machine, once")
		defer p.done()
		engine, err := host.New(context.Background(), host.Options{})
		if err != nil {
			return nil, err
		}
		a.module = engine
	}
	return a.module, nil
}

// unreadableFile is the error of a file that cannot be read or written.
func unreadableFile(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return unreadable("%s: %v", p.Path, p.Err)
	}
	return unreadable("%v", err)
}

// describe says what an error says, for people.
func describe(err error) string {
	var invalid *core.Invalid
	var refusal *core.Error
	switch {
	case errors.As(err, &invalid):
		lines := make([]string, len(invalid.Diagnostics))
		for i, d := range invalid.Diagnostics {
			lines[i] = said(d.Path, d.Message, d.Code)
		}
		return strings.Join(lines, "\n")
	case errors.As(err, &refusal):
		return said(refusal.Path, refusal.Message, refusal.Code)
	}
	return err.Error()
}

// said is an error on one line. A message for a form begins with the argument's title, or its name where it has none:
// the name is not said twice.
func said(path, message, code string) string {
	if name, rest, ok := strings.Cut(message, ": "); ok && strings.EqualFold("args."+name, path) {
		message = rest
	}
	if path != "" {
		path += ": "
	}
	return path + message + " (" + code + ")"
}
