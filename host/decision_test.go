package host

// This file tests proposals and decisions as Go values.

import (
	"math"
	"strings"
	"testing"
)

func TestDecide(t *testing.T) {
	s := open(t, Native(), "s")
	guard := Actor{Kind: "guard", ID: "g"}
	at := int64(1767225600000)

	d, err := Decide(s, Proposal{Action: "turn", Actor: guard, Args: map[string]any{"to": true}, At: at})
	if err != nil || !d.Committed() || d.Say() != "" || d.Seq != 1 || !strings.Contains(string(d.Bytes), `"reasons":["request"]`) {
		t.Errorf("a commit: %+v, %v", d, err)
	}
	d, err = Decide(s, Proposal{Action: "turn", Actor: guard, Args: map[string]any{"to": true}, At: at + 1, Reasons: []string{}})
	if err != nil || d.Committed() || d.Governing != "D-1" || d.Say() != "It is true already." || d.Violations[0].Level != "operational" {
		t.Errorf("a refusal: %+v, %v", d, err)
	}
	d, err = Decide(s, Proposal{Action: "turn", Actor: Actor{Kind: "user", ID: "u"}, Args: map[string]any{"to": false}, At: at + 2})
	if err != nil || d.Committed() || d.Verdict != "hold" {
		t.Errorf("a hold: %+v, %v", d, err)
	}
	for name, p := range map[string]Proposal{
		"no arguments":       {Action: "turn", Actor: guard},
		"no action":          {Actor: guard},
		"a value JSON lacks": {Action: "turn", Actor: guard, Args: map[string]any{"to": math.NaN()}},
		"earlier":            {Action: "turn", Actor: guard, Args: map[string]any{"to": true}, At: 1},
	} {
		if d, err := Decide(s, p); err == nil || d.Committed() {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d, err := Decide(s, Proposal{Action: "turn", Actor: guard, Args: map[string]any{"to": false}}); err != nil || !d.Committed() {
		t.Errorf("now, which is later than the steps before: %+v, %v", d, err)
	}
	if _, err := Read([]byte("{")); err == nil {
		t.Error("half a decision was read")
	}
	if (*Decision)(nil).Committed() || (&Decision{Verdict: "Commit"}).Committed() {
		t.Error("what is no commit lets an action happen")
	}
}
