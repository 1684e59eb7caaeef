package studio_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/studio"
)

// table is a studio with a ledger in which bundles are published.
func table(t *testing.T, change func(*studio.Options), published ...string) http.Handler {
	t.Helper()
	ctx := context.Background()
	l, err := ledger.Open(ctx, filepath.Join(t.TempDir(), "studio.db"), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	o := studio.Options{Core: host.Native(), Ledger: l, Sources: map[string][]byte{}}
	for _, path := range published {
		built, found := author.Build(path, author.Options{Engine: host.Native()})
		if built.Document == nil {
			t.Fatal(path, found)
		}
		if err := l.Publish(ctx, ledger.Document{Kind: ledger.KindBundle, Name: built.Name, Version: built.Version,
			Digest: built.Digest, Bytes: built.Document}); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&o)
	}
	return studio.New(o)
}

func ask(h http.Handler, method, path, media string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// answer is what /studio/test answers, as far as it is looked at here.
type answer struct {
	Name, Version, Digest string
	Catalog               bool
	Document              json.RawMessage
	Findings              []struct {
		Line, Column, EndLine, EndColumn int
		Severity, Code, Message          string
	}
	More, Unrun int
	Scenarios   []struct {
		Name         string
		Passed       bool
		Line, Column int
		Failure      *struct {
			Step       int
			Mismatches []struct{ What, Want, Got string }
		}
	}
	Coverage *struct{ Percent int }
}

func post(t *testing.T, h http.Handler, yaml string) (a answer) {
	t.Helper()
	w := ask(h, "POST", "/studio/test", "application/yaml; charset=utf-8", []byte(yaml))
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		t.Fatal(w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

const lamp = `holdfast: 1
bundle: lamp
version: 1.0.0
agents: {keeper: {}}
state: {lit: {type: bool}}
actions:
  light: {set: {lit: true}}
constraints:
  - {id: ONCE, level: operational, on: [light], require: "!state.lit", otherwise: {say: It is lit.}}
tests:
  - name: Once
    steps:
      - {action: light, actor: keeper, expect: {verdict: commit}}
      - {action: light, actor: keeper, expect: {verdict: reject, governing: ONCE}}
`

func TestDocumentAndScenarios(t *testing.T) {
	h := table(t, nil)
	tested := post(t, h, lamp)
	if tested.Name != "lamp" || tested.Version != "1.0.0" || len(tested.Findings) != 0 {
		t.Error(tested)
	}
	want, _ := author.Build("lamp.yaml", author.Options{Engine: host.Native(),
		ReadFile: func(string) ([]byte, error) { return []byte(lamp), nil }})
	if tested.Digest != want.Digest || !bytes.Equal(tested.Document, want.Document) {
		t.Errorf("got %s %s", tested.Digest, tested.Document)
	}
	if len(tested.Scenarios) != 1 || !tested.Scenarios[0].Passed || tested.Scenarios[0].Line != 13 ||
		tested.Coverage.Percent != 100 {
		t.Errorf("%+v", tested)
	}
	failing := post(t, h, strings.Replace(lamp, "verdict: reject", "verdict: commit", 1))
	if s := failing.Scenarios[0]; s.Passed || s.Line != 14 || s.Failure.Step != 2 ||
		s.Failure.Mismatches[0].Got != "reject" {
		t.Errorf("%+v", failing.Scenarios)
	}
}

func TestFindingsHavePlaces(t *testing.T) {
	h := table(t, nil)
	got := post(t, h, strings.Replace(lamp, "!state.lit", "!state.lite", 1))
	if string(got.Document) != "null" || got.Digest != "" || len(got.Findings) != 1 || len(got.Scenarios) != 0 ||
		got.Coverage != nil {
		t.Fatalf("%+v", got)
	}
	if f := got.Findings[0]; f.Severity != "error" || f.Line != 9 || f.EndLine != 9 || f.EndColumn <= f.Column ||
		!strings.HasPrefix(lamp[strings.Index(lamp, "  - {id"):][f.Column-1:], `lit"`) {
		t.Errorf("%+v", f)
	}
	many := post(t, h, lamp+strings.Repeat("  - {name: x, steps: 3}\n", 150))
	if len(many.Findings) != yaml.MaxFindings {
		t.Error(len(many.Findings))
	}
	for _, broken := range []string{"", "a: [", "\x00", "- 1", "holdfast: 1\n---\nholdfast: 2\n",
		strings.Repeat("[", 10000)} {
		if got := post(t, h, broken); len(got.Findings) == 0 || string(got.Document) != "null" {
			t.Errorf("%.20q: %+v", broken, got)
		}
	}
}

// What is in an editor must not be a way to read files.
func TestNoFilesAreRead(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "lamp.yaml"), []byte(lamp), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	h := table(t, nil)
	child := "holdfast: 1\nbundle: child\nversion: 1.0.0\nextends: [{bundle: lamp, version: 1.0.0}]\nagents: {other: {}}\n"
	catalog := "holdfast: 1\ncatalog: lamps\nversion: 1.0.0\nbundle: " + filepath.Join(folder,
		"lamp.yaml") + "\nmatrix: {n: [1]}\n"
	for _, yaml := range []string{child, catalog, strings.Replace(catalog, folder+"/", "", 1)} {
		got := post(t, h, yaml)
		if string(got.Document) != "null" || len(got.Findings) == 0 || strings.Contains(got.Findings[0].Message, "ONCE") {
			t.Errorf("%s\n%+v", yaml, got)
		}
	}
	// A parent is what is published under its name.
	if got := post(t, table(t, nil, filepath.Join(folder, "lamp.yaml")), child); got.Digest == "" {
		t.Errorf("%+v", got.Findings)
	}
}

func TestSource(t *testing.T) {
	root := "../../testdata/bundles/"
	paths := []string{root + "spektre/spektre.yaml", root + "specula/specula.yaml",
		root + "mode-constraint-layer/mode-constraint-layer.yaml", root + "mode-constraint-layer/notebook.yaml", root +
			"grade-1-guardian/guardian.yaml"}
	h := table(t, func(o *studio.Options) {
		for doc, err := range o.Ledger.Releases(context.Background(), ledger.KindBundle) {
			if err != nil {
				t.Fatal(err)
			}
			if doc.Name == "spektre" {
				o.Sources[doc.Digest] = []byte("# as it was written\n")
			}
		}
	}, paths...)
	for _, path := range paths {
		built, _ := author.Build(path, author.Options{Engine: host.Native()})
		w := ask(h, "GET", "/studio/source/"+built.Digest, "", nil)
		if w.Code != 200 {
			t.Fatal(path, w.Body)
		}
		if built.Name == "spektre" {
			if w.Body.String() != "# as it was written\n" {
				t.Error(w.Body)
			}
			continue
		}
		// YAML that is made of a document means that document, parents and hidden metadata included.
		if again := post(t, h, w.Body.String()); again.Digest != built.Digest {
			t.Errorf("%s: %s, %v\n%s", path, again.Digest, again.Findings, w.Body)
		}
	}
	for _, unknown := range []string{"sha256:0", "", "..", "spektre"} {
		if w := ask(h, "GET", "/studio/source/"+unknown, "", nil); w.Code != 404 || !strings.Contains(w.Body.String(),
			`"bundle/unknown"`) {
			t.Error(unknown, w.Code, w.Body)
		}
	}
}

func TestRefusals(t *testing.T) {
	h := table(t, nil)
	for _, c := range []struct {
		method, path, media string
		body                []byte
		status              int
		code                string
	}{
		{"GET", "/studio/nothing", "", nil, 404, "http/path"},
		{"GET", "/studio/build", "", nil, 404, "http/path"},
		{"GET", "/studio/assets/../index.html", "", nil, 404, "http/path"},
		{"POST", "/studio/", "", nil, 405, "http/method"},
		{"GET", "/studio/test", "", nil, 405, "http/method"},
		{"DELETE", "/studio/schema", "", nil, 405, "http/method"},
		{"POST", "/studio/test", "application/json", []byte("{}"), 415, "http/content-type"},
		{"POST", "/studio/test", "", []byte(lamp), 415, "http/content-type"},
		{"POST", "/studio/test", "application/yaml", bytes.Repeat([]byte("# \n"), yaml.MaxFile/2), 413, "http/too-large"},
	} {
		w := ask(h, c.method, c.path, c.media, c.body)
		var p struct {
			Type, Title, Code, Detail string
			Status                    int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil ||
			w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %v, %s", c.method, c.path, err, w.Body)
		}
		if w.Code != c.status || p.Status != c.status || p.Code != c.code || p.Type != "urn:holdfast:problem:"+c.code ||
			p.Title == "" || p.Detail == "" {
			t.Errorf("%s %s: %d %+v", c.method, c.path, w.Code, p)
		}
		if c.status == 405 && w.Header().Get("Allow") == "" {
			t.Error(c.path, "does not say what it takes")
		}
	}
}

func TestAuthorize(t *testing.T) {
	h := table(t, func(o *studio.Options) {
		o.Authorize = func(r *http.Request) error {
			if r.Header.Get("Authorization") == "" {
				return errors.New("who asks?")
			}
			return nil
		}
	})
	for path, status := range map[string]int{"/studio/": 200, "/studio/schema": 401, "/studio/source/sha256:0": 401} {
		if w := ask(h, "GET", path, "", nil); w.Code != status {
			t.Error(path, w.Code)
		}
	}
	if w := ask(h, "POST", "/studio/test", "application/yaml",
		[]byte(lamp)); w.Code != 401 || !strings.Contains(w.Body.String(), `"auth/required"`) {
		t.Error(w.Code, w.Body)
	}
}

func TestPage(t *testing.T) {
	h := table(t, nil)
	w := ask(h, "GET", "/studio/", "", nil)
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatal(w.Code, w.Header())
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval';", "style-src 'self';",
		"connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "'unsafe-eval'") {
		t.Error(policy)
	}
	assets := regexp.MustCompile(`/studio/assets/[^"]+`).FindAllString(w.Body.String(), -1)
	if len(assets) < 2 {
		t.Fatal(w.Body)
	}
	for _, path := range assets {
		plain := ask(h, "GET", path, "", nil)
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "br, gzip")
		packed := httptest.NewRecorder()
		h.ServeHTTP(packed, r)
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(path, err)
		}
		if body, err := io.ReadAll(z); err != nil || !bytes.Equal(body, plain.Body.Bytes()) || len(body) == 0 {
			t.Error(path, "is another one when it is compressed:", err)
		}
		if !strings.Contains(plain.Header().Get("Cache-Control"), "immutable") {
			t.Error(path, plain.Header())
		}
		if plain.Header().Get("ETag") == packed.Header().Get("ETag") {
			t.Error(path, "has one tag for two encodings")
		}
		for tag, status := range map[string]int{packed.Header().Get("ETag"): 304,
			`"x", W/` + packed.Header().Get("ETag"): 304, plain.Header().Get("ETag"): 200} {
			r.Header.Set("If-None-Match", tag)
			again := httptest.NewRecorder()
			h.ServeHTTP(again, r)
			if again.Code != status || status == 304 && again.Body.Len() != 0 ||
				again.Header().Get("Vary") != "Accept-Encoding" {
				t.Error(path, tag, again.Code, again.Header())
			}
		}
		for accept, encoding := range map[string]string{"gzip;q=0": "", "identity;q=1, gzip;q=0.5": "",
			"gzip;q=0.001": "gzip", "identity;q=0, *": "gzip"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("Accept-Encoding", accept)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Encoding"); w.Code != 200 || got != encoding || encoding == "" &&
				!bytes.Equal(w.Body.Bytes(), plain.Body.Bytes()) {
				t.Errorf("%s, %s: %d, encoded as %q", path, accept, w.Code, got)
			}
		}
		r.Header.Set("Accept-Encoding", "*;q=0")
		none := httptest.NewRecorder()
		if h.ServeHTTP(none, r); none.Code != 406 || none.Header().Get("ETag") != "" {
			t.Error(path, none.Code, none.Header())
		}
		if head := ask(h, "HEAD", path, "", nil); head.Code != 200 || head.Body.Len() != 0 {
			t.Error(path, head.Code, head.Body.Len())
		}
	}
}
