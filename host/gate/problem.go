package gate

// This file defines problem, the JSON document of everything that is refused (RFC 9457).

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// problem is a problem document.
type problem struct {
	Type       string          `json:"type"`
	Title      string          `json:"title"`
	Status     int             `json:"status"`
	Code       string          `json:"code"`
	Detail     string          `json:"detail"`
	Path       string          `json:"path,omitempty"`
	Verdict    string          `json:"verdict,omitempty"`
	Governing  string          `json:"governing,omitempty"`
	Violations json.RawMessage `json:"violations,omitempty"` // as in the decision

	allow string // methods, for 405
}

func refusal(d *host.Decision) problem {
	var whole struct{ Violations json.RawMessage }
	_ = json.Unmarshal(d.Bytes, &whole) // the core wrote it
	return problem{
		Status:     http.StatusForbidden,
		Code:       CodeRefused,
		Title:      "The action is not admissible",
		Detail:     d.Say(),
		Verdict:    d.Verdict,
		Governing:  d.Governing,
		Violations: whole.Violations,
	}
}

// kind is what all problems of a code have in common.
type kind struct {
	status int
	title  string
}

// kinds lists the codes whose status does not follow from their area.
var kinds = map[string]kind{
	CodePath:     {400, "The path may be read in two ways"},
	CodeQuery:    {400, "The query may be read in two ways"},
	CodeForm:     {400, "The form may be read in two ways"},
	CodeOverride: {400, "Another method or path is named"},
	CodeRoute:    {403, "No route is meant for this"},
	CodePropose:  {500, "The gate is not set up right"},
	CodeSession:  {404, "No such session"},
	CodeCorrupt:  {500, "The stored session cannot be trusted"},
	CodeBundle:   {404, "No such bundle"},
	CodeType:     {415, "The body has the wrong type"},
	CodeBody:     {400, "The body did not arrive whole"},
	CodeTooLarge: {413, "The body is too large"},

	core.CodeDigest:   {409, "The session is of another bundle"},
	core.CodeSize:     {413, "The proposal is too large"},
	"limit/json-size": {413, "The proposal is too large"},
}

// failure says what could not be decided.
func failure(err error) problem {
	if wrong := (*methodError)(nil); errors.As(err, &wrong) {
		return problem{
			Status: http.StatusMethodNotAllowed,
			Code:   CodeMethod,
			Title:  "The route does not take this method",
			Detail: wrong.Error(),
			allow:  strings.Join(wrong.methods, ", "),
		}
	}
	var wrong *core.Error
	if !errors.As(err, new(fault)) && !errors.As(err, new(*host.Failure)) && errors.As(err, &wrong) {
		k, known := kinds[wrong.Code]
		area, _, _ := strings.Cut(wrong.Code, "/")
		switch {
		case known:
		case area == "json":
			k = kind{http.StatusBadRequest, "No JSON that is accepted"}
		case area == "proposal", area == "limit":
			k = kind{http.StatusUnprocessableEntity, "Not accepted"}
		}
		p := problem{Status: k.status, Code: wrong.Code, Title: k.title, Detail: wrong.Message, Path: wrong.Path}
		if k.status >= 500 {
			p.Detail = undecided
		}
		if k.status > 0 {
			return p
		}
	}
	// The bundle, the engine or the program is at fault; a client cannot mend that, nor need it know.
	return problem{
		Status: http.StatusServiceUnavailable,
		Code:   CodeFailed,
		Title:  "The gate could not decide",
		Detail: undecided,
	}
}

const undecided = "it could not be decided whether this is admissible, so it is not"

func (p problem) write(w http.ResponseWriter) {
	p.Type = "urn:holdfast:problem:" + p.Code
	body, err := json.MarshalWithOption(p, json.DisableHTMLEscape())
	if err != nil {
		body = []byte(`{"code":"` + p.Code + `"}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	if p.allow != "" {
		w.Header().Set("Allow", p.allow)
	}
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

func newBody(b []byte) io.ReadCloser {
	if len(b) == 0 {
		return http.NoBody
	}
	return io.NopCloser(bytes.NewReader(b))
}
