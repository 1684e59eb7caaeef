package author

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/lexer"
	yamltoken "github.com/goccy/go-yaml/token"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// formatted formats src and checks what must hold of every result.
func formatted(t *testing.T, src []byte) []byte {
	t.Helper()
	out, findings := Format("x.yaml", src)
	before, _ := yaml.Read("x.yaml", src)
	if !before.Valid() {
		if !bytes.Equal(out, src) || !yaml.Failed(findings) {
			t.Errorf("a file that cannot be read was changed:\n%s", out)
		}
		return out
	}
	after, findings := yaml.Read("x.yaml", out)
	if !after.Valid() {
		t.Fatalf("not YAML any more: %+v\n%s", findings, out)
	}
	if !bytes.Equal(meaning(t, before), meaning(t, after)) {
		t.Errorf("the meaning changed from %s to %s", before.JSON(), after.JSON())
	}
	if a, b := commentsIn(string(src)), commentsIn(string(out)); !slices.Equal(a, b) {
		t.Errorf("the comments changed from %q to %q", a, b)
	}
	if again, _ := Format("x.yaml", out); !bytes.Equal(again, out) {
		t.Errorf("formatting again changes it from\n%s\nto\n%s", out, again)
	}
	return out
}

// meaning is the canonical document.
func meaning(t *testing.T, s *yaml.Source) []byte {
	t.Helper()
	canonical, err := core.Canonical(s.JSON())
	if err != nil {
		t.Fatal(err)
	}
	return canonical
}

// commentsIn lists what a reader of YAML takes for comments, sorted.
func commentsIn(src string) (list []string) {
	for _, token := range lexer.Tokenize(src) {
		if token.Type == yamltoken.CommentType {
			list = append(list, strings.TrimRight(token.Value, " \t\r"))
		}
	}
	slices.Sort(list)
	return list
}

// TestFormat formats testdata/format/NAME.in.yaml to NAME.yaml.
func TestFormat(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/format/*.in.yaml")
	if len(files) < 6 {
		t.Fatalf("only %d files", len(files))
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(f), func(t *testing.T) {
			golden(t, strings.TrimSuffix(f, ".in.yaml")+".yaml", string(formatted(t, src)))
		})
	}
}

// TestFormatRepository formats every bundle of the repository; the digest stays, and
// those that people read are laid out as it says.
func TestFormatRepository(t *testing.T) {
	for name, src := range documents(t) {
		out := formatted(t, src)
		digest := func(src []byte) string {
			s, _ := yaml.Read(name, src)
			return core.Digest(meaning(t, s))
		}
		if digest(src) != digest(out) {
			t.Errorf("%s has another digest", name)
		}
		if !bytes.Equal(src, out) {
			t.Errorf("%s has another layout: holdfast fmt -w testdata/bundles testdata/examples", name)
		}
	}
}

// TestFormatLeaves checks what comes back as it is.
func TestFormatLeaves(t *testing.T) {
	for name, src := range map[string]string{
		"x.json": `{"version": "1.0.0",   "holdfast": 1}`,
		"x.yaml": "a: [1\n",
		"y.yaml": "",
	} {
		if out, _ := Format(name, []byte(src)); string(out) != src {
			t.Errorf("%s: %q", name, out)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, pattern := range []string{"../../testdata/format/*.yaml", "../../testdata/*/*/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if src, err := os.ReadFile(file); err == nil {
				f.Add(src[:min(len(src), 1500)])
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) <= 4096 {
			formatted(t, src)
		}
	})
}
