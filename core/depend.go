package core

// This file says what an answer about a proposal depends on, so that what cannot have
// changed is not asked again.
//
//	commit: effects and structure ─ all of it again where any of their inputs changed
//	        ensure, always        ─ the same
//	        require, prefer       ─ each for itself, and only those whose inputs changed
//	else:   everything that might be said
//
// Being wrong in one direction costs time, in the other an answer: where it is not plain
// that something does not matter, it counts.

import (
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// inputs is a set of what may change: state variables and logs, which share bits where
// there are more than there is room for, and the time.
type inputs uint64

const (
	inputTime  inputs = 1 << 63
	everything        = ^inputs(0)
)

func inputAt(i int) inputs { return 1 << (i % 63) }

// dependence is what the answer about a proposal depends on.
type dependence struct {
	whole   inputs  // of a commit: what the parts that are only asked together read
	alone   []check // of a commit: what is asked by itself
	refusal inputs  // of any other answer
}

// check is a constraint that reads nothing of the state after.
type check struct {
	program *vm.Program
	reads   inputs
}

// depends finds out what the answer about an action depends on.
func depends(b *model.Bundle, action int) dependence {
	a := &b.Actions[action]
	derived := make([]inputs, len(b.Derived))
	cost := uint64(0)
	effects := inputs(0)
	reads := func(p *vm.Program) (in inputs, after bool) {
		if p == nil {
			return 0, false
		}
		cost += p.MaxCost
		for _, r := range p.Reads {
			switch r.Bank {
			case model.BankState:
				in |= inputAt(r.Slot)
			case model.BankLogs:
				in |= inputAt(len(b.Vars) + r.Slot)
			case model.BankDerived:
				in |= derived[r.Slot]
			case model.BankProposal:
				if r.Slot == model.ProposalAt {
					in |= inputTime
				}
			case model.BankNext:
				in |= inputAt(r.Slot) | effects
				after = true
			case model.BankArgs, model.BankActor:
			default:
				in = everything
			}
		}
		return in, after
	}
	for i := range b.Derived {
		derived[i], _ = reads(b.Derived[i].Program)
	}
	said := inputs(0)
	add := func(p *vm.Program) {
		in, _ := reads(p)
		effects |= in
	}
	for i := range a.Effects {
		e := &a.Effects[i]
		add(e.When)
		for _, s := range e.Path {
			add(s.Index)
		}
		e.Value.Programs(add)
		if e.Var < 0 {
			effects |= inputAt(len(b.Vars) + e.Log)
			continue
		}
		effects |= inputAt(e.Var)
		say := func(o *model.Otherwise) {
			if action < len(o.Say) {
				o.Say[action].Programs(func(p *vm.Program) {
					in, _ := reads(p)
					said |= in
				})
			}
		}
		v := &b.Vars[e.Var]
		if v.Moves != nil {
			say(&v.Moves.Otherwise)
		}
		for k := range v.Never {
			say(&v.Never[k].Otherwise)
		}
	}
	d := dependence{whole: effects}
	if b.Large && len(a.Effects) > 0 {
		d.whole = everything // the whole session may not grow too large
	}
	for i := range b.Constraints {
		c := &b.Constraints[i]
		p := c.Program[action]
		if p == nil {
			continue
		}
		in, after := reads(p)
		switch {
		case c.Kind == model.Require, c.Kind == model.Prefer && !after:
			d.alone = append(d.alone, check{p, in})
		default:
			d.whole |= in | effects
		}
		d.refusal |= in
		c.Otherwise.Say[action].Programs(func(p *vm.Program) {
			in, _ := reads(p)
			said |= in
		})
	}
	d.refusal |= d.whole | effects | said
	if cost > model.DecisionCost {
		d.whole = everything // all together may cost too much, which no part shows by itself
	}
	return d
}

// look notes what has changed since the last look.
type look struct {
	vars, logs []value.Value
	frozen     bool
	at         int64
	seen       bool
}

func (l *look) again(s *Session, at int64) inputs {
	changed := inputs(0)
	if !l.seen || l.frozen != s.frozen {
		changed = everything
	} else {
		for i, v := range s.state.Vars {
			if l.vars[i] != v {
				changed |= inputAt(i)
			}
		}
		for i, v := range s.state.Logs {
			if l.logs[i].Int() != v.Int() { // nothing ever leaves a log
				changed |= inputAt(len(l.vars) + i)
			}
		}
		if l.at != at {
			changed |= inputTime
		}
	}
	l.vars = append(l.vars[:0], s.state.Vars...)
	l.logs = append(l.logs[:0], s.state.Logs...)
	l.frozen, l.at, l.seen = s.frozen, at, true
	return changed
}
