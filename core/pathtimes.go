package core

// This file chooses the times, the ids and the reasons that a search for a path tries, and makes
// texts that keep the rules about text.

import (
	"slices"
	"sort"
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

const (
	hour = 3600_000 // milliseconds
	week = 7 * 24   // hours

	maxTimes     = 256
	maxComposed  = 5 // examples put together to one text
	mostExamples = 2 // of each pattern that match, and as many that do not, to begin a text with
)

// times lists the instants from the time of the state on at which something may change, that time first: those
// that conditions compare the time with, and, where they compute with it, what is a duration away from the times
// in the state and in conditions, and the hours of a week. all says that nothing changes in between.
func (in *pathInputs) times() ([]int64, bool) {
	if in.instants == nil {
		in.instants, in.allInstants = in.findTimes()
	}
	return in.instants, in.allInstants
}

func (in *pathInputs) findTimes() (list []int64, all bool) {
	now := in.s.at
	add := func(at int64) {
		// Just before it, at it, and just after.
		for _, t := range []int64{at - 1, at, at + 1} {
			if t > now && t <= MaxAt {
				list = append(list, t)
			}
		}
	}
	var stamps []value.Value
	for _, c := range in.at.consts {
		if c.K == value.Timestamp {
			stamps = append(stamps, c)
		}
	}
	for _, i := range in.at.slots {
		stamps = append(stamps, in.s.state.Vars[i])
	}
	for _, t := range stamps {
		add(millis(t))
	}
	if all = in.at.plain; !all {
		state := in.look()
		stamps = append(append(stamps, state.times...), value.OfMillis(now))
		var spans []int64
		for _, d := range append(slices.Clone(in.literals.spans), state.spans...) {
			spans = append(spans, d.Int()*1000+int64(d.X)/1_000_000)
		}
		for _, c := range in.at.consts {
			if c.K == value.Int && c.Int() > now/1000 && c.Int() <= MaxAt/1000 {
				add(c.Int() * 1000) // seconds since 1970
			}
		}
		for _, t := range stamps {
			add(millis(t))
			for k := 0; k < len(spans) && len(list) < 4*maxTimes; k++ {
				add(millis(t) + spans[k])
				add(millis(t) - spans[k])
			}
		}
		for k := int64(1); k <= week && len(list) < maxTimes; k++ {
			list = append(list, min((now/hour+k)*hour, MaxAt))
		}
	}
	sort.Sort(instants(list))
	list = slices.Compact(list)
	if len(list) >= maxTimes {
		list, all = list[:maxTimes-1], false
	}
	return append([]int64{now}, list...), all
}

// instants sort as sort.Sort has it, which the module has in it already.
type instants []int64

func (s instants) Len() int           { return len(s) }
func (s instants) Less(i, j int) bool { return s[i] < s[j] }
func (s instants) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// millis is the first millisecond that is not before t.
func millis(t value.Value) int64 {
	return t.Int()*1000 + (int64(t.X)+999_999)/1_000_000
}

// ids lists who of p's kind may propose it: the asker or anybody, whom the state or conditions name, and two
// whom they do not. all says that to conditions nobody else is different.
func (in *pathInputs) ids(p *proposal) (list []value.Value, all bool) {
	state := in.look()
	c := *p
	in.base(&c)
	list = []value.Value{c.actor.id}
	kind := in.s.b.Agents[p.actor.agent].Name
	taken := func(id string) bool {
		v := value.OfString(id)
		named := func(w value.Value) bool { return w.K == value.String && value.Equal(v, w) }
		return named(in.goal.actor.id) || slices.ContainsFunc(list, named) || slices.ContainsFunc(state.texts, named) ||
			slices.ContainsFunc(in.id.consts, named)
	}
	fresh := func() {
		id := kind
		for n := 2; taken(id); n++ {
			id = kind + "-" + strconv.Itoa(n)
		}
		if len(id) <= MaxActorID {
			list = append(list, value.OfString(id))
		}
	}
	fresh()
	named := append(slices.Clone(in.id.equals), in.goal.actor.id)
	for _, i := range in.id.slots {
		named = append(named, in.s.state.Vars[i])
	}
	for _, v := range append(append(named, state.texts...), in.id.consts...) {
		if v.K == value.String && v.Int() > 0 && v.Int() <= MaxActorID {
			list = with(list, v)
		}
	}
	fresh()
	return list, in.id.plain
}

// whys lists the reasons tried for p: the usual one, the goal's, none, and of those that conditions name, each
// and, of a few, every choice. all says that no others make a difference.
func (in *pathInputs) whys(p *proposal) (list []value.Value, all bool) {
	of := func(reasons ...value.Value) { list = with(list, value.OfList(reasons)) }
	if p == in.goal {
		list = append(list, p.reasons)
	}
	request := value.OfString("request")
	of(request)
	list = with(list, in.goal.reasons)
	of()
	var named []value.Value
	name := func(v value.Value) {
		if v.K == value.String && v.Int() <= MaxReason {
			named = with(named, v)
		}
	}
	for _, v := range in.reasons.equals {
		odd := func(r value.Value) bool { return r.K != value.String || r.Int() > MaxReason }
		if name(v); v.K == value.List && v.Int() <= MaxReasons && !slices.ContainsFunc(v.Items(), odd) {
			of(v.Items()...)
		}
	}
	for _, i := range in.reasons.slots {
		name(in.s.state.Vars[i])
	}
	if all = in.reasons.plain && len(named) <= maxSubsets; !all {
		for _, v := range append(slices.Clone(in.reasons.consts), in.look().texts...) {
			if v.K == value.String && v.Int() > 0 && !in.names[v.Str()] {
				name(v)
			}
		}
	}
	for _, v := range named {
		of(v)
		of(request, v)
	}
	few := named[:min(len(named), maxSubsets)]
	for set := 1; set < 1<<len(few); set++ {
		var some []value.Value
		for i, v := range few {
			if set>>i&1 != 0 {
				some = append(some, v)
			}
		}
		of(some...)
	}
	return list, all
}

// compose makes a text that keeps the rules about text, of the examples that the bundle's patterns come with: one
// after the other is added as long as fewer constraints are violated with it. It returns a proposal that commits,
// or nil.
func (q *search) compose(p *proposal, dims []dim, reads uint64) *proposal {
	if p.action < 0 || q.inputs.sets[p.action] == 0 {
		return nil
	}
	starts, more := q.examples(q.inputs.sets[p.action])
	for i := range p.args {
		t := q.s.b.Actions[p.action].Args[i].Type
		if reads>>i&1 == 0 || t.Kind != types.String || known(p.args[i]) {
			continue
		}
		c := q.inputs.with(p, dims, make([]int, len(dims)))
		best, text := 1<<30, ""
		for n, list := 0, starts; n < maxComposed; n, list = n+1, more {
			better := ""
			for _, s := range list {
				if text != "" {
					s = text + " " + s
				}
				if len(s) > t.Len || q.spent() {
					continue
				}
				c.args[i] = value.OfString(s)
				o := q.try(c, 0)
				if o.verdict == model.Commit {
					q.inputs.learn(c, reads)
					return c
				}
				if len(o.violations) < best {
					best, better = len(o.violations), s
				}
			}
			if better == "" {
				break
			}
			text = better
		}
	}
	return nil
}

// examples lists texts of patterns: to begin with, some that match and some that do not; to go on with, one that
// matches each.
func (q *search) examples(sets uint64) (starts, more []string) {
	for i := range q.s.b.Patterns {
		if sets>>i&1 == 0 {
			continue
		}
		p := &q.s.b.Patterns[i]
		starts = append(starts, p.Hit[:min(len(p.Hit), mostExamples)]...)
		starts = append(starts, p.Miss[:min(len(p.Miss), mostExamples)]...)
		more = append(more, p.Hit[:min(len(p.Hit), 1)]...)
	}
	return starts, more
}
