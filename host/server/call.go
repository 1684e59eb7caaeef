package server

// This file defines call, a request on its way: how its parts are read, strictly, and
// how it is answered.

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/coding"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/sessions"
)

// immutable is how long what is named by its digest may be cached.
const immutable = "public, max-age=31536000, immutable"

// handler answers a request, or returns why not.
type handler func(*call) error

// route is what the server does for a method on a path.
type route struct {
	method string
	path   string
	open   bool // needs no token
	costs  bool // counts against the caller's rate
	body   int64
	handle handler
}

// call is a request on its way.
type call struct {
	*http.Request
	w     http.ResponseWriter
	route *route
	who   identity.Who
}

// recorder remembers what was answered, and does not wait for ever until it is read.
type recorder struct {
	http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration // for each piece
	status   int
	bytes    int64
}

// piece is how much a reader has to accept within its patience: 70 kbit/s.
const piece = 256 << 10

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	_ = r.control.SetWriteDeadline(time.Now().Add(r.patience))
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (n int, err error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	for first := true; err == nil && (first || n < len(b)); first = false {
		var wrote int
		_ = r.control.SetWriteDeadline(time.Now().Add(r.patience))
		wrote, err = r.ResponseWriter.Write(b[n:min(n+piece, len(b))])
		n += wrote
	}
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController flush.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// body reads the body, which must be JSON and within the route's limit.
func (c *call) body() ([]byte, error) {
	if c.ContentLength != 0 {
		media, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
		if err != nil || media != "application/json" {
			return nil, problem.New(codes.HTTPContentType, "send the body as Content-Type: application/json")
		}
	}
	if coding := c.Header.Get("Content-Encoding"); coding != "" {
		return nil, problem.New(codes.HTTPContentType, "send the body as it is, not as Content-Encoding: %s", coding)
	}
	src, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, c.route.body))
	if err != nil {
		if errors.As(err, new(*http.MaxBytesError)) {
			return nil, err
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, problem.New(codes.HTTPBody, "the body came too slowly")
		}
		return nil, problem.New(codes.HTTPBody, "the body did not arrive whole")
	}
	return src, nil
}

// read reads the body into v, strictly: no other members, none twice. An empty body
// is an empty object.
func (c *call) read(v any) error {
	src, err := c.body()
	if err != nil {
		return err
	}
	if len(src) == 0 {
		return nil
	}
	return readStrict(src, v)
}

// readStrict reads a JSON object into v, as read does.
func readStrict(src []byte, v any) error {
	canonical, err := core.Canonical(src) // refuses what is said twice
	if err != nil {
		return err
	}
	if len(canonical) == 0 || canonical[0] != '{' {
		return problem.New(codes.HTTPShape, "the body is a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(canonical))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return problem.New(codes.HTTPShape, "%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if wrong := stray(canonical, reflect.TypeOf(v)); wrong != "" {
		return problem.New(codes.HTTPShape, "%s", wrong)
	}
	return nil
}

// stray says what else is wrong with an object that was decoded as a t, or "": decoding does
// not tell ACTION from action, nor null from what is left out.
func stray(object []byte, t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var members map[string]json.RawMessage
	if t.Kind() != reflect.Struct || json.Unmarshal(object, &members) != nil {
		return ""
	}
	inside := ""
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("json")
		src, ok := members[name]
		if !ok {
			continue
		}
		if string(src) == "null" {
			return fmt.Sprintf("%q is null: leave it out", name)
		}
		inside = cmp.Or(inside, stray(src, t.Field(i).Type))
		delete(members, name)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		return fmt.Sprintf("unknown field %q", name)
	}
	return inside
}

// encode writes v as JSON and leaves text as it is: a decision inside is passed on
// byte for byte, and < stays <. (MarshalNoEscape of go-json is about something else.)
func encode(v any) ([]byte, error) { return json.MarshalWithOption(v, json.DisableHTMLEscape()) }

// json answers with a document of the server's own.
func (c *call) json(status int, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	return c.bytes(status, "application/json", body)
}

// bytes answers with bytes, untouched.
func (c *call) bytes(status int, media string, body []byte) error {
	h := c.w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // the client may be gone
	return nil
}

// encoding chooses the encoding of an answer that there is in two.
func (c *call) encoding() (string, error) {
	c.w.Header().Add("Vary", "Accept-Encoding")
	as := coding.Choose(c.Header, coding.Gzip, coding.Identity)
	if as == "" {
		return "", problem.New(codes.HTTPEncoding,
			"Accept-Encoding excludes both gzip and identity, and there is nothing else")
	}
	return as, nil
}

// cached names the answer's version, and answers 304 where the client has it.
func (c *call) cached(tag, control string) bool { return c.cachedAs(tag, coding.Identity, control) }

// cachedAs is cached for an encoding.
func (c *call) cachedAs(tag, as, control string) bool {
	h := c.w.Header()
	h.Set("ETag", coding.Tag(tag, as))
	h.Set("Cache-Control", control)
	if coding.Has(c.Header, coding.Tag(tag, as)) {
		c.w.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

// number reads a query parameter.
func (c *call) number(name string, otherwise, least, most int64) (int64, error) {
	query, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return 0, problem.New(codes.HTTPQuery, "the query cannot be read")
	}
	values := query[name]
	if len(values) == 0 {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil || n < least || n > most || len(values) > 1 {
		return 0, problem.New(codes.HTTPQuery, "%s is a number from %d to %d", name, least, most)
	}
	return n, nil
}

// proposal reads the body as a proposal, or as a question about one.
func (c *call) proposal() (p sessions.Proposal, err error) {
	src, err := c.body()
	if err != nil {
		return p, err
	}
	return sessions.ReadProposal(src)
}

// use refuses a session that the caller may not use.
func (c *call) use(session string) error {
	if err := sessions.CheckID(session); err != nil {
		return err
	}
	if !c.who.MayUse(session) {
		return problem.New(codes.AuthSession, "the token is not for session %q", session)
	}
	return nil
}

// tellSeq tells how many decisions the session has.
func (c *call) tellSeq(seq int64) { c.w.Header().Set("Holdfast-Seq", strconv.FormatInt(seq, 10)) }

// page reads where a list goes on, and how long it is.
func (c *call) page() (after string, limit int, err error) {
	n, err := c.number("limit", 100, 1, 1000)
	return c.URL.Query().Get("after"), int(n), err
}
