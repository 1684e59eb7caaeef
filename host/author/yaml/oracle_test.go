package yaml

// This file compares what Read makes of YAML with another reader.

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// outline describes a document without types: text, lists and mappings.
func (n *Node) outline(b *strings.Builder) {
	switch n.Kind {
	case List:
		b.WriteString("[")
		for _, e := range n.Items {
			e.outline(b)
			b.WriteString(",")
		}
		b.WriteString("]")
	case Mapping:
		b.WriteString("{")
		for _, m := range n.Members {
			m.Key.outline(b)
			b.WriteString(":")
			m.Value.outline(b)
			b.WriteString(",")
		}
		b.WriteString("}")
	case Text:
		fmt.Fprintf(b, "%q", n.Text)
	default:
		b.WriteString("scalar")
	}
}

// outlineOf is the same from the other reader's tree. ok is false where it has
// something that Read refuses or merges.
func outlineOf(n *yaml.Node, b *strings.Builder) (ok bool) {
	switch n.Kind {
	case yaml.DocumentNode:
		return outlineOf(n.Content[0], b)
	case yaml.AliasNode:
		return outlineOf(n.Alias, b)
	case yaml.SequenceNode:
		b.WriteString("[")
		for _, e := range n.Content {
			if !outlineOf(e, b) {
				return false
			}
			b.WriteString(",")
		}
		b.WriteString("]")
	case yaml.MappingNode:
		b.WriteString("{")
		for i, e := range n.Content {
			if i%2 == 0 && e.Tag == "!!merge" || !outlineOf(e, b) {
				return false
			}
			b.WriteString([]string{":", ","}[i%2])
		}
		b.WriteString("}")
	case yaml.ScalarNode:
		s := &Source{}
		s.load(nil)
		v := &Node{Kind: Text, Text: n.Value}
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
			if n.Value == "" {
				v.Kind = Null
			}
			s.resolve(v)
		}
		v.outline(b)
	}
	return true
}

// disputed says whether src has what the two readers are known to read
// differently: an anchor or alias with a colon in its name, where version 1.1 ends
// the name; `?` and `-` before text in brackets, a colon at their end; and line
// breaks that are none in version 1.2.
func disputes(src string) bool {
	for _, s := range []string{"&", "*", "?", "-]", "-,", "-}", ":]", ":,", ":}", "\u0085", "\u2028", "\u2029", "\uFEFF"} {
		if strings.Contains(src, s) {
			return true
		}
	}
	return false
}

// FuzzRead reads anything: within bounds, without a panic, with places inside the
// file, and, where the other reader takes the file too, with the same result.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"../../../testdata/diagnostics/yaml/*.yaml", "../../../testdata/*/*/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if src, err := os.ReadFile(file); err == nil {
				f.Add(src[:min(len(src), 2000)])
			}
		}
	}
	for _, s := range []string{"a: 'it''s\n  b'\nc: \"x\\\n  y\"\n", "a: >-\n x\n  y\n\n z\nb: |+\n\n q\n\n",
		"- - a\n  - {b: [c, d], e: &f g}\n- *f\n", "a:\n- b: c\n  d: e\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 4096 {
			return
		}
		s, findings := Read("x.yaml", src)
		for _, f := range findings {
			if f.Line < 1 || f.Line > len(s.lines) || f.Column < 1 || f.Offset > len(src) || f.EndLine < f.Line {
				t.Fatalf("a finding outside of the file: %+v", f)
			}
		}
		if !s.Valid() {
			if !Failed(findings) {
				t.Fatal("refused without a word")
			}
			return
		}
		checkRuns(t, s, s.Root)
		again, findings := Read("x.json", s.JSON())
		if len(findings) > 0 || !same(s.Root, again.Root) {
			t.Fatalf("the JSON %s does not say the same: %+v", s.JSON(), findings)
		}
		if _, err := core.Canonical(s.JSON()); err != nil {
			t.Fatalf("the core does not take %s: %v", s.JSON(), err)
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(s.text, &doc); err != nil || doc.Kind == 0 || disputes(string(src)) {
			return
		}
		var ours, theirs strings.Builder
		s.Root.outline(&ours)
		if outlineOf(&doc, &theirs) && ours.String() != theirs.String() {
			t.Fatalf("read differently:\n%s\n%s", ours.String(), theirs.String())
		}
	})
}

// FuzzJSON holds the reader of .json files to the core's: both take the same
// documents and read the same in them.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0,2.50,1e3,1E-7,"x\u00e9\/\n",true,null,{}]}`, `{"a":1,"\u0061":2}`,
		`["\ud83d\ude00","\ud800"]`, `[9007199254740993,1e400,0.1234567890123456789,1.0000000000000001,1e20,123e-400]`,
		"[1] x", `[01]`, `{"a" : [ ] , }`, "\t[\r\n]\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 4096 {
			return
		}
		want, err := core.Canonical(src)
		s, findings := Read("x.json", src)
		if s.Valid() != (err == nil) {
			// The file's form is the author's affair: a byte order mark, and line ends in
			// text, are no matter of the document.
			if bytes.ContainsAny(src, "\r\uFEFF") || s.has(codes.LimitFileDepth) {
				return
			}
			// Control characters the core takes are reported, since no author means them.
			if s.has(codes.YAMLControl) {
				return
			}
			t.Fatalf("the core says %v, the reader %+v", err, findings)
		}
		if err != nil {
			return
		}
		got, err := core.Canonical(s.JSON())
		if err != nil || string(got) != string(want) {
			t.Fatalf("%s is read as %s, %v", want, got, err)
		}
	})
}

// checkRuns checks that the places of all texts are in the file and cover the text.
func checkRuns(t *testing.T, s *Source, n *Node) {
	if n.start < 0 || n.end < n.start || n.end > len(s.text) {
		t.Fatalf("%q is at %d to %d", n.Text, n.start, n.end)
	}
	at := 0
	for _, r := range n.runs {
		if r.at != at || r.pos < n.start || r.pos+r.length > len(s.text) {
			t.Fatalf("%q: %+v", n.Text, n.runs)
		}
		stands := strings.ReplaceAll(string(s.text[r.pos:r.pos+r.length]), "\n", " ") // as a folded line break does
		if r.size == r.length && strings.ReplaceAll(n.Text[r.at:r.at+r.size], "\n", " ") != stands && r.size > 1 {
			t.Fatalf("%q is at %q", n.Text[r.at:r.at+r.size], s.text[r.pos:r.pos+r.length])
		}
		at += r.size
	}
	if n.Kind == Text && at != len(n.Text) {
		t.Fatalf("%q: %+v", n.Text, n.runs)
	}
	for _, e := range n.Items {
		checkRuns(t, s, e)
	}
	for _, m := range n.Members {
		checkRuns(t, s, m.Key)
		checkRuns(t, s, m.Value)
	}
}
