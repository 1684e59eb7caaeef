package server

// This file counts event streams.

import (
	"sync"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// listeners counts the event streams that callers hold open.
type listeners struct {
	mu     sync.Mutex
	byName map[string]int
}

func newListeners() *listeners { return &listeners{byName: map[string]int{}} }

// take counts a stream of a caller.
func (l *listeners) take(name string, most int) (leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if most > 0 && l.byName[name] >= most {
		return nil, problem.New(codes.LimitStreams, "an actor may hold %d event streams open", most)
	}
	l.byName[name]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.byName[name]--; l.byName[name] == 0 {
			delete(l.byName, name)
		}
	}, nil
}
