package core

// This file defines the errors of the package and their codes.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
)

// Codes of errors about proposals, questions, snapshots and logs. Errors of the
// JSON reader have codes json/… and limit/json-….
const (
	CodeShape    = "proposal/shape"    // a member is missing, unknown or of the wrong kind
	CodeAction   = "proposal/action"   // the action is not declared
	CodeAgent    = "proposal/agent"    // the agent is not declared
	CodeArgument = "proposal/argument" // an argument is missing, not declared, or does not fit its type
	CodeAt       = "proposal/at"       // the time is no whole number of milliseconds between 1970 and 9999
	CodeEarlier  = "proposal/earlier"  // the time is earlier than the session's
	CodeSize     = "limit/proposal"    // the proposal is over MaxProposal bytes, or a part over its limit
	CodeSeq      = "limit/seq"         // the session has recorded as many decisions as it may
	CodeSession  = "session/id"        // the session's id is empty or too long
	CodeSnapshot = "session/snapshot"  // the snapshot is not one of this bundle
	CodeDigest   = "session/digest"    // the snapshot belongs to another bundle
	CodeDiffers  = "replay/differs"    // deciding again gives other bytes
	CodeRecord   = "replay/record"     // what was recorded is no decision
	CodeQuestion = "question/shape"    // the question is not well-formed
	CodeCursor   = "catalog/cursor"    // the cursor is not well-formed
	CodeCatalog  = "catalog/shape"     // the catalog document is not well-formed
	CodeMutated  = "catalog/digest"    // a document is not the one that was published
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
//	errors.Is(err, &core.Error{Code: core.CodeEarlier})
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
