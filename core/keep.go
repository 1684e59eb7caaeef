package core

// This file lets what a bundle keeps commit, whatever its descendants hold against it.
//
//	layers      parent ── keeps it, and alone would commit it
//	            child  ── refuses            its violations are dropped
//	            grand  ── has effects on it  they are applied where they leave it a valid state;
//	                                         where not, its variables and logs stay
//
// A `when` that cannot be evaluated keeps nothing: then the descendants may refuse.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// keep drops what others find about p than a layer that keeps it, and those that it extends.
// What is not known may decide whether it is kept; then the outcome depends on that.
func (ev *evaluation) keep(p *proposal, h *hold, barred uint32) {
	if len(ev.violations) == 0 && !ev.uncertain() {
		return
	}
	keeper, bits := -1, uint64(0)
	for i := range ev.b.Actions[p.action].Shares {
		l := ev.b.Actions[p.action].Shares[i].Layer
		if ev.lost>>l&1 != 0 || ev.alone(l) != model.Commit || h != nil && !h.in(l) {
			continue // what others have parked is not the layer's to keep
		}
		ev.openFor(l, p, h)
		got := ev.keeps(l, p.action)
		if h != nil && !got.True() {
			if confirmed := ev.keeps(l, actConfirm); confirmed.True() || got.K != value.Unknown {
				got = confirmed
			}
		}
		ev.leave()
		if got.True() {
			keeper, bits = l, 0
			break
		}
		if got.K == value.Unknown && keeper < 0 {
			keeper, bits = l, got.N
		}
	}
	if keeper < 0 {
		return
	}
	ev.kept = ev.b.Layers[keeper].Includes
	ev.parts[keeper].unsure |= bits
	ev.drop(ev.kept)
	for i := range ev.b.Actions[p.action].Shares {
		if s := &ev.b.Actions[p.action].Shares[i]; ev.kept>>s.Layer&1 == 0 {
			ev.parts[s.Layer].later = false
			ev.applyKept(p, h, s, barred)
		}
	}
}

// keepEnd drops what others refuse than a layer that keeps the end of what it has parked.
func (ev *evaluation) keepEnd(before model.State, p *proposal, h *hold, barred uint32) {
	ev.begin(before)
	for l := range ev.b.Layers {
		if !h.in(l) || barred>>l&1 != 0 {
			continue
		}
		ev.open(l)
		ev.actor, ev.proposal = ev.facts(p, p.actor)
		ev.m.Banks[model.BankActor], ev.m.Banks[model.BankProposal] = ev.actor[:], ev.proposal[:]
		got := ev.keeps(l, p.action)
		ev.leave()
		if got.True() || got.K == value.Unknown {
			if ev.drop(ev.b.Layers[l].Includes); !got.True() {
				ev.unsure |= got.N
			}
			return
		}
	}
}

// uncertain says whether what is not known matters to any layer.
func (ev *evaluation) uncertain() bool {
	for i := range ev.parts {
		if ev.parts[i].unsure != 0 {
			return true
		}
	}
	return false
}

// keeps says whether a layer keeps what is in the machine's banks, a proposal of an action or a built-in one:
// true, false, or Unknown.
func (ev *evaluation) keeps(l, action int) value.Value {
	kept := value.OfBool(false)
	for i := range ev.b.Layers[l].Keeps {
		k := &ev.b.Layers[l].Keeps[i]
		if k.Action != action {
			continue
		}
		if k.When == nil {
			return value.OfBool(true)
		}
		if got := ev.m.Run(k.When); got.True() || got.K == value.Unknown && !kept.True() {
			kept = got
		}
	}
	return kept
}

// drop forgets what layers outside of a set found, and what they would change.
func (ev *evaluation) drop(kept uint32) {
	violations, advice, changes := ev.violations[:0], ev.advice[:0], ev.changes[:0]
	for _, v := range ev.violations {
		if kept>>v.layer&1 != 0 {
			violations = append(violations, v)
		}
	}
	for _, a := range ev.advice {
		if kept>>a.layer&1 != 0 {
			advice = append(advice, a)
		}
	}
	for _, c := range ev.changes {
		if kept>>c.Effect.Layer&1 != 0 {
			changes = append(changes, c)
		}
	}
	ev.violations, ev.advice, ev.changes = violations, advice, changes
}

// applyKept applies a layer's own effects to what is kept, where they leave it a valid state,
// and asks what it would prefer.
func (ev *evaluation) applyKept(p *proposal, h *hold, s *model.Share, barred uint32) {
	layer := &ev.b.Layers[s.Layer]
	ev.restore(s.Layer)
	ev.parts[s.Layer].cost = 0
	ev.openFor(s.Layer, p, h)
	defer ev.leave()
	if barred&layer.Includes != 0 || layer.Agents>>p.by(h).agent&1 == 0 {
		return
	}
	some, found, terse := len(ev.changes), len(ev.violations), ev.terse
	ev.terse = true
	failed := ev.apply(ev.b.Actions[p.action].Effects[s.Effects.From:s.Effects.To])
	if failed == "" {
		if ev.checkStructure(p); s.Always && ev.parts[s.Layer].changed {
			ev.checkAlways(p.action, s)
		}
	}
	if failed != "" || len(ev.violations) > found || ev.tooLarge(s.Layer) != "" {
		ev.restore(s.Layer)
		ev.changes = ev.changes[:some]
		ev.parts[s.Layer].later = false
	}
	ev.violations, ev.terse = ev.violations[:found], terse
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			if c := &ev.b.Constraints[i]; c.Kind == model.Prefer && c.Program[p.action] != nil {
				ev.checkConstraint(c, i, p.action, c.Program[p.action])
			}
		}
	}
}

// tooLarge says why the state after the changes is more than a session may hold, as far as a
// layer sees it; "" where it is not.
func (ev *evaluation) tooLarge(l int) string {
	if !ev.b.Layers[l].Large || !ev.parts[l].changed || ev.growth(l, false).Within(model.StateLimit) {
		return ""
	}
	return "The session would hold more than " + strconv.Itoa(model.MaxState) + " bytes or " +
		strconv.Itoa(model.MaxStateValues) + " values; what grows without end belongs in a database."
}

// growth measures the state after the changes, as far as a layer sees it and the limit on it goes. What
// is not known counts as nothing, or with worst as the most that its type allows.
func (ev *evaluation) growth(l int, worst bool) model.Extent {
	var size model.Extent
	add := func(v value.Value, t *types.Type) {
		if v.K != value.Unknown {
			size.Add(v, model.StateLimit)
		} else if worst {
			most := model.Most(t)
			size.Bytes, size.Values = size.Bytes+most.Bytes, size.Values+most.Values
		}
	}
	view := ev.b.Layers[l].Includes
	for k := range l + 1 {
		if view>>k&1 == 0 {
			continue
		}
		if ev.logged != nil {
			size.Bytes, size.Values = size.Bytes+ev.logged[k].Bytes, size.Values+ev.logged[k].Values
		} else {
			for i := ev.b.Layers[k].Logs.From; i < ev.b.Layers[k].Logs.To; i++ {
				for _, item := range ev.before.Logs[i].Items() {
					size.Add(item, model.StateLimit)
				}
			}
		}
		for i := ev.b.Layers[k].Vars.From; i < ev.b.Layers[k].Vars.To; i++ {
			add(ev.after.Vars[i], ev.b.Vars[i].Type)
		}
	}
	for i := range ev.changes {
		if e := ev.changes[i].Effect; e.Var < 0 && view>>e.Layer&1 != 0 {
			add(ev.changes[i].To, ev.b.Logs[e.Log].Type)
		}
	}
	return size
}
