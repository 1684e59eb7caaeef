package main

// This file defines `holdfast check`.

import (
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"os"
)

type checkCommand struct {
	Paths []string `arg:"" placeholder:"FILE" help:"Bundles and catalogs."`
	JSON  bool     `help:"Print the findings as one JSON object."`
}

func (c *checkCommand) Run(a *app) error {
	var all []author.Finding
	for _, path := range c.Paths {
		src, err := os.ReadFile(path)
		if err != nil {
			return unreadable("%v", err)
		}
		source, found := author.Read(path, src)
		if source.Valid() {
			list, err := host.Native().Check(source.JSON())
			if err != nil {
				return err
			}
			found = append(found, source.Findings(diagnostics(list))...)
		}
		all = append(all, found...)
	}
	if err := author.Report(a.stdout, all, author.Style{Color: a.colour, JSON: c.JSON}); err != nil {
		return err
	}
	if author.Failed(all) {
		return findings
	}
	return nil
}
