package load

// This file defines Reading: a bundle and where everything is in its document, for
// a tool that says more about the document than loading does.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// Reading is a bundle that was read without errors, and the document it was read from.
type Reading struct {
	*model.Bundle
	l    *loader
	used map[string]bool // "constants tolerance", "types stance", …
}

// Read reads a bundle document for a tool; nil where the document has errors.
func Read(src []byte) *Reading {
	r := &Reading{used: map[string]bool{}}
	if r.l, _ = load(src, func(root, name string) { r.used[root+" "+name] = true }); r.l == nil {
		return nil
	}
	r.l.seen = nil
	r.Bundle = &r.l.Bundle
	return r
}

// Declared is the place where something is declared, such as the "variable" of that name.
func (r *Reading) Declared(what, name string) string { return r.l.names[what+" "+name] }

// Used says whether an expression or a type names what is declared under a root, such as "state".
func (r *Reading) Used(root, name string) bool { return r.used[root+" "+name] }

// Condition is the place of the condition of constraint i.
func (r *Reading) Condition(i int) string { return r.l.conditions[i].require.path }

// Constants lists the names of all constants.
func (r *Reading) Constants() []string { return constNames(r.l.constants) }

// Params lists the names of all params.
func (r *Reading) Params() []string { return constNames(r.l.params) }

func constNames(list []Const) []string {
	var names []string
	for i := range list {
		names = append(names, list[i].Name)
	}
	return names
}

// Scope returns the names that an expression at a place may use; action gives the arguments.
func (r *Reading) Scope(at Place, action int) *check.Scope { return r.l.scope(at, action) }

// Whens calls f with the conditions of effects: the action, the place, and what is written there.
func (r *Reading) Whens(f func(action int, path, source string)) {
	x := r.l.root.get("actions")
	if !x.ok() {
		return
	}
	x.members(MaxActions, "", func(name string, v node) {
		e := v.get("effects")
		if !e.ok() {
			return
		}
		e.items(MaxEffects, "", func(_ int, v node) {
			if w := v.get("when"); w.ok() {
				f(r.Action(name), w.path, w.source())
			}
		})
	})
}

// Found returns all findings so far, warnings and those that were added.
func (r *Reading) Found() []diag.Diagnostic { return r.l.found.Items }

// Add adds a finding, as far as there is room for one.
func (r *Reading) Add(d diag.Diagnostic) { r.l.found.Add(d) }
