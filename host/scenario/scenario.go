package scenario

// This file defines Scenario and its Steps, and reads them from a document.

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// Scenario is a named list of steps that begin on a fresh session.
type Scenario struct {
	Name  string `json:"name"`
	Steps []Step `json:"steps"`
}

// Step is a proposal and what is expected of its answer.
type Step struct {
	Action  string                     `json:"action"`
	Actor   Actor                      `json:"actor"`
	Args    map[string]json.RawMessage `json:"args"`
	Reasons *[]string                  `json:"reasons"` // nil is ["request"]
	After   *After                     `json:"after"`   // nil is a second
	Expect  Expect                     `json:"expect"`
}

// Actor is who proposes. As JSON it is {"kind","id"}, or text: the kind, which is
// then the id too.
type Actor struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// UnmarshalJSON reads both forms.
func (a *Actor) UnmarshalJSON(src []byte) error {
	if len(src) > 0 && src[0] == '"' {
		err := json.Unmarshal(src, &a.Kind)
		a.ID = a.Kind
		return err
	}
	type object Actor
	err := json.Unmarshal(src, (*object)(a))
	if a.ID == "" {
		a.ID = a.Kind
	}
	return err
}

// After is the time since the step before.
type After time.Duration

// UnmarshalJSON reads a duration as text, such as "1h30m".
func (a *After) UnmarshalJSON(src []byte) error {
	var text string
	if err := json.Unmarshal(src, &text); err != nil {
		return fmt.Errorf("`after` is a duration such as \"90s\"")
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d%time.Millisecond != 0 {
		return fmt.Errorf("`after` is a duration of whole milliseconds such as \"90s\", not %q", text)
	}
	*a = After(d)
	return nil
}

// Expect is what a step's answer must be like. A nil member is not compared.
type Expect struct {
	Verdict    *string                    `json:"verdict"`
	Governing  *string                    `json:"governing"`
	Violations *[]string                  `json:"violations"` // all ids, in order
	Say        *string                    `json:"say"`        // a part of the governing violation's text
	State      map[string]json.RawMessage `json:"state"`      // by variable or path; derived.NAME and logs.NAME too
	Advice     *[]string                  `json:"advice"`     // ids, in order
	Frozen     *bool                      `json:"frozen"`
	Error      *string                    `json:"error"` // a code
}

// Pointer returns the JSON Pointer of a step in its bundle document; both
// numbers count from 0.
func Pointer(scenario, step int) string {
	return "/tests/" + strconv.Itoa(scenario) + "/steps/" + strconv.Itoa(step)
}

// Suite is a bundle with its scenarios and what they have reached.
type Suite struct {
	Scenarios []Scenario
	Bundle    host.Bundle

	engine   host.Core
	coverage *Coverage
	probe    *probe
}

// Read loads a bundle document into an engine and reads its scenarios. The error is
// *core.Invalid where the document is no valid bundle.
func Read(engine host.Core, document []byte) (*Suite, error) {
	bundle, err := engine.Load(document)
	if err != nil {
		return nil, err
	}
	var tests struct {
		Tests []json.RawMessage `json:"tests"`
	}
	if err := json.Unmarshal(document, &tests); err != nil {
		return nil, err
	}
	s := &Suite{Bundle: bundle, engine: engine, Scenarios: make([]Scenario, len(tests.Tests))}
	for i, test := range tests.Tests {
		if err := json.NewDecoder(bytes.NewReader(test)).Decode(&s.Scenarios[i]); err != nil {
			return nil, &core.Invalid{Diagnostics: []core.Diagnostic{{
				Code: CodeScenario, Path: "/tests/" + strconv.Itoa(i), Message: "this scenario cannot be read: " + err.Error(), Hint: "BUNDLE.md, \"Scenarios\", lists what a step takes.",
			}}}
		}
	}
	if s.coverage, err = newCoverage(document, bundle.Info()); err != nil {
		return nil, err
	}
	s.probe, err = newProbe(engine, document, bundle.Info())
	return s, err
}

// CodeScenario is the code of a scenario that cannot be read.
const CodeScenario = "scenario/shape"

// Coverage returns what the scenarios that were run have reached.
func (s *Suite) Coverage() *Coverage { return s.coverage }
