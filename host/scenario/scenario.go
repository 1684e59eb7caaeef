package scenario

// This file defines Scenario and its Steps, and Suite, those of a bundle.

import (
	"strconv"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// Scenario is a named list of steps that begin on a fresh session.
type Scenario struct {
	Name  string
	Steps []Step
}

// Step is a proposal and what is expected of its answer.
type Step struct {
	Action  string
	Actor   Actor
	Args    map[string]json.RawMessage
	Reasons []string
	After   time.Duration // since the step before
	Expect  Expect
}

// Actor is who proposes.
type Actor struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Expect is what a step's answer must be like. A nil member is not compared.
type Expect struct {
	Verdict    *string
	Governing  *string
	Violations *[]string                  // all ids, in order
	Say        *string                    // a part of the governing violation's text, or of an error's
	State      map[string]json.RawMessage // by variable or path; derived.NAME and logs.NAME too
	Advice     *[]string                  // ids, in order
	Frozen     *bool
	Error      *string // a code
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
// *core.Invalid where the document is no valid bundle, or a scenario cannot be read.
func Read(engine host.Core, document []byte) (*Suite, error) {
	bundle, err := engine.Load(document)
	if err != nil {
		return nil, err
	}
	scenarios, wrong := Parse(document)
	if wrong != nil {
		return nil, &core.Invalid{Diagnostics: wrong}
	}
	s := &Suite{Bundle: bundle, engine: engine, Scenarios: scenarios}
	if s.coverage, err = newCoverage(document, bundle.Info()); err != nil {
		return nil, err
	}
	s.probe, err = newProbe(engine, document, bundle.Info())
	return s, err
}

// Coverage returns what the scenarios that were run have reached.
func (s *Suite) Coverage() *Coverage { return s.coverage }
