package main

// This file reads Go source: constants, lists of texts, and the comments beside them.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// parse reads one file, by its path from the root of the repository.
func parse(root, name string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil,
		parser.ParseComments|parser.SkipObjectResolution)
}

// constant is a constant with a literal for its value.
type constant struct {
	name, value string // value as it is written
	about       string // its comment, in one line
}

// constants returns the constants of a file whose names begin with prefix, with the prefix cut off.
func constants(file *ast.File, prefix string) (list []constant) {
	for _, decl := range file.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.CONST {
			continue
		}
		for _, spec := range block.Specs {
			c := spec.(*ast.ValueSpec)
			name, ours := strings.CutPrefix(c.Names[0].Name, prefix)
			if !ours || len(c.Values) != 1 {
				continue
			}
			if literal, ok := c.Values[0].(*ast.BasicLit); ok {
				list = append(list, constant{name, literal.Value, about(c.Doc, c.Comment)})
			}
		}
	}
	return list
}

// texts returns the list of texts that a file declares under a name.
func texts(file *ast.File, name string) (list []string, err error) {
	for _, decl := range file.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.VAR {
			continue
		}
		for _, spec := range block.Specs {
			v := spec.(*ast.ValueSpec)
			if v.Names[0].Name != name || len(v.Values) != 1 {
				continue
			}
			all, ok := v.Values[0].(*ast.CompositeLit)
			if !ok {
				return nil, fmt.Errorf("%s is no list", name)
			}
			for _, e := range all.Elts {
				literal, ok := e.(*ast.BasicLit)
				if !ok {
					return nil, fmt.Errorf("%s has more than literals", name)
				}
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					return nil, err
				}
				list = append(list, text)
			}
			return list, nil
		}
	}
	return nil, fmt.Errorf("there is no list %s", name)
}

// about returns the first of these comments that there is, in one line, as a sentence.
func about(comments ...*ast.CommentGroup) string {
	for _, c := range comments {
		if text := strings.Join(strings.Fields(c.Text()), " "); text != "" {
			return capital(strings.TrimSuffix(text, ".") + ".")
		}
	}
	return ""
}

// capital returns a text with a capital letter.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// lowerFirst returns a name of Go as TypeScript writes it.
func lowerFirst(name string) string { return strings.ToLower(name[:1]) + name[1:] }
