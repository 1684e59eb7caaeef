package core

// This file asks declared constraints, and says what they read where they do not hold.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// checkConstraint evaluates one declared constraint.
func (ev *evaluation) checkConstraint(c *model.Constraint, i, action int, prog *vm.Program) {
	got := ev.m.Run(prog)
	switch {
	case got.True():
		return
	case got.K == value.Unknown:
		if c.Kind != model.Prefer {
			ev.unsure |= got.N
		}
		return
	}
	if c.Kind == model.Prefer {
		// One that cannot be evaluated is not met either: what nobody could ask about is no better than what was refused.
		a := advice{id: c.ID, code: errorCode(got), weight: c.Weight, layer: ev.layer}
		a.say, a.terms, _ = ev.explain(c, action, prog, got)
		ev.advice = append(ev.advice, a)
		return
	}
	v := violation{id: c.ID, level: c.Level, verdict: c.Otherwise.Verdict, by: c.Otherwise.By, order: i + 1,
		code: errorCode(got)}
	if v.verdict == model.HoldVerdict && ev.from != nil {
		if v.by>>ev.agent&1 != 0 {
			return // this is the confirmation it waited for
		}
		v.verdict = model.Reject
	}
	say, terms, hits := ev.explain(c, action, prog, got)
	if c.Otherwise.Verdict == model.HoldVerdict && (ev.from != nil || ev.anew) && !ev.terse {
		say += " What is waiting cannot be confirmed as it is: decline it, and propose it again for " +
			ev.agents(c.Otherwise.By, "or") + "."
	}
	ev.add(v, say, terms, hits)
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
func (ev *evaluation) beginTelling() (asked uint64) {
	asked = ev.m.Cost
	ev.m.Cost = ev.told
	return asked
}

func (ev *evaluation) endTelling(asked uint64) { ev.told, ev.m.Cost = ev.m.Cost, asked }

// explain writes what is said when c did not hold, and what it read.
func (ev *evaluation) explain(c *model.Constraint, action int, prog *vm.Program, got value.Value) (say string,
	terms []vm.Term, hits []vm.Hit) {
	if ev.terse {
		return "", nil, nil
	}
	defer ev.endTelling(ev.beginTelling())
	var t vm.Trace
	ev.m.Trace(prog, &t)
	if s := c.Otherwise.Say[action]; len(s) > 0 && got.K != value.Error {
		ev.said = s.Append(ev.said[:0], &ev.m)
		say = string(ev.said)
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

// checkAlways asks what holds in every state of the state after.
func (ev *evaluation) checkAlways(action int, s *model.Share) {
	b, m := ev.b, &ev.m
	m.Banks[model.BankState], m.Banks[model.BankLogs] = ev.after.Vars, ev.after.Logs
	ev.deriveLater()
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			if c := &b.Constraints[i]; c.Kind == model.Always && c.Program[action] != nil {
				ev.checkConstraint(c, i, action, c.Program[action])
			}
		}
	}
	m.Banks[model.BankState], m.Banks[model.BankLogs] = ev.before.Vars, ev.before.Logs
	m.Banks[model.BankDerived] = ev.derived
}

// deriveLater computes what the state after has derived, as far as the layer may read it.
func (ev *evaluation) deriveLater() {
	b, m := ev.b, &ev.m
	ev.later = b.Room(ev.later)
	for l := range ev.layer + 1 {
		part := &ev.parts[l]
		if part.later || b.Layers[ev.layer].Includes>>l&1 == 0 {
			continue
		}
		part.later = true
		if l == ev.layer {
			b.DeriveLayer(m, l, ev.later)
			continue
		}
		mine := m.Cost
		m.Cost = part.cost
		b.DeriveLayer(m, l, ev.later)
		ev.spent += m.Cost - part.cost
		part.cost, m.Cost = m.Cost, mine
	}
	m.Banks[model.BankDerived] = ev.later
}
