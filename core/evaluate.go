package core

// This file evaluates one proposal against one state: every constraint, the
// structural ones too, so that all the reasons come at once.
//
// A bundle that extends others is evaluated layer by layer, those of its parents first, each
// as it would be alone: with its own part of the effects, its own constraints, its own
// budget. A layer reads what it declares and extends, so what a child adds changes nothing
// of what its parents find. For each layer:
//
//	banks        State Logs Derived │ Args Actor Proposal │ Next
//	1 effects    before             │ of the proposal     │ written here
//	2 structure  before, after      │                     │
//	3 require    before             │                     │
//	4 ensure     before             │                     │ after
//	5 always     after              │ none
//	6 prefer     before             │                     │ after
//
// Unknown inputs (admissible asks with unknown arguments) flow through the same
// evaluation: what depends on one neither holds nor fails, and its bits are
// collected instead.

import (
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Bits of what may be unknown; argument i is bit i.
const (
	bitAt = model.MaxArgs + iota
	bitReasons
	bitActorID
)

// violation is a constraint that did not hold.
type violation struct {
	id      string
	level   model.Level
	verdict model.Verdict
	order   int // structural ones first, then as declared
	code    string
	say     string
	terms   []vm.Term
	hits    []vm.Hit
	by      uint64 // of a hold: agents that may confirm
	layer   int    // that finds it
}

// advice is a preference that is not met.
type advice struct {
	id     string
	code   string // why it could not be evaluated; "" where it was
	say    string
	terms  []vm.Term
	weight int
	layer  int
}

// part is what one layer makes of the proposal, beside its violations.
type part struct {
	cost, told uint64 // see evaluation.told
	unsure     uint64 // bits that it depends on
	owners     uint64 // who owns all that it changes
	changed    bool   // anything that it or what it extends declares may change
	later      bool   // what it derives of the state after is computed
}

// evaluation holds what the evaluation of one proposal needs; it is used again and again.
type evaluation struct {
	b          *model.Bundle
	m          vm.Machine
	after      model.State
	derived    []value.Value // of the state before
	later      []value.Value // of the state after
	actor      [2]value.Value
	proposal   [model.ProposalSlots]value.Value
	changes    []model.Change
	violations []violation
	advice     []advice
	unsure     uint64 // bits that the outcome depends on
	told       uint64 // cost of what is said about violations: it takes nothing off what constraints may cost
	spent      uint64 // cost of the layers that are done with
	said       []byte // scratch
	computed   bool   // what the effects come to is known
	owners     uint64 // who owns all that changes
	terse      bool   // only which constraints fail: no texts, terms or spans

	before model.State
	parts  []part
	layer  int            // that speaks now
	agent  int            // of the actor, as the layer sees it
	from   *hold          // what the actor confirms, where the layer has it parked; nil: it proposes
	anew   bool           // the layer sees proposed what others have parked
	lost   uint32         // layers that cannot tell what the state after would be
	kept   uint32         // layers that the outcome is up to: all, or those that keep the proposal
	logged []model.Extent // of each layer's logs in the state before; nil: not known, so they are measured
}

// reset forgets what was found about another proposal.
func (ev *evaluation) reset() {
	ev.changes, ev.violations, ev.advice, ev.unsure, ev.layer, ev.spent = ev.changes[:0], ev.violations[:0],
		ev.advice[:0], 0, 0, 0
}

// run evaluates the declared action of p on the state before; what was found already stays. h is nil, or
// the parked proposal that p's actor now confirms. Barred layers have refused already, for another reason
// than what is declared; neither they nor what extends them is asked.
func (ev *evaluation) run(before model.State, p *proposal, h *hold, barred uint32) {
	b, m := ev.b, &ev.m
	ev.begin(before)
	ev.after.Copy(before)
	m.Banks[model.BankArgs], m.Banks[model.BankNext] = p.args, ev.after.Vars
	ev.owners = ^uint64(0)
	shares := b.Actions[p.action].Shares
	for i := range shares {
		ev.openFor(shares[i].Layer, p, h)
		ev.share(p, h, &shares[i], barred)
		ev.leave()
	}
	ev.computed = ev.lost>>(len(b.Layers)-1)&1 == 0
	for i := range shares {
		if l := shares[i].Layer; ev.alone(l) == model.Commit && ev.lost>>l&1 == 0 {
			if say := ev.tooLarge(l); say != "" {
				ev.layer = l
				ev.add(violation{id: "domain:state", level: model.Physical, verdict: model.Reject}, ev.text(say), nil, nil)
			}
		}
	}
	if len(b.Layers) > 1 {
		ev.keep(p, h, barred)
	}
	for i := range shares {
		if l := shares[i].Layer; ev.kept>>l&1 != 0 {
			ev.unsure |= ev.parts[l].unsure
		}
	}
	ev.tellWho(before, p, h)
	order(ev.violations)
}

// begin derives what the state before has derived, each layer on its own budget.
func (ev *evaluation) begin(before model.State) {
	b, m := ev.b, &ev.m
	ev.before, ev.lost, ev.kept, ev.anew, ev.from = before, 0, ^uint32(0), false, nil
	m.Banks[model.BankState], m.Banks[model.BankLogs] = before.Vars, before.Logs
	ev.derived = b.Room(ev.derived)
	if ev.parts == nil {
		ev.parts = make([]part, len(b.Layers))
	}
	for l := range ev.parts {
		m.Cost = 0
		b.DeriveLayer(m, l, ev.derived)
		ev.parts[l] = part{cost: m.Cost, owners: ^uint64(0)}
		ev.spent += m.Cost
	}
	m.Cost, ev.told = 0, 0
}

// open gives a layer its budget; leave takes it again.
func (ev *evaluation) open(l int) {
	ev.layer, ev.m.Cost, ev.told, ev.unsure = l, ev.parts[l].cost, ev.parts[l].told, ev.parts[l].unsure
}

// openFor is open, and shows the layer the actor as it sees it.
func (ev *evaluation) openFor(l int, p *proposal, h *hold) {
	ev.open(l)
	if ev.from = h; h != nil && !h.in(l) {
		// It has parked nothing, so what it sees is what was parked, proposed now.
		q := *h.proposal
		q.at, q.self = p.at, value.Value{}
		ev.actor, ev.proposal = ev.facts(&q, q.actor)
		ev.agent, ev.from, ev.anew = q.actor.agent, nil, true
	} else {
		ev.actor, ev.proposal = ev.facts(p, p.by(h))
		ev.agent, ev.anew = p.actor.agent, false
	}
	ev.m.Banks[model.BankActor] = ev.actor[:]
	ev.m.Banks[model.BankProposal] = ev.proposal[:]
}

func (ev *evaluation) leave() {
	part := &ev.parts[ev.layer]
	ev.spent += ev.m.Cost - part.cost + ev.told - part.told
	part.cost, part.told, part.unsure = ev.m.Cost, ev.told, ev.unsure
	ev.m.Cost, ev.told, ev.unsure = 0, 0, 0
}

// by is who has proposed p: its actor, unless that confirms h.
func (p *proposal) by(h *hold) actor {
	if h != nil {
		return h.proposal.actor
	}
	return p.actor
}

// share lets one layer say what it has to say about p.
func (ev *evaluation) share(p *proposal, h *hold, s *model.Share, barred uint32) {
	b, m, a := ev.b, &ev.m, &ev.b.Actions[p.action]
	layer := &b.Layers[s.Layer]
	proposer := p.by(h).agent
	if barred&layer.Includes != 0 {
		ev.lost |= 1 << s.Layer
		return
	}
	if s.Layer == a.Shares[0].Layer && a.By>>proposer&1 == 0 {
		ev.add(violation{id: "by:" + a.Name, level: model.Responsibility, verdict: model.Reject},
			"", ev.actorTerms(), nil) // tellWho writes its text
	}
	if layer.Agents>>proposer&1 == 0 {
		ev.lost |= 1 << s.Layer // it knows no such agent, so it has nothing more to say
		return
	}
	var failed value.Value
	ev.changes, failed = model.Apply(m, b, a.Effects[s.Effects.From:s.Effects.To], &ev.after, ev.changes)
	switch failed.K {
	case value.Error:
		ev.lost |= 1 << s.Layer
	case value.Unknown:
		ev.unsure |= failed.N
	}
	if ev.lost&layer.Includes != 0 {
		ev.lost |= 1 << s.Layer
	}
	computed := ev.lost>>s.Layer&1 == 0
	if computed {
		ev.checkStructure(p)
		if s.Must {
			ev.checkChange(p)
		}
	}
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			c := &b.Constraints[i]
			prog := c.Program[p.action]
			if prog == nil || c.Kind == model.Always || c.Kind != model.Require && !computed {
				continue
			}
			ev.checkConstraint(c, i, p.action, prog)
		}
	}
	if computed && s.Always && ev.parts[s.Layer].changed {
		ev.checkAlways(p.action, s)
	}
	if failed.K == value.Error && ev.mayBeHeld() {
		ev.add(violation{id: "effect:" + a.Name, level: model.Physical, verdict: model.Reject, code: failed.Code().String()},
			ev.text("What "+quoted(a.Shown())+" changes cannot be computed: "+failed.Str()+"."), nil, nil)
	}
}

// facts are what expressions read as `actor` and `proposal`; origin is who proposed p.
func (ev *evaluation) facts(p *proposal, origin actor) (actor [2]value.Value, about [model.ProposalSlots]value.Value) {
	kinds := ev.b.AgentType.Values
	actor[model.ActorID], actor[model.ActorKind] = p.actor.id, kinds[p.actor.agent]
	about[model.ProposalAction] = value.OfString(p.name(ev.b))
	about[model.ProposalAt] = p.at
	if p.at.K == value.Int {
		about[model.ProposalAt] = value.OfMillis(p.at.Int())
	}
	if origin == p.actor {
		if p.self.K != value.Map {
			p.self = model.OfActor(kinds[origin.agent], origin.id)
		}
		about[model.ProposalOrigin] = p.self
	} else {
		about[model.ProposalOrigin] = model.OfActor(kinds[origin.agent], origin.id)
	}
	about[model.ProposalReasons] = p.reasons
	about[model.ProposalSince] = about[model.ProposalAt]
	if p.since.K == value.Int {
		about[model.ProposalSince] = value.OfMillis(p.since.Int())
	}
	return actor, about
}

// effort is what the last run cost, what no expression accounts for counted in.
func (ev *evaluation) effort() uint64 {
	return ev.spent + ev.m.Cost + ev.told + uint64(32+len(ev.b.Vars)+len(ev.b.Constraints)+8*len(ev.violations))
}

// text is s, or nothing where only the outcome is asked for.
func (ev *evaluation) text(s string) string {
	if ev.terse {
		return ""
	}
	return s
}

// add records a violation with its text and terms.
func (ev *evaluation) add(v violation, say string, terms []vm.Term, hits []vm.Hit) {
	v.say, v.terms, v.hits, v.layer = say, terms, hits, ev.layer
	ev.violations = append(ev.violations, v)
}

func (ev *evaluation) actorTerms() []vm.Term {
	return []vm.Term{{Path: "actor.kind", Value: ev.actor[model.ActorKind]}}
}
