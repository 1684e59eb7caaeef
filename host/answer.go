package host

// This file defines what sessions, bundles and catalogs answer besides decisions, as Go values. The bytes are what is
// answered; these are for reading them, and `go run ./host/contract` writes them for TypeScript.

import (
	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
)

// DecisionDocument is the whole of a decision.
//
//ts:more
type DecisionDocument struct {
	Decision
	V          int64               `json:"v"` // the version of the format
	Action     string              `json:"action"`
	Actor      Actor               `json:"actor"`
	Args       json.RawMessage     `json:"args" ts:"Readonly<Record<string, unknown>>"`
	Reasons    []string            `json:"reasons"`
	Violations []ViolationDocument `json:"violations"` // all that was violated; the first governs
	Advice     []AdviceDocument    `json:"advice"`
	Changes    []Change            `json:"changes"`
}

// ViolationDocument is the whole of a violation.
//
//ts:interface Violation
//ts:about A constraint that did not hold.
type ViolationDocument struct {
	Violation
	Terms []Term `json:"terms"` // what its expression read, in source order
	Spans []Span `json:"spans"`
}

// AdviceDocument is the whole of an advice.
//
//ts:interface Advice
//ts:about A preference that was not met. It blocks nothing.
type AdviceDocument struct {
	Advice
	Terms []Term `json:"terms"` // what its expression read, in source order
}

// Term is a path that an expression read, with its value. A long value has the form {digest, size}.
//
//ts:type readonly [path: string, value: unknown]
type Term [2]json.RawMessage

// Span is where a pattern matched, in UTF-16 code units of the original text at path.
type Span struct {
	Path    string `json:"path"`
	Pattern string `json:"pattern"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

// Change is one variable, or a part of one, that the decision changed, or what it appended to a log: then it has
// `append`, and neither `from` nor `to`.
//
//ts:type { readonly path: string; readonly from: unknown; readonly to: unknown; readonly append?: undefined }
//ts:or { readonly path: string; readonly append: unknown }
type Change struct {
	Path   string          `json:"path"`
	From   json.RawMessage `json:"from,omitempty"`
	To     json.RawMessage `json:"to,omitempty"`
	Append json.RawMessage `json:"append,omitempty"`
}

// Question is who asks what is possible; what is left out is unknown, but for reasons: ["request"].
type Question struct {
	Actor   Asker    `json:"actor"`
	At      int64    `json:"at,omitempty"` // milliseconds since 1970
	Reasons []string `json:"reasons,omitempty"`
}

// Asker is an actor of any kind.
type Asker struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// Admissible is what an actor may propose now.
type Admissible struct {
	// Actions are those that can commit first, then open ones, then those that would be held, then the refused.
	Actions []Entry `json:"actions"`
	Actor   Asker   `json:"actor"`
	Bundle  string  `json:"bundle"` // as name@version
	Digest  string  `json:"digest"` // the bundle's digest
	Halted  bool    `json:"halted"` // true when nothing can commit or be held for any agent: a correct outcome
	Seq     int64   `json:"seq"`
	V       int64   `json:"v"`
}

// Entry is one action, for one choice of its bool and enum arguments.
type Entry struct {
	Action string `json:"action"`
	// Args are the arguments chosen; the others are unknown.
	Args json.RawMessage `json:"args" ts:"Readonly<Record<string, unknown>>"`
	// Verdict is what it would get whatever the unknown may be, or `open`: that depends on them.
	Verdict   string   `json:"verdict" ts:"Verdict | \"open\""`
	Open      []string `json:"open"` // what an open verdict depends on, as in `args.drift`; else empty
	Governing string   `json:"governing"`
	Say       string   `json:"say"`
	Unmet     int64    `json:"unmet"` // weight of the preferences it leaves unmet
}

// Path is the way to where a proposal would commit.
type Path struct {
	Found bool `json:"found"`
	// Steps are what to propose first, in order; empty where the proposal itself is the next step. Each has the time,
	// the reasons and the actor with which it commits. An id that is the agent's own name, or that and a number
	// (`editor-2`), is that of any actor of the kind.
	Steps []Proposal `json:"steps"`
	// Verdict is what the proposal would get then: commit, or hold where no more can be had.
	Verdict string `json:"verdict" ts:"Verdict"`
	// When is the time of the proposal itself then, milliseconds since 1970: its own, or later where it must wait.
	When    int64 `json:"when"`
	Bounded bool  `json:"bounded"` // true when not everything was tried: another way may exist
	// Variant is the same with other reasons or by another actor, which would commit, where no way was found.
	Variant *Variant `json:"variant"`
	Tried   int64    `json:"tried"` // how many proposals were tried
	V       int64    `json:"v"`
}

// Variant is a proposal that would commit in place of another, and the way to it.
type Variant struct {
	Proposal Proposal   `json:"proposal"`
	Steps    []Proposal `json:"steps"`
}

// View is a session, for showing.
//
//ts:interface View<S = Readonly<Record<string, unknown>>>
type View struct {
	Session string `json:"session"`
	Bundle  string `json:"bundle"` // as name@version
	Digest  string `json:"digest"` // the bundle's digest
	Seq     int64  `json:"seq"`    // how many decisions are recorded
	At      int64  `json:"at"`     // time of the last decision, milliseconds since 1970; 0 before the first
	Prev    string `json:"prev"`   // digest of the last decision, of the genesis document before the first
	Frozen  bool   `json:"frozen"`
	// Freezes are those that are frozen, of a bundle that extends others: what a parent keeps goes on where only its
	// child is frozen.
	Freezes []string                     `json:"freezes,omitempty"`
	State   json.RawMessage              `json:"state" ts:"S"`
	Derived map[string]json.RawMessage   `json:"derived"`
	Logs    map[string][]json.RawMessage `json:"logs"`
	Holds   []Parked                     `json:"holds"`
	V       int64                        `json:"v"`
}

// Parked is a proposal that waits for an owner.
type Parked struct {
	Seq      int64    `json:"seq"`    // the decision that parked it: `hold` of confirm, decline and expire
	Digest   string   `json:"digest"` // what confirm and decline must name
	Proposal Proposal `json:"proposal"`
	By       []string `json:"by"` // agents that may confirm
	// Layers has the agents that may confirm for each parent of the bundle that has parked it, by NAME@VERSION.
	Layers  map[string][]string `json:"layers,omitempty"`
	At      int64               `json:"at"`      // milliseconds since 1970
	Expires int64               `json:"expires"` // milliseconds since 1970: from then on expire may remove it
}

// BundleInfo is a bundle's declarations, for showing.
//
//ts:more
type BundleInfo struct {
	Bundle  string `json:"bundle"` // the name, without the version
	Version string `json:"version"`
	// Digest is the SHA-256 of the bundle's canonical public form, `sha256:…`: what the bundle is.
	Digest string `json:"digest"`
	Title  string `json:"title"`
	About  string `json:"about"`
}

// CatalogInfo is what a catalog publishes, for showing.
type CatalogInfo struct {
	Catalog string `json:"catalog"`
	Version string `json:"version"`
	Title   string `json:"title,omitempty"`
	// Matrix has the cursor's parts and the values each may have.
	Matrix  map[string][]json.RawMessage `json:"matrix,omitempty"`
	Cursors []map[string]json.RawMessage `json:"cursors"` // the points
	Digests []string                     `json:"digests"` // the digest of each point's bundle
}

// Stalled is that there is no basis to decide: the cursor names no bundle, or more than one.
//
//ts:interface Stall
type Stalled struct {
	Verdict string                     `json:"verdict" ts:"\"stall\""`
	Catalog string                     `json:"catalog"`
	Version string                     `json:"version"`
	Cursor  map[string]json.RawMessage `json:"cursor"`
	Matches int64                      `json:"matches"` // how many bundles it names
	Say     string                     `json:"say"`     // what to tell a person
}

// Finding is what is wrong with a document, in the shape of wasm/ABI.md.
//
//ts:more
type Finding struct {
	Code string `json:"code"`
	End  int    `json:"end" ts:"?"` // the byte after the last that is meant within the text at path; 0: all of it
	Hint string `json:"hint" ts:"?"`
	Key  bool   `json:"key" ts:"?"` // the member's name is meant, not its value
	// Message is for people, and may change.
	Message string `json:"message"`
	Offset  int    `json:"offset" ts:"?"` // the first byte that is meant within the text at path
	// Path is a JSON Pointer (RFC 6901) into the document; `""` is the whole.
	Path    string `json:"path"`
	Related string `json:"related" ts:"?"` // a JSON Pointer to a second place
	Warning bool   `json:"warning" ts:"?"` // the document is valid all the same
}

// Findings returns diagnostics as they are written, nil for none.
func Findings(all []core.Diagnostic) (out []Finding) {
	for _, d := range all {
		out = append(out, Finding{d.Code, d.End, d.Hint, d.Key, d.Message, d.Off, d.Path, d.Related, d.Warning})
	}
	return out
}
