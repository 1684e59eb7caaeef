package core_test

// This file carries out the recipes of testdata/hostile: documents built to hurt.
// Each is refused with a code, or works. host/parity does the same in the module,
// where the stack is small and memory has an end.

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/parity"
)

const (
	// ceiling ends a recipe that hangs. The slowest takes about a second here.
	ceiling = time.Minute

	// mostAllocated is the most a recipe may allocate, garbage included.
	mostAllocated = 4 << 30
)

func TestHostile(t *testing.T) {
	files, err := filepath.Glob("../testdata/hostile/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no recipes", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			recipe, err := parity.ReadRecipe(string(src))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			done := make(chan []parity.Answer, 1)
			go func() { done <- parity.Play(host.Native(), recipe) }()
			var answers []parity.Answer
			select {
			case answers = <-done:
			case <-time.After(ceiling):
				t.Fatalf("still at work after %s", ceiling)
			}
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > mostAllocated {
				t.Errorf("allocated %d MiB", n>>20)
			}
			next := 0
			for _, s := range recipe.Sections {
				lines := 1
				if s.Name == "decide" {
					lines += strings.Count(string(s.Body), "\n")
				}
				for _, a := range answers[next : next+lines] {
					t.Logf("%-10s %8.1f ms  %9d bytes in, %9d out  %s", a.Section, float64(a.Took.Microseconds())/1000, len(s.Body)/lines, len(a.Bytes), a.Outcome)
				}
				next += lines
				want := s.Words
				if want == "" {
					want = "ok"
				}
				if a := answers[next-1]; a.Outcome != want {
					t.Errorf("%s: got %s, want %s: %.300s", s.Name, a.Outcome, want, a.Bytes)
				}
			}
		})
	}
}
