package host

// This file defines Head, where a session is.

import (
	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// Head is where a session is, without its state: what Session.Head says.
type Head struct {
	Session string `json:"session"`
	Bundle  string `json:"bundle"` // as name@version
	Digest  string `json:"digest"` // the bundle's digest
	Seq     int64  `json:"seq"`    // how many decisions are recorded
	At      int64  `json:"at"`     // time of the last decision, milliseconds since 1970; 0 before the first
	Prev    string `json:"prev"`   // digest of the last decision; before the first, of the genesis document
	State   string `json:"state"`  // digest of the state, as a decision has it
	Frozen  bool   `json:"frozen"`
	// Freezes are those that are frozen, of a bundle that extends others.
	Freezes []string `json:"freezes,omitempty"`
	Holds   []Hold   `json:"holds"` // what is parked, by seq
	V       int64    `json:"v"`     // the version of the format
}

// Hold is a parked proposal.
type Hold struct {
	Seq     int64 `json:"seq"`     // of the decision that parked it
	Expires int64 `json:"expires"` // when it may no longer be confirmed, milliseconds since 1970
}

// ReadHead reads what Session.Head returned. The error of anything else is a *core.Error with
// [codes.ReplayRecord].
func ReadHead(head []byte) (h Head, err error) {
	if err := json.Unmarshal(head, &h); err != nil || h.Prev == "" || h.State == "" {
		return Head{}, &core.Error{Code: codes.ReplayRecord, Message: "this is no head of a session."}
	}
	return h, nil
}
