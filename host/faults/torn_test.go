package faults

// This file damages the write-ahead log that a killed server leaves behind.
//
// SQLite reads that log from its beginning up to the first frame whose checksum does not fit,
// and takes what was committed up to there. So two kinds of damage have to be told apart.
// Where only the end is torn that no commit had reached yet, as after a power cut, all that
// was acknowledged is before it. Where bytes are gone that had been synced, the database ends at
// an earlier commit: a good database with shorter logs. Nothing in it can tell that it was
// longer, only what was kept elsewhere: a head that the server had signed.
//
// A bit that is changed within the first few frames takes away most of a log in the same way.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/host/ledger"
	"github.com/holdfast-rt/holdfast/host/server"
)

const frame = 24 + 4096 // of a write-ahead log: a header and a page

// frames returns where the last commit of a write-ahead log ends, https://sqlite.org/fileformat2.html#walformat:
// a header of 32 bytes, then frames of 24 bytes and a page, the second word of a frame not 0 at a commit.
func frames(log []byte) (end int) {
	end = 32
	for at := end; at+frame <= len(log); at += frame {
		if !bytes.Equal(log[at+8:at+16], log[16:24]) { // of an earlier turn
			break
		}
		if binary.BigEndian.Uint32(log[at+4:]) != 0 {
			end = at + frame
		}
	}
	return end
}

// What a kill leaves behind is damaged in many ways; a server on the copy has either everything
// that was acknowledged, or says that something is wrong, or is found out by the heads that were
// signed before. What it serves replays.
func TestTorn(t *testing.T) {
	t.Parallel()
	r := random(t)
	dir := t.TempDir()
	private, public := signed(t)
	key, pub := filepath.Join(dir, "server.key"), filepath.Join(dir, "server.pub")
	for path, text := range map[string]string{key: private, pub: public} {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "holdfast.db")
	p := serve(t, path, append([]string{"--sign", key}, files...)...)
	b := newBook()
	sessions := b.create(t, p.url, "s", 1)
	load := func() {
		stop := b.run(r, 8, sessions, one(p.url))
		time.Sleep(400 * time.Millisecond)
		stop()
	}
	load()
	p.signal(syscall.SIGTERM) // what was decided so far is moved into the database
	p.ended()
	p = serve(t, path, "--sign", key)
	load()
	// What the heads say is acknowledged as well.
	heads := map[string][]byte{}
	for _, id := range sessions {
		_, heads[id] = get(t, p.url+"/v1/sessions/"+id+"/head")
	}
	b.check(t, p.url, sessions)
	logs := map[string][]byte{}
	for _, id := range sessions {
		_, logs[id] = get(t, p.url+"/v1/sessions/"+id+"/decisions")
	}
	stop := b.run(r, 8, sessions, one(p.url)) // what is under way when it is killed was not acknowledged
	time.Sleep(30 * time.Millisecond)
	p.kill()
	stop()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	end := frames(log)
	t.Logf("a database of %d bytes, and a write-ahead log of %d, of which the last commit ends at %d", len(file), len(log),
		end)

	// All that was ever acknowledged, read from an undamaged copy.
	whole := map[string][]byte{}
	{
		url, stop := b.copy(t, filepath.Join(dir, "whole"), file, log, nil)
		b.check(t, url, sessions)
		for _, id := range sessions {
			_, whole[id] = get(t, url+"/v1/sessions/"+id+"/decisions")
			if !bytes.HasPrefix(whole[id], logs[id]) {
				t.Fatalf("session %s: decisions are lost", id)
			}
		}
		stop()
	}

	holdfast, err := command()
	if err != nil {
		t.Fatal(err)
	}
	n := max(kills(t, 20), 5)
	counts := map[string]int{}
	for trial := range n {
		tail := trial%3 == 0 // damage behind the last commit only
		torn := bytes.Clone(log)
		var at int
		var how string
		switch k := r.IntN(4); {
		case tail: // a commit that was being written: some of its frames, whole or not, from an earlier place
			at, how = len(log), "a torn commit at the end"
			from := 32 + r.IntN((end-32)/frame)*frame
			torn = append(torn[:end], log[from:min(from+1+r.IntN(4*frame), end)]...)
			if k == 0 { // none of it but its length
				how = "zeros at the end"
				clear(torn[end:])
			}
		default: // near the end, as a power cut would have it on a disk that lies, or anywhere
			at = r.IntN(len(log))
			if r.IntN(2) == 0 {
				at = max(end-r.IntN(5*frame), 0)
			}
			switch k {
			case 0:
				how = "cut off"
				torn = torn[:at]
			case 1:
				how = "zeros from there on"
				clear(torn[at:])
			case 2:
				how = "a page of garbage"
				for i := at; i < min(at+4096, len(torn)); i++ {
					torn[i] = byte(r.Uint32())
				}
			case 3:
				how = "a bit"
				torn[min(at, len(torn)-1)] ^= 1 << r.IntN(8)
			}
		}
		title := fmt.Sprintf("byte %d of %d, %s", at, len(log), how)
		url, stop := b.copy(t, filepath.Join(dir, fmt.Sprint(trial)), file, torn, func(err error) {
			if tail {
				t.Errorf("%s: only what was not committed is damaged, and the server does not start: %v", title, err)
			}
			counts["the server refused to start"]++
		})
		if url == "" {
			continue
		}
		for _, id := range sessions {
			status, _, body, err := try("GET", url+"/v1/sessions/"+id+"/decisions", nil)
			switch {
			case err == nil && status == http.StatusOK && bytes.Equal(body, whole[id]):
				counts["sessions with every decision"]++
			case tail:
				t.Errorf("%s: session %s: only what was not committed is damaged, and decisions are lost: %d %v", title, id, status,
					err)
			case err != nil || status >= 500:
				counts["sessions that answer with a failure"]++
			case status == http.StatusNotFound:
				counts["sessions not there, created in what was destroyed"]++
			case status != http.StatusOK || !bytes.HasPrefix(whole[id], body):
				t.Errorf("%s: session %s serves what never was in its log: %d %s", title, id, status, body)
			default:
				counts["sessions with a shorter log"]++
				if status, _, _, err := try("POST", url+"/v1/sessions/"+id+"/verify", nil); err != nil ||
					status != http.StatusOK {
					t.Errorf("%s: session %s: what is served does not replay: %d %v", title, id, status, err)
				}
				if len(body) >= len(logs[id]) {
					counts["shorter, but not before the head was signed"]++
					break
				}
				// Against the head that was signed.
				export, head := filepath.Join(dir, "export"), filepath.Join(dir, "head")
				if os.WriteFile(export, body, 0o600) != nil || os.WriteFile(head, heads[id], 0o600) != nil {
					t.Fatal("the export cannot be written")
				}
				out, err := exec.Command(holdfast, "verify", bundleOf(b.sessions[id].bundle), export, "--unsigned", "--head",
					head, "--head-key", pub).
					CombinedOutput()
				if err == nil || !strings.Contains(string(out), "head") {
					t.Errorf("%s: session %s: the log is shorter than the signed head, and verify says %v: %s", title, id, err, out)
				}
				counts["shorter, and found out by the signed head"]++
			}
		}
		stop()
	}
	t.Logf("%d damaged copies with %d sessions each, a third of them damaged behind the last commit only: %s", n,
		len(sessions), tally(counts))
}

// bundleOf finds the file of a bundle.
func bundleOf(name string) string {
	for _, file := range files {
		if strings.Contains(file, strings.Split(name, "@")[0]) {
			return file
		}
	}
	return ""
}

// copy starts a server on a copy of a ledger. Refused is told why it does not start; nil fails the test.
func (b *book) copy(t *testing.T, folder string, file, log []byte, refused func(error)) (url string, stop func()) {
	t.Helper()
	path := filepath.Join(folder, "holdfast.db")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{path: file, path + "-wal": log} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	url, end, err := inside(t, path, server.Options{}, ledger.Options{})
	if err != nil {
		if refused == nil {
			t.Fatal(err)
		}
		refused(err)
		return "", nil
	}
	return url, func() {
		end()
		os.RemoveAll(folder)
	}
}
