package identity

// This file reads the keys that tokens are checked with: PEM, or a JWK set.
//
// Every key is bound to one algorithm by its type, when it is read:
//
//	Ed25519            EdDSA, or Ed25519, its name since RFC 9864
//	ECDSA on P-256     ES256
//	RSA, 2048 to 4096  RS256
//
// A token's alg is only ever compared with that, so that no token can choose how a
// key is used: an RSA key is never the secret of an HMAC.

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/goccy/go-json"
	"github.com/golang-jwt/jwt/v5"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// Limits on a file of keys.
const (
	MaxKeysBytes = 1 << 20
	MaxKeys      = 32   // a token without a key's name is tried on each
	minRSABits   = 2048 // RFC 7518, section 3.3
	maxRSABits   = 4096 // the JWK reader's own limit, kept for PEM too
)

// key is a public key and the algorithm it is bound to.
type key struct {
	kid    string // empty for a key without a name
	algs   []string
	method jwt.SigningMethod
	public any
}

// verify reports whether the key signed the text.
func (k *key) verify(signed string, signature []byte) bool {
	return k.method.Verify(signed, signature, k.public) == nil
}

// keySet is the keys of one file that tokens are checked with.
type keySet struct {
	list   []*key
	passed []string // why the others of a JWK set are not used, a sentence each
}

// readKeys reads a file of keys. All that is wrong with it is in the one error.
func readKeys(src []byte) (*keySet, *Error) {
	src = bytes.TrimSpace(bytes.TrimPrefix(src, []byte("\ufeff")))
	set := &keySet{}
	var faults []string
	switch {
	case len(src) == 0:
		faults = []string{"there are no keys. Give the issuer's public keys, as PEM or as a JWK set."}
	case len(src) > MaxKeysBytes:
		faults = []string{fmt.Sprintf("the keys are more than %d bytes. Give only the public keys of the issuer.",
			MaxKeysBytes)}
	case src[0] == '{' || src[0] == '[' || src[0] == '"':
		set.list, set.passed, faults = readJWKS(src)
	case bytes.Contains(src, []byte(begin)):
		set.list, faults = readPEM(src)
	default:
		faults = []string{"these are no keys. Give PEM, which begins with `-----BEGIN PUBLIC KEY-----`, or a JWK set, " +
			"`{\"keys\": […]}`."}
	}
	if len(faults) == 0 {
		faults = set.check()
	}
	if len(faults) > 0 {
		first := func(s string) int { return map[bool]int{false: 1}[strings.HasPrefix(s, leaked[:11])] }
		slices.SortStableFunc(faults, func(a, b string) int { return first(a) - first(b) })
		return nil, &Error{Code: codes.AuthKeys, Message: strings.Join(faults, "\n")}
	}
	return set, nil
}

// check tells what is wrong with keys that are each right.
func (s *keySet) check() (faults []string) {
	switch {
	case len(s.list) == 0:
		return append(s.passed, "there is no key to check a signature with. Give the issuer's public signing keys.")
	case len(s.list) > MaxKeys:
		return []string{fmt.Sprintf("there are %d keys, and at most %d are taken. Leave out the ones that no longer sign.",
			len(s.list), MaxKeys)}
	}
	return nil
}

// begin is what every PEM block begins with.
const begin = "-----BEGIN "

const leaked = "PRIVATE KEY IN THE FILE OF PUBLIC KEYS: %s is a private key. Anyone who has read this file can sign " +
	"tokens as anyone: replace the key at the issuer, and give only its public half here."

const symmetric = "%s is a symmetric key. Anyone who checks tokens with it can sign them too: let the issuer sign " +
	"with Ed25519, ES256 or RS256, and give the public key."

// bind returns the key with the algorithm of its type, or what is wrong with it.
func bind(name string, public any) (*key, string) {
	switch p := public.(type) {
	case ed25519.PublicKey:
		return &key{algs: []string{"EdDSA", "Ed25519"}, method: jwt.SigningMethodEdDSA, public: p}, ""
	case *ecdsa.PublicKey:
		if p.Curve != elliptic.P256() {
			return nil, fmt.Sprintf("%s is an ECDSA key on %s. Of the curves only P-256 is taken, for ES256.", name,
				p.Curve.Params().Name)
		}
		return &key{algs: []string{"ES256"}, method: jwt.SigningMethodES256, public: p}, ""
	case *rsa.PublicKey:
		bits := p.N.BitLen()
		if bits < minRSABits || bits > maxRSABits {
			return nil, fmt.Sprintf("%s is an RSA key of %d bits. RS256 takes %d to %d.", name, bits, minRSABits, maxRSABits)
		}
		if p.E < 3 || p.E%2 == 0 || p.N.Bit(0) == 0 {
			return nil, fmt.Sprintf("%s is no RSA key: its exponent or its modulus cannot be one.", name)
		}
		return &key{algs: []string{"RS256"}, method: jwt.SigningMethodRS256, public: p}, ""
	}
	return nil, fmt.Sprintf("%s is of a type that is not taken. Give Ed25519, ECDSA on P-256 or RSA.", name)
}

// readPEM reads public keys and certificates. Of a certificate only the key is
// taken; its names and dates say nothing about tokens.
func readPEM(src []byte) (keys []*key, faults []string) {
	var certificates []*x509.Certificate
	// Each block by itself: what pem.Decode cannot read it passes over, and here
	// nothing may go unnoticed.
	for i, part := range strings.Split(string(src), begin)[1:] {
		block, _ := pem.Decode([]byte(begin + part))
		if block == nil {
			name := fmt.Sprintf("key %d", i+1)
			if line, _, _ := strings.Cut(part, "\n"); strings.Contains(line, "PRIVATE KEY") {
				faults = append(faults, fmt.Sprintf(leaked, name))
			}
			faults = append(faults, name+" is broken PEM. Export the public key again, or leave it out.")
			continue
		}
		name := fmt.Sprintf("key %d (%s)", i+1, clip(block.Type))
		var public any
		var err error
		switch block.Type {
		case "PUBLIC KEY":
			public, err = x509.ParsePKIXPublicKey(block.Bytes)
		case "RSA PUBLIC KEY":
			public, err = x509.ParsePKCS1PublicKey(block.Bytes)
		case "CERTIFICATE":
			var c *x509.Certificate
			if c, err = x509.ParseCertificate(block.Bytes); err == nil {
				certificates = append(certificates, c)
				public = c.PublicKey
			}
		default:
			if strings.HasSuffix(block.Type, "PRIVATE KEY") {
				faults = append(faults, fmt.Sprintf(leaked, name))
			} else {
				faults = append(faults, fmt.Sprintf(
					"%s is no public key. Give blocks of type PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE.", name))
			}
			continue
		}
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s cannot be read. Export the public key again, or leave it out.", name))
			continue
		}
		k, fault := bind(name, public)
		if fault == "" {
			// The JWK reader also knows the Ed25519 keys that anyone can sign for.
			if doc, err := (jose.JSONWebKey{Key: public}).MarshalJSON(); err != nil ||
				new(jose.JSONWebKey).UnmarshalJSON(doc) != nil {
				fault = name + " is not a point that a key can be. Export the public key again."
			}
		}
		if fault != "" {
			faults = append(faults, fault)
			continue
		}
		keys = append(keys, k)
	}
	return keys, append(faults, checkChain(certificates)...)
}

// checkChain refuses a chain of certificates: anyone who holds a CA's key would sign
// tokens with it.
func checkChain(certificates []*x509.Certificate) (faults []string) {
	for i, c := range certificates {
		for j, issuer := range certificates {
			if i != j && bytes.Equal(c.RawIssuer, issuer.RawSubject) && !bytes.Equal(c.RawIssuer, c.RawSubject) {
				faults = append(faults, fmt.Sprintf(
					"certificate %d issued certificate %d: this is a chain. Leave only the certificate whose key signs the tokens.",
					j+1, i+1))
			}
		}
	}
	return faults
}

// secrets are the members of a JWK that only the private half, or a secret, has
// (RFC 7518, section 6; RFC 9964).
var secrets = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "priv"}

// readJWKS reads a JWK set (RFC 7517). A key that is not understood, or that checks no
// signatures, does not spoil the others (section 5): it is passed over, and passed says
// why. Not so a secret, which should not be in the file at all.
func readJWKS(src []byte) (keys []*key, passed, faults []string) {
	canonical, err := readable(src)
	if err != nil {
		return nil, nil, []string{"the JWK set is no strict JSON: " + err.Error()}
	}
	var set map[string]json.RawMessage
	var list []json.RawMessage
	if json.Unmarshal(canonical, &set) != nil || set["keys"] == nil || json.Unmarshal(set["keys"], &list) != nil ||
		list == nil {
		return nil, nil, []string{"this is no JWK set. Give `{\"keys\": […]}`, as the issuer's `jwks_uri` answers it."}
	}
	more := 0
	for i, raw := range list {
		k, reason, secret := readJWK(fmt.Sprintf("key %d", i+1), raw)
		switch {
		case secret:
			faults = append(faults, reason)
		case k != nil:
			keys = append(keys, k)
		case len(passed) < MaxKeys:
			passed = append(passed, reason)
		default:
			more++
		}
	}
	if more > 0 {
		passed = append(passed, fmt.Sprintf("%d more keys are not used either.", more))
	}
	return keys, passed, faults
}

// readJWK reads one key. Without a key, reason says why it is not used; secret is that
// it tells what must stay with the issuer.
func readJWK(name string, raw []byte) (k *key, reason string, secret bool) {
	var members map[string]any
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return nil, name + " is no JSON object.", false
	}
	kid, kidOK := text(members, "kid")
	if kid != "" {
		name += " (kid `" + clip(kid) + "`)"
	}
	if _, ok := members["k"]; ok || members["kty"] == "oct" {
		return nil, fmt.Sprintf(symmetric, name), true
	}
	for _, s := range secrets {
		if _, ok := members[s]; ok {
			return nil, fmt.Sprintf(leaked, name), true
		}
	}
	use, useOK := text(members, "use")
	ops, limited := members["key_ops"]
	list, _ := ops.([]any)
	switch {
	case !kidOK:
		return nil, name + " has a `kid` that is no text.", false
	case !useOK:
		return nil, name + " has a `use` that is no text.", false
	case use != "" && use != "sig":
		return nil, fmt.Sprintf("%s is not for signatures: its `use` is `%s`.", name, clip(use)), false
	case limited && !slices.Contains(list, any("verify")):
		return nil, name + " is not for checking signatures, say its `key_ops`.", false
	case members["kty"] == "EC" && members["crv"] != "P-256":
		return nil, name + " is an ECDSA key on another curve than P-256. Of the curves only P-256 is taken, for ES256.",
			false
	case members["kty"] == "OKP" && members["crv"] != "Ed25519":
		return nil, name + " is an OKP key on another curve than Ed25519. Only Ed25519 is taken, for EdDSA.", false
	}
	var j jose.JSONWebKey
	if err := j.UnmarshalJSON(raw); err != nil {
		return nil, fmt.Sprintf("%s cannot be used: %v. Give Ed25519, ECDSA on P-256 or RSA.", name, err), false
	}
	if k, reason = bind(name, j.Key); k == nil {
		return nil, reason, false
	}
	if alg, ok := text(members, "alg"); !ok || alg != "" && !slices.Contains(k.algs, alg) {
		return nil, fmt.Sprintf("%s has another `alg` than %s, the one its type is taken for.", name, k.algs[0]), false
	}
	k.kid = kid
	return k, "", false
}

// text returns a member that is text or left out.
func text(members map[string]any, name string) (string, bool) {
	v, ok := members[name]
	if !ok {
		return "", true
	}
	s, ok := v.(string)
	return s, ok
}

// find returns the keys that may have signed a token with this alg and kid; kid is
// nil where the token has none. Where several remain, the signature decides: keys may
// share a kid (RFC 7517, section 4.5), and keys without one, as in PEM, cannot be told
// apart by it.
func (s *keySet) find(alg string, kid *string) ([]*key, *Error) {
	var named, nameless []*key
	for _, k := range s.list {
		switch {
		case k.kid == "":
			nameless = append(nameless, k)
		case kid != nil && k.kid == *kid:
			named = append(named, k)
		}
	}
	candidates := named
	if len(named) == 0 {
		candidates = nameless
	}
	if len(candidates) == 0 {
		if kid == nil {
			return nil, refuse(codes.AuthKey,
				"the token names no key (`kid`), and the keys here have names. Let the issuer write the key's `kid` into the "+
					"token's header.")
		}
		return nil, refuse(codes.AuthKey,
			"the token is signed with a key that is not known here. Ask for a new token; if the issuer has new keys, the "+
				"server must be given them.")
	}
	out := slices.DeleteFunc(candidates, func(k *key) bool { return !slices.Contains(k.algs, alg) })
	switch {
	case len(out) > 0:
		return out, nil
	case len(named) > 0:
		return nil, refuse(codes.AuthAlgorithm, "the token's `alg` is not that of the key it names.")
	}
	return nil, refuse(codes.AuthAlgorithm, "no key here is for the token's `alg`.")
}
