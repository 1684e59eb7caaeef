package yaml

// This file defines Finding, what is shown to a person about a file.

import (
	"cmp"
	"slices"
)

// MaxFindings is the most findings a report holds. A hundred are more than
// anyone mends before checking again.
const MaxFindings = 100

// Place is a stretch of a file.
type Place struct {
	File      string `json:"file"`              // as it was named to Read
	Line      int    `json:"line"`              // 1-based; 0 when the whole file is meant
	Column    int    `json:"column"`            // 1-based, in Unicode code points
	EndLine   int    `json:"endLine"`           // line of the first character after it
	EndColumn int    `json:"endColumn"`         // column of the first character after it
	Offset    int    `json:"offset"`            // 0-based byte in the file
	Excerpt   string `json:"excerpt,omitempty"` // the line it begins on; empty where that has over 1,000 bytes
	Text      string `json:"-"`                 // the same, whatever its length
}

// Severity says whether a finding keeps a document from being used.
type Severity string

// The severities of a Finding.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing that is wrong with a file, where it is, and what to do
// about it.
type Finding struct {
	Place
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // area/kebab-case, stable
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	Pointer  string   `json:"pointer,omitempty"` // JSON Pointer into the document, where there is one
	Related  *Place   `json:"related,omitempty"` // a second place the message speaks of
}

// Failed says whether any finding is an error.
func Failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// Sort orders findings by file and position, and drops exact repetitions. What is at one place keeps its order.
// Files come in the order of files, and those that are not listed after them, by name.
func Sort(findings []Finding, files []string) []Finding {
	file := func(f Finding) int {
		if i := slices.Index(files, f.File); i >= 0 {
			return i
		}
		return len(files)
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(file(a), file(b)), cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(findings, func(a, b Finding) bool {
		return a.Place == b.Place && a.Code == b.Code && a.Message == b.Message
	})
}
