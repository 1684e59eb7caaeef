package identity

// This file defines Error and its codes.

import "fmt"

// The codes of an Error.
const (
	// CodeMissing: the request carries no bearer token.
	CodeMissing = "auth/missing"

	// CodeMalformed: what the Authorization header carries is no token: another
	// scheme, two headers, too long, not three parts of base64url, not strict JSON,
	// a type of token that is not for access, or an extension nobody here knows.
	CodeMalformed = "auth/malformed"

	// CodeAlgorithm: the token's alg is none, is not taken here, or is not that of
	// the key the token names.
	CodeAlgorithm = "auth/algorithm"

	// CodeKey: the token names a key that is not among the keys, or names none while
	// the keys have names.
	CodeKey = "auth/key"

	// CodeSignature: the key did not sign this token.
	CodeSignature = "auth/signature"

	// CodeExpired: exp has passed.
	CodeExpired = "auth/expired"

	// CodeEarly: nbf or iat lies in the future.
	CodeEarly = "auth/early"

	// CodeAudience: the token was given for another service.
	CodeAudience = "auth/audience"

	// CodeIssuer: the token was given by another issuer.
	CodeIssuer = "auth/issuer"

	// CodeClaims: a claim that is needed is missing, of the wrong type, empty or too long.
	CodeClaims = "auth/claims"

	// CodeActor: the body says an actor that the caller is not, or says none where
	// the token leaves it open. The caller is known, and may not do this: 403, not 401.
	CodeActor = "auth/actor"

	// CodeNoActing: nothing that the token may act as is an agent of the bundle. 403.
	CodeNoActing = "auth/no-agent"

	// CodeKeys: New or Reload was given keys or options that cannot be used.
	CodeKeys = "auth/keys"
)

// Error says why a caller, or a file of keys, is refused. The message says what to
// do, in words that may be sent to the caller: nothing of the token is in it.
type Error struct {
	Code    string
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
	case CodeActor, CodeNoActing, CodeKeys:
		return ""
	case CodeMissing:
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
