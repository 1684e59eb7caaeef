package core

// This file says which bound a change would leave, and what would stay inside it.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// outside is the text about variable i, which would become what is not of its type; message is what [model.Fits] says.
func (ev *evaluation) outside(before model.State, p *proposal, i int, message string) string {
	if ev.terse {
		return ""
	}
	v, now := &ev.b.Vars[i], ev.after.Vars[i]
	if v.Type.Kind != types.Int || v.Type.Min <= 1-model.MaxValue || v.Type.Max >= model.MaxValue-1 {
		return capital(v.Name) + " cannot become that: " + message
	}
	say := capital(v.Name) + " would be " + strconv.FormatInt(now.Int(), 10) + ", and goes from " +
		strconv.FormatInt(v.Type.Min, 10) + " to " + strconv.FormatInt(v.Type.Max, 10)
	defer ev.endTelling(ev.beginTelling())
	if at := ev.onlyNumber(p, i); at >= 0 {
		if x, ok := ev.nearest(before, p, i, at); ok {
			say += ": " + quoted(ev.b.Actions[p.action].Args[at].Shown()) + " may be at "
			if x < p.args[at].Int() {
				say += "most "
			} else {
				say += "least "
			}
			say += strconv.FormatInt(x, 10)
		}
	}
	return say + "."
}

// onlyNumber returns the argument that is the only whole number which the effects on variable i read, or -1.
func (ev *evaluation) onlyNumber(p *proposal, i int) int {
	a, at, more := &ev.b.Actions[p.action], -1, false
	reads := func(q *vm.Program) {
		if q == nil {
			return
		}
		for _, r := range q.Reads {
			if r.Bank == model.BankArgs && r.Slot != at && a.Args[r.Slot].Type.Kind == types.Int &&
				p.args[r.Slot].K == value.Int {
				more = more || at >= 0
				at = r.Slot
			}
		}
	}
	for k := range a.Effects {
		if e := &a.Effects[k]; e.Var == i {
			reads(e.When)
			for _, s := range e.Path {
				reads(s.Index)
			}
			e.Value.Programs(reads)
		}
	}
	if more {
		return -1
	}
	return at
}

// nearest returns the value of an argument, nearest to that of p, with which variable i
// stays within its bounds. It takes the variable to follow the argument on a straight
// line, as in `state.load + args.by`, and tries what comes out; where that is not so, ok is false.
func (ev *evaluation) nearest(before model.State, p *proposal, i, at int) (x int64, ok bool) {
	m, t, within := &ev.m, ev.b.Actions[p.action].Args[at].Type, ev.b.Vars[i].Type
	args := append([]value.Value(nil), p.args...)
	banks := m.Banks
	defer func() { m.Banks = banks }()
	m.Banks[model.BankArgs] = args
	var after model.State
	var effects []model.Effect // those of the layer that speaks
	for _, s := range ev.b.Actions[p.action].Shares {
		if s.Layer == ev.layer {
			effects = ev.b.Actions[p.action].Effects[s.Effects.From:s.Effects.To]
		}
	}
	with := func(x int64) (int64, bool) {
		if x < t.Min || x > t.Max {
			return 0, false
		}
		args[at] = value.OfInt(x)
		after.Copy(before)
		_, failed := model.Apply(m, ev.b, effects, &after, nil)
		return after.Vars[i].Int(), failed.K == value.Null && after.Vars[i].K == value.Int
	}
	given, now := p.args[at].Int(), ev.after.Vars[i].Int()
	step := int64(1)
	beside, ok := with(given - 1)
	if !ok {
		step = -1
		beside, ok = with(given + 1)
	}
	slope := (now - beside) * step
	if !ok || slope == 0 {
		return 0, false
	}
	over := now - within.Max
	if now < within.Min {
		over = now - within.Min
	}
	// x is given less as many steps as it takes, rounded away from given.
	steps := over / slope
	if steps*slope != over {
		if (over < 0) == (slope < 0) {
			steps++
		} else {
			steps--
		}
	}
	x = given - steps
	fits := func(x int64) bool {
		y, ok := with(x)
		return ok && y >= within.Min && y <= within.Max
	}
	back := int64(1)
	if x > given {
		back = -1
	}
	return x, fits(x) && !fits(x+back)
}
