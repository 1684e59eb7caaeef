package core_test

// This file tests Watch: what it answers is what Why decides, in every state and at
// every time, for every kind of proposal.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// expected is the line that Answers must give for a proposal, made of what Why answers.
func expected(t *testing.T, s *core.Session, proposal []byte, at int64) string {
	t.Helper()
	decision, err := s.Why(proposal)
	if e, ok := err.(*core.Error); !ok || e.Code == codes.ProposalEarlier {
		decision, err = s.Why(withTime(t, proposal, at))
	}
	if err != nil {
		e := err.(*core.Error)
		line, _ := core.Canonical(fmt.Appendf(nil, `{"error":{"code":%q,"offset":%d,"path":%q}}`, e.Code, e.Offset, e.Path))
		return string(line)
	}
	var d struct {
		Verdict            json.RawMessage
		Violations, Advice json.RawMessage
	}
	if err := json.Unmarshal(decision, &d); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("[%s,%s,%s]", d.Verdict, d.Violations, d.Advice)
}

// withTime is a proposal at another time.
func withTime(t *testing.T, proposal []byte, at int64) []byte {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(proposal, &members); err != nil {
		t.Fatal(err)
	}
	members["at"] = fmt.Append(nil, at)
	proposal, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return proposal
}

// withoutMessage takes the message out of an error's line.
func withoutMessage(line string) string {
	var e struct {
		Error struct {
			Code, Path string
			Offset     int
		}
	}
	if !strings.HasPrefix(line, `{`) || json.Unmarshal([]byte(line), &e) != nil {
		return line
	}
	out, _ := core.Canonical(
		fmt.Appendf(nil, `{"error":{"code":%q,"offset":%d,"path":%q}}`, e.Error.Code, e.Error.Offset, e.Error.Path))
	return string(out)
}

func TestWatchAnswersAsWhyDoes(t *testing.T) {
	goldens, err := filepath.Glob("../testdata/golden/*/bundle.json")
	if err != nil || len(goldens) == 0 {
		t.Fatal("no golden bundles", err)
	}
	for _, path := range goldens {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			document, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			proposals, err := os.ReadFile(filepath.Join(filepath.Dir(path), "proposals.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			b, err := core.Load(document)
			if err != nil {
				t.Skip("not a bundle that loads")
			}
			s, err := b.Open("watch")
			if err != nil {
				t.Fatal(err)
			}
			// Watch the whole play in every state it comes to. Lines that leave something out are completed.
			var lines [][]byte
			for _, line := range bytes.Split(bytes.TrimSuffix(proposals, []byte("\n")), []byte("\n")) {
				if full, err := core.Complete(line, 1767225600000); err == nil {
					line = full
				}
				lines = append(lines, line)
			}
			if len(lines) > 60 {
				lines = lines[:60]
			}
			w, err := s.Watch(bytes.Join(lines, []byte("\n")))
			if err != nil {
				t.Fatal(err)
			}
			before, kept := make([]string, len(lines)), 0
			for i, line := range lines {
				at := int64(1767225600000 + i*1000)
				got := strings.Split(string(w.Answers(at)), "\n")
				if len(got) != len(lines) {
					t.Fatalf("%d answers to %d proposals", len(got), len(lines))
				}
				for k := range lines {
					if got[k] == "" {
						got[k] = before[k]
						kept++
					}
					before[k] = got[k]
					if want := expected(t, s, lines[k], at); withoutMessage(got[k]) != want {
						t.Fatalf("after %d decisions, %s:\n got %s\nwant %s", i, lines[k], got[k], want)
					}
				}
				if again := string(w.Answers(at)); strings.Trim(again, "\n") != "" {
					t.Errorf("nothing has changed, and there are other answers: %q", again)
				}
				if _, err := s.Why(line); err == nil || err.(*core.Error).Code == codes.ProposalEarlier {
					s.Decide(withTime(t, line, at))
				}
			}
			if kept == 0 && filepath.Base(filepath.Dir(path)) != "bad" {
				t.Error("every answer was made anew: nothing is ever kept")
			}
		})
	}
}

// tangled is a bundle in which what matters is reached in every way there is: through
// derived names, effects, logs, the time, what is preferred, held, reverted and frozen.
const tangled = `
holdfast: 1
bundle: tangled
version: 1.0.0
governance: [boss]
agents: {boss: {}, hand: {proposes: true}}
types: {mode: {enum: [a, b, c]}}
state:
  m: {type: mode, moves: {id: MOVES, allow: [a <-> b, b -> c, c -> a], otherwise: {say: "{state.m} with {state.z}"}},
      never: [{move: c -> a, id: NEVER, otherwise: {verdict: revert, say: "{state.y}"}}]}
  x: {type: {int: [0, 9]}}
  y: {type: {int: [0, 9]}}
  z: {type: {int: [0, 9]}, owner: [boss]}
  p: {type: {record: {q: {int: [0, 9]}, r: bool}}}
logs: {seen: {int: [0, 9]}}
derived: {sum: state.x + state.y, big: derived.sum > 2}
actions:
  move: {args: {to: mode}, set: {m: args.to}}
  setx: {args: {to: {int: [0, 12]}}, set: {x: args.to}}
  sety: {args: {to: {int: [0, 9]}}, effects: [{when: state.p.r, set: {y: args.to}},
      {when: "!state.p.r", append: {seen: state.x}}]}
  setz: {args: {to: {int: [0, 9]}}, set: {z: args.to}}
  setp: {args: {to: {int: [0, 9]}}, set: {p.q: args.to, p.r: "!state.p.r"}}
  look: {by: [boss]}
  late: {}
  smash: {}
constraints:
  - {id: D, level: operational, on: [look], require: "!derived.big", otherwise: {say: "{state.z}"}}
  - {id: E, level: operational, on: [setx], ensure: next.x + state.z <= 12}
  - {id: A, level: physical, on: [setx, sety], always: state.y < 9 || state.x < 9}
  - {id: L, level: operational, on: [late], require: "size(logs.seen) < 3 || logs.seen[0] != 0"}
  - {id: T, level: operational, on: [late], require: "int(proposal.at) % 3 != 0"}
  - {id: H, level: operational, on: [setp], require: state.x < 5, otherwise: {verdict: hold, by: [boss]}}
  - {id: F, level: physical, on: [smash], require: state.m != mode.c, otherwise: {verdict: freeze}}
  - {id: P, level: preference, on: [setx], prefer: next.x < state.y, otherwise: {say: "{state.m}"}}
  - {id: Q, level: preference, on: [late], prefer: state.y > 2, otherwise: {say: "{state.x}"}}
fallback: {set: {m: mode.a, z: state.x + 1}}
`

func TestWatchAnswersAsWhyDoesOnAnyWay(t *testing.T) {
	doc, err := yaml.YAMLToJSON([]byte(tangled))
	if err != nil {
		t.Fatal(err)
	}
	b, err := core.Load(doc)
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	add := func(action, args string) {
		for _, kind := range []string{"boss", "hand"} {
			lines = append(
				lines,
				fmt.Appendf(nil, `{"action":%q,"actor":{"id":"i","kind":%q},"args":%s,"at":0,"reasons":[]}`, action, kind, args),
			)
		}
	}
	for _, m := range []string{"a", "b", "c"} {
		add("move", fmt.Sprintf(`{"to":%q}`, m))
	}
	for _, n := range []int{0, 3, 9, 11} {
		add("setx", fmt.Sprintf(`{"to":%d}`, n))
	}
	for _, n := range []int{0, 9} {
		for _, action := range []string{"sety", "setz", "setp"} {
			add(action, fmt.Sprintf(`{"to":%d}`, n))
		}
	}
	for _, action := range []string{"look", "late", "smash", "unfreeze"} {
		add(action, "{}")
	}
	for _, hold := range []int{3, 8, 15} {
		add("decline", fmt.Sprintf(`{"hold":%d}`, hold))
		add("expire", fmt.Sprintf(`{"hold":%d}`, hold))
	}
	random := rand.New(rand.NewPCG(1, 2))
	kept, verdicts := 0, map[string]int{}
	for range 12 {
		s, err := b.Open("walk")
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Watch(bytes.Join(lines, []byte("\n")))
		if err != nil {
			t.Fatal(err)
		}
		before := make([]string, len(lines))
		for step, at := 0, int64(1767225600000); step < 60; step++ {
			at += int64(random.IntN(2)) * 1000
			got := strings.Split(string(w.Answers(at)), "\n")
			for k, line := range lines {
				if got[k] == "" {
					got[k] = before[k]
					kept++
				}
				before[k] = got[k]
				if want := expected(t, s, line, at); withoutMessage(got[k]) != want {
					t.Fatalf("step %d: %s\n got %s\nwant %s", step, line, got[k], want)
				}
				verdicts[strings.Split(got[k], `"`)[1]]++
			}
			s.Decide(withTime(t, lines[random.IntN(len(lines))], at))
		}
	}
	for _, verdict := range []string{"commit", "hold", "reject", "revert", "freeze"} {
		if verdicts[verdict] == 0 {
			t.Errorf("no answer was %s: %v", verdict, verdicts)
		}
	}
	if kept < 1000 {
		t.Errorf("only %d answers were kept", kept)
	}
}

func TestWatchNeverAsksBeforeTheSession(t *testing.T) {
	s := session(t, modeBundle)
	w, err := s.Watch(toTask)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decide(toChat); err != nil {
		t.Fatal(err)
	}
	early := string(w.Answers(0))
	if now := string(w.Answers(1767225600000)); now != "" || !strings.HasPrefix(early, "[") {
		t.Errorf("early %s, now %s", early, now)
	}
}

func TestWatchTakesSoMany(t *testing.T) {
	s := session(t, modeBundle)
	if _, err := s.Watch(bytes.Repeat([]byte("{}\n"), core.MaxWatched)); err != nil {
		t.Error(err)
	}
	_, err := s.Watch(bytes.Repeat([]byte("{}\n"), core.MaxWatched+1))
	if e, ok := err.(*core.Error); !ok || e.Code != codes.LimitProposal {
		t.Errorf("got %v", err)
	}
	w, err := s.Watch(nil)
	if err != nil || len(w.Answers(0)) != 0 {
		t.Errorf("nothing watched is answered with something: %v", err)
	}
}

// fifty is a bundle of fifty actions with one guard each, and their proposals:
// what a page full of buttons asks. open says how many of them are allowed.
func fifty(t testing.TB) (*core.Session, []byte) {
	var y, lines strings.Builder
	y.WriteString(
		"holdfast: 1\nbundle: fifty\nversion: 1.0.0\nagents: {user: {}}\nstate: {level: {type: {int: [-2, 100]}, init: " +
			"50}, on: {type: bool, init: false}}\nactions:\n  move: {args: {to: {int: [-2, 100]}}, set: {level: args.to}}\n",
	)
	for i := range 50 {
		fmt.Fprintf(&y, "  act%d: {set: {on: \"!state.on\"}}\n", i)
		fmt.Fprintf(&lines, `{"action":"act%d","actor":{"id":"u","kind":"user"},"args":{},"at":0,"reasons":["request"]}`+"\n",
			i)
	}
	y.WriteString("constraints:\n")
	for i := range 50 {
		fmt.Fprintf(
			&y,
			"  - {id: G-%d, on: [act%d], level: operational, require: state.level >= %d, otherwise: {say: \"needs %d, and "+
				"there is {state.level}.\"}}\n",
			i,
			i,
			i,
			i,
		)
	}
	doc, err := yaml.YAMLToJSON([]byte(y.String()))
	if err != nil {
		t.Fatal(err)
	}
	b, err := core.Load(doc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open("fifty")
	if err != nil {
		t.Fatal(err)
	}
	return s, []byte(lines.String())
}

func BenchmarkWatchFifty(b *testing.B) {
	for _, c := range []struct {
		name   string
		levels [2]int64
	}{{"open", [2]int64{50, 51}}, {"half", [2]int64{24, 23}}, {"shut", [2]int64{-1, -2}}, {"same", [2]int64{24, 24}}} {
		b.Run(c.name, func(b *testing.B) {
			s, lines := fifty(b)
			w, err := s.Watch(lines)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				move := fmt.Appendf(nil,
					`{"action":"move","actor":{"id":"u","kind":"user"},"args":{"to":%d},"at":0,"reasons":["request"]}`, c.levels[i&1])
				if _, err := s.Decide(move); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				w.Answers(0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/50, "ns/proposal")
		})
	}
}

// TestWatchSince: what is not being confirmed was proposed now, so `proposal.since` is one of the things that time
// changes.
func TestWatchSince(t *testing.T) {
	s, err := load(t, `
agents: {a: {}}
state: {n: {type: {int: [0, 9]}}}
actions: {go: {set: {n: 1}}}
constraints: [{id: LATE, level: operational, on: [go], require: "proposal.since >= timestamp('2026-01-01T00:00:05Z')"}]
`).Open("since")
	if err != nil {
		t.Fatal(err)
	}
	proposal := []byte(`{"action":"go","actor":{"id":"a","kind":"a"},"args":{},"at":1767225600000,"reasons":[]}`)
	w, err := s.Watch(proposal)
	if err != nil {
		t.Fatal(err)
	}
	for _, seconds := range []int64{0, 4, 5, 6} {
		at := 1767225600000 + 1000*seconds
		if got := string(w.Answers(at)); got != "" && withoutMessage(got) != expected(t, s, proposal, at) {
			t.Errorf("after %d s: %s", seconds, got)
		} else if got == "" && seconds == 5 {
			t.Error("the time comes, and the gate does not say so")
		}
	}
}

// Which of two parents governs may depend on whether the other can fall back, and that on all of the state.
func TestWatchSeesThatAParentCanNoLongerFallBack(t *testing.T) {
	head := func(name string, m map[string]any) map[string]any {
		m["holdfast"], m["bundle"], m["version"] = 1, name, "1.0.0"
		return m
	}
	extends := func(parents ...map[string]any) (list []any) {
		for _, p := range parents {
			list = append(list, map[string]any{"bundle": p["bundle"], "version": "1.0.0", "document": p})
		}
		return list
	}
	base := head("base", map[string]any{"agents": map[string]any{"a": map[string]any{}},
		"actions": map[string]any{"go": map[string]any{}}})
	refuses := head("refuses", map[string]any{"extends": extends(base),
		"constraints": []any{map[string]any{"id": "NO", "level": "physical", "on": []string{"go"}, "require": "false"}}})
	falls := head("falls", map[string]any{"extends": extends(base),
		"state":   map[string]any{"n": map[string]any{"type": map[string]any{"int": []int{0, 1}}}},
		"actions": map[string]any{"more": map[string]any{"set": map[string]any{"n": "1"}}},
		"constraints": []any{map[string]any{"id": "BACK", "level": "physical", "on": []string{"go"}, "require": "false",
			"otherwise": map[string]any{"verdict": "revert"}}},
		"fallback": map[string]any{"set": map[string]any{"n": "state.n + 1"}}})
	doc, err := json.Marshal(head("child", map[string]any{"extends": extends(refuses, falls)}))
	if err != nil {
		t.Fatal(err)
	}
	b, err := core.Load(doc)
	if err != nil {
		t.Fatalf("%+v", err.(*core.Invalid).Diagnostics)
	}
	s, err := b.Open("test")
	if err != nil {
		t.Fatal(err)
	}
	const at = 1767225600000
	r := &run{t: t, s: s, at: at}
	w, err := s.Watch(r.proposal("a go"))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(w.Answers(at)); !strings.HasPrefix(got, `["reject",[{"code":"","id":"NO"`) {
		t.Errorf("while the second parent can fall back: %s", got)
	}
	r.want("a more", "commit")
	if got := string(w.Answers(at)); !strings.HasPrefix(got, `["freeze",[{"code":"","id":"fallback"`) {
		t.Errorf("once it cannot: %q", got)
	}
}
