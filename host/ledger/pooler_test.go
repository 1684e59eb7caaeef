package ledger

// This file tests PostgreSQL behind a pooler, beyond what every ledger must do: each runs on the
// places "pgbouncer-session" and "pgbouncer-transaction" too.

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-rt/holdfast/host/ledger/pgtest"
)

// pooled runs a test behind PgBouncer, once for each way to pool.
func pooled(t *testing.T, test func(t *testing.T, p place, mode string)) {
	t.Parallel()
	for _, mode := range []string{pgtest.PoolSession, pgtest.PoolTransaction} {
		t.Run(mode, func(t *testing.T) { t.Parallel(); test(t, fresh(t, "pgbouncer-"+mode), mode) })
	}
}

// TestPoolerTakesTheAddress: no startup parameter that PgBouncer does not know is sent, and what the address asks for
// holds.
func TestPoolerTakesTheAddress(t *testing.T) {
	pooled(t, func(t *testing.T, p place, _ string) {
		for _, more := range []string{"", "&synchronous_commit=off", "&synchronous_commit=remote_apply",
			"&application_name=mine", "&pool_max_conns=2"} {
			l := place{engine: p.engine, address: p.address + more}.open(t)
			s := session(t, l, "s"+fmt.Sprintf("%x", more))
			appended(t, l, rows(s.ID, 1, s.Genesis, 3)...)
			wants(t, l.Ready(ctx), nil)
		}
		// One that cannot be passed on is told with what to do.
		_, err := Open(ctx, p.address+"&lock_timeout=7s", Options{})
		if err == nil || !strings.Contains(err.Error(), "unsupported startup parameter: lock_timeout") ||
			!strings.Contains(err.Error(), "ALTER ROLE") {
			t.Error(err)
		}
	})
}

// TestPoolerOfStatements: one under which nothing could be recorded is told of at the start.
func TestPoolerOfStatements(t *testing.T) {
	t.Parallel()
	_, err := Open(ctx, pgtest.Pooled(t, pgtest.Database(t), pgtest.PoolStatement), Options{})
	if err == nil || !strings.Contains(err.Error(), "pool sessions or transactions") {
		t.Error(err)
	}
}

// TestPoolerTellsOtherServers: what one server appends wakes those who wait at another, and not only
// once a stream looks by itself.
func TestPoolerTellsOtherServers(t *testing.T) {
	pooled(t, func(t *testing.T, p place, mode string) {
		a, b := p.open(t), p.open(t)
		s := session(t, a, "s")
		all := rows("s", 1, s.Genesis, 8)
		wake, cancel := b.Subscribe("s")
		defer cancel()
		follow := func(rows []Row) {
			t.Helper()
			for _, r := range rows {
				appended(t, a, r)
				for n := 0; n < int(r.Seq); n = len(log(t, b, "s", 1)) {
					if !woken(wake) {
						t.Fatal("not woken")
					}
				}
			}
		}
		follow(all[:4])
		store := b.store.(*postgresStore)
		if mode == pgtest.PoolSession { // NOTIFY comes through, and is relied on once it is heard
			for !store.heard.Load() {
				time.Sleep(5 * time.Millisecond)
			}
		} else if store.heard.Load() {
			t.Error("a connection that changes hands is relied on")
		}
		// All connections are lost, under PgBouncer's hands.
		wants(t, p.sql(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND `+
			`pid <> pg_backend_pid()`), nil)
		for a.Ready(ctx) != nil || b.Ready(ctx) != nil {
		}
		for _, r := range all[4:] {
			for a.Append(ctx, []Row{r}) != nil { // a lost connection is an error, and what is certain is in the log
				if now, err := a.Session(ctx, "s"); err == nil && now.Seq == r.Seq {
					break
				}
			}
			for n := 0; n < int(r.Seq); n = len(log(t, b, "s", 1)) {
				if !woken(wake) {
					t.Fatal("not woken after the connections were lost")
				}
			}
		}
	})
}

// TestPooledCommitsAreDurable: whatever the database would have them be, and whatever had the connection before.
func TestPooledCommitsAreDurable(t *testing.T) {
	pooled(t, func(t *testing.T, p place, _ string) {
		wants(t, p.sql(t, `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = `+
			`off'; END $$`), nil)
		l := p.open(t)
		refuse := `CREATE FUNCTION lazy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF current_setting('synchronous_commit') <> 'on' THEN RAISE EXCEPTION 'lazy'; END IF; RETURN NEW; END $$`
		wants(t, p.sql(t, refuse), nil)
		for _, table := range []string{"decisions", "sessions", "documents", "snapshots", "signatures"} {
			wants(t, p.sql(t, `CREATE TRIGGER lazy BEFORE INSERT ON `+table+` FOR EACH ROW EXECUTE FUNCTION lazy()`), nil)
		}
		// Others of the same pool leave their settings behind, as they may where connections change hands.
		for range 3 {
			other, err := pgx.Connect(ctx, p.address)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := other.Exec(ctx, `SET synchronous_commit = off; SET enable_indexscan = off; SET search_path = `+
				`public`); err != nil {
				t.Fatal(err)
			}
			other.Close(ctx)
		}
		d := document("a", "1", "a")
		wants(t, l.Publish(ctx, d), nil)
		wants(t, l.Sign(ctx, d.Digest, []byte("later"), 7), nil)
		s := session(t, l, "s")
		all := rows("s", 1, s.Genesis, 50)
		for i := range all {
			appended(t, l, all[i])
		}
		wants(t, l.SaveSnapshot(ctx, "s", 7, []byte("s")), nil)
		if got := log(t, l, "s", 1); len(got) != len(all) {
			t.Error(len(got))
		}
	})
}

// TestPooledServersShareFewConnections: more servers and writers than there are connections lose nothing and fork
// nothing.
func TestPooledServersShareFewConnections(t *testing.T) {
	pooled(t, func(t *testing.T, p place, _ string) {
		ledgers := []*Ledger{p.open(t), p.open(t), p.open(t)}
		s := session(t, ledgers[0], "s")
		const each = 20
		var writers sync.WaitGroup
		for _, l := range ledgers {
			writers.Go(func() {
				for n := 0; n < each; {
					now, err := l.Session(ctx, s.ID)
					if err != nil {
						t.Error(err)
						return
					}
					switch err := l.Append(ctx, []Row{row("s", now.Seq+1, now.Head, fmt.Sprintf("%p %d", l, n), 100)}); err {
					case nil:
						n++
					case ErrConflict:
					default:
						t.Error(err)
						return
					}
				}
			})
		}
		writers.Wait()
		if got := log(t, ledgers[1], "s", 1); len(got) != each*len(ledgers) {
			t.Error(len(got))
		}
	})
}

// TestPoolerThatAnswersAnother: a connection on which answers are astray is not used. PgBouncer makes such
// ones where a client that listens goes without a word while it is being notified.
func TestPoolerThatAnswersAnother(t *testing.T) {
	t.Parallel()
	p := fresh(t, "pgbouncer-session")
	stop, stopping := context.WithCancel(ctx)
	var notifying sync.WaitGroup
	for range 4 {
		direct, err := pgx.Connect(ctx, p.direct())
		if err != nil {
			t.Fatal(err)
		}
		notifying.Go(func() {
			defer direct.Close(ctx)
			for stop.Err() == nil {
				if _, err := direct.Exec(ctx, `NOTIFY elsewhere`); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 30 {
		rude, err := pgx.Connect(ctx, p.address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = rude.Exec(ctx, `LISTEN elsewhere`) // fails where this one is astray
		rude.Close(ctx)
		store := &postgresStore{log: slog.New(slog.DiscardHandler), level: "on"}
		if store.config, err = pgx.ParseConfig(p.address); err != nil {
			t.Fatal(err)
		}
		conn, err := store.dial(ctx, store.durable(false))
		if err != nil {
			continue // refused is right too, and retried by who needs it
		}
		var said string
		if err := conn.QueryRow(ctx, `SELECT 'mine'`, pgx.QueryExecModeSimpleProtocol).Scan(&said); err != nil ||
			said != "mine" {
			t.Errorf("%q, %v", said, err)
		}
		hangUp(conn)
	}
	stopping()
	notifying.Wait()
}
