package core

// This file parks proposals: what waits, who may confirm it, and whether there is room for it.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// hold is a parked proposal.
type hold struct {
	seq      int64
	at       int64    // when it was parked, milliseconds
	by       []uint64 // agents that may confirm it, for each layer; 0 where the layer has not parked it
	digest   string
	size     int // bytes of the proposal as JSON
	proposal *proposal
}

// in says whether a layer has parked it.
func (h *hold) in(l int) bool { return h.by[l] != 0 }

// proposer is who has proposed it; nil where there is none.
func (h *hold) proposer() *actor {
	if h == nil {
		return nil
	}
	return &h.proposal.actor
}

// confirmers is the set of agents that may confirm it.
func (h *hold) confirmers() uint64 { return h.by[len(h.by)-1] }

// expires is when the first layer that has parked h lets nobody confirm it any more.
func (s *Session) expires(h *hold) int64 {
	at := int64(MaxAt)
	for l := range s.b.Layers {
		if h.in(l) {
			at = min(at, h.at+s.b.Layers[l].Hold.TTL)
		}
	}
	return at
}

// sayCrowded says whose parked proposals are as many as a layer lets them be, "" where there is
// room for another of a. What depends on an unknown id of a is unsure.
func (s *Session) sayCrowded(l int, a actor) string {
	limits := &s.b.Layers[l].Hold
	all, agent, mine, by, ids := s.parked(l), 0, 0, uint64(0), map[string]int(nil)
	for i := range s.holds {
		h := &s.holds[i]
		if !h.in(l) {
			continue
		}
		who := &h.proposal.actor
		if all >= MaxHolds || who.agent == a.agent {
			by |= h.by[l]
		}
		switch {
		case who.agent != a.agent:
			continue
		case known(a.id) && who.id.Str() == a.id.Str():
			mine++
		case !known(a.id):
			if ids == nil {
				ids = map[string]int{}
			}
			if ids[who.id.Str()]++; ids[who.id.Str()] >= limits.PerActor {
				s.ev.unsure |= a.id.N
			}
		}
		agent++
	}
	whose, most := s.b.Agents[a.agent].Shown(), 0
	switch {
	case all >= MaxHolds:
		whose, most = "The session", MaxHolds
	case agent >= limits.PerAgent:
		most = limits.PerAgent
	case mine >= limits.PerActor:
		most = limits.PerActor
		if id := a.id.Str(); id != s.b.Agents[a.agent].Name {
			whose += " " + clip(id)
		}
	default:
		return ""
	}
	one := " proposals"
	if most == 1 {
		one = " proposal"
	}
	return whose + " has " + strconv.Itoa(most) + one + " waiting already, the most it may have; " +
		s.ev.agents(by, "or") + " confirms or declines one first."
}

// parked counts what a layer has parked.
func (s *Session) parked(l int) int {
	n := 0
	for i := range s.holds {
		if s.holds[i].in(l) {
			n++
		}
	}
	return n
}

// checkParking asks whether each layer that would park p, of so many bytes, can do so, and adds a refusal where one
// cannot.
func (s *Session) checkParking(p *proposal, size int) {
	some := len(s.ev.violations)
	for i := range s.b.Actions[p.action].Shares {
		if l := s.b.Actions[p.action].Shares[i].Layer; s.ev.alone(l) == model.HoldVerdict {
			s.ev.layer = l
			s.checkRoom(l, p, size)
		}
	}
	if len(s.ev.violations) > some {
		order(s.ev.violations)
	}
}

// checkRoom asks whether a layer can park p.
func (s *Session) checkRoom(l int, p *proposal, size int) {
	no := s.b.Layers[l].Hold.Verdict
	for i := range s.holds {
		if s.holds[i].in(l) {
			size += s.holds[i].size
		}
	}
	crowded := s.sayCrowded(l, p.actor)
	switch {
	case s.confirmers(l) == 0:
		s.refuse("hold:nobody", model.Ownership, no, s.sayNoConfirmer(p))
	case crowded != "":
		s.refuse("hold:limit", model.Operational, no, crowded)
	case size > MaxParked:
		s.refuse("hold:limit", model.Operational, no,
			"The proposals that wait would come to "+strconv.Itoa(size)+" bytes, and at most "+strconv.Itoa(MaxParked)+
				" are allowed; confirm, decline or expire one first.")
	}
}

// sayNoConfirmer says why no one agent may confirm all of p, and who may do it at once.
func (s *Session) sayNoConfirmer(p *proposal) string {
	if s.ev.terse {
		return ""
	}
	parts := s.sayParts()
	say := "This needs a confirmation, and no one agent may confirm all of it: " + strings.Join(parts, ", ") + "."
	defer s.ev.endTelling(s.ev.beginTelling())
	if who := s.ev.standing(s.state, p, nil); who.free != 0 {
		return say + " " + s.ev.agents(who.free, "or") + " may do it without."
	}
	return say + " Propose its parts apart."
}

// sayParts lists what of a proposal needs whom, as `plan is for Owner`.
func (s *Session) sayParts() []string {
	var parts []string
	part := func(name string, by uint64) {
		if by != s.ev.b.Everyone() {
			parts = append(parts, name+" is for "+s.ev.agents(by, "or"))
		}
	}
	for i := range s.b.Vars {
		if was, now := s.state.Vars[i], s.ev.after.Vars[i]; was != now && !value.Equal(was, now) {
			part(s.b.Vars[i].Name, s.b.Vars[i].Owners)
		}
	}
	for i := range s.ev.violations {
		if v := &s.ev.violations[i]; v.verdict == model.HoldVerdict && !whose(v.id) {
			part(v.id, v.by)
		}
	}
	return parts
}

// confirmers is the set of agents that may confirm everything that a layer holds.
func (s *Session) confirmers(l int) uint64 {
	view, set := s.b.Layers[l].Includes, s.b.Everyone()
	for k := range l + 1 {
		// Of what a layer would commit at once the proposer stays the actor, see evaluation.openFor.
		if view>>k&1 != 0 && s.ev.alone(k) == model.HoldVerdict {
			set &= s.ev.parts[k].owners
		}
	}
	for i := range s.ev.violations {
		if v := &s.ev.violations[i]; v.verdict == model.HoldVerdict && view>>v.layer&1 != 0 {
			set &= v.by
		}
	}
	return set
}
