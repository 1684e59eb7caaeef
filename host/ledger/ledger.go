package ledger

// This file defines what a ledger keeps, and its errors.

import (
	"errors"
	"fmt"
)

// Kinds of documents.
const (
	KindBundle  = "bundle"
	KindCatalog = "catalog"
)

// Document is a published bundle or catalog. It never changes.
type Document struct {
	Digest    string // "sha256:…", the bundle's or catalog's own
	Kind      string // KindBundle or KindCatalog
	Name      string
	Version   string
	Bytes     []byte // canonical JSON, internal metadata included
	Signature []byte // a signed note (package signature), nil for none
	Catalog   string // digest of the catalog it is a point of; empty for a release of its own
	At        int64  // when it was published, milliseconds since 1970
	By        string // who published it, "kind:id"
}

// Session is where a session is.
type Session struct {
	ID      string
	Bundle  string // digest of the bundle it was opened on, for good
	Genesis string // what the first decision's prev must be
	Owner   string // who created it, "kind:id"
	At      int64  // when, milliseconds since 1970
	Seq     int64  // decisions recorded so far
	Head    string // digest of the last decision; Genesis where there is none
}

// Row is a recorded decision. Digest is that of Bytes, Prev the digest of the row before.
type Row struct {
	Session string
	Seq     int64 // 1 for the first
	Bytes   []byte
	Digest  string
	Prev    string
	Key     string // the proposer's idempotency key, unique in the session; empty for none

	read bool // made by NewRow: Digest and Prev are those of Bytes
}

// Errors that callers tell apart. All others mean that the store could not answer;
// whether an Append under way then is durable must be read from the log.
var (
	ErrNotFound = errors.New("ledger: not found")

	// ErrTaken: this name and version was published with another digest.
	ErrTaken = errors.New("ledger: this name and version is taken by another digest")

	// ErrExists: there is a session with this id.
	ErrExists = errors.New("ledger: the session exists")

	// ErrOwner: the owner has as many sessions as it may.
	ErrOwner = errors.New("ledger: the owner has too many sessions")

	// ErrConflict: another writer has recorded a decision under this seq or key, or
	// the rows do not continue the log. Nothing of this Append was written.
	ErrConflict = errors.New("ledger: the log has moved on")

	// ErrFull: there is no room left. Nothing of this Append was written.
	ErrFull = errors.New("ledger: no space left")

	// ErrLocked: another process has this file open.
	ErrLocked = errors.New("ledger: another process uses this file")

	// ErrAddress: the address is no path and of no database that Open knows.
	ErrAddress = errors.New("ledger: no such kind of address")

	// ErrClosed: the ledger was closed.
	ErrClosed = errors.New("ledger: closed")
)

// Corrupt says that what is stored is not what was written. Nothing of it may be used.
type Corrupt struct {
	What    string // "decision 7 of session s1", "document sha256:…"
	Message string
}

// Error returns what is wrong with what.
func (c *Corrupt) Error() string { return fmt.Sprintf("ledger: %s: %s", c.What, c.Message) }
