package faults

// This file sets the machine's clock back and forth between requests.

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
)

// A session's time never goes back, whatever the clock does, also across a restart.
func TestClock(t *testing.T) {
	t.Parallel()
	r := random(t)
	var offset atomic.Int64 // milliseconds
	o := server.Options{
		Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load()) * time.Millisecond) },
	}
	path := filepath.Join(t.TempDir(), "holdfast.db")
	url, stop, err := inside(t, path, o, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	publish(t, url)
	b := newBook()
	sessions := b.create(t, url, "s", 1)
	jumps := 0
	for range 300 {
		if r.IntN(4) == 0 {
			offset.Store([...]int64{0, -1, -500, 700, -3600_000, 3600_000, -86400_000, 86400_000, -1 << 33, 1 << 33}[r.IntN(10)])
			jumps++
		}
		if r.IntN(60) == 0 {
			stop()
			if url, stop, err = inside(t, path, o, ledger.Options{}); err != nil {
				t.Fatal(err)
			}
			b.count("restarts", 1)
		}
		q := b.draw(r, 0, sessions[r.IntN(len(sessions))])
		b.send(plain, url, q)
		if q.ask.At == nil && q.code == "proposal/earlier" {
			t.Fatalf("the server has set a time that is before the session's: %s", q.body)
		}
	}
	b.check(t, url, sessions)
	for _, id := range sessions {
		_, log := get(t, url+"/v1/sessions/"+id+"/decisions")
		last, equal := int64(0), 0
		for i, line := range split(log) {
			var d struct{ At int64 }
			if err := json.Unmarshal(line, &d); err != nil {
				t.Fatal(err)
			}
			if d.At < last {
				t.Fatalf("session %s: decision %d was made at %d, and the one before at %d", id, i+1, d.At, last)
			}
			if d.At == last {
				equal++
			}
			last = d.At
		}
		b.count("decisions at the time of the one before", equal)
	}
	stop()
	b.tell(t, fmt.Sprintf("%d jumps of the clock", jumps))
}
