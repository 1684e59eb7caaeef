package settings

// This file makes a server's options of settings.

import (
	"fmt"
	"log/slog"

	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Wrong says which setting cannot be used, and why. Its text has no value in it, which may be a secret.
type Wrong struct {
	Name  string // HOLDFAST_…
	Value string
	Err   error
}

// Error returns the name and the reason.
func (w *Wrong) Error() string { return fmt.Sprintf("%s: %v", w.Name, w.Err) }

// Unwrap returns the reason.
func (w *Wrong) Unwrap() error { return w.Err }

// Options makes a server's options. open returns the document that a setting names. Without keys the
// options have no Identity: whether everyone is believed then is the host's to say. The error is a *Wrong, or what
// open returned.
func (s *Settings) Options(log *slog.Logger, open func(value string) ([]byte, error)) (o server.Options, err error) {
	o = server.Options{
		Logger: log, Rate: unlimited(s.Rate), Burst: s.Burst, SessionsPerActor: unlimited(s.SessionsPerActor),
		OpenSessions: s.OpenSessions, Skew: s.Skew, Origins: s.Origin,
	}
	if s.Keys != "" {
		keys, err := open(s.Keys)
		if err != nil {
			return o, err
		}
		o.Identity, err = identity.New(identity.Options{
			Keys: keys, Audience: s.Audience, Issuer: s.Issuer,
			KindClaim: s.KindClaim, IDClaim: s.IDClaim, RolesClaim: s.RolesClaim, SessionsClaim: s.SessionsClaim,
		})
		if err != nil {
			return o, &Wrong{"HOLDFAST_KEYS", s.Keys, err}
		}
	}
	if s.Trust != "" {
		if o.Keys, err = read("HOLDFAST_TRUST", s.Trust, open, signature.ParseKeys); err != nil {
			return o, err
		}
	}
	if s.Sign != "" {
		o.Signer, err = read("HOLDFAST_SIGN", s.Sign, open, signature.ParseSigner)
	}
	return o, err
}

func read[T any](name, value string, open func(string) ([]byte, error), parse func([]byte) (*T, error)) (*T, error) {
	src, err := open(value)
	if err != nil {
		return nil, err
	}
	parsed, err := parse(src)
	if err != nil {
		return nil, &Wrong{name, value, err}
	}
	return parsed, nil
}

// unlimited is a limit as options have it: less than 0 is none, where the settings say 0.
func unlimited[N int | float64](limit N) N {
	if limit == 0 {
		return -1
	}
	return limit
}
