package server

// This file defines the handlers of bundles and catalogs.

import (
	"net/http"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/problem"
	"github.com/holdfast-rt/holdfast/host/sessions"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// publish answers POST /v1/bundles and /v1/catalogs.
func (a *api) publish(kind string) handler {
	return func(c *call) error {
		if !c.who.May(sessions.RolePublish) {
			return problem.New(codes.AuthRole, "publishing needs the role %q", sessions.RolePublish)
		}
		src, err := c.body()
		if err != nil {
			return err
		}
		var note func(string) ([]byte, error)
		if lines := c.Header.Values(signature.Header); len(lines) > 0 {
			note = func(text string) ([]byte, error) { return signature.FromLines(text, lines) }
		}
		doc, err := a.keeper.Publish(c.Context(), kind, src, note, c.who.Name())
		if err != nil {
			return err
		}
		a.log.Info("published",
			"kind", kind, "name", doc.Name, "version", doc.Version, "digest", doc.Digest, "by", c.who.Name())
		c.w.Header().Set("Location", "/v1/"+kind+"s/"+doc.Digest)
		return c.json(http.StatusCreated, release{Name: doc.Name, Version: doc.Version, Digest: doc.Digest})
	}
}

// release is a published document, without it.
type release struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
	At      int64  `json:"at,omitempty"`
	Catalog string `json:"catalog,omitempty"`
}

// list answers GET /v1/bundles and /v1/catalogs.
func (a *api) list(kind string) handler {
	return func(c *call) error {
		after, limit, err := c.page()
		if err != nil {
			return err
		}
		documents, next, err := a.keeper.Releases(c.Context(), kind, after, limit)
		if err != nil {
			return err
		}
		found := []release{}
		for _, doc := range documents {
			found = append(found, release{Name: doc.Name, Version: doc.Version, Digest: doc.Digest, At: doc.At})
		}
		return c.json(http.StatusOK, map[string]any{kind + "s": found, "next": next})
	}
}

// fetch answers GET /v1/bundles/{ref} with the document, its internal metadata replaced by
// hashes, and GET /v1/catalogs/{ref} with what the catalog publishes. By digest either
// may be cached for ever.
func (a *api) fetch(kind string) handler {
	return func(c *call) error {
		ref := c.PathValue("ref")
		digest, err := a.keeper.Find(c.Context(), kind, ref)
		if err != nil {
			return err
		}
		body, err := a.keeper.Public(c.Context(), kind, digest)
		if err != nil {
			return err
		}
		h := c.w.Header()
		h.Set("Holdfast-Digest", digest)
		h.Set("Content-Location", "/v1/"+kind+"s/"+digest)
		cache := "no-cache"
		if ref == digest {
			cache = immutable
			if !a.options.Identity.Trusting() {
				cache = strings.Replace(immutable, "public", "private", 1) // it took a token
			}
		}
		if c.cached(digest, cache) {
			return nil
		}
		return c.bytes(http.StatusOK, "application/json", body)
	}
}

// signatureOf answers GET /v1/bundles/{ref}/signature and that of catalogs with the signed note.
func (a *api) signatureOf(kind string) handler {
	return func(c *call) error {
		digest, err := a.keeper.Find(c.Context(), kind, c.PathValue("ref"))
		if err != nil {
			return err
		}
		note, err := a.keeper.Signature(c.Context(), kind, digest)
		if err != nil {
			return err
		}
		c.w.Header().Set("Cache-Control", "no-cache")
		return c.bytes(http.StatusOK, "text/plain; charset=utf-8", note)
	}
}

// resolve answers POST /v1/catalogs/{ref}/resolve: a cursor in, a bundle's digest
// out, or a stall.
func (a *api) resolve(c *call) error {
	cursor, err := c.body()
	if err != nil {
		return err
	}
	r, err := a.keeper.Resolve(c.Context(), c.PathValue("ref"), cursor)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]string{"digest": r.Digest, "verdict": r.Verdict, "say": r.Say})
}
