package code_test

import (
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// TestHostile holds sources that are built to hurt to a code, or to a value where
// they are only long. All of them end at once; one that took exponential time
// would not end before the test does.
func TestHostile(t *testing.T) {
	r := strings.Repeat
	for _, c := range []struct {
		name, src, code string
	}{
		{"parentheses", r("(", 5000) + "1" + r(")", 5000), codes.LimitNesting},
		{"parentheses within", r("(", 90) + "1" + r(")", 90), ""},
		{"brackets", r("[", 8000), codes.LimitNesting},
		{"braces", r("{1:", 5000), codes.LimitNesting},
		{"calls", r("size(", 3000), codes.LimitNesting},
		{"indices", "l" + r("[0", 3000), codes.LimitNesting},
		{"index chain", "l" + r("[0]", 3000), codes.LimitNesting},
		{"selections", "m" + r(".a", 3000), codes.LimitNesting},
		{"selections within", "m" + r(".a", 900), ""},
		{"methods", "s" + r(".trim()", 2000), codes.LimitNesting},
		{"methods within", "s" + r(".trim()", 900), ""},
		{"minuses", r("-", 9000) + "i", codes.LimitNesting},
		{"nots", r("!", 9000) + "true", codes.LimitNesting},
		{"nots within", r("!", 900) + "true", ""},
		{"additions", "1" + r("+1", 8000), codes.LimitNesting},
		{"additions within", "i" + r("+1", 990), ""},
		{"conjunctions", "true" + r("&&i<9", 3000), ""},
		{"disjunctions", "false" + r("||i>9", 3000), ""},
		{"mixed", "true" + r("&&b||b", 2000), ""},
		{"choices", r("b?1:", 4000) + "1", codes.LimitNesting},
		{"choices within", r("b?1:", 900) + "1", ""},
		{"choices in the middle", r("b?", 3000), codes.ParseUnexpectedToken},
		{"choices in brackets", r("b?(", 3000), codes.LimitNesting},
		{"binds", r("cel.bind(x,1,", 1000), codes.LimitNesting},
		{"binds within", r("cel.bind(x,1,", 90) + "x" + r(")", 90), ""},
		{"long list", "[" + r("1,", 8000) + "]", ""},
		{"long map", "{" + r("i:1,", 4000) + "}", ""},
		{"long call", "math.greatest(" + r("1,", 8000) + "1)", ""},
		{"unknown names", r("x+", 900) + "x", codes.NameUnknown},
		{"strange characters", r("\u2264", 5000), codes.ParseCharacter},
		{"quotes", r("'", 8001), codes.ParseUnexpectedToken},
		{"backticks", r("`", 9000), codes.ParseCharacter},
		{"too long", r(" ", syntaxMax+1), codes.LimitSource},
		{"long text", "'" + r("a", syntaxMax-2) + "' == s", codes.LimitSource},
		{"no UTF-8", "'\xff'", codes.ParseUTF8},
		{"deep macros", macros(20, "l", "true"), codes.LimitCost},
		{"growing text", "cel.bind(a,s.replace('',s),cel.bind(c,a.replace('',a),c.replace('',c)))=='x'", ""},
		{"shared lists", shared(40) + " == " + shared(40), codes.LimitCost},
	} {
		scope := check.Scope{Vars: []check.Var{{Name: "i", Type: types.TInt}, {Name: "b", Type: types.TBool},
			{Name: "l", Type: types.TDyn}, {Name: "m", Type: types.TDyn}, {Name: "s", Type: types.TString}}}
		p, found := code.Compile(c.src, &scope, nil)
		if len(found) > diag.MaxDiagnostics {
			t.Errorf("%s: %d findings", c.name, len(found))
		}
		if p == nil {
			has := false
			for _, d := range found {
				has = has || d.Code == c.code
			}
			if !has {
				t.Errorf("%s: %+v, want %q", c.name, found[0], c.code)
			}
			continue
		}
		if c.code != "" {
			t.Errorf("%s compiles, want %s", c.name, c.code)
		}
		m := vm.Machine{CostLimit: code.MaxCost}
		m.Banks[0] = []value.Value{value.OfInt(3), value.OfBool(true), value.OfList(nil), value.NewMap(nil, nil),
			value.OfString(r("0123456789", 20))}
		m.Run(p)
		var tr vm.Trace
		m.Trace(p, &tr)
	}
}

// TestCostLimit holds what the checker did not see, or was told not to, to the limit when it runs.
func TestCostLimit(t *testing.T) {
	for _, src := range []string{
		shared(40) + " == " + shared(40),
		shared(40) + " in [" + shared(40) + "]",
		macros(20, "[1, 2, 3, 4, 5]", "true"),
		"[1, 2].map(x, s.replace('', s)).all(x, x.replace('', s) == '')",
		"[0, 1, 2, 3].map(x, [0, 1, 2, 3].map(y, s + s + s + s + s + s)).all(x, x.all(y, y.matches('(a|b|0|1){50}x')))",
	} {
		scope := check.Scope{Unchecked: true, Vars: []check.Var{{Name: "s", Type: types.TString}}}
		p, found := code.Compile(src, &scope, nil)
		if p == nil {
			t.Fatal(src, found)
		}
		m := vm.Machine{CostLimit: 10_000}
		m.Banks[0] = []value.Value{value.OfString(strings.Repeat("0123456789", 20))}
		for range 2 {
			// A second run starts over the limit, and must end as the first does.
			if v := m.Run(p); v.K != value.Error || v.Code() != value.CostLimit || m.Cost != m.CostLimit+1 {
				t.Errorf("%s: %s %s at cost %d", src, v.K, value.AppendText(nil, v), m.Cost)
			}
		}
	}
}

const syntaxMax = 16 << 10

// macros nests n walks over the range.
func macros(n int, rng, body string) string {
	return strings.Repeat(rng+".all(x, ", n) + body + strings.Repeat(")", n)
}

// shared is a list of two equal lists of two equal lists, n deep: 2 to the power of n values, walked one by one.
func shared(n int) string {
	s := "x"
	for range n {
		s = "cel.bind(x, [x, x], " + s + ")"
	}
	return "cel.bind(x, [s], " + s + ")"
}
