package core

// This file chooses the values that a search for a path tries for arguments: what the bundle's
// conditions compare inputs with, what is beside it, and what the state holds.

import (
	"slices"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// enter forgets what was gathered in another state.
func (in *pathInputs) enter() { in.looked, in.instants = false, nil }

// look gathers what is in the state that is entered.
func (in *pathInputs) look() *gathered {
	if in.looked {
		return &in.now
	}
	in.looked, in.now = true, gathered{}
	b, s := in.s.b, in.s
	for i, v := range s.state.Vars {
		in.gather(v, b.Vars[i].Type, 1)
	}
	for i, v := range s.state.Logs {
		items := v.Items()
		for _, item := range items[max(0, len(items)-maxLastItems):] {
			in.gather(item, b.Logs[i].Type, 1)
		}
	}
	for i := range s.holds {
		in.now.add(s.holds[i].proposal.actor.id, maxGathered)
	}
	return &in.now
}

// gather takes what is worth trying out of a value; keys come first, as they name things.
func (in *pathInputs) gather(v value.Value, t *types.Type, depth int) {
	switch t.Kind {
	case types.String:
		if v.Int() <= MaxActorID {
			in.now.add(v, maxGathered)
		}
	case types.Int:
		for _, d := range []int64{0, 1, -1} {
			in.now.add(value.OfInt(v.Int()+d), maxGathered)
		}
	case types.Double, types.Timestamp, types.Duration:
		in.now.add(v, maxGathered)
	case types.List:
		for i, item := range v.Items() {
			if i < maxGathered {
				in.gather(item, t.Elem, depth+1)
			}
		}
	case types.Map:
		e := v.Entries()
		for i := 0; i < len(e.Keys) && i < maxGathered; i++ {
			in.gather(e.Keys[i], t.Key, depth+1)
		}
		for i := 0; i < len(e.Keys) && i < maxGathered; i++ {
			in.gather(e.Vals[i], t.Elem, depth+1)
		}
	case types.Record:
		for i, f := range t.Fields {
			in.gather(v.Entries().Vals[i], f.Type, depth+1)
		}
	}
}

// combinations lists an action's arguments, every value of bool and enum ones; the rest is unknown.
func (in *pathInputs) combinations(a int) [][]value.Value {
	if in.combos[a] == nil {
		in.combos[a] = in.s.combinations(a)
	}
	return in.combos[a]
}

// base fills in what p says nothing about: who of the kind, when, and why.
func (in *pathInputs) base(p *proposal) *proposal {
	p.at, p.self = value.OfInt(in.s.at), value.Value{}
	p.reasons = value.OfList([]value.Value{value.OfString("request")})
	p.actor.id = value.OfString(in.s.b.Agents[p.actor.agent].Name)
	if p.actor.agent == in.goal.actor.agent {
		p.actor.id = in.goal.actor.id
	}
	c := *p
	return &c
}

// settled makes known of p's time, id and reasons what nothing reads.
func (in *pathInputs) settled(p *proposal) {
	c := *p
	in.base(&c)
	if p.action >= 0 {
		return
	}
	if !in.at.read {
		p.at = c.at
	}
	if !in.id.read {
		p.actor.id = c.actor.id
	}
	if !in.reasons.read {
		p.reasons = c.reasons
	}
}

// kept is what the state after depends on, of what is not known.
func (in *pathInputs) kept(after model.State) (bits uint64) {
	for i, v := range after.Vars {
		if !in.idle[i] {
			bits |= unknown(v)
		}
	}
	for i, v := range after.Logs {
		if in.idle[len(after.Vars)+i] {
			continue
		}
		if bits |= unknown(v); v.K == value.List {
			for _, item := range v.Items()[in.s.state.Logs[i].Int():] {
				bits |= unknown(item)
			}
		}
	}
	return bits
}

func unknown(v value.Value) uint64 {
	if known(v) {
		return 0
	}
	return v.N
}

// dims lists the inputs among bits that p leaves unknown, with the values to try for each, the likeliest first.
// all says that no other value could make a difference.
func (in *pathInputs) dims(p *proposal, bits uint64, most int) (dims []dim, all bool) {
	all = true
	add := func(bit int, vals []value.Value, whole bool) {
		if len(vals) > most {
			vals, whole = vals[:most], false
		}
		dims, all = append(dims, dim{bit, vals}), all && whole
	}
	for i, v := range p.args {
		if bits>>i&1 != 0 && !known(v) {
			vals, whole := in.argument(p.action, i, most)
			add(i, vals, whole)
		}
	}
	if bits>>bitActorID&1 != 0 {
		vals, whole := in.ids(p)
		add(bitActorID, vals, whole)
	}
	if bits>>bitReasons&1 != 0 {
		vals, whole := in.whys(p)
		add(bitReasons, vals, whole)
	}
	if bits>>bitAt&1 != 0 {
		times, whole := in.times()
		vals := make([]value.Value, len(times))
		for i, at := range times {
			vals[i] = value.OfInt(at)
		}
		add(bitAt, vals, whole)
	}
	return dims, all
}

// with is p with the picked values, and what is left filled in.
func (in *pathInputs) with(p *proposal, dims []dim, pick []int) *proposal {
	c := *p
	if in.base(&c); p == in.goal {
		c = *p
		c.at, c.self = value.OfInt(in.s.at), value.Value{}
	}
	c.args = slices.Clone(p.args)
	for i, v := range c.args {
		if !known(v) {
			c.args[i] = in.plain(p.action, i)
		}
	}
	for i, d := range dims {
		v := d.vals[pick[i]]
		switch d.bit {
		case bitAt:
			c.at = v
		case bitReasons:
			c.reasons = v
		case bitActorID:
			c.actor.id = v
		default:
			c.args[d.bit] = v
		}
	}
	return &c
}

// plain is a value for an argument that makes no difference.
func (in *pathInputs) plain(a, i int) value.Value {
	arg := &in.s.b.Actions[a].Args[i]
	if v, ok := in.goals(arg); ok {
		return v
	}
	if arg.Optional {
		return arg.Default
	}
	return model.Zero(arg.Type)
}

// goals is what the goal has for an argument of that name.
func (in *pathInputs) goals(arg *model.Arg) (value.Value, bool) {
	for i, g := range in.s.b.Actions[in.goal.action].Args {
		like := g.Type.Kind == arg.Type.Kind && (g.Type == arg.Type || g.Type.Kind < types.List)
		if g.Name == arg.Name && like && model.Fits(in.goal.args[i], arg.Type) == "" {
			return in.goal.args[i], true
		}
	}
	return value.Value{}, false
}

// combine calls f with an index into each dim's values: all first ones, then those that differ from them in one
// dim, in two, and so on, until f says that it is enough. It says whether f was called with every combination.
func combine(dims []dim, most int, f func(pick []int) bool) bool {
	pick, room := make([]int, len(dims)), most
	var choose func(from, others int) bool // with so many dims from there on that do not have their first value
	choose = func(from, others int) bool {
		if others == 0 {
			room--
			return room >= 0 && f(pick)
		}
		for d := from; d <= len(dims)-others; d++ {
			for k := 1; k < len(dims[d].vals); k++ {
				pick[d] = k
				if ok := choose(d+1, others-1); !ok {
					return false
				}
			}
			pick[d] = 0
		}
		return true
	}
	for others := 0; others <= len(dims); others++ {
		if !choose(0, others) {
			return false
		}
	}
	return true
}

// argument lists the values tried for an argument: what made the action commit before, the goal's own value of
// that name, the declared domain, all of a small type, or else what is in the state and in conditions. all
// says that there are no others.
func (in *pathInputs) argument(a, i, most int) (vals []value.Value, all bool) {
	arg := &in.s.b.Actions[a].Args[i]
	add := func(v value.Value) {
		if model.Fits(v, arg.Type) == "" {
			vals = with(vals, v)
		}
	}
	if arg.Type.Kind == types.String {
		for _, v := range in.learned[a] {
			add(v)
		}
	}
	if v, ok := in.goals(arg); ok {
		add(v)
	}
	for i := range in.s.b.Domains {
		if in.s.b.Domains[i].Path == "args."+arg.Name {
			for _, v := range in.s.b.Domains[i].Values {
				add(v)
			}
		}
	}
	if arg.Optional {
		add(arg.Default)
	}
	all = in.typed(arg.Type, arg.Name, add)
	if arg.Type.Kind != types.String {
		return vals, all
	}
	if in.sets[a] == 0 {
		for _, v := range in.literals.ints { // a text may have to be so long
			if n := v.Int(); n > 0 && n <= maxLength {
				add(value.OfString(strings.Repeat("x", int(n))))
			}
		}
	} else if most < maxLiterals && len(vals) > fewTexts {
		vals = vals[:fewTexts] // asking patterns is dear
	}
	return vals, false
}

// typed adds values of a type, and says whether they are all there are.
func (in *pathInputs) typed(t *types.Type, name string, add func(value.Value)) bool {
	now := in.look()
	each := func(lists ...[]value.Value) {
		for _, list := range lists {
			for _, v := range list {
				add(v)
			}
		}
	}
	switch t.Kind {
	case types.Bool:
		each([]value.Value{value.OfBool(false), value.OfBool(true)})
		return true
	case types.Enum:
		each(t.Values)
		return true
	case types.Int:
		if t.Max-t.Min < smallRange {
			for i := t.Min; i <= t.Max; i++ {
				add(value.OfInt(i))
			}
			return true
		}
		each([]value.Value{model.Zero(t), value.OfInt(1), value.OfInt(t.Max)}, now.ints, in.literals.ints)
		add(value.OfInt(t.Min))
	case types.Double:
		add(model.Zero(t))
		for _, v := range now.ints {
			add(value.OfDouble(float64(v.Int())))
		}
		each(now.doubles, in.literals.doubles)
	case types.Timestamp:
		times, _ := in.times()
		for _, at := range times {
			add(value.OfMillis(at))
		}
		each(now.times, in.literals.times, []value.Value{model.Zero(t)})
	case types.Duration:
		each([]value.Value{model.Zero(t)}, now.spans, in.literals.spans)
	case types.String:
		for i, list := range [][]value.Value{in.texts, now.texts, in.literals.texts} {
			each(list[:min(len(list), 2+i*maxLiterals)])
		}
		each([]value.Value{value.OfString(""), value.OfString(name)})
	case types.List:
		add(model.Zero(t))
		in.typed(t.Elem, name, func(v value.Value) { add(value.OfList([]value.Value{v})) })
	default:
		add(model.Zero(t))
	}
	return false
}

// learn notes the texts of a proposal that committed because of them.
func (in *pathInputs) learn(p *proposal, reads uint64) {
	for i, v := range p.args {
		if reads>>i&1 != 0 && v.K == value.String && v.Int() > 0 {
			in.learned[p.action] = first(in.learned[p.action], v, 3)
			in.texts = first(in.texts, v, 4)
		}
	}
}

// first is list with v in front, and at most so many.
func first(list []value.Value, v value.Value, most int) []value.Value {
	list = slices.DeleteFunc(list, func(have value.Value) bool { return value.Equal(have, v) })
	return append([]value.Value{v}, list[:min(len(list), most-1)]...)
}
