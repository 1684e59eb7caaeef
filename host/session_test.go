package host

// This file tests that sessions outlive instances: whatever kills one, and
// whenever, the session goes on as if it had not been called.

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// code returns the code of a Failure, or "".
func code(err error) string {
	var f *Failure
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// The ways to lose an instance. Each makes a call that fails and returns its error.
var killers = []struct {
	name string
	code string
	kill func(e *Engine, s *session) error
}{
	{"module ended", codes.EngineTrap, func(e *Engine, s *session) error {
		s.slot.instance.module.CloseWithExitCode(t0, 2)
		_, err := s.Decide(turn(true, 99))
		return err
	}},
	{"memory overwritten", codes.EngineTrap, func(e *Engine, s *session) error {
		m := s.slot.instance.memory
		m.Write(0, make([]byte, m.Size()))
		_, err := s.Decide(turn(true, 99))
		return err
	}},
	{"header overwritten", codes.EngineTrap, func(e *Engine, s *session) error {
		s.slot.instance.at.Input = 0xffff_fff0
		_, err := s.Decide(turn(true, 99))
		return err
	}},
	{"deadline, in the garbage collector", codes.EngineDeadline, func(e *Engine, s *session) (err error) {
		e.options.Deadline = 1
		defer func() { e.options.Deadline = defaultDeadline }()
		for range 100 { // until garbage is collected
			if _, err = s.Admissible([]byte(question)); err != nil {
				break
			}
		}
		return err
	}},
	{"memory limit", codes.EngineMemory, func(e *Engine, s *session) error {
		_, err := e.Canonical(large(7 << 20))
		return err
	}},
}

func TestSessionSurvives(t *testing.T) {
	e := newEngine(t, Options{Instances: 1, MemoryPages: 192})
	for _, k := range killers {
		t.Run(k.name, func(t *testing.T) {
			e, want := e, open(t, Native(), k.name)
			s := open(t, e, k.name)
			for i := range 3*minSteps + 5 {
				if i%23 == 22 || i == minSteps {
					before := s.(*session).slot.instance
					if err := k.kill(e, s.(*session)); code(err) != k.code {
						t.Fatalf("after %d decisions: %v, want %s", i, err, k.code)
					}
					if before == s.(*session).slot.instance {
						t.Fatal("the instance was not discarded")
					}
				}
				proposal := turn(i%3 == 0, i)
				if i%5 == 0 {
					proposal = wait(strings.Repeat("x", i), i)
				}
				got, wanted := answer(s.Decide(proposal)), answer(want.Decide(proposal))
				if got != wanted {
					t.Fatalf("decision %d:\n%s\nnative:\n%s", i, got, wanted)
				}
			}
			if got, wanted := answer(s.View()), answer(want.View()); got != wanted {
				t.Errorf("view:\n%s\nnative:\n%s", got, wanted)
			}
		})
	}
}

// A call over its deadline, in the middle of work that reads no clock.
func TestPreempt(t *testing.T) {
	e := newEngine(t, Options{Instances: 1, Preempt: true})
	s := open(t, e, "s")
	first := answer(s.Decide(turn(true, 0)))
	e.options.Deadline = time.Millisecond
	if _, err := e.Canonical(large(8 << 20)); code(err) != codes.EngineDeadline {
		t.Fatalf("got %v, want %s", err, codes.EngineDeadline)
	}
	e.options.Deadline = defaultDeadline
	native := open(t, Native(), "s")
	if want := answer(native.Decide(turn(true, 0))); first != want {
		t.Errorf("got %s, want %s", first, want)
	}
	if got, want := answer(s.Decide(turn(false, 1))), answer(native.Decide(turn(false, 1))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRebuildIsVerified(t *testing.T) {
	e := newEngine(t, Options{Instances: 1})
	s := open(t, e, "s").(*session)
	for i := range 3 {
		if _, err := s.Decide(turn(i%2 == 0, i)); err != nil {
			t.Fatal(err)
		}
	}
	s.steps[1].in = turn(true, 1) // as if the module decided otherwise than before
	s.slot.instance.module.CloseWithExitCode(t0, 2)
	s.View()
	if _, err := s.View(); code(err) != codes.EngineRebuild {
		t.Errorf("got %v, want %s", err, codes.EngineRebuild)
	}
	if _, err := e.Canonical([]byte(`1`)); err != nil {
		t.Errorf("the engine is of no more use: %v", err)
	}
}

func TestMoreSessionsThanAnInstanceKeeps(t *testing.T) {
	e := newEngine(t, Options{Instances: 1, Sessions: 3})
	b, err := e.Load([]byte(door))
	if err != nil {
		t.Fatal(err)
	}
	var sessions, want []Session
	for n := range 10 {
		s, err := b.Open(fmt.Sprint(n))
		if err != nil {
			t.Fatal(err)
		}
		sessions, want = append(sessions, s), append(want, open(t, Native(), fmt.Sprint(n)))
	}
	for i := range 200 {
		n := i * 7 % 10
		proposal := turn(i%3 == 0, i)
		if got, wanted := answer(sessions[n].Decide(proposal)), answer(want[n].Decide(proposal)); got != wanted {
			t.Fatalf("session %d, step %d:\n%s\nnative:\n%s", n, i, got, wanted)
		}
		if r := &e.slots[0].instance.sessions; r.order.Len() > 3 || len(r.at) > 3 {
			t.Fatalf("the instance keeps %d sessions", r.order.Len())
		}
	}
}

func TestMoreBundlesThanAnInstanceKeeps(t *testing.T) {
	e := newEngine(t, Options{Instances: 1})
	var bundles []Bundle
	for n := range maxSources + 20 {
		b, err := e.Load([]byte(strings.Replace(door, "1.0.0", fmt.Sprintf("1.0.%d", n), 1)))
		if err != nil {
			t.Fatal(err)
		}
		bundles = append(bundles, b)
	}
	for _, n := range []int{0, maxSources, 1, len(bundles) - 1} {
		s, err := bundles[n].Open("s")
		if err != nil {
			t.Fatal(err)
		}
		if view, err := s.View(); err != nil || !strings.Contains(string(view), bundles[n].Digest()) {
			t.Errorf("bundle %d: %s %v", n, view, err)
		}
	}
	if n := e.slots[0].instance.sources.order.Len(); n > maxSources {
		t.Errorf("the instance keeps %d bundles", n)
	}
}

// Many goroutines, few instances, and calls that kill them in between.
func TestConcurrentSessions(t *testing.T) {
	e := newEngine(t, Options{Instances: 3, Sessions: 4, MemoryPages: 192})
	b, err := e.Load([]byte(door))
	if err != nil {
		t.Fatal(err)
	}
	shared, err := b.Open("shared")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			s, err := b.Open(fmt.Sprint(n))
			if err != nil {
				t.Error(err)
				return
			}
			want := open(t, Native(), fmt.Sprint(n))
			for i := range 60 {
				if n == 0 && i%10 == 9 {
					if _, err := e.Canonical(large(7 << 20)); code(err) != codes.EngineMemory {
						t.Errorf("got %v, want %s", err, codes.EngineMemory)
					}
				}
				if _, err := shared.Decide(turn(i%2 == 0, 0)); err != nil {
					t.Error(err)
				}
				if got, wanted := answer(s.Decide(turn(i%2 == 0, i))), answer(want.Decide(turn(i%2 == 0, i))); got != wanted {
					t.Errorf("session %d, step %d:\n%s\nnative:\n%s", n, i, got, wanted)
					return
				}
			}
		})
	}
	wg.Wait()
	if view, err := shared.View(); err != nil || !strings.Contains(string(view), `"seq":480,`) {
		t.Errorf("the shared session has not recorded 480 decisions: %s %v", view, err)
	}
}

func TestNativeSessionIsOverAfterAPanic(t *testing.T) {
	s := open(t, Native(), "s").(*nativeSession)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was lost")
			}
		}()
		s.call(func([]byte) ([]byte, error) { panic("a bug") }, nil)
	}()
	if _, err := s.Decide(turn(true, 0)); code(err) != codes.EngineTrap {
		t.Errorf("got %v, want %s", err, codes.EngineTrap)
	}
}

func TestFailureIsAnErrorOfTheCore(t *testing.T) {
	cause := errors.New("cause")
	err := error(failure(codes.EngineTrap, cause, "what %d", 1))
	var e *core.Error
	if !errors.As(err, &e) || e.Code != codes.EngineTrap || e.Message != "what 1" || !errors.Is(err, cause) {
		t.Errorf("got %+v of %v", e, err)
	}
}

// A session whose calls take much memory is given a fresh snapshot earlier, and one
// whose snapshot is large later.
func TestSnapshotsAreTakenInTime(t *testing.T) {
	e := newEngine(t, Options{Instances: 1})
	s := open(t, e, "s").(*session)
	long := strings.Repeat("x", 4000)
	at := 0
	until := func(stop func() bool) (steps int) {
		for !stop() {
			if _, err := s.Decide(wait(long, at)); err != nil {
				t.Fatal(err)
			}
			at++
			steps++
		}
		return steps
	}
	if n := until(func() bool { return s.base != nil }); n > 70 || n < 60 {
		t.Errorf("the first snapshot came after %d calls", n)
	}
	for len(s.base) < 300_000 {
		base := &s.base[0]
		until(func() bool { return base != &s.base[0] })
	}
	base := &s.base[0]
	want := len(s.base) / 4100 // as many bytes of calls as the snapshot has
	if n := until(func() bool { return base != &s.base[0] }); n < want*8/10 || n > want*12/10 {
		t.Errorf("a snapshot of %d bytes lasted for %d calls, want about %d", len(s.base), n, want)
	}
	if s.bytes != 0 || len(s.steps) != 0 {
		t.Errorf("after a snapshot there are %d calls of %d bytes", len(s.steps), s.bytes)
	}
}
