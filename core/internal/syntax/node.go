// Package syntax turns the text of an expression into a tree: scanner.go makes
// tokens of characters, parser.go makes nodes of tokens. It knows CEL's grammar
// (https://github.com/google/cel-spec/blob/master/doc/langdef.md) and nothing of names or types.
package syntax

// This file defines Node, the tree the parser builds.

import "github.com/holdfast-rt/holdfast/core/internal/value"

// Kind says what a Node is.
type Kind uint8

const (
	Bad    Kind = iota // already reported
	Lit                // Value
	Ident              // Name; Global when written with a leading dot
	Select             // Args[0].Name
	Index              // Args[0][Args[1]]
	Call               // Name(Args...); Global when written with a leading dot
	Method             // Args[0].Name(Args[1:]...)
	List               // [Args...]
	Map                // {Args[0]: Args[1], Args[2]: Args[3], ...}
	Unary              // Op Args[0]
	Binary             // Args[0] Op Args[1]
	And                // Args[0] && Args[1] && ..., flat, so that a long chain is not deep
	Or                 // Args[0] || Args[1] || ..., flat
	Cond               // Args[0] ? Args[1] : Args[2]
)

// Op is an operator of a Unary or Binary node.
type Op uint8

const (
	None Op = iota
	Not
	Neg
	Mul
	Div
	Mod
	Add
	Sub
	Lt
	Le
	Gt
	Ge
	Eq
	Ne
	In
)

var opNames = [...]string{"", "!", "-", "*", "/", "%", "+", "-", "<", "<=", ">", ">=", "==", "!=", "in"}

// String returns the operator as it is written.
func (o Op) String() string { return opNames[o] }

// Node is one node of the tree. Positions are byte offsets into the source.
type Node struct {
	Kind   Kind
	Op     Op
	Global bool        // written with a leading dot: no variable of a macro is meant
	Quoted bool        // the field of a Select was written in backticks
	Paren  bool        // written in parentheses of its own
	Off    int32       // first byte
	End    int32       // byte after the last
	At     int32       // first byte of the name or operator, for the kinds that have one
	To     int32       // byte after it
	height int32       // of the tree below, see MaxHeight
	Name   string      // of an Ident, Select, Call or Method
	Value  value.Value // of a Lit
	Args   []*Node
}
