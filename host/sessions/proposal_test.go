package sessions

// This file tests the reading of proposals, and compares it with what was done before.

import (
	"errors"
	"testing"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

func TestReadProposal(t *testing.T) {
	src := `{"reasons":["a","}\""],"seq":7, "at":1e3,"args":{"b":[1,{"c":"]}"}],"a":{}},` +
		`"actor":{"kind":"k\u0065y","id":"ö\n"},"action":"pay"}`
	p, err := ReadProposal([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if p.Action != "pay" || p.Actor != (host.Actor{Kind: "key", ID: "ö\n"}) || *p.At != 1000 || *p.Seq != 7 ||
		string(p.Args) != `{"a":{},"b":[1,{"c":"]}"}]}` || string(p.Reasons) != `["a","}\""]` {
		t.Errorf("%+v %s %s", p, p.Args, p.Reasons)
	}
	want := `{"action":"pay","actor":{"id":"\"é","kind":"k"},"args":{"a":{},"b":[1,{"c":"]}"}]},"at":5,"reasons":["a",` +
		`"}\""]}`
	if got := p.document(host.Actor{Kind: "k", ID: `"é`}, 5); string(got) != want {
		t.Errorf("%s", got)
	}
	for _, src := range []string{"", "{}", " { } "} {
		p, err := ReadProposal([]byte(src))
		if err != nil || p.Action != "" || p.Args != nil || p.At != nil {
			t.Errorf("%q: %+v, %v", src, p, err)
		}
	}
}

// TestDocumentIsComplete holds what is filled in here to what the core fills in.
func TestDocumentIsComplete(t *testing.T) {
	actor := host.Actor{Kind: "clerk", ID: "clerk"}
	for _, src := range []string{
		`{"action":"a","actor":{"kind":"clerk"}}`,
		`{"action":"a","actor":{"kind":"clerk"},"args":{"z":1,"b":2}}`,
		`{"action":"a","actor":{"kind":"clerk"},"reasons":[]}`,
	} {
		want, err := core.Complete([]byte(src), 9)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ReadProposal([]byte(src))
		if got := p.document(actor, 9); err != nil || string(got) != string(want) {
			t.Errorf("%s\n%s (%v)\n%s", src, got, err, want)
		}
	}
}

func TestRefusedProposals(t *testing.T) {
	for src, code := range map[string]string{
		`[]`: codes.HTTPShape, `7`: codes.HTTPShape, `{"Action":"a"}`: codes.HTTPShape, `{"action":7}`: codes.HTTPShape,
		`{"action":null}`: codes.HTTPShape, `{"actor":"a"}`: codes.HTTPShape, `{"actor":{"role":"a"}}`: codes.HTTPShape,
		`{"actor":{"id":7}}`: codes.HTTPShape, `{"actor":{"kind":null}}`: codes.HTTPShape, `{"at":1.5}`: codes.HTTPShape,
		`{"at":"1"}`: codes.HTTPShape, `{"at":1e15}`: "", `{"seq":true}`: codes.HTTPShape, `{"args":null}`: codes.HTTPShape,
		`{"args":7}`: "", `{"":1}`: codes.HTTPShape, `{"action":"a","action":"a"}`: codes.JSONDuplicateKey,
		`{"args":{"a":1,"a":1}}`: codes.JSONDuplicateKey, `{} {}`: codes.JSONTrailingBytes, `{`: codes.JSONSyntax,
	} {
		_, err := ReadProposal([]byte(src))
		var refused *Error
		var wrong *core.Error
		got := ""
		if errors.As(err, &refused) {
			got = refused.Code
		} else if errors.As(err, &wrong) {
			got = wrong.Code
		}
		if got != code || (err == nil) != (code == "") {
			t.Errorf("%s: %v", src, err)
		}
	}
}

func FuzzReadProposal(f *testing.F) {
	f.Add([]byte(`{"action":"a","actor":{"kind":"k","id":"\\\"i"},"args":{"a":[{}]},"at":1,"reasons":["x"],"seq":2}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := ReadProposal(src)
		if err != nil {
			return
		}
		doc := p.document(host.Actor{Kind: "k", ID: "i"}, 1)
		if again, err := core.Canonical(doc); err != nil || string(again) != string(doc) {
			t.Errorf("%q becomes %q, which is not canonical: %v", src, doc, err)
		}
	})
}

// BenchmarkProposal reads a body and makes the core's document of it: as it is done now, as it was done
// before, and what reading it strictly costs alone, which is the floor.
func BenchmarkProposal(b *testing.B) {
	src := []byte(`{"action":"add","actor":{"kind":"shopper","id":"ann"},"args":{"item":"mug","count":2,` +
		`"note":"wrapped as a present, please, with a card that says so"},"at":1767225600000,"reasons":["request"],"seq":3}`)
	actor := host.Actor{Kind: "shopper", ID: "ann"}
	b.Run("now", func(b *testing.B) {
		for b.Loop() {
			p, err := ReadProposal(src)
			if err != nil {
				b.Fatal(err)
			}
			p.document(actor, *p.At)
		}
	})
	b.Run("before", func(b *testing.B) {
		for b.Loop() {
			if _, err := documentBefore(src, actor); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			if _, err := core.Canonical(src); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// documentBefore reads a body five times: canonical, decoded, its members looked at (those of the actor, too),
// and the encoded document completed.
func documentBefore(src []byte, actor host.Actor) ([]byte, error) {
	canonical, err := core.Canonical(src)
	if err != nil {
		return nil, err
	}
	var said struct {
		Action  string
		Actor   *host.Actor
		Args    json.RawMessage
		At      *int64
		Reasons json.RawMessage
		Seq     *int64
	}
	if err := json.Unmarshal(canonical, &said); err != nil {
		return nil, err
	}
	var members, inside map[string]json.RawMessage
	if err := json.Unmarshal(canonical, &members); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(members["actor"], &inside); err != nil {
		return nil, err
	}
	encoded, err := json.MarshalWithOption(struct {
		Action  string          `json:"action"`
		Actor   host.Actor      `json:"actor"`
		Args    json.RawMessage `json:"args"`
		At      int64           `json:"at"`
		Reasons json.RawMessage `json:"reasons"`
	}{said.Action, actor, said.Args, *said.At, said.Reasons}, json.DisableHTMLEscape())
	if err != nil {
		return nil, err
	}
	return core.Complete(encoded, *said.At)
}
