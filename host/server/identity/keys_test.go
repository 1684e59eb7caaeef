package identity

// This file tests which files of keys are taken and which are refused.

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
)

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// certificate returns one for the subject's key, signed by the issuer's.
func certificate(t *testing.T, subject, issuer string, public any, by crypto.Signer) string {
	t.Helper()
	of := func(name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
			NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
			IsCA: true, BasicConstraintsValid: true, // as a self-signed one often says of itself
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, of(subject), of(issuer), public, by)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der)
}

func TestKeysTaken(t *testing.T) {
	k := keys()
	ed, ec, rs := string(publicPEM(t, k.ed.Public())), string(publicPEM(t, k.ec.Public())), string(publicPEM(t,
		k.rsa.Public()))
	many := []string{}
	for i := range MaxKeys {
		many = append(many, jwk(t, "k"+string(rune('A'+i)), k.ed.Public()))
	}
	more := func(jwk, members string) string { return strings.TrimSuffix(jwk, "}") + members + "}" }
	for name, c := range map[string]struct {
		src  string
		keys int
	}{
		"PEM":       {ed, 1},
		"all types": {ed + ec + rs, 3},
		"text between": {"The key of 2026:\r\n\r\n" + ed + "\n# and\n" + strings.ReplaceAll(ec, "\n",
			"\r\n") + "end", 2},
		"a BOM":         {"\ufeff" + ed, 1},
		"PKCS #1":       {block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&k.rsa.PublicKey)), 1},
		"a certificate": {certificate(t, "id", "ca", k.ec.Public(), k.otherEC), 1},
		"self-signed":   {certificate(t, "id", "id", k.ec.Public(), k.ec), 1},
		"two self-signed": {certificate(t, "id", "id", k.ec.Public(), k.ec) + certificate(t, "id", "id",
			k.otherEC.Public(), k.otherEC), 2},
		"JWK set":           {string(jwks(t)), 3},
		"without kids":      {`{"keys":[` + jwk(t, "", k.ed.Public()) + `,` + jwk(t, "", k.ec.Public()) + `]}`, 2},
		"as many as may be": {`{"keys":[` + strings.Join(many, ",") + `]}`, MaxKeys},
		"use sig and alg": {`{"keys":[` + more(jwk(t, "a", k.rsa.Public()),
			`,"use":"sig","alg":"RS256","key_ops":["verify"],"more":1`) + `]}`, 1},
		"alg Ed25519": {`{"keys":[` + more(jwk(t, "a", k.ed.Public()), `,"alg":"Ed25519"`) + `]}`, 1},
		"and one to encrypt": {`{"keys":[` + more(jwk(t, "a", k.rsa.Public()),
			`,"use":"enc","alg":"RSA-OAEP"`) + `,` + jwk(t, "b", k.ed.Public()) + `,` +
			more(jwk(t, "c", k.ec384.Public()), `,"key_ops":["deriveKey"]`) + `]}`, 1},
	} {
		set, err := readKeys([]byte(c.src))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if len(set.list) != c.keys {
			t.Errorf("%s: %d keys, want %d", name, len(set.list), c.keys)
		}
	}
}

func TestKeysRefused(t *testing.T) {
	k := keys()
	good := string(publicPEM(t, k.ed.Public()))
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	sec1, _ := x509.MarshalECPrivateKey(k.ec)
	x25519, _ := ecdh.X25519().GenerateKey(rand.Reader)
	edDER, _ := x509.MarshalPKIXPublicKey(k.ed.Public())
	weak := bytes.Clone(edDER)
	clear(weak[len(weak)-32:]) // a point that anyone can sign for
	set := func(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }
	a := jwk(t, "a", k.ed.Public())
	more := func(jwk, members string) string { return strings.TrimSuffix(jwk, "}") + members + "}" }
	tooMany := []string{}
	for i := range MaxKeys + 1 {
		tooMany = append(tooMany, jwk(t, "k"+string(rune('A'+i)), k.ed.Public()))
	}
	even := rsa.PublicKey{N: k.rsa.N, E: 65536}
	for _, c := range []struct {
		name, src string
		want      []string // in the message
	}{
		{"nothing", "", []string{"there are no keys"}},
		{"blanks", " \n ", []string{"there are no keys"}},
		{"text", "hello", []string{"these are no keys"}},
		{"SSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@example", []string{"these are no keys"}},
		{"DER", string(edDER), []string{"these are no keys"}},
		{"too much", good + strings.Repeat(" x", MaxKeysBytes), []string{"more than 1048576 bytes"}},

		{"private Ed25519", block("PRIVATE KEY", pkcs8(k.ed)),
			[]string{"PRIVATE KEY IN THE FILE", "key 1 (PRIVATE KEY)", "replace the key"}},
		{"private RSA", good + block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k.rsa)),
			[]string{"PRIVATE KEY IN THE FILE", "key 2 (RSA PRIVATE KEY)"}},
		{"private ECDSA", block("EC PRIVATE KEY", sec1) + good,
			[]string{"PRIVATE KEY IN THE FILE", "key 1 (EC PRIVATE KEY)"}},
		{"private of SSH", block("OPENSSH PRIVATE KEY", []byte("x")), []string{"PRIVATE KEY IN THE FILE"}},
		{"private and encrypted", block("ENCRYPTED PRIVATE KEY", []byte("x")), []string{"PRIVATE KEY IN THE FILE"}},
		{"private and broken", good + "-----BEGIN PRIVATE KEY-----\nMC4CAQ",
			[]string{"PRIVATE KEY IN THE FILE", "key 2 is broken"}},
		{"private told first", "-----BEGIN X-----\nx\n-----END X-----\n" + block("PRIVATE KEY", pkcs8(k.ed)),
			[]string{"auth/keys: PRIVATE KEY IN THE FILE", "key 2 (", "key 1 is"}},

		{"RSA of 1024 bits", good + string(publicPEM(t, k.rsa1024.Public())),
			[]string{"key 2 (PUBLIC KEY) is an RSA key of 1024 bits"}},
		{"RSA with an even exponent", string(publicPEM(t, &even)), []string{"key 1 (PUBLIC KEY) is no RSA key"}},
		{"P-384", string(publicPEM(t, k.ec384.Public())), []string{"key 1 (PUBLIC KEY)", "P-384", "P-256"}},
		{"X25519", string(publicPEM(t, x25519.PublicKey())), []string{"key 1 (PUBLIC KEY) is of a type that is not taken"}},
		{"weak Ed25519", block("PUBLIC KEY", weak), []string{"key 1 (PUBLIC KEY) is not a point"}},
		{"a request", block("CERTIFICATE REQUEST", []byte("x")), []string{"key 1 (CERTIFICATE REQUEST) is no public key"}},
		{"parameters", block("EC PARAMETERS", []byte("x")) + good, []string{"key 1 (EC PARAMETERS) is no public key"}},
		{"DER broken", block("PUBLIC KEY", edDER[:20]), []string{"key 1 (PUBLIC KEY) cannot be read"}},
		{"DER with more behind", block("PUBLIC KEY", append(bytes.Clone(edDER), 0)),
			[]string{"key 1 (PUBLIC KEY) cannot be read"}},
		{"PEM broken", good + strings.Replace(good, "M", "*", 1) + good, []string{"key 2 is broken"}},
		{"PEM without an end", good + "-----BEGIN PUBLIC KEY-----\n", []string{"key 2 is broken"}},
		{"a chain", certificate(t, "id", "ca", k.ec.Public(), k.otherEC) + certificate(t, "ca", "ca", k.otherEC.Public(),
			k.otherEC), []string{"certificate 2 issued certificate 1"}},
		{"all that is wrong", string(publicPEM(t, k.rsa1024.Public())) + string(publicPEM(t, k.ec384.Public())),
			[]string{"key 1 (", "key 2 ("}},

		{"no set", a, []string{"this is no JWK set"}},
		{"a list", "[" + a + "]", []string{"this is no JWK set"}},
		{"keys null", `{"keys":null}`, []string{"this is no JWK set"}},
		{"keys an object", `{"keys":{"a":` + a + `}}`, []string{"this is no JWK set"}},
		{"an empty set", `{"keys":[]}`, []string{"there is no key"}},
		{"none that signs", set(more(a, `,"use":"enc"`)), []string{"there is no key"}},
		{"keys twice", `{"keys":[` + a + `],"keys":[` + a + `]}`, []string{"strict JSON"}},
		{"x twice", set(more(a, `,"x":"AA"`)), []string{"strict JSON"}},
		{"set truncated", `{"keys":[` + a, []string{"strict JSON"}},
		{"two sets", set(a) + set(a), []string{"strict JSON"}},
		{"not UTF-8", set(strings.Replace(a, `"a"`, "\"\xff\"", 1)), []string{"strict JSON"}},
		{"a key text", set(`"a"`), []string{"key 1 is no JSON object"}},
		{"private in a set", set(a, jwk(t, "b", k.ed)), []string{"PRIVATE KEY IN THE FILE", "key 2 (kid `b`)"}},
		{"private RSA in a set", set(jwk(t, "", k.rsa)), []string{"PRIVATE KEY IN THE FILE", "key 1 is a private key"}},
		{"private to encrypt", set(a, more(jwk(t, "b", k.ec), `,"use":"enc"`)),
			[]string{"PRIVATE KEY IN THE FILE", "kid `b`"}},
		{"d empty", set(more(a, `,"d":""`)), []string{"PRIVATE KEY IN THE FILE"}},
		{"symmetric", set(a, `{"kty":"oct","kid":"s","k":"AAAA"}`), []string{"key 2 (kid `s`) is a symmetric key"}},
		{"symmetric without k", set(`{"kty":"oct"}`), []string{"key 1 is a symmetric key"}},
		{"k beside x", set(more(a, `,"k":"AAAA"`)), []string{"symmetric"}},
		{"RSA of 1024 bits in a set", set(jwk(t, "r", k.rsa1024.Public())),
			[]string{"key 1 (kid `r`) is an RSA key of 1024 bits"}},
		{"P-384 in a set", set(jwk(t, "e", k.ec384.Public())), []string{"key 1 (kid `e`) is an ECDSA key on another curve"}},
		{"secp256k1", set(`{"kty":"EC","crv":"secp256k1","kid":"e","x":"AA","y":"AA"}`),
			[]string{"key 1 (kid `e`) is an ECDSA key on another curve"}},
		{"X25519 in a set", set(`{"kty":"OKP","crv":"X25519","x":"AAAA"}`), []string{"key 1 is an OKP key on another curve"}},
		{"not on the curve", set(`{"kty":"EC","crv":"P-256","x":"` + b64(make([]byte, 32)) + `","y":"` + b64(make([]byte,
			32)) + `"}`), []string{"key 1 cannot be used"}},
		{"weak Ed25519 in a set", set(`{"kty":"OKP","crv":"Ed25519","x":"` + b64(make([]byte, 32)) + `"}`),
			[]string{"key 1 cannot be used"}},
		{"no kty", set(`{"x":"AAAA"}`), []string{"key 1 cannot be used"}},
		{"ML-DSA", set(`{"kty":"AKP","alg":"ML-DSA-44","kid":"m","pub":"AAAA"}`), []string{"key 1 (kid `m`) cannot be used"}},
		{"alg of another type", set(more(jwk(t, "r", k.rsa.Public()), `,"alg":"ES256"`)),
			[]string{"key 1 (kid `r`) has another `alg` than RS256"}},
		{"alg HS256", set(more(jwk(t, "r", k.rsa.Public()), `,"alg":"HS256"`)), []string{"has another `alg` than RS256"}},
		{"alg PS256", set(more(jwk(t, "r", k.rsa.Public()), `,"alg":"PS256"`)), []string{"has another `alg` than RS256"}},
		{"alg a number", set(more(a, `,"alg":1`)), []string{"key 1 (kid `a`) cannot be used"}},
		{"use a number", set(more(a, `,"use":1`)), []string{"kid `a`) has a `use` that is no text"}},
		{"kid a number", set(strings.Replace(a, `"kid":"a"`, `"kid":1`, 1)), []string{"key 1 has a `kid` that is no text"}},
		{"too many", set(tooMany...), []string{"there are 33 keys"}},
	} {
		o := options(t)
		o.Keys = []byte(c.src)
		v, err := New(o)
		if code(t, err) != codes.AuthKeys || v != nil {
			t.Errorf("%s: %v, %v", c.name, v, err)
			continue
		}
		at := 0
		for _, want := range c.want { // in this order
			i := strings.Index(err.Error()[at:], want)
			if i < 0 {
				t.Errorf("%s: `%s` lacks `%s`", c.name, err, want)
				break
			}
			at += i
		}
	}
}

// TestKeysSayNothing tests that what a file of keys holds is not repeated in messages,
// since they go to logs.
func TestKeysSayNothing(t *testing.T) {
	k := keys()
	src := `{"keys":[` + jwk(t, "a", k.ed) + `]}`
	_, err := readKeys([]byte(src))
	if secret := b64(k.ed.Seed()); !strings.Contains(src, secret) || strings.Contains(err.Error(), secret) {
		t.Errorf("%v", err)
	}
}

// TestUnsupportedKeyInSet: a key that is not understood does not spoil a JWK set (RFC 7517, section 5).
func TestUnsupportedKeyInSet(t *testing.T) {
	k := keys()
	good := jwk(t, "good", k.rsa.Public())
	more := func(jwk, members string) string { return strings.TrimSuffix(jwk, "}") + members + "}" }
	token := signed(t, k.rsa, `{"alg":"RS256","kid":"good"}`, payload)
	for _, c := range []struct{ name, key, want string }{
		{"ML-DSA", `{"kty":"AKP","alg":"ML-DSA-65","use":"sig","kid":"pq","pub":"dGVzdA"}`, "(kid `pq`) cannot be used"},
		{"unknown kty", `{"kty":"XYZ","kid":"x"}`, "(kid `x`) cannot be used"},
		{"no kty", `{"x":"AAAA"}`, "cannot be used"},
		{"kty a number", `{"kty":1}`, "cannot be used"},
		{"empty", `{}`, "cannot be used"},
		{"unknown curve", `{"kty":"EC","crv":"P-999","x":"AA","y":"AA"}`, "another curve"},
		{"P-384", jwk(t, "e", k.ec384.Public()), "(kid `e`) is an ECDSA key on another curve"},
		{"secp256k1", `{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`, "another curve"},
		{"Ed448", `{"kty":"OKP","crv":"Ed448","x":"AAAA"}`, "another curve"},
		{"X25519", `{"kty":"OKP","crv":"X25519","x":"AAAA"}`, "another curve"},
		{"no curve", `{"kty":"EC","x":"AA","y":"AA"}`, "another curve"},
		{"unknown alg", more(jwk(t, "p", k.otherRSA.Public()), `,"alg":"PS256"`), "(kid `p`) has another `alg`"},
		{"symmetric alg", more(jwk(t, "p", k.otherRSA.Public()), `,"alg":"HS256"`), "another `alg`"},
		{"alg a number", more(jwk(t, "p", k.otherRSA.Public()), `,"alg":1`), "(kid `p`) cannot be used"},
		{"unknown use", more(jwk(t, "u", k.otherRSA.Public()), `,"use":"other"`), "its `use` is `other`"},
		{"to encrypt", more(jwk(t, "u", k.otherRSA.Public()), `,"use":"enc","alg":"RSA-OAEP"`), "its `use` is `enc`"},
		{"use a list", more(jwk(t, "u", k.otherRSA.Public()), `,"use":["sig"]`), "`use` that is no text"},
		{"unknown key_ops", more(jwk(t, "u", k.otherRSA.Public()), `,"key_ops":["other"]`), "say its `key_ops`"},
		{"key_ops text", more(jwk(t, "u", k.otherRSA.Public()), `,"key_ops":"verify"`), "say its `key_ops`"},
		{"null", `null`, "is no JSON object"},
		{"text", `"key"`, "is no JSON object"},
		{"a list", `[{}]`, "is no JSON object"},
		{"kid a number", strings.Replace(jwk(t, "u", k.otherRSA.Public()), `"kid":"u"`, `"kid":1`, 1),
			"`kid` that is no text"},
		{"n missing", `{"kty":"RSA","e":"AQAB"}`, "cannot be used"},
		{"n no base64", `{"kty":"RSA","n":"***","e":"AQAB"}`, "cannot be used"},
		{"x too short", `{"kty":"OKP","crv":"Ed25519","x":"AAAA"}`, "cannot be used"},
		{"not on the curve", `{"kty":"EC","crv":"P-256","x":"` + b64(make([]byte, 32)) + `","y":"` + b64(make([]byte,
			32)) + `"}`, "cannot be used"},
		{"weak Ed25519", `{"kty":"OKP","crv":"Ed25519","x":"` + b64(make([]byte, 32)) + `"}`, "cannot be used"},
		{"RSA of 1024 bits", jwk(t, "r", k.rsa1024.Public()), "(kid `r`) is an RSA key of 1024 bits"},
		{"x5c broken", more(jwk(t, "c", k.otherRSA.Public()), `,"x5c":["AAAA"]`), "(kid `c`) cannot be used"},
		{"x5c of another key", more(jwk(t, "c", k.otherRSA.Public()),
			`,"x5c":["`+der(t, certificate(t, "id", "id", k.ec.Public(), k.ec))+`"]`), "(kid `c`) cannot be used"},
	} {
		for i, src := range []string{`{"keys":[` + good + `,` + c.key + `]}`, `{"keys":[` + c.key + `,` + good + `]}`} {
			o := options(t)
			o.Keys = []byte(src)
			v, err := New(o)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if _, err := v.Authenticate(request(token)); err != nil {
				t.Errorf("%s: the good key: %v", c.name, err)
			}
			want := []string{"key 2 ", "key 1 "}[i]
			if told := v.PassedOver(); len(told) != 1 || !strings.HasPrefix(told[0], want) || !strings.Contains(told[0],
				c.want) {
				t.Errorf("%s: %q, and not %s%s", c.name, told, want, c.want)
			}
			// Nor does it spoil a rotation.
			v = verifier(t, options(t))
			if err := v.Reload([]byte(src)); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if _, err := v.Authenticate(request(token)); err != nil {
				t.Errorf("%s: after the rotation: %v", c.name, err)
			}
		}
		// A set of which nothing remains is an error that tells why.
		if _, err := readKeys([]byte(`{"keys":[` + c.key + `]}`)); err == nil || !strings.Contains(err.Message,
			c.want) || !strings.Contains(err.Message, "there is no key to check") {
			t.Errorf("%s, alone: %v", c.name, err)
		}
	}
}

// der is the certificate of a PEM block as x5c has it.
func der(t *testing.T, certificate string) string {
	t.Helper()
	b, _ := pem.Decode([]byte(certificate))
	return base64.StdEncoding.EncodeToString(b.Bytes)
}

// TestMembersOfKeysNobodyReads: what is not read of a key or of the set does no harm.
func TestMembersOfKeysNobodyReads(t *testing.T) {
	k := keys()
	more := func(jwk, members string) string { return strings.TrimSuffix(jwk, "}") + members + "}" }
	ec := more(jwk(t, "e", k.ec.Public()), `,"x5c":["`+der(t,
		certificate(t, "id", "ca", k.ec.Public(), k.otherEC))+`"],"x5t":"AAAA","exp":1767225600000000000`)
	for _, value := range tooMuch {
		set, err := readKeys([]byte(`{"issued":` + value + `,"keys":[` + more(jwk(t, "a", k.ed.Public()),
			`,"iat":`+value) + `]}`))
		if err != nil || len(set.list) != 1 || set.passed != nil {
			t.Errorf("%s: %v", value, err)
		}
		// But where it is read it is no key.
		if _, err := readKeys([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":` + value + `}]}`)); err == nil {
			t.Errorf("x: %s is a key", value)
		}
		if _, err := readKeys([]byte(`{"keys":[` + more(jwk(t, "a", k.ed.Public()),
			`,"d":`+value) + `]}`)); err == nil || !strings.Contains(err.Message, "PRIVATE KEY") {
			t.Errorf("d: %s: %v", value, err)
		}
	}
	if set, err := readKeys([]byte(`{"keys":[` + strings.Replace(ec, `,"x5t":"AAAA"`, "",
		1) + `]}`)); err != nil || len(set.list) != 1 {
		t.Errorf("x5c: %v", err)
	}
}

// TestSecretInSet: a secret in the file is told and nothing is taken, whatever else is in the set.
func TestSecretInSet(t *testing.T) {
	k := keys()
	good := jwk(t, "good", k.ed.Public())
	v := verifier(t, options(t))
	for _, secret := range []string{jwk(t, "b", k.otherEd), `{"kty":"AKP","alg":"ML-DSA-44","priv":"AAAA"}`,
		`{"kty":"XYZ","d":"AAAA"}`, `{"kty":"oct","k":"AAAA"}`, `{"kty":"XYZ","k":1}`} {
		if err := v.Reload([]byte(`{"keys":[` + good + `,` + secret + `]}`)); code(t,
			err) != codes.AuthKeys || !strings.Contains(err.Error(), "key 2") {
			t.Errorf("%s: %v", secret, err)
		}
	}
	if _, err := v.Authenticate(request(signed(t, k.ed, edHeader, payload))); err != nil {
		t.Error(err)
	}
}

// TestKidsOfSet: a token is checked with the keys that its kid can mean, and with no other.
func TestKidsOfSet(t *testing.T) {
	k := keys()
	token := func(key any, header string) string { return signed(t, key, header, payload) }
	two := jwk(t, "a", k.ed.Public()) + "," + jwk(t, "a", k.otherEd.Public()) + "," + jwk(t, "a", k.ec.Public())
	mixed := jwk(t, "a", k.ed.Public()) + "," + jwk(t, "", k.otherEd.Public())
	ignored := jwk(t, "a", k.ed.Public()) + `,{"kty":"AKP","alg":"ML-DSA-44","kid":"a","pub":"AA"},{"kty":"AKP",` +
		`"pub":"AA"}`
	for _, c := range []struct{ name, keys, token, code string }{
		{"one of two of a kid", two, token(k.ed, `{"alg":"EdDSA","kid":"a"}`), ""},
		{"the other", two, token(k.otherEd, `{"alg":"EdDSA","kid":"a"}`), ""},
		{"one of another type", two, token(k.ec, `{"alg":"ES256","kid":"a"}`), ""},
		{"neither", two, token(k.otherEC, `{"alg":"ES256","kid":"a"}`), codes.AuthSignature},
		{"of no type", two, token(k.rsa, `{"alg":"RS256","kid":"a"}`), codes.AuthAlgorithm},
		{"another kid", two, token(k.ed, `{"alg":"EdDSA","kid":"b"}`), codes.AuthKey},
		{"no kid", two, token(k.ed, `{"alg":"EdDSA"}`), codes.AuthKey},
		{"named", mixed, token(k.ed, `{"alg":"EdDSA","kid":"a"}`), ""},
		{"named, signed by the nameless", mixed, token(k.otherEd, `{"alg":"EdDSA","kid":"a"}`), codes.AuthSignature},
		{"nameless", mixed, token(k.otherEd, `{"alg":"EdDSA"}`), ""},
		{"nameless, signed by the named", mixed, token(k.ed, `{"alg":"EdDSA"}`), codes.AuthSignature},
		{"unknown, signed by the nameless", mixed, token(k.otherEd, `{"alg":"EdDSA","kid":"b"}`), ""},
		{"unknown, signed by the named", mixed, token(k.ed, `{"alg":"EdDSA","kid":"b"}`), codes.AuthSignature},
		{"beside one of the kid that is passed over", ignored, token(k.ed, `{"alg":"EdDSA","kid":"a"}`), ""},
		{"no kid beside one that is passed over", ignored, token(k.ed, `{"alg":"EdDSA"}`), codes.AuthKey},
	} {
		o := options(t)
		o.Keys = []byte(`{"keys":[` + c.keys + `]}`)
		if _, err := verifier(t, o).Authenticate(request(c.token)); code(t, err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

// TestChanged: what lasts learns of a reload, and only of one that took other keys.
func TestChanged(t *testing.T) {
	v := verifier(t, options(t))
	changed := v.Changed()
	if err := v.Reload([]byte("garbage")); err == nil {
		t.Fatal("garbage was taken")
	}
	select {
	case <-changed:
		t.Fatal("nothing has changed")
	default:
	}
	if err := v.Reload(jwks(t)); err != nil {
		t.Fatal(err)
	}
	<-changed
	select {
	case <-v.Changed():
		t.Fatal("nothing has changed since")
	default:
	}
}
