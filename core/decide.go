package core

// This file decides: a proposal is read, evaluated to an outcome, and the outcome written and recorded.
//
//	bytes ─ read ─► proposal ─ evaluate ─► outcome ─ after ─► decision ─ write ─► bytes ─ record ─► session
//
// Why stops before it records. Admissible, Path and Watch stop at the outcome.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
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
	p, err := s.read(src)
	if err != nil {
		return nil, err
	}
	d := s.decide(p)
	out := s.write(&d)
	if record {
		s.record(&d, out)
	}
	return append([]byte(nil), out...), nil
}

// decision is an outcome with what it makes of the session, before it is written. It lives until the next call.
type decision struct {
	outcome
	p      *proposal
	size   int      // of the proposal's canonical bytes
	sum    [32]byte // their digest
	next   place    // where the session is after it
	digest [32]byte // the state's, there
}

// read reads a proposal that the session can decide now.
func (s *Session) read(src []byte) (*proposal, *Error) {
	p, err := readProposal(s.b, &s.doc, src)
	if err == nil {
		err = s.checkTime(p)
	}
	return p, err
}

// checkTime refuses a proposal from before the last decision, and any once the log is full.
func (s *Session) checkTime(p *proposal) *Error {
	if p.at.Int() < s.at {
		return &Error{Code: codes.ProposalEarlier, Path: "at", Message: "`at` is " + strconv.FormatInt(p.at.Int(), 10) +
			", and the session has reached " + strconv.FormatInt(s.at, 10) + "."}
	}
	if s.seq >= MaxSeq {
		return &Error{Code: codes.LimitSeq, Message: "the session has recorded as many decisions as it may."}
	}
	return nil
}

// decide evaluates p, and computes the session after it. It changes nothing but scratch memory.
func (s *Session) decide(p *proposal) (d decision) {
	s.scratch = appendProposal(s.scratch[:0], s.b, p)
	d.p, d.size, d.sum = p, len(s.scratch), canon.Sum256(s.scratch)
	d.outcome = s.evaluate(p, d.size)
	d.next = s.place
	if d.after == nil && d.drop < 0 && d.verdict != model.HoldVerdict && d.frozen == s.frozen {
		d.digest = s.digestState()
		return d
	}
	s.move(&d)
	s.scratch = appendState(s.scratch[:0], s.b, &d.next)
	d.digest = canon.Sum256(s.scratch)
	return d
}

// evaluate finds the outcome of a proposal of so many bytes, parts of which may be unknown. It changes
// nothing but scratch memory; the outcome's slices live until the next call.
func (s *Session) evaluate(p *proposal, size int) outcome {
	o := outcome{drop: -1, frozen: s.frozen}
	s.ev.reset()
	switch p.action {
	case actUnfreeze:
		s.unfreeze(p, &o)
	case actConfirm, actDecline, actExpire:
		s.decideParked(p, &o, size)
	default:
		if s.frozen != 0 {
			s.sayFrozen(p)
		}
		s.ev.run(s.state, p, nil, s.frozen)
		s.conclude(&o, p, size)
	}
	o.unsure = s.ev.unsure
	return o
}

// move computes where the session is after a decision. Each item that is appended to a log is hashed here,
// and nowhere else.
func (s *Session) move(d *decision) {
	d.next.frozen = d.frozen
	if d.after != nil {
		d.next.state = *d.after
		for i := range d.changes {
			if c := &d.changes[i]; c.Effect.Var < 0 {
				if &d.next.chains[0] == &s.chains[0] {
					d.next.chains = append([][32]byte(nil), s.chains...)
				}
				d.next.chains[c.Effect.Log] = chain(d.next.chains[c.Effect.Log], c.To, s.scratch)
			}
		}
	}
	if d.drop >= 0 {
		d.next.holds = without(s.holds, d.drop)
	}
	if d.verdict == model.HoldVerdict {
		h := hold{seq: s.seq + 1, at: d.p.at.Int(), by: append([]uint64(nil), d.park...),
			digest: digestText(d.sum), size: d.size, proposal: d.p}
		d.next.holds = append(s.holds[:len(s.holds):len(s.holds)], h)
	}
}

// record makes a decision, whose bytes are out, the session's last one.
func (s *Session) record(d *decision, out []byte) {
	if d.after != nil {
		if s.b.Large {
			for i := range d.changes {
				if e := d.changes[i].Effect; e.Var < 0 {
					s.ev.logged[e.Layer].Add(d.changes[i].To, model.StateLimit)
				}
			}
		}
		s.ev.after = s.state // the next evaluation writes over it, so that nothing is copied
	}
	s.place = d.next
	s.seq++
	s.at = d.p.at.Int()
	s.prev = canon.Sum256(out)
	s.stateDigest, s.digested = d.digest, true
}
