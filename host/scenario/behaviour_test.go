package scenario_test

// This file runs the scenarios of testdata/behaviour, natively and on the module.

import (
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/scenario"
)

func TestBehaviour(t *testing.T) {
	module, err := host.New(t.Context(), host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { module.Close() })
	files, err := filepath.Glob("../../testdata/behaviour/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata/behaviour has no bundles: %v", err)
	}
	for _, file := range files {
		for name, engine := range map[string]host.Core{"native": host.Native(), "module": module} {
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) { scenarios(t, file, engine) })
		}
	}
}

func scenarios(t *testing.T, file string, engine host.Core) {
	built, findings := author.Build(file, author.Options{Engine: engine})
	for _, f := range findings {
		t.Errorf("%s: %s", f.Code, f.Message)
	}
	if built.Document == nil {
		t.FailNow()
	}
	suite, err := scenario.Read(engine, built.Document)
	if err != nil {
		t.Fatal(err)
	}
	if len(suite.Scenarios) == 0 {
		t.Error("there are no scenarios")
	}
	for i := range suite.Scenarios {
		outcome, err := suite.Run(i)
		if err != nil {
			t.Fatal(err)
		}
		if !outcome.Passed {
			t.Errorf("%s: %+v", outcome.Name, outcome.Failure)
		}
	}
}
