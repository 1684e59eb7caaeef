package host

// This file tests engines: what they accept, where they compile, and that
// nothing of them is left when they are closed.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
)

var t0 = context.Background()

func TestModuleDigest(t *testing.T) {
	sum := sha256.Sum256(Module())
	digest := "sha256:" + hex.EncodeToString(sum[:])
	e := newEngine(t, Options{Interpreter: true, Digest: digest})
	if e.ModuleDigest() != digest {
		t.Errorf("the module's digest is said to be %s, want %s", e.ModuleDigest(), digest)
	}
	_, err := New(t0, Options{Digest: "sha256:" + strings.Repeat("0", 64)})
	if code(err) != codes.LoadDigest {
		t.Errorf("another module than the one pinned: %v, want %s", err, codes.LoadDigest)
	}
}

func TestModulesThatAreNotHoldfast(t *testing.T) {
	changed := bytes.Clone(Module())
	name := bytes.Index(changed, []byte("holdfast_call"))
	changed[name] = 'H'
	for name, module := range map[string][]byte{
		"nothing":           {},
		"text":              []byte("holdfast"),
		"cut short":         Module()[:1000],
		"no exports":        {0, 'a', 's', 'm', 1, 0, 0, 0},
		"export is missing": changed,
	} {
		if _, err := New(t0, Options{Module: module, Interpreter: true}); code(err) != codes.LoadModule {
			t.Errorf("%s: %v, want %s", name, err, codes.LoadModule)
		}
	}
}

func TestModuleOfAnotherABI(t *testing.T) {
	// A module with all exports, each of which gives the constant -1.
	module := []byte("\x00asm\x01\x00\x00\x00" +
		"\x01\x0f\x03\x60\x00\x00\x60\x00\x01\x7f\x60\x03\x7f\x7f\x7f\x01\x7f" + // types: ()→(), ()→i32, (i32 i32 i32)→i32
		"\x03\x06\x05\x00\x01\x01\x02\x02" + // functions
		"\x05\x03\x01\x00\x01" + // memory
		"\x07\x5a\x06" + "\x06memory\x02\x00" + "\x0b_initialize\x00\x00" + "\x0choldfast_abi\x00\x01" +
		"\x0fholdfast_header\x00\x02" + "\x0eholdfast_input\x00\x03" + "\x0dholdfast_call\x00\x04" +
		"\x0a\x18\x05\x02\x00\x0b" + strings.Repeat("\x04\x00\x41\x7f\x0b", 4)) // code
	if _, err := New(t0, Options{Module: module, Interpreter: true}); code(err) != codes.LoadABI {
		t.Errorf("got %v, want %s", err, codes.LoadABI)
	}
}

func TestCompilationCache(t *testing.T) {
	dir := t.TempDir()
	e := newEngine(t, Options{CacheDir: dir, Instances: 1})
	if e.CacheDir() != dir {
		t.Errorf("the cache is said to be in %q, want %q", e.CacheDir(), dir)
	}
	var files []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if len(files) == 0 {
		t.Fatal("nothing was kept")
	}
	for _, f := range files { // a cache that holds rubbish must not keep an engine from starting
		if err := os.WriteFile(f, []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, newEngine(t, Options{CacheDir: dir, Instances: 1}), "s")
}

func TestWithoutCompilationCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := newEngine(t, Options{CacheDir: filepath.Join(file, "cache"), Instances: 1})
	if e.CacheDir() != "" {
		t.Errorf("the cache is said to be in %q", e.CacheDir())
	}
	open(t, e, "s")
}

func TestNewIsBoundByItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t0)
	cancel()
	if e, err := New(ctx, Options{CacheDir: t.TempDir()}); err == nil {
		e.Close()
		t.Error("an engine was made after its context was canceled")
	}
}

func TestInputsThatAreTooLarge(t *testing.T) {
	e := newEngine(t, Options{Interpreter: true, Instances: 1})
	s := open(t, e, "s")
	for name, err := range map[string]error{
		"canonical": second(e.Canonical(make([]byte, 9<<20))),
		"decide":    second(s.Decide(make([]byte, 9<<20))),
	} {
		if err == nil || code(err) != "" {
			t.Errorf("%s: got %v, want an error that is no failure", name, err)
		}
	}
	if _, err := s.Decide(turn(true, 0)); err != nil {
		t.Error(err)
	}
}

func second(_ []byte, err error) error { return err }

func TestClosedEngine(t *testing.T) {
	e, err := New(t0, Options{Instances: 2})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, e, "s")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				if _, err := s.Why(turn(true, 0)); err != nil {
					if code(err) != codes.EngineClosed {
						t.Errorf("got %v, want %s", err, codes.EngineClosed)
					}
					return
				}
			}
		})
	}
	time.Sleep(5 * time.Millisecond) // so that calls are under way, most of the time
	for range 2 {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if _, err := e.Load([]byte(door)); code(err) != codes.EngineClosed {
		t.Errorf("got %v, want %s", err, codes.EngineClosed)
	}
}

// Discarded instances leave neither memory nor goroutines behind. An instance has
// at least 5 MB, so sixty of them would show.
func TestNothingIsLeft(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, preempt := range []bool{false, true} {
		e, err := New(t0, Options{Instances: 1, Preempt: preempt})
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, e, "s").(*session)
		before := heap()
		for range 60 {
			s.slot.instance.module.CloseWithExitCode(t0, 1)
			if _, err := s.View(); code(err) != codes.EngineTrap {
				t.Fatalf("got %v, want %s", err, codes.EngineTrap)
			}
			if _, err := s.View(); err != nil {
				t.Fatal(err)
			}
		}
		if after := heap(); after > before+100<<20 {
			t.Errorf("sixty discarded instances have left %d MB", (after-before)>>20)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	// they end after they were told to
	for until := time.Now().Add(time.Minute); runtime.NumGoroutine() > goroutines; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
		}
	}
}
