package core

// This file says who may do what was refused: what people want to know next.
//
// An agent is named only where the rules let it: it is among the action's `by`, owns
// all that would change, and no constraint that reads the actor stops it. What would
// stop every agent is about the state, not about who asks, so it is left out; but
// where it reads both, the state is taken as unknown, and then the rest decides:
//
//	require                                 as it is now      whatever the state is
//	state.ready                             reads no actor, so it stops nobody
//	actor.kind == "owner"                   stops all but the owner
//	actor.kind == "owner" && state.ready    stops all         stops all but the owner

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// standing is who could do what is evaluated, as sets of agents.
type standing struct {
	free    uint64 // at once; of what waits already, by confirming it
	held    uint64 // may propose it, and another agent could confirm it
	confirm uint64 // could confirm what any of the held agents proposes
	mine    uint64 // could confirm what the actor proposes
}

// tellWho writes the texts of the violations that say who may not: by what was found, from as in run.
func (ev *evaluation) tellWho(before model.State, p *proposal, h *hold) {
	var about bool
	for i := range ev.violations {
		about = about || whose(ev.violations[i].id)
	}
	if ev.terse || !about {
		return
	}
	defer ev.endTelling(ev.beginTelling())
	from := h.proposer()
	me, action := p.actor.agent, &ev.b.Actions[p.action]
	who := ev.standing(before, p, from)
	doing, mine := quoted(action.Shown()), ev.b.Agents[me].Shown()
	for i := range ev.violations {
		v := &ev.violations[i]
		kind, name, _ := strings.Cut(v.id, ":")
		switch {
		case !whose(v.id):
		case kind == "by" && who.free != 0:
			v.say = doing + " is for " + ev.agents(who.free, "or") + ", not for " + mine + "."
		case kind == "by":
			v.say = doing + " is not for " + mine + ev.instead(who, "it")
		case v.verdict == model.HoldVerdict:
			v.say = capital(mine) + " cannot change " + name + " alone" + ev.awaited(who)
		case who.free != 0 && from != nil:
			v.say = capital(mine) + " cannot change " + name + ": " + ev.agents(who.free, "or") + " may confirm this."
		case who.free != 0:
			v.say = capital(mine) + " cannot change " + name + ": " + doing + " is for " + ev.agents(who.free, "or") + "."
		default:
			v.say = capital(mine) + " cannot change " + name + ev.instead(who, doing)
		}
	}
}

// whose says whether an id is that of a violation which is about who asks.
func whose(id string) bool { return strings.HasPrefix(id, "by:") || strings.HasPrefix(id, "owner:") }

// instead ends a sentence about an agent that may not, where no other may at once.
func (ev *evaluation) instead(who standing, what string) string {
	if who.held == 0 {
		return ", and as things are no other agent may do " + what + "."
	}
	say := ": " + ev.agents(who.held, "or") + " may propose " + what + ", and "
	if who.confirm == 0 {
		return say + "another agent must confirm it."
	}
	return say + ev.agents(who.confirm, "or") + " must confirm it."
}

// awaited ends a sentence about an agent whose proposal needs a confirmation.
func (ev *evaluation) awaited(who standing) string {
	switch {
	case who.mine == 0:
		return "; as things are no agent can confirm it."
	case ev.mayBeHeld():
		return ": this waits until " + ev.agents(who.mine, "or") + " confirms it."
	}
	return ": " + ev.agents(who.mine, "or") + " must confirm it."
}

// standing finds out who could do what was just evaluated. It leaves the machine as it found it.
func (ev *evaluation) standing(before model.State, p *proposal, from *actor) standing {
	w := &candidates{ev: ev, before: before, p: p, from: from, all: ev.b.Everyone()}
	actor, proposal, banks := ev.actor, ev.proposal, ev.m.Banks
	defer func() { ev.actor, ev.proposal, ev.m.Banks = actor, proposal, banks }()
	w.gather()
	if from != nil {
		return standing{free: w.confirmers(from.agent, w.always)}
	}
	for k := range ev.b.Agents {
		w.try(k)
	}
	for n := range w.stopped {
		if w.stopped[n] == w.all {
			w.whatever(n)
		}
	}
	s := standing{confirm: w.all}
	for k := range ev.b.Agents {
		needs, held, ok := w.outcome(k)
		switch {
		case !ok:
		case !held:
			s.free |= 1 << k
		default:
			if c := w.confirmers(k, needs&w.owners[k]); c != 0 {
				s.held |= 1 << k
				s.confirm &= c
			}
		}
	}
	if waits := ev.owners & w.all; ev.held(&waits) {
		s.mine = w.confirmers(p.actor.agent, waits)
	}
	return s
}

// held says whether anything that was violated would wait, and takes the agents off by that may not confirm all of it.
func (ev *evaluation) held(by *uint64) bool {
	some := false
	for i := range ev.violations {
		if v := &ev.violations[i]; v.verdict == model.HoldVerdict {
			some = true
			*by &= v.by
		}
	}
	return some
}

// candidates tries what was evaluated for other actors.
type candidates struct {
	ev      *evaluation
	before  model.State
	p       *proposal
	from    *actor
	all     uint64      // every agent
	always  uint64      // who may confirm what waits, no matter who proposes it
	held    bool        // there is such a thing
	asked   []int       // constraints that read the actor
	stopped []uint64    // by each of them: agents
	owners  []uint64    // of all that changes, by the agent that proposes
	varies  bool        // what changes depends on who proposes
	after   model.State // what it then comes to
}

// gather notes what there is to ask.
func (w *candidates) gather() {
	ev := w.ev
	for i := range ev.b.Constraints {
		c := &ev.b.Constraints[i]
		if prog := c.Program[w.p.action]; prog != nil &&
			(c.Kind == model.Require || c.Kind == model.Ensure && ev.computed) && readsActor(prog) {
			w.asked = append(w.asked, i)
		}
	}
	w.stopped, w.owners = make([]uint64, len(w.asked)), make([]uint64, len(ev.b.Agents))
	w.always = w.all
	for i := range ev.violations {
		if v := &ev.violations[i]; v.by != 0 && !whose(v.id) && !w.asks(v.id) {
			w.held = true
			w.always &= v.by
		}
	}
	reads := func(p *vm.Program) { w.varies = w.varies || p != nil && readsActor(p) }
	for i := range ev.b.Actions[w.p.action].Effects {
		e := &ev.b.Actions[w.p.action].Effects[i]
		reads(e.When)
		for _, s := range e.Path {
			reads(s.Index)
		}
		e.Value.Programs(reads)
	}
	w.varies = w.varies && ev.computed
}

func (w *candidates) asks(id string) bool {
	for _, i := range w.asked {
		if w.ev.b.Constraints[i].ID == id {
			return true
		}
	}
	return false
}

// readsActor says whether a program depends on who proposes.
func readsActor(p *vm.Program) bool {
	for _, r := range p.Reads {
		if r.Bank == model.BankActor || r.Bank == model.BankProposal && r.Slot == model.ProposalOrigin {
			return true
		}
	}
	return false
}

// as puts an agent in the actor's place, and one in that of who has proposed; which of
// its kind is not known. It returns who owns all that then changes.
func (w *candidates) as(k, proposer int) (owners uint64) {
	ev, kinds := w.ev, w.ev.b.AgentType.Values
	id := value.OfUnknown(1 << bitActorID)
	ev.actor[model.ActorID], ev.actor[model.ActorKind] = id, kinds[k]
	if w.from != nil {
		id = w.from.id
	}
	ev.proposal[model.ProposalOrigin] = model.OfActor(kinds[proposer], id)
	owners = w.all
	if !ev.computed {
		return owners
	}
	after := ev.after.Vars
	if w.varies {
		w.after.Copy(w.before)
		if _, failed := model.Apply(&ev.m, ev.b, ev.b.Actions[w.p.action].Effects, &w.after, nil); failed.K == value.Error {
			return 0
		}
		after = w.after.Vars
		ev.m.Banks[model.BankNext] = after
	}
	for i := range ev.b.Vars {
		if was, now := w.before.Vars[i], after[i]; was != now && !value.Equal(was, now) {
			owners &= ev.b.Vars[i].Owners
		}
	}
	return owners
}

// stops says whether constraint i certainly does not hold now.
func (w *candidates) stops(i int) bool {
	got := w.ev.m.Run(w.ev.b.Constraints[i].Program[w.p.action])
	return !got.True() && got.K != value.Unknown && !(got.K == value.Error && got.Code() == value.CostLimit)
}

// try notes which constraints stop agent k, which proposes for itself.
func (w *candidates) try(k int) {
	w.owners[k] = w.as(k, k)
	for n, i := range w.asked {
		if w.stops(i) {
			w.stopped[n] |= 1 << k
		}
	}
}

// whatever asks the n-th constraint of every agent, with a state that is not known.
func (w *candidates) whatever(n int) {
	m := &w.ev.m
	banks := m.Banks
	defer func() { m.Banks = banks }()
	for _, bank := range []int{model.BankState, model.BankLogs, model.BankDerived, model.BankNext} {
		unknown := make([]value.Value, len(banks[bank]))
		for i := range unknown {
			unknown[i] = value.OfUnknown(1 << bitAt)
		}
		m.Banks[bank] = unknown
	}
	w.stopped[n] = 0
	varies := w.varies
	w.varies = false
	for k := range w.ev.b.Agents {
		if w.as(k, k); w.stops(w.asked[n]) {
			w.stopped[n] |= 1 << k
		}
	}
	w.varies = varies
}

// outcome says what agent k would get: ok where nothing about who it is forbids it, and
// held where it waits for one of needs.
func (w *candidates) outcome(k int) (needs uint64, held, ok bool) {
	b, bit := w.ev.b, uint64(1)<<k
	if b.Actions[w.p.action].By&bit == 0 {
		return 0, false, false
	}
	needs, held = w.always, w.held
	if w.owners[k]&bit == 0 {
		if !b.Agents[k].Proposes {
			return 0, false, false
		}
		held = true
	}
	for n, i := range w.asked {
		if w.stopped[n]&bit == 0 {
			continue
		}
		o := &b.Constraints[i].Otherwise
		if o.Verdict != model.HoldVerdict {
			return 0, false, false
		}
		held = true
		needs &= o.By
	}
	return needs, held, true
}

// confirmers is which agents of a set could confirm what the proposer has proposed.
func (w *candidates) confirmers(proposer int, set uint64) uint64 {
	set &= w.always
	for k := range w.ev.b.Agents {
		if set>>k&1 == 0 {
			continue
		}
		if w.as(k, proposer)>>k&1 == 0 {
			set &^= 1 << k
			continue
		}
		for _, i := range w.asked {
			o := &w.ev.b.Constraints[i].Otherwise
			if mine := o.Verdict == model.HoldVerdict && o.By>>k&1 != 0; !mine && w.stops(i) {
				set &^= 1 << k
			}
		}
	}
	return set
}

// quoted is a title as it is in a sentence.
func quoted(title string) string { return "“" + title + "”" }

// agents lists the agents in a set as people call them.
func (ev *evaluation) agents(set uint64, last string) string {
	return joinWords(ev.b.AgentTitles(set), last)
}

// told is what to tell a person of violations: that it is not theirs to propose, or what governs.
func told(list []violation) string {
	for i := range list {
		if strings.HasPrefix(list[i].id, "by:") {
			return list[i].say
		}
	}
	return list[0].say
}
