package model

// This file defines Effect and Right: what an action changes, and to what.

import (
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// eval computes a right-hand side, counting what it comes to in room.
func (r *Right) eval(m *vm.Machine, room *Extent) value.Value {
	if r.Program != nil {
		v := m.Run(r.Program)
		if v.K >= value.Error {
			return v
		}
		if v.K == value.Int && r.Type.Kind == types.Double {
			return value.OfDouble(float64(v.Int()))
		}
		switch v.K {
		case value.Double, value.String, value.List, value.Map:
			if v = room.keep(v); v.K == value.Error {
				return v
			}
		}
		if v.K != kindOf[r.Type.Kind] || v.K >= value.List && !conforms(v, r.Type) {
			return value.OfError(value.NoSuchOverload,
				"this is a "+v.K.String()+" that does not fit, where a "+r.Type.String()+" is wanted")
		}
		return v
	}
	if r.Fields == nil {
		return r.Value
	}
	e := &value.Entries{}
	unknown := uint64(0)
	for i := range r.Fields {
		v := r.Fields[i].eval(m, room)
		switch v.K {
		case value.Error:
			return v
		case value.Unknown:
			unknown |= v.N
		}
		e.Keys = append(e.Keys, value.OfString(r.Type.Fields[i].Name))
		e.Vals = append(e.Vals, v)
	}
	if unknown != 0 {
		return value.OfUnknown(unknown)
	}
	return value.OfMap(e)
}

// Within says whether every value the right-hand side can have surely fits its type.
func (r *Right) Within() bool {
	if r.Program != nil {
		// What is computed may be outside of its static type's bounds.
		return r.Program.Plain && types.Within(r.Program.Type, r.Type)
	}
	for i := range r.Fields {
		if !r.Fields[i].Within() {
			return false
		}
	}
	return true
}

// Programs calls f with every expression that the right-hand side reads.
func (r *Right) Programs(f func(*vm.Program)) {
	if r.Program != nil {
		f(r.Program)
	}
	for i := range r.Fields {
		r.Fields[i].Programs(f)
	}
}

// Effect is one change, under a condition.
type Effect struct {
	When  *vm.Program // nil: always
	Log   int         // index of the log that is appended to, or -1
	Var   int         // index of the variable that is set, or -1
	Path  []Step      // the part of the variable that is set; empty: the whole
	Value Right
	Text  string // the path as written
	Layer int    // that it belongs to, as what it changes does

	Inner uint64 // items of the lists and maps within the variable that the path goes through, at most
}

// Step is one part of a path: a record's field, a map's key or a list's index.
type Step struct {
	Type  *types.Type // of what the step is taken from
	Field int         // index of a record's field, -1 for a map or a list
	Key   value.Value // a key known when compiled
	Index *vm.Program // or one that is computed; nil: Key
}

// Right is a right-hand side: a value, an expression, or a record made of them.
type Right struct {
	Type    *types.Type
	Value   value.Value
	Program *vm.Program
	Fields  []Right // of a record, in the order of its type
}
