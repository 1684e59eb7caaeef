package check

// This file types calls of functions and methods.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// call types NAME(ARGS).
func (c *checker) call(n *syntax.Node) *Expr {
	if n.Name == "has" && !n.Global {
		return c.has(n)
	}
	f := lookup(n.Name)
	if f == nil {
		return c.unknownFunction(n, n.Name)
	}
	e := c.node(Call, n, types.TBad)
	for _, a := range n.Args {
		e.Args = append(e.Args, c.expr(a))
	}
	return c.apply(n, e, f, false)
}

// method types RECEIVER.NAME(ARGS), which may also be a macro or a function with a qualified name.
func (c *checker) method(n *syntax.Node) *Expr {
	if r := n.Args[0]; r.Kind == syntax.Ident && c.local(r) == nil {
		switch {
		case r.Name == "cel" && n.Name == "bind":
			return c.bind(n)
		case r.Name == "math" || r.Name == "strings" || r.Name == "cel":
			if f := lookup(r.Name + "." + n.Name); f != nil {
				e := c.node(Call, n, types.TBad)
				for _, a := range n.Args[1:] {
					e.Args = append(e.Args, c.expr(a))
				}
				return c.apply(n, e, f, false)
			}
			if !c.declared(r.Name) {
				return c.unknownFunction(n, r.Name+"."+n.Name)
			}
		}
	}
	if e := c.macro(n); e != nil {
		return e
	}
	f := lookup(n.Name)
	e := c.node(Call, n, types.TBad)
	if f == nil {
		// The arguments would only add to the confusion: every(x, ...) has no x.
		return c.unknownMethod(n, c.expr(n.Args[0]))
	}
	for _, a := range n.Args {
		e.Args = append(e.Args, c.expr(a))
	}
	return c.apply(n, e, f, true)
}

// declared says whether the scope has a variable, root or enum of that name.
func (c *checker) declared(name string) bool {
	for i := range c.scope.Vars {
		if v := c.scope.Vars[i].Name; v == name || strings.HasPrefix(v, name+".") {
			return true
		}
	}
	for i := range c.scope.Roots {
		if c.scope.Roots[i].Name == name {
			return true
		}
	}
	for _, t := range c.scope.Enums {
		if t.Name == name {
			return true
		}
	}
	return false
}

// apply chooses the overload of f for the arguments of e.
func (c *checker) apply(n *syntax.Node, e *Expr, f *function, method bool) *Expr {
	if !c.scope.Unchecked && anyBad(e.Args) {
		e.Op = Fail
		return e
	}
	var result *types.Type
	ok := false
	if f.name == "math.greatest" || f.name == "math.least" {
		result, ok = c.extreme(e)
	} else if c.scope.Unchecked {
		result, ok = types.TDyn, c.countFits(f, method, len(e.Args))
	} else {
		result, ok = c.choose(f.overloads, method, false, e.Args)
	}
	if !ok {
		return c.noOverload(n, e, f, method)
	}
	e.Type = result
	if c.scope.Unchecked {
		e.Type = types.TDyn
	}
	switch f.name {
	case "dyn":
		x := e.Args[0]
		if x.Op == Const {
			e = c.node(Const, n, types.TDyn)
			e.Value, e.Path = x.Value, x.Path
			e.Cost += x.Cost
			return e
		}
		// The value passes unchanged; only the checker looks away.
		x.Cost++
		x.Type = types.TDyn
		return x
	case "type":
		e.Op = TypeOf
		return e
	case "hits":
		return c.hits(n, e)
	}
	if len(f.name) > 3 && f.name[:3] == "get" {
		c.zone(e)
	}
	e.Index = lib.Index(f.name)
	e.Name = f.name
	if e.Index < 0 {
		return c.fail(codes.NameUnknownFunction, n, n.At, n.To, value.NoSuchOverload,
			"the function `"+f.name+"` is not built in here.", "use another function.")
	}
	return e
}

// countFits says whether some overload takes so many arguments.
func (c *checker) countFits(f *function, method bool, n int) bool {
	for _, s := range f.overloads {
		if o := signature(s); o.method == method && len(o.args) == n {
			return true
		}
	}
	return false
}

// extreme types math.greatest and math.least: any numbers, or one list of them.
func (c *checker) extreme(e *Expr) (*types.Type, bool) {
	if len(e.Args) == 0 {
		return nil, false
	}
	if len(e.Args) == 1 {
		if t := find(e.Args[0].Type); t.Kind == types.List {
			if e.Args[0].Op == List && len(e.Args[0].Args) == 0 {
				return nil, false
			}
			elem := find(t.Elem)
			return elem, numeric(elem) || elem.Kind == types.Dyn || elem.Kind == types.Param
		}
	}
	var r *types.Type
	for _, a := range e.Args {
		t := find(a.Type)
		if !numeric(t) && t.Kind != types.Dyn && t.Kind != types.Param {
			return nil, false
		}
		switch {
		case r == nil:
			r = t
		case r.Kind != t.Kind:
			r = types.TDyn
		}
	}
	if r.Kind == types.Int || r.Kind == types.Uint || r.Kind == types.Double {
		r = litType(valueKind[r.Kind]) // without the bounds of one argument
	}
	return r, true
}

// hits types TEXT.hits("set").
func (c *checker) hits(n *syntax.Node, e *Expr) *Expr {
	name := e.Args[1]
	if name.Op != Const || name.Value.K != value.String {
		return c.fail(codes.TypeConstant, n, name.Off, name.End, value.InvalidArgument,
			"the pattern set must be named by a plain string.", "write `hits(\"NAME\")`.")
	}
	for i, p := range c.scope.Patterns {
		if p == name.Value.Str() {
			c.scope.saw("patterns", p)
			e.Op, e.Index, e.Name = Hits, i, p
			e.Args = e.Args[:1]
			e.Cost += name.Cost
			return e
		}
	}
	return c.fail(codes.NameUnknownPattern, n, name.Off, name.End, value.InvalidArgument,
		"there is no pattern set `"+name.Value.Str()+"`.",
		suggest(name.Value.Str(), "", c.scope.Patterns))
}

// zone checks the literal time zone of a selector.
func (c *checker) zone(e *Expr) {
	if len(e.Args) != 2 || e.Args[1].Op != Const || e.Args[1].Value.K != value.String || c.scope.Unchecked {
		return
	}
	z := e.Args[1]
	if _, ok := value.ParseZone(z.Value.Str()); !ok {
		c.report(codes.TypeTimeZone, z.Off, z.End, "`"+z.Value.Str()+"` is no time zone known here.",
			"time zones are `UTC` or an offset such as `+02:00`; named zones change with politics and are left out.")
	}
}

// noOverload reports arguments that f does not take.
func (c *checker) noOverload(n *syntax.Node, e *Expr, f *function, method bool) *Expr {
	call := c.form(f, method)
	// The same arguments in the other form?
	if f.overloads != nil && !c.scope.Unchecked {
		if _, ok := c.choose(f.overloads, !method, false, e.Args); ok {
			if method {
				return c.fail(codes.TypeCallForm, n, n.At, n.To, value.NoSuchOverload, "`"+f.name+"` is a function, not a method.",
					"write `"+f.name+"("+c.texts(e.Args)+")`.")
			}
			return c.fail(codes.TypeCallForm, n, n.At, n.To, value.NoSuchOverload, "`"+f.name+"` is a method, not a function.",
				"write `"+c.text(e.Args[0])+"."+f.name+"("+c.texts(e.Args[1:])+")`.")
		}
	}
	if f.overloads != nil && !c.countFits(f, method, len(e.Args)) {
		if c.countFits(f, !method, len(e.Args)) && !c.anyForm(f, method) && len(e.Args) > 0 {
			hint := "write `" + c.text(e.Args[0]) + "." + f.name + "(" + c.texts(e.Args[1:]) + ")`."
			if method {
				hint = "write `" + f.name + "(" + c.texts(e.Args) + ")`."
			}
			word := "a method, not a function"
			if method {
				word = "a function, not a method"
			}
			return c.fail(codes.TypeCallForm, n, n.At, n.To, value.NoSuchOverload, "`"+f.name+"` is "+word+".", hint)
		}
		if len(e.Args) == 0 {
			return c.fail(codes.TypeArgumentCount, n, n.Off, n.End, value.NoSuchOverload, "`"+f.name+"` needs an argument.",
				"it is called "+call+".")
		}
		return c.fail(codes.TypeArgumentCount, n, n.Off, n.End, value.NoSuchOverload,
			"`"+f.name+"` does not take "+counted(len(e.Args), method)+".", "it is called "+call+".")
	}
	if f.name == "contains" && method && find(e.Args[0].Type).Kind == types.List {
		return c.fail(codes.TypeArgument, n, n.At, n.To, value.NoSuchOverload,
			"`contains` looks inside a text, not in a list.",
			"write `"+c.text(e.Args[1])+" in "+c.text(e.Args[0])+"`.")
	}
	list := ""
	args := e.Args
	on := ""
	if method {
		on = " on " + article(find(args[0].Type))
		args = args[1:]
	}
	for i, a := range args {
		if i > 0 {
			list += ", "
		}
		list += find(a.Type).String()
	}
	message := "`" + f.name + "` does not take (" + list + ")" + on + "."
	switch {
	case len(e.Args) == 0:
		message = "`" + f.name + "` needs an argument."
	case len(args) == 0:
		message = "`" + f.name + "` is not for " + article(find(e.Args[0].Type)) + "."
	}
	if call != "" {
		call = "it is called " + call + "."
	} else {
		call = "it takes numbers, or one list of numbers."
	}
	return c.fail(codes.TypeArgument, n, n.Off, n.End, value.NoSuchOverload, message, call)
}

func (c *checker) anyForm(f *function, method bool) bool {
	for _, s := range f.overloads {
		if (s[0] != '(') == method {
			return true
		}
	}
	return false
}

// onlyFunction says whether name is called as a function only.
func (c *checker) onlyFunction(name string) bool {
	f := lookup(name)
	return f != nil && f.overloads != nil && !c.anyForm(f, true)
}

func counted(n int, method bool) string {
	if method {
		n--
	}
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "one argument"
	case 2:
		return "two arguments"
	case 3:
		return "three arguments"
	}
	return "so many arguments"
}

func (c *checker) texts(args []*Expr) string {
	s := ""
	for i, a := range args {
		if i > 0 {
			s += ", "
		}
		s += c.text(a)
	}
	return s
}

// form lists how f may be called.
func (c *checker) form(f *function, method bool) string {
	s, some := "", 0
	for _, o := range f.overloads {
		if (o[0] != '(') != method && c.anyForm(f, method) {
			continue
		}
		if some++; some > 4 {
			return s + " and so on"
		}
		if s != "" {
			s += " or "
		}
		// "string.(int)string" reads string.charAt(int).
		open := strings.IndexByte(o, '(')
		if o[0] != '(' {
			open = strings.Index(o, ".(") + 1
		}
		close := open + strings.IndexByte(o[open:], ')')
		for strings.Count(o[open:close], "(") > strings.Count(o[open:close+1], ")") {
			close += 1 + strings.IndexByte(o[close+1:], ')')
		}
		form := o[:open] + f.name + o[open:close+1]
		for _, r := range [][2]string{{"(A)", ""}, {"(A,B)", ""}, {",", ", "}} { // a Replacer costs the module 7 KB
			form = strings.ReplaceAll(form, r[0], r[1])
		}
		s += "`" + form + "`"
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "A)", "value)"), "B)", "value)")
}
