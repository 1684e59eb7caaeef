package sessions

// This file publishes bundles and catalogs, and reads what is published.

import (
	"context"
	"errors"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// Publish publishes a bundle or catalog document, any JSON of its shape. note returns its
// signature, a signed note of the text it is given, or nil; by says who publishes.
// Publishing the same again is fine.
func (l *Library) Publish(
	ctx context.Context, kind string, src []byte, note func(text string) ([]byte, error), by string,
) (ledger.Document, error) {
	doc := ledger.Document{Kind: kind, At: l.Now().UnixMilli(), By: by}
	var err error
	if doc.Bytes, err = l.Core.Canonical(src); err != nil {
		return doc, err
	}
	docs := []ledger.Document{doc}
	var text string
	if kind == ledger.KindBundle {
		loaded, err := l.Core.Load(doc.Bytes)
		if err != nil {
			return doc, err
		}
		docs[0].Name, docs[0].Version, docs[0].Digest = loaded.Name(), loaded.Version(), loaded.Digest()
		text = signature.BundleText(loaded.Name(), loaded.Version(), loaded.Digest())
	} else if docs, text, err = l.points(doc); err != nil {
		return doc, err
	}
	trust := l.trusting()
	if note != nil && trust.keys != nil { // without keys none is checked, so none is kept: it might be wrong, for good
		if docs[0].Signature, err = note(text); err != nil {
			return doc, err
		}
	}
	if err := trust.signed(text, docs[0].Signature); err != nil {
		return doc, err
	}
	err = l.Ledger.Publish(ctx, docs...)
	if errors.Is(err, ledger.ErrTaken) {
		return doc, refuse(codes.BundleTaken, "%s@%s is published with another digest than %s: "+
			"what is published never changes, so give it another version", docs[0].Name, docs[0].Version, docs[0].Digest)
	}
	if err == nil {
		err = l.resign(ctx, trust, docs[0], text)
	}
	return docs[0], unavailable(err)
}

// resign adds the signature of a document that is published again to those that it has, where
// no key that is trusted now gave one of them: so bundles outlive the key that signed them first.
func (l *Library) resign(ctx context.Context, trust *trust, doc ledger.Document, text string) error {
	if trust.keys == nil || doc.Signature == nil {
		return nil
	}
	stored, err := l.Ledger.Document(ctx, doc.Digest)
	if err != nil {
		return err
	}
	_, err = l.vouched(ctx, trust, text, stored)
	if errors.As(err, new(*core.Error)) {
		return l.Ledger.Sign(ctx, doc.Digest, doc.Signature, doc.At)
	}
	return err
}

// points returns a catalog's document and those of the bundles it publishes, and the
// text that is signed for all of them.
func (l *Library) points(doc ledger.Document) (docs []ledger.Document, text string, err error) {
	catalog, err := l.Core.LoadCatalog(doc.Bytes)
	if err != nil {
		return nil, "", err
	}
	info, err := readCatalog(catalog)
	if err != nil {
		return nil, "", err
	}
	doc.Name, doc.Version = info.Catalog, info.Version
	if doc.Digest, err = l.Core.Digest(doc.Bytes); err != nil {
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

// Public returns the published form of a document, its internal metadata replaced by hashes; of a
// catalog, what it publishes. The digest stays the same.
func (l *Library) Public(ctx context.Context, kind, digest string) ([]byte, error) {
	doc, err := l.Document(ctx, kind, digest)
	if err != nil {
		return nil, err
	}
	if kind == ledger.KindCatalog {
		catalog, err := l.catalog(ctx, digest)
		if err != nil {
			return nil, err
		}
		return catalog.Info(), nil
	}
	if err := l.trusted(ctx, l.trusting(), doc); err != nil {
		return nil, err
	}
	public, err := l.Core.Public(doc.Bytes)
	if err != nil {
		return nil, err
	}
	if is, err := l.Core.Digest(public); err != nil || is != digest {
		message := "its public form has the digest " + is
		return nil, errors.Join(err, &ledger.Corrupt{What: "bundle " + digest, Message: message})
	}
	return public, nil
}

// Signature returns the signed note of a document; a point's is that of its catalog, which names it.
func (l *Library) Signature(ctx context.Context, kind, digest string) ([]byte, error) {
	doc, err := l.Document(ctx, kind, digest)
	if err != nil {
		return nil, err
	}
	note, err := l.note(ctx, l.trusting(), doc)
	if err == nil && len(note) == 0 {
		err = refuse(codes.SignatureNone, "%s %s was published without a signature", kind, digest)
	}
	return note, err
}

// Releases lists what is published of a kind, without the documents, after a name@version or from the
// beginning. next is where the list goes on, or "".
func (l *Library) Releases(
	ctx context.Context, kind, after string, limit int,
) (found []ledger.Document, next string, err error) {
	for doc, err := range l.Ledger.Releases(ctx, kind) {
		if err != nil {
			return nil, "", unavailable(err)
		}
		if after != "" {
			if doc.Name+"@"+doc.Version == after {
				after = ""
			}
			continue
		}
		if len(found) == limit {
			next = found[limit-1].Name + "@" + found[limit-1].Version
			break
		}
		found = append(found, doc)
	}
	if after != "" {
		return nil, "", refuse(codes.HTTPQuery,
			"after is the name@version of a %s that is published: the next of the page before", kind)
	}
	return found, next, nil
}
