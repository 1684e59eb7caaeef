package canon

// This file holds the benchmarks that the comments of the package name. For V8, build
// with GOOS=wasip1 GOARCH=wasm go test -c and run the result under node:wasi.

import (
	"crypto/sha256"
	"encoding/json"
	"testing"
)

// A proposal in canonical form, a decision as the core writes it, a proposal as
// JSON.stringify makes it of what a program has in hand, one that is far from canonical,
// and text outside ASCII.
const (
	benchProposal = `{"action":"enter","actor":{"id":"u1","kind":"user"},"args":{"declared":true,"drift":3,` +
		`"to":"spec"},"at":1767225600000,"bundle":"mode-constraint-layer@1.0.0","reasons":["request"]}`
	benchDecision = `{"action":"enter","actor":{"id":"u1","kind":"user"},"advice":[],"args":{"drift":3,"to":"spec"},` +
		`"at":1767225600000,"bundle":"mode-constraint-layer@1.0.0","changes":[{"from":"task","path":"mode","to":"chat"}],` +
		`"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","governing":"GRD-5",` +
		`"prev":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",` +
		`"proposal":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","reasons":["request"],` +
		`"seq":7,"state":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","v":1,` +
		`"verdict":"revert","violations":[{"code":"","id":"GRD-5","level":"physical","say":"Leave task for chat ` +
		`first.","spans":[],"terms":[["state.mode","task"],["args.to","spec"]],"verdict":"revert"}]}`
	benchStringified = `{"bundle":"mode-constraint-layer@1.0.0","actor":{"kind":"user","id":"u1"},"action":"enter",` +
		`"args":{"to":"spec","drift":3,"declared":true},"at":1767225600000,"reasons":["request"]}`
	benchLoose = `{"at": 1767225600000, "actor": {"kind": "user", "id": "u1"}, "action": "enter", "bundle": ` +
		`"mode-constraint-layer@1.0.0", "args": {"to": "spec", "drift": 3.50, "text": "K\u00e9rem, l\u00e9pj ki ` +
		`el\u0151bb.\n"}, "reasons": ["request"]}`
	benchText = `{"text":"Őszintén szólva a döntés a tiéd; mi csak azt mondjuk meg, mi történne. Grüße, и привет, 你好。 ` +
		`And a long tail of plain ASCII text that goes on for a while."}`
)

var benchDocs = []testCase{
	{Name: "Proposal", In: benchProposal},
	{Name: "Decision", In: benchDecision},
	{Name: "Stringified", In: benchStringified},
	{Name: "Loose", In: benchLoose},
	{Name: "Text", In: benchText},
}

func BenchmarkParse(b *testing.B) {
	for _, doc := range benchDocs {
		b.Run(doc.Name, func(b *testing.B) {
			src := doc.source()
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			var d Doc
			for b.Loop() {
				if err := d.Parse(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCanonical(b *testing.B) {
	for _, doc := range benchDocs {
		b.Run(doc.Name, func(b *testing.B) {
			var d Doc
			if err := d.Parse(doc.source()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			var out []byte
			for b.Loop() {
				out = d.Canonical(out[:0], 0)
			}
		})
	}
}

// BenchmarkPeer is the reader a user would have taken instead, for the ratio.
func BenchmarkPeer(b *testing.B) {
	for _, doc := range benchDocs {
		b.Run(doc.Name, func(b *testing.B) {
			src := doc.source()
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				var v any
				if err := json.Unmarshal(src, &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendString(b *testing.B) {
	var out []byte
	for b.Loop() {
		out = AppendString(out[:0], "Leave task for chat first.")
	}
}

func BenchmarkAppendFloat(b *testing.B) {
	var out []byte
	for b.Loop() {
		out = AppendFloat(out[:0], 333333333.3333333)
	}
}

func BenchmarkSum256(b *testing.B) {
	buf := make([]byte, 4096)
	for _, size := range []int{200, 4096} {
		b.Run("own/"+itoa(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				sum256(buf[:size])
			}
		})
		b.Run("std/"+itoa(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				sha256.Sum256(buf[:size])
			}
		})
	}
}
