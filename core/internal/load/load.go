// Package load turns a bundle document into a model.Bundle, with a finding for all that
// is wrong with it. It owns what only loading needs: the reader, names, scopes, types as
// they are written, and budgets. No loaded bundle keeps any of it.
package load

// This file defines Load, and the loader that does it.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// loader reads one document into a bundle. Everything beside the bundle itself is
// for loading alone, and is let go of with it.
type loader struct {
	model.Bundle
	root                        node // the document
	constants, params, metadata []Const
	conditions                  []condition             // of the bundle's constraints
	origins                     []origin                // of the bundle's layers
	found                       *diag.List              // all findings so far
	seen                        func(root, name string) // told what expressions and types name; may be nil
	names                       map[string]string       // "what name" to the place it was declared
	idLayers                    map[string]int          // where each id was declared
	laterSays                   []laterSay
	covered                     []bool // the actions of the constraint that is being compiled; nil for anything else
	scopes                      scopes
	compiled                    int    // bytes of the expressions compiled so far, see MaxCompiled
	tables                      int    // bytes of the tables of pattern sets so far, see MaxTables
	folding                     uint64 // cost units that may still be spent on what is constant in expressions
	checking                    uint64 // and on conditions and examples, see MaxChecking
	size                        int    // of the types declared so far, see MaxTypeSizes
	layer                       int    // of the document being read: 0 the first ancestor
	layers                      uint32 // of the document being read and what it extends
}

// condition is where a constraint's expression and its text are.
type condition struct{ require, say node }

// origin is what loading knows of a layer.
type origin struct {
	first counts   // how much of everything its ancestors had declared
	keeps []string // the places of what it keeps
}

// Load compiles a bundle document. The Bundle is nil where a finding is more
// than a warning; the findings come in the order of the document's parts.
func Load(src []byte) (*model.Bundle, []diag.Diagnostic) {
	b, found := load(src, nil)
	if b == nil {
		return nil, found
	}
	done := b.Bundle // a copy, so that the loader is let go of
	return &done, found
}

// load is Load with all that it knows; seen is told what expressions and types name, and may be nil.
func load(src []byte, seen func(root, name string)) (*loader, []diag.Diagnostic) {
	if len(src) > MaxDocument {
		return nil, []diag.Diagnostic{{Code: codes.LimitText, Message: "the document has " + strconv.Itoa(len(src)) +
			" bytes, and at most " + strconv.Itoa(MaxDocument) + " are allowed."}}
	}
	r := &reader{fill: model.MaxFilled}
	if err := r.doc.Parse(append([]byte(nil), src...)); err != nil {
		return nil, notJSON(err)
	}
	if !r.doc.IsCanonical() {
		// The order of declarations reaches decisions, and documents of one digest
		// must decide alike: so it is that of the canonical form, whatever was sent.
		if err := r.doc.Parse(r.doc.Canonical(nil, 0)); err != nil {
			return nil, notJSON(err)
		}
	}
	b := &loader{root: node{r, 0, ""}, names: map[string]string{}, idLayers: map[string]int{}, found: &r.diag}
	b.seen, b.folding, b.checking = seen, MaxFolding, MaxChecking
	b.read(b.root, 0)
	if !r.diag.Failed() {
		b.finish(b.root)
	}
	if r.diag.Failed() {
		return nil, r.diag.Items
	}
	b.VarOrder = model.ByName(len(b.Vars), func(i int) string { return b.Vars[i].Name })
	b.LogOrder = model.ByName(len(b.Logs), func(i int) string { return b.Logs[i].Name })
	b.LayerOrder = model.ByName(len(b.Layers), func(i int) string { return b.Layers[i].ID })
	b.DerivedOrder = model.ByName(len(b.Derived), func(i int) string { return b.Derived[i].Name })
	b.Digest = Digest(&r.doc, 0)
	return b, r.diag.Items
}

func notJSON(err *canon.Error) []diag.Diagnostic {
	return []diag.Diagnostic{{Code: err.Code, Off: err.Offset, End: err.Offset + 1, Message: err.Message}}
}
