package author

// This file defines Engine, what this package asks the core.

// Diagnostic is one finding of the core about a document. It has the shape of
// core's Diagnostic, so that one converts to the other.
type Diagnostic struct {
	Code    string // area/kebab-case, stable
	Path    string // JSON Pointer (RFC 6901) into the document; "" is the whole
	Key     bool   // the member's name is meant, not its value
	Off     int    // first byte within the text at Path
	End     int    // byte after the last; 0 when the whole value is meant
	Message string // what is wrong, one sentence
	Hint    string // what to do about it; may be empty
	Warning bool   // the document is valid all the same
	Related string // JSON Pointer to a second place the message speaks of; may be empty
}

// Engine is the part of the core that authoring needs: the native package or the
// WebAssembly module. All of it is a pure function of its arguments.
type Engine struct {
	// Check reads a bundle document and returns all that is wrong with it.
	Check func(doc []byte) []Diagnostic
	// CheckCatalog does the same for a catalog document.
	CheckCatalog func(doc []byte) []Diagnostic
	// Canonical returns the canonical bytes (RFC 8785) of a JSON document.
	Canonical func(src []byte) ([]byte, error)
	// Digest returns the digest, "sha256:…", of canonical bytes.
	Digest func(canonical []byte) string
	// Eval evaluates a CEL expression over the members of vars, a JSON object, and
	// returns the value as JSON.
	Eval func(expr string, vars []byte) ([]byte, error)
}
