package faults

// This file changes bytes in the SQLite file of a server that is stopped.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
)

// original is a ledger as it was written, and what was read of it then.
type original struct {
	file     []byte
	sessions []string
	logs     map[string][]byte
	answers  map[string][]byte // by path, of everything that is read
}

// write makes a ledger with so many sessions of each bundle, long enough that snapshots are kept.
func write(t *testing.T, r *rand.Rand, each int) *original {
	t.Helper()
	path := filepath.Join(t.TempDir(), "holdfast.db")
	url, stop, err := inside(t, path, server.Options{}, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	publish(t, url)
	b := newBook()
	o := &original{logs: map[string][]byte{}, answers: map[string][]byte{}}
	o.sessions = b.create(t, url, "s", each)
	for done := false; !done; {
		done = true
		for _, id := range o.sessions {
			if b.sessions[id].seen < 70 {
				b.send(plain, url, b.draw(r, 0, id))
				done = false
			}
		}
	}
	b.check(t, url, o.sessions)
	paths := []string{"/v1/sessions", "/v1/bundles"}
	for _, file := range files {
		_, name := build(t, file)
		paths = append(paths, "/v1/bundles/"+name)
	}
	for _, id := range o.sessions {
		at := "/v1/sessions/" + id
		paths = append(paths, at, at+"/snapshot", at+"/decisions", at+"/decisions/1", at+"/decisions/65")
	}
	for _, path := range paths {
		_, body := get(t, url+path)
		o.answers[path] = body
		if id, ok := strings.CutSuffix(path, "/decisions"); ok {
			o.logs[strings.TrimPrefix(id, "/v1/sessions/")] = body
		}
	}
	stop()
	if o.file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return o
}

// verdict is what became of one reading.
type verdict string

const (
	same    verdict = "the recorded bytes"
	failure verdict = "a hard failure"
	gone    verdict = "GONE: said not to be there"
	shorter verdict = "SHORTER: its last decisions are missing"
	other   verdict = "OTHER BYTES"
)

// look reads a path and says what came of it.
func (o *original) look(t *testing.T, url, path string) verdict {
	status, _, body, err := try("GET", url+path, nil)
	want := o.answers[path]
	switch {
	case err != nil: // cut off
		return failure
	case status == http.StatusOK && bytes.Equal(body, want):
		return same
	case status == http.StatusOK && strings.HasSuffix(path, "/decisions") && bytes.HasPrefix(want, body):
		return shorter
	case status == http.StatusOK:
		return other
	case status == http.StatusNotFound:
		return gone
	case status >= 500:
		return failure
	}
	t.Errorf("%s: %d %s", path, status, body)
	return other
}

// A changed byte anywhere in the file: a session answers with the recorded bytes or with
// a failure.
func TestMutation(t *testing.T) {
	t.Parallel()
	r := random(t)
	o := write(t, r, 1)
	const page = 4096
	each := 3
	if n := kills(t, 0); n > 0 {
		each = max(each, n/15)
	}
	type place struct {
		at  int
		xor byte
	}
	var places []place
	for at := 0; at < len(o.file); at += page {
		for n := range each {
			p := place{at + r.IntN(page), 1 << r.IntN(8)}
			if n == 0 {
				p.at = at + r.IntN(64) // where pages keep how they are made up
			}
			places = append(places, p)
		}
	}
	var mu sync.Mutex
	sessions, documents := map[verdict]int{}, map[verdict]int{}
	refusals, untouched := 0, 0
	var found []string
	work := make(chan place)
	var all sync.WaitGroup
	dir := t.TempDir()
	for worker := range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for p := range work {
				path := filepath.Join(dir, fmt.Sprintf("%d.db", worker))
				os.Remove(path + "-wal")
				os.Remove(path + "-shm")
				file := bytes.Clone(o.file)
				file[p.at] ^= p.xor
				if err := os.WriteFile(path, file, 0o600); err != nil {
					t.Error(err)
					continue
				}
				url, stop, err := inside(t, path, server.Options{}, ledger.Options{})
				if err != nil {
					mu.Lock()
					refusals++
					mu.Unlock()
					continue
				}
				clean := true
				for _, path := range []string{"/v1/bundles", "/v1/sessions", "/v1/bundles/checkout@1.0.0",
					"/v1/bundles/spektre@1.1.0", "/v1/bundles/mode-constraint-layer@1.0.0"} {
					v := o.look(t, url, path)
					clean = clean && v == same
					mu.Lock()
					documents[v]++
					if v != same && v != failure {
						found = append(
							found,
							fmt.Sprintf("byte %4d of page %3d, bit %02x: %s: %s", p.at%page, p.at/page+1, p.xor, path, v),
						)
					}
					if v == other && !strings.HasSuffix(path, "s") {
						t.Errorf("byte %d of page %d, bit %x: %s: %s", p.at%page, p.at/page+1, p.xor, path, v)
					}
					mu.Unlock()
				}
				for _, id := range o.sessions {
					v := o.session(t, url, id)
					clean = clean && v == same
					mu.Lock()
					sessions[v]++
					if v != same && v != failure {
						found = append(
							found,
							fmt.Sprintf("byte %4d of page %3d, bit %02x: session %s: %s", p.at%page, p.at/page+1, p.xor, id, v),
						)
					}
					if v == other {
						t.Errorf("byte %d of page %d, bit %x: session %s: %s", p.at%page, p.at/page+1, p.xor, id, v)
					}
					mu.Unlock()
				}
				if clean {
					mu.Lock()
					untouched++
					mu.Unlock()
				}
				stop()
			}
		})
	}
	for _, p := range places {
		work <- p
	}
	close(work)
	all.Wait()
	sort.Strings(found)
	t.Logf("%d bytes changed, one at a time, in a file of %d pages with %d sessions", len(places), len(o.file)/page,
		len(o.sessions))
	t.Logf("%d times the server refused to start; %d times everything read as before", refusals, untouched)
	t.Logf("sessions that were read whole: %s", tally(sessions))
	t.Logf("lists and bundles that were read: %s", tally(documents))
	t.Logf("what was not noticed; lists also tell times and names, which nothing hashes:\n%s", strings.Join(found, "\n"))
}

// session reads everything of a session, and proposes.
func (o *original) session(t *testing.T, url, id string) verdict {
	at := "/v1/sessions/" + id
	worst := same
	for _, path := range []string{at, at + "/snapshot", at + "/decisions", at + "/decisions/1", at + "/decisions/65"} {
		v := o.look(t, url, path)
		if v == other && worst == same && !strings.Contains(path, "decisions") {
			// Is it where a shorter log leads to?
			status, _, body, err := try("GET", url+at+"/decisions", nil)
			if err == nil && status == http.StatusOK && len(body) < len(o.logs[id]) &&
				bytes.HasPrefix(o.logs[id], body) {
				v = shorter
			}
		}
		if v != same && worst == same {
			worst = v
		}
	}
	// What comes next continues what was recorded, or fails.
	status, _, body, err := try("POST", url+at+"/decisions",
		[]byte(`{"action":"expire","actor":{"kind":"owner"},"args":{"hold":1}}`))
	if err == nil && status < 300 && worst == same {
		var d struct{ Seq int }
		if json.Unmarshal(body, &d) != nil || d.Seq != bytes.Count(o.logs[id], []byte("\n"))+1 {
			t.Errorf("session %s goes on with %s", id, body)
		}
	}
	return worst
}

func tally[K ~string](counts map[K]int) string {
	var parts []string
	for k, n := range counts {
		parts = append(parts, fmt.Sprintf("\n  %8d %s", n, k))
	}
	sort.Strings(parts)
	return strings.Join(parts, "")
}
