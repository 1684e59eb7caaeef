package core

// This file finds out when two goroutines use one session at once.

import "sync/atomic"

// enter begins a call on the session. A session has scratch memory that every call
// writes to, questions too. A second call at the same time would give decisions that
// nobody made, so it panics at once, as a map of Go does; the call that came first goes on.
func (s *Session) enter() {
	if !atomic.CompareAndSwapUint32(&s.inside, 0, 1) {
		panic("core: a session is used by two goroutines at once, or after a call on it has panicked; " +
			"lock it, or open it by package host, which does")
	}
}

// leave ends a call. It is not deferred: a session that panics inside a call may be half written, and
// stays unusable.
func (s *Session) leave() { atomic.StoreUint32(&s.inside, 0) }
