package main

// This file defines `holdfast fmt`.

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

type fmtCommand struct {
	Paths []string `arg:"" optional:"" placeholder:"PATH" help:"${fmt_paths}"`
	Write bool     `short:"w" help:"Write the files back instead of printing them."`
	Check bool     `help:"Change nothing; name the files that are laid out differently, and fail if there are any."`
}

func (*fmtCommand) Help() string {
	return `Gives bundles and catalogs their usual layout. Comments stay where they are, and neither the document nor its
digest changes. Formatting again changes nothing.

The exit code is 0, or 1 where a file is no YAML or, with --check, laid out differently.

Examples:

    holdfast fmt -w bundles/
    holdfast fmt --check spektre.yaml
    holdfast fmt < draft.yaml > bundle.yaml`
}

func (c *fmtCommand) Run(a *app) error {
	if len(c.Paths) == 0 || len(c.Paths) == 1 && c.Paths[0] == "-" {
		src, err := io.ReadAll(io.LimitReader(a.stdin, maxInput))
		if err != nil {
			return unreadableFile(err)
		}
		return c.format(a, "standard input", src)
	}
	paths, err := files(c.Paths)
	if err != nil {
		return err
	}
	var failed error
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			return unreadableFile(err)
		}
		switch err := c.format(a, path, src); {
		case err == findings:
			failed = err
		case err != nil:
			return err
		}
	}
	return failed
}

// format formats one file. The error is findings where it cannot be, or should be.
func (c *fmtCommand) format(a *app, path string, src []byte) error {
	out, found := author.Format(path, src)
	if yaml.Failed(found) {
		if err := author.Report(a.stderr, found, author.Style{Color: bool(styleFor(a.stderr))}); err != nil {
			return err
		}
		return findings
	}
	switch same := bytes.Equal(out, src); {
	case c.Check && same:
		return nil
	case c.Check:
		fmt.Fprintln(a.stdout, path)
		return findings
	case !c.Write || path == "standard input":
		_, err := a.stdout.Write(out)
		return err
	case same:
		return nil
	}
	info, err := os.Stat(path)
	if err == nil {
		err = os.WriteFile(path, out, info.Mode().Perm())
	}
	if err != nil {
		return unreadableFile(err)
	}
	fmt.Fprintln(a.stdout, path)
	return nil
}
