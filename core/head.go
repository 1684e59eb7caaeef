package core

// This file writes a session: its head, and more of it; and the document that its state's digest is taken of.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// Head returns where the session is, as canonical JSON, without the state itself:
//
//	{"at":…,"bundle":…,"digest":…,"frozen":…,"holds":[{"expires":…,"seq":…}],"prev":…,"seq":…,"session":…,
//	 "state":…,"v":1}
//
// `at` is the time of the last decision, 0 before the first; `prev` its digest, at first that of the genesis
// document; `state` the state's digest, as a decision has it. Of a bundle that extends others, a frozen
// session has `freezes` too, as in View.
func (s *Session) Head() ([]byte, error) {
	s.enter()
	out := s.describe(asHead)
	s.leave()
	return out, nil
}

// What describe writes of a session.
const (
	asHead     = iota // the digest of the state, and when what waits expires
	asSnapshot        // the state, and what waits
	asView            // that, and what follows from it, for showing
)

// describe writes a session as a head, a snapshot or a view: one document with more or less in it.
func (s *Session) describe(as int) []byte {
	dst := canon.AppendInt([]byte(`{"at":`), s.at)
	dst = canon.AppendString(append(dst, `,"bundle":`...), s.b.ID())
	if as == asView {
		dst = s.appendDerived(append(dst, `,"derived":`...))
	}
	dst = canon.AppendString(append(dst, `,"digest":`...), s.b.Digest)
	dst = appendFrozen(append(dst, ','), s.b, s.frozen)
	dst = s.appendHolds(append(dst, `,"holds":`...), as)
	if as != asHead {
		dst = s.appendLogs(append(dst, `,"logs":`...))
	}
	dst = appendDigest(append(dst, `,"prev":`...), s.prev)
	dst = canon.AppendInt(append(dst, `,"seq":`...), s.seq)
	dst = canon.AppendString(append(dst, `,"session":`...), s.id)
	dst = append(dst, `,"state":`...)
	if as == asHead {
		dst = appendDigest(dst, s.digestState())
	} else {
		dst = appendVars(dst, s.b, s.state.Vars)
	}
	return append(dst, `,"v":1}`...)
}

// appendDerived appends the derived names with their values in the state as it is.
func (s *Session) appendDerived(dst []byte) []byte {
	m := &s.ev.m
	m.Cost = 0
	m.Banks[model.BankState], m.Banks[model.BankLogs] = s.state.Vars, s.state.Logs
	s.ev.derived = s.b.Derive(m, s.ev.derived)
	dst = append(dst, '{')
	for n, i := range s.b.DerivedOrder {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(canon.AppendString(dst, s.b.Derived[i].Name), ':')
		dst = model.AppendJSON(dst, s.ev.derived[i])
	}
	return append(dst, '}')
}

// digestState is the digest of the state as it is now.
func (s *Session) digestState() [32]byte {
	if !s.digested {
		s.scratch = appendState(s.scratch[:0], s.b, &s.place)
		s.stateDigest, s.digested = canon.Sum256(s.scratch), true
	}
	return s.stateDigest
}

// appendState appends the document whose digest is a decision's `state`:
//
//	{"frozen":false,"holds":[{"at":…,"digest":…,"seq":…}],
//	 "logs":{NAME:{"count":N,"digest":…}},"state":{NAME:…}}
//
// Of a bundle that extends others, a frozen one has "freezes" as well, see appendFrozen.
func appendState(dst []byte, b *model.Bundle, at *place) []byte {
	dst = appendFrozen(append(dst, '{'), b, at.frozen)
	dst = append(dst, `,"holds":[`...)
	for i := range at.holds {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = canon.AppendInt(append(dst, `{"at":`...), at.holds[i].at)
		dst = canon.AppendString(append(dst, `,"digest":`...), at.holds[i].digest)
		dst = append(canon.AppendInt(append(dst, `,"seq":`...), at.holds[i].seq), '}')
	}
	dst = append(dst, `],"logs":{`...)
	for n, i := range b.LogOrder {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = canon.AppendString(dst, b.Logs[i].Name)
		dst = canon.AppendInt(append(dst, `:{"count":`...), at.state.Logs[i].Int())
		dst = canon.AppendDigest(append(dst, `,"digest":"`...), at.chains[i])
		dst = append(dst, `"}`...)
	}
	dst = append(dst, `},"state":`...)
	dst = appendVars(dst, b, at.state.Vars)
	return append(dst, '}')
}

// appendFrozen appends the member that says whether a session is frozen. Where its bundle extends
// others, one before it says which of them are:
//
//	"freezes":["notebook@1.0.0"],"frozen":true
func appendFrozen(dst []byte, b *model.Bundle, frozen uint32) []byte {
	if frozen != 0 && len(b.Layers) > 1 {
		dst = append(dst, `"freezes":[`...)
		for l := range b.Layers {
			if frozen>>l&1 != 0 {
				dst = append(canon.AppendString(dst, b.Layers[l].ID), ',')
			}
		}
		dst = append(dst[:len(dst)-1], `],`...)
	}
	return strconv.AppendBool(append(dst, `"frozen":`...), frozen != 0)
}
