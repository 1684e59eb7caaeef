package sessions

// This file defines Options, and what a host adds to sessions: who calls, and what is measured.

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Roles of a Caller.
const (
	RolePublish = "publish" // publish bundles and catalogs
	RoleGovern  = "govern"  // unfreeze sessions, as an agent of the bundle's governance
)

// Caller is who asks. The host knows it from a token, say, and never from what is proposed.
type Caller interface {
	// Name is what sessions and idempotency keys of the caller are kept under.
	Name() string

	// May says whether the caller has a role.
	May(role string) bool

	// Actor returns the kind and id of the actor that the caller proposes as. kind and id are what
	// the proposal says, "" where it says nothing; declared says which agents the bundle has.
	Actor(kind, id string, declared func(kind string) bool) (actorKind, actorID string, err error)
}

// Meter counts what happens. All methods may be called at once.
type Meter interface {
	Open(sessions int)         // how many sessions are in memory now
	Append(took time.Duration) // how long it took until decisions were durable
	Conflict()                 // another server was faster
	Corrupt()                  // a session was found not to be what was written
	Count(verdict string)      // a decision was recorded
}

// noMeter counts nothing.
type noMeter struct{}

func (noMeter) Open(int)             {}
func (noMeter) Append(time.Duration) {}
func (noMeter) Conflict()            {}
func (noMeter) Corrupt()             {}
func (noMeter) Count(string)         {}

// Options sets up a Keeper. Core and Ledger are needed, all else has a default.
type Options struct {
	Core   host.Core
	Ledger *ledger.Ledger

	// Keys are trusted to sign bundles and catalogs. Nil takes unsigned ones.
	Keys *signature.Keys

	// Signer signs the heads of sessions. Nil signs none.
	Signer *signature.Signer

	// Logger gets structured logs. Nil discards them.
	Logger *slog.Logger

	// Now is the host's clock. Nil takes time.Now.
	Now func() time.Time

	// Meter counts what happens. Nil counts nothing.
	Meter Meter

	// SessionsPerActor is how many sessions a caller may create. 0 takes 10,000; less sets no limit.
	SessionsPerActor int

	// OpenSessions is how many sessions stay in memory, at some kilobytes each. Those used
	// longest ago give way, and are opened anew when next asked. 0 takes 10,000.
	OpenSessions int

	// Skew is how far a proposal's at may be from the host's clock. 0 takes a minute.
	Skew time.Duration

	// Patience is how long the store may take to record. 0 takes 15 seconds.
	Patience time.Duration

	// Alarm is called with the time at which something in a session will be due, for a host that
	// calls Sweep then. Nil leaves it to Follow.
	Alarm func(at time.Time)
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	setDefault(&o.SessionsPerActor, 10_000)
	setDefault(&o.OpenSessions, 10_000)
	setDefault(&o.Skew, time.Minute)
	setDefault(&o.Patience, 15*time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Meter == nil {
		o.Meter = noMeter{}
	}
	return o
}

func setDefault[T comparable](option *T, value T) {
	var zero T
	if *option == zero {
		*option = value
	}
}

// base is what every part of a Keeper uses.
type base struct {
	Options
	log      *slog.Logger
	alone    bool          // no other server writes to the ledger
	reminded chan struct{} // gets a value when a reminder was kept
	paused   atomic.Bool   // what is due waits
}

func newBase(o Options) *base {
	return &base{
		Options: o, log: o.Logger, reminded: make(chan struct{}, 1),
		alone: o.Ledger.Kind() != "postgres", // a file is locked, and of an object there is one
	}
}

// remindAt says when something will be due, to the one who sweeps then.
func (b *base) remindAt(at int64) {
	if b.Alarm != nil {
		b.Alarm(time.UnixMilli(at))
		return
	}
	select {
	case b.reminded <- struct{}{}:
	default:
	}
}
