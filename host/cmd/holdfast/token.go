package main

// This file defines `holdfast token`.

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

type tokenCommand struct {
	Key      string        `required:"" placeholder:"FILE.pem" help:"${token_key}"`
	Kind     []string      `required:"" placeholder:"KIND" help:"${token_kind}"`
	ID       string        `required:"" placeholder:"ID" help:"Who the bearer is: the actor's id."`
	Role     []string      `placeholder:"ROLE" help:"What else the bearer may do: publish, govern; several with commas."`
	For      time.Duration `default:"1h" placeholder:"DURATION" help:"How long it is valid: 90s, 10m, 1h (${default})."`
	Audience string        `placeholder:"TEXT" help:"The server that it is for, where that asks for one."`
	Issuer   string        `placeholder:"TEXT" help:"Who says so, where the server asks for it."`
}

func (*tokenCommand) Help() string {
	return `Prints a bearer token (JWT), for trying a server out. The server believes it where it was started with the
public half of the key. Anyone who has the token is that actor until it ends: in production, tokens come from
where people log in.

Claims: sub (the id), kind (a text, or a list of several), roles, iat, nbf, exp, aud, iss, jti. The header has alg by
the kind of key (EdDSA, ES256, RS256), and kid, the key's thumbprint (RFC 7638).

Examples:

    holdfast token --key login.pem --kind user --id u1
    holdfast token --key login.pem --kind user,system --id ops --role publish,govern --for 10m
    curl -H "Authorization: Bearer $(holdfast token --key login.pem --kind user --id u1)" …`
}

func (c *tokenCommand) Run(a *app) error {
	switch {
	case c.For < time.Second:
		return unreadable("--for %v: a token is valid for a second at least", c.For)
	case c.ID == "":
		return unreadable("--id is empty: it says who the bearer is")
	}
	for _, names := range [][]string{c.Kind, c.Role} {
		for _, name := range names {
			if name == "" {
				return unreadable("there is an empty name between two commas")
			}
		}
	}
	src, err := os.ReadFile(c.Key)
	if err != nil {
		return unreadableFile(err)
	}
	key, method, err := tokenKey(src)
	if err != nil {
		return unreadable("%s: %v", c.Key, err)
	}
	thumbprint, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return err
	}
	now := time.Now()
	claims := jwt.MapClaims{
		"sub": c.ID, "kind": c.Kind,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(c.For).Unix(),
		"jti": rand.Text(),
	}
	if len(c.Kind) == 1 {
		claims["kind"] = c.Kind[0]
	}
	if len(c.Role) > 0 {
		claims["roles"] = c.Role
	}
	if c.Audience != "" {
		claims["aud"] = c.Audience
	}
	if c.Issuer != "" {
		claims["iss"] = c.Issuer
	}
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = base64.RawURLEncoding.EncodeToString(thumbprint)
	signed, err := token.SignedString(key)
	if err != nil {
		return err
	}
	return a.line([]byte(signed))
}

// tokenKey reads the private key that signs tokens. Its errors show nothing of it.
func tokenKey(src []byte) (crypto.Signer, jwt.SigningMethod, error) {
	block, _ := pem.Decode(src)
	switch {
	case block == nil:
		return nil, nil, unreadable("this is no PEM file: keygen --tokens makes one")
	case block.Type == "PUBLIC KEY":
		return nil, nil, unreadable("this is a public key, and tokens are signed with the private one")
	case block.Type != "PRIVATE KEY":
		return nil, nil, unreadable(
			"this is %q, and what is read is PKCS #8, \"PRIVATE KEY\": openssl pkcs8 -topk8 -nocrypt makes it so", block.Type)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, nil, unreadable("this is no private key of PKCS #8")
	}
	switch key := parsed.(type) {
	case ed25519.PrivateKey:
		return key, jwt.SigningMethodEdDSA, nil
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return key, jwt.SigningMethodES256, nil
		}
		return nil, nil, unreadable("this is an EC key on %s, and servers take P-256", key.Curve.Params().Name)
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < 2048 {
			return nil, nil, unreadable("this is an RSA key of %d bits, and servers take 2048 or more", bits)
		}
		return key, jwt.SigningMethodRS256, nil
	}
	return nil, nil, unreadable("keys of this kind sign no tokens: take Ed25519, EC P-256 or RSA")
}
