package gate

// This file looks into multipart bodies for a field that names another method, which frameworks take from one.
//
// A body that passes is not decided on and may be large, so it is not parsed: what is looked for is the header
// Content-Disposition at the beginning of any line, read as the handler that takes the most for a name reads it.
// web/src/edge/multipart.ts does the same, and testdata/gate holds both to it.

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

var (
	partHeader = regexp.MustCompile(`(?i)[\r\n]content-disposition[ \t]*:`)
	// A line that may be the beginning of such a header.
	partBegun = regexp.MustCompile(`^[\r\n][A-Za-z-]{0,19}[ \t]*$`)
	// A parameter that names the part. With a star a charset is before the name, and with a number it is in pieces.
	partName = regexp.MustCompile(`(?i)[;\s]name\s*(\*([0-9])?[^=;]*)?=\s*("(?:[^"\\]|\\.)*"?|[^;]*)`)

	nameCharset = regexp.MustCompile(`^[^']*'[^']*'`)
	nameEscape  = regexp.MustCompile(`\\(.)`)
	nameEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
)

// maxPartHeader is the longest header of a part, in bytes.
const maxPartHeader = 8 << 10

// mayHaveFields says whether a handler may take a body for fields.
func mayHaveFields(h http.Header) bool {
	said := strings.ToLower(strings.Join(h.Values("Content-Type"), ","))
	return strings.Contains(said, "x-www-form-urlencoded") || strings.Contains(said, "multipart/")
}

func isMultipart(media string) bool { return strings.HasPrefix(media, "multipart/") }

// parts looks into one body, a piece after the other. It begins with the text "\n".
type parts struct {
	text []byte // what may be a header's beginning
}

// look takes the next piece, and whether it is the last.
func (p *parts) look(piece []byte, last bool) error {
	text := append(p.text, piece...)
	if last {
		text = append(text, "\n-"...)
	}
	for at := 0; ; {
		found := partHeader.FindIndex(text[at:])
		if found == nil {
			break
		}
		start, from := at+found[0], at+found[1]
		to := headerEnd(text, from)
		if to-start > maxPartHeader {
			return refuse(codes.GateForm, "the form may be read in two ways: a header of a part is too long")
		}
		if to == len(text) {
			p.text = bytes.Clone(text[start:])
			return nil
		}
		if err := checkHeader(text[from:to]); err != nil {
			return err
		}
		at = to
	}
	line := text[max(0, bytes.LastIndexAny(text, "\r\n")):]
	if !partBegun.Match(line) {
		line = []byte("-")
	}
	p.text = bytes.Clone(line)
	return nil
}

// headerEnd returns where the line ends that a header is in, which goes on where the next begins with a blank; the
// text's length where that is not known yet.
func headerEnd(text []byte, at int) int {
	for ; at < len(text); at++ {
		if text[at] != '\r' && text[at] != '\n' {
			continue
		}
		next := at + 1
		if text[at] == '\r' && next < len(text) && text[next] == '\n' {
			next++
		}
		if next == len(text) {
			return next
		}
		if text[next] != ' ' && text[next] != '\t' {
			return at
		}
		at = next
	}
	return len(text)
}

// checkHeader refuses a header that names a field which names another method.
func checkHeader(header []byte) error {
	text := strings.NewReplacer("\r", "", "\n", "").Replace(string(header))
	for _, found := range partName.FindAllStringSubmatch(text, -1) {
		star, piece, name := found[1], found[2], found[3]
		name = strings.TrimSuffix(strings.TrimPrefix(name, `"`), `"`)
		if star != "" {
			name = nameCharset.ReplaceAllString(name, "")
		}
		name = nameEscape.ReplaceAllString(name, "$1")
		name = nameEncoded.ReplaceAllStringFunc(name, func(code string) string {
			return string([]byte{unhex(code[1])<<4 | unhex(code[2])})
		})
		if piece != "" || isOverride(name) {
			return refuse(codes.GateOverride, "the body names another method for the request")
		}
	}
	return nil
}

// checkParts looks into a whole body.
func checkParts(src []byte) error {
	p := parts{text: []byte("\n")}
	return p.look(src, true)
}

// looking is a body that is looked into as it is read.
type looking struct {
	io.ReadCloser
	parts parts
}

func (l *looking) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if wrong := l.parts.look(p[:n], err == io.EOF); wrong != nil {
		return 0, wrong
	}
	return n, err
}

// multipart returns the body of a request that passes, as it came. It is looked into up to the limit before it goes on,
// and the rest as it does; there it breaks off.
func (b *body) multipart() (io.ReadCloser, error) {
	if b.from == nil || b.from == http.NoBody {
		return b.from, nil
	}
	if err := refuseCoding(b.header); err != nil {
		return nil, err
	}
	look := &looking{b.from, parts{text: []byte("\n")}}
	src, err := io.ReadAll(io.LimitReader(look, b.limit+1))
	switch {
	case errors.As(err, new(*core.Error)):
		return nil, err
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, b.tooLarge()
	case err != nil:
		return nil, refuse(codes.HTTPBody, "the body did not arrive whole")
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(src), look), b.from}, nil
}
