package core_test

// This file measures deciding natively; wasm/ and web/ measure it inside the module.

import (
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/holdfast-rt/holdfast/core"
)

// document reads a reference bundle as JSON, the way an author's tool would hand it over.
func document(t testing.TB, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := yaml.YAMLToJSON(src)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func session(t testing.TB, path string) *core.Session {
	t.Helper()
	b, err := core.Load(document(t, path))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open("test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const modeBundle = "../testdata/bundles/mode-constraint-layer/mode-constraint-layer.yaml"

var (
	toTask = []byte(
		`{"action":"enter","actor":{"id":"u1","kind":"user"},"args":{"declared":true,"drift":3,"to":"task"},` +
			`"at":1767225600000,"reasons":["request"]}`,
	)
	toChat = []byte(
		`{"action":"enter","actor":{"id":"u1","kind":"user"},"args":{"declared":true,"drift":3,"to":"chat"},` +
			`"at":1767225600000,"reasons":["request"]}`,
	)
	toFar = []byte(
		`{"action":"enter","actor":{"id":"u1","kind":"user"},"args":{"declared":true,"drift":33,"to":"task"},` +
			`"at":1767225600000,"reasons":["request"]}`,
	)
)

func BenchmarkDecideCommit(b *testing.B) {
	s := session(b, modeBundle)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := toTask
		if i&1 == 1 {
			p = toChat
		}
		if _, err := s.Decide(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecideRefuse(b *testing.B) {
	s := session(b, modeBundle)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Decide(toFar); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdmissible(b *testing.B) {
	s := session(b, modeBundle)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Admissible([]byte(`{"actor":{"kind":"user","id":"u1"},"at":1767225600000}`)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	doc := document(b, modeBundle)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := core.Load(doc); err != nil {
			b.Fatal(err)
		}
	}
}
