package core

// This file answers about the same proposals again and again: what the gates of a
// user interface ask after each decision.
//
// A gate's proposal changes rarely and the state often, so reading the one is
// parted from asking about the other. And a gate records nothing, so there is nothing
// to hash: what is left is what the constraints say.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// MaxWatched is how many proposals one Watch takes.
const MaxWatched = 4096

// Watch is proposals that were read once, to be asked about in every state that
// their session comes to. It belongs to the goroutine of its session.
type Watch struct {
	s    *Session
	list []watched
	out  []byte
}

type watched struct {
	p    *proposal // nil: err says why
	size int       // its bytes as JSON, without those of `at`
	err  *Error
}

// Watch reads proposals, one a line. A line that is no proposal is no error yet:
// Answers says so in its place.
func (s *Session) Watch(lines []byte) (*Watch, error) {
	w := &Watch{s: s}
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
			return nil, &Error{Code: CodeSize, Message: "these are more than " + strconv.Itoa(MaxWatched) + " proposals, which is the most one watch takes."}
		}
		p, err := readProposal(s.b, &s.doc, line)
		if err != nil {
			w.list = append(w.list, watched{err: err})
			continue
		}
		p.at = value.OfInt(0)
		s.scratch = appendProposal(s.scratch[:0], s.b, p)
		w.list = append(w.list, watched{p: p, size: len(s.scratch) - len("0")})
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
// Nothing is recorded. The whole is bounded by model.QuestionCost, as Admissible
// is; what was not asked any more is an error limit/cost. The bytes live until the next call.
func (w *Watch) Answers(at int64) []byte {
	s := w.s
	left := int64(model.QuestionCost)
	now := value.OfInt(min(max(at, s.at, 0), MaxAt))
	digits := len(canon.AppendInt(nil, now.Int()))
	w.out = w.out[:0]
	for i := range w.list {
		if i > 0 {
			w.out = append(w.out, '\n')
		}
		e := &w.list[i]
		err := e.err
		if err == nil {
			e.p.at = now
			err = s.admit(e.p)
		}
		if err == nil && left < 0 {
			err = &Error{Code: value.CostLimit.String(), Message: "all that is watched would cost too much at once; ask with `why`."}
		}
		if err != nil {
			w.out = appendError(w.out, err)
			continue
		}
		o := s.find(e.p, e.size+digits)
		left -= int64(s.j.effort())
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

func appendError(dst []byte, e *Error) []byte {
	dst = canon.AppendString(append(dst, `{"error":{"code":`...), e.Code)
	dst = canon.AppendString(append(dst, `,"message":`...), e.Message)
	dst = canon.AppendInt(append(dst, `,"offset":`...), int64(e.Offset))
	return append(canon.AppendString(append(dst, `,"path":`...), e.Path), '}', '}')
}
