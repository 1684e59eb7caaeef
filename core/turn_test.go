package core

// This file tests that a session which two goroutines use at once says so.

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

const counting = `{"holdfast":1,"bundle":"counting","version":"1.0.0","agents":{"user":{}},
	"state":{"n":{"type":{"int":[0,1000000]}}},"actions":{"add":{"set":{"n":"state.n + 1"}}}}`

const adding = `{"action":"add","actor":{"id":"u","kind":"user"},"args":{},"at":1767225600000,"reasons":["request"]}`

func counter(t *testing.T) *Session {
	t.Helper()
	b, err := Load([]byte(counting))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open("s")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// panics returns what f panics with, nil where it does not.
func panics(f func()) (thrown any) {
	defer func() { thrown = recover() }()
	f()
	return nil
}

func TestSessionUsedByTwoGoroutinesPanics(t *testing.T) {
	s := counter(t)
	decision, err := s.Decide([]byte(adding))
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Watch([]byte(adding))
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]func(){
		"Decide":     func() { _, _ = s.Decide([]byte(adding)) },
		"Why":        func() { _, _ = s.Why([]byte(adding)) },
		"Admissible": func() { _, _ = s.Admissible([]byte(`{"actor":{"id":"u","kind":"user"}}`)) },
		"Path":       func() { _, _ = s.Path([]byte(adding)) },
		"Replay":     func() { _ = s.Replay(decision) },
		"Snapshot":   func() { _, _ = s.Snapshot() },
		"View":       func() { _, _ = s.View() },
		"Watch":      func() { _, _ = s.Watch([]byte(adding)) },
		"Answers":    func() { w.Answers(0) },
	}
	for name, call := range calls {
		s.enter() // as another goroutine that is in the middle of a call
		thrown := panics(call)
		if text, _ := thrown.(string); !strings.Contains(text, "two goroutines") {
			t.Errorf("%s during another call: panicked with %v", name, thrown)
		}
		s.leave()
		if thrown := panics(call); thrown != nil {
			t.Errorf("%s after it: %v", name, thrown)
		}
	}
}

// Whatever two goroutines do without a lock, no seq comes twice.
func TestSessionNeverGivesOneSeqTwice(t *testing.T) {
	s := counter(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]int{}
	for range 4 {
		wg.Go(func() {
			_ = panics(func() {
				for range 2000 {
					out, err := s.Decide([]byte(adding))
					if err != nil {
						t.Error(err)
						return
					}
					_, after, _ := strings.Cut(string(out), `"seq":`)
					seq, _, _ := strings.Cut(after, ",")
					mu.Lock()
					seen[seq]++
					mu.Unlock()
				}
			})
		})
	}
	wg.Wait()
	for i := range len(seen) {
		if n := seen[fmt.Sprint(i+1)]; n != 1 {
			t.Fatalf("decision %d came %d times, of %d", i+1, n, len(seen))
		}
	}
}
