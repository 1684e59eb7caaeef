package check

// This file walks the tree: literals, lists, maps, names and selections. The
// operators are in operators.go, calls in calls.go, macros in macros.go.

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
				c.report(codes.TypeDuplicateKey, a.Off, a.End, "the key `"+s+"` stands in this map twice.",
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

// memberLiteral says whether the string constant e names a member of the enum; where not, it is reported.
func (c *checker) memberLiteral(e *Expr, enum *types.Type) bool {
	s := e.Value.Str()
	if i := enum.Member(s); i >= 0 {
		e.Value = memberValue(enum, i)
		return true
	}
	if c.scope.Unchecked {
		return true
	}
	hint := suggest(s, "", enum.Members)
	if near := diag.Nearest(s, enum.Members); near != "" {
		hint = "did you mean `'" + near + "'`?"
	}
	c.report(codes.NameUnknownMember, e.Off, e.End, "`"+s+"` is no member of `"+enum.String()+"`.", hint)
	return false
}

// coerce fits e to the type wanted, or reports that it does not fit.
func (c *checker) coerce(e *Expr, want *types.Type) *Expr {
	t := find(e.Type)
	if t.Kind == types.Bad || want.Kind == types.Dyn {
		return e
	}
	switch {
	case want.Kind == types.Enum && t.Kind == types.String && e.Op == Const:
		if !c.memberLiteral(e, want) {
			e.Type = types.TBad
		} else {
			e.Type = want
		}
		return e
	case e.Op == Cond && t.Kind != types.Dyn:
		if c.assign(want, t) {
			return e
		}
		e.Args[1], e.Args[2] = c.coerce(e.Args[1], want), c.coerce(e.Args[2], want)
		e.Type = want
		return e
	case e.Op == List && want.Kind == types.List:
		for i := range e.Args {
			e.Args[i] = c.coerce(e.Args[i], want.Elem)
		}
		e.Type = &types.Type{Kind: types.List, Elem: want.Elem, Len: len(e.Args)}
		return e
	case e.Op == Map && want.Kind == types.Map:
		for i := range e.Args {
			w := want.Elem
			if i%2 == 0 {
				w = want.Key
			}
			e.Args[i] = c.coerce(e.Args[i], w)
		}
		e.Type = &types.Type{Kind: types.Map, Key: want.Key, Elem: want.Elem, Len: len(e.Args) / 2}
		return e
	case e.Op == Map && want.Kind == types.Record:
		return c.coerceRecord(e, want)
	case c.assign(want, t):
		return e
	}
	hint := ""
	switch {
	case want.Kind == types.Bool && numeric(t):
		hint = "compare it: `" + c.text(e) + " > 0`."
	case want.Kind == types.Bool && t.Kind == types.String:
		hint = "compare it: `" + c.text(e) + " != ''`."
	case want.Kind == types.Bool && (t.Kind == types.List || t.Kind == types.Map):
		hint = "ask whether it has elements: `size(" + c.text(e) + ") > 0`."
	case want.Kind == types.Bool && t.Kind == types.Enum:
		hint = "compare it: `" + c.text(e) + " == " + t.Name + "." + firstOf(t.Members) + "`."
	case want.Kind == types.Enum && t.Kind == types.String:
		hint = "a computed string may be no member; write the members out, as in `CONDITION ? " + want.Name + "." +
			firstOf(want.Members) + " : ...`."
	case want.Kind == types.Enum && len(want.Members) > 0:
		hint = "it is one of " + choices(want.Name+".", want.Members) + "."
	default:
		if hint = conversion(want, t, c.text(e)); hint == "" {
			hint = "write something of that type."
		}
	}
	c.report(codes.TypeMismatch, e.Off, e.End, "this is "+article(t)+", where "+article(want)+" is wanted.", hint)
	return e
}

func (c *checker) coerceRecord(e *Expr, want *types.Type) *Expr {
	names := make([]string, len(want.Fields))
	given := make([]bool, len(want.Fields))
	for i := range want.Fields {
		names[i] = want.Fields[i].Name
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		k := e.Args[i]
		if k.Op != Const || k.Value.K != value.String {
			c.report(codes.TypeIncompleteRecord, k.Off, k.End, "the fields of a record are named by plain strings.",
				"write `{'FIELD': VALUE}`.")
			return e
		}
		f := want.Field(k.Value.Str())
		if f < 0 {
			c.report(codes.TypeIncompleteRecord, k.Off, k.End, article(want)+" has no field `"+k.Value.Str()+"`.",
				suggest(k.Value.Str(), "", names))
			continue
		}
		given[f] = true
		e.Args[i+1] = c.coerce(e.Args[i+1], want.Fields[f].Type)
	}
	for i, ok := range given {
		if !ok {
			c.report(codes.TypeIncompleteRecord, e.Off, e.End, "the field `"+names[i]+"` is missing.",
				"a record has all its fields: add `'"+names[i]+"': VALUE`.")
		}
	}
	e.Type = want
	return e
}
