package identity

// This file tests which tokens are taken and which are refused, and why.

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
)

func TestTaken(t *testing.T) {
	k := keys()
	v := verifier(t, options(t))
	base := Who{ID: "u1", Kinds: []string{"user"}, Expires: time.Unix(1767229230, 0)}
	with := func(change func(w *Who)) Who {
		w := base
		change(&w)
		return w
	}
	claims := func(more string) string { return strings.TrimSuffix(payload, "}") + more + "}" }
	for name, c := range map[string]struct {
		key             any
		header, payload string
		want            Who
	}{
		"EdDSA":        {k.ed, edHeader, payload, base},
		"Ed25519":      {k.ed, `{"alg":"Ed25519","kid":"ed"}`, payload, base},
		"ES256":        {k.ec, `{"alg":"ES256","kid":"ec"}`, payload, base},
		"RS256":        {k.rsa, `{"alg":"RS256","kid":"rsa"}`, payload, base},
		"access token": {k.ed, `{"alg":"EdDSA","kid":"ed","typ":"application/AT+jwt"}`, payload, base},
		"keys in the header": {k.ed, `{"alg":"EdDSA","kid":"ed","jku":"https://evil.example/",` +
			`"x5u":"https://evil.example/","jwk":` + jwk(t, "", k.otherEd.Public()) + `}`, payload, base},
		"blanks":    {k.ed, " { \"kid\" : \"ed\" ,\r\n\t\"alg\" : \"EdDSA\" } ", " " + payload + "\n", base},
		"escapes":   {k.ed, `{"\u0061lg":"Ed\u0044SA","kid":"\u0065d"}`, payload, base},
		"audiences": {k.ed, edHeader, strings.Replace(payload, `"holdfast"`, `["other","holdfast"]`, 1), base},
		"expired by leeway": {k.ed, edHeader, strings.Replace(payload, "1767229200", "1767225571", 1),
			with(func(w *Who) { w.Expires = time.Unix(1767225601, 0) })},
		"fraction":        {k.ed, edHeader, strings.Replace(payload, "1767229200", "1767229200.75", 1), base},
		"early by leeway": {k.ed, edHeader, claims(`,"nbf":1767225630,"iat":1767225630`), base},
		"kinds": {k.ed, edHeader, strings.Replace(payload, `"user"`, `["user","system","user"]`, 1),
			with(func(w *Who) { w.Kinds = []string{"user", "system", "user"} })},
		"kinds as words": {k.ed, edHeader, strings.Replace(payload, `"user"`, `" user  system "`, 1),
			with(func(w *Who) { w.Kinds = []string{"user", "system"} })},
		"roles": {k.ed, edHeader, claims(`,"roles":["publish","cook"]`),
			with(func(w *Who) { w.Roles = []string{"publish", "cook"} })},
		"roles as words": {k.ed, edHeader, claims(`,"roles":"publish govern"`),
			with(func(w *Who) { w.Roles = []string{"publish", "govern"} })},
		"sessions": {k.ed, edHeader, claims(`,"sessions":["order-7","cart-*","*"]`),
			with(func(w *Who) { w.Sessions = []string{"order-7", "cart-*", "*"} })},
		"one session": {k.ed, edHeader, claims(`,"sessions":"my order"`),
			with(func(w *Who) { w.Sessions = []string{"my order"} })},
		"no session": {k.ed, edHeader, claims(`,"sessions":[]`), with(func(w *Who) { w.Sessions = []string{} })},
		"the longest id": {k.ed, edHeader, strings.Replace(payload, "u1", strings.Repeat("é", 64), 1),
			with(func(w *Who) { w.ID = strings.Repeat("é", 64) })},
		"an id of any script": {k.ed, edHeader, strings.Replace(payload, "u1", `日\ud83d\ude00:`, 1),
			with(func(w *Who) { w.ID = "日😀:" })},
	} {
		got, err := v.Authenticate(request(signed(t, c.key, c.header, c.payload)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	k := keys()
	v := verifier(t, options(t))
	good := signed(t, k.ed, edHeader, payload)
	parts := strings.Split(good, ".")
	ed := func(payload string) string { return signed(t, k.ed, edHeader, payload) }
	header := func(h string) string { return signed(t, k.ed, h, payload) }
	replace := func(from, to string) string {
		if !strings.Contains(payload, from) {
			t.Fatalf("the payload has no %s", from)
		}
		return ed(strings.Replace(payload, from, to, 1))
	}
	add := func(more string) string { return ed(strings.TrimSuffix(payload, "}") + more + "}") }
	esInput := input(`{"alg":"ES256","kid":"ec"}`, payload)
	hash := sha256.Sum256([]byte(esInput))
	der, err := ecdsa.SignASN1(nil, k.ec, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	spki, _ := x509.MarshalPKIXPublicKey(k.rsa.Public())
	pkcs1 := x509.MarshalPKCS1PublicKey(&k.rsa.PublicKey)
	lastBit := func(s string) string { // another spelling of the same bytes: the bits that base64 leaves over
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		i := strings.IndexByte(alphabet, s[len(s)-1])
		return s[:len(s)-1] + string(alphabet[i^1])
	}

	cases := []struct{ name, token, code string }{
		// Shape.
		{"nothing but dots", "..", codes.AuthMalformed},
		{"two parts", parts[0] + "." + parts[1], codes.AuthMalformed},
		{"four parts", good + ".", codes.AuthMalformed},
		{"encrypted", good + "..", codes.AuthMalformed},
		{"padded", parts[0] + "=." + parts[1] + "." + parts[2], codes.AuthMalformed},
		{"base64 with + and /", "+/." + parts[1] + "." + parts[2], codes.AuthMalformed},
		{"quoted", `"` + good + `"`, codes.AuthMalformed},
		{"two tokens", good + ", Bearer " + good, codes.AuthMalformed},
		{"a line break in base64", parts[0][:4] + "\n" + parts[0][4:] + "." + parts[1] + "." + parts[2], codes.AuthMalformed},
		{"another spelling of the signature", parts[0] + "." + parts[1] + "." + lastBit(parts[2]), codes.AuthMalformed},
		{"huge", parts[0] + "." + parts[1] + "." + strings.Repeat("A", MaxToken), codes.AuthMalformed},
		{"huge and signed", add(`,"pad":"` + strings.Repeat("x", MaxToken) + `"`), codes.AuthMalformed},
		{"deep", add(`,"pad":` + strings.Repeat("[", 4000) + strings.Repeat("]", 4000)), codes.AuthMalformed},

		// Header.
		{"no header", signed(t, k.ed, ``, payload), codes.AuthMalformed},
		{"header null", signed(t, k.ed, `null`, payload), codes.AuthMalformed},
		{"header a list", signed(t, k.ed, `[]`, payload), codes.AuthMalformed},
		{"header truncated", signed(t, k.ed, `{"alg":"EdDSA"`, payload), codes.AuthMalformed},
		{"header twice", signed(t, k.ed, edHeader+edHeader, payload), codes.AuthMalformed},
		{"alg twice", header(`{"alg":"EdDSA","alg":"EdDSA","kid":"ed"}`), codes.AuthMalformed},
		{"alg twice, once escaped", header(`{"alg":"none","\u0061lg":"EdDSA","kid":"ed"}`), codes.AuthMalformed},
		{"kid twice", header(`{"alg":"EdDSA","kid":"ec","kid":"ed"}`), codes.AuthMalformed},
		{"header not UTF-8", header("{\"alg\":\"EdDSA\",\"kid\":\"ed\",\"x\":\"\xff\"}"), codes.AuthMalformed},
		{"header with a lone surrogate", header(`{"alg":"EdDSA","kid":"ed","x":"\ud800"}`), codes.AuthMalformed},
		{"header with a BOM", header("\ufeff" + edHeader), codes.AuthMalformed},
		{"header with a NUL behind", header(edHeader + "\x00"), codes.AuthMalformed},
		{"crit", header(`{"alg":"EdDSA","kid":"ed","crit":["exp"]}`), codes.AuthMalformed},
		{"crit empty", header(`{"alg":"EdDSA","kid":"ed","crit":[]}`), codes.AuthMalformed},
		{"crit null", header(`{"alg":"EdDSA","kid":"ed","crit":null}`), codes.AuthMalformed},
		{"unencoded payload", header(`{"alg":"EdDSA","kid":"ed","b64":false,"crit":["b64"]}`), codes.AuthMalformed},
		{"typ of a logout", header(`{"alg":"EdDSA","kid":"ed","typ":"logout+jwt"}`), codes.AuthMalformed},
		{"typ a number", header(`{"alg":"EdDSA","kid":"ed","typ":1}`), codes.AuthMalformed},

		// Algorithm.
		{"no alg", header(`{"kid":"ed"}`), codes.AuthAlgorithm},
		{"alg null", header(`{"alg":null,"kid":"ed"}`), codes.AuthAlgorithm},
		{"alg a list", header(`{"alg":["EdDSA"],"kid":"ed"}`), codes.AuthAlgorithm},
		{"alg empty", header(`{"alg":"","kid":"ed"}`), codes.AuthAlgorithm},
		{"alg in lower case", header(`{"alg":"eddsa","kid":"ed"}`), codes.AuthAlgorithm},
		{"alg with a blank", header(`{"alg":"EdDSA ","kid":"ed"}`), codes.AuthAlgorithm},
		{"alg with a NUL", header(`{"alg":"EdDSA\u0000","kid":"ed"}`), codes.AuthAlgorithm},
		{"alg with a zero-width space", header(`{"alg":"Ed\u200bDSA","kid":"ed"}`), codes.AuthAlgorithm},
		{"alg in full width", header(`{"alg":"ＥｄＤＳＡ","kid":"ed"}`), codes.AuthAlgorithm},
		{"alg with a long s", header(`{"alg":"EdDſA","kid":"ed"}`), codes.AuthAlgorithm},
		{"ALG for alg", header(`{"ALG":"EdDSA","kid":"ed"}`), codes.AuthAlgorithm},
		{"a Kelvin sign for kid", header(`{"alg":"EdDSA","` + "\u212a" + `id":"ed"}`), codes.AuthKey},
		{"alg of another key's type", signed(t, k.ed, `{"alg":"RS256","kid":"ed"}`, payload), codes.AuthAlgorithm},
		{"ES256 with the Ed25519 key", signed(t, k.ec, `{"alg":"ES256","kid":"ed"}`, payload), codes.AuthAlgorithm},
		{"EdDSA with the RSA key", signed(t, k.rsa, `{"alg":"EdDSA","kid":"rsa"}`, payload), codes.AuthAlgorithm},
		{"PS256", signed(t, k.rsa, `{"alg":"PS256","kid":"rsa"}`, payload), codes.AuthAlgorithm},
		{"RS512", signed(t, k.rsa, `{"alg":"RS512","kid":"rsa"}`, payload), codes.AuthAlgorithm},
		{"ES384", signed(t, k.ec384, `{"alg":"ES384","kid":"ec"}`, payload), codes.AuthAlgorithm},
		{"ES256K", signed(t, k.ec, `{"alg":"ES256K","kid":"ec"}`, payload), codes.AuthAlgorithm},

		// Key.
		{"no kid", header(`{"alg":"EdDSA"}`), codes.AuthKey},
		{"unknown kid", header(`{"alg":"EdDSA","kid":"other"}`), codes.AuthKey},
		{"empty kid", header(`{"alg":"EdDSA","kid":""}`), codes.AuthKey},
		{"kid in capitals", header(`{"alg":"EdDSA","kid":"ED"}`), codes.AuthKey},
		{"kid a path", header(`{"alg":"EdDSA","kid":"../../../dev/null"}`), codes.AuthKey},
		{"kid null", header(`{"alg":"EdDSA","kid":null}`), codes.AuthMalformed},
		{"kid a number", header(`{"alg":"EdDSA","kid":1}`), codes.AuthMalformed},
		{"the key in the header", signed(t, k.otherEd, `{"alg":"EdDSA","jwk":`+jwk(t, "", k.otherEd.Public())+`}`,
			payload), codes.AuthKey},

		// Signature.
		{"signed by another Ed25519 key", signed(t, k.otherEd, edHeader, payload), codes.AuthSignature},
		{"signed by another ECDSA key", signed(t, k.otherEC, `{"alg":"ES256","kid":"ec"}`, payload), codes.AuthSignature},
		{"signed by another RSA key", signed(t, k.otherRSA, `{"alg":"RS256","kid":"rsa"}`, payload), codes.AuthSignature},
		{"another key, told in the header", signed(t, k.otherEd,
			`{"alg":"EdDSA","kid":"ed","jwk":`+jwk(t, "ed", k.otherEd.Public())+`}`, payload), codes.AuthSignature},
		{"signature stripped", parts[0] + "." + parts[1] + ".", codes.AuthSignature},
		{"RSA signature stripped", input(`{"alg":"RS256","kid":"rsa"}`, payload) + ".", codes.AuthSignature},
		{"ES256 signature stripped", esInput + ".", codes.AuthSignature},
		{"ES256 signature of zeros", esInput + "." + b64(make([]byte, 64)), codes.AuthSignature},
		{"ES256 signature in DER", esInput + "." + b64(der), codes.AuthSignature},
		{"signature cut", parts[0] + "." + parts[1] + "." + b64(signature(t, k.ed, parts[0]+"."+parts[1])[:63]),
			codes.AuthSignature},
		{"signature with more behind", parts[0] + "." + parts[1] + "." + b64(append(signature(t, k.ed,
			parts[0]+"."+parts[1]), 0)), codes.AuthSignature},
		{"payload changed", parts[0] + "." + b64([]byte(strings.Replace(payload, "u1", "u2", 1))) + "." + parts[2],
			codes.AuthSignature},
		{"payload spelt otherwise", parts[0] + "." + b64([]byte(payload+" ")) + "." + parts[2], codes.AuthSignature},
		{"payload empty", parts[0] + ".." + parts[2], codes.AuthSignature},
		{"parts swapped", parts[1] + "." + parts[0] + "." + parts[2], codes.AuthAlgorithm},
		{"expired and forged", signed(t, k.otherEd, edHeader, strings.Replace(payload, "1767229200", "1", 1)),
			codes.AuthSignature},

		// Payload.
		{"payload not base64url", parts[0] + ".A." + b64(signature(t, k.ed, parts[0]+".A")), codes.AuthMalformed},
		{"payload null", ed(`null`), codes.AuthMalformed},
		{"payload text", ed(`"hello"`), codes.AuthMalformed},
		{"payload no JSON", ed(`hello`), codes.AuthMalformed},
		{"payload truncated", ed(payload[:len(payload)-1]), codes.AuthMalformed},
		{"sub twice", add(`,"sub":"u2"`), codes.AuthMalformed},
		{"sub twice, once escaped", add(`,"\u0073ub":"u2"`), codes.AuthMalformed},
		{"exp twice", add(`,"exp":1767229200`), codes.AuthMalformed},
		{"twice, deep inside", add(`,"a":[{"b":{"c":1,"c":1}}]`), codes.AuthMalformed},

		// Times.
		{"expired", replace("1767229200", "1767225570"), codes.AuthExpired},
		{"expired long ago", replace("1767229200", "1"), codes.AuthExpired},
		{"exp 0", replace("1767229200", "0"), codes.AuthExpired},
		{"no exp", replace(`"exp":1767229200,`, ``), codes.AuthClaims},
		{"exp null", replace("1767229200", "null"), codes.AuthClaims},
		{"exp text", replace("1767229200", `"1767229200"`), codes.AuthClaims},
		{"exp in milliseconds", replace("1767229200", "1767229200000"), codes.AuthClaims},
		{"exp beyond all years", replace("1767229200", "1e300"), codes.AuthClaims},
		{"exp negative", replace("1767229200", "-1"), codes.AuthClaims},
		{"exp a list", replace("1767229200", "[1767229200]"), codes.AuthClaims},
		{"Exp for exp", replace(`"exp"`, `"Exp"`), codes.AuthClaims},
		{"nbf in the future", add(`,"nbf":1767225631`), codes.AuthEarly},
		{"iat in the future", add(`,"iat":1767225631`), codes.AuthEarly},
		{"nbf text", add(`,"nbf":"1"`), codes.AuthClaims},
		{"nbf beyond all years", add(`,"nbf":1e300`), codes.AuthClaims},
		{"iat null", add(`,"iat":null`), codes.AuthClaims},

		// Audience and issuer.
		{"another audience", replace(`"holdfast"`, `"other"`), codes.AuthAudience},
		{"other audiences", replace(`"holdfast"`, `["other","more"]`), codes.AuthAudience},
		{"audience in capitals", replace(`"holdfast"`, `"Holdfast"`), codes.AuthAudience},
		{"audience a beginning", replace(`"holdfast"`, `"holdfast.evil.example"`), codes.AuthAudience},
		{"no audience", replace(`"aud":"holdfast",`, ``), codes.AuthAudience},
		{"audience empty", replace(`"holdfast"`, `""`), codes.AuthAudience},
		{"audience an empty list", replace(`"holdfast"`, `[]`), codes.AuthAudience},
		{"audience null", replace(`"holdfast"`, `null`), codes.AuthAudience},
		{"audience an object", replace(`"holdfast"`, `{"holdfast":"holdfast"}`), codes.AuthAudience},
		{"audience a mixed list", replace(`"holdfast"`, `["holdfast",1]`), codes.AuthAudience},
		{"another issuer", replace(`https://id.example`, `https://id.example/`), codes.AuthIssuer},
		{"no issuer", replace(`"iss":"https://id.example",`, ``), codes.AuthIssuer},
		{"issuer empty", replace(`https://id.example`, ``), codes.AuthIssuer},
		{"issuer a list", replace(`"https://id.example"`, `["https://id.example"]`), codes.AuthIssuer},

		// Who.
		{"no sub", replace(`,"sub":"u1"`, ``), codes.AuthClaims},
		{"sub empty", replace(`"u1"`, `""`), codes.AuthClaims},
		{"sub null", replace(`"u1"`, `null`), codes.AuthClaims},
		{"sub a number", replace(`"u1"`, `1`), codes.AuthClaims},
		{"sub a list", replace(`"u1"`, `["u1"]`), codes.AuthClaims},
		{"sub too long", replace(`u1`, strings.Repeat("é", 64)+"x"), codes.AuthClaims},
		{"sub with a NUL", replace(`u1`, `u1\u0000`), codes.AuthClaims},
		{"sub with a line break", replace(`u1`, `u1\n`), codes.AuthClaims},
		{"no kind", replace(`"kind":"user",`, ``), codes.AuthClaims},
		{"kind empty", replace(`"user"`, `""`), codes.AuthClaims},
		{"kind blank", replace(`"user"`, `"  "`), codes.AuthClaims},
		{"kind null", replace(`"user"`, `null`), codes.AuthClaims},
		{"kind true", replace(`"user"`, `true`), codes.AuthClaims},
		{"kinds none", replace(`"user"`, `[]`), codes.AuthClaims},
		{"kinds with an empty one", replace(`"user"`, `["user",""]`), codes.AuthClaims},
		{"kinds with a number", replace(`"user"`, `["user",1]`), codes.AuthClaims},
		{"kinds nested", replace(`"user"`, `[["user"]]`), codes.AuthClaims},
		{"kind too long", replace(`user`, strings.Repeat("x", 129)), codes.AuthClaims},
		{"roles null", add(`,"roles":null`), codes.AuthClaims},
		{"roles true", add(`,"roles":true`), codes.AuthClaims},
		{"roles an object", add(`,"roles":{"publish":true}`), codes.AuthClaims},
		{"roles with a number", add(`,"roles":["publish",1]`), codes.AuthClaims},
		{"sessions null", add(`,"sessions":null`), codes.AuthClaims},
		{"sessions true", add(`,"sessions":true`), codes.AuthClaims},
		{"sessions empty text", add(`,"sessions":""`), codes.AuthClaims},
		{"sessions with an empty one", add(`,"sessions":["a",""]`), codes.AuthClaims},
		{"sessions with a star within", add(`,"sessions":["a*b"]`), codes.AuthClaims},
		{"sessions with two stars", add(`,"sessions":["a**"]`), codes.AuthClaims},
		{"sessions too long", add(`,"sessions":["` + strings.Repeat("x", 129) + `"]`), codes.AuthClaims},
	}
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "none ", " none", "n\\u006fne", "none\\u0000", ""} {
		h := `{"alg":"` + alg + `","kid":"ed"}`
		cases = append(cases,
			struct{ name, token, code string }{"alg " + alg + " stripped", input(h, payload) + ".", codes.AuthAlgorithm},
			struct{ name, token, code string }{"alg " + alg + " signed", signed(t, k.ed, h, payload), codes.AuthAlgorithm})
	}
	for name, secret := range map[string][]byte{
		"PEM": publicPEM(t, k.rsa.Public()), "trimmed PEM": []byte(strings.TrimSpace(string(publicPEM(t, k.rsa.Public())))),
		"SPKI": spki, "PKCS #1": pkcs1, "modulus": k.rsa.N.Bytes(), "the key set": jwks(t), "nothing": {},
	} {
		for _, alg := range []string{"HS256", "RS256"} {
			want := codes.AuthAlgorithm
			if alg == "RS256" {
				want = codes.AuthSignature
			}
			cases = append(cases, struct{ name, token, code string }{
				alg + " with the public key as the secret: " + name,
				signed(t, secret, `{"alg":"`+alg+`","kid":"rsa"}`, payload), want})
		}
	}
	for _, c := range cases {
		who, err := v.Authenticate(request(c.token))
		if got := code(t, err); got != c.code {
			t.Errorf("%s: %q, want %q", c.name, got, c.code)
		}
		if !reflect.DeepEqual(who, Who{}) {
			t.Errorf("%s: refused, and yet %+v", c.name, who)
		}
		if err != nil {
			for _, part := range strings.Split(c.token, ".") {
				if len(part) > 8 && strings.Contains(err.Error(), part) {
					t.Errorf("%s: the message holds a part of the token", c.name)
				}
			}
		}
	}
	if _, err := v.Authenticate(request(good)); err != nil {
		t.Errorf("what all of these were made of is refused: %v", err)
	}
}

// TestHeader tests where a token is taken from.
func TestHeader(t *testing.T) {
	v := verifier(t, options(t))
	good := signed(t, keys().ed, edHeader, payload)
	for _, c := range []struct {
		name   string
		values []string
		code   string
	}{
		{"one", []string{"Bearer " + good}, ""},
		{"in lower case", []string{"bearer " + good}, ""},
		{"two blanks", []string{"Bearer  " + good}, ""},
		{"none", nil, codes.AuthMissing},
		{"empty", []string{""}, codes.AuthMalformed},
		{"only the scheme", []string{"Bearer"}, codes.AuthMissing},
		{"only the scheme and a blank", []string{"Bearer "}, codes.AuthMissing},
		{"no scheme", []string{good}, codes.AuthMalformed},
		{"a tab", []string{"Bearer\t" + good}, codes.AuthMalformed},
		{"Basic", []string{"Basic dTpw"}, codes.AuthMalformed},
		{"DPoP", []string{"DPoP " + good}, codes.AuthMalformed},
		{"twice", []string{"Bearer " + good, "Bearer " + good}, codes.AuthMalformed},
		{"and an empty one", []string{"Bearer " + good, ""}, codes.AuthMalformed},
		{"two in one", []string{"Bearer " + good + ",Bearer " + good}, codes.AuthMalformed},
		{"a parameter", []string{"Bearer token=" + good}, codes.AuthMalformed},
		{"something behind", []string{"Bearer " + good + " x"}, codes.AuthMalformed},
	} {
		r := httptest.NewRequest("POST", "/?access_token="+good+"&token="+good, strings.NewReader("access_token="+good))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", "access_token="+good)
		for _, s := range c.values {
			r.Header.Add("Authorization", s)
		}
		if _, err := v.Authenticate(r); code(t, err) != c.code {
			t.Errorf("%s: %q, want %q", c.name, code(t, err), c.code)
		}
	}
}

// TestNoKids tests keys without names, as PEM has them: the signature tells which it was.
func TestNoKids(t *testing.T) {
	k := keys()
	o := options(t)
	o.Keys = nil
	for _, public := range []any{k.ed.Public(), k.otherEd.Public(), k.rsa.Public()} {
		o.Keys = append(o.Keys, publicPEM(t, public)...)
	}
	v := verifier(t, o)
	for _, c := range []struct {
		name   string
		key    any
		header string
		code   string
	}{
		{"the first", k.ed, `{"alg":"EdDSA"}`, ""},
		{"the second", k.otherEd, `{"alg":"EdDSA"}`, ""},
		{"a kid nobody knows", k.otherEd, `{"alg":"EdDSA","kid":"x"}`, ""},
		{"RSA", k.rsa, `{"alg":"RS256"}`, ""},
		{"another RSA", k.otherRSA, `{"alg":"RS256"}`, codes.AuthSignature},
		{"no key of the type", k.ec, `{"alg":"ES256"}`, codes.AuthAlgorithm},
		{"none", k.ec, `{"alg":"none"}`, codes.AuthAlgorithm},
	} {
		if _, err := v.Authenticate(request(signed(t, c.key, c.header, payload))); code(t, err) != c.code {
			t.Errorf("%s: %q, want %q", c.name, code(t, err), c.code)
		}
	}
}

// TestOpen tests what is not looked at where no audience or issuer is asked for, and
// that it is warned of.
func TestOpen(t *testing.T) {
	o := options(t)
	if w := verifier(t, o).Warnings(); len(w) != 0 {
		t.Errorf("warned of %q", w)
	}
	o.Audience, o.Issuer = "", ""
	v := verifier(t, o)
	if _, err := v.Authenticate(request(signed(t, keys().ed, edHeader,
		`{"exp":1767229200,"kind":"user","sub":"u1","aud":1,"iss":[]}`))); err != nil {
		t.Error(err)
	}
	if w := v.Warnings(); len(w) != 2 || !strings.Contains(w[0], "audience") || !strings.Contains(w[1], "issuer") {
		t.Errorf("warned of %q", w)
	}
}

func TestLeeway(t *testing.T) {
	for _, c := range []struct {
		leeway time.Duration
		taken  int64 // the earliest exp that is taken
	}{{0, -29}, {-1, 1}, {2 * time.Minute, -119}} {
		o := options(t)
		o.Leeway = c.leeway
		v := verifier(t, o)
		for _, exp := range []int64{c.taken - 1, c.taken} {
			p := strings.Replace(payload, "1767229200", fmt.Sprint(now.Unix()+exp), 1)
			who, err := v.Authenticate(request(signed(t, keys().ed, edHeader, p)))
			if (err == nil) != (exp == c.taken) {
				t.Errorf("leeway %v, exp %d: %v", c.leeway, exp, err)
			}
			if err == nil && who.Expires != now.Add(time.Second) {
				t.Errorf("leeway %v: expires %v", c.leeway, who.Expires)
			}
		}
	}
}

func TestTrusting(t *testing.T) {
	v := Trusting()
	r := request("whatever")
	who, err := v.Authenticate(r)
	if err != nil || !who.Trusted || !v.Trusting() || !reflect.DeepEqual(who, Who{Trusted: true}) {
		t.Errorf("%+v, %v", who, err)
	}
	if err := v.Reload(jwks(t)); code(t, err) != codes.AuthKeys {
		t.Errorf("Reload: %v", err)
	}
	if w := v.Warnings(); len(w) != 1 || !strings.Contains(w[0], "EVERYONE IS TRUSTED") {
		t.Errorf("warned of %q", w)
	}
	if verifier(t, options(t)).Trusting() {
		t.Error("a verifier with keys says that it trusts everyone")
	}
}

func TestChallenge(t *testing.T) {
	for code, want := range map[string]string{
		codes.AuthMissing: `Bearer realm="holdfast"`,
		codes.AuthExpired: `Bearer realm="holdfast", error="invalid_token"`,
		codes.AuthActor:   "", codes.AuthNoAgent: "", codes.AuthKeys: "",
	} {
		if got := (&Error{Code: code}).Challenge(); got != want {
			t.Errorf("%s: %s", code, got)
		}
	}
}

func TestReload(t *testing.T) {
	k := keys()
	v := verifier(t, options(t))
	old := signed(t, k.ed, edHeader, payload)
	fresh := signed(t, k.otherEd, `{"alg":"EdDSA","kid":"new"}`, payload)
	check := func(when, wantOld, wantFresh string) {
		t.Helper()
		for token, want := range map[string]string{old: wantOld, fresh: wantFresh} {
			if _, err := v.Authenticate(request(token)); code(t, err) != want {
				t.Errorf("%s: %q, want %q", when, code(t, err), want)
			}
		}
	}
	check("at first", "", codes.AuthKey)
	for _, bad := range []string{"", "hello", `{"keys":[]}`,
		`{"keys":[` + jwk(t, "new", k.otherEd.Public()) + `,` + jwk(t, "more", k.ec) + `]}`} {
		if err := v.Reload([]byte(bad)); code(t, err) != codes.AuthKeys {
			t.Errorf("%.20s: %v", bad, err)
		}
		check("after a reload that failed", "", codes.AuthKey)
	}
	if err := v.Reload([]byte(`{"keys":[` + jwk(t, "new", k.otherEd.Public()) + `]}`)); err != nil {
		t.Fatal(err)
	}
	check("after the reload", codes.AuthKey, "")
}

// TestReloadMeanwhile asks while keys change: every answer is of one set or the other.
func TestReloadMeanwhile(t *testing.T) {
	k := keys()
	v := verifier(t, options(t))
	// In both sets the kid is `ed`; a mixture of them would take what neither does.
	sets := [][]byte{jwks(t), []byte(`{"keys":[` + jwk(t, "ed", k.otherEd.Public()) + `]}`), []byte("broken")}
	tokens := []string{signed(t, k.ed, edHeader, payload), signed(t, k.otherEd, edHeader, payload)}
	forged := signed(t, k.otherEC, `{"alg":"ES256","kid":"ec"}`, payload)
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for range 200 {
				for i, token := range tokens {
					who, err := v.Authenticate(request(token))
					if c := code(t, err); c != "" && c != codes.AuthSignature || (c == "") != (who.ID == "u1") {
						t.Errorf("token %d: %v", i, err)
					}
				}
				if _, err := v.Authenticate(request(forged)); code(t, err) != codes.AuthSignature && code(t, err) != codes.AuthKey {
					t.Errorf("forged: %v", err)
				}
			}
		})
	}
	for i := range 300 {
		if err := v.Reload(sets[i%3]); (err != nil) != (i%3 == 2) {
			t.Error(err)
		}
	}
	asking.Wait()
	if err := v.Reload(sets[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Authenticate(request(tokens[1])); err != nil {
		t.Error(err)
	}
}
