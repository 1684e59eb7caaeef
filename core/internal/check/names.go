package check

// This file finds what a name means: a variable, a field, a member of an enum.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// name resolves an identifier or a selection. A variable of a macro hides
// everything; of qualified names the longest wins.
func (c *checker) name(n *syntax.Node) *Expr {
	first, parts := n, 1
	for first.Kind == syntax.Select && !first.Quoted {
		first, parts = first.Args[0], parts+1
	}
	if first.Kind == syntax.Ident {
		if l := c.local(first); l != nil {
			if n == first {
				e := c.node(Local, n, l.typ)
				e.Index = l.id
				return e
			}
		} else if e := c.global(n, first, parts); e != nil {
			return e
		}
	}
	if n.Kind == syntax.Ident {
		return c.unknown(n)
	}
	return c.selection(n, c.expr(n.Args[0]))
}

func (c *checker) local(n *syntax.Node) *local {
	if n.Global {
		return nil
	}
	for i := len(c.locals) - 1; i >= 0; i-- {
		if c.locals[i].name == n.Name {
			return &c.locals[i]
		}
	}
	return nil
}

// global resolves the whole of n, a name of some parts, or returns nil.
func (c *checker) global(n, first *syntax.Node, parts int) *Expr {
	if len(c.scope.Vars) > 0 && parts <= c.dots+1 {
		name := joined(n)
		for i := range c.scope.Vars {
			if c.scope.Vars[i].Name == name {
				return c.load(n, c.scope.VarBank, i, &c.scope.Vars[i])
			}
		}
	}
	if parts == 1 || parts == 2 {
		for i := range c.scope.Roots {
			if r := &c.scope.Roots[i]; r.Name == first.Name {
				return c.root(n, r, parts)
			}
		}
		for _, t := range c.scope.Enums {
			if t.Name == first.Name {
				return c.member(n, t, parts)
			}
		}
	}
	if parts == 1 {
		switch n.Name {
		case "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type":
			return c.constant(n, value.OfType(n.Name), types.TType)
		}
	}
	if parts == 3 && first.Name == "google" {
		switch name := joined(n); name {
		case "google.protobuf.Timestamp", "google.protobuf.Duration":
			return c.constant(n, value.OfType(name), types.TType)
		}
	}
	return nil
}

// reachable names the roots that may be used.
func (c *checker) reachable() string {
	var names []string
	for i := range c.scope.Roots {
		if r := &c.scope.Roots[i]; r.Missing == "" {
			names = append(names, r.Name)
		}
	}
	return "what may be read here is " + choices("", names) + "."
}

func joined(n *syntax.Node) string {
	if n.Kind == syntax.Ident {
		return n.Name
	}
	return joined(n.Args[0]) + "." + n.Name
}

func (c *checker) load(n *syntax.Node, bank uint8, slot int, v *Var) *Expr {
	if v.Const != nil {
		e := c.constant(n, *v.Const, v.Type)
		e.Path = true
		return e
	}
	e := c.node(Load, n, v.Type)
	e.Bank, e.Index = bank, slot
	return e
}

func (c *checker) root(n *syntax.Node, r *Root, parts int) *Expr {
	first := n
	if parts == 2 {
		first = n.Args[0]
	}
	if r.Missing != "" {
		return c.fail(codes.NameOutOfReach, n, first.Off, first.End, value.NoSuchAttribute, sentence(r.Missing),
			c.reachable())
	}
	if parts == 2 {
		for i := range r.Fields {
			if r.Fields[i].Name == n.Name {
				c.scope.saw(r.Name, n.Name)
				return c.load(n, r.Bank, i, &r.Fields[i])
			}
		}
	}
	names := make([]string, len(r.Fields))
	for i := range r.Fields {
		names[i] = r.Fields[i].Name
	}
	if parts == 1 {
		hint := "it has no fields here."
		if len(names) > 0 {
			hint = "name one of its fields: " + choices(r.Name+".", names) + "."
		}
		return c.fail(codes.TypeNotAValue, n, n.Off, n.End, value.NoSuchAttribute,
			"`"+r.Name+"` is no value itself, only its fields are.", hint)
	}
	return c.fail(codes.NameUnknownField, n, n.At, n.To, value.NoSuchAttribute, "`"+r.Name+"` has no `"+n.Name+"`.",
		suggest(n.Name, r.Name+".", names))
}

func (c *checker) member(n *syntax.Node, t *types.Type, parts int) *Expr {
	if parts == 1 {
		return c.fail(codes.TypeNotAValue, n, n.Off, n.End, value.NoSuchAttribute, "`"+t.Name+"` is a type, not a value.",
			"name one of its members: "+choices(t.Name+".", t.Members)+".")
	}
	i := t.Member(n.Name)
	if i < 0 {
		return c.fail(codes.NameUnknownMember, n, n.At, n.To, value.NoSuchAttribute,
			"`"+t.Name+"` has no member `"+n.Name+"`.", suggest(n.Name, t.Name+".", t.Members))
	}
	c.scope.saw("types", t.Name)
	return c.constant(n, memberValue(t, i), t)
}

func memberValue(t *types.Type, i int) value.Value {
	if i < len(t.Values) {
		return t.Values[i]
	}
	return value.OfString(t.Members[i])
}

// selection types base.Name.
func (c *checker) selection(n *syntax.Node, base *Expr) *Expr {
	t := find(base.Type)
	if t.Kind == types.Param {
		// An unknown type that has fields may be any map.
		t = types.TDyn
	}
	switch t.Kind {
	case types.Bad:
		return c.node(Fail, n, types.TBad, base)
	case types.Record:
		i := t.Field(n.Name)
		if i < 0 {
			names := make([]string, len(t.Fields))
			for i := range t.Fields {
				names[i] = t.Fields[i].Name
			}
			return c.fail(codes.NameUnknownField, n, n.At, n.To, value.NoSuchAttribute,
				"this "+t.String()+" has no field `"+n.Name+"`.", suggest(n.Name, "", names))
		}
		e := c.node(Field, n, t.Fields[i].Type, base)
		e.Index, e.Name = i, n.Name
		return e
	case types.Map:
		if k := find(t.Key); k.Kind == types.Enum && k.Member(n.Name) < 0 {
			return c.fail(codes.NameUnknownMember, n, n.At, n.To, value.NoSuchKey,
				"the keys here are members of "+k.String()+", and `"+n.Name+"` is none.", suggest(n.Name, "", k.Members))
		} else if !c.assign(k, types.TString) && k.Kind != types.Enum {
			return c.fail(codes.TypeOperator, n, n.At, n.To, value.NoSuchKey,
				"the keys here are of type "+k.String()+", which a dot cannot select.", "write `[KEY]`.")
		}
		e := c.node(Key, n, t.Elem, base)
		e.Name = n.Name
		return e
	case types.Dyn:
		e := c.node(Key, n, types.TDyn, base)
		e.Name = n.Name
		return e
	}
	hint := "only records and maps have fields."
	switch {
	case lookup(n.Name) != nil && n.Name != "type" && n.Name != "dyn":
		hint = "it is a method: write `" + c.text(base) + "." + n.Name + "()`."
		if c.onlyFunction(n.Name) {
			hint = "it is a function: write `" + n.Name + "(" + c.text(base) + ")`."
		}
	case n.Name == "length" || n.Name == "len" || n.Name == "count":
		hint = "write `size(" + c.text(base) + ")`."
	case t.Kind == types.Enum && t.Member(n.Name) >= 0:
		hint = "write `" + c.text(base) + " == " + t.String() + "." + n.Name + "`."
	case t.Kind == types.List:
		hint = "it is a list: pick an element with `[0]`, or ask about all with `.all(x, ...)` or `.exists(x, ...)`."
	}
	return c.fail(codes.NameUnknownField, n, n.At, n.To, value.NoSuchAttribute,
		article(t)+" has no field `"+n.Name+"`.", hint)
}
