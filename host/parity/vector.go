package parity

// This file makes golden sessions out of jobs, for engines that replay golden sessions only: browsers and workerd.

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/holdfast-rt/holdfast/host"
)

// Vector is a golden session, as testdata/golden/README.md describes it: proposals and decisions are one a line.
type Vector struct {
	Bundle, Proposals, Decisions []byte
}

// Vectors returns the sessions of a job, each decided natively again. Proposals without a decision change nothing
// and are left out, and so are sessions without one.
func (j *Job) Vectors() (list []Vector, err error) {
	var b host.Bundle
	var s host.Session
	var v Vector
	end := func() {
		if len(v.Decisions) > 0 {
			list = append(list, v)
		}
	}
	for _, step := range j.Steps {
		switch step.Op {
		case "load":
			v.Bundle = step.In
			b, err = host.Native().Load(step.In)
		case "open":
			end()
			v, s = Vector{Bundle: v.Bundle}, nil
		case "decide":
			if s == nil {
				if s, err = b.Open(Session); err != nil {
					return nil, err
				}
			}
			if bytes.Contains(step.In, []byte("\n")) {
				continue
			}
			if out, refused := s.Decide(step.In); refused == nil {
				v.Proposals = append(append(v.Proposals, step.In...), '\n')
				v.Decisions = append(append(v.Decisions, out...), '\n')
			}
		}
		if err != nil {
			return nil, err
		}
	}
	end()
	return list, nil
}

// Write writes the vector's files into a folder, which it makes.
func (v *Vector) Write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	files := map[string][]byte{"bundle.json": v.Bundle, "proposals.jsonl": v.Proposals, "decisions.jsonl": v.Decisions}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
