package gate

// This file reads a request's path, query and forms in the one way that every handler reads them.
//
//	/c%61rt      ──► /cart         written in one way
//	/CART        ──► matched as /cart, by routes.go
//	/x/..;/cart  ──► refused: one handler reads /cart, another does not
//
// web/src/edge/target.ts does the same, and testdata/gate holds both to it.

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// target is a path, read.
type target struct {
	path     string   // in the normal form
	segments []string // decoded
	slash    bool     // whether it ends in a slash; "/" does not
}

func refuse(code, message string) *core.Error { return &core.Error{Code: code, Message: message} }

func ambiguous(why string) *core.Error {
	return refuse(codes.GatePath, "the path may be read in two ways: "+why)
}

// readTarget reads a path as it was sent, percent-encoded.
func readTarget(raw string) (t target, err error) {
	if raw == "" {
		raw = "/"
	}
	switch {
	case raw[0] != '/':
		return t, ambiguous("it does not begin with a slash")
	case strings.ContainsAny(raw, `\;`):
		return t, ambiguous("it has a backslash or a semicolon")
	}
	parts := strings.Split(raw[1:], "/")
	if last := len(parts) - 1; parts[last] == "" {
		parts, t.slash = parts[:last], last > 0
	}
	var path strings.Builder
	for _, part := range parts {
		segment, err := readSegment(part)
		if err != nil {
			return t, err
		}
		t.segments = append(t.segments, segment)
		path.WriteString("/" + encodePart(segment))
	}
	if path.Len() == 0 || t.slash {
		path.WriteByte('/')
	}
	t.path = path.String()
	return t, nil
}

func readSegment(raw string) (string, error) {
	if raw == "" {
		return "", ambiguous("it has two slashes in a row")
	}
	text, why := decode(raw)
	if why != "" {
		return "", ambiguous(why)
	}
	for i := range len(text) {
		if text[i] == '%' && isHex(text[i+1:]) {
			return "", ambiguous("it is encoded twice")
		}
	}
	switch {
	case strings.ContainsAny(text, `/\;?#`):
		return "", ambiguous("it has an encoded slash, backslash, semicolon, question mark or hash")
	case text[0] == ' ', text[len(text)-1] == ' ', text[len(text)-1] == '.':
		return "", ambiguous("a part of it is a dot or two, ends in a dot or a blank, or begins with a blank")
	case strings.Contains(text, "::$"):
		return "", ambiguous("it names a stream of a file")
	case strings.ContainsFunc(text, unseen):
		return "", ambiguous("it has control characters, blanks that are none, or characters that nobody sees")
	}
	return text, nil
}

// unseen says whether a character is a control character, or one that looks like nothing or like a blank.
func unseen(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(unicode.Zs, r) && r != ' ' }

// isHex says whether text begins with two hexadecimal digits.
func isHex(text string) bool {
	const digits = "0123456789abcdefABCDEF"
	return len(text) >= 2 && strings.IndexByte(digits, text[0]) >= 0 && strings.IndexByte(digits, text[1]) >= 0
}

// decode decodes percent-encoded UTF-8, or says why it cannot.
func decode(raw string) (text, why string) {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '%' {
			b.WriteByte(raw[i])
			continue
		}
		if !isHex(raw[i+1:]) {
			return "", "a percent sign is not followed by two hexadecimal digits"
		}
		b.WriteByte(unhex(raw[i+1])<<4 | unhex(raw[i+2]))
		i += 2
	}
	if text = b.String(); !utf8.ValidString(text) {
		return "", "it is not UTF-8"
	}
	return text, ""
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

// encodePart encodes text for a path or a query: what is not A-Z a-z 0-9 - . _ ~ ! $ ( ) * , : @ is percent-encoded.
func encodePart(text string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
			strings.IndexByte("-._~!$()*,:@", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

// fold returns what a handler that ignores case may take a segment for.
func fold(segment string) string {
	return strings.ReplaceAll(strings.ToLower(strings.ToUpper(norm.NFKC.String(segment))), "ß", "ss")
}

// field is a name and a value of a query or a form.
type field struct{ name, value string }

// readFields reads a query or a form, in which every name is there once. Names are compared as the handler that
// folds most reads them: without case, and with . [ ] and blanks as _.
func readFields(raw, code string) (fields []field, err error) {
	what := "query"
	if code == codes.GateForm {
		what = "form"
	}
	twoWays := func(why string) error { return refuse(code, "the "+what+" may be read in two ways: "+why) }
	seen := map[string]bool{}
	for piece := range strings.SplitSeq(raw, "&") {
		if piece == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(piece, "+", " "), "=")
		var why string
		if name, why = decode(name); why == "" {
			value, why = decode(value)
		}
		switch key := foldName(name); {
		case why != "":
			return nil, twoWays(why)
		case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }),
			strings.Contains(value, "\x00"):
			return nil, twoWays("it has control characters")
		case isOverride(name):
			return nil, refuse(codes.GateOverride, "the request names another method for itself")
		case seen[key]:
			return nil, twoWays("`" + name + "` is there twice")
		default:
			seen[key] = true
		}
		fields = append(fields, field{name, value})
	}
	return fields, nil
}

// writeFields writes fields in the one way that readFields reads back.
func writeFields(fields []field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = encodePart(f.name) + "=" + encodePart(f.value)
	}
	return strings.Join(parts, "&")
}

// overrides says whether a query names another method, as some frameworks allow.
func overrides(query string) bool {
	for _, piece := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(strings.ReplaceAll(piece, "+", " "), "=")
		if name, why := decode(name); why == "" && isOverride(name) {
			return true
		}
	}
	return false
}

func foldName(name string) string {
	return strings.NewReplacer(" ", "_", ".", "_", "[", "_", "]", "_").Replace(fold(name))
}

func isOverride(name string) bool {
	folded := foldName(name)
	return strings.Trim(folded, "_") == "method" && (folded[0] == '_' || strings.Contains(name, "_"))
}
