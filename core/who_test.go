package core_test

// This file tests that a refusal names who may, and nobody else.

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const lift = `
agents: {owner: {title: Owner}, operator: {title: Operator, proposes: true}, clerk: {title: Clerk},
    visitor: {title: Visitor}}
governance: [owner]
types: {plan: {enum: [none, drafted, committed], titles: {none: no plan, drafted: a draft}}}
state:
  plan: {type: plan, owner: [owner, clerk], moves: [none -> drafted, drafted -> committed]}
  load: {type: {int: [0, 100]}, init: 97, owner: [owner, operator]}
  note: {type: {string: 9}, owner: [operator]}
  ready: bool
actions:
  draft: {by: [owner, operator], title: Draft the plan, set: {plan: plan.drafted}}
  raise: {by: [owner, operator], args: {by: {type: {int: [1, 100]}, title: How much}, twice: bool},
      set: {load: "state.load + args.by * (args.twice ? 2 : 1)"}}
  lower: {args: {by: {int: [1, 200]}}, set: {load: state.load - args.by}}
  sign: {by: [owner, operator, clerk], set: {ready: "true"}}
  both: {set: {plan: plan.drafted, load: "98"}}
  jot: {set: {note: "'x'", plan: plan.drafted}}
  skip: {set: {plan: plan.committed}}
  smash: {}
constraints:
  - {id: SIGNS, level: responsibility, on: [sign], require: "actor.kind == 'clerk' && state.load < 10"}
  - {id: SMASH, level: physical, on: [smash], require: "false", otherwise: {verdict: freeze}}
`

// said returns the text of a violation.
func (d *decision) said(id string) string {
	for _, v := range d.Violations {
		if v.ID == id {
			return v.Say
		}
	}
	return "(not violated)"
}

func TestRefusalsNameWhoMay(t *testing.T) {
	for _, c := range []struct{ name, words, id, say string }{
		{"an agent that would only be held is not one that may", "visitor draft", "by:draft",
			"“Draft the plan” is for Owner, not for Visitor."},
		{"an owner that is not in by cannot", "clerk draft", "by:draft", "“Draft the plan” is for Owner, not for Clerk."},
		{"a constraint tells agents apart whatever the state is", "visitor sign", "by:sign",
			"“sign” is for Clerk, not for Visitor."},
		{"who may change it, of those that may do it", "visitor lower {\"by\":1}", "owner:load",
			"Visitor cannot change load: “lower” is for Operator or Owner."},
		{"who confirms all of it", "operator both", "owner:plan",
			"Operator cannot change plan alone: this waits until Owner confirms it."},
		{"no one agent confirms all of it", "operator jot", "hold:nobody",
			"This needs a confirmation, and no one agent may confirm all of it: note is for Operator, plan is for Clerk or " +
				"Owner. Propose its parts apart."},
		{"the bound, and what is within it", "owner raise {\"by\":8,\"twice\":false}", "domain:load",
			"Load would be 105, and goes from 0 to 100: “How much” may be at most 3."},
		{"a slope other than one", "owner raise {\"by\":8,\"twice\":true}", "domain:load",
			"Load would be 113, and goes from 0 to 100: “How much” may be at most 1."},
		{"the other bound", "owner lower {\"by\":198}", "domain:load",
			"Load would be -101, and goes from 0 to 100: “by” may be at most 97."},
		{"members by their titles", "owner skip", "moves:plan",
			"Plan cannot go from no plan to committed; from no plan it goes to a draft."},
	} {
		d := start(t, lift).raw(start(t, lift).proposal(c.words))
		if say := d.said(c.id); say != c.say {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.words, say, c.say)
		}
	}
}

func TestFrozenNamesWhoUnfreezes(t *testing.T) {
	r := start(t, lift)
	r.want("owner smash", "freeze SMASH")
	d := r.want("owner draft", "reject frozen")
	if say := d.said("frozen"); say != "The session is frozen after a hard failure; Owner must unfreeze it first." {
		t.Error(say)
	}
}

func TestWhatNobodyCanConfirmIsNotParked(t *testing.T) {
	// The proposer owns one variable and the only other owner the other one: anyone who confirms changes what is not
	// theirs.
	r := start(t, lift)
	r.want("operator jot", "reject hold:nobody")
	if holds := r.view()["holds"]; len(holds.([]any)) != 0 {
		t.Errorf("parked: %v", holds)
	}
}

func TestConfirmingNamesWhoCan(t *testing.T) {
	r := start(t, lift+`
  - {id: NOT-CLERK, level: responsibility, on: [draft], require: "actor.kind != 'clerk'"}
`)
	d := r.want("operator draft", "hold owner:plan")
	if say := d.said("owner:plan"); say != "Operator cannot change plan alone: this waits until Owner confirms it." {
		t.Error(say)
	}
	d = r.want(fmt.Sprintf(`visitor confirm {"hold":%d,"digest":%q}`, d.Seq, d.Proposal), "reject hold:by")
	if say := d.said("hold:by"); say != "Confirming this is for Owner, not for Visitor." {
		t.Error(say)
	}
}

var (
	named = regexp.MustCompile(
		`(?:is for|this waits until|may confirm this|^Confirming this is for) (.+?)(?:, not for .*|\.| confirms it\.)$`)
	listed = regexp.MustCompile(`, | or `)
)

// TestNamedAgentsReallyMay asks each agent in turn what it would get, in many bundles,
// and holds the names in every refusal to that.
func TestNamedAgentsReallyMay(t *testing.T) {
	agents := []string{"ann", "bob", "cyd", "dan", "eve"}
	seen := map[string]int{}
	for seed := range uint64(400) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		some := func(least int) string {
			list := slices.Clone(agents)
			rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			return "[" + strings.Join(list[:least+rnd.IntN(len(list)-least)], ", ") + "]"
		}
		var src strings.Builder
		src.WriteString("agents: {")
		for i, a := range agents {
			if i > 0 {
				src.WriteString(", ")
			}
			fmt.Fprintf(&src, "%s: {proposes: %v}", a, rnd.IntN(3) > 0)
		}
		fmt.Fprintf(&src, "}\nstate: {p: {type: int, owner: %s}, q: {type: int, owner: %s}, r: int}\n", some(1), some(1))
		effects := []string{
			"set: {p: '1'}",
			"set: {p: '1', q: '1'}",
			"set: {r: '1'}",
			"set: {p: \"actor.kind == 'ann' ? 0 : 1\", q: \"actor.kind == 'bob' ? 0 : 1\"}",
		}
		fmt.Fprintf(&src, "actions: {go: {by: %s, %s}}\nconstraints:\n", some(1), effects[rnd.IntN(len(effects))])
		for i, c := range []string{"actor.kind != 'ann'", "actor.kind in ['bob', 'cyd', 'dan']",
			"state.r == 0 || actor.kind == 'eve'", "proposal.origin.kind != 'dan'"} {
			if rnd.IntN(3) == 0 {
				fmt.Fprintf(&src, "- {id: C%d, level: operational, require: \"%s\"}\n", i, c)
			}
		}
		if rnd.IntN(3) == 0 {
			fmt.Fprintf(&src,
				"- {id: H, level: operational, require: \"actor.kind == 'cyd'\", otherwise: {verdict: hold, by: %s}}\n", some(1))
		}
		src.WriteString("- {id: YES, level: operational, require: 'true'}\n")
		checkNamed(t, seed, src.String(), agents, seen)
	}
	for _, kind := range []string{"by", "owner", "waits"} {
		if seen[kind] < 20 {
			t.Errorf("%s: only %d texts that name agents", kind, seen[kind])
		}
	}
}

func checkNamed(t *testing.T, seed uint64, src string, agents []string, seen map[string]int) {
	t.Helper()
	answers := map[string]decision{}
	var free []string
	for _, a := range agents {
		r := start(t, src)
		d := r.raw(r.proposal(a + " go"))
		answers[a] = d
		if d.Verdict == "commit" {
			free = append(free, a)
		}
	}
	for a, d := range answers {
		for _, v := range d.Violations {
			kind, _, _ := strings.Cut(v.ID, ":")
			if kind != "by" && kind != "owner" {
				continue
			}
			want := free
			if d.Verdict == "hold" {
				kind, want = "waits", nil
				for _, c := range agents {
					r := start(t, src)
					h := r.raw(r.proposal(a + " go"))
					if r.raw(r.proposal(fmt.Sprintf(`%s confirm {"hold":%d,"digest":%q}`, c, h.Seq, h.Proposal))).Verdict == "commit" {
						want = append(want, c)
					}
				}
			} else if v.Verdict == "hold" {
				continue // it would be held, were it not for what else is violated
			}
			var got []string
			if m := named.FindStringSubmatch(v.Say); m != nil {
				got = listed.Split(m[1], -1)
				slices.Sort(got)
				seen[kind]++
			}
			if !slices.Equal(got, want) {
				t.Errorf("seed %d, %s %s: %q names %v, and %v may\n%s", seed, a, v.ID, v.Say, got, want, src)
			}
		}
	}
}
