package server

// This file defines what is published: bundles and catalogs, and the bundles that
// are loaded.

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// maxLoaded is how many bundles stay loaded: all points of a few catalogs.
const maxLoaded = 1024

// bundle is a loaded bundle.
type bundle struct {
	host.Bundle
	agents []string
}

// bundles are the loaded bundles and catalogs, by digest.
type bundles struct {
	mu       sync.Mutex
	loaded   map[string]*bundle
	catalogs map[string]host.Catalog
}

// keep adds what was loaded to a table of bounded size.
func keep[T any](b *bundles, table map[string]T, digest string, loaded T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for other := range table {
		if len(table) < maxLoaded {
			break
		}
		delete(table, other)
	}
	table[digest] = loaded
}

// loaded finds what is loaded.
func loaded[T any](b *bundles, table map[string]T, digest string) (T, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := table[digest]
	return found, ok
}

// bundle returns the bundle of a digest, loading it where needed. With keys configured
// it must be signed.
func (s *Server) bundle(ctx context.Context, digest string) (*bundle, error) {
	b, ok := loaded(&s.bundles, s.bundles.loaded, digest)
	if ok {
		return b, nil
	}
	doc, err := s.document(ctx, ledger.KindBundle, digest)
	if err != nil {
		return nil, err
	}
	if err := s.trusted(ctx, doc); err != nil {
		return nil, err
	}
	b, err = s.load(doc.Bytes)
	if err != nil {
		return nil, err
	}
	if b.Digest() != digest {
		return nil, &ledger.Corrupt{What: "bundle " + digest, Message: "its document has the digest " + b.Digest()}
	}
	keep(&s.bundles, s.bundles.loaded, digest, b)
	return b, nil
}

// catalog returns the catalog of a digest, as bundle does.
func (s *Server) catalog(ctx context.Context, digest string) (host.Catalog, error) {
	c, ok := loaded(&s.bundles, s.bundles.catalogs, digest)
	if ok {
		return c, nil
	}
	doc, err := s.document(ctx, ledger.KindCatalog, digest)
	if err != nil {
		return nil, err
	}
	if is, err := s.core.Digest(doc.Bytes); err != nil || is != digest {
		return nil, errors.Join(err, &ledger.Corrupt{What: "catalog " + digest, Message: "its document has the digest " + is})
	}
	if c, err = s.core.LoadCatalog(doc.Bytes); err != nil {
		return nil, err
	}
	info, err := readCatalog(c)
	if err != nil {
		return nil, err
	}
	if err := s.signed(signature.CatalogText(info.Catalog, info.Version, digest, info.Digests), doc.Signature); err != nil {
		return nil, err
	}
	keep(&s.bundles, s.bundles.catalogs, digest, c)
	return c, nil
}

func (s *Server) load(doc []byte) (*bundle, error) {
	loaded, err := s.core.Load(doc)
	if err != nil {
		return nil, err
	}
	var info struct{ Agents []struct{ Name string } }
	if err := json.Unmarshal(loaded.Info(), &info); err != nil {
		return nil, err
	}
	b := &bundle{Bundle: loaded}
	for _, agent := range info.Agents {
		b.agents = append(b.agents, agent.Name)
	}
	return b, nil
}

// actor says who proposes: the caller, as one of the bundle's agents. What the body
// says is only compared.
func (b *bundle) actor(who identity.Who, said *host.Actor) (host.Actor, error) {
	if said == nil {
		said = &host.Actor{}
	}
	kind, id, err := who.Actor(said.Kind, said.ID, func(kind string) bool { return slices.Contains(b.agents, kind) })
	return host.Actor{Kind: kind, ID: id}, err
}

// document reads a document that must be of a kind.
func (s *Server) document(ctx context.Context, kind, digest string) (ledger.Document, error) {
	doc, err := s.ledger.Document(ctx, digest)
	if errors.Is(err, ledger.ErrNotFound) || err == nil && doc.Kind != kind {
		return doc, unknown(kind, digest)
	}
	return doc, unavailable(err)
}

func unknown(kind, ref string) *problem {
	if kind == ledger.KindCatalog {
		return refuse(CodeCatalog, "no catalog %q is published", ref)
	}
	return refuse(CodeBundle, "no bundle %q is published", ref)
}

// trusted says whether a trusted key has signed a stored bundle, or the catalog it is a point of.
func (s *Server) trusted(ctx context.Context, doc ledger.Document) error {
	note, err := s.note(ctx, doc)
	if err != nil {
		return err
	}
	return s.signed(signature.BundleText(doc.Name, doc.Version, doc.Digest), note)
}

// signed says whether the note is that of a trusted key for text.
func (s *Server) signed(text string, note []byte) error {
	if s.options.Keys == nil {
		return nil
	}
	_, err := s.options.Keys.Verify(text, note)
	return err
}

// note returns a stored document's signature, which is that of its catalog for a point.
func (s *Server) note(ctx context.Context, doc ledger.Document) ([]byte, error) {
	if doc.Catalog == "" {
		return doc.Signature, nil
	}
	catalog, err := s.document(ctx, ledger.KindCatalog, doc.Catalog)
	return catalog.Signature, err
}

// catalogInfo is what the server reads of a catalog.
type catalogInfo struct {
	Catalog, Version string
	Cursors          []json.RawMessage
	Digests          []string
}

func readCatalog(catalog host.Catalog) (info catalogInfo, err error) {
	err = json.Unmarshal(catalog.Info(), &info)
	return info, err
}

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
	if note != nil && s.options.Keys != nil { // one that nobody has looked at is not kept: it might be wrong, for good
		if docs[0].Signature, err = note(text); err != nil {
			return doc, err
		}
	}
	if err := s.signed(text, docs[0].Signature); err != nil {
		return doc, err
	}
	err = s.ledger.Publish(ctx, docs...)
	if errors.Is(err, ledger.ErrTaken) {
		return doc, refuse(CodeTaken, "%s@%s is published with another digest than %s: what is published never changes, so give it another version", docs[0].Name, docs[0].Version, docs[0].Digest)
	}
	return docs[0], unavailable(err)
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

// resolution is a catalog's answer to a cursor.
type resolution struct {
	answer  []byte
	Bundle  json.RawMessage
	Digest  string
	Verdict string // "stall", or empty
	Say     string
}

func resolve(catalog host.Catalog, cursor []byte) (r resolution, err error) {
	if r.answer, err = catalog.Resolve(cursor); err == nil {
		err = json.Unmarshal(r.answer, &r)
	}
	return r, err
}

// find returns the digest that a reference means: a digest, or name@version.
func (s *Server) find(ctx context.Context, kind, ref string) (string, error) {
	if strings.ContainsFunc(ref, func(r rune) bool { return r <= ' ' || r > '~' }) { // not every store takes any text
		return "", unknown(kind, ref)
	}
	if strings.HasPrefix(ref, "sha256:") {
		return ref, nil
	}
	name, version, ok := strings.Cut(ref, "@")
	if !ok {
		return "", refuse(unknown(kind, ref).Code, "name the %s as name@version or by its digest, not %q", kind, ref)
	}
	digest, err := s.ledger.Release(ctx, kind, name, version)
	if errors.Is(err, ledger.ErrNotFound) {
		return "", unknown(kind, ref)
	}
	return digest, unavailable(err)
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
			if err := s.trusted(c.Context(), doc); err != nil {
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
		note, err := s.note(c.Context(), doc)
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

func (s *Server) resolveCursor(ctx context.Context, ref string, cursor []byte) (r resolution, err error) {
	digest, err := s.find(ctx, ledger.KindCatalog, ref)
	if err != nil {
		return r, err
	}
	catalog, err := s.catalog(ctx, digest)
	if err != nil {
		return r, err
	}
	return resolve(catalog, cursor)
}
