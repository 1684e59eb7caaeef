package core

// This file writes a decision.

import (
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// write writes the decision into s.out.
func (s *Session) write(d *decision) []byte {
	p, o := d.p, &d.outcome
	var w terms
	dst := s.out[:0]
	dst = canon.AppendString(append(dst, `{"action":`...), p.name(s.b))
	dst = appendActor(append(dst, `,"actor":`...), s.b, p.actor)
	dst = append(dst, `,"advice":[`...)
	for i := range o.advice {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = w.advice(dst, &o.advice[i])
	}
	dst = p.appendArgs(append(dst, `],"args":`...), s.b)
	dst = model.AppendJSON(append(dst, `,"at":`...), p.at)
	dst = canon.AppendString(append(dst, `,"bundle":`...), s.b.ID())
	dst = append(dst, `,"changes":[`...)
	for i := range o.changes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendChange(dst, &o.changes[i])
	}
	dst = canon.AppendString(append(dst, `],"digest":`...), s.b.Digest)
	dst = canon.AppendString(append(dst, `,"governing":`...), o.governing())
	dst = appendDigest(append(dst, `,"prev":`...), s.prev)
	dst = appendDigest(append(dst, `,"proposal":`...), d.sum)
	dst = model.AppendJSON(append(dst, `,"reasons":`...), p.reasons)
	dst = canon.AppendInt(append(dst, `,"seq":`...), s.seq+1)
	dst = appendDigest(append(dst, `,"state":`...), d.digest)
	dst = canon.AppendString(append(dst, `,"v":1,"verdict":`...), o.verdict.String())
	dst = append(dst, `,"violations":[`...)
	for i := range o.violations {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = w.violation(dst, &o.violations[i])
	}
	s.out = append(dst, `]}`...)
	return s.out
}

// maxTerm bounds the canonical bytes of a value shown as a term; a longer one
// is written as {"digest":…,"size":N}, so that one long text does not make every
// refusal that read it long.
const maxTerm = 512

// terms writes values that were read. A long value is hashed once in a decision,
// however many violations have read it.
type terms struct {
	long map[value.Value]string
}

func (w *terms) violation(dst []byte, v *violation) []byte {
	dst = canon.AppendString(append(dst, `{"code":`...), v.code)
	dst = canon.AppendString(append(dst, `,"id":`...), v.id)
	dst = canon.AppendString(append(dst, `,"level":`...), v.level.String())
	dst = canon.AppendString(append(dst, `,"say":`...), v.say)
	dst = append(dst, `,"spans":[`...)
	first := true
	for i := range v.hits {
		h := &v.hits[i]
		for _, span := range h.Spans {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = canon.AppendInt(append(dst, `{"end":`...), int64(span.End))
			dst = canon.AppendString(append(dst, `,"path":`...), h.Path)
			dst = canon.AppendString(append(dst, `,"pattern":`...), h.Pattern)
			dst = append(canon.AppendInt(append(dst, `,"start":`...), int64(span.Start)), '}')
		}
	}
	dst = w.append(append(dst, `],"terms":`...), v.terms)
	dst = canon.AppendString(append(dst, `,"verdict":`...), v.verdict.String())
	return append(dst, '}')
}

// advice writes a preference that is not met. Its code is there only where it could not be evaluated,
// so that the others have the bytes they always had.
func (w *terms) advice(dst []byte, a *advice) []byte {
	dst = append(dst, '{')
	if a.code != "" {
		dst = append(canon.AppendString(append(dst, `"code":`...), a.code), ',')
	}
	dst = canon.AppendString(append(dst, `"id":`...), a.id)
	dst = canon.AppendString(append(dst, `,"say":`...), a.say)
	dst = w.append(append(dst, `,"terms":`...), a.terms)
	return append(canon.AppendInt(append(dst, `,"weight":`...), int64(a.weight)), '}')
}

func (w *terms) append(dst []byte, list []vm.Term) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(canon.AppendString(append(dst, '['), list[i].Path), ',')
		if s, known := w.long[list[i].Value]; known {
			dst = append(append(dst, s...), ']')
			continue
		}
		start := len(dst)
		dst = model.AppendJSON(dst, list[i].Value)
		if n := len(dst) - start; n > maxTerm {
			sum := canon.Sum256(dst[start:])
			dst = canon.AppendDigest(append(dst[:start], `{"digest":"`...), sum)
			dst = append(canon.AppendInt(append(dst, `","size":`...), int64(n)), '}')
			if w.long == nil {
				w.long = map[value.Value]string{}
			}
			w.long[list[i].Value] = string(dst[start:])
		}
		dst = append(dst, ']')
	}
	return append(dst, ']')
}

func appendChange(dst []byte, c *model.Change) []byte {
	if c.Effect.Var < 0 {
		dst = model.AppendJSON(append(dst, `{"append":`...), c.To)
		return append(canon.AppendString(append(dst, `,"path":`...), c.Path), '}')
	}
	dst = model.AppendJSON(append(dst, `{"from":`...), c.From)
	dst = canon.AppendString(append(dst, `,"path":`...), c.Path)
	return append(model.AppendJSON(append(dst, `,"to":`...), c.To), '}')
}
