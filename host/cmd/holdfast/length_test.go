package main

// This file holds the functions of the repository to a length that can be read at once.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// longestFunction is how many lines a function may have, from its name to its closing brace.
const longestFunction = 70

// long are the functions that may be longer, each with the reason. A name is FOLDER.FUNCTION or FOLDER.TYPE.FUNCTION.
var long = map[string]string{
	"core/internal/canon.Doc.run": "a state machine whose states stay in registers; calls cost in the " +
		"module",
	"core/internal/check.checker.macro":            "the type of each macro, one case after the other",
	"core/internal/code.generator.compute":         "one case for each operation",
	"core/internal/load.loader.declareConstraints": "the keys of a constraint, in their order",
	"core/internal/syntax.parser.primary":          "one case for each token that a value may begin with",
	"core/internal/text/gen.database.source":       "the text of the file that it writes",
	"core/internal/text/gen.read":                  "the files of Unicode's database, one after the other",
	"core/internal/vm.Machine.step":                "one case for each instruction; calls cost in the module",
	"host/bench/durable.run":                       "the steps of one measurement",
}

// TestFunctionsAreShort lists functions that are too long, and exceptions that are needed no more. Tests are tables of
// cases first of all, and are not counted.
func TestFunctionsAreShort(t *testing.T) {
	const root = "../../.."
	var seen []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for name, lines := range functions(t, path) {
			name = filepath.ToSlash(folder) + "." + name
			if seen = append(seen, name); lines > longestFunction && long[name] == "" {
				t.Errorf("%s: %s has %d lines, more than %d", path, name, lines, longestFunction)
			} else if lines <= longestFunction && long[name] != "" {
				t.Errorf("%s has %d lines: take it from the list of exceptions", name, lines)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 1000 {
		t.Errorf("only %d functions were found", len(seen))
	}
	for name := range long {
		if !slices.Contains(seen, name) {
			t.Errorf("there is no %s: take it from the list of exceptions", name)
		}
	}
}

// functions returns how many lines each function of a file has.
func functions(t *testing.T, path string) map[string]int {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := f.Name.Name
		if f.Recv != nil {
			of := f.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if generic, ok := of.(*ast.IndexExpr); ok {
				of = generic.X
			}
			if named, ok := of.(*ast.Ident); ok {
				name = named.Name + "." + name
			}
		}
		lines[name] = set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
	}
	return lines
}
