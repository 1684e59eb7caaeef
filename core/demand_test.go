package core_test

// This file tests what questions answer about `must: change` and about who has how
// many proposals parked; testdata/behaviour tests what is decided.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

const lamps = `
agents: {owner: {}, guest: {proposes: true}, clock: {}}
types: {mode: {enum: ["off", dim]}}
state:
  mode: {type: mode, owner: [owner]}
  note: {type: {string: 20}}
  lit: {type: {map: {of: bool, keys: mode}}}
actions:
  turn: {args: {to: mode}, must: change, set: {mode: args.to}}
  write: {args: {text: {string: 20}}, must: change, set: {note: args.text}}
  both: {args: {to: mode, text: {string: 20}}, must: change, set: {mode: args.to, note: args.text}}
  light: {args: {mode: mode, "on": bool}, must: change, set: {"lit[args.mode]": args.on}}
  plain: {args: {to: mode}, set: {mode: args.to}}
hold: {ttl: 60s, by: clock, per_actor: 1, per_agent: 2}
`

// admits answers "action to" with "verdict governing-or-open".
func (r *run) admits(question string) map[string]string {
	r.t.Helper()
	out, err := r.s.Admissible([]byte(question))
	if err != nil {
		r.t.Fatal(err)
	}
	var a struct {
		Actions []struct {
			Action, Verdict, Governing string
			Args                       map[string]any
			Open                       []string
		}
	}
	if err := json.Unmarshal(out, &a); err != nil {
		r.t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range a.Actions {
		key := e.Action
		for _, name := range []string{"mode", "on", "to"} {
			if v := e.Args[name]; v != nil {
				key += fmt.Sprint(" ", v)
			}
		}
		got[key] = strings.TrimSpace(e.Verdict + " " + e.Governing + strings.Join(e.Open, ","))
	}
	return got
}

func (r *run) compare(got, want map[string]string) {
	r.t.Helper()
	for key, w := range want {
		if got[key] != w {
			r.t.Errorf("%s: got %q, want %q", key, got[key], w)
		}
	}
}

// TestAdmissibleKnowsWhatChangesNothing asks with arguments that are known, and with some that are not.
func TestAdmissibleKnowsWhatChangesNothing(t *testing.T) {
	r := start(t, lamps)
	r.compare(r.admits(`{"actor":{"id":"o","kind":"owner"}}`), map[string]string{
		"turn off": "reject change:turn", "turn dim": "commit", "plain off": "commit",
		"light off false": "reject change:light", "light off true": "commit",
		"write": "open args.text", "both off": "open args.text", "both dim": "commit",
	})
	r.want(`owner turn {"to":"dim"}`, "commit")
	r.compare(r.admits(`{"actor":{"id":"g","kind":"guest"}}`), map[string]string{
		"turn dim": "reject change:turn", "turn off": "hold owner:mode",
	})
}

// TestPathLeadsToAChange finds the way to an action that would change nothing now.
func TestPathLeadsToAChange(t *testing.T) {
	r := start(t, lamps)
	out, err := r.s.Path(r.proposal(`owner turn {"to":"off"}`))
	if err != nil {
		t.Fatal(err)
	}
	var way struct {
		Verdict string
		Steps   []struct{ Args map[string]any }
	}
	if err := json.Unmarshal(out, &way); err != nil {
		t.Fatal(err)
	}
	if way.Verdict != "commit" || len(way.Steps) != 1 || way.Steps[0].Args["to"] != "dim" {
		t.Errorf("%s", out)
	}
}

// TestAdmissibleKnowsWhoHasProposalsParked asks for an actor whose id is known, and for one whose id is not.
func TestAdmissibleKnowsWhoHasProposalsParked(t *testing.T) {
	r := start(t, lamps)
	some, ann := `{"actor":{"kind":"guest"}}`, `{"actor":{"id":"ann","kind":"guest"}}`
	r.compare(r.admits(some), map[string]string{"turn dim": "hold owner:mode"})
	r.want(`guest:ann turn {"to":"dim"}`, "hold owner:mode")
	r.compare(r.admits(ann), map[string]string{"turn dim": "reject hold:limit"})
	r.compare(r.admits(`{"actor":{"id":"ben","kind":"guest"}}`), map[string]string{"turn dim": "hold owner:mode"})
	r.compare(r.admits(some), map[string]string{"turn dim": "open actor.id"})
	r.want(`guest:ben turn {"to":"dim"}`, "hold owner:mode")
	r.compare(r.admits(some), map[string]string{"turn dim": "reject hold:limit"})
	r.want(`owner:o decline {"hold":1}`, "commit")
	r.compare(r.admits(ann), map[string]string{"turn dim": "hold owner:mode"})
}

// TestWatchKnowsWhoHasProposalsParked asks one gate again as proposals of its actor, and of another, come and go.
func TestWatchKnowsWhoHasProposalsParked(t *testing.T) {
	r := start(t, lamps)
	line := r.proposal(`guest:ann turn {"to":"dim"}`)
	w, err := r.s.Watch(line)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, step := range [][2]string{
		{"", "hold"}, {`guest:ben turn {"to":"dim"}`, "hold"}, {`guest:ann turn {"to":"dim"}`, "reject"},
		{`owner decline {"hold":1}`, "reject"}, {`owner decline {"hold":2}`, "hold"},
	} {
		if step[0] != "" {
			r.raw(r.proposal(step[0]))
		}
		if answer := string(w.Answers(r.at)); answer != "" {
			said = answer
		}
		var got []any
		if err := json.Unmarshal([]byte(said), &got); err != nil || got[0] != step[1] {
			t.Errorf("after %q: %s, want %s", step[0], said, step[1])
		}
	}
}

// TestParkedBeforeTheLimitStays restores a session in which more is parked than may be added.
func TestParkedBeforeTheLimitStays(t *testing.T) {
	r := start(t, lamps)
	r.want(`guest:ann turn {"to":"dim"}`, "hold owner:mode")
	snapshot, err := r.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.s.Bundle().Restore(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	r.s = again
	r.want(`guest:ann turn {"to":"dim"}`, "reject hold:limit")
	r.at += 60_000
	r.want(`guest:ann expire {"hold":1}`, "reject by:expire")
	r.want(`clock:holdfast expire {"hold":1}`, "commit")
	r.want(`guest:ann turn {"to":"dim"}`, "hold owner:mode")
}

// TestInfoSaysHowProposalsWait reads what a host needs to end a wait in the bundle's name.
func TestInfoSaysHowProposalsWait(t *testing.T) {
	const rest = `"otherwise":{"verdict":"reject"},"per_actor":%d,"per_agent":%d,"ttl":%d}`
	for src, want := range map[string]string{
		lamps: `"hold":{"by":"clock","on_expire":"drop",` + fmt.Sprintf(rest, 1, 2, 60_000),
		doors: `"hold":{"on_expire":"revert",` + fmt.Sprintf(rest, core.MaxHolds, core.MaxHolds, 60_000),
	} {
		if info := string(load(t, src).Info()); !strings.Contains(info, want) {
			t.Errorf("no %s in %s", want, info)
		}
	}
	if info := string(load(t, lamps).Info()); !strings.Contains(info, `"must":"change","name":"turn"`) ||
		strings.Count(info, `"must"`) != 4 {
		t.Error(info)
	}
}
