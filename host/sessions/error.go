package sessions

// This file defines Error.

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
)

// Error says why something was not done. Nothing was recorded, except where the store did not
// answer (codes.LedgerUnavailable): then that is not known.
//
// Other errors of this package are *[core.Error] and *[core.Invalid] for what the core does not
// take, *[host.Failure] for an engine that could not answer, *[ledger.Corrupt], ledger.ErrFull and
// ledger.ErrClosed, those of a Caller, and those of a context. Any other is a bug.
type Error struct {
	Code    string
	Message string

	Seq    *int64   // decisions the session has recorded, with codes.SessionStale and codes.ProposalKey
	Missed [][]byte // with codes.SessionStale: decisions the caller has not seen, untouched
	More   bool     // there are more missed than these
	Stall  []byte   // with codes.CatalogStall: the catalog's answer

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
	return caused(err, codes.LedgerUnavailable, "the store does not answer; whether this was recorded must be looked up: "+
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
		return e.Code == codes.LedgerUnavailable || e.Code == codes.SessionBusy
	case errors.As(err, &failed):
		return failed.Code == codes.EngineDeadline
	}
	return errors.Is(err, ledger.ErrClosed) || errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded)
}
