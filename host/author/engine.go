package author

// This file defines Engine, what this package asks the core.

import "github.com/holdfast-rt/holdfast/core"

// Diagnostic is one finding of the core about a document.
type Diagnostic = core.Diagnostic

// Engine is the part of the core that authoring needs. The Core of package host,
// native or the module, is one.
type Engine interface {
	// Canonical returns the canonical bytes (RFC 8785) of a JSON document.
	Canonical(src []byte) ([]byte, error)

	// Digest returns "sha256:" and the SHA-256 of exactly these bytes.
	Digest(doc []byte) (string, error)

	// Public returns the canonical public form of a bundle document; its digest is
	// the bundle's.
	Public(doc []byte) ([]byte, error)

	// Check returns what is wrong with a bundle document, and warnings.
	Check(doc []byte) ([]Diagnostic, error)

	// Eval evaluates {"expr":TEXT,"vars":{NAME:VALUE}} and returns
	// {"type":TEXT,"value":JSON}. The error is a *core.Invalid where the expression
	// does not compile.
	Eval(request []byte) ([]byte, error)
}

// bundleDigest returns the digest of a bundle document.
func bundleDigest(e Engine, doc []byte) (string, error) {
	public, err := e.Public(doc)
	if err != nil {
		return "", err
	}
	return e.Digest(public)
}
