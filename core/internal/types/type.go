// Package types describes what a value may be: CEL's types, and those a bundle
// declares with their bounds.
package types

// This file defines Type.

import "github.com/holdfast-rt/holdfast/core/internal/value"

// Kind is the outermost part of a type.
type Kind uint8

const (
	Dyn Kind = iota // anything; checked at run time
	Null
	Bool
	Int
	Uint
	Double
	String
	Bytes
	Duration
	Timestamp
	List
	Map
	TypeType // the type of a type
	Enum     // a string that is one of Members; a declared type of its own
	Record   // named fields, all present
	Param    // a type variable of the checker
	Bad      // already reported; silences what follows from it
)

// Type is a static type. The bounds are zero where CEL knows none.
type Type struct {
	Kind    Kind
	Name    string        // name of a declared enum or record, or of a Param; "" otherwise
	Elem    *Type         // item of a List, value of a Map
	Key     *Type         // key of a Map
	Members []string      // of an Enum, in declared order
	Titles  []string      // what people call the Members, "" where nothing was given; nil where no member has one
	Values  []value.Value // Members as values, parallel to Members, so that equal members share bytes
	Fields  []Field       // of a Record, sorted by name in byte order
	Min     int64         // smallest Int; meaningful only when Bounded
	Max     int64         // largest Int
	Bounded bool          // Min and Max are set
	Len     int           // most bytes of a String, most items of a List or Map; 0 when not bounded

	// Of types that a bundle declares; 0 and null otherwise.
	Height int         // lists, maps and records one inside the other, 1 for a scalar
	Size   int         // fields, entries and members that are in it, the types it names written out
	Zero   value.Value // the value where nothing is said, of a List, Map or Record
}

// Field is one field of a Record.
type Field struct {
	Name string
	Type *Type
}

// Field returns the index of the named field, or -1.
func (t *Type) Field(name string) int {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// Shown is what people call the named member: its title, or its name.
func (t *Type) Shown(name string) string {
	if i := t.Member(name); i >= 0 && i < len(t.Titles) && t.Titles[i] != "" {
		return t.Titles[i]
	}
	return name
}

// Member returns the index of the named enum member, or -1.
func (t *Type) Member(name string) int {
	for i, m := range t.Members {
		if m == name {
			return i
		}
	}
	return -1
}
