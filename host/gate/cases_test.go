package gate

// This file reads testdata/gate, as the tests of @holdfast/web/edge do.

import (
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/problem"
)

func readCases(t *testing.T, name string, v any) {
	t.Helper()
	src, err := os.ReadFile("../../testdata/gate/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(src, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func codeOf(err error) string {
	var wrong *core.Error
	if errors.As(err, new(*methodError)) {
		return codes.GateMethod
	}
	if errors.As(err, &wrong) {
		return wrong.Code
	}
	return ""
}

func TestPaths(t *testing.T) {
	var cases []struct{ Name, Path, Normal, Code string }
	readCases(t, "paths", &cases)
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		at, err := readTarget(c.Path)
		if codeOf(err) != c.Code || err == nil && at.path != c.Normal {
			t.Errorf("%s: %q, %v", c.Name, at.path, err)
		}
		if again, err2 := readTarget(at.path); err == nil && (err2 != nil || again.path != at.path) {
			t.Errorf("%s: the normal form is its own: %q, %v", c.Name, again.path, err2)
		}
		if u, parse := url.ParseRequestURI(c.Path); parse == nil && u.Opaque == "" &&
			c.Path != "*" { // and as a server gets it
			if at, err := readTarget(u.EscapedPath()); codeOf(err) != c.Code || err == nil && at.path != c.Normal {
				t.Errorf("%s, as a server gets it: %q, %v", c.Name, at.path, err)
			}
		}
	}
}

type namedRoute string

func (namedRoute) propose(*http.Request) (*host.Proposal, error) { return Pass, nil }

func TestRoutes(t *testing.T) {
	var all struct {
		Routes map[string]string
		Cases  []struct {
			Name, Method, Path, Pattern, Spelled, Code string
			Params                                     map[string]string
		}
	}
	readCases(t, "routes", &all)
	routes := Routes{}
	for pattern, name := range all.Routes {
		routes[pattern] = namedRoute(name)
	}
	table, err := compile(routes)
	if err != nil || len(all.Cases) < 40 {
		t.Fatal(err, len(all.Cases))
	}
	for _, c := range all.Cases {
		at, err := readTarget((&url.URL{Path: "", RawPath: ""}).EscapedPath() + c.Path)
		if err != nil {
			t.Fatal(c.Name, err)
		}
		f, err := table.find(c.Method, at)
		if codeOf(err) != c.Code {
			t.Errorf("%s: %v", c.Name, err)
		}
		if err == nil && (f.pattern != c.Pattern || !maps.Equal(f.params, c.Params) || f.path != c.Spelled) {
			t.Errorf("%s: %s %v %s", c.Name, f.pattern, f.params, f.path)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, pattern := range []string{
		"cart", "post /cart", "POST cart", "POST  /cart", "POST /cart/{", "POST /cart/{a}b", "POST /{a}/{a}",
		"POST /{a...}/b", "POST /{a...}/", "POST /a//b", "POST /a/../b", "POST /a;b", "",
	} {
		if _, err := compile(Routes{pattern: Through}); err == nil {
			t.Error(pattern)
		}
	}
	for _, other := range []string{"POST /CART", "POST /cart/", "POST /c%61rt"} {
		if _, err := compile(Routes{"POST /cart": Through, other: Through}); err == nil {
			t.Error(other)
		}
	}
	if _, err := compile(Routes{"POST /{a}": Through, "POST /{b}": Through}); err == nil {
		t.Error("two parameters")
	}
	for _, route := range []Route{nil, Propose(nil)} {
		if _, err := compile(Routes{"POST /cart": route}); err == nil {
			t.Error("a route that is nil")
		}
	}
}

func TestFields(t *testing.T) {
	var cases []struct {
		Name, Raw, Written, Refused string
		Fields                      [][2]string
	}
	readCases(t, "fields", &cases)
	if len(cases) < 20 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		for _, code := range []string{codes.GateQuery, codes.GateForm} {
			want := map[string]string{"": "", "override": codes.GateOverride, "two readings": code}[c.Refused]
			fields, err := readFields(c.Raw, code)
			if codeOf(err) != want || want == "" && writeFields(fields) != c.Written || len(fields) != len(c.Fields) {
				t.Errorf("%s: %v %v", c.Name, fields, err)
				continue
			}
			for i, f := range fields {
				if c.Fields[i] != [2]string{f.name, f.value} {
					t.Errorf("%s: %v", c.Name, f)
				}
			}
		}
	}
}

func testBundle(t *testing.T) host.Bundle {
	t.Helper()
	src, err := os.ReadFile("../../testdata/golden/checkout/bundle.json")
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := host.Native().Load(src)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// ran sends a request through a gate and returns what got through, or the answer.
func ran(t *testing.T, o Options, r *http.Request) (on *http.Request, body string, w *httptest.ResponseRecorder) {
	t.Helper()
	check, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	w = httptest.NewRecorder()
	check(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		src, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		on, body = r, string(src)
	})).ServeHTTP(w, r)
	return on, body, w
}

func addFrom(r *http.Request) (*host.Proposal, error) {
	p := &host.Proposal{Action: "add", Actor: host.Actor{Kind: "shopper", ID: "ann"}}
	if r.Header.Get("Content-Type") == formType {
		p.Args = map[string]any{"item": r.PostFormValue("item"), "count": 2}
		return p, nil
	}
	return p, JSON(r, &p.Args)
}

func TestHeaders(t *testing.T) {
	var cases []struct{ Header, Becomes string }
	readCases(t, "headers", &cases)
	if len(cases) < 40 {
		t.Fatalf("%d cases", len(cases))
	}
	routes := Routes{"/{rest...}": Through, "POST /cart": Propose(addFrom)}
	for _, c := range cases {
		for _, path := range []string{"/cart", "/else"} {
			r := httptest.NewRequest("POST", path, strings.NewReader(`{"item":"mug","count":2}`))
			r.Header = http.Header{
				"Content-Type": {"application/json"},
				c.Header:       {"forged", "forged again"},
			} // as it was sent
			on, _, w := ran(t, Options{Bundle: testBundle(t), Routes: routes}, r)
			if c.Becomes == "refused" {
				if on != nil || !strings.Contains(w.Body.String(), codes.GateOverride) {
					t.Errorf("%s, %s: %s", c.Header, path, w.Body)
				}
				continue
			}
			forged := 0
			for _, values := range on.Header {
				for _, value := range values {
					if strings.HasPrefix(value, "forged") {
						forged++
					}
				}
			}
			if forged != map[string]int{"kept": 2, "taken off": 0}[c.Becomes] {
				t.Errorf("%s, %s: %d left", c.Header, path, forged)
			}
		}
	}
}

func TestBodies(t *testing.T) {
	testBodies(t, "bodies", 40, 4096, Propose(addFrom))
}

func TestBodiesThatPass(t *testing.T) {
	testBodies(t, "passed", 50, 0, Through)
}

func testBodies(t *testing.T, file string, least int, limit int64, route Route) {
	t.Helper()
	var cases []struct {
		Name, Type, Coding, Body, Base64, Sent, SentType, Code string
		Status                                                 int
	}
	readCases(t, file, &cases)
	if len(cases) < least {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		src := []byte(c.Body)
		if c.Base64 != "" {
			src, _ = base64.StdEncoding.DecodeString(c.Base64)
		}
		r := httptest.NewRequest("POST", "/cart", strings.NewReader(string(src)))
		r.Header = http.Header{}
		if c.Type != "" {
			r.Header.Set("Content-Type", c.Type)
		}
		if c.Coding != "" {
			r.Header.Set("Content-Encoding", c.Coding)
		}
		on, body, w := ran(t, Options{Bundle: testBundle(t), Routes: Routes{"POST /cart": route}, Limit: limit}, r)
		if c.Code != "" {
			var p problem.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || on != nil || w.Code != c.Status ||
				p.Code != c.Code && !strings.HasPrefix(p.Code, c.Code+"/") {
				t.Errorf("%s: %d %s", c.Name, w.Code, w.Body)
			}
			continue
		}
		if c.Sent == "" {
			c.Sent = c.Body // as it came
		}
		if on == nil || body != c.Sent || c.SentType != "" && on.Header.Get("Content-Type") != c.SentType ||
			on.Header.Get("Content-Encoding") != "" || on.ContentLength != int64(len(body)) {
			t.Errorf("%s: %d %s %q", c.Name, w.Code, w.Body, body)
		}
	}
}

type sealCase struct {
	Name, Code string
	Seal       *string
	Keys       []json.RawMessage
	Now        *int64
	Method     string
	Host       string
	Target     string
	Body       *string
	Headers    map[string]*string
}

type sealRequest struct {
	Now                                int64
	Method, Host, Target, Body, Bundle string
	Headers                            map[string]string
	Private                            string
	Secret                             struct{ ID, Secret string }
}

func sealCases(t *testing.T) (sealRequest, []sealCase) {
	var all struct {
		Request sealRequest
		Cases   []sealCase
	}
	readCases(t, "seals", &all)
	if len(all.Cases) < 45 {
		t.Fatalf("%d cases", len(all.Cases))
	}
	return all.Request, all.Cases
}

func readKey(t *testing.T, src json.RawMessage) *Key {
	t.Helper()
	var secret struct{ ID, Secret string }
	var text string
	key, err := (*Key)(nil), error(nil)
	if json.Unmarshal(src, &text) == nil {
		key, err = PublicKey(text)
	} else if err = json.Unmarshal(src, &secret); err == nil {
		key, err = Secret(secret.ID, []byte(secret.Secret))
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (q sealRequest) made(c sealCase) *http.Request {
	pick := func(own, common string) string {
		if own != "" {
			return own
		}
		return common
	}
	body := q.Body
	if c.Body != nil {
		body = *c.Body
	}
	r := httptest.NewRequest(pick(c.Method, q.Method), pick(c.Target, q.Target), strings.NewReader(body))
	r.Host = pick(c.Host, q.Host)
	for name, value := range q.Headers {
		r.Header.Set(name, value)
	}
	if c.Seal != nil {
		r.Header.Set(HeaderSeal, *c.Seal)
	}
	for name, value := range c.Headers {
		r.Header.Del(name)
		if value != nil {
			r.Header.Set(name, *value)
		}
	}
	return r
}

func TestSeals(t *testing.T) {
	common, cases := sealCases(t)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			r := common.made(c)
			at := common.Now
			if c.Now != nil {
				at = *c.Now
			}
			o := CheckOptions{Now: func() time.Time { return time.UnixMilli(at) }}
			for _, key := range c.Keys {
				o.Keys = append(o.Keys, readKey(t, key))
			}
			checked, err := Verify(r, o)
			if codeOf(err) != c.Code || (err == nil) != (c.Code == "") {
				t.Fatal(err)
			}
			if err == nil &&
				(checked.Verdict != "commit" || checked.Digest != common.Headers[HeaderDigest] ||
					checked.Bundle != common.Bundle) {
				t.Error(checked)
			}
			if body, _ := io.ReadAll(r.Body); err == nil && string(body) != common.Body {
				t.Errorf("the body is left as it was: %q", body)
			}
		})
	}
}

func TestSealThroughAProxy(t *testing.T) {
	common, cases := sealCases(t)
	c := cases[0]
	c.Host, c.Target = "10.0.0.1:8080", "/app/cart"
	o := CheckOptions{Keys: []*Key{readKey(t, c.Keys[0])}, Now: func() time.Time { return time.UnixMilli(common.Now) }}
	if _, err := Verify(common.made(c), o); codeOf(err) != codes.SealOther {
		t.Error(err)
	}
	o.Audience, o.Target = common.Host, common.Target
	if _, err := Verify(common.made(c), o); err != nil {
		t.Error(err)
	}
}

func TestWhatAGateSealsAnOriginBelieves(t *testing.T) {
	common, cases := sealCases(t)
	private, err := PrivateKey(common.Private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := Secret(common.Secret.ID, []byte(common.Secret.Secret))
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]*Key{{private, readKey(t, cases[0].Keys[0])}, {secret, secret}} {
		r := httptest.NewRequest("POST", "/CART?a=%61", strings.NewReader(`{"item":"mug", "count":2}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(HeaderSeal, "forged")
		on, body, w := ran(
			t,
			Options{Bundle: testBundle(t), Routes: Routes{"POST /cart": Propose(addFrom)}, Seal: pair[0]},
			r,
		)
		if on == nil {
			t.Fatal(w.Body)
		}
		o := CheckOptions{Keys: []*Key{pair[1]}}
		sent := func(body string) *http.Request {
			again := httptest.NewRequest("POST", on.RequestURI, strings.NewReader(body))
			again.Host, again.Header = on.Host, on.Header.Clone()
			return again
		}
		status := func(r *http.Request) (int, string) {
			w := httptest.NewRecorder()
			Require(o)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				_, _ = io.WriteString(w, Decided(r.Context()).Verdict+string(body))
			})).ServeHTTP(w, r)
			return w.Code, w.Body.String()
		}
		if code, said := status(sent(body)); code != 200 || said != "commit"+body {
			t.Error(code, said)
		}
		if code, said := status(sent(`{"count":90,"item":"mug"}`)); code != 403 ||
			!strings.Contains(said, codes.SealOther) {
			t.Error(code, said)
		}
		bare := sent(body)
		bare.Header.Del(HeaderSeal)
		if code, said := status(bare); code != 403 || !strings.Contains(said, codes.SealMissing) {
			t.Error(code, said)
		}
	}
}

func TestKeys(t *testing.T) {
	common, cases := sealCases(t)
	public := string(cases[0].Keys[0])
	for _, src := range []string{"", "x", "PRIVATE+KEY+a+00000000+AAAA", strings.Trim(public, `"`)} {
		if key, err := PrivateKey(src); err == nil {
			t.Error(src, key)
		}
	}
	for _, src := range []string{"", "x", common.Private, strings.Trim(public, `"`) + "AAAA"} {
		if key, err := PublicKey(src); err == nil {
			t.Error(src, key)
		}
	}
	if key, err := Secret("short", []byte("too short")); err == nil {
		t.Error(key)
	}
	o := Options{Bundle: testBundle(t), Routes: Routes{"GET /": Through}, Seal: readKey(t, cases[0].Keys[0])}
	if _, err := New(o); err == nil {
		t.Error("a public key signs nothing")
	}
}

func TestMultipartOverTheLimit(t *testing.T) {
	part := func(name string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + strings.Repeat("x", 900) + "\r\n"
	}
	for _, c := range []struct{ body, code string }{
		{part("file") + part("file") + "--b--\r\n", ""},
		{part("file") + part("file") + part("_method") + "--b--\r\n", codes.GateOverride},
	} {
		r := httptest.NewRequest("POST", "/cart", strings.NewReader(c.body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		options := Options{Bundle: testBundle(t), Routes: Routes{"POST /cart": Through}, Limit: 1000}
		gate, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		var said *core.Error
		gate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if c.code == "" && (err != nil || string(body) != c.body) {
				t.Errorf("%v: %q", err, body)
			}
			if c.code != "" && (!errors.As(err, &said) || said.Code != c.code) {
				t.Errorf("%v, want %s", err, c.code)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		if c.code != "" && said == nil {
			t.Error("it did not break off")
		}
	}
}
