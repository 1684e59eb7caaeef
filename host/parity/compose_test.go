package parity

// This file runs the attacks of testdata/compose: children that would weaken their parent, each with
// scenarios that say what must come. What was proposed there is then decided by every engine.

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCompose(t *testing.T) {
	folders := []string{"../../testdata/bundles", "../../testdata/bundles/grade-1-guardian"}
	files, err := filepath.Glob("../../testdata/compose/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("testdata/compose has %d bundles: %v", len(files), err)
	}
	var jobs []*Job
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			j, failures, err := Attack(file, folders...)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range failures {
				t.Error(f)
			}
			jobs = append(jobs, j)
		})
	}
	if t.Failed() || os.Getenv("HOLDFAST_SHORT") != "" {
		return
	}
	t.Run("wazero", func(t *testing.T) { compare(t, engine(t, false), jobs) })
	t.Run("interpreter", func(t *testing.T) { compare(t, engine(t, true), jobs) })
	t.Run("node", func(t *testing.T) { compareNode(t, jobs) })
}
