package code

// This file adds to a tracing program what it records.
//
// A path is a variable, or a field, key or element of one: args.to,
// constants.tolerance[args.to]. It reads as in the source, but for the
// variables of macros, which mean nothing outside: r.reason inside
// logs.refusals.exists(r, ...) reads logs.refusals[2].reason.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// record marks the value of e in slot s, if e is a path.
func (g *generator) record(e *check.Expr, s vm.Slot) {
	if parts, loop := g.path(e); parts != nil {
		g.emit(vm.Instr{Op: vm.OpMark, A: s, C: g.mark(e, parts, loop)})
	}
}

// recordHits marks the text e of a hits(), whose answer is in register d.
func (g *generator) recordHits(e *check.Expr, d int, s vm.Slot) {
	parts, loop := g.path(e.Args[0])
	if loop == 0 && g.local(e.Args[0]) {
		loop = g.loopIn
	}
	g.emit(vm.Instr{Op: vm.OpMarkHits, D: uint16(d), A: s, B: uint32(e.Index), C: g.mark(e.Args[0], parts, loop)})
}

func (g *generator) mark(e *check.Expr, parts []vm.Part, loop int32) int32 {
	g.p.Marks = append(g.p.Marks, vm.Mark{Off: e.Off, Loop: loop, Parts: parts})
	return int32(len(g.p.Marks) - 1)
}

// local says whether a local variable is read in e.
func (g *generator) local(e *check.Expr) bool {
	if e.Op == check.Local {
		return true
	}
	for _, a := range e.Args {
		if g.local(a) {
			return true
		}
	}
	return false
}

func plainText(s string) vm.Part { return vm.Part{Kind: vm.Text, Text: s} }

// path returns how e reads as a path and the innermost loop whose element it is
// part of; nil where it is no path. Of two loops around, the inner has the higher number.
func (g *generator) path(e *check.Expr) ([]vm.Part, int32) {
	switch {
	case e.Op == check.Load || e.Op == check.Const && e.Path:
		return []vm.Part{plainText(g.source(e))}, 0
	case e.Op == check.Local:
		l := g.locals[e.Index]
		return l.path, l.loop
	case e.Op == check.Field || e.Op == check.Key:
		parts, loop := g.path(e.Args[0])
		if parts == nil {
			return nil, 0
		}
		return extend(parts, plainText("."+e.Name)), loop
	case e.Op == check.At:
		parts, loop := g.path(e.Args[0])
		if parts == nil {
			return nil, 0
		}
		at := e.Args[1]
		switch {
		case at.Op == check.Const && !at.Path:
			return extend(parts, plainText("["+string(value.AppendQuoted(nil, at.Value))+"]")), loop
		case at.Op == check.Local:
			// A variable of a macro: its value says more than its name.
			l := g.locals[at.Index]
			return extend(parts, vm.Part{Kind: vm.Index, Slot: l.slot}), max(loop, l.loop)
		case !g.local(at):
			return extend(parts, plainText("["+g.source(at)+"]")), loop
		}
		inner, l := g.path(at)
		if inner == nil {
			// Computed from one: its value says more than its text, too.
			return extend(parts, vm.Part{Kind: vm.Index, Slot: g.indices[at]}), max(loop, g.loopIn)
		}
		parts = extend(parts, plainText("["))
		for _, p := range inner {
			parts = extend(parts, p)
		}
		return extend(parts, plainText("]")), max(loop, l)
	}
	return nil, 0
}

// extend appends a part, in one with the text before it where it can be.
func extend(parts []vm.Part, p vm.Part) []vm.Part {
	out := append([]vm.Part(nil), parts...)
	if n := len(out); p.Kind == vm.Text && n > 0 && out[n-1].Kind == vm.Text {
		out[n-1].Text += p.Text
		return out
	}
	return append(out, p)
}

// source is e as it is written, without white space.
func (g *generator) source(e *check.Expr) string {
	if int(e.End) > len(g.src) || e.Off > e.End {
		return ""
	}
	s := g.src[e.Off:e.End]
	b := make([]byte, 0, len(s))
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'):
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
		b = append(b, s[i])
	}
	for len(b) > 1 && b[0] == '(' && b[len(b)-1] == ')' {
		b = b[1 : len(b)-1]
	}
	return string(b)
}

// elementPath is how the element of a loop over rng reads; nil where rng is no
// path. count is the slot of the loop's count, key that of its first variable.
func (g *generator) elementPath(rng *check.Expr, count vm.Slot, two bool, key vm.Slot) []vm.Part {
	if !g.tracing {
		return nil
	}
	parts, _ := g.path(rng)
	if parts == nil {
		return nil
	}
	if isMap(rng) {
		if !two {
			return nil // the variable is a key, which is no place
		}
		return extend(parts, vm.Part{Kind: vm.Index, Slot: key})
	}
	return extend(parts, vm.Part{Kind: vm.Element, Slot: count})
}
