package core

// This file refuses in frozen sessions, and decides unfreeze.

import (
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// sayFrozen refuses p for each layer of its action that is frozen.
func (s *Session) sayFrozen(p *proposal) {
	told := uint32(0)
	for i := range s.b.Actions[p.action].Shares {
		s.tellFrozen(s.b.Actions[p.action].Shares[i].Layer, &told)
	}
}

// tellFrozen refuses for a layer that is frozen, or extends one that is. Told are layers for which that was done.
func (s *Session) tellFrozen(l int, told *uint32) {
	layer := &s.b.Layers[l]
	if s.frozen&layer.Includes == 0 {
		return
	}
	if *told&layer.Includes == 0 {
		say := "The session is frozen after a hard failure; "
		if layer.Governance == 0 {
			say += "no agent may unfreeze it."
		} else {
			say += s.ev.agents(layer.Governance, "or") + " must unfreeze it first."
		}
		s.ev.layer = l
		s.refuse("frozen", model.Physical, model.Reject, say)
	}
	*told |= 1 << l
}

// unfreeze decides unfreeze: of each layer that is frozen, its governance may.
func (s *Session) unfreeze(p *proposal, o *outcome) {
	for l := range s.b.Layers {
		if s.b.Layers[l].Governance>>p.actor.agent&1 != 0 {
			o.frozen &^= 1 << l
		}
	}
	if o.frozen != s.frozen {
		o.verdict = model.Commit
		return
	}
	told := uint32(0)
	for l := range s.b.Layers {
		s.tellFrozen(l, &told)
	}
	switch {
	case told != 0:
	case s.b.Governance>>p.actor.agent&1 == 0:
		s.refuse("by:unfreeze", model.Responsibility, model.Reject, s.sayWhoMay("Unfreezing", s.b.Governance, p.actor.agent))
	default:
		s.refuse("unfreeze:idle", model.Operational, model.Reject,
			"The session is not frozen, so there is nothing to unfreeze.")
	}
	s.refused(o)
}
