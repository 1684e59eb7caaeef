package main

// This file finds the bundle an argument names.

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// build builds a bundle or a catalog, or reads a built one; - is one on standard input. What is wrong with it is
// in the findings. The error is that of a file that cannot be read.
func (a *app) build(path string) (*author.Built, []yaml.Finding, error) {
	return a.buildWith(path, author.Options{})
}

func (a *app) buildWith(path string, o author.Options) (*author.Built, []yaml.Finding, error) {
	if path == "-" {
		if _, err := a.readFile(path); err != nil {
			return nil, nil, err
		}
	} else if info, err := os.Stat(path); err != nil {
		return nil, nil, unreadableFile(err)
	} else if info.IsDir() {
		return nil, nil, unreadable("%s is a folder: name the bundle in it", path)
	}
	p := a.progress("building " + path)
	defer p.done()
	o.Engine, o.Progress, o.ReadFile = host.Native(), p.at, a.readFile
	built, found := author.Build(path, o)
	return built, found, nil
}

// readDocument builds what a command is to work with. What is wrong with it is shown
// on stderr, and ends the command.
func (a *app) readDocument(path string) (*author.Built, error) {
	built, found, err := a.build(path)
	if err != nil {
		return nil, err
	}
	if built.Document == nil {
		_ = author.Report(a.stderr, found, author.Style{Color: bool(styleFor(a.stderr))})
		return nil, &exitError{code: exitUsage}
	}
	return built, nil
}

// cutPoint takes a point off the end of an argument, as in
// catalog.yaml#class=1,chapter=moon. What is a file's whole name has no point.
func cutPoint(arg string) (path, point string) {
	i := strings.LastIndexByte(arg, '#')
	if i < 0 {
		return arg, ""
	}
	name, _, ok := strings.Cut(arg[i+1:], "=")
	if !ok || strings.Contains(name, "/") {
		return arg, ""
	}
	if _, err := os.Stat(arg); err == nil {
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
	for _, value := range values {
		var s string
		if string(value) == text || json.Unmarshal(value, &s) == nil && s == text {
			return value
		}
	}
	if text == "true" || text == "false" || isInteger(text) {
		return json.RawMessage(text)
	}
	quoted, _ := json.Marshal(text)
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

// matrix returns the values of each part of a catalog's cursors.
func matrix(catalog host.Catalog) map[string][]json.RawMessage {
	var info struct{ Matrix map[string][]json.RawMessage }
	_ = json.Unmarshal(catalog.Info(), &info) // the engine wrote it
	return info.Matrix
}

// astray says which parts of a cursor, and which of its values, a catalog does not have.
func astray(cursor []byte, matrix map[string][]json.RawMessage) []string {
	var parts map[string]json.RawMessage
	_ = json.Unmarshal(cursor, &parts) // the catalog has read it
	var list []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		values, ok := matrix[name]
		if !ok {
			list = append(list, fmt.Sprintf("%s is no part of its cursors; they have %s", name,
				strings.Join(slices.Sorted(maps.Keys(matrix)), ", ")))
			continue
		}
		known := make([]string, len(values))
		there := false
		for i, value := range values {
			known[i] = plain(value)
			there = there || string(value) == string(parts[name])
		}
		text := plain(parts[name])
		if slices.Contains(known, text) {
			text = string(parts[name]) // the text "1" is not the number
		}
		if !there {
			list = append(list, fmt.Sprintf("%s=%s is not among %s", name, text, strings.Join(known, ", ")))
		}
	}
	return list
}

// source returns the document of the bundle that an argument names: of a file, or of a
// point of a catalog.
func (a *app) source(engine host.Core, arg string) ([]byte, error) {
	path, point := cutPoint(arg)
	built, err := a.readDocument(path)
	if err != nil {
		return nil, err
	}
	switch {
	case point != "":
		return a.point(engine, path, built, point)
	case built.Catalog:
		return nil, unreadable("%s is a catalog: name one of its points, as in %s#part=value,part=value", path, path)
	}
	return built.Document, nil
}

// load loads the bundle that an argument names.
func (a *app) load(engine host.Core, arg string) (host.Bundle, error) {
	src, err := a.source(engine, arg)
	if err != nil {
		return nil, err
	}
	bundle, err := engine.Load(src)
	if err != nil {
		return nil, unreadable("%s: %s", arg, describe(err))
	}
	return bundle, nil
}

// point returns the document of a catalog's point.
func (a *app) point(engine host.Core, path string, built *author.Built, point string) ([]byte, error) {
	if !built.Catalog {
		return nil, unreadable("%s is a bundle, and only a catalog has points such as %s", path, point)
	}
	catalog, err := engine.LoadCatalog(built.Document)
	if err != nil {
		return nil, unreadable("%s: %s", path, describe(err))
	}
	src, err := cursor(point, matrix(catalog))
	if err != nil {
		return nil, err
	}
	document, say, err := resolve(catalog, src)
	if err != nil {
		return nil, unreadable("%s: %s", path, describe(err))
	}
	if document == nil {
		return nil, unreadable("%s",
			strings.Join(append([]string{fmt.Sprintf("%s#%s: %s (stall)", path, point, say)}, astray(src, matrix(catalog))...),
				"\n  "))
	}
	return document, nil
}

// resolve returns the document of the bundle that a cursor means, or, without one, why
// it stalls.
func resolve(catalog host.Catalog, cursor []byte) (document []byte, say string, err error) {
	answer, err := catalog.Resolve(cursor)
	if err != nil {
		return nil, "", err
	}
	var found struct {
		Bundle json.RawMessage
		Say    string
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return nil, "", fmt.Errorf("the catalog's answer cannot be read: %w", err)
	}
	return found.Bundle, found.Say, nil
}

// openSession opens a session: a new one, or that of a snapshot.
func openSession(bundle host.Bundle, state, id string) (host.Session, error) {
	if state == "" {
		session, err := bundle.Open(id)
		if err != nil {
			return nil, unreadable("%s", describe(err))
		}
		return session, nil
	}
	snapshot, err := os.ReadFile(state)
	if err != nil {
		return nil, unreadableFile(err)
	}
	session, err := bundle.Restore(snapshot)
	var failed *host.Failure
	if errors.As(err, &failed) {
		return nil, err
	}
	if err != nil {
		return nil, unreadable("%s: %s", state, describe(err))
	}
	return session, nil
}
