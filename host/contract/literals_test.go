package main

// This file finds error codes that are written outside of the registry.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// areasOf returns the areas of the registry.
func areasOf(t *testing.T) []string {
	t.Helper()
	all, err := readRegistry(filepath.Join(root, "core/codes"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range all {
		names = append(names, a.name)
	}
	return names
}

// sources calls fn with each file that has one of these endings, tests and what is generated or installed left out.
func sources(t *testing.T, folders, endings []string, fn func(name string, src []byte)) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if slices.Contains([]string{"node_modules", "dist", "test", "testdata", "contract", "example"}, d.Name()) {
					return filepath.SkipDir
				}
				return nil
			}
			if !slices.Contains(endings, filepath.Ext(path)) || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			src, err := os.ReadFile(path)
			fn(strings.TrimPrefix(path, root+"/"), src)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// goLiterals returns the texts in a file of Go that are written as a code is.
func goLiterals(name string, src []byte, code *regexp.Regexp) (found []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && code.MatchString(text) {
				found = append(found, text)
			}
		}
		return true
	})
	return found, nil
}

func TestCodesAreNamedInGo(t *testing.T) {
	code := regexp.MustCompile(`^(` + strings.Join(areasOf(t), "|") + `)/[a-z][a-z0-9-]*$`)
	files := 0
	sources(t, []string{"core", "host", "wasm"}, []string{".go"}, func(name string, src []byte) {
		if strings.HasPrefix(name, "core/codes/") {
			return
		}
		files++
		found, err := goLiterals(name, src, code)
		if err != nil {
			t.Error(err)
		}
		for _, text := range found {
			t.Errorf("%s has %q: name the constant of package codes", name, text)
		}
	})
	if files < 200 {
		t.Errorf("only %d files were read", files)
	}
	const bad = "package x\nimport \"http/path\"\nvar a, b, c = \"http/path\", \"http/nothing\", \"text/path\"\n"
	if found, err := goLiterals("x.go", []byte(bad), code); err != nil || len(found) != 2 {
		t.Errorf("%v, %v", found, err)
	}
}

// checkedCodes are the files in which codes are values of an object whose type has each of them, from the contract.
var checkedCodes = map[string]string{
	"web/src/documents/errors.ts": ": Codes = {",
	"web/src/edge/edgecodes.ts":   ": EdgeCodes = {",
	"web/src/server/problem.ts":   ": ReplicaCodes = {",
}

// scriptCode is a code that is written in TypeScript or JavaScript, and what follows it.
type scriptCode struct {
	text    string
	checked bool // by the compiler, with `satisfies Code` or `Extract<Code, …>`
	member  bool // it is the value of a member on a line of its own
}

func scriptCodes(src []byte, areas []string) (found []scriptCode) {
	code := regexp.MustCompile("(?m)(^ +\\w+: |Extract<Code, )?[\"'`]((?:" + strings.Join(areas, "|") +
		")/[a-z][a-z0-9-]*)[\"'`]( satisfies Code\\b)?")
	comment := regexp.MustCompile(`(?m)^\s*(//|/?\*).*$`)
	for _, m := range code.FindAllSubmatch(comment.ReplaceAll(src, nil), -1) {
		extracted := string(m[1]) == "Extract<Code, "
		found = append(found, scriptCode{string(m[2]), len(m[3]) > 0 || extracted, len(m[1]) > 0 && !extracted})
	}
	return found
}

func TestCodesAreCheckedInTypeScript(t *testing.T) {
	areas, seen := areasOf(t), 0
	folders := []string{"web/src", "web/studio/src", "host/edge"}
	sources(t, folders, []string{".ts", ".tsx", ".js"}, func(name string, src []byte) {
		object := checkedCodes[name]
		if object != "" && !strings.Contains(string(src), object) {
			t.Errorf("%s has no object that is%s", name, strings.TrimSuffix(object, " = {"))
		}
		for _, c := range scriptCodes(src, areas) {
			seen++
			if _, ok := codes.Find(c.text); !ok {
				t.Errorf("%s has %q, which is not in the registry", name, c.text)
			}
			if !strings.HasSuffix(name, ".js") && !c.checked && (object == "" || !c.member) {
				t.Errorf("%s has %q: write `%[2]q satisfies Code`", name, c.text)
			}
		}
	})
	if seen < 80 {
		t.Errorf("only %d codes were seen", seen)
	}
	const bad = "// \"http/path\"\nf(\"http/nothing\");\n  a: \"http/path\",\nx === (\"http/path\" satisfies Code)"
	if found := scriptCodes([]byte(bad), areas); len(found) != 3 || found[0].checked || !found[1].member ||
		!found[2].checked {
		t.Errorf("%v", found)
	}
}
