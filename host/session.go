package host

// This file defines session: a session in the module that outlives instances.
//
//	base ── step ── step ── step ── now
//	 │       └── each one that was recorded; see full
//	 └── a snapshot, or the session's beginning
//
// The session lives in one slot's instance under a handle. When the instance is
// gone (discarded), or the handle is (others were used more recently), it is
// rebuilt there from base and steps, and the last step must give the bytes it gave before. A
// call that fails adds no step, so that is what undoes it.

import (
	"bytes"
	"crypto/sha256"
	"sync"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

// A fresh snapshot is taken after minSteps recorded calls, so that a session is
// rebuilt within a few milliseconds (BenchmarkRebuild). A large session waits
// longer, a call for each kilobyte of its snapshot, since taking and restoring one
// then costs more than deciding; and at most until the calls take as much memory as the snapshot.
const (
	minSteps     = 64
	minStepBytes = 256 << 10
	bytesPerStep = 1 << 10
)

var _ Session = (*session)(nil)

// session is a session that runs in the module.
type session struct {
	bundle *bundle
	slot   *slot

	mu    sync.Mutex
	id    string // names the session's beginning, where base is nil
	base  []byte // snapshot, or nil
	steps []step
	bytes int               // of steps' inputs
	last  [sha256.Size]byte // hash of what the last step returned
}

// step is a recorded call.
type step struct {
	op abi.Op
	in []byte
}

// Open begins a session.
func (b *bundle) Open(id string) (Session, error) {
	return b.begin(&session{bundle: b, id: id})
}

// Restore continues a session of this bundle from a snapshot.
func (b *bundle) Restore(snapshot []byte) (Session, error) {
	return b.begin(&session{bundle: b, base: append([]byte{}, snapshot...)}) // never nil
}

func (b *bundle) begin(s *session) (Session, error) {
	e := b.engine
	s.slot = &e.slots[int(e.placed.Add(1))%len(e.slots)]
	s.slot.mu.Lock()
	if _, err := run(e, s.slot, s.in); err != nil {
		return nil, err
	}
	return s, nil
}

// in returns the session's handle in instance i, rebuilding it where it is not there.
func (s *session) in(i *instance) (handle uint32, err error) {
	if handle = i.sessions.find(s); handle != 0 {
		return handle, nil
	}
	bundle, err := s.bundle.in(i)
	if err != nil {
		return 0, err
	}
	if s.base == nil {
		_, handle, err = i.call(abi.OpOpen, bundle, []byte(s.id))
	} else {
		_, handle, err = i.call(abi.OpRestore, bundle, s.base)
	}
	if err != nil {
		return 0, err
	}
	for n, step := range s.steps {
		out, _, err := i.call(step.op, handle, step.in)
		if _, failed := err.(*Failure); failed {
			return 0, err
		}
		if err != nil || n == len(s.steps)-1 && sha256.Sum256(out) != s.last {
			i.dead = true // with it goes the half-built session
			return 0, failure(codes.EngineRebuild, err,
				"the session could not be rebuilt to the bytes it had before: its snapshot or the module has changed")
		}
	}
	return handle, i.evict(i.sessions.add(s, handle))
}

// call runs op on the session. recorded says that, unless it is refused, the session moves on.
func (s *session) call(op abi.Op, in []byte, recorded bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slot.mu.Lock()
	return run(s.bundle.engine, s.slot, func(i *instance) ([]byte, error) {
		handle, err := s.in(i)
		if err != nil {
			return nil, err
		}
		out, _, err := i.call(op, handle, in)
		if err == nil && recorded {
			s.record(step{op, bytes.Clone(in)}, out)
			if s.full() {
				s.rebase(i, handle)
			}
		}
		return out, err
	})
}

func (s *session) record(step step, out []byte) {
	s.steps = append(s.steps, step)
	s.bytes += len(step.in)
	s.last = sha256.Sum256(out)
}

// full says whether it is time for a fresh snapshot.
func (s *session) full() bool {
	return len(s.steps) >= max(minSteps, len(s.base)/bytesPerStep) || s.bytes >= max(minStepBytes, len(s.base))
}

// rebase takes a fresh snapshot in place of the steps, which stay where that fails.
func (s *session) rebase(i *instance, handle uint32) {
	if snapshot, _, err := i.call(abi.OpSnapshot, handle, nil); err == nil {
		s.base, s.steps, s.bytes = snapshot, nil, 0
	}
}

// Decide decides a proposal and records the decision, whose bytes it returns.
func (s *session) Decide(proposal []byte) ([]byte, error) {
	return s.call(abi.OpDecide, proposal, true)
}

// Why returns the decision the proposal would get, and records nothing.
func (s *session) Why(proposal []byte) ([]byte, error) { return s.call(abi.OpWhy, proposal, false) }

// Admissible says for every action whether it would commit now.
func (s *session) Admissible(question []byte) ([]byte, error) {
	return s.call(abi.OpAdmissible, question, false)
}

// Path finds the shortest way to where the proposal would commit.
func (s *session) Path(proposal []byte) ([]byte, error) { return s.call(abi.OpPath, proposal, false) }

// Replay decides a recorded decision's proposal again.
func (s *session) Replay(decision []byte) error {
	_, err := s.call(abi.OpReplay, decision, true)
	return err
}

// Snapshot returns the session as a document that Restore takes.
func (s *session) Snapshot() ([]byte, error) { return s.call(abi.OpSnapshot, nil, false) }

// View returns state, derived values and what is parked, for showing.
func (s *session) View() ([]byte, error) { return s.call(abi.OpView, nil, false) }

// Head returns where the session is, without its state.
func (s *session) Head() ([]byte, error) { return s.call(abi.OpHead, nil, false) }
