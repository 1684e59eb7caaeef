package faults

// This file runs a server inside the test, where a process would add nothing.

import (
	"net/http/httptest"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// signed makes keys that sign heads.
func signed(tb testing.TB) (private, public string) {
	tb.Helper()
	private, public, err := signature.Generate("faults.example")
	if err != nil {
		tb.Fatal(err)
	}
	return private, public
}

// inside starts a server on a ledger. An error is what Open says.
func inside(tb testing.TB, file string, o server.Options, l ledger.Options) (url string, stop func(), err error) {
	tb.Helper()
	o.Ledger, err = ledger.Open(tb.Context(), file, l)
	if err != nil {
		return "", nil, err
	}
	o.Core, o.Identity = host.Native(), identity.Trusting()
	o.Rate, o.SessionsPerActor = -1, -1
	o.Module = []byte("no module") // it is not asked for, and to compress the real one takes half a second
	s, err := server.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	return web.URL, func() {
		s.Drain()
		web.Close()
		s.Close()
		if err := o.Ledger.Close(); err != nil && !tb.Failed() {
			tb.Log("closing the ledger: ", err)
		}
	}, nil
}

// publish publishes the bundles.
func publish(tb testing.TB, url string) {
	tb.Helper()
	for _, file := range files {
		document, _ := build(tb, file)
		post(tb, url+"/v1/bundles", string(document))
	}
}
