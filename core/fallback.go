package core

// This file computes what `revert` does.
//
// The fallback of the layer that refused and of what it extends is one: where it cannot
// be applied, the session freezes, and nothing changes. Every other layer falls back along with it, for
// itself: where one cannot, its variables and logs stay, and it freezes alone. So what a child
// adds never keeps its parent from falling back.

import "github.com/holdfast-rt/holdfast/core/internal/model"

// cannotFall applies the fallback of the layer that has refused, and of what it extends, to the state
// before, into j.after. It returns a sentence where that would leave no valid state, "" where it does.
func (j *judge) cannotFall(before model.State, refuser int) string {
	j.begin(before)
	j.after.Copy(before)
	j.changes = j.changes[:0]
	return j.fallen(j.b.Layers[refuser].Includes, refuser)
}

// fallAlong applies the fallbacks of all other layers, after cannotFall. Those that cannot fall back are
// added to the violations, and their set is returned.
func (j *judge) fallAlong(refuser int) (frozen uint32) {
	set := j.b.Layers[refuser].Includes
	for l := range j.b.Layers {
		if set>>l&1 != 0 {
			continue
		}
		some := len(j.changes)
		say := j.fallen(1<<l, l)
		if say == "" {
			continue
		}
		j.restore(l)
		j.changes = j.changes[:some]
		j.layer = j.both(l, refuser)
		frozen |= 1 << j.layer
		j.add(violation{id: "fallback", level: model.Physical, verdict: model.Freeze}, say, nil, nil)
	}
	return frozen
}

// both is the first layer that includes two others: l itself where it extends the other, and
// else their common child, so that one parent's refusal never freezes another.
func (j *judge) both(l, o int) int {
	for k := max(l, o); ; k++ {
		if in := j.b.Layers[k].Includes; (in>>l)&(in>>o)&1 != 0 {
			return k
		}
	}
}

// fallen applies the fallback of a set of layers, of which the last includes the others. It says
// why they cannot fall back, "" where they can.
func (j *judge) fallen(set uint32, last int) string {
	b, m := j.b, &j.m
	some := len(j.changes)
	for l := range last + 1 {
		if set>>l&1 == 0 {
			continue
		}
		layer := &b.Layers[l]
		m.Banks[model.BankState], m.Banks[model.BankLogs] = j.before.Vars, j.before.Logs
		m.Banks[model.BankDerived] = j.derived
		j.open(l)
		failed := j.apply(b.Fallback[layer.Fallback.From:layer.Fallback.To])
		j.leave()
		if failed != "" {
			return "The fallback cannot be computed: " + failed + "."
		}
		for i := layer.Vars.From; i < layer.Vars.To; i++ {
			if message := model.Fits(j.after.Vars[i], b.Vars[i].Type); message != "" {
				return "The fallback cannot be applied: " + b.Vars[i].Name + ": " + message
			}
		}
		for i := layer.Logs.From; i < layer.Logs.To; i++ {
			if message := model.Fits(j.after.Logs[i], b.Logs[i].List); message != "" {
				return "The fallback cannot be applied: " + b.Logs[i].Name + ": " + message
			}
		}
	}
	own := len(j.changes) > some
	changed := own
	for i := range j.changes {
		changed = changed || b.Layers[last].Includes>>j.changes[i].Effect.Layer&1 != 0
	}
	if !changed {
		return "" // the state is what it was
	}
	m.Banks[model.BankState], m.Banks[model.BankLogs] = j.after.Vars, j.after.Logs
	for l := range last + 1 {
		if set>>l&1 == 0 {
			continue
		}
		j.open(l)
		j.deriveLater()
		for i := b.Layers[l].Constraints.From; i < b.Layers[l].Constraints.To; i++ {
			if c := &b.Constraints[i]; c.Kind == model.Always && !j.holds(c) {
				return "The fallback would break " + c.ID + ", which always holds."
			}
		}
		j.leave()
	}
	j.parts[last].changed = own
	return j.tooLarge(last)
}

// apply applies effects to j.after; it says why they cannot be computed.
func (j *judge) apply(effects []model.Effect) string {
	changes, failed := model.Apply(&j.m, j.b, effects, &j.after, j.changes)
	j.changes = changes
	if errorCode(failed) != "" {
		return failed.Str()
	}
	return ""
}

// holds asks a constraint that reads nothing of a proposal.
func (j *judge) holds(c *model.Constraint) bool {
	for _, prog := range c.Program {
		if prog != nil {
			return j.m.Run(prog).True()
		}
	}
	return true
}

// restore gives a layer its variables and logs back.
func (j *judge) restore(l int) {
	vars, logs := j.b.Layers[l].Vars, j.b.Layers[l].Logs
	copy(j.after.Vars[vars.From:vars.To], j.before.Vars[vars.From:])
	copy(j.after.Logs[logs.From:logs.To], j.before.Logs[logs.From:])
}
