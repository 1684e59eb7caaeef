package server_test

// This file tests what is withdrawn while the server runs: a key that signs bundles, a key
// that signs tokens, and what was begun on their word.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
	"github.com/holdfast-rt/holdfast/host/signature"
)

func trustedKeys(t testing.TB, public ...string) *signature.Keys {
	t.Helper()
	keys, err := signature.ParseKeys([]byte(strings.Join(public, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestTrustWithdrawn: a key that is taken out of --trust counts no longer, for what is loaded neither.
func TestTrustWithdrawn(t *testing.T) {
	first, firstKey := signer(t, "example.org/first")
	second, secondKey := signer(t, "example.org/second")
	r := start(t, func(o *server.Options) { o.Keys, o.Signer = trustedKeys(t, firstKey), first })
	doc, catalog := door(t), lockCatalog(t)
	loaded, err := host.Native().Load([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	points, err := host.Native().LoadCatalog([]byte(catalog))
	if err != nil {
		t.Fatal(err)
	}
	var info struct{ Digests []string }
	if err := readJSON(points.Info(), &info); err != nil {
		t.Fatal(err)
	}
	bundleText := signature.BundleText("door", "1.0.0", loaded.Digest())
	catalogText := signature.CatalogText("locks", "1.0.0", digestOf([]byte(catalog)), info.Digests)
	r.do("POST", "/v1/bundles", doc, lines(t, first, bundleText)...).is(201)
	r.do("POST", "/v1/catalogs", catalog, lines(t, first, catalogText)...).is(201)
	r.session("s", "door@1.0.0")
	unit := `{"session":%q,"catalog":"locks@1.0.0","cursor":{"floor":1,"side":"north"}}`
	r.do("POST", "/v1/sessions", fmt.Sprintf(unit, "unit")).is(201)
	r.propose("s", openAtNine).is(201)
	streams := []*stream{r.listen("/v1/sessions/s/events"), r.listen("/v1/sessions/unit/events")}

	// Both keys, as while one takes over: nothing changes.
	r.server.Sessions.Trust(trustedKeys(t, firstKey, secondKey))
	line := string(r.propose("s", shut).is(201).body)
	streams[0].is(2, line)

	// The first is withdrawn.
	r.server.Sessions.Trust(trustedKeys(t, secondKey))
	for _, s := range streams {
		if e := s.next(); e != (event{name: "end", data: codes.SignatureUnknownKey}) {
			t.Errorf("%+v", e)
		}
		s.ended()
	}
	before := r.contents()
	for _, id := range []string{"s", "unit"} {
		for _, path := range []string{"", "/snapshot", "/head", "/decisions", "/events"} {
			r.do("GET", "/v1/sessions/"+id+path, "").is(403).refused(codes.SignatureUnknownKey)
		}
	}
	r.propose("s", openAtNine).is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/sessions/s/why", shut).is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/sessions/s/path", shut).is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/sessions/s/admissible", `{"actor":{"kind":"owner"}}`).is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/sessions/s/verify", "").is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/sessions", `{"bundle":"door@1.0.0"}`).is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/sessions", fmt.Sprintf(unit, "more")).is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/catalogs/locks@1.0.0/resolve",
		`{"floor":1,"side":"north"}`).is(403).refused(codes.SignatureUnknownKey)
	r.do("GET", "/v1/bundles/door@1.0.0", "").is(403).refused(codes.SignatureUnknownKey)
	r.do("GET", "/v1/catalogs/locks@1.0.0", "").is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/bundles", doc, lines(t, first, bundleText)...).is(403).refused(codes.SignatureUnknownKey)
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}

	// Signed by the second, and published again, all goes on where it was.
	r.do("POST", "/v1/bundles", doc, lines(t, second, bundleText)...).is(201)
	r.do("GET", "/v1/sessions/unit", "").is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/catalogs", catalog, lines(t, second, catalogText)...).is(201)
	r.propose("s", openAtNine).is(201)
	if log := r.log("s"); len(log) != 3 || log[1] != line {
		t.Errorf("%v", log)
	}
	r.do("GET", "/v1/sessions/unit", "").is(200)

	// The signature is one that the server's own clients can check; back with the first key, it is the first again.
	for _, public := range []string{secondKey, firstKey} {
		keys := trustedKeys(t, public)
		r.server.Sessions.Trust(keys)
		if _, err := keys.Verify(bundleText, r.do("GET", "/v1/bundles/door@1.0.0/signature", "").is(200).body); err != nil {
			t.Error(err)
		}
		if _, err := keys.Verify(catalogText, r.do("GET", "/v1/catalogs/locks@1.0.0/signature",
			"").is(200).body); err != nil {
			t.Error(err)
		}
		r.propose("s", openAtNine).is(201)
	}
	r.options = func(o *server.Options) { o.Keys = trustedKeys(t, secondKey) }
	r.restart(nil)
	r.propose("s", openAtNine).is(201)
}

// TestHeadsSignedAnew: another key to sign with is taken while the server runs.
func TestHeadsSignedAnew(t *testing.T) {
	first, firstKey := signer(t, "example.org/first")
	second, secondKey := signer(t, "example.org/second")
	r := start(t, func(o *server.Options) { o.Signer = first })
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	for _, c := range []struct {
		signer *signature.Signer
		key    string
	}{{first, firstKey}, {second, secondKey}} {
		r.server.Sessions.SignWith(c.signer)
		if _, _, err := trustedKeys(t, c.key).Open(r.do("GET", "/v1/sessions/s/head", "").is(200).body); err != nil {
			t.Error(err)
		}
	}
	r.server.Sessions.SignWith(nil)
	r.do("GET", "/v1/sessions/s/head", "").is(404).refused(codes.HeadUnsigned)
}

// TestStreamEndsWithItsKey: an event stream does not outlive the key of its token.
func TestStreamEndsWithItsKey(t *testing.T) {
	var verifier *identity.Verifier
	r, i := guarded(t, func(o *server.Options) { verifier = o.Identity })
	ann := r.as(i.token(t, "ann", "owner", map[string]any{"roles": "publish"}))
	ann.publish(door(t))
	ann.session("s", "door@1.0.0")
	other := issuerOf(t, r.clock, "other")
	both := strings.Replace(string(i.keys), "]}", ","+strings.TrimSuffix(strings.TrimPrefix(string(other.keys),
		`{"keys":[`), "]}")+"]}", 1)

	// Rotation: the new key joins, streams go on; the old one goes, and its streams end at once.
	old := ann.listen("/v1/sessions/s/events")
	if err := verifier.Reload([]byte(both)); err != nil {
		t.Fatal(err)
	}
	bob := r.as(other.token(t, "bob", "owner", nil))
	fresh := bob.listen("/v1/sessions/s/events")
	line := string(ann.propose("s", `{"action":"close"}`).is(201).body)
	old.is(1, line)
	fresh.is(1, line)
	if err := verifier.Reload([]byte("garbage")); err == nil {
		t.Fatal("garbage was taken")
	}
	if err := verifier.Reload(other.keys); err != nil {
		t.Fatal(err)
	}
	line = string(bob.propose("s", `{"action":"close"}`).is(201).body)
	if e := old.next(); e != (event{name: "end", data: codes.AuthKey}) { // and not the decision
		t.Errorf("%+v", e)
	}
	old.ended()
	fresh.is(2, line)
	ann.do("GET", "/v1/sessions/s/events", "").is(401).refused(codes.AuthKey)
	ann.propose("s", `{"action":"close"}`).is(401).refused(codes.AuthKey)
}

// TestStreamEndsWithItsToken: nothing is sent once the token has expired, whatever timers do.
func TestStreamEndsWithItsToken(t *testing.T) {
	r, i := guarded(t, nil)
	ann := r.as(i.token(t, "ann", "owner", map[string]any{"roles": "publish"}))
	ann.publish(door(t))
	ann.session("s", "door@1.0.0")
	// The server's clock passes the token's end, and the hour that a timer waits for does not.
	short := r.as(i.token(t, "bob", "owner",
		map[string]any{"exp": r.clock.now().Add(30 * time.Minute).Unix()})).listen("/v1/sessions/s/events")
	r.clock.advance(31 * time.Minute)
	ann.propose("s", `{"action":"close"}`).is(201)
	if e := short.next(); e != (event{name: "end", data: codes.AuthExpired}) {
		t.Errorf("%+v", e)
	}
	short.ended()
}
