package code_test

// This file is a second evaluator, for tests: it walks the tree of the parser,
// knows no types and no instructions, and counts cost by the definition in cost.go.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

type oracle struct {
	vars  map[string]value.Value
	cost  uint64
	limit uint64
	odd   bool // something met is wrong in itself (an unknown name, a macro without its form): the two need not fail alike
}

func (o *oracle) strange(n *syntax.Node) value.Value {
	o.odd = true
	return value.OfError(value.NoSuchAttribute, n.Name)
}

type env struct {
	name  string
	val   value.Value
	outer *env
}

var overLimit = value.OfError(value.CostLimit, "")

func lookup(e *env, name string) (value.Value, bool) {
	for ; e != nil; e = e.outer {
		if e.name == name {
			return e.val, true
		}
	}
	return value.Value{}, false
}

func wrong(what string) value.Value { return value.OfError(value.NoSuchOverload, what) }

func weight(v value.Value) uint64 {
	switch v.K {
	case value.String, value.Bytes:
		return v.N / 16
	case value.List:
		return v.N
	case value.Map:
		return uint64(v.Entries().Len())
	}
	return 0
}

// pick returns what a strict operation gives for operands with an error or unknown.
func pick(args ...value.Value) (value.Value, bool) {
	var bits uint64
	unknown := false
	for _, a := range args {
		if a.K == value.Unknown {
			bits, unknown = bits|a.N, true
		}
	}
	if unknown {
		return value.OfUnknown(bits), true
	}
	for _, a := range args {
		if a.K == value.Error {
			return a, true
		}
	}
	return value.Value{}, false
}

func (o *oracle) eval(n *syntax.Node, e *env) value.Value {
	if o.cost > o.limit {
		return overLimit
	}
	o.cost++
	switch n.Kind {
	case syntax.Lit:
		return n.Value
	case syntax.Ident:
		if v, ok := lookup(e, n.Name); ok && !n.Global {
			return v
		}
		if v, ok := o.vars[n.Name]; ok {
			return v
		}
		return o.strange(n)
	case syntax.Select:
		return field(o.eval(n.Args[0], e), n.Name)
	case syntax.Index:
		a, i := o.eval(n.Args[0], e), o.eval(n.Args[1], e)
		if v, bad := pick(a, i); bad {
			return v
		}
		return index(a, i)
	case syntax.Unary:
		a := o.eval(n.Args[0], e)
		switch {
		case a.K >= value.Error:
			return a
		case n.Op == syntax.Neg:
			return lib.Neg(a)
		case a.K == value.Bool:
			return value.OfBool(a.N == 0)
		}
		return wrong("!")
	case syntax.Binary:
		return o.binary(n, e)
	case syntax.And, syntax.Or:
		o.cost += uint64(len(n.Args) - 2)
		return o.logic(n.Kind == syntax.And, len(n.Args), func(i int) value.Value { return o.eval(n.Args[i], e) })
	case syntax.Cond:
		c := o.eval(n.Args[0], e)
		switch {
		case c.K >= value.Error:
			return c
		case c.K != value.Bool:
			return wrong("?:")
		case c.N != 0:
			return o.eval(n.Args[1], e)
		}
		return o.eval(n.Args[2], e)
	case syntax.List, syntax.Map:
		args := o.all(n.Args, e)
		if v, bad := pick(args...); bad {
			return v
		}
		if n.Kind == syntax.List {
			return value.OfList(args)
		}
		var keys, vals []value.Value
		for i := 0; i < len(args); i += 2 {
			keys, vals = append(keys, args[i]), append(vals, args[i+1])
		}
		return value.NewMap(keys, vals)
	case syntax.Call:
		if n.Name == "has" {
			if len(n.Args) != 1 || n.Args[0].Kind != syntax.Select {
				return o.strange(n)
			}
			o.cost++
			a := o.eval(n.Args[0].Args[0], e)
			switch {
			case a.K >= value.Error:
				return a
			case a.K != value.Map:
				return wrong("has")
			}
			_, ok := a.Entries().Find(value.OfString(n.Args[0].Name))
			return value.OfBool(ok)
		}
		if !callable(n.Name, false, len(n.Args)) {
			return o.strange(n)
		}
		return o.call(n.Name, o.all(n.Args, e))
	case syntax.Method:
		return o.method(n, e)
	}
	return wrong("node")
}

func (o *oracle) all(nodes []*syntax.Node, e *env) []value.Value {
	var args []value.Value
	for _, a := range nodes {
		args = append(args, o.eval(a, e))
	}
	return args
}

func field(a value.Value, name string) value.Value {
	switch {
	case a.K >= value.Error:
		return a
	case a.K != value.Map:
		return wrong(".")
	}
	if v, ok := a.Entries().Find(value.OfString(name)); ok {
		return v
	}
	return value.OfError(value.NoSuchKey, "")
}

func index(a, i value.Value) value.Value {
	switch a.K {
	case value.Map:
		if i.K == value.Null || i.K == value.Bytes || i.K > value.String {
			return wrong("[]")
		}
		if v, ok := a.Entries().Find(i); ok {
			return v
		}
		return value.OfError(value.NoSuchKey, "")
	case value.List:
		if !i.K.IsNumber() {
			return wrong("[]")
		}
		for at, x := range a.Items() {
			if value.Equal(value.OfInt(int64(at)), i) {
				return x
			}
		}
		if f := i.Double(); i.K == value.Double && (f != float64(int64(f)) || f < 0) {
			return value.OfError(value.InvalidArgument, "")
		}
		return value.OfError(value.IndexOutOfRange, "")
	}
	return wrong("[]")
}

// logic is && or || over n operands.
func (o *oracle) logic(and bool, n int, operand func(int) value.Value) value.Value {
	var unknown, failed []value.Value
	for i := 0; i < n; i++ {
		switch v := operand(i); {
		case v.K == value.Bool && v.True() != and:
			return v
		case v.K == value.Unknown:
			unknown = append(unknown, v)
		case v.K == value.Error:
			failed = append(failed, v)
		case v.K != value.Bool:
			failed = append(failed, wrong("&&"))
		}
	}
	if v, bad := pick(append(unknown, failed...)...); bad {
		return v
	}
	return value.OfBool(and)
}

func (o *oracle) equal(a, b value.Value) bool {
	switch {
	case a.K == b.K && (a.K == value.String || a.K == value.Bytes) && a.N == b.N:
		o.cost += a.N / 16
	case a.K == b.K && (a.K == value.List || a.K == value.Map):
		budget := 1 << 30
		same := value.EqualWithin(a, b, &budget)
		o.cost += uint64(1<<30 - budget)
		return same
	}
	return value.Equal(a, b)
}

func (o *oracle) binary(n *syntax.Node, e *env) value.Value {
	a, b := o.eval(n.Args[0], e), o.eval(n.Args[1], e)
	if v, bad := pick(a, b); bad {
		return v
	}
	switch n.Op {
	case syntax.Add:
		v := lib.Add(a, b)
		o.cost += weight(v)
		return v
	case syntax.Sub:
		return lib.Sub(a, b)
	case syntax.Mul:
		return lib.Mul(a, b)
	case syntax.Div:
		return lib.Div(a, b)
	case syntax.Mod:
		return lib.Mod(a, b)
	case syntax.Eq:
		return value.OfBool(o.equal(a, b))
	case syntax.Ne:
		return value.OfBool(!o.equal(a, b))
	case syntax.In:
		switch b.K {
		case value.Map:
			_, ok := b.Entries().Find(a)
			return value.OfBool(ok)
		case value.List:
			for _, x := range b.Items() {
				o.cost++
				if o.equal(a, x) {
					return value.OfBool(true)
				}
			}
			return value.OfBool(false)
		}
		return wrong("in")
	}
	if a.K == b.K && (a.K == value.String || a.K == value.Bytes) {
		o.cost += min(a.N, b.N) / 16
	}
	order, ok := value.Compare(a, b)
	if !ok {
		if a.K.IsNumber() && b.K.IsNumber() {
			return value.OfBool(false)
		}
		return wrong("<")
	}
	return value.OfBool(map[syntax.Op]bool{syntax.Lt: order < 0, syntax.Le: order <= 0, syntax.Gt: order > 0,
		syntax.Ge: order >= 0}[n.Op])
}

func (o *oracle) call(name string, args []value.Value) value.Value {
	if v, bad := pick(args...); bad {
		return v
	}
	switch name {
	case "dyn":
		return args[0]
	case "type":
		return value.TypeOf(args[0])
	case "matches":
		if args[1].K != value.String {
			o.odd = true
			return wrong(name)
		}
		re, bad := lib.CompileRegexp(args[1].Str())
		if re == nil {
			o.cost += weight(args[1])
			return bad
		}
		if args[0].K != value.String {
			return wrong(name)
		}
		o.cost += uint64(re.Size) + args[0].N*uint64(re.Size)/4
		return value.OfBool(lib.MatchesCompiled(re, args[0].Str()))
	}
	i := lib.Index(name)
	if i < 0 {
		return wrong(name)
	}
	for _, a := range args {
		o.cost += weight(a)
	}
	v := lib.Funcs[i].Call(args)
	o.cost += weight(v)
	return v
}

func (o *oracle) method(n *syntax.Node, e *env) value.Value {
	r := n.Args[0]
	args := n.Args[1:]
	if r.Kind == syntax.Ident && r.Name == "cel" && n.Name == "bind" {
		if len(args) != 3 || args[0].Kind != syntax.Ident || args[0].Global {
			return o.strange(n)
		}
		return o.eval(args[2], &env{args[0].Name, o.eval(args[1], e), e})
	}
	if _, local := lookup(e, r.Name); r.Kind == syntax.Ident && !local &&
		(r.Name == "math" || r.Name == "strings" || r.Name == "cel") {
		if !callable(r.Name+"."+n.Name, false, len(args)) {
			return o.strange(n)
		}
		return o.call(r.Name+"."+n.Name, o.all(args, e))
	}
	switch n.Name {
	case "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap", "transformMapEntry":
		return o.walk(n, e)
	}
	if !callable(n.Name, true, len(args)) {
		return o.strange(n)
	}
	return o.call(n.Name, o.all(n.Args, e))
}

// macroForms are the fewest and most arguments of each macro.
var macroForms = map[string][2]int{"all": {2, 3}, "exists": {2, 3}, "exists_one": {2, 3}, "existsOne": {2, 3},
	"map": {2, 3}, "filter": {2, 2},
	"transformList": {3, 4}, "transformMap": {3, 4}, "transformMapEntry": {3, 4}}

// forms are the numbers of arguments that functions and methods take, as the language has them.
var forms = map[string]string{
	"size": "f1 m0", "bool": "f1", "int": "f1", "uint": "f1", "double": "f1", "string": "f1", "bytes": "f1",
	"timestamp": "f1", "duration": "f1",
	"type": "f1", "dyn": "f1", "contains": "m1", "startsWith": "m1", "endsWith": "m1", "matches": "f2 m1", "charAt": "m1",
	"indexOf":     "m1 m2",
	"lastIndexOf": "m1 m2", "lowerAscii": "m0", "upperAscii": "m0", "replace": "m2 m3", "split": "m1 m2",
	"substring": "m1 m2", "trim": "m0",
	"reverse": "m0", "join": "m0 m1", "format": "m1", "strings.quote": "f1", "digest": "f1",
	"math.greatest": "f1 f2 f3 f4", "math.least": "f1 f2 f3 f4",
}

func callable(name string, method bool, args int) bool {
	form := "f"
	if method {
		form = "m"
	}
	return strings.Contains(forms[name], form+strconv.Itoa(args))
}

// walk is a comprehension.
func (o *oracle) walk(n *syntax.Node, e *env) value.Value {
	args := n.Args[1:]
	if f := macroForms[n.Name]; len(args) < f[0] || len(args) > f[1] {
		return o.strange(n)
	}
	two := strings.HasPrefix(n.Name, "transform") || n.Name != "map" && len(args) == 3
	body := args[len(args)-1]
	var filter *syntax.Node
	if vars := 1; len(args) > 2 {
		if two {
			vars = 2
		}
		if len(args) == vars+2 {
			filter = args[vars]
		}
	}
	for i, a := range args {
		if i == 0 || i == 1 && two {
			if a.Kind != syntax.Ident || a.Global {
				return o.strange(n)
			}
		}
	}
	if two && args[0].Name == args[1].Name {
		return o.strange(n)
	}
	rng := o.eval(n.Args[0], e)
	var firsts, seconds []value.Value
	switch {
	case rng.K >= value.Error:
		return rng
	case rng.K == value.Map:
		firsts, seconds = rng.Entries().Keys, rng.Entries().Vals
	case rng.K == value.List && two:
		for i := range rng.Items() {
			firsts = append(firsts, value.OfInt(int64(i)))
		}
		seconds = rng.Items()
	case rng.K == value.List:
		firsts = rng.Items()
	default:
		return wrong(n.Name)
	}
	bindings := func(i int) *env {
		o.cost++
		in := &env{args[0].Name, firsts[i], e}
		if two {
			in = &env{args[1].Name, seconds[i], in}
		}
		return in
	}
	if n.Name == "all" || n.Name == "exists" {
		return o.logic(n.Name == "all", len(firsts), func(i int) value.Value { return o.eval(body, bindings(i)) })
	}
	count := 0
	var keys, vals []value.Value
	for i := range firsts {
		if o.cost > o.limit {
			return overLimit
		}
		in := bindings(i)
		if filter != nil {
			switch f := o.eval(filter, in); {
			case f.K >= value.Error:
				return f
			case f.K != value.Bool:
				return wrong("filter")
			case f.N == 0:
				continue
			}
		}
		v := o.eval(body, in)
		if v.K >= value.Error {
			return v
		}
		switch n.Name {
		case "exists_one", "existsOne", "filter":
			if v.K != value.Bool {
				return wrong(n.Name)
			}
			if v.True() {
				count++
				vals = append(vals, firsts[i])
			}
		case "transformMapEntry":
			if v.K != value.Map || v.Entries().Len() != 1 {
				return value.OfError(value.InvalidArgument, "")
			}
			keys, vals = append(keys, v.Entries().Keys[0]), append(vals, v.Entries().Vals[0])
		default:
			keys, vals = append(keys, firsts[i]), append(vals, v)
		}
	}
	switch n.Name {
	case "exists_one", "existsOne":
		return value.OfBool(count == 1)
	case "transformMap", "transformMapEntry":
		return value.NewMap(keys, vals)
	}
	return value.OfList(vals)
}
