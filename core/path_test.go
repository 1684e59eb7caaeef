package core_test

// This file tests Path: that each way it names is one, at the times, for the reasons and by the actors
// it names, that it finds those there are, and that it never takes back what it calls a proof.

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/parity"
)

// pathAnswer is an answer as Path writes it.
type pathAnswer struct {
	Bounded, Found bool
	Variant        *struct {
		Proposal json.RawMessage
		Steps    []json.RawMessage
	}
	Steps   []json.RawMessage
	Tried   int
	Verdict string
	When    int64
}

// askPath asks, and takes the way that is answered on a copy of the session: each step commits, and then the
// proposal.
func askPath(t testing.TB, s *core.Session, proposal []byte) pathAnswer {
	t.Helper()
	out, err := s.Path(proposal)
	if err != nil {
		t.Fatalf("%s: %v", proposal, err)
	}
	if again, err := core.Canonical(out); err != nil || string(again) != string(out) {
		t.Fatalf("not canonical: %s", out)
	}
	var a pathAnswer
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatal(err)
	}
	switch {
	case a.Found:
		take(t, s, a.Steps, inTime(t, proposal, a.When), a.Verdict)
	case a.Variant != nil:
		if !a.Bounded {
			t.Errorf("there is another way, and yet a proof that there is none: %s", out)
		}
		take(t, s, a.Variant.Steps, a.Variant.Proposal, "commit")
	}
	return a
}

func inTime(t testing.TB, proposal []byte, at int64) []byte {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(proposal, &members); err != nil {
		t.Fatal(err)
	}
	members["at"] = fmt.Append(nil, at)
	out, _ := json.Marshal(members)
	return out
}

func take(t testing.TB, s *core.Session, steps []json.RawMessage, proposal []byte, verdict string) {
	t.Helper()
	snapshot, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	copied, err := s.Bundle().Restore(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range append(steps[:len(steps):len(steps)], proposal) {
		want := "commit"
		if i == len(steps) {
			want = verdict
		}
		out, err := copied.Decide(p)
		var d decision
		if err == nil {
			err = json.Unmarshal(out, &d)
		}
		if err != nil || d.Verdict != want {
			t.Fatalf("step %d of %d is %s %s, not %s: %s %v", i+1, len(steps), d.Verdict, d.Governing, want, p, err)
		}
	}
}

// speculaScenario plays a scenario of SPECULA, and calls after with each step that committed.
func speculaScenario(t *testing.T, name string,
	after func(s *core.Session, action string, args map[string]any, at int64)) {
	t.Helper()
	doc := bundleJSON(t, "../testdata/bundles/specula/specula.yaml")
	b, err := core.Load(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range scenarios(t, doc) {
		if test.name != name {
			continue
		}
		s, err := b.Open("play")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range test.proposals {
			var step struct {
				Action string
				Args   map[string]any
				At     int64
			}
			if err := json.Unmarshal(p, &step); err != nil {
				t.Fatal(err)
			}
			if out, err := s.Decide(p); err == nil && strings.Contains(string(out), `"verdict":"commit"`) {
				after(s, step.Action, step.Args, step.At)
			}
		}
		return
	}
	t.Fatalf("there is no scenario %q", name)
}

func TestPathFindsTheWaysOfSpecula(t *testing.T) {
	ask := func(s *core.Session, at int64, kind, action, args string) pathAnswer {
		t.Helper()
		return askPath(
			t,
			s,
			fmt.Appendf(nil, `{"action":%q,"actor":{"id":"h","kind":%q},"args":%s,"at":%d,"reasons":["request"]}`, action, kind,
				args, at),
		)
	}
	asked := map[string]bool{}
	speculaScenario(
		t,
		"A rupture resets the phase and opens a cycle with DNA and refusals kept",
		func(s *core.Session, action string, args map[string]any, at int64) {
			switch {
			case action == "judge" && args["outcome"] == "fail":
				asked["judged"] = true
				a := ask(s, at, "human", "advance", `{"to":"narrative"}`)
				if stepWords(a.Steps) != "human:h validate prototyping" {
					t.Errorf("judged: %s %+v", stepWords(a.Steps), a)
				}
			case action == "diverge" && args["level"] == "rupture":
				asked["rupture"] = true
				a := ask(s, at, "human", "advance", `{"to":"futures"}`)
				t.Logf("rupture: %s %d", stepWords(a.Steps), a.Tried)
				if len(a.Steps) != 3 || !strings.HasPrefix(stepWords(a.Steps), "human:h respeculate rupture") ||
					!strings.HasSuffix(stepWords(a.Steps), ", human:h validate scenarios") {
					t.Errorf("rupture: %s %+v", stepWords(a.Steps), a)
				}
				if a := ask(s, at, "human", "produce", `{"artifact":"guardian","text":"x"}`); a.Found {
					t.Errorf("%+v", a)
				}
			}
		},
	)
	speculaScenario(
		t,
		"Drift stops progress until a person says it is over",
		func(s *core.Session, action string, args map[string]any, at int64) {
			if action == "diverge" && args["level"] == "drift" && !asked["drift"] {
				asked["drift"] = true
				a := ask(s, at, "guardian", "produce",
					`{"artifact":"guardian","text":"Would a host or a guide fit? A host may gain trust but costs reach."}`)
				if len(a.Steps) != 1 || !strings.HasPrefix(stepWords(a.Steps), "human diverge noise ") {
					t.Errorf("drift: %s %+v", stepWords(a.Steps), a)
				}
			}
		},
	)
	if len(asked) != 3 {
		t.Error(asked)
	}
}

// TestPathProvesNothingThatPlayRefutes asks about any proposals in any bundles. A way that is named is taken;
// against what is called a proof many are played, at any time, for any reasons and by anybody.
func TestPathProvesNothingThatPlayRefutes(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(30) {
		r := parity.NewRand(seed + 1000)
		b := parity.NewBundle(r, func(doc []byte) bool { _, err := core.Load(doc); return err == nil })
		bundle, err := core.Load(b.Document)
		if err != nil {
			continue
		}
		s, err := bundle.Open("play")
		if err != nil {
			t.Fatal(err)
		}
		for range 12 {
			v := view(t, s)
			goal, err := core.Canonical(b.Proposal(r, v))
			if err != nil {
				continue
			}
			s.Decide(b.Proposal(r, v))
			if _, err := s.Path(goal); err != nil {
				continue
			}
			a := askPath(t, s, goal)
			switch {
			case a.Found:
				seen[fmt.Sprint("found ", a.Verdict, " ", min(len(a.Steps), 3))]++
			case a.Variant != nil:
				seen["variant"]++
			case a.Bounded:
				seen["bounded"]++
			default:
				seen["proof"]++
				refute(t, r, b, s, goal)
			}
		}
	}
	t.Log(seen)
	for _, what := range []string{"found commit 0", "found commit 1", "found hold 0", "variant", "bounded", "proof"} {
		if seen[what] == 0 {
			t.Errorf("no answer was %q: %v", what, seen)
		}
	}
}

// refute plays what commits, and looks whether the goal does then.
func refute(t *testing.T, r *parity.Rand, b *parity.Bundle, s *core.Session, goal []byte) {
	t.Helper()
	snapshot, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		s, err := s.Bundle().Restore(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		for range 25 {
			v := view(t, s)
			if p := b.Proposal(r, v); strings.Contains(verdictOf(s, p), "commit") {
				s.Decide(p)
			}
			v = view(t, s)
			for _, later := range []int64{0, 1, 1000, 3600_000, 86400_000 * int64(r.N(400))} {
				if at := v.At + later; verdictOf(s, inTime(t, goal, at)) == "commit" {
					doc, _ := s.Snapshot()
					t.Fatalf("there is a way to %s at %d, in the state %s of %s, from %s", goal, at, doc, b.Document, snapshot)
				}
			}
		}
	}
}

func verdictOf(s *core.Session, p []byte) string {
	out, err := s.Why(p)
	if err != nil {
		return ""
	}
	var d decision
	if json.Unmarshal(out, &d) != nil {
		return ""
	}
	return d.Verdict
}

// pathCases are bundles in which a way leads over one input or built-in action, what is decided first, and what is
// answered about the last line.
var pathCases = []struct{ name, bundle, play, want string }{
	{"a step has to wait for a date", `
agents: {a: {}}
state: {open: {type: bool}}
actions: {unlock: {set: {open: "true"}}, enter: {}}
constraints:
  - {id: AFTER, level: operational, on: [unlock], require: 'proposal.at >= timestamp("2026-06-01T00:00:00Z")'}
  - {id: OPEN, level: operational, on: [enter], require: state.open}
`, "a enter", "commit: a unlock; 2026-06-01T00:00:00Z"},
	{"the proposal itself has to wait", `
agents: {a: {}}
actions: {enter: {}}
constraints: [{id: AFTER, level: operational, require: 'proposal.at > timestamp("2026-06-01T00:00:00Z")'}]
`, "a enter", "commit: ; 2026-06-01T00:00:00.001Z"},
	{"a date that has passed is a proof", `
agents: {a: {}}
actions: {enter: {}}
constraints: [{id: BEFORE, level: operational, require: 'proposal.at < timestamp("2025-06-01T00:00:00Z")'}]
`, "a enter", "none"},
	{"a wait after a time in the state", `
agents: {a: {}}
state: {since: {type: timestamp}, begun: {type: bool}}
actions: {begin: {set: {since: proposal.at, begun: "true"}}, enter: {}}
constraints:
  - {id: LATER, level: operational, on: [enter], require: 'state.begun && proposal.at - state.since >= duration("36h")'}
`, "a enter", "commit: a begin; 2026-01-02T12:00:00Z"},
	{"a wait for office hours", `
agents: {a: {}}
actions: {enter: {}}
constraints: [{id: OFFICE, level: operational,
    require: "proposal.at.getDayOfWeek() == 1 && proposal.at.getHours() >= 9"}]
`, "a enter", "commit: ; 2026-01-05T09:00:00Z"},
	{"a time nobody can guess is no proof", `
agents: {a: {}}
actions: {enter: {}}
constraints: [{id: ODD, level: operational, require: "int(proposal.at) % 86399 == 17"}]
`, "a enter", "bounded"},
	{"a step has its reason", `
agents: {a: {}}
state: {open: {type: bool}}
actions: {unlock: {set: {open: "true"}}, enter: {}}
constraints:
  - {id: WHY, level: operational, on: [unlock],
      require: '"approved" in proposal.reasons && !("request" in proposal.reasons)'}
  - {id: OPEN, level: operational, on: [enter], require: state.open}
`, "a enter", "commit: a unlock because of approved"},
	{"the proposal itself, for another reason", `
agents: {a: {}}
actions: {enter: {}}
constraints: [{id: WHY, level: operational, require: '"approved" in proposal.reasons'}]
`, "a enter", "variant: a enter because of approved"},
	{"more reasons than are tried are no proof", `
agents: {a: {}}
actions: {enter: {}}
constraints: [{id: WHY, level: operational, require: 'proposal.reasons.exists(r, r.size() == 77)'}]
`, "a enter", "bounded"},
	{"another person of the kind", `
agents: {editor: {}}
state: {author: {type: string}, approver: {type: string}}
actions: {edit: {set: {author: actor.id}}, approve: {set: {approver: actor.id}}, publish: {}}
constraints:
  - {id: ONCE, level: operational, on: [edit], require: 'state.author == ""'}
  - {id: EYES, level: operational, on: [approve], require: actor.id != state.author}
  - {id: APPROVED, level: operational, on: [publish], require: 'state.approver != ""'}
`, "editor edit|editor publish", "commit: editor-2 approve"},
	{"the same by another person of the kind", `
agents: {editor: {}}
state: {author: {type: string}}
actions: {edit: {set: {author: actor.id}}, approve: {}}
constraints:
  - {id: ONCE, level: operational, on: [edit], require: 'state.author == ""'}
  - {id: EYES, level: operational, on: [approve], require: 'state.author != "" && actor.id != state.author'}
`, "editor:ann edit|editor:ann approve", "variant: editor approve"},
	{"whom the state names", `
agents: {user: {}}
state: {owner: {type: string}, shared: {type: bool}}
actions: {take: {set: {owner: actor.id}}, share: {set: {shared: "true"}}, read: {}}
constraints:
  - {id: ONCE, level: operational, on: [take], require: 'state.owner == ""'}
  - {id: OWN, level: operational, on: [share], require: actor.id == state.owner}
  - {id: SHARED, level: operational, on: [read], require: state.shared}
`, "user:bob take|user:ann read", "commit: user:bob share"},
	{"whom a condition names", `
agents: {user: {}}
state: {shared: {type: bool}}
actions: {share: {set: {shared: "true"}}, read: {}}
constraints:
  - {id: ROOT, level: operational, on: [share], require: 'actor.id in ["root", "user-0"]'}
  - {id: SHARED, level: operational, on: [read], require: state.shared}
`, "user:ann read", "commit: user:root share"},
	{"nobody is a proof where all that are compared were tried", `
agents: {user: {}}
state: {shared: {type: bool}}
actions: {share: {set: {shared: "true"}}, read: {}}
constraints:
  - {id: ROOT, level: operational, on: [share], require: 'actor.id == "root" && actor.id != "root"'}
  - {id: SHARED, level: operational, on: [read], require: state.shared}
`, "user:ann read", "none"},
	{"who is recorded may be anybody, which is no proof", `
agents: {user: {}}
state: {owner: {type: string}}
actions: {take: {set: {owner: actor.id}}, read: {}}
constraints:
  - {id: ONCE, level: operational, on: [take], require: 'state.owner == ""'}
  - {id: LONG, level: operational, on: [read], require: 'state.owner.size() == 77'}
`, "user read", "bounded"},
	{"a frozen session is unfrozen by governance", `
agents: {user: {}, boss: {}}
governance: [boss]
state: {n: {type: {int: [0, 3]}}}
actions: {up: {by: [boss], set: {n: state.n + 1}}, smash: {}, read: {}}
constraints:
  - {id: SMASH, level: operational, on: [smash], require: "false", otherwise: {verdict: freeze}}
  - {id: UP, level: operational, on: [read], require: state.n > 0}
`, "user smash|user read", "commit: boss unfreeze, boss up"},
	{"a frozen session nobody unfreezes is a proof", `
agents: {user: {}}
actions: {smash: {}, read: {}}
constraints: [{id: SMASH, level: operational, on: [smash], require: "false", otherwise: {verdict: freeze}}]
`, "user smash|user read", "none"},
	{"what is parked is confirmed, by another than who proposed it", `
agents: {clerk: {proposes: true}, boss: {}}
state: {n: {type: {int: [0, 3]}, owner: [boss]}}
actions: {up: {by: [clerk], set: {n: state.n + 1}}, read: {}}
constraints:
  - {id: EYES, level: operational, on: [up],
      require: "actor.kind != 'boss' || actor.id != proposal.origin.id && actor.id != 'boss'"}
  - {id: UP, level: operational, on: [read], require: state.n > 0}
`, "clerk:ann up|clerk read", "commit: boss-2 confirm 1"},
	{"what would have to be parked is no proof", `
agents: {clerk: {proposes: true}, boss: {}}
state: {n: {type: {int: [0, 3]}, owner: [boss]}}
actions: {up: {by: [clerk], set: {n: state.n + 1}}, read: {}}
constraints: [{id: UP, level: operational, on: [read], require: state.n > 0}]
`, "clerk read", "bounded"},
	{"room to park is made by declining", `
agents: {clerk: {proposes: true}, boss: {}}
hold: {ttl: 1h, per_actor: 1}
state: {n: {type: {int: [0, 3]}, owner: [boss]}}
actions: {up: {args: {by: {int: [1, 2]}}, set: {n: state.n + args.by}}}
constraints: [{id: SAFE, level: operational, require: "actor.kind != 'boss'"}]
`, `clerk up {"by":1}|clerk up {"by":2}`, "hold: boss decline 1"},
	{"a text that keeps all rules about text", `
agents: {a: {}}
patterns:
  asks: {any: [{regex: '[?]'}], hit: ["Who is left out?"], miss: ["Nobody."]}
  ways: {any: [{phrase: or}], hit: ["this or that"], miss: ["this"]}
  rude: {any: [{phrase: must}], hit: ["you must"], miss: ["you may"]}
state: {said: {type: {string: 200}}}
actions: {say: {args: {text: {string: 200}}, set: {said: args.text}}, go: {}}
constraints:
  - {id: ASKS, level: operational, on: [say], require: 'args.text.hits("asks") && args.text.size() > 3'}
  - {id: WAYS, level: operational, on: [say], require: 'args.text.hits("ways")'}
  - {id: RUDE, level: operational, on: [say], require: '!args.text.hits("rude")'}
  - {id: SAID, level: operational, on: [go], require: 'state.said != ""'}
`, "a go", `commit: a say Who is left out? this or that`},
	{"an entry that the state has", `
agents: {a: {}}
state: {tasks: {type: {map: {of: bool}}}}
actions: {add: {args: {id: {string: 20}}, set: {"tasks[args.id]": "false"}},
    finish: {args: {id: {string: 20}}, set: {"tasks[args.id]": "true"}}, go: {}}
constraints:
  - {id: ONE, level: operational, on: [add], require: size(state.tasks) == 0}
  - {id: KNOWN, level: operational, on: [finish], require: args.id in state.tasks}
  - {id: DONE, level: operational, on: [go], require: "size(state.tasks) > 0 && state.tasks.all(t, state.tasks[t])"}
`, `a add {"id":"t-17"}|a go`, "commit: a finish t-17"},
	{"a value that proofs are to try", `
agents: {a: {}}
state: {n: {type: {int: [0, 100000]}}}
actions: {put: {args: {n: {int: [0, 100000]}}, set: {n: args.n}}, go: {}}
constraints: [{id: N, level: operational, on: [go], require: state.n % 777 == 5}]
prove: {domains: {args.n: [1, 782]}}
`, "a go", "commit: a put 782"},
	{"where only a refusal leads is no proof", `
agents: {a: {}}
state: {on: {type: bool}}
actions: {slip: {}, go: {}}
constraints:
  - {id: SLIP, level: operational, on: [slip], require: "false", otherwise: {verdict: revert}}
  - {id: ON, level: operational, on: [go], require: state.on}
fallback: {set: {on: "true"}}
`, "a go", "bounded"},
	{"what is only recorded keeps no proof away", `
agents: {a: {}}
state: {on: {type: bool}, last: {type: string}, when: {type: timestamp}}
logs: {notes: {of: {string: 100}, max: 1000}}
actions: {note: {args: {text: {string: 100}}, set: {last: actor.id, when: proposal.at}, append: {notes: args.text}},
    go: {}}
constraints: [{id: ON, level: operational, on: [go], require: state.on}]
`, "a go", "none"},
	{"what is read of a log does", `
agents: {a: {}}
logs: {notes: {of: {string: 100}, max: 1000}}
actions: {note: {args: {text: {string: 100}}, append: {notes: args.text}}, go: {}}
constraints: [{id: ON, level: operational, on: [go],
    require: 'logs.notes.exists(n, n.size() == 7 && n.startsWith("q"))'}]
`, "a go", "bounded"},
}

func TestPathOverEachInput(t *testing.T) {
	for _, c := range pathCases {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, c.bundle)
			r.at -= 1000
			lines := strings.Split(c.play, "|")
			for _, words := range lines[:len(lines)-1] {
				r.raw(r.proposal(words))
			}
			a := askPath(t, r.s, r.proposal(lines[len(lines)-1]))
			got := "bounded"
			switch {
			case a.Found:
				got = a.Verdict + ": " + stepWords(a.Steps)
				if at := time.UnixMilli(a.When).UTC(); a.When > r.at {
					got += "; " + at.Format(time.RFC3339Nano)
				}
			case a.Variant != nil:
				got = "variant: " + stepWords(append(a.Variant.Steps, a.Variant.Proposal))
			case !a.Bounded:
				got = "none"
			}
			if got != c.want {
				t.Errorf("got %s, want %s (%d tried)", got, c.want, a.Tried)
			}
		})
	}
}

// stepWords are steps in short: who, what, with what, and why where it is not for a request.
func stepWords(steps []json.RawMessage) string {
	var list []string
	for _, step := range steps {
		var p struct {
			Action  string
			Actor   struct{ Kind, ID string }
			Args    map[string]any
			Reasons []string
		}
		if err := json.Unmarshal(step, &p); err != nil {
			panic(err)
		}
		words := p.Actor.ID + " " + p.Action
		if !strings.HasPrefix(p.Actor.ID, p.Actor.Kind) {
			words = p.Actor.Kind + ":" + words
		}
		delete(p.Args, "digest")
		for _, name := range slices.Sorted(maps.Keys(p.Args)) {
			words += fmt.Sprint(" ", p.Args[name])
		}
		if len(p.Reasons) != 1 || p.Reasons[0] != "request" {
			words += " because of " + strings.Join(p.Reasons, ", ")
		}
		list = append(list, words)
	}
	return strings.Join(list, ", ")
}

// TestPathFindsWhatScenariosDo asks, in each state of the scenarios that bundles ship with, about what is done one
// and two steps later: there is a way, as the scenario has taken it.
func TestPathFindsWhatScenariosDo(t *testing.T) {
	for _, name := range []string{"examples/checkout/checkout", "examples/document-approval/document-approval",
		"bundles/mode-constraint-layer/mode-constraint-layer",
		"bundles/specula/specula", "bundles/spektre/spektre"} {
		doc := bundleJSON(t, "../testdata/"+name+".yaml")
		b, err := core.Load(doc)
		if err != nil {
			t.Fatal(err)
		}
		asked, found := 0, 0
		for _, test := range scenarios(t, doc) {
			s, err := b.Open("play")
			if err != nil {
				t.Fatal(err)
			}
			var before [][]byte // the states before the steps that committed without a break
			for _, p := range test.proposals {
				now, err := s.Snapshot()
				if err != nil {
					t.Fatal(err)
				}
				out, err := s.Decide(p)
				if err != nil || !strings.Contains(string(out), `"verdict":"commit"`) {
					before = nil
					continue
				}
				for _, snapshot := range before {
					earlier, err := b.Restore(snapshot)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := earlier.Path(p); err != nil {
						continue // a built-in action
					}
					asked++
					if a := askPath(t, earlier, p); a.Found && a.Verdict == "commit" {
						found++
					} else if !a.Bounded {
						t.Errorf("%s, %s: a proof that nothing leads to %s", name, test.name, p)
					} else {
						t.Logf("%s, %s: no way to %.300s", name, test.name, p)
					}
				}
				before = append(before, now)
				before = before[max(0, len(before)-2):]
			}
		}
		if t.Logf("%s: %d of %d", name, found, asked); found < asked {
			t.Errorf("%s: no way to %d of %d", name, asked-found, asked)
		}
	}
}

// scenario is a scenario's proposals, with everything filled in.
type scenario struct {
	name      string
	proposals [][]byte
}

func scenarios(t *testing.T, doc []byte) (list []scenario) {
	t.Helper()
	var head struct {
		Tests []struct {
			Name  string
			Steps []struct {
				Action, After string
				Actor         any
				Args          map[string]any
				Reasons       []string
			}
		}
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		t.Fatal(err)
	}
	for _, test := range head.Tests {
		sc, at := scenario{name: test.Name}, time.UnixMilli(1767225600000)
		for _, step := range test.Steps {
			wait := time.Second
			if step.After != "" {
				wait, _ = time.ParseDuration(step.After)
			}
			at = at.Add(wait)
			if kind, ok := step.Actor.(string); ok {
				step.Actor = map[string]any{"kind": kind, "id": kind}
			}
			if step.Args == nil {
				step.Args = map[string]any{}
			}
			if step.Reasons == nil {
				step.Reasons = []string{"request"}
			}
			p, err := json.Marshal(
				map[string]any{
					"action":  step.Action,
					"actor":   step.Actor,
					"args":    step.Args,
					"at":      at.UnixMilli(),
					"reasons": step.Reasons,
				},
			)
			if err != nil {
				t.Fatal(err)
			}
			sc.proposals = append(sc.proposals, p)
		}
		list = append(list, sc)
	}
	return list
}
