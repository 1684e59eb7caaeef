package ledger

// This file tests sessions, their snapshots, and who is woken for them.

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		again := s
		again.Owner = "user:v"
		wants(t, l.Create(ctx, again, 1), ErrExists)
		if got, err := l.Session(ctx, "s"); err != nil || got != s {
			t.Error(got, err)
		}
		of := func(id, owner string) Session { return Session{ID: id, Bundle: "b", Genesis: "g", Owner: owner} }
		wants(t, l.Create(ctx, of("a", "o"), 2), nil)
		wants(t, l.Create(ctx, of("b", "o"), 2), nil)
		wants(t, l.Create(ctx, of("c", "o"), 2), ErrOwner)
		wants(t, l.Create(ctx, of("b", "o"), 2), ErrExists)
		wants(t, l.Create(ctx, of("d", "p"), 2), nil)
		wants(t, l.Create(ctx, of("c", "o"), 3), nil)
		wants(t, l.Create(ctx, of("e", "o"), 0), nil)
		if l.Create(ctx, of("x\x00", "o"), 0) == nil {
			t.Error("an id with NUL was taken")
		}
	})
}

// However many create sessions at once, and on however many servers, an owner has its most and no more.
func TestCreateRace(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		ledgers := []*Ledger{p.open(t)}
		if p.engine == "postgres" {
			ledgers = append(ledgers, p.open(t))
		}
		var made [2]atomic.Int64
		var wg sync.WaitGroup
		for i := range 48 {
			wg.Go(func() {
				owner := i / 2 % 2
				err := ledgers[i%len(ledgers)].Create(ctx, Session{ID: fmt.Sprint(i), Bundle: "b", Genesis: "g",
					Owner: fmt.Sprint("o", owner)}, 5)
				if err == nil {
					made[owner].Add(1)
				} else if err != ErrOwner {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if err := ledgers[i%len(ledgers)].Create(ctx, Session{ID: fmt.Sprint("same", i/16), Bundle: "b", Genesis: "g",
					Owner: "p"}, 9); err != nil && err != ErrExists {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made[0].Load() != 5 || made[1].Load() != 5 {
			t.Error(made[0].Load(), made[1].Load())
		}
		if got, err := ledgers[0].Sessions(ctx, "p", "", 100); err != nil || len(got) != 3 {
			t.Error(got, err)
		}
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		var ids []string
		for _, id := range []string{"b", "a", "B", "é", "a1", "Z"} {
			s := Session{ID: id, Bundle: "b", Genesis: genesis(id), Owner: "o" + fmt.Sprint(len(ids)%2), At: 3}
			wants(t, l.Create(ctx, s, 0), nil)
			ids = append(ids, id)
		}
		all := rows("a1", 1, genesis("a1"), 3)
		appended(t, l, all...)
		list := func(owner, after string, limit int) (got []string) {
			t.Helper()
			sessions, err := l.Sessions(ctx, owner, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range sessions {
				one, err := l.Session(ctx, s.ID)
				if err != nil || one != s {
					t.Error(one, s, err)
				}
				if s.ID == "a1" && (s.Seq != 3 || s.Head != all[2].Digest) {
					t.Error(s)
				}
				got = append(got, s.ID)
			}
			return got
		}
		for _, c := range []struct {
			owner, after string
			limit        int
			want         []string
		}{
			{"", "", 9, []string{"B", "Z", "a", "a1", "b", "é"}},
			{"", "", 2, []string{"B", "Z"}},
			{"", "Z", 2, []string{"a", "a1"}},
			{"", "é", 2, nil},
			{"o0", "", 9, []string{"B", "a1", "b"}},
			{"o1", "Z", 1, []string{"a"}},
			{"none", "", 9, nil},
		} {
			if got := list(c.owner, c.after, c.limit); !slices.Equal(got, c.want) {
				t.Errorf("%v: got %v", c, got)
			}
		}
	})
}

func TestSnapshot(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		session(t, l, "s")
		has := func(seq int64, want string) {
			t.Helper()
			if n, got, err := l.Snapshot(ctx, "s"); err != nil || n != seq || string(got) != want {
				t.Fatal(n, string(got), err)
			}
		}
		wants(t, l.SaveSnapshot(ctx, "s", 5, []byte("five")), nil)
		has(5, "five")
		wants(t, l.SaveSnapshot(ctx, "s", 9, []byte("nine")), nil)
		has(9, "nine")
		wants(t, l.SaveSnapshot(ctx, "s", 7, []byte("late")), nil) // an older one does not replace it
		has(9, "nine")
		wants(t, p.sql(t, `UPDATE snapshots SET bytes = `+p.blob([]byte("nime"))), nil)
		_, _, err := l.Snapshot(ctx, "s")
		wants(t, err, ErrNotFound)
		wants(t, l.SaveSnapshot(ctx, "s", 9, []byte("nine")), nil) // made anew
		has(9, "nine")
	})
}

func woken(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-time.After(time.Minute):
		return false
	}
}

func TestSubscribe(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		session(t, l, "other")
		wake, cancel := l.Subscribe("s")
		wake2, cancel2 := l.Subscribe("s")
		defer cancel2()
		others, cancelOthers := l.Subscribe("other")
		defer cancelOthers()
		all := rows("s", 1, s.Genesis, 3)
		appended(t, l, all[0])
		if !woken(wake) || !woken(wake2) {
			t.Fatal("not woken")
		}
		appended(t, l, all[1]) // twice while nothing looks is one value
		cancel()
		cancel()
		appended(t, l, all[2])
		if !woken(wake2) {
			t.Fatal("not woken")
		}
		select {
		case <-others:
			if p.behind == "" { // where sessions are looked at, the first look wakes everyone
				t.Error("woken for another session")
			}
		default:
		}
		if len(wake) > 1 || len(l.hub.subs) != 2 {
			t.Error(len(wake), l.hub.subs)
		}
	})
}

// What one server appends wakes those who wait at another, also after the connection that tells it was lost.
func TestSubscribeServers(t *testing.T) {
	t.Parallel()
	p := fresh(t, "postgres")
	a, b := p.open(t), p.open(t)
	s := session(t, a, "s")
	all := rows("s", 1, s.Genesis, 8)
	wake, cancel := b.Subscribe("s")
	defer cancel()
	for _, r := range all[:4] {
		appended(t, a, r)
		if !woken(wake) {
			t.Fatal("not woken")
		}
		if got := log(t, b, "s", 1); len(got) != int(r.Seq) {
			t.Fatal(len(got))
		}
	}
	if err := p.sql(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname `+
		`= current_database()`); err != nil {
		t.Fatal(err)
	}
	if !woken(wake) { // once it is heard again
		t.Fatal("not woken")
	}
	appended(t, a, all[4])
	for len(log(t, b, "s", 1)) != 5 || !woken(wake) {
	}
	for _, r := range all[5:] { // and all goes on
		appended(t, a, r)
		for n := 0; n < int(r.Seq); n = len(log(t, b, "s", 1)) {
			if !woken(wake) {
				t.Fatal("not woken")
			}
		}
	}
}
