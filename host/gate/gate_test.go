package gate_test

// This file sends requests through gates. wasm/edge/test/gate.test.mjs does the same to the one
// of the SDK.

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/gate"
)

func checkout(t *testing.T) host.Bundle {
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

// propose reads what to add to the cart from the body, which the handler reads again.
func propose(r *http.Request) (*host.Proposal, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	p := host.Proposal{Action: "add", Actor: host.Actor{Kind: "shopper", ID: "ann"}}
	if err := json.Unmarshal(body, &p.Args); err != nil {
		return nil, &core.Error{Code: "json/syntax", Message: err.Error()}
	}
	return &p, nil
}

// origin tells what arrived.
var origin = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	verdict := ""
	if d := gate.Decision(r.Context()); d != nil {
		verdict = d.Verdict
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"body": string(body), "headers": r.Header, "verdict": verdict})
})

type arrived struct {
	Body, Verdict string
	Headers       http.Header
}

func ask(t *testing.T, o gate.Options, method, body string, headers ...string) (status int, code string, at arrived, answer string) {
	t.Helper()
	r := httptest.NewRequest(method, "/cart", strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	gate.New(o)(origin).ServeHTTP(w, r)
	answer = w.Body.String()
	var p struct{ Code string }
	if w.Code != http.StatusOK {
		if media := w.Header().Get("Content-Type"); media != "application/problem+json" {
			t.Errorf("%s: %s", body, media)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
	} else if err := json.Unmarshal(w.Body.Bytes(), &at); err != nil {
		t.Fatal(err)
	}
	return w.Code, p.Code, at, answer
}

func TestCommitGoesOn(t *testing.T) {
	status, _, at, answer := ask(t, gate.Options{Bundle: checkout(t), Propose: propose}, "POST", `{"item":"mug","count":2}`, gate.HeaderDecision, "e30=", "X-Own", "stays")
	if status != 200 || at.Verdict != "commit" || at.Body != `{"item":"mug","count":2}` || at.Headers.Get("X-Own") != "stays" || at.Headers.Get(gate.HeaderVerdict) != "commit" {
		t.Fatal(status, answer)
	}
	decision, err := base64.StdEncoding.DecodeString(at.Headers.Get(gate.HeaderDecision))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(decision)
	if at.Headers.Get(gate.HeaderDigest) != "sha256:"+hex.EncodeToString(sum[:]) || !strings.Contains(string(decision), `"verdict":"commit"`) {
		t.Errorf("%v %s", at.Headers, decision)
	}
}

func TestRefusalSaysWhy(t *testing.T) {
	status, code, _, answer := ask(t, gate.Options{Bundle: checkout(t), Propose: propose}, "POST", `{"item":"poster","count":4}`)
	if status != 403 || code != gate.CodeRefused || !strings.Contains(answer, `"verdict":"reject"`) || !strings.Contains(answer, "Only 3 of poster left") {
		t.Error(status, answer)
	}
}

func TestNothingProposedGoesOnWithoutDecision(t *testing.T) {
	status, _, at, answer := ask(t, gate.Options{Bundle: checkout(t), Propose: propose}, "GET", "", gate.HeaderVerdict, "commit", gate.HeaderDigest, "sha256:0", gate.HeaderDecision, "e30=")
	if status != 200 || at.Verdict != "" {
		t.Error(status, answer)
	}
	for name := range at.Headers {
		if strings.HasPrefix(name, "Holdfast-") {
			t.Errorf("%s is what the client sent", name)
		}
	}
}

func TestForward(t *testing.T) {
	if status, _, at, _ := ask(t, gate.Options{Bundle: checkout(t), Propose: propose, Forward: []string{"reject"}}, "POST", `{"item":"poster","count":4}`); status != 200 || at.Verdict != "reject" {
		t.Error(status, at)
	}
}

func TestWhatIsNoProposal(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{`:                                 {400, "json/syntax"},
		`{"item":"hat","count":1}`:          {422, "proposal/argument"},
		`{"item":"mug","count":1.5}`:        {422, "proposal/argument"},
		`{"item":"mug"}`:                    {422, "proposal/argument"},
		`{"item":"mug","count":1,"more":1}`: {422, "proposal/argument"},
		`{"item":"` + strings.Repeat("x", 70_000) + `","count":1}`: {413, "limit/proposal"},
	} {
		if status, code, _, answer := ask(t, gate.Options{Bundle: checkout(t), Propose: propose}, "POST", body); status != want.status || code != want.code {
			t.Errorf("%.80s: %d %.300s", body, status, answer)
		}
	}
}

func TestWhatCannotBeDecidedIsRefused(t *testing.T) {
	var told error
	o := gate.Options{Bundle: checkout(t), Failed: func(_ *http.Request, err error) { told = err }}
	o.Propose = func(*http.Request) (*host.Proposal, error) { return nil, errors.New("the login is down") }
	if status, code, _, answer := ask(t, o, "POST", `{}`); status != 503 || code != gate.CodeFailed || told == nil || strings.Contains(answer, "login") {
		t.Error(status, answer, told)
	}
	o.Propose = propose
	o.Session = func(*http.Request) ([]byte, error) { return []byte(`{}`), nil }
	if status, code, _, answer := ask(t, o, "POST", `{"item":"mug","count":1}`); status != 503 || code != gate.CodeFailed {
		t.Error("a snapshot that is none:", status, answer)
	}
	o.Session = func(*http.Request) ([]byte, error) { return nil, gate.ErrNoSession }
	if status, code, _, answer := ask(t, o, "POST", `{"item":"mug","count":1}`); status != 404 || code != gate.CodeSession {
		t.Error(status, answer)
	}
}

func TestSession(t *testing.T) {
	bundle := checkout(t)
	session, err := bundle.Open("hers")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := host.Decide(session, host.Proposal{Action: "add", Actor: host.Actor{Kind: "shopper", ID: "ann"}, Args: map[string]any{"item": "poster", "count": 2}}); err != nil {
		t.Fatal(err)
	}
	snapshot, err := session.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	o := gate.Options{Bundle: bundle, Propose: propose, Session: func(*http.Request) ([]byte, error) { return snapshot, nil }}
	for _, step := range []struct {
		body   string
		status int
	}{{`{"item":"poster","count":1}`, 200}, {`{"item":"poster","count":2}`, 403}, {`{"item":"poster","count":1}`, 200}} {
		if status, _, _, answer := ask(t, o, "POST", step.body); status != step.status {
			t.Errorf("%s: %d %s", step.body, status, answer)
		}
	}
}
