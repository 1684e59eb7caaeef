package limit

// This file tests Rate against a clock that the test sets.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is one that does not move until it is told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Unix(1_767_225_600, 0)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// count returns how many times in a row a name is let through, up to most.
func count(r *Rate, name string, most int) int {
	for i := range most {
		if ok, _ := r.Allow(name); !ok {
			return i
		}
	}
	return most
}

func TestBucket(t *testing.T) {
	c := newClock()
	r := New(Options{PerSecond: 2, Burst: 3, Now: c.now})
	if got := count(r, "ann", 10); got != 3 {
		t.Errorf("%d at once, want 3", got)
	}
	if got := count(r, "bob", 10); got != 3 {
		t.Errorf("another name: %d at once, want 3", got)
	}
	ok, after := r.Allow("ann")
	if ok || after != 500*time.Millisecond {
		t.Errorf("%v, again after %v", ok, after)
	}
	c.pass(after - time.Millisecond)
	if ok, after := r.Allow("ann"); ok || after.Round(time.Microsecond) != time.Millisecond {
		t.Errorf("a millisecond early: %v, again after %v", ok, after)
	}
	c.pass(time.Millisecond)
	if ok, after := r.Allow("ann"); !ok || after != 0 {
		t.Errorf("in time: %v, again after %v", ok, after)
	}
	c.pass(time.Hour)
	if got := count(r, "ann", 10); got != 3 {
		t.Errorf("%d after an hour, want 3", got)
	}
}

// TestRetryAfter tests that a name may when it was told it may, at awkward rates.
func TestRetryAfter(t *testing.T) {
	for _, perSecond := range []float64{0.001, 1.0 / 3, 0.7, 1, 3, 7.77, 333, 1e6, 1e9, 1e300, math.Inf(1)} {
		c := newClock()
		r := New(Options{PerSecond: perSecond, Burst: 2, Now: c.now})
		for i := range 200 {
			ok, after := r.Allow("ann")
			if !ok {
				if after <= 0 {
					t.Fatalf("%v a second: again after %v", perSecond, after)
				}
				c.pass(after)
				if ok, again := r.Allow("ann"); !ok {
					t.Fatalf("%v a second, time %d: told to wait %v and then %v more", perSecond, i, after, again)
				}
			}
		}
	}
}

func TestNothingRefilled(t *testing.T) {
	for _, perSecond := range []float64{0, -1, math.NaN()} {
		c := newClock()
		r := New(Options{PerSecond: perSecond, Now: c.now})
		if got := count(r, "ann", 10); got != 1 {
			t.Errorf("%v a second: %d at once, want 1", perSecond, got)
		}
		c.pass(100 * 365 * 24 * time.Hour)
		if ok, after := r.Allow("ann"); ok || after != math.MaxInt64 {
			t.Errorf("%v a second: %v, again after %v", perSecond, ok, after)
		}
	}
}

func TestNil(t *testing.T) {
	var r *Rate
	if ok, after := r.Allow("ann"); !ok || after != 0 || r.Len() != 0 {
		t.Error("a nil Rate limits")
	}
}

// TestForget tests that buckets are forgotten when they are full, and no earlier.
func TestForget(t *testing.T) {
	c := newClock()
	r := New(Options{PerSecond: 1, Burst: 10, Now: c.now})
	count(r, "drained", 10)
	count(r, "touched", 1)
	if r.Len() != 2 {
		t.Fatalf("%d buckets", r.Len())
	}
	c.pass(2 * time.Second) // touched is full again
	r.Allow("new")
	if _, ok := r.buckets["touched"]; ok || r.Len() != 2 {
		t.Errorf("touched is not forgotten; %d buckets", r.Len())
	}
	if got := count(r, "drained", 10); got != 2 {
		t.Errorf("drained may %d times after 2 s, want 2", got)
	}
	c.pass(time.Hour)
	r.Allow("last")
	if r.Len() != 1 {
		t.Errorf("%d buckets after an hour, want 1", r.Len())
	}
}

// TestFlood fills the table and looks at what that costs whom.
func TestFlood(t *testing.T) {
	const names, burst = 100, 5
	c := newClock()
	r := New(Options{PerSecond: 1, Burst: burst, Names: names, Now: c.now})
	if got := count(r, "eve", 10); got != burst {
		t.Fatalf("%d at once", got)
	}
	let := 0
	for i := range 20_000 {
		if ok, _ := r.Allow(fmt.Sprint("flood-", i)); ok {
			let++
		}
	}
	if r.Len() != names || len(r.order) != names {
		t.Errorf("%d buckets, %d in order, want %d", r.Len(), len(r.order), names)
	}
	if most := names - 1 + sharedBuckets*burst; let > most {
		t.Errorf("the flood got %d through, at most %d are expected", let, most)
	}
	if ok, _ := r.Allow("eve"); ok {
		t.Error("the flood brought eve a fresh bucket")
	}
	if got := count(r, "flood-0", 10); got != burst-1 {
		t.Errorf("a name with a bucket may %d times, want %d", got, burst-1)
	}
	if ok, after := r.Allow("newcomer"); ok || after <= 0 || after > time.Second {
		t.Errorf("a newcomer meanwhile: %v, again after %v", ok, after)
	}
	c.pass(time.Second)
	if got := count(r, "eve", 10); got != 1 {
		t.Errorf("eve may %d times after a second, want 1", got)
	}
	c.pass(time.Minute)
	if got := count(r, "newcomer", 10); got != burst {
		t.Errorf("a newcomer afterwards may %d times, want %d", got, burst)
	}
}

func TestLongName(t *testing.T) {
	r := New(Options{PerSecond: 1, Burst: 1, Now: newClock().now})
	long := strings.Repeat("x", MaxName+1)
	if got := count(r, long, 10); got != 1 || r.Len() != 0 {
		t.Errorf("%d at once, %d buckets", got, r.Len())
	}
	if got := count(r, long[1:], 10); got != 1 || r.Len() != 1 {
		t.Errorf("a name that is just short enough: %d at once, %d buckets", got, r.Len())
	}
}

// TestModel compares a Rate with buckets that are counted by hand and never forgotten.
func TestModel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		c := newClock()
		burst := 1 + rnd.IntN(5)
		r := New(Options{PerSecond: 1, Burst: burst, Now: c.now})
		milli := map[string]int{} // thousandths of a token
		for step := range 3000 {
			if rnd.IntN(2) == 0 {
				ms := rnd.IntN(400)
				c.pass(time.Duration(ms) * time.Millisecond)
				for name := range milli {
					milli[name] = min(milli[name]+ms, burst*1000)
				}
			}
			name := fmt.Sprint(rnd.IntN(8))
			if _, ok := milli[name]; !ok {
				milli[name] = burst * 1000
			}
			want := milli[name] >= 1000
			ok, after := r.Allow(name)
			if ok != want {
				// What the floats of the library are off by is a nanosecond's worth or two.
				if near := milli[name]%1000 == 0; !near || after > 10 {
					t.Fatalf("step %d: %v, want %v with %d/1000, again after %v", step, ok, want, milli[name], after)
				}
			}
			if ok {
				milli[name] -= 1000
			}
			for i, b := range r.order {
				if b.index != i || r.buckets[b.name] != b || b.full.Before(r.order[max(i-1, 0)/2].full) {
					t.Fatal("heap and table have parted")
				}
			}
			if len(r.order) != len(r.buckets) {
				t.Fatal("heap and table have parted")
			}
		}
	}
}

func TestMany(t *testing.T) {
	c := newClock()
	r := New(Options{PerSecond: 1, Burst: 100, Names: 10, Now: c.now})
	var let [8]int
	var all sync.WaitGroup
	for g := range let {
		all.Go(func() {
			for i := range 1000 {
				if ok, _ := r.Allow("ann"); ok {
					let[g]++
				}
				r.Allow(fmt.Sprint(g, i))
			}
		})
	}
	all.Wait()
	sum := 0
	for _, n := range let {
		sum += n
	}
	if sum != 100 {
		t.Errorf("%d were let through, want 100", sum)
	}
}

func BenchmarkAllow(b *testing.B) {
	names := make([]string, 50_000)
	for i := range names {
		names[i] = fmt.Sprint("id:", i)
	}
	r := New(Options{PerSecond: 100, Burst: 100})
	for i := 0; b.Loop(); i++ {
		r.Allow(names[i%len(names)])
	}
}
