package ledger

// This file reads decisions back, and believes none that does not fit.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
)

// A page of a log is read in one go and held in memory: about pageBytes, and at most pageRows.
const (
	pageBytes = 1 << 20
	pageRows  = 1024
)

// Log returns the decisions of session id with a seq of at least from, in order,
// also those that are recorded while it runs, as far as it comes to them. Each was checked
// against its digest and against the row before. The first error ends it: ErrNotFound,
// *Corrupt, or that the store could not answer. Anyone who gets a row may keep its bytes.
func (l *Ledger) Log(ctx context.Context, id string, from int64) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		first := max(from, 1)
		last := Row{Session: id}
		var err error
		if last.Digest, err = l.genesis(ctx, id); err != nil {
			yield(Row{}, err)
			return
		}
		if first > 1 { // begin at the row before, which the first one must continue
			first--
			last = Row{Session: id, Seq: first - 1}
		}
		for limit := 64; ; {
			page, more, err := l.page(ctx, id, last.Seq+1, limit)
			if err != nil {
				yield(Row{}, err)
				return
			}
			size := 0
			for _, r := range page {
				if wrong := follows(last, r); wrong != "" {
					yield(Row{}, &Corrupt{decision(id, last.Seq+1), wrong})
					return
				}
				last, size = r, size+len(r.Bytes)
				if r.Seq >= from && !yield(r, nil) {
					return
				}
			}
			if !more {
				return
			}
			limit = min(max(pageBytes/(size/len(page)+1), 1), pageRows)
		}
	}
}

// follows says why r cannot follow the row before, or "". A row without digest is not known.
func follows(before, r Row) string {
	if r.Seq != before.Seq+1 {
		return fmt.Sprintf("it is missing, the log goes on with %d", r.Seq)
	}
	if wrong := r.wrong(); wrong != "" {
		return wrong
	}
	if before.Digest != "" && r.Prev != before.Digest {
		return "its prev is " + r.Prev + ", the one before has the digest " + before.Digest
	}
	return ""
}

func decision(id string, seq int64) string { return fmt.Sprintf("decision %d of session %s", seq, id) }

// page reads rows from a seq on, and whether there may be more of them.
func (l *Ledger) page(ctx context.Context, id string, from int64, limit int) (page []Row, more bool, err error) {
	rows, err := l.store.reader().QueryContext(ctx, sqlLog, id, from, limit)
	if err != nil {
		return nil, false, l.fail("reading decisions", err)
	}
	defer rows.Close()
	for size := 0; rows.Next(); {
		r := Row{Session: id}
		if err := rows.Scan(&r.Seq, &r.Bytes, &r.Digest, &r.Prev, &r.Key); err != nil {
			return nil, false, l.fail("reading decisions", err)
		}
		page = append(page, r)
		if size += len(r.Bytes); size > pageBytes {
			return page, true, nil
		}
	}
	if err := rows.Err(); err != nil {
		return nil, false, l.fail("reading decisions", err)
	}
	return page, len(page) == limit, nil
}

// ByKey returns the decision that session id recorded under an idempotency key, or ErrNotFound.
func (l *Ledger) ByKey(ctx context.Context, id, key string) (Row, error) {
	var seq int64
	if key == "" {
		return Row{}, ErrNotFound
	}
	if err := l.store.reader().QueryRowContext(ctx, sqlByKey, id, key).Scan(&seq); err != nil {
		return Row{}, l.missing("reading a decision", err)
	}
	for r, err := range l.Log(ctx, id, seq) {
		if err == nil && r.Key != key {
			return Row{}, &Corrupt{decision(id, seq), "it is found under a key that is not its own"}
		}
		return r, err
	}
	return Row{}, &Corrupt{decision(id, seq), "it is found by its key only"}
}

// genesis returns what the first decision's prev must be.
func (l *Ledger) genesis(ctx context.Context, id string) (genesis string, err error) {
	if err := l.store.reader().QueryRowContext(ctx, sqlGenesis, id).Scan(&genesis); err != nil {
		return "", l.lost(ctx, l.store.reader(), l.missing("reading a session", err), sqlOrphan, "session", id)
	}
	return genesis, nil
}

// missing is fail, or ErrNotFound where there was no row.
func (l *Ledger) missing(doing string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return l.fail(doing, err)
}

// lost is err, or, where that is ErrNotFound and query finds what belongs to the thing, *Corrupt.
func (l *Ledger) lost(ctx context.Context, from interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, err error, query, what, id string) error {
	if err != ErrNotFound {
		return err
	}
	var n int
	if err := from.QueryRowContext(ctx, query, id).Scan(&n); err != nil {
		return l.missing("reading", err)
	}
	return &Corrupt{what + " " + id, "it is not there any more, and what belongs to it is"}
}
