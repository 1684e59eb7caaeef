package code

// This file generates instructions from the typed tree.
//
// Registers are handed out like a stack: a node puts its value in the register it
// is given, its operands take those above. Variables, constants and locals need
// none, since an instruction names any slot; comparisons inside && and || do not
// even store their answer. So a guard of four comparisons is six instructions.
//
// Every node's cost is carried by the first instruction after it: pending gathers
// it, emit spends it, and nothing is pending where two paths meet.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

type generator struct {
	p       *vm.Program
	src     string
	tracing bool
	pending uint64
	next    int          // the lowest free register
	locals  map[int]spot // of locals in scope, by their number
	full    bool         // a limit was reached

	// While tracing:
	loops   int32                   // how many there were so far
	loopIn  int32                   // the innermost around; 0 for none
	indices map[*check.Expr]vm.Slot // of indices computed from variables of macros
}

// spot is where a local variable is.
type spot struct {
	slot vm.Slot
	path []vm.Part // what a trace calls it; nil when it is no element of a path
	loop int32     // the loop it belongs to; 0 for none
}

// generate returns the program for e, or nil with a finding.
func generate(src string, e *check.Expr, tracing bool, list *diag.List) *vm.Program {
	g := &generator{p: &vm.Program{Source: src, Type: e.Type}, src: src, tracing: tracing, locals: map[int]spot{}}
	if tracing {
		g.indices = map[*check.Expr]vm.Slot{}
	}
	s := g.operand(e)
	g.emit(vm.Instr{Op: vm.OpReturn, A: s})
	if g.full {
		list.Add(diag.Diagnostic{Code: codes.LimitProgram, Off: int(e.Off), End: int(e.End),
			Message: "this expression needs more than the machine has.",
			Hint:    "split it: name its parts under `derived`."})
		return nil
	}
	return g.p
}

func (g *generator) emit(in vm.Instr) int {
	if g.pending > 255 {
		g.p.Code = append(g.p.Code, vm.Instr{Op: vm.OpCharge, C: int32(min(g.pending, 1<<30))})
		g.pending = 0
	}
	in.Cost = uint8(g.pending)
	g.pending = 0
	g.p.Code = append(g.p.Code, in)
	return len(g.p.Code) - 1
}

// here returns the place of the next instruction, as a jump target.
func (g *generator) here() int {
	if g.pending > 0 {
		pending := g.pending
		g.pending = 0
		g.emit(vm.Instr{Op: vm.OpCharge, C: int32(min(pending, 1<<30))})
	}
	return len(g.p.Code)
}

// land makes the instructions at jump to here.
func (g *generator) land(at ...int) {
	to := int32(g.here())
	for _, i := range at {
		g.p.Code[i].C = to
	}
}

// take reserves n registers.
func (g *generator) take(n int) int {
	r := g.next
	g.next += n
	if g.next > g.p.Regs {
		g.p.Regs = g.next
	}
	if g.next > vm.MaxRegs {
		g.full = true
		g.next = n
		return 0
	}
	return r
}

func reg(r int) vm.Slot { return vm.At(vm.BankRegs, r) }

func (g *generator) constant(v value.Value) vm.Slot {
	// Guards have few constants; equal ones are shared where it is cheap to tell.
	for i, c := range g.p.Consts {
		if i == 64 {
			break
		}
		if c == v {
			return vm.At(vm.BankConsts, i)
		}
	}
	g.p.Consts = append(g.p.Consts, v)
	return vm.At(vm.BankConsts, len(g.p.Consts)-1)
}

func (g *generator) read(bank uint8, slot int) {
	for _, r := range g.p.Reads {
		if r.Bank == bank && r.Slot == slot {
			return
		}
	}
	g.p.Reads = append(g.p.Reads, vm.Read{Bank: bank, Slot: slot})
}

// folded says whether e is a constant in this program; a trace wants to see the paths it is made of.
func (g *generator) folded(e *check.Expr) bool { return e.Folded && !(g.tracing && e.Paths) }

// operand returns the slot that holds e's value, which may be a new register.
func (g *generator) operand(e *check.Expr) vm.Slot {
	s := g.plain(e)
	if g.tracing {
		g.record(e, s)
	}
	return s
}

// plain is operand without recording e itself.
func (g *generator) plain(e *check.Expr) vm.Slot {
	switch {
	case g.folded(e):
		g.pending += e.Spent
		return g.constant(e.Value)
	case e.Op == check.Const || e.Op == check.Fail:
		g.pending += uint64(e.Cost)
		v := e.Value
		if e.Op == check.Fail && v.K != value.Error {
			v = value.OfError(value.NoSuchOverload, "")
		}
		return g.constant(v)
	case e.Op == check.Load:
		g.pending += uint64(e.Cost)
		g.read(e.Bank, e.Index)
		if e.Index > vm.MaxSlot {
			g.full = true
		}
		return vm.At(e.Bank, e.Index)
	case e.Op == check.Local:
		g.pending += uint64(e.Cost)
		return g.locals[e.Index].slot
	}
	d := g.take(1)
	g.compute(e, d)
	return reg(d)
}

// into puts e's value in register d.
func (g *generator) into(e *check.Expr, d int) {
	if g.folded(e) || e.Op <= check.Local {
		if s := g.operand(e); s != reg(d) {
			g.emit(vm.Instr{Op: vm.OpMove, D: uint16(d), A: s})
		}
		return
	}
	g.compute(e, d)
	if g.tracing {
		g.record(e, reg(d))
	}
}

var binaries = [...]vm.Opcode{check.Mul: vm.OpMul, check.Div: vm.OpDiv, check.Mod: vm.OpMod, check.Add: vm.OpAdd,
	check.Sub: vm.OpSub,
	check.Lt:  vm.OpLt, check.Le: vm.OpLe, check.Gt: vm.OpGt, check.Ge: vm.OpGe, check.Eq: vm.OpEq, check.Ne: vm.OpNe,
	check.In: vm.OpIn}

// base is the operand of a selection: a trace records the whole path, not its beginnings.
func (g *generator) base(e *check.Expr) vm.Slot { return g.plain(e) }

// compute evaluates an operation into register d, which nothing else uses.
func (g *generator) compute(e *check.Expr, d int) {
	mark := g.next
	g.pending += uint64(e.Cost)
	in := vm.Instr{D: uint16(d)}
	switch e.Op {
	case check.Field:
		in.Op, in.A, in.C = vm.OpField, g.base(e.Args[0]), int32(e.Index)
	case check.Key:
		in.Op, in.A = vm.OpKey, g.base(e.Args[0])
		in.B = g.constant(value.OfString(e.Name))
	case check.HasKey:
		in.Op, in.A = vm.OpHasKey, g.base(e.Args[0])
		in.B = g.constant(value.OfString(e.Name))
	case check.Present:
		in.Op, in.A = vm.OpPresent, g.base(e.Args[0])
	case check.At:
		in.Op, in.A, in.B = vm.OpAt, g.base(e.Args[0]), g.operand(e.Args[1])
		if g.tracing && g.local(e.Args[1]) {
			g.indices[e.Args[1]] = in.B
			mark = g.next // its register is read again where the path is recorded
		}
	case check.Not:
		in.Op, in.A = vm.OpNot, g.operand(e.Args[0])
	case check.Neg:
		in.Op, in.A = vm.OpNeg, g.operand(e.Args[0])
	case check.TypeOf:
		in.Op, in.A = vm.OpTypeOf, g.operand(e.Args[0])
	case check.Mul, check.Div, check.Mod, check.Add, check.Sub, check.Lt, check.Le, check.Gt, check.Ge, check.Eq,
		check.Ne, check.In:
		in.Op, in.A, in.B = binaries[e.Op], g.operand(e.Args[0]), g.operand(e.Args[1])
	case check.And, check.Or:
		g.logic(e, d)
		g.next = mark
		return
	case check.Cond:
		g.choice(e, d)
		g.next = mark
		return
	case check.List, check.Map:
		first := g.take(len(e.Args))
		for i, a := range e.Args {
			g.into(a, first+i)
		}
		in.Op, in.A, in.C = vm.OpList, uint32(first), int32(len(e.Args))
		if e.Op == check.Map {
			in.Op, in.C = vm.OpMap, int32(len(e.Args)/2)
		}
	case check.Call:
		g.call(e, &in)
	case check.Hits:
		in.Op, in.A, in.C = vm.OpHits, g.operand(e.Args[0]), int32(e.Index)
		g.emit(in)
		if g.tracing {
			g.recordHits(e, d, in.A)
		}
		g.next = mark
		return
	case check.Bind:
		s := g.operand(e.Args[0])
		g.locals[e.Index] = spot{slot: s}
		g.into(e.Args[1], d)
		g.next = mark
		return
	case check.Loop:
		g.loop(e, d)
		g.next = mark
		return
	}
	g.emit(in)
	g.next = mark
}

// logic evaluates && or || into register d.
func (g *generator) logic(e *check.Expr, d int) {
	g.emit(vm.Instr{Op: vm.OpMove, D: uint16(d), A: g.constant(value.OfBool(e.Op == check.And))})
	var ends []int
	for _, a := range e.Args {
		ends = append(ends, g.term(a, d, e.Op == check.And))
	}
	g.land(ends...)
}

// choice evaluates CONDITION ? A : B into register d.
func (g *generator) choice(e *check.Expr, d int) {
	mark := g.next
	test := g.emit(vm.Instr{Op: vm.OpTest, D: uint16(d), A: g.operand(e.Args[0])})
	g.next = mark
	g.into(e.Args[1], d)
	out := g.emit(vm.Instr{Op: vm.OpJump})
	g.land(test)
	g.into(e.Args[2], d)
	g.land(out)
	g.p.Code[test].B = uint32(g.here())
}

// call makes in the call of a library function, its arguments in registers one after another.
func (g *generator) call(e *check.Expr, in *vm.Instr) {
	if e.Name == "matches" && len(e.Args) == 2 && g.folded(e.Args[1]) && e.Args[1].Value.K == value.String {
		if re, _ := lib.CompileRegexp(e.Args[1].Value.Str()); re != nil {
			g.pending += e.Args[1].Spent
			g.p.Regexps = append(g.p.Regexps, re)
			in.Op, in.A, in.C = vm.OpMatch, g.operand(e.Args[0]), int32(len(g.p.Regexps)-1)
			return
		}
	}
	first := g.take(len(e.Args))
	for i, a := range e.Args {
		g.into(a, first+i)
	}
	in.Op, in.A, in.B, in.C = vm.OpCall, uint32(e.Index), uint32(first), int32(len(e.Args))
}

// term adds an operand of && (or ||) to the answer in register d and returns the
// instruction that jumps when it decides.
func (g *generator) term(e *check.Expr, d int, and bool) int {
	mark := g.next
	in := vm.Instr{Op: vm.OpAnd, D: uint16(d)}
	fused := vm.OpAndLt
	if !and {
		in.Op, fused = vm.OpOr, vm.OpOrLt
	}
	if e.Op >= check.Lt && e.Op <= check.Ne && !g.folded(e) {
		g.pending += uint64(e.Cost)
		in.Op = fused + binaries[e.Op] - vm.OpLt
		in.A, in.B = g.operand(e.Args[0]), g.operand(e.Args[1])
	} else {
		in.A = g.operand(e)
	}
	at := g.emit(in)
	g.next = mark
	return at
}
