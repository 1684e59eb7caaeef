package core_test

// This file tests Watch: what it answers is what Why decides, in every state and at
// every time, for every kind of proposal.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/holdfast-rt/holdfast/core"
)

// expected is the line that Answers must give for a proposal, made of what Why answers.
func expected(t *testing.T, s *core.Session, proposal []byte, at int64) string {
	t.Helper()
	decision, err := s.Why(proposal)
	if e, ok := err.(*core.Error); !ok || e.Code == core.CodeEarlier {
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
	out, _ := core.Canonical(fmt.Appendf(nil, `{"error":{"code":%q,"offset":%d,"path":%q}}`, e.Error.Code, e.Error.Offset, e.Error.Path))
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
			for i, line := range lines {
				at := int64(1767225600000 + i*1000)
				got := strings.Split(string(w.Answers(at)), "\n")
				if len(got) != len(lines) {
					t.Fatalf("%d answers to %d proposals", len(got), len(lines))
				}
				for k := range lines {
					if want := expected(t, s, lines[k], at); withoutMessage(got[k]) != want {
						t.Fatalf("after %d decisions, %s:\n got %s\nwant %s", i, lines[k], got[k], want)
					}
				}
				if _, err := s.Why(line); err == nil || err.(*core.Error).Code == core.CodeEarlier {
					s.Decide(withTime(t, line, at))
				}
			}
		})
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
	if early, now := string(w.Answers(0)), string(w.Answers(1767225600000)); early != now || !strings.HasPrefix(now, "[") {
		t.Errorf("early %s, now %s", early, now)
	}
}

func TestWatchTakesSoMany(t *testing.T) {
	s := session(t, modeBundle)
	if _, err := s.Watch(bytes.Repeat([]byte("{}\n"), core.MaxWatched)); err != nil {
		t.Error(err)
	}
	_, err := s.Watch(bytes.Repeat([]byte("{}\n"), core.MaxWatched+1))
	if e, ok := err.(*core.Error); !ok || e.Code != core.CodeSize {
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
	y.WriteString("holdfast: 1\nbundle: fifty\nversion: 1.0.0\nagents: {user: {}}\nstate: {level: {type: {int: [0, 100]}, init: 50}, on: {type: bool, init: false}}\nactions:\n  move: {args: {to: {int: [0, 100]}}, set: {level: args.to}}\n")
	for i := range 50 {
		fmt.Fprintf(&y, "  act%d: {set: {on: \"!state.on\"}}\n", i)
		fmt.Fprintf(&lines, `{"action":"act%d","actor":{"id":"u","kind":"user"},"args":{},"at":0,"reasons":["request"]}`+"\n", i)
	}
	y.WriteString("constraints:\n")
	for i := range 50 {
		fmt.Fprintf(&y, "  - {id: G-%d, on: [act%d], level: operational, require: state.level >= %d, otherwise: {say: \"needs %d, and there is {state.level}.\"}}\n", i, i, i, i)
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
	for _, level := range []int{50, 25, 0} {
		b.Run(fmt.Sprintf("level=%d", level), func(b *testing.B) {
			s, lines := fifty(b)
			w, err := s.Watch(lines)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Decide(fmt.Appendf(nil, `{"action":"move","actor":{"id":"u","kind":"user"},"args":{"to":%d},"at":0,"reasons":["request"]}`, level)); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				w.Answers(0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/50, "ns/proposal")
		})
	}
}
