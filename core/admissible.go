package core

// This file answers which actions are possible now.

import (
	"sort"
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// maxCombinations bounds the entries of one action: past it, further arguments
// are left unknown, and the entry says that it depends on them.
const maxCombinations = 256

// verdictOpen stands for: it depends on arguments that are not known.
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
// commit or be held for any agent: a correct outcome.
func (s *Session) Admissible(question []byte) ([]byte, error) {
	who, at, reasons, err := s.readQuestion(question)
	if err != nil {
		return nil, err
	}
	entries := s.entries(who, at, reasons, false)
	halted := !possible(entries)
	for i := range s.b.Agents {
		if !halted {
			break
		}
		if i != who.agent || known(who.id) {
			halted = !possible(s.entries(actor{i, value.OfUnknown(1 << bitActorID)}, at, reasons, true))
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
		return who, at, reasons, &Error{Code: CodeQuestion, Path: path, Message: message}
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
			return who, at, reasons, &Error{Code: CodeAgent, Path: "actor.kind", Message: "there is no such agent; there is " + joinWords(s.b.AgentNames(1<<len(s.b.Agents)-1), "and") + "."}
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

// entries answers for one actor.
func (s *Session) entries(who actor, at, reasons value.Value, terse bool) []entry {
	s.j.terse = terse
	defer func() { s.j.terse = false }()
	var list []entry
	for a := range s.b.Actions {
		for _, args := range s.combinations(a) {
			p := &proposal{action: a, actor: who, args: args, at: at, reasons: reasons}
			list = append(list, s.entry(p))
		}
	}
	for i := range s.holds {
		for _, act := range []int{actConfirm, actDecline} {
			p := &proposal{action: act, actor: who, hold: s.holds[i].seq, digest: s.holds[i].digest, at: at, reasons: reasons}
			if !known(at) {
				p.at = value.OfInt(s.at)
			}
			list = append(list, s.entry(p))
		}
	}
	if s.frozen {
		p := &proposal{action: actUnfreeze, actor: who, at: at, reasons: reasons}
		list = append(list, s.entry(p))
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
	list := [][]value.Value{make([]value.Value, len(args))}
	for i := range args {
		var vals []value.Value
		switch t := args[i].Type; t.Kind {
		case types.Bool:
			vals = []value.Value{value.OfBool(false), value.OfBool(true)}
		case types.Enum:
			vals = t.Values
		}
		if len(vals) == 0 || len(vals)*len(list) > maxCombinations {
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
	var o outcome
	if p.action >= 0 && !s.frozen {
		s.j.run(s.state, p, nil)
		o.violations, o.advice = s.j.violations, s.j.advice
	} else {
		o = s.judge(p)
	}
	for i := range o.advice {
		e.unmet += o.advice[i].weight
	}
	unsure := s.j.unsure
	if p.action < 0 || s.frozen {
		unsure = 0
		if p.action == actConfirm && o.verdict == model.Commit {
			unsure = s.j.unsure
		}
	}
	switch {
	case len(o.violations) > 0 && (o.violations[0].verdict != model.HoldVerdict || unsure == 0):
		e.verdict, e.governing, e.say = o.violations[0].verdict.String(), o.violations[0].id, o.violations[0].say
		e.rank = 3
		if o.violations[0].verdict == model.HoldVerdict {
			e.rank = 2
		}
	case unsure != 0:
		e.verdict, e.rank = verdictOpen, 1
		e.open = s.inputs(p, unsure)
	default:
		e.verdict = model.Commit.String()
	}
	return e
}

// inputs names what the bits stand for.
func (s *Session) inputs(p *proposal, bits uint64) []string {
	var names []string
	if p.action >= 0 {
		for i := range s.b.Actions[p.action].Args {
			if bits>>i&1 != 0 {
				names = append(names, "args."+s.b.Actions[p.action].Args[i].Name)
			}
		}
	}
	for i, name := range []string{"proposal.at", "proposal.reasons", "actor.id"} {
		if bits>>(bitAt+i)&1 != 0 {
			names = append(names, name)
		}
	}
	return names
}
