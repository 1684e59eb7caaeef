package yaml

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// TestScalars reads one text in every style and finds each word of it again in
// the source.
func TestScalars(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"plain", "k: one two three\n", "one two three"},
		{"plain with comment", "k:   one two   # three\n", "one two"},
		{"plain lines", "k: one\n  two\n\n  three\nz: 1\n", "one two\nthree"},
		{"plain wide", "k: ä 日本 one 🙂 two\n", "ä 日本 one 🙂 two"},
		{"plain in brackets", "k: [one two, three]\n", "one two"},
		{"plain lines in brackets", "k: [one\n two, three]\n", "one two"},
		{"plain after a tab", "k:\tone\ttwo\n", "one\ttwo"},
		{"plain, CRLF", "a: 1\r\nk: one\r\n  two\r\n", "one two"},
		{"plain after BOM", "\xEF\xBB\xBFk: one\n", "one"},
		{"single", "k: 'one ''two'' three'\n", "one 'two' three"},
		{"single lines", "k: 'one\n  two\n\n\n  three'\n", "one two\n\nthree"},
		{"double", `k: "one\ttwo \"three\" four"` + "\n", "one\ttwo \"three\" four"},
		{"double escapes", `k: "\u00e9\x41\U0001F600 one \uD83D\uDE00 two"` + "\n", "éA😀 one 😀 two"},
		{"double lines", "k: \"one \\\n    two\n  three\\n four\"\n", "one two three\n four"},
		{"double blanks", "k: \"one   \n   two\\  \n   three\"\n", "one two  three"},
		{"literal", "k: |\n  one\n    two\n\n  three\n", "one\n  two\n\nthree\n"},
		{"literal strip", "k: |-\n  one\n  two\n\n", "one\ntwo"},
		{"literal keep", "k: |+\n  one\n\n\nz: 1\n", "one\n\n\n"},
		{"literal indented", "k: |2\n    one\n   two\n", "  one\n two\n"},
		{"literal at end", "k: |\n  one", "one\n"},
		{"literal in list", "k:\n- |\n one\n two\n", "one\ntwo\n"},
		{"literal with tab", "k: |\n  \tone\n  two\n", "\tone\ntwo\n"},
		{"literal with comment", "k: | # note\n  # one\n  two\n# end\n", "# one\ntwo\n"},
		{"folded", "k: >\n  one\n  two\n\n  three\n", "one two\nthree\n"},
		{"folded strip", "k: >-\n  one\n  two\n", "one two"},
		{"folded with indented lines", "k: >\n  one\n\n    two\n    three\n\n  four\n  five\n",
			"one\n\n  two\n  three\n\nfour five\n"},
		{"folded, many empty lines", "k: >\n  one" + strings.Repeat("\n", 40) + "  two\n",
			"one" + strings.Repeat("\n", 39) + "two\n"},
		{"folded, leading lines", "k: >-\n\n\n  one\n", "\n\none"},
		{"empty literal", "k: |\nz: 1\n", ""},
		{"empty quotes", "k: ''\nz: 1\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, findings := Read("x.yaml", []byte(c.yaml))
			if len(findings) > 0 {
				t.Fatalf("%+v", findings)
			}
			v := s.Root.Get("k")
			if v.Kind == List {
				v = v.Items[0]
			}
			if v.Kind != Text || v.Text != c.want {
				t.Fatalf("got %q, want %q", v.Text, c.want)
			}
			for _, w := range []string{"one", "two", "three", "four", "five", "日本", "🙂"} {
				i := strings.Index(v.Text, w)
				if i < 0 {
					continue
				}
				start, end := v.place(i, i+len(w))
				if got := string(s.text[start:end]); got != w {
					t.Errorf("%q is at %q", w, got)
				}
			}
			if start, end := v.place(0, len(v.Text)); start < v.start || end > len(s.text) || start > end {
				t.Errorf("the whole is at %d to %d", start, end)
			}
		})
	}
}

// TestRuns checks that a character made by an escape is found as that escape, and a
// folded line break as the break.
func TestRuns(t *testing.T) {
	for _, c := range []struct{ yaml, part, want string }{
		{`k: "a\u00e9b"`, "é", `\u00e9`},
		{`k: "a\tb"`, "\t", `\t`},
		{`k: "\uD83D\uDE00"`, "😀", `\uD83D\uDE00`},
		{`k: 'it''s'`, "'", `''`},
		{`k: "x\"y"`, `"y`, `\"y`},
		{"k: a\n  b", " ", "\n  "},
		{"k: |\n  a\n  b", "\n", "\n  "},
		{"k: >-\n  a\n  b", "a b", "a\n  b"},
	} {
		s, findings := Read("x.yaml", []byte(c.yaml))
		if len(findings) > 0 {
			t.Fatalf("%s: %+v", c.yaml, findings)
		}
		v := s.Root.Get("k")
		i := strings.Index(v.Text, c.part)
		start, end := v.place(i, i+len(c.part))
		if got := string(s.text[start:end]); got != c.want {
			t.Errorf("%s: %q is at %q, want %q", c.yaml, c.part, got, c.want)
		}
	}
}

// TestPosition looks up places by JSON Pointer, as line:column-endLine:endColumn.
func TestPosition(t *testing.T) {
	src := "\xEF\xBB\xBFholdfast: 1\r\nstate:\r\n  \"m/n\":\r\n    type: &t {enum: [a, b]}\r\n" +
		"    owner: [ä, \"b\\tc\"]\r\nsame: *t\r\nmore: {<<: *t}\r\nlist:\r\n  - require: >-\r\n      a &&\r\n      b\r\n"
	s, findings := Read("x.yaml", []byte(src))
	if len(findings) > 0 {
		t.Fatalf("%+v", findings)
	}
	for _, c := range []struct {
		pointer  string
		key      bool
		off, end int
		want     string
		text     string // what the file has there
	}{
		{"/holdfast", false, 0, 0, "1:11-1:12", "1\r"},
		{"/holdfast", true, 0, 0, "1:1-1:9", "holdfast"},
		{"/state", false, 0, 0, "2:1-2:6", "state:"},
		{"/state/m~1n", true, 0, 0, "3:4-3:7", `m/n":`},
		{"/state/m~1n/owner/0", false, 0, 0, "5:13-5:14", "ä,"},
		{"/state/m~1n/owner/1", false, 1, 2, "5:18-5:20", `\tc"`},
		{"/same/enum/1", false, 0, 0, "4:25-4:26", "b]}"},
		{"/more/enum/0", false, 0, 0, "4:22-4:23", "a, b]}"},
		{"/list/0/require", false, 5, 6, "11:7-11:8", "b\r"},
		{"/list/0/require", false, 3, 3, "10:10-10:10", "&\r"},
		{"/list/0/require", false, 0, 0, "9:5-9:12", "require: >-"},
		{"/list/0", false, 0, 0, "9:5-9:12", "require: >-"},
	} {
		p, found := s.Position(c.pointer, c.key, c.off, c.end)
		line := strings.Split(strings.TrimPrefix(src, "\xEF\xBB\xBF"), "\r\n")[p.Line-1]
		if got := placeString(p); !found || got != c.want || p.Excerpt != line || !strings.HasPrefix(src[p.Offset:], c.text) {
			t.Errorf("%s %v %d %d: %s %q at %q, want %s", c.pointer, c.key, c.off, c.end, got, p.Excerpt, src[p.Offset:], c.want)
		}
	}
	if p, found := s.Position("/state/m~1n/nothing/at/all", false, 0, 0); found || placeString(p) != "3:3-3:8" {
		t.Errorf("a place that is not there: %v %s", found, placeString(p))
	}
}

func placeString(p Place) string {
	return strings.Join([]string{strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column),
		strconv.Itoa(p.EndLine) + ":" + strconv.Itoa(p.EndColumn)}, "-")
}

// TestCoreSchema says what words without quotes are.
func TestCoreSchema(t *testing.T) {
	for in, want := range map[string]string{
		"on": `"on"`, "yes": `"yes"`, "no": `"no"`, "Off": `"Off"`, "true": "true", "False": "false", "~": "null",
		"null": "null", "": "null", "1": "1", "-0": "0", "+7": "7", "0x1F": "31", "0o17": "15", "1.50": "1.5", "1e3": "1000",
		".5": "0.5", "5.": "5", "1e-7": "1e-07", "1e21": "1e+21", "9007199254740991": "9007199254740991", "0.1": "0.1",
		"-": codes.YAMLIndent, "2024-01-01": `"2024-01-01"`, "2024-01-01T00:00:00Z": `"2024-01-01T00:00:00Z"`,
		"300s": `"300s"`, "1.0.0": `"1.0.0"`, "1h30m": `"1h30m"`, "0b1x": `"0b1x"`, "a#b": `"a#b"`, "a:b": `"a:b"`,
		"=": `"="`, "nullable": `"nullable"`, "'1'": `"1"`, `"true"`: `"true"`, "<<": `"<<"`, "010": codes.YAMLNumber,
		"1_000": codes.YAMLNumber, "12:30": codes.YAMLNumber, "0b11": codes.YAMLNumber, "-0x1F": codes.YAMLNumber,
		".inf": codes.YAMLNumber, ".nan": codes.YAMLNumber, "9007199254740992": codes.JSONNumberRange,
		"1e400": codes.JSONNumberRange, "1e-400": codes.JSONNumberRange, "0xFFFFFFFFFFFFFFFF": codes.JSONNumberRange,
		"1e20": codes.JSONNumberRange, "0.1234567890123456789": codes.JSONNumberPrecision,
		"1.0000000000000001": codes.JSONNumberPrecision,
	} {
		s, findings := Read("x.yaml", []byte("k: "+in+"\n"))
		got := strings.TrimSuffix(strings.TrimPrefix(string(s.JSON()), `{"k":`), "}")
		if len(findings) > 0 {
			got = findings[0].Code
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// TestHostile reads what is built to hurt; each is refused with its code, or read.
func TestHostile(t *testing.T) {
	laughs := "a0: &a0 [lol, lol]\n"
	for i := 1; i < 40; i++ {
		laughs += "a" + strconv.Itoa(i) + ": &a" + strconv.Itoa(i) + " [" +
			strings.TrimSuffix(strings.Repeat("*a"+strconv.Itoa(i-1)+", ", 9), ", ") + "]\n"
	}
	big := "a: &a '" + strings.Repeat("x", 500_000) + "'\nb: [" +
		strings.TrimSuffix(strings.Repeat("*a, ", 1000), ", ") + "]\n"
	merges := "m0: &m0 {a: " + strings.Repeat("x", 1000) + "}\n"
	for i := 1; i < 40; i++ {
		merges += "m" + strconv.Itoa(i) + ": &m" + strconv.Itoa(i) + " {x: *m" + strconv.Itoa(i-1) + ", y: *m" +
			strconv.Itoa(i-1) + ", <<: *m" + strconv.Itoa(i-1) + "}\n"
	}
	for name, c := range map[string]struct{ src, code string }{
		"billion laughs": {laughs, codes.LimitFileExpansion},
		"large text":     {big, codes.LimitFileExpansion},
		"merges":         {merges, codes.LimitFileExpansion},
		"itself":         {"a: &a [*a]\n", codes.YAMLAlias},
		"brackets":       {"a: " + strings.Repeat("[", 1<<19), codes.LimitFileDepth},
		"braces":         {"a: " + strings.Repeat("{a: ", 1<<17), codes.LimitFileDepth},
		"deep brackets":  {"a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), codes.LimitFileDepth},
		"many deep": {"a:\n" + strings.Repeat("- "+strings.Repeat("[", 900)+strings.Repeat("]", 900)+"\n", 100),
			codes.LimitFileDepth},
		"dashes":                 {strings.Repeat("- ", 1<<18), codes.LimitFileDepth},
		"question marks":         {strings.Repeat("? ", 1<<18), codes.LimitFileDepth},
		"deep lines":             {deep(500), codes.LimitFileDepth},
		"documents":              {strings.Repeat("---\n", 1<<17), codes.YAMLDocuments},
		"empty lines":            {"a: |\n x" + strings.Repeat("\n", 1<<19) + " y\n", ""},
		"empty lines below text": {"a: >\n  x\n" + strings.Repeat("\n", 1<<18) + "b: 1\n", ""},
		"merges of many": {"a: &a {" + strings.ReplaceAll(keys(5000), "\n", ", ") + "}\nb: {<<: [" +
			strings.Repeat("*a, ", 100_000) + "]}\n", codes.LimitFileExpansion},
		"tabs in quotes":  {"a: \"" + strings.Repeat("\t", 1<<19) + "x\"\n", ""},
		"anchors":         {"a: " + strings.Repeat("&a ", 1<<17), codes.YAMLSyntax},
		"tags":            {"a: " + strings.Repeat("!a ", 1<<17), codes.YAMLTag},
		"keys":            {keys(10_000), ""},
		"too many keys":   {keys(50_000), codes.LimitFileKeys},
		"flow mappings":   {"a: [" + strings.Repeat("{a: 1}, ", 50_000) + "]\n", ""},
		"same keys":       {strings.Repeat("a: 1\n", 9_000), codes.YAMLDuplicateKey},
		"quotes":          {strings.Repeat("'", 1<<18), ""},
		"size":            {strings.Repeat("#", MaxFile+1), codes.LimitFileSize},
		"not UTF-8":       {"a: \xff\n", codes.YAMLUTF8},
		"control":         {"a: \x00\n", codes.YAMLControl},
		"carriage return": {"a: 1\rb: 2\n", codes.YAMLControl},
		"nothing":         {"", codes.YAMLEmpty},
		"comments":        {"# a\n\n# b", codes.YAMLEmpty},
	} {
		t.Run(name, func(t *testing.T) {
			s, findings := Read("x.yaml", []byte(c.src))
			if c.code == "" {
				if len(findings) > 0 {
					t.Errorf("%.500v", findings[0])
				}
				return
			}
			if s.Valid() || s.JSON() != nil || len(findings) == 0 || !s.has(c.code) {
				t.Errorf("%.300v, want %s", findings, c.code)
			}
		})
	}
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func keys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("k" + strconv.Itoa(i) + ": 1\n")
	}
	return b.String()
}

// TestJSON holds .json files to JSON.
func TestJSON(t *testing.T) {
	for src, want := range map[string]string{
		`{"a": [1, 2.50, "x\u00e9\/", true, null], "b": {}}`: "",
		`{"a": 1,}`:            "1:9 " + codes.JSONSyntax,
		`{'a': 1}`:             "1:2 " + codes.JSONSyntax,
		`{a: 1}`:               "1:2 " + codes.JSONSyntax,
		`{"a": 01}`:            "1:8 " + codes.JSONSyntax,
		`{"a": 1} x`:           "1:10 " + codes.JSONTrailingBytes,
		`{"a": 1, "\u0061":2}`: "1:10 " + codes.JSONDuplicateKey,
		`{"a": "\ud800"}`:      "1:8 " + codes.JSONLoneSurrogate,
		`{"a": "\x41"}`:        "1:8 " + codes.JSONSyntax,
		`{"a": 1e400}`:         "1:7 " + codes.JSONNumberRange,
		"{\"a\": \"\t\"}":      "1:8 " + codes.JSONSyntax,
		`{"a": [1, 2}`:         "1:12 " + codes.JSONSyntax,
		`# no`:                 "1:1 " + codes.JSONSyntax,
		`{"a"`:                 "1:5 " + codes.JSONSyntax,
		``:                     "1:1 " + codes.JSONSyntax,
	} {
		_, findings := Read("x.json", []byte(src))
		got := ""
		if len(findings) > 0 {
			f := findings[0]
			got = strconv.Itoa(f.Line) + ":" + strconv.Itoa(f.Column) + " " + f.Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
	s, _ := Read("x.json", []byte(`{"a": ["x\ty"]}`))
	if p, _ := s.Position("/a/0", false, 1, 2); placeString(p) != "1:10-1:12" {
		t.Errorf("the tab is at %s", placeString(p))
	}
}

// TestMistakesInNothing looks for mistakes in files that have none.
func TestMistakesInNothing(t *testing.T) {
	files, _ := filepath.Glob("../../../testdata/*/*/*.yaml")
	if len(files) < 4 {
		t.Fatal("no bundles to read")
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(filepath.Dir(f)) == "yaml" && filepath.Base(filepath.Dir(filepath.Dir(f))) == "diagnostics" {
			continue
		}
		if _, findings := Read(f, src); len(findings) > 0 {
			t.Errorf("%+v", findings)
		}
		m := &mistakes{Source: &Source{Name: f}}
		m.load(src)
		m.scan()
		if len(m.findings) > 0 {
			t.Errorf("%+v", m.findings)
		}
	}
}
