package identity

// This file reads a token (RFC 7515, RFC 7519) up to its signature. Header and
// claims are read once, strictly, by the core's reader: what it refuses, duplicate
// members above all, two readers could read as two things. Only a claim that the core
// cannot hold, such as a number of 19 digits, does not spoil the others: see readable.

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// MaxToken is the largest token that is looked at, in bytes.
const MaxToken = 16 << 10

// algorithms are the values of alg that any key could be bound to.
var algorithms = []string{"EdDSA", "Ed25519", "ES256", "RS256"}

// types are the values of typ of tokens for access, in lower case and without
// `application/`: of RFC 7519, and of RFC 9068. A token signed by the same issuer for
// something else, such as a logout, says so with a typ of its own.
var types = []string{"jwt", "at+jwt"}

// bearer returns the token of the Authorization header. It is never looked for
// elsewhere: what is in a URL is in logs, histories and Referer headers.
func bearer(r *http.Request) (string, *Error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", refuse(codes.AuthMissing,
			"send the header `Authorization: Bearer TOKEN`. A token in the URL, a cookie or the body is not read.")
	}
	if len(values) > 1 {
		return "", refuse(codes.AuthMalformed, "there are several Authorization headers. Send one.")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", refuse(codes.AuthMalformed,
			"the Authorization header is of another scheme. Send `Authorization: Bearer TOKEN`.")
	}
	token = strings.TrimLeft(token, " ")
	if token == "" {
		return "", refuse(codes.AuthMissing, "the Authorization header has no token. Send `Authorization: Bearer TOKEN`.")
	}
	return token, nil
}

// token is one that was read and not yet believed.
type token struct {
	alg       string
	kid       *string // nil where there is none
	signed    string  // what the signature is of
	payload   string  // base64url
	signature []byte
}

func readToken(s string) (*token, *Error) {
	if len(s) > MaxToken {
		return nil, refuse(codes.AuthMalformed,
			"the token has more than %d bytes. Ask the issuer for one with fewer claims.", MaxToken)
	}
	// Go's base64 reader passes over line breaks, so the alphabet is held to here.
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return nil, refuse(codes.AuthMalformed,
				"the token has characters that no JWT has. Send it as the issuer gave it, without quotes or padding.")
		}
	}
	parts := strings.Split(s, ".")
	switch len(parts) {
	case 3:
	case 5:
		return nil, refuse(codes.AuthMalformed, "the token is encrypted (JWE). Let the issuer give a signed one (JWS).")
	default:
		return nil, refuse(codes.AuthMalformed,
			"the token is no JWT of three parts. Send the whole token that the issuer gave.")
	}
	header, err := object(parts[0], "header", core.Canonical)
	if err != nil {
		return nil, err
	}
	t := &token{signed: s[:len(parts[0])+1+len(parts[1])], payload: parts[1]}
	var ok bool
	if t.alg, ok = header["alg"].(string); !ok || !slices.Contains(algorithms, t.alg) {
		return nil, refuse(codes.AuthAlgorithm,
			"the token's `alg` is not taken here. Let the issuer sign with EdDSA, ES256 or RS256.")
	}
	if _, ok := header["crit"]; ok {
		return nil, refuse(codes.AuthMalformed,
			"the token's header names critical extensions (`crit`), and none is known here.")
	}
	typ, ok := text(header, "typ")
	if typ = strings.TrimPrefix(strings.ToLower(typ), "application/"); !ok || typ != "" && !slices.Contains(types, typ) {
		return nil, refuse(codes.AuthMalformed,
			"the token's `typ` is not that of an access token (`JWT` or `at+jwt`). Send the access token.")
	}
	if v, ok := header["kid"]; ok {
		kid, ok := v.(string)
		if !ok {
			return nil, refuse(codes.AuthMalformed, "the token's `kid` is no text.")
		}
		t.kid = &kid
	}
	if t.signature, ok = decode(parts[2]); !ok {
		return nil, refuse(codes.AuthMalformed, "the token's signature is no base64url.")
	}
	return t, nil
}

// claims reads the payload; the signature must have been verified.
func (t *token) claims() (claims, *Error) {
	m, err := object(t.payload, "payload", readable)
	return claims(m), err
}

// decode reads base64url without padding, and refuses a second spelling of the same bytes.
func decode(part string) ([]byte, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return b, err == nil
}

// object reads a part that is an object; read is how strictly.
func object(part, what string, read func([]byte) ([]byte, error)) (map[string]any, *Error) {
	src, ok := decode(part)
	if !ok {
		return nil, refuse(codes.AuthMalformed, "the token's %s is no base64url.", what)
	}
	doc, err := read(src)
	if err != nil {
		return nil, refuse(codes.AuthMalformed, "the token's %s is no strict JSON: "+
			"a member may be there twice, or the text may not be UTF-8.", what)
	}
	if doc[0] != '{' {
		return nil, refuse(codes.AuthMalformed, "the token's %s is no JSON object.", what)
	}
	var m map[string]any
	if err := json.Unmarshal(doc, &m); err != nil || m == nil {
		return nil, refuse(codes.AuthMalformed, "the token's %s cannot be read.", what)
	}
	return m, nil
}
