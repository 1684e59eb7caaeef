package parity

// This file holds random children to the theorem of core/RATIONALE.md: seen through a
// parent's variables, a child refuses what its parent refuses, in the same way, commits what it
// commits and keeps, and otherwise commits, holds or refuses. In every state that a child comes to,
// each of its ancestors is asked alone, in the state that is its part of the child's.

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

// ancestor is a bundle that a child extends, alone: with an action more that falls back, and a preference
// for each condition of `keep`, so that a decision tells which hold.
type ancestor struct {
	id       string
	bundle   host.Bundle
	empty    map[string]any // a snapshot of its own
	includes []string       // ids of what it extends, and its own
	agents   []string
	actions  []string
	keeps    []kept
}

type kept struct{ action, preference string } // the preference is "" where all are kept

// family is all that a child extends, parents before what extends them.
type family struct {
	ancestors []*ancestor
	seen      map[string]int
	costly    bool // an ancestor cannot be asked
}

func newFamily(t *testing.T, doc map[string]any, seen map[string]int) *family {
	f := &family{seen: seen}
	for _, p := range extended(doc) {
		f.add(t, p)
	}
	return f
}

// extended are the documents of a bundle's parents.
func extended(doc map[string]any) (list []map[string]any) {
	parents, _ := doc["extends"].([]any)
	for _, e := range parents {
		list = append(list, e.(map[string]any)["document"].(map[string]any))
	}
	return list
}

func idOf(doc map[string]any) string { return doc["bundle"].(string) + "@" + doc["version"].(string) }

// add adds a document's bundle after its parents, and returns it.
func (f *family) add(t *testing.T, doc map[string]any) *ancestor {
	a := &ancestor{id: idOf(doc), includes: []string{idOf(doc)}}
	for _, p := range extended(doc) {
		b := f.add(t, p)
		a.includes = append(a.includes, b.includes...)
		a.agents = append(a.agents, b.agents...)
		a.actions = append(a.actions, b.actions...)
	}
	for _, have := range f.ancestors {
		if have.id == a.id {
			return have
		}
	}
	names := func(key string) []string {
		m, _ := doc[key].(map[string]any)
		return slices.Sorted(maps.Keys(m))
	}
	a.agents, a.actions = append(names("agents"), a.agents...), append(a.actions, names("actions")...)
	doc = maps.Clone(doc)
	actions, _ := doc["actions"].(map[string]any)
	actions = maps.Clone(actions)
	actions["fall"] = map[string]any{}
	constraints := []any{map[string]any{"id": "FALL", "level": "physical", "on": []string{"fall"}, "require": "false",
		"otherwise": map[string]any{"verdict": "revert"}}}
	list, _ := doc["constraints"].([]any)
	constraints = append(constraints, list...)
	keeps, _ := doc["keep"].([]any)
	for i, k := range keeps {
		k := k.(map[string]any)
		e := kept{action: k["action"].(string)}
		if when, ok := k["when"]; ok {
			e.preference = "KEEP-" + string(rune('A'+i))
			if slices.Contains(a.actions, e.action) {
				constraints = append(constraints, map[string]any{"id": e.preference, "prefer": when, "on": []string{e.action}})
			}
		}
		a.keeps = append(a.keeps, e)
	}
	doc["actions"], doc["constraints"] = actions, constraints
	src, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if a.bundle, err = host.Native().Load(src); err != nil {
		if Outcome(nil, err) == codes.LimitDecisionCost {
			f.costly = true // with the preferences; they cannot be asked in this family
			return a
		}
		t.Fatalf("%v\n%s", err, src)
	}
	s, err := a.bundle.Open(Session)
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	a.empty = object1(out)
	f.ancestors = append(f.ancestors, a)
	return a
}

// project makes the ancestor's snapshot out of a child's view.
func (a *ancestor) project(view map[string]any) map[string]any {
	own := maps.Clone(a.empty)
	for _, part := range []string{"state", "logs"} {
		m := map[string]any{}
		for name := range a.empty[part].(map[string]any) {
			m[name] = view[part].(map[string]any)[name]
		}
		own[part] = m
	}
	own["at"], own["seq"] = view["at"], view["seq"]
	var freezes []any
	list, _ := view["freezes"].([]any)
	for _, id := range list {
		if slices.Contains(a.includes, id.(string)) {
			freezes = append(freezes, id)
		}
	}
	if own["frozen"] = len(freezes) > 0; len(freezes) > 0 && len(a.includes) > 1 {
		own["freezes"] = freezes
	}
	holds := []any{}
	for _, h := range view["holds"].([]any) {
		o := h.(map[string]any)
		layers, _ := o["layers"].(map[string]any)
		by, ok := layers[a.id]
		if !ok {
			continue
		}
		mine := map[string]any{"at": o["at"], "by": by, "proposal": o["proposal"], "seq": o["seq"]}
		if len(a.includes) > 1 {
			below := map[string]any{}
			for id, by := range layers {
				if id != a.id && slices.Contains(a.includes, id) {
					below[id] = by
				}
			}
			mine["layers"] = below
		}
		holds = append(holds, mine)
	}
	own["holds"] = holds
	return own
}

// session is the ancestor's session in a state.
func (a *ancestor) session(t *testing.T, snapshot map[string]any) host.Session {
	t.Helper()
	s, err := a.bundle.Restore(canonical(nil, snapshot))
	if err != nil {
		t.Fatalf("%s: %v\n%s", a.id, err, canonical(nil, snapshot))
	}
	return s
}

// alone is what an ancestor makes of a proposal.
type alone struct {
	*ancestor
	was, is  map[string]any // its parts of the child's state before and after
	ask      []byte         // the proposal as it sees it; nil: it is none of its business
	anew     bool           // it sees proposed what only its children had parked
	decision decided
}

func (a *alone) refuses() bool {
	return a.ask != nil && a.decision.Verdict != "commit" && a.decision.Verdict != "hold"
}

// related says whether one of two includes the other.
func (a *alone) related(b *alone) bool {
	return slices.Contains(a.includes, b.id) || slices.Contains(b.includes, a.id)
}

// keepsIt says whether it keeps what it commits, and whether that can be told.
func (a *alone) keepsIt(action, settled string) (kept, known bool) {
	known = true
	for _, k := range a.keeps {
		switch {
		case k.action != action && k.action != settled:
		case k.preference == "":
			return true, true
		case slices.Contains([]string{"confirm", "decline", "expire", "unfreeze"}, k.action):
			known = false
		case !slices.ContainsFunc(a.decision.Advice, func(v struct{ ID string }) bool { return v.ID == k.preference }):
			return true, true
		}
	}
	return false, known
}

// check compares one decision of the child with what its ancestors do.
func (f *family) check(t *testing.T, seed uint64, before, after, out []byte) {
	d, view := object1(out), object1(before)
	var child decided
	if err := json.Unmarshal(out, &child); err != nil {
		t.Fatal(err)
	}
	proposal := canonical(nil, map[string]any{"action": d["action"], "actor": d["actor"], "args": d["args"],
		"at": d["at"], "reasons": d["reasons"]})
	var all []*alone
	var parked map[string]any
	for _, h := range view["holds"].([]any) {
		if o := h.(map[string]any); reflect.DeepEqual(o["seq"], d["args"].(map[string]any)["hold"]) {
			parked = o
		}
	}
	settled := child.Action
	if settles := slices.Contains([]string{"confirm", "decline", "expire"}, child.Action); !settles {
		parked = nil
	} else if parked != nil {
		settled = parked["proposal"].(map[string]any)["action"].(string)
	}
	for _, a := range f.ancestors {
		e := &alone{ancestor: a, was: a.project(view), is: a.project(object1(after)), ask: proposal}
		all = append(all, e)
		if parked != nil {
			if layers, _ := parked["layers"].(map[string]any); layers[a.id] == nil {
				e.ask = nil
				if child.Action == "confirm" {
					p := maps.Clone(parked["proposal"].(map[string]any))
					p["at"] = d["at"]
					e.ask, e.anew = canonical(nil, p), true
				}
			}
		}
		if child.Action == "unfreeze" && e.was["frozen"] != true {
			e.ask = nil
		}
		if e.ask == nil {
			continue
		}
		got, err := a.session(t, e.was).Why(e.ask)
		if err != nil {
			e.ask = nil // it knows no such agent or action
			continue
		}
		if err := json.Unmarshal(got, &e.decision); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range all {
		f.hold(t, a, all, child, settled)
		if t.Failed() {
			t.Fatalf("seed %d: of %v\n%s is in %s\nthe child decides %s\nbefore %s\nafter %s",
				seed, a.includes, a.id, canonical(nil, a.was), out, before, after)
		}
	}
}

// hold holds a child's decision to the theorem, for one ancestor.
func (f *family) hold(t *testing.T, a *alone, all []*alone, child decided, settled string) {
	t.Helper()
	mine := a.decision
	switch {
	case a.ask == nil:
		f.still(t, a, child, "none of its business")
	case a.refuses():
		if mine.Verdict != child.Verdict || mine.Governing != child.Governing {
			// Where parents that do not extend each other refuse, one of them decides, and a freeze first.
			if slices.ContainsFunc(all, func(b *alone) bool {
				same := b.decision.Verdict == child.Verdict && b.decision.Governing == child.Governing
				return !a.related(b) && b.refuses() && same && (mine.Verdict != "freeze" || child.Verdict == "freeze")
			}) {
				f.seen["another parent decides"]++
				return
			}
			t.Errorf("%s alone decides %s by %s, its child %s by %s", a.id, mine.Verdict, mine.Governing, child.Verdict,
				child.Governing)
			return
		}
		f.follow(t, a, "as the parent: "+mine.Verdict)
	case mine.Verdict == "hold":
		switch {
		case child.Verdict == "commit", child.Verdict == "hold" && a.anew:
			t.Errorf("%s alone holds, its child decides %s", a.id, child.Verdict)
		case child.Verdict == "hold":
			f.follow(t, a, "as the parent: hold")
		default:
			f.still(t, a, child, "the child refuses what the parent holds")
		}
	default:
		if child.Action != "confirm" {
			settled = child.Action // a keep on an action holds for its confirmation, not for how else a wait ends
		}
		keeps, known := a.keepsIt(child.Action, settled)
		keeps = keeps && !a.anew
		switch {
		case child.Verdict == "commit":
			what := "as the parent: commit"
			if keeps {
				what = "kept"
			}
			f.follow(t, a, what)
		case keeps:
			t.Errorf("%s alone commits and keeps it, its child decides %s by %s", a.id, child.Verdict, child.Governing)
		case known:
			f.still(t, a, child, "the child refuses")
		}
	}
}

// follow lets the ancestor decide, and compares the states after.
func (f *family) follow(t *testing.T, a *alone, what string) {
	t.Helper()
	f.seen[what]++
	s := a.session(t, a.was)
	if _, err := s.Decide(a.ask); err != nil {
		t.Fatal(err)
	}
	parts := []string{"state", "logs", "frozen", "freezes", "holds"}
	if a.anew {
		parts = parts[:len(parts)-1]
	}
	f.equal(t, a, s, parts...)
}

// equal compares parts of an ancestor's session with what they are in the child's.
func (f *family) equal(t *testing.T, a *alone, s host.Session, parts ...string) {
	t.Helper()
	out, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	own := object1(out)
	for _, part := range parts {
		if !reflect.DeepEqual(own[part], a.is[part]) {
			t.Errorf("after it %s of %s is %s alone, and %s in its child",
				part, a.id, canonical(nil, own[part]), canonical(nil, a.is[part]))
		}
	}
}

// still says that the ancestor's part stays as it is, or falls back where the child does.
func (f *family) still(t *testing.T, a *alone, child decided, what string) {
	t.Helper()
	f.seen[what]++
	fell := child.Verdict == "revert"
	for _, part := range []string{"state", "logs", "frozen", "freezes"} {
		if !fell && !reflect.DeepEqual(a.was[part], a.is[part]) {
			t.Errorf("%s of %s was %s, and is %s in its child",
				part, a.id, canonical(nil, a.was[part]), canonical(nil, a.is[part]))
		}
	}
	same := reflect.DeepEqual(a.was["state"], a.is["state"]) && reflect.DeepEqual(a.was["logs"], a.is["logs"])
	if !fell || same || len(a.includes) > 1 {
		return
	}
	for _, part := range []string{"frozen", "freezes"} {
		if !reflect.DeepEqual(a.was[part], a.is[part]) {
			t.Errorf("%s of %s was %v, and is %v after it fell back with its child", part, a.id, a.was[part], a.is[part])
		}
	}
	thawed := maps.Clone(a.was) // alone it would refuse to fall while it is frozen
	thawed["frozen"] = false
	delete(thawed, "freezes")
	s := a.session(t, thawed)
	actor := map[string]any{"id": "x", "kind": a.agents[0]}
	fall := map[string]any{
		"action":  "fall",
		"actor":   actor,
		"args":    map[string]any{},
		"at":      a.is["at"],
		"reasons": []any{},
	}
	if out, err := s.Decide(canonical(nil, fall)); !strings.HasPrefix(Outcome(out, err), "revert") {
		t.Errorf("%s falls back in its child, and alone it cannot: %s %v", a.id, out, err)
		return
	}
	f.seen["falls back with its child"]++
	f.equal(t, a, s, "state", "logs")
}

// families returns the jobs of bundles that extend others, each held to the theorem.
func families(t *testing.T, sessions int, seen map[string]int) (list []*Job) {
	for seed := FirstFamily + *firstSeed - 1; len(list) < sessions; seed++ {
		var f *family
		j := NewFamilyJob(seed, func(b *Bundle, s Step, before, after, out []byte, err error) {
			if err != nil || b.Spoiled {
				return
			}
			if s.Op == "load" {
				if doc := object1(s.In); len(extended(doc)) > 0 {
					if f = newFamily(t, doc, seen); f.costly {
						seen["too costly to ask"]++
						f = nil
						return
					}
					seen["shape "+strings.Join(f.ids(), " ")]++
				}
			}
			if f != nil && s.Op == "decide" {
				f.check(t, seed, before, after, out)
			}
			if s.Op == "restore" {
				seen["restore"]++
			}
		})
		if j != nil {
			list = append(list, j)
		}
	}
	return list
}

func (f *family) ids() (ids []string) {
	for _, a := range f.ancestors {
		ids = append(ids, a.id)
	}
	return ids
}

func TestChildrenDoNotWeakenTheirParents(t *testing.T) {
	seen, n := map[string]int{}, 120
	if os.Getenv("HOLDFAST_SLOW") != "" {
		n = 600
	}
	if *many > 0 {
		n = *many
	}
	list := families(t, n, seen)
	t.Log(seen)
	for _, what := range []string{"as the parent: commit", "as the parent: revert", "as the parent: freeze",
		"as the parent: reject", "as the parent: hold", "kept", "the child refuses",
		"the child refuses what the parent holds",
		"none of its business", "falls back with its child"} {
		if seen[what] == 0 {
			t.Errorf("%s: never", what)
		}
	}
	t.Run("wazero", func(t *testing.T) { compare(t, engine(t, false), every(list, 4)) })
	t.Run("interpreter", func(t *testing.T) { compare(t, engine(t, true), every(list, 30)) })
	t.Run("node", func(t *testing.T) { compareNode(t, every(list, 4)) })
}

// FuzzSession lets the fuzzer choose the seeds: each session is held to the model.
func FuzzSession(f *testing.F) {
	f.Add(uint64(1), 20)
	f.Add(uint64(1<<40), 60)
	f.Fuzz(func(t *testing.T, seed uint64, steps int) {
		m := &model{t: t, seed: seed, seen: map[string]int{}}
		NewJob(seed, min(max(steps, 0), 80), m.watch)
	})
}
