package vm

// This file defines Program.

import (
	"sync/atomic"

	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Banks of a Machine. The rest, 0 to 13, hold what the caller puts there.
const (
	BankRegs   = 14 // the registers of the running program
	BankConsts = 15 // its constants
)

// Slot is how an instruction names a value: the bank in the top eight bits, the
// index in the rest.
type Slot = uint32

// MaxSlot is the highest index in a bank; MaxRegs is lower, since the
// destination of an instruction has sixteen bits.
const (
	MaxSlot = 1<<24 - 1
	MaxRegs = 1<<16 - 1
)

// At returns the slot at index of bank.
func At(bank uint8, index int) Slot { return uint32(bank)<<24 | uint32(index) }

// Instr is one instruction, 16 bytes; opcode.go says what each does with D, A, B and C.
type Instr struct {
	Op   Opcode
	Cost uint8  // units charged before it runs
	D    uint16 // a register, most often the destination
	A, B Slot
	C    int32 // a jump target, count or index
}

// Program is a compiled expression. It does not change once made and may be run
// by any number of machines at once.
type Program struct {
	Source  string
	Type    *types.Type // of its value
	Plain   bool        // it only reads a variable or a field: it never fails, and is within the type's bounds
	MaxCost uint64      // the most a run can cost, from the declared sizes
	Reads   []Read      // every variable that it may load, each once, in source order

	Code    []Instr
	Consts  []value.Value
	Regexps []*lib.Regexp
	Regs    int
	Marks   []Mark // of a tracing program

	// Tracing compiles the program once more with the instructions that record a
	// Trace; nil for one that has them.
	Tracing func() *Program
	traced  atomic.Pointer[Program]
}

// Read is one variable: a slot of a bank.
type Read struct {
	Bank uint8
	Slot int
}
