package core

// This file computes what `revert` does.
//
// The fallback of the layer that refused and of what it extends is one: where it cannot
// be applied, the session freezes, and nothing changes. Every other layer falls back along with it, for
// itself: where one cannot, its variables and logs stay, and it freezes alone. So what a child
// adds never keeps its parent from falling back.

import "github.com/holdfast-rt/holdfast/core/internal/model"

// tryFallback applies the fallback of the layer that has refused, and of what it extends, to the state
// before, into ev.after. It returns a sentence where that would leave no valid state, "" where it does.
func (ev *evaluation) tryFallback(before model.State, refuser int) string {
	ev.begin(before)
	ev.after.Copy(before)
	ev.changes = ev.changes[:0]
	return ev.applyFallback(ev.b.Layers[refuser].Includes, refuser)
}

// fallBackAlong applies the fallbacks of all other layers, after cannotFall. Those that cannot fall back are
// added to the violations, and their set is returned.
func (ev *evaluation) fallBackAlong(refuser int) (frozen uint32) {
	set := ev.b.Layers[refuser].Includes
	for l := range ev.b.Layers {
		if set>>l&1 != 0 {
			continue
		}
		some := len(ev.changes)
		say := ev.applyFallback(1<<l, l)
		if say == "" {
			continue
		}
		ev.restore(l)
		ev.changes = ev.changes[:some]
		ev.layer = ev.both(l, refuser)
		frozen |= 1 << ev.layer
		ev.add(violation{id: "fallback", level: model.Physical, verdict: model.Freeze}, say, nil, nil)
	}
	return frozen
}

// both is the first layer that includes two others: l itself where it extends the other, and
// else their common child, so that one parent's refusal never freezes another.
func (ev *evaluation) both(l, o int) int {
	for k := max(l, o); ; k++ {
		if in := ev.b.Layers[k].Includes; (in>>l)&(in>>o)&1 != 0 {
			return k
		}
	}
}

// applyFallback applies the fallback of a set of layers, of which the last includes the others. It says
// why they cannot fall back, "" where they can.
func (ev *evaluation) applyFallback(set uint32, last int) string {
	b, m := ev.b, &ev.m
	some := len(ev.changes)
	for l := range last + 1 {
		if set>>l&1 == 0 {
			continue
		}
		layer := &b.Layers[l]
		m.Banks[model.BankState], m.Banks[model.BankLogs] = ev.before.Vars, ev.before.Logs
		m.Banks[model.BankDerived] = ev.derived
		ev.open(l)
		failed := ev.apply(b.Fallback[layer.Fallback.From:layer.Fallback.To])
		ev.leave()
		if failed != "" {
			return "The fallback cannot be computed: " + failed + "."
		}
		for i := layer.Vars.From; i < layer.Vars.To; i++ {
			if message := model.Fits(ev.after.Vars[i], b.Vars[i].Type); message != "" {
				return "The fallback cannot be applied: " + b.Vars[i].Name + ": " + message
			}
		}
		for i := layer.Logs.From; i < layer.Logs.To; i++ {
			if message := model.Fits(ev.after.Logs[i], b.Logs[i].List); message != "" {
				return "The fallback cannot be applied: " + b.Logs[i].Name + ": " + message
			}
		}
	}
	own := len(ev.changes) > some
	changed := own
	for i := range ev.changes {
		changed = changed || b.Layers[last].Includes>>ev.changes[i].Effect.Layer&1 != 0
	}
	if !changed {
		return "" // the state is what it was
	}
	m.Banks[model.BankState], m.Banks[model.BankLogs] = ev.after.Vars, ev.after.Logs
	for l := range last + 1 {
		if set>>l&1 == 0 {
			continue
		}
		ev.open(l)
		ev.deriveLater()
		for i := b.Layers[l].Constraints.From; i < b.Layers[l].Constraints.To; i++ {
			if c := &b.Constraints[i]; c.Kind == model.Always && !ev.holds(c) {
				return "The fallback would break " + c.ID + ", which always holds."
			}
		}
		ev.leave()
	}
	ev.parts[last].changed = own
	return ev.tooLarge(last)
}

// apply applies effects to ev.after; it says why they cannot be computed.
func (ev *evaluation) apply(effects []model.Effect) string {
	changes, failed := model.Apply(&ev.m, ev.b, effects, &ev.after, ev.changes)
	ev.changes = changes
	if errorCode(failed) != "" {
		return failed.Str()
	}
	return ""
}

// holds asks a constraint that reads nothing of a proposal.
func (ev *evaluation) holds(c *model.Constraint) bool {
	for _, prog := range c.Program {
		if prog != nil {
			return ev.m.Run(prog).True()
		}
	}
	return true
}

// restore gives a layer its variables and logs back.
func (ev *evaluation) restore(l int) {
	vars, logs := ev.b.Layers[l].Vars, ev.b.Layers[l].Logs
	copy(ev.after.Vars[vars.From:vars.To], ev.before.Vars[vars.From:])
	copy(ev.after.Logs[logs.From:logs.To], ev.before.Logs[logs.From:])
}
