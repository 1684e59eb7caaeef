package core_test

// This file tests what a child must leave alone, where a session's play does not easily come: limits that
// are filled, snapshots, two parents, and questions.

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/holdfast-rt/holdfast/core"
)

func loaded(t *testing.T, doc []byte) *core.Bundle {
	t.Helper()
	b, err := core.Load(doc)
	var bad *core.Invalid
	if errors.As(err, &bad) {
		t.Fatalf("%+v", bad.Diagnostics)
	}
	return b
}

// parsed is a bundle of a name, given as YAML without its head; as JSON has it.
func parsed(t *testing.T, name, body string) map[string]any {
	t.Helper()
	doc, err := yaml.YAMLToJSON([]byte("holdfast: 1\nbundle: " + name + "\nversion: 1.0.0\n" + body))
	var m map[string]any
	if err == nil {
		err = json.Unmarshal(doc, &m)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return m
}

// heir makes m extend parents.
func heir(m map[string]any, parents ...map[string]any) map[string]any {
	var list []any
	for _, p := range parents {
		list = append(list, map[string]any{"bundle": p["bundle"], "version": "1.0.0", "document": p})
	}
	m["extends"] = list
	return m
}

func one(t *testing.T, body string) []byte { return marshalled(t, parsed(t, "one", body)) }

// sisters makes a child of two bundles that both extend base.
func sisters(t *testing.T, base, left, right string) []byte {
	t.Helper()
	b := parsed(t, "base", base)
	return marshalled(t,
		heir(parsed(t, "child", ""), heir(parsed(t, "left", left), b), heir(parsed(t, "right", right), b)))
}

func marshalled(t *testing.T, m map[string]any) []byte {
	t.Helper()
	doc, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func refused(t *testing.T, doc []byte, code string) core.Diagnostic {
	t.Helper()
	_, err := core.Load(doc)
	var bad *core.Invalid
	if !errors.As(err, &bad) || bad.Diagnostics[0].Code != code {
		t.Fatalf("wanted %s, got %+v", code, err)
	}
	return bad.Diagnostics[0]
}

// A child that holds as much as a session may hold keeps its parent from nothing that it keeps.
func TestAChildDoesNotFillItsParentsState(t *testing.T) {
	const parent = `
agents: {a: {}}
logs: {notes: {of: {string: 30000}, max: 1000}}
actions: {note: {args: {text: {string: 30000}}, append: {notes: args.text}}}
keep: [{action: note}]
`
	const child = `
logs: {own: {of: {string: 30000}, max: 1000}}
actions:
  own: {args: {text: {string: 30000}}, append: {own: args.text}}
  note: {append: {own: args.text}}
`
	b := loaded(t, family(t, child, parent))
	s, _ := b.Open("test")
	r := &run{t: t, s: s, at: 1}
	long := `{"text":"` + strings.Repeat("x", 30000) + `"}`
	for range 104 {
		r.want("a own "+long, "commit")
	}
	r.want("a own "+long, "reject domain:state")
	for range 104 { // the child's part of it would not fit, and is left out
		r.want("a note "+long, "commit")
	}
	r.want("a note "+long, "reject domain:state") // the parent's own limit
	logs := r.view()["logs"].(map[string]any)
	if n, own := len(logs["notes"].([]any)), len(logs["own"].([]any)); n != 104 || own != 104 {
		t.Errorf("%d notes and %d of the child's own, want 104 of each", n, own)
	}
	snapshot, _ := s.Snapshot()
	if s, err := b.Restore(snapshot); err != nil {
		t.Errorf("a session of %d bytes does not come back: %v", len(snapshot), err)
	} else if r.s = s; true {
		r.want("a note "+long, "reject domain:state")
	}
}

// What a child's expressions cost takes nothing off what its parent's may.
func TestAChildSpendsItsOwnCosts(t *testing.T) {
	const parent = `
agents: {a: {}}
state: {l: {type: {list: {of: int, max: 500}}}}
actions: {go: {}}
constraints: [{id: DEAR, level: operational, on: [go], require: "state.l.all(x, state.l.all(y, x == y || x != y))"}]
keep: [{action: go}]
`
	dear := strings.Replace(parent[strings.Index(parent, "constraints"):strings.Index(parent, "keep")], "DEAR", "OWN", 1)
	r := &run{t: t, at: 1}
	r.s, _ = loaded(t, family(t, dear, parent)).Open("test")
	r.want("a go", "commit")
	twice := strings.Replace(parent, "}]\nkeep", "}, "+dear[len("constraints: ["):strings.LastIndex(dear, "]")]+"]\nkeep",
		1)
	refused(t, family(t, "actions: {x: {}}", twice), "limit/decision-cost") // alone it may not spend that
}

// A child could not do right by a parent that keeps and another that may refuse.
func TestKeepsThatAnotherParentMayRefuse(t *testing.T) {
	base := "agents: {a: {}}\nactions: {go: {}, stay: {}}\n"
	doc := func(left, right string) []byte { return sisters(t, base, left, right) }
	for _, c := range []struct{ name, left, right, code string }{
		{"a constraint", `keep: [{action: go}]`, `constraints: [{id: R, level: operational, on: [go], require: "actor.id ` +
			`!= 'x'"}]`, "extend/keeps"},
		{"in either order", `constraints: [{id: R, level: operational, require: "actor.id != 'x'"}]`,
			`keep: [{action: go}]`, "extend/keeps"},
		{"an effect", `keep: [{action: go}]`, "state: {n: {type: {int: [0, 1]}}}\nactions: {go: {set: {n: state.n + 1}}}",
			"extend/keeps"},
		{"a freeze elsewhere", `keep: [{action: go}]`, `constraints: [{id: R, level: operational, on: [stay], require: ` +
			`"actor.id != 'x'", otherwise: {verdict: freeze}}]`, "extend/keeps"},
		{"a confirmation", `keep: [{action: confirm}]`, `constraints: [{id: R, level: operational, on: [stay], require: ` +
			`"actor.id != 'x'"}]`, "extend/keeps"},
		{"another action", `keep: [{action: go}]`, `constraints: [{id: R, level: operational, on: [stay], require: ` +
			`"actor.id != 'x'"}]`, ""},
		{"a preference", `keep: [{action: go}]`, `constraints: [{id: R, prefer: "actor.id != 'x'"}]`, ""},
		{"an action of its own", "actions: {own: {}}\nkeep: [{action: own}]",
			`constraints: [{id: R, level: operational, require: "actor.id != 'x'"}]`, ""},
		{"unfreezing", `keep: [{action: unfreeze}]`, `constraints: [{id: R, level: operational, require: "actor.id != ` +
			`'x'"}]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.code == "" {
				loaded(t, doc(c.left, c.right))
			} else if d := refused(t, doc(c.left, c.right), c.code); d.Path != "/extends" ||
				!strings.Contains(d.Related, "/keep/0") {
				t.Errorf("it is reported at %s and %s", d.Path, d.Related)
			}
		})
	}
	b := loaded(
		t,
		doc("actions: {own: {}}\nkeep: [{action: own}]",
			`constraints: [{id: R, level: operational, require: "actor.id != 'x'"}]`),
	)
	s, _ := b.Open("test")
	r := &run{t: t, s: s, at: 1}
	r.want("a:x own", "commit") // what is not known to the other parent is its keeper's
	r.want("a:x go", "reject R")
}

// Each of two parents has its own governance and its own rules about what waits.
func TestTwoParentsRuleWhatIsTheirs(t *testing.T) {
	const left = `
governance: [l]
agents: {l: {}, lo: {proposes: true}}
state: {x: {type: bool, owner: [l]}}
actions: {left: {set: {x: true}}, fall: {}}
constraints: [{id: L, level: physical, on: [fall], require: false, otherwise: {verdict: freeze}}]
hold: {ttl: 10s, on_expire: drop}
keep: [{action: left}]
`
	const right = `
governance: [r]
agents: {r: {}, ro: {proposes: true}}
state: {y: {type: bool, owner: [r]}}
actions: {right: {set: {y: true}}, drop: {}}
constraints: [{id: R, level: physical, on: [drop], require: false, otherwise: {verdict: freeze}}]
hold: {ttl: 100s, on_expire: drop}
keep: [{action: right}]
`
	b := loaded(t, family(t, "actions: {both: {}}", left, right))
	s, _ := b.Open("test")
	r := &run{t: t, s: s, at: 1}
	r.want("lo left", "hold owner:x")
	r.want("ro right", "hold owner:y")
	r.at += 20_000
	r.want(`l expire {"hold":1}`, "commit")
	r.want(`r expire {"hold":2}`, "reject hold:early")
	r.want("l fall", "freeze L")
	r.want("l left", "reject frozen")
	r.want("r both", "reject frozen")
	r.want("r right", "commit") // what the one froze does not stop what the other keeps
	r.want("r unfreeze", "reject frozen")
	r.want("r drop", "freeze R")
	r.want("r right", "reject frozen")
	r.want("l unfreeze", "commit")
	r.want("l left", "commit")
	r.want("r right", "reject frozen")
	r.want("r unfreeze", "commit")
	r.want("r both", "commit")
	refused(t, family(t, "governance: [l]", left, right), "extend/weakens")
}

// A snapshot says which bundles are frozen and who may confirm as each has it, and nothing of that without parents.
func TestSnapshotsOfLayers(t *testing.T) {
	const parent = `
governance: [a]
agents: {a: {}, b: {proposes: true}}
state: {x: {type: bool, owner: [a]}}
actions: {go: {set: {x: true}}, stay: {}}
keep: [{action: stay}]
`
	const child = `constraints: [{id: ICE, level: physical, on: [go], require: "actor.id != 'cold'", otherwise: ` +
		`{verdict: freeze}}]`
	bundle := loaded(t, family(t, child, parent))
	s, _ := bundle.Open("test")
	r := &run{t: t, s: s, at: 1}
	r.want("b go", "hold owner:x")
	r.want("a:cold go", "freeze ICE")
	snapshot, _ := s.Snapshot()
	for _, part := range []string{`"freezes":["child@1.0.0"],"frozen":true`, `"layers":{"p0@1.0.0":["a"]}`} {
		if !strings.Contains(string(snapshot), part) {
			t.Errorf("%s is not in %s", part, snapshot)
		}
	}
	again, err := bundle.Restore(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	r.s = again
	r.want("a stay", "commit")
	r.want("a go", "reject frozen")
	for _, change := range [][2]string{
		{`"freezes":["child@1.0.0"],`, ``},
		{`"freezes":["child@1.0.0"],`, `"freezes":[],`},
		{`"freezes":["child@1.0.0"]`, `"freezes":["child@1.0.0","nobody@1.0.0"]`},
		{`"freezes":["child@1.0.0"],"frozen":true`, `"freezes":["child@1.0.0"],"frozen":false`},
		{`"layers":{"p0@1.0.0":["a"]},`, ``},
		{`{"p0@1.0.0":["a"]}`, `{"p0@1.0.0":[]}`},
		{`{"p0@1.0.0":["a"]}`, `{"p1@1.0.0":["a"]}`},
		{`{"p0@1.0.0":["a"]}`, `{"child@1.0.0":["a"]}`},
		{`"by":["a"],"layers"`, `"by":[],"layers"`},
	} {
		broken := strings.Replace(string(snapshot), change[0], change[1], 1)
		if broken == string(snapshot) {
			t.Fatalf("%s is not in %s", change[0], snapshot)
		}
		if _, err := bundle.Restore([]byte(broken)); err == nil && !strings.Contains(change[1], `"nobody`) {
			t.Errorf("it comes back with %s", change[1])
		}
	}
	alone, _ := loaded(t, one(t, parent)).Open("test")
	r.s, r.at = alone, 1
	r.want("b go", "hold owner:x")
	if snapshot, _ := alone.Snapshot(); strings.Contains(string(snapshot), "layers") ||
		strings.Contains(string(snapshot), "freezes") {
		t.Errorf("without parents: %s", snapshot)
	}
}

// What may be kept is open where that is not known, and surely possible where it is.
func TestAdmissibleKnowsWhatIsKept(t *testing.T) {
	const parent = `
agents: {a: {}}
types: {pose: {enum: [up, down]}}
actions: {go: {args: {to: pose, n: {int: [0, 9]}}}}
keep: [{action: go, when: args.to == pose.down || args.n > 5}]
`
	const child = `constraints: [{id: NO, level: physical, require: false}, {id: MAYBE, level: operational, on: [go], ` +
		`require: "args.n > 7"}]`
	s, _ := loaded(t, family(t, child, parent)).Open("test")
	out, err := s.Admissible([]byte(`{"actor":{"kind":"a","id":"x"},"at":1}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"action":"go","args":{"to":"down"},"governing":"","open":[],"say":"","unmet":0,"verdict":"commit"}`,
		`{"action":"go","args":{"to":"up"},"governing":"","open":["args.n"],"say":"","unmet":0,"verdict":"open"}`,
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is not in %s", want, out)
		}
	}
}

// A parent means what it means alone, whatever another parent before it calls its own.
func TestParentsDoNotSeeEachOther(t *testing.T) {
	const evil = `
agents: {e: {}}
types: {m: {enum: [a, bad]}}
patterns: {p: {any: [{phrase: nothing}]}}
actions: {harm: {}}
`
	const good = `
agents: {a: {}}
state: {l: {type: {list: {of: {record: {a: {string: 9}}}}}, init: [{a: bad}]}}
actions: {go: {}}
constraints: [{id: C, level: operational, require: "state.l.all(m, m.a != 'bad')"}]
`
	s, _ := loaded(t, family(t, "actions: {mine: {}}", evil, good)).Open("test")
	r := &run{t: t, s: s, at: 1}
	r.want("a go", "reject C")
	refused(t, family(t, "", evil, strings.Replace(good, "state.l.all(m, m.a != 'bad')", "'x'.hits('p')", 1)),
		"name/unknown-pattern")
	refused(t, family(t, "", evil, strings.Replace(good, "require:", "on: [harm], require:", 1)), "bundle/reference")
	refused(t, family(t, "", evil, good+"keep: [{action: harm}]\n"), "bundle/reference")
	refused(t, family(t, "", evil, strings.Replace(good, "actions: {go: {}}", "actions: {go: {by: [e]}}", 1)),
		"bundle/reference")
}

// A keep names an action, and its condition is one.
func TestKeepIsChecked(t *testing.T) {
	const bundle = "agents: {a: {}}\nactions: {go: {args: {n: int}}}\n"
	for keep, code := range map[string]string{
		`[{action: goo}]`:                         "bundle/reference",
		`[{when: true}]`:                          "bundle/missing",
		`[{action: go, when: args.n}]`:            "type/mismatch",
		`[{action: go, when: next.n == 1}]`:       "name/out-of-reach",
		`[{action: confirm, when: args.n == 1}]`:  "name/out-of-reach",
		`[{action: go, unless: true}]`:            "bundle/unknown-key",
		`{action: go}`:                            "bundle/kind",
		`[{action: go, when: args.nn == 1}]`:      "name/unknown-field",
		`[{action: go, when: "state.x == 1"}]`:    "name/unknown-field",
		`[{action: go, when: "1 +"}]`:             "parse/unexpected-end",
		`[{action: go, when: "proposal.at > 1"}]`: "type/operator",
	} {
		refused(t, one(t, bundle+"keep: "+keep+"\n"), code)
	}
}
