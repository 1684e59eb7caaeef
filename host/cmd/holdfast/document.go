package main

// This file finds the bundle an argument names.

import (
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
)

// document is a bundle or a catalog: built, or built on the way.
type document struct {
	path    string
	bytes   []byte // JSON
	catalog bool
}

// readDocument reads a file and builds it where it is not built yet. What is wrong
// with it is shown on stderr.
func (a *app) readDocument(path string) (*document, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable("%v", err)
	}
	source, found := author.Read(path, src)
	if !source.Valid() {
		_ = author.Report(a.stderr, found, author.Style{})
		return nil, &exitError{code: exitUsage}
	}
	d := &document{path: path, bytes: source.JSON()}
	var head struct{ Catalog *string }
	_ = json.Unmarshal(d.bytes, &head)
	d.catalog = head.Catalog != nil
	return d, nil
}

// cutPoint takes a point off the end of an argument, as in
// catalog.yaml#class=1,chapter=moon.
func cutPoint(arg string) (path, point string) {
	i := strings.LastIndexByte(arg, '#')
	if i < 0 {
		return arg, ""
	}
	name, _, ok := strings.Cut(arg[i+1:], "=")
	if !ok || strings.Contains(name, "/") {
		return arg, ""
	}
	return arg[:i], arg[i+1:]
}

// cursor writes a point as the JSON object that a catalog resolves. A value is the one
// in the catalog's matrix that reads so; what is not there is a number or a bool
// where it looks like one, and otherwise text.
func cursor(point string, matrix map[string][]json.RawMessage) ([]byte, error) {
	parts := map[string]json.RawMessage{}
	for _, part := range strings.Split(point, ",") {
		name, text, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			return nil, unreadable("%s: a point is written part=value,part=value", point)
		}
		if _, twice := parts[name]; twice {
			return nil, unreadable("%s: %s is there twice", point, name)
		}
		parts[name] = valueOf(text, matrix[name])
	}
	return json.Marshal(parts)
}

func valueOf(text string, values []json.RawMessage) json.RawMessage {
	quoted, _ := json.Marshal(text)
	for _, value := range values {
		var s string
		if string(value) == text || json.Unmarshal(value, &s) == nil && s == text {
			return value
		}
	}
	if text == "true" || text == "false" || isInteger(text) {
		return json.RawMessage(text)
	}
	return quoted
}

// isInteger says whether text is a whole number as JSON writes it.
func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || len(digits) > 15 || digits[0] == '0' && text != "0" {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// load loads the bundle that an argument names: a file, or a point of a catalog.
func (a *app) load(engine host.Core, arg string) (host.Bundle, error) {
	path, point := cutPoint(arg)
	doc, err := a.readDocument(path)
	if err != nil {
		return nil, err
	}
	src := doc.bytes
	switch {
	case point != "":
		if src, err = a.resolve(engine, doc, point); err != nil {
			return nil, err
		}
	case doc.catalog:
		return nil, unreadable("%s is a catalog: name one of its points, as in %s#part=value,part=value", path, path)
	}
	bundle, err := engine.Load(src)
	if err != nil {
		return nil, unreadable("%s: %s", arg, describe(err))
	}
	return bundle, nil
}

// resolve returns the bundle of a catalog's point.
func (a *app) resolve(engine host.Core, doc *document, point string) ([]byte, error) {
	if !doc.catalog {
		return nil, unreadable("%s is a bundle, and only a catalog has points such as %s", doc.path, point)
	}
	catalog, err := engine.LoadCatalog(doc.bytes)
	if err != nil {
		return nil, unreadable("%s: %s", doc.path, describe(err))
	}
	var info struct {
		Matrix map[string][]json.RawMessage
	}
	if err := json.Unmarshal(catalog.Info(), &info); err != nil {
		return nil, err
	}
	src, err := cursor(point, info.Matrix)
	if err != nil {
		return nil, err
	}
	answer, err := catalog.Resolve(src)
	if err != nil {
		return nil, unreadable("%s: %s", doc.path, describe(err))
	}
	var found struct {
		Bundle json.RawMessage
		Say    string
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return nil, fmt.Errorf("the catalog's answer cannot be read: %w", err)
	}
	if found.Bundle == nil {
		return nil, unreadable("%s#%s: %s (stall)", doc.path, point, found.Say)
	}
	return found.Bundle, nil
}

// diagnostics turns the core's findings into the author's.
func diagnostics(list []core.Diagnostic) []author.Diagnostic {
	out := make([]author.Diagnostic, len(list))
	for i, d := range list {
		out[i] = author.Diagnostic(d)
	}
	return out
}
