package core

// This file says what an answer about a proposal depends on, so that what cannot have
// changed is not asked again.
//
//	commit: effects and structure ─ all of it again where any of their inputs changed
//	        ensure, always        ─ the same
//	        require, prefer       ─ each for itself, and only those whose inputs changed
//	hold:   everything that might be said, and what is parked: there must be room for it
//	revert: everything, as whether the fallback leaves a valid state depends on all of it;
//	        so too where one bundle would revert and another governs
//	else:   everything that might be said
//
// Besides variables and logs an answer may depend on the time, on what is parked, and on
// whether the session is frozen or has no decision left. The last two change so rarely that all is
// asked again. How full a log is, and how large the state, follows from variables and logs.
//
// Being wrong in one direction costs time, in the other an answer: where it is not plain
// that something does not matter, it counts.

import (
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// inputs is a set of what may change: state variables and logs, which share bits where
// there are more than there is room for, the time, and what is parked.
type inputs uint64

const (
	inputTime  inputs = 1 << 63
	inputHolds inputs = 1 << 62
	everything        = ^inputs(0)
)

func inputAt(i int) inputs { return 1 << (i % 62) }

// dependence is what the answer about a proposal depends on.
type dependence struct {
	whole   inputs  // of a commit: what the parts that are only asked together read
	alone   []check // of a commit: what is asked by itself
	refusal inputs  // of any other answer
	falls   bool    // whether a bundle can fall back may decide which one governs
}

// check is a constraint that reads nothing of the state after.
type check struct {
	program *vm.Program
	reads   inputs
}

// depends finds out what the answer about an action depends on.
func depends(b *model.Bundle, action int) dependence {
	r := &reads{b: b, action: action, derived: make([]inputs, len(b.Derived))}
	for i := range b.Derived {
		r.derived[i], _ = r.of(b.Derived[i].Program)
	}
	a := &b.Actions[action]
	for i := range a.Effects {
		r.effect(&a.Effects[i])
	}
	d := dependence{whole: r.effects | r.keeps(), falls: len(b.Layers) > 1}
	if b.Large && len(a.Effects) > 0 {
		d.whole = everything // the whole session may not grow too large
	}
	for i := range b.Constraints {
		c := &b.Constraints[i]
		p := c.Program[action]
		if p == nil {
			continue
		}
		in, after := r.of(p)
		switch {
		case c.Kind == model.Require, c.Kind == model.Prefer && !after:
			d.alone = append(d.alone, check{p, in})
		default:
			d.whole |= in | r.effects
		}
		d.refusal |= in
		r.say(&c.Otherwise)
	}
	d.refusal |= d.whole | r.effects | r.said
	if r.cost > model.DecisionCost {
		d.whole = everything // all together may cost too much, which no part shows by itself
	}
	return d
}

// reads collects what the programs of an action read.
type reads struct {
	b       *model.Bundle
	action  int
	derived []inputs // of each derived name
	effects inputs   // what effects read and write
	said    inputs   // what texts of refusals read
	cost    uint64   // the most that all of it costs
}

// of is what a program reads; after says that it reads the state after.
func (r *reads) of(p *vm.Program) (in inputs, after bool) {
	if p == nil {
		return 0, false
	}
	r.cost += p.MaxCost
	for _, slot := range p.Reads {
		switch slot.Bank {
		case model.BankState:
			in |= inputAt(slot.Slot)
		case model.BankLogs:
			in |= inputAt(len(r.b.Vars) + slot.Slot)
		case model.BankDerived:
			in |= r.derived[slot.Slot]
		case model.BankProposal:
			if slot.Slot == model.ProposalAt || slot.Slot == model.ProposalSince {
				in |= inputTime
			}
		case model.BankNext:
			in |= inputAt(slot.Slot) | r.effects
			after = true
		case model.BankArgs, model.BankActor:
		default:
			in = everything
		}
	}
	return in, after
}

// effect adds what an effect reads and writes, and what is said where it may not.
func (r *reads) effect(e *model.Effect) {
	add := func(p *vm.Program) {
		in, _ := r.of(p)
		r.effects |= in
	}
	add(e.When)
	for _, s := range e.Path {
		add(s.Index)
	}
	e.Value.Programs(add)
	if e.Var < 0 {
		r.effects |= inputAt(len(r.b.Vars) + e.Log)
		return
	}
	r.effects |= inputAt(e.Var)
	v := &r.b.Vars[e.Var]
	if v.Moves != nil {
		r.say(&v.Moves.Otherwise)
	}
	for k := range v.Never {
		r.say(&v.Never[k].Otherwise)
	}
}

// say adds what a text reads that is said about the action.
func (r *reads) say(o *model.Otherwise) {
	if r.action < len(o.Say) {
		o.Say[r.action].Programs(func(p *vm.Program) {
			in, _ := r.of(p)
			r.said |= in
		})
	}
}

// keeps is what it depends on whether a parent keeps proposals of the action.
func (r *reads) keeps() (in inputs) {
	for l := range r.b.Layers[:len(r.b.Layers)-1] {
		for i := range r.b.Layers[l].Keeps {
			if k := &r.b.Layers[l].Keeps[i]; k.Action == r.action {
				when, _ := r.of(k.When)
				in |= when
			}
		}
	}
	return in
}

// refused is what an outcome depends on that is no commit.
func (d *dependence) refused(o *outcome) inputs {
	if d == nil || o.verdict == model.Revert {
		return everything // a built-in action, or a fallback
	}
	on := d.refusal
	for i := range o.violations {
		switch v := &o.violations[i]; {
		case v.id == "fallback", v.verdict == model.Revert && d.falls:
			return everything
		case v.verdict == model.HoldVerdict:
			on |= inputHolds // there may be room to park it or not: either way the hold is listed
		}
	}
	return on
}

// digitsOf counts the digits of a time.
func digitsOf(n int64) int {
	digits := 1
	for ; n > 9; n /= 10 {
		digits++
	}
	return digits
}

// look notes what has changed since the last look.
type look struct {
	vars, logs []value.Value
	frozen     uint32
	full       bool // no further decision can be recorded
	at         int64
	digits     int   // of the time: how many bytes a proposal has depends on them
	holds      int   // how many proposals are parked,
	parked     int64 // and the seq of the last of them: nothing is parked before one that was
	seen       bool
}

func (l *look) changes(s *Session, at int64) inputs {
	changed := inputs(0)
	full, parked, digits := s.seq >= MaxSeq, int64(0), digitsOf(at)
	if n := len(s.holds); n > 0 {
		parked = s.holds[n-1].seq
	}
	if !l.seen || l.frozen != s.frozen || l.full != full || l.digits != digits {
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
		if l.holds != len(s.holds) || l.parked != parked {
			changed |= inputHolds
		}
	}
	l.vars = append(l.vars[:0], s.state.Vars...)
	l.logs = append(l.logs[:0], s.state.Logs...)
	l.frozen, l.full, l.at, l.seen = s.frozen, full, at, true
	l.digits, l.holds, l.parked = digits, len(s.holds), parked
	return changed
}
