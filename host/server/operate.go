package server

// This file defines the handlers for those who run the server, and those that hand out
// the module and the API's description.

import (
	_ "embed"
	"net/http"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/coding"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

//go:embed openapi.yaml
var openapiYAML []byte

// openapiJSON is the same as JSON.
var openapiJSON = sync.OnceValues(func() ([]byte, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(openapiYAML, &doc); err != nil {
		return nil, err
	}
	return encode(doc)
})

// aboutModule answers GET /v1/module: which module decides here.
func (a *api) aboutModule(c *call) error {
	c.w.Header().Set("Cache-Control", "no-cache")
	return c.json(http.StatusOK, map[string]any{
		"digest": a.module.digest, "url": "/v1/modules/" + a.module.digest, "bytes": a.module.size, "abi": abi.Version,
	})
}

// fetchModule answers GET /v1/modules/{digest}.
func (a *api) fetchModule(c *call) error {
	if c.PathValue("digest") != a.module.digest || a.module.bytes == nil {
		return problem.New(codes.ModuleUnknown, "this server has the module %s", a.module.digest)
	}
	h := c.w.Header()
	h.Set("Access-Control-Allow-Origin", "*") // it is the same for everybody, and says nothing about anybody
	h.Set("Holdfast-Digest", a.module.digest)
	as, err := c.encoding()
	if err != nil {
		return err
	}
	if c.cachedAs(a.module.digest, as, immutable) {
		return nil
	}
	if as == coding.Identity {
		return c.bytes(http.StatusOK, "application/wasm", a.module.bytes)
	}
	zipped, err := a.module.zipped()
	if err != nil {
		return err
	}
	h.Set("Content-Encoding", as)
	return c.bytes(http.StatusOK, "application/wasm", zipped)
}

// health answers GET /healthz: the process runs.
func (a *api) health(c *call) error {
	return c.json(http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers GET /readyz: requests can be answered now.
func (a *api) ready(c *call) error {
	if a.ending.Err() != nil {
		return problem.New(codes.ServerShuttingDown, "the server is shutting down")
	}
	if err := a.options.Ledger.Ready(c.Context()); err != nil {
		return caused(err, codes.LedgerUnavailable, "the store does not answer")
	}
	return c.json(http.StatusOK, map[string]string{
		"status": "ready", "ledger": a.options.Ledger.Kind(), "module": a.module.digest,
	})
}

// openapi answers GET /openapi.json.
func (a *api) openapi(c *call) error {
	body, err := openapiJSON()
	if err != nil {
		return err
	}
	c.w.Header().Set("Cache-Control", "no-cache")
	return c.bytes(http.StatusOK, "application/json", body)
}

// scrape answers GET /metrics.
func (a *api) scrape(c *call) error {
	page := a.metrics.page()
	if page == nil {
		return problem.New(codes.HTTPPath, "nothing is counted here: the platform does")
	}
	as, err := c.encoding()
	if err != nil {
		return err
	}
	// promhttp would fail where only one of its encodings is excluded, so it is told the one to take.
	r := c.Request.Clone(c.Context())
	r.Header.Set("Accept-Encoding", as)
	c.w.Header().Set("Cache-Control", "no-store")
	page.ServeHTTP(c.w, r)
	return nil
}
