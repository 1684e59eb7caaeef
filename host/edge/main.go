//go:build js && wasm

// Command edge is the server of package host/server as a program inside a Durable Object:
// one program for the object's life, not one for a request. What is around it is
// JavaScript (holdfast.js), which gives it the object's storage and the module.
package main

// This file starts the server in an object, and says what it is made from.

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"syscall/js"
	"time"

	"github.com/goccy/go-json"
	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/server/settings"
)

// trusting is what HOLDFAST_TRUSTING must say: it is not set by mistake.
const trusting = "development only: everyone is believed"

func main() {
	around := js.Global().Get("context")
	handler, err := open(around.Get("holdfast"))
	if err != nil {
		handler = closed(err)
		around.Get("binding").Set("failed", true) // the next request starts another program
	}
	workers.ServeNonBlock(bridge{handler})
	workers.Ready()
	select {} // workers.Serve would end with the first answer
}

// open makes the server of an object. around is what holdfast.js gives.
func open(around js.Value) (http.Handler, error) {
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(console{}, nil))
	options, err := options(log)
	if err != nil {
		return nil, err
	}
	options.Alarm = func(at time.Time) { around.Call("alarm", at.UnixMilli()) } // the object has no timers
	options.ModuleDigest, options.ModuleBytes = around.Get("digest").String(), around.Get("size").Int()
	options.Core, err = host.New(ctx, host.Options{Lend: around.Get("lend"), Digest: options.ModuleDigest})
	if err != nil {
		return nil, err
	}
	if options.Ledger, err = ledger.OpenObject(ctx, around.Get("ledger"), ledger.Options{Logger: log}); err != nil {
		return nil, err
	}
	s, err := server.New(options)
	if err != nil {
		return nil, err
	}
	if at, err := options.Ledger.NextReminder(ctx); err == nil { // by a program that did not come to say so
		options.Alarm(time.UnixMilli(at))
	}
	js.Global().Get("context").Get("binding").Set("sweep", js.FuncOf(func(js.Value, []js.Value) any {
		return promised(func() (any, error) { return sweep(ctx, s) })
	}))
	return s.Handler(), publish(ctx, s, around.Get("bundles"))
}

// sweep ends what is due, and returns when something may be due next, in milliseconds since 1970; 0 for never.
func sweep(ctx context.Context, s *server.Server) (any, error) {
	defer func() { go settle() }()
	next, err := s.Sessions.Sweep(ctx)
	if err != nil || next.IsZero() {
		return 0, err
	}
	return next.UnixMilli(), nil
}

// promised runs f on its own, and returns a promise of what it returns.
func promised(f func() (any, error)) js.Value {
	var run js.Func
	run = js.FuncOf(func(_ js.Value, args []js.Value) any {
		go func() {
			defer run.Release()
			if value, err := f(); err != nil {
				args[1].Invoke(js.Global().Get("Error").New(err.Error()))
			} else {
				args[0].Invoke(value)
			}
		}()
		return nil
	})
	return js.Global().Get("Promise").New(run)
}

// publish publishes what comes with the worker: documents, and beside each its signature, or "".
func publish(ctx context.Context, s *server.Server, bundles js.Value) error {
	for i := range bundles.Length() {
		src, note := []byte(bundles.Index(i).Index(0).String()), []byte(bundles.Index(i).Index(1).String())
		var is struct{ Catalog *string }
		kind := ledger.KindBundle
		if json.Unmarshal(src, &is) == nil && is.Catalog != nil {
			kind = ledger.KindCatalog
		}
		sign := func(string) ([]byte, error) { return note, nil }
		if len(note) == 0 {
			sign = nil
		}
		if _, err := s.Sessions.Publish(ctx, kind, src, sign, "worker"); err != nil {
			return err
		}
	}
	return nil
}

// options reads the worker's variables and secrets.
func options(log *slog.Logger) (o server.Options, err error) {
	set, err := settings.Read(cloudflare.Getenv)
	if err != nil {
		return o, err
	}
	o, err = set.Options(log, func(document string) ([]byte, error) { return []byte(document), nil })
	switch {
	case err != nil:
		return o, err
	case o.Identity != nil:
		for _, key := range o.Identity.PassedOver() {
			log.Warn("a key of HOLDFAST_KEYS is passed over: tokens that it signs are refused", "key", key)
		}
	case cloudflare.Getenv("HOLDFAST_TRUSTING") == trusting:
		o.Identity, o.Hosts = identity.Trusting(), server.LoopbackHosts
	default:
		return o, errors.New("HOLDFAST_KEYS is not set: without the keys of an issuer of tokens nobody is believed here")
	}
	return o, nil
}

// closed refuses everything, since the object could not be opened.
func closed(why error) http.Handler {
	slog.New(slog.NewTextHandler(console{}, nil)).Error("the object does not answer", "error", why)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem.New(codes.LedgerUnavailable, "this worker cannot start; its log says why").Write(w)
	})
}

// console writes lines to the worker's log.
type console struct{}

func (console) Write(line []byte) (int, error) {
	js.Global().Get("console").Call("log", strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}
