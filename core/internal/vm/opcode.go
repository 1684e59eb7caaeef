package vm

// This file defines the instructions.
//
// d is the register D; a and b are the values at the slots A and B; c is the
// number C. "d ← x" stores x. A strict instruction whose operand is an error or
// unknown stores that instead: unknowns first, joined, then the first error.

// Opcode names an instruction.
type Opcode uint8

const (
	OpReturn Opcode = iota // end; the value is a
	OpMove                 // d ← a
	OpCharge               // charge c units more than fit Cost
	OpJump                 // go to c

	OpField   // d ← a.(field c)                strict; a is a record
	OpKey     // d ← a.b                        strict; b is a string constant
	OpHasKey  // d ← has(a.b)                   strict
	OpPresent // d ← true                       strict in a
	OpAt      // d ← a[b]                       strict
	OpNot     // d ← !a                         strict
	OpNeg     // d ← -a                         strict
	OpMul     // d ← a * b                      strict, as are those that follow
	OpDiv
	OpMod
	OpAdd
	OpSub
	OpLt
	OpLe
	OpGt
	OpGe
	OpEq
	OpNe
	OpIn

	// && and || gather their answer in d, which begins as true (false for ||).
	// An operand that decides, false for && and true for ||, becomes the answer and ends it;
	// an error or unknown waits in d for one that decides.
	//
	//	OpAnd: a false:   d ← false, go to c
	//	       a true:    d stays
	//	       otherwise: d ← d and a, as absorb has it
	OpAnd
	OpAndLt // OpAnd of a < b, without a register between, and so on
	OpAndLe
	OpAndGt
	OpAndGe
	OpAndEq
	OpAndNe
	OpOr
	OpOrLt
	OpOrLe
	OpOrGt
	OpOrGe
	OpOrEq
	OpOrNe

	OpTest // a true: go on; a false: go to c; otherwise d ← a (or an error), go to B

	OpList   // d ← the list of c registers from A on   strict
	OpMap    // d ← the map of c pairs of registers from A on   strict
	OpCall   // d ← function A on c registers from B on  strict
	OpTypeOf // d ← type(a)                     strict
	OpHits   // d ← whether pattern set c matches a    strict
	OpMatch  // d ← whether regular expression c matches a   strict

	// A loop has registers from D on: the range, the count of elements begun, the
	// first variable, the second.
	OpLoop     // begin over a; what is no list or map: register B ← error, go to c
	OpNext     // next element into the variables (A: 1 for two of them); none left: go to c
	OpListNew  // d ← an empty list with room for the range at register A
	OpAppend   // append a to the list d; an error or unknown: d ← a, go to c
	OpFilter   // append b to the list d if a is true; neither true nor false: d ← a, go to c
	OpSkip     // a true: go on; a false: go to B; otherwise d ← a, go to c
	OpOne      // count one more in d if a is true; neither true nor false: register B ← a, go to c
	OpMapOf    // d ← the map of the keys a and values b
	OpPair     // append the only key of the map a to the list D, its value to D+1; else register B ← error, go to c
	OpMark     // record a under mark c               tracing only, as are those that follow
	OpMarkHits // record where pattern set B matches a, under mark c, if register D is true
	OpMarkLoop // forget what was recorded inside the loops numbered A to c
)
