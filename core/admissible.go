package core

// This file answers which actions are possible now.

import (
	"sort"
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// maxCombinations bounds the entries of one action, maxEntries those of all: past
// them, further arguments are left unknown, and the entry says that it depends on them.
const (
	maxCombinations = 256
	maxEntries      = 1 << 14
)

// verdictOpen means: it depends on arguments that are not known.
const verdictOpen = "open"

// entry is the answer for one action with some arguments.
type entry struct {
	p         *proposal
	verdict   string
	governing string
	say       string
	open      []string
	unmet     int // weight of the preferences that are not met
	rank      int
}

// Admissible answers, for {"actor":{"kind","id"?},"at"?,"reasons"?}, which actions
// could be proposed: one entry for every combination of an action's bool and enum
// arguments; other arguments are unknown, as is an id or a time left out
// (reasons left out are ["request"]). The answer is canonical JSON:
//
//	{"actions":[{"action","args":{…},"governing","open":[…],"say","unmet":N,"verdict"}],
//	 "actor":{…},"bundle","digest","halted":…,"seq":N,"v":1}
//
// verdict is a decision's, or "open" with the inputs it depends on. Entries that
// can commit come first, then open ones, then those that would be held; among
// equals, what leaves fewer preferences unmet. halted says that nothing can
// commit or be held for any agent: a correct outcome. Where the question costs
// more than model.QuestionCost, what is left of it is open, and say says so.
func (s *Session) Admissible(question []byte) ([]byte, error) {
	s.enter()
	out, err := s.admissible(question)
	s.leave()
	return out, err
}

func (s *Session) admissible(question []byte) ([]byte, error) {
	who, at, reasons, err := s.readQuestion(question)
	if err != nil {
		return nil, err
	}
	left := int64(model.QuestionCost)
	entries := s.entries(who, at, reasons, false, &left)
	halted := !possible(entries)
	for i := range s.b.Agents {
		if !halted {
			break
		}
		if i != who.agent || known(who.id) {
			halted = !possible(s.entries(actor{i, value.OfUnknown(1 << bitActorID)}, at, reasons, true, &left))
		}
	}
	dst := []byte(`{"actions":[`)
	for i := range entries {
		e := &entries[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = canon.AppendString(append(dst, `{"action":`...), e.p.name(s.b))
		dst = append(dst, `,"args":{`...)
		dst = s.appendKnownArgs(dst, e.p)
		dst = canon.AppendString(append(dst, `},"governing":`...), e.governing)
		dst = append(dst, `,"open":[`...)
		for k, name := range e.open {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = canon.AppendString(dst, name)
		}
		dst = canon.AppendString(append(dst, `],"say":`...), e.say)
		dst = canon.AppendInt(append(dst, `,"unmet":`...), int64(e.unmet))
		dst = append(canon.AppendString(append(dst, `,"verdict":`...), e.verdict), '}')
	}
	dst = append(dst, `],"actor":{`...)
	if known(who.id) {
		dst = append(canon.AppendString(append(dst, `"id":`...), who.id.Str()), ',')
	}
	dst = canon.AppendString(append(dst, `"kind":`...), s.b.Agents[who.agent].Name)
	dst = canon.AppendString(append(dst, `},"bundle":`...), s.b.ID())
	dst = canon.AppendString(append(dst, `,"digest":`...), s.b.Digest)
	dst = strconv.AppendBool(append(dst, `,"halted":`...), halted)
	dst = canon.AppendInt(append(dst, `,"seq":`...), s.seq)
	return append(dst, `,"v":1}`...), nil
}

func possible(list []entry) bool {
	for i := range list {
		if v := list[i].verdict; v == verdictOpen || v == "commit" || v == "hold" {
			return true
		}
	}
	return false
}

// appendKnownArgs appends the members of an entry's args.
func (s *Session) appendKnownArgs(dst []byte, p *proposal) []byte {
	if p.action < 0 {
		b := p.appendArgs(nil, s.b)
		return append(dst, b[1:len(b)-1]...)
	}
	first := true
	for i, v := range p.args {
		if !known(v) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(canon.AppendString(dst, s.b.Actions[p.action].Args[i].Name), ':')
		dst = model.AppendJSON(dst, v)
	}
	return dst
}

func (s *Session) readQuestion(src []byte) (who actor, at, reasons value.Value, err *Error) {
	fail := func(path, message string) (actor, value.Value, value.Value, *Error) {
		return who, at, reasons, &Error{Code: codes.QuestionShape, Path: path, Message: message}
	}
	if len(src) > MaxProposal {
		return fail("", "the question has more than "+strconv.Itoa(MaxProposal)+" bytes.")
	}
	d := &s.doc
	if e := d.Parse(src); e != nil {
		return who, at, reasons, reading(e)
	}
	if d.Kind(0) != canon.Object || d.Get(0, "actor") < 0 {
		return fail("", "a question is a JSON object with `actor`, and `at` and `reasons` where they are known.")
	}
	for k := d.First(0); k >= 0; k = d.Next(k) {
		if n := d.String(k); n != "actor" && n != "at" && n != "reasons" {
			return fail(clip(n), "a question has `actor`, `at` and `reasons` only.")
		}
	}
	n := d.Get(0, "actor")
	if d.Kind(n) == canon.Object && d.Get(n, "id") < 0 && d.Get(n, "kind") >= 0 && d.Len(n) == 1 {
		kind := d.Get(n, "kind")
		agent := -1
		if d.Kind(kind) == canon.String {
			agent = s.b.Agent(d.String(kind))
		}
		if agent < 0 {
			return who, at, reasons, &Error{Code: codes.ProposalAgent, Path: "actor.kind",
				Message: "there is no such agent; there is " + joinWords(s.b.AgentNames(1<<len(s.b.Agents)-1), "and") + "."}
		}
		who = actor{agent, value.OfUnknown(1 << bitActorID)}
	} else if who, err = readActor(s.b, d, n); err != nil {
		return who, at, reasons, err
	}
	at, reasons = value.OfUnknown(1<<bitAt), value.OfList([]value.Value{value.OfString("request")})
	if n := d.Get(0, "at"); n >= 0 {
		if at, err = readAt(d, n); err != nil {
			return who, at, reasons, err
		}
	}
	if n := d.Get(0, "reasons"); n >= 0 {
		reasons, err = readReasons(d, n)
	}
	return who, at, reasons, err
}

// entries answers for one actor, as far as *left goes.
func (s *Session) entries(who actor, at, reasons value.Value, terse bool, left *int64) []entry {
	s.ev.terse = terse
	defer func() { s.ev.terse = false }()
	var list []entry
	add := func(p *proposal) {
		if *left < 0 {
			list = append(list, entry{p: p, verdict: verdictOpen, rank: 1, open: s.inputs(p, ^uint64(0)),
				say: "This was not asked: all of it would cost too much at once. Ask with `why`."})
			return
		}
		list = append(list, s.entry(p))
		*left -= int64(s.ev.effort())
	}
	for a := range s.b.Actions {
		for _, args := range s.combinations(a) {
			add(&proposal{action: a, actor: who, args: args, at: at, reasons: reasons})
		}
	}
	for i := range s.holds {
		for _, act := range []int{actConfirm, actDecline} {
			add(&proposal{action: act, actor: who, hold: s.holds[i].seq, digest: s.holds[i].digest, at: at, reasons: reasons})
		}
	}
	if s.frozen != 0 {
		add(&proposal{action: actUnfreeze, actor: who, at: at, reasons: reasons})
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].rank != list[j].rank {
			return list[i].rank < list[j].rank
		}
		return list[i].unmet < list[j].unmet
	})
	return list
}

// combinations lists an action's arguments: every value of bool and enum ones, unknown for the rest.
func (s *Session) combinations(a int) [][]value.Value {
	args := s.b.Actions[a].Args
	most := max(1, min(maxCombinations, maxEntries/len(s.b.Actions)))
	list := [][]value.Value{make([]value.Value, len(args))}
	for i := range args {
		var vals []value.Value
		switch t := args[i].Type; t.Kind {
		case types.Bool:
			vals = []value.Value{value.OfBool(false), value.OfBool(true)}
		case types.Enum:
			vals = t.Values
		}
		if len(vals) == 0 || len(vals)*len(list) > most {
			vals = []value.Value{value.OfUnknown(1 << i)}
		}
		list = product(list, i, vals)
	}
	return list
}

// product returns every one of list with every one of vals at i.
func product(list [][]value.Value, i int, vals []value.Value) [][]value.Value {
	var more [][]value.Value
	for _, have := range list {
		for _, v := range vals {
			next := append([]value.Value(nil), have...)
			next[i] = v
			more = append(more, next)
		}
	}
	return more
}

// known says whether v is not wholly unknown.
func known(v value.Value) bool { return v.K != value.Unknown }

// entry answers for one proposal, parts of which may be unknown.
func (s *Session) entry(p *proposal) entry {
	e := entry{p: p}
	s.scratch = appendProposal(s.scratch[:0], s.b, p)
	size := len(s.scratch)
	o := s.evaluate(p, size)
	unsure := o.unsure
	switch o.verdict {
	case model.Commit:
		unsure |= s.mayOutgrow()
	case model.HoldVerdict:
		unsure |= s.mayOverflow(p, size)
	}
	for i := range o.advice {
		e.unmet += o.advice[i].weight
	}
	switch {
	case unsure != 0 && (o.verdict == model.Commit || o.verdict == model.HoldVerdict):
		e.verdict, e.rank = verdictOpen, 1
		e.open = s.inputs(p, unsure)
	case len(o.violations) > 0:
		e.verdict, e.governing, e.say = o.verdict.String(), o.governing(), told(o.violations)
		e.rank = 3
		if o.verdict == model.HoldVerdict {
			e.rank = 2
		}
	default:
		e.verdict = model.Commit.String()
	}
	return e
}

// mayOutgrow is what the state's size depends on, where it could be more than a session may hold.
func (s *Session) mayOutgrow() uint64 {
	large := false
	for l := range s.b.Layers {
		large = large || s.b.Layers[l].Large && s.ev.kept>>l&1 != 0 && s.ev.parts[l].changed &&
			!s.ev.growth(l, true).Within(model.StateLimit)
	}
	if !large {
		return 0
	}
	bits := uint64(0)
	for _, v := range s.ev.after.Vars {
		if !known(v) {
			bits |= v.N
		}
	}
	for i := range s.ev.changes {
		if v := s.ev.changes[i].To; !known(v) {
			bits |= v.N
		}
	}
	return bits
}

// mayOverflow is what the size of a proposal depends on, where it could be more than there is room to park.
func (s *Session) mayOverflow(p *proposal, size int) uint64 {
	bits := uint64(0)
	for i, v := range p.args {
		if !known(v) {
			size += model.Most(s.b.Actions[p.action].Args[i].Type).Bytes
			bits |= v.N
		}
	}
	for _, v := range []value.Value{p.actor.id, p.at, p.reasons} {
		if !known(v) {
			size += MaxReasons * 6 * MaxReason // more than any of them takes
			bits |= v.N
		}
	}
	size = min(size, MaxProposal)
	for i := range s.holds {
		size += s.holds[i].size
	}
	if size <= MaxParked {
		return 0
	}
	return bits
}

// inputs names what the bits stand for.
func (s *Session) inputs(p *proposal, bits uint64) []string {
	var names []string
	if p.action >= 0 {
		for i := range s.b.Actions[p.action].Args {
			if bits>>i&1 != 0 && !known(p.args[i]) {
				names = append(names, "args."+s.b.Actions[p.action].Args[i].Name)
			}
		}
	}
	given := [...]value.Value{p.at, p.reasons, p.actor.id}
	for i, name := range []string{"proposal.at", "proposal.reasons", "actor.id"} {
		if bits>>(bitAt+i)&1 != 0 && !known(given[i]) {
			names = append(names, name)
		}
	}
	return names
}
