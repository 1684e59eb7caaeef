package host

// This file defines slot, a place for an instance, and how a call finds one.

import (
	"sync"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// slot is a place for an instance. What belongs to an instance is guarded by its slot's mu.
type slot struct {
	mu       sync.Mutex
	instance *instance // nil until needed, and after it was discarded
}

// take returns a locked slot that is not in use, or the next one when all are busy.
func (e *Engine) take() *slot {
	first := int(e.tried.Add(1))
	for n := range e.slots {
		if s := &e.slots[(first+n)%len(e.slots)]; s.mu.TryLock() {
			return s
		}
	}
	s := &e.slots[first%len(e.slots)]
	s.mu.Lock()
	return s
}

// run runs f with the instance of a slot that the caller has locked, making one
// where there is none, and unlocks the slot. An instance that has failed is discarded.
func run[T any](e *Engine, s *slot, f func(*instance) (T, error)) (result T, err error) {
	defer s.mu.Unlock()
	if e.closed.Load() {
		return result, failure(codes.EngineClosed, nil, "the engine was closed before this call")
	}
	if s.instance == nil {
		if s.instance, err = e.start(); err != nil {
			return result, err
		}
	}
	result, err = f(s.instance)
	if s.instance.dead {
		s.discard()
	}
	return result, err
}

func (s *slot) discard() {
	if s.instance != nil {
		s.instance.close()
		s.instance = nil
	}
}
