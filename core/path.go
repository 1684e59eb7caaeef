package core

// This file searches the shortest way to a proposal that is refused now.
//
// Breadth first over the states that commits lead to. In each state every action is asked about with everything
// unknown that is no bool or enum: what is refused whatever the rest may be is done with, and what is left says
// which inputs it depends on. Only those are tried, with the values that something compares them with
// (pathvalues.go); the time, the reasons and the actor's id are inputs like the arguments.
//
//	state ─ goal ── commits ─────────────────────────────► found
//	  │      └───── would, with other reasons or by another ─► variant
//	  ├─ action, rest unknown ── refused ─────────────────► nothing to try
//	  │                      └── open on inputs ── values ─► commits ─► a new state
//	  └─ unfreeze, confirm, decline, expire ───────────────► likewise
//
// What is not found is proven only where nothing was left out: each input that mattered had all the values that
// could make a difference. Otherwise the answer is bounded.
//
// Most inputs have more values than there is time for. So there are passes: one step with the few
// likeliest values, one step with many, then many steps with one value that commits, with few, with many.

import (
	"slices"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Bounds of the search: it answers a person who waits at a disabled button.
const (
	maxPathDecisions = 1 << 16 // proposals tried; model.QuestionCost bounds what they cost
	maxPathLength    = 12      // steps; a longer help text helps nobody
	tryUnits         = 64      // what making a proposal and keeping its state costs, besides evaluating it
	holdUnits        = 8       // and each parked proposal, which every state lists
)

// pathRoom bounds what the states that were reached hold: some forty megabytes.
var pathRoom = model.Extent{Bytes: 16 << 20, Values: 1 << 20}

// passes are what is tried one after the other: how many steps, how many values of an input,
// combinations of them and commits of one action, and up to which part of what the whole may cost.
var passes = [...]struct {
	length, values, combinations, commits int
	left                                  int64
}{
	{1, 6, 24, 6, model.QuestionCost / 8 * 7},
	{1, 64, 256, 64, model.QuestionCost / 8 * 5},
	{maxPathLength, 6, 24, 1, model.QuestionCost / 8 * 4},
	{maxPathLength, 6, 24, 6, model.QuestionCost / 8 * 2},
	{maxPathLength, 64, 256, 64, 0},
}

// deep is the first pass of many steps: the one after it looks for a shorter way than it has found.
const deep = 2

// reached is a state that was reached, and how.
type reached struct {
	state  model.State
	holds  []hold // those that still wait
	frozen uint32
	at     int64 // not before this: the time of the step
	from   int   // index of the state before, -1 for the first
	p      *proposal
	length int
	size   int // bytes of the state, or more: what commits is measured
}

// pending is what steps has found out about a proposal whose values are tried later.
type pending struct {
	state, combination int
	p                  *proposal
	reads, kept        uint64
}

// way is an answer: the steps, and the proposal that then gets the verdict.
type way struct {
	steps []*proposal
	p     *proposal
}

// search is one question.
type search struct {
	s       *Session
	goal    *proposal
	size    int // of the goal as JSON
	inputs  *pathInputs
	list    []reached
	at      int                // the state that is entered
	seen    map[[32]byte]int64 // the earliest time of each state
	later   []pending
	fallen  [][32]byte // states that only a refusal leads to
	pass    int
	left    int64
	tried   int
	room    model.Extent
	bounded bool           // something was not tried
	crowded bool           // the goal has no room to be parked
	logged  []model.Extent // what the logs of the first state come to

	found, held, variant *way
}

// Path answers which proposals lead to a state in which the given one would
// commit, as canonical JSON:
//
//	{"bounded":…,"found":…,"steps":[PROPOSAL…],"tried":N,"v":1,
//	 "variant":{"proposal":PROPOSAL,"steps":[PROPOSAL…]},"verdict":"commit","when":…}
//
// Each step commits when it is proposed as it is: at its time, for its reasons, by its actor. An id that is the
// agent's name, or that and a number, means any actor of that kind. when is the time at which the given
// proposal would be made then, its own or later; its own and with no steps where it would commit at once. Where no
// way to a commit was found, but one to a state in which it would be held, verdict is "hold". variant is null, or,
// where none was found, the same proposal with other reasons or by someone else of the kind, which would commit
// after its steps. bounded says that not everything was tried (the search ended with the first way or at its
// bound, an input has more values than are tried, a step would have had to be held, or a refusal falls back to
// where no step leads), so that another way may exist. Where it is false and none was found, there is none.
func (s *Session) Path(proposal []byte) ([]byte, error) {
	s.enter()
	out, err := s.path(proposal)
	s.leave()
	return out, err
}

func (s *Session) path(src []byte) ([]byte, error) {
	p, err := s.read(src)
	if err == nil && p.action < 0 {
		err = &Error{Code: codes.ProposalAction, Path: "action",
			Message: "a path leads to an action of the bundle, not to the built-in `" + builtins[-1-p.action] + "`."}
	}
	if err != nil {
		return nil, err
	}
	first := reached{state: s.state, holds: s.holds, frozen: s.frozen, at: p.at.Int(), from: -1}
	at := s.at
	var size model.Extent
	if s.b.Large {
		size.Changed(model.State{}, s.state, model.StateLimit)
	}
	first.size = size.Bytes
	s.ev.terse = true
	q := &search{s: s, goal: p, logged: s.ev.logged, size: len(appendProposal(nil, s.b, p)), left: model.QuestionCost}
	q.inputs = newPathInputs(s, p)
	q.run(first)
	q.check(first)
	s.state, s.holds, s.frozen, s.at = first.state, first.holds, first.frozen, at
	s.ev.terse, s.ev.logged = false, q.logged
	return q.append(), nil
}

// run searches in passes, until there is a way, or nothing was left out.
func (q *search) run(first reached) {
	longest := maxPathLength
	for q.pass = range passes {
		q.list, q.seen, q.fallen, q.room, q.bounded = []reached{first}, map[[32]byte]int64{}, nil, model.Extent{}, false
		best := q.found
		q.found = nil
		q.seen[q.key(&first)] = first.at
		q.breadth(min(longest, passes[q.pass].length))
		if q.found == nil {
			q.found = best
		}
		switch {
		case q.found == nil && !q.bounded:
			return
		case q.found != nil:
			if longest = len(q.found.steps) - 1; longest <= min(1, q.pass) || q.pass > deep {
				return
			}
		}
	}
}

// breadth takes states in the order in which they were reached.
func (q *search) breadth(longest int) {
	if q.enter(0); q.arrived(0) {
		return
	}
	for from, to := 0, 1; from < to; from, to = to, len(q.list) {
		if q.list[from].length >= longest {
			q.bounded = true
			return
		}
		if q.later = nil; !q.level(from, to) {
			q.bounded = q.bounded || q.found == nil
			return
		}
	}
	for _, key := range q.fallen {
		if _, ok := q.seen[key]; !ok {
			q.bounded = true
		}
	}
}

// level takes every step from the states of one length. Those that ask patterns about texts are dear, so they come
// last.
func (q *search) level(from, to int) bool {
	for i := from; i < to; i++ {
		if q.enter(i); !q.expand(i) {
			return false
		}
	}
	done := map[[3]int]bool{}
	for _, l := range q.later {
		// Another agent would come to the same state: it is not asked, where more is left out anyway.
		key := [3]int{l.state, l.p.action, l.combination}
		if done[key] && !q.inputs.byActor[l.p.action] && q.pass >= deep {
			q.bounded = true
			continue
		}
		q.enter(l.state)
		some := len(q.list)
		if !q.values(l.state, l.p, l.reads, l.kept) {
			return false
		}
		done[key] = done[key] || len(q.list) > some
	}
	return true
}

// enter makes a state the session's.
func (q *search) enter(i int) {
	q.at = i
	n, s := &q.list[i], q.s
	s.state, s.holds, s.frozen, s.at = n.state, n.holds, n.frozen, n.at
	if s.ev.logged = nil; slices.Equal(n.state.Logs, q.list[0].state.Logs) {
		s.ev.logged = q.logged
	}
	q.inputs.enter()
}

// spent says that no more may be tried in this pass.
func (q *search) spent() bool { return q.left < passes[q.pass].left || q.tried >= maxPathDecisions }

// try finds what p gets in the state that is entered.
func (q *search) try(p *proposal, size int) outcome {
	q.tried++
	o := q.s.evaluate(p, size)
	q.left -= int64(q.s.ev.effort()) + tryUnits + holdUnits*int64(len(q.s.holds))
	if q.s.b.Large && o.verdict == model.Commit {
		q.left -= int64(q.list[q.at].size / 8)
	}
	return o
}

// vary makes when, why and by whom of the kind p is proposed unknown.
func (p *proposal) vary() {
	p.at, p.reasons = value.OfUnknown(1<<bitAt), value.OfUnknown(1<<bitReasons)
	p.actor.id, p.self = value.OfUnknown(1<<bitActorID), value.Value{}
}

// refused says that whatever is unknown about a proposal, this outcome allows nothing.
func refused(o *outcome) bool { return o.verdict != model.Commit && o.verdict != model.HoldVerdict }

// arrived says whether the goal commits in state i, and notes what it gets otherwise.
func (q *search) arrived(i int) bool {
	u := *q.goal
	u.vary()
	u.args = q.inputs.cheap(&u)
	o := q.try(&u, q.size)
	q.crowded = q.crowded || slices.ContainsFunc(o.violations, isCrowded)
	if refused(&o) {
		q.fell(&o)
		return false
	}
	bits := o.unsure
	times, all := []int64{q.list[i].at}, true
	if bits>>bitAt&1 != 0 {
		times, all = q.inputs.times()
	}
	for _, at := range times {
		p := *q.goal
		p.at, p.self = value.OfInt(at), value.Value{}
		o := q.try(&p, q.size)
		q.crowded = q.crowded || slices.ContainsFunc(o.violations, isCrowded)
		switch {
		case o.verdict == model.Commit:
			q.found = q.way(i, &p)
			return true
		case o.verdict == model.HoldVerdict && q.held == nil:
			q.held = q.way(i, &p)
		}
		q.fell(&o)
	}
	if bits&(1<<bitReasons|1<<bitActorID) != 0 {
		all = q.other(i, bits) && all
	}
	q.bounded = q.bounded || !all
	return false
}

func isCrowded(v violation) bool { return v.id == "hold:limit" }

// other looks for the goal with other reasons, or by another actor of the kind, and says whether that is surely
// refused, too.
func (q *search) other(i int, bits uint64) bool {
	if q.variant != nil {
		return false
	}
	dims, all := q.inputs.dims(q.goal, bits&^(1<<model.MaxArgs-1), passes[q.pass].values)
	all = combine(dims, passes[q.pass].combinations, func(pick []int) bool {
		p := q.inputs.with(q.goal, dims, pick)
		if o := q.try(p, q.size); o.verdict == model.Commit {
			q.variant = q.way(i, p)
		}
		return q.variant == nil && !q.spent()
	}) && all
	return all && q.variant == nil
}

// way is what led to state i, and then p.
func (q *search) way(i int, p *proposal) *way {
	w := &way{p: p}
	for ; i > 0; i = q.list[i].from {
		w.steps = append(w.steps, q.list[i].p)
	}
	slices.Reverse(w.steps)
	return w
}

// fell notes where a refusal falls back to: that is no step, but nothing is proven without it.
func (q *search) fell(o *outcome) {
	if o.verdict != model.Revert || o.after == nil || len(o.changes) == 0 && o.drop < 0 {
		return
	}
	n := reached{state: *o.after, holds: q.s.holds, frozen: o.frozen}
	if o.drop >= 0 {
		n.holds = without(n.holds, o.drop)
	}
	if key := q.key(&n); !slices.Contains(q.fallen, key) {
		q.fallen = append(q.fallen, key)
	}
}

func without(holds []hold, i int) []hold {
	return append(append([]hold(nil), holds[:i]...), holds[i+1:]...)
}

// expand takes every step there is from state i; it says whether there was enough of everything to do so.
func (q *search) expand(i int) bool {
	s := q.s
	for _, k := range q.inputs.agents {
		if s.frozen != 0 {
			if !q.step(i, q.inputs.base(&proposal{action: actUnfreeze, actor: actor{agent: k}})) {
				return false
			}
			if len(s.b.Layers) == 1 {
				continue // otherwise a parent may keep some of the rest
			}
		}
		for a := range s.b.Actions {
			if s.b.Actions[a].By>>k&1 == 0 {
				continue
			}
			for c, args := range q.inputs.combinations(a) {
				if q.spent() || !q.steps(i, c, &proposal{action: a, actor: actor{agent: k}, args: args}) {
					return false
				}
			}
		}
		for h := range s.holds {
			p := proposal{action: actConfirm, actor: actor{agent: k}, hold: s.holds[h].seq, digest: s.holds[h].digest}
			if waits(&s.holds[h], k) && (q.spent() || !q.steps(i, 0, &p)) {
				return false
			}
		}
	}
	if !q.crowded || q.held != nil {
		return true
	}
	// That a proposal waits no longer matters only where the goal has no room to be parked.
	return q.settle(i, actDecline) && q.settle(i, actExpire)
}

// waits says whether h waits for agent k, in any layer.
func waits(h *hold, k int) bool {
	return slices.ContainsFunc(h.by, func(by uint64) bool { return by>>k&1 != 0 })
}

// settle ends the wait of a parked proposal, each of them, by anyone who may.
func (q *search) settle(i, action int) bool {
	for _, k := range q.inputs.agents {
		for h := range q.s.holds {
			h := &q.s.holds[h]
			p := q.inputs.base(&proposal{action: action, actor: actor{agent: k}, hold: h.seq})
			if action == actExpire {
				p.at = value.OfInt(min(max(p.at.Int(), q.s.expires(h)), MaxAt))
			} else if !waits(h, k) {
				continue
			}
			if !q.step(i, p) {
				return false
			}
		}
	}
	return true
}

// steps takes from state i the steps that p leads to, of which only the action, the agent and the known
// arguments are settled, which are a combination of them.
func (q *search) steps(i, combination int, p *proposal) bool {
	u := *p
	u.vary()
	q.inputs.settled(&u)
	o := q.try(&u, 0)
	if refused(&o) {
		q.fell(&o)
		return true
	}
	reads := o.unsure
	if o.verdict == model.HoldVerdict && reads == 0 {
		q.bounded = true // parked and then confirmed, it might lead on
		return true
	}
	kept := q.inputs.kept(q.s.ev.after)
	if q.inputs.dear(p, reads) {
		q.later = append(q.later, pending{i, combination, p, reads, kept})
		return true
	}
	return q.values(i, p, reads, kept)
}

// values takes from state i the steps that p leads to with values for the inputs that the outcome reads, and
// for those that the state after is kept of.
func (q *search) values(i int, p *proposal, reads, kept uint64) bool {
	width := passes[q.pass]
	dims, all := q.inputs.dims(p, reads|kept, width.values)
	room, commits := true, 0
	all = combine(dims, width.combinations, func(pick []int) bool {
		c := q.inputs.with(p, dims, pick)
		o := q.try(c, 0)
		switch {
		case o.verdict == model.Commit:
			commits++
			q.inputs.learn(c, reads)
			room = q.add(i, c, &o)
		case o.verdict == model.HoldVerdict:
			q.bounded = true
		default:
			q.fell(&o)
		}
		return room && !q.spent() && (commits == 0 || kept != 0 && commits < width.commits)
	}) && all || commits > 0 && kept == 0
	if commits == 0 && room && !q.spent() {
		if c := q.compose(p, dims, reads); c != nil {
			o := q.try(c, 0)
			room = o.verdict != model.Commit || q.add(i, c, &o)
		}
	}
	// A state that records the time, the reasons or the id has more forms than were tried, whatever compares them.
	const free = 1<<bitAt | 1<<bitReasons | 1<<bitActorID
	q.bounded = q.bounded || (!all || commits > 0 && kept&free != 0) && q.found == nil
	return room && !q.spent()
}

// step takes one step from state i, if it commits.
func (q *search) step(i int, p *proposal) bool {
	o := q.try(p, 0)
	if o.verdict != model.Commit {
		q.fell(&o)
		return !q.spent()
	}
	return q.add(i, p, &o) && !q.spent()
}

// add keeps the state after a step, unless it was reached before and no later, and asks there about the goal. It
// says whether the search goes on: the goal does not commit there, and there was room for it.
func (q *search) add(i int, p *proposal, o *outcome) bool {
	from := &q.list[i]
	n := reached{state: from.state, holds: from.holds, frozen: o.frozen, at: p.at.Int(), from: i, p: p}
	n.length = from.length + 1
	if o.after != nil {
		n.state = *o.after
	}
	if o.drop >= 0 {
		n.holds = without(n.holds, o.drop)
	}
	key := q.key(&n)
	if at, ok := q.seen[key]; ok && at <= n.at {
		return true
	}
	if o.after != nil {
		n.state = model.State{Vars: slices.Clone(o.after.Vars), Logs: slices.Clone(o.after.Logs)}
	}
	taken := q.room.Bytes
	if !q.room.Changed(from.state, n.state, pathRoom) {
		return false
	}
	n.size = from.size + q.room.Bytes - taken
	q.seen[key] = n.at
	q.list = append(q.list, n)
	looked, now := q.inputs.looked, q.inputs.now
	q.enter(len(q.list) - 1)
	arrived := q.arrived(len(q.list) - 1)
	q.enter(i)
	q.inputs.looked, q.inputs.now = looked, now
	return !arrived
}

// key is equal for states from which the same is possible. Only what differs from the first one counts.
func (q *search) key(n *reached) [32]byte {
	first, b := &q.list[0], q.s.b
	dst := canon.AppendInt(q.s.scratch[:0], int64(n.frozen))
	for i, v := range n.state.Vars {
		if was := first.state.Vars[i]; !q.inputs.idle[i] && v != was && !value.Equal(v, was) {
			dst = model.AppendJSON(canon.AppendInt(append(dst, 'v'), int64(i)), v)
		}
	}
	for i, v := range n.state.Logs {
		if !q.inputs.idle[len(b.Vars)+i] {
			more := v.Items()[first.state.Logs[i].Int():]
			dst = model.AppendJSON(canon.AppendInt(append(dst, 'l'), int64(i)), value.OfList(more))
		}
	}
	for i := range n.holds {
		dst = canon.AppendInt(append(dst, 'h'), n.holds[i].seq)
	}
	q.s.scratch = dst
	q.left -= int64(len(dst) / 4) // to write and hash it
	return canon.Sum256(dst)
}
