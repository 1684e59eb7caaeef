package core

// This file answers about the same proposals again and again: what the gates of a
// user interface ask after each decision.
//
// A gate's proposal changes rarely and the state often, so reading the one is
// parted from asking about the other. A gate records nothing, so there is nothing to
// hash. And most of what a page shows does not depend on what the last decision changed,
// so it is not asked again (depend.go): fifty gates on one guard each, of which none
// depends on what changed, take 55 ns each in V8, those that do and stay open 130, and those
// whose reasons must be written anew 2,200 (web/bench/gates.mjs).

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// MaxWatched is how many proposals one Watch takes.
const MaxWatched = 4096

// Watch is proposals that were read once, to be asked about in every state that
// their session comes to. It belongs to the goroutine of its session.
type Watch struct {
	s       *Session
	list    []watched
	actions map[int]*dependence
	look    look
	derived []value.Value // of the state that is asked about
	set     bool          // the machine has that state in its banks
	out     []byte
}

type watched struct {
	p     *proposal   // nil: refused says why
	on    *dependence // nil: of a built-in action, on everything
	actor [2]value.Value
	about [model.ProposalSlots]value.Value // what expressions read as `proposal`
	size  int                              // its bytes as JSON, without those of `at`
	err   *Error

	known   bool   // there is an answer, which holds until something changes that it depends on
	open    bool   // it was a commit, and no preference unmet
	depends inputs // of an answer that is not open
}

// Watch reads proposals, one a line. A line that is no proposal is no error yet:
// Answers says so in its place.
func (s *Session) Watch(lines []byte) (*Watch, error) {
	s.enter()
	w, err := s.watch(lines)
	s.leave()
	return w, err
}

func (s *Session) watch(lines []byte) (*Watch, error) {
	w := &Watch{s: s, actions: map[int]*dependence{}}
	for len(lines) > 0 {
		line, rest := lines, []byte(nil)
		for i, c := range lines {
			if c == '\n' {
				line, rest = lines[:i], lines[i+1:]
				break
			}
		}
		lines = rest
		if len(w.list) == MaxWatched {
			return nil, &Error{Code: codes.LimitProposal, Message: "these are more than " + strconv.Itoa(MaxWatched) +
				" proposals, which is the most one watch takes."}
		}
		p, err := readProposal(s.b, &s.doc, line)
		if err != nil {
			w.list = append(w.list, watched{err: err})
			continue
		}
		p.at = value.OfInt(0)
		s.scratch = appendProposal(s.scratch[:0], s.b, p)
		e := watched{p: p, size: len(s.scratch) - len("0")}
		if p.action >= 0 {
			e.actor, e.about = s.ev.facts(p, p.actor)
			if e.on = w.actions[p.action]; e.on == nil {
				d := depends(s.b, p.action)
				e.on = &d
				w.actions[p.action] = e.on
			}
		}
		w.list = append(w.list, e)
	}
	return w, nil
}

// Answers returns, for each of the proposals, what it would get in the session's
// state as it is now, at the given time (milliseconds; the session's own where that
// is later), whatever time the proposal was read with. Each answer is one line of canonical JSON:
//
//	[VERDICT,[VIOLATION…],[ADVICE…]]   as a decision has them
//	{"error":{"code","message","offset","path"}}   where it is no proposal
//
// and an empty line means the answer of the call before. Nothing is recorded. The
// whole is bounded by model.QuestionCost, as Admissible is; what was not asked any more is an
// error limit/cost. The bytes live until the next call.
func (w *Watch) Answers(at int64) []byte {
	w.s.enter()
	out := w.answers(at)
	w.s.leave()
	return out
}

func (w *Watch) answers(at int64) []byte {
	s := w.s
	left := int64(model.QuestionCost)
	now := value.OfInt(min(max(at, s.at, 0), MaxAt))
	instant := value.OfMillis(now.Int())
	changed := w.look.changes(s, now.Int())
	if changed&^(inputTime|inputHolds) != 0 {
		s.ev.m.Cost = 0
		s.ev.m.Banks[model.BankState], s.ev.m.Banks[model.BankLogs] = s.state.Vars, s.state.Logs
		w.derived = s.b.Derive(&s.ev.m, w.derived)
	}
	w.out, w.set = w.out[:0], false
	for i := range w.list {
		if i > 0 {
			w.out = append(w.out, '\n')
		}
		e := &w.list[i]
		if e.known && w.isSame(e, changed, instant, &left) {
			continue
		}
		err := e.err
		if err == nil {
			e.p.at = now
			err = s.checkTime(e.p)
		}
		if err == nil && left < 0 {
			err = &Error{Code: value.CostLimit.String(),
				Message: "all that is watched would cost too much at once; ask with `why`."}
		}
		if err != nil {
			e.known, e.open, e.depends = e.err != nil, false, 0
			w.out = appendError(w.out, err)
			continue
		}
		o := s.evaluate(e.p, e.size+w.look.digits)
		w.set = false
		left -= int64(s.ev.effort())
		e.noteInputs(&o)
		w.out = append(canon.AppendString(append(w.out, '['), o.verdict.String()), `,[`...)
		var t terms
		for k := range o.violations {
			if k > 0 {
				w.out = append(w.out, ',')
			}
			w.out = t.violation(w.out, &o.violations[k])
		}
		w.out = append(w.out, `],[`...)
		for k := range o.advice {
			if k > 0 {
				w.out = append(w.out, ',')
			}
			w.out = t.advice(w.out, &o.advice[k])
		}
		w.out = append(w.out, `]]`...)
	}
	return w.out
}

// noteInputs notes what an answer depends on.
func (e *watched) noteInputs(o *outcome) {
	e.known, e.depends = true, 0
	e.open = e.on != nil && o.verdict == model.Commit && len(o.advice) == 0
	if !e.open {
		e.depends = e.on.refused(o)
	}
}

// isSame says whether the answer before is the answer still, as far as *left goes; now is a timestamp.
func (w *Watch) isSame(e *watched, changed inputs, now value.Value, left *int64) bool {
	if !e.open {
		return e.depends&changed == 0 && changed != everything || e.err != nil
	}
	if e.on.whole&changed != 0 || changed == everything {
		return false
	}
	m, mine := &w.s.ev.m, false
	for i := range e.on.alone {
		c := &e.on.alone[i]
		if c.reads&changed == 0 {
			continue
		}
		if !w.set {
			w.set = true
			m.Banks[model.BankState], m.Banks[model.BankLogs], m.Banks[model.BankDerived] = w.s.state.Vars, w.s.state.Logs,
				w.derived
		}
		if !mine {
			mine = true
			e.about[model.ProposalAt], e.about[model.ProposalSince] = now, now
			m.Banks[model.BankArgs], m.Banks[model.BankActor], m.Banks[model.BankProposal] = e.p.args, e.actor[:], e.about[:]
		}
		if m.Cost = 0; *left < 0 || !m.Run(c.program).True() {
			return false
		}
		*left -= int64(m.Cost)
	}
	return true
}

func appendError(dst []byte, e *Error) []byte {
	dst = canon.AppendString(append(dst, `{"error":{"code":`...), e.Code)
	dst = canon.AppendString(append(dst, `,"message":`...), e.Message)
	dst = canon.AppendInt(append(dst, `,"offset":`...), int64(e.Offset))
	return append(canon.AppendString(append(dst, `,"path":`...), e.Path), '}', '}')
}
