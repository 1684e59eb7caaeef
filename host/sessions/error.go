package sessions

// This file defines Error and its codes.

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// The codes of an Error.
const (
	CodeShape       = "http/shape"         // a member is missing, unknown or of the wrong kind
	CodeQuery       = "http/query"         // a list goes on at something that is not in it
	CodeRole        = "auth/role"          // the caller lacks the role
	CodeActor       = "auth/actor"         // the caller acts as the host does
	CodeSessions    = "limit/sessions"     // the caller has as many sessions as it may
	CodeTaken       = "bundle/taken"       // this name and version is published with another digest
	CodeBundle      = "bundle/unknown"     // no such bundle is published
	CodeCatalog     = "catalog/unknown"    // no such catalog is published
	CodeStall       = "catalog/stall"      // the cursor resolves to no bundle, or to several
	CodeSession     = "session/unknown"    // there is no such session
	CodeSessionID   = "session/id"         // the id is not one a session can have
	CodeExists      = "session/exists"     // there is a session with this id
	CodeStale       = "session/stale"      // decisions were recorded since the caller looked
	CodeBusy        = "session/busy"       // other servers kept writing to the session
	CodeSkew        = "proposal/skew"      // at is too far from the host's time
	CodeKey         = "proposal/key"       // the idempotency key was used for another proposal
	CodeDecision    = "decision/unknown"   // the session has no decision of this seq
	CodeNoSignature = "signature/none"     // the document was published without
	CodeUnsigned    = "head/unsigned"      // there is no key to sign heads with
	CodeUnavailable = "ledger/unavailable" // the store does not answer
)

// Error says why something was not done. Nothing was recorded, except where the store did not
// answer (CodeUnavailable): then that is not known.
//
// Other errors of this package are *[core.Error] and *[core.Invalid] for what the core does not
// take, *[host.Failure] for an engine that could not answer, *[ledger.Corrupt], ledger.ErrFull and
// ledger.ErrClosed, those of a Caller, and those of a context. Any other is a bug.
type Error struct {
	Code    string
	Message string

	Seq    *int64   // decisions the session has recorded, with CodeStale and CodeKey
	Missed [][]byte // with CodeStale: decisions the caller has not seen, untouched
	More   bool     // there are more missed than these
	Stall  []byte   // with CodeStall: the catalog's answer

	Cause error // for a log, and not for the caller
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// caused is a refusal whose reason stays in the log.
func caused(cause error, code, format string, args ...any) *Error {
	e := refuse(code, format, args...)
	e.Cause = cause
	return e
}

// unavailable is the error of a store that did not answer.
func unavailable(err error) error {
	if err == nil || errors.As(err, new(*ledger.Corrupt)) || errors.Is(err, ledger.ErrFull) ||
		errors.Is(err, ledger.ErrClosed) || errors.As(err, new(*Error)) {
		return err
	}
	return caused(err, CodeUnavailable, "the store does not answer; whether this was recorded must be looked up: "+
		"repeat the request with the same Idempotency-Key or seq")
}

// denied is what a Caller says of an actor that it may not be.
type denied struct{ error }

func (d denied) Unwrap() error { return d.error }

// isRefusal says whether err is about what was proposed, and leaves the session as it was.
func isRefusal(err error) bool {
	if errors.As(err, new(*host.Failure)) {
		return false
	}
	return errors.As(err, new(*Error)) || errors.As(err, new(*core.Error)) || errors.As(err, new(denied))
}

// isTemporary says whether the same may be answered when it is asked again.
func isTemporary(err error) bool {
	var e *Error
	var failed *host.Failure
	switch {
	case errors.As(err, &e):
		return e.Code == CodeUnavailable || e.Code == CodeBusy
	case errors.As(err, &failed):
		return failed.Code == host.CodeDeadline
	}
	return errors.Is(err, ledger.ErrClosed) || errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded)
}
