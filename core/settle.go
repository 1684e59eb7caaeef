package core

// This file decides confirm, decline and expire: what ends the wait of a parked proposal.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// decideParked decides confirm, decline and expire. Each layer is asked about what it has parked; of what only
// others have parked it knows nothing, so that a child's parked proposals are the child's own.
func (s *Session) decideParked(p *proposal, o *outcome, size int) {
	at := -1
	for i := range s.holds {
		if s.holds[i].seq == p.hold {
			at = i
		}
	}
	var h *hold
	may := uint64(0)
	if at >= 0 {
		h = &s.holds[at]
		may = s.confirmersNow(h, p)
	}
	told, barred := uint32(0), uint32(0)
	for l := range s.b.Layers {
		if barred&s.b.Layers[l].Includes != 0 {
			barred |= 1 << l
			continue
		}
		some := len(s.ev.violations)
		s.ev.layer = l
		// A parent that alone would not take this, as what is parked or its proposer is another's, does not
		// speak of itself; the bundle that extends it is frozen with it, and does.
		if own := l == len(s.b.Layers)-1; own || s.b.Layers[l].Agents>>p.actor.agent&1 != 0 && (h == nil || h.in(l)) {
			s.tellFrozen(l, &told)
		}
		if len(s.ev.violations) == some {
			s.checkParked(l, p, h, may)
		}
		if len(s.ev.violations) > some {
			barred |= 1 << l
		}
	}
	if p.action != actConfirm {
		s.decideEnd(p, o, h, at, barred)
		return
	}
	if h == nil || s.isAllBarred(h, barred) {
		s.refused(o)
		return
	}
	again := *h.proposal
	again.actor, again.at, again.since, again.reasons, again.self = p.actor, p.at, value.OfInt(h.at), p.reasons,
		value.Value{}
	s.ev.run(s.state, &again, h, barred)
	for i := range s.ev.violations {
		if v := &s.ev.violations[i]; v.verdict == model.HoldVerdict {
			v.verdict = model.Reject // what waits is not parked a second time
		}
	}
	if !known(p.at) {
		s.ev.unsure |= p.at.N // it may be too late by then
	}
	if len(s.ev.violations) == 0 {
		o.drop = at // otherwise it waits on: what refuses it now may be mended
	}
	s.conclude(o, &again, size)
}

// isAllBarred says whether every layer that speaks of what is parked has refused already.
func (s *Session) isAllBarred(h *hold, barred uint32) bool {
	for i := range s.b.Actions[h.proposal.action].Shares {
		if barred>>s.b.Actions[h.proposal.action].Shares[i].Layer&1 == 0 {
			return false
		}
	}
	return true
}

// decideEnd decides decline and expire.
func (s *Session) decideEnd(p *proposal, o *outcome, h *hold, at int, barred uint32) {
	if len(s.b.Layers) > 1 && len(s.ev.violations) > 0 && h != nil {
		s.ev.keepEnd(s.state, p, h, barred)
	}
	if len(s.ev.violations) == 0 {
		o.drop, o.verdict = at, model.Commit
		return
	}
	order(s.ev.violations)
	if s.freezesFirst(); s.ev.violations[0].id == "hold:expired" {
		o.drop = at
	}
	s.finish(o)
}

// checkParked asks a layer whether p may do what it is about with h, as far as what is parked says; may is who can.
func (s *Session) checkParked(l int, p *proposal, h *hold, may uint64) {
	rule := &s.b.Layers[l].Hold
	no, agent := rule.Verdict, p.actor.agent
	if s.b.Layers[l].Agents>>agent&1 == 0 {
		if h == nil {
			return // of another's business, a layer that knows no such agent would not be asked
		}
		no = model.Reject // nor do its own verdicts, a freeze among them, follow from what it does not know
	}
	if p.action == actExpire && rule.By >= 0 && rule.By != agent && (h == nil || h.in(l)) {
		s.refuse("by:expire", model.Responsibility, no, s.sayWhoMay(doing[-1-actExpire], 1<<rule.By, agent))
		return
	}
	if h == nil {
		s.refuse("hold:unknown", model.Operational, no,
			"No proposal is waiting under "+strconv.FormatInt(p.hold,
				10)+": it was confirmed, declined or expired, or never parked.")
		return
	}
	if !h.in(l) {
		return
	}
	expires := h.at + rule.TTL
	if p.action == actExpire {
		switch {
		case s.b.Layers[l].Agents>>agent&1 == 0:
			s.refuse("by:expire", model.Responsibility, no, s.sayWhoMay(doing[-1-actExpire], s.b.Layers[l].Agents, agent))
		case p.at.Int() < expires:
			s.refuse("hold:early", model.Operational, no,
				"The proposal parked under "+strconv.FormatInt(h.seq, 10)+" may still be confirmed by "+s.ev.agents(h.by[l],
					"or")+" until "+instant(expires)+".")
		case rule.Revert:
			s.refuse("hold:expired", model.Operational, model.Revert,
				"Nobody confirmed the proposal parked under "+strconv.FormatInt(h.seq, 10)+" in time.")
		}
		return
	}
	if h.by[l]>>agent&1 == 0 {
		s.refuse("hold:by", model.Ownership, no, s.sayWhoMay(doing[-1-p.action], may, agent))
	}
	if p.action == actConfirm && h.digest != p.digest {
		s.refuse("hold:digest", model.Operational, no,
			"The proposal parked under "+strconv.FormatInt(h.seq,
				10)+" has another digest: what would be approved is not what was parked. Read it again, then name "+h.digest+".")
	}
	when := p.at.Int()
	if !known(p.at) {
		when = s.at // it cannot be earlier
	}
	if p.action == actConfirm && when >= expires {
		s.refuse("hold:expired", model.Operational, no,
			"The time to confirm the proposal parked under "+strconv.FormatInt(h.seq,
				10)+" ended at "+instant(expires)+"; expire it.")
	}
}

// sayWhoMay says for which agents something is, when it is not for the one who proposes it.
func (s *Session) sayWhoMay(what string, may uint64, agent int) string {
	mine := s.b.Agents[agent].Shown()
	if may == 0 {
		return what + " is not for " + mine + ", and no agent may do it."
	}
	return what + " is for " + s.ev.agents(may, "or") + ", not for " + mine + "."
}

// confirmersNow is the set of agents that could do with h what p is about: of those that may confirm
// it, the ones that nothing else stops now; all that may where the state stops all of them.
func (s *Session) confirmersNow(h *hold, p *proposal) uint64 {
	by := h.by[len(h.by)-1]
	if s.ev.terse || p.action != actConfirm || by>>p.actor.agent&1 != 0 {
		return by
	}
	may, cost := uint64(0), uint64(0)
	s.ev.terse = true
	for k := range s.b.Agents {
		if by>>k&1 == 0 {
			continue
		}
		again := *h.proposal
		again.actor, again.at, again.since, again.reasons, again.self = actor{k, value.OfUnknown(1 << bitActorID)}, p.at,
			value.OfInt(h.at), p.reasons, value.Value{}
		s.ev.reset()
		s.ev.run(s.state, &again, h, s.frozen)
		if cost += s.ev.spent; len(s.ev.violations) == 0 {
			may |= 1 << k
		}
	}
	s.ev.terse = false
	s.ev.reset()
	if s.ev.spent = cost; may == 0 {
		return by
	}
	return may
}

// instant writes milliseconds as a timestamp, for people.
func instant(at int64) string {
	return string(value.AppendTimestamp(nil, value.OfMillis(min(at, MaxAt))))
}
