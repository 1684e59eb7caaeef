package core

// This file decides: from a proposal and a session to an outcome, and from an
// outcome to the session after it.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// Decide decides a proposal and records the decision. It returns the decision's
// canonical bytes, which the caller owns. An *Error means that the input was no
// proposal; then nothing was recorded.
func (s *Session) Decide(proposal []byte) ([]byte, error) {
	s.enter()
	out, err := s.answer(proposal, true)
	s.leave()
	return out, err
}

// Why returns the decision that the proposal would get now. Nothing is recorded.
func (s *Session) Why(proposal []byte) ([]byte, error) {
	s.enter()
	out, err := s.answer(proposal, false)
	s.leave()
	return out, err
}

func (s *Session) answer(src []byte, record bool) ([]byte, error) {
	p, err := readProposal(s.b, &s.doc, src)
	if err == nil {
		err = s.admit(p)
	}
	if err != nil {
		return nil, err
	}
	o := s.judge(p)
	out := s.write(p, &o)
	if record {
		s.record(p, &o, out)
	}
	return append([]byte(nil), out...), nil
}

// admit refuses what no session could record.
func (s *Session) admit(p *proposal) *Error {
	if p.at.Int() < s.at {
		return &Error{Code: CodeEarlier, Path: "at", Message: "`at` is " + strconv.FormatInt(p.at.Int(), 10) + ", and the session has reached " + strconv.FormatInt(s.at, 10) + "."}
	}
	if s.seq >= MaxSeq {
		return &Error{Code: CodeSeq, Message: "the session has recorded as many decisions as it may."}
	}
	return nil
}

// judge finds the outcome of p. It changes nothing but scratch memory; the
// outcome's slices live until the next call.
func (s *Session) judge(p *proposal) outcome {
	s.scratch = appendProposal(s.scratch[:0], s.b, p)
	size, sum := len(s.scratch), canon.Sum256(s.scratch)
	o := s.find(p, size)
	o.proposal = sum
	return o
}

// find is judge for a proposal of so many bytes, parts of which may be unknown; its digest is left out.
func (s *Session) find(p *proposal, size int) outcome {
	o := outcome{drop: -1, frozen: s.frozen, size: size}
	s.j.reset()
	switch p.action {
	case actUnfreeze:
		return s.unfreeze(p, &o)
	case actConfirm, actDecline, actExpire:
		return s.settle(p, &o)
	}
	if s.frozen != 0 {
		told := uint32(0)
		for i := range s.b.Actions[p.action].Shares {
			s.tellFrozen(s.b.Actions[p.action].Shares[i].Layer, &told)
		}
	}
	s.j.run(s.state, p, nil, s.frozen)
	return s.conclude(&o, p)
}

// refuse adds a violation of a built-in rule.
func (s *Session) refuse(id string, level model.Level, verdict model.Verdict, say string) {
	s.j.add(violation{id: id, level: level, verdict: verdict}, s.j.text(say), nil, nil)
}

// next returns the session's parts after the outcome.
func (s *Session) next(p *proposal, o *outcome) (st model.State, chains [][32]byte, holds []hold) {
	st, chains, holds = s.state, s.chains, s.holds
	if o.after != nil {
		st = *o.after
		for i := range o.changes {
			if c := &o.changes[i]; c.Effect.Var < 0 {
				if &chains[0] == &s.chains[0] {
					chains = append([][32]byte(nil), chains...)
				}
				chains[c.Effect.Log] = chain(chains[c.Effect.Log], c.To, s.scratch)
			}
		}
	}
	if o.drop >= 0 {
		holds = append(append([]hold(nil), holds[:o.drop]...), holds[o.drop+1:]...)
	}
	if o.verdict == model.HoldVerdict {
		holds = append(holds[:len(holds):len(holds)], hold{seq: s.seq + 1, at: p.at.Int(), by: append([]uint64(nil), o.park...), digest: digestText(o.proposal), size: o.size, proposal: p})
	}
	return st, chains, holds
}

// record makes the outcome the session's own; out is the decision's bytes.
func (s *Session) record(p *proposal, o *outcome, out []byte) {
	st, chains, holds := s.next(p, o)
	if o.after != nil {
		if s.b.Large {
			for i := range o.changes {
				if e := o.changes[i].Effect; e.Var < 0 {
					s.j.logged[e.Layer].Add(o.changes[i].To, model.StateLimit)
				}
			}
		}
		// The judge's slices and the session's change places, so that nothing is copied.
		s.j.after, s.state = s.state, st
	}
	s.chains, s.holds, s.frozen = chains, holds, o.frozen
	s.seq++
	s.at = p.at.Int()
	s.prev = canon.Sum256(out)
	s.stateDigest, s.digested = o.state, true
}
