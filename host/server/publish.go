package server

// This file defines publishing, and the handlers of what is published.

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Publish publishes a bundle or catalog document, any JSON of its shape. note returns its
// signature, a signed note of the text it is given, or nil; by says who publishes.
// Publishing the same again is fine.
func (s *Server) Publish(ctx context.Context, kind string, src []byte, note func(text string) ([]byte, error), by string) (ledger.Document, error) {
	doc := ledger.Document{Kind: kind, At: s.now().UnixMilli(), By: by}
	var err error
	if doc.Bytes, err = s.core.Canonical(src); err != nil {
		return doc, err
	}
	docs := []ledger.Document{doc}
	var text string
	if kind == ledger.KindBundle {
		loaded, err := s.core.Load(doc.Bytes)
		if err != nil {
			return doc, err
		}
		docs[0].Name, docs[0].Version, docs[0].Digest = loaded.Name(), loaded.Version(), loaded.Digest()
		text = signature.BundleText(loaded.Name(), loaded.Version(), loaded.Digest())
	} else if docs, text, err = s.points(doc); err != nil {
		return doc, err
	}
	trust := s.trusting()
	if note != nil && trust.keys != nil { // one that nobody has looked at is not kept: it might be wrong, for good
		if docs[0].Signature, err = note(text); err != nil {
			return doc, err
		}
	}
	if err := trust.signed(text, docs[0].Signature); err != nil {
		return doc, err
	}
	err = s.ledger.Publish(ctx, docs...)
	if errors.Is(err, ledger.ErrTaken) {
		return doc, refuse(CodeTaken, "%s@%s is published with another digest than %s: what is published never changes, so give it another version", docs[0].Name, docs[0].Version, docs[0].Digest)
	}
	if err == nil {
		err = s.resign(ctx, trust, docs[0], text)
	}
	return docs[0], unavailable(err)
}

// resign adds the signature of a document that is published again to those that it has, where
// no key that is trusted now gave one of them: so bundles outlive the key that signed them first.
func (s *Server) resign(ctx context.Context, trust *trust, doc ledger.Document, text string) error {
	if trust.keys == nil || doc.Signature == nil {
		return nil
	}
	stored, err := s.ledger.Document(ctx, doc.Digest)
	if err != nil {
		return err
	}
	_, err = s.vouched(ctx, trust, text, stored)
	if errors.As(err, new(*core.Error)) {
		return s.ledger.Sign(ctx, doc.Digest, doc.Signature, doc.At)
	}
	return err
}

// points returns a catalog's document and those of the bundles it publishes, and the
// text that is signed for all of them.
func (s *Server) points(doc ledger.Document) (docs []ledger.Document, text string, err error) {
	catalog, err := s.core.LoadCatalog(doc.Bytes)
	if err != nil {
		return nil, "", err
	}
	info, err := readCatalog(catalog)
	if err != nil {
		return nil, "", err
	}
	doc.Name, doc.Version = info.Catalog, info.Version
	if doc.Digest, err = s.core.Digest(doc.Bytes); err != nil {
		return nil, "", err
	}
	docs = []ledger.Document{doc}
	for _, cursor := range info.Cursors {
		point, err := resolve(catalog, cursor)
		if err != nil {
			return nil, "", err
		}
		if point.Verdict != "" {
			continue // two points that overlap: a stall, and never opened
		}
		var bundle struct{ Bundle, Version string }
		if err := json.Unmarshal(point.Bundle, &bundle); err != nil {
			return nil, "", err
		}
		docs = append(docs, ledger.Document{
			Kind: ledger.KindBundle, Name: bundle.Bundle, Version: bundle.Version, Digest: point.Digest,
			Bytes: point.Bundle, Catalog: doc.Digest, At: doc.At, By: doc.By,
		})
	}
	return docs, signature.CatalogText(doc.Name, doc.Version, doc.Digest, info.Digests), nil
}

// publish answers POST /v1/bundles and /v1/catalogs.
func (s *Server) publish(kind string) handler {
	return func(c *call) error {
		if !c.who.May(RolePublish) {
			return refuse(CodeRole, "publishing needs the role %q", RolePublish)
		}
		src, err := c.body()
		if err != nil {
			return err
		}
		var note func(string) ([]byte, error)
		if lines := c.Header.Values(signature.Header); len(lines) > 0 {
			note = func(text string) ([]byte, error) { return signature.FromLines(text, lines) }
		}
		doc, err := s.Publish(c.Context(), kind, src, note, c.who.Name())
		if err != nil {
			return err
		}
		s.log.Info("published", "kind", kind, "name", doc.Name, "version", doc.Version, "digest", doc.Digest, "by", c.who.Name())
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
func (s *Server) list(kind string) handler {
	return func(c *call) error {
		after, limit, err := c.page()
		if err != nil {
			return err
		}
		found, next := []release{}, ""
		for doc, err := range s.ledger.Releases(c.Context(), kind) {
			if err != nil {
				return unavailable(err)
			}
			ref := doc.Name + "@" + doc.Version
			switch {
			case after != "":
				if ref == after {
					after = ""
				}
				continue
			case len(found) == limit:
				next = found[limit-1].Name + "@" + found[limit-1].Version
			default:
				found = append(found, release{Name: doc.Name, Version: doc.Version, Digest: doc.Digest, At: doc.At})
				continue
			}
			break
		}
		if after != "" {
			return refuse(CodeQuery, "after is the name@version of a %s that is published: the next of the page before", kind)
		}
		return c.json(http.StatusOK, map[string]any{kind + "s": found, "next": next})
	}
}

// fetch answers GET /v1/bundles/{ref} with the document, its internal metadata replaced by
// hashes, and GET /v1/catalogs/{ref} with what the catalog publishes. By digest either
// may be cached for ever.
func (s *Server) fetch(kind string) handler {
	return func(c *call) error {
		ref := c.PathValue("ref")
		digest, err := s.find(c.Context(), kind, ref)
		if err != nil {
			return err
		}
		doc, err := s.document(c.Context(), kind, digest)
		if err != nil {
			return err
		}
		var body []byte
		if kind == ledger.KindBundle {
			if err := s.trusted(c.Context(), s.trusting(), doc); err != nil {
				return err
			}
			if body, err = s.core.Public(doc.Bytes); err != nil {
				return err
			}
			if is, err := s.core.Digest(body); err != nil || is != digest {
				return errors.Join(err, &ledger.Corrupt{What: "bundle " + digest, Message: "its public form has the digest " + is})
			}
		} else {
			catalog, err := s.catalog(c.Context(), digest)
			if err != nil {
				return err
			}
			body = catalog.Info()
		}
		h := c.w.Header()
		h.Set("Holdfast-Digest", digest)
		h.Set("Content-Location", "/v1/"+kind+"s/"+digest)
		cache := "no-cache"
		if ref == digest {
			cache = immutable
			if !s.options.Identity.Trusting() {
				cache = strings.Replace(immutable, "public", "private", 1) // it took a token
			}
		}
		if c.cached(digest, cache) {
			return nil
		}
		return c.bytes(http.StatusOK, "application/json", body)
	}
}

// signatureOf answers GET /v1/bundles/{ref}/signature and that of catalogs with the signed
// note; a point's is that of its catalog, which names it.
func (s *Server) signatureOf(kind string) handler {
	return func(c *call) error {
		digest, err := s.find(c.Context(), kind, c.PathValue("ref"))
		if err != nil {
			return err
		}
		doc, err := s.document(c.Context(), kind, digest)
		if err != nil {
			return err
		}
		note, err := s.note(c.Context(), s.trusting(), doc)
		if err != nil {
			return err
		}
		if len(note) == 0 {
			return refuse(CodeNoSignature, "%s %s was published without a signature", kind, digest)
		}
		c.w.Header().Set("Cache-Control", "no-cache")
		return c.bytes(http.StatusOK, "text/plain; charset=utf-8", note)
	}
}

// resolve answers POST /v1/catalogs/{ref}/resolve: a cursor in, a bundle's digest
// out, or a stall.
func (s *Server) resolve(c *call) error {
	cursor, err := c.body()
	if err != nil {
		return err
	}
	r, err := s.resolveCursor(c.Context(), c.PathValue("ref"), cursor)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]string{"digest": r.Digest, "verdict": r.Verdict, "say": r.Say})
}
