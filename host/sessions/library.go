package sessions

// This file defines Library: how published bundles and catalogs are found, trusted and loaded.

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// HostID is the id of the actor as which a host proposes expire, beside the kind that the bundle
// names. No caller may act under both.
const HostID = "holdfast"

// maxLoaded is how many bundles stay loaded: all points of a few catalogs.
const maxLoaded = 1024

// bundle is a loaded bundle.
type bundle struct {
	host.Bundle
	agents  []string
	expirer string // the agent as which the host ends what is due; empty for none
}

// Library has the published bundles and catalogs, and knows whose signatures count.
type Library struct {
	*base

	mu       sync.Mutex // guards what follows: what is loaded, by digest, and who was trusted then
	trust    *trust
	loaded   map[string]*bundle
	catalogs map[string]host.Catalog
}

// trust is whose signatures count until others are told.
type trust struct {
	keys *signature.Keys // nil: signatures are not looked at
	over chan struct{}   // closed then
}

// Trust takes only what one of these keys has signed, from now on; nil takes all. What was loaded
// on the word of a key that is trusted no more is dropped: its sessions answer with
// signature/unknown-key, their event streams end, and they go on where they were once a
// trusted key has signed the bundle, which is published again with that signature.
func (l *Library) Trust(keys *signature.Keys) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trust != nil {
		close(l.trust.over)
	}
	l.trust = &trust{keys: keys, over: make(chan struct{})}
	l.loaded, l.catalogs = map[string]*bundle{}, map[string]host.Catalog{}
}

// Changed is closed once Trust is called again.
func (l *Library) Changed() <-chan struct{} { return l.trusting().over }

// trusting is whose signatures count now.
func (l *Library) trusting() *trust {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trust
}

// keep adds what was loaded to a table of bounded size, unless others are trusted by now.
func keep[T any](l *Library, of *trust, table *map[string]T, digest string, loaded T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trust != of {
		return
	}
	for other := range *table {
		if len(*table) < maxLoaded {
			break
		}
		delete(*table, other)
	}
	(*table)[digest] = loaded
}

// findLoaded finds what is loaded, and says who is trusted.
func findLoaded[T any](l *Library, table *map[string]T, digest string) (found T, ok bool, _ *trust) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok = (*table)[digest]
	return found, ok, l.trust
}

// bundle returns the bundle of a digest, loading it where needed. With keys configured
// it must be signed.
func (l *Library) bundle(ctx context.Context, digest string) (*bundle, error) {
	b, ok, of := findLoaded(l, &l.loaded, digest)
	if ok {
		return b, nil
	}
	doc, err := l.Document(ctx, ledger.KindBundle, digest)
	if err != nil {
		return nil, err
	}
	if err := l.trusted(ctx, of, doc); err != nil {
		return nil, err
	}
	b, err = l.load(doc.Bytes)
	if err != nil {
		return nil, err
	}
	if b.Digest() != digest {
		return nil, &ledger.Corrupt{What: "bundle " + digest, Message: "its document has the digest " + b.Digest()}
	}
	keep(l, of, &l.loaded, digest, b)
	return b, nil
}

// catalog returns the catalog of a digest, as bundle does.
func (l *Library) catalog(ctx context.Context, digest string) (host.Catalog, error) {
	c, ok, of := findLoaded(l, &l.catalogs, digest)
	if ok {
		return c, nil
	}
	doc, err := l.Document(ctx, ledger.KindCatalog, digest)
	if err != nil {
		return nil, err
	}
	if is, err := l.Core.Digest(doc.Bytes); err != nil || is != digest {
		return nil, errors.Join(err, &ledger.Corrupt{What: "catalog " + digest, Message: "its document has the digest " + is})
	}
	if c, err = l.Core.LoadCatalog(doc.Bytes); err != nil {
		return nil, err
	}
	info, err := readCatalog(c)
	if err != nil {
		return nil, err
	}
	text := signature.CatalogText(info.Catalog, info.Version, digest, info.Digests)
	if _, err := l.vouched(ctx, of, text, doc); err != nil {
		return nil, err
	}
	keep(l, of, &l.catalogs, digest, c)
	return c, nil
}

func (l *Library) load(doc []byte) (*bundle, error) {
	loaded, err := l.Core.Load(doc)
	if err != nil {
		return nil, err
	}
	var info struct {
		Agents []struct{ Name string }
		Hold   struct{ By string }
	}
	if err := json.Unmarshal(loaded.Info(), &info); err != nil {
		return nil, err
	}
	b := &bundle{Bundle: loaded, expirer: info.Hold.By}
	for _, agent := range info.Agents {
		b.agents = append(b.agents, agent.Name)
	}
	return b, nil
}

// actor says who proposes: the caller, as one of the bundle's agents. What the proposal
// says is only compared.
func (b *bundle) actor(caller Caller, said host.Actor) (host.Actor, error) {
	kind, id, err := caller.Actor(said.Kind, said.ID, func(kind string) bool { return slices.Contains(b.agents, kind) })
	if err != nil {
		return host.Actor{}, denied{err}
	}
	if id == HostID && kind == b.expirer {
		return host.Actor{}, refuse(codes.AuthActor,
			"as %s the server itself acts under the id %q, and nobody else does", kind, HostID)
	}
	return host.Actor{Kind: kind, ID: id}, nil
}

// Document reads a document that must be of a kind.
func (l *Library) Document(ctx context.Context, kind, digest string) (ledger.Document, error) {
	doc, err := l.Ledger.Document(ctx, digest)
	if errors.Is(err, ledger.ErrNotFound) || err == nil && doc.Kind != kind {
		return doc, unknown(kind, digest)
	}
	return doc, unavailable(err)
}

func unknown(kind, ref string) *Error {
	if kind == ledger.KindCatalog {
		return refuse(codes.CatalogUnknown, "no catalog %q is published", ref)
	}
	return refuse(codes.BundleUnknown, "no bundle %q is published", ref)
}

// trusted says whether a trusted key has signed a stored bundle, or the catalog it is a point of.
func (l *Library) trusted(ctx context.Context, of *trust, doc ledger.Document) error {
	holder, err := l.signedWith(ctx, doc)
	if err == nil {
		_, err = l.vouched(ctx, of, signature.BundleText(doc.Name, doc.Version, doc.Digest), holder)
	}
	return err
}

// vouched returns the note of those that a document has which a trusted key has signed. Where
// there is none, the error is that of the first.
func (l *Library) vouched(ctx context.Context, of *trust, text string, doc ledger.Document) ([]byte, error) {
	first := of.signed(text, doc.Signature)
	if first == nil {
		return doc.Signature, nil
	}
	later, err := l.Ledger.Signatures(ctx, doc.Digest)
	if err != nil {
		return nil, unavailable(err)
	}
	for _, note := range later {
		if of.signed(text, note) == nil {
			return note, nil
		}
	}
	return nil, first
}

// signed says whether the note is that of a trusted key for text.
func (t *trust) signed(text string, note []byte) error {
	if t.keys == nil {
		return nil
	}
	_, err := t.keys.Verify(text, note)
	return err
}

// signedWith returns the document that has a stored document's signatures: its catalog for a point.
func (l *Library) signedWith(ctx context.Context, doc ledger.Document) (ledger.Document, error) {
	if doc.Catalog == "" {
		return doc, nil
	}
	return l.Document(ctx, ledger.KindCatalog, doc.Catalog)
}

// note returns a stored document's signature by a key that is trusted, or, where there is none,
// the one that it was published with. What a signature is of was checked then.
func (l *Library) note(ctx context.Context, of *trust, doc ledger.Document) ([]byte, error) {
	holder, err := l.signedWith(ctx, doc)
	if err != nil || len(holder.Signature) == 0 {
		return nil, err
	}
	later, err := l.Ledger.Signatures(ctx, holder.Digest)
	for _, note := range append([][]byte{holder.Signature}, later...) {
		if _, _, err := of.keys.Open(note); err == nil {
			return note, nil
		}
	}
	return holder.Signature, unavailable(err)
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

// Resolution is a catalog's answer to a cursor.
type Resolution struct {
	answer  []byte
	Bundle  json.RawMessage
	Digest  string
	Verdict string // "stall", or empty
	Say     string
}

func resolve(catalog host.Catalog, cursor []byte) (r Resolution, err error) {
	if r.answer, err = catalog.Resolve(cursor); err == nil {
		err = json.Unmarshal(r.answer, &r)
	}
	return r, err
}

// Find returns the digest that a reference means: a digest, or name@version.
func (l *Library) Find(ctx context.Context, kind, ref string) (string, error) {
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
	digest, err := l.Ledger.Release(ctx, kind, name, version)
	if errors.Is(err, ledger.ErrNotFound) {
		return "", unknown(kind, ref)
	}
	return digest, unavailable(err)
}

// Resolve asks the catalog that a reference means for the bundle of a cursor.
func (l *Library) Resolve(ctx context.Context, ref string, cursor []byte) (r Resolution, err error) {
	digest, err := l.Find(ctx, ledger.KindCatalog, ref)
	if err != nil {
		return r, err
	}
	catalog, err := l.catalog(ctx, digest)
	if err != nil {
		return r, err
	}
	return resolve(catalog, cursor)
}
