package faults

// This file fills the disk.

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
)

// On a full disk the server refuses what it cannot store and reads on; once there is room again it
// goes on by itself.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	r := random(t)
	folder, err := small(t, 3<<20)
	if err != nil {
		t.Log("no small file system (", err, "), so the limit is the ledger's own")
		limited(t)
		return
	}
	ballast := filepath.Join(folder, "ballast")
	room := func(bytes int) {
		t.Helper()
		if err := os.WriteFile(ballast, make([]byte, bytes), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	room(1 << 20)
	p := serve(t, filepath.Join(folder, "holdfast.db"), files...)
	b := newBook()
	sessions := b.create(t, p.url, "s", 1)
	for round := 1; round <= 3; round++ {
		stop := b.run(r, 4, sessions, one(p.url))
		b.until(t, "problem ledger/full", 20*round)
		// It is full now; clients go on asking.
		for _, path := range []string{"/healthz", "/v1/bundles", "/v1/bundles/spektre@1.1.0",
			"/v1/sessions/" + sessions[0], "/v1/sessions/" + sessions[1] + "/decisions", "/metrics"} {
			get(t, p.url+path)
		}
		// A session is smaller than a decision, so there may be room for some.
		for tries := 0; ; tries++ {
			status, _, body, err := try("POST", p.url+"/v1/sessions", []byte(`{"bundle":"spektre@1.1.0"}`))
			if err != nil ||
				status != http.StatusCreated &&
					(status != http.StatusInsufficientStorage || !bytes.Contains(body, []byte(`"ledger/full"`))) ||
				tries == 1000 {
				t.Fatalf("creating sessions on a full disk: %d %v %s", status, err, body)
			}
			if status == http.StatusInsufficientStorage {
				break
			}
		}
		stop()
		b.check(t, p.url, sessions)
		if round == 2 { // a kill while it is full; recovery has no room either
			p.kill()
			p = serve(t, filepath.Join(folder, "holdfast.db"))
			b.check(t, p.url, sessions)
			b.count("killed while full", 1)
		}
		if round == 3 {
			break
		}
		before := b.counts["acknowledged"]
		switch round {
		case 1:
			room(0)
		case 2:
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			if err := remount(folder, 5<<20); err != nil {
				t.Fatal(err)
			}
		}
		stop = b.run(r, 4, sessions, one(p.url))
		b.until(t, "acknowledged", before+20)
		stop()
		b.settle(t, p.url)
		b.check(t, p.url, sessions)
		b.count("went on when there was room again", 1)
	}
	b.reread(t, p.url, sessions, nil)
	b.tell(t, "a full disk")
}

// until waits until something was counted so often.
func (b *book) until(tb testing.TB, what string, n int) {
	tb.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		b.mu.Lock()
		counted := b.counts[what]
		b.mu.Unlock()
		if counted >= n {
			return
		}
		if time.Now().After(end) {
			b.tell(tb, "it does not come to that")
			tb.Fatalf("%d times %q, and %d were to come", counted, what, n)
		}
	}
}

// The same where the ledger may not grow: after a start with more room it goes on.
func TestLedgerFull(t *testing.T) {
	t.Parallel()
	limited(t)
}

func limited(t *testing.T) {
	r := random(t)
	path := filepath.Join(t.TempDir(), "holdfast.db")
	b := newBook()
	var sessions []string
	most := int64(600 << 10)
	for round := 1; round <= 3; round++ {
		url, stop, err := inside(t, path, server.Options{}, ledger.Options{MaxBytes: most})
		if err != nil {
			t.Fatal(err)
		}
		if sessions == nil {
			publish(t, url)
			sessions = b.create(t, url, "s", 1)
		}
		end := b.run(r, 4, sessions, one(url))
		b.until(t, "problem ledger/full", 20*round)
		get(t, url+"/v1/sessions/"+sessions[0])
		end()
		b.check(t, url, sessions)
		stop()
		most += 300 << 10
	}
	b.tell(t, "a ledger that may not grow, and may after a restart, three times")
}
