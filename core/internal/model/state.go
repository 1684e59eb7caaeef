package model

// This file defines State, the variables and logs of one moment, and what is derived from it.

import (
	"slices"

	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// State is the variables and logs of one moment.
type State struct {
	Vars []value.Value // parallel to Bundle.Vars
	Logs []value.Value // parallel to Bundle.Logs, each a List
}

// Change is one effect that was applied: a part of a variable, or an item appended to a log.
type Change struct {
	Effect   *Effect
	Path     string      // "mode", "artifacts.dna.validated"; "logs.NAME" for an item
	From, To value.Value // To alone for an item
}

// Initial returns the state every session begins in.
func (b *Bundle) Initial() State {
	s := State{Vars: make([]value.Value, len(b.Vars)), Logs: make([]value.Value, len(b.Logs))}
	for i := range b.Vars {
		s.Vars[i] = b.Vars[i].Init
	}
	for i := range s.Logs {
		s.Logs[i] = value.OfList(nil)
	}
	return s
}

// Copy makes s hold what from holds, in slices of its own.
func (s *State) Copy(from State) {
	s.Vars = append(s.Vars[:0], from.Vars...)
	s.Logs = append(s.Logs[:0], from.Logs...)
}

// Moved says whether anything that the layers in view declare differs between two
// states; where that depends on what is not known, unsure is not 0 and says on what.
func (b *Bundle) Moved(view uint32, before, after State) (moved bool, unsure uint64) {
	for i := range b.Vars {
		if was, now := before.Vars[i], after.Vars[i]; view>>b.Vars[i].Layer&1 == 0 || was == now {
		} else if now.K == value.Unknown {
			unsure |= now.N
		} else if !value.Equal(was, now) {
			return true, 0
		}
	}
	for i := range b.Logs {
		if was, now := before.Logs[i], after.Logs[i]; view>>b.Logs[i].Layer&1 == 0 {
		} else if now.K == value.Unknown {
			unsure |= now.N
		} else if now.Int() != was.Int() {
			return true, 0
		}
	}
	return false, unsure
}

// Machine returns a machine that runs b's expressions.
func (b *Bundle) Machine() vm.Machine {
	return vm.Machine{Patterns: b.Sets, PatternNames: b.SetNames, CostLimit: DecisionCost}
}

// Derive computes the derived names of the state in the machine's banks into dst. Each layer
// has a budget of its own, the first what is left of the machine's.
func (b *Bundle) Derive(m *vm.Machine, dst []value.Value) []value.Value {
	dst = b.Room(dst)
	for l := range b.Layers {
		if l > 0 {
			m.Cost = 0
		}
		b.DeriveLayer(m, l, dst)
	}
	return dst
}

// Room returns dst with a place for each derived name.
func (b *Bundle) Room(dst []value.Value) []value.Value {
	return slices.Grow(dst[:0], len(b.Derived))[:len(b.Derived)]
}

// DeriveLayer computes what one layer derives, after what it extends.
func (b *Bundle) DeriveLayer(m *vm.Machine, layer int, dst []value.Value) {
	m.Banks[BankDerived] = dst
	var room Extent
	for i := b.Layers[layer].Derived.From; i < b.Layers[layer].Derived.To; i++ {
		dst[i] = room.Bounded(m.Run(b.Derived[i].Program), ResultLimit)
	}
}

// OfActor returns an actor's record, as proposal.origin has it.
func OfActor(kind, id value.Value) value.Value {
	return value.OfMap(&value.Entries{Keys: actorKeys, Vals: []value.Value{id, kind}})
}

var actorKeys = []value.Value{value.OfString("id"), value.OfString("kind")}
