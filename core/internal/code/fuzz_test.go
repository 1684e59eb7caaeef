package code_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/syntax"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// vars are the variables of random expressions; u is unknown and bad an error.
var vars = []struct {
	name string
	typ  *types.Type
	val  value.Value
}{
	{"i", types.TInt, value.OfInt(3)},
	{"j", types.TInt, value.OfInt(-1)},
	{"b", types.TBool, value.OfBool(true)},
	{"s", &types.Type{Kind: types.String, Len: 40}, value.OfString("the quick brown fox jumps")},
	{"d", types.TDouble, value.OfDouble(2.5)},
	{"l", &types.Type{Kind: types.List, Elem: types.TInt, Len: 5},
		value.OfList([]value.Value{value.OfInt(1), value.OfInt(2), value.OfInt(0)})},
	{"m", &types.Type{Kind: types.Map, Key: types.TString, Elem: types.TInt, Len: 5},
		value.NewMap([]value.Value{value.OfString("a"), value.OfString("b")}, []value.Value{value.OfInt(1), value.OfInt(2)})},
	{"u", types.TInt, value.OfUnknown(1)},
	{"v", types.TBool, value.OfUnknown(2)},
	{"bad", types.TBool, value.OfError(value.Overflow, "")},
}

// compare runs src in all its forms against the oracle.
func compare(t *testing.T, src string) {
	t.Helper()
	var list diag.List
	n := syntax.Parse(src, &list)
	if list.Failed() {
		return
	}
	for _, unchecked := range []bool{true, false} {
		scope := check.Scope{Unchecked: unchecked}
		o := oracle{vars: map[string]value.Value{}, limit: 20_000}
		m := vm.Machine{CostLimit: o.limit}
		for _, v := range vars {
			scope.Vars = append(scope.Vars, check.Var{Name: v.name, Type: v.typ})
			m.Banks[0] = append(m.Banks[0], v.val)
			o.vars[v.name] = v.val
		}
		p, found := code.Compile(src, &scope, nil)
		for _, d := range found {
			if d.Off < 0 || d.End < d.Off || d.End > len(src) || d.Code == "" || d.Message == "" {
				t.Fatalf("%q: a finding without a place: %+v", src, d)
			}
		}
		if p == nil {
			if len(found) == 0 {
				t.Fatalf("%q: does not compile, and nothing says why", src)
			}
			continue
		}
		got := m.Run(p)
		want := o.eval(n, nil)
		if o.odd {
			continue
		}
		if o.cost > o.limit {
			want = overLimit
		}
		if !alike(got, want) {
			t.Fatalf("%q (unchecked %v)\n got %s %s\nwant %s %s", src, unchecked, got.K, value.AppendQuoted(nil, got), want.K,
				value.AppendQuoted(nil, want))
		}
		if got.K == value.Error && got.Code() == value.CostLimit {
			continue
		}
		if m.Cost != o.cost {
			t.Fatalf("%q (unchecked %v) costs %d, want %d", src, unchecked, m.Cost, o.cost)
		}
		if !unchecked && m.Cost > p.MaxCost {
			t.Fatalf("%q costs %d, over its bound %d", src, m.Cost, p.MaxCost)
		}
		if !unchecked && got.K < value.Error && !has(p.Type, got) {
			t.Fatalf("%q is %s, its type %s", src, value.AppendQuoted(nil, got), p.Type)
		}
		cost := m.Cost
		m.Cost = 0
		var tr vm.Trace
		if traced := m.Trace(p, &tr); !alike(traced, got) || m.Cost != cost {
			t.Fatalf("%q traced is %s at %d, plain %s at %d", src, value.AppendQuoted(nil, traced), m.Cost,
				value.AppendQuoted(nil, got), cost)
		}
	}
}

// alike is equality that also knows errors by their code, unknowns and NaN.
func alike(a, b value.Value) bool {
	if a.K != b.K {
		return false
	}
	switch a.K {
	case value.Error:
		return a.Code() == b.Code()
	case value.Unknown:
		return a.N == b.N
	case value.Double:
		return a.Double() == b.Double() || math.IsNaN(a.Double()) && math.IsNaN(b.Double())
	case value.List:
		return alikeAll(a.Items(), b.Items())
	case value.Map:
		return alikeAll(a.Entries().Keys, b.Entries().Keys) && alikeAll(a.Entries().Vals, b.Entries().Vals)
	}
	return value.Equal(a, b)
}

func alikeAll(a, b []value.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !alike(a[i], b[i]) {
			return false
		}
	}
	return true
}

// has says whether v is of type t: the checker's promise.
func has(t *types.Type, v value.Value) bool {
	switch t.Kind {
	case types.Dyn:
		return true
	case types.List:
		if v.K != value.List {
			return false
		}
		for _, x := range v.Items() {
			if !has(t.Elem, x) {
				return false
			}
		}
		return true
	case types.Map:
		if v.K != value.Map {
			return false
		}
		for i, k := range v.Entries().Keys {
			if !has(t.Key, k) || !has(t.Elem, v.Entries().Vals[i]) {
				return false
			}
		}
		return true
	}
	kinds := map[types.Kind]value.Kind{types.Null: value.Null, types.Bool: value.Bool, types.Int: value.Int,
		types.Uint: value.Uint, types.Double: value.Double,
		types.String: value.String, types.Bytes: value.Bytes, types.Duration: value.Duration,
		types.Timestamp: value.Timestamp, types.TypeType: value.Type}
	return kinds[t.Kind] == v.K
}

// grower writes random expressions, mostly well typed.
type grower struct {
	r      *rand.Rand
	locals []string // int variables of macros
}

func (g *grower) one(choices ...string) string { return choices[g.r.IntN(len(choices))] }

func (g *grower) int(n int) string {
	if n <= 0 {
		if len(g.locals) > 0 && g.r.IntN(2) == 0 {
			return g.one(g.locals...)
		}
		return g.one("0", "1", "2", "7", "-3", "i", "j", "u", "m.a", "l[0]", "9223372036854775807", "dyn(1.0)", "size(s)")
	}
	switch g.r.IntN(12) {
	case 0, 1, 2, 3:
		return "(" + g.int(n-1) + g.one(" + ", " - ", " * ", " / ", " % ") + g.int(n-2) + ")"
	case 4:
		return "(" + g.bool(n-1) + " ? " + g.int(n-1) + " : " + g.int(n-1) + ")"
	case 5:
		return g.list(n-1) + "[" + g.int(n-2) + "]"
	case 6:
		return "size(" + g.list(n-1) + ")"
	case 7:
		x := g.one("x", "y", "z")
		init := g.int(n - 1)
		return "cel.bind(" + x + ", " + init + ", " + g.with(x, func() string { return g.int(n - 1) }) + ")"
	case 8:
		return "-(" + g.int(n-1) + ")"
	case 9:
		return "math.greatest(" + g.int(n-1) + ", " + g.int(n-2) + ")"
	case 10:
		return "m[" + g.str(n-1) + "]"
	}
	return g.str(n-1) + g.one(".indexOf('o')", ".size()")
}

func (g *grower) with(x string, f func() string) string {
	g.locals = append(g.locals, x)
	s := f()
	g.locals = g.locals[:len(g.locals)-1]
	return s
}

func (g *grower) bool(n int) string {
	if n <= 0 {
		return g.one("true", "false", "b", "v", "bad", "has(m.a)", "has(m.c)", "i == 3", "s == 'x'")
	}
	switch g.r.IntN(10) {
	case 0, 1:
		return "(" + g.bool(n-1) + g.one(" && ", " || ") + g.bool(n-1) + g.one("", " && b", " || b", " && i < 4",
			" || 1 / 0 > j") + ")"
	case 2, 3:
		return g.int(n-1) + g.one(" < ", " <= ", " > ", " >= ", " == ", " != ") + g.int(n-1)
	case 4:
		return "!(" + g.bool(n-1) + ")"
	case 5:
		return g.int(n-1) + " in " + g.list(n-1)
	case 6:
		x := g.one("x", "y", "z")
		return g.list(n-1) + "." + g.one("all", "exists", "exists_one") + "(" + x + ", " + g.with(x,
			func() string { return g.bool(n - 1) }) + ")"
	case 7:
		return g.str(n-1) + g.one(" == ", " < ", " != ", " >= ") + g.str(n-1)
	case 8:
		return g.str(n-1) + g.one(".contains('o')", ".startsWith(s)", ".matches('[a-c]+x?')", ".matches(s)", ".endsWith('x')")
	}
	return g.list(n-1) + g.one(" == ", " != ") + g.list(n-1)
}

func (g *grower) list(n int) string {
	if n <= 0 {
		return g.one("l", "[]", "[1, 2]", "[u, 3]", "[1, 1u, 1.0]", "m.map(k, m[k])")
	}
	switch g.r.IntN(6) {
	case 0:
		return "[" + g.int(n-1) + ", " + g.int(n-1) + "]"
	case 1:
		x := g.one("x", "y", "z")
		return g.list(n-1) + ".map(" + x + ", " + g.with(x, func() string { return g.int(n - 1) }) + ")"
	case 2:
		x := g.one("x", "y", "z")
		return g.list(n-1) + ".filter(" + x + ", " + g.with(x, func() string { return g.bool(n - 1) }) + ")"
	case 3:
		return "(" + g.list(n-1) + " + " + g.list(n-1) + ")"
	case 4:
		return g.list(n-1) + ".transformList(i, x, " + g.with("x",
			func() string { return g.bool(n-1) + ", " + g.int(n-1) }) + ")"
	}
	return g.list(n-1) + ".transformMap(i, x, " + g.with("x", func() string { return g.int(n - 1) }) + ").map(k, k)"
}

func (g *grower) str(n int) string {
	if n <= 0 {
		return g.one("s", "'fox'", "''", "string(i)", "s.substring(4)", "'äöü'")
	}
	switch g.r.IntN(5) {
	case 0, 1:
		return "(" + g.str(n-1) + " + " + g.str(n-1) + ")"
	case 2:
		return "string(" + g.int(n-1) + ")"
	case 3:
		return g.str(n-1) + g.one(".replace('o', 'oo')", ".upperAscii()", ".trim()", ".reverse()", ".split(' ').join('-')")
	}
	return "(" + g.bool(n-1) + " ? " + g.str(n-1) + " : " + g.str(n-1) + ")"
}

// TestRandom compares thousands of random expressions with the oracle.
func TestRandom(t *testing.T) {
	for seed := range uint64(6000) {
		g := &grower{r: rand.New(rand.NewPCG(seed, 7))}
		src := g.bool(2 + int(seed%4))
		if seed%3 == 0 {
			src = g.list(2 + int(seed%3))
		}
		compare(t, src)
	}
}

// FuzzCompile feeds the whole pipeline any bytes: it ends, every finding has a
// place, and what compiles agrees with the oracle.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{"i + 1 == 2", "l.all(x, x > 0)", "{'a': [1]}.a[0]", "b ? s : 'x'",
		"[1, 2].map(x, x > 1, x)", "has(m.a) && m.a in l",
		"cel.bind(x, i, x * x)", "'a\\x41' + r'\\b' + '''c'''", "b\"\\377\"", "-1.5e3 < 0x1F", "s.matches('a+')",
		"m.transformMap(k, v, k + string(v))", "and or not = & <> “x” $", "((((", "a.b.c.d", "!!!b",
		"1 in {1: 2}", "`a`.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) { compare(t, src) })
}
