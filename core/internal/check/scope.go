// Package check gives every part of an expression a type and a meaning: names
// become slots, fields become indices, macros become loops. What it accepts
// cannot fail for a reason that could have been seen in the text.
package check

// This file defines Scope, what an expression may name.

import (
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Scope lists the names an expression may use. The zero Scope has none.
type Scope struct {
	Roots        []Root                  // state, args, ...: ROOT.FIELD is a value, ROOT alone is none
	Enums        []*types.Type           // their members read as NAME.MEMBER
	Vars         []Var                   // plain variables; a name may be qualified: "a.b.c"
	VarBank      uint8                   // the machine's bank that holds Vars
	Patterns     []string                // names of pattern sets, for TEXT.hits("name")
	PatternSteps []int                   // what text.Set.Steps says of each of Patterns, for the cost; left out, one each
	Seen         func(root, name string) // told what is named: fields, patterns, members (of root "types"); may be nil
	Folding      *uint64                 // cost units left for what is constant; nil: as many as one expression may cost
	Unchecked    bool                    // take every type as dyn and fail when evaluated, as CEL does without its checker
}

// Root is a name whose fields are variables.
type Root struct {
	Name    string
	Bank    uint8  // the machine's bank that holds Fields
	Fields  []Var  // in slot order
	Missing string // not empty: using the root is an error, and this says why
}

// Var is a variable. A constant one is folded into the program.
type Var struct {
	Name  string
	Type  *types.Type
	Const *value.Value
}

func (s *Scope) saw(root, name string) {
	if s.Seen != nil {
		s.Seen(root, name)
	}
}
