package host

// This file runs cases of expressions inside the module: those of the CEL
// specification's suite, where they lie beside the repository, and our own.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// suite is the CEL specification's own, as far as it needs no protobuf messages.
const suite = "../../shared/conformance/cel.jsonl"

func TestCases(t *testing.T) {
	files, err := filepath.Glob("../testdata/expr/*.jsonl")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files of cases: %v", len(files), err)
	}
	if _, err := os.Stat(suite); err == nil {
		files = append(files, suite)
	} else {
		t.Log("the CEL conformance cases are not beside this checkout, so only our own run: ", err)
	}
	var gaps map[string]string
	data, err := os.ReadFile("../testdata/expr/gaps.json")
	if err == nil {
		err = json.Unmarshal(data, &gaps)
	}
	if err != nil {
		t.Fatal(err)
	}
	// In the interpreter the cases that run into the cost limit take half a minute.
	for name, core := range map[string]Core{"native": Native(), "module": newEngine(t, Options{Instances: 1})} {
		t.Run(name, func(t *testing.T) {
			for _, f := range files {
				want := gaps
				if f != suite {
					want = nil
				}
				runCases(t, core, f, want)
			}
		})
	}
}

// runCases runs a file, of which exactly the cases in gaps must fail.
func runCases(t *testing.T, core Core, file string, gaps map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	passed, failed := 0, map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			Name, Expr, Message string
			Pass                bool
		}
		out, err := core.Case(lines.Bytes())
		if err == nil {
			err = json.Unmarshal(out, &r)
		}
		switch {
		case err != nil:
			t.Fatalf("%s: %v", lines.Text(), err)
		case r.Pass:
			passed++
		default:
			failed[r.Name] = true
			if gaps[r.Name] == "" {
				t.Errorf("%s: %s\n\t%s", r.Name, r.Expr, r.Message)
			}
		}
	}
	for name, why := range gaps {
		if !failed[name] {
			t.Errorf("%s passes now; it was a gap: %s", name, why)
		}
	}
	if passed == 0 {
		t.Errorf("%s: no case passed", file)
	}
	t.Logf("%s: %d passed, %d failed", filepath.Base(file), passed, len(failed))
}
