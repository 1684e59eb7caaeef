// Package problem writes problem documents (RFC 9457): the JSON that servers, gates and the studio
// answer with where they refuse. The status and title of one follow from its code.
package problem

// This file defines Problem.

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

// MediaType is the type of a problem document.
const MediaType = "application/problem+json"

// Problem is a problem document, and the error that it tells of.
//
//ts:interface ProblemDocument
//ts:about Why something is refused (RFC 9457): an answer of the type application/problem+json.
type Problem struct {
	Type   string `json:"type"` // `urn:holdfast:problem:` and the code
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"` // for people: what is wrong with this request

	// Of an input that is not accepted.

	Path        string         `json:"path,omitempty"`        // where in the body, or in the proposal
	Offset      int            `json:"offset,omitempty"`      // byte of the body, 0-based
	Diagnostics []host.Finding `json:"diagnostics,omitempty"` // what is wrong with a document

	// Of a session that has moved on, and of a cursor that means no one bundle.

	Seq    *int64            `json:"seq,omitempty"`    // decisions that the session has recorded
	Missed []json.RawMessage `json:"missed,omitempty"` // decisions, untouched
	More   bool              `json:"more,omitempty"`   // there are more missed than these
	Stall  json.RawMessage   `json:"stall,omitempty"`  // the catalog's answer

	// Of a decision that is no commit, as in its bytes.

	Verdict    string          `json:"verdict,omitempty"`
	Governing  string          `json:"governing,omitempty"`
	Violations json.RawMessage `json:"violations,omitempty"`

	Allow      []string `json:"-"` // the methods there are, for 405
	Challenge  string   `json:"-"` // the WWW-Authenticate header, for 401
	RetryAfter int      `json:"-"` // seconds; 0 says nothing
	Cause      error    `json:"-"` // for a log only
}

// New makes a problem. Status and title are those that the registry has for the code; a code that it has
// no status for is about an input.
func New(code, format string, args ...any) *Problem {
	p := &Problem{Type: "urn:holdfast:problem:" + code, Code: code, Detail: fmt.Sprintf(format, args...)}
	p.Status, p.Title = http.StatusUnprocessableEntity, "Not accepted"
	if about, ok := codes.Find(code); ok && about.Status != 0 {
		p.Status, p.Title = about.Status, about.Title
	}
	return p
}

// Error returns code and detail.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// Write answers with the problem. Headers that were set before stay.
func (p *Problem) Write(w http.ResponseWriter) {
	body, err := json.MarshalWithOption(p, json.DisableHTMLEscape()) // decisions stay as they are
	if err != nil {
		body = fmt.Appendf(nil, `{"code":%q,"status":%d}`, p.Code, p.Status)
	}
	h := w.Header()
	h.Set("Content-Type", MediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if len(p.Allow) > 0 {
		h.Set("Allow", strings.Join(p.Allow, ", "))
	}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if p.Challenge != "" {
		h.Set("WWW-Authenticate", p.Challenge)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the client may be gone
}
