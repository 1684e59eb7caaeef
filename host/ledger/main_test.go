package ledger

// This file gives every test of what a ledger does one ledger of each engine.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/host/ledger/pgtest"
	_ "github.com/jackc/pgx/v5/stdlib"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
	}
	os.Exit(pgtest.Main(m))
}

// rounds is how often a fault is tried: few in a quick run, more in ./build.sh test, many on demand.
func rounds(quick, slow, long int) int {
	switch {
	case os.Getenv("HOLDFAST_LONG") == "1":
		return long
	case os.Getenv("HOLDFAST_SLOW") == "1":
		return slow
	}
	return quick
}

var ctx = context.Background()

// place is where a ledger is kept.
type place struct {
	engine  string
	address string
	behind  string // the address of the database itself, where the other leads through a pooler
}

// direct is the address that leads to the database itself.
func (p place) direct() string {
	if p.behind != "" {
		return p.behind
	}
	return p.address
}

// places are what every test of a ledger's behaviour runs on. That a pooler pools sessions adds least, so
// a quick run leaves it to the tests of poolers.
func places() []string {
	all := []string{"sqlite", "postgres", "pgbouncer-transaction"}
	if rounds(0, 1, 1) == 1 {
		all = append(all, "pgbouncer-session")
	}
	return all
}

// each runs a test on a fresh place of each kind.
func each(t *testing.T, test func(t *testing.T, p place)) {
	t.Parallel()
	for _, kind := range places() {
		t.Run(kind, func(t *testing.T) { t.Parallel(); test(t, fresh(t, kind)) })
	}
}

func fresh(t testing.TB, kind string) place {
	if kind == "sqlite" {
		return place{engine: kind, address: filepath.Join(t.TempDir(), "ledger.db")}
	}
	p := place{engine: "postgres", address: pgtest.Database(t)}
	if mode, ok := strings.CutPrefix(kind, "pgbouncer-"); ok {
		p.behind, p.address = p.address, pgtest.Pooled(t, p.address, mode)
	}
	return p
}

// open opens the ledger there, until the test ends.
func (p place) open(t testing.TB, options ...Options) *Ledger {
	t.Helper()
	l, err := Open(ctx, p.address, append(options, Options{})[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// sql runs statements there behind the ledger's back.
func (p place) sql(t testing.TB, statements ...string) error {
	t.Helper()
	driver, address := "pgx", p.direct()
	if p.engine == "sqlite" {
		driver, address = "sqlite", "file:"+p.address+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var errs []error
	for _, s := range statements {
		_, err := db.Exec(s)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// hold keeps all others from writing until release.
func (p place) hold(t testing.TB) (release func()) {
	t.Helper()
	driver, address, begin := "pgx", p.direct(), "BEGIN; LOCK TABLE decisions IN EXCLUSIVE MODE"
	if p.engine == "sqlite" {
		driver, address, begin = "sqlite", "file:"+p.address, "BEGIN IMMEDIATE"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(begin); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := db.Exec("ROLLBACK"); err != nil {
			t.Error(err)
		}
		db.Close()
	}
}

// forge runs statements that a table's triggers would refuse.
func (p place) forge(t testing.TB, table string, statements ...string) {
	t.Helper()
	off := []string{"ALTER TABLE " + table + " DISABLE TRIGGER ALL"}
	if p.engine == "sqlite" {
		off = []string{"DROP TRIGGER IF EXISTS " + table + "_keep", "DROP TRIGGER IF EXISTS " + table + "_stay",
			"DROP TRIGGER IF EXISTS " + table + "_once"}
	}
	if err := p.sql(t, append(off, statements...)...); err != nil {
		t.Fatal(err)
	}
}

// row makes the decision that follows prev, of about size bytes.
func row(session string, seq int64, prev, key string, size int) Row {
	b := fmt.Sprintf(`{"key":%q,"pad":%q,"prev":%q,"seq":%d,"session":%q}`, key, strings.Repeat("x", size), prev, seq,
		session)
	return Row{Session: session, Seq: seq, Bytes: []byte(b), Digest: sum([]byte(b)), Prev: prev, Key: key}
}

// rows makes n decisions that follow prev.
func rows(session string, seq int64, prev string, n int) (all []Row) {
	for range n {
		r := row(session, seq, prev, "", 100)
		all, seq, prev = append(all, r), seq+1, r.Digest
	}
	return all
}

func genesis(session string) string { return sum([]byte("genesis of " + session)) }

// session creates one.
func session(t testing.TB, l *Ledger, id string) Session {
	t.Helper()
	s := Session{ID: id, Bundle: "sha256:b", Genesis: genesis(id), Owner: "user:u", At: 7}
	if err := l.Create(ctx, s, 0); err != nil {
		t.Fatal(err)
	}
	s.Head = s.Genesis
	return s
}

func appended(t testing.TB, l *Ledger, rows ...Row) {
	t.Helper()
	if err := l.Append(ctx, rows); err != nil {
		t.Fatal(err)
	}
}

// log reads what is there, and fails the test where that is not whole.
func log(t testing.TB, l *Ledger, id string, from int64) (all []Row) {
	t.Helper()
	for r, err := range l.Log(ctx, id, from) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// broken reads a log up to the error that ends it.
func broken(l *Ledger, id string, from int64) (n int, err error) {
	for _, err := range l.Log(ctx, id, from) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func wants(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func corrupt(t testing.TB, err error) *Corrupt {
	t.Helper()
	var c *Corrupt
	if !errors.As(err, &c) {
		t.Fatalf("got %v, want *Corrupt", err)
	}
	return c
}

// blob is b as the engine's SQL writes it.
func (p place) blob(b []byte) string {
	if p.engine == "sqlite" {
		return fmt.Sprintf("x'%x'", b)
	}
	return fmt.Sprintf(`'\x%x'::bytea`, b)
}

// flip returns b with one bit of byte i changed.
func flip(b []byte, i int) []byte {
	b = slices.Clone(b)
	b[i] ^= 1
	return b
}
