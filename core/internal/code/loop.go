package code

// This file generates comprehensions.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// iteration is a comprehension that is being generated.
type iteration struct {
	loop       *check.Comprehension
	d          int   // the register of the answer
	r          int   // the first of the loop's own registers
	one        int   // the register of exists_one's count
	keys, vals int   // registers of the lists that make a map; 0 for any other answer
	top        int   // where each turn begins
	ends       []int // jumps with the answer in d
	failed     []int // jumps with the error where items are collected
}

// loop evaluates a comprehension into register d.
func (g *generator) loop(e *check.Expr, d int) {
	l := e.Loop
	it := iteration{loop: l, d: d}
	rng := g.base(l.Range)
	it.r = g.take(4)
	r := it.r
	it.ends = []int{g.emit(vm.Instr{Op: vm.OpLoop, D: uint16(r), A: rng, B: uint32(d)})}
	g.loops++
	outer, this := g.loopIn, g.loops
	g.loopIn = this
	path := g.elementPath(l.Range, reg(r+1), l.Two, reg(r+2))
	two := uint32(0)
	if l.Two {
		two = 1
		g.locals[l.Var1] = spot{slot: reg(r + 2)}
		g.locals[l.Var2] = spot{slot: reg(r + 3), path: path, loop: this}
	} else {
		g.locals[l.Var1] = spot{slot: reg(r + 2), path: path, loop: this}
	}
	g.begin(&it)
	mark := g.next
	it.top = g.here()
	next := g.emit(vm.Instr{Op: vm.OpNext, D: uint16(r), A: two})
	another := 0
	if g.tracing {
		another = g.emit(vm.Instr{Op: vm.OpMarkLoop, A: uint32(this)})
	}
	g.turn(&it, mark)
	g.next = mark
	g.emit(vm.Instr{Op: vm.OpJump, C: int32(it.top)})
	g.land(next)
	g.loopIn = outer
	if g.tracing {
		g.p.Code[another].C = g.loops
		g.emit(vm.Instr{Op: vm.OpMarkLoop, A: uint32(this), C: g.loops})
		g.record(l.Range, reg(r))
	}
	g.finish(&it)
}

// begin gives the answer its first value.
func (g *generator) begin(it *iteration) {
	switch kind := it.loop.Kind; kind {
	case check.All, check.Exists:
		g.emit(vm.Instr{Op: vm.OpMove, D: uint16(it.d), A: g.constant(value.OfBool(kind == check.All))})
	case check.ExistsOne:
		it.one = g.take(1)
		g.emit(vm.Instr{Op: vm.OpMove, D: uint16(it.one), A: g.constant(value.OfInt(0))})
	case check.MapTo, check.FilterOf:
		g.emit(vm.Instr{Op: vm.OpListNew, D: uint16(it.d), A: uint32(it.r)})
	default:
		it.keys = g.take(2)
		it.vals = it.keys + 1
		g.emit(vm.Instr{Op: vm.OpListNew, D: uint16(it.keys), A: uint32(it.r)})
		g.emit(vm.Instr{Op: vm.OpListNew, D: uint16(it.vals), A: uint32(it.r)})
	}
}

// turn asks the filter about one item, and takes the item into the answer; registers
// from mark on are free in it.
func (g *generator) turn(it *iteration, mark int) {
	l, d := it.loop, it.d
	collected := d
	if it.vals != 0 {
		collected = it.vals
	}
	if l.Filter != nil {
		it.failed = append(it.failed,
			g.emit(vm.Instr{Op: vm.OpSkip, D: uint16(collected), A: g.operand(l.Filter), B: uint32(it.top)}))
		g.next = mark
	}
	switch l.Kind {
	case check.All, check.Exists:
		it.ends = append(it.ends, g.term(l.Body, d, l.Kind == check.All))
	case check.ExistsOne:
		it.ends = append(it.ends, g.emit(vm.Instr{Op: vm.OpOne, D: uint16(it.one), A: g.operand(l.Body), B: uint32(d)}))
	case check.FilterOf:
		it.failed = append(it.failed, g.emit(vm.Instr{Op: vm.OpFilter, D: uint16(d), A: g.operand(l.Body), B: reg(it.r + 2)}))
	case check.MapTo:
		it.failed = append(it.failed, g.emit(vm.Instr{Op: vm.OpAppend, D: uint16(d), A: g.operand(l.Body)}))
	case check.TransformMap:
		it.failed = append(it.failed, g.emit(vm.Instr{Op: vm.OpAppend, D: uint16(it.vals), A: g.operand(l.Body)}))
		g.emit(vm.Instr{Op: vm.OpAppend, D: uint16(it.keys), A: reg(it.r + 2)})
	case check.TransformPair:
		it.failed = append(it.failed,
			g.emit(vm.Instr{Op: vm.OpPair, D: uint16(it.keys), A: g.operand(l.Body), B: uint32(it.vals)}))
	}
}

// finish makes the answer of what was collected; every jump out of the loop leads behind it.
func (g *generator) finish(it *iteration) {
	d := uint16(it.d)
	switch {
	case it.loop.Kind == check.ExistsOne:
		g.emit(vm.Instr{Op: vm.OpEq, D: d, A: reg(it.one), B: g.constant(value.OfInt(1))})
	case it.vals != 0:
		g.emit(vm.Instr{Op: vm.OpMapOf, D: d, A: reg(it.keys), B: reg(it.vals)})
		it.ends = append(it.ends, g.emit(vm.Instr{Op: vm.OpJump}))
		g.land(it.failed...)
		it.failed = nil
		g.emit(vm.Instr{Op: vm.OpMove, D: d, A: reg(it.vals)})
	}
	g.land(append(it.ends, it.failed...)...)
}
