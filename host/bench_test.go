package host

// This file measures what the module's walls cost: each benchmark runs natively,
// then in the module.

import (
	"context"
	"testing"

	"github.com/holdfast-rt/holdfast/wasm/abi"
)

func BenchmarkDecide(b *testing.B) {
	for _, engine := range []struct {
		name string
		core func() Core
	}{
		{"native", Native},
		{"module", func() Core { return newEngine(b, Options{Instances: 1}) }},
		{"preempt", func() Core { return newEngine(b, Options{Instances: 1, Preempt: true}) }},
		{"interpreter", func() Core { return newEngine(b, Options{Instances: 1, Interpreter: true}) }},
	} {
		b.Run(engine.name, func(b *testing.B) {
			s := open(b, engine.core(), "s")
			yes, no := turn(true, 0), turn(false, 0)
			if _, err := s.Decide(yes); err != nil {
				b.Fatal(err)
			}
			b.Run("refuse", func(b *testing.B) {
				for b.Loop() {
					s.Decide(yes)
				}
			})
			b.Run("commit", func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%2 == 0 {
						s.Decide(no)
					} else {
						s.Decide(yes)
					}
				}
			})
			b.Run("admissible", func(b *testing.B) {
				for b.Loop() {
					s.Admissible([]byte(question))
				}
			})
		})
	}
}

// BenchmarkCall is a call that does nothing: the way in and out.
func BenchmarkCall(b *testing.B) {
	e := newEngine(b, Options{Instances: 1})
	s := &e.slots[0]
	b.Run("wazero", func(b *testing.B) { // an operation on a handle that is none, its error read
		for b.Loop() {
			s.instance.call(abi.OpClose, 0, nil)
		}
	})
	b.Run("session", func(b *testing.B) { // locks, a session found, a small answer
		door := open(b, e, "s")
		for b.Loop() {
			door.View()
		}
	})
}

// BenchmarkParallel has eight sessions on all instances.
func BenchmarkParallel(b *testing.B) {
	e := newEngine(b, Options{})
	b.RunParallel(func(pb *testing.PB) {
		s := open(b, e, "s")
		for pb.Next() {
			s.Decide(turn(true, 0))
		}
	})
}

// BenchmarkNew is a start with the module compiled before.
func BenchmarkNew(b *testing.B) {
	newEngine(b, Options{})
	for b.Loop() {
		e, err := New(context.Background(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		e.Close()
	}
}

// BenchmarkRebuild is what a session's first call costs after its instance was lost.
func BenchmarkRebuild(b *testing.B) {
	e := newEngine(b, Options{Instances: 1})
	s := open(b, e, "s").(*session)
	for i := range minSteps - 1 {
		s.Decide(turn(i%2 == 0, i))
	}
	b.Run("instance", func(b *testing.B) {
		for b.Loop() {
			s.slot.discard()
			s.View()
		}
	})
	b.Run("session", func(b *testing.B) {
		for b.Loop() {
			i := s.slot.instance
			i.evict(i.sessions.find(s))
			i.sessions = residents{limit: 1}
			s.View()
		}
	})
}

func BenchmarkModule(b *testing.B) {
	for b.Loop() {
		unpack()
	}
}
