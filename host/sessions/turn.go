package sessions

// This file defines turn, a proposal that waits to be decided, and line, where turns wait.

import (
	"context"
	"sync"

	"github.com/holdfast-rt/holdfast/core/codes"
)

const (
	// MaxTurns is how many proposals of one session are recorded together: enough to
	// fill the time of an fsync, few enough that deciding again after a conflict is cheap.
	MaxTurns = 64

	// maxLine is how many proposals may wait for a session.
	maxLine = 1024
)

// turn is a proposal that waits to be decided.
type turn struct {
	Proposal
	ctx    context.Context
	caller Caller
	key    string // idempotency key, scoped to the caller; empty for none
	done   chan struct{}

	decided Decided // the answer
	err     error
}

// Decided is a decision that is recorded.
type Decided struct {
	Seq      int64
	Verdict  string
	Bytes    []byte
	Repeated bool // it was recorded before, by a request whose answer was lost
}

// line is where the turns of a session wait. One of those who wait leads: it takes turns for all.
type line struct {
	mu      sync.Mutex
	turns   []*turn
	leading bool
}

// join adds a turn. lead says that the caller leads from now on.
func (l *line) join(t *turn) (lead bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.turns) >= maxLine {
		return false, refuse(codes.SessionBusy, "%d proposals are waiting for this session", maxLine)
	}
	l.turns = append(l.turns, t)
	lead = !l.leading
	l.leading = true
	return lead, nil
}

// next takes turns out of the line. Where there are none, no turn leads any more.
func (l *line) next() []*turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(len(l.turns), MaxTurns)
	if n == 0 {
		l.leading = false
		return nil
	}
	turns := l.turns[:n:n]
	l.turns = l.turns[n:]
	return turns
}

// settle gives turns an error in place of an answer.
func settle(turns []*turn, err error) {
	for _, t := range turns {
		t.decided, t.err = Decided{}, err
	}
}
