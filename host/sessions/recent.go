package sessions

// This file defines recent, a table of bounded size that forgets what was used longest ago.

import (
	"container/list"
	"sync"
)

type recent[T any] struct {
	most    int
	resized func(size int)

	mu   sync.Mutex
	byID map[string]*list.Element // of entry[T]
	used list.List                // most recent first
}

type entry[T any] struct {
	id    string
	value *T
}

func newRecent[T any](most int, resized func(size int)) *recent[T] {
	return &recent[T]{most: most, resized: resized, byID: map[string]*list.Element{}}
}

// take returns the value of an id, made where there is none.
func (r *recent[T]) take(id string, create func() *T) *T {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.byID[id]; ok {
		r.used.MoveToFront(e)
		return e.Value.(entry[T]).value
	}
	value := create()
	r.byID[id] = r.used.PushFront(entry[T]{id, value})
	for len(r.byID) > r.most {
		last := r.used.Back()
		r.used.Remove(last)
		delete(r.byID, last.Value.(entry[T]).id)
	}
	r.resized(len(r.byID))
	return value
}

// drop forgets an id where it has this value.
func (r *recent[T]) drop(id string, value *T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.byID[id]; ok && e.Value.(entry[T]).value == value {
		r.used.Remove(e)
		delete(r.byID, id)
		r.resized(len(r.byID))
	}
}
