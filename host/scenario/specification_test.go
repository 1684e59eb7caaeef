package scenario

// This file holds core/SPECIFICATION.md to the code: its bundle loads without a warning, and its decision is what
// that bundle gives.

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
)

func TestSpecification(t *testing.T) {
	page, err := os.ReadFile("../../core/SPECIFICATION.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(lang string) string {
		return string(regexp.MustCompile("(?s)```" + lang + "\n(.*?)```").FindSubmatch(page)[1])
	}
	built, findings := author.Build("specification.yaml", author.Options{
		Engine:   host.Native(),
		ReadFile: func(string) ([]byte, error) { return []byte(block("yaml")), nil },
	})
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	bundle, err := host.Native().Load(built.Document)
	if err != nil {
		t.Fatal(err)
	}
	session, err := bundle.Open("specification")
	if err != nil {
		t.Fatal(err)
	}
	var decision []byte
	for _, to := range []string{"task", "spec"} {
		at := map[string]string{"task": "1767225600000", "spec": "1767225601000"}[to]
		decision, err = session.Decide([]byte(`{"action":"enter","actor":{"id":"u1","kind":"user"},"args":{"drift":3,"to":"` +
			to + `"},"at":` + at + `,"reasons":["request"]}`))
		if err != nil {
			t.Fatal(err)
		}
	}
	want := strings.ReplaceAll(block("json"), "\n ", "")
	want = regexp.QuoteMeta(strings.TrimSpace(want))
	want = strings.ReplaceAll(want, "sha256:…", "sha256:[0-9a-f]{64}")
	if !regexp.MustCompile("^" + want + "$").Match(decision) {
		t.Errorf("the page shows\n%s\nand it is\n%s", block("json"), decision)
	}
}
