package yaml

// This file tests texts below | and > with comments behind them, in every combination, against another reader.

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// blockDocuments makes documents with a text below | or >.
func blockDocuments(yield func(src string)) {
	texts := []string{"", "\n", "\n\n", "  text\n", "  text\n\n", "  text\n\n  more\n", "    text\n  \n", "  # inside\n",
		"  \n", " \n"}
	comments := []string{"", "# c\n", " # c\n", "   # c\n", "\n# c\n", "# c\n  # d\n", "# c", "# c\n\n", " \n# c\n# d\n",
		"# c: |\n", "# c\n...\n", "\t# c\n"}
	for _, head := range []string{"|", ">", "|-", ">+", "|+", ">2", "|1-", "|-2", "| # head", ">+2 # head: |"} {
		for _, text := range texts {
			for _, comment := range comments {
				for _, where := range []struct{ before, indent, after string }{
					{"a: ", "", ""}, {"a: ", "", "b: t\n"}, {"a: &x ", "", "b: *x\n"}, {"a: ", "", "b: |\n  t\n# e\n"},
					{"l:\n- ", "", "- t\n"}, {"l:\n  - ", "  ", "b: t\n"}, {"m:\n  a: ", "  ", "  b: t\n"},
					{"m:\n  l:\n  - ", "  ", "  - t\n"}, {"l:\n- a: ", "  ", "  b: t\n"}, {"l:\n- - ", "  ", "- t\n"},
				} {
					if where.after != "" && (comment == "# c" || strings.Contains(comment, "...")) {
						continue
					}
					var lines strings.Builder
					for line := range strings.Lines(text) {
						lines.WriteString(where.indent + line)
					}
					yield(where.before + head + "\n" + lines.String() + comment + where.after)
				}
			}
		}
	}
}

// TestCommentBehindEmptyText: a comment behind a text below | or > is a comment, also where the text is empty.
func TestCommentBehindEmptyText(t *testing.T) {
	compared := 0
	blockDocuments(func(src string) {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(src), &doc); err != nil {
			return // it takes no comment that is indented by a tab, for one
		}
		s, findings := Read("x.yaml", []byte(src))
		if !s.Valid() {
			// The specification refuses blank lines that are wider than the first with text; the other reader does not.
			if len(findings) != 1 || findings[0].Code != codes.YAMLUnclear {
				t.Errorf("%q: %+v", src, findings)
			}
			return
		}
		var ours, theirs strings.Builder
		s.Root.outline(&ours)
		if outlineOf(&doc, &theirs) && ours.String() != theirs.String() {
			t.Errorf("%q is read as\n%s\n%s", src, ours.String(), theirs.String())
		}
		checkRuns(t, s, s.Root)
		compared++
	})
	if compared < 5000 {
		t.Errorf("only %d documents were compared", compared)
	}
}

// TestTextThatLooksLikeABlock: what only looks like a text below | is read as it is.
func TestTextThatLooksLikeABlock(t *testing.T) {
	for src, want := range map[string]string{
		"a: |+\n# c\nb: \"x\n  c: |\n    y\"\nd: e\n": `{"a":"","b":"x c: | y","d":"e"}`,
		"a: >\n# c\nb: 'x\n  - |\n # no\n  y'\n":      `{"a":"","b":"x - | # no y"}`,
		"a: |\n# c\nb: {c: d, # e: |\n  f: g}\n":      `{"a":"","b":{"c":"d","f":"g"}}`,
		"a: |\n# c\n# b: |\nc: d\n":                   `{"a":"","c":"d"}`,
		"a: |\n# c\nb: x | y\n":                       `{"a":"","b":"x | y"}`,
		"a: |\n# c\nb: |\n  c: |\n  # d\n\n# e\n":     `{"a":"","b":"c: |\n# d\n"}`,
		"a: |\r\n# c\r\nb: |-\r\n  t\r\n# e\r\n":      `{"a":"","b":"t"}`,
		"a:\t|\n# c\nb: t\n":                          `{"a":"","b":"t"}`,
	} {
		s, findings := Read("x.yaml", []byte(src))
		if !s.Valid() || string(s.JSON()) != want {
			t.Errorf("%q: %s %+v", src, s.JSON(), findings)
		}
	}
	// What is wrong stays wrong, and is told where it is.
	for src, line := range map[string]int{"a: |\n# c\nb: [\n": 3, "a: |\n# c\nb: t\nc: d\ne: f: g\n": 5,
		"a: |+\n# c\nb: 'x\n": 3} {
		s, findings := Read("x.yaml", []byte(src))
		if s.Valid() || len(findings) == 0 || findings[0].Line != line {
			t.Errorf("%q: %+v", src, findings)
		}
	}
}
