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
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
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

// onlyHolds says whether nothing forbids what was judged, to the layer that is being judged: a hold
// would park what no confirmation can bring about.
func (j *judge) onlyHolds() bool { return j.alone(j.layer) <= model.HoldVerdict }

// alone is what a layer would decide without what is no part of it: Commit, HoldVerdict, or Reject
// where it refuses in whatever way.
func (j *judge) alone(l int) model.Verdict {
	verdict := model.Commit
	for i := range j.violations {
		switch v := &j.violations[i]; {
		case j.b.Layers[l].Includes>>v.layer&1 == 0:
		case v.verdict != model.HoldVerdict:
			return model.Reject
		default:
			verdict = model.HoldVerdict
		}
	}
	return verdict
}

// governs is below zero where v comes before w: a refusal before what is held, what a parent finds
// before what its child does, a stronger level before a weaker one, structure before what is declared.
func governs(v, w violation) int {
	if held := v.verdict == model.HoldVerdict; held != (w.verdict == model.HoldVerdict) {
		if held {
			return 1
		}
		return -1
	}
	if v.layer != w.layer {
		return v.layer - w.layer
	}
	if v.level != w.level {
		return int(v.level) - int(w.level)
	}
	return v.order - w.order
}

// order puts what governs first; what governs alike stays in its order. A generic sort would cost the
// module 5 KB, and hardly ever are there more than a few.
func order(list []violation) {
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && governs(list[k], list[k-1]) < 0; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
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

// structure asks what the layer's declarations of variables and logs demand of the change.
func (j *judge) structure(p *proposal) {
	b, before, part := j.b, j.before, &j.parts[j.layer]
	vars, logs := b.Layers[j.layer].Vars, b.Layers[j.layer].Logs
	own := false
	for i := vars.From; i < vars.To; i++ {
		v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]
		if was == now || value.Equal(was, now) {
			continue
		}
		own = true
		if now.K == value.Unknown {
			if !j.surelyFits(p.action, i) {
				j.unsure |= now.N
			}
		} else if message := model.Fits(now, v.Type); message != "" {
			j.add(violation{id: "domain:" + v.Name, level: model.Physical, verdict: model.Reject},
				j.outside(before, p, i, message), j.changeTerms(before, p, i, nil), nil)
		}
	}
	for i := logs.From; i < logs.To; i++ {
		if now := j.after.Logs[i]; now.K == value.Unknown {
			own = true
		} else if now.Int() != before.Logs[i].Int() {
			own = true
			j.log(&b.Logs[i], i, p.action, before.Logs[i].Int(), now)
		}
	}
	part.changed = own
	for l := range j.layer {
		part.changed = part.changed || j.parts[l].changed && b.Layers[j.layer].Includes>>l&1 != 0
	}
	if own {
		j.moves(p, vars)
		j.belongs(p, vars)
	}
}

// moves asks whether the variables may go where they would.
func (j *judge) moves(p *proposal, vars model.Span) {
	b, before := j.b, j.before
	// `never` comes first: it says more than that a move is not among the moves.
	for i := vars.From; i < vars.To; i++ {
		v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]
		if was == now {
			continue
		}
		for k := range v.Never {
			n := &v.Never[k]
			j.move(p, i, n.ID, &n.Otherwise, func(_, f, t int) bool {
				return f == t || n.From >= 0 && n.From != f || n.To >= 0 && n.To != t
			}, was, now)
		}
	}
	for i := vars.From; i < vars.To; i++ {
		if v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]; v.Moves != nil && was != now {
			j.move(p, i, v.Moves.ID, &v.Moves.Otherwise, func(n, f, t int) bool { return v.Moves.Allows(n, f, t) }, was, now)
		}
	}
}

// belongs asks whether the actor owns the variables that would change.
func (j *judge) belongs(p *proposal, vars model.Span) {
	b, before, part := j.b, j.before, &j.parts[j.layer]
	for i := vars.From; i < vars.To; i++ {
		v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]
		if was == now || value.Equal(was, now) {
			continue
		}
		if v.Owners>>j.agent&1 != 0 {
			part.owners &= v.Owners
			continue
		}
		if now.K == value.Unknown {
			j.unsure |= now.N
			continue
		}
		part.owners &= v.Owners
		o := violation{id: "owner:" + v.Name, level: model.Ownership, verdict: model.Reject, by: v.Owners}
		if b.Agents[j.agent].Proposes && j.from == nil {
			o.verdict = model.HoldVerdict
		}
		j.add(o, "", j.changeTerms(before, p, i, j.actorTerm()), nil) // tellWho writes its text
	}
	j.owners &= part.owners
}

// demand asks whether anything changed, where the layer demands that something does.
func (j *judge) demand(p *proposal) {
	moved, unsure := j.b.Moved(j.b.Layers[j.layer].Includes, j.before, j.after)
	if !moved && unsure == 0 {
		j.add(violation{id: "change:" + j.b.Actions[p.action].Name, level: model.Operational, verdict: model.Reject},
			j.still(j.before, p), j.stillTerms(j.before, p), nil)
	}
	j.unsure |= unsure
}

// still says what already is as the action would make it.
func (j *judge) still(before model.State, p *proposal) string {
	if j.terse {
		return ""
	}
	defer j.endTelling(j.beginTelling())
	a := &j.b.Actions[p.action]
	var parts []string
	for i := range a.Effects {
		e := &a.Effects[i]
		if e.Var < 0 || e.When != nil && !j.m.Run(e.When).True() {
			continue
		}
		name, now := e.Look(&j.m, j.b, before)
		is := "so"
		if now.K < value.List && (now.K != value.String || now.Str() != "") {
			if text := string(value.AppendText(nil, now)); len(text) <= maxStillText {
				if is = text; len(e.Path) == 0 {
					is = j.b.Vars[e.Var].Type.Shown(text)
				}
			}
		}
		parts = append(parts, name+" is "+is+" already")
	}
	switch {
	case len(parts) == 0:
		return quoted(a.Shown()) + " would change nothing: none of what it does applies now."
	case len(parts) > maxStill:
		parts = append(parts[:maxStill], "all else stays as it is")
	}
	return quoted(a.Shown()) + " would change nothing: " + joinWords(parts, "and") + "."
}

// stillTerms are what the effects would set, and what they read.
func (j *judge) stillTerms(before model.State, p *proposal) (terms []vm.Term) {
	set := make([]bool, len(before.Vars))
	for _, e := range j.b.Actions[p.action].Effects {
		if e.Var >= 0 && !set[e.Var] {
			set[e.Var] = true
			terms = j.changeTerms(before, p, e.Var, terms)
		}
	}
	return terms
}

// A refusal names so many parts of the state, and a part's value where it has at most so many bytes.
const (
	maxStill     = 3
	maxStillText = 64
)

// log asks whether what was appended fits.
func (j *judge) log(l *model.Log, i, action int, from int64, now value.Value) {
	message := ""
	if now.Int() > int64(l.List.Len) {
		message = "it is full: there are " + string(model.AppendJSON(nil, value.OfInt(int64(l.List.Len)))) + " items, and nothing ever leaves a log."
	}
	for _, item := range now.Items()[from:] {
		if item.K == value.Unknown {
			for k := range j.b.Actions[action].Effects {
				if e := &j.b.Actions[action].Effects[k]; e.Var < 0 && e.Log == i && !e.Value.Within() {
					j.unsure |= item.N
				}
			}
			continue
		}
		if m := model.Fits(item, l.Type); m != "" && message == "" {
			message = m
		}
	}
	if message != "" {
		j.add(violation{id: "domain:logs." + l.Name, level: model.Physical, verdict: model.Reject},
			j.text("The log "+l.Name+" cannot take that: "+message), nil, nil)
	}
}

// surelyFits says whether every value the action can give variable i is of its type.
func (j *judge) surelyFits(action, i int) bool {
	effects, indexed := 0, false
	for k := range j.b.Actions[action].Effects {
		e := &j.b.Actions[action].Effects[k]
		if e.Var != i {
			continue
		}
		effects++
		for _, s := range e.Path {
			indexed = indexed || s.Index != nil
			if s.Field < 0 && (s.Type.Kind == types.List || s.Type.Key.Kind != types.Enum) {
				return false // there may be no such item, or the map may grow past its bound
			}
		}
		if indexed && effects > 1 {
			return false // two may turn out to be on one path
		}
		if !e.Value.Within() {
			return false
		}
	}
	return true
}

// move asks whether a variable may go from one member to another.
func (j *judge) move(p *proposal, i int, id string, o *model.Otherwise, allows func(n, from, to int) bool, was, now value.Value) {
	v := &j.b.Vars[i]
	n := len(v.Type.Members)
	from := v.Type.Member(was.Str())
	if now.K == value.Unknown {
		// Not known where to, but where it may go at all settles it.
		some, all := false, true
		for t := range n {
			if allows(n, from, t) {
				some = true
			} else {
				all = false
			}
		}
		if !all && some {
			j.unsure |= now.N
		}
		return
	}
	to := v.Type.Member(now.Str())
	if to < 0 || allows(n, from, to) {
		return // to < 0: said by domain
	}
	x := violation{id: id, level: model.Physical, verdict: o.Verdict, by: o.By}
	if x.verdict == model.HoldVerdict && j.from != nil {
		if x.by>>j.agent&1 != 0 {
			return // this is the confirmation it waited for
		}
		x.verdict = model.Reject
	}
	say := ""
	if !j.terse {
		if p.action < len(o.Say) && len(o.Say[p.action]) > 0 {
			asked := j.beginTelling()
			j.said = o.Say[p.action].Append(j.said[:0], &j.m)
			say = string(j.said)
			j.endTelling(asked)
		} else {
			var open []string
			for t := range n {
				if t != from && v.Moves != nil && v.Moves.Allows(n, from, t) {
					open = append(open, v.Type.Shown(v.Type.Members[t]))
				}
			}
			here := v.Type.Shown(was.Str())
			say = capital(v.Name) + " cannot go from " + here + " to " + v.Type.Shown(now.Str())
			switch {
			case v.Moves == nil:
				say += "."
			case len(open) == 0:
				say += "; nothing leads away from " + here + "."
			default:
				say += "; from " + here + " it goes to " + joinWords(open, "or") + "."
			}
		}
	}
	j.add(x, say, j.changeTerms(j.before, p, i, nil), nil)
}

// changeTerms are the variable's value and what the effects on it read.
func (j *judge) changeTerms(before model.State, p *proposal, i int, terms []vm.Term) []vm.Term {
	if j.terse {
		return nil
	}
	defer j.endTelling(j.beginTelling())
	add := func(t vm.Term) {
		for _, have := range terms {
			if have.Path == t.Path {
				return
			}
		}
		terms = append(terms, t)
	}
	add(vm.Term{Path: "state." + j.b.Vars[i].Name, Value: before.Vars[i]})
	for k := range j.b.Actions[p.action].Effects {
		e := &j.b.Actions[p.action].Effects[k]
		if e.Var != i {
			continue
		}
		read := func(q *vm.Program) {
			var t vm.Trace
			j.m.Trace(q, &t)
			for _, term := range t.Terms {
				add(term)
			}
		}
		if e.When != nil {
			if !j.m.Run(e.When).True() {
				continue
			}
			read(e.When)
		}
		for _, s := range e.Path {
			if s.Index != nil {
				read(s.Index)
			}
		}
		e.Value.Programs(read)
	}
	return terms
}

// ask evaluates one declared constraint.
func (j *judge) ask(c *model.Constraint, i, action int, prog *vm.Program) {
	got := j.m.Run(prog)
	switch {
	case got.True():
		return
	case got.K == value.Unknown:
		if c.Kind != model.Prefer {
			j.unsure |= got.N
		}
		return
	}
	if c.Kind == model.Prefer {
		// One that cannot be evaluated is not met either: what nobody could ask about is no better than what was refused.
		a := advice{id: c.ID, code: errorCode(got), weight: c.Weight, layer: j.layer}
		a.say, a.terms, _ = j.explain(c, action, prog, got)
		j.advice = append(j.advice, a)
		return
	}
	v := violation{id: c.ID, level: c.Level, verdict: c.Otherwise.Verdict, by: c.Otherwise.By, order: i + 1, code: errorCode(got)}
	if v.verdict == model.HoldVerdict && j.from != nil {
		if v.by>>j.agent&1 != 0 {
			return // this is the confirmation it waited for
		}
		v.verdict = model.Reject
	}
	say, terms, hits := j.explain(c, action, prog, got)
	if c.Otherwise.Verdict == model.HoldVerdict && (j.from != nil || j.anew) && !j.terse {
		say += " What is waiting cannot be confirmed as it stands: decline it, and propose it again for " + j.agents(c.Otherwise.By, "or") + "."
	}
	j.add(v, say, terms, hits)
}

// errorCode is the code of a failed evaluation, "" of any other value.
func errorCode(v value.Value) string {
	if v.K != value.Error {
		return ""
	}
	return v.Code().String()
}

// beginTelling lets what follows cost something of its own, in all as much as a
// decision may: what is said about one violation must not keep the next constraint
// from being asked. endTelling takes what it returned.
func (j *judge) beginTelling() (asked uint64) {
	asked = j.m.Cost
	j.m.Cost = j.told
	return asked
}

func (j *judge) endTelling(asked uint64) { j.told, j.m.Cost = j.m.Cost, asked }

// explain writes what is said when c did not hold, and what it read.
func (j *judge) explain(c *model.Constraint, action int, prog *vm.Program, got value.Value) (say string, terms []vm.Term, hits []vm.Hit) {
	if j.terse {
		return "", nil, nil
	}
	defer j.endTelling(j.beginTelling())
	var t vm.Trace
	j.m.Trace(prog, &t)
	if s := c.Otherwise.Say[action]; len(s) > 0 && got.K != value.Error {
		j.said = s.Append(j.said[:0], &j.m)
		say = string(j.said)
	} else {
		say = c.Title
		if say == "" {
			say = c.ID
		}
		say = strings.TrimSuffix(say, ".")
		if got.K == value.Error {
			say += ": cannot be evaluated, so it " + unmet(c) + ": " + got.Str() + "."
		} else {
			say += ": " + c.Source + " does not hold."
		}
	}
	return say, t.Terms, t.Hits
}

// unmet is what is said of a constraint that cannot be evaluated.
func unmet(c *model.Constraint) string {
	if c.Kind == model.Prefer {
		return "counts as not met"
	}
	return "does not hold"
}

// always asks what holds in every state of the state after.
func (j *judge) always(action int, s *model.Share) {
	b, m := j.b, &j.m
	m.Banks[model.BankState], m.Banks[model.BankLogs] = j.after.Vars, j.after.Logs
	j.deriveLater()
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			if c := &b.Constraints[i]; c.Kind == model.Always && c.Program[action] != nil {
				j.ask(c, i, action, c.Program[action])
			}
		}
	}
	m.Banks[model.BankState], m.Banks[model.BankLogs] = j.before.Vars, j.before.Logs
	m.Banks[model.BankDerived] = j.derived
}

// deriveLater computes what the state after has derived, as far as the layer may read it.
func (j *judge) deriveLater() {
	b, m := j.b, &j.m
	j.later = b.Room(j.later)
	for l := range j.layer + 1 {
		part := &j.parts[l]
		if part.later || b.Layers[j.layer].Includes>>l&1 == 0 {
			continue
		}
		part.later = true
		if l == j.layer {
			b.DeriveLayer(m, l, j.later)
			continue
		}
		mine := m.Cost
		m.Cost = part.cost
		b.DeriveLayer(m, l, j.later)
		j.spent += m.Cost - part.cost
		part.cost, m.Cost = m.Cost, mine
	}
	m.Banks[model.BankDerived] = j.later
}
