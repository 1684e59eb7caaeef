package scenario

// This file reads scenarios from a bundle document.

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// betweenSteps is the time from one step to the next where a step does not say.
const betweenSteps = time.Second

// Parse reads the scenarios of a bundle document that the core finds valid. What it
// cannot read is in the findings, all of it.
func Parse(document []byte) ([]Scenario, []core.Diagnostic) {
	var r reader
	var scenarios []Scenario
	var tests []json.RawMessage
	r.members("", document, true, member{"tests", &tests, "a list of scenarios"})
	for i, test := range tests {
		path := "/tests/" + strconv.Itoa(i)
		var s Scenario
		var steps []json.RawMessage
		r.members(path, test, true, member{"name", &s.Name, "text"}, member{"steps", &steps, "a list of steps"})
		for k, step := range steps {
			s.Steps = append(s.Steps, r.step(path+"/steps/"+strconv.Itoa(k), step, k == 0))
		}
		scenarios = append(scenarios, s)
	}
	return scenarios, r.wrong
}

// escape writes a key as a part of a JSON Pointer (RFC 6901).
var escape = strings.NewReplacer("~", "~0", "/", "~1")

type reader struct{ wrong []core.Diagnostic }

func (r *reader) fail(path, message string) {
	r.wrong = append(r.wrong,
		core.Diagnostic{Code: codes.ScenarioShape, Path: path, Message: message,
			Hint: "BUNDLE.md, \"Scenarios\", says what a step takes."})
}

// member is a member of an object: where it goes, and what it must be.
type member struct {
	key  string
	to   any
	want string
}

// members reads the members of an object. Others are left to the core, unless closed.
func (r *reader) members(path string, src json.RawMessage, open bool, list ...member) {
	var object map[string]json.RawMessage
	if json.Unmarshal(src, &object) != nil || object == nil {
		r.fail(path, "expected a mapping.")
		return
	}
	for _, m := range list {
		if value, ok := object[m.key]; ok && json.Unmarshal(value, m.to) != nil {
			r.fail(path+"/"+m.key, "`"+m.key+"` is "+m.want+".")
		}
		delete(object, m.key)
	}
	if open {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		r.fail(path+"/"+escape.Replace(key), "there is no key `"+key+"` here.")
	}
}

func (r *reader) step(path string, src json.RawMessage, first bool) Step {
	s := Step{Reasons: []string{"request"}}
	if !first {
		s.After = betweenSteps
	}
	var actor, expect json.RawMessage
	var after string
	r.members(path, src, true,
		member{"action", &s.Action, "text, the name of an action"},
		member{"actor", &actor, ""},
		member{"args", &s.Args, "a mapping of arguments by name"},
		member{"reasons", &s.Reasons, "a list of text"},
		member{"after", &after, "a duration, such as 90s"},
		member{"expect", &expect, ""},
	)
	if d, err := time.ParseDuration(after); err == nil && d >= 0 && d%time.Millisecond == 0 {
		s.After = d
	} else if after != "" {
		r.fail(path+"/after", "`after` is a duration of whole milliseconds, such as 90s or 1h30m.")
	}
	switch {
	case json.Unmarshal(actor, &s.Actor.Kind) == nil:
	case strings.HasPrefix(string(actor), "{"):
		r.members(path+"/actor", actor, false, member{"kind", &s.Actor.Kind, "text, the name of an agent"},
			member{"id", &s.Actor.ID, "text"})
		if s.Actor.Kind == "" {
			r.fail(path+"/actor", "`kind`, the name of an agent, is missing.")
		}
	default:
		r.fail(path+"/actor", "`actor` is the name of an agent, or `kind` and `id`.")
	}
	if s.Actor.ID == "" {
		s.Actor.ID = s.Actor.Kind
	}
	e := &s.Expect
	r.members(path+"/expect", expect, true,
		member{"verdict", &e.Verdict, "text"},
		member{"governing", &e.Governing, "text, an id; empty for none"},
		member{"violations", &e.Violations, "a list of ids"},
		member{"say", &e.Say, "text"},
		member{"state", &e.State, "a mapping of values by variable or path"},
		member{"advice", &e.Advice, "a list of ids"},
		member{"frozen", &e.Frozen, "true or false"},
		member{"error", &e.Error, "text, a code"},
	)
	return s
}
