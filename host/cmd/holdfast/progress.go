package main

// This file tells a person who waits what the program is at.

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// patience is how long something may take before it is said what it is. Tests put it out of reach: what
// a command prints must not depend on how fast the machine is.
var patience = time.Second

// refresh is how often a terminal is told how far it has got.
const refresh = 200 * time.Millisecond

// progress says on stderr what is going on, if it takes more than a second: on a
// terminal in one line that is kept up to date and goes away, elsewhere once.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	what     string
	began    time.Time
	said     time.Time // when it was last said; zero for never
	count    int
	total    int
	timer    *time.Timer
	over     bool
}

func (a *app) progress(what string) *progress {
	p := &progress{w: a.stderr, terminal: isTerminal(a.stderr), what: what, began: time.Now()}
	p.timer = time.AfterFunc(patience, p.tick)
	return p
}

func (p *progress) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say()
}

// at says how many of how many things are done.
func (p *progress) at(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count, p.total = done, total
	if p.terminal && !p.said.IsZero() && time.Since(p.said) > refresh {
		p.say()
	}
}

func (p *progress) say() {
	if p.over {
		return
	}
	p.said = time.Now()
	far := ""
	if p.total > 0 {
		far = fmt.Sprintf(" (%d of %d)", p.count, p.total)
	}
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s%s …", p.what, far)
	} else {
		fmt.Fprintf(p.w, "holdfast: %s%s …\n", p.what, far)
	}
}

// done ends it, and takes the line away.
func (p *progress) done() {
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over && p.terminal && !p.said.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.over = true
}
