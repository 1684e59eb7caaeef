package main

// This file defines `holdfast serve`.

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/server/settings"
	"github.com/holdfast-rt/holdfast/host/signature"
	"github.com/holdfast-rt/holdfast/host/studio"
)

type serveCommand struct {
	Bundles []string `arg:"" optional:"" placeholder:"BUNDLE" help:"${serve_bundles}"`
	engineFlag

	Listen string `default:"127.0.0.1:8080" env:"HOLDFAST_LISTEN" placeholder:"HOST:PORT" help:"${listen} (${default})."`
	Ledger string `default:"holdfast.db" env:"HOLDFAST_LEDGER" placeholder:"FILE|URL" help:"${serve_ledger} (${default})."`
	Cert   string `env:"HOLDFAST_CERT" placeholder:"FILE" help:"Serve TLS with this certificate chain, PEM."`
	Key    string `env:"HOLDFAST_KEY" placeholder:"FILE" help:"The certificate's private key, PEM."`
	Studio *bool  `negatable:"" help:"${serve_studio}"`

	settings.Settings

	LogFormat string `enum:"text,json" default:"text" placeholder:"text|json" group:"Logs:" help:"${serve_log}"`
	Verbose   bool   `short:"v" group:"Logs:" help:"Log every request."`

	quiet   bool              // log only what goes wrong
	ready   func(url string)  // called once it listens
	sources map[string][]byte // the YAML of published bundles, by digest
}

func (*serveCommand) Help() string {
	return `Keeps sessions and decides on them over HTTP. GET /openapi.json describes what it takes. Everything is kept
in one SQLite file, or in PostgreSQL, where several servers may share it. A decision is answered once it is on disk.

Without --keys it believes any caller, and then listens on loopback only. With --keys the caller is who a bearer
token says: "holdfast token" mints one to try it out.

SIGHUP reads the certificate and all keys again: --keys, --trust, --sign. A key that is gone no longer counts: event
streams of its tokens end, and a session whose bundle only it has signed answers nothing, until the bundle is published
again with the signature of a key in --trust. SIGTERM and SIGINT end it once the requests under way are answered.

Examples:

    holdfast serve spektre.yaml
    holdfast serve --ledger postgres://holdfast@db/holdfast --listen :8443 --cert tls.pem --key tls.key \
        --keys jwks.json --audience holdfast --trust release.pub`
}

func (c *serveCommand) Run(a *app) error {
	log := c.logger(a)
	options, err := c.options(log)
	if err != nil {
		return err
	}
	if options.Identity.Trusting() {
		if err := server.LoopbackOnly(c.Listen); err != nil {
			return unreadable("%s: start it with --keys, or with --listen 127.0.0.1:8080", err)
		}
		options.Hosts = server.LoopbackHosts
	}
	tlsConfig, reload, err := c.tls()
	if err != nil {
		return err
	}
	if options.Core, err = c.open(a); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if options.Ledger, err = ledger.Open(ctx, c.Ledger, ledger.Options{Logger: log}); err != nil {
		return unreadable("%s: %v", redact(c.Ledger), err)
	}
	defer options.Ledger.Close()
	if c.Ledger == ledger.Memory {
		log.Warn("the ledger is in memory: every decision is gone when the server ends")
	}
	c.sources = map[string][]byte{}
	if c.Studio == nil && options.Identity.Trusting() || c.Studio != nil && *c.Studio {
		options.Mount = c.studio(options)
	}
	s, err := server.New(options)
	if err != nil {
		return unreadable("%v", err)
	}
	for _, path := range c.Bundles {
		if err := c.publish(ctx, a, s, log, path); err != nil {
			return err
		}
	}
	l, err := c.listen(options.Identity)
	if err != nil {
		return err
	}
	c.warn(log, options)
	go c.reload(ctx, log, options.Identity, s, reload)
	scheme := "http"
	if tlsConfig != nil {
		scheme = "https"
	}
	url := scheme + "://" + l.Addr().String()
	log.Info("listening",
		"url", url, "ledger", redact(c.Ledger), "engine", c.Engine, "studio", options.Mount != nil)
	if c.ready != nil {
		c.ready(url)
	}
	if err := s.Serve(ctx, l, tlsConfig); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return unreadable("%v", err)
	}
	log.Info("ended")
	return nil
}

// logger writes logs as the flags say.
func (c *serveCommand) logger(a *app) *slog.Logger {
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	} else if c.quiet {
		level = slog.LevelError
	}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}

// studio is what the studio answers, beside the server.
func (c *serveCommand) studio(o server.Options) map[string]http.Handler {
	return map[string]http.Handler{
		"/studio/": studio.New(studio.Options{
			Core: o.Core, Ledger: o.Ledger, Sources: c.sources,
			Authorize: func(r *http.Request) error { _, err := o.Identity.Authenticate(r); return err },
		}),
		"/{$}": http.RedirectHandler("/studio/", http.StatusFound),
	}
}

// listen opens the port. A server that believes everyone is reached from this machine only.
func (c *serveCommand) listen(who *identity.Verifier) (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, unreadable("%v", err)
	}
	if who.Trusting() {
		if err := server.LoopbackOnly(l.Addr().String()); err != nil { // what a name like localhost has turned out to be
			_ = l.Close()
			return nil, unreadable("%s", err)
		}
	}
	return l, nil
}

// warn logs what an operator may not have meant.
func (c *serveCommand) warn(log *slog.Logger, o server.Options) {
	for _, warning := range o.Identity.Warnings() {
		log.Warn(warning)
	}
	if o.Keys == nil {
		log.Warn("bundles need no signature; use --trust to take only signed ones")
	}
	passedOver(log, o.Identity)
}

// options reads the files that the settings name.
func (c *serveCommand) options(log *slog.Logger) (server.Options, error) {
	if c.Keys == "" && (c.Audience != "" || c.Issuer != "") {
		return server.Options{}, unreadable("--audience and --issuer are about tokens, " +
			"and without --keys none is looked at")
	}
	o, err := c.Settings.Options(log, func(path string) ([]byte, error) {
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, unreadableFile(err)
		}
		return src, nil
	})
	if wrong := (*settings.Wrong)(nil); errors.As(err, &wrong) {
		return o, unreadable("%s: %s", wrong.Value, describe(wrong.Err))
	}
	if o.Identity == nil {
		o.Identity = identity.Trusting()
	}
	return o, err
}

// readSigner reads a file with a private key.
func readSigner(path string) (*signature.Signer, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadableFile(err)
	}
	signer, err := signature.ParseSigner(src)
	if err != nil {
		return nil, unreadable("%s: %s", path, describe(err))
	}
	return signer, nil
}

// publish publishes a file, with the signature beside it where there is one.
func (c *serveCommand) publish(ctx context.Context, a *app, s *server.Server, log *slog.Logger, path string) error {
	built, err := a.readDocument(path)
	if err != nil {
		return err
	}
	kind := ledger.KindBundle
	if built.Catalog {
		kind = ledger.KindCatalog
	}
	note, err := readNote(path + ".sig")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unreadableFile(err)
	}
	doc, err := s.Sessions.Publish(ctx, kind, built.Document, func(string) ([]byte, error) { return note, nil }, "serve")
	if err != nil {
		return unreadable("%s: %s", path, describe(err))
	}
	if src := a.yaml(built); src != nil {
		c.sources[doc.Digest] = src
	}
	log.Info("published", "kind", kind, "name", doc.Name, "version", doc.Version, "digest", doc.Digest)
	return nil
}

// yaml returns the YAML a bundle was made from, nil where it was built before.
func (a *app) yaml(built *author.Built) []byte {
	if built.Catalog || strings.HasSuffix(built.Files[0], ".json") {
		return nil
	}
	src, err := a.readFile(built.Files[0])
	if err != nil {
		return nil // then the studio makes YAML of the document
	}
	return src
}

// tls makes a configuration whose certificate can be read again.
func (c *serveCommand) tls() (config *tls.Config, reload func() error, err error) {
	if (c.Cert == "") != (c.Key == "") {
		return nil, nil, unreadable("--cert and --key go together")
	}
	if c.Cert == "" {
		return nil, func() error { return nil }, nil
	}
	var now atomic.Pointer[tls.Certificate]
	reload = func() error {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err == nil {
			now.Store(&pair)
		}
		return err
	}
	if err := reload(); err != nil {
		return nil, nil, unreadable("%v", err)
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return now.Load(), nil },
	}, reload, nil
}

// reload reads keys and certificate again at each SIGHUP. What cannot be read leaves the old
// one; the others are taken.
func (c *serveCommand) reload(
	ctx context.Context, log *slog.Logger, who *identity.Verifier, s *server.Server, certificate func() error,
) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
		}
		var failed bool
		for _, part := range []struct {
			flag, file string
			again      func() error
		}{
			{"cert", c.Cert, certificate},
			{"keys", c.Keys, func() error {
				keys, err := os.ReadFile(c.Keys)
				if err == nil {
					err = who.Reload(keys)
				}
				return err
			}},
			{"trust", c.Trust, func() error {
				keys, err := readKeys(c.Trust)
				if err == nil {
					s.Sessions.Trust(keys)
				}
				return err
			}},
			{"sign", c.Sign, func() error {
				signer, err := readSigner(c.Sign)
				if err == nil {
					s.Sessions.SignWith(signer)
				}
				return err
			}},
		} {
			if part.file == "" {
				continue
			}
			if err := part.again(); err != nil {
				failed = true
				log.Error("SIGHUP: what could not be read stays as it was",
					"flag", "--"+part.flag, "file", part.file, "error", err)
			}
		}
		passedOver(log, who)
		if !failed {
			log.Info("SIGHUP: keys and certificate are read again")
		}
	}
}

// passedOver tells which keys of a JWK set are not used.
func passedOver(log *slog.Logger, who *identity.Verifier) {
	for _, key := range who.PassedOver() {
		log.Warn("a key of --keys is passed over: tokens that it signs are refused", "key", key)
	}
}

// redact leaves the password out of a ledger's address.
func redact(address string) string {
	if strings.Contains(strings.ToLower(address), "password") {
		return "the ledger's address"
	}
	scheme, rest, ok := strings.Cut(address, "://")
	at := strings.LastIndexByte(rest, '@')
	if !ok || at < 0 {
		return address
	}
	user, _, _ := strings.Cut(rest[:at], ":")
	return fmt.Sprintf("%s://%s@%s", scheme, user, rest[at+1:])
}
