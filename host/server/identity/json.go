package identity

// This file reads the JSON of issuers: strictly, but that a value which the core cannot
// hold does not spoil the document that it is in.
//
// An issuer writes more than is read here: a number of a tenant with 19 digits, a time in
// nanoseconds, a display name that was cut in the middle of a character. Such a value is
// read as null. Where it is not read nothing changes; where it is, null is not what is
// needed there, and the token is refused for that.

import (
	"bytes"
	"encoding/json" // whose Valid is strict
	"errors"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// unsupported are the codes of values that are JSON, and that the core cannot hold.
var unsupported = map[string]bool{
	codes.JSONNumberRange: true, codes.JSONNumberPrecision: true, codes.JSONLoneSurrogate: true,
}

// readable returns the canonical form of src with null for each value that the core
// cannot hold. The error is the core's: no JSON, a member twice, no UTF-8, too deep.
func readable(src []byte) ([]byte, error) {
	canonical, err := core.Canonical(src)
	var refused *core.Error
	if err == nil || !errors.As(err, &refused) || !unsupported[refused.Code] {
		return canonical, err
	}
	out := make([]byte, 0, len(src))
	for rest := src; len(rest) > 0; {
		n := scalar(rest)
		value := rest[:n]
		rest = rest[n:]
		name := value[0] == '"' && bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":"))
		if n > 1 && !name && unheld(value) {
			value = []byte("null")
		}
		out = append(out, value...)
	}
	return core.Canonical(out)
}

// unheld says whether value is JSON (RFC 8259) that the core cannot hold.
func unheld(value []byte) bool {
	var refused *core.Error
	_, err := core.Canonical(value)
	return errors.As(err, &refused) && unsupported[refused.Code] && json.Valid(value) && utf8.Valid(value)
}

// scalar returns how many bytes the text or number at the beginning of src has, and 1
// for a byte that begins neither.
func scalar(src []byte) int {
	switch c := src[0]; {
	case c == '"':
		for i := 1; i < len(src); i++ {
			switch src[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return len(src)
	case c == '-' || c >= '0' && c <= '9':
		for i, c := range src {
			if bytes.IndexByte([]byte("0123456789+-.eE"), c) < 0 {
				return i
			}
		}
		return len(src)
	}
	return 1
}
