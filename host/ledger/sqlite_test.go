package ledger

// This file tests what can happen to a file: other processes, crashes, torn writes, no room.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestLocked(t *testing.T) {
	t.Parallel()
	p := fresh(t, "sqlite")
	l := p.open(t)
	_, err := Open(ctx, p.address, Options{})
	wants(t, err, ErrLocked)
	c := spawn(t, p.address)
	c.cmd.Wait()
	if said := strings.Join(c.said(1), ""); !strings.Contains(said, ErrLocked.Error()) {
		t.Error(said)
	}
	wants(t, l.Close(), nil)
	c = spawn(t, p.address)
	c.said(2)
	_, err = Open(ctx, p.address, Options{})
	wants(t, err, ErrLocked)
	c.kill() // its lock goes with it
	p.open(t)
}

// A process is frozen under load and its files are copied as they are, then torn in several
// ways; it is killed, and the next one goes on where it was.
func TestKilledAndTorn(t *testing.T) {
	t.Parallel()
	p := fresh(t, "sqlite")
	acknowledged := map[string]string{}
	random := rand.New(rand.NewPCG(1, 2))
	for round := range rounds(1, 5, 100) {
		c := spawn(t, p.address)
		for range 2 {
			c.said(len(c.said(1)) + 20 + random.IntN(200))
			c.freeze()
			for at, digest := range c.acknowledged() {
				acknowledged[at] = digest
			}
			db, wal := read(t, p.address), read(t, p.address+"-wal")
			end := walEnd(wal)
			all := copied(t, acknowledged, "untouched", db, wal)

			// What a write that never was synced may have left behind loses nothing.
			frame := bytes.Clone(wal[max(end-24-pageSize, 32):end])
			for _, n := range []int{1, 23, 24, 500, len(frame) - 1, len(frame)} {
				left := append(bytes.Clone(wal[:end]), frame[:n]...)
				if n == len(frame) {
					left[end+100] ^= 1
				}
				if got := copied(t, acknowledged, fmt.Sprintf("with %d bytes of a frame", n), db, left); len(got) != len(all) {
					t.Errorf("round %d: %d rows with %d bytes of another frame, %d without", round, len(got), n, len(all))
				}
			}
			// Where even what was synced is torn, what is left is a log's beginning, or nothing is served.
			for range 4 {
				torn := bytes.Clone(wal)
				if at := end - 1 - random.IntN(min(end, 20*pageSize)); random.IntN(2) == 0 {
					torn = torn[:at]
				} else {
					torn[at] ^= 1 << random.IntN(8)
				}
				for at, digest := range copied(t, nil, "torn", db, torn) {
					if all[at] != digest {
						t.Errorf("round %d: %s is %s in a torn copy, and %q", round, at, digest, all[at])
					}
				}
			}
			c.thaw()
		}
		c.said(len(c.said(1)) + random.IntN(50))
		c.kill()
		for at, digest := range c.acknowledged() {
			acknowledged[at] = digest
		}
		l, err := Open(ctx, p.address, Options{})
		if err != nil {
			t.Fatal(err)
		}
		holds(t, l, acknowledged)
		wants(t, l.Close(), nil)
	}
	t.Log(len(acknowledged), "decisions")
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// walEnd returns where the frames of the log's present run end:
// https://www.sqlite.org/fileformat2.html#walformat
func walEnd(wal []byte) int {
	end := 32
	for end+24+pageSize <= len(wal) && bytes.Equal(wal[end+8:end+16],
		wal[16:24]) && binary.BigEndian.Uint32(wal[end:]) > 0 {
		end += 24 + pageSize
	}
	return end
}

// copied opens a copy of a database and returns what it holds. With acknowledged, all
// of that must be there; without, the copy may also be refused, as corrupt.
func copied(t *testing.T, acknowledged map[string]string, what string, db, wal []byte) map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	for name, b := range map[string][]byte{path: db, path + "-wal": wal} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Open(ctx, path, Options{})
	if err != nil {
		if acknowledged != nil {
			t.Fatalf("%s: %v", what, err)
		}
		corrupt(t, err)
		return nil
	}
	defer l.Close()
	if acknowledged != nil {
		holds(t, l, acknowledged)
	}
	return everything(t, l)
}

// A page of the file that was written over is found, or what is read is right: never another decision.
func TestFlippedFile(t *testing.T) {
	t.Parallel()
	p := fresh(t, "sqlite")
	l := p.open(t)
	for i := range 4 {
		id := fmt.Sprint("s", i)
		s := session(t, l, id)
		appended(t, l, rows(id, 1, s.Genesis, 20)...)
	}
	all := everything(t, l)
	wants(t, l.Close(), nil)
	db := read(t, p.address)
	random := rand.New(rand.NewPCG(3, 4))
	found, refused := 0, 0
	for range rounds(30, 150, 3000) {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, flip(db, random.IntN(len(db))), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(ctx, path, Options{})
		if err != nil {
			refused++
			continue
		}
		for i := range 4 {
			for r, err := range l.Log(ctx, fmt.Sprint("s", i), 1) {
				if err != nil {
					found++
				} else if all[fmt.Sprint(r.Session, " ", r.Seq)] != r.Digest || sum(r.Bytes) != r.Digest {
					t.Errorf("%s %d is another decision", r.Session, r.Seq)
				}
			}
		}
		l.Close()
	}
	t.Log(found, "found,", refused, "refused")
	if found == 0 {
		t.Error("no flip was found")
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	p := fresh(t, "sqlite")
	l := p.open(t, Options{MaxBytes: 300 << 10})
	acknowledged := fill(t, l, func() {})
	wants(t, l.Create(ctx, Session{ID: strings.Repeat("x", 900), Bundle: "b", Genesis: strings.Repeat("g", 1000),
		Owner: strings.Repeat("y", 900)}, 0), ErrFull)
	wants(t, l.Publish(ctx, document("big", "1", strings.Repeat("x", 100<<10))), ErrFull)
	wants(t, l.Ready(ctx), nil)
	holds(t, l, acknowledged)
	wants(t, l.Close(), nil)
	if info, err := os.Stat(p.address); err != nil || info.Size() > 300<<10 {
		t.Error(info.Size(), err)
	}
	l = p.open(t) // with room
	holds(t, l, acknowledged)
	more(t, l)
}

// fill appends from several sessions until there is no room for any, and returns what was acknowledged.
func fill(t *testing.T, l *Ledger, refused func()) map[string]string {
	t.Helper()
	acknowledged := map[string]string{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 4 {
		id := fmt.Sprint("s", i)
		s := session(t, l, id)
		wg.Go(func() {
			for {
				r := row(id, s.Seq+1, s.Head, "", 3000)
				err := l.Append(ctx, []Row{r})
				if err == ErrFull {
					refused()
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				s.Seq, s.Head = r.Seq, r.Digest
				mu.Lock()
				acknowledged[fmt.Sprint(id, " ", r.Seq)] = r.Digest
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if stored := everything(t, l); len(stored) != len(acknowledged) {
		t.Errorf("%d stored, %d acknowledged", len(stored), len(acknowledged))
	}
	return acknowledged
}

// more appends to the sessions of fill, which goes on where it was.
func more(t *testing.T, l *Ledger) {
	t.Helper()
	for i := range 4 {
		id := fmt.Sprint("s", i)
		s, err := l.Session(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		appended(t, l, rows(id, s.Seq+1, s.Head, 3)...)
		log(t, l, id, 1)
	}
}

// small mounts a file system of size bytes, or skips the test and says why.
func small(t *testing.T, size int) string {
	t.Helper()
	folder := t.TempDir()
	if err := mount(folder, size); err != nil {
		t.Skip("no small file system to fill: ", err)
	}
	t.Cleanup(func() {
		if err := unmount(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// A disk without room refuses, keeps all it has, and goes on once there is room.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	folder := small(t, 3<<20)
	ballast := filepath.Join(folder, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	p := place{engine: "sqlite", address: filepath.Join(folder, "ledger.db")}
	l := p.open(t)
	acknowledged := fill(t, l, func() {})
	wants(t, l.Ready(ctx), nil)
	holds(t, l, acknowledged)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	more(t, l)
	holds(t, l, acknowledged)
	wants(t, l.Close(), nil)
	l = p.open(t)
	holds(t, l, acknowledged)
	more(t, l)
	t.Log(len(acknowledged), "decisions")
}

// A limit on a file's size is met like a full disk.
func TestFileTooLarge(t *testing.T) {
	t.Parallel()
	for _, err := range []error{syscall.EFBIG, syscall.EDQUOT, syscall.ENOSPC, &os.PathError{Err: syscall.ENOSPC}} {
		if !outOfRoom(err) {
			t.Error(err)
		}
	}
	if outOfRoom(nil) || outOfRoom(io.EOF) || outOfRoom(errors.New("other")) || noRoom(filepath.Join(t.TempDir(), "x")) {
		t.Error("there is room")
	}
	p := fresh(t, "sqlite")
	c := spawn(t, p.address, limitEnv+"=1")
	said := c.said(3)
	c.kill()
	if got := strings.Join(said, "\n"); got != "full\nfull\nagain" {
		t.Error(got)
	}
	if got := log(t, p.open(t), "s", 1); len(got) < 10 {
		t.Error(len(got))
	}
}

// The write-ahead log is moved while decisions are written, and does not grow for ever.
func TestCheckpoint(t *testing.T) {
	t.Parallel()
	p := fresh(t, "sqlite")
	l := p.open(t)
	const sessions = 32
	var wg sync.WaitGroup
	for i := range sessions {
		id := fmt.Sprint("s", i)
		s := session(t, l, id)
		wg.Go(func() {
			for range rounds(20, 60, 600) {
				all := rows(id, s.Seq+1, s.Head, 20)
				appended(t, l, all...)
				s.Seq, s.Head = all[19].Seq, all[19].Digest
			}
		})
	}
	wg.Wait()
	info, err := os.Stat(p.address)
	for until := time.Now().Add(30 * time.Second); err == nil && info.Size() < 1<<20; info, err = os.Stat(p.address) {
		if time.Now().After(until) {
			t.Fatal("nothing was moved")
		}
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Stat(p.address + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, and %d of log", info.Size(), log.Size())
}
