package ledger

// This file tests that a log is read whole or not at all.

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestLog(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		all := rows("s", 1, s.Genesis, 3*pageRows+5)
		appended(t, l, all...)
		for _, from := range []int64{-3, 0, 1, 2, 64, 65, 66, pageRows, 3*pageRows + 5} {
			if got := log(t, l, "s", from); !reflect.DeepEqual(got, all[max(from, 1)-1:]) {
				t.Errorf("from %d: %d rows", from, len(got))
			}
		}
		for _, from := range []int64{3*pageRows + 6, 3*pageRows + 7, 1 << 40} { // past the end
			if got := log(t, l, "s", from); len(got) != 0 {
				t.Errorf("from %d: %d rows", from, len(got))
			}
		}
		for r, err := range l.Log(ctx, "s", 7) {
			if err != nil || r.Seq != 7 {
				t.Error(r.Seq, err)
			}
			break
		}
	})
}

// Large decisions are read few at a time.
func TestLogLarge(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		prev := session(t, l, "s").Genesis
		for i := range 7 {
			r := row("s", int64(i+1), prev, "", pageBytes/2+i)
			appended(t, l, r)
			prev = r.Digest
		}
		if got := log(t, l, "s", 2); len(got) != 6 || got[5].Digest != prev {
			t.Error(len(got))
		}
		page, more, err := l.page(ctx, "s", 1, 64)
		if err != nil || !more || len(page) > 2 {
			t.Error(len(page), more, err)
		}
	})
}

// Who reads while others write gets a log without gaps.
func TestLogWhileWriting(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		all := rows("s", 1, s.Genesis, 300)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := 0; i < len(all); i += 3 {
				appended(t, l, all[i:i+3]...)
			}
		})
		for n := 0; n < len(all); {
			got := log(t, l, "s", 1)
			if len(got) < n || len(got)%3 != 0 {
				t.Errorf("%d rows after %d", len(got), n)
			}
			n = len(got)
		}
		wg.Wait()
	})
}

// Every kind of change to what is stored is found before anything of it is given out.
func TestCorrupt(t *testing.T) {
	const n = 6
	all := rows("s", 1, genesis("s"), n)
	all[2] = row("s", 3, all[1].Digest, "k", 100)
	copy(all[3:], rows("s", 4, all[2].Digest, 3))
	third := all[2]
	forged := row("s", 3, all[1].Digest, "k", 101)
	linked := strings.Replace(string(third.Bytes), all[1].Digest, all[0].Digest, 1)
	each(t, func(t *testing.T, p place) {
		type change struct{ name, statement string }
		set := func(column, value string) string {
			return `UPDATE decisions SET ` + column + ` = ` + value + ` WHERE session = 's' AND seq = 3`
		}
		quote := func(s string) string { return "'" + s + "'" }
		changes := []change{
			{"digest", set("digest", quote(string(flip([]byte(third.Digest), 20))))},
			{"digest gone", set("digest", "''")},
			{"prev", set("prev", quote(string(flip([]byte(third.Prev), 20))))},
			{"prev gone", set("prev", "''")},
			{"bytes gone", set("bytes", p.blob(nil))},
			{"bytes cut", set("bytes", p.blob(third.Bytes[:50]))},
			{"bytes longer", set("bytes", p.blob(append(bytes.Clone(third.Bytes), ' ')))},
			{"another decision, whole", set("bytes", p.blob(forged.Bytes)+`, digest = `+quote(forged.Digest))},
			{"another link", set("bytes",
				p.blob([]byte(linked))+`, digest = `+quote(sum([]byte(linked)))+`, prev = `+quote(all[0].Digest))},
			{"link inside only", set("bytes", p.blob([]byte(linked))+`, digest = `+quote(sum([]byte(linked))))},
			{"removed", `DELETE FROM decisions WHERE session = 's' AND seq = 3`},
			{"the first removed", `DELETE FROM decisions WHERE session = 's' AND seq = 1`},
			{"moved", set("seq", "99")},
			{"of another session", `UPDATE decisions SET session = 'other' WHERE session = 's' AND seq = 3`},
			{"doubled", `INSERT INTO decisions SELECT session, 7, bytes, digest, prev, NULL FROM decisions WHERE session = ` +
				`'s' AND seq = 6`},
			{"genesis", `UPDATE sessions SET genesis = 'sha256:0' WHERE id = 's'`},
		}
		for i := 0; i < len(third.Bytes); i += 41 { // every flip is a change of the hash; these are some
			changes = append(changes, change{fmt.Sprint("byte ", i), set("bytes", p.blob(flip(third.Bytes, i)))})
		}
		l := p.open(t)
		s := session(t, l, "s")
		session(t, l, "other")
		fine := rows("fine", 1, session(t, l, "fine").Genesis, 3)
		appended(t, l, all...)
		appended(t, l, fine...)
		back := `DELETE FROM decisions WHERE session <> 'fine'; UPDATE sessions SET genesis = '` + s.Genesis +
			`' WHERE id = 's'`
		p.forge(t, "sessions")
		for i, c := range changes {
			p.forge(t, "decisions", c.statement)
			n, err := broken(l, "s", 1)
			most := 2
			switch c.name {
			case "doubled":
				most = 6 // found where it begins
			case "another decision, whole":
				most = 3 // only what follows tells
			}
			if cause := corrupt(t, err); n > most || !strings.Contains(cause.What, "of session s") {
				t.Errorf("%s: %d rows, then %v", c.name, n, err)
			}
			if i == 0 { // neither what is broken nor what follows it is given out
				for from, want := range map[int64]int{2: 1, 3: 0, 4: 0} {
					if n, err := broken(l, "s", from); n != want || err == nil {
						t.Errorf("%s from %d: %d rows, %v", c.name, from, n, err)
					}
				}
				_, err := l.ByKey(ctx, "s", "k")
				corrupt(t, err)
			}
			if c.name == "removed" { // nor is a log begun beyond it
				for from, want := range map[int64]int{3: 0, 4: 0, 5: 2} {
					if n, err := broken(l, "s", from); n != want || (err == nil) != (from == 5) {
						t.Errorf("%s from %d: %d rows, %v", c.name, from, n, err)
					}
				}
			}
			log(t, l, "fine", 1) // the others are served
			p.forge(t, "decisions", back)
			appended(t, l, all...)
			log(t, l, "s", 1)
		}
		// A key that leads elsewhere.
		p.forge(t, "decisions", `UPDATE decisions SET key = NULL WHERE seq = 3 AND session = 's'`)
		_, err := l.ByKey(ctx, "s", "k")
		wants(t, err, ErrNotFound)
	})
}

// What belongs to a session or a document tells that it was there.
func TestLost(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		appended(t, l, rows("s", 1, s.Genesis, 2)...)
		d := document("a", "1", "a")
		wants(t, l.Publish(ctx, d), nil)
		p.forge(t, "sessions", `DELETE FROM sessions WHERE id = 's'`)
		p.forge(t, "documents", `DELETE FROM documents`)
		_, err := l.Session(ctx, "s")
		if c := corrupt(t, err); c.What != "session s" {
			t.Error(c)
		}
		corrupt(t, l.Create(ctx, s, 0))
		for _, err := range l.Log(ctx, "s", 1) {
			corrupt(t, err)
		}
		_, err = l.Document(ctx, d.Digest)
		if c := corrupt(t, err); c.What != "document "+d.Digest {
			t.Error(c)
		}
		session(t, l, "other")
	})
}

func TestByKey(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		first := row("s", 1, s.Genesis, "k1", 10)
		second := row("s", 2, first.Digest, "k'2\"; --", 10)
		third := row("s", 3, second.Digest, "", 10)
		appended(t, l, first, second, third)
		for _, want := range []Row{first, second} {
			if got, err := l.ByKey(ctx, "s", want.Key); err != nil || !reflect.DeepEqual(got, want) {
				t.Error(got, err)
			}
		}
		_, err := l.ByKey(ctx, "other", "k1")
		wants(t, err, ErrNotFound)
	})
}
