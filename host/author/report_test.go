package author

import (
	"strings"
	"testing"

	json "github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

func reported(t *testing.T, findings []yaml.Finding, style Style) string {
	t.Helper()
	var b strings.Builder
	if err := Report(&b, findings, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReportUnderlines checks that carets are below what they mean, whatever the
// width of the characters before them.
func TestReportUnderlines(t *testing.T) {
	for src, want := range map[string]string{
		"k: [a, 010]":             "k: [a, 010]\n       ^^^",
		"k:\t[a,\t010]":           "k:  [a, 010]\n        ^^^",
		"k: [日本, 010]":            "k: [日本, 010]\n          ^^^",
		"k: [e\u0301a, 010]":      "k: [e\u0301a, 010]\n        ^^^",
		"k: [a\u200bb, 010]":      "k: [a<U+200B>b, 010]\n                ^^^",
		"k: [ｶﾅ, ＡＢ, 010]":        "k: [ｶﾅ, ＡＢ, 010]\n              ^^^",
		"k: [\"\u202eab\", 010]":  "k: [\"<U+202E>ab\", 010]\n                  ^^^",
		"long: [aaaa, bbbb, 010]": "… , bbbb, 010]\n          ^^^",
		"long: [010, aaaa, bbbb]": "long: [010, …\n       ^^^",
	} {
		style := Style{}
		if strings.HasPrefix(src, "long") {
			style.Width = 12
		}
		_, findings := yaml.Read("x.yaml", []byte(src))
		lines := strings.Split(reported(t, findings, style), "\n")
		if len(lines) < 3 || len(findings) != 1 {
			t.Fatalf("%q: %v", src, findings)
		}
		got := strings.TrimPrefix(lines[1], "    1 | ") + "\n" + strings.TrimPrefix(lines[2], "      | ")
		if got != want {
			t.Errorf("%q is shown as\n%s\nwant\n%s", src, got, want)
		}
	}
}

// TestReportForms checks colours, the JSON form and the limit.
func TestReportForms(t *testing.T) {
	_, findings := yaml.Read("x.yaml", []byte("a: 010\na: 1\n"))
	if s := reported(t, findings, Style{}); strings.Contains(s, "\x1b") ||
		!strings.HasSuffix(s, "2 errors, 0 warnings.\n") {
		t.Errorf("%q", s)
	}
	colored := reported(t, findings, Style{Color: true})
	if strings.Count(colored, "\x1b[") == 0 || strings.Count(colored, "\x1b[")%2 != 0 {
		t.Errorf("%q", colored)
	}
	plain := strings.NewReplacer("\x1b[1m", "", "\x1b[1;31m", "", "\x1b[1;34m", "", "\x1b[36m", "", "\x1b[0m",
		"").Replace(colored)
	if plain != reported(t, findings, Style{}) {
		t.Errorf("without colours it says %q", plain)
	}
	var r struct {
		Findings []map[string]any
		Errors   int
		Warnings int
	}
	if err := json.Unmarshal([]byte(reported(t, findings, Style{JSON: true})), &r); err != nil {
		t.Fatal(err)
	}
	f := r.Findings[1]
	if r.Errors != 2 || f["file"] != "x.yaml" || f["line"] != 2.0 || f["column"] != 1.0 || f["endColumn"] != 2.0 ||
		f["offset"] != 7.0 || f["excerpt"] != "a: 1" ||
		f["code"] != codes.YAMLDuplicateKey || f["severity"] != "error" || f["related"].(map[string]any)["line"] != 1.0 {
		t.Errorf("%+v", r)
	}
	if s := reported(t, nil, Style{JSON: true}); s != `{"findings":[],"errors":0,"warnings":0}`+"\n" {
		t.Error(s)
	}
	if s := reported(t, nil, Style{}); s != "" {
		t.Error(s)
	}
	_, findings = yaml.Read("x.yaml", []byte(strings.Repeat("- 010\n", 150)))
	if s := reported(t, findings, Style{}); strings.Count(s, codes.YAMLNumber) != yaml.MaxFindings ||
		!strings.HasSuffix(s, "150 errors, 0 warnings; the first 100 are shown.\n") {
		t.Errorf("%d findings, %q", strings.Count(s, codes.YAMLNumber), s[len(s)-60:])
	}
}

// TestReportIsBounded: a report of what is built to hurt stays short.
func TestReportIsBounded(t *testing.T) {
	for name, src := range map[string]string{
		"brackets":  "a: " + strings.Repeat("[", 1<<19),
		"tags":      "a: " + strings.Repeat("!a ", 1<<17),
		"keys":      strings.Repeat("a: 1\n", 9_000),
		"not UTF-8": strings.Repeat("\xff", 1<<19),
		"numbers":   strings.Repeat("- 010\n", 9_000),
		"size":      strings.Repeat("#", yaml.MaxFile+1),
	} {
		_, findings := yaml.Read("x.yaml", []byte(src))
		if report := reported(t, findings, Style{}); len(findings) == 0 || len(report) > 1<<20 {
			t.Errorf("%s: %d findings, a report of %d bytes", name, len(findings), len(report))
		}
	}
}

// FuzzReport renders what is found in anything.
func FuzzReport(f *testing.F) {
	for _, s := range []string{"a: 010\n", "a: [\u202e, 010]\n", "a: \"x\n", "\ta: \xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		_, findings := yaml.Read("x.yaml", src[:min(len(src), 4096)])
		reported(t, findings, Style{Color: true})
		reported(t, findings, Style{JSON: true})
	})
}
