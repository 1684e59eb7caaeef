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

// Decision is what a decision's bytes say, as far as a program acts on it; DecisionDocument is the whole of it.
type Decision struct {
	Bytes []byte `json:"-"` // the decision itself: what is recorded, sent and hashed

	Seq        int64       `json:"seq"`                  // its place in the session's log
	At         int64       `json:"at"`                   // milliseconds since 1970
	Proposal   string      `json:"proposal"`             // digest of what was proposed
	Verdict    string      `json:"verdict" ts:"Verdict"` // only "commit" lets it happen
	Governing  string      `json:"governing"`            // id of the violation that decided; empty for a commit
	Violations []Violation `json:"violations"`           // all that was violated; the first governs
	Advice     []Advice    `json:"advice"`
	Bundle     string      `json:"bundle"` // as name@version
	Digest     string      `json:"digest"` // the bundle's digest
	Prev       string      `json:"prev"`   // digest of the decision before
	State      string      `json:"state"`  // digest of the state afterwards
}

// Violation is a constraint that did not hold.
type Violation struct {
	ID      string `json:"id"`
	Level   string `json:"level" ts:"Level"`
	Verdict string `json:"verdict" ts:"Verdict"`
	Say     string `json:"say"` // what to tell a person; may be empty
	// Code is why it could not be evaluated (`eval/…`, `limit/cost`); empty when it simply did not hold.
	Code string `json:"code"`
}

// Advice is a preference that was not met. It blocks nothing.
type Advice struct {
	ID  string `json:"id"`
	Say string `json:"say"`
	// Code is why it could not be evaluated, and so counts as not met; left out where it was.
	Code   string `json:"code,omitempty"`
	Weight int    `json:"weight"`
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
