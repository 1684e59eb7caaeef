package core

// This file writes where a session is: its head, and the document that its state's digest is taken of.

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
	out := s.head()
	s.leave()
	return out, nil
}

func (s *Session) head() []byte {
	dst := canon.AppendInt([]byte(`{"at":`), s.at)
	dst = canon.AppendString(append(dst, `,"bundle":`...), s.b.ID())
	dst = canon.AppendString(append(dst, `,"digest":`...), s.b.Digest)
	dst = appendFrozen(append(dst, ','), s.b, s.frozen)
	dst = append(dst, `,"holds":[`...)
	for i := range s.holds {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = canon.AppendInt(append(dst, `{"expires":`...), s.expires(&s.holds[i]))
		dst = append(canon.AppendInt(append(dst, `,"seq":`...), s.holds[i].seq), '}')
	}
	dst = appendDigest(append(dst, `],"prev":`...), s.prev)
	dst = canon.AppendInt(append(dst, `,"seq":`...), s.seq)
	dst = canon.AppendString(append(dst, `,"session":`...), s.id)
	dst = appendDigest(append(dst, `,"state":`...), s.digestState())
	return append(dst, `,"v":1}`...)
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
