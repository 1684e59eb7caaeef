package main

// This file defines app: what all commands share.

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// app is what a command works with.
type app struct {
	stdin  io.Reader
	stdout *bufio.Writer // flushed when the command has ended
	stderr io.Writer
	colour bool // stdout is a terminal that shows colours
	module *host.Engine
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: bufio.NewWriter(stdout), stderr: stderr, colour: isTerminal(stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

func (a *app) close() {
	_ = a.stdout.Flush() // a reader that has gone is no failure
	if a.module != nil {
		_ = a.module.Close()
	}
}

// isTerminal says whether a person looks at what is written there.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && info.Name() != "null"
}

// engineFlag chooses what decides.
type engineFlag struct {
	Engine string `enum:"wasm,native" default:"wasm" placeholder:"wasm|native" help:"What decides: the module that browsers and workers run too (wasm, the default), or the Go code it is made of (native). Both give the same bytes."`
}

// open starts the engine.
func (f *engineFlag) open(a *app) (host.Core, error) {
	if f.Engine == "native" {
		return host.Native(), nil
	}
	if a.module == nil {
		done := a.takesLong("compiling the engine for this machine; the next start is fast")
		engine, err := host.New(context.Background(), host.Options{})
		done()
		if err != nil {
			return nil, err
		}
		a.module = engine
	}
	return a.module, nil
}

// describe says what an error says, for people.
func describe(err error) string {
	var invalid *core.Invalid
	var refusal *core.Error
	switch {
	case errors.As(err, &invalid):
		text := ""
		for i, d := range invalid.Diagnostics {
			if i > 0 {
				text += "\n"
			}
			text += d.Message + " (" + d.Code + ")"
			if d.Path != "" {
				text = d.Path + ": " + text
			}
		}
		return text
	case errors.As(err, &refusal):
		text := refusal.Message + " (" + refusal.Code + ")"
		if refusal.Path != "" {
			text = refusal.Path + ": " + text
		}
		return text
	}
	return err.Error()
}
