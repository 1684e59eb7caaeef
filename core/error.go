package core

// This file defines the errors of the package. Their codes are those of package codes.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
)

// Error says why an input was not accepted. Nothing was recorded.
type Error struct {
	Code    string // stable, area/kebab-case
	Path    string // where in the input: "args.to"; empty for the whole
	Message string // a sentence for people
	Offset  int    // byte of the input, for errors of the JSON reader; otherwise 0
}

func (e *Error) Error() string {
	if e.Path != "" {
		return e.Path + ": " + e.Message
	}
	return e.Message
}

// Is says whether target is an *Error with the same code, so that errors.Is finds a code:
//
//	errors.Is(err, &core.Error{Code: codes.ProposalEarlier})
//
// What else target says (Path, Message, Offset) must be the same too, where it is set.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Path == "" || t.Path == e.Path) &&
		(t.Message == "" || t.Message == e.Message) && (t.Offset == 0 || t.Offset == e.Offset)
}

func reading(err *canon.Error) *Error {
	return &Error{Code: err.Code, Message: err.Message, Offset: err.Offset}
}

// Diagnostic is one finding about a bundle or catalog document. Path is a JSON
// Pointer (RFC 6901); Off and End are bytes within the text at Path, both 0 where
// all of it is meant; Key says that the member's name is meant, not its value.
type Diagnostic = diag.Diagnostic

// Invalid is the error of a document that cannot be used, with all its findings, up to 100.
type Invalid struct {
	Diagnostics []Diagnostic
}

// Is says whether target is an *Error whose code is that of a finding, warnings left out.
func (e *Invalid) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok {
		return false
	}
	for _, d := range e.Diagnostics {
		if !d.Warning && (&Error{Code: d.Code, Path: d.Path, Message: d.Message}).Is(t) {
			return true
		}
	}
	return false
}

func (e *Invalid) Error() string {
	first, more := "", 0
	for _, d := range e.Diagnostics {
		switch {
		case d.Warning:
		case first != "":
			more++
		case d.Path != "":
			first = d.Path + ": " + d.Message
		default:
			first = d.Message
		}
	}
	if more > 0 {
		first += " (and " + strconv.Itoa(more) + " more)"
	}
	return first
}
