package ledger

// This file tests publishing.

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
)

func document(name, version, content string) Document {
	return Document{Digest: sum([]byte("digest of " + content)), Kind: KindBundle, Name: name, Version: version,
		Bytes: []byte(`{"about":"` + content + `"}`), At: 9, By: "user:u"}
}

func TestPublish(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		a := document("a", "1.0.0", "one")
		wants(t, l.Publish(ctx, a), nil)
		stored := func(want Document) {
			t.Helper()
			if got, err := l.Document(ctx, want.Digest); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("got %v, %v, want %v", got, err, want)
			}
		}
		stored(a)

		again := a // the same digest again changes nothing
		again.Bytes, again.At, again.By, again.Catalog = []byte("{}"), 10, "user:v", "sha256:c"
		wants(t, l.Publish(ctx, again), nil)
		stored(a)
		a.Signature = []byte("signed") // except that a signature is added
		wants(t, l.Publish(ctx, a), nil)
		stored(a)
		again = a
		again.Signature = []byte("signed by another") // once
		wants(t, l.Publish(ctx, again), nil)
		again.Signature = nil
		wants(t, l.Publish(ctx, again), nil)
		stored(a)

		// Another digest may not have the name, and of what comes with it nothing is kept.
		b, other := document("b", "1.0.0", "b"), document("a", "1.0.0", "two")
		wants(t, l.Publish(ctx, b, other), ErrTaken)
		wants(t, l.Publish(ctx, document("c", "1", "c1"), document("c", "1", "c2")), ErrTaken)
		for _, d := range []Document{b, other, document("c", "1", "c1")} {
			_, err := l.Document(ctx, d.Digest)
			wants(t, err, ErrNotFound)
			_, err = l.Release(ctx, KindBundle, d.Name, d.Version)
			if d.Name != "a" {
				wants(t, err, ErrNotFound)
			}
		}
		if digest, err := l.Release(ctx, KindBundle, "a", "1.0.0"); err != nil || digest != a.Digest {
			t.Fatal(digest, err)
		}
		for _, name := range []string{"A", "a ", "", "zz"} {
			_, err := l.Release(ctx, KindBundle, name, "1.0.0")
			wants(t, err, ErrNotFound)
		}
		_, err := l.Release(ctx, KindCatalog, "a", "1.0.0")
		wants(t, err, ErrNotFound) // names are a kind's own
		other.Kind = KindCatalog
		wants(t, l.Publish(ctx, other), nil)
		if l.Publish(ctx, document("a\x00", "1", "nul")) == nil {
			t.Error("a name with NUL was taken")
		}
		wants(t, l.Publish(ctx), nil)
	})
}

// The points of a catalog share a name and take none; one may be released by itself later.
func TestPublishPoints(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		var all []Document
		for i := range 3 {
			d := document("guardian", "1.0.0", fmt.Sprint("point", i))
			d.Catalog = "sha256:catalog"
			all = append(all, d)
		}
		wants(t, l.Publish(ctx, all...), nil)
		_, err := l.Release(ctx, KindBundle, "guardian", "1.0.0")
		wants(t, err, ErrNotFound)
		single := all[1]
		single.Catalog = ""
		wants(t, l.Publish(ctx, single), nil)
		if digest, err := l.Release(ctx, KindBundle, "guardian", "1.0.0"); err != nil || digest != single.Digest {
			t.Fatal(digest, err)
		}
		if got, err := l.Document(ctx, single.Digest); err != nil || !reflect.DeepEqual(got, all[1]) {
			t.Fatal(got, err)
		}
	})
}

func TestReleases(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		var all []Document
		for _, name := range []string{"b", "a", "B", "é"} {
			for i := range pageRows/3 + 1 { // more than a page
				all = append(all, document(name, fmt.Sprint(100-i), fmt.Sprint(name, i)))
			}
		}
		all[3].Signature = []byte("s")
		wants(t, l.Publish(ctx, all...), nil)
		catalog := document("a", "1", "catalog")
		catalog.Kind = KindCatalog
		wants(t, l.Publish(ctx, catalog), nil)
		n := pageRows/3 + 1
		var want []Document
		for _, i := range []int{2, 1, 0, 3} {
			want = append(want, all[i*n:(i+1)*n]...)
		}
		i := 0
		for d, err := range l.Releases(ctx, KindBundle) {
			if err != nil {
				t.Fatal(err)
			}
			want[i].Bytes = nil
			if !reflect.DeepEqual(d, want[i]) {
				t.Fatalf("%d: got %v, want %v", i, d, want[i])
			}
			i++
		}
		if i != len(want) {
			t.Fatal(i)
		}
		for range l.Releases(ctx, KindBundle) {
			break
		}
	})
}

// Of many who publish under one name at once, one wins.
func TestPublishRace(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		ledgers := []*Ledger{p.open(t)}
		if p.engine == "postgres" {
			ledgers = append(ledgers, p.open(t))
		}
		var wg sync.WaitGroup
		var won atomic.Int64
		for i := range 16 {
			wg.Go(func() {
				switch err := ledgers[i%len(ledgers)].Publish(ctx, document("a", "1", fmt.Sprint(i))); err {
				case nil:
					won.Add(1)
				case ErrTaken:
				default:
					t.Error(err)
				}
			})
			wg.Go(func() { // the same by all is fine
				if err := ledgers[i%len(ledgers)].Publish(ctx, document("b", "1", "same")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Error(won.Load())
		}
	})
}

// Signatures are added to what is published, and none is lost or replaced.
func TestSign(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		d := document("a", "1", "a")
		wants(t, l.Publish(ctx, d), nil)
		for i, note := range []string{"first", "second", "first", "third"} {
			wants(t, l.Sign(ctx, d.Digest, []byte(note), int64(i)), nil)
		}
		if err := l.Sign(ctx, "sha256:none", []byte("first"), 0); err == nil {
			t.Error("what is not there was signed")
		}
		wants(t, l.Close(), nil)
		l = p.open(t)
		got, err := l.Signatures(ctx, d.Digest)
		if err != nil || fmt.Sprintf("%s", got) != "[third second first]" {
			t.Errorf("%s %v", got, err)
		}
		if got, err := l.Signatures(ctx, "sha256:none"); err != nil || got != nil {
			t.Errorf("%s %v", got, err)
		}
	})
}

func TestDocumentCorrupt(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		a, b := document("a", "1", "a"), document("b", "1", "b")
		wants(t, l.Publish(ctx, a, b), nil)
		p.forge(t, "documents", `UPDATE documents SET bytes = `+p.blob(flip(a.Bytes, 3))+` WHERE digest = '`+a.Digest+`'`)
		_, err := l.Document(ctx, a.Digest)
		if c := corrupt(t, err); c.What != "document "+a.Digest {
			t.Error(c)
		}
		_, err = l.Document(ctx, b.Digest)
		wants(t, err, nil)
	})
}

// The database refuses to change or remove what was written, whatever asks.
func TestAppendOnly(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		s := session(t, l, "s")
		first := row("s", 1, s.Genesis, "k", 1)
		appended(t, l, append([]Row{first}, rows("s", 2, first.Digest, 1)...)...)
		d := document("a", "1", "a")
		wants(t, l.Publish(ctx, d), nil)
		wants(t, l.Sign(ctx, d.Digest, []byte("later"), 7), nil)
		statements := []string{
			`UPDATE signatures SET at = 8`, `DELETE FROM signatures`,
			`UPDATE decisions SET bytes = bytes`, `UPDATE decisions SET key = 'k'`, `UPDATE decisions SET seq = seq + 10`,
			`DELETE FROM decisions`,
			`UPDATE sessions SET owner = 'me'`, `DELETE FROM sessions`,
			`UPDATE releases SET version = '2'`, `DELETE FROM releases`,
			`DELETE FROM documents`, `UPDATE documents SET bytes = ''`, `UPDATE documents SET signature = NULL`,
			`UPDATE documents SET signature = 's', name = 'b'`, `UPDATE documents SET by = 'me'`,
		}
		if p.engine == "postgres" {
			statements = append(statements, `TRUNCATE decisions`, `TRUNCATE signatures`, `TRUNCATE documents CASCADE`)
		} else {
			for _, table := range []string{"decisions", "sessions", "releases", "documents", "signatures"} {
				statements = append(statements, `INSERT OR REPLACE INTO `+table+` SELECT * FROM `+table)
			}
			statements = append(statements,
				`INSERT OR REPLACE INTO decisions (rowid, session, seq, bytes, digest, prev) VALUES (1, 's', 3, 'b', 'd', 'p')`,
				`INSERT OR REPLACE INTO decisions SELECT session, 3, bytes, digest, prev, 'k' FROM decisions WHERE key = 'k'`,
				`UPDATE OR REPLACE decisions SET seq = 1 WHERE seq = 2`)
		}
		for _, statement := range statements {
			if err := p.sql(t, statement); err == nil {
				t.Error("allowed:", statement)
			}
		}
		wants(t, p.sql(t, `UPDATE documents SET signature = `+p.blob([]byte("s"))), nil)
		if p.sql(t, `UPDATE documents SET signature = `+p.blob([]byte("t"))) == nil {
			t.Error("another signature was taken")
		}
		if got := log(t, l, "s", 1); len(got) != 2 {
			t.Error(got)
		}
		d.Signature = []byte("s")
		if got, err := l.Document(ctx, d.Digest); err != nil || !reflect.DeepEqual(got, d) {
			t.Error(got, err)
		}
	})
}

func TestNotFound(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		l := p.open(t)
		session(t, l, "s")
		_, e1 := l.Document(ctx, "sha256:none")
		_, e2 := l.Session(ctx, "none")
		_, e3 := broken(l, "none", 1)
		_, e4 := l.ByKey(ctx, "s", "none")
		_, e5 := l.ByKey(ctx, "s", "")
		_, _, e6 := l.Snapshot(ctx, "s")
		_, e7 := broken(l, "none", 7)
		for i, err := range []error{e1, e2, e3, e4, e5, e6, e7} {
			if !errors.Is(err, ErrNotFound) {
				t.Error(i+1, err)
			}
		}
		if got := p.engine; l.Kind() != got {
			t.Error(l.Kind())
		}
		wants(t, l.Ready(ctx), nil)
	})
}
