package main

// This file defines `holdfast play`: proposals in, one a line, and an answer a line
// out. web/src/module/player.ts is the same contract, byte for byte, and states it.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
)

const (
	playSession = "play"
	playAt      = 1767225600000 // 2026-01-01T00:00:00Z, the first line's time in milliseconds
	playStep    = 1000          // milliseconds from one line to the next
)

type playCommand struct {
	Bundle string `arg:"" placeholder:"BUNDLE" help:"${bundle}"`
	engineFlag
	State   string `placeholder:"FILE" help:"Begin with this snapshot instead of a new session."`
	Save    string `placeholder:"FILE" help:"Write a snapshot when the input has ended."`
	Explain bool   `help:"Show each decision and its reasons for people, instead of its bytes."`
}

func (*playCommand) Help() string {
	return `Reads proposals from standard input, JSON, one a line, and answers each line at once: with the decision's
exact bytes, or with {"error":{"code","message","path"}} where the line is no proposal.

A proposal may leave out actor.id (the kind), reasons (["request"]), args ({}) and at. The first line's time is
1767225600000 (2026-01-01), each further line is a second later. A session that was brought along with --state goes on
a second after its own time. Blank lines are skipped. The session's id is "play".

The exit code is 0 whatever was answered: a refusal is a right answer, and a line that is no proposal has its error.
It is 2 where there was nothing to decide with.

Examples:

    holdfast play spektre.yaml < proposals.jsonl
    echo '{"action":"draft","actor":{"kind":"operator"}}' | holdfast play spektre.yaml --save session.json
    holdfast play "catalog.yaml#class=1,chapter=moon,element=air" < proposals.jsonl`
}

func (c *playCommand) Run(a *app) error {
	engine, err := c.open(a)
	if err != nil {
		return err
	}
	bundle, err := a.load(engine, c.Bundle)
	if err != nil {
		return err
	}
	session, err := openSession(bundle, c.State, playSession)
	if err != nil {
		return err
	}
	p := &player{engine: engine, session: session}
	if p.at, err = firstAt(session); err != nil {
		return err
	}
	write := a.line
	if c.Explain {
		names := titlesOf(bundle.Info())
		write = func(answer []byte) error { return a.explain(p.line, answer, names) }
	}
	in, err := a.input("the proposals")
	if err != nil {
		return err
	}
	if err := p.play(in, a.stdout, write); err != nil {
		return err
	}
	if c.Save == "" {
		return nil
	}
	snapshot, err := session.Snapshot()
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Save, snapshot, 0o666); err != nil {
		return unreadableFile(err)
	}
	return nil
}

// firstAt returns the time of the first line.
func firstAt(session host.Session) (int64, error) {
	src, err := session.View()
	if err != nil {
		return 0, err
	}
	var view struct{ At int64 }
	if err := json.Unmarshal(src, &view); err != nil {
		return 0, err
	}
	if view.At >= playAt {
		return view.At + playStep, nil
	}
	return playAt, nil
}

// player decides lines on one session.
type player struct {
	engine  host.Core
	session host.Session
	at      int64 // of the next line
	line    int   // the one that is answered, 1-based
}

// play answers every line of r by write. What w has is flushed before it waits for
// more input.
func (p *player) play(r io.Reader, w *bufio.Writer, write func([]byte) error) error {
	lines := &lineReader{r: bufio.NewReaderSize(r, 1<<16), max: maxLine, waiting: w.Flush}
	for p.line = 1; ; p.line++ {
		line, size, err := lines.next()
		if err == io.EOF {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		if size == 0 {
			continue
		}
		answer, err := p.answer(line, size)
		if err != nil {
			return err
		}
		if err := write(answer); err != nil {
			return err
		}
	}
}

// answer returns the answer to a line of size bytes, of which line may be the beginning.
func (p *player) answer(line []byte, size int) ([]byte, error) {
	at := p.at
	p.at += playStep
	proposal, err := p.engine.Complete(line, at)
	if err == nil {
		proposal, err = p.session.Decide(proposal)
	}
	if err == nil {
		return proposal, nil
	}
	var refusal *core.Error
	if !errors.As(err, &refusal) {
		return nil, err
	}
	message := refusal.Message
	if size > len(line) { // it says how long the line is, and has seen the beginning
		message = strings.Replace(message, strconv.Itoa(len(line)), strconv.Itoa(size), 1)
	}
	return errorLine(p.engine, refusal.Code, message, refusal.Path)
}

// explain shows the answer to a line to a person.
func (a *app) explain(line int, answer []byte, names titles) error {
	var refused struct {
		Error *struct{ Code, Message, Path string }
	}
	if err := json.Unmarshal(answer, &refused); err != nil {
		return err
	}
	if e := refused.Error; e != nil {
		_, err := fmt.Fprintf(a.stdout, "%s line %d: %s\n", a.style.bad("error"), line,
			author.Printable(said(e.Path, e.Message, e.Code)))
		return err
	}
	d, err := readDecision(answer)
	if err != nil {
		return err
	}
	d.titles = names
	d.show(a.stdout, a.style)
	if d.Verdict == "hold" {
		fmt.Fprintf(a.stdout, "  parked as %d: confirm it with %s\n", d.Seq,
			a.style.dim(fmt.Sprintf(`{"digest":"%s","hold":%d}`, d.Proposal, d.Seq)))
	}
	return nil
}

// errorLine writes an error as canonical JSON.
func errorLine(engine host.Core, code, message, path string) ([]byte, error) {
	src, err := json.Marshal(map[string]any{"error": map[string]string{"code": code, "message": message, "path": path}})
	if err != nil {
		return nil, err
	}
	return engine.Canonical(src)
}

// maxLine is how much of a line is kept: enough for the engine to see that it is too long.
const maxLine = core.MaxProposal + 1
