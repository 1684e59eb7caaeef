package core_test

// This file tests that a head says what the view and the decisions say.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

func TestHeadIsThatOfTheLastDecision(t *testing.T) {
	doc := strings.Replace(string(child(t, narrower, "")), `"guest":{}`, `"guest":{"proposes":true}`, 1)
	b, err := core.Load([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open("test")
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, s: s, at: 1767225600000}
	var states []any
	for _, what := range []string{"", `user move {"to":"b"}`, `user move {"to":"a"}`, `user move {"to":"c"}`,
		`guest move {"to":"b"}`, "user tick"} {
		var out []byte
		if what != "" {
			if out, err = s.Decide([]byte(r.proposal(what))); err != nil {
				t.Fatal(err)
			}
		}
		head, err := s.Head()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := core.Canonical(head); err != nil || string(again) != string(head) {
			t.Errorf("the head is not canonical: %s", head)
		}
		var h map[string]any
		if err := json.Unmarshal(head, &h); err != nil {
			t.Fatal(err)
		}
		view := r.view()
		for _, name := range []string{"at", "bundle", "digest", "freezes", "frozen", "prev", "seq", "session", "v"} {
			if fmt.Sprint(h[name]) != fmt.Sprint(view[name]) {
				t.Errorf("after %q, %s is %v in the head and %v in the view", what, name, h[name], view[name])
			}
		}
		var holds []any
		for _, h := range view["holds"].([]any) {
			h := h.(map[string]any)
			holds = append(holds, map[string]any{"expires": h["expires"], "seq": h["seq"]})
		}
		if fmt.Sprint(h["holds"]) != fmt.Sprint(holds) {
			t.Errorf("after %q, the head has %v parked, the view %v", what, h["holds"], holds)
		}
		if what == "" {
			continue
		}
		var d map[string]any
		if err := json.Unmarshal(out, &d); err != nil {
			t.Fatal(err)
		}
		if h["state"] != d["state"] || h["prev"] != core.Digest(out) || h["seq"] != d["seq"] || h["at"] != d["at"] {
			t.Errorf("after %s the head is %s", out, head)
		}
		sameRestored(t, b, s, head)
		states = append(states, h["state"])
	}
	if len(r.view()["holds"].([]any)) != 1 || states[0] == states[1] || states[1] != states[2] ||
		states[2] == states[3] {
		t.Errorf("digests of the states: %v", states)
	}
}

// sameRestored says that a session restored from a snapshot has the same head.
func sameRestored(t *testing.T, b *core.Bundle, s *core.Session, head []byte) {
	t.Helper()
	snapshot, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	restored, err := b.Restore(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := restored.Head(); string(again) != string(head) {
		t.Errorf("restored, the head is %s, and was %s", again, head)
	}
}
