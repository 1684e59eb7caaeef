// Package cases runs test cases of expressions, one JSON object a line: the form
// in which the CEL specification's conformance suite is kept, and ours beside it.
//
//	expr           the expression
//	vars           declared types of variables: {"x": "list(int)"}
//	bindings       their values: {"x": {"list": [{"int": "1"}]}}
//	disable_check  evaluate without the type checker
//	check_only     check, do not evaluate
//	want           the value it must give; want_type its static type
//	error          true: it must fail, when checked or when evaluated
//	code           the code of that failure, where it matters
package cases

// This file runs one case.

import (
	"math"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Result is the outcome of one case.
type Result struct {
	Name    string // FILE/SECTION/NAME, as far as the case says
	Expr    string
	Failure string // why it failed, with what was given and wanted; "" when it passed
}

// Run runs the case on line, one JSON object.
func Run(line []byte) Result {
	var c oneCase
	if err := c.Parse(line); err != nil {
		return Result{Failure: "not a case: " + err.Message}
	}
	r := Result{Name: c.text("file") + "/" + c.text("section") + "/" + c.text("name"), Expr: c.text("expr")}
	scope := check.Scope{Unchecked: c.flag("disable_check")}
	m := vm.Machine{CostLimit: code.MaxCost}
	if why := c.declare(&scope, &m); why != "" {
		return r.fail(why)
	}
	p, found := code.Compile(r.Expr, &scope, nil)
	if p == nil {
		got := firstError(found)
		if !c.flag("error") {
			return r.fail("does not compile: " + got.Code + ": " + got.Message)
		}
		if want := c.text("code"); want != "" && want != got.Code {
			return r.fail("got the error " + got.Code + ", want " + want)
		}
		return r
	}
	if want := c.text("want_type"); want != "" && p.Type.String() != want {
		return r.fail("has type " + p.Type.String() + ", want " + want)
	}
	if c.flag("check_only") {
		return r
	}
	return r.fail(c.compare(m.Run(p)))
}

// oneCase is a case as it is written.
type oneCase struct{ canon.Doc }

func (c *oneCase) text(name string) string {
	if n := c.Get(0, name); n >= 0 {
		return strings.Clone(c.String(n))
	}
	return ""
}

func (c *oneCase) flag(name string) bool {
	n := c.Get(0, name)
	return n >= 0 && c.Kind(n) == canon.True
}

// declare adds the variables to the scope and their values to the machine; it says why it cannot.
func (c *oneCase) declare(scope *check.Scope, m *vm.Machine) (why string) {
	vars, bindings := c.Get(0, "vars"), c.Get(0, "bindings")
	if vars < 0 {
		return ""
	}
	for k := c.First(vars); k >= 0; k = c.Next(k) {
		name := strings.Clone(c.String(k))
		t := typeOf(c.String(c.Value(k)))
		if t == nil {
			return "vars: " + c.String(c.Value(k)) + " is no type"
		}
		v := value.OfError(value.NoSuchAttribute, "no value for "+name)
		if bindings >= 0 && c.Get(bindings, name) >= 0 {
			ok := false
			if v, ok = decode(&c.Doc, c.Get(bindings, name)); !ok {
				return "bindings: " + name + " has no value of this format"
			}
		}
		scope.Vars = append(scope.Vars, check.Var{Name: name, Type: t})
		m.Banks[0] = append(m.Banks[0], v)
	}
	return ""
}

// compare says in what way got is not what the case wants, "" where it is.
func (c *oneCase) compare(got value.Value) string {
	shown := string(value.AppendQuoted(nil, got))
	if c.flag("error") {
		if got.K != value.Error {
			return "got " + shown + ", want an error"
		}
		if want := c.text("code"); want != "" && want != got.Code().String() {
			return "got the error " + got.Code().String() + ", want " + want
		}
		return ""
	}
	if got.K == value.Error {
		return "got the error " + got.Code().String() + ": " + got.Str()
	}
	want := c.Get(0, "want")
	if want < 0 {
		return ""
	}
	w, ok := decode(&c.Doc, want)
	if !ok {
		return "want is no value of this format"
	}
	if !same(got, w) {
		return "got " + got.K.String() + " " + shown + ", want " + w.K.String() + " " + string(value.AppendQuoted(nil, w))
	}
	return ""
}

func (r Result) fail(why string) Result {
	r.Failure = why
	return r
}

func firstError(found []diag.Diagnostic) diag.Diagnostic {
	for _, f := range found {
		if !f.Warning {
			return f
		}
	}
	return diag.Diagnostic{Message: "no reason given"}
}

// same compares what was given with what was wanted: of one kind, doubles by
// value, where a NaN is a NaN.
func same(a, b value.Value) bool {
	if a.K != b.K {
		return false
	}
	switch a.K {
	case value.Double:
		return a.Double() == b.Double() || math.IsNaN(a.Double()) && math.IsNaN(b.Double())
	case value.List:
		return sameItems(a.Items(), b.Items())
	case value.Map:
		return sameItems(a.Entries().Keys, b.Entries().Keys) && sameItems(a.Entries().Vals, b.Entries().Vals)
	}
	return value.Equal(a, b)
}

func sameItems(a, b []value.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}
