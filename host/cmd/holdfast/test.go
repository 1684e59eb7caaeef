package main

// This file defines `holdfast test`.

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/scenario"
)

type testCommand struct {
	Paths []string `arg:"" placeholder:"PATH" help:"Bundles, catalogs, points of catalogs, and folders."`
	engineFlag
	Threshold int    `placeholder:"PERCENT" help:"Fail where the scenarios of a bundle reach less than this."`
	Points    string `default:"fit" placeholder:"fit|all|N" help:"${points}"`
	Verbose   bool   `short:"v" help:"List every scenario."`
	JSON      bool   `help:"Print the outcome as one JSON object."`
}

func (*testCommand) Help() string {
	return `Runs the scenarios that ship with each bundle, each on a session of its own, and says what they do not reach:
constraints that were never violated, actions never committed, patterns no text has hit, moves never taken.
The percentage counts all of these. Of a folder, all YAML files in it that begin with the key holdfast are
tested.

Of a catalog every point is loaded. Its scenarios are those of its bundle, and fit the points that have the very
values written there; where there is no such point, the first point is taken.

The exit code is 0, or 1 where a scenario fails, a bundle is not valid, or the threshold is missed.

Examples:

    holdfast test spektre.yaml
    holdfast test bundles/ --threshold 90
    holdfast test catalog.yaml --points all --json
    holdfast test "catalog.yaml#class=2,chapter=mars,element=fire" --engine native`
}

// tested is the outcome of one file.
type tested struct {
	Path      string           `json:"path"`
	Bundle    string           `json:"bundle"` // NAME@VERSION; of a catalog, the catalog's
	Digest    string           `json:"digest"`
	Passed    bool             `json:"passed"`
	Points    *points          `json:"points,omitempty"` // of a catalog
	Scenarios []ran            `json:"scenarios"`
	Coverage  *scenario.Report `json:"coverage,omitempty"`
	Findings  []yaml.Finding   `json:"findings,omitempty"` // why it could not be tested

	source   *yaml.Source // the file that has the scenarios
	coverage scenario.Coverage
}

// points says at which points of a catalog scenarios ran.
type points struct {
	Loaded int      `json:"loaded"`
	Run    []string `json:"run"`
}

// ran is a scenario's outcome, and where a failed step is.
type ran struct {
	Point string `json:"point,omitempty"`
	scenario.Outcome
	Place *yaml.Place `json:"place,omitempty"`
}

// testRun is a run of the command.
type testRun struct {
	*app
	*testCommand
	engine host.Core
	point  int // how many points; 0 for all, -1 for those that fit
}

func (c *testCommand) Run(a *app) error {
	t := &testRun{app: a, testCommand: c, point: -1}
	switch n, err := strconv.Atoi(c.Points); {
	case c.Points == "fit":
	case c.Points == "all":
		t.point = 0
	case err == nil && n > 0:
		t.point = n
	default:
		return unreadable("--points takes fit, all, or how many; not %q", c.Points)
	}
	if c.Threshold < 0 || c.Threshold > 100 {
		return unreadable("--threshold is a percentage from 0 to 100; not %d", c.Threshold)
	}
	paths, err := files(c.Paths)
	if err != nil {
		return err
	}
	if t.engine, err = c.open(a); err != nil {
		return err
	}
	results := make([]*tested, 0, len(paths))
	for _, path := range paths {
		r, err := t.file(path)
		if err != nil {
			return err
		}
		results = append(results, r)
		if !c.JSON {
			t.show(r)
			if err := a.stdout.Flush(); err != nil {
				return err
			}
		}
	}
	return t.conclude(results)
}

// file tests what is in one file.
func (t *testRun) file(arg string) (*tested, error) {
	path, point := cutPoint(arg)
	built, found, err := t.build(path)
	if err != nil {
		return nil, err
	}
	r := &tested{Path: arg, Bundle: built.Name + "@" + built.Version, Digest: built.Digest, Scenarios: []ran{}}
	if built.Document == nil {
		r.Findings = found
		return r, nil
	}
	r.source = t.sourceOf(built)
	p := t.progress("testing " + arg)
	defer p.done()
	switch {
	case point != "":
		err = t.onePoint(r, built, point)
	case built.Catalog:
		err = t.catalog(r, built, p)
	default:
		err = t.suite(r, built.Document, "")
	}
	if err != nil {
		return nil, err
	}
	report := r.coverage.Report()
	r.Coverage = &report
	r.Passed = len(r.Findings) == 0 && report.Percent >= t.Threshold
	for i := range r.Scenarios {
		r.Passed = r.Passed && r.Scenarios[i].Passed
	}
	return r, nil
}

// onePoint tests a point that was named.
func (t *testRun) onePoint(r *tested, built *author.Built, point string) error {
	document, err := t.app.point(t.engine, built.Files[0], built, point)
	if err != nil {
		return err
	}
	bundle, err := t.engine.Load(document)
	if err != nil {
		return err
	}
	r.Bundle, r.Digest = bundle.Name()+"@"+bundle.Version(), bundle.Digest()
	return t.suite(r, document, "")
}

// sourceOf reads the file that has the scenarios again, to say where a step is.
func (a *app) sourceOf(built *author.Built) *yaml.Source {
	path := built.Files[0]
	if built.Catalog && len(built.Files) > 1 {
		path = built.Files[1] // the catalog's bundle
	}
	src, _ := a.readFile(path) // it was read a moment ago
	source, _ := yaml.Read(path, src)
	return source
}

// located turns what was found in a document into findings in its file.
func located(source *yaml.Source, diagnostics []core.Diagnostic) []yaml.Finding {
	var list []yaml.Finding
	for _, d := range diagnostics {
		list = append(list, author.Locate(source, d))
	}
	return list
}

// suite runs the scenarios of a document.
func (t *testRun) suite(r *tested, document []byte, point string) error {
	suite, err := scenario.Read(t.engine, document)
	var invalid *core.Invalid
	if errors.As(err, &invalid) {
		r.Findings = located(r.source, invalid.Diagnostics)
		return nil
	}
	if err != nil {
		return err
	}
	for i := range suite.Scenarios {
		outcome, err := suite.Run(i)
		if err != nil {
			return err
		}
		x := ran{Point: point, Outcome: outcome}
		if !outcome.Passed {
			if place, found := r.source.Position(outcome.Failure.Pointer, false, 0, 0); found {
				x.Place = &place
			}
		}
		r.Scenarios = append(r.Scenarios, x)
	}
	r.coverage.Add(suite.Coverage())
	return nil
}

// catalog loads every point of a catalog and runs scenarios at some.
func (t *testRun) catalog(r *tested, built *author.Built, p *progress) error {
	catalog, err := t.engine.LoadCatalog(built.Document)
	if err != nil {
		return unreadable("%s: %s", r.Path, describe(err))
	}
	var info struct {
		Cursors []map[string]json.RawMessage
		Digests []string
	}
	if err := json.Unmarshal(catalog.Info(), &info); err != nil {
		return err
	}
	documents := make([][]byte, len(info.Cursors))
	for i := range info.Cursors {
		p.at(i, len(info.Cursors))
		cursor, err := json.Marshal(info.Cursors[i])
		if err != nil {
			return err
		}
		document, say, err := resolve(catalog, cursor)
		if err != nil {
			return unreadable("%s: %s", r.Path, describe(err))
		}
		if document == nil {
			return unreadable("%s: the point %s is published and stalls: %s", r.Path, pairs(info.Cursors[i]), say)
		}
		if _, err := t.engine.Load(document); err != nil {
			return unreadable("%s: %s: %s", r.Path, pairs(info.Cursors[i]), describe(err))
		}
		documents[i] = document
	}
	r.Points = &points{Loaded: len(documents), Run: []string{}}
	for _, i := range t.choose(built.Document, info.Digests) {
		point := strings.ReplaceAll(pairs(info.Cursors[i]), " ", ",")
		r.Points.Run = append(r.Points.Run, point)
		if err := t.suite(r, documents[i], point); err != nil {
			return err
		}
	}
	return nil
}

// choose returns the indexes of the points at which scenarios run.
func (t *testRun) choose(document []byte, digests []string) []int {
	var list []int
	for i := range digests {
		if t.point == 0 || i < t.point {
			list = append(list, i)
		}
	}
	if t.point >= 0 {
		return list
	}
	var catalog struct{ Bundle json.RawMessage }
	_ = json.Unmarshal(document, &catalog) // it was built a moment ago
	written := ""
	if bundle, err := t.engine.Load(catalog.Bundle); err == nil { // it need not have values of its own
		written = bundle.Digest()
	}
	for i, digest := range digests {
		if digest == written {
			list = append(list, i)
		}
	}
	if len(list) == 0 {
		return []int{0}
	}
	return list
}

// conclude prints what remains to be said, and says whether all is well.
func (t *testRun) conclude(results []*tested) error {
	scenarios, failed, good := 0, 0, true
	for _, r := range results {
		good = good && r.Passed
		for _, s := range r.Scenarios {
			scenarios++
			if !s.Passed {
				failed++
			}
		}
	}
	if t.JSON {
		if err := t.object(map[string]any{"bundles": results, "scenarios": scenarios, "failed": failed,
			"passed": good}); err != nil {
			return err
		}
	} else if len(results) > 1 {
		fmt.Fprintf(t.stdout, "%s, %s, %d failed.\n", count(len(results), "file"), count(scenarios, "scenario"), failed)
	}
	if !good {
		return findings
	}
	return nil
}

// show prints the outcome of one file.
func (t *testRun) show(r *tested) {
	s := t.style
	if r.Findings != nil {
		fmt.Fprintf(t.stdout, "%s %s cannot be tested:\n", s.bad("FAIL"), r.Path)
		_ = author.Report(t.stdout, r.Findings, author.Style{Color: bool(s)})
		return
	}
	mark := s.good("ok  ")
	if !r.Passed {
		mark = s.bad("FAIL")
	}
	what := count(len(r.Scenarios), "scenario")
	if r.Points != nil {
		what += fmt.Sprintf(" at %s, %s loaded", strings.Join(r.Points.Run[:min(3, len(r.Points.Run))], " and "),
			count(r.Points.Loaded, "point"))
		if n := len(r.Points.Run); n > 3 {
			what = fmt.Sprintf("%s at %d points, %s loaded", count(len(r.Scenarios), "scenario"), n,
				count(r.Points.Loaded, "point"))
		}
	}
	fmt.Fprintf(t.stdout, "%s %s  %s: %s\n", mark, s.bold(r.Bundle), r.Path, what)
	for _, x := range r.Scenarios {
		if !x.Passed {
			t.showFailure(&x)
		} else if t.Verbose {
			fmt.Fprintf(t.stdout, "     %s %s %s\n", s.good("ok"), x.Name,
				s.dim("("+strings.TrimPrefix(x.Point+", ", ", ")+count(x.Steps, "step")+")"))
		}
	}
	if slices.ContainsFunc(r.Scenarios, func(x ran) bool { return !x.Passed }) {
		fmt.Fprintln(t.stdout)
	}
	t.showCoverage(r.Coverage)
}

func (t *testRun) showFailure(x *ran) {
	s, f := t.style, x.Failure
	fmt.Fprintf(t.stdout, "\n     %s\n", s.bold(x.Name))
	at := ""
	if x.Place != nil {
		at = ", " + where(*x.Place)
	}
	if x.Point != "" {
		at += ", at " + x.Point
	}
	fmt.Fprintf(t.stdout, "     step %d of %d%s\n", f.Step, x.Steps, at)
	if d, err := readDecision(f.Proposal); err == nil {
		fmt.Fprintf(t.stdout, "       %s\n", d.proposed())
	}
	for _, m := range f.Mismatches {
		fmt.Fprintf(t.stdout, "       %s: expected %s, got %s\n", m.What, s.good(m.Want), s.bad(m.Got))
	}
	if f.Error != nil {
		fmt.Fprintf(t.stdout, "       because: %s\n", said(f.Error.Path, f.Error.Message, f.Error.Code))
	} else if d, err := readDecision(f.Decision); err == nil {
		if len(d.Violations)+len(d.Advice)+len(d.Changes) > 0 {
			fmt.Fprintf(t.stdout, "       the decision was %s, with\n", s.verdict(d.Verdict))
		} else {
			fmt.Fprintf(t.stdout, "       the decision was %s\n", s.verdict(d.Verdict))
		}
		d.because(t.stdout, s, "         ")
	}
}

func (t *testRun) showCoverage(r *scenario.Report) {
	s := t.style
	percent := fmt.Sprintf("%d %%", r.Percent)
	if r.Percent < t.Threshold {
		percent = s.bad(fmt.Sprintf("%s, below %d %%", percent, t.Threshold))
	}
	line := ""
	for _, kind := range []struct {
		name  string
		items scenario.Items
	}{{"constraints", r.Constraints}, {"actions", r.Actions}, {"patterns", r.Patterns}, {"moves", r.Moves}} {
		if kind.items.Total > 0 {
			line += fmt.Sprintf(", %s %d/%d", kind.name, kind.items.Seen, kind.items.Total)
		}
	}
	fmt.Fprintf(t.stdout, "     coverage %s%s\n", percent, strings.Replace(line, ", ", ": ", 1))
	for _, missing := range []struct {
		what  string
		items scenario.Items
	}{{"never violated", r.Constraints}, {"never committed", r.Actions}, {"never hit", r.Patterns},
		{"never taken", r.Moves}} {
		if len(missing.items.Missing) > 0 {
			fmt.Fprintf(t.stdout, "       %s: %s\n", s.maybe(missing.what), strings.Join(missing.items.Missing, ", "))
		}
	}
	var seen []string
	for _, verdict := range scenario.Verdicts() {
		if n := r.Verdicts[verdict]; n > 0 {
			seen = append(seen, fmt.Sprintf("%s %d", verdict, n))
		}
	}
	if len(seen) > 0 {
		fmt.Fprintf(t.stdout, "     verdicts: %s\n", strings.Join(seen, ", "))
	}
}
