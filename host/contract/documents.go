package main

// This file writes documents that Go declares as structs as types of TypeScript. A comment of a struct may say more
// to TypeScript, in lines that begin with //ts: and that documentation leaves out:
//
//	//ts:interface NAME    its name there, with type parameters
//	//ts:about TEXT        its comment there
//	//ts:more              it may have members that are not listed
//	//ts:type TYPE         what it is there, in place of an interface
//	//ts:or TYPE           or this
//
// A field's tag `ts:"TYPE"` names its type there, and `ts:"?"` says that it may be left out. The comment above a
// field is its comment there, or where there is none, the comment behind it.

import (
	"bytes"
	"fmt"
	"go/ast"
	"maps"
	"reflect"
	"strconv"
	"strings"
)

// documentTypes are the structs that are written, by file, in the order in which they are written.
var documentTypes = []struct {
	file  string
	names []string
}{
	{"host/decision.go", []string{"Actor", "Proposal"}},
	{"host/head.go", []string{"Head", "Hold"}},
	{"host/answer.go", []string{
		"Term", "Span", "ViolationDocument", "AdviceDocument", "Change", "DecisionDocument",
		"Question", "Asker", "Entry", "Admissible", "Variant", "Path", "Parked", "View", "BundleInfo", "CatalogInfo",
		"Stalled", "Finding",
	}},
	{"host/problem/problem.go", []string{"Problem"}},
}

// document is a struct, or another type, that becomes a type of TypeScript.
type document struct {
	spec       *ast.TypeSpec
	name       string // there
	parameters string
	about      string
	more       bool
	written    string // what it is there, where it is no interface
	embedded   map[string]*ast.StructType
}

func documentsTS(root string) ([]byte, error) {
	var all []*document
	names := map[string]string{} // of Go to those of TypeScript
	embedded := map[string]*ast.StructType{}
	for _, from := range documentTypes {
		file, err := parse(root, from.file)
		if err != nil {
			return nil, err
		}
		maps.Copy(embedded, structsOf(file))
		for _, name := range from.names {
			d, err := findDocument(file, name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", from.file, err)
			}
			names[name], d.embedded = d.name, embedded
			all = append(all, d)
		}
	}
	var b bytes.Buffer
	b.WriteString(generated)
	b.WriteString("// This file has the shapes of documents: what is proposed, decided, asked, answered and refused.\n")
	if err := writeWords(&b, root); err != nil {
		return nil, err
	}
	for _, d := range all {
		b.WriteString("\n")
		writeComment(&b, "", d.about)
		if err := d.write(&b, names); err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return b.Bytes(), nil
}

// writeWords writes the words that verdicts and levels are.
func writeWords(b *bytes.Buffer, root string) error {
	file, err := parse(root, "core/internal/model/verdict.go")
	if err != nil {
		return err
	}
	for _, t := range []struct{ name, list, about string }{
		{"Verdict", "VerdictWords", "The one-word outcome of a proposal. Only `commit` lets it happen."},
		{"Level", "LevelWords", "How strong a constraint is, strongest first."},
	} {
		words, err := texts(file, t.list)
		if err != nil {
			return err
		}
		line := fmt.Sprintf("export type %s = %s;\n", t.name, `"`+strings.Join(words, `" | "`)+`"`)
		fmt.Fprintf(b, "\n/** %s */\n%s", t.about, line)
	}
	return nil
}

// findDocument finds a type in a file, and what its comment says of it.
func findDocument(file *ast.File, name string) (*document, error) {
	for _, decl := range file.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range block.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok || t.Name.Name != name {
				continue
			}
			d := &document{spec: t, name: name, about: told(name, about(block.Doc))}
			for _, c := range block.Doc.List {
				d.direct(c.Text)
			}
			return d, nil
		}
	}
	return nil, fmt.Errorf("there is no type %s", name)
}

// direct takes a line of the comment that is for TypeScript.
func (d *document) direct(line string) {
	line, ours := strings.CutPrefix(line, "//ts:")
	if !ours {
		return
	}
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "interface":
		d.name, d.parameters, _ = strings.Cut(rest, "<")
		if d.parameters != "" {
			d.parameters = "<" + d.parameters
		}
	case "about":
		d.about = rest
	case "more":
		d.more = true
	case "type":
		d.written = " " + rest
	case "or":
		d.written = "\n  | " + strings.TrimSpace(d.written) + "\n  | " + rest
	}
}

func (d *document) write(b *bytes.Buffer, names map[string]string) error {
	if d.written != "" {
		fmt.Fprintf(b, "export type %s%s =%s;\n", d.name, d.parameters, d.written)
		return nil
	}
	structure, ok := d.spec.Type.(*ast.StructType)
	if !ok {
		return fmt.Errorf("it is no struct, and no //ts:type says what it is")
	}
	fmt.Fprintf(b, "export interface %s%s {\n", d.name, d.parameters)
	for _, field := range membersOf(structure, d.embedded) {
		if err := writeField(b, field, names); err != nil {
			return err
		}
	}
	if d.more {
		b.WriteString("  readonly [more: string]: unknown;\n")
	}
	b.WriteString("}\n")
	return nil
}

// membersOf returns the fields of a struct, those of the struct that it embeds first. A field of its own takes the
// place of one with the same name there.
func membersOf(structure *ast.StructType, embedded map[string]*ast.StructType) (all []*ast.Field) {
	own := map[string]bool{}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			own[name.Name] = true
		}
	}
	for _, field := range structure.Fields.List {
		if len(field.Names) > 0 {
			all = append(all, field)
			continue
		}
		if name, ok := field.Type.(*ast.Ident); ok && embedded[name.Name] != nil {
			for _, inner := range embedded[name.Name].Fields.List {
				if !own[inner.Names[0].Name] {
					all = append(all, inner)
				}
			}
		}
	}
	return all
}

// structsOf returns the structs that a file declares.
func structsOf(file *ast.File) map[string]*ast.StructType {
	all := map[string]*ast.StructType{}
	ast.Inspect(file, func(n ast.Node) bool {
		if t, ok := n.(*ast.TypeSpec); ok {
			if structure, ok := t.Type.(*ast.StructType); ok {
				all[t.Name.Name] = structure
			}
		}
		return true
	})
	return all
}

func writeField(b *bytes.Buffer, field *ast.Field, names map[string]string) error {
	if field.Tag == nil || len(field.Names) != 1 {
		return fmt.Errorf("a field has no tag, or several names")
	}
	text, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return err
	}
	tag := reflect.StructTag(text)
	name, options, _ := strings.Cut(tag.Get("json"), ",")
	if name == "-" {
		return nil
	}
	optional := strings.Contains(options, "omitempty")
	kind := tag.Get("ts")
	if kind == "?" {
		optional, kind = true, ""
	}
	if kind == "" {
		if kind, err = typeOf(field.Type, names); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, pointer := field.Type.(*ast.StarExpr); pointer && !optional {
			kind += " | null"
		}
	}
	if comment := told(field.Names[0].Name, about(field.Doc, field.Comment)); comment != "" {
		writeComment(b, "  ", comment)
	}
	fmt.Fprintf(b, "  readonly %s%s: %s;\n", name, map[bool]string{true: "?"}[optional], kind)
	return nil
}

// told returns a comment without the name that Go has it begin with.
func told(name, comment string) string {
	for _, verb := range []string{" is ", " are ", " has "} {
		if rest, ok := strings.CutPrefix(comment, name+verb); ok {
			return capital(rest)
		}
	}
	return comment
}

// typeOf returns the type of TypeScript for one of Go.
func typeOf(t ast.Expr, names map[string]string) (string, error) {
	switch t := t.(type) {
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "string", nil
		case "bool":
			return "boolean", nil
		case "int", "int64", "float64":
			return "number", nil
		case "any":
			return "unknown", nil
		}
		if name, ok := names[t.Name]; ok {
			return name, nil
		}
	case *ast.SelectorExpr:
		if t.Sel.Name == "RawMessage" {
			return "unknown", nil
		}
		if name, ok := names[t.Sel.Name]; ok {
			return name, nil
		}
	case *ast.StarExpr: // null, where it may not be left out
		return typeOf(t.X, names)
	case *ast.ArrayType:
		of, err := typeOf(t.Elt, names)
		return "readonly " + of + "[]", err
	case *ast.MapType:
		of, err := typeOf(t.Value, names)
		return "Readonly<Record<string, " + of + ">>", err
	}
	return "", fmt.Errorf("there is no type of TypeScript for it")
}
