package ledger

// This file tests what can happen to a server: restarts, lost connections, no room, what spoils a batch.

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host/ledger/pgtest"
)

// client appends to one session until it is told to stop, as a server does: after an answer
// that says nothing certain it reads the log.
type client struct {
	id           string
	acknowledged map[string]string // seq: digest, with the session's id
	sent         map[string]bool   // every digest it ever sent
	unknown      int
}

func (c *client) run(t *testing.T, l *Ledger, stop *atomic.Bool) {
	var s Session
	known := false
	for n := 0; !stop.Load(); n++ {
		if !known {
			var err error
			if s, err = l.Session(ctx, c.id); err != nil {
				time.Sleep(5 * time.Millisecond)
				continue
			}
			known = true
		}
		r := row(c.id, s.Seq+1, s.Head, fmt.Sprintf("%p %d", c, n), 200)
		c.sent[r.Digest] = true
		switch err := l.Append(ctx, []Row{r}); err {
		case nil:
			s.Seq, s.Head = r.Seq, r.Digest
			c.acknowledged[fmt.Sprint(c.id, " ", r.Seq)] = r.Digest
		case ErrFull, ErrClosed, ErrNotFound:
			t.Error(err)
			return
		case ErrConflict:
			known = false
		default:
			known = false
			if strings.Contains(err.Error(), "unknown") {
				c.unknown++
			}
		}
	}
}

// A server that crashes and comes back under load loses nothing that was acknowledged, and nothing forks.
func TestRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	p := place{engine: "postgres", address: server.URL()}
	ledgers := []*Ledger{p.open(t), p.open(t)}
	wake, cancel := ledgers[1].Subscribe("s0")
	defer cancel()
	var clients []*client
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range 6 {
		session(t, ledgers[0], fmt.Sprint("s", i))
		for _, l := range ledgers { // both on every session
			c := &client{id: fmt.Sprint("s", i), acknowledged: map[string]string{}, sent: map[string]bool{}}
			clients = append(clients, c)
			wg.Go(func() { c.run(t, l, &stop) })
		}
	}
	all := func() int {
		n := 0
		for i := range 6 {
			if s, err := ledgers[0].Session(ctx, fmt.Sprint("s", i)); err == nil {
				n += int(s.Seq)
			}
		}
		return n
	}
	grow := func(by int) {
		t.Helper()
		start := all()
		for until := time.Now().Add(time.Minute); all() < start+by; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatal("nothing is appended any more")
			}
		}
	}
	for range rounds(1, 5, 50) {
		grow(60)
		server.Restart()
		for _, l := range ledgers {
			for until := time.Now().Add(time.Minute); l.Ready(ctx) != nil; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(until) {
					t.Fatal(l.Ready(ctx))
				}
			}
		}
	}
	grow(60)
	// Connections that are cut in the middle of a commit.
	for range rounds(6, 30, 300) {
		p.sql(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND (query = `+
			`'COMMIT' OR query LIKE 'WITH given%')`)
		grow(4)
	}
	grow(60)
	stop.Store(true)
	wg.Wait()
	sent, acknowledged, unknown := map[string]bool{}, 0, 0
	for _, c := range clients {
		holds(t, ledgers[1], c.acknowledged)
		for digest := range c.sent {
			sent[digest] = true
		}
		acknowledged, unknown = acknowledged+len(c.acknowledged), unknown+c.unknown
	}
	stored := everything(t, ledgers[0])
	for at, digest := range stored {
		if !sent[digest] {
			t.Errorf("%s was never sent", at)
		}
	}
	if len(stored) < acknowledged || len(stored) > acknowledged+unknown {
		t.Errorf("%d stored, %d acknowledged, %d unknown", len(stored), acknowledged, unknown)
	}
	t.Logf("%d stored, %d acknowledged, %d answers unknown", len(stored), acknowledged, unknown)

	// Other servers are heard again.
	s, err := ledgers[0].Session(ctx, "s0")
	wants(t, err, nil)
	select {
	case <-wake:
	default:
	}
	appended(t, ledgers[0], row("s0", s.Seq+1, s.Head, "", 10))
	if !woken(wake) {
		t.Fatal("not woken")
	}

	// While it is away everything fails, soon, and says that nothing is certain.
	server.Stop(false)
	if err := ledgers[0].Append(ctx, rows("s1", 1, genesis("s1"), 1)); err == nil || errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	if ledgers[0].Ready(ctx) == nil {
		t.Error("ready without a server")
	}
	if _, err := ledgers[0].Session(ctx, "s1"); err == nil || errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	server.Start()
	for ledgers[0].Ready(ctx) != nil {
		time.Sleep(5 * time.Millisecond)
	}

	// And whose server may lose what it acknowledges hears of it.
	wants(t, p.sql(t, `ALTER SYSTEM SET full_page_writes = off`, `SELECT pg_reload_conf()`), nil)
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var said bytes.Buffer
		l := p.open(t, Options{Logger: slog.New(slog.NewTextHandler(&said, nil))})
		wants(t, l.Close(), nil)
		if strings.Contains(said.String(), "turn full_page_writes on") {
			break
		}
		if time.Now().After(until) {
			t.Fatal("no warning")
		}
	}
}

// An append that the server refuses fails alone, and one without room is told so.
func TestSpoiledBatch(t *testing.T) {
	t.Parallel()
	p := fresh(t, "postgres")
	l := p.open(t)
	wants(t, p.sql(t, `CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.session = 's3' THEN RAISE EXCEPTION 'spoiled'; END IF;
		IF NEW.session = 's5' THEN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END IF;
		RETURN NEW; END $$`,
		`CREATE TRIGGER spoil BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION spoil()`), nil)
	var batch []*task
	for i := range 8 {
		s := session(t, l, fmt.Sprint("s", i))
		batch = append(batch, &task{rows: rows(s.ID, 1, s.Genesis, 2)})
	}
	batch[6].rows[0].Prev = batch[6].rows[1].Digest // continues nothing
	l.queue.give(batch...)
	for i, task := range batch {
		<-task.done
		switch {
		case i == 3:
			if task.err == nil || !strings.Contains(task.err.Error(), "spoiled") {
				t.Error(i, task.err)
			}
		case i == 5:
			wants(t, task.err, ErrFull)
		case i == 6:
			wants(t, task.err, ErrConflict)
		default:
			wants(t, task.err, nil)
		}
		want := 2
		if task.err != nil {
			want = 0
		}
		if got := log(t, l, fmt.Sprint("s", i), 1); len(got) != want {
			t.Error(i, got)
		}
	}
}

// Ids of any length and number fit into notifications.
func TestManyNotifications(t *testing.T) {
	t.Parallel()
	p := fresh(t, "postgres")
	a, b := p.open(t), p.open(t)
	var wakes []<-chan struct{}
	var batch []*task
	for i := range 60 {
		s := session(t, a, fmt.Sprintf("%03d%s", i, strings.Repeat("é", i*1020/59/2)))
		wake, cancel := b.Subscribe(s.ID)
		defer cancel()
		wakes = append(wakes, wake)
		batch = append(batch, &task{rows: rows(s.ID, 1, s.Genesis, 1)})
	}
	a.queue.give(batch...)
	for i, wake := range wakes {
		<-batch[i].done
		wants(t, batch[i].err, nil)
		if !woken(wake) {
			t.Fatal(i)
		}
	}
	var transactions int
	wants(t, a.store.reader().QueryRow(`SELECT count(DISTINCT xmin::text) FROM decisions`).Scan(&transactions), nil)
	if transactions != 1 {
		t.Errorf("%d transactions for one batch", transactions)
	}
}

// Whatever a database or its user would have it be, a commit is answered when it is durable.
func TestDurable(t *testing.T) {
	t.Parallel()
	p := fresh(t, "postgres")
	wants(t, p.sql(t, `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = `+
		`off'; END $$`), nil)
	l := p.open(t)
	var setting string
	wants(t, l.store.(*postgresStore).conn.QueryRow(ctx, `SHOW synchronous_commit`).Scan(&setting), nil)
	if setting != "on" {
		t.Error("appends:", setting)
	}
	wants(t, l.store.reader().QueryRow(`SHOW synchronous_commit`).Scan(&setting), nil)
	if setting != "on" {
		t.Error("the rest:", setting)
	}

	s := fresh(t, "sqlite").open(t).store.(*sqliteStore)
	for name, row := range map[string]*sql.Row{
		"appends":     s.conn.QueryRowContext(ctx, `PRAGMA synchronous`),
		"checkpoints": s.mover.db.QueryRow(`PRAGMA synchronous`),
	} {
		var full int // https://www.sqlite.org/pragma.html#pragma_synchronous
		if err := row.Scan(&full); err != nil || full != 2 {
			t.Error(name, full, err)
		}
	}
}

// A disk without room for tables refuses, keeps all it has, and goes on once there is room.
func TestTablespaceFull(t *testing.T) {
	if rounds(0, 1, 1) == 0 {
		t.Skip("HOLDFAST_SLOW=1 runs this")
	}
	t.Parallel()
	folder := small(t, 10<<20)
	server := pgtest.Start(t)
	address := server.Tablespace(folder)
	ballast := folder + "/ballast"
	l := place{engine: "postgres", address: address}.open(t)
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	acknowledged := fill(t, l, func() {})
	holds(t, l, acknowledged)
	wants(t, os.Remove(ballast), nil)
	more(t, l)
	holds(t, l, acknowledged)
	t.Log(len(acknowledged), "decisions")
}
