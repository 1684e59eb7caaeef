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
  state: {mode: {type: mode, owner: [user], moves: {id: ORDER, allow: [a <-> b, b <-> c]}},
      count: {type: {int: [0, 9]}}},
  logs: {seen: {of: mode, max: 9}},
  patterns: {rude: {any: [{phrase: go away}]}},
  actions: {move: {by: [user, guest], args: {to: mode}, set: {mode: args.to}, append: {seen: args.to}},
      tick: {set: {count: state.count + 1}}},
  constraints: [{id: FEW, level: operational, on: [tick], require: state.count < constants.most,
      otherwise: {verdict: revert}}],
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
		{"actions: {mine: {effects: [{when: 'true', set: {count: '1'}}]}}", "", "extend/weakens",
			"/actions/mine/effects/0/set/count"},
		{"fallback: {set: {count: '1'}}", "", "extend/weakens", "/fallback/set/count"},
		{"governance: [guest]", "", "extend/weakens", "/governance"},
		{"hold: {ttl: 600s}", "", "extend/weakens", "/hold"},
		{"", `[{"bundle":"parent","version":"1.0.1","document":PARENT}]`, "extend/parent", "/extends/0"},
		{"", `[{"bundle":"other","version":"1.0.0","document":PARENT}]`, "extend/parent", "/extends/0"},
		{"", `[{"bundle":"parent","version":"1.0.0"}]`, "extend/parent", "/extends/0"},
		{"", `[{"bundle":"parent","version":"1.0.0","digest":"sha256:00","document":PARENT}]`, "extend/parent",
			"/extends/0/digest"},
		{"", `[{"bundle":"parent","version":"1.0.0","expects":["ORDR"],"document":PARENT}]`, "extend/expects",
			"/extends/0/expects/0"},
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
		doc := strings.Replace(string(child(t, body, "")), `"hold":{"ttl":"60s"}`, `"about":""`, 1)
		doc = strings.Replace(doc, `"governance":["user"]`, `"title":""`, 1)
		if !strings.Contains(doc, `"about":""`) || !strings.Contains(doc, `"title":""`) {
			t.Fatal("the parent leaves nothing out")
		}
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
					t.Fatalf("seed %d: after %s %s (%s) %s is %v in the child, %v in the parent", seed, who, what, d.Verdict, v,
						c.state(v), p.state(v))
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

// family makes a bundle that extends others, each given as YAML without its head.
func family(t testing.TB, child string, parents ...string) []byte {
	t.Helper()
	read := func(name, body string) map[string]any {
		doc, err := yaml.YAMLToJSON([]byte("holdfast: 1\nbundle: " + name + "\nversion: 1.0.0\n" + body))
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(doc, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := read("child", child)
	var list []any
	for i, p := range parents {
		name := fmt.Sprintf("p%d", i)
		list = append(list, map[string]any{"bundle": name, "version": "1.0.0", "document": read(name, p)})
	}
	m["extends"] = list
	out, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Two parents that know nothing of each other stay apart: "everybody" in one means
// its own agents, and one does not write in the other's actions.
func TestParentsStayApart(t *testing.T) {
	const left = `
agents: {l: {}}
state: {x: {type: {int: [0, 9]}}}
actions: {left: {set: {x: state.x + 1}}}
`
	const right = `
agents: {r: {}}
state: {y: {type: {int: [0, 9]}}}
actions: {right: {set: {y: state.y + 1}}}
`
	b, err := core.Load(family(t, `actions: {both: {}}`, left, right))
	if err != nil {
		t.Fatalf("%+v", err.(*core.Invalid).Diagnostics)
	}
	s, _ := b.Open("test")
	run := &run{t: t, s: s, at: 1}
	run.want("l left", "commit")
	run.want("r right", "commit")
	run.want("r left", "reject by:left")
	run.want("l right", "reject by:right")
	run.want("l both", "commit") // the child's own action is everybody's
	run.want("r both", "commit")

	_, err = core.Load(family(t, ``, left, strings.Replace(right, "right: {set", "left: {set", 1)))
	var bad *core.Invalid
	if !errors.As(err, &bad) || bad.Diagnostics[0].Code != "extend/redefines" ||
		bad.Diagnostics[0].Path != "/extends/1/document/actions/left" {
		t.Errorf("one parent may not add to another's action: %v", err)
	}
}

// A parent that is reached by two ways is read once, and each way is checked.
func TestDiamond(t *testing.T) {
	base := map[string]any{
		"holdfast":    1,
		"bundle":      "base",
		"version":     "1.0.0",
		"agents":      map[string]any{"a": map[string]any{}},
		"actions":     map[string]any{"go": map[string]any{}},
		"constraints": []any{map[string]any{"id": "BASE", "level": "operational", "require": "actor.id != 'x'"}},
	}
	of := func(name string, more map[string]any) map[string]any {
		m := map[string]any{
			"holdfast": 1,
			"bundle":   name,
			"version":  "1.0.0",
			"extends":  []any{map[string]any{"bundle": "base", "version": "1.0.0", "document": base}},
		}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	one := of(
		"one",
		map[string]any{
			"constraints": []any{map[string]any{"id": "ONE", "level": "operational", "require": "actor.id != 'y'"}},
		},
	)
	two := of("two", nil)
	doc := func(second map[string]any) []byte {
		m := map[string]any{
			"holdfast": 1,
			"bundle":   "child",
			"version":  "1.0.0",
			"extends": []any{
				map[string]any{
					"bundle":   "one",
					"version":  "1.0.0",
					"document": one,
					"expects":  []string{"ONE", "BASE"},
				},
				second,
			},
		}
		out, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	b, err := core.Load(
		doc(map[string]any{"bundle": "two", "version": "1.0.0", "document": two, "expects": []string{"BASE"}}))
	if err != nil {
		t.Fatalf("%+v", err.(*core.Invalid).Diagnostics)
	}
	s, _ := b.Open("test")
	r := &run{t: t, s: s, at: 1}
	r.want("a go", "commit")
	r.want("a:x go", "reject BASE")
	r.want("a:y go", "reject ONE")
	for _, c := range []struct {
		second map[string]any
		code   string
	}{
		// its sibling has it, it has not
		{map[string]any{"bundle": "two", "version": "1.0.0", "document": two, "expects": []string{"ONE"}}, "extend/expects"},
		// read already, under its own name
		{map[string]any{"bundle": "other", "version": "1.0.0", "document": base}, "extend/parent"},
		{map[string]any{"bundle": "base", "version": "2.0.0", "document": base}, "extend/parent"},
		{map[string]any{"bundle": "base", "version": "1.0.0", "document": base, "expects": []string{"ONE"}},
			"extend/expects"},
	} {
		_, err := core.Load(doc(c.second))
		var bad *core.Invalid
		if !errors.As(err, &bad) || bad.Diagnostics[0].Code != c.code {
			t.Errorf("%v: %v", c.second["bundle"], err)
		}
	}
}

// A parent's expressions mean what they meant when it was published, whatever the child names its types.
func TestAChildsNamesDoNotReachItsParent(t *testing.T) {
	const parent = `
agents: {a: {}}
state: {l: {type: {list: {of: {record: {a: {string: 9}}}}}, init: [{a: bad}]}}
actions: {go: {}}
constraints: [{id: C, level: operational, require: "state.l.all(m, m.a != 'bad')"}]
`
	b, err := core.Load(family(t, "types: {m: {enum: [a, bad]}}\nactions: {mine: {}}", parent))
	if err != nil {
		t.Fatalf("%+v", err.(*core.Invalid).Diagnostics)
	}
	s, _ := b.Open("test")
	r := &run{t: t, s: s, at: 1}
	r.want("a go", "reject C")
	r.want("a mine", "reject C")
}
