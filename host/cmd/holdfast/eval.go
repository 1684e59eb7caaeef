package main

// This file defines `holdfast eval`.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

type evalCommand struct {
	Expr string `arg:"" optional:"" placeholder:"EXPR" help:"An expression of CEL."`
	engineFlag
	Vars  string `placeholder:"JSON" help:"What the expression may read, an object by name; @FILE reads it from a file."`
	Cases string `placeholder:"FILE" help:"Run a file of cases instead, one JSON object a line; - for standard input."`
	JSON  bool   `help:"Print {\"type\",\"value\"} or {\"error\"}, or of cases one object each."`
}

func (*evalCommand) Help() string {
	return `Evaluates one expression and prints its value as JSON; or runs a file of cases in the format of CEL's
conformance data (expr, vars, bindings, want, error, …), prints each failure, and ends with "N passed, M
failed". An expression that begins with - comes last, after --.

The exit code is 0, or 1 where the expression is wrong, has no value, or a case fails.

Examples:

    holdfast eval '1 + 2 * 3'
    holdfast eval --engine native -- '-7 % 3'
    holdfast eval 'order.total > limit' --vars '{"order":{"total":120},"limit":100}'
    holdfast eval --cases cel.jsonl --engine native`
}

func (c *evalCommand) Run(a *app) error {
	if (c.Expr == "") == (c.Cases == "") {
		return unreadable("eval takes either an expression or --cases FILE")
	}
	engine, err := c.open(a)
	if err != nil {
		return err
	}
	if c.Cases != "" {
		return c.runCases(a, engine)
	}
	vars := json.RawMessage("{}")
	if name, ok := strings.CutPrefix(c.Vars, "@"); ok {
		if vars, err = os.ReadFile(name); err != nil {
			return unreadableFile(err)
		}
	} else if c.Vars != "" {
		vars = json.RawMessage(c.Vars)
	}
	if vars, err = engine.Canonical(vars); err != nil {
		return unreadable("--vars: %s", describe(err))
	}
	expr, err := json.Marshal(c.Expr)
	if err != nil {
		return err
	}
	// Put together by hand, so that every number arrives as it was written.
	answer, err := engine.Eval([]byte(`{"expr":` + string(expr) + `,"vars":` + string(vars) + `}`))
	if err != nil {
		return c.refused(a, err)
	}
	if c.JSON {
		return a.line(answer)
	}
	var value struct{ Value json.RawMessage }
	if err := json.Unmarshal(answer, &value); err != nil {
		return err
	}
	return a.line(value.Value)
}

// refused shows why an expression has no value.
func (c *evalCommand) refused(a *app, err error) error {
	var invalid *core.Invalid
	var refusal *core.Error
	var failed *host.Failure
	switch {
	case errors.As(err, &failed):
		return err
	case errors.As(err, &invalid):
		if c.JSON {
			return errors.Join(a.object(map[string]any{"errors": diagnosticsJSON(invalid.Diagnostics)}), findings)
		}
		for _, d := range invalid.Diagnostics {
			c.point(a, d)
		}
		return findings
	case errors.As(err, &refusal):
		if c.JSON {
			return errors.Join(a.object(
				map[string]any{"error": map[string]string{"code": refusal.Code, "message": refusal.Message, "path": refusal.Path}}),
				findings)
		}
		fmt.Fprintf(a.stderr, "holdfast: the expression has no value: %s (%s)\n", refusal.Message, refusal.Code)
		return findings
	}
	return err
}

// point shows a finding with the expression and a caret under what is meant.
func (c *evalCommand) point(a *app, d core.Diagnostic) {
	s := styleFor(a.stderr)
	fmt.Fprintf(a.stderr, "%s: %s\n", s.bad("error "+d.Code), d.Message)
	if d.Path == "/expr" && d.Off <= len(c.Expr) {
		start := strings.LastIndexByte(c.Expr[:d.Off], '\n') + 1
		line, _, _ := strings.Cut(c.Expr[start:], "\n")
		column := utf8.RuneCountInString(c.Expr[start:d.Off])
		end := min(max(d.End, d.Off), start+len(line))
		width := max(utf8.RuneCountInString(c.Expr[d.Off:max(end, d.Off)]), 1)
		fmt.Fprintf(a.stderr, "  %s\n  %s%s\n", strings.ReplaceAll(line, "\t", " "), strings.Repeat(" ", column),
			s.bad(strings.Repeat("^", width)))
	}
	if d.Hint != "" {
		fmt.Fprintf(a.stderr, "  %s\n", d.Hint)
	}
	if d.Code == codes.NameUnknown && c.Vars == "" {
		fmt.Fprintln(a.stderr, "  What an expression reads is given with --vars.")
	}
}

// runCases runs a file of cases.
func (c *evalCommand) runCases(a *app, engine host.Core) error {
	in := a.stdin
	if c.Cases != "-" {
		file, err := os.Open(c.Cases)
		if err != nil {
			return unreadableFile(err)
		}
		defer file.Close()
		in = file
	}
	p := a.progress("running cases")
	defer p.done()
	passed, failed := 0, 0
	lines := &lineReader{r: bufio.NewReaderSize(in, 1<<16), max: maxInput}
	for n := 1; ; n++ {
		line, size, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return unreadableFile(err)
		}
		if size == 0 {
			continue
		}
		answer, err := engine.Case(line)
		if err != nil {
			return err
		}
		var outcome struct {
			Expr, Message, Name string
			Pass                bool
		}
		if err := json.Unmarshal(answer, &outcome); err != nil {
			return err
		}
		if c.JSON {
			if err := a.line(answer); err != nil {
				return err
			}
		}
		if outcome.Pass {
			passed++
			continue
		}
		failed++
		if c.JSON {
			continue
		}
		fmt.Fprintf(a.stdout, "%s %s\n", a.style.bad("FAIL"), strings.TrimSpace(fmt.Sprintf("line %d %s", n, outcome.Name)))
		for _, text := range []string{outcome.Expr, outcome.Message} {
			if text != "" {
				fmt.Fprintf(a.stdout, "  %s\n", text)
			}
		}
	}
	if !c.JSON {
		fmt.Fprintf(a.stdout, "%d passed, %d failed\n", passed, failed)
	}
	if failed > 0 {
		return findings
	}
	return nil
}

// diagnosticsJSON writes findings in the shape of wasm/ABI.md.
func diagnosticsJSON(list []core.Diagnostic) []map[string]any {
	out := make([]map[string]any, len(list))
	for i, d := range list {
		out[i] = map[string]any{
			"code": d.Code, "end": d.End, "hint": d.Hint, "key": d.Key, "message": d.Message,
			"offset": d.Off, "path": d.Path, "related": d.Related, "warning": d.Warning,
		}
	}
	return out
}
