package main

// This file defines `holdfast check`, and which files of a folder are meant.

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/scenario"
)

type checkCommand struct {
	Paths  []string `arg:"" placeholder:"PATH" help:"Bundles, catalogs, and folders of them; - for one on standard input."`
	Strict bool     `help:"Fail on warnings too."`
	JSON   bool     `help:"Print the findings as one JSON object."`
}

func (*checkCommand) Help() string {
	return `Says everything that is wrong at once: line and column, what is wrong, a stable code, and what to do about it.
Of a folder, all YAML files in it that begin with the key holdfast are checked.

The exit code is 0, or 1 where there are errors, or 2 where a file cannot be read.

Examples:

    holdfast check spektre.yaml
    holdfast check bundles/ --strict
    holdfast check catalog.yaml --json
    holdfast check - < draft.yaml`
}

func (c *checkCommand) Run(a *app) error {
	paths, err := files(c.Paths)
	if err != nil {
		return err
	}
	all := []yaml.Finding{}
	var good []*author.Built
	for _, path := range paths {
		if file, point := cutPoint(path); point != "" {
			return unreadable("check takes whole catalogs: name %s", file)
		}
		built, found, err := a.build(path)
		if err != nil {
			return err
		}
		if built.Document != nil && !built.Catalog {
			_, wrong := scenario.Parse(built.Document)
			found = append(found, located(a.sourceOf(built), wrong)...)
		}
		for _, f := range found {
			// a parent and a catalog's bundle may be checked in their own right too
			if !slices.ContainsFunc(all, func(g yaml.Finding) bool { return repeated(f, g) }) {
				all = append(all, f)
			}
		}
		if built.Document != nil && !yaml.Failed(found) {
			good = append(good, built)
		}
	}
	if err := author.Report(a.stdout, all, author.Style{Color: bool(a.style), JSON: c.JSON}); err != nil {
		return err
	}
	if !c.JSON {
		t := table{colour: []func(string) string{a.style.good}}
		for _, built := range good {
			t.add("ok", built.Name+"@"+built.Version, built.Files[0])
		}
		t.write(a.stdout, "")
	}
	if yaml.Failed(all) || c.Strict && len(all) > 0 {
		return findings
	}
	return nil
}

// repeated says whether two findings are one, made by building different files.
func repeated(f, g yaml.Finding) bool {
	return f.File == g.File && f.Offset == g.Offset && f.Code == g.Code && f.Message == g.Message
}

// marked finds the key that begins a bundle or catalog in YAML.
var marked = regexp.MustCompile(`(?m)^["']?holdfast["']?[ \t]*:`)

// files lists the files that paths mean: themselves, and of a folder the bundles
// and catalogs in it, in order. A point of a catalog means itself, and - for standard input.
func files(paths []string) ([]string, error) {
	var list []string
	for _, path := range paths {
		if _, point := cutPoint(path); point != "" || path == "-" {
			list = append(list, path)
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, unreadableFile(err)
		}
		if !info.IsDir() {
			list = append(list, path)
			continue
		}
		before := len(list)
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			hidden := strings.HasPrefix(entry.Name(), ".") && name != path || entry.Name() == "node_modules"
			switch {
			case entry.IsDir() && hidden:
				return filepath.SkipDir
			case entry.IsDir() || hidden:
				return nil
			}
			if ext := filepath.Ext(name); ext != ".yaml" && ext != ".yml" {
				return nil
			}
			src, err := os.ReadFile(name)
			if err == nil && marked.Match(src) {
				list = append(list, name)
			}
			return err
		})
		if err != nil {
			return nil, unreadableFile(err)
		}
		if len(list) == before {
			return nil, unreadable("%s: there is no bundle in this folder: no YAML file with the key holdfast", path)
		}
	}
	return list, nil
}

// where is a place in a file, for people.
func where(p yaml.Place) string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }
