package vm

// This file records what a run read.

import "github.com/holdfast-rt/holdfast/core/internal/value"

// Trace is what Machine.Trace recorded.
type Trace struct {
	Terms []Term
}

// Term is a path that was read and what it held. Errors and unknowns are left out.
type Term struct {
	Path  string
	Value value.Value
	mark  int
	off   int32
	depth int
}

// Mark says what an OpMark records.
type Mark struct {
	Off   int32 // of the path in the source; terms are in this order
	Depth int   // of the innermost loop whose element is meant; 0 for none
	Parts []Part
}

// Part is a piece of a path: text, or the value of a slot in brackets.
type Part struct {
	Text  string
	Slot  Slot
	Index bool // the slot holds a loop's count: the element is the one before
	Value bool // write Slot
}

func (m *Machine) mark(p *Program, i int, v value.Value)          {}
func (m *Machine) markHits(p *Program, i, set int, v value.Value) {}
func (m *Machine) markLoop(p *Program, depth int)                 {}
func (m *Machine) hits(a value.Value, set int) value.Value {
	return value.OfError(value.NoSuchOverload, "hits")
}
