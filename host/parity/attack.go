package parity

// This file makes jobs out of bundles that bring scenarios along, like those of testdata/compose.

import (
	"fmt"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/scenario"
)

// Attack builds the bundle of a YAML file, whose parents may be in folders, and runs its scenarios natively.
// It returns all that was done, a session for each scenario, and a line for each scenario that failed.
func Attack(file string, folders ...string) (j *Job, failures []string, err error) {
	built, findings := author.Build(file, author.Options{Engine: host.Native(), Folders: folders})
	if built.Document == nil {
		return nil, nil, fmt.Errorf("%s: %+v", file, findings)
	}
	r := &recorder{Core: host.Native(), job: &Job{Steps: []Step{{Op: "load", In: built.Document}}}}
	suite, err := scenario.Read(r, built.Document)
	if err != nil {
		return nil, nil, err
	}
	for i := range suite.Scenarios {
		outcome, err := suite.Run(i)
		if err != nil {
			return nil, nil, err
		}
		if f := outcome.Failure; !outcome.Passed {
			failures = append(failures, fmt.Sprintf("%s: step %d: %+v\n%s", outcome.Name, f.Step, f.Mismatches, f.Decision))
		}
	}
	Expect(r.job)
	return r.job, failures, nil
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
