// Package limit bounds how often something may be done for a name.
package limit

// This file defines Rate: a token bucket for each name, in bounded memory.
//
// A bucket that is full again is like one that was never used, so forgetting it gives
// nothing away. Only such buckets are forgotten. They are found by a heap on the time
// at which each will be full:
//
//	full at   12:00:01   12:00:04   12:00:09
//	          ann        bob        eve
//	          └ forgotten once it is 12:00:01
//
// Where the table is full of buckets that are not, a new name gets none of its own: it
// shares one of a fixed number with other new names, by a hash that is seeded at the
// start, so that nobody can choose with whom. To throw out a bucket instead, the least
// used or the oldest, would hand a fresh one to anyone who floods the table with names
// until his own is out. So a flood costs newcomers their own buckets while it lasts,
// and it costs names that are known nothing. To keep a table of n buckets from emptying takes
// n times the rate of one, and all shared buckets together let through no more than
// sharedBuckets names would.

import (
	"container/heap"
	"hash/maphash"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// DefaultNames is how many buckets a Rate has at most: some 20 MB with names of
	// 128 bytes.
	DefaultNames = 1 << 16

	// MaxName is the longest name that gets a bucket of its own, in bytes.
	MaxName = 256

	sharedBuckets = 256
)

// Options say how often.
type Options struct {
	// PerSecond is how many times a second, on average, each name may. Where it is
	// not above 0, a name may Burst times and then never again.
	PerSecond float64

	// Burst is how many times at once, at least 1.
	Burst int

	// Names is how many buckets there are at most; 0 is DefaultNames.
	Names int

	// Now is the clock, time.Now where nil. It must not run backwards.
	Now func() time.Time
}

// Rate lets a name do something so often. It may be used by many goroutines. A nil
// Rate lets everything through.
type Rate struct {
	limit rate.Limit
	burst int
	names int
	now   func() time.Time
	seed  maphash.Seed

	mu      sync.Mutex
	buckets map[string]*bucket
	order   byFull
	shared  [sharedBuckets]*rate.Limiter
}

// bucket is a name's, in the heap at index.
type bucket struct {
	name    string
	limiter *rate.Limiter
	full    time.Time // when it will be, if nothing more is taken
	index   int
}

// maxPerSecond is a token a nanosecond, which is as fine as a clock can tell.
const maxPerSecond = 1e9

// New returns a Rate of which nothing is used yet.
func New(o Options) *Rate {
	if !(o.PerSecond > 0) { // NaN too
		o.PerSecond = 0
	}
	if o.Names <= 0 {
		o.Names = DefaultNames
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Rate{
		limit: rate.Limit(min(o.PerSecond, maxPerSecond)), burst: max(o.Burst, 1), names: o.Names, now: o.Now,
		seed: maphash.MakeSeed(), buckets: map[string]*bucket{},
	}
	for i := range r.shared {
		r.shared[i] = rate.NewLimiter(r.limit, r.burst)
	}
	return r
}

// Allow reports whether the name may do it now, and counts it if so. Where it may
// not, nothing is counted, and retryAfter, above 0, is how long until it may if
// nobody takes the bucket's next token before.
func (r *Rate) Allow(name string) (ok bool, retryAfter time.Duration) {
	if r == nil {
		return true, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	r.forget(now)
	b := r.buckets[name]
	if b == nil && (len(r.buckets) >= r.names || len(name) > MaxName) {
		l := r.shared[maphash.String(r.seed, name)%sharedBuckets]
		return r.take(l, now)
	}
	if b == nil {
		b = &bucket{name: name, limiter: rate.NewLimiter(r.limit, r.burst), full: now}
		r.buckets[name] = b
		heap.Push(&r.order, b)
	}
	if ok, retryAfter = r.take(b.limiter, now); ok {
		b.full = now.Add(r.after(float64(r.burst) - b.limiter.TokensAt(now)))
		heap.Fix(&r.order, b.index)
	}
	return ok, retryAfter
}

// Len returns how many names have a bucket of their own.
func (r *Rate) Len() int {
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.buckets)
}

// forget throws out a few buckets that are full: more than one may be added in the
// same time, so that the table shrinks without anybody waiting for it.
func (r *Rate) forget(now time.Time) {
	for range 4 {
		if len(r.order) == 0 || r.order[0].full.After(now) {
			return
		}
		delete(r.buckets, heap.Pop(&r.order).(*bucket).name)
	}
}

// take takes a token, or says how long until there is one.
func (r *Rate) take(l *rate.Limiter, now time.Time) (bool, time.Duration) {
	if l.AllowN(now, 1) {
		return true, 0
	}
	return false, r.after(1 - l.TokensAt(now))
}

// after returns how long it takes until so many tokens have come, rounded up.
func (r *Rate) after(tokens float64) time.Duration {
	ns := math.Ceil(tokens / float64(r.limit) * float64(time.Second))
	if !(ns < math.MaxInt64) {
		return math.MaxInt64
	}
	return max(time.Duration(ns), 1)
}

// byFull is a heap, the bucket that is full first on top.
type byFull []*bucket

func (h byFull) Len() int           { return len(h) }
func (h byFull) Less(i, j int) bool { return h[i].full.Before(h[j].full) }
func (h byFull) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push adds x at the end; see container/heap.
func (h *byFull) Push(x any) {
	b := x.(*bucket)
	b.index = len(*h)
	*h = append(*h, b)
}

// Pop takes the last; see container/heap.
func (h *byFull) Pop() any {
	last := len(*h) - 1
	b := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return b
}
