package core_test

// This file fuzzes what the core reads: bundles, proposals, snapshots, records and cursors.

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

// seeds are the built reference bundles.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	paths, err := filepath.Glob("../testdata/golden/*/bundle.json")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no bundles: %v", err)
	}
	var list [][]byte
	for _, p := range paths {
		src, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		list = append(list, src)
	}
	return list
}

// FuzzLoad loads arbitrary bytes: an error has findings, a bundle has a digest
// that does not depend on how the document was written, and can be opened.
func FuzzLoad(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Add(
		[]byte(
			`{"holdfast":1,"bundle":"b","version":"1.0.0","agents":{"a":{}},"types":{"t":{"record":{"x":"t"}}},` +
				`"state":{"v":{"type":"t"}}}`,
		),
	)
	f.Add(
		[]byte(`{"holdfast":1,"bundle":"b","version":"1.0.0","agents":{"a":{}},"patterns":{"p":{"any":[{"phras":"x"}]}}}`),
	)
	f.Fuzz(func(t *testing.T, doc []byte) {
		b, err := core.Load(doc)
		if err != nil {
			var bad *core.Invalid
			if !errors.As(err, &bad) || len(bad.Diagnostics) == 0 {
				t.Fatalf("%v", err)
			}
			for _, d := range bad.Diagnostics {
				if d.Code == "" || d.Message == "" || d.Off < 0 || d.End < d.Off {
					t.Fatalf("%+v", d)
				}
			}
			return
		}
		canonical, err := core.Canonical(doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := core.Load(canonical)
		if err != nil || again.Digest() != b.Digest() || !bytes.Equal(again.Info(), b.Info()) {
			t.Fatalf("the canonical form is another bundle: %v", err)
		}
		public, err := core.Public(doc)
		if err != nil || core.Digest(public) != b.Digest() {
			t.Fatalf("the public form has another digest: %v", err)
		}
		s, err := b.Open("s")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.View(); err != nil {
			t.Fatal(err)
		}
		if c, err := core.Canonical(b.Info()); err != nil || !bytes.Equal(c, b.Info()) {
			t.Fatalf("info is not canonical: %v", err)
		}
	})
}

// FuzzDecide decides arbitrary bytes: an error changes nothing, a decision is
// canonical, is what why has said, and can be replayed.
func FuzzDecide(f *testing.F) {
	bundle, err := core.Load(bundleJSON(f, modeBundle))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(toTask)
	f.Add(toFar)
	f.Add(
		[]byte(
			`{"action":"confirm","actor":{"id":"u","kind":"user"},` +
				`"args":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","hold":1},"at":0,` +
				`"reasons":[]}`,
		),
	)
	f.Add([]byte(`{"action":"enter","actor":{"kind":"automatic"},"args":{"to":"automatic","drift":0,"declared":true}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := bundle.Open("s")
		if err != nil {
			t.Fatal(err)
		}
		before, _ := s.Snapshot()
		if whole, err := core.Complete(src, 1); err == nil {
			src = whole
		}
		told, err1 := s.Why(src)
		if still, _ := s.Snapshot(); !bytes.Equal(before, still) {
			t.Fatal("why changed the session")
		}
		got, err2 := s.Decide(src)
		if (err1 == nil) != (err2 == nil) || !bytes.Equal(told, got) {
			t.Fatalf("why: %s %v\ndecide: %s %v", told, err1, got, err2)
		}
		if err2 != nil {
			var e *core.Error
			if !errors.As(err2, &e) || e.Code == "" || e.Message == "" {
				t.Fatalf("%v", err2)
			}
			if still, _ := s.Snapshot(); !bytes.Equal(before, still) {
				t.Fatal("an error changed the session")
			}
			return
		}
		if c, err := core.Canonical(got); err != nil || !bytes.Equal(c, got) {
			t.Fatalf("not canonical: %s", got)
		}
		twin, _ := bundle.Open("s")
		if err := twin.Replay(got); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Path(src); err != nil {
			var e *core.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
		}
	})
}

// FuzzRestore restores arbitrary bytes, and replays them as a record: what is
// accepted as a snapshot gives the same snapshot again.
func FuzzRestore(f *testing.F) {
	s := session(f, modeBundle)
	for _, p := range [][]byte{toTask, toFar, toChat, []byte(`{"action":"enter","actor":{"id":"a","kind":"automatic"},` +
		`"args":{"declared":true,"drift":0,"to":"automatic"},"at":1767225600000,"reasons":["request"]}`)} {
		snap, err := s.Snapshot()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(snap)
		d, err := s.Decide(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(d)
	}
	last, err := s.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(last)
	b := s.Bundle()
	f.Fuzz(func(t *testing.T, src []byte) {
		if fresh, err := b.Open("test"); err != nil || fresh.Replay(src) == nil && fresh.Seq() != 1 {
			t.Fatal("replay", err)
		}
		r, err := b.Restore(src)
		if err != nil {
			return
		}
		snap, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		canonical, err := core.Canonical(src)
		if err != nil || !bytes.Equal(snap, canonical) {
			t.Fatalf("%v\n%s\n%s", err, canonical, snap)
		}
	})
}

// FuzzResolve loads arbitrary catalogs and resolves arbitrary cursors.
func FuzzResolve(f *testing.F) {
	doc := []byte(catalog(f))
	f.Add(doc, []byte(`{"floor":2}`))
	f.Add(doc, []byte(`{"floor":1}`))
	f.Add([]byte(`{}`), []byte(`[]`))
	f.Fuzz(func(t *testing.T, doc, cursor []byte) {
		c, err := core.LoadCatalog(doc)
		if err != nil {
			return
		}
		for _, out := range [][]byte{c.Info(), must(c.Resolve(cursor))} {
			if out == nil {
				continue
			}
			if again, err := core.Canonical(out); err != nil || !bytes.Equal(again, out) {
				t.Fatalf("not canonical: %s (%v)", out, err)
			}
		}
	})
}

func must(b []byte, err error) []byte {
	if err != nil {
		return nil
	}
	return b
}
