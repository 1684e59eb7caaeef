package truth

// This file writes an expression so that equal texts mean equal expressions.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// key returns a text that says all that e's value depends on, variables of macros
// by their distance.
func key(e *check.Expr) string { return string(appendKey(nil, e, nil)) }

func appendKey(dst []byte, e *check.Expr, locals []int) []byte {
	dst = strconv.AppendInt(append(dst, '('), int64(e.Op), 10)
	switch {
	case e.Folded:
		return append(value.AppendQuoted(append(dst, 'c', byte('a'+e.Value.K)), e.Value), ')')
	case e.Op == check.Local:
		for i, l := range locals {
			if l == e.Index {
				dst = strconv.AppendInt(append(dst, 'l'), int64(i), 10)
			}
		}
		return append(dst, ')')
	}
	dst = strconv.AppendInt(append(dst, 'b'), int64(e.Bank), 10)
	if e.Op != check.Bind {
		dst = strconv.AppendInt(append(dst, 'i'), int64(e.Index), 10)
	} else {
		dst = appendKey(dst, e.Args[0], locals)
		return append(appendKey(dst, e.Args[1], append(locals, e.Index)), ')')
	}
	dst = strconv.AppendQuote(append(dst, 'n'), e.Name)
	for _, a := range e.Args {
		dst = appendKey(dst, a, locals)
	}
	if l := e.Loop; l != nil {
		dst = strconv.AppendInt(append(dst, 'k'), int64(l.Kind), 10)
		dst = strconv.AppendBool(dst, l.Two)
		dst = appendKey(dst, l.Range, locals)
		if locals = append(locals, l.Var1); l.Two {
			locals = append(locals, l.Var2)
		}
		if l.Filter != nil {
			dst = appendKey(append(dst, 'f'), l.Filter, locals)
		}
		dst = appendKey(dst, l.Body, locals)
	}
	return append(dst, ')')
}
