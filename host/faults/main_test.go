package faults

// This file builds the command that is tested, and reads what the environment asks for.

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host/ledger/pgtest"
)

var folder string // of this run

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "faults"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := pgtest.Main(m)
	os.RemoveAll(folder)
	os.Exit(code)
}

// command builds holdfast, once in a run, and returns its path.
var command = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folder, "holdfast")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/holdfast").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("building holdfast: %w\n%s", err, out)
	}
	return path, err
})

// kills returns how many faults a test goes through: what HOLDFAST_LONG says, few with
// HOLDFAST_SLOW, as ./build.sh test has it, and a third of that where a person waits.
func kills(t *testing.T, few int) int {
	long := os.Getenv("HOLDFAST_LONG")
	if long == "" || long == "0" {
		if os.Getenv("HOLDFAST_SLOW") == "" {
			few = (few + 2) / 3
		}
		return few
	}
	n, err := strconv.Atoi(long)
	if err != nil || n < 1 {
		t.Fatalf("HOLDFAST_LONG is %q, and should be a number of kills", long)
	}
	if n == 1 {
		n = 300
	}
	return n
}

// random returns a source, and prints its seed. What a kill meets also depends on the machine, so the
// same seed does not give the same run.
func random(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("HOLDFAST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("HOLDFAST_SEED: %v", err)
		}
	}
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
