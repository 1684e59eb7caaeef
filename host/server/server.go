package server

// This file defines Server: how one is made, listens and ends.

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"github.com/holdfast-rt/holdfast/host/server/limit"
	"github.com/holdfast-rt/holdfast/host/sessions"
)

// Server answers HTTP requests. Make one with New.
type Server struct {
	// Sessions are those that it answers about, for a program that has more to say to them.
	Sessions *sessions.Keeper

	api     *api
	handler http.Handler
	work    sync.WaitGroup // what follows reminders
	end     context.CancelFunc
}

// New makes a server.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	a := &api{options: o, log: o.Logger, now: o.Now, metrics: newMetrics(), pace: defaultPace, listeners: newListeners()}
	if o.Rate > 0 {
		a.rate = limit.New(limit.Options{PerSecond: o.Rate, Burst: o.Burst, Now: o.Now})
	}
	a.keeper = sessions.New(o.sessions(a.metrics))
	s := &Server{Sessions: a.keeper, api: a}
	a.ending, s.end = context.WithCancel(context.Background())
	var err error
	if a.module, err = newModule(o.Module); err != nil {
		return nil, err
	}
	a.module.digest, a.module.size = cmp.Or(o.ModuleDigest, a.module.digest), cmp.Or(o.ModuleBytes, len(o.Module))
	s.handler, err = a.routes()
	return s, err
}

// Handler answers requests.
func (s *Server) Handler() http.Handler { return s.handler }

// Drain ends event streams and makes the server say that it is not ready, so that
// balancers look elsewhere and http.Server.Shutdown is not kept waiting.
func (s *Server) Drain() { s.end() }

// Close waits for the decisions under way. Call it once no requests come any more.
func (s *Server) Close() {
	s.end()
	s.work.Wait()
	s.Sessions.Close()
}

// Serve answers requests on l until ctx is done; then it ends streams, waits for the requests
// under way, and returns nil. tlsConfig nil serves plain HTTP.
func (s *Server) Serve(ctx context.Context, l net.Listener, tlsConfig *tls.Config) error {
	hs := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: s.api.pace.header,
		ReadTimeout:       s.api.pace.body,
		IdleTimeout:       s.api.pace.idle,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.api.log.Handler(), slog.LevelDebug), // broken handshakes and the like
		TLSConfig:         tlsConfig,
	}
	if tlsConfig != nil {
		l = tls.NewListener(l, tlsConfig)
	}
	if s.api.options.Alarm == nil {
		s.work.Go(func() { s.Sessions.Follow(s.api.ending) })
	}
	failed := make(chan error, 1)
	go func() { failed <- hs.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.Drain()
	grace, cancel := context.WithTimeout(context.Background(), s.api.pace.drain)
	defer cancel()
	err := hs.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		s.api.log.Warn("requests that were still under way are cut off", "after", s.api.pace.drain)
		err = hs.Close()
	}
	s.Close()
	return err
}
