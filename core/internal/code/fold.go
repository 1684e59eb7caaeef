package code

// This file computes what is constant while compiling.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// fold marks every part of e that always gives the same value, with that value
// and what computing it would cost: the count is on the language, so folding does
// not make an expression cheaper. What fails is left to fail when it runs, since &&
// or || may absorb it. Macros and cel.bind are left alone, and so is what is dearer
// than the scope may still spend.
func fold(e *check.Expr, scope *check.Scope) {
	constant := true
	for _, a := range e.Args {
		fold(a, scope)
		constant = constant && a.Folded
	}
	if l := e.Loop; l != nil {
		fold(l.Range, scope)
		if l.Filter != nil {
			fold(l.Filter, scope)
		}
		fold(l.Body, scope)
		return
	}
	switch e.Op {
	case check.Const:
		e.Folded, e.Spent = true, uint64(e.Cost)
		return
	case check.Fail, check.Load, check.Local, check.Hits, check.Bind:
		return
	}
	if !constant {
		return
	}
	p := generate("", e, false, &diag.List{})
	if p == nil {
		return
	}
	limit := uint64(MaxCost)
	if scope.Folding != nil {
		limit = min(limit, *scope.Folding)
	}
	m := vm.Machine{CostLimit: limit}
	v := m.Run(p)
	if scope.Folding != nil {
		*scope.Folding -= min(m.Cost, limit)
	}
	if m.Cost > limit && limit < MaxCost {
		return // not computed any more: no value, and no failure either
	}
	if v.K < value.Error {
		e.Folded, e.Value, e.Spent = true, v, m.Cost
	} else {
		e.Value = v // for the linter
	}
}
