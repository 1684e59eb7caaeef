package ledger

// This file defines hub: who wants to know that a session's log has grown.

import (
	"maps"
	"slices"
	"sync"
)

// hub wakes subscribers. Its zero value is ready.
type hub struct {
	mu   sync.Mutex
	subs map[string]map[chan struct{}]bool
}

// Subscribe returns a channel that gets a value whenever the session's log may have
// grown, through this ledger or, on PostgreSQL, another. It holds one value, so a slow
// reader misses none that matters: look at the log for the truth. Cancel ends it; the channel is not closed.
func (l *Ledger) Subscribe(id string) (wake <-chan struct{}, cancel func()) {
	return l.hub.subscribe(id)
}

func (h *hub) subscribe(id string) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subs == nil {
		h.subs = map[string]map[chan struct{}]bool{}
	}
	if h.subs[id] == nil {
		h.subs[id] = map[chan struct{}]bool{}
	}
	h.subs[id][c] = true
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.subs[id], c)
		if len(h.subs[id]) == 0 {
			delete(h.subs, id)
		}
	}
}

// wake wakes those that wait for session id.
func (h *hub) wake(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.subs[id] {
		nudge(c)
	}
}

// sessions lists those that have subscribers.
func (h *hub) sessions() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.subs))
}

// wakeAll wakes everyone: something may have been missed.
func (h *hub) wakeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, subs := range h.subs {
		for c := range subs {
			nudge(c)
		}
	}
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
