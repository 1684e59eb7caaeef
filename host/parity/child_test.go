package parity

// This file holds random children to their parents: what a child commits on its
// parent's variables is what the parent, in the same state, commits.

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
)

// family is a child's parent, alone, with an action more that falls back.
type family struct {
	bundle  host.Bundle
	agents  []string
	actions []string
	seen    map[string]int
}

func newFamily(t *testing.T, b *Bundle, seen map[string]int) *family {
	var doc struct {
		Extends []struct{ Document map[string]any }
	}
	if json.Unmarshal(b.Document, &doc) != nil || len(doc.Extends) != 1 || doc.Extends[0].Document == nil {
		return nil
	}
	parent := doc.Extends[0].Document
	f := &family{seen: seen}
	for name := range parent["actions"].(map[string]any) {
		f.actions = append(f.actions, name)
	}
	for name := range parent["agents"].(map[string]any) {
		f.agents = append(f.agents, name)
	}
	slices.Sort(f.agents)
	parent["actions"].(map[string]any)["fall"] = map[string]any{}
	list, _ := parent["constraints"].([]any)
	parent["constraints"] = append([]any{map[string]any{"id": "FALL", "level": "physical", "on": []string{"fall"}, "require": "false", "otherwise": map[string]any{"verdict": "revert"}}}, list...)
	src, err := json.Marshal(parent)
	if err != nil {
		t.Fatal(err)
	}
	if f.bundle, err = host.Native().Load(src); err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return f
}

// project makes the parent's session out of a child's view.
func (f *family) project(t *testing.T, view map[string]any) (host.Session, map[string]any) {
	s, err := f.bundle.Open(Session)
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	own := object1(out)
	for _, part := range []string{"state", "logs"} {
		for name := range own[part].(map[string]any) {
			own[part].(map[string]any)[name] = view[part].(map[string]any)[name]
		}
	}
	own["at"], own["seq"] = view["at"], view["seq"]
	holds := []any{}
	for _, h := range view["holds"].([]any) {
		o := h.(map[string]any)
		p := o["proposal"].(map[string]any)
		if !slices.Contains(f.actions, p["action"].(string)) || !slices.Contains(f.agents, p["actor"].(map[string]any)["kind"].(string)) {
			continue
		}
		by := []any{}
		for _, a := range o["by"].([]any) {
			if slices.Contains(f.agents, a.(string)) {
				by = append(by, a)
			}
		}
		if len(by) == 0 {
			continue // only the child has parked it
		}
		holds = append(holds, map[string]any{"at": o["at"], "by": by, "proposal": p, "seq": o["seq"]})
	}
	own["holds"] = holds
	if s, err = f.bundle.Restore(canonical(nil, own)); err != nil {
		t.Fatalf("%v\n%s", err, canonical(nil, own))
	}
	return s, own
}

// check compares one decision of the child with what its parent does.
func (f *family) check(t *testing.T, seed uint64, proposal, before, after, out []byte) {
	d, view := object1(out), object1(before)
	verdict, action := d["verdict"].(string), d["action"].(string)
	if verdict != "commit" && verdict != "revert" || view["frozen"] == true {
		return
	}
	s, was := f.project(t, view)
	actor := d["actor"].(map[string]any)["kind"].(string)
	settled := action
	if action == "confirm" {
		for _, h := range view["holds"].([]any) {
			if o := h.(map[string]any); reflect.DeepEqual(o["seq"], d["args"].(map[string]any)["hold"]) {
				settled = o["proposal"].(map[string]any)["action"].(string)
			}
		}
	}
	want := was // a child's own action leaves its parent's variables alone
	ask := proposal
	switch {
	case verdict == "revert":
		ask = canonical(nil, map[string]any{"action": "fall", "actor": map[string]any{"id": "x", "kind": f.agents[0]}, "args": map[string]any{}, "at": d["at"], "reasons": []any{}})
	case !slices.Contains(f.actions, settled):
		ask = nil
	case !slices.Contains(f.agents, actor):
		f.seen["confirmed by a child's agent"]++
		return
	}
	if ask != nil {
		got, err := s.Decide(ask)
		if o := Outcome(got, err); o != verdict && !(verdict == "revert" && bytes.HasPrefix([]byte(o), []byte("revert"))) {
			t.Errorf("seed %d: the child decides %s of %s, its parent %s\n%s", seed, verdict, proposal, o, got)
			return
		}
		v, err := s.View()
		if err != nil {
			t.Fatal(err)
		}
		want = object1(v)
		f.seen["as the parent: "+verdict]++
	} else {
		f.seen["the child's own"]++
	}
	is := object1(after)
	for _, part := range []string{"state", "logs"} {
		for name, v := range want[part].(map[string]any) {
			if got := is[part].(map[string]any)[name]; !reflect.DeepEqual(got, v) {
				t.Errorf("seed %d: after %s %s %s is %v in the child, %v in its parent", seed, verdict, proposal, name, got, v)
			}
		}
	}
}

func TestChildren(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(500) {
		var f *family
		first := true
		NewJob(1e6+seed, 30, func(b *Bundle, s Step, before, after, out []byte, err error) {
			if err != nil || b.Spoiled || b.ID != "child@2.0.0-rc.1" {
				return
			}
			if first {
				first = false
				f = newFamily(t, b, seen)
			}
			if f != nil && s.Op == "decide" {
				f.check(t, 1e6+seed, s.In, before, after, out)
			}
		})
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Log(seen)
	for _, what := range []string{"as the parent: commit", "as the parent: revert", "the child's own"} {
		if seen[what] < 5 {
			t.Errorf("%s: only %d times", what, seen[what])
		}
	}
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
