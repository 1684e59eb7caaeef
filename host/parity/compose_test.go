package parity

// This file runs the attacks of testdata/compose: children that would weaken their parent, each with
// scenarios that say what must come. What was proposed there is then decided by every engine.

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/scenario"
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
			built, findings := author.Build(file, author.Options{Engine: host.Native(), Folders: folders})
			if built.Document == nil {
				t.Fatalf("%+v", findings)
			}
			jobs = append(jobs, played(t, built.Document))
		})
	}
	if t.Failed() || os.Getenv("HOLDFAST_SHORT") != "" {
		return
	}
	t.Run("wazero", func(t *testing.T) { compare(t, engine(t, false), jobs) })
	t.Run("interpreter", func(t *testing.T) { compare(t, engine(t, true), jobs) })
	t.Run("node", func(t *testing.T) { compareNode(t, jobs) })
}

// played runs a bundle's scenarios natively, and returns what was done.
func played(t *testing.T, document []byte) *Job {
	t.Helper()
	rec := &recorder{Core: host.Native(), job: &Job{Steps: []Step{{Op: "load", In: document}}}}
	suite, err := scenario.Read(rec, document)
	if err != nil {
		t.Fatal(err)
	}
	for i := range suite.Scenarios {
		outcome, err := suite.Run(i)
		if err != nil {
			t.Fatal(err)
		}
		if !outcome.Passed {
			t.Errorf("%s: step %d: %+v\n%s", outcome.Name, outcome.Failure.Step, outcome.Failure.Mismatches, outcome.Failure.Decision)
		}
	}
	Expect(rec.job)
	return rec.job
}

// recorder notes which sessions are opened and what they decide.
type recorder struct {
	host.Core
	job *Job
}

func (r *recorder) Load(document []byte) (host.Bundle, error) {
	b, err := r.Core.Load(document)
	return &recordedBundle{b, r}, err
}

type recordedBundle struct {
	host.Bundle
	*recorder
}

func (b *recordedBundle) Open(id string) (host.Session, error) {
	s, err := b.Bundle.Open(id)
	b.job.Steps = append(b.job.Steps, Step{Op: "open", In: []byte(id)})
	return &recordedSession{s, b.recorder}, err
}

type recordedSession struct {
	host.Session
	*recorder
}

func (s *recordedSession) Decide(proposal []byte) ([]byte, error) {
	s.job.Steps = append(s.job.Steps, Step{Op: "decide", In: proposal}, Step{Op: "snapshot"}, Step{Op: "restore"})
	return s.Session.Decide(proposal)
}
