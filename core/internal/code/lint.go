package code

// This file finds what is allowed but cannot be meant: conditions that are always
// true or never, branches that never run, parts that always fail. Params are there
// to differ from bundle to bundle, so what depends on one is no finding; what
// depends on a constant is one where a whole choice comes to nothing.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

type linter struct {
	src  string
	list *diag.List
}

func (l *linter) warn(code string, e *check.Expr, message, hint string) {
	l.list.Add(diag.Diagnostic{Code: code, Off: int(e.Off), End: int(e.End), Message: message, Hint: hint, Warning: true})
}

// literal says whether e is a constant that nothing but the expression decides.
func literal(e *check.Expr) bool { return e.Folded && !e.Paths }

// constant says whether e is folded, whatever the params are.
func (l *linter) constant(e *check.Expr) bool {
	if !e.Folded || e.Path && !strings.HasPrefix(l.src[e.Off:], "constants") {
		return false
	}
	for _, a := range e.Args {
		if !l.constant(a) {
			return false
		}
	}
	return true
}

// expr looks at e and all its parts.
func (l *linter) expr(e *check.Expr) {
	for _, a := range parts(e) {
		l.expr(a)
	}
	if !e.Folded && !e.Paths && e.Op > check.Local && e.Value.K == value.Error {
		l.warn(codes.LintAlwaysFails, e, "this always fails: "+e.Value.Str()+".", "correct the values, or delete it.")
	}
	switch e.Op {
	case check.And, check.Or:
		for _, a := range e.Args {
			if literal(a) && a.Value.K == value.Bool {
				l.warn(codes.LintConstantCondition, a, "this is always "+truth(a.Value.True())+".",
					"delete it, or name what it should depend on.")
			}
		}
		if e.Op == check.And {
			l.contradiction(e)
		}
	case check.Cond:
		if test := e.Args[0]; l.constant(test) && test.Value.K == value.Bool {
			dead := e.Args[2]
			if !test.Value.True() {
				dead = e.Args[1]
			}
			l.warn(codes.LintUnreachableBranch, dead,
				"this branch never runs: the condition is always "+truth(test.Value.True())+".",
				"delete the choice, or correct its condition.")
		}
	case check.Div, check.Mod:
		if z := e.Args[1]; literal(z) && z.Value.K == value.Int && z.Value.N == 0 && (e.Paths || !e.Args[0].Folded) {
			l.warn(codes.LintAlwaysFails, e, "this always fails: it divides by zero.",
				"divide by something else; whether a variable is 0 can be asked before: `x != 0 && y / x > 1`.")
		}
	case check.Call:
		if e.Name == "matches" && e.Paths && len(e.Args) == 2 && literal(e.Args[1]) && e.Args[1].Value.K == value.String {
			if re, failed := lib.CompileRegexp(e.Args[1].Value.Str()); re == nil {
				l.warn(codes.LintAlwaysFails, e.Args[1], "this always fails: "+failed.Str()+".",
					"patterns have RE2's syntax; a character such as `(` is meant as itself after a backslash, "+
						"in a raw string: `r'\\('`.")
			}
		}
		if e.Name == "format" && e.Paths && literal(e.Args[0]) && e.Args[1].Op == check.List {
			l.layout(e)
		}
	case check.Lt, check.Le, check.Gt, check.Ge, check.Eq, check.Ne:
		l.comparison(e)
	}
}

// layoutKinds are the kinds of values whose zero a layout can be tried on.
var layoutKinds = [...]value.Kind{types.Bool: value.Bool, types.Int: value.Int, types.Uint: value.Uint,
	types.Double: value.Double, types.String: value.String,
	types.Bytes: value.Bytes, types.Duration: value.Duration, types.Timestamp: value.Timestamp, types.List: value.List,
	types.Enum: value.String}

// layout tries a literal layout on a value of each argument's type.
func (l *linter) layout(e *check.Expr) {
	var items []value.Value
	for _, a := range e.Args[1].Args {
		if int(a.Type.Kind) >= len(layoutKinds) || layoutKinds[a.Type.Kind] == value.Null {
			return
		}
		items = append(items, value.Value{K: layoutKinds[a.Type.Kind]})
	}
	all := lib.Funcs[e.Index].Call([]value.Value{e.Args[0].Value, value.OfList(items)})
	if all.K == value.Error {
		l.warn(codes.LintAlwaysFails, e.Args[0], "this always fails: "+all.Str()+".",
			"write `%s` for anything, `%d` for a whole number, `%.2f` for two digits after the point, "+
				"and `%%` for a percent sign.")
		return
	}
	if n := len(items) - 1; n >= 0 &&
		lib.Funcs[e.Index].Call([]value.Value{e.Args[0].Value, value.OfList(items[:n])}).K != value.Error {
		l.warn(codes.LintUnused, e.Args[1].Args[n], "the layout has no place for this.",
			"add a `%s` for it, or leave it out.")
	}
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// span is the least and most an int can be.
type span struct{ low, high int64 }

// bounds returns what the declared type of e says about its value.
func bounds(e *check.Expr) (span, bool) {
	switch {
	case (e.Op == check.Load || e.Op == check.Field || e.Op == check.At || e.Op == check.Local) &&
		e.Type.Kind == types.Int && e.Type.Bounded:
		return span{e.Type.Min, e.Type.Max}, true
	case e.Op == check.Call && e.Name == "size" && len(e.Args) == 1:
		high := int64(1) << 40
		if t := e.Args[0].Type; t.Len > 0 {
			high = int64(t.Len)
		}
		return span{0, high}, true
	}
	return span{}, false
}

// comparison looks for a number that the declared bounds make pointless.
func (l *linter) comparison(e *check.Expr) {
	a, b, op := e.Args[0], e.Args[1], e.Op
	if literal(a) {
		a, b = b, a
		switch op {
		case check.Lt:
			op = check.Gt
		case check.Le:
			op = check.Ge
		case check.Gt:
			op = check.Lt
		case check.Ge:
			op = check.Le
		}
	}
	s, ok := bounds(a)
	if !ok || !literal(b) || b.Value.K != value.Int {
		return
	}
	n := b.Value.Int()
	always, never := false, false
	switch op {
	case check.Lt:
		always, never = s.high < n, s.low >= n
	case check.Le:
		always, never = s.high <= n, s.low > n
	case check.Gt:
		always, never = s.low > n, s.high <= n
	case check.Ge:
		always, never = s.low >= n, s.high < n
	case check.Eq:
		always, never = s.low == n && s.high == n, n < s.low || n > s.high
	case check.Ne:
		always, never = n < s.low || n > s.high, s.low == n && s.high == n
	}
	if !always && !never {
		return
	}
	about := "`" + l.src[a.Off:a.End] + "` is from " + strconv.FormatInt(s.low, 10) + " to " +
		strconv.FormatInt(s.high, 10)
	if s.high == 1<<40 {
		about = "`" + l.src[a.Off:a.End] + "` is never below 0"
	}
	l.warn(codes.LintConstantCondition, e, about+", so this is always "+truth(always)+".",
		"correct the number, or delete the comparison.")
}

// contradiction looks for one variable that would have to equal two things.
func (l *linter) contradiction(e *check.Expr) {
	for i, a := range e.Args {
		x, v, ok := equals(a)
		if !ok {
			continue
		}
		for _, b := range e.Args[:i] {
			if y, w, ok := equals(b); ok && y.Bank == x.Bank && y.Index == x.Index && !value.Equal(v, w) {
				l.warn(codes.LintContradiction, a,
					"`"+l.src[x.Off:x.End]+"` cannot equal two values at once, so `&&` is never true here.", "did you mean `||`?")
				return
			}
		}
	}
}

// equals reads VARIABLE == LITERAL, either way round.
func equals(e *check.Expr) (variable *check.Expr, v value.Value, ok bool) {
	if e.Op != check.Eq {
		return nil, v, false
	}
	a, b := e.Args[0], e.Args[1]
	if a.Op != check.Load {
		a, b = b, a
	}
	return a, b.Value, a.Op == check.Load && literal(b)
}
