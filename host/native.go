package host

// This file defines Native, the core compiled into the program, behind the
// interfaces of the engines.

import (
	"sync"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// Native returns the core as Go code in this process: the same answers, to the
// byte, without the module's walls around it. A bundle that exhausts memory does so here.
func Native() Core { return native{} }

type native struct{}

func (native) Canonical(src []byte) ([]byte, error)               { return core.Canonical(src) }
func (native) Digest(doc []byte) (string, error)                  { return core.Digest(doc), nil }
func (native) Check(doc []byte) ([]core.Diagnostic, error)        { return core.Check(doc), nil }
func (native) Complete(proposal []byte, at int64) ([]byte, error) { return core.Complete(proposal, at) }
func (native) Eval(request []byte) ([]byte, error)                { return core.Eval(request) }
func (native) Case(line []byte) ([]byte, error)                   { return core.Case(line) }
func (native) Public(doc []byte) ([]byte, error)                  { return core.Public(doc) }

func (native) Load(doc []byte) (Bundle, error) {
	b, err := core.Load(append([]byte(nil), doc...))
	if err != nil {
		return nil, err
	}
	return nativeBundle{b}, nil
}

func (native) LoadCatalog(doc []byte) (Catalog, error) {
	c, err := core.LoadCatalog(append([]byte(nil), doc...))
	if err != nil {
		return nil, err
	}
	return c, nil
}

type nativeBundle struct{ *core.Bundle }

func (b nativeBundle) Open(id string) (Session, error) {
	s, err := b.Bundle.Open(id)
	if err != nil {
		return nil, err
	}
	return &nativeSession{session: s}, nil
}

func (b nativeBundle) Restore(snapshot []byte) (Session, error) {
	s, err := b.Bundle.Restore(append([]byte(nil), snapshot...))
	if err != nil {
		return nil, err
	}
	return &nativeSession{session: s}, nil
}

// nativeSession lets several goroutines use a session, one after another. A call that
// panics leaves it inside for ever: its state may be half-written, and a server
// that recovers from panics would otherwise go on with it.
type nativeSession struct {
	mu      sync.Mutex
	inside  bool
	session *core.Session
}

func (s *nativeSession) call(f func([]byte) ([]byte, error), in []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inside {
		return nil, failure(codes.EngineTrap, nil, "an earlier call on this session has panicked: restore it from a snapshot")
	}
	s.inside = true
	out, err := f(in)
	s.inside = false
	return out, err
}

func (s *nativeSession) Decide(p []byte) ([]byte, error)     { return s.call(s.session.Decide, p) }
func (s *nativeSession) Why(p []byte) ([]byte, error)        { return s.call(s.session.Why, p) }
func (s *nativeSession) Admissible(q []byte) ([]byte, error) { return s.call(s.session.Admissible, q) }
func (s *nativeSession) Path(p []byte) ([]byte, error)       { return s.call(s.session.Path, p) }

func (s *nativeSession) Replay(decision []byte) error {
	_, err := s.call(func(d []byte) ([]byte, error) { return nil, s.session.Replay(d) }, decision)
	return err
}

func (s *nativeSession) Snapshot() ([]byte, error) {
	return s.call(func([]byte) ([]byte, error) { return s.session.Snapshot() }, nil)
}

func (s *nativeSession) View() ([]byte, error) {
	return s.call(func([]byte) ([]byte, error) { return s.session.View() }, nil)
}

func (s *nativeSession) Head() ([]byte, error) {
	return s.call(func([]byte) ([]byte, error) { return s.session.Head() }, nil)
}
