package core_test

// This file tests that a child only narrows.

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/holdfast-rt/holdfast/core"
)

const parent = `{holdfast: 1, bundle: parent, version: 1.0.0, governance: [user],
  agents: {user: {}, guest: {}},
  types: {mode: {enum: [a, b, c]}},
  constants: {most: 3},
  params: {p: {type: int, value: 1}},
  metadata: {m: {type: int, value: 1}},
  state: {mode: {type: mode, owner: [user], moves: {id: ORDER, allow: [a <-> b, b <-> c]}}, count: {type: {int: [0, 9]}}},
  logs: {seen: {of: mode, max: 9}},
  patterns: {rude: {any: [{phrase: go away}]}},
  actions: {move: {by: [user, guest], args: {to: mode}, set: {mode: args.to}, append: {seen: args.to}}, tick: {set: {count: state.count + 1}}},
  constraints: [{id: FEW, level: operational, on: [tick], require: state.count < constants.most, otherwise: {verdict: revert}}],
  derived: {calm: state.mode == mode.a},
  fallback: {reset: [mode]}, hold: {ttl: 60s}}`

// child builds a child document around a parent, as an author's tool would.
func child(t testing.TB, body, extends string) []byte {
	t.Helper()
	p, err := yaml.YAMLToJSON([]byte(parent))
	if err != nil {
		t.Fatal(err)
	}
	src := "holdfast: 1\nbundle: child\nversion: 1.0.0\n" + body
	doc, err := yaml.YAMLToJSON([]byte(src))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(doc, &m); err != nil {
		t.Fatal(err)
	}
	if extends == "" {
		extends = `[{"bundle":"parent","version":"1.0.0","expects":["ORDER","FEW"],"document":PARENT}]`
	}
	m["extends"] = json.RawMessage(strings.ReplaceAll(extends, "PARENT", strings.TrimSpace(string(p))))
	out, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestChildCannotWeaken(t *testing.T) {
	for _, c := range []struct{ body, extends, code, path string }{
		{"agents: {user: {}}", "", "extend/redefines", "/agents/user"},
		{"types: {mode: {enum: [a]}}", "", "extend/redefines", "/types/mode"},
		{"constants: {most: 9}", "", "extend/redefines", "/constants/most"},
		{"params: {p: {type: int, value: 9}}", "", "extend/redefines", "/params/p"},
		{"metadata: {m: {type: int, value: 9}}", "", "extend/redefines", "/metadata/m"},
		{"state: {mode: {type: bool}}", "", "extend/redefines", "/state/mode"},
		{"logs: {seen: int}", "", "extend/redefines", "/logs/seen"},
		{"patterns: {rude: {any: [{phrase: hello}]}}", "", "extend/redefines", "/patterns/rude"},
		{"derived: {calm: 'true'}", "", "extend/redefines", "/derived/calm"},
		{"constraints: [{id: FEW, level: operational, require: 'true'}]", "", "extend/redefines", "/constraints/0/id"},
		{"constraints: [{id: ORDER, level: operational, require: 'true'}]", "", "extend/redefines", "/constraints/0/id"},
		{"actions: {move: {by: [user]}}", "", "extend/redefines", "/actions/move/by"},
		{"actions: {move: {args: {to: mode}}}", "", "extend/redefines", "/actions/move/args"},
		{"actions: {move: {set: {count: '1'}}}", "", "extend/weakens", "/actions/move/set/count"},
		{"actions: {mine: {set: {mode: mode.c}}}", "", "extend/weakens", "/actions/mine/set/mode"},
		{"actions: {mine: {reset: [mode]}}", "", "extend/weakens", "/actions/mine/reset/0"},
		{"actions: {mine: {append: {seen: mode.c}}}", "", "extend/weakens", "/actions/mine/append/seen"},
		{"actions: {mine: {effects: [{when: 'true', set: {count: '1'}}]}}", "", "extend/weakens", "/actions/mine/effects/0/set/count"},
		{"fallback: {set: {count: '1'}}", "", "extend/weakens", "/fallback/set/count"},
		{"governance: [guest]", "", "extend/weakens", "/governance"},
		{"hold: {ttl: 600s}", "", "extend/weakens", "/hold"},
		{"", `[{"bundle":"parent","version":"1.0.1","document":PARENT}]`, "extend/parent", "/extends/0"},
		{"", `[{"bundle":"other","version":"1.0.0","document":PARENT}]`, "extend/parent", "/extends/0"},
		{"", `[{"bundle":"parent","version":"1.0.0"}]`, "extend/parent", "/extends/0"},
		{"", `[{"bundle":"parent","version":"1.0.0","digest":"sha256:00","document":PARENT}]`, "extend/parent", "/extends/0/digest"},
		{"", `[{"bundle":"parent","version":"1.0.0","expects":["ORDR"],"document":PARENT}]`, "extend/expects", "/extends/0/expects/0"},
	} {
		_, err := core.Load(child(t, c.body, c.extends))
		var bad *core.Invalid
		if !errors.As(err, &bad) {
			t.Errorf("%s %s: accepted (%v)", c.body, c.extends, err)
			continue
		}
		found := false
		for _, d := range bad.Diagnostics {
			found = found || d.Code == c.code && d.Path == c.path
		}
		if !found {
			t.Errorf("%s %s: want %s at %s, got %+v", c.body, c.extends, c.code, c.path, bad.Diagnostics)
		}
	}
}

const narrower = `
agents: {robot: {}}
state: {mine: {type: {int: [0, 5]}}}
actions:
  move: {set: {mine: state.mine + 1}}
  rest: {set: {mine: "0"}}
constraints:
  - {id: NO-C, level: physical, on: [move], require: "args.to != mode.c || state.mine > 2"}
  - {id: NOT-ALL, level: operational, require: actor.id != "mallory"}
fallback: {set: {mine: "0"}}
`

// What a parent leaves out is its word too: nobody unfreezes, and a day to wait.
func TestChildDoesNotFillInWhatItsParentLeftOut(t *testing.T) {
	for _, body := range []string{"governance: [guest]", "hold: {ttl: 9000h}"} {
		doc := strings.Replace(string(child(t, body, "")), `"hold": {"ttl": "60s"}`, `"about":""`, 1)
		doc = strings.Replace(doc, `"governance": ["user"]`, `"title":""`, 1)
		_, err := core.Load([]byte(doc))
		var bad *core.Invalid
		if !errors.As(err, &bad) || bad.Diagnostics[0].Code != "extend/weakens" {
			t.Errorf("%s: %v\n%s", body, err, doc)
		}
	}
}

func TestChildNarrows(t *testing.T) {
	b, err := core.Load(child(t, narrower, ""))
	if err != nil {
		t.Fatalf("%+v", err.(*core.Invalid).Diagnostics)
	}
	s, err := b.Open("test")
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, s: s, at: 1767225600000}
	r.want(`user move {"to":"b"}`, "commit")
	r.want(`user move {"to":"c"}`, "reject NO-C")
	if r.state("mine") != float64(1) {
		t.Error("the child's effect on the parent's action did not happen")
	}
	r.want(`robot move {"to":"a"}`, "reject by:move") // a child's agent gains nothing of the parent's
	r.want(`robot tick`, "reject by:tick")
	r.want(`robot rest`, "commit")
	r.want(`user:mallory tick`, "reject NOT-ALL") // and the child's constraint covers the parent's actions
}

// A child's run, seen through its parent's variables, is a run its parent allows.
func TestRunsOfAChildAreRunsOfItsParent(t *testing.T) {
	b, err := core.Load(child(t, narrower, ""))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := yaml.YAMLToJSON([]byte(parent))
	if err != nil {
		t.Fatal(err)
	}
	pb, err := core.Load(doc)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		cs, _ := b.Open("test")
		ps, _ := pb.Open("test")
		c, p := &run{t: t, s: cs, at: 0}, &run{t: t, s: ps, at: 0}
		for range 60 {
			who := []string{"user", "guest", "robot", "user:mallory"}[rnd.IntN(4)]
			what := []string{`move {"to":"a"}`, `move {"to":"b"}`, `move {"to":"c"}`, "tick", "rest"}[rnd.IntN(5)]
			d := c.raw(c.proposal(who + " " + what))
			seen[d.Verdict]++
			// The parent decides what the child let through, and falls back when the child does.
			if d.Verdict == "commit" && what != "rest" {
				p.want(who+" "+what, "commit")
			} else if d.Verdict == "revert" {
				if got := p.raw(p.proposal(who + " " + what)); got.Verdict != "revert" {
					t.Fatalf("seed %d: the child reverted %s %s, the parent says %s", seed, who, what, got.Verdict)
				}
			}
			for _, v := range []string{"mode", "count"} {
				if c.state(v) != p.state(v) {
					t.Fatalf("seed %d: after %s %s (%s) %s is %v in the child, %v in the parent", seed, who, what, d.Verdict, v, c.state(v), p.state(v))
				}
			}
			if got, want := fmt.Sprint(c.view()["logs"]), fmt.Sprint(p.view()["logs"]); got != want {
				t.Fatalf("seed %d: logs %s and %s", seed, got, want)
			}
		}
	}
	if seen["commit"] == 0 || seen["revert"] == 0 || seen["reject"] == 0 {
		t.Errorf("the runs reach too little: %v", seen)
	}
}
