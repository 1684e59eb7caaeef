package ledger

// This file defines queue: group commit. Anyone who wants something written waits
// here while a transaction is being written, and is in the next one.

import (
	"context"
	"fmt"
	"sync"
)

// task is something to be written: the rows of an append, or what do does. Anyone who
// commits it sets err before it closes done.
type task struct {
	rows []Row
	do   func(context.Context, tx) error
	err  error
	done chan struct{}
}

// bytes returns how much there is to be written, roughly.
func (t *task) bytes() (n int) {
	for i := range t.rows {
		n += len(t.rows[i].Bytes)
	}
	return n
}

// answer sets the same error for all tasks.
func answer(batch []*task, err error) {
	for _, t := range batch {
		t.err = err
	}
}

type queue struct {
	mu      sync.Mutex
	more    sync.Cond // something waits, or no more will
	waiting []*task
	stops   bool
	ended   chan struct{}
}

// start has what waits committed by one goroutine, most rows at a time.
func (q *queue) start(most int, commit func([]*task)) {
	q.more.L = &q.mu
	q.ended = make(chan struct{})
	go func() {
		defer close(q.ended)
		for batch := q.take(most); batch != nil; batch = q.take(most) {
			commit(batch)
		}
	}()
}

// stop takes no more, and waits until what waits is written.
func (q *queue) stop() {
	q.mu.Lock()
	q.stops = true
	q.mu.Unlock()
	q.more.Signal()
	<-q.ended
}

func (q *queue) stopped() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stops
}

// take returns the next batch, or nil when there will be none. A session is in a
// batch once: its next append can only continue, or lose to, the one before.
func (q *queue) take(most int) (batch []*task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 {
		if q.stops {
			return nil
		}
		q.more.Wait()
	}
	rows, size := 0, 0
	sessions := make(map[string]bool, len(q.waiting))
	later := q.waiting[:0]
	for i, t := range q.waiting {
		if len(batch) > 0 && (rows+max(len(t.rows), 1) > most || size+t.bytes() > batchBytes) {
			later = append(later, q.waiting[i:]...)
			break
		}
		if t.rows != nil {
			if sessions[t.rows[0].Session] {
				later = append(later, t)
				continue
			}
			sessions[t.rows[0].Session] = true
		}
		batch, rows, size = append(batch, t), rows+max(len(t.rows), 1), size+t.bytes()
	}
	clear(q.waiting[len(later):])
	q.waiting = later
	return batch
}

// run has t written and returns how that went. When ctx ends before t was taken, nothing is
// written; once taken, what ctx says no longer matters, since it may become durable.
func (q *queue) run(ctx context.Context, t *task) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ledger: nothing written: %w", err)
	}
	if !q.give(t) {
		return ErrClosed
	}
	return q.wait(ctx, t)
}

// give has tasks wait, all at once. It reports false when no more are taken.
func (q *queue) give(tasks ...*task) bool {
	for _, t := range tasks {
		t.done = make(chan struct{})
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stops {
		return false
	}
	q.waiting = append(q.waiting, tasks...)
	q.more.Signal()
	return true
}

// wait returns what became of t.
func (q *queue) wait(ctx context.Context, t *task) error {
	select {
	case <-t.done:
		return t.err
	case <-ctx.Done():
	}
	if q.withdraw(t) {
		return fmt.Errorf("ledger: nothing written: %w", ctx.Err())
	}
	<-t.done
	return t.err
}

// withdraw takes t back. It reports false when t is being written, or was.
func (q *queue) withdraw(t *task) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, w := range q.waiting {
		if w == t {
			q.waiting = append(q.waiting[:i], q.waiting[i+1:]...)
			return true
		}
	}
	return false
}
