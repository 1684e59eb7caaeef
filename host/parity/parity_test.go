package parity

// This file compares engines on random bundles, sessions and proposals.
//
//	go test ./host/parity -run Random -parity.seed 7 -parity.sessions 5000

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

var (
	firstSeed = flag.Uint64("parity.seed", 1, "seed of the first session")
	sessions  = flag.Int("parity.sessions", 0, "bundles to make, each with a session of 40 proposals; 0 is 30, or 150 with HOLDFAST_SLOW=1")
)

const steps = 40

// job is one session: what went in, and what native answered.
type job struct {
	Seed     uint64   `json:"seed"`
	Bundle   []byte   `json:"bundle"`
	Lines    [][]byte `json:"lines"`
	Answers  [][]byte `json:"answers"`
	Question []byte   `json:"question"`
	Admits   []byte   `json:"admits"`
	Path     []byte   `json:"path"`
	Snapshot []byte   `json:"snapshot"`
}

// said is an answer or an error as bytes that can be compared.
func said(out []byte, err error) []byte {
	var e *core.Error
	switch {
	case err == nil:
		return out
	case errors.As(err, &e):
		return fmt.Appendf(nil, "error %s %s %s", e.Code, e.Path, e.Message)
	}
	return fmt.Appendf(nil, "failure %v", err)
}

// outcomes counts what was reached.
type outcomes map[string]int

// play decides random proposals on the native core and checks what must hold of each decision.
func play(t *testing.T, seed uint64, seen outcomes) *job {
	g := NewGenerator(seed)
	doc := g.Bundle()
	b, err := core.Load(doc)
	var bad *core.Invalid
	if errors.As(err, &bad) {
		seen["refused bundle"]++
		return &job{Seed: seed, Bundle: doc, Answers: [][]byte{said(nil, err)}}
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open(Session)
	if err != nil {
		t.Fatal(err)
	}
	j := &job{Seed: seed, Bundle: doc, Question: fmt.Appendf(nil, `{"actor":{"kind":%q}}`, g.agents[0])}
	var log [][]byte
	for range steps {
		p := g.Proposal(parked(t, s))
		before, _ := s.Snapshot()
		told, _ := s.Why(p)
		out, err := s.Decide(p)
		after, _ := s.Snapshot()
		j.Lines, j.Answers = append(j.Lines, p), append(j.Answers, said(out, err))
		if err != nil {
			seen[string(bytes.Fields(said(out, err))[1])]++
			if !bytes.Equal(before, after) {
				t.Fatalf("seed %d: an error changed the session: %s", seed, p)
			}
			continue
		}
		if !bytes.Equal(told, out) {
			t.Fatalf("seed %d: why said %s, decide %s", seed, told, out)
		}
		log = append(log, out)
		check(t, seed, before, out, after, seen)
		j.Path = said(s.Path(p))
	}
	j.Admits = said(s.Admissible(j.Question))
	j.Snapshot, _ = s.Snapshot()

	again, _ := b.Open(Session)
	for i, d := range log {
		if err := again.Replay(d); err != nil {
			t.Fatalf("seed %d, decision %d: %v", seed, i+1, err)
		}
	}
	twin, err := b.Restore(j.Snapshot)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if got := said(twin.Admissible(j.Question)); !bytes.Equal(got, j.Admits) {
		t.Fatalf("seed %d: a restored session answers otherwise", seed)
	}
	return j
}

func parked(t *testing.T, s *core.Session) []Parked {
	out, err := s.View()
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Holds []Parked }
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v.Holds
}

var levelOrder = map[string]int{"physical": 0, "responsibility": 1, "ownership": 2, "operational": 3}

// check holds a decision to what the contract says of every one.
func check(t *testing.T, seed uint64, before, out, after []byte, seen outcomes) {
	var d struct {
		Verdict, Governing, Prev string
		Seq                      int64
		Changes                  []json.RawMessage
		Violations               []struct{ ID, Level, Verdict, Code string }
	}
	type snapshot struct {
		Frozen      bool
		Seq         int64
		Prev        string
		State, Logs json.RawMessage
		Holds       []json.RawMessage
	}
	var was, is snapshot
	for src, to := range map[string]any{string(out): &d, string(before): &was, string(after): &is} {
		if err := json.Unmarshal([]byte(src), to); err != nil {
			t.Fatal(err)
		}
	}
	fail := func(why string) { t.Fatalf("seed %d: %s:\n%s\n%s\n%s", seed, why, before, out, after) }
	if again, err := core.Canonical(out); err != nil || !bytes.Equal(again, out) {
		fail("the decision is not canonical")
	}
	if d.Prev != was.Prev || is.Prev != core.Digest(out) || d.Seq != was.Seq+1 || is.Seq != d.Seq {
		fail("the chain is broken")
	}
	same := string(was.State) == string(is.State) && string(was.Logs) == string(is.Logs)
	switch d.Verdict {
	case "commit":
		if len(d.Violations) > 0 || d.Governing != "" {
			fail("a commit has violations")
		}
	case "revert":
	default:
		if !same || len(d.Changes) > 0 {
			fail("a refusal changed the state")
		}
	}
	if same != (len(d.Changes) == 0) {
		fail("the changes are not those of the state")
	}
	if len(is.Holds) > len(was.Holds) && d.Verdict != "hold" || d.Verdict == "hold" && len(is.Holds) != len(was.Holds)+1 {
		fail("a proposal is parked by a hold and nothing else")
	}
	if (d.Verdict == "freeze") != (is.Frozen && !was.Frozen) {
		fail("freeze is what freezes")
	}
	if was.Frozen && d.Verdict != "commit" && d.Governing != "frozen" {
		fail("a frozen session is governed by frozen")
	}
	for i, v := range d.Violations {
		if i == 0 && (v.ID != d.Governing || v.Verdict != d.Verdict) {
			fail("the first violation does not govern")
		}
		if i > 0 && (v.Verdict == "hold") == (d.Violations[i-1].Verdict == "hold") && levelOrder[v.Level] < levelOrder[d.Violations[i-1].Level] {
			fail("violations are not in the order of levels")
		}
		if i > 0 && v.Verdict != "hold" && d.Violations[i-1].Verdict == "hold" {
			fail("a hold stands before a refusal")
		}
		kind, _, structural := strings.Cut(v.ID, ":")
		if structural {
			seen[kind+":"]++
		}
		if v.Code != "" {
			seen[v.Code]++
		}
	}
	seen[d.Verdict]++
}

// compare decides a job's lines on another engine.
func compare(t *testing.T, name string, e host.Core, j *job) {
	fail := func(what string, want, got []byte) {
		t.Fatalf("%s, %s (again with -parity.seed %d -parity.sessions 1):\nbundle %s\nwanted %s\ngot    %s", name, what, j.Seed, j.Bundle, want, got)
	}
	b, err := e.Load(j.Bundle)
	if len(j.Lines) == 0 {
		if got := said(nil, err); err == nil || !bytes.Equal(got, j.Answers[0]) {
			fail("load", j.Answers[0], got)
		}
		return
	}
	if err != nil {
		t.Fatalf("seed %d, %s: %v", j.Seed, name, err)
	}
	s, err := b.Open(Session)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range j.Lines {
		if got := said(s.Decide(p)); !bytes.Equal(got, j.Answers[i]) {
			fail(fmt.Sprintf("line %d, %s", i+1, p), j.Answers[i], got)
		}
	}
	if got := said(s.Admissible(j.Question)); !bytes.Equal(got, j.Admits) {
		fail("admissible", j.Admits, got)
	}
	if got, _ := s.Snapshot(); !bytes.Equal(got, j.Snapshot) {
		fail("snapshot", j.Snapshot, got)
	}
}

// must are outcomes that a generator which still reaches everything has.
var must = []string{"commit", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze", "by:", "owner:", "domain:", "effect:", "hold:",
	"eval/divide-by-zero", "eval/no-such-key", "eval/index-out-of-range", "proposal/action", "proposal/shape", "proposal/argument", "json/syntax", "json/duplicate-key", "json/trailing-bytes", "json/number-range"}

func TestRandomSessions(t *testing.T) {
	compiler, err := host.New(context.Background(), host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer compiler.Close()
	interpreter, err := host.New(context.Background(), host.Options{Interpreter: true})
	if err != nil {
		t.Fatal(err)
	}
	defer interpreter.Close()
	if *sessions == 0 {
		*sessions = 30
		if os.Getenv("HOLDFAST_SLOW") != "" {
			*sessions = 150
		}
	}
	seen := outcomes{}
	var jobs []*job
	for i := range *sessions {
		j := play(t, *firstSeed+uint64(i), seen)
		jobs = append(jobs, j)
		compare(t, "wazero compiler", compiler, j)
		if i%10 == 0 {
			compare(t, "wazero interpreter", interpreter, j)
		}
	}
	t.Logf("%d bundles, %d refused when loaded; reached %v", *sessions, seen["refused bundle"], seen)
	if seen["refused bundle"] > *sessions/2 {
		t.Error("most bundles are refused: the generator reaches too little")
	}
	if *sessions >= 150 {
		for _, what := range must {
			if seen[what] == 0 {
				t.Errorf("never reached: %s", what)
			}
		}
	}
	t.Run("node", func(t *testing.T) { inNode(t, jobs) })
}

// inNode has Node decide the same jobs.
func inNode(t *testing.T, jobs []*job) {
	sdk, err := filepath.Abs("../../web/dist/index.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(sdk); err != nil {
		t.Skip("web/dist is not built; ./build.sh test builds it first")
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, j := range jobs {
		if err := enc.Encode(j); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", "testdata/replay.mjs", sdk)
	cmd.Stdin = &in
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), fmt.Sprintf("%d sessions, all bytes equal\n", len(jobs))) {
		t.Fatalf("%v\n%s", err, out)
	}
}
