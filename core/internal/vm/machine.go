package vm

// This file defines Machine and its loop.
//
// What running costs is defined on the language, so that it is the same whatever
// a program was compiled to: see code/cost.go. An instruction carries the nodes of
// the source that it was made of in Cost; sizes are charged where they are met.
// The limit is looked at where a run could go on for long: at each element of a
// loop, after each charge for a size, and at the end. A run over the limit gives a
// limit/cost error whatever the place that noticed.

import (
	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/text"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Machine runs programs, one at a time. Its registers are reused from run to run:
// a guard on scalars allocates nothing. The zero Machine is ready but for Banks
// and a CostLimit.
type Machine struct {
	// Banks hold the variables; the machine itself uses the last two.
	Banks [16][]value.Value

	// Cost counts up while running; the caller resets it. A run that takes it
	// over CostLimit gives a limit/cost error, and leaves it just over the limit.
	Cost      uint64
	CostLimit uint64

	// Patterns are the sets that hits() may name, in the order the scope lists
	// them; PatternNames are their names, for a Trace.
	Patterns     []*text.Set
	PatternNames []string

	regs    []value.Value
	matcher text.Matcher
	trace   *Trace
}

// Run evaluates p. The value shares memory with the banks and the program.
func (m *Machine) Run(p *Program) value.Value {
	if len(m.regs) < p.Regs {
		m.regs = make([]value.Value, p.Regs+8)
	}
	m.Banks[BankRegs] = m.regs
	m.Banks[BankConsts] = p.Consts
	v := m.loop(p)
	if m.Cost > m.CostLimit {
		m.Cost = m.CostLimit + 1
		return value.OfError(value.CostLimit, "evaluation costs more than is allowed")
	}
	switch v.K {
	case value.Bool:
		// A register keeps the pointer of what it held before.
		return value.OfBool(v.N != 0)
	case value.Int, value.Uint, value.Double:
		return value.Value{K: v.K, N: v.N}
	}
	return v
}

func setBool(d *value.Value, b bool) {
	d.K = value.Bool
	d.N = 0
	if b {
		d.N = 1
	}
}

// loop runs p's code to its end, or until the cost is over the limit. It knows
// the instructions that guards are made of; step does the others. In V8 a guard of
// four comparisons takes 82 ns so and 114 ns in one large loop, the additions of
// BenchmarkEval/work 107 (BenchmarkEval/four, Node 20, best of 150).
func (m *Machine) loop(p *Program) value.Value {
	code := p.Code
	banks := &m.Banks
	pc := 0
	for {
		in := &code[pc]
		pc++
		m.Cost += uint64(in.Cost)
		if in.Op >= OpAndLt && in.Op <= OpAndNe {
			a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
			var ok bool
			if a.K == value.Int && b.K == value.Int {
				x, y := int64(a.N), int64(b.N)
				switch in.Op {
				case OpAndEq:
					ok = x == y
				case OpAndNe:
					ok = x != y
				case OpAndLe:
					ok = x <= y
				case OpAndLt:
					ok = x < y
				case OpAndGe:
					ok = x >= y
				default:
					ok = x > y
				}
			} else if a.K == value.String && b.K == value.String && in.Op >= OpAndEq &&
				(a.N != b.N || a.P == b.P && a.N < BytesPerUnit) {
				ok = (a.N == b.N) == (in.Op == OpAndEq)
			} else {
				v := m.compare(in.Op-OpAndLt+OpLt, a, b)
				if v.K != value.Bool {
					absorb(&m.regs[in.D], v)
					continue
				}
				ok = v.N != 0
			}
			if !ok {
				d := &m.regs[in.D]
				d.K, d.N = value.Bool, 0
				pc = int(in.C)
			}
			continue
		}
		if in.Op == OpReturn {
			return banks[in.A>>24&15][in.A&MaxSlot]
		}
		if in.Op == OpMove {
			m.regs[in.D] = banks[in.A>>24&15][in.A&MaxSlot]
			continue
		}
		if pc = m.step(p, in, pc); pc < 0 {
			return value.Value{}
		}
	}
}

// step runs one instruction that loop leaves to it and returns where to go on;
// below zero, the cost is over the limit. It is one switch on purpose: the compiler makes a table
// of jumps of it, and what needs more than a few lines is in slow.go.
func (m *Machine) step(p *Program, in *Instr, pc int) int {
	regs := m.regs
	banks := &m.Banks
	switch in.Op {
	case OpCharge:
		m.Cost += uint64(in.C)
	case OpJump:
		pc = int(in.C)

	case OpField:
		a := &banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Map {
			if e := a.Entries(); int(in.C) < len(e.Vals) {
				regs[in.D] = e.Vals[in.C]
				return pc
			}
		}
		regs[in.D] = m.strict1(OpField, *a)
	case OpKey:
		a := &banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Map {
			if v, ok := a.Entries().Field(banks[BankConsts][in.B&MaxSlot].Str()); ok {
				regs[in.D] = v
				return pc
			}
		}
		regs[in.D] = m.key(*a, banks[BankConsts][in.B&MaxSlot])
	case OpHasKey:
		a := &banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Map {
			_, ok := a.Entries().Field(banks[BankConsts][in.B&MaxSlot].Str())
			setBool(&regs[in.D], ok)
			return pc
		}
		regs[in.D] = m.strict1(OpHasKey, *a)
	case OpAt:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if a.K == value.List && b.K == value.Int && b.N < a.N {
			regs[in.D] = a.Items()[b.N]
			return pc
		}
		if a.K == value.Map && b.K == value.String {
			if v, ok := a.Entries().Field(b.Str()); ok {
				regs[in.D] = v
				return pc
			}
		}
		regs[in.D] = m.at(*a, *b)
	case OpNot:
		a := &banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Bool {
			setBool(&regs[in.D], a.N == 0)
			return pc
		}
		regs[in.D] = m.strict1(OpNot, *a)
	case OpPresent, OpNeg, OpTypeOf:
		regs[in.D] = m.strict1(in.Op, banks[in.A>>24&15][in.A&MaxSlot])

	case OpAdd:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if a.K == value.Int && b.K == value.Int {
			x, y := int64(a.N), int64(b.N)
			if s := x + y; (s > x) == (y > 0) {
				d := &regs[in.D]
				d.K, d.N = value.Int, uint64(s)
				return pc
			}
		}
		regs[in.D] = m.binary(in.Op, *a, *b)
	case OpSub:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if a.K == value.Int && b.K == value.Int {
			x, y := int64(a.N), int64(b.N)
			if s := x - y; (s < x) == (y > 0) {
				d := &regs[in.D]
				d.K, d.N = value.Int, uint64(s)
				return pc
			}
		}
		regs[in.D] = m.binary(in.Op, *a, *b)
	case OpMul, OpDiv, OpMod, OpIn:
		regs[in.D] = m.binary(in.Op, banks[in.A>>24&15][in.A&MaxSlot], banks[in.B>>24&15][in.B&MaxSlot])

	case OpLt:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if a.K == value.Int && b.K == value.Int {
			setBool(&regs[in.D], int64(a.N) < int64(b.N))
			return pc
		}
		regs[in.D] = m.compare(OpLt, a, b)
	case OpLe:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if a.K == value.Int && b.K == value.Int {
			setBool(&regs[in.D], int64(a.N) <= int64(b.N))
			return pc
		}
		regs[in.D] = m.compare(OpLe, a, b)
	case OpGt:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if a.K == value.Int && b.K == value.Int {
			setBool(&regs[in.D], int64(a.N) > int64(b.N))
			return pc
		}
		regs[in.D] = m.compare(OpGt, a, b)
	case OpGe:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if a.K == value.Int && b.K == value.Int {
			setBool(&regs[in.D], int64(a.N) >= int64(b.N))
			return pc
		}
		regs[in.D] = m.compare(OpGe, a, b)
	case OpEq, OpNe:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if same, ok := quickEqual(a, b); ok {
			setBool(&regs[in.D], same == (in.Op == OpEq))
			return pc
		}
		regs[in.D] = m.compare(in.Op, a, b)

	case OpAnd:
		a := &banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Bool {
			if a.N == 0 {
				setBool(&regs[in.D], false)
				pc = int(in.C)
			}
			return pc
		}
		absorb(&regs[in.D], *a)
	case OpOr:
		a := &banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Bool {
			if a.N != 0 {
				setBool(&regs[in.D], true)
				pc = int(in.C)
			}
			return pc
		}
		absorb(&regs[in.D], *a)
	case OpOrLt, OpOrLe, OpOrGt, OpOrGe, OpOrEq, OpOrNe:
		a, b := &banks[in.A>>24&15][in.A&MaxSlot], &banks[in.B>>24&15][in.B&MaxSlot]
		if v := m.compare(in.Op-OpOrLt+OpLt, a, b); v.K != value.Bool {
			absorb(&regs[in.D], v)
		} else if v.N != 0 {
			setBool(&regs[in.D], true)
			pc = int(in.C)
		}
	case OpTest:
		a := &banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Bool {
			if a.N == 0 {
				pc = int(in.C)
			}
			return pc
		}
		regs[in.D] = notBool(*a, "?:")
		pc = int(in.B)

	case OpList:
		regs[in.D] = m.list(regs[in.A : in.A+uint32(in.C)])
	case OpMap:
		regs[in.D] = m.mapOf(regs[in.A : in.A+2*uint32(in.C)])
	case OpCall:
		regs[in.D] = m.call(&lib.Funcs[in.A], regs[in.B:in.B+uint32(in.C)])
		if m.Cost > m.CostLimit {
			return -1
		}
	case OpHits:
		regs[in.D] = m.hits(banks[in.A>>24&15][in.A&MaxSlot], int(in.C))
	case OpMatch:
		regs[in.D] = m.match(p.Regexps[in.C], banks[in.A>>24&15][in.A&MaxSlot])

	case OpLoop:
		a := banks[in.A>>24&15][in.A&MaxSlot]
		if a.K != value.List && a.K != value.Map {
			if a.K < value.Error {
				a = value.OfError(value.NoSuchOverload, "a macro walks over a list or a map, not "+a.K.String())
			}
			regs[in.B] = a
			pc = int(in.C)
			return pc
		}
		regs[in.D] = a
		regs[in.D+1] = value.OfInt(0)
	case OpNext:
		r := regs[in.D : in.D+4 : in.D+4]
		i := r[1].N
		if r[0].K == value.List {
			if i >= r[0].N {
				pc = int(in.C)
				return pc
			}
			if in.A == 0 {
				r[2] = r[0].Items()[i]
			} else {
				r[2] = value.OfInt(int64(i))
				r[3] = r[0].Items()[i]
			}
		} else {
			e := r[0].Entries()
			if i >= uint64(len(e.Keys)) {
				pc = int(in.C)
				return pc
			}
			r[2] = e.Keys[i]
			if in.A != 0 {
				r[3] = e.Vals[i]
			}
		}
		r[1].N = i + 1
		if m.Cost++; m.Cost > m.CostLimit {
			return -1
		}
	case OpListNew:
		n := length(regs[in.A])
		v := value.OfList(make([]value.Value, n))
		v.N = 0
		regs[in.D] = v
	case OpAppend:
		a := banks[in.A>>24&15][in.A&MaxSlot]
		if a.K >= value.Error {
			regs[in.D] = a
			pc = int(in.C)
			return pc
		}
		push(&regs[in.D], a)
	case OpFilter:
		a := banks[in.A>>24&15][in.A&MaxSlot]
		if a.K != value.Bool {
			regs[in.D] = notBool(a, "filter")
			pc = int(in.C)
		} else if a.N != 0 {
			push(&regs[in.D], banks[in.B>>24&15][in.B&MaxSlot])
		}
	case OpSkip:
		a := banks[in.A>>24&15][in.A&MaxSlot]
		if a.K != value.Bool {
			regs[in.D] = notBool(a, "the filter")
			pc = int(in.C)
		} else if a.N == 0 {
			pc = int(in.B)
		}
	case OpOne:
		a := banks[in.A>>24&15][in.A&MaxSlot]
		if a.K != value.Bool {
			regs[in.B] = notBool(a, "exists_one")
			pc = int(in.C)
			return pc
		}
		regs[in.D].N += a.N
	case OpMapOf:
		regs[in.D] = value.NewMap(banks[in.A>>24&15][in.A&MaxSlot].Items(), banks[in.B>>24&15][in.B&MaxSlot].Items())
	case OpPair:
		a := banks[in.A>>24&15][in.A&MaxSlot]
		if a.K == value.Map && a.Entries().Len() == 1 {
			push(&regs[in.D], a.Entries().Keys[0])
			push(&regs[in.D+1], a.Entries().Vals[0])
			return pc
		}
		if a.K < value.Error {
			a = value.OfError(value.InvalidArgument, "transformMapEntry takes maps of one entry")
		}
		regs[in.B] = a
		pc = int(in.C)

	case OpMark:
		m.mark(&p.Marks[in.C], banks[in.A>>24&15][in.A&MaxSlot])
	case OpMarkHits:
		if regs[in.D].True() {
			m.markHits(&p.Marks[in.C], int(in.B), banks[in.A>>24&15][in.A&MaxSlot])
		}
	case OpMarkLoop:
		m.markLoop(int32(in.A), in.C)
	}
	return pc
}

// quickEqual compares two ints, or two strings of which the bytes tell nothing
// new; ok is false where it takes more than that.
func quickEqual(a, b *value.Value) (same, ok bool) {
	if a.K != b.K {
		return false, false
	}
	switch a.K {
	case value.Int, value.Bool:
		return a.N == b.N, true
	case value.String:
		// A long text has its price even where one pointer tells.
		return a.N == b.N, a.N != b.N || a.P == b.P && a.N < BytesPerUnit
	}
	return false, false
}

// push appends to a list under construction, which has room.
func push(list *value.Value, v value.Value) {
	list.N++
	items := list.Items()
	items[len(items)-1] = v
}

func length(v value.Value) int {
	if v.K == value.Map {
		return v.Entries().Len()
	}
	return int(v.N)
}
