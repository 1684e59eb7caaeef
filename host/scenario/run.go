package scenario

// This file plays a scenario and compares each answer with what is expected.

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

const (
	sessionID = "scenario"

	// firstAt is when every scenario begins, 2026-01-01T00:00:00Z in milliseconds.
	firstAt = 1767225600000
)

// Outcome is how a scenario ended.
type Outcome struct {
	Name    string   `json:"name"`
	Steps   int      `json:"steps"`
	Passed  bool     `json:"passed"`
	Failure *Failure `json:"failure,omitempty"` // the first; steps after it were not run
}

// Failure is a step that was not answered as expected.
type Failure struct {
	Step       int             `json:"step"`    // counted from 1
	Pointer    string          `json:"pointer"` // JSON Pointer of the step in the document
	Proposal   json.RawMessage `json:"proposal"`
	Decision   json.RawMessage `json:"decision,omitempty"` // the exact bytes, where there is one
	Error      *Refusal        `json:"error,omitempty"`    // where there is none
	Mismatches []Mismatch      `json:"mismatches"`
}

// Refusal is why something was no proposal.
type Refusal struct {
	Code    string `json:"code"`
	Path    string `json:"path"`
	Message string `json:"message"`
}

// Mismatch is one thing that is not as expected.
type Mismatch struct {
	What string `json:"what"` // a key of expect, such as verdict or state.mode
	Want string `json:"want"` // as text, for people; JSON where it is a value
	Got  string `json:"got"`
}

// decision is what is read of a decision.
type decision struct {
	Action     string         `json:"action"`
	Advice     []reason       `json:"advice"`
	Args       map[string]any `json:"args"`
	Changes    []change       `json:"changes"`
	Governing  string         `json:"governing"`
	Proposal   string         `json:"proposal"`
	Seq        int64          `json:"seq"`
	Verdict    string         `json:"verdict"`
	Violations []reason       `json:"violations"`
}

type change struct {
	Path string `json:"path"`
	From any    `json:"from"`
	To   any    `json:"to"`
}

// reason is a violation or a piece of advice.
type reason struct {
	ID    string `json:"id"`
	Say   string `json:"say"`
	Spans []struct {
		Pattern string `json:"pattern"`
	} `json:"spans"`
}

// player is one scenario under way.
type player struct {
	*Suite
	session host.Session
	parked  []parked // proposals that were held, by the scenario's order
	at      int64
}

// parked is a proposal that was held.
type parked struct {
	Seq    int64  `json:"seq"`
	Digest string `json:"digest"`
	action string
}

// Run plays the scenario with this index. An error means that it could not be
// played: the engine failed.
func (s *Suite) Run(index int) (Outcome, error) {
	scenario := &s.Scenarios[index]
	outcome := Outcome{Name: scenario.Name, Steps: len(scenario.Steps), Passed: true}
	session, err := s.Bundle.Open(sessionID)
	if err != nil {
		return outcome, err
	}
	p := &player{Suite: s, session: session, at: firstAt}
	for n := range scenario.Steps {
		failure, err := p.step(&scenario.Steps[n])
		if err != nil {
			return outcome, err
		}
		if failure != nil {
			failure.Step, failure.Pointer = n+1, Pointer(index, n)
			outcome.Passed, outcome.Failure = false, failure
			break
		}
	}
	return outcome, nil
}

// step plays one step and returns what is wrong with its answer, or nil.
func (p *player) step(s *Step) (*Failure, error) {
	p.at += s.After.Milliseconds()
	proposal, err := p.proposal(s)
	if err != nil {
		return nil, err
	}
	failure := &Failure{Proposal: proposal}
	var d decision
	answer, err := p.session.Decide(proposal)
	if err != nil {
		var failed *host.Failure
		var refusal *core.Error
		if errors.As(err, &failed) || !errors.As(err, &refusal) {
			return nil, err
		}
		failure.Error = &Refusal{Code: refusal.Code, Path: refusal.Path, Message: refusal.Message}
	} else {
		failure.Decision = answer
		if err := json.Unmarshal(answer, &d); err != nil {
			return nil, fmt.Errorf("the decision cannot be read: %w", err)
		}
		if err := p.see(proposal, &d); err != nil {
			return nil, err
		}
	}
	view, err := p.view()
	if err != nil {
		return nil, err
	}
	failure.compare(&s.Expect, &d, view)
	if len(failure.Mismatches) == 0 {
		return nil, nil
	}
	return failure, nil
}

// see notes what a decision tells about the bundle.
func (p *player) see(proposal []byte, d *decision) error {
	action := d.Action
	switch {
	case d.Verdict == "hold":
		p.parked = append(p.parked, parked{d.Seq, d.Proposal, d.Action})
	case d.Action == "confirm":
		for _, hold := range p.parked {
			if seq, _ := d.Args["hold"].(float64); int64(seq) == hold.Seq {
				action = hold.action
			}
		}
	}
	p.coverage.see(d, action)
	return p.probe.see(&p.coverage.patterns, proposal)
}

// proposal writes the step's proposal.
func (p *player) proposal(s *Step) ([]byte, error) {
	args := map[string]json.RawMessage{}
	for name, value := range s.Args {
		args[name] = value
	}
	if err := p.fill(s.Action, args); err != nil {
		return nil, err
	}
	src, err := json.Marshal(map[string]any{"action": s.Action, "actor": s.Actor, "args": args, "at": p.at,
		"reasons": s.Reasons})
	if err != nil {
		return nil, err
	}
	return p.engine.Canonical(src)
}

// fill names the proposal parked last where a step leaves out which one it means:
// the last that still waits, or that was parked at all.
func (p *player) fill(action string, args map[string]json.RawMessage) error {
	var names []string
	switch action {
	case "confirm":
		names = []string{"digest", "hold"}
	case "decline", "expire":
		names = []string{"hold"}
	default:
		return nil
	}
	if len(p.parked) == 0 {
		return nil // the engine says what is missing
	}
	last := p.parked[len(p.parked)-1]
	view, err := p.view()
	if err != nil {
		return err
	}
	if n := len(view.holds); n > 0 {
		last = view.holds[n-1]
	}
	for _, name := range names {
		if args[name] == nil && name == "digest" {
			args[name] = json.RawMessage(strconv.Quote(last.Digest))
		} else if args[name] == nil {
			args[name] = json.RawMessage(strconv.FormatInt(last.Seq, 10))
		}
	}
	return nil
}

// view is what is read of a session's view.
type view struct {
	roots map[string]any
	holds []parked
}

func (p *player) view() (*view, error) {
	src, err := p.session.View()
	if err != nil {
		return nil, err
	}
	v := &view{}
	var holds struct {
		Holds []parked `json:"holds"`
	}
	if err := json.Unmarshal(src, &v.roots); err != nil {
		return nil, err
	}
	err = json.Unmarshal(src, &holds)
	v.holds = holds.Holds
	return v, err
}

// compare notes every difference between what is expected and what came.
func (f *Failure) compare(e *Expect, d *decision, v *view) {
	got := func(s string) string { // of a decision, where there is one
		if f.Error != nil {
			return "an error, " + f.Error.Code
		}
		return s
	}
	var governing, say string
	if f.Error != nil {
		say = f.Error.Message
	} else {
		governing = d.Governing
		for _, x := range d.Violations {
			if x.ID == d.Governing {
				say = x.Say
				break
			}
		}
	}
	if e.Error != nil {
		if f.Error == nil {
			f.differs("error", *e.Error, "a decision, "+d.Verdict)
		} else if f.Error.Code != *e.Error {
			f.differs("error", *e.Error, f.Error.Code)
		}
	} else if f.Error != nil {
		want := "a decision"
		if e.Verdict != nil {
			want = *e.Verdict
		}
		f.differs("verdict", want, got(""))
	}
	if f.Error == nil {
		if e.Verdict != nil && *e.Verdict != d.Verdict {
			f.differs("verdict", *e.Verdict, d.Verdict)
		}
		if e.Governing != nil && *e.Governing != governing {
			f.differs("governing", orNone(*e.Governing), orNone(governing))
		}
		f.ids("violations", e.Violations, d.Violations)
		f.ids("advice", e.Advice, d.Advice)
	}
	if e.Say != nil && !strings.Contains(say, *e.Say) {
		f.differs("say", "… "+*e.Say+" …", orNone(say))
	}
	if frozen, _ := v.roots["frozen"].(bool); e.Frozen != nil && *e.Frozen != frozen {
		f.differs("frozen", strconv.FormatBool(*e.Frozen), strconv.FormatBool(frozen))
	}
	paths := make([]string, 0, len(e.State))
	for path := range e.State {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		var want any
		_ = json.Unmarshal(e.State[path], &want)
		value, ok := v.at(path)
		switch {
		case !ok:
			f.differs("state."+path, text(want), "nothing of this name")
		case !reflect.DeepEqual(want, value):
			f.differs("state."+path, text(want), text(value))
		}
	}
}

func (f *Failure) differs(what, want, got string) {
	f.Mismatches = append(f.Mismatches, Mismatch{what, want, got})
}

func (f *Failure) ids(what string, want *[]string, got []reason) {
	ids := make([]string, len(got))
	for i := range got {
		ids[i] = got[i].ID
	}
	if want != nil && !slices.Equal(*want, ids) {
		f.differs(what, orNone(strings.Join(*want, ", ")), orNone(strings.Join(ids, ", ")))
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// text is a value as JSON, for people.
func text(v any) string {
	b, err := json.MarshalWithOption(v, json.DisableHTMLEscape())
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// at finds a value by its path: a variable, derived.NAME or logs.NAME, then parts
// .field, [key], ["key"] or [index].
func (v *view) at(path string) (any, bool) {
	root, _ := v.roots["state"].(map[string]any)
	parts := split(path)
	if len(parts) > 1 && (parts[0] == "derived" || parts[0] == "logs" || parts[0] == "state") {
		root, _ = v.roots[parts[0]].(map[string]any)
		parts = parts[1:]
	}
	var at any = root
	for _, part := range parts {
		switch in := at.(type) {
		case map[string]any:
			next, ok := in[part]
			if !ok {
				return nil, false
			}
			at = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(in) {
				return nil, false
			}
			at = in[i]
		default:
			return nil, false
		}
	}
	return at, len(parts) > 0
}

// split takes a path apart. What is in brackets may be quoted.
func split(path string) []string {
	var parts []string
	for path != "" {
		switch path[0] {
		case '.':
			path = path[1:]
		case '[':
			end := strings.IndexByte(path, ']')
			if len(path) > 1 && (path[1] == '"' || path[1] == '\'') {
				if n := strings.Index(path[2:], string(path[1])+"]"); n >= 0 {
					end = n + 3
				}
			}
			if end < 0 {
				return append(parts, path)
			}
			parts = append(parts, strings.Trim(path[1:end], `"'`))
			path = path[end+1:]
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			parts = append(parts, path[:end])
			path = path[end:]
		}
	}
	return parts
}
