package server

// This file defines how a request finds its handler, and what every request goes
// through before: host and origin, path, method, who, rate.

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Limits on bodies, in bytes: what the core takes, and room for the members around it.
const (
	maxProposalBody = core.MaxProposal + 4<<10
	maxBundleBody   = 4 << 20 // any layout of a canonical document of 1 MiB
	maxCatalogBody  = 8 << 20 // what one call into the module takes
	maxSmallBody    = 16 << 10
)

// table lists every route; openapi.yaml lists the same.
func (a *api) table() []route {
	return []route{
		{method: "GET", path: "/healthz", open: true, handle: a.health},
		{method: "GET", path: "/readyz", open: true, handle: a.ready},
		{method: "GET", path: "/metrics", open: true, handle: a.scrape},
		{method: "GET", path: "/openapi.json", open: true, handle: a.openapi},
		{method: "GET", path: "/v1/module", open: true, handle: a.aboutModule},
		{method: "GET", path: "/v1/modules/{digest}", open: true, handle: a.fetchModule},

		{method: "POST", path: "/v1/bundles", costs: true, body: maxBundleBody, handle: a.publish("bundle")},
		{method: "GET", path: "/v1/bundles", handle: a.list("bundle")},
		{method: "GET", path: "/v1/bundles/{ref}", handle: a.fetch("bundle")},
		{method: "GET", path: "/v1/bundles/{ref}/signature", handle: a.signatureOf("bundle")},
		{method: "POST", path: "/v1/catalogs", costs: true, body: maxCatalogBody, handle: a.publish("catalog")},
		{method: "GET", path: "/v1/catalogs", handle: a.list("catalog")},
		{method: "GET", path: "/v1/catalogs/{ref}", handle: a.fetch("catalog")},
		{method: "GET", path: "/v1/catalogs/{ref}/signature", handle: a.signatureOf("catalog")},
		{method: "POST", path: "/v1/catalogs/{ref}/resolve", costs: true, body: maxSmallBody, handle: a.resolve},

		{method: "POST", path: "/v1/sessions", costs: true, body: maxSmallBody, handle: a.create},
		{method: "GET", path: "/v1/sessions", handle: a.listSessions},
		{method: "GET", path: "/v1/sessions/{session}", handle: a.show(a.keeper.View)},
		{method: "GET", path: "/v1/sessions/{session}/snapshot", handle: a.show(a.keeper.Snapshot)},
		{method: "GET", path: "/v1/sessions/{session}/head", handle: a.head},
		{method: "POST", path: "/v1/sessions/{session}/decisions", costs: true, body: maxProposalBody, handle: a.decide},
		{method: "GET", path: "/v1/sessions/{session}/decisions", handle: a.decisions},
		{method: "GET", path: "/v1/sessions/{session}/decisions/{seq}", handle: a.decision},
		{method: "GET", path: "/v1/sessions/{session}/events", handle: a.events},
		{method: "POST", path: "/v1/sessions/{session}/why", costs: true, body: maxProposalBody, handle: a.ask(a.keeper.Why)},
		{method: "POST", path: "/v1/sessions/{session}/path", costs: true, body: maxProposalBody,
			handle: a.ask(a.keeper.Path)},
		{method: "POST", path: "/v1/sessions/{session}/admissible", costs: true, body: maxProposalBody,
			handle: a.ask(a.keeper.Admissible)},
		{method: "POST", path: "/v1/sessions/{session}/verify", costs: true, body: maxSmallBody, handle: a.verify},
	}
}

// routes makes the handler of all requests.
func (a *api) routes() (http.Handler, error) {
	cross := http.NewCrossOriginProtection()
	for _, origin := range a.options.Origins {
		if err := cross.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("the origin %q: %w", origin, err)
		}
	}
	methods := map[string]map[string]*route{}
	for _, r := range a.table() {
		if methods[r.path] == nil {
			methods[r.path] = map[string]*route{}
		}
		methods[r.path][r.method] = &r
	}
	mux := http.NewServeMux()
	for pattern, byMethod := range methods {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { a.dispatch(w, r, cross, byMethod) })
	}
	for prefix, mounted := range a.options.Mount {
		mux.HandleFunc(prefix, func(w http.ResponseWriter, r *http.Request) {
			a.answer(&call{Request: r, w: w, route: &route{path: prefix}}, func(c *call) error {
				if err := a.guard(r, cross); err != nil {
					return err
				}
				mounted.ServeHTTP(c.w, r)
				return nil
			})
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.answer(&call{Request: r, w: w, route: &route{path: "none"}}, func(*call) error {
			return problem.New(codes.HTTPPath, "there is nothing at %s", r.URL.Path)
		})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// the mux would redirect, and say so in HTML
		if clean := path.Clean(r.URL.Path); clean != r.URL.Path && a.options.Mount[r.URL.Path] == nil {
			a.answer(&call{Request: r, w: w, route: &route{path: "none"}}, func(*call) error {
				return problem.New(codes.HTTPPath,
					"the path is not in its plain form: no empty parts, no dots, no slash at the end")
			})
			return
		}
		mux.ServeHTTP(w, r)
	}), nil
}

// guard refuses foreign host names and pages of other origins.
func (a *api) guard(r *http.Request, cross *http.CrossOriginProtection) error {
	if hosts := a.options.Hosts; hosts != nil && !slices.Contains(hosts, hostname(r.Host)) {
		return problem.New(codes.HTTPOrigin, "this server does not answer to the host name %q", r.Host)
	}
	if err := cross.Check(r); err != nil {
		return problem.New(codes.HTTPOrigin, "a page of another origin asks: name its origin when the server is started")
	}
	return nil
}

// dispatch finds the route of a method.
func (a *api) dispatch(w http.ResponseWriter, r *http.Request, cross *http.CrossOriginProtection,
	methods map[string]*route) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet // net/http leaves the body out
	}
	rt := methods[method]
	if rt == nil {
		rt = &route{path: "none"}
		for _, known := range methods {
			rt.path = known.path
		}
	}
	a.answer(&call{Request: r, w: w, route: rt}, func(c *call) error {
		if hosts := a.options.Hosts; hosts != nil && !slices.Contains(hosts, hostname(r.Host)) {
			return problem.New(codes.HTTPOrigin, "this server does not answer to the host name %q", r.Host)
		}
		a.share(c)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			return a.preflight(c, methods)
		}
		if rt.handle == nil {
			p := problem.New(codes.HTTPMethod, "%s is not among what %s takes", r.Method, r.URL.Path)
			for m := range methods {
				if p.Allow = append(p.Allow, m); m == http.MethodGet {
					p.Allow = append(p.Allow, http.MethodHead)
				}
			}
			slices.Sort(p.Allow)
			return p
		}
		if err := cross.Check(r); err != nil {
			return problem.New(codes.HTTPOrigin, "a page of another origin asks: name its origin when the server is started")
		}
		if !rt.open {
			who, err := a.options.Identity.Authenticate(r)
			if err != nil {
				return err
			}
			c.who = who
			if id := r.PathValue("session"); id != "" {
				if err := c.use(id); err != nil {
					return err
				}
			}
		}
		if rt.costs && a.rate != nil {
			if ok, after := a.rate.Allow(c.who.Name()); !ok {
				p := problem.New(codes.LimitRate, "at most %g requests a second, %d at once", a.options.Rate, a.options.Burst)
				p.RetryAfter = int((after + time.Second - 1) / time.Second)
				return p
			}
		}
		return rt.handle(c)
	})
}

func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return strings.Trim(name, "[]")
	}
	return strings.Trim(host, "[]")
}

// share lets pages of the configured origins read the answer.
func (a *api) share(c *call) {
	if len(a.options.Origins) == 0 {
		return
	}
	h := c.w.Header()
	h.Add("Vary", "Origin")
	if origin := c.Header.Get("Origin"); slices.Contains(a.options.Origins, origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers",
			"Date, ETag, Location, Retry-After, Holdfast-Digest, Holdfast-Repeated, Holdfast-Seq, Holdfast-Verdict")
	}
}

// preflight answers what a browser asks before it asks.
func (a *api) preflight(c *call, methods map[string]*route) error {
	h := c.w.Header()
	if h.Get("Access-Control-Allow-Origin") == "" {
		return problem.New(codes.HTTPOrigin, "pages of %q may not ask: name the origin when the server is started",
			c.Header.Get("Origin"))
	}
	var allowed []string
	for m := range methods {
		allowed = append(allowed, m)
	}
	slices.Sort(allowed)
	h.Set("Access-Control-Allow-Methods", strings.Join(allowed, ", "))
	h.Set("Access-Control-Allow-Headers",
		"Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, "+signature.Header)
	h.Set("Access-Control-Max-Age", "600")
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// answer runs a handler, and answers with the problem where it returns one.
func (a *api) answer(c *call, handle handler) {
	began := time.Now()
	rec := &recorder{ResponseWriter: c.w, control: http.NewResponseController(c.w), patience: a.pace.write}
	c.w = rec
	id := rand.Text()[:16]
	rec.Header().Set("Request-Id", id)
	rec.Header().Set("X-Content-Type-Options", "nosniff")
	var p *problem.Problem
	defer func() {
		if r := recover(); r != nil {
			if r == http.ErrAbortHandler {
				a.observe(c, rec, began, id, &problem.Problem{Code: codes.SessionCorrupt})
				panic(r)
			}
			a.log.Error("a handler failed", "request", id, "panic", r, "stack", string(debug.Stack()))
			p = problem.New(codes.ServerInternal, "something failed that must not; the server's log says more")
			if rec.status == 0 {
				writeProblem(rec, p)
			}
		}
		a.observe(c, rec, began, id, p)
	}()
	err := handle(c)
	if err == nil {
		return
	}
	p = explain(err)
	if rec.status != 0 { // a stream that cannot go on: the client must see that it is cut off
		a.log.Error("an answer was cut off", "request", id, "error", err)
		panic(http.ErrAbortHandler)
	}
	if p.Status >= 500 {
		a.log.Error("could not answer", "request", id, "code", p.Code, "error", err, "cause", p.Cause)
	}
	writeProblem(rec, p)
}

// observe counts and logs a request.
func (a *api) observe(c *call, rec *recorder, began time.Time, id string, p *problem.Problem) {
	code := ""
	if p != nil {
		code = p.Code
		a.metrics.problems.WithLabelValues(code).Inc()
	}
	took := time.Since(began)
	if rec.status == 0 && p == nil {
		rec.status = http.StatusOK // net/http writes it when a handler has not
	}
	method := c.Method
	if !slices.Contains(methods, method) {
		method = "other" // clients may not make up labels
	}
	a.metrics.requests.WithLabelValues(method, c.route.path, strconv.Itoa(rec.status)).Observe(took.Seconds())
	a.log.Debug("answered", "request", id, "method", c.Method, "path", c.URL.Path, "status", rec.status, "code", code,
		"who", c.who.Name(), "bytes", rec.bytes, "took", took)
}

// methods are those that the metrics tell apart.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}
