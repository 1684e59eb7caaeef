// Package gate checks HTTP requests before they reach a handler: what a bundle would not commit
// is answered with a problem document (RFC 9457), what it would goes on with the decision in its headers.
//
//	check := gate.New(gate.Options{Bundle: bundle, Propose: propose})
//	http.ListenAndServe(addr, check(handler))
//
// Nothing is recorded: whoever keeps the session decides again, on the same proposal, to the same
// bytes. It is the Go counterpart of @holdfast/web/edge, for servers and for workers that are
// written in Go.
package gate

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
)

// The headers that go on with a request. What a client sends under these names is taken off.
const (
	HeaderVerdict  = "Holdfast-Verdict"
	HeaderDigest   = "Holdfast-Digest"   // "sha256:…" of the decision's bytes
	HeaderDecision = "Holdfast-Decision" // the bytes in base64, where they are at most maxAttached
)

// maxAttached is how many bytes of a decision go into a header: with base64 8 KiB, which servers take.
const maxAttached = 6 << 10

// Codes of the gate's own problems. A proposal that is none has the core's.
const (
	CodeRefused = "gate/refused" // the decision would not be a commit
	CodeFailed  = "gate/failed"  // it could not be decided, so it is refused
	CodeSession = "gate/session" // there is no session that the request could be about
)

// ErrNoSession is what Options.Session returns where there is no such session.
var ErrNoSession = errors.New("gate: there is no such session")

// Options set up a gate. Bundle and Propose are needed.
type Options struct {
	// Bundle is the bundle that decides, on any engine.
	Bundle host.Bundle

	// Propose returns what a request proposes, or nil where it proposes nothing and may go on. Take the
	// actor from whom you have authenticated. A *core.Error is the client's fault, any other the gate's.
	Propose func(*http.Request) (*host.Proposal, error)

	// Session returns the snapshot of the session that a request is about, or ErrNoSession. Nil
	// checks every request against a session that was just begun.
	Session func(*http.Request) ([]byte, error)

	// Forward are verdicts that go on besides "commit", for the handler to see to: "hold".
	Forward []string

	// Failed is told why a request could not be decided. Nil tells nobody.
	Failed func(*http.Request, error)
}

// New returns a middleware.
func New(o Options) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			decision, err := o.check(r)
			switch {
			case err != nil:
				o.failure(r, err).write(w)
			case decision != nil && !decision.Committed() && !slices.Contains(o.Forward, decision.Verdict):
				refusal(decision).write(w)
			default:
				next.ServeHTTP(w, attached(r, decision))
			}
		})
	}
}

type key struct{}

// Decision returns the decision that a request went on with, nil where it proposed nothing.
func Decision(ctx context.Context) *host.Decision {
	d, _ := ctx.Value(key{}).(*host.Decision)
	return d
}

// check returns the decision a request would get, or nil where it proposes nothing.
func (o *Options) check(r *http.Request) (*host.Decision, error) {
	p, err := o.Propose(r)
	if p == nil || err != nil {
		return nil, err
	}
	session, err := o.session(r)
	if err != nil {
		return nil, err
	}
	if p.Actor.ID == "" {
		p.Actor.ID = p.Actor.Kind
	}
	if p.At == 0 {
		p.At = time.Now().UnixMilli()
	}
	src, err := p.JSON()
	if err != nil {
		return nil, err
	}
	decision, err := session.Why(src)
	if err != nil {
		return nil, err
	}
	return host.Read(decision)
}

func (o *Options) session(r *http.Request) (host.Session, error) {
	if o.Session == nil {
		return o.Bundle.Open("edge")
	}
	snapshot, err := o.Session(r)
	if err != nil {
		return nil, err
	}
	session, err := o.Bundle.Restore(snapshot)
	if err != nil {
		return nil, errors.New("the snapshot is none of this bundle: " + err.Error()) // not the client's fault
	}
	return session, nil
}

// attached returns the request with a decision, and none that the client put there.
func attached(r *http.Request, d *host.Decision) *http.Request {
	r = r.WithContext(context.WithValue(r.Context(), key{}, d))
	r.Header = r.Header.Clone()
	for _, name := range []string{HeaderVerdict, HeaderDigest, HeaderDecision} {
		r.Header.Del(name)
	}
	if d != nil {
		sum := sha256.Sum256(d.Bytes)
		r.Header.Set(HeaderVerdict, d.Verdict)
		r.Header.Set(HeaderDigest, "sha256:"+hex.EncodeToString(sum[:]))
		if len(d.Bytes) <= maxAttached {
			r.Header.Set(HeaderDecision, base64.StdEncoding.EncodeToString(d.Bytes))
		}
	}
	return r
}

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
}

func refusal(d *host.Decision) problem {
	var whole struct{ Violations json.RawMessage }
	_ = json.Unmarshal(d.Bytes, &whole) // the core wrote it
	return problem{Status: http.StatusForbidden, Code: CodeRefused, Title: "The action is not admissible", Detail: d.Say(),
		Verdict: d.Verdict, Governing: d.Governing, Violations: whole.Violations}
}

// failure says what could not be decided, with a status as the server has for such codes.
func (o *Options) failure(r *http.Request, err error) problem {
	var wrong *core.Error
	var failed *host.Failure
	if errors.Is(err, ErrNoSession) {
		return problem{Status: http.StatusNotFound, Code: CodeSession, Title: "No such session", Detail: "there is no such session"}
	}
	if !errors.As(err, &failed) && errors.As(err, &wrong) {
		p := problem{Code: wrong.Code, Title: "Not accepted", Detail: wrong.Message, Path: wrong.Path}
		switch area, _, _ := strings.Cut(wrong.Code, "/"); {
		case wrong.Code == core.CodeSize:
			p.Status, p.Title = http.StatusRequestEntityTooLarge, "The proposal is too large"
			return p
		case area == "json":
			p.Status = http.StatusBadRequest
			return p
		case area == "proposal", area == "limit":
			p.Status = http.StatusUnprocessableEntity
			return p
		}
	}
	// The bundle, the snapshot, the engine or the program is at fault; a client cannot mend that, nor need it know.
	if o.Failed != nil {
		o.Failed(r, err)
	}
	return problem{Status: http.StatusServiceUnavailable, Code: CodeFailed, Title: "The gate could not decide",
		Detail: "it could not be decided whether this is admissible, so it is not"}
}

func (p problem) write(w http.ResponseWriter) {
	p.Type = "urn:holdfast:problem:" + p.Code
	body, err := json.MarshalWithOption(p, json.DisableHTMLEscape())
	if err != nil {
		body = []byte(`{"code":"` + p.Code + `"}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
