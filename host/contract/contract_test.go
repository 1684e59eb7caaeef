package main

// This file checks that what is written is up to date, and what the registry refuses.

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
)

const root = "../.."

func TestUpToDate(t *testing.T) {
	files, err := render(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(root, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the source says: go run ./host/contract (%v)", name, err)
		}
	}
}

func TestFind(t *testing.T) {
	if !slices.IsSortedFunc(codes.All[:], func(a, b codes.Entry) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("the table is not sorted")
	}
	for _, e := range codes.All {
		if found, ok := codes.Find(e.Code); !ok || found != e {
			t.Errorf("%s: %v", e.Code, found)
		}
	}
	if e, ok := codes.Find(codes.HTTPTooLarge); !ok || e.Status != 413 {
		t.Errorf("%v", e)
	}
	for _, code := range []string{"", "abi/a", "http/too-larg", "http/too-largest", "zzz/z"} {
		if e, ok := codes.Find(code); ok {
			t.Errorf("%q is %v", code, e)
		}
	}
}

func TestReadAreas(t *testing.T) {
	const good = "// HTTPBody: a body is missing.\n// Do: send it.\n// Status: 400 No body\nHTTPBody = \"http/body\"\n"
	for _, c := range []struct{ name, block, wrong string }{
		{"good", "// Area http: requests.\nconst (\n" + good + ")", ""},
		{"no area", "const (\n" + good + ")", "the comment begins with `Area NAME: `"},
		{"another area", "// Area auth: callers.\nconst (\n" + good + ")", "is in the block of area auth"},
		{"no comment", "// Area http: r.\nconst (\nHTTPBody = \"http/body\"\n)", "the comment begins with"},
		{"another name", "// Area http: r.\nconst (\n" + strings.ReplaceAll(good, "HTTPBody", "Body") + ")",
			"is named HTTPBody"},
		{"twice", "// Area http: r.\nconst (\n" + good + good + ")", "sort the block"},
		{"no sentence", "// Area http: r.\nconst (\n" + strings.ReplaceAll(good, "missing.", "missing") + ")",
			"in a sentence"},
		{"nothing to do", "// Area http: r.\nconst (\n" + strings.ReplaceAll(good, "Do:", "Try:") + ")", "what to do"},
		{"no title", "// Area http: r.\nconst (\n" + strings.ReplaceAll(good, " No body", "") + ")", "no status"},
		{"success", "// Area http: r.\nconst (\n" + strings.ReplaceAll(good, "400", "200") + ")", "no status"},
	} {
		areas, err := readAreas("x.go", []byte("package codes\n"+c.block))
		if c.wrong == "" && (err != nil || len(areas) != 1 || areas[0].codes[0].status != 400) {
			t.Errorf("%s: %v, %v", c.name, areas, err)
		}
		if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
