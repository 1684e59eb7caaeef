package core

// This file defines Session: a bundle plus state, logs, parked proposals, a
// sequence number and the digest of the last decision.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Limits on a session.
const (
	MaxSessionID = 128            // bytes
	MaxHolds     = model.MaxHolds // parked proposals: each is part of every state digest
	MaxParked    = 1 << 18        // bytes of all parked proposals as JSON: with the state a snapshot stays readable
)

// Session decides proposals one after the other. It belongs to one goroutine at a time: a call while
// another one is under way panics. Package host has sessions that several goroutines may use.
type Session struct {
	b      *model.Bundle
	bundle *Bundle
	id     string
	seq    int64
	at     int64 // of the last decision, milliseconds
	place
	prev [32]byte // digest of the last decision, of the genesis document at first

	digested    bool     // stateDigest is that of the state as it is now
	stateDigest [32]byte // else not computed yet
	ev          evaluation
	doc         canon.Doc
	out         []byte
	scratch     []byte
	park        []uint64 // scratch
	inside      uint32   // 1 while a call is under way: see enter
}

// place is what decisions make of a session: what its state's digest is taken of.
type place struct {
	state  model.State
	chains [][32]byte // one a log: see chain
	holds  []hold     // in the order of seq
	frozen uint32     // set of layers; one that is frozen stops all that extend it, but for what a parent keeps
}

// Open starts a session: the bundle's initial state, nothing decided. The id is
// text of 1 to MaxSessionID bytes; it goes into the genesis document, whose
// digest is the first decision's prev.
func (b *Bundle) Open(id string) (*Session, error) {
	s, err := b.open(id)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (b *Bundle) open(id string) (*Session, *Error) {
	if id == "" || len(id) > MaxSessionID {
		return nil, &Error{Code: codes.SessionID, Message: "a session's id is text of 1 to " + strconv.Itoa(MaxSessionID) +
			" bytes."}
	}
	// The reader is asked, so that an id is refused exactly where it could not be read again.
	if _, err := canon.Append(nil, canon.AppendString(nil, id)); err != nil {
		return nil, reading(err)
	}
	s := b.session(id)
	s.prev = canon.Sum256(s.genesis())
	return s, nil
}

// session returns a session in the initial state.
func (b *Bundle) session(id string) *Session {
	s := &Session{b: b.m, bundle: b, id: id, place: place{state: b.m.Initial(), chains: make([][32]byte, len(b.m.Logs))}}
	s.ev = evaluation{b: b.m, m: b.m.Machine(), logged: make([]model.Extent, len(b.m.Layers))}
	return s
}

// genesis is the document that a session's hash chain begins with.
func (s *Session) genesis() []byte {
	dst := canon.AppendString([]byte(`{"bundle":`), s.b.ID())
	dst = canon.AppendString(append(dst, `,"digest":`...), s.b.Digest)
	dst = canon.AppendString(append(dst, `,"session":`...), s.id)
	return append(dst, `,"v":1}`...)
}

// appendDigest appends sum as a JSON string.
func appendDigest(dst []byte, sum [32]byte) []byte {
	return append(canon.AppendDigest(append(dst, '"'), sum), '"')
}

// digestText is sum as documents write it.
func digestText(sum [32]byte) string {
	return string(canon.AppendDigest(make([]byte, 0, 71), sum))
}

// Bundle returns what the session was opened on.
func (s *Session) Bundle() *Bundle { return s.bundle }

// ID returns the session's id.
func (s *Session) ID() string { return s.id }

// Seq returns the number of recorded decisions.
func (s *Session) Seq() int64 { return s.seq }

// chain is the digest of a log: 32 zero bytes for an empty one, then for each
// item the SHA-256 of the digest before it and the item's canonical bytes. So a
// state's digest costs what was appended, not what the log holds.
func chain(sum [32]byte, item value.Value, scratch []byte) [32]byte {
	scratch = append(scratch[:0], sum[:]...)
	return canon.Sum256(model.AppendJSON(scratch, item))
}

// appendVars appends the state variables as an object.
func appendVars(dst []byte, b *model.Bundle, vars []value.Value) []byte {
	dst = append(dst, '{')
	for n, i := range b.VarOrder {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(canon.AppendString(dst, b.Vars[i].Name), ':')
		dst = model.AppendJSON(dst, vars[i])
	}
	return append(dst, '}')
}

// View returns the state as canonical JSON, for showing:
//
//	{"at":…,"bundle":…,"derived":{…},"digest":…,"frozen":…,
//	 "holds":[{"at","by":[…],"digest","expires","proposal":{…},"seq"}],"logs":{NAME:[…]},
//	 "prev":…,"seq":…,"session":…,"state":{…},"v":1}
func (s *Session) View() ([]byte, error) {
	s.enter()
	out := s.describe(asView)
	s.leave()
	return out, nil
}

// appendHolds appends the parked proposals: of a head, when they expire; of a view, that too.
func (s *Session) appendHolds(dst []byte, as int) []byte {
	dst = append(dst, '[')
	for i := range s.holds {
		h := &s.holds[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		if as != asHead {
			dst = canon.AppendInt(append(dst, `"at":`...), h.at)
			dst = append(dst, `,"by":[`...)
			dst = append(s.appendAgents(dst, h.confirmers()), `],`...)
		}
		if as == asView {
			dst = append(canon.AppendString(append(dst, `"digest":`...), h.digest), ',')
		}
		if as != asSnapshot {
			dst = append(canon.AppendInt(append(dst, `"expires":`...), s.expires(h)), ',')
		}
		if as != asHead {
			if len(h.by) > 1 {
				dst = append(s.appendLayers(dst, h), ',')
			}
			dst = append(appendProposal(append(dst, `"proposal":`...), s.b, h.proposal), ',')
		}
		dst = append(canon.AppendInt(append(dst, `"seq":`...), h.seq), '}')
	}
	return append(dst, ']')
}

func (s *Session) appendAgents(dst []byte, set uint64) []byte {
	for k, name := range s.b.AgentNames(set) {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = canon.AppendString(dst, name)
	}
	return dst
}

// appendLayers appends who may confirm h as each bundle has it that is extended.
func (s *Session) appendLayers(dst []byte, h *hold) []byte {
	dst = append(dst, `"layers":{`...)
	some := false
	for _, l := range s.b.LayerOrder {
		if !h.in(l) || l == len(h.by)-1 {
			continue
		}
		if some {
			dst = append(dst, ',')
		}
		some = true
		dst = canon.AppendString(dst, s.b.Layers[l].ID)
		dst = append(s.appendAgents(append(dst, `:[`...), h.by[l]), ']')
	}
	return append(dst, '}')
}

func (s *Session) appendLogs(dst []byte) []byte {
	dst = append(dst, '{')
	for n, i := range s.b.LogOrder {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(canon.AppendString(dst, s.b.Logs[i].Name), ':')
		dst = model.AppendJSON(dst, s.state.Logs[i])
	}
	return append(dst, '}')
}
