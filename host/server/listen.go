package server

// This file defines how a server listens: on which addresses, with which patience, and
// how it ends.

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// pace is how long clients may take, so that slow ones do not hold the server up.
type pace struct {
	header time.Duration
	body   time.Duration
	write  time.Duration // to accept a piece of what was written
	idle   time.Duration
	drain  time.Duration // for the requests under way when the server ends
	beat   time.Duration // how often an idle stream says that it lives
}

var defaultPace = pace{
	header: 5 * time.Second,
	body:   20 * time.Second, // 4 MiB at 1.7 Mbit/s
	write:  30 * time.Second,
	idle:   2 * time.Minute,
	drain:  15 * time.Second,
	beat:   15 * time.Second, // most proxies close a connection after a minute of silence
}

const maxHeaderBytes = 32 << 10 // a token of 16 KiB fits

// LoopbackOnly returns an error where addr is reachable from other machines. A server
// that trusts everyone may not listen there.
func LoopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("the address %q: %w", addr, err)
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("without keys the server believes everyone, so it listens on loopback only, and not on %q", addr)
	}
	return nil
}

// LoopbackHosts are the names a server on loopback answers to. A page elsewhere that has
// its own name point here is refused by it.
var LoopbackHosts = []string{"localhost", "127.0.0.1", "::1"}

// Serve answers requests on l until ctx is done; then it ends streams, waits for the requests
// under way, and returns nil. tlsConfig nil serves plain HTTP.
func (s *Server) Serve(ctx context.Context, l net.Listener, tlsConfig *tls.Config) error {
	hs := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: s.pace.header,
		ReadTimeout:       s.pace.body,
		IdleTimeout:       s.pace.idle,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // broken handshakes and the like
		TLSConfig:         tlsConfig,
	}
	if tlsConfig != nil {
		l = tls.NewListener(l, tlsConfig)
	}
	if s.options.Alarm == nil {
		s.work.Go(s.follow)
	}
	failed := make(chan error, 1)
	go func() { failed <- hs.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.Drain()
	grace, cancel := context.WithTimeout(context.Background(), s.pace.drain)
	defer cancel()
	err := hs.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("requests that were still under way are cut off", "after", s.pace.drain)
		err = hs.Close()
	}
	s.Close()
	return err
}
