package ledger

// This file tests that a database is brought up to date, once, or left alone.

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// and returns the schemas that are built in, up to n, and one more.
func and(t *testing.T, n int, more string) fs.FS {
	all := fstest.MapFS{}
	for _, engine := range []string{"sqlite", "postgres"} {
		for i := 1; i <= n; i++ {
			name := fmt.Sprintf("schema/%s/%04d.sql", engine, i)
			text, err := fs.ReadFile(schemas, name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = &fstest.MapFile{Data: text}
		}
		if more != "" {
			all[fmt.Sprintf("schema/%s/%04d.sql", engine, n+1)] = &fstest.MapFile{Data: []byte(more)}
		}
	}
	return all
}

func TestMigrate(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		files, _ := fs.Glob(schemas, "schema/"+p.engine+"/*.sql")
		known := len(files)
		l := p.open(t)
		s := session(t, l, "s")
		appended(t, l, rows("s", 1, s.Genesis, 3)...)
		wants(t, l.Close(), nil)

		// One that fails changes nothing.
		_, err := Open(ctx, p.address, Options{schemas: and(t, known,
			"CREATE TABLE more (a integer); CREATE TABLE more (a integer)")})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprint("schema ", known+1)) {
			t.Fatal(err)
		}
		l = p.open(t)
		log(t, l, "s", 1)
		wants(t, l.Close(), nil)

		newer := and(t, known, "CREATE TABLE more (a integer); INSERT INTO more VALUES (7)")
		for range 2 { // the second time there is nothing to do
			l = p.open(t, Options{schemas: newer})
			if got := log(t, l, "s", 1); len(got) != 3 {
				t.Fatal(len(got))
			}
			var a, version int
			wants(t, l.store.reader().QueryRow(`SELECT sum(a) FROM more`).Scan(&a), nil)
			wants(t, l.store.reader().QueryRow(sqlVersion).Scan(&version), nil)
			if a != 7 || version != known+1 {
				t.Fatal(a, version)
			}
			wants(t, l.Close(), nil)
		}

		// This program does not know that schema and leaves it alone.
		_, err = Open(ctx, p.address, Options{})
		if err == nil || !strings.Contains(err.Error(), "use the newer program") {
			t.Fatal(err)
		}
		l = p.open(t, Options{schemas: newer})
		if got := log(t, l, "s", 1); len(got) != 3 {
			t.Fatal(len(got))
		}
	})
}

// A file of the first schema, as the first version of this program wrote it, opens whole.
func TestSchema1(t *testing.T) {
	old, err := os.ReadFile("testdata/schema1.db")
	if err != nil {
		t.Fatal(err)
	}
	p := place{engine: "sqlite", address: filepath.Join(t.TempDir(), "ledger.db")}
	if err := os.WriteFile(p.address, old, 0o600); err != nil {
		t.Fatal(err)
	}
	l := p.open(t)
	all := rows("old", 1, genesis("old"), 3)
	got := log(t, l, "old", 1)
	if len(got) != 4 || got[2].Digest != all[2].Digest || got[3].Key != "key" {
		t.Fatal(got)
	}
	if r, err := l.ByKey(ctx, "old", "key"); err != nil || r.Seq != 4 {
		t.Error(r, err)
	}
	if s, err := l.Session(ctx, "old"); err != nil || s.Owner != "user:u" || s.Seq != 4 {
		t.Error(s, err)
	}
	if digest, err := l.Release(ctx, KindBundle, "a", "1.0.0"); err != nil || digest != document("a", "1.0.0",
		"one").Digest {
		t.Error(digest, err)
	}
	if seq, snapshot, err := l.Snapshot(ctx, "old"); err != nil || seq != 3 || string(snapshot) != "snapshot" {
		t.Error(seq, snapshot, err)
	}
	appended(t, l, rows("old", 5, got[3].Digest, 2)...)
}

// Servers that start at once on a fresh database all find it made.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	p := fresh(t, "postgres")
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			l, err := Open(ctx, p.address, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			if err := l.Create(ctx, Session{ID: fmt.Sprint(i), Bundle: "b", Genesis: "g", Owner: "o"}, 0); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, err := p.open(t).Sessions(ctx, "", "", 10); err != nil || len(got) != 6 {
		t.Error(got, err)
	}
}

func TestOpenWrong(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		folder, text, filepath.Join(folder, "none", "ledger.db"),
		"postgres://user:secret@127.0.0.1:1/db?connect_timeout=2", "postgres://user:secret@127.0.0.1:port/db",
	} {
		l, err := Open(ctx, address, Options{})
		if err == nil {
			l.Close()
			t.Errorf("%s was opened", address)
		} else if strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
}
