package host

// This file tests proposals and decisions as Go values.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

func TestDecide(t *testing.T) {
	s := open(t, Native(), "s")
	guard := Actor{Kind: "guard", ID: "g"}
	at := int64(1767225600000)

	d, err := Decide(s, Proposal{Action: "turn", Actor: guard, Args: map[string]any{"to": true}, At: at})
	if err != nil || !d.Committed() || d.Say() != "" || d.Seq != 1 ||
		!strings.Contains(string(d.Bytes), `"reasons":["request"]`) {
		t.Errorf("a commit: %+v, %v", d, err)
	}
	d, err = Decide(s, Proposal{Action: "turn", Actor: guard, Args: map[string]any{"to": true}, At: at + 1,
		Reasons: []string{}})
	if err != nil || d.Committed() || d.Governing != "D-1" || d.Say() != "It is true already." ||
		d.Violations[0].Level != "operational" {
		t.Errorf("a refusal: %+v, %v", d, err)
	}
	d, err = Decide(s, Proposal{Action: "turn", Actor: Actor{Kind: "user", ID: "u"}, Args: map[string]any{"to": false},
		At: at + 2})
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
	if d, err := Decide(s, Proposal{Action: "turn", Actor: guard, Args: map[string]any{"to": false}}); err != nil ||
		!d.Committed() {
		t.Errorf("now, which is later than the steps before: %+v, %v", d, err)
	}
	if _, err := Read([]byte("{")); err == nil {
		t.Error("half a decision was read")
	}
	if (*Decision)(nil).Committed() || (&Decision{Verdict: "Commit"}).Committed() {
		t.Error("what is no commit lets an action happen")
	}
}

// noted takes text wherever a proposal may have some.
const noted = `{"holdfast":1,"bundle":"noted","version":"1.0.0","agents":{"user":{}},
	"state":{"last":{"type":{"string":100}}},
	"actions":{"note":{"args":{"text":{"type":{"string":100},"default":""},
		"list":{"type":{"list":{"of":"string","max":4}},"default":[]},
		"map":{"type":{"map":{"of":"string","max":4}},"default":{}}},"set":{"last":"args.text"}}}}`

type named string

func TestDecideRefusesTextThatIsNotUTF8(t *testing.T) {
	b, err := Native().Load([]byte(noted))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open("s")
	if err != nil {
		t.Fatal(err)
	}
	user := Actor{Kind: "user", ID: "u"}
	for name, p := range map[string]Proposal{
		"an argument":      {Actor: user, Args: map[string]any{"text": "a\xff"}},
		"a named type":     {Actor: user, Args: map[string]any{"text": named("a\xc3")}},
		"in a list":        {Actor: user, Args: map[string]any{"list": []string{"a\xed\xa0\x80"}}},
		"in a list of any": {Actor: user, Args: map[string]any{"list": []any{"a\xff"}}},
		"in a map":         {Actor: user, Args: map[string]any{"map": map[string]string{"k": "\x80"}}},
		"a key":            {Actor: user, Args: map[string]any{"map": map[string]string{"\x80": "v"}}},
		"an actor's id":    {Actor: Actor{Kind: "user", ID: "u\xff"}},
		"a reason":         {Actor: user, Reasons: []string{"be\xffcause"}},
	} {
		p.Action = "note"
		if d, err := Decide(s, p); !errors.Is(err, &core.Error{Code: "json/invalid-utf8"}) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	d, err := Decide(s, Proposal{Action: "note", Actor: user, Args: map[string]any{"text": "a\ufffd<b>\u2028"}})
	if err != nil || !d.Committed() || !strings.Contains(string(d.Bytes), "a\ufffd<b>\u2028") {
		t.Errorf("a replacement character that was there before: %+v, %v", d, err)
	}
}

func TestReadRefusesWhatIsNoDecision(t *testing.T) {
	s := open(t, Native(), "s")
	whole, err := Decide(s, Proposal{Action: "turn", Actor: Actor{Kind: "guard", ID: "g"},
		Args: map[string]any{"to": true}})
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range []string{"", "{", "{}", "null", "[]", `"commit"`, `{"verdict":"commit"}`,
		`{"verdict":"commit","seq":1}`,
		strings.Replace(string(whole.Bytes), `"verdict":"commit"`, `"verdict":"allow"`, 1),
		strings.Replace(string(whole.Bytes), `"verdict":"commit"`, `"verdict":"reject"`, 1),
		strings.Replace(string(whole.Bytes), `"seq":1`, `"seq":0`, 1),
		strings.Replace(string(whole.Bytes), `"governing":""`, `"governing":"D-1"`, 1),
		strings.Replace(string(whole.Bytes), `"state":`, `"stated":`, 1),
	} {
		if d, err := Read([]byte(doc)); d.Committed() || !errors.Is(err, &core.Error{Code: codes.ReplayRecord}) {
			t.Errorf("%s: %+v, %v", doc, d, err)
		}
	}
	if d, err := Read(whole.Bytes); err != nil || !d.Committed() {
		t.Errorf("the decision itself: %+v, %v", d, err)
	}
}

func TestErrorsAreFoundByCode(t *testing.T) {
	_, err := Native().Load([]byte(`{"holdfast":1,"bundle":"b","version":"1.0.0","agents":{"user":{}},"states":{}}`))
	for _, c := range []struct {
		err, target error
		is          bool
	}{
		{&core.Error{Code: "a/b", Path: "p", Message: "m"}, &core.Error{Code: "a/b"}, true},
		{&core.Error{Code: "a/b", Path: "p"}, &core.Error{Code: "a/b", Path: "p"}, true},
		{&core.Error{Code: "a/b", Path: "p"}, &core.Error{Code: "a/b", Path: "q"}, false},
		{&core.Error{Code: "a/b"}, &core.Error{Code: "a/c"}, false},
		{fmt.Errorf("wrapped: %w", &core.Error{Code: "a/b"}), &core.Error{Code: "a/b"}, true},
		{failure(codes.EngineDeadline, nil, "late"), &Failure{Code: codes.EngineDeadline}, true},
		{failure(codes.EngineDeadline, nil, "late"), &core.Error{Code: codes.EngineDeadline}, true},
		{failure(codes.EngineDeadline, nil, "late"), &Failure{Code: codes.EngineTrap}, false},
		{failure(codes.EngineDeadline, context.DeadlineExceeded, "late"), context.DeadlineExceeded, true},
		{err, &core.Error{Code: "bundle/unknown-key"}, true},
		{err, &core.Error{Code: "bundle/missing"}, false},
	} {
		if errors.Is(c.err, c.target) != c.is {
			t.Errorf("errors.Is(%#v, %#v) is %v", c.err, c.target, !c.is)
		}
	}
}
