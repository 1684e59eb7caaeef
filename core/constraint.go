package core

// This file asks declared constraints, and says what they read where they do not hold.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// ask evaluates one declared constraint.
func (j *judge) ask(c *model.Constraint, i, action int, prog *vm.Program) {
	got := j.m.Run(prog)
	switch {
	case got.True():
		return
	case got.K == value.Unknown:
		if c.Kind != model.Prefer {
			j.unsure |= got.N
		}
		return
	}
	if c.Kind == model.Prefer {
		// One that cannot be evaluated is not met either: what nobody could ask about is no better than what was refused.
		a := advice{id: c.ID, code: errorCode(got), weight: c.Weight, layer: j.layer}
		a.say, a.terms, _ = j.explain(c, action, prog, got)
		j.advice = append(j.advice, a)
		return
	}
	v := violation{id: c.ID, level: c.Level, verdict: c.Otherwise.Verdict, by: c.Otherwise.By, order: i + 1, code: errorCode(got)}
	if v.verdict == model.HoldVerdict && j.from != nil {
		if v.by>>j.agent&1 != 0 {
			return // this is the confirmation it waited for
		}
		v.verdict = model.Reject
	}
	say, terms, hits := j.explain(c, action, prog, got)
	if c.Otherwise.Verdict == model.HoldVerdict && (j.from != nil || j.anew) && !j.terse {
		say += " What is waiting cannot be confirmed as it stands: decline it, and propose it again for " + j.agents(c.Otherwise.By, "or") + "."
	}
	j.add(v, say, terms, hits)
}

// errorCode is the code of a failed evaluation, "" of any other value.
func errorCode(v value.Value) string {
	if v.K != value.Error {
		return ""
	}
	return v.Code().String()
}

// beginTelling lets what follows cost something of its own, in all as much as a
// decision may: what is said about one violation must not keep the next constraint
// from being asked. endTelling takes what it returned.
func (j *judge) beginTelling() (asked uint64) {
	asked = j.m.Cost
	j.m.Cost = j.told
	return asked
}

func (j *judge) endTelling(asked uint64) { j.told, j.m.Cost = j.m.Cost, asked }

// explain writes what is said when c did not hold, and what it read.
func (j *judge) explain(c *model.Constraint, action int, prog *vm.Program, got value.Value) (say string, terms []vm.Term, hits []vm.Hit) {
	if j.terse {
		return "", nil, nil
	}
	defer j.endTelling(j.beginTelling())
	var t vm.Trace
	j.m.Trace(prog, &t)
	if s := c.Otherwise.Say[action]; len(s) > 0 && got.K != value.Error {
		j.said = s.Append(j.said[:0], &j.m)
		say = string(j.said)
	} else {
		say = c.Title
		if say == "" {
			say = c.ID
		}
		say = strings.TrimSuffix(say, ".")
		if got.K == value.Error {
			say += ": cannot be evaluated, so it " + unmet(c) + ": " + got.Str() + "."
		} else {
			say += ": " + c.Source + " does not hold."
		}
	}
	return say, t.Terms, t.Hits
}

// unmet is what is said of a constraint that cannot be evaluated.
func unmet(c *model.Constraint) string {
	if c.Kind == model.Prefer {
		return "counts as not met"
	}
	return "does not hold"
}

// always asks what holds in every state of the state after.
func (j *judge) always(action int, s *model.Share) {
	b, m := j.b, &j.m
	m.Banks[model.BankState], m.Banks[model.BankLogs] = j.after.Vars, j.after.Logs
	j.deriveLater()
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			if c := &b.Constraints[i]; c.Kind == model.Always && c.Program[action] != nil {
				j.ask(c, i, action, c.Program[action])
			}
		}
	}
	m.Banks[model.BankState], m.Banks[model.BankLogs] = j.before.Vars, j.before.Logs
	m.Banks[model.BankDerived] = j.derived
}

// deriveLater computes what the state after has derived, as far as the layer may read it.
func (j *judge) deriveLater() {
	b, m := j.b, &j.m
	j.later = b.Room(j.later)
	for l := range j.layer + 1 {
		part := &j.parts[l]
		if part.later || b.Layers[j.layer].Includes>>l&1 == 0 {
			continue
		}
		part.later = true
		if l == j.layer {
			b.DeriveLayer(m, l, j.later)
			continue
		}
		mine := m.Cost
		m.Cost = part.cost
		b.DeriveLayer(m, l, j.later)
		j.spent += m.Cost - part.cost
		part.cost, m.Cost = m.Cost, mine
	}
	m.Banks[model.BankDerived] = j.later
}
