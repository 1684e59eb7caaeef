package main

// This file tells a person who waits what the program is at.

import (
	"fmt"
	"sync"
	"time"
)

// patience is how long something may take before it is said what it is.
const patience = time.Second

// takesLong says on stderr what is going on, if it is not done within a second.
// The caller calls done when it is.
func (a *app) takesLong(what string) (done func()) {
	var mu sync.Mutex
	said, over := false, false
	timer := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			said = true
			fmt.Fprintf(a.stderr, "holdfast: %s …\n", what)
		}
	})
	began := time.Now()
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if over = true; said {
			fmt.Fprintf(a.stderr, "holdfast: done in %.1f s\n", time.Since(began).Seconds())
		}
	}
}
