package core_test

// This file carries out the recipes of testdata/hostile: documents built to hurt.
// Each is refused with a code, or works. host/parity does the same in the module,
// where the stack is small and memory has an end.

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/parity"
)

const (
	// ceiling ends a recipe that hangs. The slowest takes about a second here.
	ceiling = time.Minute

	// mostAllocated is the most a recipe may allocate, garbage included.
	mostAllocated = 4 << 30
)

func TestHostile(t *testing.T) {
	files, err := filepath.Glob("../testdata/hostile/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no recipes", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			recipe, err := parity.ReadRecipe(string(src))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			done := make(chan []parity.Answer, 1)
			go func() { done <- parity.Play(host.Native(), recipe) }()
			var answers []parity.Answer
			select {
			case answers = <-done:
			case <-time.After(ceiling):
				t.Fatalf("still at work after %s", ceiling)
			}
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > mostAllocated {
				t.Errorf("allocated %d MiB", n>>20)
			}
			next := 0
			for _, s := range recipe.Sections {
				lines := 1
				if s.Name == "decide" {
					lines += strings.Count(string(s.Body), "\n")
				}
				for _, a := range answers[next : next+lines] {
					t.Logf("%-10s %8.1f ms  %9d bytes in, %9d out  %s", a.Section, float64(a.Took.Microseconds())/1000,
						len(s.Body)/lines, len(a.Bytes), a.Outcome)
				}
				next += lines
				want := s.Words
				if want == "" {
					want = "ok"
				}
				if a := answers[next-1]; a.Outcome != want {
					t.Errorf("%s: got %s, want %s: %.300s", s.Name, a.Outcome, want, a.Bytes)
				}
			}
		})
	}
}

// TestComputedKinds holds what comes through a dyn to the declared kind: where it
// does not fit, nothing is computed.
func TestComputedKinds(t *testing.T) {
	const bundle = `
agents: {a: {}}
types: {en: {enum: [p, q]}}
constants: {mixed: [1, a, 2.5, [1]]}
state: {d: double, n: int, s: string, l: {list: {of: double}}, m: {map: {of: int}}, r: {record: {x: int}}, e: en,
    b: bool}
actions: {go: {set: {"%s": "%s"}}}
constraints: [{id: C, level: operational,
    ensure: "next.n >= 0 && next.s.size() >= 0 && next.l.all(x, x > -1.0) && next.r.x >= 0 && next.e != en.q"}]
`
	for _, c := range []struct{ path, expr, outcome string }{
		{"d", "constants.mixed[2]", "commit"},
		{"d", "constants.mixed[0]", "commit"}, // an int becomes a double, as a number in a bundle does
		{"d", "constants.mixed[1]", "reject effect:go"},
		{"n", "constants.mixed[1]", "reject effect:go"},
		{"n", "dyn(1u)", "reject effect:go"},
		{"n", "dyn(7)", "commit"},
		{"s", "constants.mixed[0]", "reject effect:go"},
		{"l", "constants.mixed", "reject effect:go"},
		{"l", "[dyn(1.0), dyn('x')]", "reject effect:go"},
		{"l", "[dyn(1.0)]", "commit"},
		{"m", "{'a': dyn(true)}", "reject effect:go"},
		{"m[dyn(1)]", "1", "reject effect:go"},
		{"l[dyn('x')]", "1.0", "reject effect:go"},
		{"r", "dyn(constants.mixed[3])", "reject effect:go"},
		{"r.x", "dyn('s')", "reject effect:go"},
		{"e", "dyn(3)", "reject effect:go"},
		{"e", "dyn('zz')", "reject domain:e"},
		{"b", "dyn(null)", "reject effect:go"},
	} {
		src := strings.NewReplacer("d: double", "d: {type: double}", "n: int,", "n: {type: int},", "s: string",
			"s: {type: string}",
			"l: {list: {of: double}}", "l: {type: {list: {of: double}}}", "m: {map: {of: int}}", "m: {type: {map: {of: int}}}",
			"r: {record: {x: int}}", "r: {type: {record: {x: int}}}", "e: en", "e: {type: en}", "b: bool", "b: {type: bool}").
			Replace(bundle)
		r := start(t, fmt.Sprintf(src, c.path, c.expr))
		d := r.want("a go", c.outcome)
		if c.outcome == "reject effect:go" && d.Violations[0].Code != "eval/no-such-overload" {
			t.Errorf("%s: %s: code %q", c.path, c.expr, d.Violations[0].Code)
		}
	}
	r := start(t, `
agents: {a: {}}
state: {n: {type: int}}
actions: {go: {effects: [{when: "dyn('x')", set: {n: "1"}}]}}
`)
	r.want("a go", "reject effect:go")
}

// TestNegativeZero: JSON knows one zero, so a state has one, or a restored session would differ.
func TestNegativeZero(t *testing.T) {
	r := start(t, `
agents: {a: {}}
state: {d: {type: double}, l: {type: {list: {of: {record: {x: double}}}}}}
logs: {g: {of: double}}
actions:
  flip: {set: {d: "state.d * -1.0", l: "[{'x': state.d * -1.0}]"}, append: {g: "state.d * -1.0"}}
  probe: {}
constraints:
  - {id: D, level: operational, on: [probe], require: 1.0 / state.d > 0.0}
  - {id: L, level: operational, on: [probe], require: "state.l.all(r, 1.0 / r.x > 0.0)"}
  - {id: G, level: operational, on: [probe], require: "logs.g.all(x, 1.0 / x > 0.0)"}
`)
	r.want("a flip", "commit")
	r.want("a probe", "commit")
	snap, err := r.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if r.s, err = r.s.Bundle().Restore(snap); err != nil {
		t.Fatal(err)
	}
	r.want("a probe", "commit")
}

// TestMoveThatIsHeld: a move may wait for a confirmation as anything else may.
func TestMoveThatIsHeld(t *testing.T) {
	r := start(t, `
agents: {a: {}, chief: {}}
types: {t: {enum: [x, y, z]}}
state: {v: {type: t, moves: {id: M, allow: [x -> y], otherwise: {verdict: hold, by: [chief]}},
    never: [{move: y -> z, id: N, otherwise: {verdict: hold, by: [chief]}}]}}
actions: {go: {args: {to: t}, set: {v: args.to}}}
`)
	r.want(`a go {"to":"y"}`, "commit")
	d := r.want(`a go {"to":"z"}`, "hold N")
	confirm := fmt.Sprintf(`{"hold":%d,"digest":%q}`, d.Seq, d.Proposal)
	r.want(`a confirm `+confirm, "reject hold:by")
	r.want(`chief confirm `+confirm, "commit")
	if r.state("v") != "z" || len(r.view()["holds"].([]any)) != 0 {
		t.Error("the confirmation did not commit")
	}
	snap, _ := r.s.Snapshot()
	if _, err := r.s.Bundle().Restore(snap); err != nil {
		t.Error(err)
	}
}

// TestParkedIsBounded fills a session with parked proposals; it must come back from its snapshot.
func TestParkedIsBounded(t *testing.T) {
	r := start(t, `
agents: {a: {proposes: true}, boss: {}}
state: {l: {type: {list: {of: {int: [0, 9]}, max: 65536}}, owner: [boss]}}
actions: {go: {args: {l: {list: {of: {int: [0, 9]}, max: 65536}}}, set: {l: args.l}}, one: {set: {l: "[1]"}}}
`)
	words := `a go {"l":[0` + strings.Repeat(",0", 32000) + `]}`
	for range 4 {
		r.want(words, "hold owner:l")
	}
	d := r.want(words, "reject hold:limit")
	if len(d.Violations) != 2 || d.Violations[1].ID != "owner:l" || !strings.Contains(d.Violations[0].Say, "262144") {
		t.Errorf("%+v", d.Violations)
	}
	fill, err := r.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.s.Bundle().Restore(fill); err != nil {
		t.Error(err)
	}
	r.want(`boss decline {"hold":1}`, "commit")
	for range 61 {
		r.want("a one", "hold owner:l")
	}
	r.want("a one", "reject hold:limit")
	snap, err := r.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.s.Bundle().Restore(snap); err != nil {
		t.Error(err)
	}
}

// TestTellingCostsApart: what is said about one violation takes nothing off what the next constraint may cost.
func TestTellingCostsApart(t *testing.T) {
	numbers := strings.TrimSuffix(strings.Repeat("1,", 380), ",")
	r := start(t, `
agents: {a: {}}
constants: {l: [`+numbers+`]}
state: {n: {type: int}}
actions: {go: {}}
constraints:
  - {id: WISH, level: preference, prefer: "constants.l.all(x, constants.l.all(y, x + y + state.n > 0)) && next.n > 0"}
  - {id: ONE, level: operational, require: "constants.l.all(x, constants.l.all(y, x + y + state.n > 0)) && state.n > 0"}
  - {id: TWO, level: operational, require: "constants.l.all(x, constants.l.all(y, x + y + state.n > 0))"}
`)
	d := r.want("a go", "reject ONE")
	if len(d.Violations) != 1 || len(d.Advice) != 1 || d.Violations[0].Code != "" {
		t.Errorf("%+v %+v", d.Violations, d.Advice)
	}
}
