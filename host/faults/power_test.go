package faults

// This file cuts the power.
//
// A killed process loses nothing that it has written: the system still has it. Only what was
// synced survives the system, so the ledger lies on a file system of its own, whose disk is a
// file; a copy of that file is what a disk holds at that moment, without all that the
// system had not yet written to it.

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// After a power cut everything that was acknowledged is on the disk.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	d, err := plug(t)
	if err != nil {
		t.Skip("no disk to cut the power of: ", err)
	}
	r := random(t)
	b := newBook()
	n := min(kills(t, 4), 100)
	p := serve(t, filepath.Join(d.folder, "holdfast.db"), files...)
	sessions := b.create(t, p.url, "s", 1)
	images := t.TempDir()
	for cut := 1; cut <= n; cut++ {
		stop := b.run(r, 8, sessions, one(p.url))
		time.Sleep(time.Duration(20+r.IntN(250)) * time.Millisecond)
		// The server is stopped while the copy is made. What it had answered by then is on its way to the clients.
		p.signal(syscall.SIGSTOP)
		image := filepath.Join(images, fmt.Sprint(cut%2))
		if out, err := exec.Command("cp", "--sparse=always", d.image, image).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		p.kill()
		stop()
		d.unplug()
		if err := d.mount(t, image); err != nil {
			t.Fatal(err)
		}
		p = serve(t, filepath.Join(d.folder, "holdfast.db"))
		b.settle(t, p.url)
		b.check(t, p.url, sessions)
		if cut%20 == 0 {
			t.Logf("%d power cuts, %d acknowledged and found", cut, b.counts["acknowledged and found"])
		}
	}
	b.reread(t, p.url, sessions, nil)
	p.kill()
	b.tell(t, fmt.Sprintf("%d power cuts", n))
}
