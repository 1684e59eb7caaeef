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
func (j *judge) keep(p *proposal, h *hold, barred uint32) {
	if len(j.violations) == 0 && !j.uncertain() {
		return
	}
	keeper, bits := -1, uint64(0)
	for i := range j.b.Actions[p.action].Shares {
		l := j.b.Actions[p.action].Shares[i].Layer
		if j.lost>>l&1 != 0 || j.alone(l) != model.Commit || h != nil && !h.in(l) {
			continue // what others have parked is not the layer's to keep
		}
		j.turn(l, p, h)
		got := j.keeps(l, p.action)
		if h != nil && !got.True() {
			if confirmed := j.keeps(l, actConfirm); confirmed.True() || got.K != value.Unknown {
				got = confirmed
			}
		}
		j.leave()
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
	j.kept = j.b.Layers[keeper].Includes
	j.parts[keeper].unsure |= bits
	j.drop(j.kept)
	for i := range j.b.Actions[p.action].Shares {
		if s := &j.b.Actions[p.action].Shares[i]; j.kept>>s.Layer&1 == 0 {
			j.parts[s.Layer].later = false
			j.spare(p, h, s, barred)
		}
	}
}

// keepEnd drops what others refuse than a layer that keeps the end of what it has parked.
func (j *judge) keepEnd(before model.State, p *proposal, h *hold, barred uint32) {
	j.begin(before)
	for l := range j.b.Layers {
		if !h.in(l) || barred>>l&1 != 0 {
			continue
		}
		j.open(l)
		j.actor, j.proposal = j.facts(p, p.actor)
		j.m.Banks[model.BankActor], j.m.Banks[model.BankProposal] = j.actor[:], j.proposal[:]
		got := j.keeps(l, p.action)
		j.leave()
		if got.True() || got.K == value.Unknown {
			if j.drop(j.b.Layers[l].Includes); !got.True() {
				j.unsure |= got.N
			}
			return
		}
	}
}

// uncertain says whether what is not known matters to any layer.
func (j *judge) uncertain() bool {
	for i := range j.parts {
		if j.parts[i].unsure != 0 {
			return true
		}
	}
	return false
}

// keeps says whether a layer keeps what is in the machine's banks, a proposal of an action or a built-in one:
// true, false, or Unknown.
func (j *judge) keeps(l, action int) value.Value {
	kept := value.OfBool(false)
	for i := range j.b.Layers[l].Keeps {
		k := &j.b.Layers[l].Keeps[i]
		if k.Action != action {
			continue
		}
		if k.When == nil {
			return value.OfBool(true)
		}
		if got := j.m.Run(k.When); got.True() || got.K == value.Unknown && !kept.True() {
			kept = got
		}
	}
	return kept
}

// drop forgets what layers outside of a set found, and what they would change.
func (j *judge) drop(kept uint32) {
	violations, advice, changes := j.violations[:0], j.advice[:0], j.changes[:0]
	for _, v := range j.violations {
		if kept>>v.layer&1 != 0 {
			violations = append(violations, v)
		}
	}
	for _, a := range j.advice {
		if kept>>a.layer&1 != 0 {
			advice = append(advice, a)
		}
	}
	for _, c := range j.changes {
		if kept>>c.Effect.Layer&1 != 0 {
			changes = append(changes, c)
		}
	}
	j.violations, j.advice, j.changes = violations, advice, changes
}

// spare applies a layer's own effects to what is kept, where they leave it a valid state,
// and asks what it would prefer.
func (j *judge) spare(p *proposal, h *hold, s *model.Share, barred uint32) {
	layer := &j.b.Layers[s.Layer]
	j.restore(s.Layer)
	j.parts[s.Layer].cost = 0
	j.turn(s.Layer, p, h)
	defer j.leave()
	if barred&layer.Includes != 0 || layer.Agents>>p.by(h).agent&1 == 0 {
		return
	}
	some, found, terse := len(j.changes), len(j.violations), j.terse
	j.terse = true
	failed := j.apply(j.b.Actions[p.action].Effects[s.Effects.From:s.Effects.To])
	if failed == "" {
		if j.structure(p); s.Always && j.parts[s.Layer].changed {
			j.always(p.action, s)
		}
	}
	if failed != "" || len(j.violations) > found || j.tooLarge(s.Layer) != "" {
		j.restore(s.Layer)
		j.changes = j.changes[:some]
		j.parts[s.Layer].later = false
	}
	j.violations, j.terse = j.violations[:found], terse
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			if c := &j.b.Constraints[i]; c.Kind == model.Prefer && c.Program[p.action] != nil {
				j.ask(c, i, p.action, c.Program[p.action])
			}
		}
	}
}

// tooLarge says why the state after the changes is more than a session may hold, as far as a
// layer sees it; "" where it is not.
func (j *judge) tooLarge(l int) string {
	if !j.b.Layers[l].Large || !j.parts[l].changed || j.growth(l, false).Within(model.StateLimit) {
		return ""
	}
	return "The session would hold more than " + strconv.Itoa(model.MaxState) + " bytes or " +
		strconv.Itoa(model.MaxStateValues) + " values; what grows without end belongs in a database."
}

// growth measures the state after the changes, as far as a layer sees it and the limit on it goes. What
// is not known counts as nothing, or with worst as the most that its type allows.
func (j *judge) growth(l int, worst bool) model.Extent {
	var size model.Extent
	add := func(v value.Value, t *types.Type) {
		if v.K != value.Unknown {
			size.Add(v, model.StateLimit)
		} else if worst {
			most := model.Most(t)
			size.Bytes, size.Values = size.Bytes+most.Bytes, size.Values+most.Values
		}
	}
	view := j.b.Layers[l].Includes
	for k := range l + 1 {
		if view>>k&1 == 0 {
			continue
		}
		if j.logged != nil {
			size.Bytes, size.Values = size.Bytes+j.logged[k].Bytes, size.Values+j.logged[k].Values
		} else {
			for i := j.b.Layers[k].Logs.From; i < j.b.Layers[k].Logs.To; i++ {
				for _, item := range j.before.Logs[i].Items() {
					size.Add(item, model.StateLimit)
				}
			}
		}
		for i := j.b.Layers[k].Vars.From; i < j.b.Layers[k].Vars.To; i++ {
			add(j.after.Vars[i], j.b.Vars[i].Type)
		}
	}
	for i := range j.changes {
		if e := j.changes[i].Effect; e.Var < 0 && view>>e.Layer&1 != 0 {
			add(j.changes[i].To, j.b.Logs[e.Log].Type)
		}
	}
	return size
}
