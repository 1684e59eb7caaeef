package ledger

// This file defines Append, and what rows must be like to be taken.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-json"
)

// maxText is the longest id, key or name in bytes: two of them fit into a key of
// PostgreSQL's index, which takes 2704.
const maxText = 1024

// NewRow returns the row of a decision, whose bytes say seq and prev. The digest is taken here, once:
// Append does not look into the bytes of such a row, which must not change.
func NewRow(session string, seq int64, prev string, bytes []byte, key string) Row {
	return Row{Session: session, Seq: seq, Bytes: bytes, Digest: sum(bytes), Prev: prev, Key: key, read: true}
}

// Append records rows of one session that continue its log. All are written or none.
//
//   - nil: they are durable, whatever happens now.
//   - ErrConflict: the log has moved on, or these rows never continued it; nothing was written.
//   - ErrNotFound: there is no such session. ErrFull: there is no room. ErrClosed. Nothing was written.
//   - any other error: it is not known. Read the log.
//
// Where ctx ends before the rows were taken to be written, none will be; after
// that Append waits for the outcome, whatever ctx says. The rows must not change meanwhile.
func (l *Ledger) Append(ctx context.Context, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	if err := check(rows); err != nil {
		return err
	}
	err := l.queue.run(ctx, &task{rows: rows})
	if err == ErrConflict && rows[0].Seq == 1 {
		if _, e := l.genesis(ctx, rows[0].Session); errors.Is(e, ErrNotFound) {
			return ErrNotFound
		}
	}
	return err
}

// check refuses rows that could not be read back: what is wrong here is the caller's mistake.
func check(rows []Row) error {
	keys := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		switch {
		case r.Session != rows[0].Session || r.Session == "":
			return fmt.Errorf("ledger: an append is of one session, not of %q and %q", rows[0].Session, r.Session)
		case r.Seq != rows[0].Seq+int64(i) || r.Seq < 1:
			return fmt.Errorf("ledger: session %s: seq %d cannot be in place %d of an append that begins at %d",
				r.Session, r.Seq, i+1, rows[0].Seq)
		case i > 0 && r.Prev != rows[i-1].Digest:
			return fmt.Errorf("ledger: session %s: prev of decision %d is not the digest of the one before",
				r.Session, r.Seq)
		case keys[r.Key]:
			return fmt.Errorf("ledger: session %s: two decisions of an append have the key %q", r.Session, r.Key)
		}
		if err := texts(r.Session, r.Key, r.Digest, r.Prev); err != nil {
			return err
		}
		if !r.read {
			if wrong := r.wrong(); wrong != "" {
				return fmt.Errorf("ledger: decision %d of session %s: %s", r.Seq, r.Session, wrong)
			}
		}
		if r.Key != "" {
			keys[r.Key] = true
		}
	}
	return nil
}

// wrong says what is wrong with a row by itself, or "".
func (r *Row) wrong() string {
	if digest := sum(r.Bytes); digest != r.Digest {
		return "its bytes hash to " + digest + ", not to its digest " + r.Digest
	}
	var inside struct {
		Prev string `json:"prev"`
	}
	if err := json.Unmarshal(r.Bytes, &inside); err != nil {
		return "its bytes are no decision: " + err.Error()
	}
	if inside.Prev != r.Prev {
		return "prev in its bytes is " + inside.Prev + ", beside them " + r.Prev
	}
	return ""
}

// texts refuses what a database would not take, or not give back: one such text
// would fail the whole batch.
func texts(texts ...string) error {
	for _, s := range texts {
		if len(s) > maxText || !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			return fmt.Errorf("ledger: %.40q: a text must be UTF-8 without NUL, of at most %d bytes", s, maxText)
		}
	}
	return nil
}

// sum returns the digest of b.
func sum(b []byte) string {
	h := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(h[:])
}
