package identity

// This file defines the issuer of the tests' tokens: it signs whatever text it is
// given as header and payload.

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// now is the time in all tests.
var now = time.Unix(1_767_225_600, 0) // 2026-01-01

// The keys of the tests: two of each kind, the second unknown to the verifier.
var keys = sync.OnceValue(func() (k struct {
	ed, otherEd   ed25519.PrivateKey
	ec, otherEC   *ecdsa.PrivateKey
	rsa, otherRSA *rsa.PrivateKey
	ec384         *ecdsa.PrivateKey
	rsa1024       *rsa.PrivateKey
}) {
	_, k.ed, _ = ed25519.GenerateKey(rand.Reader)
	_, k.otherEd, _ = ed25519.GenerateKey(rand.Reader)
	k.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	k.otherEC, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	k.ec384, _ = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	k.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	k.otherRSA, _ = rsa.GenerateKey(rand.Reader, 2048)
	k.rsa1024, _ = rsa.GenerateKey(rand.Reader, 1024)
	return k
})

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func input(header, payload string) string { return b64([]byte(header)) + "." + b64([]byte(payload)) }

// signed returns a token of the header and payload as they are. The key alone says
// how it is signed, whatever the header claims; []byte is an HMAC's secret.
func signed(t testing.TB, key any, header, payload string) string {
	t.Helper()
	in := input(header, payload)
	return in + "." + b64(signature(t, key, in))
}

func signature(t testing.TB, key any, in string) []byte {
	t.Helper()
	hash := sha256.Sum256([]byte(in))
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(k, []byte(in))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, k, hash[:])
		if err != nil {
			t.Fatal(err)
		}
		size := (k.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	case *rsa.PrivateKey:
		sig, err := rsa.SignPKCS1v15(nil, k, crypto.SHA256, hash[:])
		if err != nil {
			t.Fatal(err)
		}
		return sig
	case []byte:
		m := hmac.New(sha256.New, k)
		m.Write([]byte(in))
		return m.Sum(nil)
	}
	t.Fatalf("no way to sign with %T", key)
	return nil
}

func publicPEM(t testing.TB, public any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// jwk returns a key as a JWK, with a kid unless it is empty.
func jwk(t testing.TB, kid string, key any) string {
	t.Helper()
	b, err := jose.JSONWebKey{Key: key, KeyID: kid}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// jwks is the set of the keys that the verifier of the tests knows.
func jwks(t testing.TB) []byte {
	k := keys()
	return []byte(`{"keys":[` + jwk(t, "ed", k.ed.Public()) + `,` + jwk(t, "ec", k.ec.Public()) + `,` + jwk(t, "rsa",
		k.rsa.Public()) + `]}`)
}

func options(t testing.TB) Options {
	return Options{Keys: jwks(t), Audience: "holdfast", Issuer: "https://id.example", Now: func() time.Time { return now }}
}

func verifier(t testing.TB, o Options) *Verifier {
	t.Helper()
	v, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// request has the token as its bearer.
func request(token string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// code returns the code of an error, empty for nil.
func code(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *Error: %v", err, err)
	}
	return e.Code
}

const (
	edHeader = `{"alg":"EdDSA","kid":"ed","typ":"JWT"}`
	payload  = `{"aud":"holdfast","exp":1767229200,"iss":"https://id.example","kind":"user","sub":"u1"}`
)
