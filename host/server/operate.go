package server

// This file defines the handlers for those who run the server, and those that hand out
// the module and the API's description.

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/holdfast-rt/holdfast/host/coding"
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

// module is the module that browsers are given.
type module struct {
	digest string
	size   int
	bytes  []byte                 // nil where somebody else hands it out
	zipped func() ([]byte, error) // the same, gzip; made when first asked for, since that takes half a second
}

func newModule(src []byte) (module, error) {
	sum := sha256.Sum256(src)
	return module{
		digest: "sha256:" + hex.EncodeToString(sum[:]), bytes: src,
		zipped: sync.OnceValues(func() ([]byte, error) {
			var out bytes.Buffer
			w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
			if err != nil {
				return nil, err
			}
			if _, err := w.Write(src); err != nil {
				return nil, err
			}
			err = w.Close()
			return out.Bytes(), err
		}),
	}, nil
}

// aboutModule answers GET /v1/module: which module decides here.
func (s *Server) aboutModule(c *call) error {
	c.w.Header().Set("Cache-Control", "no-cache")
	return c.json(http.StatusOK, map[string]any{
		"digest": s.module.digest, "url": "/v1/modules/" + s.module.digest, "bytes": s.module.size, "abi": abi.Version,
	})
}

// fetchModule answers GET /v1/modules/{digest}.
func (s *Server) fetchModule(c *call) error {
	if c.PathValue("digest") != s.module.digest || s.module.bytes == nil {
		return refuse(CodeModule, "this server has the module %s", s.module.digest)
	}
	h := c.w.Header()
	h.Set("Access-Control-Allow-Origin", "*") // it is the same for everybody, and says nothing about anybody
	h.Set("Holdfast-Digest", s.module.digest)
	as, err := c.encoding()
	if err != nil {
		return err
	}
	if c.cachedAs(s.module.digest, as, immutable) {
		return nil
	}
	if as == coding.Identity {
		return c.bytes(http.StatusOK, "application/wasm", s.module.bytes)
	}
	zipped, err := s.module.zipped()
	if err != nil {
		return err
	}
	h.Set("Content-Encoding", as)
	return c.bytes(http.StatusOK, "application/wasm", zipped)
}

// health answers GET /healthz: the process runs.
func (s *Server) health(c *call) error {
	return c.json(http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers GET /readyz: requests can be answered now.
func (s *Server) ready(c *call) error {
	if s.ending.Err() != nil {
		return refuse(CodeShutdown, "the server is shutting down")
	}
	if err := s.ledger.Ready(c.Context()); err != nil {
		return caused(err, CodeUnavailable, "the store does not answer")
	}
	return c.json(http.StatusOK, map[string]string{"status": "ready", "ledger": s.ledger.Kind(), "module": s.module.digest})
}

// openapi answers GET /openapi.json.
func (s *Server) openapi(c *call) error {
	body, err := openapiJSON()
	if err != nil {
		return err
	}
	c.w.Header().Set("Cache-Control", "no-cache")
	return c.bytes(http.StatusOK, "application/json", body)
}
