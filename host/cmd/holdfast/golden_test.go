package main

// This file replays the golden sessions of testdata/golden on every engine of this
// machine; web/test replays the same files in Node and Chromium.
//
//	go test ./host/cmd/holdfast -run Golden -update

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
)

var update = flag.Bool("update", false, "write what the native engine decides into testdata/golden; read the "+
	"difference before you commit it")

const top = "../../.."

func TestGolden(t *testing.T) {
	var sessions []struct{ Session, Bundle string }
	src, err := os.ReadFile(filepath.Join(top, "testdata/golden/sessions.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(src, &sessions); err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(top, "testdata/golden/*/proposals.jsonl"))
	if err != nil || len(folders) != len(sessions) {
		t.Fatalf("sessions.json names %d sessions, and there are %d folders (%v)", len(sessions), len(folders), err)
	}
	engines := []struct {
		name   string
		engine host.Core
	}{{"native", host.Native()}}
	for _, interpreter := range []bool{false, true} {
		name := "wazero compiler"
		if interpreter {
			name = "wazero interpreter"
		}
		// Without a deadline, which an interpreter on a busy machine is over.
		engine, err := host.New(context.Background(), host.Options{Interpreter: interpreter, Deadline: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		engines = append(engines, struct {
			name   string
			engine host.Core
		}{name, engine})
	}
	for _, s := range sessions {
		t.Run(s.Session, func(t *testing.T) {
			folder := filepath.Join(top, "testdata/golden", s.Session)
			golden(t, filepath.Join(folder, "bundle.json"), built(t, filepath.Join(top, s.Bundle)), *update)
			for _, e := range engines {
				t.Run(e.name, func(t *testing.T) {
					golden(t, filepath.Join(folder, "decisions.jsonl"), decisions(t, e.engine, folder), *update && e.name == "native")
				})
			}
		})
	}
}

// TestCopies holds copies of a bundle to the bundle.
func TestCopies(t *testing.T) {
	for copied, of := range map[string]string{
		"host/edge/example/go/checkout.json": "testdata/examples/checkout/checkout.yaml",
	} {
		golden(t, filepath.Join(top, copied), built(t, filepath.Join(top, of)), *update)
	}
}

// built returns the built document of a bundle in YAML, or of a catalog's point.
func built(t *testing.T, arg string) []byte {
	t.Helper()
	doc, err := newApp(nil, io.Discard, os.Stderr).source(host.Native(), arg)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// decisions plays a folder's proposals on its built bundle.
func decisions(t *testing.T, engine host.Core, folder string) []byte {
	t.Helper()
	bundle, err := os.ReadFile(filepath.Join(folder, "bundle.json"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := engine.Load(bundle)
	if err != nil {
		t.Fatal(describe(err))
	}
	session, err := b.Open(playSession)
	if err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(filepath.Join(folder, "proposals.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	a := newApp(in, &out, io.Discard)
	p := &player{engine: engine, session: session, at: playAt}
	if err := p.play(a.stdin, a.stdout, a.line); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// golden compares got with the file, or writes it: the native engine's alone, since the
// module that is embedded may be older than the code.
func golden(t *testing.T, path string, got []byte, write bool) {
	t.Helper()
	if write {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || !bytes.Equal(g[i], w[i]) {
			t.Fatalf("%s, line %d:\nwanted %s\ngot    %s", path, i+1, w[min(i, len(w)-1)], g[min(i, len(g)-1)])
		}
	}
}
