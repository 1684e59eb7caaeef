package parity

// This file carries out a recipe on an engine and writes down what it answered.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// Answer is what an engine said to one line of a section.
type Answer struct {
	Section string
	Outcome string // "commit", "reject ID", a code, or "ok"
	Bytes   []byte // the answer, or the error document
	Took    time.Duration
}

// Session is what recipes and generated jobs decide on: the id of every session they open. It
// is the one that `holdfast play` and its like in the SDK open.
const Session = "play"

// firstAt is the time of a recipe's first proposal, in milliseconds; each line after it is a second later.
const firstAt = 1767225600000

// Play carries out a recipe's sections:
//
//	load      a bundle document; a session is opened on it
//	open      the id of another session on it
//	check     a bundle document
//	decide    proposals, one a line; what a line leaves out is filled in
//	why, admissible, path   a question
//	view, head, snapshot, info    nothing
//	restore   a snapshot, in which DIGEST means the bundle's digest, or nothing for the session's own;
//	          the session goes on from it
//	replay    a recorded decision
//	catalog   a catalog document
//	resolve   a cursor
//	canon, eval, public     any JSON
//
// It never fails: what an engine cannot do is an answer, too.
func Play(engine host.Core, r *Recipe) []Answer {
	p := player{engine: engine, at: firstAt}
	for _, s := range r.Sections {
		lines := [][]byte{s.Body}
		if s.Name == "decide" {
			lines = bytes.Split(s.Body, []byte("\n"))
		}
		for _, line := range lines {
			began := time.Now()
			out, err := p.do(s.Name, line)
			p.answers = append(p.answers, Answer{s.Name, Outcome(out, err), compared(out, err), time.Since(began)})
		}
	}
	return p.answers
}

type player struct {
	engine  host.Core
	bundle  host.Bundle
	session host.Session
	catalog host.Catalog
	at      int64
	raw     bool // nothing is filled in
	answers []Answer
}

var errNothing = errors.New("there is no bundle, session or catalog to ask")

func (p *player) do(section string, in []byte) (out []byte, err error) {
	switch section {
	case "load":
		p.bundle, p.session = nil, nil
		b, err := p.engine.Load(in)
		if err != nil {
			return nil, err
		}
		p.bundle = b
		p.session, err = b.Open(Session)
		return b.Info(), err
	case "check":
		found, err := p.engine.Check(in)
		if err != nil {
			return nil, err
		}
		return json.Marshal(append([]core.Diagnostic{}, found...))
	case "catalog":
		p.catalog, err = p.engine.LoadCatalog(in)
		return nil, err
	case "resolve":
		if p.catalog == nil {
			return nil, errNothing
		}
		return p.catalog.Resolve(in)
	case "canon":
		return p.engine.Canonical(in)
	case "eval":
		return p.engine.Eval(in)
	case "public":
		return p.engine.Public(in)
	}
	if p.session == nil {
		return nil, errNothing
	}
	return p.ask(section, in)
}

// ask carries out what needs a session.
func (p *player) ask(section string, in []byte) (out []byte, err error) {
	switch section {
	case "decide", "why", "path":
		if !p.raw {
			if in, err = p.engine.Complete(in, p.at); err != nil {
				return nil, err
			}
		}
		switch section {
		case "why":
			return p.session.Why(in)
		case "path":
			return p.session.Path(in)
		}
		p.at += 1000
		return p.session.Decide(in)
	case "open":
		p.session, err = p.bundle.Open(string(in))
		return nil, err
	case "admissible":
		return p.session.Admissible(in)
	case "view":
		return p.session.View()
	case "head":
		return p.session.Head()
	case "info":
		return p.bundle.Info(), nil
	case "snapshot":
		return p.session.Snapshot()
	case "replay":
		return nil, p.session.Replay(in)
	case "restore":
		if len(in) == 0 {
			if in, err = p.session.Snapshot(); err != nil {
				return nil, err
			}
		}
		in = bytes.ReplaceAll(in, []byte("DIGEST"), []byte(p.bundle.Digest()))
		s, err := p.bundle.Restore(in)
		if err == nil {
			p.session = s
		}
		return nil, err
	}
	return nil, fmt.Errorf("no section is called %q", section)
}

// Outcome says in a word or two what an answer is: a decision's verdict and
// governing id, an error's code, the first finding's code, or "ok".
func Outcome(out []byte, err error) string {
	var e *core.Error
	var bad *core.Invalid
	switch {
	case errors.As(err, &bad):
		for _, d := range bad.Diagnostics {
			if !d.Warning {
				return d.Code
			}
		}
		return "invalid"
	case errors.As(err, &e):
		return e.Code
	case err != nil:
		return err.Error()
	}
	var d struct{ Verdict, Governing string }
	if bytes.HasPrefix(out, []byte(`{"action":`)) && json.Unmarshal(out, &d) == nil {
		return strings.TrimSpace(d.Verdict + " " + d.Governing)
	}
	return "ok"
}

// compared is what is compared between engines: the answer, or all that the error says.
func compared(out []byte, err error) []byte {
	if err == nil {
		return out
	}
	var e *core.Error
	var bad *core.Invalid
	switch {
	case errors.As(err, &bad):
		b, _ := json.Marshal(bad.Diagnostics) // plain data
		return b
	case errors.As(err, &e):
		b, _ := json.Marshal(e)
		return b
	}
	return []byte(err.Error())
}
