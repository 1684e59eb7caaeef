package server_test

// This file sends every route what it does not take. Each answer is a problem with a
// stable code, and the ledger holds the same bytes afterwards.

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
)

// concrete is a path that is there, in the world that populate makes.
func concrete(path string) string {
	ref := "door@1.0.0"
	if strings.HasPrefix(path, "/v1/catalogs") {
		ref = "locks@1.0.0"
	}
	return strings.NewReplacer("{session}", "s", "{ref}", ref, "{digest}", digestOf(smallModule), "{seq}",
		"1").Replace(path)
}

// populate publishes a bundle and a catalog and records some decisions.
func populate(r *rig) {
	r.Helper()
	r.publish(door(r))
	r.do("POST", "/v1/catalogs", lockCatalog(r)).is(201)
	r.session("s", "door@1.0.0")
	for range 3 {
		r.propose("s", openAtNine).is(201)
	}
}

// unchanged runs f and fails the test if the ledger is another afterwards.
func (r *rig) unchanged(f func()) {
	r.Helper()
	before := r.contents()
	f()
	if after := r.contents(); after != before {
		r.Errorf("the ledger has changed:\n%s\nwas\n%s", after, before)
	}
}

// good is a body that a route takes.
func good(path string) string {
	switch {
	case strings.HasSuffix(path, "/resolve"):
		return `{"floor":1,"side":"north"}`
	case path == "/v1/bundles":
		return scribe
	case path == "/v1/sessions":
		return `{"bundle":"door@1.0.0"}`
	case strings.HasSuffix(path, "/admissible"):
		return `{"actor":{"kind":"owner"}}`
	case strings.HasSuffix(path, "/verify"), path == "/v1/catalogs":
		return `{}`
	}
	return shut
}

func TestEveryRouteRefusesOtherMethods(t *testing.T) {
	r := start(t, nil)
	populate(r)
	takes := map[string][]string{}
	for _, route := range server.Routes() {
		takes[route.Path] = append(takes[route.Path], route.Method)
	}
	r.unchanged(func() {
		for path, methods := range takes {
			if slices.Contains(methods, "GET") {
				methods = append(methods, "HEAD")
			}
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND",
				"BREW", "get", "post"} {
				if !slices.Contains(methods, method) {
					a := r.do(method, concrete(path), "").is(405)
					if method != "HEAD" {
						a.refused(codes.HTTPMethod)
					}
				}
			}
		}
	})
}

// raw sends bytes and reads what comes back. With half, nothing more will come from the client.
func (r *rig) raw(request string, half bool) answer {
	r.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, request); err != nil {
		r.Fatal(err)
	}
	if half {
		_ = c.(*net.TCPConn).CloseWrite()
	}
	return r.response(c, request)
}

// response reads one answer from a connection.
func (r *rig) response(c io.Reader, request string) answer {
	r.Helper()
	line, _, _ := strings.Cut(request, "\r\n")
	if len(line) > 100 {
		line = line[:100]
	}
	method, _, _ := strings.Cut(line, " ")
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		r.Fatalf("%q: %v", line, err)
	}
	defer res.Body.Close()
	a := answer{r: r, asked: line, status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		r.Fatalf("%q: %v", line, err)
	}
	return a
}

// proper fails the test unless the answer is a problem document of the contract.
func (a answer) proper(codes ...string) {
	a.r.Helper()
	if err := description(a.r).problem(a.body); err != nil {
		a.r.Fatalf("%s: %d %v: %.300s", a.asked, a.status, err, a.body)
	}
	code, err := codeOf(a.body, a.status)
	if err != nil {
		a.r.Fatalf("%s: %v", a.asked, err)
	}
	if a.header.Get("Content-Type") != "application/problem+json" || a.header.Get("Cache-Control") != "no-store" ||
		len(a.header.Get("Request-Id")) != 16 {
		a.r.Errorf("%s: %v", a.asked, a.header)
	}
	if len(codes) > 0 && !slices.Contains(codes, code) {
		a.r.Errorf("%s: %s, and not %s: %.300s", a.asked, code, codes, a.body)
	}
}

func TestEveryBodyIsHeldToItsType(t *testing.T) {
	r := start(t, nil)
	populate(r)
	r.unchanged(func() {
		for _, route := range server.Routes() {
			if route.Body == 0 {
				continue
			}
			path := concrete(route.Path)
			for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded",
				"multipart/form-data; boundary=x", "application/yaml", "text/json", "application/json; " +
					"=", "application/jsonx", "*/*"} {
				r.do("POST", path, good(route.Path), "Content-Type", media).is(415).refused(codes.HTTPContentType)
			}
			var zipped bytes.Buffer
			w := gzip.NewWriter(&zipped)
			_, _ = io.WriteString(w, good(route.Path))
			_ = w.Close()
			for _, coding := range []string{"gzip", "identity", "br, gzip"} {
				r.do("POST", path, zipped.String(), "Content-Encoding", coding).is(415).refused(codes.HTTPContentType)
			}
		}
	})
}

func TestEveryBodyIsHeldToItsSize(t *testing.T) {
	r := start(t, nil)
	populate(r)
	r.unchanged(func() {
		for _, route := range server.Routes() {
			if route.Body == 0 {
				continue
			}
			path := concrete(route.Path)
			blank := strings.Repeat(" ", int(route.Body))
			r.do("POST", path, good(route.Path)+blank).is(413).refused(codes.HTTPTooLarge)
			// chunked
			r.send(r.plain, "POST", path, io.MultiReader(strings.NewReader(good(route.Path)),
				strings.NewReader(blank))).is(413).proper(codes.HTTPTooLarge)
			a := r.do("POST", path, "["+strings.Repeat(" ", int(route.Body)-2)+"]")
			if a.status < 400 || a.status == 413 { // as large as it may be: then it is about the shape
				t.Errorf("%s: %d %.200s", path, a.status, a.body)
			}
			half := good(route.Path)[:len(good(route.Path))/2]
			r.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "+
				"%d\r\n\r\n%s", path, len(good(route.Path)), half), true).is(400).proper(codes.HTTPBody)
			r.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "+
				"chunked\r\n\r\n%x\r\n%s", path, len(half)+1, half), true).is(400).proper(codes.HTTPBody)
			r.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "+
				"chunked\r\n\r\nzz\r\n%s", path, half), true).is(400).proper(codes.HTTPBody)
		}
	})
}

func TestEveryBodyIsReadStrictly(t *testing.T) {
	r := start(t, nil)
	populate(r)
	deep := strings.Repeat(`{"action":`, 200) + "1" + strings.Repeat("}", 200)
	bodies := map[string][]string{ // and the codes that are right for them, where they are the same everywhere
		`{"action":"a","action":"b"}`: {"json/duplicate-key"},
		`{"session":"\ud800"}`:        {"json/lone-surrogate"},
		"{\"session\":\"\xff\"}":      {"json/invalid-utf8"},
		`{"at":1e400}`:                {"json/number-range"},
		`{"at":9007199254740993}`:     {"json/number-range"},
		`{"at":01}`:                   {"json/syntax"},
		`{"at":NaN}`:                  {"json/syntax"},
		`{`:                           {"json/syntax"},
		`{} {}`:                       {"json/trailing-bytes"},
		"\ufeff{}":                    {"json/syntax"},
		`{"a":/**/1}`:                 {"json/syntax"},
		deep:                          {"limit/json-depth"},
		strings.Repeat("[", 10_000):   {"limit/json-depth"},
		`null`:                        nil, `true`: nil, `42`: nil, `"text"`: nil, `[]`: nil, `[{}]`: nil,
		`{"nonsense":1}`:       nil,
		`{"__proto__":{}}`:     nil,
		`{"Action":"close"}`:   nil,
		`{"ACTION":"close"}`:   nil,
		`{"action":null}`:      nil,
		`{"":""}`:              nil,
		`{"action":["close"]}`: nil,
	}
	shapes := []string{ // of proposals, with what else is right
		`{"action":7}`, `{"action":"close","actor":"owner"}`, `{"action":"close","actor":["owner"]}`,
		`{"action":"close","actor":{"kind":"owner","role":"admin"}}`,
		`{"action":"close","actor":{"kind":7}}`, `{"action":"close","actor":{"KIND":"owner"}}`,
		`{"action":"close","actor":{"kind":"owner","id":null}}`,
		`{"action":"close","actor":{"kind":"owner"},"args":[]}`,
		`{"action":"close","actor":{"kind":"owner"},"args":null}`,
		`{"action":"close","actor":{"kind":"owner"},"args":{"x":1}}`,
		`{"action":"close","actor":{"kind":"owner"},"at":"now"}`, `{"action":"close","actor":{"kind":"owner"},"at":1.5}`,
		`{"action":"close","actor":{"kind":"owner"},"at":null}`, `{"action":"close","actor":{"kind":"owner"},"at":-1}`,
		`{"action":"close","actor":{"kind":"owner"},"reasons":"r"}`,
		`{"action":"close","actor":{"kind":"owner"},"reasons":[1]}`,
		`{"action":"close","actor":{"kind":"owner"},"reasons":null}`,
		`{"action":"close","actor":{"kind":"owner"},"seq":"3"}`, `{"action":"close","actor":{"kind":"owner"},"seq":3.5}`,
		`{"action":"close","actor":{"kind":"owner"},"seq":true}`, `{"action":"close","actor":{"kind":"owner"},"seq":null}`,
		`{"action":"close","actor":{"kind":"owner"},"verdict":"commit"}`,
		`{"action":"close","actor":{"kind":"owner"},"Seq":3}`,
		`{"action":"nothing","actor":{"kind":"owner"}}`, `{"action":"close","actor":{"kind":"nobody"}}`,
		`{"action":"open","actor":{"kind":"owner"}}`, `{"action":"open","actor":{"kind":"owner"},"args":{"hour":24}}`,
		`{"action":"close","actor":{"kind":"owner","id":"` + strings.Repeat("x", 129) + `"}}`,
		`{"action":"` + strings.Repeat("x", 70_000) + `","actor":{"kind":"owner"}}`,
	}
	r.unchanged(func() {
		for _, route := range server.Routes() {
			if route.Body == 0 {
				continue
			}
			path := concrete(route.Path)
			for body, codes := range bodies {
				a := r.do("POST", path, body)
				if strings.HasSuffix(path, "/resolve") && a.status == 200 {
					continue // an object of whatever members is a cursor that resolves to nothing
				}
				if body == "" || a.status >= 400 {
					a.proper(codes...)
					continue
				}
				t.Errorf("%s takes %.100q: %d %s", path, body, a.status, a.body)
			}
			if strings.HasSuffix(path, "/decisions") || strings.HasSuffix(path, "/why") || strings.HasSuffix(path, "/path") {
				for _, body := range shapes {
					a := r.do("POST", path, body)
					if a.status < 400 || a.status >= 500 {
						t.Errorf("%s takes %.100q: %d %s", path, body, a.status, a.body)
					}
				}
			}
		}
		for _, body := range []string{
			`{"bundle":7}`, `{"bundle":"door@1.0.0","session":7}`, `{"bundle":["door@1.0.0"]}`,
			`{"bundle":"door@1.0.0","owner":"me"}`, `{"Bundle":"door@1.0.0"}`,
			`{"bundle":null}`, `{"bundle":"door@1.0.0","session":null}`, `{"bundle":"door@1.0.0","seq":9}`,
			`{"catalog":"locks@1.0.0","cursor":"x"}`, `{"catalog":"locks@1.0.0","cursor":[]}`,
		} {
			if a := r.do("POST", "/v1/sessions", body); a.status != 422 {
				t.Errorf("%s: %d %s", body, a.status, a.body)
			}
		}
	})
}

func TestEveryQueryIsHeldToItsType(t *testing.T) {
	r := start(t, nil)
	populate(r)
	tried := 0
	r.unchanged(func() {
		for _, route := range server.Routes() {
			op := description(t).doc.Paths.Value(route.Path).GetOperation(route.Method)
			for _, p := range op.Parameters {
				if p.Value.In != "query" {
					continue
				}
				bad := []string{"%zz", "%ff", "a;b"}
				if p.Value.Schema.Value.Type.Is("integer") {
					bad = append(bad, "", "x", "-1", "1.5", "1e3", "0x10", " 1", "99999999999999999999", "9007199254740992", "١",
						"1&"+p.Value.Name+"=2")
					if *p.Value.Schema.Value.Min == 1 {
						bad = append(bad, "0")
					}
				}
				for _, value := range bad {
					tried++
					r.raw("GET "+concrete(route.Path)+"?"+p.Value.Name+"="+strings.ReplaceAll(value, " ",
						"%20")+" HTTP/1.1\r\nHost: localhost\r\n\r\n", false).is(400).proper(codes.HTTPQuery)
				}
			}
		}
	})
	if tried < 50 {
		t.Errorf("only %d were tried", tried)
	}
}

func TestPathTricks(t *testing.T) {
	r := start(t, nil)
	populate(r)
	long := strings.Repeat("a", 8000)
	r.unchanged(func() {
		for _, route := range server.Routes() {
			path := concrete(route.Path)
			for _, trick := range []string{
				"/" + path, path + "/", path + "//", "/." + path, "/x/.." + path, path + "/.", path + "/..", path + "/../..",
				"/%2e%2e" + path, "/%2e" + path,
				strings.Replace(path, "/", "//", 2), path + "/%2e%2e", path + "%2F", path + "/x/y/z", path + "/%00",
				path + "%00", path + "/" + long, path + "/%ff%fe",
				strings.ToUpper(path), "/v2" + path, "/V1" + strings.TrimPrefix(path, "/v1"),
				path + "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", path + "\\..\\..", path + ".json", path + ";a=b", path + "%20",
			} {
				body := ""
				if route.Body > 0 {
					body = good(route.Path)
				}
				a := r.raw(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "+
					"%d\r\n\r\n%s", route.Method, strings.ReplaceAll(trick, "\\", "%5C"), len(body), body), false)
				if a.status != 404 && a.status != 422 && a.status != 405 {
					t.Errorf("%s %.200s: %d %.200s", route.Method, trick, a.status, a.body)
					continue
				}
				a.proper()
			}
		}
		for _, request := range []string{"CONNECT localhost:80 HTTP/1.1", "GET http://localhost HTTP/1.1",
			"GET http://evil.example/v1/../v1/bundles HTTP/1.1"} {
			r.raw(request+"\r\nHost: localhost\r\n\r\n", false).is(404).proper(codes.HTTPPath)
		}
		r.raw("GET http://evil.example/v1/bundles HTTP/1.1\r\nHost: localhost\r\n\r\n",
			false).is(403).proper(codes.HTTPOrigin)
	})
}

// TestUnknown asks for what is not there, in every place of every path.
func TestUnknown(t *testing.T) {
	r := start(t, nil)
	populate(r)
	r.unchanged(func() {
		for _, route := range server.Routes() {
			for name, values := range map[string][]string{
				"{session}": {"none", "S", "s.", "s%20", ".s", "s%2Fs", "%C3%A9", "%00", "%ff", strings.Repeat("s", 129),
					"s'--", "s%22", "*"},
				"{ref}": {"none@1.0.0", "door", "door@1.0.1", "@", "sha256:", digestOf(nil),
					"sha256:" + strings.Repeat("0", 63), "door@1.0.0%0a", "%ff@1", "door@1.0.0'--",
					strings.Repeat("d", 5000) + "@1.0.0"},
				"{digest}": {digestOf(nil), "sha256:", "x", "%00"},
				"{seq}":    {"0", "4", "-1", "+1", "01", "x", "1.0", "9223372036854775808", "%00", "١"},
			} {
				if !strings.Contains(route.Path, name) {
					continue
				}
				for _, value := range values {
					path := strings.Replace(route.Path, name, value, 1)
					body := ""
					if route.Body > 0 {
						body = good(route.Path)
					}
					a := r.raw(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: "+
						"application/json\r\nContent-Length: %d\r\n\r\n%s", route.Method, concrete(path), len(body), body), false)
					if a.status != 404 && a.status != 422 {
						t.Errorf("%s %.200s: %d %.200s", route.Method, path, a.status, a.body)
						continue
					}
					a.proper(codes.SessionUnknown, codes.SessionID, codes.BundleUnknown, codes.CatalogUnknown, codes.ModuleUnknown,
						codes.DecisionUnknown, codes.HeadUnsigned)
				}
			}
		}
	})
}

// TestForeignPages: what a browser on the server's own machine sends for pages from elsewhere.
func TestForeignPages(t *testing.T) {
	r := start(t, nil)
	populate(r)
	r.unchanged(func() {
		for _, route := range server.Routes() {
			path, body := concrete(route.Path), ""
			if route.Body > 0 {
				body = good(route.Path)
			}
			for _, name := range []string{"evil.example", "evil.example:8080", "localhost.evil.example",
				"127.0.0.1.evil.example", "0.0.0.0", "[::]", "localhost.", "169.254.169.254"} {
				r.do(route.Method, path, body, "Host", name).is(403).refused(codes.HTTPOrigin)
			}
			if route.Method != "POST" {
				continue
			}
			for _, headers := range [][]string{
				{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"},
				{"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
				{"Origin", "https://evil.example", "Content-Type", "text/plain"},
			} {
				r.do("POST", path, body, headers...).is(403).refused(codes.HTTPOrigin)
			}
			// a form's, from a browser that tells nothing
			r.do("POST", path, body, "Content-Type", "text/plain").is(415).refused(codes.HTTPContentType)
			r.do("OPTIONS", path, "", "Origin", "https://evil.example", "Access-Control-Request-Method",
				"POST").is(403).refused(codes.HTTPOrigin)
		}
	})
	for _, name := range []string{"localhost", "127.0.0.1:8080", "[::1]:8080", "[::1]"} {
		r.do("GET", "/v1/bundles", "", "Host", name).is(200)
	}
	r.do("POST", "/v1/sessions/s/why", shut, "Sec-Fetch-Site", "same-origin").is(200)
	r.do("POST", "/v1/sessions/s/why", shut, "Origin", "http://"+r.addr).is(200)
}

func TestTokens(t *testing.T) {
	r, i := guarded(t, nil)
	owner := r.as(i.token(t, "olga", "owner", map[string]any{"roles": "publish"}))
	owner.publish(door(t))
	owner.do("POST", "/v1/catalogs", lockCatalog(t)).is(201)
	owner.session("s", "door@1.0.0")
	owner.propose("s", `{"action":"close"}`).is(201)

	_, forger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	claims := func() jwt.MapClaims {
		return jwt.MapClaims{"sub": "olga", "kind": "owner", "aud": "holdfast", "roles": "publish",
			"exp": r.clock.now().Add(time.Hour).Unix()}
	}
	sign := func(method jwt.SigningMethod, key any, header map[string]any) string {
		token := jwt.NewWithClaims(method, claims())
		token.Header["kid"] = "main"
		for name, v := range header {
			token.Header[name] = v
		}
		s, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	genuine := sign(jwt.SigningMethodEdDSA, i.private, nil)
	parts := strings.Split(genuine, ".")
	cases := map[string]struct{ header, code string }{
		"none":                  {"", codes.AuthMissing},
		"another scheme":        {"Basic b2xnYTpvbGdh", codes.AuthMalformed},
		"no token":              {"Bearer ", codes.AuthMissing},
		"no JWT":                {"Bearer abc", codes.AuthMalformed},
		"two parts":             {"Bearer " + parts[0] + "." + parts[1], codes.AuthMalformed},
		"too long":              {"Bearer " + genuine + strings.Repeat("A", identity.MaxToken), codes.AuthMalformed},
		"without its signature": {"Bearer " + parts[0] + "." + parts[1] + ".", codes.AuthSignature},
		"forged":                {"Bearer " + sign(jwt.SigningMethodEdDSA, forger, nil), codes.AuthSignature},
		"alg none": {"Bearer " + sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
			codes.AuthAlgorithm},
		"HS256 with the public key": {"Bearer " + sign(jwt.SigningMethodHS256, i.public, nil), codes.AuthAlgorithm},
		"HS256 with the key's bytes": {"Bearer " + sign(jwt.SigningMethodHS256,
			[]byte(i.private.Public().(ed25519.PublicKey)), nil), codes.AuthAlgorithm},
		"a kid nobody knows": {"Bearer " + sign(jwt.SigningMethodEdDSA, forger, map[string]any{"kid": "other"}),
			codes.AuthKey},
		"a good key's other name": {"Bearer " + sign(jwt.SigningMethodEdDSA, i.private,
			map[string]any{"kid": "../main"}), codes.AuthKey},
		"no kid": {"Bearer " + sign(jwt.SigningMethodEdDSA, i.private, map[string]any{"kid": ""}),
			codes.AuthKey},
		"the forger's own key": {"Bearer " + sign(jwt.SigningMethodEdDSA, forger,
			map[string]any{"jwk": map[string]string{"kty": "OKP"}}), codes.AuthSignature},
		"expired": {"Bearer " + i.token(t, "olga", "owner",
			map[string]any{"exp": r.clock.now().Add(-time.Minute).Unix()}), codes.AuthExpired},
		"not yet": {"Bearer " + i.token(t, "olga", "owner",
			map[string]any{"nbf": r.clock.now().Add(time.Minute).Unix()}), codes.AuthEarly},
		"for another": {"Bearer " + i.token(t, "olga", "owner", map[string]any{"aud": "other"}),
			codes.AuthAudience},
		"for nobody": {"Bearer " + i.token(t, "olga", "owner", map[string]any{"aud": nil}),
			codes.AuthAudience},
		"for ever":                {"Bearer " + i.token(t, "olga", "owner", map[string]any{"exp": nil}), codes.AuthClaims},
		"of nobody":               {"Bearer " + i.token(t, "olga", "owner", map[string]any{"sub": nil}), codes.AuthClaims},
		"an id with a line break": {"Bearer " + i.token(t, "a\nb", "owner", nil), codes.AuthClaims},
		"as nothing":              {"Bearer " + i.token(t, "olga", "", nil), codes.AuthClaims},
	}
	r.unchanged(func() {
		for _, route := range server.Routes() {
			path, body := concrete(route.Path), ""
			if route.Body > 0 {
				body = good(route.Path)
			}
			for name, c := range cases {
				var headers []string
				if c.header != "" {
					headers = []string{"Authorization", c.header}
				}
				if route.Open {
					if a := r.do(route.Method, path, body, headers...); a.status != 200 {
						t.Errorf("%s with a token that is %s: %d", path, name, a.status)
					}
					continue
				}
				a := r.do(route.Method, path, body, headers...).is(401)
				a.refused(c.code)
				if strings.Contains(string(a.body), "olga") || len(c.header) > 40 && strings.Contains(string(a.body),
					c.header[20:40]) {
					t.Errorf("%s with a token that is %s: the answer tells of the token: %s", path, name, a.body)
				}
			}
			if !route.Open { // a token elsewhere than in its header, and two of them
				r.do(route.Method, path+"?access_token="+genuine, body).is(401).refused(codes.AuthMissing)
				r.do(route.Method, path, body, "Cookie", "token="+genuine).is(401).refused(codes.AuthMissing)
				r.raw(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nAuthorization: Bearer "+
					"%s\r\nContent-Type: application/json\r\nContent-Length: "+
					"%d\r\n\r\n%s", route.Method, path, genuine, genuine, len(body), body), false).is(401).proper(codes.AuthMalformed)
			}
		}
	})
	r.as(genuine).do("GET", "/v1/sessions/s", "").is(200)
}

// TestSlowClients: those that send or read too slowly keep nothing. A machine that is busy for so long makes a slow
// client of each, which gets no answer then: it asks again.
func TestSlowClients(t *testing.T) {
	large := make([]byte, 32<<20) // more than the sockets' buffers take
	_, _ = rand.Read(large)
	r := start(t, func(o *server.Options) { o.Module = large })
	populate(r)
	r.impatient(100*time.Millisecond, 200*time.Millisecond, 100*time.Millisecond, 0, 0)
	r.unchanged(func() {
		dial := func(text string) net.Conn {
			c, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			_ = c.SetDeadline(time.Now().Add(patience))
			_, _ = io.WriteString(c, text)
			return c
		}
		for _, text := range []string{"", "GET", "GET /v1/bundles HTTP/1.1\r\nHost: localhost\r\nX-Slow: "} {
			// net/http hangs up, and says 400 before where a line has begun.
			if got, err := io.ReadAll(dial(text)); err != nil || len(got) > 0 && !strings.HasPrefix(string(got),
				"HTTP/1.1 400 ") {
				t.Errorf("%q: %q %v, and not the end of the connection", text, got, err)
			}
		}
		for _, route := range server.Routes() {
			if route.Body == 0 {
				continue
			}
			request := "POST " + concrete(route.Path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " +
				"application/json\r\nContent-Length: 1000\r\n\r\n{"
			var got []byte
			for len(got) == 0 { // until the end of the connection, which must come
				var err error
				if got, err = io.ReadAll(dial(request)); err != nil && len(got) == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("%s: the connection stays open: %v", route.Path, err)
				}
			}
			r.response(bytes.NewReader(got), request).is(400).proper(codes.HTTPBody)
		}
		// One that does not read what it asked for.
		dial("GET /v1/modules/" + digestOf(large) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
		for !strings.Contains(r.metrics(), `holdfast_request_seconds_count{method="GET",route="/v1/modules/{digest}",`+
			`status="200"} 1`) {
			time.Sleep(5 * time.Millisecond)
		}
	})
}

// metrics returns what is counted, or "" where no answer came.
func (r *rig) metrics() string {
	res, err := r.plain.Get("http://" + r.addr + "/metrics")
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return string(body)
}

// TestHeaders: a header that is too much ends before any handler, and others go nowhere.
func TestHeaders(t *testing.T) {
	r := start(t, nil)
	populate(r)
	r.unchanged(func() {
		if a := r.raw("GET /v1/bundles HTTP/1.1\r\nHost: localhost\r\nX-Large: "+strings.Repeat("x", 64<<10)+"\r\n\r\n",
			false); a.status != 431 {
			t.Errorf("%d %s", a.status, a.body)
		}
		r.raw("POST /v1/sessions/s/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "+
			"application/json\r\nIdempotency-Key: a\r\nIdempotency-Key: "+
			"b\r\nContent-Length: "+strconv.Itoa(len(shut))+"\r\n\r\n"+shut, false).
			is(400).proper(codes.HTTPQuery)
		r.raw("POST /v1/sessions/s/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "+
			"application/json\r\nIdempotency-Key:\r\nContent-Length: "+strconv.Itoa(len(shut))+"\r\n\r\n"+shut, false).
			is(400).proper(codes.HTTPQuery)
		r.raw("POST /v1/sessions/s/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "+
			"application/json\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n{x}", false).is(400).proper()
		for _, request := range []string{"GET /v1/bundles HTTP/1.1\r\n\r\n",
			"GET /v1/bundles HTTP/9.9\r\nHost: localhost\r\n\r\n", "nonsense\r\n\r\n", "GET /v1/bundles HTTP/1.1\r\nHost: " +
				"localhost\r\nHost: other\r\n\r\n", "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " +
				"gzip\r\n\r\n", "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
				"-1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"} {
			if a := r.raw(request, false); a.status < 400 || a.status > 505 {
				t.Errorf("%q: %d %s", request, a.status, a.body)
			}
		}
	})
}
