package identity

// This file defines Error.

import (
	"fmt"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// Error says why a caller, or a file of keys, is refused. The message says what to
// do, in words that may be sent to the caller: nothing of the token is in it.
type Error struct {
	Code    string // auth/…
	Message string
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Challenge returns the value of the WWW-Authenticate header that belongs to a 401
// with this error (RFC 6750, section 3), "" where the error is no 401.
//
// See https://www.rfc-editor.org/rfc/rfc6750#section-3.
func (e *Error) Challenge() string {
	switch e.Code {
	case codes.AuthActor, codes.AuthNoAgent, codes.AuthKeys:
		return ""
	case codes.AuthMissing:
		return `Bearer realm="holdfast"`
	}
	return `Bearer realm="holdfast", error="invalid_token"`
}

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// maxShown is how many bytes of a body's text a message quotes.
const maxShown = 80

func clip(s string) string {
	if len(s) <= maxShown {
		return s
	}
	end := maxShown
	for end > 0 && s[end]&0xc0 == 0x80 { // not within a character
		end--
	}
	return s[:end] + "…"
}
