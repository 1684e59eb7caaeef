package check

// This file defines Expr, the typed tree that the checker hands to the code generator.

import (
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Op says what an Expr does.
type Op uint8

const (
	Const   Op = iota // Value
	Fail              // the error Value
	Load              // slot Index of Bank
	Local             // the local variable Index
	Field             // field Index of the record Args[0]
	Key               // entry Name of the map Args[0]
	HasKey            // has(Args[0].Name) of a map
	Present           // has(Args[0].Name) of a record: true once Args[0] has a value
	At                // Args[0][Args[1]]
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
	And
	Or
	Cond
	List
	Map  // keys and values in turn
	Call // library function Index on Args
	TypeOf
	Hits // pattern set Index on Args[0]
	Bind // local Index is Args[0] in Args[1]
	Loop // Loop
)

// Expr is one node of the typed tree. Off and End are its bytes in the source.
type Expr struct {
	Op     Op
	Bank   uint8
	Path   bool // Const: it was a variable, and is a path all the same
	Paths  bool // a path is read in here
	Folded bool // Value is what it always gives
	Type   *types.Type
	Off    int32
	End    int32
	Index  int
	Cost   uint32 // what evaluating the node itself costs; see code/cost.go
	Spent  uint64 // Folded: what evaluating the whole would have cost
	Name   string
	Value  value.Value
	Args   []*Expr
	Loop   *Comprehension
}

// LoopKind says what a Comprehension makes of its range.
type LoopKind uint8

const (
	All LoopKind = iota
	Exists
	ExistsOne
	MapTo         // map and transformList: the list of Body, of elements that pass Filter
	FilterOf      // filter: the list of elements for which Body holds
	TransformMap  // the map of each key to Body
	TransformPair // transformMapEntry: the map of the one entry that each Body gives
)

// Comprehension is a macro over a list or map.
type Comprehension struct {
	Kind   LoopKind
	Range  *Expr
	Two    bool // Var1 is index or key and Var2 the element; otherwise Var1 is the element, or a map's key
	Var1   int
	Var2   int
	Filter *Expr // nil: every element
	Body   *Expr
}
