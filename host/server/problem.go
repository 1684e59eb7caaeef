package server

// This file defines problem, the JSON document of everything that is refused (RFC
// 9457), and the codes that the server adds to those of the core.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server/identity"
)

// The server's own codes, each with its status and title in kinds.
const (
	CodePath        = "http/path"            // no such resource
	CodeMethod      = "http/method"          // the resource does not take this method
	CodeType        = "http/content-type"    // the body is of another type than the resource takes
	CodeEncoding    = "http/encoding"        // the client takes none of the encodings that there are
	CodeBody        = "http/body"            // the body ended early, or came too slowly
	CodeTooLarge    = "http/too-large"       // the body is over the resource's limit
	CodeQuery       = "http/query"           // a query parameter or a header cannot be read
	CodeOrigin      = "http/origin"          // a page of another origin, or a foreign host name
	CodeShape       = "http/shape"           // a member of the body is missing, unknown or of the wrong kind
	CodeRole        = "auth/role"            // the token lacks the role
	CodeScope       = "auth/session"         // the token is limited to other sessions
	CodeRate        = "limit/rate"           // the actor asks more often than it may
	CodeSessions    = "limit/sessions"       // the actor has as many sessions as it may
	CodeStreams     = "limit/streams"        // too many event streams
	CodeInvalid     = "bundle/invalid"       // the document is no valid bundle or catalog
	CodeTaken       = "bundle/taken"         // this name and version is published with another digest
	CodeBundle      = "bundle/unknown"       // no such bundle is published
	CodeCatalog     = "catalog/unknown"      // no such catalog is published
	CodeStall       = "catalog/stall"        // the cursor resolves to no bundle, or to several
	CodeModule      = "module/unknown"       // the server runs another module
	CodeSession     = "session/unknown"      // there is no such session
	CodeSessionID   = "session/id"           // the id is not one a session can have
	CodeExists      = "session/exists"       // there is a session with this id
	CodeStale       = "session/stale"        // decisions were recorded since the caller looked
	CodeBusy        = "session/busy"         // other servers kept writing to the session
	CodeCorrupt     = "session/corrupt"      // what is stored is not what was decided: nothing is served from it
	CodeSkew        = "proposal/skew"        // at is too far from the server's time
	CodeKey         = "proposal/key"         // the idempotency key was used for another proposal
	CodeDecision    = "decision/unknown"     // the session has no decision of this seq
	CodeNoSignature = "signature/none"       // the document was published without
	CodeUnsigned    = "head/unsigned"        // the server has no key to sign heads with
	CodeFull        = "ledger/full"          // no space left
	CodeUnavailable = "ledger/unavailable"   // the store does not answer
	CodeShutdown    = "server/shutting-down" // the server is about to end
	CodeInternal    = "server/internal"      // a bug
)

// kind is what all problems of a code have in common.
type kind struct {
	status int
	title  string
}

// kinds lists the codes whose status does not follow from their area; see status.
var kinds = map[string]kind{
	CodePath:        {404, "No such resource"},
	CodeMethod:      {405, "The resource does not take this method"},
	CodeType:        {415, "The body has the wrong type"},
	CodeEncoding:    {406, "In no encoding that is asked for"},
	CodeBody:        {400, "The body did not arrive whole"},
	CodeTooLarge:    {413, "The body is too large"},
	CodeQuery:       {400, "A parameter cannot be read"},
	CodeOrigin:      {403, "Asked from another origin"},
	CodeShape:       {422, "The body is not of this shape"},
	CodeRole:        {403, "A role is missing"},
	CodeScope:       {403, "The token is for other sessions"},
	CodeRate:        {429, "Too many requests"},
	CodeSessions:    {429, "Too many sessions"},
	CodeStreams:     {429, "Too many event streams"},
	CodeInvalid:     {422, "The document is not valid"},
	CodeTaken:       {409, "The version is taken"},
	CodeBundle:      {404, "No such bundle"},
	CodeCatalog:     {404, "No such catalog"},
	CodeStall:       {409, "The cursor resolves to no one bundle"},
	CodeModule:      {404, "No such module"},
	CodeSession:     {404, "No such session"},
	CodeSessionID:   {422, "No id for a session"},
	CodeExists:      {409, "The session exists"},
	CodeStale:       {409, "The session has moved on"},
	CodeBusy:        {503, "The session is busy"},
	CodeCorrupt:     {500, "The stored session cannot be trusted"},
	CodeSkew:        {422, "The time is too far off"},
	CodeKey:         {422, "The idempotency key is taken"},
	CodeDecision:    {404, "No such decision"},
	CodeNoSignature: {404, "No signature"},
	CodeUnsigned:    {404, "Heads are not signed"},
	CodeFull:        {507, "No space left"},
	CodeUnavailable: {503, "The store does not answer"},
	CodeShutdown:    {503, "The server is shutting down"},
	CodeInternal:    {500, "The server failed"},

	core.CodeSize:         {413, "The proposal is too large"},
	host.CodeDeadline:     {503, "The decision took too long"},
	identity.CodeActor:    {403, "Another actor than the token's"},
	identity.CodeNoActing: {403, "The token names no agent of the bundle"},
}

// problem is an error with what a client is told of it. Nothing was recorded.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`

	Path        string            `json:"path,omitempty"`        // where in the body
	Offset      int               `json:"offset,omitempty"`      // byte of the body
	Diagnostics []finding         `json:"diagnostics,omitempty"` // of a document
	Seq         *int64            `json:"seq,omitempty"`         // where the session stands
	Missed      []json.RawMessage `json:"missed,omitempty"`      // decisions, untouched
	More        bool              `json:"more,omitempty"`        // there are more missed than these
	Stall       json.RawMessage   `json:"stall,omitempty"`       // the catalog's answer

	allow      []string // methods, for 405
	challenge  string   // for 401
	retryAfter int      // seconds
	cause      error    // for the server's log only
}

// finding is what is wrong with a document, in the shape of wasm/ABI.md.
type finding struct {
	Code    string `json:"code"`
	End     int    `json:"end"`
	Hint    string `json:"hint"`
	Key     bool   `json:"key"`
	Message string `json:"message"`
	Offset  int    `json:"offset"`
	Path    string `json:"path"`
	Related string `json:"related"`
	Warning bool   `json:"warning"`
}

func findings(all []core.Diagnostic) (out []finding) {
	for _, d := range all {
		out = append(out, finding{d.Code, d.End, d.Hint, d.Key, d.Message, d.Off, d.Path, d.Related, d.Warning})
	}
	return out
}

// Error returns code and detail.
func (p *problem) Error() string { return p.Code + ": " + p.Detail }

// Unwrap returns what lies behind, which clients are not shown.
func (p *problem) Unwrap() error { return p.cause }

// refuse makes a problem.
func refuse(code, format string, args ...any) *problem {
	p := &problem{Code: code, Detail: fmt.Sprintf(format, args...)}
	k, known := kinds[code]
	if !known {
		k = status(code)
	}
	p.Type, p.Status, p.Title = "urn:holdfast:problem:"+code, k.status, k.title
	return p
}

// status finds the kind of a code by its area.
func status(code string) kind {
	area, _, _ := strings.Cut(code, "/")
	switch area {
	case "auth":
		return kind{http.StatusUnauthorized, "Who is asking is not known"}
	case "json":
		return kind{http.StatusBadRequest, "The body is no JSON that is accepted"}
	case "limit":
		return kind{http.StatusUnprocessableEntity, "A limit is exceeded"}
	case "signature":
		return kind{http.StatusForbidden, "The document is not signed by a trusted key"}
	case "engine", "load", "abi":
		return kind{http.StatusInternalServerError, "The engine could not answer"}
	default:
		return kind{http.StatusUnprocessableEntity, "Not accepted"}
	}
}

// explain makes a problem of any error.
func explain(err error) *problem {
	var p *problem
	var wrong *core.Error
	var invalid *core.Invalid
	var failed *host.Failure
	var denied *identity.Error
	var corrupt *ledger.Corrupt
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &corrupt):
		return caused(err, CodeCorrupt, "%s is not what was written: nothing is served from it", corrupt.What)
	case errors.As(err, &failed):
		return caused(err, failed.Code, "the engine could not answer; nothing was decided")
	case errors.As(err, &invalid):
		p := refuse(CodeInvalid, "%s", invalid.Error())
		p.Diagnostics = findings(invalid.Diagnostics)
		return p
	case errors.As(err, &wrong):
		p := refuse(wrong.Code, "%s", wrong.Message)
		p.Path, p.Offset = wrong.Path, wrong.Offset
		return p
	case errors.As(err, &denied):
		p := refuse(denied.Code, "%s", denied.Message)
		p.challenge = denied.Challenge()
		return p
	case errors.As(err, &tooLarge):
		return refuse(CodeTooLarge, "the body has over %d bytes", tooLarge.Limit)
	case errors.Is(err, ledger.ErrFull):
		return caused(err, CodeFull, "there is no space left; nothing was recorded")
	case errors.Is(err, ledger.ErrClosed):
		return caused(err, CodeShutdown, "the server is shutting down; nothing was recorded")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return caused(err, CodeUnavailable, "it took too long, or the request was given up")
	default:
		return caused(err, CodeInternal, "something failed that must not; the server's log says more")
	}
}

// caused is a problem whose reason stays in the log.
func caused(err error, code, format string, args ...any) *problem {
	p := refuse(code, format, args...)
	p.cause = err
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusInsufficientStorage {
		p.retryAfter = 1
	}
	return p
}

// unavailable is the problem of a store that did not answer.
func unavailable(err error) error {
	if err == nil || errors.As(err, new(*ledger.Corrupt)) || errors.Is(err, ledger.ErrFull) || errors.Is(err, ledger.ErrClosed) || errors.As(err, new(*problem)) {
		return err
	}
	return caused(err, CodeUnavailable, "the store does not answer; whether this was recorded must be looked up: repeat the request with the same Idempotency-Key or seq")
}

// write answers with the problem.
func (p *problem) write(w http.ResponseWriter) {
	body, err := encode(p)
	if err != nil {
		body = []byte(`{"code":"` + CodeInternal + `","status":500}`)
	}
	h := w.Header()
	for name := range h { // what a handler had prepared for its answer
		switch name {
		case "Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "X-Content-Type-Options", "Request-Id":
		default:
			h.Del(name)
		}
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if len(p.allow) > 0 {
		h.Set("Allow", strings.Join(p.allow, ", "))
	}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.challenge != "" {
		h.Set("WWW-Authenticate", p.challenge)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
