package server

// This file defines how published bundles and catalogs are found, trusted and loaded.

import (
	"context"
	"errors"
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
