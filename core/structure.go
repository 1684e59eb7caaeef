package core

// This file asks what declarations of variables and logs demand of a change.

import (
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// checkStructure asks what the layer's declarations of variables and logs demand of the change.
func (ev *evaluation) checkStructure(p *proposal) {
	b, before, part := ev.b, ev.before, &ev.parts[ev.layer]
	vars, logs := b.Layers[ev.layer].Vars, b.Layers[ev.layer].Logs
	own := false
	for i := vars.From; i < vars.To; i++ {
		v, was, now := &b.Vars[i], before.Vars[i], ev.after.Vars[i]
		if was == now || value.Equal(was, now) {
			continue
		}
		own = true
		if now.K == value.Unknown {
			if !ev.surelyFits(p.action, i) {
				ev.unsure |= now.N
			}
		} else if message := model.Fits(now, v.Type); message != "" {
			ev.add(violation{id: "domain:" + v.Name, level: model.Physical, verdict: model.Reject},
				ev.outside(before, p, i, message), ev.changeTerms(before, p, i, nil), nil)
		}
	}
	for i := logs.From; i < logs.To; i++ {
		if now := ev.after.Logs[i]; now.K == value.Unknown {
			own = true
		} else if now.Int() != before.Logs[i].Int() {
			own = true
			ev.checkLog(&b.Logs[i], i, p.action, before.Logs[i].Int(), now)
		}
	}
	part.changed = own
	for l := range ev.layer {
		part.changed = part.changed || ev.parts[l].changed && b.Layers[ev.layer].Includes>>l&1 != 0
	}
	if own {
		ev.checkMoves(p, vars)
		ev.checkOwners(p, vars)
	}
}

// checkMoves asks whether the variables may go where they would.
func (ev *evaluation) checkMoves(p *proposal, vars model.Span) {
	b, before := ev.b, ev.before
	// `never` comes first: it says more than that a move is not among the moves.
	for i := vars.From; i < vars.To; i++ {
		v, was, now := &b.Vars[i], before.Vars[i], ev.after.Vars[i]
		if was == now {
			continue
		}
		for k := range v.Never {
			n := &v.Never[k]
			ev.checkMove(p, i, n.ID, &n.Otherwise, func(_, f, t int) bool {
				return f == t || n.From >= 0 && n.From != f || n.To >= 0 && n.To != t
			}, was, now)
		}
	}
	for i := vars.From; i < vars.To; i++ {
		if v, was, now := &b.Vars[i], before.Vars[i], ev.after.Vars[i]; v.Moves != nil && was != now {
			ev.checkMove(p, i, v.Moves.ID, &v.Moves.Otherwise, func(n, f, t int) bool { return v.Moves.Allows(n, f, t) }, was,
				now)
		}
	}
}

// checkOwners asks whether the actor owns the variables that would change.
func (ev *evaluation) checkOwners(p *proposal, vars model.Span) {
	b, before, part := ev.b, ev.before, &ev.parts[ev.layer]
	for i := vars.From; i < vars.To; i++ {
		v, was, now := &b.Vars[i], before.Vars[i], ev.after.Vars[i]
		if was == now || value.Equal(was, now) {
			continue
		}
		if v.Owners>>ev.agent&1 != 0 {
			part.owners &= v.Owners
			continue
		}
		if now.K == value.Unknown {
			ev.unsure |= now.N
			continue
		}
		part.owners &= v.Owners
		o := violation{id: "owner:" + v.Name, level: model.Ownership, verdict: model.Reject, by: v.Owners}
		if b.Agents[ev.agent].Proposes && ev.from == nil {
			o.verdict = model.HoldVerdict
		}
		ev.add(o, "", ev.changeTerms(before, p, i, ev.actorTerms()), nil) // tellWho writes its text
	}
	ev.owners &= part.owners
}

// checkChange asks whether anything changed, where the layer demands that something does.
func (ev *evaluation) checkChange(p *proposal) {
	moved, unsure := ev.b.Moved(ev.b.Layers[ev.layer].Includes, ev.before, ev.after)
	if !moved && unsure == 0 {
		ev.add(violation{id: "change:" + ev.b.Actions[p.action].Name, level: model.Operational, verdict: model.Reject},
			ev.sayUnchanged(ev.before, p), ev.unchangedTerms(ev.before, p), nil)
	}
	ev.unsure |= unsure
}

// sayUnchanged says what already is as the action would make it.
func (ev *evaluation) sayUnchanged(before model.State, p *proposal) string {
	if ev.terse {
		return ""
	}
	defer ev.endTelling(ev.beginTelling())
	a := &ev.b.Actions[p.action]
	var parts []string
	for i := range a.Effects {
		e := &a.Effects[i]
		if e.Var < 0 || e.When != nil && !ev.m.Run(e.When).True() {
			continue
		}
		name, now := e.Look(&ev.m, ev.b, before)
		is := "so"
		if now.K < value.List && (now.K != value.String || now.Str() != "") {
			if text := string(value.AppendText(nil, now)); len(text) <= maxStillText {
				if is = text; len(e.Path) == 0 {
					is = ev.b.Vars[e.Var].Type.Shown(text)
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

// unchangedTerms are what the effects would set, and what they read.
func (ev *evaluation) unchangedTerms(before model.State, p *proposal) (terms []vm.Term) {
	set := make([]bool, len(before.Vars))
	for _, e := range ev.b.Actions[p.action].Effects {
		if e.Var >= 0 && !set[e.Var] {
			set[e.Var] = true
			terms = ev.changeTerms(before, p, e.Var, terms)
		}
	}
	return terms
}

// A refusal names so many parts of the state, and a part's value where it has at most so many bytes.
const (
	maxStill     = 3
	maxStillText = 64
)

// checkLog asks whether what was appended fits.
func (ev *evaluation) checkLog(l *model.Log, i, action int, from int64, now value.Value) {
	message := ""
	if now.Int() > int64(l.List.Len) {
		message = "it is full: there are " + string(model.AppendJSON(nil, value.OfInt(int64(l.List.Len)))) +
			" items, and nothing ever leaves a log."
	}
	for _, item := range now.Items()[from:] {
		if item.K == value.Unknown {
			for k := range ev.b.Actions[action].Effects {
				if e := &ev.b.Actions[action].Effects[k]; e.Var < 0 && e.Log == i && !e.Value.Within() {
					ev.unsure |= item.N
				}
			}
			continue
		}
		if m := model.Fits(item, l.Type); m != "" && message == "" {
			message = m
		}
	}
	if message != "" {
		ev.add(violation{id: "domain:logs." + l.Name, level: model.Physical, verdict: model.Reject},
			ev.text("The log "+l.Name+" cannot take that: "+message), nil, nil)
	}
}

// surelyFits says whether every value the action can give variable i is of its type.
func (ev *evaluation) surelyFits(action, i int) bool {
	effects, indexed := 0, false
	for k := range ev.b.Actions[action].Effects {
		e := &ev.b.Actions[action].Effects[k]
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

// checkMove asks whether a variable may go from one member to another.
func (ev *evaluation) checkMove(p *proposal, i int, id string, o *model.Otherwise, allows func(n, from, to int) bool,
	was, now value.Value) {
	v := &ev.b.Vars[i]
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
			ev.unsure |= now.N
		}
		return
	}
	to := v.Type.Member(now.Str())
	if to < 0 || allows(n, from, to) {
		return // to < 0: said by domain
	}
	x := violation{id: id, level: model.Physical, verdict: o.Verdict, by: o.By}
	if x.verdict == model.HoldVerdict && ev.from != nil {
		if x.by>>ev.agent&1 != 0 {
			return // this is the confirmation it waited for
		}
		x.verdict = model.Reject
	}
	say := ""
	if !ev.terse {
		if p.action < len(o.Say) && len(o.Say[p.action]) > 0 {
			asked := ev.beginTelling()
			ev.said = o.Say[p.action].Append(ev.said[:0], &ev.m)
			say = string(ev.said)
			ev.endTelling(asked)
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
	ev.add(x, say, ev.changeTerms(ev.before, p, i, nil), nil)
}

// changeTerms are the variable's value and what the effects on it read.
func (ev *evaluation) changeTerms(before model.State, p *proposal, i int, terms []vm.Term) []vm.Term {
	if ev.terse {
		return nil
	}
	defer ev.endTelling(ev.beginTelling())
	add := func(t vm.Term) {
		for _, have := range terms {
			if have.Path == t.Path {
				return
			}
		}
		terms = append(terms, t)
	}
	add(vm.Term{Path: "state." + ev.b.Vars[i].Name, Value: before.Vars[i]})
	for k := range ev.b.Actions[p.action].Effects {
		e := &ev.b.Actions[p.action].Effects[k]
		if e.Var != i {
			continue
		}
		read := func(q *vm.Program) {
			var t vm.Trace
			ev.m.Trace(q, &t)
			for _, term := range t.Terms {
				add(term)
			}
		}
		if e.When != nil {
			if !ev.m.Run(e.When).True() {
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
