package server_test

// This file sends anything at all to the handler: no answer may be a 5xx, and each must be
// one that openapi.yaml has.
//
//	go test ./host/server -run '^$' -fuzz FuzzHandler -fuzztime 20s

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/host/server"
)

// hasty is a recorder that hangs up once a stream begins.
type hasty struct {
	*httptest.ResponseRecorder
	hangUp func()
}

// Flush is called by streams only.
func (h hasty) Flush() { h.hangUp() }

func FuzzHandler(f *testing.F) {
	for _, route := range server.Routes() {
		body := ""
		if route.Body > 0 {
			body = good(route.Path)
		}
		f.Add(route.Method, concrete(route.Path), "Content-Type: application/json\nIdempotency-Key: k", []byte(body))
	}
	f.Add("GET", "/v1/sessions/s/events?after=1", "Last-Event-ID: 2", []byte(nil))
	f.Add("GET", "/v1/sessions?limit=2&after=s", "If-None-Match: *", []byte(nil))
	f.Add("POST", "/v1/sessions/s/decisions", "Content-Type: application/json",
		[]byte(`{"action":"open","actor":{"kind":"visitor","id":"v"},"args":{"hour":7},"at":1767225600000,`+
			`"reasons":["r"],"seq":3}`))
	f.Add("POST", "/v1/sessions", "Content-Type: application/json\nOrigin: null",
		[]byte(`{"catalog":"locks@1.0.0","cursor":{"floor":2,"side":"south"},"session":"f"}`))
	f.Add("OPTIONS", "/v1/%2e%2e//x%00?%zz", "Host: evil.example\nAccess-Control-Request-Method: POST", []byte("\xff"))
	r := start(f, nil)
	populate(r)
	handler, c := r.server.Handler(), description(f)
	f.Fuzz(func(t *testing.T, method, target, headers string, body []byte) {
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" || !strings.HasPrefix(target, "/") {
			return // net/http lets no such request through
		}
		if method != http.MethodPost {
			body = nil // nobody reads it
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, method, "http://localhost/", bytes.NewReader(body))
		if err != nil {
			return
		}
		req.URL, req.RequestURI = u, target
		for line := range strings.SplitSeq(headers, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok && name == "Host" {
				req.Host = value
			} else if ok {
				req.Header.Add(name, value)
			}
		}
		w := hasty{httptest.NewRecorder(), cancel}
		handler.ServeHTTP(w, req)
		a := w.Result()
		got := w.Body.Bytes()
		if a.StatusCode >= 500 {
			t.Fatalf("%s %q: %d %s", method, target, a.StatusCode, got)
		}
		if method == http.MethodHead || a.StatusCode == http.StatusNotModified {
			got = nil // net/http leaves it out
		}
		sent := *req
		if path, item, _, _ := c.find(&sent); item != nil && strings.Contains(path,
			"{ref}") && strings.Contains(req.URL.EscapedPath(), "%") {
			return // the filter reads such a path otherwise than the server does
		}
		if err := c.check(&sent, body, a, got); err != nil {
			t.Errorf("%s %q %q %q: %v\n%d %v\n%s", method, target, headers, body, err, a.StatusCode, a.Header, got)
		}
	})
}
