package gate_test

// This file sends requests through gates. web/test/edge.test.mjs does the same to the one of the SDK.

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/gate"
)

func load(t *testing.T, name string, change ...string) host.Bundle {
	t.Helper()
	src, err := os.ReadFile("../../testdata/golden/" + name + "/bundle.json")
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := host.Native().Load([]byte(strings.NewReplacer(change...).Replace(string(src))))
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

var ann = host.Actor{Kind: "shopper", ID: "ann"}

// add reads what to add to the cart from the body, which the handler reads again.
func add(r *http.Request) (*host.Proposal, error) {
	p := &host.Proposal{Action: "add", Actor: ann}
	return p, gate.JSON(r, &p.Args)
}

// mugs proposes without a look at the request.
func mugs(*http.Request) (*host.Proposal, error) {
	return &host.Proposal{Action: "add", Actor: ann, Args: map[string]any{"item": "mug", "count": 2}}, nil
}

var routes = gate.Routes{"POST /cart": gate.Propose(add), "GET /{rest...}": gate.Through}

// origin tells what arrived.
var origin = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	verdict := ""
	if d := gate.Decision(r.Context()); d != nil {
		verdict = d.Verdict
	}
	_ = json.NewEncoder(w).
		Encode(map[string]any{
			"body": string(body), "headers": r.Header, "verdict": verdict, "uri": r.RequestURI, "trailers": len(r.Trailer),
		})
})

type arrived struct {
	Body, Verdict, URI string
	Headers            http.Header
	Trailers           int
}

type told struct {
	status  int
	code    string
	at      arrived
	body    string
	headers http.Header
}

func post(path, body string, headers ...string) *http.Request {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func ask(t *testing.T, o gate.Options, r *http.Request) (a told) {
	t.Helper()
	check, err := gate.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	check(origin).ServeHTTP(w, r)
	a.status, a.body, a.headers = w.Code, w.Body.String(), w.Header()
	var p struct{ Code string }
	if w.Code != http.StatusOK {
		if media := w.Header().Get("Content-Type"); media != "application/problem+json" {
			t.Errorf("%s: %s", r.URL, media)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		a.code = p.Code
	} else if err := json.Unmarshal(w.Body.Bytes(), &a.at); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCommitGoesOn(t *testing.T) {
	a := ask(
		t,
		gate.Options{Bundle: load(t, "checkout"), Routes: routes},
		post("/cart?b=x+y&a=1;2", `{ "item": "mug", "count": 2 }`, gate.HeaderDecision, "e30=", "X-Own", "stays"),
	)
	if a.status != 200 || a.at.Verdict != "commit" || a.at.Body != `{"count":2,"item":"mug"}` ||
		a.at.Headers.Get("X-Own") != "stays" ||
		a.at.Headers.Get(gate.HeaderVerdict) != "commit" {
		t.Fatal(a.status, a.body)
	}
	if a.at.URI != "/cart?b=x%20y&a=1%3B2" {
		t.Error(a.at.URI)
	}
	decision, err := base64.StdEncoding.DecodeString(a.at.Headers.Get(gate.HeaderDecision))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(decision)
	if a.at.Headers.Get(gate.HeaderDigest) != "sha256:"+hex.EncodeToString(sum[:]) ||
		!strings.Contains(string(decision), `"verdict":"commit"`) {
		t.Errorf("%v %s", a.at.Headers, decision)
	}
}

func TestRefusalSaysWhy(t *testing.T) {
	a := ask(t, gate.Options{Bundle: load(t, "checkout"), Routes: routes}, post("/cart", `{"item":"poster","count":4}`))
	if a.status != 403 || a.code != codes.GateRefused || !strings.Contains(a.body, `"verdict":"reject"`) ||
		!strings.Contains(a.body, "Only 3 of poster left") {
		t.Error(a.status, a.body)
	}
}

func TestWhatPassesKeepsItsBodyAndQuery(t *testing.T) {
	o := gate.Options{Bundle: load(t, "checkout"), Routes: gate.Routes{"POST /{rest...}": gate.Through}}
	a := ask(
		t,
		o,
		post(
			"/Blog/?a=1&a=2;b",
			`{"a":1,"a":2}`,
			gate.HeaderVerdict,
			"commit",
			gate.HeaderDigest,
			"sha256:0",
			gate.HeaderDecision,
			"e30=",
		),
	)
	if a.status != 200 || a.at.Verdict != "" || a.at.Body != `{"a":1,"a":2}` || a.at.URI != "/Blog/?a=1&a=2;b" {
		t.Error(a.status, a.body)
	}
	for name := range a.at.Headers {
		if strings.HasPrefix(name, "Holdfast-") {
			t.Errorf("%s is what the client sent", name)
		}
	}
	form := "application/x-www-form-urlencoded"
	for _, r := range []*http.Request{
		post("/x?_method=DELETE", "{}"),
		post("/x?a;_METHOD=DELETE", "{}"),
		post("/x", "a=1&_method=delete", "Content-Type", form),
	} {
		if a := ask(t, o, r); a.code != codes.GateOverride {
			t.Error(a.status, a.body)
		}
	}
	if a := ask(t, o, post("/x", "a=1&b=2", "Content-Type", form)); a.status != 200 || a.at.Body != "a=1&b=2" {
		t.Error(a.status, a.body)
	}
}

func TestDenyByDefault(t *testing.T) {
	bundle := load(t, "checkout")
	nothing := func(*http.Request) (*host.Proposal, error) { return nil, nil }
	routed := gate.Routes{"POST /cart": gate.Propose(nothing)}
	for _, o := range []gate.Options{{Bundle: bundle, Propose: nothing}, {Bundle: bundle, Routes: routed}} {
		if a := ask(t, o, post("/cart", "{}")); a.status != 500 || a.code != codes.GatePropose {
			t.Error(a.status, a.body)
		}
	}
	copied := *gate.Pass
	returning := func(p *host.Proposal) gate.Options {
		return gate.Options{Bundle: bundle, Propose: func(*http.Request) (*host.Proposal, error) { return p, nil }}
	}
	if a := ask(t, returning(&copied), post("/cart", "{}")); a.status == 200 {
		t.Error("what only looks like Pass:", a.body)
	}
	if a := ask(t, returning(gate.Pass), post("/cart", "{}")); a.status != 200 {
		t.Error(a.status, a.body)
	}
}

func TestNoSpellingOfARouteGetsThrough(t *testing.T) {
	o := gate.Options{Bundle: load(t, "checkout"), Routes: routes}
	for _, path := range []string{
		"/cart", "/CART", "/cart/", "//cart", "/c%61rt", "/cart;a", "/cart%2F", "/./cart", "/x/../cart", "/cart%00",
		"/x/..%2Fcart", "/cart.json", "/%63art", "/cart%20", "/cart.", "/c%2561rt", `/x\cart`,
	} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "post"} {
			r := post("/", `{"item":"poster","count":9}`)
			r.Method = method
			if u, err := r.URL.Parse(strings.ReplaceAll(path, `\`, "%5C")); err != nil {
				t.Fatal(err)
			} else if r.URL = u; strings.HasPrefix(path, "//") {
				r.URL.Host, r.URL.Path = "", path
			}
			if path == "/./cart" || path == "/x/../cart" {
				r.URL.Path = path // which Parse has resolved
			}
			if a := ask(t, o, r); a.status == 200 {
				t.Errorf("%s %s: %s", method, path, a.body)
			}
		}
	}
	if a := ask(t, o, post("/CART/", `{"item":"mug","count":1}`)); a.at.URI != "/cart" {
		t.Error("it goes on as the route spells it:", a.body)
	}
	if a := ask(t, o, httptest.NewRequest("PUT", "/cart", nil)); a.status != 405 || a.code != codes.GateMethod ||
		a.headers.Get("Allow") != "POST" {
		t.Error(a.status, a.headers)
	}
}

// TestRawRequests sends what clients would not, over a connection.
func TestRawRequests(t *testing.T) {
	check, err := gate.New(
		gate.Options{
			Bundle: load(t, "checkout"),
			Routes: gate.Routes{"POST /cart": gate.Propose(add), "/{rest...}": gate.Through},
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(check(origin))
	defer server.Close()
	body := `{"item":"poster","count":9}`
	chunked := "Transfer-Encoding: chunked\r\n\r\n1b\r\n" + body + "\r\n0\r\n"
	for _, lines := range []string{
		"POST //cart HTTP/1.1", "POST /x/../cart HTTP/1.1", `POST /x\cart HTTP/1.1`, "POST http://h/CART HTTP/1.1",
		"POST /cart;x HTTP/1.1", "POST /c%61rt HTTP/1.1", "Post /cart HTTP/1.1",
		"POST /x HTTP/1.1\r\nX_HTTP_Method_Override: PUT", "POST /cart HTTP/1.1\r\nTrailer: Holdfast-Verdict",
	} {
		plain := "Content-Length: 27\r\n\r\n" + body
		for _, rest := range []string{plain, chunked + "\r\n", chunked + "Holdfast-Verdict: commit\r\n\r\n"} {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(
				conn,
				lines+"\r\nHost: h\r\nContent-Type: application/json\r\nConnection: close\r\n"+rest,
			)
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(lines, err)
			}
			if answer.StatusCode < 400 {
				got, _ := io.ReadAll(answer.Body)
				t.Errorf("%q: %s %s", lines, answer.Status, got)
			}
			_ = conn.Close()
		}
	}
	// Trailers are what nobody has decided on.
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(
		conn,
		"POST /else HTTP/1.1\r\nHost: h\r\nTrailer: Holdfast-Verdict\r\nContent-Type: application/json\r\n"+
			"Connection: close\r\n"+chunked+"Holdfast-Verdict: commit\r\n\r\n",
	)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	var at arrived
	if err := json.NewDecoder(answer.Body).Decode(&at); err != nil || at.Trailers != 0 || at.Body != body {
		t.Error(at, err)
	}
}

func TestConnectionNamesNoHeaderOfTheGate(t *testing.T) {
	a := ask(
		t,
		gate.Options{Bundle: load(t, "checkout"), Routes: routes},
		post("/cart", `{"item":"mug","count":1}`, "Connection", "close, Holdfast_Verdict"),
	)
	if a.at.Headers.Get("Connection") != "close" {
		t.Error(a.body)
	}
}

func TestForward(t *testing.T) {
	a := ask(
		t,
		gate.Options{Bundle: load(t, "checkout"), Routes: routes, Forward: []string{"reject"}},
		post("/cart", `{"item":"poster","count":4}`),
	)
	if a.status != 200 || a.at.Verdict != "reject" || a.at.Headers.Get(gate.HeaderVerdict) != "reject" {
		t.Error(a.status, a.body)
	}
}

func TestWhatIsNoProposal(t *testing.T) {
	o := gate.Options{Bundle: load(t, "checkout"), Routes: routes}
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{"item":"hat","count":1}`:          {422, "proposal/argument"},
		`{"item":"mug","count":1.5}`:        {422, "proposal/argument"},
		`{"item":"mug"}`:                    {422, "proposal/argument"},
		`{"item":"mug","count":1,"more":1}`: {422, "proposal/argument"},
		`[]`:                                {422, "proposal/shape"},
		`{"item":"` + strings.Repeat("x", 70_000) + `","count":1}`:    {413, "limit/proposal"},
		`{"item":"` + strings.Repeat("x", 2_000_000) + `","count":1}`: {413, "http/too-large"},
		`{"item":"mug","count":1,"count":90}`:                         {400, "json/duplicate-key"},
	} {
		if a := ask(t, o, post("/cart", body)); a.status != want.status || a.code != want.code {
			t.Errorf("%.80s: %d %.300s", body, a.status, a.body)
		}
	}
	if a := ask(t, o, post("/cart?count=1&count=9", `{"item":"mug","count":1}`)); a.code != codes.GateQuery {
		t.Error(a.body)
	}
}

func TestABodyThatProposeHasNotRead(t *testing.T) {
	o := gate.Options{Bundle: load(t, "checkout"), Routes: gate.Routes{"POST /cart": gate.Propose(mugs)}}
	if a := ask(t, o, post("/cart", `{ "b": 1, "a": 2 }`)); a.at.Body != `{"a":2,"b":1}` {
		t.Error(a.body)
	}
	if a := ask(t, o, post("/cart", `{"a":1,"a":2}`)); a.code != "json/duplicate-key" {
		t.Error(a.body)
	}
	if a := ask(t, o, post("/cart", "x", "Content-Type", "image/png")); a.code != codes.HTTPContentType {
		t.Error(a.body)
	}
	o.Raw, o.Limit = []string{"image/png"}, 10
	if a := ask(t, o, post("/cart", "{x", "Content-Type", "image/png")); a.at.Body != "{x" {
		t.Error(a.body)
	}
	long := post("/cart", strings.Repeat("x", 11), "Content-Type", "image/png")
	if a := ask(t, o, long); a.code != codes.HTTPTooLarge {
		t.Error(a.body)
	}
	twoMugs, _ := mugs(nil)
	for _, proposed := range []*host.Proposal{gate.Pass, twoMugs} {
		o.Routes = gate.Routes{"POST /cart": gate.Propose(func(r *http.Request) (*host.Proposal, error) {
			_, _ = io.ReadAll(r.Body) // what it was refused for is looked over
			return proposed, nil
		})}
		if a := ask(t, o, post("/cart", `{"a":1,"a":2}`)); a.status == 200 {
			t.Error(a.body)
		}
	}
}

func TestWhatCannotBeDecidedIsRefused(t *testing.T) {
	var event gate.Event
	o := gate.Options{Bundle: load(t, "checkout"), Observe: func(_ *http.Request, e gate.Event) { event = e }}
	for _, thrown := range []error{errors.New("the login is down"), io.ErrUnexpectedEOF} {
		o.Propose = func(*http.Request) (*host.Proposal, error) { return nil, thrown }
		if a := ask(t, o, post("/cart", `{}`)); a.status != 503 || a.code != codes.GateFailed || event.Err == nil ||
			event.Outcome != gate.Failed ||
			strings.Contains(a.body, "login") {
			t.Error(a.status, a.body, event)
		}
	}
	o.Propose = func(*http.Request) (*host.Proposal, error) {
		return nil, &core.Error{Code: "proposal/shape", Message: "send an item"}
	}
	if a := ask(t, o, post("/cart", `{}`)); a.status != 422 || a.code != "proposal/shape" {
		t.Error(a.status, a.body)
	}
}

func TestProposeMayAnswer(t *testing.T) {
	o := gate.Options{
		Bundle: load(t, "checkout"),
		Routes: gate.Routes{"POST /carts/{id}/{rest...}": gate.Propose(func(r *http.Request) (*host.Proposal, error) {
			said := strings.Join([]string{r.Pattern, r.PathValue("id"), r.PathValue("rest"), r.URL.Path}, " ")
			return nil, gate.Answer(
				http.HandlerFunc(
					func(w http.ResponseWriter, _ *http.Request) { http.Error(w, said, http.StatusTeapot) },
				),
			)
		})},
	}
	check, err := gate.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	check(origin).ServeHTTP(w, post("/CARTS/7%41/x/y/", `{}`))
	if w.Code != http.StatusTeapot || w.Body.String() != "POST /carts/{id}/{rest...} 7A x/y /carts/7A/x/y/\n" {
		t.Error(w.Code, w.Body)
	}
}

func TestOptionsThatCannotBeRight(t *testing.T) {
	bundle := load(t, "checkout")
	for name, o := range map[string]gate.Options{
		"nothing":            {},
		"no bundle":          {Routes: routes},
		"no routes":          {Bundle: bundle},
		"both":               {Bundle: bundle, Routes: routes, Propose: mugs},
		"two kinds":          {Bundle: bundle, Bundles: []host.Bundle{bundle}, Routes: routes},
		"several, none said": {Bundles: []host.Bundle{bundle, bundle}, Routes: routes},
		"a nil bundle":       {Bundles: []host.Bundle{nil}, Routes: routes},
		"a bad pattern":      {Bundle: bundle, Routes: gate.Routes{"cart": gate.Through}},
		"a nil route":        {Bundle: bundle, Routes: gate.Routes{"POST /cart": nil}},
	} {
		if check, err := gate.New(o); err == nil || check != nil {
			t.Error(name)
		}
	}
}

func TestSession(t *testing.T) {
	bundle := load(t, "checkout")
	session, err := bundle.Open("hers")
	if err != nil {
		t.Fatal(err)
	}
	ahead := int64(4102444800000) // its clock is ahead
	posters := host.Proposal{Action: "add", Actor: ann, Args: map[string]any{"item": "poster", "count": 2}, At: ahead}
	if _, err := host.Decide(session, posters); err != nil {
		t.Fatal(err)
	}
	snapshot, err := session.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	o := gate.Options{
		Bundle:  bundle,
		Routes:  routes,
		Session: func(*http.Request) ([]byte, error) { return snapshot, nil },
	}
	for _, step := range []struct {
		body   string
		status int
	}{
		{`{"item":"poster","count":1}`, 200}, {`{"item":"poster","count":2}`, 403}, {`{"item":"poster","count":1}`, 200},
	} {
		if a := ask(t, o, post("/cart", step.body)); a.status != step.status {
			t.Errorf("%s: %d %s", step.body, a.status, a.body)
		}
	}
	older, err := load(t, "checkout", `"version":"1.0.0"`, `"version":"0.9.0"`).Open("hers")
	if err != nil {
		t.Fatal(err)
	}
	old, err := older.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	text := string(snapshot)
	for name, c := range map[string]struct {
		snapshot string
		err      error
		status   int
		code     string
	}{
		"none":                {"", gate.ErrNoSession, 404, codes.SessionUnknown},
		"down":                {"", errors.New("down"), 503, codes.GateFailed},
		"down, by its own":    {"", &core.Error{Code: "json/syntax"}, 503, codes.GateFailed},
		"of an older bundle":  {string(old), nil, 409, codes.SessionDigest},
		"cut off":             {text[:len(text)-9], nil, 500, codes.SessionCorrupt},
		"empty":               {"", nil, 500, codes.SessionCorrupt},
		"an empty object":     {"{}", nil, 500, codes.SessionCorrupt},
		"null":                {"null", nil, 500, codes.SessionCorrupt},
		"not UTF-8":           {"\xff", nil, 500, codes.SessionCorrupt},
		"with another member": {strings.Replace(text, `"seq":1`, `"seq":1,"x":1`, 1), nil, 500, codes.SessionCorrupt},
		"with a name twice":   {strings.Replace(text, `"seq":1`, `"seq":1,"seq":1`, 1), nil, 500, codes.SessionCorrupt},
	} {
		o.Session = func(*http.Request) ([]byte, error) { return []byte(c.snapshot), c.err }
		if a := ask(t, o, post("/cart", `{"item":"poster","count":1}`)); a.status != c.status || a.code != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestSeveralBundles(t *testing.T) {
	one, two := load(t, "checkout"), load(t, "checkout", `"version":"1.0.0"`, `"version":"2.0.0"`)
	o := gate.Options{
		Bundles: []host.Bundle{one, two},
		Routes:  routes,
		Which: func(r *http.Request) (host.Bundle, error) {
			return map[string]host.Bundle{"1": one, "2": two}[r.Header.Get("Which")], nil
		},
	}
	for which, want := range map[string]string{"1": "checkout@1.0.0", "2": "checkout@2.0.0"} {
		a := ask(t, o, post("/cart", `{"item":"mug","count":1}`, "Which", which))
		if decision, _ := base64.StdEncoding.DecodeString(a.at.Headers.Get(gate.HeaderDecision)); !strings.Contains(
			string(decision),
			want,
		) {
			t.Error(which, a.body)
		}
	}
	if a := ask(t, o, post("/cart", `{"item":"mug","count":1}`)); a.status != 404 || a.code != codes.BundleUnknown {
		t.Error(a.status, a.body)
	}
	session, err := two.Open("hers")
	if err != nil {
		t.Fatal(err)
	}
	o.Which, o.Session = nil, func(*http.Request) ([]byte, error) { return session.Snapshot() }
	a := ask(t, o, post("/cart", `{"item":"mug","count":1}`))
	if decision, _ := base64.StdEncoding.DecodeString(a.at.Headers.Get(gate.HeaderDecision)); !strings.Contains(
		string(decision),
		"checkout@2.0.0",
	) {
		t.Error(a.body)
	}
}

func TestEveryOutcomeIsTold(t *testing.T) {
	var events []string
	o := gate.Options{Bundle: load(t, "checkout"), Observe: func(_ *http.Request, e gate.Event) {
		events = append(events, strings.Join([]string{e.Pattern, e.Outcome, e.Code}, " "))
	}}
	o.Routes = gate.Routes{
		"POST /cart": gate.Propose(add),
		"POST /pass": gate.Through,
		"POST /answer": gate.Propose(func(*http.Request) (*host.Proposal, error) {
			return nil, gate.Answer(origin)
		}),
	}
	for _, r := range []*http.Request{
		post("/CART", `{"item":"mug","count":1}`),
		post("/cart", `{"item":"poster","count":9}`),
		post("/pass", `{}`), post("/answer", `{}`), post("/none", `{}`),
	} {
		ask(t, o, r)
	}
	want := []string{
		"POST /cart forwarded ",
		"POST /cart refused gate/refused",
		"POST /pass passed ",
		"POST /answer answered ",
		" failed gate/route",
	}
	if strings.Join(events, "\n") != strings.Join(want, "\n") {
		t.Error(events)
	}
}
