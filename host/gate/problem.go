package gate

// This file makes the problem documents of what a gate refuses.

import (
	"errors"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// refusal is the problem of a proposal that would not be committed.
func refusal(d *host.Decision) *problem.Problem {
	var whole struct{ Violations json.RawMessage }
	_ = json.Unmarshal(d.Bytes, &whole) // the core wrote it
	p := problem.New(codes.GateRefused, "%s", d.Say())
	p.Verdict, p.Governing, p.Violations = d.Verdict, d.Governing, whole.Violations
	return p
}

// failure says what could not be decided.
func failure(err error) *problem.Problem {
	if wrong := (*methodError)(nil); errors.As(err, &wrong) {
		p := problem.New(codes.GateMethod, "%s", wrong.Error())
		p.Allow = wrong.methods
		return p
	}
	var wrong *core.Error
	if errors.As(err, new(fault)) || errors.As(err, new(*host.Failure)) || !errors.As(err, &wrong) ||
		!isOfRequest(wrong.Code) {
		// The bundle, the engine or the program is at fault; a client cannot mend that, nor need it know.
		p := problem.New(codes.GateFailed, undecided)
		p.RetryAfter = 1
		return p
	}
	p := problem.New(wrong.Code, "%s", wrong.Message)
	p.Path = wrong.Path
	if p.Status >= 500 {
		p.Detail = undecided
	}
	return p
}

// isOfRequest says whether a code is about the request, or about the session or bundle that it names.
func isOfRequest(code string) bool {
	switch code {
	case codes.SessionUnknown, codes.SessionCorrupt, codes.SessionDigest, codes.BundleUnknown,
		codes.CatalogStall, codes.CatalogCursor:
		return true
	}
	area, _, _ := strings.Cut(code, "/")
	switch area {
	case "gate", "http", "json", "limit", "proposal":
		return true
	}
	return false
}

const undecided = "it could not be decided whether this is admissible, so it is not"
