package server_test

// This file tests what is published: bundles, catalogs, signatures, and the module.

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/signature"
)

// locks is a built catalog of four points, with metadata that stays internal.
var locks = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "holdfast")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"lock.yaml": `holdfast: 1
bundle: lock
version: 1.0.0
params: {tries: {type: int, value: 1}}
metadata: {maker: {type: string, value: nobody, internal: true, salt: 0123456789abcdef0123456789abcdef}}
agents: {owner: {}}
state: {tried: {type: {int: [0, 9]}}}
actions: {try: {set: {tried: state.tried + 1}}}
constraints:
  - {id: TRIES, level: operational, require: state.tried < params.tries}
`,
		"catalog.yaml": `holdfast: 1
catalog: locks
version: 1.0.0
bundle: lock.yaml
matrix: {floor: [1, 2], side: [north, south]}
params: {tries: cursor.floor}
metadata: {maker: '"made for the " + cursor.side'}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	b, findings := author.Build(filepath.Join(dir, "catalog.yaml"), author.Options{Engine: host.Native()})
	if yaml.Failed(findings) {
		return "", fmt.Errorf("%v", findings)
	}
	return string(b.Document), nil
})

func lockCatalog(t testing.TB) string {
	t.Helper()
	doc, err := locks()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestPublish(t *testing.T) {
	r := start(t, nil)
	doc := door(t)
	var first, again struct{ Name, Version, Digest string }
	a := r.do("POST", "/v1/bundles", doc).is(201)
	a.read(&first)
	if first.Name != "door" || first.Version != "1.0.0" || a.header.Get("Location") != "/v1/bundles/"+first.Digest {
		t.Errorf("%+v at %s", first, a.header.Get("Location"))
	}
	r.do("POST", "/v1/bundles", " \n"+strings.ReplaceAll(doc, ",", " ,\n"), "Content-Type",
		"application/json; charset=utf-8").is(201).read(&again)
	if again != first {
		t.Errorf("in another layout it is %+v, not %+v", again, first)
	}
	before := r.contents()
	r.do("POST", "/v1/bundles", strings.Replace(doc, "stays shut", "is shut", 1)).is(409).refused(codes.BundleTaken)
	p := r.do("POST", "/v1/bundles", `{"holdfast":1,"bundle":"bad","version":"1.0.0","agents":{"a":{}},`+
		`"constraints":[{"id":"X","level":"operational","require":"state.nowhere"}]}`).is(422).refused(codes.BundleInvalid)
	if len(p.Diagnostics) == 0 || p.Diagnostics[0]["code"] == nil || p.Diagnostics[0]["path"] != "/constraints/0/require" {
		t.Errorf("diagnostics: %v", p.Diagnostics)
	}
	r.do("POST", "/v1/bundles", "holdfast: 1\nbundle: door\n", "Content-Type",
		"application/yaml").is(415).refused(codes.HTTPContentType)
	r.do("POST", "/v1/bundles", "holdfast: 1\nbundle: door\n").is(400).refused("json/syntax")
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}
	r.publish(strings.Replace(doc, `"version":"1.0.0"`, `"version":"1.0.1"`, 1))
}

func TestFetch(t *testing.T) {
	r := start(t, nil)
	digest := r.publish(door(t))
	canonical, err := core.Canonical([]byte(door(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{digest, "door@1.0.0", "door%401.0.0"} {
		a := r.do("GET", "/v1/bundles/"+ref, "").is(200)
		if string(a.body) != string(canonical) || digestOf(a.body) != digest {
			t.Errorf("%s: %s", ref, a.body)
		}
		tag := a.header.Get("ETag")
		if immutable := strings.Contains(a.header.Get("Cache-Control"),
			"immutable"); immutable != (ref == digest) || tag != `"`+digest+`"` {
			t.Errorf("%s: ETag %s, Cache-Control %s", ref, tag, a.header.Get("Cache-Control"))
		}
		for have, status := range map[string]int{tag: 304, `"x", ` + tag: 304, "W/" + tag: 304, "*": 304, `"x"`: 200,
			digest: 200} {
			r.do("GET", "/v1/bundles/"+ref, "", "If-None-Match", have).is(status)
		}
		r.do("HEAD", "/v1/bundles/"+ref, "").is(200)
	}
	for _, ref := range []string{"door", "door@1.0.1", "sha256:" + strings.Repeat("0", 64), "sha256:", "@",
		"door@1.0.0%00", "%ff@%fe", "d%C3%B6%C3%B6r@1.0.0"} {
		r.do("GET", "/v1/bundles/"+ref, "").is(404).refused(codes.BundleUnknown)
		r.do("GET", "/v1/bundles/"+ref+"/signature", "").is(404).refused(codes.BundleUnknown)
		r.do("GET", "/v1/catalogs/"+ref, "").is(404).refused(codes.CatalogUnknown)
	}
	r.do("GET", "/v1/catalogs/"+digest, "").is(404).refused(codes.CatalogUnknown) // it is a bundle's
	r.do("GET", "/v1/bundles/"+digest+"/signature", "").is(404).refused(codes.SignatureNone)
}

// TestInternalMetadataStays looks for internal values in everything that is handed out.
func TestInternalMetadataStays(t *testing.T) {
	const secret = "only-for-those-who-publish"
	doc := strings.Replace(door(t), `"governance"`, `"metadata":{"cost":{"type":"string",`+
		`"value":"`+secret+`","internal":true,"salt":"0123456789abcdef0123456789abcdef"}},"governance"`, 1)
	r := start(t, nil)
	digest := r.publish(doc)
	r.session("s", digest)
	r.propose("s", openAtNine).is(201)
	if !strings.Contains(r.contents(), secret) {
		t.Fatal("the ledger should have it, or this tests nothing")
	}
	for _, path := range []string{
		"/v1/bundles", "/v1/bundles/" + digest, "/v1/bundles/door@1.0.0", "/v1/sessions", "/v1/sessions/s",
		"/v1/sessions/s/snapshot",
		"/v1/sessions/s/decisions", "/v1/sessions/s/decisions/1", "/metrics",
	} {
		if a := r.do("GET", path, "").is(200); strings.Contains(string(a.body), secret) {
			t.Errorf("%s gives it away", path)
		}
	}
	public := r.do("GET", "/v1/bundles/"+digest, "").is(200).body
	if digestOf(public) != digest {
		t.Error("the public form has another digest")
	}
	r.publish(string(public)) // the same bundle, and what is kept stays
	if !strings.Contains(r.contents(), secret) {
		t.Error("the public form has taken the place of the document")
	}

	catalog := lockCatalog(t)
	r.do("POST", "/v1/catalogs", catalog).is(201)
	var info struct{ Digests []string }
	r.do("GET", "/v1/catalogs/locks@1.0.0", "").is(200).read(&info)
	for _, digest := range info.Digests[:3] {
		var stored, given struct {
			Metadata map[string]map[string]any
		}
		d, err := r.ledger.Document(context.Background(), digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := readJSON(d.Bytes, &stored); err != nil {
			t.Fatal(err)
		}
		r.do("GET", "/v1/bundles/"+digest, "").is(200).read(&given)
		internal := 0
		for name, m := range stored.Metadata {
			if m["internal"] == true {
				if internal++; given.Metadata[name]["value"] != nil || given.Metadata[name]["salt"] != nil {
					t.Errorf("%s of %s: %v", name, digest, given.Metadata[name])
				}
			}
		}
		if internal == 0 {
			t.Error("the point has nothing internal, so this tests nothing")
		}
	}
}

func TestListBundles(t *testing.T) {
	r := start(t, nil)
	var want []string
	for _, version := range []string{"1.0.0", "1.0.1", "0.9.0"} { // in the order of publication
		r.publish(strings.Replace(door(t), `"version":"1.0.0"`, `"version":"`+version+`"`, 1))
		want = append(want, "door@"+version)
	}
	r.publish(strings.Replace(door(t), `"bundle":"door"`, `"bundle":"airlock"`, 1))
	want = append([]string{"airlock@1.0.0"}, want...)
	for limit := 1; limit <= 5; limit++ {
		var got []string
		for after, pages := "", 0; pages == 0 || after != ""; pages++ {
			var page struct {
				Bundles []struct {
					Name, Version, Digest string
					At                    int64
				}
				Next string
			}
			r.do("GET", fmt.Sprintf("/v1/bundles?limit=%d&after=%s", limit, after), "").is(200).read(&page)
			for _, b := range page.Bundles {
				if got = append(got, b.Name+"@"+b.Version); b.At != day || b.Digest == "" {
					t.Errorf("%+v", b)
				}
			}
			if after = page.Next; len(page.Bundles) == 0 || len(page.Bundles) > limit || pages > 4 {
				t.Fatalf("limit %d, page %d: %+v", limit, pages, page)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("limit %d: %v, not %v", limit, got, want)
		}
	}
	r.do("GET", "/v1/bundles?after=nothing@1.0.0", "").is(400).refused(codes.HTTPQuery)
}

func TestCatalog(t *testing.T) {
	r := start(t, nil)
	doc := lockCatalog(t)
	var is struct{ Name, Version, Digest string }
	r.do("POST", "/v1/catalogs", doc).is(201).read(&is)
	r.do("POST", "/v1/catalogs", doc).is(201)
	if is.Name != "locks" || digestOf([]byte(doc)) != is.Digest {
		t.Errorf("%+v", is)
	}
	var list struct{ Catalogs []struct{ Digest string } }
	r.do("GET", "/v1/catalogs", "").is(200).read(&list)
	if len(list.Catalogs) != 1 || list.Catalogs[0].Digest != is.Digest {
		t.Errorf("%+v", list)
	}
	var bundles struct{ Bundles []any }
	r.do("GET", "/v1/bundles", "").is(200).read(&bundles)
	if len(bundles.Bundles) != 0 {
		t.Error("its points are listed as bundles of their own")
	}
	tag := r.do("GET", "/v1/catalogs/"+is.Digest, "").is(200).header.Get("ETag")
	r.do("GET", "/v1/catalogs/"+is.Digest, "", "If-None-Match", tag).is(304)

	const ref = "locks@1.0.0"
	resolve := func(ref, cursor string) (out struct{ Digest, Verdict, Say string }) {
		r.do("POST", "/v1/catalogs/"+ref+"/resolve", cursor).is(200).read(&out)
		return out
	}
	first := resolve(ref, `{"floor":1,"side":"north"}`)
	if first.Digest == "" || first.Verdict != "" || first != resolve(is.Digest, `{"side":"north","floor":1}`) {
		t.Errorf("%+v", first)
	}
	if none := resolve(ref, `{"floor":9,"side":"north"}`); none.Digest != "" || none.Verdict != "stall" || none.Say == "" {
		t.Errorf("%+v", none)
	}
	r.do("POST", "/v1/catalogs/"+ref+"/resolve", `[1]`).is(422).refused(codes.CatalogCursor)
	r.do("POST", "/v1/catalogs/other@1.0.0/resolve", `{}`).is(404).refused(codes.CatalogUnknown)

	a := r.do("POST", "/v1/sessions", `{"session":"unit","catalog":"`+ref+`","cursor":{"floor":1,"side":"north"}}`).is(201)
	if !strings.Contains(string(a.body), first.Digest) {
		t.Errorf("the session is of another bundle: %s", a.body)
	}
	before := r.contents()
	p := r.do("POST", "/v1/sessions", `{"session":"none",`+
		`"catalog":"`+ref+`","cursor":{"floor":9}}`).is(409).refused(codes.CatalogStall)
	if !strings.Contains(string(p.Stall), `"verdict":"stall"`) || p.Detail == "" {
		t.Errorf("%+v", p)
	}
	for _, body := range []string{
		`{"bundle":"door@1.0.0","catalog":"` + ref + `","cursor":{}}`, `{"catalog":"` + ref + `"}`,
		`{"bundle":"door@1.0.0","cursor":{}}`, `{}`, ``, `{"session":"x"}`,
	} {
		r.do("POST", "/v1/sessions", body).is(422).refused(codes.HTTPShape)
	}
	r.do("POST", "/v1/sessions", `{"catalog":"`+ref+`","cursor":null}`).is(422).refused(codes.HTTPShape)
	r.do("POST", "/v1/catalogs", strings.Replace(doc, first.Digest, "sha256:"+strings.Repeat("0", 64),
		1)).is(422).refused(codes.CatalogDigest)
	r.do("POST", "/v1/catalogs", strings.Replace(doc, `"tries":1`, `"tries":2`, 1)).is(422).refused(codes.CatalogDigest)
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}
}

// signer makes a key, and what signs with it.
func signer(t testing.TB, name string) (*signature.Signer, string) {
	t.Helper()
	private, public, err := signature.Generate(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signature.ParseSigner([]byte(private))
	if err != nil {
		t.Fatal(err)
	}
	return s, public
}

// lines signs a text and returns the headers that say so.
func lines(t testing.TB, s *signature.Signer, text string) (headers []string) {
	t.Helper()
	note, err := s.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	values, err := signature.Lines(note)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		headers = append(headers, signature.Header, v)
	}
	return headers
}

func TestSignatures(t *testing.T) {
	release, public := signer(t, "example.org/release")
	stranger, _ := signer(t, "example.org/stranger")
	impostor, _ := signer(t, "example.org/release") // the same name, another key
	keys, err := signature.ParseKeys([]byte(public))
	if err != nil {
		t.Fatal(err)
	}
	var trusted *signature.Keys
	r := start(t, func(o *server.Options) { o.Keys = trusted; o.Signer = release })
	doc, other := door(t), strings.Replace(door(t), `"version":"1.0.0"`, `"version":"2.0.0"`, 1)
	catalog := lockCatalog(t)

	// Before there are keys everything is taken.
	digest := r.publish(doc)
	r.session("old", digest)
	r.propose("old", openAtNine).is(201)
	r.do("POST", "/v1/catalogs", catalog).is(201)
	r.do("POST", "/v1/sessions", `{"session":"unit","catalog":"locks@1.0.0","cursor":{"floor":1,"side":"north"}}`).is(201)

	trusted = keys
	r.restart(nil)
	before := r.contents()
	for _, path := range []string{"", "/snapshot", "/head", "/decisions", "/decisions/1", "/events"} {
		r.do("GET", "/v1/sessions/old"+path, "").is(403).refused(codes.SignatureMissing)
		r.do("GET", "/v1/sessions/unit"+path, "").is(403).refused(codes.SignatureMissing)
	}
	r.propose("old", shut).is(403).refused(codes.SignatureMissing)
	for _, q := range []string{"/why", "/path", "/verify"} {
		body := shut
		if q == "/verify" {
			body = ""
		}
		r.do("POST", "/v1/sessions/old"+q, body).is(403).refused(codes.SignatureMissing)
	}
	r.do("POST", "/v1/sessions", `{"bundle":"door@1.0.0"}`).is(403).refused(codes.SignatureMissing)
	r.do("POST", "/v1/sessions", `{"catalog":"locks@1.0.0","cursor":{"floor":1,`+
		`"side":"north"}}`).is(403).refused(codes.SignatureMissing)
	r.do("GET", "/v1/bundles/"+digest, "").is(403).refused(codes.SignatureMissing)
	r.do("GET", "/v1/catalogs/locks@1.0.0", "").is(403).refused(codes.SignatureMissing)

	at2, err := host.Native().Load([]byte(other))
	if err != nil {
		t.Fatal(err)
	}
	text := signature.BundleText("door", "2.0.0", at2.Digest())
	good := lines(t, release, text)
	wrong := base64.StdEncoding.EncodeToString(append([]byte{0, 0, 0, 0}, make([]byte, 64)...))
	for name, c := range map[string]struct {
		headers []string
		code    string
	}{
		"unsigned":              {nil, codes.SignatureMissing},
		"unknown key":           {lines(t, stranger, text), codes.SignatureUnknownKey},
		"the name, another key": {lines(t, impostor, text), codes.SignatureUnknownKey},
		"of another text":       {lines(t, release, signature.BundleText("door", "1.0.0", digest)), codes.SignatureWrong},
		"garbage":               {[]string{signature.Header, "nonsense"}, codes.SignatureMalformed},
		"no key of that hash":   {[]string{signature.Header, "example.org/release " + wrong}, codes.SignatureUnknownKey},
		"good, and one that lies": {append(lines(t, release, signature.BundleText("door", "1.0.0", digest)),
			lines(t, stranger, text)...), codes.SignatureWrong},
	} {
		t.Run(name, func(t *testing.T) {
			r.do("POST", "/v1/bundles", other, c.headers...).is(403).refused(c.code)
		})
	}
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}
	r.do("POST", "/v1/bundles", other, good...).is(201)
	r.do("POST", "/v1/bundles", other, append(lines(t, stranger, text), good...)...).is(201) // one trusted key is enough
	note := r.do("GET", "/v1/bundles/"+at2.Digest()+"/signature", "").is(200).body
	if who, err := keys.Verify(text, note); err != nil || who != "example.org/release" {
		t.Errorf("%s %v: %s", who, err, note)
	}
	r.session("new", "door@2.0.0")
	r.propose("new", openAtNine).is(201)

	// Signing later what was published unsigned brings its sessions back.
	r.do("POST", "/v1/bundles", doc, lines(t, release, signature.BundleText("door", "1.0.0", digest))...).is(201)
	r.do("GET", "/v1/sessions/old", "").is(200)
	r.propose("old", shut).is(201)

	// A catalog's signature is that of all its points.
	loaded, err := host.Native().LoadCatalog([]byte(catalog))
	if err != nil {
		t.Fatal(err)
	}
	var info struct{ Digests []string }
	if err := readJSON(loaded.Info(), &info); err != nil {
		t.Fatal(err)
	}
	text = signature.CatalogText("locks", "1.0.0", digestOf([]byte(catalog)), info.Digests)
	r.do("POST", "/v1/catalogs", catalog, lines(t, stranger, text)...).is(403).refused(codes.SignatureUnknownKey)
	r.do("POST", "/v1/catalogs", catalog, lines(t, release, text)...).is(201)
	r.do("GET", "/v1/sessions/unit", "").is(200)
	if r.do("GET", "/v1/bundles/"+info.Digests[0]+"/signature",
		"").is(200); string(r.do("GET", "/v1/catalogs/locks@1.0.0/signature", "").is(200).body) == "" {
		t.Error("the catalog has no signature")
	}
	r.do("GET", "/v1/bundles/"+info.Digests[0], "").is(200)

	// Heads are signed, and stand where the session does.
	a := r.do("GET", "/v1/sessions/old/head", "").is(200)
	signed, who, err := keys.Open(a.body)
	if err != nil || who != "example.org/release" {
		t.Fatal(who, err)
	}
	head, err := signature.ParseHead(signed)
	log := r.log("old")
	if err != nil || head.Session != "old" || head.Seq != 2 || head.Bundle != digest ||
		head.Decision != digestOf([]byte(log[1])) {
		t.Errorf("%+v %v", head, err)
	}
}

func TestModule(t *testing.T) {
	r := start(t, nil)
	var about struct {
		Digest, URL string
		Bytes, ABI  int
	}
	r.do("GET", "/v1/module", "").is(200).read(&about)
	if about.Digest != digestOf(smallModule) || about.Bytes != len(smallModule) || about.ABI != 1 {
		t.Errorf("%+v", about)
	}
	a := r.do("GET", about.URL, "").is(200)
	if string(a.body) != string(smallModule) || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
		t.Errorf("%q %v", a.body, a.header)
	}
	r.do("GET", "/v1/modules/sha256:"+strings.Repeat("0", 64), "").is(404).refused(codes.ModuleUnknown)
}

// TestAcceptEncoding: what a client excludes it does not get, and each encoding has its own tag.
func TestAcceptEncoding(t *testing.T) {
	r := start(t, nil)
	url := "/v1/modules/" + digestOf(smallModule)
	tags := map[string]string{}
	for _, c := range []struct{ accept, as string }{
		{"", ""}, {"gzip", "gzip"}, {"gzip;q=0", ""}, {"GZIP ; q=0.5, br", "gzip"}, {"br", ""}, {"*", "gzip"},
		{"gzip;q=0, *", ""},
		{"identity;q=0, gzip", "gzip"}, {"identity, gzip;q=0.1", ""}, {"identity;q=0", "none"},
		{"gzip;q=0, identity;q=0", "none"}, {"*;q=0", "none"},
	} {
		for _, path := range []string{url, "/metrics"} {
			for _, method := range []string{"GET", "HEAD"} {
				a := r.do(method, path, "", "Accept-Encoding", c.accept)
				if vary := strings.Join(a.header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Encoding") {
					t.Errorf("%s %s: Vary: %s", method, path, vary)
				}
				if c.as == "none" {
					if a.is(406); method == "GET" {
						a.refused(codes.HTTPEncoding)
					}
					continue
				}
				if got := a.is(200).header.Get("Content-Encoding"); got != c.as && !(c.as == "" && got == "identity") {
					t.Errorf("%s %s, %q: %q", method, path, c.accept, got)
				}
				if path == "/metrics" {
					continue
				}
				if tag := a.header.Get("ETag"); tags[c.as] == "" {
					tags[c.as] = tag
				} else if tags[c.as] != tag {
					t.Errorf("%q has the tags %s and %s", c.as, tags[c.as], tag)
				}
				body := a.body
				if method == "GET" && c.as == "gzip" {
					z, err := gzip.NewReader(bytes.NewReader(body))
					if err != nil {
						t.Fatal(err)
					}
					if body, err = io.ReadAll(z); err != nil {
						t.Fatal(err)
					}
				}
				if method == "GET" && !bytes.Equal(body, smallModule) {
					t.Errorf("%q is another module", c.accept)
				}
			}
		}
	}
	if tags["gzip"] == "" || tags["gzip"] == tags[""] {
		t.Errorf("two encodings, and the tags %q", tags)
	}
	for _, c := range []struct {
		accept, have string
		status       int
	}{
		{"gzip", tags["gzip"], 304}, {"gzip", "W/" + tags["gzip"], 304}, {"gzip", `"x", ` + tags["gzip"], 304},
		{"gzip", "*", 304},
		{"gzip", tags[""], 200}, {"", tags[""], 304}, {"", tags["gzip"], 200}, {"gzip;q=0", tags["gzip"], 200},
		{"gzip;q=0", tags[""], 304},
		{"", tags["gzip"] + ", " + tags[""], 304},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			a := r.do(method, url, "", "Accept-Encoding", c.accept, "If-None-Match", c.have).is(c.status)
			if a.header.Get("ETag") == "" || a.header.Get("Vary") == "" || c.status == 304 &&
				a.header.Get("Content-Encoding") != "" {
				t.Errorf("%s: %v", method, a.header)
			}
		}
	}
}
