package gate

// This file defines seals: what a gate signs of a request that it lets go on, and how an origin checks it.
//
// A seal is a JSON Web Signature (RFC 7515, compact):
//
//	{"alg":"EdDSA","kid":"example.org/gate+8f3a…","typ":"holdfast-seal"}
//	{"aud":"shop.example","body":"sha256:…","bundle":"sha256:…","decision":"sha256:…","exp":…,"iat":…,
//	 "jti":"…","method":"POST","target":"/cart","verdict":"commit"}
//
// It belongs to one request, as the origin gets it: another method, path, query or body has another seal. It is good
// for a minute. web/src/edge/seal.ts makes and checks the same, and testdata/gate holds both to it.

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/signature"
)

const (
	sealLifetime = 60  // seconds
	sealSkew     = 5e3 // milliseconds that clocks may be apart
	sealType     = "holdfast-seal"
	minSecret    = 32 // bytes
	maxSealed    = 1 << 20
)

// Key makes seals, or checks them. Make one with [PrivateKey], [PublicKey] or [Secret].
type Key struct {
	id      string
	private ed25519.PrivateKey
	public  ed25519.PublicKey
	secret  []byte
}

// PrivateKey reads a key of `holdfast keygen` that signs.
func PrivateKey(src string) (*Key, error) {
	parts := strings.SplitN(strings.TrimSpace(src), "+", 5)
	if len(parts) != 5 || parts[0] != "PRIVATE" || parts[1] != "KEY" {
		return nil, refuse(codes.SealKey, "this is no private key: it is PRIVATE+KEY+NAME+HASH+BASE64, as in NAME.key")
	}
	signer, err := signature.ParseSigner([]byte(src)) // its name, hash and algorithm
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(parts[4])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, refuse(codes.SealKey, "the private key is not whole")
	}
	private := ed25519.NewKeyFromSeed(raw[1:])
	return &Key{id: signer.Name() + "+" + parts[3], private: private, public: private.Public().(ed25519.PublicKey)}, nil
}

// PublicKey reads a key of `holdfast keygen` that checks.
func PublicKey(src string) (*Key, error) {
	src = strings.TrimSpace(src)
	if _, err := signature.ParseKeys([]byte(src)); err != nil {
		return nil, err
	}
	parts := strings.SplitN(src, "+", 3)
	raw, err := base64.StdEncoding.Strict().DecodeString(parts[len(parts)-1])
	if err != nil || len(parts) != 3 || len(raw) != 1+ed25519.PublicKeySize {
		return nil, refuse(codes.SealKey, "this is no public key: it is NAME+HASH+BASE64, as in NAME.pub")
	}
	return &Key{id: parts[0] + "+" + parts[1], public: raw[1:]}, nil
}

// Secret makes a key that signs and checks (HMAC with SHA-256) of at least 32 bytes that gate and origin
// share, under an id that says which of several it is.
func Secret(id string, secret []byte) (*Key, error) {
	if len(secret) < minSecret {
		return nil, refuse(codes.SealKey, fmt.Sprintf("a secret for seals has at least %d bytes", minSecret))
	}
	return &Key{id: id, secret: bytes.Clone(secret)}, nil
}

func (k *Key) alg() string {
	if k.secret != nil {
		return "HS256"
	}
	return "EdDSA"
}

func (k *Key) mac(signed string) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte(signed))
	return h.Sum(nil)
}

func (k *Key) sign(signed string) []byte {
	if k.secret != nil {
		return k.mac(signed)
	}
	return ed25519.Sign(k.private, []byte(signed))
}

func (k *Key) good(signed string, mac []byte) bool {
	if k.secret != nil {
		return subtle.ConstantTimeCompare(k.mac(signed), mac) == 1
	}
	return ed25519.Verify(k.public, []byte(signed), mac)
}

type sealHead struct {
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Typ string `json:"typ"`
}

type sealClaims struct {
	Aud      string  `json:"aud"`
	Body     string  `json:"body"`
	Bundle   string  `json:"bundle"`
	Decision string  `json:"decision"`
	Exp      float64 `json:"exp"`
	Iat      float64 `json:"iat"`
	Jti      string  `json:"jti"`
	Method   string  `json:"method"`
	Target   string  `json:"target"`
	Verdict  string  `json:"verdict"`
}

// seal returns the seal of a request as it goes on, and of the decision on it.
func (k *Key) seal(r *http.Request, carried []byte, d *host.Decision, now time.Time) (string, error) {
	if k.secret == nil && k.private == nil {
		return "", errors.New("gate: a public key makes no seals")
	}
	head, err := json.Marshal(sealHead{k.alg(), k.id, sealType})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(sealClaims{
		Aud: r.Host, Body: digest(carried), Bundle: d.Digest, Decision: digest(d.Bytes),
		Exp: float64(now.Unix() + sealLifetime), Iat: float64(now.Unix()),
		Jti: rand.Text(), Method: r.Method, Target: r.URL.RequestURI(), Verdict: d.Verdict,
	})
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(claims)
	return signed + "." + base64.RawURLEncoding.EncodeToString(k.sign(signed)), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// CheckOptions says how an origin checks. Keys are needed.
type CheckOptions struct {
	// Keys are those of the gates that are believed.
	Keys []*Key

	// Audience is the host that the gate's request went to, and Target its path and query. Empty takes the
	// request's own; name them where a proxy changes them.
	Audience, Target string

	// Now is the clock. Nil takes time.Now.
	Now func() time.Time

	// Limit is the most bytes of a body that is checked. 0 takes 1 MiB.
	Limit int64
}

// Checked is what a gate has decided about a request, checked.
type Checked struct {
	Verdict  string
	Digest   string         // of the decision
	Decision *host.Decision // nil where its bytes did not come along
	Bundle   string         // digest of the bundle that decided
	ID       string         // names this seal: an origin that must not do a thing twice remembers it until Expires
	Expires  time.Time
	Key      string // id of the key that has signed
}

// Verify checks, at the origin, what a gate has decided about a request. It reads the body, and leaves one with the
// same bytes. The error is a *core.Error with one of the codes seal/…: what it refuses was decided by no gate that is
// believed.
func Verify(r *http.Request, o CheckOptions) (*Checked, error) {
	seals := r.Header.Values(HeaderSeal)
	if len(seals) == 0 {
		return nil, refuse(codes.SealMissing, "this request carries no seal of a gate")
	}
	claims, key, err := openSeal(strings.Join(seals, ", "), o.Keys)
	if err != nil {
		return nil, err
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	at := float64(now().UnixMilli())
	if at+sealSkew < claims.Iat*1000 || at-sealSkew >= claims.Exp*1000 {
		return nil, refuse(codes.SealExpired, "the seal is too old, or from the future")
	}
	carried, err := carriedBody(r, o.Limit)
	if err != nil {
		return nil, err
	}
	wanted := func(said, own string) string {
		if said != "" {
			return said
		}
		return own
	}
	for _, pair := range []struct{ what, sealed, is string }{
		{"method", claims.Method, r.Method},
		{"path or query", claims.Target, wanted(o.Target, r.URL.RequestURI())},
		{"host", claims.Aud, wanted(o.Audience, r.Host)},
		{"verdict", claims.Verdict, strings.Join(r.Header.Values(HeaderVerdict), ", ")},
		{"decision", claims.Decision, strings.Join(r.Header.Values(HeaderDigest), ", ")},
		{"body", claims.Body, digest(carried)},
	} {
		if pair.sealed != pair.is {
			return nil, refuse(codes.SealOther, "the seal is of another "+pair.what)
		}
	}
	c := &Checked{
		Verdict: claims.Verdict,
		Digest:  claims.Decision,
		Bundle:  claims.Bundle,
		ID:      claims.Jti,
		Expires: time.Unix(int64(claims.Exp), 0),
		Key:     key,
	}
	if attached := r.Header.Values(HeaderDecision); len(attached) > 0 {
		decision, err := base64.StdEncoding.Strict().DecodeString(strings.Join(attached, ", "))
		if err != nil || digest(decision) != claims.Decision {
			return nil, refuse(codes.SealOther, "the seal is of another decision")
		}
		if c.Decision, err = host.Read(decision); err != nil {
			return nil, refuse(codes.SealOther, "the decision cannot be read")
		}
	}
	return c, nil
}

// carriedBody reads the body, and leaves one with the same bytes.
func carriedBody(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if limit <= 0 {
		limit = maxSealed
	}
	src, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil || int64(len(src)) > limit {
		return nil, refuse(codes.SealOther, "the body did not arrive whole, or is too large")
	}
	r.Body = io.NopCloser(bytes.NewReader(src))
	return src, nil
}

// openSeal returns what a seal says, if one of the keys has made it.
func openSeal(seal string, keys []*Key) (claims sealClaims, id string, err error) {
	malformed := refuse(codes.SealMalformed, "the seal is not written as a gate writes it")
	parts := strings.Split(seal, ".")
	if len(parts) != 3 {
		return claims, "", malformed
	}
	var raw [3][]byte
	for i, part := range parts {
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil ||
			strings.ContainsAny(part, "\r\n") {
			return claims, "", malformed
		}
	}
	var head sealHead
	if json.Unmarshal(raw[0], &head) != nil || head.Typ != sealType || head.Kid == "" {
		return claims, "", malformed
	}
	var key *Key
	for _, k := range keys {
		if k.id == head.Kid {
			key = k
			break
		}
	}
	if key == nil {
		return claims, "", refuse(
			codes.SealUnknownKey,
			fmt.Sprintf("no trusted key has made this seal; it names %.100q", head.Kid),
		)
	}
	if head.Alg != key.alg() || !key.good(parts[0]+"."+parts[1], raw[2]) {
		return claims, "", refuse(codes.SealWrong, "the seal is not what its key makes of it")
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(raw[1], &all) != nil || len(all) < 10 || json.Unmarshal(raw[1], &claims) != nil {
		return claims, "", malformed
	}
	for _, at := range []float64{claims.Iat, claims.Exp} {
		if at != math.Trunc(at) || math.Abs(at) > 1<<53-1 || at <= 0 {
			return claims, "", malformed
		}
	}
	return claims, key.id, nil
}

// Require is a middleware for origins: what no believed gate has decided is refused with 403, and [Decided] tells the
// handler what was.
func Require(o CheckOptions) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			checked, err := Verify(r, o)
			var wrong *core.Error
			if errors.As(err, &wrong) {
				problem.New(wrong.Code, "%s", wrong.Message).Write(w)
				return
			}
			next.ServeHTTP(w, r.WithContext(withChecked(r.Context(), checked)))
		})
	}
}
