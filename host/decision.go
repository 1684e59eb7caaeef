package host

// This file defines Proposal and Decision, documents as Go values. What is
// recorded and hashed are a decision's bytes; these are for writing the one and
// reading the other.

import (
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// Proposal is an action that an actor wants to take. The server never believes a
// client about who the actor is: fill in Actor from whom you have authenticated.
//
//ts:interface ProposalDocument
//ts:about A proposal as an object: an action with arguments, an actor, a time and reasons.
type Proposal struct {
	Action string `json:"action"`
	Actor  Actor  `json:"actor"`
	// Args are by name.
	Args map[string]any `json:"args"` // nil is an action without arguments
	// At is in milliseconds since 1970.
	At int64 `json:"at"` // 0 is now
	// Reasons are as the bundle's constraints read them.
	Reasons []string `json:"reasons"` // nil is ["request"]
}

// Actor is who acts: one of an agent's kind.
type Actor struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
}

// JSON returns the proposal as Decide, Why and Path take it. Text that is not valid UTF-8
// stays as it is, so that they refuse it (json/utf8): replaced by U+FFFD, it would be decided
// on as other text than the program acts on.
func (p Proposal) JSON() ([]byte, error) {
	if p.Args == nil {
		p.Args = map[string]any{}
	}
	if p.At == 0 {
		p.At = time.Now().UnixMilli()
	}
	if p.Reasons == nil {
		p.Reasons = []string{"request"}
	}
	return json.MarshalWithOption(p, json.DisableNormalizeUTF8(), json.DisableHTMLEscape())
}

// Decision is what a decision's bytes say, for acting on it and for showing.
//
//ts:interface DecisionDocument
//ts:more
type Decision struct {
	Bytes []byte `json:"-"` // the decision itself: what is recorded, sent and hashed

	V          int64           `json:"v"`      // the version of the format
	Seq        int64           `json:"seq"`    // its place in the session's log
	Bundle     string          `json:"bundle"` // as name@version
	Digest     string          `json:"digest"` // the bundle's digest
	Action     string          `json:"action"`
	Actor      Actor           `json:"actor"`
	Args       json.RawMessage `json:"args" ts:"Readonly<Record<string, unknown>>"`
	At         int64           `json:"at"` // milliseconds since 1970
	Reasons    []string        `json:"reasons"`
	Verdict    string          `json:"verdict" ts:"Verdict"` // only "commit" lets it happen
	Governing  string          `json:"governing"`            // id of the violation that decided; empty for a commit
	Violations []Violation     `json:"violations"`           // all that was violated; the first governs
	Advice     []Advice        `json:"advice"`
	Changes    []Change        `json:"changes"`
	Proposal   string          `json:"proposal"` // digest of what was proposed
	State      string          `json:"state"`    // digest of the state afterwards
	Prev       string          `json:"prev"`     // digest of the decision before
}

// Violation is a constraint that did not hold.
type Violation struct {
	ID      string `json:"id"`
	Level   string `json:"level" ts:"Level"`
	Verdict string `json:"verdict" ts:"Verdict"`
	Say     string `json:"say"` // what to tell a person; may be empty
	// Code is why it could not be evaluated (`eval/…`, `limit/cost`); empty when it simply did not hold.
	Code  string `json:"code"`
	Terms []Term `json:"terms"` // what its expression read, in source order
	Spans []Span `json:"spans"`
}

// Advice is a preference that was not met. It blocks nothing.
type Advice struct {
	ID  string `json:"id"`
	Say string `json:"say"`
	// Code is why it could not be evaluated, and so counts as not met; left out where it was.
	Code   string `json:"code,omitempty"`
	Terms  []Term `json:"terms"`
	Weight int    `json:"weight"`
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

// Decide makes a proposal of p, decides it on session and reads the decision. The
// error is Session.Decide's; it has recorded nothing and allows nothing.
func Decide(session Session, p Proposal) (*Decision, error) {
	proposal, err := p.JSON()
	if err != nil {
		return nil, err
	}
	decision, err := session.Decide(proposal)
	if err != nil {
		return nil, err
	}
	return Read(decision)
}

// Read reads a decision's bytes, which it keeps. The error of anything else is a *core.Error with
// [codes.ReplayRecord]. The bytes are read, not verified: that is Session.Replay's.
func Read(decision []byte) (*Decision, error) {
	d := Decision{Bytes: decision}
	if err := json.Unmarshal(decision, &d); err != nil {
		return nil, &core.Error{Code: codes.ReplayRecord, Message: "this is no decision: " + err.Error()}
	}
	missing := ""
	switch {
	case !verdicts[d.Verdict]:
		missing = "verdict"
	case d.Seq < 1:
		missing = "seq"
	case d.Bundle == "":
		missing = "bundle"
	case d.Digest == "":
		missing = "digest"
	case d.Prev == "":
		missing = "prev"
	case d.State == "":
		missing = "state"
	case (d.Governing == "") != (len(d.Violations) == 0) || d.Verdict != "commit" && d.Governing == "":
		missing = "governing"
	default:
		return &d, nil
	}
	return nil, &core.Error{Code: codes.ReplayRecord, Path: missing,
		Message: "this is no decision: it has no valid `" + missing + "`."}
}

// verdicts are those that a decision may have.
var verdicts = map[string]bool{
	"commit": true, "hold": true, "rewrite": true, "reject": true, "revert": true,
	"halt": true, "escalate": true, "stall": true, "freeze": true,
}

// Committed says whether the action may happen. It is the only verdict that lets it.
func (d *Decision) Committed() bool { return d != nil && d.Verdict == "commit" }

// Say returns what to tell a person: the text of the violation that decided, or
// its id where it has none; empty for a commit.
func (d *Decision) Say() string {
	for _, v := range d.Violations {
		if v.ID == d.Governing && v.Say != "" {
			return v.Say
		}
	}
	return d.Governing
}
