package server_test

// This file tests how what waits comes to an end: by the server, as the agent that the bundle names.

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/ledger/pgtest"
	"github.com/holdfast-rt/holdfast/host/server"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// inn is a bundle in which what a guest asks for waits a minute for the keeper, and falls back then.
const inn = `{"holdfast":1,"bundle":"inn","version":"1.0.0","governance":["keeper"],
"agents":{"keeper":{},"guest":{"proposes":true},"clock":{}},
"state":{"room":{"type":{"string":40},"owner":["keeper"]},"rests":{"type":"int","owner":["clock","keeper"]}},
"actions":{"book":{"args":{"room":{"string":40}},"set":{"room":"args.room"}},"rest":{"set":{"rests":"state.rests + 1"}},
    "burn":{}},
"constraints":[{"id":"FIRE","level":"physical","on":["burn"],"require":"false",
    "otherwise":{"verdict":"freeze","say":"Fire."}}],
"fallback":{"set":{"room":"\"\""}},"hold":{"ttl":"60s","on_expire":"revert","by":"clock"}}`

func book(room string) string {
	return text(map[string]any{"action": "book", "actor": map[string]string{"kind": "guest", "id": "gus"},
		"args": map[string]string{"room": room}})
}

// waiting starts a session in which n proposals wait.
func (r *rig) waiting(id string, n int) {
	r.Helper()
	r.session(id, "inn@1.0.0")
	for i := range n {
		var d struct{ Verdict string }
		if r.propose(id, book(fmt.Sprint("room ", i))).is(201).read(&d); d.Verdict != "hold" {
			r.Fatalf("%s", r.log(id)[i])
		}
	}
}

// stored returns what the ledger has of a session, without asking the server.
func stored(t testing.TB, l *ledger.Ledger, id string) (rows []ledger.Row) {
	t.Helper()
	for row, err := range l.Log(context.Background(), id, 1) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// ended fails the test unless the decision is the server's expire of what was parked at a seq.
func ended(t testing.TB, decision string, hold int) {
	t.Helper()
	want := fmt.Sprintf(`{"action":"expire","actor":{"id":"holdfast","kind":"clock"},"advice":[],"args":{"hold":%d},`,
		hold)
	if !strings.HasPrefix(decision, want) || !strings.Contains(decision, `"governing":"hold:expired"`) {
		t.Fatalf("%s\nis not the end of %d", decision, hold)
	}
}

// TestExpireBeforeAnything: what is due has ended before the session is asked, shown or decided on.
func TestExpireBeforeAnything(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	keeper := `,"actor":{"kind":"keeper","id":"kim"}`
	for name, touch := range map[string]func(id string){
		"view": func(id string) {
			if a := r.do("GET", "/v1/sessions/"+id, "").is(200); !strings.Contains(string(a.body), `"holds":[]`) {
				t.Errorf("shown with what is due: %s", a.body)
			}
		},
		"snapshot": func(id string) { r.do("GET", "/v1/sessions/"+id+"/snapshot", "").is(200) },
		"log":      func(id string) { r.log(id) },
		"decision": func(id string) { r.do("GET", "/v1/sessions/"+id+"/decisions/3", "").is(200) },
		"why":      func(id string) { r.do("POST", "/v1/sessions/"+id+"/why", `{"action":"rest"`+keeper+`}`).is(200) },
		"path":     func(id string) { r.do("POST", "/v1/sessions/"+id+"/path", `{"action":"rest"`+keeper+`}`).is(200) },
		"admissible": func(id string) {
			r.do("POST", "/v1/sessions/"+id+"/admissible",
				`{"actor":{"kind":"keeper"}}`).is(200)
		},
		"events":  func(id string) { r.listen("/v1/sessions/"+id+"/events?after=3").is(4, r.log(id)[3]) },
		"propose": func(id string) { r.propose(id, `{"action":"rest"`+keeper+`}`).is(201) },
		"refused": func(id string) { r.propose(id, `{"action":"rest"`+keeper+`,"args":{"x":1}}`).is(422) },
		"stale": func(id string) {
			p := r.propose(id, `{"action":"rest"`+keeper+`,"seq":2}`).is(409).refused(codes.SessionStale)
			if *p.Seq != 4 || len(p.Missed) != 2 {
				t.Errorf("%+v", p)
			}
			ended(t, string(p.Missed[0]), 1)
		},
		"confirm": func(id string) {
			var d struct{ Proposal string }
			if err := readJSON(stored(t, r.ledger, id)[0].Bytes, &d); err != nil {
				t.Fatal(err)
			}
			a := r.propose(id, `{"action":"confirm","args":{"hold":1,"digest":"`+d.Proposal+`"}`+keeper+`}`).is(201)
			if !strings.Contains(string(a.body), `"governing":"hold:unknown"`) {
				t.Errorf("%s", a.body)
			}
		},
	} {
		id := "before-" + name
		r.waiting(id, 2)
		r.clock.advance(59 * time.Second)
		if r.do("GET", "/v1/sessions/"+id, "").is(200); len(stored(t, r.ledger, id)) != 2 {
			t.Fatal("ended before it was due")
		}
		r.clock.advance(time.Second)
		touch(id)
		log := r.log(id)
		ended(t, log[2], 1)
		ended(t, log[3], 2)
		if r.do("POST", "/v1/sessions/"+id+"/verify", "").is(200); len(log) > 5 {
			t.Errorf("%s: %v", name, log)
		}
	}
	if n := r.counted(`holdfast_decisions_total{verdict="revert"}`); n != "24" {
		t.Errorf("%s decisions that revert were counted", n)
	}
}

// TestExpireByItself: a session that nobody asks is looked at, and who listens hears of it.
func TestExpireByItself(t *testing.T) {
	r := start(t, func(o *server.Options) { o.Now = time.Now })
	r.publish(strings.Replace(inn, "60s", "1s", 1))
	r.session("s", "inn@1.0.0")
	listener := r.listen("/v1/sessions/s/events")
	line := string(r.propose("s", book("attic")).is(201).body)
	listener.is(1, line)
	e := listener.next() // the timer's, since nobody asks
	if ended(t, e.data, 1); e.id != "2" || e.name != "decision" {
		t.Errorf("%+v", e)
	}
}

// TestExpireAfterRestart: what came due while no server ran ends once one does, although nobody asks.
func TestExpireAfterRestart(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	r.waiting("a", 1)
	r.waiting("b", 3)
	r.restart(func() { r.clock.advance(2 * time.Minute) })
	for id, n := range map[string]int{"a": 2, "b": 6} {
		for len(stored(t, r.ledger, id)) != n {
			time.Sleep(5 * time.Millisecond)
		}
	}
	rows := stored(t, r.ledger, "b")
	for i := range 3 {
		ended(t, string(rows[3+i].Bytes), i+1)
	}
	if next, err := r.server.Sessions.Sweep(context.Background()); err != nil || !next.IsZero() {
		t.Error(next, err)
	}
	if len(stored(t, r.ledger, "b")) != 6 {
		t.Error("ended twice")
	}
}

// TestAlarm: a host that keeps no timers is told when to sweep, and the server sets none.
func TestAlarm(t *testing.T) {
	alarms := make(chan time.Time, 10)
	r := start(t, func(o *server.Options) { o.Alarm = func(at time.Time) { alarms <- at } })
	r.publish(inn)
	r.waiting("s", 1)
	if at := <-alarms; !at.Equal(r.clock.now().Add(time.Minute)) {
		t.Error(at)
	}
	if next, err := r.server.Sessions.Sweep(context.Background()); err != nil ||
		!next.Equal(r.clock.now().Add(time.Minute)) {
		t.Error(next, err)
	}
	r.clock.advance(time.Minute)
	if next, err := r.server.Sessions.Sweep(context.Background()); err != nil || !next.IsZero() {
		t.Error(next, err)
	}
	ended(t, string(stored(t, r.ledger, "s")[1].Bytes), 1)
}

// TestExpireOnceWithTwoServers: of all that notice that something is due, one ends it.
func TestExpireOnceWithTwoServers(t *testing.T) {
	address := pgtest.Database(t)
	now := &clock{}
	now.millis.Store(day)
	var servers []*rig
	var database *ledger.Ledger // the last one's
	for range 3 {
		l, err := ledger.Open(context.Background(), address, ledger.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, func(o *server.Options) { o.Ledger, o.Now = l, now.now })
		t.Cleanup(func() { l.Close() })
		s.clock = now
		database = l
		servers = append(servers, s)
	}
	servers[0].publish(inn)
	const sessions, each = 4, 3
	for i := range sessions {
		servers[i%3].waiting(fmt.Sprint("s", i), each)
	}
	now.advance(time.Hour)
	var all sync.WaitGroup
	for _, s := range servers {
		all.Go(func() {
			if _, err := s.server.Sessions.Sweep(context.Background()); err != nil {
				t.Error(err)
			}
		})
		for i := range sessions {
			all.Go(func() { s.do("GET", fmt.Sprint("/v1/sessions/s", i), "").is(200) })
		}
	}
	all.Wait()
	for i := range sessions {
		rows := stored(t, database, fmt.Sprint("s", i))
		if len(rows) != 2*each {
			t.Fatalf("%d decisions", len(rows))
		}
		for n := range each {
			ended(t, string(rows[each+n].Bytes), n+1)
		}
		servers[2].do("POST", fmt.Sprint("/v1/sessions/s", i, "/verify"), "").is(200)
	}
}

// TestExpireThatCannotBeRecorded: the session is shown as it is recorded, and what is due ends once it can be.
func TestExpireThatCannotBeRecorded(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	r.waiting("s", 1)
	db := r.sql("")
	defer db.Close()
	stop := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	stop(`CREATE TRIGGER stop BEFORE INSERT ON decisions BEGIN SELECT RAISE(ABORT, 'stopped'); END`)
	r.clock.advance(time.Minute)
	for range 2 {
		if a := r.do("GET", "/v1/sessions/s", "").is(200); a.header.Get("Holdfast-Seq") != "1" {
			t.Errorf("%s", a.body)
		}
	}
	r.propose("s", `{"action":"rest","actor":{"kind":"keeper"}}`).is(503)
	if next, err := r.server.Sessions.Sweep(context.Background()); err != nil || next.IsZero() && len(stored(t,
		r.ledger, "s")) != 1 {
		t.Error(next, err)
	}
	stop(`DROP TRIGGER stop`)
	r.clock.advance(2 * time.Second)
	r.do("GET", "/v1/sessions/s", "").is(200)
	if log := r.log("s"); len(log) != 2 {
		t.Errorf("%v", log)
	} else {
		ended(t, log[1], 1)
	}
}

// TestReminderWithoutDecision: one whose decision was never recorded, since the server crashed between the two, does no
// harm.
func TestReminderWithoutDecision(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	r.session("s", "inn@1.0.0")
	for _, id := range []string{"s", "none", ""} {
		if err := r.ledger.Remind(context.Background(), ledger.Reminder{At: day, Session: id}); err != nil {
			t.Fatal(err)
		}
	}
	if next, err := r.server.Sessions.Sweep(context.Background()); err != nil || !next.IsZero() {
		t.Error(next, err)
	}
	if rows := stored(t, r.ledger, "s"); len(rows) != 0 {
		t.Errorf("%s", rows[0].Bytes)
	}
}

// TestExpireOfFrozenSession: nothing is recorded over and over where nothing would end it, and it ends with the frost.
func TestExpireOfFrozenSession(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	r.waiting("s", 2)
	keeper := `,"actor":{"kind":"keeper","id":"kim"}}`
	r.propose("s", `{"action":"burn"`+keeper).is(201)
	r.clock.advance(time.Hour)
	for range 3 {
		r.do("GET", "/v1/sessions/s", "").is(200)
		if _, err := r.server.Sessions.Sweep(context.Background()); err != nil {
			t.Error(err)
		}
	}
	if log := r.log("s"); len(log) != 3 {
		t.Fatalf("%d decisions: %s", len(log), log[len(log)-1])
	}
	listener := r.listen("/v1/sessions/s/events")
	r.propose("s", `{"action":"unfreeze"`+keeper).is(201)
	listener.next()
	for hold := 1; hold <= 2; hold++ { // nobody asks for it
		ended(t, listener.next().data, hold)
	}
	if log := r.log("s"); len(log) != 6 {
		t.Errorf("%v", log)
	}
}

// TestExpireAndClocks: a clock that is set back ends nothing early, and never takes a session's time back.
func TestExpireAndClocks(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	r.waiting("s", 1)
	keeper := `,"actor":{"kind":"keeper","id":"kim"}}`
	r.clock.advance(50 * time.Second)
	r.propose("s", `{"action":"rest"`+keeper).is(201)
	r.clock.advance(-time.Hour)
	r.do("GET", "/v1/sessions/s", "").is(200)
	if _, err := r.server.Sessions.Sweep(context.Background()); err != nil || len(r.log("s")) != 2 {
		t.Error("ended early", err)
	}
	r.clock.advance(time.Hour + 20*time.Second)
	r.do("GET", "/v1/sessions/s", "").is(200)
	r.clock.advance(-2 * time.Hour)
	r.propose("s", `{"action":"rest"`+keeper).is(201)
	log := r.log("s")
	ended(t, log[2], 1)
	var at []int64
	for _, line := range log {
		var d struct{ At int64 }
		if err := readJSON([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		at = append(at, d.At)
	}
	if fmt.Sprint(at) != fmt.Sprint([]int64{day, day + 50_000, day + 70_000, day + 70_000}) {
		t.Error(at)
	}
}

// TestNobodyIsTheHost: no caller acts under the host's kind and id, and nothing is proposed where no agent is named.
func TestNobodyIsTheHost(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	r.publish(strings.NewReplacer(`"inn"`, `"old-inn"`, `,"by":"clock"`, "").Replace(inn))
	r.waiting("s", 1)
	r.session("old", "old-inn@1.0.0")
	r.propose("old", book("attic")).is(201)
	host := `,"actor":{"kind":"clock","id":"holdfast"}}`
	for _, id := range []string{"/decisions", "/why", "/path"} {
		r.do("POST", "/v1/sessions/s"+id, `{"action":"expire","args":{"hold":1}`+host).is(403).refused(codes.AuthActor)
		r.do("POST", "/v1/sessions/s"+id, `{"action":"rest"`+host).is(403).refused(codes.AuthActor)
	}
	r.do("POST", "/v1/sessions/s/admissible", `{"actor":{"kind":"clock",`+
		`"id":"holdfast"}}`).is(403).refused(codes.AuthActor)
	r.propose("s", `{"action":"rest","actor":{"kind":"clock","id":"another"}}`).is(201)
	r.propose("s", `{"action":"rest","actor":{"kind":"keeper","id":"holdfast"}}`).is(201)
	r.clock.advance(time.Hour)
	r.do("GET", "/v1/sessions/old", "").is(200)
	if log := r.log("old"); len(log) != 1 {
		t.Errorf("%v", log)
	}
	r.propose("old", `{"action":"expire","args":{"hold":1}`+host).is(201) // any agent may, under any id

	guarded, i := guarded(t, nil)
	guarded.as(i.token(t, "ann", "keeper", map[string]any{"roles": "publish"})).publish(inn)
	clock := guarded.as(i.token(t, "holdfast", "clock", nil))
	clock.session("s", "inn@1.0.0")
	clock.propose("s", `{"action":"rest"}`).is(403).refused(codes.AuthActor)
}

// TestExpireIsTheSameOnEveryEngine: what the server proposes is decided again to the same bytes, natively and by the
// module.
func TestExpireIsTheSameOnEveryEngine(t *testing.T) {
	r := start(t, nil)
	r.publish(inn)
	r.waiting("s", 3)
	r.clock.advance(time.Hour)
	log := r.log("s")
	engine, err := host.New(context.Background(), host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, core := range []host.Core{host.Native(), engine} {
		bundle, err := core.Load([]byte(inn))
		if err != nil {
			t.Fatal(err)
		}
		session, err := bundle.Open("s")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range log {
			if err := session.Replay([]byte(line)); err != nil {
				t.Error(err)
			}
		}
	}
}
