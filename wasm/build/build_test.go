package main

// This file tests that the module is the same bytes wherever it is built.

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// What the module is made of, and nothing else.
func copySource(t *testing.T, root, to string) {
	for _, dir := range []string{"core", "wasm"} {
		if err := os.CopyFS(filepath.Join(to, dir), os.DirFS(filepath.Join(root, dir))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// slow skips a test that builds the module; build.sh test runs it.
func slow(t *testing.T) {
	if os.Getenv("HOLDFAST_SLOW") == "" {
		t.Skip("set HOLDFAST_SLOW=1 to build the module")
	}
}

// buildIn returns the module built from the source in folder.
func buildIn(t *testing.T, folder string) []byte {
	out := filepath.Join(t.TempDir(), "m.wasm")
	if err := compile(folder, out); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if module, err = strip(module); err != nil {
		t.Fatal(err)
	}
	return module
}

// Two folders of other names and depths, one of them with an empty build cache and
// other settings of Go around it. It compiles Go's runtime for WebAssembly, so it
// takes half a minute.
func TestBuildIsReproducible(t *testing.T) {
	slow(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var modules [][]byte
	for i, dir := range []string{"a", "another/folder deeper"} {
		folder := filepath.Join(t.TempDir(), dir)
		copySource(t, root, folder)
		if i == 1 {
			t.Setenv("GOCACHE", t.TempDir())
			t.Setenv("GOFLAGS", "-tags=whatever")
			t.Setenv("GOOS", "plan9")
			t.Setenv("GOAMD64", "v3")
		}
		module := buildIn(t, folder)
		if bytes.Contains(module, []byte(folder)) {
			t.Errorf("the module contains the folder it was built in")
		}
		modules = append(modules, module)
	}
	if !bytes.Equal(modules[0], modules[1]) {
		t.Errorf("two builds give %d and %d bytes that differ", len(modules[0]), len(modules[1]))
	}
}

func TestEmbeddedModuleIsWhatTheSourceBuilds(t *testing.T) {
	slow(t)
	packed, err := os.Open("../../host/holdfast.wasm.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(embedded, buildIn(t, "../..")) {
		t.Error("host/holdfast.wasm.gz is not what the source builds: run `go run ./wasm/build -embed`")
	}
}

// The stripper knows one toolchain's layout. What it does not know it refuses; it
// never panics on what a linker could write.
func TestStripRefusesWhatItDoesNotKnow(t *testing.T) {
	empty := []byte("\x00asm\x01\x00\x00\x00")
	for name, module := range map[string][]byte{
		"nothing":       {},
		"text":          []byte("holdfast"),
		"cut short":     append(empty[:8:8], 11, 100),
		"no segments":   append(empty[:8:8], 11, 1, 0),
		"other segment": append(empty[:8:8], 11, 3, 1, 1, 0),
		"no table":      append(empty[:8:8], 11, 8, 1, 0, 0x41, 16, 0x0b, 2, 7, 7),
	} {
		if out, err := strip(module); err == nil {
			t.Errorf("%s: became %q", name, out)
		}
	}
}
