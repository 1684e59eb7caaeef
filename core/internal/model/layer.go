package model

// This file defines Layer: what each of the documents that a bundle is made of declares,
// and what it keeps.

import (
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Builtins are the actions that every bundle has; the first is -1 where an index of an action is meant.
var Builtins = []string{"confirm", "decline", "expire", "unfreeze"}

// Layer is one of the documents that a bundle is made of: its own, which is the last, or
// that of a bundle it extends. What it declares is a part of each of the bundle's lists.
type Layer struct {
	ID, Digest  string
	Includes    uint32 // set of layers: those it extends, and itself
	Agents      uint64 // set of agents: those of all that it includes
	Governance  uint64
	Hold        Hold
	Keeps       []Keep
	Vars        Span
	Logs        Span
	Derived     Span
	Constraints Span
	Fallback    Span
	Large       bool // the declared bounds of all that it includes allow a state over MaxState
}

// Span is a part of a list: the indices from From to To-1.
type Span struct{ From, To int }

// Share is what one layer has to say about an action.
type Share struct {
	Layer       int
	Effects     Span   // of the action's
	Constraints []Span // of the bundle's
	Always      bool   // there is an Always among them
	Must        bool   // something must change
}

// Keep names proposals that no bundle extending this one may refuse.
type Keep struct {
	Action int         // index of an action, or of a built-in one
	When   *vm.Program // nil: all of them
}
