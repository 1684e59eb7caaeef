package main

// This file reads the registry of error codes out of the source of package codes.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// area is a block of the registry.
type area struct {
	name  string
	about string
	codes []entry
}

// entry is what is declared of one code.
type entry struct {
	code, when, do string
	status         int
	title          string
	sdk            string // object.name of the SDK's public API, "" where it has none
}

// readRegistry reads the registry in a folder, its areas sorted by name.
func readRegistry(folder string) ([]area, error) {
	var areas []area
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		more, err := readAreas(name, src)
		if err != nil {
			return nil, err
		}
		areas = append(areas, more...)
	}
	slices.SortFunc(areas, func(a, b area) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(areas); i++ {
		if areas[i].name == areas[i-1].name {
			return nil, fmt.Errorf("the area %s is declared twice", areas[i].name)
		}
	}
	return areas, nil
}

// readAreas returns the areas that one file declares.
func readAreas(name string, src []byte) ([]area, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var areas []area
	for _, decl := range file.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.CONST {
			continue
		}
		a, err := readArea(block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", files.Position(block.Pos()), err)
		}
		areas = append(areas, a)
	}
	return areas, nil
}

func readArea(block *ast.GenDecl) (area, error) {
	about, err := readComment(block.Doc, "Area")
	if err != nil {
		return area{}, err
	}
	a := area{name: about["name"], about: about[""]}
	for _, spec := range block.Specs {
		constant := spec.(*ast.ValueSpec)
		name := constant.Names[0].Name
		e, err := readEntry(constant, about["Status"])
		switch last := len(a.codes) - 1; {
		case err != nil:
		case !strings.HasPrefix(e.code, a.name+"/"):
			err = fmt.Errorf("%s is in the block of area %s", e.code, a.name)
		case name != constantName(e.code):
			err = fmt.Errorf("the constant of %s is named %s", e.code, constantName(e.code))
		case last >= 0 && a.codes[last].code >= e.code:
			err = fmt.Errorf("%s comes before %s: sort the block", e.code, a.codes[last].code)
		}
		if err != nil {
			return area{}, fmt.Errorf("%s: %w", name, err)
		}
		a.codes = append(a.codes, e)
	}
	return a, nil
}

// readEntry reads a constant and its comment. Status is that of the area.
func readEntry(constant *ast.ValueSpec, status string) (e entry, err error) {
	literal, ok := constant.Values[0].(*ast.BasicLit)
	if !ok || len(constant.Values) != 1 {
		return e, fmt.Errorf("a code is a literal")
	}
	if e.code, err = strconv.Unquote(literal.Value); err != nil {
		return e, err
	}
	told, err := readComment(constant.Doc, "")
	if err != nil {
		return e, err
	}
	if told["name"] != constant.Names[0].Name {
		return e, fmt.Errorf("the comment begins with %q", told["name"])
	}
	if own, ok := told["Status"]; ok {
		status = own
	}
	e.when, e.do, e.sdk = sentence(told[""]), sentence(told["Do"]), told["SDK"]
	if e.when == "" || e.do == "" {
		return e, fmt.Errorf("it says when, and under `Do:` what to do, each in a sentence")
	}
	if status == "" || status == "none" {
		return e, nil
	}
	number, title, _ := strings.Cut(status, " ")
	if e.status, err = strconv.Atoi(number); err != nil || e.status < 400 || e.status > 599 || title == "" {
		return e, fmt.Errorf("%q is no status with a title", status)
	}
	e.title = title
	return e, nil
}

// readComment takes a comment apart: what its first words name ("name"; after a key, where one is given), the text
// after the colon (""), and the lines that begin with Do:, Status: and SDK:. A line that begins with none of them
// goes on with the one before.
func readComment(comment *ast.CommentGroup, key string) (map[string]string, error) {
	name, text, found := strings.Cut(comment.Text(), ": ")
	name, ours := strings.CutPrefix(name, key)
	if !found || !ours {
		return nil, fmt.Errorf("the comment begins with `%s NAME: `", key)
	}
	told := map[string]string{"name": strings.TrimSpace(name)}
	at := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if label, rest, ok := strings.Cut(line, ": "); ok && slices.Contains([]string{"Do", "Status", "SDK"}, label) {
			at, line = label, rest
		}
		told[at] = strings.TrimSpace(told[at] + " " + line)
	}
	return told, nil
}

// sentence returns a text with a capital letter, "" where it does not end as a sentence does.
func sentence(text string) string {
	if !strings.HasSuffix(text, ".") {
		return ""
	}
	return capital(text)
}

// constantName returns the Go name of a code: HTTPTooLarge for http/too-large, ParseUTF8 for parse/utf-8.
func constantName(code string) string {
	var name strings.Builder
	for _, word := range strings.FieldsFunc(code, func(r rune) bool { return r == '/' || r == '-' }) {
		switch word {
		case "abi", "http", "id", "json", "utf", "utf8", "yaml":
			name.WriteString(strings.ToUpper(word))
		default:
			name.WriteString(capital(word))
		}
	}
	return name.String()
}
