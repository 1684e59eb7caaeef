package main

// This file defines `holdfast resolve`.

import (
	"fmt"
	"strings"

	"github.com/goccy/go-json"
)

type resolveCommand struct {
	Catalog string   `arg:"" placeholder:"CATALOG" help:"A catalog, YAML or built."`
	Cursor  []string `arg:"" placeholder:"PART=VALUE" help:"${cursor}"`
	engineFlag
	JSON bool `help:"Print the answer's exact bytes, the bundle included."`
}

func (*resolveCommand) Help() string {
	return `Finds the one bundle that a cursor means. None, or more than one, is a stall: there is no basis to decide.

The exit code is 0 where there is a bundle, 1 where it stalls.

Examples:

    holdfast resolve catalog.yaml class=1 chapter=moon element=air
    holdfast resolve catalog.json '{"class":1,"chapter":"moon","element":"air"}' --json`
}

func (c *resolveCommand) Run(a *app) error {
	engine, err := c.open(a)
	if err != nil {
		return err
	}
	doc, err := a.readDocument(c.Catalog)
	if err != nil {
		return err
	}
	if !doc.Catalog {
		return unreadable("%s is a bundle, not a catalog", c.Catalog)
	}
	catalog, err := engine.LoadCatalog(doc.Document)
	if err != nil {
		return unreadable("%s: %s", c.Catalog, describe(err))
	}
	src := []byte(c.Cursor[0])
	if strings.HasPrefix(c.Cursor[0], "{") && len(c.Cursor) > 1 {
		return unreadable("%q comes after a whole cursor", c.Cursor[1])
	}
	if !strings.HasPrefix(c.Cursor[0], "{") {
		if src, err = cursor(strings.Join(c.Cursor, ","), matrix(catalog)); err != nil {
			return err
		}
	}
	answer, err := catalog.Resolve(src)
	if err != nil {
		return unreadable("%s: %s", c.Catalog, describe(err))
	}
	var found struct {
		Bundle *struct{ Bundle, Version string }
		Cursor map[string]json.RawMessage
		Digest string
		Say    string
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return err
	}
	switch {
	case c.JSON:
		err = a.line(answer)
	case found.Bundle == nil:
		fmt.Fprintf(a.stdout, "%s %s\n", a.style.verdict("stall"), found.Say)
		for _, line := range astray(src, matrix(catalog)) {
			fmt.Fprintf(a.stdout, "  %s\n", line)
		}
	default:
		fmt.Fprintf(a.stdout, "%s@%s %s %s\n", found.Bundle.Bundle, found.Bundle.Version, found.Digest, pairs(found.Cursor))
	}
	if err == nil && found.Bundle == nil {
		return findings
	}
	return err
}
