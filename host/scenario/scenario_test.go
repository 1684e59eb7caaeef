package scenario_test

// This file tests what scenarios reach; host/cmd/holdfast tests how they fail.

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/scenario"
)

const gate = `
holdfast: 1
bundle: gate
version: 1.0.0
governance: [owner]
agents: {owner: {}, guest: {proposes: true}}
types: {position: {enum: [shut, ajar, open]}}
state:
  gate: {type: position, owner: [owner], moves: {id: STEP, allow: [shut <-> ajar, ajar <-> open]},
      never: [{move: shut -> open, id: SLOWLY, otherwise: {say: First ajar.}}]}
  words: {type: {string: 40}}
logs: {guests: {of: {record: {name: {string: 20}, "on": bool}}, max: 9}}
patterns:
  greeting: {any: [{phrase: good day}]}
  curse: {any: [{phrase: damn}]}
  hurry: {any: [{phrase: at once}]}
  never: {any: [{phrase: xyzzy}]}
actions:
  move: {by: [owner, guest], args: {to: position}, set: {gate: args.to}}
  say: {by: [guest], args: {text: {string: 40}}, set: {words: args.text},
      append: {guests: {name: actor.id, "on": true}}}
  leave: {by: [guest]}
constraints:
  - {id: POLITE, level: operational, on: [say], require: 'args.text.hits("greeting")',
      otherwise: {verdict: rewrite, say: Greet first.}}
  - {id: NO-CURSE, level: operational, on: [say], require: '!args.text.hits("curse") && !args.text.hits("never")',
      otherwise: {say: Do not curse.}}
  - {id: CALM, level: operational, on: [say], require: '!proposal.reasons.exists(r, r.hits("hurry"))',
      otherwise: {say: There is time.}}
  - {id: SHORT, level: preference, on: [say], prefer: size(next.words) < 20, otherwise: {say: Be brief.}}
derived: {passable: state.gate == position.open}
tests:
`

func suite(t *testing.T, tests string) *scenario.Suite {
	t.Helper()
	source, findings := yaml.Read("gate.yaml", []byte(gate+tests))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	s, err := scenario.Read(host.Native(), source.JSON())
	if err != nil {
		t.Fatalf("%+v", err)
	}
	return s
}

// pass runs all scenarios and fails where one does.
func pass(t *testing.T, s *scenario.Suite) scenario.Report {
	t.Helper()
	for i := range s.Scenarios {
		outcome, err := s.Run(i)
		if err != nil {
			t.Fatal(err)
		}
		if !outcome.Passed {
			t.Fatalf("%s: %+v", outcome.Name, outcome.Failure)
		}
	}
	return s.Coverage().Report()
}

func TestCoverage(t *testing.T) {
	r := pass(t, suite(t, `
  - name: A guest greets, asks, and is let in
    steps:
      - {action: say, actor: guest, args: {text: Good  day}, reasons: ["at once, please"],
          expect: {verdict: reject, governing: CALM, violations: [CALM], advice: []}}
      - {action: say, actor: {kind: guest, id: g1}, args: {text: "Good day to you, and to all of yours"},
          expect: {verdict: commit, governing: "", violations: [], advice: [SHORT],
         state: {'logs.guests[0].name': g1, 'logs.guests': [{name: g1, "on": true}],
             words: "Good day to you, and to all of yours", derived.passable: false}}}
      - {action: move, actor: guest, args: {to: ajar}, expect: {verdict: hold, state: {gate: shut}}}
      - {action: confirm, actor: owner, expect: {verdict: commit, state: {gate: ajar}}}
      - {action: say, actor: guest, args: {text: Damn}, expect: {verdict: rewrite, governing: POLITE,
          violations: [POLITE, NO-CURSE]}}
`))
	want := scenario.Report{
		Percent:     58, // 10 of 17
		Constraints: scenario.Items{Total: 6, Seen: 4, Missing: []string{"SLOWLY", "STEP"}},
		Actions:     scenario.Items{Total: 3, Seen: 2, Missing: []string{"leave"}},
		Patterns:    scenario.Items{Total: 4, Seen: 3, Missing: []string{"never"}},
		Moves: scenario.Items{Total: 4, Seen: 1, Missing: []string{"gate: ajar -> shut", "gate: ajar -> open",
			"gate: open -> ajar"}},
		Verdicts: map[string]int{"commit": 2, "hold": 1, "reject": 1, "rewrite": 1},
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got  %+v\nwant %+v", r, want)
	}
}

// TestHolds says which parked proposal a step means that names none.
func TestHolds(t *testing.T) {
	pass(t, suite(t, `
  - name: The last that still waits, or the last there was
    steps:
      - {action: confirm, actor: owner, expect: {error: proposal/argument}}
      - {action: move, actor: {kind: guest, id: a}, args: {to: ajar}, expect: {verdict: hold}}
      - {action: move, actor: {kind: guest, id: b}, args: {to: ajar}, expect: {verdict: hold}}
      - {action: decline, actor: owner, expect: {verdict: commit}}
      - {action: confirm, actor: owner, expect: {verdict: commit, state: {gate: ajar}}}
      - {action: confirm, actor: owner, expect: {verdict: reject}}
      - {action: move, actor: {kind: guest, id: a}, args: {to: open}, expect: {verdict: hold}}
      - {action: move, actor: {kind: guest, id: b}, args: {to: shut}, expect: {verdict: hold}}
      - {action: decline, actor: owner, args: {hold: 6}, expect: {verdict: commit}}
      - {action: expire, actor: owner, expect: {verdict: reject}}
      - {action: expire, actor: owner, after: 24h, expect: {verdict: commit, state: {gate: ajar}}}
`))
}

// TestFirstFailure says that steps after a failed one are not run.
func TestFirstFailure(t *testing.T) {
	s := suite(t, `
  - name: Two wrong steps
    steps:
      - {action: leave, actor: guest, expect: {verdict: commit}}
      - {action: leave, actor: guest, expect: {verdict: reject}}
      - {action: leave, actor: guest, expect: {verdict: reject}}
`)
	outcome, err := s.Run(0)
	if err != nil {
		t.Fatal(err)
	}
	f := outcome.Failure
	if outcome.Passed || outcome.Steps != 3 || f.Step != 2 || f.Pointer != "/tests/0/steps/1" || len(f.Mismatches) != 1 ||
		f.Mismatches[0] != (scenario.Mismatch{What: "verdict", Want: "reject",
			Got: "commit"}) || !strings.Contains(string(f.Decision), `"seq":2,`) {
		t.Errorf("%+v %+v", outcome, f)
	}
	if n := s.Coverage().Report().Verdicts["commit"]; n != 2 {
		t.Errorf("%d commits", n)
	}
}

// TestChild says that a child's scenarios need not reach what its parent declares.
func TestChild(t *testing.T) {
	parent, _ := yaml.Read("gate.yaml", []byte(gate+"  []\n"))
	document, err := core.Canonical(parent.JSON())
	if err != nil {
		t.Fatal(err)
	}
	child := `{"holdfast":1,"bundle":"child","version":"1.0.0","agents":{"cat":{}},"extends":[{"bundle":"gate",` +
		`"version":"1.0.0","digest":"` +
		core.Digest(document) + `","document":` + string(document) + `}],"patterns":{"meow":{"any":[{"phrase":"meow"}]}},` +
		`"constraints":[{"id":"QUIET","level":"operational","on":["say"],"require":"!args.text.hits(\"meow\")",` +
		`"otherwise":{"say":"Quiet."}}],` +
		`"tests":[{"name":"a","steps":[{"action":"say","actor":"guest","args":{"text":"Good day, meow"},` +
		`"expect":{"governing":"QUIET"}}]}]}`
	s, err := scenario.Read(host.Native(), []byte(child))
	if err != nil {
		t.Fatalf("%+v", err)
	}
	r := pass(t, s)
	if seen, total := r.Reached(); seen != 2 || total != 2 || r.Percent != 100 {
		t.Errorf("%+v", r)
	}
}

// TestAdd puts together what two runs have reached.
func TestAdd(t *testing.T) {
	a := suite(t, "  - {name: a, steps: [{action: leave, actor: guest, expect: {verdict: commit}}]}\n")
	b := suite(t, "  - {name: b, steps: [{action: move, actor: owner, args: {to: open}, expect: {governing: SLOWLY}}]}\n")
	pass(t, a)
	pass(t, b)
	var both scenario.Coverage
	if r := both.Report(); r.Percent != 100 {
		t.Errorf("nothing to reach: %+v", r)
	}
	both.Add(a.Coverage())
	both.Add(b.Coverage())
	r := both.Report()
	if r.Actions.Seen != 1 || slices.Contains(r.Constraints.Missing,
		"SLOWLY") || r.Actions.Total != 3 || r.Verdicts["commit"] != 1 || r.Verdicts["reject"] != 1 {
		t.Errorf("%+v", r)
	}
}
