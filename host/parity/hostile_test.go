package parity

// This file carries out the recipes of testdata/hostile in the module, with the
// memory that an engine gives by default: nothing may trap, and every
// answer is the one that native code gives. How long each takes is logged. What the answers are to be is
// tested in core/hostile_test.go.

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host"
)

func recipes(t testing.TB) map[string]*Recipe {
	t.Helper()
	files, err := filepath.Glob("../../testdata/hostile/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no recipes", err)
	}
	list := map[string]*Recipe{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if list[name], err = ReadRecipe(string(src)); err != nil {
			t.Fatal(name, err)
		}
	}
	return list
}

func TestHostile(t *testing.T) {
	list := recipes(t)
	for _, name := range slices.Sorted(maps.Keys(list)) {
		ok := t.Run(name, func(t *testing.T) {
			recipe, wazero := list[name], engine(t, false)
			native := Play(host.Native(), recipe)
			took := time.Duration(0)
			for _, a := range native {
				took += a.Took
			}
			if took > 30*time.Millisecond && os.Getenv("HOLDFAST_SLOW") == "" {
				t.Skip("this takes a while in the module; set HOLDFAST_SLOW=1")
			}
			wasm := Play(wazero, recipe)
			for i, want := range native {
				got := wasm[i]
				t.Logf("%-10s %8.1f ms natively %8.1f ms in wazero  %s", want.Section, millis(want), millis(got), got.Outcome)
				if strings.HasPrefix(got.Outcome, "engine/") {
					t.Fatalf("%s: the module stopped: %s", want.Section, got.Bytes)
				}
				if !bytes.Equal(got.Bytes, want.Bytes) {
					t.Errorf("%s: natively %.300s\nin wazero %.300s", want.Section, want.Bytes, got.Bytes)
				}
			}
		})
		if !ok {
			break // each failure may take the time of a deadline
		}
	}
}

func millis(a Answer) float64 { return float64(a.Took.Microseconds()) / 1000 }

// TestHostileInNode carries the recipes out in Node, on half of the stack that
// V8 gives: there a module that recurses too deep cannot be told from one that is broken.
func TestHostileInNode(t *testing.T) {
	if os.Getenv("HOLDFAST_SLOW") == "" {
		t.Skip("this takes a while; set HOLDFAST_SLOW=1")
	}
	n := startNode(t, fmt.Sprintf("--stack-size=%d", stackKiB))
	list := recipes(t)
	for _, name := range slices.Sorted(maps.Keys(list)) {
		j := list[name].Job()
		at, got, err := n.run(j)
		if err != nil {
			t.Fatal(name, err)
		}
		if at >= 0 {
			t.Errorf("%s, step %d, %s: natively %.300s\nin Node %.300s", name, at, j.Steps[at].Op, j.Steps[at].Want, got)
		}
	}
}

// stackKiB is half of V8's usual stack of 984 KiB. The highest expression there may
// be (expressions-deep) takes between 300 and 400, every other recipe under 80.
const stackKiB = 492
