package faults

// This file kills servers that keep their decisions in a SQLite file.

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host"
)

// kill -9 at random moments: under load, just after the start, while it is recovering from the kill
// before, and while it shuts down.
func TestKill(t *testing.T) {
	t.Parallel()
	r := random(t)
	b := newBook()
	ledger := filepath.Join(t.TempDir(), "holdfast.db")
	n := kills(t, 12)
	p := serve(t, ledger, files...)
	sessions := b.create(t, p.url, "s0", 2)
	for kill := 1; kill <= n; kill++ {
		stop := b.run(r, 8, sessions, one(p.url))
		time.Sleep(time.Duration(5+r.IntN(295)) * time.Millisecond)
		if r.IntN(4) == 0 {
			b.count("killed while shutting down", 1)
			p.signal(syscall.SIGTERM)
			time.Sleep(time.Duration(r.IntN(20000)) * time.Microsecond)
		} else {
			b.count("killed under load", 1)
		}
		p.kill()
		stop()
		for r.IntN(3) == 0 {
			b.count("killed while starting", 1)
			p = launch(t, ledger)
			time.Sleep(time.Duration(r.IntN(60000)) * time.Microsecond)
			p.kill()
		}
		p = serve(t, ledger)
		b.settle(t, p.url)
		b.check(t, p.url, sessions)
		if kill%25 == 0 {
			t.Logf("%d kills, %d acknowledged and found", kill, b.counts["acknowledged and found"])
			b.reread(t, p.url, b.order, nil)
			sessions = b.create(t, p.url, fmt.Sprintf("s%d", kill), 2) // so that logs do not grow for ever
		}
	}
	b.check(t, p.url, b.order)
	b.reread(t, p.url, b.order, nil)
	b.reread(t, p.url, b.order[:3], module(t))
	p.signal(syscall.SIGTERM)
	if code := p.ended(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	b.tell(t, fmt.Sprintf("%d kills, nothing lost", n))
}

// module returns the module, run by wazero.
func module(t *testing.T) host.Core {
	engine, err := host.New(t.Context(), host.Options{Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return engine
}

// kill -9 while the file is being made and brought up to date: the next start goes on from there.
func TestKillWhileMigrating(t *testing.T) {
	t.Parallel()
	r := random(t)
	n, empty, begun, whole := kills(t, 12), 0, 0, 0
	for range n {
		ledger := filepath.Join(t.TempDir(), "holdfast.db")
		p := launch(t, ledger, files...)
		// Until the file is there nothing can be half done.
		for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(200 * time.Microsecond) {
			if _, err := os.Stat(ledger); err == nil {
				break
			}
		}
		time.Sleep(time.Duration(r.IntN(30000)) * time.Microsecond)
		p.kill()
		select {
		case <-p.listen:
			whole++
		default:
			if log, err := os.Stat(ledger + "-wal"); err != nil || log.Size() == 0 {
				empty++
			} else {
				begun++
			}
		}
		b := newBook()
		p = serve(t, ledger, files...)
		sessions := b.create(t, p.url, "s", 1)
		stop := b.run(r, 2, sessions, one(p.url))
		time.Sleep(10 * time.Millisecond)
		stop()
		b.check(t, p.url, sessions)
		p.kill()
	}
	t.Logf(
		"%d kills: %d times before anything was written, %d times in between, %d times once it was listening; each time "+
			"the next start made it whole",
		n,
		empty,
		begun,
		whole,
	)
}

// The same with the module deciding instead of the native core.
func TestKillModule(t *testing.T) {
	t.Parallel()
	r := random(t)
	b := newBook()
	ledger := filepath.Join(t.TempDir(), "holdfast.db")
	p := serve(t, ledger, append([]string{"--engine", "wasm"}, files...)...)
	sessions := b.create(t, p.url, "s", 1)
	n := min(kills(t, 2), 20)
	for range n {
		stop := b.run(r, 4, sessions, one(p.url))
		time.Sleep(time.Duration(50+r.IntN(250)) * time.Millisecond)
		p.kill()
		stop()
		p = serve(t, ledger, "--engine", "wasm")
		b.settle(t, p.url)
		b.check(t, p.url, sessions)
	}
	b.tell(t, fmt.Sprintf("%d kills, the module decides", n))
}
