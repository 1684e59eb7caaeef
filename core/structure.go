package core

// This file asks what declarations of variables and logs demand of a change.

import (
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

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
