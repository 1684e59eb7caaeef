package main

// This file checks the map in README.md: its drawing has every room, and its walks go from file to file along what
// the files import.

import (
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms returns the part of the README that is the map.
func rooms(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(src), "\n## The rooms\n")
	if !found {
		t.Fatal("README.md has no rooms")
	}
	return text
}

// Every folder of these is a room, and in the drawing or the lists below it.
func TestMapHasEveryRoom(t *testing.T) {
	text := rooms(t)
	for _, house := range []string{"core", "core/internal", "wasm", "host", "web", "web/src"} {
		entries, err := os.ReadDir(filepath.Join(top, house))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() && tracked(t, path.Join(house, e.Name())) && !regexp.MustCompile(`\b`+e.Name()+`\b`).MatchString(text) {
				t.Errorf("README.md does not have the room %s/%s", house, e.Name())
			}
		}
	}
}

// tracked says whether the repository keeps anything of a folder; what is built there is no room.
func tracked(t *testing.T, folder string) bool {
	t.Helper()
	switch path.Base(folder) {
	case "testdata", "test", "bench", "dist", "node_modules", "bin":
		return false
	}
	return in(t, filepath.Clean(top), "git", "ls-files", folder) != ""
}

// place is a name in a file: `core/decide.go` (`Decide`).
type place struct{ file, name string }

var (
	walkTitle = regexp.MustCompile(`(?m)^### `)
	walkStep  = regexp.MustCompile(`(?m)^\d+\. `)
	named     = regexp.MustCompile("`([\\w./-]+\\.(?:go|tsx?))`\\s+\\(`(\\w+)`\\)")
)

func places(text string) (list []place) {
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		list = append(list, place{m[1], m[2]})
	}
	return list
}

func TestWalks(t *testing.T) {
	walks := walkTitle.Split(rooms(t), -1)[1:]
	if len(walks) != 3 {
		t.Fatalf("there are %d walks", len(walks))
	}
	for _, w := range walks {
		title, text, _ := strings.Cut(w, "\n")
		steps := walkStep.Split(text, -1)[1:]
		if len(steps) < 5 || len(steps) > 14 {
			t.Errorf("%s has %d steps", title, len(steps))
		}
		var before place
		left := map[string]bool{} // rooms that the walk was in before
		for i, s := range steps {
			found := places(s)
			if len(found) == 0 {
				t.Errorf("%s, step %d names no file with a function in it", title, i+1)
				continue
			}
			for k, p := range found {
				if !declares(t, p) {
					t.Errorf("%s, step %d: %s does not declare %s", title, i+1, p.file, p.name)
				}
				from := before.file
				if k > 0 {
					from = found[0].file
				}
				if from != "" && !linked(t, from, p.file) {
					t.Errorf("%s, step %d: neither of %s and %s imports the other", title, i+1, from, p.file)
				}
			}
			if before.file != "" && path.Dir(before.file) != path.Dir(found[0].file) {
				left[path.Dir(before.file)] = true
			}
			if before = found[0]; left[path.Dir(before.file)] {
				t.Errorf("%s, step %d turns back to %s", title, i+1, path.Dir(before.file))
			}
		}
	}
}

func source(t *testing.T, file string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(top, file))
	if err != nil {
		t.Errorf("README.md walks to %s, which is not there", file)
	}
	return string(src)
}

func declares(t *testing.T, p place) bool {
	src := source(t, p.file)
	if strings.HasSuffix(p.file, ".go") {
		return regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type |const |var |\t)` + p.name + `\b`).MatchString(src)
	}
	return regexp.MustCompile(`(?m)^\s*(export |async |static |get )*(` +
		`(function\*?|class|const|interface|type) ` + p.name + `\b|#?` + p.name + `\()`).MatchString(src)
}

// linked says whether one of two files imports the other: a Go file through its package, a TypeScript file itself.
// A file of one language and one of the other are linked where the first names the second.
func linked(t *testing.T, a, b string) bool {
	goA, goB := strings.HasSuffix(a, ".go"), strings.HasSuffix(b, ".go")
	switch {
	case goA && goB:
		return path.Dir(a) == path.Dir(b) || goImports(t, path.Dir(a), path.Dir(b)) || goImports(t, path.Dir(b), path.Dir(a))
	case !goA && !goB:
		return tsImports(t, a, b) || tsImports(t, b, a)
	}
	return strings.Contains(source(t, a), b) || strings.Contains(source(t, b), a)
}

func goImports(t *testing.T, folder, other string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(top, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if name, _ := strconv.Unquote(i.Path.Value); name == "github.com/holdfast-rt/holdfast/"+other {
				return true
			}
		}
	}
	return false
}

var imported = regexp.MustCompile(`(?:from|import) ?\(?"(\.[^"]+)"`)

func tsImports(t *testing.T, file, other string) bool {
	t.Helper()
	bare := func(name string) string { return strings.TrimSuffix(strings.TrimSuffix(name, path.Ext(name)), ".d") }
	return slices.ContainsFunc(imported.FindAllStringSubmatch(source(t, file), -1), func(m []string) bool {
		return bare(path.Join(path.Dir(file), m[1])) == bare(other)
	})
}

// downwards lists the packages of Go so that each imports only those after it: that is what the drawing's arrows say.
var downwards = []string{
	"host/cmd/holdfast", "host/edge", "host/bench/durable", "host/contract", "host/studio", "host/parity/vectors",
	"host/parity", "host/scenario", "host/author", "host/author/yaml", "host/server/settings", "host/server",
	"host/server/limit", "host/server/identity", "host/gate", "host/sessions", "host/problem", "host/ledger",
	"host/coding",
	"host/signature", "host", "wasm", "wasm/abi", "core", "core/internal/cases", "core/internal/lint",
	"core/internal/truth", "core/internal/load", "core/internal/model", "core/internal/code",
	"core/internal/check", "core/internal/syntax", "core/internal/vm", "core/internal/lib", "core/internal/text",
	"core/internal/types", "core/internal/value", "core/internal/diag", "core/internal/canon", "core/codes",
}

func TestArrowsRunOneWay(t *testing.T) {
	for _, tree := range []string{"core", "wasm", "host"} {
		err := filepath.WalkDir(filepath.Join(top, tree), func(name string, e os.DirEntry, err error) error {
			if err != nil || !e.IsDir() {
				return err
			}
			folder, err := filepath.Rel(top, name)
			if err != nil || e.Name() == "testdata" || e.Name() == "node_modules" {
				return filepath.SkipDir
			}
			at := slices.Index(downwards, filepath.ToSlash(folder))
			for i, other := range downwards {
				if i <= at && i != at && goImports(t, folder, other) {
					t.Errorf("%s imports %s, which is above it", folder, other)
				}
			}
			if at < 0 && slices.ContainsFunc(downwards, func(other string) bool { return goImports(t, folder, other) }) &&
				!strings.HasPrefix(folder, "host/edge/example") {
				t.Errorf("%s has no place among the rooms", folder)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
