package load

// This file checks what only a whole bundle shows.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// finish checks that every decision stays within its cost, and that the initial
// state and the fallback break nothing that always holds.
func (b *loader) finish(root node) {
	b.shares()
	b.checkKeeps(root)
	b.checkCost(root)
	m := b.Machine()
	s := b.Initial()
	if !b.checkSize(root, s) {
		return
	}
	if !b.checkAlways(&m, root, s, "the initial state") {
		return
	}
	if len(b.Fallback) > 0 {
		var after model.State
		m.Banks[model.BankState], m.Banks[model.BankLogs] = s.Vars, s.Logs
		after.Copy(s)
		_, failed := model.Apply(&m, &b.Bundle, b.Fallback, &after, nil)
		if failed.K == value.Error {
			root.get("fallback").orElse(root).fail(codes.BundleInit,
				"the fallback cannot be computed from the initial state: "+failed.Str()+".", "")
			return
		}
		b.checkAlways(&m, root, after, "the fallback")
	}
}

// checkSize finds out whether a state may become too large, and refuses a bundle whose first one is.
func (b *loader) checkSize(root node, s model.State) bool {
	for l := range b.Layers {
		var most, now model.Extent
		count := func(m model.Extent) { most.Bytes, most.Values = most.Bytes+m.Bytes, most.Values+m.Values }
		for k := range l + 1 {
			if b.Layers[l].Includes>>k&1 == 0 {
				continue
			}
			vars, logs := b.Layers[k].Vars, b.Layers[k].Logs
			for i := vars.From; i < vars.To; i++ {
				count(model.Most(b.Vars[i].Type))
				if !now.Add(s.Vars[i], model.StateLimit) {
					root.get("state").orElse(root).fail(codes.LimitState, "the initial state is more than a session may hold: "+
						strconv.Itoa(model.MaxState)+" bytes as JSON, "+strconv.Itoa(model.MaxStateValues)+" values.", "")
					return false
				}
			}
			for i := logs.From; i < logs.To; i++ {
				count(model.Most(b.Logs[i].List))
			}
		}
		b.Layers[l].Large = !most.Within(model.StateLimit)
		b.Large = b.Large || b.Layers[l].Large
	}
	return true
}

func (x node) orElse(y node) node {
	if x.ok() {
		return x
	}
	return y
}

func (b *loader) checkAlways(m *vm.Machine, root node, s model.State, what string) bool {
	m.Cost = 0
	m.Banks[model.BankState], m.Banks[model.BankLogs] = s.Vars, s.Logs
	b.Derive(m, nil)
	good := true
	for i := range b.Constraints {
		c := &b.Constraints[i]
		if c.Kind != model.Always {
			continue
		}
		var p *vm.Program
		for _, q := range c.Program {
			if q != nil {
				p = q
			}
		}
		if p == nil {
			continue
		}
		if got := m.Run(p); !got.True() {
			why := "`" + c.ID + "` does not hold in " + what + "."
			if got.K == value.Error {
				why = "`" + c.ID + "` cannot be computed in " + what + ": " + got.Str() + "."
			}
			b.conditions[i].require.fail(codes.BundleInit, why, "change the initial values, or what always holds.")
			good = false
		}
	}
	return good
}

// checkCost refuses a bundle in which deciding one action could cost one of its layers more than a decision may.
func (b *loader) checkCost(root node) {
	for a := range b.Actions {
		for i := range b.Actions[a].Shares {
			b.checkShare(root, a, &b.Actions[a].Shares[i])
		}
	}
}

func (b *loader) checkShare(root node, a int, s *model.Share) {
	act, layer := &b.Actions[a], &b.Layers[s.Layer]
	var total, most uint64
	at := ""
	add := func(p *vm.Program, where string) {
		if p == nil {
			return
		}
		total += min(p.MaxCost, 2*model.DecisionCost)
		if p.MaxCost > most {
			most, at = p.MaxCost, where
		}
	}
	for _, d := range b.Derived[layer.Derived.From:layer.Derived.To] {
		add(d.Program, "derived `"+d.Name+"`")
		add(d.Program, "derived `"+d.Name+"`") // before and after
	}
	for _, e := range act.Effects[s.Effects.From:s.Effects.To] {
		add(e.When, "an effect's `when`")
		for _, s := range e.Path {
			add(s.Index, "an effect's index")
		}
		if len(e.Path) > 0 {
			total += e.MostCopied()
		}
		e.Value.Programs(func(p *vm.Program) { add(p, "an effect on `"+e.Text+"`") })
	}
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			add(b.Constraints[i].Program[a], "`"+b.Constraints[i].ID+"`")
		}
	}
	for i := range layer.Keeps {
		if layer.Keeps[i].Action == a {
			add(layer.Keeps[i].When, "what is kept of it")
		}
	}
	if total > model.DecisionCost {
		x := root.get("actions").get(act.Name).orElse(root)
		x.fail(codes.LimitDecisionCost, "deciding `"+act.Name+"` could cost "+strconv.FormatUint(total, 10)+
			" units, and at most "+strconv.Itoa(model.DecisionCost)+" are allowed.",
			"the dearest is "+at+" with "+strconv.FormatUint(most, 10)+
				"; give the lists, maps and texts that it reads a smaller `max`.")
	}
}
