package server

// This file defines where a server may listen, and how long its clients may take.

import (
	"fmt"
	"net"
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
