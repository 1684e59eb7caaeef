package studio

// This file defines what an editor asks for: a document of its text, how its scenarios
// end, and the YAML of a bundle that is published.

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/scenario"
)

// name is what the text is called in findings.
const name = "bundle.yaml"

// patience is how long scenarios may run. Those not begun by then are left out. Tests put it out of
// reach: what they find must not depend on how fast the machine is.
var patience = 10 * time.Second

// built is what became of the text.
type built struct {
	Name     string          `json:"name"`
	Version  string          `json:"version"`
	Catalog  bool            `json:"catalog"`
	Document json.RawMessage `json:"document"` // null where a finding is an error
	Digest   string          `json:"digest"`
	Findings []yaml.Finding  `json:"findings"`
	More     int             `json:"more"` // findings beyond those that are told
}

// build makes the document. It reads no file: parents are what is published.
func (h *handler) build(ctx context.Context, src []byte) built {
	b, found := author.Build(name, author.Options{
		Engine: h.Core,
		ReadFile: func(path string) ([]byte, error) {
			if path == name {
				return src, nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
		Resolve: func(name, version string) ([]byte, error) {
			digest, err := h.Ledger.Release(ctx, ledger.KindBundle, name, version)
			if err == nil {
				var doc ledger.Document
				if doc, err = h.Ledger.Document(ctx, digest); err == nil {
					return doc.Bytes, nil
				}
			}
			if errors.Is(err, ledger.ErrNotFound) {
				err = fs.ErrNotExist
			}
			return nil, err
		},
	})
	answer := built{Name: b.Name, Version: b.Version, Catalog: b.Catalog, Document: b.Document, Digest: b.Digest,
		Findings: found}
	if answer.Document == nil {
		answer.Document = json.RawMessage("null")
	}
	if answer.More = max(0, len(found)-yaml.MaxFindings); answer.More > 0 {
		answer.Findings = found[:yaml.MaxFindings]
	}
	if answer.Findings == nil {
		answer.Findings = []yaml.Finding{}
	}
	return answer
}

// tested is the answer to /studio/test.
type tested struct {
	built
	Scenarios []outcome        `json:"scenarios"`
	Unrun     int              `json:"unrun"`    // scenarios there was no time for
	Coverage  *scenario.Report `json:"coverage"` // null where none was run
}

// outcome is how a scenario ended, and where it, or the step that failed, is.
type outcome struct {
	scenario.Outcome
	Line   int `json:"line"`
	Column int `json:"column"`
}

// test builds the document and plays its scenarios. Those of a catalog's points are the bundle's.
func (h *handler) test(ctx context.Context, src []byte) (tested, error) {
	answer := tested{built: h.build(ctx, src), Scenarios: []outcome{}}
	if answer.Digest == "" || answer.Catalog {
		return answer, nil
	}
	suite, err := scenario.Read(h.Core, answer.Document)
	if err != nil {
		if invalid := new(core.Invalid); errors.As(err, &invalid) {
			source, _ := yaml.Read(name, src)
			for _, d := range invalid.Diagnostics {
				answer.Findings = append(answer.Findings, author.Locate(source, d))
			}
			return answer, nil
		}
		return answer, err
	}
	source, _ := yaml.Read(name, src)
	until := time.Now().Add(patience)
	for i := range suite.Scenarios {
		if ctx.Err() != nil || time.Now().After(until) {
			answer.Unrun = len(suite.Scenarios) - i
			break
		}
		ended, err := suite.Run(i)
		if err != nil {
			return answer, err
		}
		pointer := scenario.Pointer(i, 0)
		if ended.Failure != nil {
			pointer = ended.Failure.Pointer
		}
		place, _ := source.Position(pointer, false, 0, 0)
		answer.Scenarios = append(answer.Scenarios, outcome{ended, place.Line, place.Column})
	}
	report := suite.Coverage().Report()
	answer.Coverage = &report
	return answer, nil
}

// source returns a published bundle as YAML: the file it was made from where that is
// known, and otherwise its public document in the usual layout.
func (h *handler) source(ctx context.Context, digest string) ([]byte, error) {
	doc, err := h.Ledger.Document(ctx, digest)
	if errors.Is(err, ledger.ErrNotFound) || err == nil && doc.Kind != ledger.KindBundle {
		return nil, problem.New(codes.BundleUnknown, "no bundle %q is published", digest)
	}
	if err != nil {
		return nil, err
	}
	if src, ok := h.Sources[digest]; ok {
		return src, nil
	}
	public, err := h.Core.Public(doc.Bytes)
	if err != nil {
		return nil, err
	}
	return render(public)
}
