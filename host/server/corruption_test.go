package server_test

// This file changes what the ledger's file holds, behind the server's back, and looks
// for anything that is served from it.

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/server"
)

// spoil runs statements on the ledger's file, whose triggers would not let them.
func (r *rig) spoil(do func(db *sql.DB)) {
	r.Helper()
	db := r.sql("mode=rw")
	defer db.Close()
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	if err != nil {
		r.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			r.Fatal(err)
		}
		names = append(names, name)
	}
	for _, name := range names {
		if _, err := db.Exec("DROP TRIGGER " + name); err != nil {
			r.Fatal(err)
		}
	}
	do(db)
}

// change replaces one value by what f makes of it.
func (r *rig) change(table, column, where string, f func([]byte) []byte) {
	r.Helper()
	r.spoil(func(db *sql.DB) {
		var was []byte
		if err := db.QueryRow("SELECT " + column + " FROM " + table + " WHERE " + where).Scan(&was); err != nil {
			r.Fatal(err)
		}
		is := f(was)
		if string(is) == string(was) {
			r.Fatalf("%s of %s where %s stays the same", column, table, where)
		}
		value := any(is)
		if column != "bytes" {
			value = string(is)
		}
		if _, err := db.Exec("UPDATE "+table+" SET "+column+" = ? WHERE "+where, value); err != nil {
			r.Fatal(err)
		}
	})
}

// flip changes one bit, in the middle.
func flip(b []byte) []byte {
	out := append([]byte(nil), b...)
	out[len(out)/2] ^= 1
	return out
}

// silent fails the test unless every endpoint of a session answers that it is corrupt.
func (r *rig) silent(id string) {
	r.Helper()
	for _, route := range server.Routes() {
		if !strings.Contains(route.Path, "{session}") {
			continue
		}
		path, body := strings.NewReplacer("{session}", id, "{seq}", "2").Replace(route.Path), ""
		if route.Body > 0 {
			if body = say("more"); strings.HasSuffix(path, "/admissible") {
				body = `{"actor":{"kind":"anyone"}}`
			} else if strings.HasSuffix(path, "/verify") {
				body = ""
			}
		}
		for range 2 {
			a := r.do(route.Method, path, body)
			a.is(500).refused(codes.SessionCorrupt)
			if strings.Contains(string(a.body), "said") || strings.Contains(string(a.body), `"verdict"`) {
				r.Errorf("%s: something is served after all: %s", path, a.body)
			}
		}
	}
}

var whole struct {
	once sync.Once
	file []byte
}

// spoiled is a server with a session s of 70 decisions that has a snapshot, and others beside it.
func spoiled(t testing.TB) *rig {
	t.Helper()
	release, _ := signer(t, "example.org/server")
	options := func(o *server.Options) { o.Signer = release }
	whole.once.Do(func() {
		r := start(t, options)
		fill(r)
		r.end()
		var err error
		if whole.file, err = os.ReadFile(r.file); err != nil {
			t.Fatal(err)
		}
	})
	r := startFrom(t, whole.file, options)
	if !strings.Contains(r.contents(), `snapshots ["s"`) {
		t.Fatal("there is no snapshot")
	}
	r.do("GET", "/v1/sessions/s", "").is(200) // it is open
	return r
}

func fill(r *rig) {
	r.publish(scribe)
	r.publish(door(r))
	r.session("s", "scribe@1.0.0")
	r.session("same", "scribe@1.0.0")
	r.session("other", "door@1.0.0")
	for n := range server.Snapshots + 6 {
		r.propose("s", say(fmt.Sprint("number ", n)), "Idempotency-Key", fmt.Sprint("k", n)).is(201)
	}
	r.propose("same", say("x")).is(201)
	r.propose("other", openAtNine).is(201)
}

// fine fails the test unless a session is served.
func (r *rig) fine(id, proposal string) {
	r.Helper()
	r.do("GET", "/v1/sessions/"+id, "").is(200)
	r.do("POST", "/v1/sessions/"+id+"/verify", "").is(200)
	if log := r.log(id); len(log) == 0 {
		r.Errorf("%s has no log", id)
	}
	r.propose(id, proposal).is(201)
}

const lastSeq = server.Snapshots + 6

// consistent rewrites decision seq and all hashes after it, as someone would who knows how.
func consistent(r *rig, seq int) {
	r.spoil(func(db *sql.DB) {
		prev := ""
		for n := seq; n <= lastSeq; n++ {
			var src []byte
			if err := db.QueryRow(`SELECT bytes FROM decisions WHERE session = 's' AND seq = ?`, n).Scan(&src); err != nil {
				r.Fatal(err)
			}
			line := string(src)
			if n == seq {
				line = strings.Replace(line, `"verdict":"commit"`, `"verdict":"reject"`, 1)
			} else {
				var was struct{ Prev string }
				if err := json.Unmarshal(src, &was); err != nil {
					r.Fatal(err)
				}
				line = strings.Replace(line, was.Prev, prev, 1)
			}
			if line == string(src) {
				r.Fatal("nothing was rewritten")
			}
			set := `UPDATE decisions SET bytes = ?1, digest = ?2, prev = CASE WHEN ?3 = '' THEN prev ELSE ?3 END WHERE ` +
				`session = 's' AND seq = ?4`
			if _, err := db.Exec(set, []byte(line), digestOf([]byte(line)), prev, n); err != nil {
				r.Fatal(err)
			}
			prev = digestOf([]byte(line))
		}
	})
}

// damages are what is done to session s, or to its bundle.
var damages = []struct {
	name   string
	bundle bool // all sessions of the bundle are hit
	do     func(r *rig)
}{
	{"the first decision", false, func(r *rig) { r.change("decisions", "bytes", "session = 's' AND seq = 1", flip) }},
	{"one in the middle", false, func(r *rig) { r.change("decisions", "bytes", "session = 's' AND seq = 30", flip) }},
	{"one after the snapshot", false, func(r *rig) {
		r.change("decisions", "bytes", fmt.Sprint("session = 's' AND seq = ", lastSeq-1), flip)
	}},
	{"the last decision", false, func(r *rig) {
		r.change("decisions", "bytes",
			fmt.Sprint("session = 's' AND seq = ", lastSeq), flip)
	}},
	{"its last byte", false, func(r *rig) {
		r.change("decisions", "bytes", fmt.Sprint("session = 's' AND seq = ", lastSeq),
			func(b []byte) []byte { return b[:len(b)-1] })
	}},
	{"a digest", false, func(r *rig) { r.change("decisions", "digest", "session = 's' AND seq = 30", flip) }},
	{"the last digest", false, func(r *rig) {
		r.change("decisions", "digest",
			fmt.Sprint("session = 's' AND seq = ", lastSeq), flip)
	}},
	{"a prev", false, func(r *rig) { r.change("decisions", "prev", "session = 's' AND seq = 30", flip) }},
	{"the genesis", false, func(r *rig) { r.change("sessions", "genesis", "id = 's'", flip) }},
	{"one that is missing", false, func(r *rig) {
		r.spoil(func(db *sql.DB) {
			if _, err := db.Exec(`DELETE FROM decisions WHERE session = 's' AND seq = 30`); err != nil {
				r.Fatal(err)
			}
		})
	}},
	{"its end, which a snapshot still has", false, func(r *rig) {
		r.spoil(func(db *sql.DB) {
			if _, err := db.Exec(`DELETE FROM decisions WHERE session = 's' AND seq >= ?`, server.Snapshots); err != nil {
				r.Fatal(err)
			}
		})
	}},
	{"one of another session", false, func(r *rig) {
		r.spoil(func(db *sql.DB) {
			if _, err := db.Exec(`UPDATE decisions SET (bytes, digest, prev) = (SELECT bytes, digest, prev FROM decisions ` +
				`WHERE session = 'same') WHERE session = 's' AND seq = 1`); err != nil {
				r.Fatal(err)
			}
		})
	}},
	{"history before the snapshot, rewritten with all its hashes", false, func(r *rig) { consistent(r, 30) }},
	{"history after the snapshot, rewritten with all its hashes", false, func(r *rig) { consistent(r, lastSeq-1) }},
	{"the last decision, rewritten with its hash", false, func(r *rig) { consistent(r, lastSeq) }},
	{"the bundle", true, func(r *rig) { r.change("documents", "bytes", "name = 'scribe'", flip) }},
	{"the bundle, with its sum", true, func(r *rig) {
		other := func(b []byte) []byte { return []byte(strings.Replace(string(b), "< 20", "< 90", 1)) }
		var is string
		r.change("documents", "bytes", "name = 'scribe'", func(b []byte) []byte { is = digestOf(other(b)); return other(b) })
		r.change("documents", "sum", "name = 'scribe'", func([]byte) []byte { return []byte(is) })
	}},
	{"another bundle for the session", false, func(r *rig) {
		r.spoil(func(db *sql.DB) {
			if _, err := db.Exec(`UPDATE sessions SET bundle = (SELECT digest FROM documents WHERE name = 'door') WHERE id ` +
				`= 's'`); err != nil {
				r.Fatal(err)
			}
		})
	}},
}

func TestCorruptWhenOpened(t *testing.T) {
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			r := spoiled(t)
			r.restart(func() { d.do(r) })
			before := r.contents()
			r.silent("s")
			want := "1"
			if d.bundle {
				r.do("GET", "/v1/bundles/scribe@1.0.0", "").is(500).refused(codes.SessionCorrupt)
				r.do("POST", "/v1/sessions", `{"bundle":"scribe@1.0.0"}`).is(500).refused(codes.SessionCorrupt)
				r.silent("same")
				want = "2"
			}
			if r.contents() != before {
				t.Error("the ledger has changed")
			}
			if n := r.counted("holdfast_corrupt_total"); n != want {
				t.Errorf("%s sessions are counted as corrupt, not %s", n, want)
			}
			r.fine("other", shut)
			if !d.bundle {
				r.fine("same", say("y"))
			}
		})
	}
}

// TestCorruptWhileOpen: the session is in memory when its log is changed. Anyone who reads what is
// stored finds it, and from then on nobody gets anything.
func TestCorruptWhileOpen(t *testing.T) {
	finders := map[string]func(r *rig) answer{
		"verify":   func(r *rig) answer { return r.do("POST", "/v1/sessions/s/verify", "") },
		"log":      func(r *rig) answer { return r.do("GET", "/v1/sessions/s/decisions", "") },
		"one":      func(r *rig) answer { return r.do("GET", "/v1/sessions/s/decisions/30", "") },
		"stale":    func(r *rig) answer { return r.propose("s", strings.Replace(say("new"), "{", `{"seq":29,`, 1)) },
		"repeated": func(r *rig) answer { return r.propose("s", say("number 29"), "Idempotency-Key", "k29") },
	}
	for name, find := range finders {
		t.Run(name, func(t *testing.T) {
			r := spoiled(t)
			r.change("decisions", "bytes", "session = 's' AND seq = 30", flip)
			find(r).is(500).refused(codes.SessionCorrupt)
			r.silent("s")
			if n := r.counted("holdfast_corrupt_total"); n != "1" {
				t.Errorf("%s sessions are counted as corrupt", n)
			}
			r.fine("same", say("y"))
			r.fine("other", shut)
			// Putting the bytes back does not bring the session back by itself.
			r.change("decisions", "bytes", "session = 's' AND seq = 30", flip)
			r.silent("s")
			r.restart(nil)
			r.fine("s", say("z"))
		})
	}
	t.Run("events", func(t *testing.T) {
		r := spoiled(t)
		r.change("decisions", "bytes", "session = 's' AND seq = 30", flip)
		s := r.listen("/v1/sessions/s/events?after=0")
		last := 0
		for e := range s.events { // as far as it is good, and then the connection is cut
			if e.name == "end" {
				t.Errorf("it ends as if all were well: %+v", e)
			}
			last++
		}
		if last > 29 {
			t.Errorf("%d events", last)
		}
		r.silent("s")
	})
	t.Run("the bundle", func(t *testing.T) {
		r := spoiled(t)
		r.change("documents", "bytes", "name = 'scribe'", flip)
		r.do("GET", "/v1/bundles/scribe@1.0.0", "").is(500).refused(codes.SessionCorrupt)
		r.do("POST", "/v1/sessions/s/verify", "").is(500).refused(codes.SessionCorrupt)
		r.silent("s")
		r.fine("other", shut)
	})
}

// TestSpoiledSnapshot: a snapshot is a cache. What is wrong with it costs time and nothing else.
func TestSpoiledSnapshot(t *testing.T) {
	for name, spoil := range map[string]func(r *rig){
		"a byte": func(r *rig) { r.change("snapshots", "bytes", "session = 's'", flip) },
		"a byte, with its sum": func(r *rig) {
			other := func(b []byte) []byte {
				return []byte(strings.Replace(string(b), `"said":"number`, `"said":"lumber`, 1))
			}
			var is string
			r.change("snapshots", "bytes", "session = 's'", func(b []byte) []byte { is = digestOf(other(b)); return other(b) })
			r.change("snapshots", "sum", "session = 's'", func([]byte) []byte { return []byte(is) })
		},
		"its seq": func(r *rig) {
			r.spoil(func(db *sql.DB) {
				if _, err := db.Exec(`UPDATE snapshots SET seq = seq - 1`); err != nil {
					r.Fatal(err)
				}
			})
		},
		"one that is ahead": func(r *rig) {
			r.spoil(func(db *sql.DB) {
				if _, err := db.Exec(`UPDATE snapshots SET seq = 1000`); err != nil {
					r.Fatal(err)
				}
			})
		},
		"gone": func(r *rig) {
			r.spoil(func(db *sql.DB) {
				if _, err := db.Exec(`DELETE FROM snapshots`); err != nil {
					r.Fatal(err)
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := spoiled(t)
			view := string(r.do("GET", "/v1/sessions/s", "").is(200).body)
			r.restart(func() { spoil(r) })
			if got := string(r.do("GET", "/v1/sessions/s", "").is(200).body); got != view {
				t.Errorf("%s\nwas\n%s", got, view)
			}
			if n := r.counted("holdfast_corrupt_total"); n != "0" {
				t.Errorf("%s sessions are counted as corrupt", n)
			}
			r.fine("s", say("z"))
		})
	}
}

// TestCorruptCatalog: nothing is resolved with a catalog that is not what was published.
func TestCorruptCatalog(t *testing.T) {
	other := func(b []byte) []byte { return []byte(strings.Replace(string(b), `"tries":1`, `"tries":9`, 1)) }
	for name, spoil := range map[string]func(r *rig){
		"a byte": func(r *rig) { r.change("documents", "bytes", "kind = 'catalog'", flip) },
		"with its sum": func(r *rig) {
			var is string
			r.change("documents", "bytes", "kind = 'catalog'",
				func(b []byte) []byte { is = digestOf(other(b)); return other(b) })
			r.change("documents", "sum", "kind = 'catalog'", func([]byte) []byte { return []byte(is) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, nil)
			r.do("POST", "/v1/catalogs", lockCatalog(t)).is(201)
			r.restart(func() { spoil(r) })
			const cursor = `{"floor":1,"side":"north"}`
			r.do("GET", "/v1/catalogs/locks@1.0.0", "").is(500).refused(codes.SessionCorrupt)
			r.do("POST", "/v1/catalogs/locks@1.0.0/resolve", cursor).is(500).refused(codes.SessionCorrupt)
			r.do("POST", "/v1/sessions", `{"catalog":"locks@1.0.0","cursor":`+cursor+`}`).is(500).refused(codes.SessionCorrupt)
		})
	}
}
