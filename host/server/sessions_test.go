package server_test

// This file tests sessions: creating, proposing, asking, reading and verifying them.

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/server"
)

func TestCreate(t *testing.T) {
	r, i := guarded(t, func(o *server.Options) { o.SessionsPerActor = 3 })
	ann := r.as(i.token(t, "ann", "owner", map[string]any{"roles": "publish"}))
	digest := ann.publish(door(t))
	var view struct {
		Session, Digest string
		Seq             int64
	}
	a := ann.do("POST", "/v1/sessions", `{"session":"Front-1._~","bundle":"door@1.0.0"}`).is(201)
	a.read(&view)
	if view.Session != "Front-1._~" || view.Digest != digest || a.header.Get("Location") != "/v1/sessions/Front-1._~" {
		t.Errorf("%+v at %s", view, a.header.Get("Location"))
	}
	ann.do("GET", a.header.Get("Location"), "").is(200)
	made := map[string]bool{}
	for range 2 {
		a := ann.do("POST", "/v1/sessions", `{"bundle":"`+digest+`"}`).is(201)
		a.read(&view)
		if made[view.Session] || len(view.Session) < 20 || a.header.Get("Location") != "/v1/sessions/"+view.Session {
			t.Errorf("%+v", view)
		}
		made[view.Session] = true
		ann.propose(view.Session, `{"action":"close"}`).is(201)
	}
	before := r.contents()
	ann.do("POST", "/v1/sessions", `{"session":"Front-1._~","bundle":"door@1.0.0"}`).is(409).refused(codes.SessionExists)
	ann.do("POST", "/v1/sessions", `{"session":"fourth","bundle":"door@1.0.0"}`).is(429).refused(codes.LimitSessions)
	ann.do("POST", "/v1/sessions", `{"session":"x","bundle":"door@9.9.9"}`).is(404).refused(codes.BundleUnknown)
	for _, id := range []string{".x", "..", "a/b", "a b", "é", "a\x00", strings.Repeat("a", 129), "%2F", "a:b", "a\n",
		"*"} {
		ann.do("POST", "/v1/sessions", text(map[string]string{"session": id,
			"bundle": "door@1.0.0"})).is(422).refused(codes.SessionID)
	}
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}
	// Another may still create, and use, but not under a token that is limited.
	bob := r.as(i.token(t, "bob", "owner", map[string]any{"sessions": []string{"bob-*"}}))
	bob.do("POST", "/v1/sessions", `{"session":"other","bundle":"door@1.0.0"}`).is(403).refused(codes.AuthSession)
	bob.do("POST", "/v1/sessions", `{"session":"bob-1","bundle":"door@1.0.0"}`).is(201)
	for _, path := range []string{"", "/snapshot", "/decisions", "/decisions/1", "/events"} {
		bob.do("GET", "/v1/sessions/Front-1._~"+path, "").is(403).refused(codes.AuthSession)
	}
	bob.propose("Front-1._~", shut).is(403).refused(codes.AuthSession)
	// Each sees a list of his own.
	var list struct {
		Sessions []struct{ Session string }
		Next     string
	}
	bob.do("GET", "/v1/sessions", "").is(200).read(&list)
	if len(list.Sessions) != 1 || list.Sessions[0].Session != "bob-1" {
		t.Errorf("%+v", list)
	}
	seen := map[string]bool{}
	for after, pages := "", 0; pages == 0 || after != ""; pages++ {
		ann.do("GET", "/v1/sessions?limit=2&after="+after, "").is(200).read(&list)
		for _, s := range list.Sessions {
			seen[s.Session] = true
		}
		if after = list.Next; pages > 2 {
			t.Fatal("the pages do not end")
		}
	}
	if len(seen) != 3 || !seen["Front-1._~"] {
		t.Errorf("%v", seen)
	}
	ann.do("GET", "/v1/sessions?limit=3", "").is(200).read(&list)
	if len(list.Sessions) != 3 || list.Next != "" {
		t.Errorf("a page that is just full: %+v", list)
	}
}

// TestGoldenSessions proposes what testdata/golden has, and gets the very bytes.
func TestGoldenSessions(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			r := start(t, nil)
			replayGolden(t, r, g)
		})
	}
}

// replayGolden plays a golden session as `play`, the id it was recorded under.
func replayGolden(t *testing.T, r *rig, g golden) {
	t.Helper()
	r.server.EndNothing(true) // the golden sessions have what comes after something was due
	digest := r.publish(g.bundle)
	r.session("play", digest)
	var want []string
	for n, proposal := range g.proposals {
		var said struct{ At *int64 }
		if r.clock.millis.Store(day + int64(n)*1000); readJSON([]byte(proposal),
			&said) == nil && said.At != nil && !strings.HasPrefix(g.decisions[n], `{"error"`) {
			r.clock.millis.Store(*said.At)
		}
		if strings.Contains(proposal, `"id":""`) {
			continue // to the server an empty id is one that is left out
		}
		// which the server proposes, of what is due
		if strings.Contains(g.decisions[n], `{"action":"expire","actor":{"id":"holdfast"`) {
			r.server.EndNothing(false)
			r.do("GET", "/v1/sessions/play", "").is(200)
			r.server.EndNothing(true)
			got := r.log("play")
			if want = append(want, g.decisions[n]); len(got) < len(want) || strings.Join(got[:len(want)],
				"\n") != strings.Join(want, "\n") {
				t.Fatalf("%d: the server has not ended what is due as\n%s\nbut as\n%s", n, g.decisions[n], got[len(got)-1])
			}
			want = got // it has ended all that is due, and the golden session goes on with some of it
			break
		}
		a := r.propose("play", proposal)
		if strings.HasPrefix(g.decisions[n], `{"error"`) {
			var was struct{ Error struct{ Code string } }
			if err := readJSON([]byte(g.decisions[n]), &was); err != nil {
				t.Fatal(err)
			}
			if a.status < 400 {
				t.Errorf("%d %.200s: %d, and it is %s", n, proposal, a.status, was.Error.Code)
			}
			continue
		}
		if want = append(want, g.decisions[n]); a.status != 201 || string(a.body) != g.decisions[n] {
			t.Fatalf("%d %.200s: %d\n%s\nnot\n%s", n, proposal, a.status, a.body, g.decisions[n])
		}
		if seq := fmt.Sprint(len(want)); a.header.Get("Holdfast-Seq") != seq ||
			a.header.Get("Location") != "/v1/sessions/play/decisions/"+seq {
			t.Errorf("%v", a.header)
		}
	}
	got := r.log("play")
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("the log has\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	bundle, err := host.Native().Load([]byte(g.bundle))
	if err != nil {
		t.Fatal(err)
	}
	again, err := bundle.Open("play")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range got {
		if err := again.Replay([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	view, err := again.View()
	if err != nil || string(view) != string(r.do("GET", "/v1/sessions/play", "").is(200).body) {
		t.Error("the view is not that of the session that was replayed", err)
	}
	var verified struct {
		Same bool
		Seq  int
	}
	r.do("POST", "/v1/sessions/play/verify", "").is(200).read(&verified)
	if !verified.Same || verified.Seq != len(want) {
		t.Errorf("%+v", verified)
	}
}

// TestWazeroAnswersTheSame runs one session on the module.
func TestWazeroAnswersTheSame(t *testing.T) {
	engine, err := host.New(context.Background(), host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	r := start(t, func(o *server.Options) { o.Core = engine })
	for _, g := range goldens(t) {
		if g.name == "specula" {
			replayGolden(t, r, g)
		}
	}
}

func TestStale(t *testing.T) {
	r := start(t, nil)
	r.publish(scribe)
	r.session("s", "scribe@1.0.0")
	var recorded []string
	for _, words := range []string{"plain", "<script>alert(1)</script> & more of it", "\u2028\u2029 \u007f 🙂🙂🙂🙂🙂🙂",
		"a & b < c > d", "\"quoted\" \\ / \b\f\n\r\t \x01"} {
		a := r.propose("s", say(words)).is(201)
		recorded = append(recorded, string(a.body))
	}
	if log := strings.Join(r.log("s"), "\n"); log != strings.Join(recorded, "\n") {
		t.Error("the log has other bytes than the answers")
	}
	for seen := range recorded {
		a := r.propose("s", strings.Replace(say("something else"), "{", fmt.Sprintf(`{"seq":%d,`, seen), 1)).is(409)
		p := a.refused(codes.SessionStale)
		if *p.Seq != int64(len(recorded)) || len(p.Missed) != len(recorded)-seen || p.More {
			t.Fatalf("seen %d: seq %d, %d missed, more: %v", seen, *p.Seq, len(p.Missed), p.More)
		}
		// Byte for byte, inside the document as it was sent.
		if !strings.Contains(string(a.body), `"missed":[`+strings.Join(recorded[seen:], ",")+`]`) {
			t.Errorf("the decisions missed are not those of the log:\n%s\n%s", a.body, recorded[seen:])
		}
	}
	for _, seq := range []string{"6", "9007199254740991", "-1"} {
		if p := r.propose("s", strings.Replace(say("x"), "{", `{"seq":`+seq+`,`,
			1)).is(409).refused(codes.SessionStale); *p.Seq != 5 || p.Missed != nil {
			t.Errorf("%s: %+v", seq, p)
		}
	}
	// More than are told at once.
	for n := len(recorded); n < server.MaxMissed+2; n++ {
		recorded = append(recorded, string(r.propose("s", say(fmt.Sprint(n))).is(201).body))
	}
	for seen, told := range map[int]int{0: server.MaxMissed, 1: server.MaxMissed, 2: server.MaxMissed,
		3: server.MaxMissed - 1} {
		a := r.propose("s", strings.Replace(say("something else"), "{", fmt.Sprintf(`{"seq":%d,`, seen), 1)).is(409)
		p := a.refused(codes.SessionStale)
		if more := seen+told < len(recorded); len(p.Missed) != told || p.More != more {
			t.Errorf("seen %d: %d missed, more: %v", seen, len(p.Missed), p.More)
		}
		if !strings.Contains(string(a.body), `"missed":[`+strings.Join(recorded[seen:seen+told], ",")+`]`) {
			t.Errorf("seen %d: other bytes", seen)
		}
	}
}

func TestRepeated(t *testing.T) {
	r, i := guarded(t, nil)
	ann := r.as(i.token(t, "ann", "owner", map[string]any{"roles": "publish"}))
	bob := r.as(i.token(t, "bob", "owner", nil))
	ann.publish(door(t))
	ann.session("s", "door@1.0.0")

	same := func(a, first answer) {
		t.Helper()
		a.is(200)
		if string(a.body) != string(first.body) || a.header.Get("Holdfast-Repeated") != "true" ||
			a.header.Get("Location") != first.header.Get("Location") ||
			a.header.Get("Holdfast-Verdict") != first.header.Get("Holdfast-Verdict") {
			t.Errorf("%v %s\nis not\n%v %s", a.header, a.body, first.header, first.body)
		}
	}
	// By seq: the lost answer comes again, also where others have recorded since.
	const first = `{"action":"open","args":{"hour":9},"seq":0}`
	one := ann.propose("s", first).is(201)
	if one.header.Get("Holdfast-Repeated") != "" {
		t.Error("the first is told as repeated")
	}
	r.clock.advance(time.Second)
	same(ann.propose("s", first), one)
	same(ann.propose("s", fmt.Sprintf(`{"action":"open","args":{"hour":9},"seq":0,"at":%d}`, day)), one)
	two := bob.propose("s", `{"action":"close","seq":1}`).is(201)
	same(ann.propose("s", first), one)
	bob.propose("s", first).is(409).refused(codes.SessionStale) // it was ann's
	ann.propose("s", `{"action":"close","seq":1}`).is(409).refused(codes.SessionStale)
	ann.propose("s", `{"action":"open","args":{"hour":10},"seq":0}`).is(409).refused(codes.SessionStale)
	ann.propose("s", fmt.Sprintf(`{"action":"open","args":{"hour":9},"seq":0,"at":%d}`,
		day+1)).is(409).refused(codes.SessionStale)
	same(bob.propose("s", `{"action":"close","seq":1}`), two)

	// By key, whatever seq says.
	keyed := ann.propose("s", `{"action":"open","args":{"hour":11}}`, "Idempotency-Key", "k1").is(201)
	r.clock.advance(time.Minute)
	same(ann.propose("s", `{"action":"open","args":{"hour":11}}`, "Idempotency-Key", "k1"), keyed)
	same(ann.propose("s", `{"action":"open","args":{"hour":11},"seq":2}`, "Idempotency-Key", "k1"), keyed)
	at := fmt.Sprintf(`{"action":"open","args":{"hour":11},"at":%d}`, r.clock.now().Add(-time.Minute).UnixMilli())
	r.clock.advance(10 * time.Minute) // and however long ago it was
	same(ann.propose("s", at, "Idempotency-Key", "k1"), keyed)
	before := r.contents()
	ann.propose("s", `{"action":"open","args":{"hour":12}}`, "Idempotency-Key", "k1").is(422).refused(codes.ProposalKey)
	ann.propose("s", `{"action":"nothing"}`, "Idempotency-Key", "k1").is(422)
	// Another key is another request, also where it says the same and has seen as much.
	ann.propose("s", `{"action":"open","args":{"hour":11},"seq":2}`, "Idempotency-Key",
		"k2").is(409).refused(codes.SessionStale)
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}
	bob.propose("s", `{"action":"open","args":{"hour":12}}`, "Idempotency-Key", "k1").is(201) // his own k1
	ann.session("other", "door@1.0.0")
	ann.propose("other", `{"action":"open","args":{"hour":12}}`, "Idempotency-Key", "k1").is(201)
	same(ann.propose("s", `{"action":"open","args":{"hour":11}}`, "Idempotency-Key", "k1"), keyed)
	r.restart(nil)
	same(ann.at(r).propose("s", `{"action":"open","args":{"hour":11}}`, "Idempotency-Key", "k1"), keyed)
	for _, key := range []string{strings.Repeat("k", 129), "a b", "é"} {
		ann.at(r).propose("s", shut, "Idempotency-Key", key).is(400).refused(codes.HTTPQuery)
	}
	ann.at(r).propose("s", `{"action":"close"}`, "Idempotency-Key", strings.Repeat("!", 128)).is(201)
}

// at is the same caller at a server that was started anew.
func (r *rig) at(now *rig) *rig { return now.as(r.token) }

func TestKeyRepeatedAtOnce(t *testing.T) {
	r := start(t, nil)
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	answers := make([]answer, 20)
	together(len(answers), func(n int) { answers[n] = r.propose("s", openAtNine, "Idempotency-Key", "once") })
	created := 0
	for _, a := range answers {
		if a.status == 201 {
			created++
		} else {
			a.is(200)
		}
		if string(a.body) != string(answers[0].body) {
			t.Errorf("%s\nis not\n%s", a.body, answers[0].body)
		}
	}
	if log := r.log("s"); created != 1 || len(log) != 1 {
		t.Errorf("%d were created, the log has %d", created, len(log))
	}
}

// together does something n times at once.
func together(n int, do func(n int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// TestManyProposeAtOnce: all get decisions, in one chain.
func TestManyProposeAtOnce(t *testing.T) {
	r := start(t, nil)
	r.publish(scribe)
	r.session("s", "scribe@1.0.0")
	const many = 3 * server.MaxTurns
	answers := make([]answer, many)
	together(many, func(n int) { answers[n] = r.propose("s", say(fmt.Sprint("n", n))) })
	log := r.log("s")
	if len(log) != many {
		t.Fatalf("%d decisions of %d", len(log), many)
	}
	at := map[string]int{}
	prev := ""
	for n, line := range log {
		var d struct {
			Prev string
			Seq  int
			Args struct{ Text string }
		}
		if err := readJSON([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		if d.Seq != n+1 || prev != "" && d.Prev != prev {
			t.Fatalf("decision %d does not follow", d.Seq)
		}
		at[d.Args.Text], prev = n, digestOf([]byte(line))
	}
	for n, a := range answers {
		if line := log[at[fmt.Sprint("n", n)]]; a.status != 201 || string(a.body) != line {
			t.Errorf("%d: %d %s, the log has %s", n, a.status, a.body, line)
		}
	}
	r.do("POST", "/v1/sessions/s/verify", "").is(200)
	// With an expected seq only one of those who have seen the same gets through.
	together(20, func(n int) {
		answers[n] = r.propose("s", strings.Replace(say(fmt.Sprint("m", n)), "{", fmt.Sprintf(`{"seq":%d,`, many), 1))
	})
	created := 0
	for _, a := range answers[:20] {
		if a.status == 201 {
			created++
		} else {
			a.is(409).refused(codes.SessionStale)
		}
	}
	if created != 1 || len(r.log("s")) != many+1 {
		t.Errorf("%d got through", created)
	}
}

// frozen is a bundle that can freeze, and parks what visitors ask for.
const frozen = `{"holdfast":1,"bundle":"vault","version":"1.0.0","governance":["owner"],
"agents":{"owner":{},"visitor":{"proposes":true}},
"hold":{"ttl":"60s","on_expire":"drop"},"state":{"open":{"type":"bool","owner":["owner"]}},
"actions":{"open":{"args":{"force":"bool"},"set":{"open":"true"}},"shut":{"set":{"open":"false"}}},
"constraints":[{"id":"FORCE","level":"physical","on":["open"],"require":"!args.force",
"otherwise":{"verdict":"freeze","say":"Forced."}}]}`

func TestHoldsAndRoles(t *testing.T) {
	r, i := guarded(t, func(o *server.Options) { o.Skew = time.Hour })
	owner := r.as(i.token(t, "olga", "owner", map[string]any{"roles": "publish"}))
	governor := r.as(i.token(t, "gina", "owner", map[string]any{"roles": []string{"govern"}}))
	visitor := r.as(i.token(t, "vera", "visitor", nil))
	both := r.as(i.token(t, "both", "visitor owner", nil))
	nobody := r.as(i.token(t, "nobody", "cleaner", nil))
	owner.publish(frozen)
	owner.session("s", "vault@1.0.0")
	verdict := func(a answer, want string) answer {
		t.Helper()
		a.is(201)
		if got := a.header.Get("Holdfast-Verdict"); got != want {
			t.Fatalf("%s: %s", got, a.body)
		}
		return a
	}
	park := func() (seq, digest string) {
		a := verdict(visitor.propose("s", `{"action":"open","args":{"force":false}}`), "hold")
		var d struct{ Proposal string }
		a.read(&d)
		return a.header.Get("Holdfast-Seq"), d.Proposal
	}
	seq, digest := park()
	confirm := `{"action":"confirm","args":{"hold":` + seq + `,"digest":"` + digest + `"}}`
	verdict(visitor.propose("s", confirm), "reject")
	verdict(owner.propose("s", `{"action":"confirm","args":{"hold":`+seq+`,"digest":"sha256:`+strings.Repeat("0",
		64)+`"}}`), "reject")
	verdict(owner.propose("s", confirm), "commit")
	verdict(owner.propose("s", confirm), "reject") // it waits no longer
	verdict(owner.propose("s", `{"action":"shut"}`), "commit")

	seq, _ = park()
	verdict(owner.propose("s", `{"action":"decline","args":{"hold":`+seq+`}}`), "commit")
	seq, _ = park()
	verdict(visitor.propose("s", `{"action":"expire","args":{"hold":`+seq+`}}`), "reject")
	r.clock.advance(61 * time.Second)
	verdict(visitor.propose("s", `{"action":"expire","args":{"hold":`+seq+`}}`), "commit")

	verdict(owner.propose("s", `{"action":"open","args":{"force":true}}`), "freeze")
	verdict(owner.propose("s", `{"action":"shut"}`), "reject")
	before := r.contents()
	owner.propose("s", `{"action":"unfreeze"}`).is(403).refused(codes.AuthRole)
	owner.do("POST", "/v1/sessions/s/why", `{"action":"unfreeze"}`).is(403).refused(codes.AuthRole)
	visitor.do("POST", "/v1/bundles", door(t)).is(403).refused(codes.AuthRole)
	visitor.do("POST", "/v1/catalogs", lockCatalog(t)).is(403).refused(codes.AuthRole)

	// Who proposes is who the token says.
	owner.propose("s", `{"action":"shut","actor":{"kind":"owner","id":"gina"}}`).is(403).refused(codes.AuthActor)
	visitor.propose("s", `{"action":"shut","actor":{"kind":"owner"}}`).is(403).refused(codes.AuthActor)
	visitor.propose("s", `{"action":"shut","actor":{"kind":"owner","id":"vera"}}`).is(403).refused(codes.AuthActor)
	nobody.propose("s", `{"action":"shut"}`).is(403).refused(codes.AuthNoAgent)
	nobody.do("POST", "/v1/sessions/s/admissible", ``).is(403).refused(codes.AuthNoAgent)
	for _, q := range []string{"why", "path", "admissible"} {
		body := `{"action":"shut","actor":{"kind":"owner","id":"olga"}}`
		if q == "admissible" {
			body = `{"actor":{"kind":"owner","id":"olga"}}`
		}
		visitor.do("POST", "/v1/sessions/s/"+q, body).is(403).refused(codes.AuthActor)
	}
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}
	verdict(governor.propose("s", `{"action":"unfreeze"}`), "commit")
	for body, kind := range map[string]string{
		`{"action":"shut"}`:                                        "visitor", // the first of the token's
		`{"action":"shut","actor":{"kind":"owner"}}`:               "owner",
		`{"action":"shut","actor":{"id":"both"}}`:                  "visitor",
		`{"action":"shut","actor":{"kind":"visitor","id":"both"}}`: "visitor",
	} {
		if a := both.propose("s", body).is(201); !strings.Contains(string(a.body),
			`"actor":{"id":"both","kind":"`+kind+`"}`) {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	owner.do("POST", "/v1/sessions/s/verify", "").is(200)
}

func TestTime(t *testing.T) {
	r := start(t, func(o *server.Options) { o.Skew = 10 * time.Second })
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	shutAt := func(ms int64) answer {
		return r.propose("s", strings.Replace(shut, "{", fmt.Sprintf(`{"at":%d,`, ms), 1))
	}
	for _, at := range []int64{day - 10_001, day + 10_001, 0, 253402300799999} {
		shutAt(at).is(422).refused(codes.ProposalSkew)
		r.do("POST", "/v1/sessions/s/why", strings.Replace(shut, "{", fmt.Sprintf(`{"at":%d,`, at),
			1)).is(422).refused(codes.ProposalSkew)
	}
	shutAt(day - 10_000).is(201)
	shutAt(day + 10_000).is(201)
	shutAt(day).is(422).refused(codes.ProposalEarlier)
	// Left out, it is now, and never before the last decision.
	if a := r.propose("s", shut).is(201); !strings.Contains(string(a.body), fmt.Sprintf(`"at":%d,`, day+10_000)) {
		t.Errorf("%s", a.body)
	}
	r.clock.advance(-time.Hour) // the machine's clock was set back
	if a := r.propose("s", shut).is(201); !strings.Contains(string(a.body), fmt.Sprintf(`"at":%d,`, day+10_000)) {
		t.Errorf("%s", a.body)
	}
	r.clock.advance(2 * time.Hour)
	if a := r.propose("s", shut).is(201); !strings.Contains(string(a.body), fmt.Sprintf(`"at":%d,`, day+3600_000)) {
		t.Errorf("%s", a.body)
	}
}

func TestQuestionsChangeNothing(t *testing.T) {
	r := start(t, nil)
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	r.propose("s", ask).is(201)
	before := r.contents()
	would := r.do("POST", "/v1/sessions/s/why", openAtNine).is(200)
	r.do("POST", "/v1/sessions/s/why", strings.Replace(openAtNine, "9", "23", 1)).is(200)
	r.do("POST", "/v1/sessions/s/path", shut).is(200)
	all := r.do("POST", "/v1/sessions/s/admissible", `{"actor":{"kind":"owner","id":"olga"},"reasons":["urgent"]}`).is(200)
	if r.contents() != before {
		t.Error("a question has changed the ledger")
	}
	for _, a := range []answer{would, all} {
		if a.header.Get("Holdfast-Seq") != "1" {
			t.Errorf("%v", a.header)
		}
	}
	if is := r.propose("s", openAtNine).is(201); string(is.body) != string(would.body) {
		t.Errorf("it would be %s, and is %s", would.body, is.body)
	}
	for _, q := range []string{"why", "path", "admissible"} {
		r.do("POST", "/v1/sessions/s/"+q, `{"seq":1,"actor":{"kind":"owner"}}`).is(422).refused(codes.HTTPShape)
		r.do("POST", "/v1/sessions/none/"+q, shut).is(404).refused(codes.SessionUnknown)
	}
	r.do("POST", "/v1/sessions/s/admissible", shut).is(422).refused(codes.HTTPShape)
	r.do("POST", "/v1/sessions/s/admissible", `{}`).is(403).refused(codes.AuthActor)
}

func TestStateAndLog(t *testing.T) {
	r := start(t, nil)
	digest := r.publish(door(t))
	r.session("s", digest)
	if a := r.do("GET", "/v1/sessions/s/decisions", "").is(200); len(a.body) != 0 || a.header.Get("Holdfast-Seq") != "0" {
		t.Errorf("%v %q", a.header, a.body)
	}
	r.do("GET", "/v1/sessions/s/decisions/1", "").is(404).refused(codes.DecisionUnknown)
	fresh := r.do("GET", "/v1/sessions/s", "").is(200)
	for n := range 5 {
		r.propose("s", strings.Replace(openAtNine, "9", fmt.Sprint(n*5), 1)).is(201)
	}
	log := r.log("s")
	if len(log) != 5 {
		t.Fatal(log)
	}
	for query, want := range map[string][]string{
		"": log, "?from=1": log, "?from=3": log[2:], "?from=5": log[4:], "?from=6": nil, "?from=9007199254740991": nil,
		"?limit=2": log[:2], "?from=2&limit=2": log[1:3], "?from=5&limit=1000": log[4:], "?limit=9007199254740991": log,
	} {
		a := r.do("GET", "/v1/sessions/s/decisions"+query, "").is(200)
		lines := ""
		for _, line := range want {
			lines += line + "\n"
		}
		if string(a.body) != lines || a.header.Get("Holdfast-Seq") != "5" ||
			!strings.HasPrefix(a.header.Get("Content-Type"), "application/jsonl") {
			t.Errorf("%s: %q", query, a.body)
		}
	}
	r.do("HEAD", "/v1/sessions/s/decisions", "").is(200)
	for n, line := range log {
		a := r.do("GET", fmt.Sprint("/v1/sessions/s/decisions/", n+1), "").is(200)
		if string(a.body) != line || a.header.Get("Holdfast-Digest") != digestOf(a.body) ||
			!strings.HasPrefix(a.header.Get("Cache-Control"), "private") {
			t.Errorf("%v %s", a.header, a.body)
		}
		r.do("GET", fmt.Sprint("/v1/sessions/s/decisions/", n+1), "", "If-None-Match", a.header.Get("ETag")).is(304)
	}
	for _, seq := range []string{"0", "6", "01", "-1", "+1", "1.0", "x", "1e0", "99999999999999999999", "%31%20"} {
		r.do("GET", "/v1/sessions/s/decisions/"+seq, "").is(404).refused(codes.DecisionUnknown)
	}
	bundle, err := host.Native().Load([]byte(door(t)))
	if err != nil {
		t.Fatal(err)
	}
	snapshot := r.do("GET", "/v1/sessions/s/snapshot", "").is(200)
	restored, err := bundle.Restore(snapshot.body)
	if err != nil {
		t.Fatal(err)
	}
	view := r.do("GET", "/v1/sessions/s", "").is(200)
	if local, err := restored.View(); err != nil || string(local) != string(view.body) {
		t.Errorf("%v: a replica sees %s, the server %s", err, local, view.body)
	}
	tag := view.header.Get("ETag")
	if tag == fresh.header.Get("ETag") || tag != `"`+digestOf([]byte(log[4]))+`"` {
		t.Errorf("ETag %s", tag)
	}
	for _, path := range []string{"/v1/sessions/s", "/v1/sessions/s/snapshot"} {
		r.do("GET", path, "", "If-None-Match", tag).is(304)
		r.do("GET", path, "", "If-None-Match", fresh.header.Get("ETag")).is(200)
		r.do("HEAD", path, "").is(200)
	}
	r.do("GET", "/v1/sessions/s/head", "").is(404).refused(codes.HeadUnsigned)
	r.propose("s", shut).is(201)
	r.do("GET", "/v1/sessions/s", "", "If-None-Match", tag).is(200)
}

// TestOpenedAnew: a session is the same after a restart, and after it had to make room.
func TestOpenedAnew(t *testing.T) {
	r := start(t, func(o *server.Options) { o.OpenSessions = 2 })
	r.publish(scribe)
	const decisions = 2*server.Snapshots + 3
	for _, id := range []string{"a", "b", "c"} {
		r.session(id, "scribe@1.0.0")
	}
	views := map[string]string{}
	for n := range decisions {
		for _, id := range []string{"a", "b", "c"} {
			if id == "a" || n < 3 {
				r.propose(id, say(fmt.Sprint(id, n))).is(201)
			}
		}
	}
	for _, id := range []string{"a", "b", "c"} {
		views[id] = string(r.do("GET", "/v1/sessions/"+id, "").is(200).body)
	}
	if !strings.Contains(r.contents(), "snapshots ") {
		t.Error("no snapshot was kept, so this tests less than it says")
	}
	r.restart(nil)
	for id, view := range views {
		if got := string(r.do("GET", "/v1/sessions/"+id, "").is(200).body); got != view {
			t.Errorf("%s: %s\nwas\n%s", id, got, view)
		}
		r.do("POST", "/v1/sessions/"+id+"/verify", "").is(200)
		r.propose(id, say("on it goes")).is(201)
	}
	if open := r.counted("holdfast_open_sessions"); open != "2" {
		t.Errorf("%s sessions are open", open)
	}
	for n := range 5 {
		r.do("GET", fmt.Sprint("/v1/sessions/guess", n), "").is(404)
	}
	if open := r.counted("holdfast_open_sessions"); open == "0" {
		t.Error("guesses have pushed out sessions")
	}
}

func TestRate(t *testing.T) {
	r, i := guarded(t, func(o *server.Options) { o.Rate, o.Burst = 1, 4 })
	ann := r.as(i.token(t, "ann", "owner", map[string]any{"roles": "publish"}))
	bob := r.as(i.token(t, "bob", "owner", nil))
	ann.publish(door(t))
	ann.session("s", "door@1.0.0")
	ann.propose("s", `{"action":"close"}`).is(201)
	ann.do("POST", "/v1/sessions/s/why", `{"action":"close"}`).is(200)
	before := r.contents()
	a := ann.propose("s", `{"action":"close"}`).is(429)
	if a.refused(codes.LimitRate); a.header.Get("Retry-After") != "1" {
		t.Errorf("%v", a.header)
	}
	ann.do("POST", "/v1/sessions", `{}`).is(429).refused(codes.LimitRate)
	if r.contents() != before {
		t.Error("what was refused has changed the ledger")
	}
	ann.do("GET", "/v1/sessions/s", "").is(200) // reading costs nothing
	bob.propose("s", `{"action":"close"}`).is(201)
	r.clock.advance(time.Second)
	ann.propose("s", `{"action":"close"}`).is(201)
	ann.propose("s", `{"action":"close"}`).is(429)
}

func TestOperating(t *testing.T) {
	r := start(t, nil)
	r.do("GET", "/healthz", "").is(200)
	var ready struct{ Status, Ledger, Module string }
	r.do("GET", "/readyz", "").is(200).read(&ready)
	if ready.Status != "ready" || ready.Ledger != "sqlite" || ready.Module != digestOf(smallModule) {
		t.Errorf("%+v", ready)
	}
	r.publish(door(t))
	r.session("s", "door@1.0.0")
	r.propose("s", shut).is(201)
	r.propose("s", `{}`).is(422)
	r.do("GET", "/nowhere", "").is(404)
	r.send(r.plain, "BREW", "/healthz", nil).is(405)
	metrics := string(r.do("GET", "/metrics", "").is(200).body)
	for _, line := range []string{
		`holdfast_decisions_total{verdict="reject"} 1`, `holdfast_problems_total{code="proposal/shape"} 1`,
		`holdfast_problems_total{code="http/path"} 1`,
		`holdfast_request_seconds_count{method="POST",route="/v1/sessions/{session}/decisions",status="201"} 1`,
		`holdfast_request_seconds_count{method="other",route="/healthz",status="405"} 1`,
		`holdfast_append_seconds_count 1`, `holdfast_open_sessions 1`, `holdfast_streams 0`, `holdfast_corrupt_total 0`,
		`holdfast_conflicts_total 0`,
	} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
	if strings.Contains(metrics, "BREW") {
		t.Error("a client makes up labels")
	}
	if err := r.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	if a := r.do("GET", "/readyz", "").is(503); a.header.Get("Retry-After") == "" {
		t.Errorf("%v", a.header)
	}
	r.do("GET", "/healthz", "").is(200)
	r.do("GET", "/v1/sessions", "").is(503).refused(codes.ServerShuttingDown)
	r.propose("s", openAtNine).is(503).refused(codes.ServerShuttingDown)
}

func TestOrigins(t *testing.T) {
	r := start(t, func(o *server.Options) { o.Origins = []string{"https://app.example"} })
	r.publish(door(t))
	a := r.do("GET", "/v1/bundles", "", "Origin", "https://app.example").is(200)
	if a.header.Get("Access-Control-Allow-Origin") != "https://app.example" ||
		!strings.Contains(a.header.Get("Access-Control-Expose-Headers"), "Holdfast-Seq") {
		t.Errorf("%v", a.header)
	}
	if a := r.do("GET", "/v1/bundles", "", "Origin",
		"https://evil.example").is(200); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%v", a.header)
	}
	r.do("POST", "/v1/sessions", `{"bundle":"door@1.0.0"}`, "Origin", "https://app.example", "Sec-Fetch-Site",
		"cross-site").is(201)
	pre := r.do("OPTIONS", "/v1/sessions", "", "Origin", "https://app.example", "Access-Control-Request-Method",
		"POST").is(http.StatusNoContent)
	if pre.header.Get("Access-Control-Allow-Methods") != "GET, POST" ||
		!strings.Contains(pre.header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Errorf("%v", pre.header)
	}
	r.do("OPTIONS", "/v1/sessions", "", "Origin", "https://evil.example", "Access-Control-Request-Method",
		"POST").is(403).refused(codes.HTTPOrigin)
	if a := r.propose("none", shut, "Origin",
		"https://app.example").is(404); a.header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("the page cannot read why it was refused")
	}
}
