package gate

// This file defines body: a request's body, read once, in the one way that every handler reads it.
//
// What is decided on and what goes on are the same bytes: JSON in its canonical form (RFC 8785), a form with each name
// once. A body that two readers may read differently is refused: names that are there twice, other encodings than
// UTF-8, a byte order mark, compressed bodies, multipart.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

const formType = "application/x-www-form-urlencoded"

var (
	mediaForm   = regexp.MustCompile(`^\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)\s*((?:;[^,]*)?)$`)
	charsetForm = regexp.MustCompile(`(?i);\s*charset\s*=\s*(?:"([^";\s]*)"|([^";\s]*))\s*(;|$)`)
	charsetName = regexp.MustCompile(`(?i)charset`)
	jsonType    = regexp.MustCompile(`^application/(?:[\w.-]+\+)?json$`)
)

// body is what a request carries. It is read when it is first asked for, and is then the reader of the request that
// propose sees.
type body struct {
	from   io.ReadCloser
	header http.Header
	length int64
	limit  int64
	raw    []string

	asked bool
	typ   string // media type
	bytes []byte
	err   error
	rest  *bytes.Reader
}

// take reads the body, once. Without a body typ is empty.
func (b *body) take() error {
	if !b.asked {
		b.asked = true
		b.err = b.read()
		b.rest = bytes.NewReader(b.bytes)
	}
	return b.err
}

// Read gives the body in the form in which it goes on.
func (b *body) Read(p []byte) (int, error) {
	if err := b.take(); err != nil {
		return 0, err
	}
	return b.rest.Read(p)
}

// Close is for the request that propose sees; the body is closed by the server.
func (b *body) Close() error { return nil }

func (b *body) read() error {
	if b.from == nil || b.from == http.NoBody {
		return nil
	}
	if err := refuseCoding(b.header); err != nil {
		return err
	}
	if b.length > b.limit {
		return b.tooLarge()
	}
	src, err := io.ReadAll(io.LimitReader(b.from, b.limit+1))
	switch {
	case errors.As(err, new(*http.MaxBytesError)), err == nil && int64(len(src)) > b.limit:
		return b.tooLarge()
	case err != nil:
		return refuse(codes.HTTPBody, "the body did not arrive whole")
	case len(src) == 0:
		return nil
	}
	media, charset, ok := mediaType(b.header)
	if !ok {
		return refuse(codes.HTTPContentType, "the body has no one Content-Type")
	}
	if slices.Contains(b.raw, media) {
		b.typ, b.bytes = b.header.Get("Content-Type"), src
		if isMultipart(media) {
			return checkParts(src)
		}
		return nil
	}
	isJSON := jsonType.MatchString(media)
	switch {
	case !isJSON && media != formType:
		return refuse(
			codes.HTTPContentType,
			fmt.Sprintf("a body of type %s cannot be decided on: send application/json or %s", media, formType),
		)
	case charset != "utf-8":
		return refuse(codes.HTTPContentType, "the body is UTF-8, and its Content-Type says nothing else")
	case bytes.HasPrefix(src, []byte("\xef\xbb\xbf")):
		return refuse(codes.HTTPContentType, "the body begins with a byte order mark")
	case isJSON:
		src, err = core.Canonical(src)
	case !utf8.Valid(src):
		err = refuse(codes.GateForm, "the form may be read in two ways: it is not UTF-8")
	default:
		var fields []field
		fields, err = readFields(string(src), codes.GateForm)
		src = []byte(writeFields(fields))
	}
	if err != nil {
		return err
	}
	b.typ, b.bytes = media, src
	return nil
}

func refuseCoding(h http.Header) error {
	switch strings.ToLower(strings.TrimSpace(strings.Join(h.Values("Content-Encoding"), ","))) {
	case "", "identity":
		return nil
	}
	return refuse(codes.HTTPContentType, "send the body as it is, with no Content-Encoding")
}

func (b *body) tooLarge() error {
	return refuse(codes.HTTPTooLarge, fmt.Sprintf("the body has over %d bytes", b.limit))
}

// mediaType returns what one Content-Type says; ok is false where it says several things or nothing.
func mediaType(h http.Header) (media, charset string, ok bool) {
	m := mediaForm.FindStringSubmatch(strings.Join(h.Values("Content-Type"), ", "))
	if m == nil {
		return "", "", false
	}
	said := charsetName.FindAllString(m[2], -1)
	charset = "utf-8"
	if len(said) > 0 {
		c := charsetForm.FindStringSubmatch(m[2])
		if len(said) > 1 || c == nil {
			return "", "", false
		}
		charset = strings.ToLower(c[1] + c[2])
	}
	return strings.ToLower(m[1]), charset, true
}

// JSON reads the request's JSON body into v. The error is the client's fault, for propose to return.
func JSON(r *http.Request, v any) error {
	src, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if len(src) == 0 {
		return refuse(codes.HTTPBody, "the body is missing")
	}
	if media, _, _ := mediaType(r.Header); !jsonType.MatchString(media) {
		return refuse(codes.HTTPContentType, "send the body as application/json")
	}
	if err := json.Unmarshal(src, v); err != nil {
		return refuse(codes.ProposalShape, "the body is JSON of another shape than is read here")
	}
	return nil
}

func newBody(b []byte) io.ReadCloser {
	if len(b) == 0 {
		return http.NoBody
	}
	return io.NopCloser(bytes.NewReader(b))
}
