package main

// This file defines `holdfast types`: what a bundle declares, as TypeScript, so that an
// editor completes names and a misspelt one does not compile.

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
)

type typesCommand struct {
	Bundle string `arg:"" placeholder:"BUNDLE" help:"A bundle, or a point of a catalog."`
	Name   string `placeholder:"NAME" help:"${type_name}"`
}

func (*typesCommand) Help() string {
	return `Prints a TypeScript type of the bundle's actions with their arguments, its agents and its state. With
@holdfast/web:

    import type { Door } from "./door.js";
    const session = engine.bundle<Door>(document).open("s1");
    session.can("opne")   // does not compile

Examples:

    holdfast types door.yaml > door.ts
    holdfast types catalog.yaml#class=1,chapter=moon,element=air --name Guardian`
}

// typed is what the info of a bundle says about types.
type typed struct {
	Title, About, Digest string
	Actions              []struct {
		Title, About, Name string
		Args               []struct {
			Title, About, Name string
			Optional           bool
			Type               shape
		}
	}
	Agents []struct{ Name string }
	State  []struct {
		About, Name string
		Type        shape
	}
}

// shape is a type as info writes it: a name, or an object with the kind as its one member.
type shape struct {
	name   string
	Enum   []string
	Int    []json.Number
	List   *struct{ Of *shape }
	Map    *struct{ Of, Keys *shape }
	Record fields
	String json.Number
}

func (s *shape) UnmarshalJSON(src []byte) error {
	if src[0] == '"' {
		return json.Unmarshal(src, &s.name)
	}
	type plain shape
	return json.Unmarshal(src, (*plain)(s))
}

// fields are those of a record.
type fields map[string]*shape

func (c *typesCommand) Run(a *app) error {
	bundle, err := a.load(host.Native(), c.Bundle)
	if err != nil {
		return err
	}
	name := c.Name
	if name == "" {
		name = pascal(bundle.Name())
	}
	if !identifier.MatchString(name) {
		return unreadable("%s is no name for a TypeScript type; give one with --name", name)
	}
	var info typed
	if err := json.Unmarshal(bundle.Info(), &info); err != nil {
		return err
	}
	w := &typeWriter{}
	w.line(0, "// Made by `holdfast types %s` of %s@%s,", filepath.ToSlash(filepath.Base(c.Bundle)), bundle.Name(),
		bundle.Version())
	w.line(0, "// %s. Make it anew when the bundle changes.", info.Digest)
	w.line(0, "")
	w.doc(0, strings.TrimSpace(info.Title+"\n"+info.About))
	w.line(0, "export interface %s {", name)
	w.line(1, "readonly actions: {")
	for _, action := range info.Actions {
		w.doc(2, strings.TrimSpace(action.Title+"\n"+action.About))
		if len(action.Args) == 0 {
			w.line(2, "readonly %s: Readonly<Record<string, never>>;", member(action.Name))
			continue
		}
		w.line(2, "readonly %s: {", member(action.Name))
		for _, arg := range action.Args {
			w.doc(3, strings.TrimSpace(arg.Title+"\n"+arg.About))
			optional := ""
			if arg.Optional {
				optional = "?"
			}
			w.line(3, "readonly %s%s: %s;", member(arg.Name), optional, typeOf(&arg.Type, true))
		}
		w.line(2, "};")
	}
	w.line(1, "};")
	var agents []string
	for _, agent := range info.Agents {
		agents = append(agents, agent.Name)
	}
	w.line(1, "readonly agents: %s;", union(agents))
	w.line(1, "readonly state: {")
	for _, v := range info.State {
		w.doc(2, v.About)
		w.line(2, "readonly %s: %s;", member(v.Name), typeOf(&v.Type, false))
	}
	w.line(1, "};")
	w.line(0, "}")
	_, err = a.stdout.WriteString(w.String())
	return err
}

// typeWriter writes indented lines.
type typeWriter struct{ strings.Builder }

func (w *typeWriter) line(depth int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", depth) + fmt.Sprintf(format, args...) + "\n")
}

// doc writes text as a comment, nothing where there is none.
func (w *typeWriter) doc(depth int, text string) {
	text = strings.ReplaceAll(strings.TrimSpace(text), "*/", "*\u200b/")
	switch lines := strings.FieldsFunc(text, func(r rune) bool {
		return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029'
	}); len(lines) {
	case 0:
	case 1:
		w.line(depth, "/** %s */", lines[0])
	default:
		w.line(depth, "/**")
		for _, line := range lines {
			w.line(depth, " * %s", strings.TrimSpace(line))
		}
		w.line(depth, " */")
	}
}

// typeOf is the TypeScript of a type. What is given, an argument, may leave out fields of
// records and members of maps that have an enum's keys; what is shown has them all.
func typeOf(s *shape, given bool) string {
	optional := ""
	if given {
		optional = "?"
	}
	switch {
	case s.Enum != nil:
		return union(s.Enum)
	case s.Int != nil:
		return "number"
	case s.String != "":
		return "string"
	case s.List != nil:
		return "readonly (" + typeOf(s.List.Of, given) + ")[]"
	case s.Map != nil && s.Map.Keys != nil:
		return "{ readonly [K in " + typeOf(s.Map.Keys, given) + "]" + optional + ": " + typeOf(s.Map.Of, given) + " }"
	case s.Map != nil:
		return "{ readonly [key: string]: " + typeOf(s.Map.Of, given) + " }"
	case s.Record != nil:
		var names []string
		for name := range s.Record {
			names = append(names, name)
		}
		slices.Sort(names)
		for i, name := range names {
			names[i] = "readonly " + member(name) + optional + ": " + typeOf(s.Record[name], given)
		}
		if names == nil {
			return "Readonly<Record<string, never>>"
		}
		return "{ " + strings.Join(names, "; ") + " }"
	}
	switch s.name {
	case "bool":
		return "boolean"
	case "int", "double":
		return "number"
	case "string", "timestamp", "duration":
		return "string"
	}
	return "unknown"
}

func union(names []string) string {
	if len(names) == 0 {
		return "never"
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quotedText(name)
	}
	return strings.Join(quoted, " | ")
}

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// member is a name as that of a member.
func member(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return quotedText(name)
}

// quotedText is text as a TypeScript string: JSON is one.
func quotedText(text string) string {
	b, err := json.MarshalWithOption(text, json.DisableHTMLEscape())
	if err != nil {
		return `""` // text is never refused
	}
	return string(b)
}

// pascal is a bundle's name as that of a type.
func pascal(name string) string {
	var b strings.Builder
	up := true
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			up = true
			continue
		}
		if up {
			r = unicode.ToUpper(r)
		}
		up = false
		b.WriteRune(r)
	}
	return b.String()
}
