package canon

// This file defines Error and the limits of a document.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
)

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
	// The bound lets code that walks a Doc recurse: a module's stack ends at 60
	// thousand frames and running into that end cannot be recovered from.
	MaxDepth = 128
)

// Error says why a source is not a document.
type Error struct {
	Code    string // json/… or limit/json-…
	Offset  int    // 0-based, of the first byte that does not fit (of the second of two equal keys), or the length
	Message string // for people: what is wrong, where, and what to do
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// fail makes an Error whose message is what + " at byte N: " + todo.
func fail(code string, offset int, what, todo string) *Error {
	return &Error{code, offset, what + " at byte " + itoa(offset) + ": " + todo}
}

func itoa(i int) string { return strconv.Itoa(i) }

// unexpected makes the syntax error for whatever is at offset i.
func unexpected(src []byte, i int, want string) *Error {
	todo := "expected " + want
	switch {
	case len(src) == 0:
		return fail(codes.JSONSyntax, 0, "empty document", "expected a JSON value")
	case i >= len(src):
		return fail(codes.JSONSyntax, len(src), "the document ends too early", todo)
	case i == 0 && len(src) >= 3 && string(src[:3]) == "\xEF\xBB\xBF":
		return fail(codes.JSONSyntax, 0, "byte order mark", "save the document without one")
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
	return fail(codes.JSONSyntax, i, what, todo)
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
