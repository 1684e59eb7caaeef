package server

// This file defines Server and its Options.

import (
	"cmp"
	"container/list"
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/server/limit"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Roles a token may give.
const (
	RolePublish = "publish" // publish bundles and catalogs
	RoleGovern  = "govern"  // unfreeze sessions, as an agent of the bundle's governance
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
	// somebody else hands it out then.
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

// Server answers HTTP requests. Make one with New.
type Server struct {
	options Options
	core    host.Core
	ledger  *ledger.Ledger
	alone   bool // no other server writes to the ledger
	log     *slog.Logger
	now     func() time.Time
	rate    *limit.Rate // nil: no limit
	metrics *metrics
	pace    pace
	open    sessions
	bundles bundles
	signer  atomic.Pointer[signature.Signer]
	streams streams

	still    atomic.Bool   // in tests: what is due waits
	reminded chan struct{} // gets a value when a reminder was kept
	heavy    chan struct{} // holds a token for each long search or verification under way
	module   module
	handler  http.Handler
	work     sync.WaitGroup // leaders of lines
	ending   context.Context
	end      context.CancelFunc
}

// New makes a server.
func New(o Options) (*Server, error) {
	set(&o.Rate, 50)
	set(&o.Burst, 100)
	set(&o.SessionsPerActor, 10_000)
	set(&o.StreamsPerActor, 100)
	set(&o.OpenSessions, 10_000)
	set(&o.Skew, time.Minute)
	set(&o.Patience, 15*time.Second)
	if o.Module == nil && o.ModuleDigest == "" {
		o.Module = host.Module()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		options: o, core: o.Core, ledger: o.Ledger, log: o.Logger, now: o.Now,
		alone:   o.Ledger.Kind() != "postgres", // a file is locked, and of an object there is one
		metrics: newMetrics(), pace: defaultPace, reminded: make(chan struct{}, 1),
		heavy: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), // half of the cores stay for decisions
	}
	if o.Rate > 0 {
		s.rate = limit.New(limit.Options{PerSecond: o.Rate, Burst: o.Burst, Now: o.Now})
	}
	s.open.most, s.open.byID = o.OpenSessions, map[string]*list.Element{}
	s.Trust(o.Keys)
	s.SignWith(o.Signer)
	s.streams.byName = map[string]int{}
	s.ending, s.end = context.WithCancel(context.Background())
	var err error
	if s.module, err = newModule(o.Module); err != nil {
		return nil, err
	}
	s.module.digest, s.module.size = cmp.Or(o.ModuleDigest, s.module.digest), cmp.Or(o.ModuleBytes, len(o.Module))
	s.handler, err = s.routes()
	return s, err
}

// set gives an option its default.
func set[T comparable](option *T, value T) {
	var zero T
	if *option == zero {
		*option = value
	}
}

// SignWith signs heads with another key from now on, or, with nil, signs none.
func (s *Server) SignWith(signer *signature.Signer) { s.signer.Store(signer) }

// Handler answers requests.
func (s *Server) Handler() http.Handler { return s.handler }

// Drain ends event streams and makes the server say that it is not ready, so that
// balancers look elsewhere and http.Server.Shutdown is not kept waiting.
func (s *Server) Drain() { s.end() }

// Close waits for the decisions under way. Call it once no requests come any more.
func (s *Server) Close() {
	s.end()
	s.work.Wait()
}
