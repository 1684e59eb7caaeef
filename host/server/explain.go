package server

// This file makes problem documents of errors.

import (
	"context"
	"errors"
	"net/http"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/sessions"
)

// explain makes a problem of any error.
func explain(err error) *problem.Problem {
	var p *problem.Problem
	var refused *sessions.Error
	var wrong *core.Error
	var invalid *core.Invalid
	var failed *host.Failure
	var denied *identity.Error
	var corrupt *ledger.Corrupt
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &refused):
		return explainSession(refused)
	case errors.As(err, &corrupt):
		return caused(err, codes.SessionCorrupt, "%s is not what was written: nothing is served from it", corrupt.What)
	case errors.As(err, &failed):
		return caused(err, failed.Code, "the engine could not answer; nothing was decided")
	case errors.As(err, &invalid):
		p := problem.New(codes.BundleInvalid, "%s", invalid.Error())
		p.Diagnostics = host.Findings(invalid.Diagnostics)
		return p
	case errors.As(err, &wrong):
		p := problem.New(wrong.Code, "%s", wrong.Message)
		p.Path, p.Offset = wrong.Path, wrong.Offset
		return p
	case errors.As(err, &denied):
		p := problem.New(denied.Code, "%s", denied.Message)
		p.Challenge = denied.Challenge()
		return p
	case errors.As(err, &tooLarge):
		return problem.New(codes.HTTPTooLarge, "the body has over %d bytes", tooLarge.Limit)
	case errors.Is(err, ledger.ErrFull):
		return caused(err, codes.LedgerFull, "there is no space left; nothing was recorded")
	case errors.Is(err, ledger.ErrClosed):
		return caused(err, codes.ServerShuttingDown, "the server is shutting down; nothing was recorded")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return caused(err, codes.LedgerUnavailable, "it took too long, or the request was given up")
	default:
		return caused(err, codes.ServerInternal, "something failed that must not; the server's log says more")
	}
}

// explainSession makes a problem of what sessions refuse.
func explainSession(e *sessions.Error) *problem.Problem {
	p := caused(e.Cause, e.Code, "%s", e.Message)
	p.Seq, p.More, p.Stall = e.Seq, e.More, e.Stall
	for _, decision := range e.Missed {
		p.Missed = append(p.Missed, json.RawMessage(decision))
	}
	return p
}

// caused is a problem whose reason stays in the log.
func caused(err error, code, format string, args ...any) *problem.Problem {
	p := problem.New(code, format, args...)
	p.Cause = err
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusInsufficientStorage {
		p.RetryAfter = 1
	}
	return p
}

// writeProblem answers with a problem in place of what a handler had prepared.
func writeProblem(w http.ResponseWriter, p *problem.Problem) {
	for name := range w.Header() {
		switch name {
		case "Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "X-Content-Type-Options", "Request-Id":
		default:
			w.Header().Del(name)
		}
	}
	p.Write(w)
}
