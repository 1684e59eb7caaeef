package truth_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/truth"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

var (
	stance = &types.Type{Kind: types.Enum, Name: "stance", Members: []string{"chat", "task", "spec"},
		Values: []value.Value{value.OfString("chat"), value.OfString("task"), value.OfString("spec")}}
	smallInt = &types.Type{Kind: types.Int, Bounded: true, Min: 0, Max: 6}
	word     = &types.Type{Kind: types.String, Len: 8}
)

func scope() *check.Scope {
	return &check.Scope{Enums: []*types.Type{stance}, Roots: []check.Root{{Name: "s", Bank: 1, Fields: []check.Var{
		{Name: "a", Type: types.TBool}, {Name: "b", Type: types.TBool}, {Name: "mode", Type: stance},
		{Name: "next", Type: stance},
		{Name: "n", Type: smallInt}, {Name: "w", Type: word},
		{Name: "xs", Type: &types.Type{Kind: types.List, Elem: types.TInt, Len: 3}},
		{Name: "per", Type: types.MapOf(stance, types.TBool)},
	}}}}
}

// outcomes says which outcomes src may have, as the truth package has it: "TF!".
func outcomes(t *testing.T, src string) string {
	e := code.Tree(src, scope(), types.TBool)
	if e == nil {
		t.Fatalf("%s does not compile", src)
	}
	var s truth.Space
	f := s.Read(e)
	var seen [3]bool
	if !s.Each(func(r truth.Row) bool { seen[s.Of(f, r)] = true; return true }) {
		return "?"
	}
	out := ""
	for i, c := range "FT!" {
		if seen[i] {
			out += string(c)
		}
	}
	return out
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"true", "T"},
		{"1 > 2", "F"},
		{"s.a", "FT"},
		{"s.a || !s.a", "T"},
		{"s.a && !s.a", "F"},
		{"s.a ? s.b : !s.a", "FT"},
		{"(s.a ? s.b : !s.a) || s.a", "T"},
		{"s.a == s.a", "T"},
		{"(s.a == s.b) == (s.b == s.a)", "T"},
		{"s.n >= 0", "T"},
		{"s.n > 6", "F"},
		{"s.n < 3 || s.n > 2", "T"},
		{"s.n < 3 || s.n > 3", "FT"},
		{"3 <= s.n && s.n < 3", "F"},
		{"s.n in [1, 2] && s.n > 2", "F"},
		{"s.n in [0, 1, 2, 3, 4, 5, 6]", "T"},
		{"size(s.w) >= 0", "T"},
		{"size(s.w) > 8", "F"},
		{"s.mode == stance.chat || s.mode in ['task', 'spec']", "T"},
		{"s.mode != stance.chat || s.mode != stance.task", "T"},
		{"s.mode == stance.chat && s.mode == stance.task", "F"},
		{"s.mode == s.next || s.next != s.mode", "T"},
		{"s.mode == s.next && s.mode == stance.chat && s.next == stance.task", "F"},
		{"s.n + 1 > s.n || s.n < s.n", "FT!"},
		{"size(s.w) >= size(s.w)", "T"},
		{"s.w == 'x' || s.w == 'y'", "FT"},
		{"s.w == 'x' && s.w != 'x'", "F"},
		{"s.w == 'x' && s.w in ['y', 'z']", "F"},
		{"s.w.contains('x') || !s.w.contains('x')", "T"},
		{"s.xs[0] == 1 || s.xs[0] != 1", "T!"},
		{"s.xs[0] == 1 && s.xs[0] == 2", "F!"},
		{"s.per[s.mode] || !s.per[s.mode]", "T"},
		{"s.per[s.mode] || !s.per[s.next]", "FT"},
		{"s.xs.all(x, x > 0) || !s.xs.all(y, y > 0)", "T!"},
		{"s.xs.all(x, x > 0) || !s.xs.all(y, y > 1)", "FT!"},
		{"s.xs.exists(x, s.xs.all(y, x <= y)) == s.xs.exists(q, s.xs.all(p, q <= p))", "T!"},
		{"s.xs.exists(x, s.xs.all(y, x <= y)) == s.xs.exists(q, s.xs.all(p, p <= q))", "FT!"},
		{"cel.bind(x, s.n, x > 3) || !cel.bind(y, s.n, y > 3)", "T!"},
		{"1 / s.n > 0 || true", "T"},
		{"s.a && 1 / 0 == s.n", "FT!"}, // what fails inside a test is not looked for
		{"s.n % 2 == 0 || s.n % 2 == 1", "FT!"},
	} {
		if got := outcomes(t, c.src); got != c.want {
			t.Errorf("%s: %s, want %s", c.src, got, c.want)
		}
	}
}

// TestManyTerms goes past what is gone through.
func TestManyTerms(t *testing.T) {
	var terms []string
	for i := range 20 {
		terms = append(terms, "s.w == '"+strconv.Itoa(i)+"'", "size(s.w) + "+strconv.Itoa(i)+" == 3")
	}
	if got := outcomes(t, strings.Join(terms, " || ")); got != "?" {
		t.Errorf("got %s", got)
	}
}

// condition writes a random condition.
func condition(r *rand.Rand, depth int) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	if depth == 0 {
		member := func() string { return pick("stance.chat", "stance.task", "'spec'") }
		n := func() string { return strconv.Itoa(r.IntN(10) - 2) }
		switch r.IntN(9) {
		case 0:
			return pick("s.a", "s.b", "true", "false", "s.per[s.mode]", "s.per.task")
		case 1:
			return pick("s.mode", "s.next") + pick(" == ", " != ") + member()
		case 2:
			return member() + pick(" == ", " != ") + pick("s.mode", "s.next")
		case 3:
			return "s.mode" + pick(" == ", " != ") + "s.next"
		case 4:
			return pick("s.n", "size(s.w)", "size(s.xs)") + pick(" == ", " != ", " < ", " <= ", " > ", " >= ") + n()
		case 5:
			return n() + pick(" == ", " != ", " < ", " <= ", " > ", " >= ") + pick("s.n", "s.xs[0]", "10 / s.n")
		case 6:
			return "s.w" + pick(" == ", " != ") + pick("'a'", "'bb'", "''")
		case 7:
			return pick("s.n in ["+n()+", "+n()+"]", "s.w in ['a', 'c']", "s.mode in ["+member()+", "+member()+"]")
		}
		return pick("s.xs.all(x, x > 1)", "s.w.startsWith('b')", "s.xs.exists(q, q == 2)", "1 / 0 == 1")
	}
	a, b := condition(r, depth-1), condition(r, r.IntN(depth))
	switch r.IntN(6) {
	case 0:
		return "!(" + a + ")"
	case 1:
		return "(" + a + ") == (" + b + ")"
	case 2:
		return "(" + a + " ? " + b + " : " + condition(r, 0) + ")"
	case 3:
		return "(" + a + " || " + b + ")"
	}
	return "(" + a + " && " + b + ")"
}

// TestAgainstMachine runs random conditions with many values: none comes to what
// the combinations left out, and none fails alone where another was to fail too.
func TestAgainstMachine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := vm.Machine{CostLimit: 1 << 40}
	list := func(n ...int64) value.Value {
		var v []value.Value
		for _, x := range n {
			v = append(v, value.OfInt(x))
		}
		return value.OfList(v)
	}
	words := []value.Value{value.OfString(""), value.OfString("a"), value.OfString("bb"), value.OfString("c"),
		value.OfString("bananas!")}
	lists := []value.Value{list(), list(2), list(1, 2), list(0, 3, 7)}
	var banks [][]value.Value
	for range 300 {
		per := value.NewMap(append([]value.Value(nil), stance.Values...),
			[]value.Value{value.OfBool(r.IntN(2) == 0), value.OfBool(r.IntN(2) == 0), value.OfBool(r.IntN(2) == 0)})
		banks = append(banks,
			[]value.Value{value.OfBool(r.IntN(2) == 0), value.OfBool(r.IntN(2) == 0), stance.Values[r.IntN(3)],
				stance.Values[r.IntN(3)],
				value.OfInt(r.Int64N(7)), words[r.IntN(len(words))], lists[r.IntN(len(lists))], per})
	}
	claims := 0
	for range 3000 {
		src, other := condition(r, 1+r.IntN(3)), condition(r, 1+r.IntN(2))
		p, _ := code.Compile(src, scope(), types.TBool)
		q, _ := code.Compile(other, scope(), types.TBool)
		if p == nil || q == nil {
			t.Fatalf("%s or %s does not compile", src, other)
		}
		var s truth.Space
		f, g := s.Read(code.Tree(src, scope(), types.TBool)), s.Read(code.Tree(other, scope(), types.TBool))
		var may [3][3]bool
		if !s.Each(func(row truth.Row) bool { may[s.Of(f, row)][s.Of(g, row)] = true; return true }) {
			continue
		}
		for _, bank := range banks {
			m.Banks[1] = bank
			a, b := outcome(m.Run(p)), outcome(m.Run(q))
			if !may[a][b] {
				t.Fatalf("%s\n%s\ncame to %d and %d, which was ruled out", src, other, a, b)
			}
		}
		for _, row := range may {
			for _, x := range row {
				if !x {
					claims++
				}
			}
		}
	}
	if claims < 1000 {
		t.Errorf("only %d claims were tested", claims)
	}
	t.Log(claims, "claims")
}

func outcome(v value.Value) truth.Outcome {
	switch {
	case v.K == value.Error:
		return truth.Fails
	case v.True():
		return truth.True
	}
	return truth.False
}
