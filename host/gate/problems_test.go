package gate

// This file reads testdata/gate/problems.json, as the tests of @holdfast/web/edge do: what a client is answered, byte
// for byte, where its request does not go on. `-update` writes the answers, and the diff is read.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

var update = flag.Bool("update", false, "write testdata/gate/problems.json anew")

const problemsFile = "../../testdata/gate/problems.json"

// problemCase is a request, what surrounds the gate, and the answer.
type problemCase struct {
	Name    string            `json:"name"`
	Propose string            `json:"propose"`           // which function; see proposers
	Session string            `json:"session,omitempty"` // a name of snapshots, "missing" or "fails"
	Limit   int64             `json:"limit,omitempty"`
	Inexact bool              `json:"inexact,omitempty"` // the body is not compared: the SDK proposes in another way
	Method  string            `json:"method"`
	Target  string            `json:"target"`
	Headers map[string]string `json:"headers"`
	Body    *string           `json:"body,omitempty"`
	Base64  string            `json:"base64,omitempty"` // in place of the body
	BodyOf  int               `json:"bodyOf,omitempty"` // in place of the body: {"count":2,"item":"xxx…"} with so many x

	Answer struct {
		Status  int               `json:"status"`
		Code    string            `json:"code"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body,omitempty"`
	} `json:"answer"`
}

func (c *problemCase) request() *http.Request {
	var src []byte
	switch {
	case c.Base64 != "":
		src, _ = base64.StdEncoding.DecodeString(c.Base64)
	case c.BodyOf > 0:
		src = []byte(`{"count":2,"item":"` + strings.Repeat("x", c.BodyOf) + `"}`)
	case c.Body != nil:
		src = []byte(*c.Body)
	}
	r := httptest.NewRequest(c.Method, "/", bytes.NewReader(src))
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(c.Target, "?")
	if strings.Contains(r.URL.Path, "%") {
		r = httptest.NewRequest(c.Method, c.Target, bytes.NewReader(src))
	}
	r.Header = http.Header{}
	for name, value := range c.Headers {
		r.Header.Set(name, value)
	}
	return r
}

// proposers are what a route may do, by the name in a case.
var proposers = map[string]Propose{
	"body":           addFrom,
	"unknown action": func(r *http.Request) (*host.Proposal, error) { return addAs(r, "subtract", "shopper") },
	"unknown agent":  func(r *http.Request) (*host.Proposal, error) { return addAs(r, "add", "robot") },
	"nothing":        func(*http.Request) (*host.Proposal, error) { return nil, nil },
	"throws":         func(*http.Request) (*host.Proposal, error) { return nil, errors.New("the login is down") },
	"says": func(*http.Request) (*host.Proposal, error) {
		return nil, &core.Error{Code: codes.ProposalShape, Path: "args.item", Message: "send an item"}
	},
	"engine": func(*http.Request) (*host.Proposal, error) {
		return nil, &host.Failure{Code: codes.EngineTrap, Message: "the module trapped"}
	},
	"other": func(*http.Request) (*host.Proposal, error) {
		return nil, &core.Error{Code: codes.BundleReference, Message: "another document"}
	},
}

func addAs(r *http.Request, action, kind string) (*host.Proposal, error) {
	p, err := addFrom(r)
	if p != nil {
		p.Action, p.Actor.Kind = action, kind
	}
	return p, err
}

func TestProblems(t *testing.T) {
	var all struct {
		Snapshots map[string]string `json:"snapshots"`
		Cases     []*problemCase    `json:"cases"`
	}
	src, err := os.ReadFile(problemsFile)
	if err == nil {
		err = json.Unmarshal(src, &all)
	}
	if err != nil || len(all.Cases) < 45 {
		t.Fatal(len(all.Cases), err)
	}
	if *update {
		all.Snapshots = snapshots(t)
	}
	for _, c := range all.Cases {
		options := Options{Bundle: testBundle(t), Routes: Routes{"POST /cart": proposers[c.Propose]}, Limit: c.Limit}
		if c.Session != "" {
			options.Session = func(*http.Request) ([]byte, error) {
				switch c.Session {
				case "missing":
					return nil, ErrNoSession
				case "fails":
					return nil, errors.New("the store is down")
				}
				return []byte(all.Snapshots[c.Session]), nil
			}
		}
		on, _, w := ran(t, options, c.request())
		got := c.Answer
		got.Status, got.Body, got.Headers = w.Code, w.Body.String(), map[string]string{}
		for name, values := range w.Header() {
			if name != "Content-Length" { // of the transport
				got.Headers[name] = strings.Join(values, ", ")
			}
		}
		var said struct{ Code string }
		if on != nil || json.Unmarshal(w.Body.Bytes(), &said) != nil {
			t.Fatalf("%s: it went on, or is no problem: %d %s", c.Name, w.Code, w.Body)
		}
		got.Code = said.Code
		if c.Inexact {
			got.Body = ""
		}
		if *update {
			c.Answer = got
			continue
		}
		want, _ := json.Marshal(c.Answer)
		if have, _ := json.Marshal(got); !bytes.Equal(have, want) {
			t.Errorf("%s:\nhave %s\nwant %s", c.Name, have, want)
		}
	}
	if *update {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		if err := e.Encode(all); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(problemsFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// snapshots are those that a session's store may give back.
func snapshots(t *testing.T) map[string]string {
	t.Helper()
	src, err := os.ReadFile("../../testdata/golden/checkout/bundle.json")
	if err != nil {
		t.Fatal(err)
	}
	snapshot := func(version string) string {
		doc := bytes.Replace(src, []byte(`"version":"1.0.0"`), []byte(`"version":"`+version+`"`), 1)
		bundle, err := host.Native().Load(doc)
		if err != nil {
			t.Fatal(err)
		}
		session, err := bundle.Open("hers")
		if err != nil {
			t.Fatal(err)
		}
		out, err := session.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	whole := snapshot("1.0.0")
	return map[string]string{
		"older": snapshot("0.9.0"),
		"cut":   whole[:len(whole)-9],
		"empty": "",
		"text":  "a page of a proxy",
		"more":  strings.Replace(whole, `"seq":0`, `"seq":0,"x":1`, 1),
	}
}
