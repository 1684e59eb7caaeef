package identity

// This file tests that what is not read of an issuer's JSON does no harm, and that what
// is read stays strict.

import (
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// tooMuch are values that are JSON and that the core cannot hold.
var tooMuch = []string{
	"1234567890123456789", "-9007199254740993", "1e400", "-1E+400", "1e-400", "0.1234567890123456789012",
	strings.Repeat("9", 400), `"\ud800"`, `"cut \ud83d"`, `"\\\udc00"`,
	`[1,[2,{"deep":1767225600000000000}]]`, `{"a":{"b":[1e400,{"c":"\ud800","d":"fine"}]}}`,
}

func TestUnreadClaimOf19Digits(t *testing.T) {
	k := keys()
	v := verifier(t, options(t))
	for _, value := range tooMuch {
		for _, name := range []string{"tenant", "a.b", "\\u0061"} {
			token := signed(t, k.ed, edHeader, strings.TrimSuffix(payload, "}")+`,"`+name+`": `+value+"\n}")
			if who, err := v.Authenticate(request(token)); err != nil || who.ID != "u1" || who.Kinds[0] != "user" {
				t.Errorf("%s: %s: %+v, %v", name, value, who, err)
			}
		}
	}
}

func TestReadClaimOf19Digits(t *testing.T) {
	k := keys()
	v := verifier(t, options(t))
	for _, value := range tooMuch {
		for _, c := range []struct{ claim, code string }{
			{`"exp":1767229200`, codes.AuthClaims}, {`"sub":"u1"`, codes.AuthClaims}, {`"kind":"user"`, codes.AuthClaims},
			{`"aud":"holdfast"`, codes.AuthAudience}, {`"iss":"https://id.example"`, codes.AuthIssuer},
			{`"roles":"publish"`, codes.AuthClaims}, {`"sessions":"s"`, codes.AuthClaims}, {`"nbf":1`, codes.AuthClaims},
			{`"iat":1`, codes.AuthClaims},
		} {
			name, _, _ := strings.Cut(c.claim, ":")
			claims := strings.TrimPrefix(strings.ReplaceAll(","+strings.Trim(payload, "{}")+",", ","+c.claim+",", ","), ",")
			token := signed(t, k.ed, edHeader, "{"+claims+name+":"+value+"}")
			if who, err := v.Authenticate(request(token)); code(t, err) != c.code || who.ID != "" {
				t.Errorf("%s: %s: %+v, %v", name, value, who, err)
			}
		}
	}
	// A list of which one item cannot be held is not the list without it.
	for _, claim := range []string{`"roles":["publish",1e400]`, `"sessions":["a","\ud800"]`} {
		token := signed(t, k.ed, edHeader, strings.TrimSuffix(payload, "}")+","+claim+"}")
		if _, err := v.Authenticate(request(token)); code(t, err) != codes.AuthClaims {
			t.Errorf("%s: %v", claim, err)
		}
	}
}

// TestUnreadClaimsAreJSON: what is no JSON, or what two readers could read as two things, is refused wherever it is.
func TestUnreadClaimsAreJSON(t *testing.T) {
	k := keys()
	v := verifier(t, options(t))
	for _, member := range []string{
		`"a":01234567890123456789`, `"a":1234567890123456789.`, `"a":+1e400`, `"a":1e400e1`, `"a":1e`, `"a":--1`,
		`"a":NaN`, `"a":-`,
		`"a":1e400,"a":1e400`, `"a":1e400,"sub":"u2"`, `"a":1e400,"\u0073ub":"u2"`, `"\ud800":1`, `"\ud800" : 1e400`,
		`"a":1e400 1e400`, `"a":"\ud800`, "\"a\":\"\xff\",\"b\":1e400", `"a":"\ud800\x"`, "\"a\":\"\\ud800\xff\"",
		`1e400:1`, `"a":` + strings.Repeat("[", 200) + "1e400" + strings.Repeat("]", 200),
	} {
		token := signed(t, k.ed, edHeader, strings.TrimSuffix(payload, "}")+","+member+"}")
		if who, err := v.Authenticate(request(token)); code(t, err) != codes.AuthMalformed || who.ID != "" {
			t.Errorf("%.60s: %+v, %v", member, who, err)
		}
	}
	// nobody has signed for these
	for _, header := range []string{`{"alg":"EdDSA","kid":"ed","x":1e400}`, `{"alg":"EdDSA","kid":"ed","x":"\ud800"}`} {
		if _, err := v.Authenticate(request(signed(t, k.ed, header, payload))); code(t, err) != codes.AuthMalformed {
			t.Errorf("%s: %v", header, err)
		}
	}
}
