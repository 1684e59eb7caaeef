package host

// This file defines what every engine answers, whether it runs the module or
// the core itself.

import "github.com/holdfast-rt/holdfast/core"

// Core is the core as an engine offers it. *[Engine] runs the module, [Native]
// the Go code; both give the same bytes. Returned bytes belong to the caller, and
// arguments are not kept.
type Core interface {
	// Canonical returns the canonical form (RFC 8785) of src, which is any JSON.
	Canonical(src []byte) ([]byte, error)

	// Digest returns "sha256:" and the hexadecimal SHA-256 of exactly these bytes.
	Digest(doc []byte) (string, error)

	// Load compiles a bundle document. A document that is no valid bundle gives an
	// *[core.Invalid] with all findings.
	Load(doc []byte) (Bundle, error)

	// Check returns what is wrong with a bundle document, and its warnings.
	Check(doc []byte) ([]core.Diagnostic, error)

	// Complete returns the proposal with what was left out filled in; at is in
	// milliseconds since 1970.
	Complete(proposal []byte, at int64) ([]byte, error)

	// LoadCatalog reads a catalog document.
	LoadCatalog(doc []byte) (Catalog, error)

	// Eval evaluates one expression: {"expr":…,"vars":{…}} to {"value":…} or {"error":…}.
	Eval(request []byte) ([]byte, error)

	// Case runs one conformance case and returns {"message":…,"pass":…}.
	Case(line []byte) ([]byte, error)

	// Public returns a bundle document with internal metadata replaced by hashes; its
	// digest stays the same.
	Public(doc []byte) ([]byte, error)
}

// Bundle is a loaded bundle: what *[core.Bundle] offers, on any engine.
type Bundle interface {
	Name() string
	Version() string
	Digest() string

	// Info returns the bundle's declarations as JSON, for showing.
	Info() []byte

	// Open begins a session.
	Open(session string) (Session, error)

	// Restore continues a session of this bundle from a snapshot.
	Restore(snapshot []byte) (Session, error)
}

// Session is one session: what *[core.Session] offers, on any engine.
type Session interface {
	// Decide decides a proposal and records the decision, whose bytes it returns. An
	// error records nothing.
	Decide(proposal []byte) ([]byte, error)

	// Why returns the decision the proposal would get, and records nothing.
	Why(proposal []byte) ([]byte, error)

	// Admissible says for every action whether it would commit now.
	Admissible(question []byte) ([]byte, error)

	// Path finds the shortest way to where the proposal would commit.
	Path(proposal []byte) ([]byte, error)

	// Replay decides a recorded decision's proposal again. It returns nil where the bytes
	// are the same, and the session has then moved on.
	Replay(decision []byte) error

	// Snapshot returns the session as a document that Restore takes.
	Snapshot() ([]byte, error)

	// View returns state, derived values and what is parked, for showing.
	View() ([]byte, error)

	// Head returns where the session is, without its state; ReadHead reads it.
	Head() ([]byte, error)
}

// Catalog resolves cursors to bundles: what *[core.Catalog] offers, on any engine.
type Catalog interface {
	// Resolve returns {"bundle":…,"digest":…} or {"verdict":"stall",…}.
	Resolve(cursor []byte) ([]byte, error)

	// Info returns what the catalog publishes as JSON, for showing.
	Info() []byte
}
