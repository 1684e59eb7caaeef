package identity

// This file defines Verifier: from a request to who sent it.

import (
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// DefaultLeeway is how far the clocks of issuer and server may be apart.
const DefaultLeeway = 30 * time.Second

// Options says whose tokens are taken and which claims say what.
type Options struct {
	// Keys are the issuer's public keys: PEM (PUBLIC KEY, RSA PUBLIC KEY or
	// CERTIFICATE, one or more) or a JWK set.
	Keys []byte

	// Audience must be among a token's `aud`. Empty takes tokens for any audience.
	Audience string

	// Issuer must be a token's `iss`. Empty takes tokens of any issuer that signs
	// with one of the keys.
	Issuer string

	// The claims: `kind`, `sub`, `roles` and `sessions` where empty. A name that no
	// member of the token has is read as a path: `realm_access.roles` is `roles`
	// within `realm_access`.
	KindClaim, IDClaim, RolesClaim, SessionsClaim string

	// Leeway is how far clocks may be apart; 0 is DefaultLeeway, a negative one none.
	Leeway time.Duration

	// Now is the clock, time.Now where nil.
	Now func() time.Time
}

// Verifier says who sent a request. It may be used by many goroutines.
type Verifier struct {
	o         Options
	validator *jwt.Validator
	mu        sync.Mutex // guards what follows
	keys      *keySet
	changed   chan struct{} // closed when keys are replaced
	trusting  bool
}

// New returns a Verifier of tokens. The error is an *Error with codes.AuthKeys that names
// every key that cannot be used; a private key among them is told first of all. One that
// is merely not understood among the keys of a JWK set is no error: see PassedOver.
func New(o Options) (*Verifier, error) {
	for _, c := range []struct {
		claim *string
		name  string
	}{{&o.KindClaim, "kind"}, {&o.IDClaim, "sub"}, {&o.RolesClaim, "roles"}, {&o.SessionsClaim, "sessions"}} {
		if *c.claim == "" {
			*c.claim = c.name
		}
	}
	switch {
	case o.Leeway == 0:
		o.Leeway = DefaultLeeway
	case o.Leeway < 0:
		o.Leeway = 0
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	checks := []jwt.ParserOption{jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(o.Leeway),
		jwt.WithTimeFunc(o.Now)}
	if o.Audience != "" {
		checks = append(checks, jwt.WithAudience(o.Audience))
	}
	if o.Issuer != "" {
		checks = append(checks, jwt.WithIssuer(o.Issuer))
	}
	v := &Verifier{o: o, validator: jwt.NewValidator(checks...)}
	v.o.Keys = nil
	if err := v.Reload(o.Keys); err != nil {
		return nil, err
	}
	return v, nil
}

// Trusting returns a Verifier to which everyone is Trusted, whatever they send. It is
// for a server that only its own machine can reach, and that refuses what a browser
// there sends for pages from elsewhere: that is not looked at here.
func Trusting() *Verifier { return &Verifier{trusting: true} }

// Trusting reports whether everyone is trusted.
func (v *Verifier) Trusting() bool { return v.trusting }

// Reload puts other keys in the place of the ones there are. Requests see either the
// old or the new ones. Where the new ones cannot be used the old ones stay, and the
// error, an *Error with codes.AuthKeys, says why.
func (v *Verifier) Reload(keys []byte) error {
	if v.trusting {
		return refuse(codes.AuthKeys, "this server was started without keys and trusts everyone. Start it again with keys.")
	}
	set, err := readKeys(keys)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keys = set; v.changed != nil {
		close(v.changed)
		v.changed = nil
	}
	return nil
}

// Changed returns a channel that is closed once Reload has put other keys in place. What
// was begun with a token and lasts must then ask Authenticate again.
func (v *Verifier) Changed() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.changed == nil {
		v.changed = make(chan struct{})
	}
	return v.changed
}

// PassedOver tells, one sentence each, which keys of the JWK set are not used, and why.
// They do no harm; an operator should know of them, since tokens signed with them are refused.
func (v *Verifier) PassedOver() []string {
	if set := v.set(); set != nil {
		return slices.Clone(set.passed)
	}
	return nil
}

func (v *Verifier) set() *keySet {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keys
}

// Warnings tells, one sentence each, what the options leave open and an operator
// should know at the start.
func (v *Verifier) Warnings() []string {
	if v.trusting {
		return []string{"There are no keys, so EVERYONE IS TRUSTED: anyone who reaches this server may act as anyone, " +
			"publish and govern."}
	}
	var out []string
	if v.o.Audience == "" {
		out = append(out, "No audience is set: tokens that the issuer gave for any other service are taken here too.")
	}
	if v.o.Issuer == "" {
		out = append(out, "No issuer is set: tokens of every issuer that signs with one of the keys are taken, and their "+
			"ids are not told apart.")
	}
	return out
}

// Authenticate returns who sent the request. A token is taken from the Authorization
// header and from nowhere else. The error is an *Error with any of the codes but
// codes.AuthActor, codes.AuthNoAgent and codes.AuthKeys, and the Who is then the zero one, which may do nothing.
func (v *Verifier) Authenticate(r *http.Request) (Who, error) {
	if v.trusting {
		return Who{Trusted: true}, nil
	}
	raw, err := bearer(r)
	if err != nil {
		return Who{}, err
	}
	w, err := v.authenticate(raw)
	if err != nil {
		return Who{}, err
	}
	return w, nil
}

func (v *Verifier) authenticate(raw string) (Who, *Error) {
	t, err := readToken(raw)
	if err != nil {
		return Who{}, err
	}
	keys, err := v.set().find(t.alg, t.kid)
	if err != nil {
		return Who{}, err
	}
	signed := false
	for _, k := range keys {
		if signed = k.verify(t.signed, t.signature); signed {
			break
		}
	}
	if !signed {
		return Who{}, refuse(codes.AuthSignature,
			"the token's signature is not by a key that is trusted here, or the token was changed. Ask for a new one.")
	}
	// Nothing of the payload was read until here.
	c, err := t.claims()
	if err != nil {
		return Who{}, err
	}
	if err := c.check(&v.o, v.validator); err != nil {
		return Who{}, err
	}
	w, err := c.who(&v.o)
	if err != nil {
		return Who{}, err
	}
	seconds, _ := math.Modf(c["exp"].(float64)) // check saw that it is a number
	w.Expires = time.Unix(int64(seconds), 0).Add(v.o.Leeway)
	return w, nil
}
