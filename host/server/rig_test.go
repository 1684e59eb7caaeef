package server_test

// This file defines rig, a server on a real listener with a ledger in a file, and what
// tests send and look at.

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-json"
	"github.com/golang-jwt/jwt/v5"
	_ "modernc.org/sqlite"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
	"github.com/holdfast-rt/holdfast/host/server/identity"
)

const (
	day = 1767225600000 // 2026-01-01, when golden sessions begin
	top = "../.."
)

// patience is how long a test waits for what must come before it gives up.
const patience = time.Minute

// smallModule replaces the module, which takes half a second to compress.
var smallModule = []byte("\x00asm\x01\x00\x00\x00")

// clock is a time that does not move.
type clock struct{ millis atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMilli(c.millis.Load()) }
func (c *clock) advance(d time.Duration) { c.millis.Add(d.Milliseconds()) }

// rig is a server under test.
type rig struct {
	testing.TB
	file    string // the ledger's
	clock   *clock
	options func(*server.Options)
	ledger  *ledger.Ledger
	server  *server.Server
	addr    string
	client  *http.Client // checks every exchange against the contract
	plain   *http.Client // checks nothing, for what the contract's client cannot send
	token   string       // sent with every request, if any

	// closes connections that are not in use: a server that ends waits 5 s for those on which nothing was sent
	hangUp func()
	stop   func() error
}

// start starts a server that trusts everyone, unless options say otherwise.
func start(t testing.TB, options func(*server.Options)) *rig {
	t.Helper()
	return startFrom(t, nil, options)
}

// startFrom starts a server on a ledger whose file was written before.
func startFrom(t testing.TB, file []byte, options func(*server.Options)) *rig {
	t.Helper()
	r := &rig{TB: t, file: filepath.Join(t.TempDir(), "ledger.db"), clock: &clock{}, options: options}
	r.clock.millis.Store(day)
	base := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	r.plain = &http.Client{Transport: base, CheckRedirect: func(*http.Request,
		[]*http.Request) error {
		return http.ErrUseLastResponse
	}}
	r.client = &http.Client{Transport: &checking{t, base, description(t)}, CheckRedirect: r.plain.CheckRedirect}
	if file != nil {
		if err := os.WriteFile(r.file, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.hangUp = base.CloseIdleConnections
	t.Cleanup(r.end)
	r.begin()
	return r
}

// begin opens the ledger and serves.
func (r *rig) begin() {
	r.Helper()
	var err error
	if r.ledger, err = ledger.Open(context.Background(), r.file, ledger.Options{}); err != nil {
		r.Fatal(err)
	}
	r.make()
	r.serve()
}

// make makes a server.
func (r *rig) make() {
	r.Helper()
	o := server.Options{
		Core: host.Native(), Ledger: r.ledger, Identity: identity.Trusting(), Module: smallModule,
		Now: r.clock.now, Rate: -1, Hosts: server.LoopbackHosts,
	}
	if r.options != nil {
		r.options(&o)
	}
	var err error
	if r.server, err = server.New(o); err != nil {
		r.Fatal(err)
	}
}

// impatient starts the server anew, and has it wait less for its clients.
func (r *rig) impatient(header, body, write, drain, beat time.Duration) {
	r.Helper()
	r.hangUp()
	if err := r.stop(); err != nil {
		r.Fatal(err)
	}
	r.make()
	r.server.Hurry(header, body, write, drain, beat)
	r.serve()
}

func (r *rig) serve() {
	r.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.Fatal(err)
	}
	r.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.server.Serve(ctx, l, nil) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
}

// end stops the server and closes the ledger.
func (r *rig) end() {
	r.Helper()
	if r.stop == nil {
		return
	}
	r.hangUp()
	if err := r.stop(); err != nil {
		r.Errorf("the server ended with %v", err)
	}
	if err := r.ledger.Close(); err != nil {
		r.Error(err)
	}
	r.stop = nil
}

// restart stops the server, does something to its ledger, and starts another one.
func (r *rig) restart(between func()) {
	r.Helper()
	r.end()
	if between != nil {
		between()
	}
	r.begin()
}

// as returns the same server, asked with a token.
func (r *rig) as(token string) *rig {
	other := *r
	other.token = token
	return &other
}

// answer is what came back.
type answer struct {
	r      *rig
	asked  string
	status int
	header http.Header
	body   []byte
}

// do sends a request. headers are names and values in turn. A body is sent as JSON unless they say otherwise.
func (r *rig) do(method, path, body string, headers ...string) answer {
	r.Helper()
	var src io.Reader
	if body != "" {
		src = strings.NewReader(body)
	}
	return r.send(r.client, method, path, src, headers...)
}

func (r *rig) send(client *http.Client, method, path string, body io.Reader, headers ...string) answer {
	r.Helper()
	req, err := http.NewRequest(method, "http://"+r.addr+path, body)
	if err != nil {
		r.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		} else if headers[i] == "Holdfast-Signature" {
			req.Header.Add(headers[i], headers[i+1])
		} else {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	a := answer{r: r, asked: method + " " + path}
	res, err := client.Do(req)
	if err != nil {
		r.Errorf("%s: %v", a.asked, err)
		return a
	}
	defer res.Body.Close()
	a.status, a.header = res.StatusCode, res.Header
	if a.body, err = io.ReadAll(res.Body); err != nil {
		r.Errorf("%s: %v", a.asked, err)
	}
	return a
}

// is fails the test unless the answer has the status.
func (a answer) is(status int) answer {
	a.r.Helper()
	if a.status != status {
		a.r.Fatalf("%s: %d, not %d: %.500s", a.asked, a.status, status, a.body)
	}
	return a
}

// refused fails the test unless the answer is a problem with the code.
func (a answer) refused(code string) problem {
	a.r.Helper()
	var p problem
	if err := readJSON(a.body, &p); err != nil || p.Code != code {
		a.r.Fatalf("%s: %d %.500s, and not %s", a.asked, a.status, a.body, code)
	}
	return p
}

// read reads the body into v.
func (a answer) read(v any) {
	a.r.Helper()
	if err := readJSON(a.body, v); err != nil {
		a.r.Fatalf("%s: %v: %s", a.asked, err, a.body)
	}
}

// problem is what clients read of one. Missed keeps the bytes.
type problem struct {
	Code, Detail string
	Status       int
	Seq          *int64
	Missed       []json.RawMessage
	More         bool
	Stall        json.RawMessage
	Diagnostics  []map[string]any
}

func readJSON(src []byte, v any) error { return json.Unmarshal(src, v) }

// text writes v as JSON.
func text(v any) string {
	b, err := json.MarshalWithOption(v, json.DisableHTMLEscape())
	if err != nil {
		panic(err)
	}
	return string(b)
}

func file(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(top, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// golden is a golden session: its bundle, its proposals and what was decided on them.
type golden struct {
	name, bundle string
	proposals    []string
	decisions    []string
}

func goldens(t testing.TB) (all []golden) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(top, "testdata/golden/*/proposals.jsonl"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no golden sessions", err)
	}
	for _, path := range folders {
		name := filepath.Base(filepath.Dir(path))
		g := golden{name: name, bundle: file(t, "testdata/golden/"+name+"/bundle.json")}
		g.proposals = strings.Split(strings.TrimSuffix(file(t, "testdata/golden/"+name+"/proposals.jsonl"), "\n"), "\n")
		g.decisions = strings.Split(strings.TrimSuffix(file(t, "testdata/golden/"+name+"/decisions.jsonl"), "\n"), "\n")
		all = append(all, g)
	}
	return all
}

// publish publishes a bundle and returns its digest.
func (r *rig) publish(bundle string) string {
	r.Helper()
	var is struct{ Digest string }
	r.do("POST", "/v1/bundles", bundle).is(201).read(&is)
	return is.Digest
}

// session creates a session.
func (r *rig) session(id, bundle string) {
	r.Helper()
	r.do("POST", "/v1/sessions", text(map[string]string{"session": id, "bundle": bundle})).is(201)
}

// propose proposes on a session, and returns the answer whatever it is.
func (r *rig) propose(id, proposal string, headers ...string) answer {
	r.Helper()
	return r.do("POST", "/v1/sessions/"+id+"/decisions", proposal, headers...)
}

// log returns a session's decisions.
func (r *rig) log(id string) []string {
	r.Helper()
	body := string(r.do("GET", "/v1/sessions/"+id+"/decisions", "").is(200).body)
	if body == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(body, "\n"), "\n")
}

// door is the bundle of the document's examples.
func door(t testing.TB) string {
	return example(t, "/v1/bundles", "POST", "door")
}

const (
	openAtNine = `{"action":"open","actor":{"kind":"owner","id":"olga"},"args":{"hour":9}}`
	shut       = `{"action":"close","actor":{"kind":"owner","id":"olga"}}`
	ask        = `{"action":"open","actor":{"kind":"visitor","id":"vera"},"args":{"hour":9}}`
)

// scribe is a bundle whose decisions have text in them that encoders like to change.
const scribe = `{"holdfast":1,"bundle":"scribe","version":"1.0.0","agents":{"anyone":{}},
"state":{"said":{"type":{"string":400}}},
"actions":{"say":{"args":{"text":{"string":400}},"set":{"said":"args.text"}}},
"constraints":[{"id":"SHORT","level":"operational","on":["say"],"require":"size(args.text) < 20",
"otherwise":{"verdict":"reject","say":"<b>{args.text}</b> & so on \u2028 🙂"}}]}`

func say(text_ string) string {
	return text(map[string]any{"action": "say", "actor": map[string]string{"kind": "anyone"},
		"args": map[string]string{"text": text_}})
}

// counted returns the value of a metric.
func (r *rig) counted(name string) string {
	r.Helper()
	for line := range strings.Lines(string(r.do("GET", "/metrics", "").is(200).body)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// contents returns all that the ledger holds.
func (r *rig) contents() string {
	r.Helper()
	db := r.sql("mode=ro")
	defer db.Close()
	var out strings.Builder
	for _, table := range []string{"documents", "releases", "sessions", "decisions", "snapshots"} {
		rows, err := db.Query("SELECT * FROM " + table + " ORDER BY 1, 2, 3")
		if err != nil {
			r.Fatal(err)
		}
		names, _ := rows.Columns()
		for rows.Next() {
			row := make([]any, len(names))
			to := make([]any, len(names))
			for i := range row {
				to[i] = &row[i]
			}
			if err := rows.Scan(to...); err != nil {
				r.Fatal(err)
			}
			fmt.Fprintf(&out, "%s %q\n", table, row)
		}
		if err := rows.Err(); err != nil {
			r.Fatal(err)
		}
	}
	return out.String()
}

// sql opens the ledger's file beside the server.
func (r *rig) sql(query string) *sql.DB {
	r.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: r.file,
		RawQuery: query + "&_pragma=busy_timeout(10000)"}).String())
	if err != nil {
		r.Fatal(err)
	}
	return db
}

// issuer signs tokens.
type issuer struct {
	clock   *clock
	kid     string
	private ed25519.PrivateKey
	public  []byte // PEM
	keys    []byte // the same as a JWK set, under the name kid
}

func newIssuer(t testing.TB, c *clock) *issuer {
	t.Helper()
	return issuerOf(t, c, "main")
}

// issuerOf makes an issuer whose key has this name.
func issuerOf(t testing.TB, c *clock, kid string) *issuer {
	t.Helper()
	seed := sha256.Sum256([]byte("the issuer of the tests " + kid))
	i := &issuer{clock: c, kid: kid, private: ed25519.NewKeyFromSeed(seed[:])}
	der, err := x509.MarshalPKIXPublicKey(i.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	i.public = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	i.keys = fmt.Appendf(nil, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":%q,"x":%q}]}`, kid,
		base64.RawURLEncoding.EncodeToString(i.private.Public().(ed25519.PublicKey)))
	return i
}

// token returns a token for an hour; claims are added to it, and nil takes one away.
func (i *issuer) token(t testing.TB, id, kind string, claims map[string]any) string {
	t.Helper()
	all := jwt.MapClaims{"sub": id, "kind": kind, "aud": "holdfast", "exp": i.clock.now().Add(time.Hour).Unix()}
	for name, v := range claims {
		if all[name] = v; v == nil {
			delete(all, name)
		}
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, all)
	token.Header["kid"] = i.kid
	signed, err := token.SignedString(i.private)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// guarded starts a server that takes the issuer's tokens only.
func guarded(t testing.TB, options func(*server.Options)) (*rig, *issuer) {
	t.Helper()
	var i *issuer
	r := start(t, func(o *server.Options) {
		if i == nil {
			c := &clock{}
			c.millis.Store(day)
			i = newIssuer(t, c)
		}
		v, err := identity.New(identity.Options{Keys: i.keys, Audience: "holdfast", Now: o.Now})
		if err != nil {
			t.Fatal(err)
		}
		o.Identity, o.Hosts = v, nil
		if options != nil {
			options(o)
		}
	})
	i.clock = r.clock
	return r, i
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
