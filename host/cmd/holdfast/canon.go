package main

// This file defines `holdfast canon`.

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// maxInput is the largest input a command reads whole, in bytes: the largest JSON
// document an engine takes.
const maxInput = 8 << 20

type canonCommand struct {
	File   string `arg:"" optional:"" placeholder:"FILE" help:"Any JSON. Left out, standard input is read."`
	Engine string `enum:"wasm,native" default:"native" placeholder:"wasm|native" help:"${canon_engine}"`
	Digest bool   `help:"Print the digest of the canonical bytes instead of the bytes."`
	JSON   bool   `help:"Print an error as {\"error\":{\"code\",\"message\",\"offset\",\"path\"}} on standard output."`
}

func (*canonCommand) Help() string {
	return `Writes JSON in its canonical form (RFC 8785): exactly these bytes are what is hashed, so no line break follows
them.

The exit code is 1 where the input is not JSON as strictly read: a duplicate key, a lone surrogate, a number that is
not exactly representable, trailing bytes. The error names the offset of the byte.

Examples:

    holdfast canon < any.json
    holdfast canon --digest < proposal.json`
}

func (c *canonCommand) Run(a *app) error {
	in := a.stdin
	if c.File != "" && c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return unreadableFile(err)
		}
		defer file.Close()
		in = file
	}
	src, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return unreadableFile(err)
	}
	flag := engineFlag{c.Engine}
	engine, err := flag.open(a)
	if err != nil {
		return err
	}
	out, err := engine.Canonical(src)
	if err != nil {
		return c.refused(a, err)
	}
	if c.Digest {
		digest, err := engine.Digest(out)
		if err != nil {
			return err
		}
		return a.line([]byte(digest))
	}
	return a.exact(out)
}

func (c *canonCommand) refused(a *app, err error) error {
	var refusal *core.Error
	var failed *host.Failure
	if errors.As(err, &failed) || !errors.As(err, &refusal) {
		return err
	}
	if c.JSON {
		return errors.Join(a.object(
			map[string]any{"error": map[string]any{"code": refusal.Code, "message": refusal.Message, "offset": refusal.Offset,
				"path": refusal.Path}}), findings)
	}
	from := ""
	if c.File != "" && c.File != "-" {
		from = c.File + ": "
	}
	fmt.Fprintf(a.stderr, "holdfast: %s%s (%s)\n", from, refusal.Message, refusal.Code) // the message names the byte
	return findings
}
