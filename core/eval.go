package core

// This file evaluates expressions on their own, for tools and tests.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/cases"
	"github.com/holdfast-rt/holdfast/core/internal/load"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// Eval evaluates {"expr":TEXT,"vars":{NAME:VALUE}} and returns {"type":…,"value":…}
// as canonical JSON. The types of the variables are found from their values. The
// error is an *Invalid where the expression does not compile (Path is "/expr"),
// or an *Error where it cannot be evaluated.
func Eval(request []byte) ([]byte, error) {
	var d canon.Doc
	if err := d.Parse(request); err != nil {
		return nil, reading(err)
	}
	expr, vars := canon.Node(-1), canon.Node(-1)
	if d.Kind(0) == canon.Object {
		expr, vars = d.Get(0, "expr"), d.Get(0, "vars")
	}
	if expr < 0 || d.Kind(expr) != canon.String || vars >= 0 && d.Kind(vars) != canon.Object {
		return nil, &Error{Code: codes.QuestionShape, Message: "expected {\"expr\":text,\"vars\":{…}}."}
	}
	v, typ, found := load.Evaluate(strings.Clone(d.String(expr)), &d, vars)
	if typ == "" {
		for i := range found {
			found[i].Path = "/expr"
		}
		return nil, &Invalid{found}
	}
	var room model.Extent
	v = room.Bounded(v, model.ResultLimit)
	if code := errorCode(v); code != "" {
		return nil, &Error{Code: code, Path: "expr", Message: v.Str()}
	}
	dst := canon.AppendString([]byte(`{"type":`), typ)
	return append(model.AppendJSON(append(dst, `,"value":`...), v), '}'), nil
}

// Case runs one case of the format that ABI.md describes (that of CEL's
// conformance data) and returns
// {"expr":…,"message":…,"name":…,"pass":…}.
func Case(line []byte) ([]byte, error) {
	r := cases.Run(line)
	dst := canon.AppendString([]byte(`{"expr":`), r.Expr)
	dst = canon.AppendString(append(dst, `,"message":`...), r.Failure)
	dst = canon.AppendString(append(dst, `,"name":`...), r.Name)
	if r.Failure == "" {
		return append(dst, `,"pass":true}`...), nil
	}
	return append(dst, `,"pass":false}`...), nil
}
