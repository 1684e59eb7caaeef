package signature

// This file reads testdata/signature, as the TypeScript SDK does.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-json"
)

func TestCases(t *testing.T) {
	files, err := filepath.Glob("../../testdata/signature/*.json")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Name, Text, Note, Code, Signer string
			Keys                           []string
		}
		if err := json.Unmarshal(src, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		t.Run(c.Name, func(t *testing.T) {
			keys := new(Keys)
			var err error
			if len(c.Keys) > 0 {
				keys, err = ParseKeys([]byte(strings.Join(c.Keys, "\n")))
			}
			signer := ""
			if err == nil {
				signer, err = keys.Verify(c.Text, []byte(c.Note))
			}
			if want := c.Code; err != nil && code(err) != want || err == nil && want != "" || signer != c.Signer {
				t.Errorf("%q, %v; wanted %q, %q", signer, err, c.Signer, want)
			}
		})
	}
}
