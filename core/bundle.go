package core

// This file defines Bundle, the compiled form of a bundle document.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/load"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// Bundle is a published document of state, actions and constraints, ready to
// open sessions on. It is immutable and safe for concurrent use.
type Bundle struct {
	m       *model.Bundle
	warning []Diagnostic
}

// Load compiles a bundle document, any JSON of that shape; what is hashed is its
// canonical form. The error is an *Invalid with every finding.
func Load(doc []byte) (*Bundle, error) {
	m, found := load.Load(doc)
	if m == nil {
		return nil, &Invalid{found}
	}
	return &Bundle{m, found}, nil
}

// Check returns all findings about a bundle document: errors, and warnings. An empty list is good.
func Check(doc []byte) []Diagnostic {
	_, found := load.Load(doc)
	return found
}

// Name returns the bundle's name, such as "spektre".
func (b *Bundle) Name() string { return b.m.Name }

// Version returns the bundle's semantic version.
func (b *Bundle) Version() string { return b.m.Version }

// Digest returns "sha256:" and the hash of the document's canonical bytes, in
// which internal metadata is written as hashes; see BUNDLE.md.
func (b *Bundle) Digest() string { return b.m.Digest }

// Warnings returns the findings that did not keep the document from loading.
func (b *Bundle) Warnings() []Diagnostic { return b.warning }

// Info returns the declarations as canonical JSON, for showing: see ABI.md.
func (b *Bundle) Info() []byte { return b.m.AppendInfo(nil) }

// Canonical returns the canonical bytes (RFC 8785) of any JSON text. The error is an *Error with an offset.
func Canonical(src []byte) ([]byte, error) {
	out, err := canon.Append(nil, src)
	if err != nil {
		return nil, reading(err)
	}
	return out, nil
}

// Digest returns "sha256:" and the SHA-256 of exactly these bytes.
func Digest(b []byte) string {
	return string(canon.AppendDigest(nil, canon.Sum256(b)))
}

// Public returns a bundle document's canonical public form, in which internal
// metadata is replaced by salted hashes. Its digest is that of the document.
func Public(doc []byte) ([]byte, error) {
	var d canon.Doc
	if err := d.Parse(doc); err != nil {
		return nil, reading(err)
	}
	return load.AppendPublic(nil, &d, 0), nil
}

// joinWords lists words as people do: "a, b or c".
func joinWords(words []string, last string) string {
	switch len(words) {
	case 0:
		return "nobody"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
