package server_test

// This file holds every exchange of the tests to openapi.yaml: status, headers both ways,
// body and problem code of the answer, and the request where it was accepted.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/holdfast-rt/holdfast/host/server"
)

// contract is openapi.yaml.
type contract struct {
	doc      *openapi3.T
	compiler *jsonschema.Compiler

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema // by JSON pointer
	seen    map[string]bool               // "POST /v1/bundles 201"
}

// described is read once: compiling its schemas takes longer than most tests.
var described = sync.OnceValues(func() (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(server.OpenAPI())
	if err != nil {
		return nil, err
	}
	src, err := doc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	c := &contract{doc: doc, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{},
		seen: map[string]bool{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	return c, c.compiler.AddResource("mem:///openapi.json", whole)
})

func description(t testing.TB) *contract {
	t.Helper()
	c, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// schema returns the schema at a JSON pointer of the document.
func (c *contract) schema(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.schemas[pointer]; s != nil {
		return s, nil
	}
	s, err := c.compiler.Compile("mem:///openapi.json#" + pointer)
	c.schemas[pointer] = s
	return s, err
}

// at joins a JSON pointer that begins with another, or with a reference to a component.
func at(pointer string, names ...string) string {
	pointer = strings.TrimPrefix(pointer, "#")
	for _, name := range names {
		name = strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
		pointer += "/" + url.PathEscape(name)
	}
	return pointer
}

// find returns the operation of a request, and its path as the document writes it.
func (c *contract) find(r *http.Request) (path string, item *openapi3.PathItem, op *openapi3.Operation,
	params map[string]string) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	have := strings.Split(r.URL.EscapedPath(), "/")
next:
	for path, item := range c.doc.Paths.Map() {
		want := strings.Split(path, "/")
		if len(want) != len(have) {
			continue
		}
		params := map[string]string{}
		for i, part := range want {
			if name, ok := strings.CutPrefix(part, "{"); ok && have[i] != "" {
				params[strings.TrimSuffix(name, "}")], _ = url.PathUnescape(have[i])
			} else if part != have[i] {
				continue next
			}
		}
		return path, item, item.GetOperation(method), params
	}
	return "", nil, nil, nil
}

// everywhere are headers that HTTP itself brings.
var everywhere = []string{"Content-Type", "Content-Length", "Date", "Connection", "Vary", "Transfer-Encoding"}

// check returns what an exchange has that the document has not, or nil.
func (c *contract) check(r *http.Request, sent []byte, a *http.Response, got []byte) error {
	path, item, op, params := c.find(r)
	if op == nil {
		return c.elsewhere(r, item, a, got)
	}
	status := strconv.Itoa(a.StatusCode)
	ref := op.Responses.Value(status)
	if ref == nil {
		return fmt.Errorf("status %s is not documented", status)
	}
	method := "get"
	if r.Method != http.MethodHead {
		method = strings.ToLower(r.Method)
	}
	base := at(ref.Ref)
	if ref.Ref == "" {
		base = at("", "paths", path, method, "responses", status)
	}
	for name, h := range ref.Value.Headers {
		values := a.Header.Values(name)
		if len(values) == 0 {
			if h.Value.Required {
				return fmt.Errorf("the header %s is missing", name)
			}
			continue
		}
		place := at(h.Ref)
		if h.Ref == "" {
			place = at(base, "headers", name)
		}
		s, err := c.schema(at(place, "schema"))
		if err != nil {
			return err
		}
		if err := s.Validate(values[0]); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
	}
	for name := range a.Header {
		if _, ok := ref.Value.Headers[name]; !ok && !documented(ref.Value.Headers, name) && !slices.Contains(everywhere,
			name) && !strings.HasPrefix(name, "Access-Control-") {
			return fmt.Errorf("the header %s is not documented", name)
		}
	}
	if err := c.body(ref.Value.Content, base, r, a, got); err != nil {
		return err
	}
	if a.StatusCode >= 400 && r.Method != http.MethodHead {
		code, err := codeOf(got, a.StatusCode)
		if err != nil {
			return err
		}
		codes, _ := ref.Value.Extensions["x-codes"].([]any)
		if !slices.Contains(codes, any(code)) {
			return fmt.Errorf("the code %s is not documented for status %s", code, status)
		}
	}
	return c.filter(r, sent, a, got, path, item, op, params)
}

func documented(headers openapi3.Headers, name string) bool {
	for known := range headers {
		if http.CanonicalHeaderKey(known) == name {
			return true
		}
	}
	return false
}

// elsewhere checks the answer to a path or method that the document does not have.
func (c *contract) elsewhere(r *http.Request, item *openapi3.PathItem, a *http.Response, got []byte) error {
	if a.StatusCode == http.StatusNoContent && r.Method == http.MethodOptions {
		return nil // a preflight
	}
	if r.Method != http.MethodHead {
		if err := c.problem(got); err != nil {
			return err
		}
		code, err := codeOf(got, a.StatusCode)
		if err != nil {
			return err
		}
		switch {
		case code == "http/origin":
		case item == nil && code != "http/path", item != nil && code != "http/method":
			return fmt.Errorf("the document does not have it, and the code is %s", code)
		}
	}
	if item != nil && a.StatusCode == http.StatusMethodNotAllowed {
		var want []string
		for method := range item.Operations() {
			if want = append(want, method); method == http.MethodGet {
				want = append(want, http.MethodHead)
			}
		}
		slices.Sort(want)
		if allow := a.Header.Get("Allow"); allow != strings.Join(want, ", ") {
			return fmt.Errorf("Allow is %q, and the document has %v", allow, want)
		}
	}
	return nil
}

func (c *contract) problem(got []byte) error {
	s, err := c.schema("/components/schemas/Problem")
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(got))
	if err != nil {
		return fmt.Errorf("%w: %q", err, got)
	}
	return s.Validate(v)
}

// codeOf reads the code of a problem.
func codeOf(got []byte, status int) (string, error) {
	var p struct {
		Code, Type string
		Status     int
	}
	if err := readJSON(got, &p); err != nil {
		return "", fmt.Errorf("%w: %q", err, got)
	}
	if p.Status != status || p.Type != "urn:holdfast:problem:"+p.Code || server.Status(p.Code) != status {
		return "", fmt.Errorf("status %d, and the problem says %+v", status, p)
	}
	return p.Code, nil
}

// body checks the answer's body against the schema of its type.
func (c *contract) body(content openapi3.Content, base string, r *http.Request, a *http.Response, got []byte) error {
	if r.Method == http.MethodHead || a.StatusCode == http.StatusNotModified {
		if len(got) > 0 {
			return fmt.Errorf("a body where there may be none: %q", got)
		}
		return nil
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	m := content[media]
	if m == nil {
		return fmt.Errorf("the type %q is not documented", a.Header.Get("Content-Type"))
	}
	if m.Schema == nil || !strings.HasSuffix(media, "json") {
		return nil
	}
	s, err := c.schema(at(base, "content", media, "schema"))
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(got))
	if err != nil {
		return fmt.Errorf("%w: %q", err, got)
	}
	return s.Validate(v)
}

// filter has openapi3filter look at the first exchange of each kind: it compiles schemas each time.
func (c *contract) filter(r *http.Request, sent []byte, a *http.Response, got []byte, path string,
	item *openapi3.PathItem, op *openapi3.Operation, params map[string]string) error {
	kind := fmt.Sprintf("%s %s %d", r.Method, path, a.StatusCode)
	c.mu.Lock()
	first := !c.seen[kind]
	c.seen[kind] = true
	c.mu.Unlock()
	in := &openapi3filter.RequestValidationInput{
		Request:    r.Clone(context.Background()),
		PathParams: params,
		Route:      &routers.Route{Spec: c.doc, Path: path, PathItem: item, Method: r.Method, Operation: op},
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
			RejectWhenRequestBodyNotSpecified: true,
		},
	}
	in.Request.Body = io.NopCloser(bytes.NewReader(sent))
	if a.StatusCode < 300 {
		if op.RequestBody != nil && len(sent) > 0 {
			s, err := c.schema(at("", "paths", path, strings.ToLower(r.Method), "requestBody", "content", "application/json",
				"schema"))
			if err != nil {
				return err
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(sent))
			if err != nil {
				return err
			}
			if err := s.Validate(v); err != nil {
				return fmt.Errorf("it was accepted, and the document does not allow it: %w", err)
			}
		}
		if first {
			if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
				return fmt.Errorf("it was accepted, and the document does not allow it: %w", err)
			}
		}
	}
	if !first || strings.HasPrefix(a.Header.Get("Content-Type"), "text/") {
		return nil
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.StatusCode, Header: a.Header,
		Options: in.Options}
	return openapi3filter.ValidateResponse(r.Context(), out.SetBodyBytes(got))
}

// checking is a transport that fails the test over an exchange that breaks the contract.
type checking struct {
	t    testing.TB
	next http.RoundTripper
	c    *contract
}

func (k *checking) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body.Close()
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(sent))
		if r.ContentLength == 0 && len(sent) == 0 {
			again.Body = http.NoBody
		}
		r = again
	}
	a, err := k.next.RoundTrip(r)
	if err != nil {
		return a, err
	}
	var got []byte
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/event-stream") {
		if got, err = io.ReadAll(a.Body); err != nil {
			return nil, err
		}
		a.Body.Close()
		a.Body = io.NopCloser(bytes.NewReader(got))
	}
	if err := k.c.check(r, sent, a, got); err != nil {
		if len(got) > 400 {
			got = got[:400]
		}
		k.t.Errorf("%s %s: %v\n%d %v\n%s", r.Method, r.URL, err, a.StatusCode, a.Header, got)
	}
	return a, nil
}
