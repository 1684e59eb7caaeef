package check

// This file types the macros: has, cel.bind and the comprehensions.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// has types has(a.b).
func (c *checker) has(n *syntax.Node) *Expr {
	if len(n.Args) != 1 || n.Args[0].Kind != syntax.Select {
		hint := "write `has(a.b)`; it asks whether `a` has the field `b`."
		if len(n.Args) == 1 && n.Args[0].Kind == syntax.Index {
			hint = "for a key write `KEY in MAP`."
		} else if len(n.Args) == 2 {
			hint = "write `has(a.b)` for a field, or `KEY in MAP` for a key."
		}
		return c.fail(codes.ParseMacro, n, n.Off, n.End, value.NoSuchOverload, "`has` takes one selection with a dot.", hint)
	}
	sel := n.Args[0]
	if x := c.qualified(sel); x != nil {
		// A declared variable always has a value.
		x.Cost++
		e := c.node(Present, n, types.TBool, x)
		return e
	}
	base := c.expr(sel.Args[0])
	t := find(base.Type)
	e := c.node(HasKey, n, types.TBool, base)
	e.Cost++ // the selection is a node as well
	e.Name = sel.Name
	switch t.Kind {
	case types.Record:
		if t.Field(sel.Name) < 0 {
			return c.selection(sel, base)
		}
		e.Op = Present
	case types.Map, types.Dyn, types.Param, types.Bad:
		if k := t.Key; t.Kind == types.Map && find(k).Kind == types.Enum && find(k).Member(sel.Name) < 0 {
			return c.selection(sel, base)
		}
	default:
		return c.selection(sel, base)
	}
	return e
}

// qualified resolves a selection that is a name as a whole, or returns nil.
func (c *checker) qualified(n *syntax.Node) *Expr {
	first, parts := n, 1
	for first.Kind == syntax.Select && !first.Quoted {
		first, parts = first.Args[0], parts+1
	}
	if first.Kind != syntax.Ident || c.local(first) != nil {
		return nil
	}
	return c.global(n, first, parts)
}

// variable reads the name of a variable that a macro declares.
func (c *checker) variable(n, macro *syntax.Node) (string, bool) {
	if n.Kind == syntax.Ident && !n.Global {
		return n.Name, true
	}
	if n.Kind != syntax.Bad {
		hint := "write a plain name, as in `LIST." + macro.Name + "(x, x > 0)`."
		if macro.Name == "bind" {
			hint = "write `cel.bind(NAME, VALUE, EXPRESSION)`."
		}
		c.fail(codes.ParseMacro, n, n.Off, n.End, value.NoSuchOverload, "this must be the name of a new variable.", hint)
	}
	return "", false
}

func (c *checker) push(name string, t *types.Type) int {
	c.count++
	c.locals = append(c.locals, local{name, t, c.count - 1})
	return c.count - 1
}

// bind types cel.bind(name, value, expression).
func (c *checker) bind(n *syntax.Node) *Expr {
	args := n.Args[1:]
	if len(args) != 3 {
		return c.fail(codes.ParseMacro, n, n.Off, n.End, value.NoSuchOverload, "`cel.bind` takes three arguments.",
			"write `cel.bind(NAME, VALUE, EXPRESSION)`.")
	}
	name, ok := c.variable(args[0], n)
	init := c.expr(args[1])
	if !ok {
		return c.node(Fail, n, types.TBad)
	}
	id := c.push(name, init.Type)
	body := c.expr(args[2])
	c.locals = c.locals[:len(c.locals)-1]
	e := c.node(Bind, n, body.Type, init, body)
	e.Index = id
	return e
}

// shape is how a macro may be written: kind by the number of arguments after the receiver.
type shape struct {
	name string
	args int
	kind LoopKind
	two  bool // two variables
	pre  bool // a filter comes before the body
}

var shapes = [...]shape{
	{"all", 2, All, false, false}, {"all", 3, All, true, false},
	{"exists", 2, Exists, false, false}, {"exists", 3, Exists, true, false},
	{"exists_one", 2, ExistsOne, false, false}, {"existsOne", 2, ExistsOne, false, false},
	{"existsOne", 3, ExistsOne, true, false}, {"exists_one", 3, ExistsOne, true, false},
	{"filter", 2, FilterOf, false, false},
	{"map", 2, MapTo, false, false}, {"map", 3, MapTo, false, true},
	{"transformList", 3, MapTo, true, false}, {"transformList", 4, MapTo, true, true},
	{"transformMap", 3, TransformMap, true, false}, {"transformMap", 4, TransformMap, true, true},
	{"transformMapEntry", 3, TransformPair, true, false}, {"transformMapEntry", 4, TransformPair, true, true},
}

// shapeOf is how the macro n is written; named says whether there is a macro of that name.
func shapeOf(n *syntax.Node) (s *shape, named bool) {
	for i := range shapes {
		if shapes[i].name == n.Name {
			named = true
			if shapes[i].args == len(n.Args)-1 {
				s = &shapes[i]
			}
		}
	}
	return s, named
}

// misshapen reports a macro that takes another number of arguments.
func (c *checker) misshapen(n *syntax.Node) *Expr {
	hint := "write `LIST." + n.Name + "(x, CONDITION)`."
	switch n.Name {
	case "map":
		hint = "write `LIST.map(x, EXPRESSION)`."
	case "transformList", "transformMap", "transformMapEntry":
		hint = "write `LIST." + n.Name + "(i, x, EXPRESSION)`."
	}
	message := "`" + n.Name + "` does not take " + counted(len(n.Args)-1, false) + "."
	return c.fail(codes.ParseMacro, n, n.Off, n.End, value.NoSuchOverload, message, hint)
}

// macro types a comprehension, or returns nil where n is not one.
func (c *checker) macro(n *syntax.Node) *Expr {
	args := n.Args[1:]
	s, named := shapeOf(n)
	if !named {
		return nil
	}
	if s == nil {
		return c.misshapen(n)
	}
	rng := c.expr(n.Args[0])
	name1, ok := c.variable(args[0], n)
	name2 := ""
	rest := args[1:]
	if s.two {
		ok2 := false
		name2, ok2 = c.variable(args[1], n)
		ok = ok && ok2
		rest = args[2:]
		if ok && name1 == name2 {
			return c.fail(codes.ParseMacro, args[1], args[1].Off, args[1].End, value.NoSuchOverload,
				"both variables are called `"+name1+"`.", "give the second a name of its own.")
		}
	}
	if !ok {
		return c.node(Fail, n, types.TBad)
	}
	first, second := c.loopTypes(n, rng, s.two)
	l := &Comprehension{Kind: s.kind, Range: rng, Two: s.two}
	mark := len(c.locals)
	l.Var1 = c.push(name1, first)
	if s.two {
		l.Var2 = c.push(name2, second)
	}
	if s.pre {
		l.Filter = c.expr(rest[0])
		c.condition(l.Filter, "the filter of `"+n.Name+"` must be a bool")
		rest = rest[1:]
	}
	l.Body = c.expr(rest[0])
	c.locals = c.locals[:mark]
	e := c.node(Loop, n, types.TBool)
	e.Loop = l
	bound := find(rng.Type).Len
	body := l.Body.Type
	switch s.kind {
	case All, Exists, ExistsOne:
		c.condition(l.Body, "what `"+n.Name+"` asks must be a bool")
	case FilterOf:
		c.condition(l.Body, "what `filter` asks must be a bool")
		e.Type = &types.Type{Kind: types.List, Elem: first, Len: bound}
	case MapTo:
		e.Type = &types.Type{Kind: types.List, Elem: body, Len: bound}
	case TransformMap:
		e.Type = &types.Type{Kind: types.Map, Key: first, Elem: body, Len: bound}
	case TransformPair:
		switch t := find(body); t.Kind {
		case types.Map:
			u := *t
			u.Len = bound
			e.Type = &u
		case types.Dyn, types.Param, types.Bad:
			e.Type = types.TDyn
		default:
			return c.fail(codes.TypeMismatch, n, l.Body.Off, l.Body.End, value.NoSuchOverload,
				"`transformMapEntry` makes maps of one entry; this is "+article(t)+".", "write `{KEY: VALUE}`.")
		}
	}
	if c.scope.Unchecked {
		e.Type = types.TDyn
	}
	return e
}

// loopTypes returns the types of a comprehension's variables.
func (c *checker) loopTypes(n *syntax.Node, rng *Expr, two bool) (first, second *types.Type) {
	switch t := find(rng.Type); t.Kind {
	case types.List:
		if two {
			return types.TInt, t.Elem
		}
		return t.Elem, nil
	case types.Map:
		return t.Key, t.Elem
	case types.Record:
		return types.TString, types.TDyn
	case types.Dyn, types.Param:
		return types.TDyn, types.TDyn
	case types.Bad:
	default:
		c.report(codes.TypeArgument, rng.Off, rng.End, "`"+n.Name+"` walks over a list or a map; this is "+article(t)+".",
			"name a list or a map; the characters of a text are `TEXT.split('')`.")
	}
	return types.TBad, types.TBad
}
