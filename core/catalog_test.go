package core_test

// This file tests catalogs and what is internal in a bundle's metadata.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

const template = `{"agents":{"a":{}},"bundle":"rooms","holdfast":1,"metadata":{"secret":{"internal":true,` +
	`"salt":"s4lt","type":{"string":20},"value":"%s"}},"params":{"room":{"type":{"enum":["hall","attic"]}%s}},` +
	`"state":{"lit":{"type":"bool"}},"valid":[{"require":"metadata.secret.size() > 3"}],"version":"1.0.0"}`

// catalog returns a catalog document of three points, with right digests.
func catalog(t testing.TB) string {
	t.Helper()
	entries := ""
	for i, point := range []struct {
		floor int
		room  string
	}{{1, "hall"}, {1, "attic"}, {2, "hall"}} {
		b, err := core.Load(fmt.Appendf(nil, template, "plans", fmt.Sprintf(`,"value":%q`, point.room)))
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			entries += ","
		}
		entries += fmt.Sprintf(`{"cursor":{"floor":%d,"room":%q},"digest":%q,"metadata":{},"params":{"room":%q}}`,
			point.floor, point.room, b.Digest(), point.room)
	}
	return fmt.Sprintf(
		`{"bundle":%s,"catalog":"house","entries":[%s],"holdfast":1,"matrix":{"floor":[1,2],"room":["hall","attic"]},`+
			`"title":"House","version":"1.2.0"}`,
		fmt.Sprintf(template, "plans", ""),
		entries,
	)
}

func TestResolve(t *testing.T) {
	doc := catalog(t)
	for _, d := range core.CheckCatalog([]byte(doc)) {
		t.Errorf("%+v", d)
	}
	c, err := core.LoadCatalog([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct{ cursor, want string }{
		{`{"floor":1,"room":"attic"}`, "attic"},
		{`{"floor":2}`, "hall"}, // one part is enough where it means one
		{`{"floor":1}`, "stall 2"},
		{`{}`, "stall 3"},
		{`{"floor":"1","room":"attic"}`, "stall 0"},
		{`{"floor":3}`, "stall 0"},
		{`{"flor":1,"room":"attic"}`, "stall 0"},
	} {
		out, err := c.Resolve([]byte(q.cursor))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Bundle          json.RawMessage
			Digest, Verdict string
			Matches         int
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		said := fmt.Sprintf("%s %d", got.Verdict, got.Matches)
		if got.Bundle != nil {
			b, err := core.Load(got.Bundle)
			if err != nil || b.Digest() != got.Digest {
				t.Fatalf("%s: %v", q.cursor, err)
			}
			said = strings.Trim(strings.Split(strings.Split(string(got.Bundle), `"room":{`)[1], `"value":`)[1][:7], `"}`)
		}
		if !strings.HasPrefix(said, q.want) {
			t.Errorf("%s: got %s, want %s", q.cursor, said, q.want)
		}
	}
	var e *core.Error
	for _, bad := range []string{`[]`, `"x"`, `{"floor":1,"floor":1}`} {
		if _, err := c.Resolve([]byte(bad)); !errors.As(err, &e) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestAMutatedCatalogResolvesNothing(t *testing.T) {
	doc := catalog(t)
	changed := strings.Replace(doc, `"version":"1.0.0"`, `"version":"1.0.1"`, 1)
	c, err := core.LoadCatalog([]byte(changed))
	if err != nil {
		t.Fatal(err)
	}
	var e *core.Error
	if out, err := c.Resolve([]byte(`{"floor":2}`)); !errors.As(err, &e) || e.Code != codes.CatalogDigest {
		t.Errorf("%s %v", out, err)
	}
	found := false
	for _, d := range core.CheckCatalog([]byte(changed)) {
		found = found || d.Code == codes.CatalogDigest
	}
	if !found {
		t.Error("CheckCatalog sees nothing")
	}
}

func TestInternalMetadata(t *testing.T) {
	doc := fmt.Appendf(nil, template, "plans", `,"value":"hall"`)
	whole, err := core.Load(doc)
	if err != nil {
		t.Fatal(err)
	}
	public, err := core.Public(doc)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(public), "plans") || strings.Contains(string(public), "s4lt") ||
		!strings.Contains(string(public), `"hash":"sha256:`) {
		t.Errorf("the public form shows too much: %s", public)
	}
	shown, err := core.Load(public)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Digest() != shown.Digest() || shown.Digest() != core.Digest(public) {
		t.Errorf("digests differ: %s %s %s", whole.Digest(), shown.Digest(), core.Digest(public))
	}
	if again, err := core.Public(public); err != nil || string(again) != string(public) {
		t.Errorf("%s %v", again, err)
	}
	other, err := core.Load(fmt.Appendf(nil, template, "other", `,"value":"hall"`))
	if err != nil {
		t.Fatal(err)
	}
	if other.Digest() == whole.Digest() {
		t.Error("another secret must give another digest")
	}
	var bad *core.Invalid
	if _, err := core.Load(fmt.Appendf(nil, template, "x", `,"value":"hall"`)); !errors.As(err, &bad) ||
		bad.Diagnostics[0].Code != "bundle/condition" {
		t.Errorf("valid is not asked of what is internal: %v", err)
	}
}
