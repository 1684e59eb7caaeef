package model

// This file defines Layer: what each of the documents that a bundle is made of declares,
// and what it keeps.

import (
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Builtins are the actions that every bundle has; the first is -1 where an index of an action is meant.
var Builtins = []string{"confirm", "decline", "expire", "unfreeze"}

// Layer is one of the documents that a bundle is made of: its own, which is the last, or
// that of a bundle it extends.
type Layer struct {
	ID, Digest string
	Includes   uint32 // set of layers: those it extends, and itself
	Keeps      []Keep
}

// Keep names proposals that no bundle extending this one may refuse.
type Keep struct {
	Action int         // index of an action, or of a built-in one
	When   *vm.Program // nil: all of them
}

// declareKeeps reads `keep`.
func (b *Bundle) declareKeeps(x node) {
	x.items(MaxKeeps, "kept proposals", func(i int, v node) {
		if !v.keys("action", "when", "about") {
			return
		}
		v.optionalText("about")
		a := v.need("action")
		if !a.ok() {
			return
		}
		name, ok := a.text(MaxText)
		if !ok {
			return
		}
		k := Keep{Action: b.Action(name)}
		known := append([]string(nil), Builtins...)
		for i := range b.Actions {
			known = append(known, b.Actions[i].Name)
		}
		for i, s := range Builtins {
			if s == name {
				k.Action = -1 - i
			}
		}
		if k.Action == -1 && name != Builtins[0] {
			a.fail(diag.BundleRef, "there is no action `"+name+"`.", didYouMean(name, known))
			return
		}
		if w := v.get("when"); w.ok() {
			if k.When = b.expr(w, beforePlace, max(k.Action, anyAction), boolType); k.When == nil {
				return
			}
		}
		l := &b.Layers[b.layer]
		l.Keeps = append(l.Keeps, k)
	})
}
