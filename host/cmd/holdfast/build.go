package main

// This file defines `holdfast build`.

import (
	"fmt"
	"os"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
)

type buildCommand struct {
	Path   string `arg:"" placeholder:"BUNDLE" help:"A bundle, a catalog, or a point of a catalog."`
	Output string `short:"o" placeholder:"FILE" help:"Where to write it. Left out, standard output."`
	Public bool   `help:"Write what may be given to a browser: internal metadata is replaced by salted hashes, the digest stays the same."`
}

func (*buildCommand) Help() string {
	return `Makes the document that is published: canonical JSON, with its parents inside it; of a catalog, with the digest of every point. What is wrong, and name, version and digest, go to standard error.

The exit code is 0, or 1 where there are errors: then nothing is written.

Examples:

    holdfast build spektre.yaml -o spektre.json
    holdfast build "catalog.yaml#class=1,chapter=moon,element=air" --public > guardian.json`
}

func (c *buildCommand) Run(a *app) error {
	path, point := cutPoint(c.Path)
	built, found, err := a.build(path)
	if err != nil {
		return err
	}
	if err := author.Report(a.stderr, found, author.Style{Color: bool(styleFor(a.stderr))}); err != nil {
		return err
	}
	if built.Document == nil {
		return findings
	}
	document, name, digest := built.Document, built.Name+"@"+built.Version, built.Digest
	if point != "" {
		if document, err = a.point(host.Native(), path, built, point); err != nil {
			return err
		}
		bundle, err := host.Native().Load(document)
		if err != nil {
			return err
		}
		name, digest = bundle.Name()+"@"+bundle.Version(), bundle.Digest()
	}
	switch {
	case c.Public && built.Catalog && point == "":
		return unreadable("--public is for bundles: name a point of the catalog, as in %s#part=value", path)
	case c.Public:
		document, err = host.Native().Public(document)
	default:
		document, err = host.Native().Canonical(document)
	}
	if err != nil {
		return err
	}
	if c.Output == "" || c.Output == "-" {
		err = a.exact(document)
	} else if err = os.WriteFile(c.Output, document, 0o666); err != nil {
		err = unreadableFile(err)
	}
	if err != nil {
		return err
	}
	bundles := ""
	if built.Catalog && point == "" {
		var entries struct{ Entries []json.RawMessage }
		if err := json.Unmarshal(document, &entries); err != nil {
			return err
		}
		bundles = ", " + count(len(entries.Entries), "bundle")
	}
	fmt.Fprintf(a.stderr, "%s %s%s\n", name, digest, bundles)
	return nil
}
