package check

// This file types the operators.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

var opOf = [...]Op{syntax.Not: Not, syntax.Neg: Neg,
	syntax.Mul: Mul, syntax.Div: Div, syntax.Mod: Mod, syntax.Add: Add, syntax.Sub: Sub,
	syntax.Lt: Lt, syntax.Le: Le, syntax.Gt: Gt, syntax.Ge: Ge, syntax.Eq: Eq, syntax.Ne: Ne, syntax.In: In}

// choose returns the result type of the overloads that take args; ok is false
// when none does. Where several do, because an argument is dyn, and they
// disagree, the result is dyn.
func (c *checker) choose(overloads []string, method, any bool, args []*Expr) (result *types.Type, ok bool) {
	for _, s := range overloads {
		o := signature(s)
		if len(o.args) != len(args) || !any && o.method != method {
			continue
		}
		mark := len(c.trail)
		fits := true
		for i, a := range args {
			if !c.unify(o.args[i], a.Type) {
				fits = false
				break
			}
		}
		if !fits {
			c.undo(mark)
			continue
		}
		switch r := find(o.result); {
		case result == nil:
			result = r
		case result.Kind != r.Kind || r.Kind == types.List || r.Kind == types.Map:
			if result.Kind != r.Kind || result.String() != r.String() {
				result = types.TDyn
			}
		}
	}
	return result, result != nil
}

func anyBad(args []*Expr) bool {
	for _, a := range args {
		if find(a.Type).Kind == types.Bad {
			return true
		}
	}
	return false
}

func (c *checker) unary(n *syntax.Node) *Expr {
	x := c.expr(n.Args[0])
	op := opOf[n.Op]
	e := c.node(op, n, types.TBad, x)
	if anyBad(e.Args) {
		return e
	}
	r, ok := c.choose(operators[op], false, true, e.Args)
	if ok {
		if !c.scope.Unchecked {
			e.Type = r
		}
		return e
	}
	t := find(x.Type)
	hint := ""
	if op == Not {
		switch {
		case numeric(t):
			hint = "compare it: `" + c.text(x) + " == 0`."
		case t.Kind == types.String:
			hint = "compare it: `" + c.text(x) + " == ''`."
		case t.Kind == types.List || t.Kind == types.Map:
			hint = "ask whether it is empty: `size(" + c.text(x) + ") == 0`."
		default:
			hint = "`!` turns true into false; what follows it must be a bool."
		}
		if n.Args[0].Kind != syntax.Binary && t.Kind == types.Enum {
			hint = "compare it: `" + c.text(x) + " != " + t.Name + "." + firstOf(t.Members) + "`."
		}
	} else if hint = "only numbers and durations have a sign."; t.Kind == types.Bool {
		hint = "write `!" + c.text(x) + "`."
	} else if t.Kind == types.Uint {
		hint = "a uint has no sign; write `-int(" + c.text(x) + ")`."
	}
	return c.fail(codes.TypeOperator, n, n.Off, n.End, value.NoSuchOverload,
		"`"+n.Op.String()+"` does not take "+article(t)+".", hint)
}

func (c *checker) binary(n *syntax.Node) *Expr {
	op := opOf[n.Op]
	a, b := c.sides(n, op == Eq || op == Ne)
	e := c.node(op, n, types.TBool, a, b)
	if c.scope.Unchecked {
		return e
	}
	if anyBad(e.Args) {
		if op < Lt {
			e.Type = types.TBad
		}
		return e
	}
	switch op {
	case Eq, Ne:
		return c.equality(n, e)
	case In:
		return c.membership(n, e)
	case Add:
		// Lists of members and of strings join, as the strings do.
		ta, tb := find(a.Type), find(b.Type)
		if ta.Kind == types.List && tb.Kind == types.List && c.comparable(ta, tb) {
			t := *ta
			t.Elem = c.join(ta.Elem, tb.Elem)
			t.Len = ta.Len + tb.Len
			if ta.Len == 0 || tb.Len == 0 {
				t.Len = 0
			}
			e.Type = &t
			return e
		}
	}
	// Two numbers of one type are what most operators get; choose would say the same, at ten times the price.
	if ta, tb := find(a.Type), find(b.Type); ta.Kind == tb.Kind && numeric(ta) && !(op == Mod && ta.Kind == types.Double) {
		if op < Lt {
			e.Type = litType(valueKind[ta.Kind])
		}
		return e
	}
	r, ok := c.choose(operators[op], false, true, e.Args)
	if ok {
		e.Type = r
		return e
	}
	return c.noOperator(n, a, b)
}

// equality checks a == b and a != b.
// sides types both sides of an operator. With alike, a name on one side that nothing declares
// is most likely meant to be of the other's type.
func (c *checker) sides(n *syntax.Node, alike bool) (a, b *Expr) {
	x, y := n.Args[0], n.Args[1]
	switch {
	case alike && x.Kind == syntax.Ident && y.Kind != syntax.Ident:
		b = c.expr(y)
		c.meant, c.kind = x, find(b.Type)
		return c.expr(x), b
	case alike:
		a = c.expr(x)
		c.meant, c.kind = y, find(a.Type)
		return a, c.expr(y)
	}
	a = c.expr(x)
	return a, c.expr(y)
}

func (c *checker) equality(n *syntax.Node, e *Expr) *Expr {
	a, b := e.Args[0], e.Args[1]
	ta, tb := find(a.Type), find(b.Type)
	switch {
	case ta.Kind == types.Enum && isString(b):
		if !c.memberLiteral(b, ta) {
			e.Type = types.TBool
		}
		return e
	case tb.Kind == types.Enum && isString(a):
		c.memberLiteral(a, tb)
		return e
	case c.comparable(ta, tb):
		c.elements(a, tb)
		c.elements(b, ta)
		return e
	}
	return c.noOperator(n, a, b)
}

// valueKind are the kinds of numbers at run time.
var valueKind = [...]value.Kind{types.Int: value.Int, types.Uint: value.Uint, types.Double: value.Double}

func isString(e *Expr) bool { return e.Op == Const && find(e.Type).Kind == types.String }

// elements checks the strings in a list literal that is compared with a list of members.
func (c *checker) elements(e *Expr, other *types.Type) {
	if e.Op != List || other.Kind != types.List {
		return
	}
	if m := find(other.Elem); m.Kind == types.Enum {
		for _, x := range e.Args {
			if isString(x) {
				c.memberLiteral(x, m)
			}
		}
	}
}

// membership checks a in b.
func (c *checker) membership(n *syntax.Node, e *Expr) *Expr {
	a, b := e.Args[0], e.Args[1]
	ta, tb := find(a.Type), find(b.Type)
	switch tb.Kind {
	case types.List, types.Map:
		elem := find(tb.Elem)
		if tb.Kind == types.Map {
			elem = find(tb.Key)
		}
		switch {
		case elem.Kind == types.Enum && isString(a):
			c.memberLiteral(a, elem)
			return e
		case ta.Kind == types.Enum && b.Op == List:
			for _, x := range b.Args {
				if isString(x) {
					c.memberLiteral(x, ta)
				}
			}
		}
		if c.comparable(ta, elem) || tb.Kind == types.Map && numericKey(elem) && numeric(ta) {
			return e
		}
		return c.fail(codes.TypeOperator, n, n.At, n.To, value.NoSuchOverload,
			"this looks for "+article(ta)+" among values of type "+elem.String()+".", conversion(elem, ta, c.text(a)))
	case types.Record:
		return c.fail(codes.TypeOperator, n, b.Off, b.End, value.NoSuchOverload,
			"a record always has all its fields, so `in` makes no sense here.", "compare a field of it.")
	case types.Dyn, types.Param:
		return e
	}
	hint := "the right side of `in` is a list or a map."
	if tb.Kind == types.String {
		hint = "to look inside a text, write `" + c.text(b) + ".contains(" + c.text(a) + ")`."
	} else {
		hint += " To compare with one value, write `==`."
	}
	return c.fail(codes.TypeOperator, n, b.Off, b.End, value.NoSuchOverload, "nothing is in "+article(tb)+".", hint)
}

// noOperator reports operands that do not go together.
func (c *checker) noOperator(n *syntax.Node, a, b *Expr) *Expr {
	ta, tb := find(a.Type), find(b.Type)
	op := n.Op.String()
	message := "`" + op + "` does not take " + article(ta) + " and " + article(tb) + "."
	hint := ""
	switch {
	case n.Op == syntax.Eq || n.Op == syntax.Ne:
		outcome := "false"
		if n.Op == syntax.Ne {
			outcome = "true"
		}
		message = article(ta) + " never equals " + article(tb) + "; this would always be " + outcome + "."
		if ta.Kind == types.Enum && tb.Kind == types.Enum {
			message = "these are members of two different enums, `" + ta.String() + "` and `" + tb.String() + "`."
			hint = "compare each with members of its own."
		}
	case ta.Kind == types.Null || tb.Kind == types.Null:
		hint = "nothing is computed with null."
	}
	if hint == "" && (ta.Kind == types.Null || tb.Kind == types.Null) {
		hint = "what is declared always has a value; leave the comparison out."
	}
	switch {
	case hint != "":
	case n.Op == syntax.Mod && (ta.Kind == types.Double || tb.Kind == types.Double):
		hint = "`%` takes int or uint only; write `int(...)` around a double."
	case numeric(ta) && numeric(tb):
		hint = mendNumbers(c, a, b, ta, tb)
	case n.Op == syntax.Add && ta.Kind == types.List && tb.Kind != types.List:
		hint = "to add an element, write `" + c.text(a) + " + [" + c.text(b) + "]`."
	case n.Op == syntax.Add && (ta.Kind == types.String || ta.Kind == types.Enum):
		hint = conversion(types.TString, tb, c.text(b))
	case n.Op == syntax.Add && (tb.Kind == types.String || tb.Kind == types.Enum):
		hint = conversion(types.TString, ta, c.text(a))
	case (ta.Kind == types.Timestamp || tb.Kind == types.Timestamp) && n.Op == syntax.Add:
		d, text := tb, c.text(b)
		if tb.Kind == types.Timestamp {
			d, text = ta, c.text(a)
		}
		if hint = conversion(types.TDuration, d, text); hint == "" {
			hint = "to a timestamp one adds a duration: `duration('90s')`."
		}
	case (ta.Kind == types.Timestamp || ta.Kind == types.Duration) && (tb.Kind == types.String || tb.Kind == types.Int):
		hint = conversion(ta, tb, c.text(b))
	case (tb.Kind == types.Timestamp || tb.Kind == types.Duration) && (ta.Kind == types.String || ta.Kind == types.Int):
		hint = conversion(tb, ta, c.text(a))
	case b.Op == Const && tb.Kind == types.String:
		// x == '5': the quotes are likelier wrong than the type.
		if _, err := strconv.ParseInt(b.Value.Str(), 10, 64); err == nil && numeric(ta) {
			hint = "leave out the quotes: `" + b.Value.Str() + "`."
		} else if s := b.Value.Str(); ta.Kind == types.Bool && (s == "true" || s == "false") {
			hint = "leave out the quotes: `" + s + "`."
		} else if !numeric(ta) {
			hint = conversion(ta, tb, c.text(b))
		}
	case a.Op == Const:
		hint = conversion(tb, ta, c.text(a))
	default:
		hint = c.mend(a, b)
	}
	if hint == "" && (n.Op == syntax.Lt || n.Op == syntax.Le || n.Op == syntax.Gt || n.Op == syntax.Ge) &&
		(ta.Kind == types.List || ta.Kind == types.Map) && numeric(tb) {
		hint = "write `size(" + c.text(a) + ") " + op + " " + c.text(b) + "`."
	}
	if hint == "" {
		hint = "both sides must be of one type, and one that `" + op + "` is for."
	}
	return c.fail(codes.TypeOperator, n, n.Off, n.End, value.NoSuchOverload, message, hint)
}

// mend says how to make a and b one type; to a string, which always works, where one of them is one.
func (c *checker) mend(a, b *Expr) string {
	ta, tb := find(a.Type), find(b.Type)
	if tb.Kind == types.String {
		if hint := conversion(tb, ta, c.text(a)); hint != "" {
			return hint
		}
	}
	if hint := conversion(ta, tb, c.text(b)); hint != "" {
		return hint
	}
	return conversion(tb, ta, c.text(a))
}

// mendNumbers says how to make two numbers of one type: the literal is rewritten where there is one.
func mendNumbers(c *checker, a, b *Expr, ta, tb *types.Type) string {
	lit, other := b, ta
	if b.Op != Const && a.Op == Const {
		lit, other = a, tb
	}
	text := c.text(lit)
	if lit.Op == Const && !lit.Path && text != "..." {
		switch {
		case other.Kind == types.Double && lit.Value.K == value.Int:
			return "write `" + text + ".0`."
		case other.Kind == types.Uint && lit.Value.K == value.Int && lit.Value.Int() >= 0:
			return "write `" + text + "u`."
		case other.Kind == types.Int && lit.Value.K == value.Uint:
			return "write `" + text[:len(text)-1] + "`."
		}
	}
	switch {
	case ta.Kind == types.Double:
		return "write `double(" + c.text(b) + ")`."
	case tb.Kind == types.Double:
		return "write `double(" + c.text(a) + ")`."
	case ta.Kind == types.Uint:
		return "write `int(" + c.text(a) + ")`."
	}
	return "write `int(" + c.text(b) + ")`."
}

func (c *checker) logic(n *syntax.Node) *Expr {
	op := And
	word := "&&"
	if n.Kind == syntax.Or {
		op, word = Or, "||"
	}
	e := c.node(op, n, types.TBool)
	for _, a := range n.Args {
		x := c.expr(a)
		e.Args = append(e.Args, x)
		c.condition(x, "`"+word+"` joins bools")
	}
	// A chain of n operands has n-1 operators.
	e.Cost = uint32(len(n.Args) - 1)
	return e
}

// condition demands that x is a bool.
func (c *checker) condition(x *Expr, why string) {
	t := find(x.Type)
	if c.scope.Unchecked || c.assign(types.TBool, t) {
		return
	}
	hint := ""
	switch {
	case numeric(t):
		hint = "compare it: `" + c.text(x) + " > 0`."
	case t.Kind == types.String:
		hint = "compare it: `" + c.text(x) + " != ''`."
		if x.Op == Const {
			hint = "compare something with it: `VALUE == " + c.text(x) + "`."
		}
	case t.Kind == types.Enum:
		hint = "compare it: `" + c.text(x) + " == " + t.Name + "." + firstOf(t.Members) + "`."
	case t.Kind == types.List || t.Kind == types.Map:
		hint = "ask whether it has elements: `size(" + c.text(x) + ") > 0`."
	}
	c.report(codes.TypeOperator, x.Off, x.End, "this is "+article(t)+"; "+why+".", hint)
}

func (c *checker) cond(n *syntax.Node) *Expr {
	var want *types.Type
	if c.meant == n {
		want = c.kind
	}
	part := func(i int) *Expr {
		if i > 0 {
			c.meant, c.kind = n.Args[i], want
		}
		return c.expr(n.Args[i])
	}
	e := c.node(Cond, n, nil, part(0), part(1), part(2))
	c.condition(e.Args[0], "what is before `?` must be a bool")
	a, b := e.Args[1], e.Args[2]
	ta, tb := find(a.Type), find(b.Type)
	switch {
	case c.scope.Unchecked:
		e.Type = types.TDyn
	case ta.Kind == types.Enum && isString(b):
		c.memberLiteral(b, ta)
		e.Type = ta
	case tb.Kind == types.Enum && isString(a):
		c.memberLiteral(a, tb)
		e.Type = tb
	case c.comparable(ta, tb):
		e.Type = c.join(ta, tb)
	default:
		hint := ""
		if numeric(ta) && numeric(tb) {
			hint = mendNumbers(c, a, b, ta, tb)
		} else {
			hint = c.mend(a, b)
		}
		e.Type = types.TBad
		c.report(codes.TypeOperator, n.Off, n.End,
			"the two sides of `:` have different types, "+ta.String()+" and "+tb.String()+".", hint)
	}
	return e
}
