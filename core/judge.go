package core

// This file evaluates one proposal against one state: every constraint, the
// structural ones too, so that all the reasons come at once.
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
	"slices"
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
}

// advice is a preference that is not met.
type advice struct {
	id     string
	code   string // why it could not be evaluated; "" where it was
	say    string
	terms  []vm.Term
	weight int
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
	said       []byte // scratch
	computed   bool   // what the effects come to is known
	owners     uint64 // who owns all that changes
	terse      bool   // only which constraints fail: no texts, terms or spans
}

// run evaluates the declared action of p on the state before. from is nil, or
// who proposed the parked proposal that p's actor now confirms.
func (j *judge) run(before model.State, p *proposal, from *actor) {
	b, m := j.b, &j.m
	j.changes, j.violations, j.advice, j.unsure = j.changes[:0], j.violations[:0], j.advice[:0], 0
	m.Cost, j.told, j.owners = 0, 0, ^uint64(0)
	proposer := p.actor
	if from != nil {
		proposer = *from
	}
	a := &b.Actions[p.action]
	j.actor, j.proposal = j.facts(p, proposer)
	m.Banks[model.BankArgs] = p.args
	m.Banks[model.BankActor] = j.actor[:]
	m.Banks[model.BankProposal] = j.proposal[:]
	m.Banks[model.BankState], m.Banks[model.BankLogs] = before.Vars, before.Logs
	m.Banks[model.BankNext] = nil
	j.derived = b.Derive(m, j.derived)

	var failed value.Value
	j.changes, failed = model.Apply(m, b, a.Effects, before, &j.after, j.changes)
	computed := failed.K != value.Error
	j.computed = computed
	if failed.K == value.Unknown {
		j.unsure |= failed.N
	}
	if a.By>>proposer.agent&1 == 0 {
		j.add(violation{id: "by:" + a.Name, level: model.Responsibility, verdict: model.Reject},
			"", j.actorTerm(), nil) // tellWho writes its text
	}
	changed := false
	if computed {
		m.Banks[model.BankNext] = j.after.Vars
		changed = j.structure(before, p, from)
		j.demand(before, p)
	}
	for i := range b.Constraints {
		c := &b.Constraints[i]
		prog := c.Program[p.action]
		if prog == nil || c.Kind == model.Always || c.Kind != model.Require && !computed {
			continue
		}
		j.ask(c, i, p.action, prog, from, p.actor.agent)
	}
	if computed && changed {
		j.always(p.action, from, p.actor.agent)
		m.Banks[model.BankState], m.Banks[model.BankLogs] = before.Vars, before.Logs
		m.Banks[model.BankDerived] = j.derived
	}
	if !computed && j.onlyHolds() {
		j.add(violation{id: "effect:" + a.Name, level: model.Physical, verdict: model.Reject, code: failed.Code().String()},
			j.text("What "+quoted(a.Shown())+" changes cannot be computed: "+failed.Str()+"."), nil, nil)
	}
	j.tellWho(before, p, from)
	slices.SortStableFunc(j.violations, governs)
}

// facts are what expressions read as `actor` and `proposal`; origin is who proposed p.
func (j *judge) facts(p *proposal, origin actor) (actor [2]value.Value, about [model.ProposalSlots]value.Value) {
	kinds := j.b.AgentType().Values
	actor[model.ActorID], actor[model.ActorKind] = p.actor.id, kinds[p.actor.agent]
	about[model.ProposalAction] = value.OfString(j.b.Actions[p.action].Name)
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

// onlyHolds says whether nothing forbids what was judged: a hold would park what
// no confirmation can bring about.
func (j *judge) onlyHolds() bool {
	for i := range j.violations {
		if j.violations[i].verdict != model.HoldVerdict {
			return false
		}
	}
	return true
}

// governs is below zero where v comes before w: a refusal before what is held, a
// stronger level before a weaker one, structure before what is declared.
func governs(v, w violation) int {
	if held := v.verdict == model.HoldVerdict; held != (w.verdict == model.HoldVerdict) {
		if held {
			return 1
		}
		return -1
	}
	if v.level != w.level {
		return int(v.level) - int(w.level)
	}
	return v.order - w.order
}

// effort is what the last run cost, what no expression accounts for counted in.
func (j *judge) effort() uint64 {
	return j.m.Cost + j.told + uint64(32+len(j.b.Vars)+len(j.b.Constraints)+8*len(j.violations))
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
	v.say, v.terms, v.hits = say, terms, hits
	j.violations = append(j.violations, v)
}

func (j *judge) actorTerm() []vm.Term {
	return []vm.Term{{Path: "actor.kind", Value: j.actor[model.ActorKind]}}
}

// structure asks what the declarations of variables and logs demand of the change; it says whether anything may change.
func (j *judge) structure(before model.State, p *proposal, from *actor) bool {
	b := j.b
	changed := false
	for i := range b.Vars {
		v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]
		if was == now || value.Equal(was, now) {
			continue
		}
		changed = true
		if now.K == value.Unknown {
			if !j.surelyFits(p.action, i) {
				j.unsure |= now.N
			}
		} else if message := model.Fits(now, v.Type); message != "" {
			j.add(violation{id: "domain:" + v.Name, level: model.Physical, verdict: model.Reject},
				j.outside(before, p, i, message), j.changeTerms(before, p, i, nil), nil)
		}
	}
	for i := range b.Logs {
		if now := j.after.Logs[i]; now.K == value.Unknown {
			changed = true
		} else if now.Int() != before.Logs[i].Int() {
			changed = true
			j.log(&b.Logs[i], i, p.action, before.Logs[i].Int(), now)
		}
	}
	if !changed {
		return false
	}
	// `never` comes first: it says more than that a move is not among the moves.
	for i := range b.Vars {
		v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]
		if was == now {
			continue
		}
		for k := range v.Never {
			n := &v.Never[k]
			j.move(before, p, from, i, n.ID, &n.Otherwise, func(_, f, t int) bool {
				return f == t || n.From >= 0 && n.From != f || n.To >= 0 && n.To != t
			}, was, now)
		}
	}
	for i := range b.Vars {
		if v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]; v.Moves != nil && was != now {
			j.move(before, p, from, i, v.Moves.ID, &v.Moves.Otherwise, func(n, f, t int) bool { return v.Moves.Allows(n, f, t) }, was, now)
		}
	}
	for i := range b.Vars {
		v, was, now := &b.Vars[i], before.Vars[i], j.after.Vars[i]
		if was == now || value.Equal(was, now) {
			continue
		}
		if v.Owners>>p.actor.agent&1 != 0 {
			j.owners &= v.Owners
			continue
		}
		if now.K == value.Unknown {
			j.unsure |= now.N
			continue
		}
		j.owners &= v.Owners
		o := violation{id: "owner:" + v.Name, level: model.Ownership, verdict: model.Reject, by: v.Owners}
		if b.Agents[p.actor.agent].Proposes && from == nil {
			o.verdict = model.HoldVerdict
		}
		j.add(o, "", j.changeTerms(before, p, i, j.actorTerm()), nil) // tellWho writes its text
	}
	return true
}

// demand asks whether anything changed, where the action must change something.
func (j *judge) demand(before model.State, p *proposal) {
	a := &j.b.Actions[p.action]
	for _, view := range a.Must {
		moved, unsure := j.b.Moved(view, before, j.after)
		if !moved && unsure == 0 {
			j.add(violation{id: "change:" + a.Name, level: model.Operational, verdict: model.Reject}, j.still(before, p), j.stillTerms(before, p), nil)
			return
		}
		j.unsure |= unsure
	}
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
				is = text
			}
		}
		parts = append(parts, name+" is "+is+" already")
	}
	switch {
	case len(parts) == 0:
		return a.Shown() + " would change nothing: none of what it does applies now."
	case len(parts) > maxStill:
		parts = append(parts[:maxStill], "all else stays as it is")
	}
	return a.Shown() + " would change nothing: " + joinWords(parts, "and") + "."
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
func (j *judge) move(before model.State, p *proposal, confirmed *actor, i int, id string, o *model.Otherwise, allows func(n, from, to int) bool, was, now value.Value) {
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
	if x.verdict == model.HoldVerdict && confirmed != nil {
		if x.by>>p.actor.agent&1 != 0 {
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
	j.add(x, say, j.changeTerms(before, p, i, nil), nil)
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
func (j *judge) ask(c *model.Constraint, i, action int, prog *vm.Program, from *actor, confirmer int) {
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
		a := advice{id: c.ID, code: errorCode(got), weight: c.Weight}
		a.say, a.terms, _ = j.explain(c, action, prog, got)
		j.advice = append(j.advice, a)
		return
	}
	v := violation{id: c.ID, level: c.Level, verdict: c.Otherwise.Verdict, by: c.Otherwise.By, order: i + 1, code: errorCode(got)}
	if v.verdict == model.HoldVerdict && from != nil {
		if v.by>>confirmer&1 != 0 {
			return // this is the confirmation it waited for
		}
		v.verdict = model.Reject
	}
	say, terms, hits := j.explain(c, action, prog, got)
	if c.Otherwise.Verdict == model.HoldVerdict && from != nil && !j.terse {
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
func (j *judge) always(action int, from *actor, confirmer int) {
	b, m := j.b, &j.m
	some := false
	for i := range b.Constraints {
		some = some || b.Constraints[i].Kind == model.Always
	}
	if !some {
		return
	}
	m.Banks[model.BankState], m.Banks[model.BankLogs] = j.after.Vars, j.after.Logs
	j.later = b.Derive(m, j.later)
	for i := range b.Constraints {
		c := &b.Constraints[i]
		if c.Kind == model.Always && c.Program[action] != nil {
			j.ask(c, i, action, c.Program[action], from, confirmer)
		}
	}
}

// fall computes the fallback from the state before into j.after. It returns a
// sentence where the fallback itself would leave no valid state.
func (j *judge) fall(before model.State) string {
	b, m := j.b, &j.m
	m.Banks[model.BankState], m.Banks[model.BankLogs] = before.Vars, before.Logs
	j.derived = b.Derive(m, j.derived)
	var failed value.Value
	j.changes, failed = model.Apply(m, b, b.Fallback, before, &j.after, j.changes[:0])
	if failed.K == value.Error {
		return "The fallback cannot be computed: " + failed.Str() + "."
	}
	for i := range b.Vars {
		if message := model.Fits(j.after.Vars[i], b.Vars[i].Type); message != "" {
			return "The fallback cannot be applied: " + b.Vars[i].Name + ": " + message
		}
	}
	for i := range b.Logs {
		if message := model.Fits(j.after.Logs[i], b.Logs[i].List); message != "" {
			return "The fallback cannot be applied: " + b.Logs[i].Name + ": " + message
		}
	}
	m.Banks[model.BankState], m.Banks[model.BankLogs] = j.after.Vars, j.after.Logs
	j.later = b.Derive(m, j.later)
	for i := range b.Constraints {
		c := &b.Constraints[i]
		if c.Kind != model.Always {
			continue
		}
		for _, prog := range c.Program {
			if prog != nil {
				if !m.Run(prog).True() {
					return "The fallback would break " + c.ID + ", which always holds."
				}
				break
			}
		}
	}
	return ""
}
