package check

// This file walks the tree: literals, lists, maps and indices. Names and selections
// are in names.go, operators in operators.go, calls in calls.go, macros in macros.go.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

type checker struct {
	src    string
	scope  *Scope
	list   *diag.List
	locals []local
	count  int // of locals so far, also those out of scope
	trail  []*types.Type
	dots   int          // most dots in the name of a variable
	meant  *syntax.Node // the node that is to be of type kind, if known: it may be a text without quotes
	kind   *types.Type
}

type local struct {
	name string
	typ  *types.Type
	id   int
}

// Check gives n, the tree of src, types and meaning. want is the type its value
// must have, nil for any. Findings are added to list; the result is complete in
// any case, and good only when list has no errors.
func Check(src string, n *syntax.Node, scope *Scope, want *types.Type, list *diag.List) *Expr {
	c := &checker{src: src, scope: scope, list: list}
	for i := range scope.Vars {
		c.dots = max(c.dots, strings.Count(scope.Vars[i].Name, "."))
	}
	c.meant, c.kind = n, want
	e := c.expr(n)
	if want != nil {
		e = c.coerce(e, want)
	}
	settle(e)
	return e
}

// settle removes type variables from the tree.
func settle(e *Expr) {
	e.Type = resolve(e.Type)
	for _, a := range e.Args {
		settle(a)
		e.Paths = e.Paths || a.Paths
	}
	if l := e.Loop; l != nil {
		for _, a := range []*Expr{l.Range, l.Filter, l.Body} {
			if a != nil {
				settle(a)
				e.Paths = e.Paths || a.Paths
			}
		}
	}
	e.Paths = e.Paths || e.Op == Load || e.Path
}

func (c *checker) report(code string, off, end int32, message, hint string) {
	c.list.Add(diag.Diagnostic{Code: code, Off: int(off), End: int(end), Message: message, Hint: hint})
}

func (c *checker) node(op Op, n *syntax.Node, t *types.Type, args ...*Expr) *Expr {
	if c.scope.Unchecked {
		t = types.TDyn
	}
	return &Expr{Op: op, Type: t, Off: n.Off, End: n.End, Cost: 1, Args: args}
}

// fail reports a finding and returns an expression that silences what follows
// from it; unchecked, the finding becomes an error of evaluation instead.
func (c *checker) fail(code string, n *syntax.Node, off, end int32, at value.Code, message, hint string) *Expr {
	e := c.node(Fail, n, types.TBad)
	if c.scope.Unchecked {
		e.Value = value.OfError(at, message)
		return e
	}
	e.Value = value.OfError(at, message)
	c.report(code, off, end, message, hint)
	return e
}

func (c *checker) constant(n *syntax.Node, v value.Value, t *types.Type) *Expr {
	e := c.node(Const, n, t)
	e.Value = v
	return e
}

func (c *checker) expr(n *syntax.Node) *Expr {
	switch n.Kind {
	case syntax.Lit:
		return c.constant(n, n.Value, litType(n.Value.K))
	case syntax.Ident, syntax.Select:
		return c.name(n)
	case syntax.Index:
		return c.index(n)
	case syntax.Call:
		return c.call(n)
	case syntax.Method:
		return c.method(n)
	case syntax.List:
		return c.makeList(n)
	case syntax.Map:
		return c.makeMap(n)
	case syntax.Unary:
		return c.unary(n)
	case syntax.Binary:
		return c.binary(n)
	case syntax.And, syntax.Or:
		return c.logic(n)
	case syntax.Cond:
		return c.cond(n)
	}
	return &Expr{Op: Fail, Type: types.TBad, Off: n.Off, End: n.End, Cost: 1}
}

func litType(k value.Kind) *types.Type {
	switch k {
	case value.Bool:
		return types.TBool
	case value.Int:
		return types.TInt
	case value.Uint:
		return types.TUint
	case value.Double:
		return types.TDouble
	case value.String:
		return types.TString
	case value.Bytes:
		return types.TBytes
	}
	return types.TNull
}

func (c *checker) makeList(n *syntax.Node) *Expr {
	e := c.node(List, n, nil)
	elem := (*types.Type)(nil)
	for _, a := range n.Args {
		x := c.expr(a)
		e.Args = append(e.Args, x)
		elem = c.join(elem, x.Type)
	}
	if elem == nil {
		elem = fresh()
	}
	e.Type = &types.Type{Kind: types.List, Elem: elem, Len: len(n.Args)}
	if c.scope.Unchecked {
		e.Type = types.TDyn
	}
	return e
}

func (c *checker) makeMap(n *syntax.Node) *Expr {
	e := c.node(Map, n, nil)
	var key, elem *types.Type
	seen := map[string]bool{}
	for i, a := range n.Args {
		x := c.expr(a)
		e.Args = append(e.Args, x)
		if i%2 == 1 {
			elem = c.join(elem, x.Type)
			continue
		}
		switch k := find(x.Type); k.Kind {
		case types.Bool, types.Int, types.Uint, types.String, types.Enum, types.Dyn, types.Bad, types.Param:
		default:
			hint := "keys are bool, int, uint or string."
			if k.Kind == types.Double {
				hint += " Write the number without a point."
			}
			c.fail(codes.TypeMismatch, a, a.Off, a.End, value.InvalidArgument, "a map has no keys of type "+k.String()+".", hint)
		}
		if x.Op == Const && x.Value.K == value.String && !c.scope.Unchecked {
			if s := x.Value.Str(); seen[s] {
				c.report(codes.TypeDuplicateKey, a.Off, a.End, "the key `"+s+"` is in this map twice.",
					"delete one of the two.")
			} else {
				seen[s] = true
			}
		}
		key = c.join(key, x.Type)
	}
	if key == nil {
		key, elem = fresh(), fresh()
	}
	e.Type = &types.Type{Kind: types.Map, Key: key, Elem: elem, Len: len(n.Args) / 2}
	if c.scope.Unchecked {
		e.Type = types.TDyn
	}
	return e
}

func (c *checker) text(e *Expr) string {
	if int(e.End) > len(c.src) || e.Off >= e.End || e.End-e.Off > 40 {
		return "..."
	}
	return c.src[e.Off:e.End]
}

// index types a[b].
func (c *checker) index(n *syntax.Node) *Expr {
	base := c.expr(n.Args[0])
	at := c.expr(n.Args[1])
	t, k := find(base.Type), find(at.Type)
	if t.Kind == types.Param {
		t = types.TDyn
	}
	e := c.node(At, n, types.TDyn, base, at)
	switch t.Kind {
	case types.Bad:
		e.Type = types.TBad
	case types.Dyn:
	case types.List:
		e.Type = t.Elem
		if !c.assign(types.TInt, k) {
			hint := "positions are int, from 0."
			switch k.Kind {
			case types.Double, types.Uint:
				hint += " Write `int(" + c.text(at) + ")`."
			case types.String:
				hint += " To ask whether it is in the list, write `" + c.text(at) + " in " + c.text(base) + "`."
			}
			return c.fail(codes.TypeOperator, n, at.Off, at.End, value.NoSuchOverload,
				"a list is not indexed with "+article(k)+".", hint)
		}
	case types.Map:
		e.Type = t.Elem
		key := find(t.Key)
		if key.Kind == types.Enum && at.Op == Const && k.Kind == types.String {
			if !c.memberLiteral(at, key) {
				return c.node(Fail, n, t.Elem)
			}
			break
		}
		if key.Kind == types.Enum && k.Kind == types.String || numericKey(key) && numeric(k) {
			break
		}
		if !c.assign(key, k) {
			return c.fail(codes.TypeOperator, n, at.Off, at.End, value.NoSuchOverload,
				"the keys here are of type "+key.String()+", this is "+article(k)+".", keyHint(key, k, c.text(at)))
		}
	case types.Record:
		if at.Op == Const && at.Value.K == value.String {
			i := t.Field(at.Value.Str())
			if i < 0 {
				return c.selection(&syntax.Node{Kind: syntax.Select, Name: at.Value.Str(), Off: n.Off, End: n.End, At: at.Off,
					To: at.End}, base)
			}
			f := c.node(Field, n, t.Fields[i].Type, base)
			f.Index, f.Name = i, t.Fields[i].Name
			f.Cost += at.Cost
			return f
		}
		return c.fail(codes.TypeOperator, n, at.Off, at.End, value.NoSuchOverload,
			"a record is not indexed with a computed value.", "select a field with a dot.")
	default:
		hint := ""
		if t.Kind == types.String {
			hint = "write `" + c.text(base) + ".charAt(" + c.text(at) + ")` for a character, or `.substring(FROM, TO)`."
		}
		return c.fail(codes.TypeOperator, n, n.At, n.To, value.NoSuchOverload, article(t)+" cannot be indexed.", hint)
	}
	return e
}

func numeric(t *types.Type) bool {
	return t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Double
}

func numericKey(t *types.Type) bool { return t.Kind == types.Int || t.Kind == types.Uint }
