package core

// This file evaluates one proposal against one state: every constraint, the
// structural ones too, so that all the reasons come at once.
//
// A bundle that extends others is judged layer by layer, those of its parents first, each
// as it would be judged alone: with its own part of the effects, its own constraints, its own
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
	cost, told uint64 // see judge.told
	unsure     uint64 // bits that it depends on
	owners     uint64 // who owns all that it changes
	changed    bool   // anything that it or what it extends declares may change
	later      bool   // what it derives of the state after is computed
}

// judge holds what the evaluation of one proposal needs; it is used again and again.
type judge struct {
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
	layer  int            // that is being judged
	agent  int            // of the actor, as the layer sees it
	from   *hold          // what the actor confirms, where the layer has it parked; nil: it proposes
	anew   bool           // the layer sees proposed what others have parked
	lost   uint32         // layers that cannot tell what the state after would be
	kept   uint32         // layers that the outcome is up to: all, or those that keep the proposal
	logged []model.Extent // of each layer's logs in the state before; nil: not known, so they are measured
}

// reset forgets what was found about another proposal.
func (j *judge) reset() {
	j.changes, j.violations, j.advice, j.unsure, j.layer, j.spent = j.changes[:0], j.violations[:0], j.advice[:0], 0, 0, 0
}

// run evaluates the declared action of p on the state before; what was found already stays. h is nil, or
// the parked proposal that p's actor now confirms. Barred layers have refused already, for another reason
// than what is declared; neither they nor what extends them is asked.
func (j *judge) run(before model.State, p *proposal, h *hold, barred uint32) {
	b, m := j.b, &j.m
	j.begin(before)
	j.after.Copy(before)
	m.Banks[model.BankArgs], m.Banks[model.BankNext] = p.args, j.after.Vars
	j.owners = ^uint64(0)
	shares := b.Actions[p.action].Shares
	for i := range shares {
		j.turn(shares[i].Layer, p, h)
		j.share(p, h, &shares[i], barred)
		j.leave()
	}
	j.computed = j.lost>>(len(b.Layers)-1)&1 == 0
	for i := range shares {
		if l := shares[i].Layer; j.alone(l) == model.Commit && j.lost>>l&1 == 0 {
			if say := j.tooLarge(l); say != "" {
				j.layer = l
				j.add(violation{id: "domain:state", level: model.Physical, verdict: model.Reject}, j.text(say), nil, nil)
			}
		}
	}
	if len(b.Layers) > 1 {
		j.keep(p, h, barred)
	}
	for i := range shares {
		if l := shares[i].Layer; j.kept>>l&1 != 0 {
			j.unsure |= j.parts[l].unsure
		}
	}
	j.tellWho(before, p, h)
	order(j.violations)
}

// begin derives what the state before has derived, each layer on its own budget.
func (j *judge) begin(before model.State) {
	b, m := j.b, &j.m
	j.before, j.lost, j.kept, j.anew, j.from = before, 0, ^uint32(0), false, nil
	m.Banks[model.BankState], m.Banks[model.BankLogs] = before.Vars, before.Logs
	j.derived = b.Room(j.derived)
	if j.parts == nil {
		j.parts = make([]part, len(b.Layers))
	}
	for l := range j.parts {
		m.Cost = 0
		b.DeriveLayer(m, l, j.derived)
		j.parts[l] = part{cost: m.Cost, owners: ^uint64(0)}
		j.spent += m.Cost
	}
	m.Cost, j.told = 0, 0
}

// open gives a layer its budget; leave takes it again.
func (j *judge) open(l int) {
	j.layer, j.m.Cost, j.told, j.unsure = l, j.parts[l].cost, j.parts[l].told, j.parts[l].unsure
}

// turn is open, and shows the layer the actor as it sees it.
func (j *judge) turn(l int, p *proposal, h *hold) {
	j.open(l)
	if j.from = h; h != nil && !h.in(l) {
		// It has parked nothing, so what it sees is what was parked, proposed now.
		q := *h.proposal
		q.at, q.self = p.at, value.Value{}
		j.actor, j.proposal = j.facts(&q, q.actor)
		j.agent, j.from, j.anew = q.actor.agent, nil, true
	} else {
		j.actor, j.proposal = j.facts(p, p.by(h))
		j.agent, j.anew = p.actor.agent, false
	}
	j.m.Banks[model.BankActor] = j.actor[:]
	j.m.Banks[model.BankProposal] = j.proposal[:]
}

func (j *judge) leave() {
	part := &j.parts[j.layer]
	j.spent += j.m.Cost - part.cost + j.told - part.told
	part.cost, part.told, part.unsure = j.m.Cost, j.told, j.unsure
	j.m.Cost, j.told, j.unsure = 0, 0, 0
}

// by is who has proposed p: its actor, unless that confirms h.
func (p *proposal) by(h *hold) actor {
	if h != nil {
		return h.proposal.actor
	}
	return p.actor
}

// share lets one layer say what it has to say about p.
func (j *judge) share(p *proposal, h *hold, s *model.Share, barred uint32) {
	b, m, a := j.b, &j.m, &j.b.Actions[p.action]
	layer := &b.Layers[s.Layer]
	proposer := p.by(h).agent
	if barred&layer.Includes != 0 {
		j.lost |= 1 << s.Layer
		return
	}
	if s.Layer == a.Shares[0].Layer && a.By>>proposer&1 == 0 {
		j.add(violation{id: "by:" + a.Name, level: model.Responsibility, verdict: model.Reject},
			"", j.actorTerm(), nil) // tellWho writes its text
	}
	if layer.Agents>>proposer&1 == 0 {
		j.lost |= 1 << s.Layer // it knows no such agent, so it has nothing more to say
		return
	}
	var failed value.Value
	j.changes, failed = model.Apply(m, b, a.Effects[s.Effects.From:s.Effects.To], &j.after, j.changes)
	switch failed.K {
	case value.Error:
		j.lost |= 1 << s.Layer
	case value.Unknown:
		j.unsure |= failed.N
	}
	if j.lost&layer.Includes != 0 {
		j.lost |= 1 << s.Layer
	}
	computed := j.lost>>s.Layer&1 == 0
	if computed {
		j.structure(p)
		if s.Must {
			j.demand(p)
		}
	}
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			c := &b.Constraints[i]
			prog := c.Program[p.action]
			if prog == nil || c.Kind == model.Always || c.Kind != model.Require && !computed {
				continue
			}
			j.ask(c, i, p.action, prog)
		}
	}
	if computed && s.Always && j.parts[s.Layer].changed {
		j.always(p.action, s)
	}
	if failed.K == value.Error && j.onlyHolds() {
		j.add(violation{id: "effect:" + a.Name, level: model.Physical, verdict: model.Reject, code: failed.Code().String()},
			j.text("What "+quoted(a.Shown())+" changes cannot be computed: "+failed.Str()+"."), nil, nil)
	}
}

// facts are what expressions read as `actor` and `proposal`; origin is who proposed p.
func (j *judge) facts(p *proposal, origin actor) (actor [2]value.Value, about [model.ProposalSlots]value.Value) {
	kinds := j.b.AgentType.Values
	actor[model.ActorID], actor[model.ActorKind] = p.actor.id, kinds[p.actor.agent]
	about[model.ProposalAction] = value.OfString(p.name(j.b))
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
func (j *judge) effort() uint64 {
	return j.spent + j.m.Cost + j.told + uint64(32+len(j.b.Vars)+len(j.b.Constraints)+8*len(j.violations))
}

// text is s, or nothing where only the outcome is asked for.
func (j *judge) text(s string) string {
	if j.terse {
		return ""
	}
	return s
}

// add records a violation with its text and terms.
func (j *judge) add(v violation, say string, terms []vm.Term, hits []vm.Hit) {
	v.say, v.terms, v.hits, v.layer = say, terms, hits, j.layer
	j.violations = append(j.violations, v)
}

func (j *judge) actorTerm() []vm.Term {
	return []vm.Term{{Path: "actor.kind", Value: j.actor[model.ActorKind]}}
}
