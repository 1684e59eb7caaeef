package check

// This file says what a name that nothing declares was probably meant to be.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// unknownFunction reports a function that does not exist.
func (c *checker) unknownFunction(n *syntax.Node, name string) *Expr {
	hint := ""
	switch name {
	case "len", "length", "count":
		hint = "write `size(...)`."
	case "contains", "startsWith", "endsWith":
		hint = "write `TEXT." + name + "(...)`."
	case "float", "number", "Number", "float64":
		hint = "write `double(...)`."
	case "str", "String", "toString":
		hint = "write `string(...)`."
	case "now", "today", "time", "date":
		hint = "there is no clock in an expression; the time of a proposal is `proposal.at`."
	case "random", "rand", "uuid":
		hint = "there is no randomness in an expression."
	case "all", "exists", "exists_one", "map", "filter":
		hint = "write `LIST." + name + "(x, ...)`."
	case "min", "max":
		hint = map[string]string{"min": "write `math.least(...)`.", "max": "write `math.greatest(...)`."}[name]
	case "math.min", "math.max":
		hint = map[string]string{"math.min": "write `math.least(...)`.", "math.max": "write `math.greatest(...)`."}[name]
	case "abs", "ceil", "floor", "round", "trunc", "sqrt", "sign", "least", "greatest":
		hint = "write `math." + name + "(...)`."
	case "bind":
		hint = "write `cel.bind(NAME, VALUE, EXPRESSION)`."
	case "not":
		hint = "write `!(...)`."
	case "if":
		hint = "write `CONDITION ? THIS : THAT`."
	default:
		if near := diag.Nearest(name, c.functionNames(strings.Contains(name, "."))); near != "" {
			hint = "did you mean `" + near + "`?"
		}
	}
	for i := range c.scope.Roots {
		for _, f := range c.scope.Roots[i].Fields {
			if f.Name == name && hint == "" {
				hint = c.scope.Roots[i].Name + "." + name + " is a value, not a function; leave out the parentheses."
			}
		}
	}
	at, to := n.At, n.To
	if n.Kind == syntax.Method {
		at = n.Args[0].Off
	}
	return c.fail(codes.NameUnknownFunction, n, at, to, value.NoSuchOverload, "there is no function `"+name+"`.", hint)
}

func (c *checker) functionNames(qualified bool) []string {
	var names []string
	for i := range functions {
		if strings.Contains(functions[i].name, ".") == qualified {
			names = append(names, functions[i].name)
		}
	}
	if !qualified {
		names = append(names, "has", "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList",
			"transformMap", "transformMapEntry")
	}
	return names
}

// unknownMethod reports a method that does not exist.
func (c *checker) unknownMethod(n *syntax.Node, base *Expr) *Expr {
	hint := ""
	receiver := c.text(base)
	switch n.Name {
	case "len", "length", "count":
		hint = "write `size(" + receiver + ")`."
	case "includes", "has", "indexOfAny":
		hint = "write `VALUE in LIST`, or `TEXT.contains(PART)`."
	case "toLowerCase", "lower", "toLower", "downcase":
		hint = "write `" + receiver + ".lowerAscii()`."
	case "toUpperCase", "upper", "toUpper", "upcase":
		hint = "write `" + receiver + ".upperAscii()`."
	case "match", "test", "regex":
		hint = "write `" + receiver + ".matches('PATTERN')`."
	case "some", "any":
		hint = "write `" + receiver + ".exists(x, ...)`."
	case "every":
		hint = "write `" + receiver + ".all(x, ...)`."
	case "equals", "is":
		hint = "write `" + receiver + " == ...`."
	case "toString":
		hint = "write `string(" + receiver + ")`."
	case "isEmpty", "empty":
		hint = "write `size(" + receiver + ") == 0`."
	case "get":
		hint = "write `" + receiver + "[KEY]`."
	default:
		if near := diag.Nearest(n.Name, c.functionNames(false)); near != "" {
			hint = "did you mean `" + near + "`?"
		}
	}
	if !c.scope.Unchecked && find(base.Type).Kind == types.Bad {
		return base
	}
	return c.fail(codes.NameUnknownFunction, n, n.At, n.To, value.NoSuchOverload, "there is no method `"+n.Name+"`.", hint)
}

// unknown reports a name that nothing declares.
func (c *checker) unknown(n *syntax.Node) *Expr {
	name := n.Name
	hint := c.meantText(n)
	for _, t := range c.scope.Enums {
		if hint == "" && t.Member(name) >= 0 {
			hint = "did you mean `" + t.Name + "." + name + "`?"
			break
		}
	}
	if hint == "" {
		for i := range c.scope.Roots {
			r := &c.scope.Roots[i]
			for _, f := range r.Fields {
				if f.Name == name && hint == "" {
					hint = "did you mean `" + r.Name + "." + name + "`?"
				}
			}
		}
	}
	if hint == "" {
		var names []string
		for i := len(c.locals) - 1; i >= 0; i-- {
			names = append(names, c.locals[i].name)
		}
		for i := range c.scope.Vars {
			names = append(names, c.scope.Vars[i].Name)
		}
		for i := range c.scope.Roots {
			names = append(names, c.scope.Roots[i].Name)
		}
		for _, t := range c.scope.Enums {
			names = append(names, t.Name)
		}
		names = append(names, "true", "false", "null")
		near := diag.Nearest(name, names)
		switch {
		case near != "":
			hint = "did you mean `" + near + "`?"
		case lookup(name) != nil:
			hint = "`" + name + "` is a function: write `" + name + "(...)`."
		case name == "None" || name == "nil" || name == "undefined":
			hint = "write `null`."
		case name == "math" || name == "cel" || name == "strings":
			hint = "`" + name + "` only begins the names of functions, such as `" + map[string]string{"math": "math.abs(x)",
				"cel": "cel.bind(name, value, expression)", "strings": "strings.quote(text)"}[name] + "`."
		default:
			hint = "if it is a text, put it in quotes: `'" + name + "'`."
			if int(n.End) < len(c.src) && c.src[n.End] == '.' {
				hint = c.reachable() // no text has fields
			}
			if near := c.nearField(name); near != "" {
				hint = "did you mean `" + near + "`?"
			}
		}
	}
	return c.fail(codes.NameUnknown, n, n.Off, n.End, value.NoSuchAttribute, "nothing is called `"+name+"` here.", hint)
}

// meantText says what to write for a name that is to be of a known type, and is no name of
// anything: a member, a text or a truth value. It is "" where that is not known.
func (c *checker) meantText(n *syntax.Node) string {
	if c.meant != n || c.kind == nil {
		return ""
	}
	switch t := find(c.kind); {
	case t.Kind == types.Enum:
		member, say := n.Name, "a member is written so: `"
		if t.Member(member) < 0 {
			member, say = diag.Nearest(n.Name, t.Members), "did you mean `"
		}
		switch {
		case member == "":
		case c.readable(t):
			return "did you mean `" + t.Name + "." + member + "`?"
		case say[0] == 'd':
			return say + "'" + member + "'`?"
		default:
			return say + "'" + member + "'`."
		}
	case t.Kind == types.Bool:
		switch strings.ToLower(n.Name) {
		case "yes", "on", "true":
			return "write `true`."
		case "no", "off", "false":
			return "write `false`."
		}
	case t.Kind == types.String && c.nearField(n.Name) == "" && !c.field(n.Name):
		return "if it is a text, put it in quotes: `'" + n.Name + "'`."
	}
	return ""
}

// readable says whether a type's members read as NAME.MEMBER.
func (c *checker) readable(t *types.Type) bool {
	for _, e := range c.scope.Enums {
		if e.Name != "" && e.Name == t.Name {
			return true
		}
	}
	return false
}

// field says whether some root has a field of this name.
func (c *checker) field(name string) bool {
	for i := range c.scope.Roots {
		for _, f := range c.scope.Roots[i].Fields {
			if f.Name == name {
				return true
			}
		}
	}
	return false
}

// nearField returns the field of a root that an author who wrote name alone may have meant.
func (c *checker) nearField(name string) string {
	for i := range c.scope.Roots {
		r := &c.scope.Roots[i]
		for _, f := range r.Fields {
			if r.Missing == "" && len(name) > 2 && diag.Nearest(name, []string{f.Name}) != "" {
				return r.Name + "." + f.Name
			}
		}
	}
	return ""
}
