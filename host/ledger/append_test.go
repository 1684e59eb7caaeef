package ledger

// This file tests what may be appended, by whom first, and what an answer promises.

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestAppend(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		all := rows("s", 1, s.Genesis, 5)
		appended(t, l, all[0])
		appended(t, l, all[1:4]...)
		appended(t, l)
		appended(t, l, all[4])
		if got := log(t, l, "s", 1); !reflect.DeepEqual(got, all) {
			t.Fatalf("got %v, want %v", got, all)
		}
		got, err := l.Session(ctx, "s")
		s.Seq, s.Head = 5, all[4].Digest
		if err != nil || got != s {
			t.Fatal(err, got)
		}
	})
}

// Nothing that does not continue the log is stored.
func TestAppendRefused(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		session(t, l, "other")
		all := rows("s", 1, s.Genesis, 4)
		appended(t, l, all[:3]...)
		keyed := row("s", 4, all[2].Digest, "k", 0)
		appended(t, l, keyed)

		for name, refused := range map[string][]Row{
			"seq taken by another":  {row("s", 4, all[2].Digest, "", 7)},
			"seq taken by the same": {keyed},
			"the first again":       {all[0]},
			"another first":         {row("s", 1, s.Genesis, "", 3)},
			"a gap":                 {row("s", 6, keyed.Digest, "", 0)},
			"a far gap":             {row("s", 1<<40, keyed.Digest, "", 0)},
			"another before it":     {row("s", 5, all[2].Digest, "", 0)},
			"the genesis before it": {row("s", 5, s.Genesis, "", 0)},
			"another genesis":       {row("other", 1, s.Genesis, "", 0)},
			"overlap":               append(slices.Clone(all[2:3]), row("s", 4, all[2].Digest, "", 9)),
			"key taken":             {row("s", 5, keyed.Digest, "k", 0)},
			"key taken in the third": append(rows("s", 5, keyed.Digest, 2),
				row("s", 7, rows("s", 5, keyed.Digest, 2)[1].Digest, "k", 0)),
		} {
			if err := l.Append(ctx, refused); err != ErrConflict {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := l.Append(ctx, rows("nobody", 1, s.Genesis, 1)); err != ErrNotFound {
			t.Errorf("no session: %v", err)
		}
		wantLog := append(slices.Clone(all[:3]), keyed)
		if got := log(t, l, "s", 1); !reflect.DeepEqual(got, wantLog) {
			t.Errorf("got %v, want %v", got, wantLog)
		}
		if got := log(t, l, "other", 1); len(got) != 0 {
			t.Error(got)
		}
		appended(t, l, row("other", 1, genesis("other"), "k", 0)) // keys are a session's own
	})
}

// Rows that could not be read back are the caller's mistake, and disturb no other.
func TestAppendMistakes(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		change := func(f func(r *Row)) []Row {
			r := row("s", 1, s.Genesis, "", 0)
			f(&r)
			return []Row{r}
		}
		bytes := func(b string) []Row {
			return change(func(r *Row) { r.Bytes = []byte(b); r.Digest = sum(r.Bytes) })
		}
		two := rows("s", 1, s.Genesis, 2)
		twice := rows("s", 1, s.Genesis, 1)
		twice[0].Key = "k"
		twice = append(twice, row("s", 2, twice[0].Digest, "k", 0))
		for name, mistake := range map[string][]Row{
			"digest":        change(func(r *Row) { r.Digest = sum(nil) }),
			"prev inside":   change(func(r *Row) { r.Prev = sum(nil) }),
			"no JSON":       bytes("7"),
			"no bytes":      bytes(""),
			"no prev":       bytes("{}"),
			"seq 0":         change(func(r *Row) { r.Seq = 0 }),
			"negative":      change(func(r *Row) { r.Seq = -1 }),
			"no session":    change(func(r *Row) { r.Session = "" }),
			"NUL":           change(func(r *Row) { r.Key = "a\x00b" }),
			"no UTF-8":      change(func(r *Row) { r.Key = "\xff" }),
			"long":          change(func(r *Row) { r.Key = strings.Repeat("k", maxText+1) }),
			"gap inside":    {two[0], row("s", 3, two[0].Digest, "", 0)},
			"link inside":   {two[0], row("s", 2, s.Genesis, "", 0)},
			"two sessions":  {two[0], row("t", 2, two[0].Digest, "", 0)},
			"a key, doubly": twice,
		} {
			err := l.Append(ctx, mistake)
			if err == nil || errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		appended(t, l, two...)
		long := row("s", 3, two[1].Digest, strings.Repeat("k", maxText), 0) // as long as it may be
		appended(t, l, long)
		if r, err := l.ByKey(ctx, "s", long.Key); err != nil || r.Seq != 3 {
			t.Error(r, err)
		}
	})
}

// Of 32 writers of the same seq exactly one wins, each time.
func TestRace(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		prev := s.Genesis
		for seq := int64(1); seq <= 5; seq++ {
			var wg sync.WaitGroup
			var winner atomic.Pointer[Row]
			for i := range 32 {
				wg.Go(func() {
					r := row("s", seq, prev, fmt.Sprint(seq, i), 0)
					err := l.Append(ctx, []Row{r})
					if err == nil && !winner.CompareAndSwap(nil, &r) {
						t.Error("two winners of", seq)
					} else if err != nil && err != ErrConflict {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if w := winner.Load(); w == nil {
				t.Fatal("no winner")
			} else {
				prev = w.Digest
			}
		}
		if got := log(t, l, "s", 1); len(got) != 5 || got[4].Digest != prev {
			t.Error(got)
		}
	})
}

// Two servers on one database append to the same sessions: nothing is lost, doubled or forked.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	p := fresh(t, "postgres")
	ledgers := []*Ledger{p.open(t), p.open(t)}
	const sessions, writers, each = 6, 4, 12
	for i := range sessions {
		session(t, ledgers[0], fmt.Sprint("s", i))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	acknowledged := map[string]map[int64]string{}
	var conflicts atomic.Int64
	for n, l := range ledgers {
		for w := range writers {
			for i := range sessions {
				wg.Go(func() {
					id := fmt.Sprint("s", i)
					for done := 0; done < each; {
						s, err := l.Session(ctx, id)
						if err != nil {
							t.Error(err)
							return
						}
						r := row(id, s.Seq+1, s.Head, fmt.Sprint(n, w, done), 50)
						switch err := l.Append(ctx, []Row{r}); err {
						case nil:
							done++
							mu.Lock()
							if acknowledged[id] == nil {
								acknowledged[id] = map[int64]string{}
							}
							if acknowledged[id][r.Seq] != "" {
								t.Error("two winners", id, r.Seq)
							}
							acknowledged[id][r.Seq] = r.Digest
							mu.Unlock()
						case ErrConflict:
							conflicts.Add(1)
						default:
							t.Error(err)
							return
						}
					}
				})
			}
		}
	}
	wg.Wait()
	for id, rows := range acknowledged {
		got := log(t, ledgers[1], id, 1)
		if len(got) != len(rows) || len(got) != 2*writers*each {
			t.Errorf("%s: %d stored, %d acknowledged", id, len(got), len(rows))
		}
		for _, r := range got {
			if rows[r.Seq] != r.Digest {
				t.Errorf("%s: %d is not what was acknowledged", id, r.Seq)
			}
		}
	}
	if conflicts.Load() == 0 {
		t.Error("they never met")
	}
}

// An append is whole, however many rows one transaction takes otherwise.
func TestBatchRows(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t, Options{BatchRows: 3})
		var wg sync.WaitGroup
		for i := range 10 {
			id := fmt.Sprint("s", i)
			s := session(t, l, id)
			wg.Go(func() { appended(t, l, rows(id, 1, s.Genesis, 10)...) })
		}
		wg.Wait()
		for i := range 10 {
			if got := log(t, l, fmt.Sprint("s", i), 1); len(got) != 10 {
				t.Error(len(got))
			}
		}
	})
}

// What a queue gives out is bounded, in order, and has each session once.
func TestQueueTake(t *testing.T) {
	q := queue{}
	q.more.L = &q.mu
	give := func(id string, n, size int) {
		t := &task{rows: make([]Row, n)}
		for i := range t.rows {
			t.rows[i] = Row{Session: id, Bytes: make([]byte, size)}
		}
		q.waiting = append(q.waiting, t)
	}
	take := func(most int) (s string) {
		for _, t := range q.take(most) {
			s += fmt.Sprint(t.rows[0].Session, len(t.rows), " ")
		}
		return s
	}
	for _, id := range []string{"a", "b", "a", "c", "a", "d"} {
		give(id, 1, 1)
	}
	give("e", 9, 1)
	give("f", 1, batchBytes)
	give("g", 1, 1)
	for _, want := range []string{"a1 b1 c1 ", "a1 d1 ", "a1 ", "e9 ", "f1 ", "g1 "} {
		if got := take(3); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	q.stops = true
	if got := take(3); got != "" {
		t.Error(got)
	}
}

// Who gives up before its rows are taken has written nothing; later, it hears what became of them.
func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		done, cancel := context.WithCancel(ctx)
		cancel()
		wants(t, l.Append(done, rows("s", 1, s.Genesis, 1)), context.Canceled)

		// One that is being written waits, and hears that it was.
		session(t, l, "other")
		release := p.hold(t)
		short, cancel := context.WithCancel(ctx)
		taken := &task{rows: rows("s", 1, s.Genesis, 1)}
		l.queue.give(taken)
		waiting := func(n int) {
			for got := -1; got != n; {
				l.queue.mu.Lock()
				got = len(l.queue.waiting)
				l.queue.mu.Unlock()
			}
		}
		waiting(0)
		answers := make(chan error)
		go func() { answers <- l.queue.wait(short, taken) }()
		go func() { answers <- l.Append(short, rows("other", 1, genesis("other"), 1)) }()
		waiting(1)
		cancel()
		wants(t, <-answers, context.Canceled) // one that waits behind it is withdrawn
		release()
		wants(t, <-answers, nil)
		if got := log(t, l, "s", 1); len(got) != 1 {
			t.Error(got)
		}
		if got := log(t, l, "other", 1); len(got) != 0 {
			t.Error(got)
		}
	})
}

// Close finishes what was taken, and refuses the rest.
func TestClose(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l, err := Open(ctx, p.address, Options{})
		if err != nil {
			t.Fatal(err)
		}
		const n = 50
		var stored [n]atomic.Bool
		var wg sync.WaitGroup
		for i := range n {
			session(t, l, fmt.Sprint("s", i))
		}
		for i := range n {
			wg.Go(func() {
				id := fmt.Sprint("s", i)
				switch err := l.Append(ctx, rows(id, 1, genesis(id), 1)); err {
				case nil:
					stored[i].Store(true)
				case ErrClosed:
				default:
					t.Error(err)
				}
			})
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		wants(t, l.Close(), nil)
		wants(t, l.Append(ctx, rows("s0", 1, genesis("s0"), 1)), ErrClosed)
		wants(t, l.Create(ctx, Session{ID: "x"}, 0), ErrClosed)
		wants(t, l.Publish(ctx, Document{Digest: "d", Bytes: []byte("{}")}), ErrClosed)
		wants(t, l.Ready(ctx), ErrClosed)
		_, err = l.Session(ctx, "s0")
		wants(t, err, ErrClosed)
		_, err = broken(l, "s0", 1)
		wants(t, err, ErrClosed)

		l = p.open(t)
		for i := range n {
			if got := len(log(t, l, fmt.Sprint("s", i), 1)) == 1; got != stored[i].Load() {
				t.Errorf("s%d: stored %v, acknowledged %v", i, got, stored[i].Load())
			}
		}
	})
}
