// Package code makes programs of expressions: Compile parses, checks, folds what
// is constant, bounds the cost and generates instructions.
package code

// This file defines Compile.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Compile makes a program of src whose value is of type want (nil: any). What is
// wrong is returned with positions in bytes of src and Path left empty; a nil
// program means that there was an error, a warning may come with a program.
func Compile(src string, scope *check.Scope, want *types.Type) (*vm.Program, []diag.Diagnostic) {
	var list diag.List
	n := syntax.Parse(src, &list)
	if list.Failed() {
		// The checker still looks at what could be read, but a hole in the tree is no news.
		return nil, list.Items
	}
	e := check.Check(src, n, scope, want, &list)
	if list.Failed() {
		return nil, list.Items
	}
	fold(e, scope)
	if !scope.Unchecked {
		l := linter{src, &list}
		l.expr(e)
	}
	worst := bound(e, scope, &list)
	if list.Failed() {
		return nil, list.Items
	}
	p := generate(src, e, false, &list)
	if p == nil {
		return nil, list.Items
	}
	p.MaxCost, p.Plain = worst, plain(e)
	if scope.Unchecked {
		p.Type = types.TDyn
	}
	p.Tracing = func() *vm.Program { return generate(src, e, true, &diag.List{}) }
	return p, list.Items
}

// Tree returns the checked and folded tree of src, nil where it has errors.
func Tree(src string, scope *check.Scope, want *types.Type) *check.Expr {
	var list diag.List
	n := syntax.Parse(src, &list)
	if list.Failed() {
		return nil
	}
	e := check.Check(src, n, scope, want, &list)
	if list.Failed() {
		return nil
	}
	fold(e, scope)
	return e
}

// plain says whether e only reads a variable or a field, so that it cannot fail. An
// item of a list or an entry of a map may be missing.
func plain(e *check.Expr) bool {
	switch e.Op {
	case check.Load:
		return true
	case check.Field:
		return plain(e.Args[0])
	}
	return false
}
