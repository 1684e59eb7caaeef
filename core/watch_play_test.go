package core_test

// This file holds Watch to Why in random plays: everything a decision depends on changes
// in them, on its own and together: what is parked and how much of it there may be, expiry, freezing
// and unfreezing, logs that fill up, states that grow too large, fallbacks that no longer lead anywhere.

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/parity"
)

// watching compares what a watch says with what Why says, in each state of a play.
type watching struct {
	t      *testing.T
	s      *core.Session
	w      *core.Watch
	lines  [][]byte
	before []string
	seen   map[string]int // answers by verdict and governing id
	kept   int
}

func watch(t *testing.T, s *core.Session, lines [][]byte, seen map[string]int) *watching {
	t.Helper()
	w, err := s.Watch(bytes.Join(lines, []byte("\n")))
	if err != nil {
		t.Fatal(err)
	}
	return &watching{t: t, s: s, w: w, lines: lines, before: make([]string, len(lines)), seen: seen}
}

// compare asks both. where is said when they differ.
func (w *watching) compare(at int64, where string) {
	w.t.Helper()
	got := strings.Split(string(w.w.Answers(at)), "\n")
	for k, line := range w.lines {
		if got[k] == "" {
			got[k] = w.before[k]
			w.kept++
		}
		w.before[k] = got[k]
		if want := expected(w.t, w.s, line, at); withoutMessage(got[k]) != want {
			w.t.Fatalf("%s: %s\n got %s\nwant %s", where, line, got[k], want)
		}
		verdict, rest, _ := strings.Cut(strings.TrimPrefix(got[k], `["`), `"`)
		_, id, _ := strings.Cut(rest, `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		w.seen[strings.TrimSpace(verdict+" "+id)]++
	}
	if again := string(w.w.Answers(at)); strings.Trim(again, "\n") != "" {
		w.t.Fatalf("%s: nothing has changed, and there are other answers: %.300s", where, again)
	}
}

// crowded is a bundle in which there soon is no more room: for what is parked, in the log, in the state.
const crowded = `
holdfast: 1
bundle: crowded
version: 1.0.0
governance: [boss]
agents: {boss: {}, clerk: {proposes: true}, other: {proposes: true}}
hold: {ttl: 20s, on_expire: %s}
state:
  n: {type: {int: [0, 100000]}, owner: [boss]}
  k: {type: {int: [0, 9]}}
  broken: {type: bool}
logs: {notes: {of: {string: 60000}, max: 5}}
actions:
  set_n: {args: {n: {int: [0, 100000]}, note: {type: {string: 60000}, default: ""}}, set: {n: args.n}}
  note: {args: {text: {string: 60000}}, append: {notes: args.text}}
  set_k: {args: {k: {int: [0, 9]}}, set: {k: args.k}}
  spoil: {set: {broken: "!state.broken"}}
  slip: {}
  smash: {}
  tell: {}
constraints:
  - {id: SLIP, level: operational, on: [slip], require: state.k > 5, otherwise: {verdict: revert, say: "{state.k}"}}
  - {id: SMASH, level: operational, on: [smash], require: state.k != 3, otherwise: {verdict: freeze, say: "{state.n}"}}
  - {id: NEVER, level: physical, always: "!state.broken || state.k != 7"}
  - {id: LIKES, level: preference, on: [tell], prefer: "logs.notes[2] != ''", otherwise: {say: "{state.k}"}}
fallback: {set: {k: "state.broken ? 7 : 1"}}
`

func TestWatchDependsOnAllThatDecides(t *testing.T) {
	seen := map[string]int{}
	kept := 0
	for _, expiry := range []string{"drop", "revert"} {
		doc, err := yaml.YAMLToJSON(fmt.Appendf(nil, crowded, expiry))
		if err != nil {
			t.Fatal(err)
		}
		b, err := core.Load(doc)
		if err != nil {
			t.Fatal(err)
		}
		long := strings.Repeat("y", 52000)
		var lines [][]byte
		add := func(action, args string, kinds ...string) {
			for _, kind := range kinds {
				lines = append(
					lines,
					fmt.Appendf(nil, `{"action":%q,"actor":{"id":"i","kind":%q},"args":%s,"at":0,"reasons":["request"]}`, action, kind,
						args),
				)
			}
		}
		add("set_n", `{"n":7}`, "boss", "clerk", "other")
		add("set_n", `{"n":8,"note":"`+long+`"}`, "clerk", "other")
		add("note", `{"text":"a"}`, "clerk")
		add("note", `{"text":"`+long+`"}`, "boss")
		for _, k := range []int{0, 3, 7} {
			add("set_k", fmt.Sprintf(`{"k":%d}`, k), "clerk")
		}
		for _, action := range []string{"spoil", "slip", "smash", "tell", "unfreeze"} {
			add(action, "{}", "boss")
		}
		add("decline", `{"hold":1}`, "boss", "clerk")
		add("expire", `{"hold":1}`, "boss")
		r := parity.NewRand(7)
		for play := range 4 {
			s, err := b.Open("play")
			if err != nil {
				t.Fatal(err)
			}
			w := watch(t, s, lines, seen)
			at := int64(1767225600000)
			for step := range 30 {
				w.compare(at, fmt.Sprintf("%s, play %d, step %d", expiry, play, step))
				at += int64(r.N(2)) * 1000
				line := lines[r.N(len(lines))]
				// Now and then the same again and again: as much of it as there is room for, and one too many.
				for range max(1, r.N(4)*35-35) {
					s.Decide(withTime(t, line, at))
				}
				if v := view(t, s); len(v.Holds) > 0 && r.P(60) {
					h := v.Holds[r.N(len(v.Holds))]
					action := []string{"decline", "expire"}[r.N(2)]
					if action == "expire" {
						at = max(at, h.Expires)
					}
					where := fmt.Sprintf("%s, play %d, step %d, %s", expiry, play, step, action)
					line := fmt.Appendf(nil, `{"action":%q,"actor":{"id":"i","kind":"boss"},"args":{"hold":%d},"at":%d,"reasons":[]}`,
						action, h.Seq, at)
					own := watch(t, s, [][]byte{line}, seen)
					own.compare(at, where)
					w.compare(at, where)
					s.Decide(line)
					own.compare(at, where)
				}
			}
			kept += w.kept
		}
	}
	for _, answer := range []string{"commit", "commit LIKES", "hold owner:n", "reject hold:limit", "reject frozen",
		"reject hold:early", "reject hold:unknown",
		"reject domain:logs.notes", "revert SLIP", "revert hold:expired", "freeze fallback", "freeze SMASH",
		"reject unfreeze:idle"} {
		if seen[answer] == 0 {
			t.Errorf("no answer was %q: %v", answer, seen)
		}
	}
	if kept < 1000 {
		t.Errorf("only %d answers were kept", kept)
	}
}

func TestWatchKnowsWhenTheStateIsTooLarge(t *testing.T) {
	doc, err := yaml.YAMLToJSON([]byte(`
holdfast: 1
bundle: large
version: 1.0.0
agents: {a: {proposes: true}, boss: {}}
state: {big: {type: {list: {of: {string: 60000}, max: 100}}}, mine: {type: {int: [0, 9]}, owner: [boss]}}
logs: {notes: {of: {string: 60000}, max: 100}}
actions:
  grow: {args: {text: {string: 60000}}, set: {big: "state.big + [args.text]"}}
  shrink: {set: {big: "[]"}}
  note: {args: {text: {string: 60000}}, append: {notes: args.text}}
  take: {set: {mine: "state.mine == 0 ? 1 : 0"}}
  slip: {}
constraints: [{id: SLIP, level: operational, on: [slip], require: "false", otherwise: {verdict: revert, say: back}}]
fallback: {set: {big: "state.big + state.big"}}
`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := core.Load(doc)
	if err != nil {
		t.Fatal(err)
	}
	long, seen := strings.Repeat("y", 60000), map[string]int{}
	var lines [][]byte
	for _, words := range []string{`grow {"text":"` + long + `"}`, `grow {"text":"y"}`, `note {"text":"` + long + `"}`,
		"shrink {}", "take {}", "slip {}"} {
		action, args, _ := strings.Cut(words, " ")
		lines = append(lines,
			fmt.Appendf(nil, `{"action":%q,"actor":{"id":"i","kind":"a"},"args":%s,"at":0,"reasons":[]}`, action, args))
	}
	s, err := b.Open("large")
	if err != nil {
		t.Fatal(err)
	}
	for range 32 {
		s.Decide(lines[2])
	}
	w := watch(t, s, lines, seen)
	for step, k := range []int{0, 0, 0, 3, 0, 0, 0} {
		for range 10 - 2*step {
			s.Decide(lines[k])
		}
		w.compare(0, fmt.Sprint("step ", step))
	}
	s.Decide(lines[5])
	w.compare(0, "at the end")
	for _, answer := range []string{"commit", "hold owner:mine", "reject domain:state", "revert SLIP", "freeze fallback"} {
		if seen[answer] == 0 {
			t.Errorf("no answer was %q: %v", answer, seen)
		}
	}
}

func view(t *testing.T, s *core.Session) parity.View {
	t.Helper()
	doc, err := s.View()
	if err != nil {
		t.Fatal(err)
	}
	v, err := parity.ReadView(doc)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWatchAnswersAsWhyDoesForAnyBundle(t *testing.T) {
	seen := map[string]int{}
	kept, bundles := 0, 0
	for seed := range uint64(60) {
		r := parity.NewRand(seed)
		b := parity.NewBundle(r, func(doc []byte) bool { _, err := core.Load(doc); return err == nil })
		bundle, err := core.Load(b.Document)
		if err != nil {
			continue
		}
		s, err := bundle.Open("play")
		if err != nil {
			t.Fatal(err)
		}
		bundles++
		var lines [][]byte
		var w *watching
		for step := range 40 {
			v := view(t, s)
			if step%10 == 0 { // new ones, about what is parked by now
				lines = nil
				for len(lines) < 25 {
					if p, err := core.Canonical(b.Proposal(r, v)); err == nil {
						lines = append(lines, p)
					}
				}
				if w != nil {
					kept += w.kept
				}
				w = watch(t, s, lines, seen)
			}
			at := v.At + int64(r.N(3))*500
			w.compare(at, fmt.Sprintf("seed %d, step %d", seed, step))
			p := lines[r.N(len(lines))]
			if r.P(60) {
				p = b.Proposal(r, v)
			}
			for range max(1, r.N(12)*9-28) {
				if _, err := s.Decide(p); err != nil {
					break
				}
			}
		}
		kept += w.kept
	}
	if bundles < 30 || kept < 5000 || seen["hold"]+seen["reject hold:limit"] == 0 {
		t.Errorf("%d bundles, %d answers kept: %v", bundles, kept, seen)
	}
}
