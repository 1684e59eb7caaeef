package server

// This file defines Options.

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/sessions"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Options sets up a server. Core, Ledger and Identity are needed, all else has a default.
type Options struct {
	Core     host.Core
	Ledger   *ledger.Ledger
	Identity *identity.Verifier

	// Keys are trusted to sign bundles and catalogs. Nil takes unsigned ones; with keys,
	// nothing is published, and no session opened, that no trusted key has signed. Trust
	// puts others in their place.
	Keys *signature.Keys

	// Signer signs the heads of sessions. Nil signs none. SignWith puts another in its place.
	Signer *signature.Signer

	// Module is handed out to browsers. Nil takes the one of package host.
	Module []byte

	// ModuleDigest and ModuleBytes, when set, say which module decides here and how large it is;
	// it is handed out by another program then.
	ModuleDigest string
	ModuleBytes  int

	// Logger gets structured logs. Nil discards them.
	Logger *slog.Logger

	// Now is the server's clock. Nil takes time.Now.
	Now func() time.Time

	// Rate is how many requests a second an actor may make that decide or write, and
	// Burst how many at once. 0 takes 50 and 100; a negative Rate sets no limit.
	Rate  float64
	Burst int

	// SessionsPerActor is how many sessions an actor may create. 0 takes 10,000; less sets no limit.
	SessionsPerActor int

	// StreamsPerActor is how many event streams an actor may hold open. 0 takes 100.
	StreamsPerActor int

	// OpenSessions is how many sessions stay in memory, at some kilobytes each. Those used
	// longest ago give way, and are opened anew when next asked. 0 takes 10,000.
	OpenSessions int

	// Skew is how far a proposal's at may be from the server's clock. 0 takes a minute.
	Skew time.Duration

	// Patience is how long the store may take to record. 0 takes 15 seconds.
	Patience time.Duration

	// Alarm is called with the time at which something in a session will be due, in place of the timer
	// that Serve sets: for a host that must not keep one. It then calls Sweep at that time.
	Alarm func(at time.Time)

	// Origins are the web origins whose pages may ask, such as "https://app.example".
	// Pages that the server's own origin serves may always.
	Origins []string

	// Hosts, when set, are the host names the server answers to; others are refused, so
	// that a page cannot reach a server on loopback by a name of its own.
	Hosts []string

	// Mount answers everything beneath paths such as "/studio/". Requests by foreign
	// host names, and those of other origins' pages that change something, never get there.
	Mount map[string]http.Handler
}

// withDefaults fills in what was left out, but for what package sessions fills in.
func (o Options) withDefaults() Options {
	if o.Rate == 0 {
		o.Rate = 50
	}
	if o.Burst == 0 {
		o.Burst = 100
	}
	if o.StreamsPerActor == 0 {
		o.StreamsPerActor = 100
	}
	if o.Module == nil && o.ModuleDigest == "" {
		o.Module = host.Module()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// sessions are the options that are about sessions.
func (o *Options) sessions(meter sessions.Meter) sessions.Options {
	return sessions.Options{
		Core: o.Core, Ledger: o.Ledger, Keys: o.Keys, Signer: o.Signer, Logger: o.Logger, Now: o.Now, Meter: meter,
		SessionsPerActor: o.SessionsPerActor, OpenSessions: o.OpenSessions, Skew: o.Skew, Patience: o.Patience,
		Alarm: o.Alarm,
	}
}
