package parity

// This file makes random sessions and compares what the engines answer, byte for byte.
//
// 	go test ./host/parity                                   # 30 sessions; with HOLDFAST_SLOW=1 450, of which the
// engines compare 150
//	go test ./host/parity -parity.seed 7 -parity.sessions 5000

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
)

var (
	firstSeed = flag.Uint64("parity.seed", 1, "seed of the first session; that of the first family is 1,999,999 more")
	many      = flag.Int("parity.families", 0,
		"families of bundles that the theorem is asked of; 0 is 120, or 600 with HOLDFAST_SLOW=1")
	sessions = flag.Int("parity.sessions", 0,
		"sessions to compare; 0 is 30, or with HOLDFAST_SLOW=1 450, a third of them on all engines")
	length = flag.Int("parity.steps", 40, "steps of a session")
	outDir = flag.String("parity.out", os.TempDir(), "`folder` that reproductions of failures are written to")
)

// jobs makes the sessions of the run, each held to the model while it is made.
func jobs(t testing.TB, seen map[string]int) []*Job {
	t.Helper()
	var list []*Job
	for i := range *sessions {
		seed := *firstSeed + uint64(i)
		m := &model{t: t, seed: seed, seen: seen}
		list = append(list, NewJob(seed, *length, m.watch))
		if t.Failed() {
			t.Fatalf("seed %d: see above; reproduce with -parity.seed %d -parity.sessions 1 -parity.steps %d", seed, seed,
				*length)
		}
	}
	return list
}

// must are what a run of the usual size reaches. A generator that no longer does must be noticed.
var mustSee = []string{
	"id by", "id domain", "id domain:logs", "id moves", "id MOVE", "id NEVER", "id owner", "id effect", "id frozen",
	"id fallback", "id declared",
	"id hold:by", "id hold:digest", "id hold:early", "id hold:expired", "id hold:unknown", "id hold:nobody",
	"id hold:limit", "id by:expire", "id change", "id by:unfreeze", "id unfreeze:idle",
	"code eval/divide-by-zero", "code eval/no-such-key", "code eval/index-out-of-range", "code eval/overflow",
	"code eval/invalid-argument",
	"decide error proposal/shape", "decide error proposal/action", "decide error proposal/agent",
	"decide error proposal/argument", "decide error proposal/at", "decide error proposal/earlier",
	"decide error limit/proposal", "decide error json/syntax", "decide error json/duplicate-key",
	"decide error json/invalid-utf8", "decide error json/lone-surrogate", "decide error json/number-range",
	"decide error json/trailing-bytes", "decide error limit/json-depth", "replay error replay/differs", "load error",
	"admissible commit", "admissible open", "admissible hold", "admissible reject", "path found true",
	"path found false", "path with steps", "advice", "restore", "replay",
}

func TestParity(t *testing.T) {
	share := 1 // of the sessions, one in so many is compared; what they reach is counted over all
	if *sessions == 0 {
		*sessions = 30
		if os.Getenv("HOLDFAST_SLOW") != "" {
			*sessions, share = 450, 3
		}
	}
	seen := map[string]int{}
	list := jobs(t, seen)
	for what, n := range seen {
		if strings.HasPrefix(what, "load error ") {
			seen["load error"] += n
		}
	}
	loaded, decisions := seen["load"], 0
	for _, v := range verdicts {
		decisions += seen["verdict "+v]
	}
	if *sessions >= 450 {
		for _, v := range verdicts {
			if seen["verdict "+v] == 0 {
				t.Errorf("no decision was %s", v)
			}
		}
		for _, what := range mustSee {
			if seen[what] == 0 {
				t.Errorf("%q was never reached", what)
			}
		}
		if loaded < *sessions*4/5 {
			t.Errorf("only %d of %d bundles load", loaded, *sessions)
		}
	}
	var lines []string
	for what, n := range seen {
		lines = append(lines, fmt.Sprintf("%6d  %s", n, what))
	}
	sort.Slice(lines, func(i, j int) bool { return strings.TrimSpace(lines[i][6:]) < strings.TrimSpace(lines[j][6:]) })
	t.Logf("%d of %d bundles load, %d decisions\n%s", loaded, *sessions, decisions, strings.Join(lines, "\n"))

	t.Run("wazero", func(t *testing.T) { compare(t, engine(t, false), every(list, share)) })
	t.Run("interpreter", func(t *testing.T) { compare(t, engine(t, true), every(list, 30*share)) })
	t.Run("node", func(t *testing.T) { compareNode(t, every(list, share)) })
}

// every returns each nth of list: for engines that are slow.
func every(list []*Job, n int) []*Job {
	var some []*Job
	for i := 0; i < len(list); i += n {
		some = append(some, list[i])
	}
	return some
}

func compare(t *testing.T, e host.Core, list []*Job) {
	for _, j := range list {
		at, got := Run(e, j)
		if at < 0 {
			continue
		}
		fail(t, j, at, got, func(try *Job) bool {
			at, _ := Run(e, try)
			return at >= 0
		})
		return
	}
}

// fail reports a difference, and writes the shortest job that still shows it.
func fail(t *testing.T, j *Job, at int, got []byte, differs func(*Job) bool) {
	t.Helper()
	s := j.Steps[at]
	t.Errorf("seed %d, step %d, %s %.300s\nnatively %.500s\nhere     %.500s", j.Seed, at, s.Op, s.In, s.Want, got)
	short := Reduce(&Job{Seed: j.Seed, Steps: slices.Clone(j.Steps[:at+1])}, func(try *Job) bool {
		Expect(try)
		return differs(try)
	})
	file := filepath.Join(*outDir, fmt.Sprintf("holdfast-parity-%d.json", j.Seed))
	var steps []map[string]string
	for _, s := range short.Steps {
		steps = append(steps, map[string]string{"op": s.Op, "in": string(s.In)})
	}
	doc, err := json.MarshalIndent(map[string]any{"seed": j.Seed, "steps": steps}, "", " ")
	if err == nil {
		err = os.WriteFile(file, doc, 0o644)
	}
	t.Logf("%d steps that show it: %s (%v)", len(short.Steps), file, err)
}
