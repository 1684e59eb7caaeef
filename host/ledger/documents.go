package ledger

// This file keeps published documents, and who has which name.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
)

// Publish keeps documents, all or none. One without Catalog takes its kind, name and
// version; ErrTaken: another digest has them. A digest that is there already stays as it is,
// except that a signature is added where there was none.
func (l *Ledger) Publish(ctx context.Context, docs ...Document) error {
	for i := range docs {
		d := &docs[i]
		if err := texts(d.Digest, d.Kind, d.Name, d.Version, d.Catalog, d.By); err != nil {
			return err
		}
		if len(d.Kind)+len(d.Name)+len(d.Version) > 2*maxText {
			return fmt.Errorf("ledger: name and version of %s are too long", d.Digest)
		}
	}
	return l.do(ctx, func(ctx context.Context, tx tx) error {
		for i := range docs {
			if err := publish(ctx, tx, &docs[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func publish(ctx context.Context, tx tx, d *Document) error {
	var signed bool
	err := tx.QueryRowContext(ctx, sqlHas, d.Digest).Scan(&signed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = tx.ExecContext(ctx, sqlPublish, d.Digest, d.Kind, d.Name, d.Version, d.Bytes, sum(d.Bytes), d.Signature,
			d.Catalog, d.At, d.By)
	case err == nil && !signed && d.Signature != nil:
		_, err = tx.ExecContext(ctx, sqlSign, d.Digest, d.Signature)
	}
	if err != nil || d.Catalog != "" {
		return err
	}
	var holder string
	err = tx.QueryRowContext(ctx, sqlRelease, d.Kind, d.Name, d.Version).Scan(&holder)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = tx.ExecContext(ctx, sqlName, d.Kind, d.Name, d.Version, d.Digest)
	case err == nil && holder != d.Digest:
		err = ErrTaken
	}
	return err
}

// Sign adds a signature to those of a document, in a note of its own. Adding one again is fine.
func (l *Ledger) Sign(ctx context.Context, digest string, note []byte, at int64) error {
	return l.do(ctx, func(ctx context.Context, tx tx) error {
		var n int
		err := tx.QueryRowContext(ctx, sqlSigned, digest, sum(note)).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			_, err = tx.ExecContext(ctx, sqlAddSignature, digest, sum(note), note, at)
		}
		return err
	})
}

// Signatures returns the notes that Sign has added to a document, the newest first, at most 64.
func (l *Ledger) Signatures(ctx context.Context, digest string) ([][]byte, error) {
	rows, err := l.store.reader().QueryContext(ctx, sqlSignatures, digest)
	if err != nil {
		return nil, l.fail("reading signatures", err)
	}
	defer rows.Close()
	var notes [][]byte
	for rows.Next() {
		var note []byte
		if err := rows.Scan(&note); err != nil {
			return nil, l.fail("reading signatures", err)
		}
		notes = append(notes, note)
	}
	if err := rows.Err(); err != nil {
		return nil, l.fail("reading signatures", err)
	}
	return notes, nil
}

// Document returns the document with this digest. ErrNotFound; *Corrupt: its bytes are not
// those that were published.
func (l *Ledger) Document(ctx context.Context, digest string) (Document, error) {
	var d Document
	var stored string
	err := l.store.reader().QueryRowContext(ctx, sqlDocument, digest).Scan(
		&d.Digest, &d.Kind, &d.Name, &d.Version, &d.Bytes, &stored, &d.Signature, &d.Catalog, &d.At, &d.By)
	if err != nil {
		return Document{}, l.lost(ctx, l.store.reader(), l.missing("reading a document", err), sqlNamed, "document", digest)
	}
	if got := sum(d.Bytes); got != stored {
		return Document{}, &Corrupt{"document " + digest, "its bytes hash to " + got + ", they were stored as " + stored}
	}
	return d, nil
}

// Release returns the digest that was published under a name and version, or ErrNotFound.
func (l *Ledger) Release(ctx context.Context, kind, name, version string) (digest string, err error) {
	if err := l.store.reader().QueryRowContext(ctx, sqlRelease, kind, name, version).Scan(&digest); err != nil {
		return "", l.missing("reading a release", err)
	}
	return digest, nil
}

// Releases returns all documents of a kind that have a name, by name, then in the order
// of publication, without their bytes. The first error ends it.
func (l *Ledger) Releases(ctx context.Context, kind string) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		name, published := "", int64(0)
		for {
			var page []Document
			rows, err := l.store.reader().QueryContext(ctx, sqlReleases, kind, name, published, pageRows)
			if err != nil {
				yield(Document{}, l.fail("reading releases", err))
				return
			}
			for err == nil && rows.Next() {
				var d Document
				err = rows.Scan(&published, &d.Digest, &d.Kind, &d.Name, &d.Version, &d.Signature, &d.Catalog, &d.At, &d.By)
				page = append(page, d)
			}
			if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
				yield(Document{}, l.fail("reading releases", err))
				return
			}
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
				name = d.Name
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}
