package code_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

var update = flag.Bool("update", false, "rewrite testdata with what is found")

// finding is one line of testdata/diagnostics/expr.jsonl. A line with the same
// src as the one before is the next finding about it.
type finding struct {
	Src     string `json:"src"`
	Want    string `json:"want,omitempty"` // type wanted: bool (the default), stance, int, refusal, any
	Code    string `json:"code"`
	Off     int    `json:"off"`
	End     int    `json:"end"`
	At      string `json:"at"` // the text from off to end, for people who read the file
	Message string `json:"message"`
	Hint    string `json:"hint"`
	Warning bool   `json:"warning,omitempty"`
}

// bundleScope is the scope of the expressions in testdata/diagnostics: much like a require in a bundle.
func bundleScope() (*check.Scope, map[string]*types.Type) {
	members := func(name string, m ...string) *types.Type {
		t := &types.Type{Kind: types.Enum, Name: name, Members: m}
		for _, s := range m {
			t.Values = append(t.Values, value.OfString(s))
		}
		return t
	}
	stance := members("stance", "chat", "task", "spec", "debug", "automatic")
	phase := members("phase", "draft", "review", "done")
	str := func(n int) *types.Type { return &types.Type{Kind: types.String, Len: n} }
	list := func(e *types.Type, n int) *types.Type { return &types.Type{Kind: types.List, Elem: e, Len: n} }
	refusal := &types.Type{Kind: types.Record, Name: "refusal",
		Fields: []types.Field{{Name: "by", Type: str(64)}, {Name: "reason", Type: str(200)}}}
	limit, rate := value.OfInt(5), value.OfDouble(0.5)
	tolerance := value.NewMap(append([]value.Value(nil), stance.Values...),
		[]value.Value{value.OfInt(1), value.OfInt(2), value.OfInt(3), value.OfInt(4), value.OfInt(5)})
	s := &check.Scope{
		Enums:    []*types.Type{stance, phase},
		Patterns: []string{"oracular", "urgent"},
		Roots: []check.Root{
			{Name: "constants",
				Fields: []check.Var{{Name: "tolerance", Type: types.MapOf(stance, types.TInt), Const: &tolerance},
					{Name: "limit", Type: types.TInt, Const: &limit}, {Name: "rate", Type: types.TDouble, Const: &rate}}},
			{Name: "state", Bank: 1,
				Fields: []check.Var{{Name: "mode", Type: stance}, {Name: "phase", Type: phase},
					{Name: "settled", Type: types.TBool}, {Name: "load", Type: types.TInt}, {Name: "share", Type: types.TDouble},
					{Name: "owner", Type: str(64)}, {Name: "due", Type: types.TTimestamp}}},
			{Name: "args", Bank: 2,
				Fields: []check.Var{{Name: "to", Type: stance},
					{Name: "drift", Type: &types.Type{Kind: types.Int, Bounded: true, Max: 100}}, {Name: "text", Type: str(4096)},
					{Name: "tags", Type: list(str(64), 20)}, {Name: "wait", Type: types.TDuration}}},
			{Name: "logs", Bank: 3, Fields: []check.Var{{Name: "refusals", Type: list(refusal, 1000)}}},
			{Name: "proposal", Bank: 4,
				Fields: []check.Var{{Name: "at", Type: types.TTimestamp}, {Name: "reasons", Type: list(str(64), 16)}}},
			{Name: "next", Missing: "next is not known in a require; use ensure"},
		},
	}
	return s, map[string]*types.Type{"": types.TBool, "bool": types.TBool, "stance": stance, "int": types.TInt,
		"refusal": refusal, "any": nil}
}

// TestDiagnostics holds every message, place and hint to testdata/diagnostics/expr.jsonl.
func TestDiagnostics(t *testing.T) {
	const file = "../../../testdata/diagnostics/expr.jsonl"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	type asked struct{ src, want string }
	var order []asked
	wanted := map[asked][]finding{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		var f finding
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		k := asked{f.Src, f.Want}
		if wanted[k] == nil {
			order = append(order, k)
		}
		wanted[k] = append(wanted[k], f)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, k := range order {
		scope, wants := bundleScope()
		want, ok := wants[k.want]
		if !ok {
			t.Fatalf("%s: no type %s", k.src, k.want)
		}
		p, found := code.Compile(k.src, scope, want)
		if failed := len(found) > 0 && !found[len(found)-1].Warning; (p == nil) != failed || len(found) == 0 {
			t.Errorf("%s: a program %v, findings %v", k.src, p != nil, found)
		}
		var got []finding
		for _, d := range found {
			if d.Off < 0 || d.End < d.Off || d.End > len(k.src) {
				t.Fatalf("%s: the finding %s has no place: %d to %d", k.src, d.Code, d.Off, d.End)
			}
			if d.Hint == "" || d.Message == "" || strings.ToLower(d.Message[:1]) != d.Message[:1] {
				t.Errorf("%s: %q (%q) teaches nothing, or not as the others do", k.src, d.Message, d.Hint)
			}
			f := finding{Src: k.src, Want: k.want, Code: d.Code, Off: d.Off, End: d.End, At: k.src[d.Off:d.End],
				Message: d.Message, Hint: d.Hint, Warning: d.Warning}
			got = append(got, f)
			if err := enc.Encode(f); err != nil {
				t.Fatal(err)
			}
		}
		for i := 0; !*update && i < max(len(got), len(wanted[k])); i++ {
			var g, w finding
			if i < len(got) {
				g = got[i]
			}
			if i < len(wanted[k]) {
				w = wanted[k][i]
			}
			if g != w {
				t.Errorf("%s\n got %+v\nwant %+v", k.src, g, w)
			}
		}
	}
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(string(data), "\n"); n < 60 {
		t.Errorf("only %d findings", n)
	}
}

// TestComparison holds our lines in COMPARISON.md to what is said.
func TestComparison(t *testing.T) {
	data, err := os.ReadFile("../../../testdata/diagnostics/COMPARISON.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(data), "\n## ")[1:]
	n := 0
	for _, section := range sections {
		number, rest, _ := strings.Cut(section, ". `")
		src, rest, is := strings.Cut(rest, "`\n\n```text\n")
		if !is || strings.Contains(number, " ") {
			continue // words about all of it
		}
		n++
		ours, _, _ := strings.Cut(rest, "cel-go ")
		scope, _ := bundleScope()
		_, found := code.Compile(src, scope, types.TBool)
		want := ""
		for _, d := range found {
			want += "Holdfast  " + d.Code + " at " + src[d.Off:d.End] + "\n          " + d.Message + "\n          " +
				d.Hint + "\n"
		}
		if !slices.Equal(strings.Fields(ours), strings.Fields(want)) { // the page breaks long lines
			t.Errorf("%s\n got %s\nwant %s", src, ours, want)
		}
	}
	if n < 25 {
		t.Errorf("only %d mistakes are compared", n)
	}
}
