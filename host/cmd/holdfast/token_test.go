package main

// This file tests the tokens of `holdfast token`, with every kind of key.

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holdfast-rt/holdfast/host/server/identity"
)

// pemFile writes a private key as PKCS #8.
func pemFile(t *testing.T, key crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pemBlock(t, "PRIVATE KEY", der)
}

func pemBlock(t *testing.T, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// holdfast runs the program.
func holdfast(args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	code = run(args, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestToken(t *testing.T) {
	// The key and the thumbprint of RFC 8037, appendix A.
	seed := must(base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
	for _, c := range []struct {
		alg, kid string
		key      crypto.Signer
	}{
		{"EdDSA", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", ed25519.NewKeyFromSeed(seed)},
		{"ES256", "", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))},
		{"RS256", "", must(rsa.GenerateKey(rand.Reader, 2048))},
	} {
		t.Run(c.alg, func(t *testing.T) {
			file := pemFile(t, c.key)
			before := time.Now().Unix()
			code, out, errs := holdfast("token", "--key", file, "--kind", "user,system", "--id", "u 1", "--role", "publish",
				"--role", "govern",
				"--for", "90s", "--audience", "https://a", "--issuer", "login")
			if code != 0 || errs != "" || !strings.HasSuffix(out, "\n") {
				t.Fatal(code, errs)
			}
			claims := jwt.MapClaims{}
			parser := jwt.NewParser(jwt.WithValidMethods([]string{c.alg}), jwt.WithAudience("https://a"),
				jwt.WithIssuer("login"), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
			token, err := parser.ParseWithClaims(strings.TrimSpace(out), claims,
				func(*jwt.Token) (any, error) { return c.key.Public(), nil })
			if err != nil {
				t.Fatal(err)
			}
			if kid := token.Header["kid"].(string); len(kid) != 43 || c.kid != "" && kid != c.kid {
				t.Errorf("kid %s", kid)
			}
			iat, id := int64(claims["iat"].(float64)), claims["jti"].(string)
			if iat < before || len(id) < 20 {
				t.Errorf("iat %d, jti %q", iat, id)
			}
			want := jwt.MapClaims{
				"sub": "u 1", "kind": []any{"user", "system"}, "roles": []any{"publish", "govern"}, "aud": "https://a",
				"iss": "login",
				"iat": float64(iat), "nbf": float64(iat), "exp": float64(iat + 90), "jti": id,
			}
			if !reflect.DeepEqual(claims, want) {
				t.Errorf("got    %v\nwanted %v", claims, want)
			}
			// A server that was given the public key believes it.
			public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(c.key.Public()))})
			verifier, err := identity.New(identity.Options{Keys: public, Audience: "https://a", Issuer: "login"})
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest("GET", "/", nil)
			request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(out))
			who, err := verifier.Authenticate(request)
			if err != nil || who.ID != "u 1" || !slices.Equal(who.Kinds,
				[]string{"user", "system"}) || !who.May("govern") || who.May("other") {
				t.Errorf("%v, %v", who, err)
			}
			// One kind is a text, and what is not asked for is not there.
			_, plain, _ := holdfast("token", "--key", file, "--kind", "user", "--id", "u1")
			request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(plain))
			if _, err := verifier.Authenticate(request); err == nil {
				t.Error("a token for nobody was taken for one for https://a")
			}
			claims = jwt.MapClaims{}
			if _, _, err := jwt.NewParser().ParseUnverified(strings.TrimSpace(plain), claims); err != nil {
				t.Fatal(err)
			}
			if claims["kind"] != "user" || len(claims) != 6 || claims["jti"] == id ||
				claims["exp"].(float64)-claims["iat"].(float64) != 3600 {
				t.Errorf("%v", claims)
			}
		})
	}
}

func TestTokenRefused(t *testing.T) {
	p256 := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	public := must(x509.MarshalPKIXPublicKey(p256.Public()))
	for says, file := range map[string]string{
		"no PEM file":          filepath.Join("testdata", "door.yaml"),
		"a public key":         pemBlock(t, "PUBLIC KEY", public),
		`"EC PRIVATE KEY"`:     pemBlock(t, "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(p256))),
		"no private key":       pemBlock(t, "PRIVATE KEY", public),
		"servers take P-256":   pemFile(t, must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))),
		"RSA key of 1024 bits": pemFile(t, must(rsa.GenerateKey(rand.Reader, 1024))),
		"keys of this kind":    pemFile(t, must(ecdh.X25519().GenerateKey(rand.Reader))),
		"no such file":         filepath.Join(t.TempDir(), "none.pem"),
	} {
		code, out, errs := holdfast("token", "--key", file, "--kind", "user", "--id", "u1")
		if code != exitUsage || out != "" || !strings.Contains(errs, says) {
			t.Errorf("%s: %d, %q, %q", says, code, out, errs)
		}
	}
}
