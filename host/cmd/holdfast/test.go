package main

// This file defines `holdfast test`.

import (
	"fmt"

	"github.com/holdfast-rt/holdfast/host/scenario"
)

type testCommand struct {
	Paths []string `arg:"" placeholder:"PATH" help:"Bundles, catalogs, and folders of them."`
	engineFlag
}

func (c *testCommand) Run(a *app) error {
	engine, err := c.open(a)
	if err != nil {
		return err
	}
	failed := 0
	for _, path := range c.Paths {
		doc, err := a.readDocument(path)
		if err != nil {
			return err
		}
		suite, err := scenario.Read(engine, doc.bytes)
		if err != nil {
			return unreadable("%s: %s", path, describe(err))
		}
		for i := range suite.Scenarios {
			outcome, err := suite.Run(i)
			if err != nil {
				return err
			}
			if outcome.Passed {
				continue
			}
			failed++
			fmt.Fprintf(a.stdout, "FAIL %s: %s, step %d\n", path, outcome.Name, outcome.Failure.Step)
			for _, m := range outcome.Failure.Mismatches {
				fmt.Fprintf(a.stdout, "  %s: want %s, got %s\n", m.What, m.Want, m.Got)
			}
			fmt.Fprintf(a.stdout, "  %s\n", outcome.Failure.Decision)
		}
		fmt.Fprintf(a.stdout, "%s: %d scenarios, %d failed\n%+v\n", path, len(suite.Scenarios), failed, suite.Coverage().Report())
	}
	if failed > 0 {
		return findings
	}
	return nil
}
