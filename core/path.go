package core

// This file searches the shortest way to a proposal that is refused now.
//
// Breadth first over the states that commits lead to: from each state every
// action is tried, by the proposer first and then by each agent, with every
// value of its bool and enum arguments and a few of the others. The first state
// in which the proposal would commit ends the search, so no way is shorter.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Bounds of the search: it answers a person who waits at a disabled button.
const (
	maxPathDecisions = 20000 // proposals tried, in all and in one state; model.QuestionCost bounds what they cost
	maxPathLength    = 12    // steps; a longer help text helps nobody
	maxPathChoices   = 128   // combinations of arguments tried for one action
	maxLiterals      = 48    // constants of the bundle tried as arguments
)

// pathRoom bounds what the states that were reached hold: some forty megabytes.
var pathRoom = model.Extent{Bytes: 16 << 20, Values: 1 << 20}

// step is a state that was reached, and how.
type step struct {
	state  model.State
	from   int // index of the step before, -1 for the first
	p      *proposal
	length int
}

// Path answers which proposals lead to a state in which the given one would
// commit, as canonical JSON:
//
//	{"bounded":…,"found":…,"steps":[PROPOSAL…],"tried":N,"v":1,"verdict":"commit"}
//
// steps is empty where it would commit at once. Where no way to a commit was
// found, but one to a state in which it would be held, verdict is "hold". bounded
// says that not everything was tried (the search ended at its bound, arguments have
// more values than are tried, or a step would have had to be confirmed), so that
// a way may exist all the same.
// A frozen session has no way: governance must unfreeze it.
func (s *Session) Path(proposal []byte) ([]byte, error) {
	s.enter()
	out, err := s.path(proposal)
	s.leave()
	return out, err
}

func (s *Session) path(proposal []byte) ([]byte, error) {
	p, err := readProposal(s.b, &s.doc, proposal)
	if err == nil {
		err = s.admit(p)
	}
	if err == nil && p.action < 0 {
		err = &Error{Code: CodeAction, Path: "action", Message: "a path leads to an action of the bundle, not to the built-in `" + builtins[-1-p.action] + "`."}
	}
	if err != nil {
		return nil, err
	}
	s.j.terse = true
	logged := s.j.logged
	s.j.logged = nil // the states on the way have others
	defer func() { s.j.terse, s.j.logged = false, logged }()
	if s.frozen != 0 {
		return s.appendPath(nil, -1, model.Reject, false, 0), nil
	}
	steps := []step{{state: s.state, from: -1}}
	choices, bounded := s.choices(p)
	seen := map[[32]byte]bool{s.key(s.state): true}
	held, tried := -1, 0
	left := int64(model.QuestionCost)
	var room model.Extent // of the states kept
search:
	for i := 0; i < len(steps); i++ {
		at := steps[i].state
		s.j.reset()
		s.j.run(at, p, nil, s.frozen)
		tried++
		left -= int64(s.j.effort())
		switch {
		case len(s.j.violations) == 0:
			if s.fits(s.j.after) {
				return s.appendPath(steps, i, model.Commit, bounded && i > 0, tried), nil
			}
		case s.j.violations[0].verdict == model.HoldVerdict && held < 0:
			if s.parkable(p, len(appendProposal(nil, s.b, p))); s.j.violations[0].verdict == model.HoldVerdict {
				held = i
			}
		}
		if steps[i].length >= maxPathLength {
			bounded = true
			continue
		}
		for _, c := range choices {
			if tried >= maxPathDecisions || left < 0 {
				bounded = true
				break search
			}
			tried++
			s.j.reset()
			s.j.run(at, c, nil, s.frozen)
			left -= int64(s.j.effort())
			if len(s.j.violations) > 0 {
				bounded = bounded || s.j.violations[0].verdict == model.HoldVerdict // confirmed, it might have led on
				continue
			}
			if len(s.j.changes) == 0 || !s.fits(s.j.after) {
				continue
			}
			key := s.key(s.j.after)
			left -= int64(len(s.scratch) / 4) // to write and hash it
			if seen[key] {
				continue
			}
			if !room.Changed(at, s.j.after, pathRoom) {
				bounded = true
				break search
			}
			seen[key] = true
			next := model.State{Vars: append([]value.Value(nil), s.j.after.Vars...), Logs: append([]value.Value(nil), s.j.after.Logs...)}
			steps = append(steps, step{next, i, c, steps[i].length + 1})
		}
	}
	if held >= 0 {
		return s.appendPath(steps, held, model.HoldVerdict, bounded, tried), nil
	}
	return s.appendPath(nil, -1, model.Reject, bounded, tried), nil
}

func (s *Session) appendPath(steps []step, at int, verdict model.Verdict, bounded bool, tried int) []byte {
	dst := strconv.AppendBool([]byte(`{"bounded":`), bounded)
	dst = strconv.AppendBool(append(dst, `,"found":`...), at >= 0)
	dst = append(dst, `,"steps":[`...)
	var way []int
	for i := at; i > 0; i = steps[i].from {
		way = append(way, i)
	}
	for k := len(way) - 1; k >= 0; k-- {
		dst = appendProposal(dst, s.b, steps[way[k]].p)
		if k > 0 {
			dst = append(dst, ',')
		}
	}
	dst = canon.AppendInt(append(dst, `],"tried":`...), int64(tried))
	dst = canon.AppendString(append(dst, `,"v":1,"verdict":`...), verdict.String())
	return append(dst, '}')
}

// fits says whether a session may hold the state.
func (s *Session) fits(st model.State) bool {
	if !s.b.Large {
		return true
	}
	var size model.Extent
	return size.Changed(model.State{}, st, model.StateLimit)
}

// key is equal for equal states.
func (s *Session) key(st model.State) [32]byte {
	s.scratch = appendVars(s.scratch[:0], s.b, st.Vars)
	for i := range st.Logs {
		s.scratch = model.AppendJSON(s.scratch, st.Logs[i])
	}
	return canon.Sum256(s.scratch)
}

// choices lists the proposals that are tried in every state, and says whether there
// are others, as far as arguments go.
func (s *Session) choices(goal *proposal) (list []*proposal, bounded bool) {
	who := []actor{goal.actor}
	for i := range s.b.Agents {
		a := actor{i, value.OfString(s.b.Agents[i].Name)}
		if i != goal.actor.agent || !value.Equal(a.id, goal.actor.id) {
			who = append(who, a)
		}
	}
	literals := s.literals()
	args := make([][][]value.Value, len(s.b.Actions))
	for a := range args {
		all := false
		args[a], all = s.arguments(a, goal, literals)
		bounded = bounded || !all
	}
	request := value.OfList([]value.Value{value.OfString("request")})
	for _, w := range who {
		for a := range args {
			for _, v := range args[a] {
				if len(list) == maxPathDecisions {
					return list, true
				}
				list = append(list, &proposal{action: a, actor: w, args: v, at: goal.at, reasons: request})
			}
		}
	}
	return list, bounded
}

// literals lists the constants of the bundle's conditions: the values at which
// something changes are among them, or beside them.
func (s *Session) literals() []value.Value {
	var list []value.Value
	add := func(v value.Value) {
		for _, have := range list {
			if have.K == v.K && value.Equal(have, v) {
				return
			}
		}
		if len(list) < maxLiterals {
			list = append(list, v)
		}
	}
	for i := range s.b.Constraints {
		var last *vm.Program
		for _, p := range s.b.Constraints[i].Program {
			if p == nil || p == last {
				continue
			}
			last = p
			for _, c := range p.Consts {
				switch c.K {
				case value.Int:
					add(c)
					add(value.OfInt(c.Int() - 1))
					add(value.OfInt(c.Int() + 1))
				case value.String, value.Double:
					add(c)
				}
			}
		}
	}
	return list
}

// arguments lists the arguments an action is tried with, and says whether those are all.
func (s *Session) arguments(a int, goal *proposal, literals []value.Value) (list [][]value.Value, all bool) {
	args := s.b.Actions[a].Args
	list, all = [][]value.Value{make([]value.Value, len(args))}, true
	for i := range args {
		vals, whole := s.candidates(&args[i], goal, literals)
		all = all && whole
		if room := max(1, maxPathChoices/len(list)); len(vals) > room {
			vals, all = vals[:room], false
		}
		list = product(list, i, vals)
	}
	return list, all
}

// candidates lists the values tried for one argument: the declared domain, or all
// of a small type, or the goal's own value of that name, the ends of the range and
// the literals of the bundle. all says that there are no others.
func (s *Session) candidates(arg *model.Arg, goal *proposal, literals []value.Value) (vals []value.Value, all bool) {
	add := func(v value.Value) {
		if model.Fits(v, arg.Type) != "" {
			return
		}
		for _, have := range vals {
			if value.Equal(have, v) {
				return
			}
		}
		vals = append(vals, v)
	}
	for i, g := range s.b.Actions[goal.action].Args {
		if g.Name == arg.Name && g.Type.Kind == arg.Type.Kind && g.Type.Kind != types.Record && g.Type.Kind != types.Map && g.Type.Kind != types.List {
			add(goal.args[i])
		}
	}
	for i := range s.b.Domains {
		if s.b.Domains[i].Path == "args."+arg.Name {
			for _, v := range s.b.Domains[i].Values {
				add(v)
			}
			return vals, false
		}
	}
	if arg.Optional {
		add(arg.Default)
	}
	switch t := arg.Type; t.Kind {
	case types.Bool:
		add(value.OfBool(false))
		add(value.OfBool(true))
		return vals, true
	case types.Enum:
		for _, v := range t.Values {
			add(v)
		}
		return vals, true
	case types.Int:
		if t.Max-t.Min < 16 {
			for i := t.Min; i <= t.Max; i++ {
				add(value.OfInt(i))
			}
			return vals, true
		}
		add(model.Zero(t))
		add(value.OfInt(1))
		add(value.OfInt(t.Min))
		add(value.OfInt(t.Max))
	case types.Timestamp:
		add(value.OfMillis(goal.at.Int()))
	default:
		add(model.Zero(t))
	}
	for _, v := range literals {
		if kinds := [...]value.Kind{types.Int: value.Int, types.Double: value.Double, types.String: value.String}; int(arg.Type.Kind) < len(kinds) && kinds[arg.Type.Kind] == v.K {
			add(v)
		}
	}
	return vals, false
}
