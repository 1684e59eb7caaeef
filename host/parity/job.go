package parity

// This file makes jobs: a bundle and what is done with it, as one engine did it, so
// that another can do the same.

import (
	"bytes"
	"encoding/json"

	"github.com/holdfast-rt/holdfast/host"
)

// Step is one thing that is done: a section of a recipe, its input and what native code answered.
type Step struct {
	Op   string `json:"op"`
	In   []byte `json:"in"`
	Want []byte `json:"-"`
}

// Job is a bundle and the steps of one session, and of another that replays it.
type Job struct {
	Seed  uint64 `json:"seed"`
	Steps []Step `json:"steps"`
}

// Watch is told of every step that native code took. before and after are the
// session's views, nil where there is no session.
type Watch func(b *Bundle, s Step, before, after []byte, out []byte, err error)

// NewJob makes the job of a seed, with so many steps, by deciding natively: what is
// proposed depends on what was decided.
func NewJob(seed uint64, steps int, watch Watch) *Job { return newJob(seed, steps, true, watch) }

// FirstFamily is the first of the seeds of which families are made.
const FirstFamily = 2_000_000

// NewFamilyJob makes the job of a seed as the theorem of core/RATIONALE.md is tried with it, or returns nil where
// the seed's bundle does not extend another, or is none.
func NewFamilyJob(seed uint64, watch Watch) *Job {
	family := false
	j := newJob(seed, 40, false, func(b *Bundle, s Step, before, after, out []byte, err error) {
		if s.Op == "load" && err == nil && !b.Spoiled {
			var doc struct{ Extends []any }
			family = json.Unmarshal(s.In, &doc) == nil && len(doc.Extends) > 0
		}
		if watch != nil {
			watch(b, s, before, after, out, err)
		}
	})
	if !family {
		return nil
	}
	return j
}

// newJob is NewJob, with or without searches for paths, which take most of the time.
func newJob(seed uint64, steps int, paths bool, watch Watch) *Job {
	r := NewRand(seed)
	native := host.Native()
	b := NewBundle(r, func(doc []byte) bool { _, err := native.Load(doc); return err == nil })
	j := &Job{Seed: seed}
	p := &player{engine: native, raw: true}
	do := func(op string, in []byte) (out []byte, err error) {
		before := p.view()
		in = append([]byte(nil), in...)
		out, err = p.do(op, in)
		s := Step{op, in, compared(out, err)}
		j.Steps = append(j.Steps, s)
		if watch != nil {
			watch(b, s, before, p.view(), out, err)
		}
		return out, err
	}
	if r.P(20) {
		do("check", b.Document)
	}
	if _, err := do("load", b.Document); err != nil {
		return j
	}
	do("info", nil)
	var log [][]byte
	for range steps {
		v, err := ReadView(p.view())
		if err != nil {
			panic(err) // the core wrote it
		}
		switch n := r.N(100); {
		case n < 77:
			if out, err := do("decide", b.Proposal(r, v)); err == nil {
				log = append(log, out)
			}
		case n < 83:
			do("why", b.Proposal(r, v))
		case n < 88:
			do("admissible", b.Question(r, v))
		case n < 94 && !paths:
		case n < 94:
			do("path", b.Proposal(r, v))
		case n < 97:
			do("view", nil)
			do("head", nil)
		default:
			do("restore", nil)
			do("head", nil)
		}
	}
	do("snapshot", nil)
	if do("open", []byte(Session)); len(log) > 0 {
		for _, d := range log {
			do("replay", d)
		}
		do("replay", append([]byte(nil), log[r.N(len(log))]...)) // not its turn
	}
	do("snapshot", nil)
	return j
}

// Job makes the job of a recipe, with what its proposals leave out filled in.
func (r *Recipe) Job() *Job {
	j := &Job{}
	at := int64(firstAt)
	for _, s := range r.Sections {
		lines := [][]byte{s.Body}
		if s.Name == "decide" {
			lines = bytes.Split(s.Body, []byte("\n"))
		}
		for _, line := range lines {
			switch s.Name {
			case "decide", "why", "path":
				if whole, err := host.Native().Complete(line, at); err == nil {
					line = whole
				}
				if s.Name == "decide" {
					at += 1000
				}
			}
			j.Steps = append(j.Steps, Step{Op: s.Name, In: line})
		}
	}
	Expect(j)
	return j
}

// view is the session's view, nil where there is no session.
func (p *player) view() []byte {
	if p.session == nil {
		return nil
	}
	v, err := p.session.View()
	if err != nil {
		return nil
	}
	return v
}

// Run carries out a job on an engine. It returns the index of the first step that
// went otherwise, and what the engine answered; -1 where all went alike.
func Run(engine host.Core, j *Job) (at int, got []byte) {
	p := &player{engine: engine, raw: true}
	for i, s := range j.Steps {
		out, err := p.do(s.Op, s.In)
		if got := compared(out, err); string(got) != string(s.Want) {
			return i, got
		}
	}
	return -1, nil
}

// Reduce leaves out of a job what is not needed for differs to stay true, which it is
// for j. Steps lose their expectations.
func Reduce(j *Job, differs func(*Job) bool) *Job {
	for size := len(j.Steps) / 2; size > 0; {
		shorter := false
		for at := 0; at+size <= len(j.Steps); {
			try := &Job{Seed: j.Seed, Steps: append(append([]Step(nil), j.Steps[:at]...), j.Steps[at+size:]...)}
			if differs(try) {
				j, shorter = try, true
			} else {
				at += size
			}
		}
		if !shorter {
			size /= 2
		}
	}
	return j
}

// Expect carries out a job natively, so that its steps say what they are to give.
func Expect(j *Job) {
	p := &player{engine: host.Native(), raw: true}
	for i := range j.Steps {
		out, err := p.do(j.Steps[i].Op, j.Steps[i].In)
		j.Steps[i].Want = compared(out, err)
	}
}
