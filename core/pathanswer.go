package core

// This file takes the ways that were found once more, and writes the answer.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// check takes the ways once more, step by step: what is said to commit does.
func (q *search) check(first reached) {
	for _, w := range []**way{&q.found, &q.held, &q.variant} {
		if *w == nil {
			continue
		}
		q.list = []reached{first}
		q.enter(0)
		for i, p := range (*w).steps {
			o := q.s.evaluate(p, 0)
			if q.room = (model.Extent{}); o.verdict != model.Commit || !q.takes(i, p, &o) {
				*w, q.bounded = nil, true
				break
			}
		}
	}
}

// takes makes the state after a step the session's.
func (q *search) takes(i int, p *proposal, o *outcome) bool {
	q.seen = map[[32]byte]int64{}
	q.add(i, p, o)
	if len(q.list) == i+1 {
		return false
	}
	q.enter(i + 1)
	return true
}

func (q *search) append() []byte {
	w, verdict := q.found, model.Commit
	switch {
	case w == nil && q.held != nil:
		w, verdict = q.held, model.HoldVerdict
	case w == nil:
		w, verdict = &way{p: q.goal}, model.Reject
	}
	found := verdict != model.Reject
	dst := strconv.AppendBool([]byte(`{"bounded":`), len(w.steps) > 0 || q.bounded && verdict != model.Commit)
	dst = strconv.AppendBool(append(dst, `,"found":`...), found)
	dst = q.appendSteps(append(dst, `,"steps":`...), w.steps)
	dst = canon.AppendInt(append(dst, `,"tried":`...), int64(q.tried))
	dst = append(dst, `,"v":1,"variant":`...)
	if q.variant != nil && !found {
		dst = appendProposal(append(dst, `{"proposal":`...), q.s.b, q.variant.p)
		dst = append(q.appendSteps(append(dst, `,"steps":`...), q.variant.steps), '}')
	} else {
		dst = append(dst, "null"...)
	}
	dst = canon.AppendString(append(dst, `,"verdict":`...), verdict.String())
	return append(model.AppendJSON(append(dst, `,"when":`...), w.p.at), '}')
}

func (q *search) appendSteps(dst []byte, steps []*proposal) []byte {
	dst = append(dst, '[')
	for i, p := range steps {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendProposal(dst, q.s.b, p)
	}
	return append(dst, ']')
}
