package code_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/cases"
)

// gaps reads the cases that cannot pass, with the reason.
func gaps(t *testing.T) map[string]string {
	data, err := os.ReadFile("../../../testdata/expr/gaps.json")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// run runs a file of cases and returns the names of those that fail.
func run(t *testing.T, file string, gaps map[string]string) map[string]bool {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]bool{}
	passed := 0
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		r := cases.Run(lines.Bytes())
		if r.Failure == "" {
			passed++
			continue
		}
		failed[r.Name] = true
		if gaps[r.Name] == "" {
			t.Errorf("%s: %s\n\t%s", r.Name, r.Expr, r.Failure)
		}
	}
	if passed == 0 {
		t.Errorf("%s: no case passed", file)
	}
	t.Logf("%s: %d passed, %d failed", filepath.Base(file), passed, len(failed))
	return failed
}

// TestConformance runs the CEL specification's suite, where it lies beside the repository.
func TestConformance(t *testing.T) {
	file := "../../../../shared/conformance/cel.jsonl"
	if _, err := os.Stat(file); err != nil {
		t.Skip("the CEL conformance cases are not beside this checkout: ", err)
	}
	gaps := gaps(t)
	failed := run(t, file, gaps)
	for name, why := range gaps {
		if !failed[name] {
			t.Errorf("%s passes now; it was a gap: %s", name, why)
		}
	}
}

// TestCases runs our own cases.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob("../../../testdata/expr/*.jsonl")
	if len(files) == 0 {
		t.Fatal("no files of cases")
	}
	for _, f := range files {
		run(t, f, nil)
	}
}
