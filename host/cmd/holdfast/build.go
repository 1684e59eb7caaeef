package main

// This file defines `holdfast build`.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
)

type buildCommand struct {
	Path   string `arg:"" placeholder:"BUNDLE" help:"A bundle, a catalog, or a point of a catalog."`
	Output string `short:"o" placeholder:"FILE" help:"Where to write it. Left out, standard output."`
	Accept bool   `name:"accept-parents" help:"${accept}"`
	Public bool   `help:"${public}"`
}

func (*buildCommand) Help() string {
	return `Makes the document that is published: canonical JSON, with its parents inside it; of a catalog, with the
digest of every point. What is wrong, and name, version and digest, go to standard error.

Which document each parent is goes into holdfast.lock beside the source the first time; afterwards another one of the
same name and version is refused.

The exit code is 0, or 1 where there are errors: then nothing is written.

Examples:

    holdfast build spektre.yaml -o spektre.json
    holdfast build "catalog.yaml#class=1,chapter=moon,element=air" --public > guardian.json`
}

func (c *buildCommand) Run(a *app) error {
	path, point := cutPoint(c.Path)
	built, found, err := a.buildWith(path, author.Options{AcceptParents: c.Accept})
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
	a.record(path, built)
	return nil
}

// record writes which parents were built in, where that is not known yet. Where it
// cannot be written, the document is built all the same: what is not recorded is not held to anything.
func (a *app) record(path string, built *author.Built) {
	if built.Lock == nil || path == "-" {
		return
	}
	file := author.LockFile(path)
	if err := replace(file, built.Lock); err != nil {
		fmt.Fprintf(a.stderr, "holdfast: the parents are not pinned, since %s cannot be written: %s. "+
			"Build where it can be, and keep it with the source.\n", file, plainError(err))
		return
	}
	fmt.Fprintf(a.stderr, "%s: parents recorded\n", file)
}

// replace writes a file whole or not at all.
func replace(file string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// plainError is what went wrong with a file, without its name.
func plainError(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}
