package canon

// This file defines Error, its codes, and the limits of a document.

import "strconv"

// The limits of one document. They are the same on every engine.
const (
	// MaxBytes is the largest document read: 8 MiB, some hundred times the largest
	// bundle we know, and small enough that a hostile one cannot fill a module's
	// memory, which never shrinks.
	MaxBytes = 8 << 20

	// MaxValues is the largest number of keys and values in a document. A node
	// takes 24 bytes, so the tape stays under 24 MiB where `[0,0,…` alone would
	// make it twelve times the size of the text.
	MaxValues = 1 << 20

	// MaxDepth is how deep arrays and objects nest, the outermost counted as 1.
	// A bundle nests about 12 deep and each embedded parent adds a few levels.
	// The bound lets whoever walks a Doc recurse: a module's stack ends at 60
	// thousand frames and running into that end cannot be recovered from.
	MaxDepth = 128
)

// The codes of an Error.
const (
	// CodeSyntax: the bytes are not RFC 8259 JSON. The offset is the first byte
	// that does not fit, or the length of the source where it ends too early.
	CodeSyntax = "json/syntax"

	// CodeDuplicate: an object has a key twice, compared after unescaping. The
	// offset is that of the second one.
	CodeDuplicate = "json/duplicate-key"

	// CodeUTF8: a byte is not part of well-formed UTF-8 (overlong forms, encoded
	// surrogates and values over U+10FFFF included).
	CodeUTF8 = "json/invalid-utf8"

	// CodeSurrogate: a \u escape names half of a surrogate pair without the other.
	CodeSurrogate = "json/lone-surrogate"

	// CodeRange: a number is too large, too small, or an integer beyond ±(2^53−1).
	CodeRange = "json/number-range"

	// CodePrecision: a number has digits that a double cannot hold.
	CodePrecision = "json/number-precision"

	// CodeTrailing: bytes other than white space follow the document.
	CodeTrailing = "json/trailing-bytes"

	// CodeSize: the source is longer than MaxBytes.
	CodeSize = "limit/json-size"

	// CodeValues: the document has more than MaxValues keys and values.
	CodeValues = "limit/json-values"

	// CodeDepth: arrays and objects nest deeper than MaxDepth.
	CodeDepth = "limit/json-depth"
)

// Error says why a source is not a document.
type Error struct {
	Code    string // one of the codes above
	Offset  int    // byte offset in the source, 0-based
	Message string // for people: what is wrong, where, and what to do
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// fail makes an Error whose message is what + " at byte N: " + todo.
func fail(code string, offset int, what, todo string) *Error {
	return &Error{code, offset, what + " at byte " + itoa(offset) + ": " + todo}
}

func itoa(i int) string { return strconv.Itoa(i) }

// unexpected makes the syntax error for whatever stands at offset i.
func unexpected(src []byte, i int, want string) *Error {
	todo := "expected " + want
	switch {
	case len(src) == 0:
		return fail(CodeSyntax, 0, "empty document", "expected a JSON value")
	case i >= len(src):
		return fail(CodeSyntax, len(src), "the document ends too early", todo)
	case i == 0 && len(src) >= 3 && string(src[:3]) == "\xEF\xBB\xBF":
		return fail(CodeSyntax, 0, "byte order mark", "save the document without one")
	}
	what := "unexpected " + quote(string(src[i:i+1]))
	switch c := src[i]; {
	case c >= 0x80:
		what = "unexpected character outside ASCII"
	case c == '\'':
		todo += "; JSON quotes with \""
	case c == '/' || c == '#':
		todo += "; JSON has no comments"
	}
	return fail(CodeSyntax, i, what, todo)
}

// quote returns s, a key or a byte, as a message shows it: canonical, and not too long.
func quote(s string) string {
	const most = 60 // bytes: longer keys are recognised by their beginning
	if len(s) > most {
		n := most
		for s[n]&0xC0 == 0x80 {
			n--
		}
		return string(AppendString(nil, s[:n])) + "…"
	}
	return string(AppendString(nil, s))
}
