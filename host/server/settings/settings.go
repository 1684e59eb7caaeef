// Package settings says what may be set of a server, once: `holdfast serve` takes each as a flag or from
// the environment, the worker of host/edge from its variables.
package settings

// This file defines Settings.

import (
	"strings"
	"time"
)

// Settings are what an operator sets. The tags are those of github.com/alecthomas/kong; env is the name that
// both hosts read, help the entry of Help. Keys, Trust and Sign name documents: files for serve, and in the
// worker the document itself.
type Settings struct {
	Callers    `embed:"" group:"Who is asking:"`
	Signatures `embed:"" group:"What is signed:"`
	Limits     `embed:"" group:"Limits:"`
}

// Callers say who is believed.
type Callers struct {
	Keys          string  `env:"HOLDFAST_KEYS" placeholder:"FILE" help:"${keys}"`
	Audience      string  `env:"HOLDFAST_AUDIENCE" placeholder:"TEXT" help:"${audience}"`
	Issuer        string  `env:"HOLDFAST_ISSUER" placeholder:"TEXT" help:"${issuer}"`
	KindClaim     string  `env:"HOLDFAST_KIND_CLAIM" placeholder:"CLAIM" help:"${kindClaim}"`
	IDClaim       string  `name:"id-claim" env:"HOLDFAST_ID_CLAIM" placeholder:"CLAIM" help:"${idClaim}"`
	RolesClaim    string  `env:"HOLDFAST_ROLES_CLAIM" placeholder:"CLAIM" help:"${rolesClaim}"`
	SessionsClaim string  `env:"HOLDFAST_SESSIONS_CLAIM" placeholder:"CLAIM" help:"${sessionsClaim}"`
	Origin        Origins `env:"HOLDFAST_ORIGINS" placeholder:"URL" help:"${origin}"`
}

// Signatures say which keys count.
type Signatures struct {
	Trust string `env:"HOLDFAST_TRUST" placeholder:"FILE" help:"${trust}"`
	Sign  string `env:"HOLDFAST_SIGN" placeholder:"FILE" help:"${sign}"`
}

// Limits bound what an actor may do.
type Limits struct {
	Rate  float64 `default:"50" env:"HOLDFAST_RATE" placeholder:"N" help:"${rate} (${default})."`
	Burst int     `default:"100" env:"HOLDFAST_BURST" placeholder:"N" help:"${burst} (${default})."`

	SessionsPerActor int `default:"10000" env:"HOLDFAST_SESSIONS_PER_ACTOR" placeholder:"N" help:"${made} (${default})."`
	OpenSessions     int `default:"10000" env:"HOLDFAST_OPEN_SESSIONS" placeholder:"N" help:"${open} (${default})."`

	Skew time.Duration `default:"1m" env:"HOLDFAST_SKEW" placeholder:"TIME" help:"${skew} (${default})."`
}

// Help says what each setting is for, under the name that its tag has.
var Help = map[string]string{
	"keys": "Public keys that sign bearer tokens: PEM, or a JWK set. Without them everyone " +
		"is trusted, on loopback.",
	"audience":      "Take only tokens for this audience.",
	"issuer":        "Take only tokens of this issuer.",
	"kindClaim":     "The claim that says which agents the caller may act as (kind).",
	"idClaim":       "The claim that says who the caller is (sub).",
	"rolesClaim":    "The claim that lists roles: publish, govern (roles).",
	"sessionsClaim": "The claim that limits the caller to sessions (sessions).",
	"origin":        "Let pages of this origin ask, such as https://app.example; several with blanks between.",
	"trust":         "Take only bundles and catalogs that one of these keys has signed (NAME.pub of keygen).",
	"sign":          "Sign the heads of sessions with this key (NAME.key of keygen).",
	"rate":          "Requests a second that decide or write, for each actor; 0 for no limit",
	"burst":         "How many of them at once",
	"made":          "Sessions an actor may create; 0 for no limit",
	"open":          "Sessions that stay in memory",
	"skew":          "How far a proposal's time may be from the server's",
}

// Origins are web origins.
type Origins []string

// UnmarshalText adds origins with blanks or commas between.
func (o *Origins) UnmarshalText(text []byte) error {
	*o = append(*o, strings.FieldsFunc(string(text), func(r rune) bool { return r == ',' || r <= ' ' })...)
	return nil
}
