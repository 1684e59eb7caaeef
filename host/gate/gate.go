// Package gate checks HTTP requests before they reach a handler: what a bundle would not commit
// is answered with a problem document (RFC 9457), what it would goes on with the decision in its headers.
//
//	check, err := gate.New(gate.Options{Bundle: bundle, Routes: gate.Routes{
//		"POST /cart":      gate.Propose(add),
//		"GET /{rest...}":  gate.Through,
//	}})
//	http.ListenAndServe(addr, check(handler))
//
// What no route names is refused. A request is read in one way before anything is decided, and goes on as it was
// decided: its path in the route's spelling, its query and body canonical. What two handlers may read differently is
// refused.
//
// Nothing is recorded: the server that keeps the session decides again, on the same proposal, to the same
// bytes. It is the Go counterpart of @holdfast/web/edge, for servers and for workers that are
// written in Go.
package gate

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// maxAttached is how many bytes of a decision go into a header: with base64 8 KiB, which servers take.
const maxAttached = 6 << 10

// defaultLimit is how many bytes of a body are decided on where Options.Limit says nothing.
const defaultLimit = 1 << 20

// ErrNoSession is what Options.Session returns where there is no such session.
var ErrNoSession = errors.New("gate: there is no such session")

// Options set up a gate. A bundle is needed, and either Routes or Propose.
type Options struct {
	// Bundle is the bundle that decides, on any engine.
	Bundle host.Bundle

	// Bundles are several, in place of one: Which, or the session's snapshot, says which of them decides.
	Bundles []host.Bundle

	// Which says which bundle decides on a request without a session. Nil takes the only one.
	Which func(*http.Request) (host.Bundle, error)

	// Routes say what becomes of requests. What they do not name is refused.
	Routes Routes

	// Propose says what becomes of requests, in place of Routes. It has to think of every spelling of a path.
	Propose Propose

	// Session returns the snapshot of the session that a request is about, or ErrNoSession. Nil
	// checks every request against a session that was just begun.
	Session func(*http.Request) ([]byte, error)

	// Forward are verdicts that go on besides "commit", for the handler to see to: "hold".
	Forward []string

	// Seal signs the decision for an origin, which checks it by [Verify]. Nil signs nothing.
	Seal *Key

	// Limit is the most bytes of a body that is decided on. 0 takes 1 MiB.
	Limit int64

	// Raw are media types of bodies that go on as they are beside a decision, such as "image/png", up to the limit.
	Raw []string

	// Observe is told what became of each request, for logs and metrics. It may be nil.
	Observe func(*http.Request, Event)
}

// The outcomes of an Event.
const (
	Passed    = "passed"    // it proposed nothing and went on
	Forwarded = "forwarded" // it went on with a decision
	Refused   = "refused"   // a decision refused it
	Answered  = "answered"  // propose answered it
	Failed    = "failed"    // it could not be decided on: Code says why
)

// Event is what became of a request.
type Event struct {
	Pattern  string // of its route; empty where there is none
	Outcome  string
	Decision *host.Decision // nil where nothing was decided
	Code     string         // of the problem; empty where it went on or was answered
	Status   int            // of the problem; 0 where it went on or was answered
	Err      error          // why it failed
}

// answer is the error of a request that propose answers.
type answer struct{ http.Handler }

func (answer) Error() string { return "gate: answered" }

// Answer is what propose returns as its error where a request is to be answered at once: by a redirect to the login,
// say.
func Answer(h http.Handler) error { return answer{h} }

// gate is a gate, set up.
type gate struct {
	Options
	table  table
	routed bool
}

// New returns a middleware, or an error where the options cannot be right.
func New(o Options) (func(http.Handler) http.Handler, error) {
	g := &gate{Options: o, routed: o.Routes != nil}
	if (o.Bundle == nil) == (len(o.Bundles) == 0) {
		return nil, errors.New("gate: options have either Bundle or Bundles")
	}
	if (o.Propose == nil) == (o.Routes == nil) {
		return nil, errors.New("gate: options have either Routes or Propose")
	}
	if o.Bundle != nil {
		g.Bundles = []host.Bundle{o.Bundle}
	}
	if slices.Contains(g.Bundles, nil) {
		return nil, errors.New("gate: one of the bundles is nil")
	}
	if len(g.Bundles) > 1 && o.Which == nil && o.Session == nil {
		return nil, errors.New("gate: with several bundles, Which or Session says which of them decides")
	}
	if o.Seal != nil && o.Seal.secret == nil && o.Seal.private == nil {
		return nil, errors.New("gate: Seal is a public key, which signs nothing")
	}
	if g.Limit <= 0 {
		g.Limit = defaultLimit
	}
	routes := o.Routes
	if !g.routed {
		routes = Routes{"/{rest...}": o.Propose}
	}
	var err error
	if g.table, err = compile(routes); err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.serve(w, r, next) })
	}, nil
}

func (g *gate) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	var e Event
	a, err := g.read(r)
	if err == nil {
		e.Pattern = a.pattern
		e.Decision, err = g.decide(a)
	}
	var on *http.Request
	if err == nil && (e.Decision == nil || e.Decision.Committed() || slices.Contains(g.Forward, e.Decision.Verdict)) {
		on, err = g.onward(a, e.Decision)
	}
	var answered answer
	var p *problem.Problem
	switch {
	case errors.As(err, &answered):
		e.Outcome, next, on = Answered, answered.Handler, r
	case err != nil:
		p = failure(err)
		e.Outcome, e.Decision, e.Err = Failed, nil, err
	case on == nil:
		p = refusal(e.Decision)
		e.Outcome = Refused
	case e.Decision == nil:
		e.Outcome = Passed
	default:
		e.Outcome = Forwarded
	}
	if p != nil {
		e.Code, e.Status = p.Code, p.Status
	}
	if g.Observe != nil {
		g.Observe(r, e)
	}
	if p != nil {
		p.Write(w)
		return
	}
	next.ServeHTTP(w, on)
}

// asked is a request on its way.
type asked struct {
	original *http.Request
	request  *http.Request // as propose sees it
	header   http.Header
	url      url.URL
	body     *body
	route    Route
	pattern  string
}

// read reads a request in the one way that every handler reads it.
func (g *gate) read(r *http.Request) (*asked, error) {
	header, err := cleaned(r.Header)
	if err != nil {
		return nil, err
	}
	if r.Method == "" || strings.ContainsFunc(r.Method, func(c rune) bool { return c < 'A' || c > 'Z' }) {
		return nil, refuse(codes.GateOverride, "a method is written in capitals")
	}
	if r.URL.Opaque != "" {
		return nil, ambiguous("it does not begin with a slash")
	}
	at, err := readTarget(r.URL.EscapedPath())
	if err != nil {
		return nil, err
	}
	if overrides(r.URL.RawQuery) {
		return nil, refuse(codes.GateOverride, "the query names another method for the request")
	}
	found, err := g.table.find(r.Method, at)
	if err != nil {
		return nil, err
	}
	a := &asked{original: r, header: header, url: *r.URL, route: found.route,
		body: &body{from: r.Body, header: header, length: r.ContentLength, limit: g.Limit, raw: g.Raw}}
	spelled := at.path
	if g.routed {
		a.pattern = found.pattern
		if found.route != Through {
			spelled = found.path
		}
	}
	a.url.Path, _ = url.PathUnescape(spelled)
	a.url.RawPath, a.url.ForceQuery = spelled, false
	a.request = a.with(r.Context())
	a.request.Body = a.body
	a.request.ContentLength = -1
	if r.Body == nil || r.Body == http.NoBody {
		a.request.Body, a.request.ContentLength = http.NoBody, 0
	}
	if g.routed {
		a.request.Pattern = found.pattern
		for name, value := range found.params {
			a.request.SetPathValue(name, value)
		}
	}
	return a, nil
}

// with returns the request with its path and headers as they go on.
func (a *asked) with(ctx context.Context) *http.Request {
	r := a.original.WithContext(ctx)
	u := a.url
	r.URL, r.Header = &u, a.header.Clone()
	r.RequestURI = u.RequestURI()
	r.Form, r.PostForm, r.MultipartForm, r.Trailer = nil, nil, nil, nil // nothing decides on trailers
	return r
}

// decide returns the decision a request would get, or nil where it goes on undecided.
func (g *gate) decide(a *asked) (*host.Decision, error) {
	p, err := a.route.propose(a.request)
	if a.body.asked && a.body.err != nil {
		return nil, a.body.err // a body that was refused, whatever was made of it
	}
	switch {
	case err != nil:
		return nil, err
	case p == Pass:
		return nil, nil
	case p == nil:
		return nil, refuse(codes.GatePropose, "propose returned nothing: it returns a proposal, Pass or an error")
	}
	fields, err := readFields(a.url.RawQuery, codes.GateQuery)
	if err != nil {
		return nil, err
	}
	a.url.RawQuery = writeFields(fields)
	if err := a.body.take(); err != nil {
		return nil, err
	}
	session, at, err := g.session(a.request)
	if err != nil {
		return nil, err
	}
	proposal := *p // the caller's stays as it is
	if proposal.Actor.ID == "" {
		proposal.Actor.ID = proposal.Actor.Kind
	}
	if proposal.At == 0 {
		proposal.At = max(time.Now().UnixMilli(), at) // a session's time never goes back
	}
	src, err := proposal.JSON()
	if err != nil {
		return nil, err
	}
	decision, err := session.Why(src)
	if err != nil {
		return nil, err
	}
	return host.Read(decision)
}

// fault is an error that is not the client's, whatever lies behind it.
type fault struct{ error }

// session returns the session that a request is checked against, and its time.
func (g *gate) session(r *http.Request) (host.Session, int64, error) {
	if g.Session == nil {
		bundle := g.Bundles[0]
		if g.Which != nil {
			var err error
			if bundle, err = g.Which(r); err != nil {
				return nil, 0, owned(err)
			}
			if bundle == nil {
				return nil, 0, refuse(codes.BundleUnknown, "the gate has no such bundle")
			}
		}
		session, err := bundle.Open("edge")
		if err != nil {
			return nil, 0, fault{err}
		}
		return session, 0, nil
	}
	snapshot, err := g.Session(r)
	if errors.Is(err, ErrNoSession) {
		return nil, 0, refuse(codes.SessionUnknown, "there is no such session")
	}
	if err != nil {
		return nil, 0, owned(err)
	}
	var about struct {
		Digest string
		At     int64
	}
	if err := json.Unmarshal(snapshot, &about); err != nil || about.Digest == "" {
		return nil, 0, refuse(codes.SessionCorrupt, "the session's snapshot is not what a session wrote")
	}
	for _, bundle := range g.Bundles {
		if bundle.Digest() != about.Digest {
			continue
		}
		session, err := bundle.Restore(snapshot)
		if failed := (*host.Failure)(nil); errors.As(err, &failed) {
			return nil, 0, fault{err}
		}
		if err != nil {
			return nil, 0, refuse(codes.SessionCorrupt,
				"the session's snapshot is not what a session wrote: "+err.Error())
		}
		return session, about.At, nil
	}
	return nil, 0, refuse(codes.SessionDigest,
		"the session is of a bundle "+about.Digest+", which this gate does not have")
}

// owned is the error of a function of the gate's owner: never the client's fault, but it may be an answer.
func owned(err error) error {
	if errors.As(err, new(answer)) {
		return err
	}
	return fault{err}
}

type key struct{}
type checkedKey struct{}

// Decision returns the decision that a request went on with, nil where it proposed nothing.
func Decision(ctx context.Context) *host.Decision {
	d, _ := ctx.Value(key{}).(*host.Decision)
	return d
}

// Decided returns what [Require] has found of a gate's decision, nil elsewhere.
func Decided(ctx context.Context) *Checked {
	c, _ := ctx.Value(checkedKey{}).(*Checked)
	return c
}

func withChecked(ctx context.Context, c *Checked) context.Context {
	return context.WithValue(ctx, checkedKey{}, c)
}

// onward returns the request that goes on: undecided with its body as it came, or, where propose has read that, as it
// was read; decided with the decision, and none that the client put there.
func (g *gate) onward(a *asked, d *host.Decision) (*http.Request, error) {
	if d == nil && !a.body.asked && !mayHaveFields(a.header) {
		return a.with(a.original.Context()), nil
	}
	if media, _, _ := mediaType(a.header); d == nil && !a.body.asked && isMultipart(media) {
		r := a.with(a.original.Context())
		var err error
		r.Body, err = a.body.multipart()
		return r, err
	}
	if err := a.body.take(); err != nil { // a form may name another method
		return nil, err
	}
	for _, name := range bodyHeaders {
		a.header.Del(name)
	}
	if a.body.typ != "" {
		a.header.Set("Content-Type", a.body.typ)
	}
	r := a.with(context.WithValue(a.original.Context(), key{}, d))
	r.Body, r.ContentLength, r.TransferEncoding, r.GetBody = newBody(a.body.bytes), int64(len(a.body.bytes)), nil, nil
	if d == nil {
		return r, nil
	}
	r.Header.Set(HeaderVerdict, d.Verdict)
	r.Header.Set(HeaderDigest, digest(d.Bytes))
	if len(d.Bytes) <= maxAttached {
		r.Header.Set(HeaderDecision, base64.StdEncoding.EncodeToString(d.Bytes))
	}
	if g.Seal != nil {
		seal, err := g.Seal.seal(r, a.body.bytes, d, time.Now())
		if err != nil {
			return nil, fault{err}
		}
		r.Header.Set(HeaderSeal, seal)
	}
	return r, nil
}
