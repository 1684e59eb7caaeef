package faults

// This file defines the oracle, which reads logs back and holds them against the book.
//
// Logs only grow, so the oracle keeps a replica of each session and reads from where that
// is; now and then it reads everything from the beginning, and then the bytes must be
// those it has seen before.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/sessions"
)

// record is what the oracle and the clients know of a session.
type record struct {
	bundle   string // name@version
	document []byte
	replica  host.Session
	sums     [][32]byte // of the decisions that the oracle has seen
	head     string     // digest of the last
	genesis  string

	seen     int64 // decisions that clients know of
	parked   int64 // seq of a proposal that waits for an owner, or 0
	proposal string
}

// begin opens a session's replica.
func (b *book) begin(tb testing.TB, id, name string, document []byte) {
	tb.Helper()
	bundle, err := host.Native().Load(document)
	if err != nil {
		tb.Fatal(err)
	}
	session, err := bundle.Open(id)
	if err != nil {
		tb.Fatal(err)
	}
	r := &record{bundle: name, document: document, replica: session}
	r.genesis = place(tb, session).Prev
	r.head = r.genesis
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sessions[id] = r
	b.order = append(b.order, id)
}

// where is how far a session is.
type where struct {
	Seq  int64
	Prev string
	At   int64
}

func place(tb testing.TB, s host.Session) (w where) {
	tb.Helper()
	view, err := s.View()
	if err == nil {
		err = json.Unmarshal(view, &w)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// settle repeats every request whose answer was lost and that may be repeated, until it has one.
func (b *book) settle(tb testing.TB, url string) {
	tb.Helper()
	for _, q := range b.all() {
		if q.outcome != lost || !q.repeatable() {
			continue
		}
		for tries := 0; q.outcome == lost; tries++ {
			if tries == 20 {
				tb.Fatalf("request %s gets no answer: %s", q.id, q.code)
			}
			b.send(plain, url, q)
		}
		b.count("repeated after the fault", 1)
	}
}

// all returns the requests in the order they were made.
func (b *book) all() []*request {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []*request
	for _, q := range b.requests {
		all = append(all, q)
	}
	sort.Slice(all, func(i, j int) bool {
		return len(all[i].id) < len(all[j].id) || len(all[i].id) == len(all[j].id) && all[i].id < all[j].id
	})
	return all
}

// check reads what is new in the logs of sessions, and compares. Nobody proposes meanwhile.
func (b *book) check(tb testing.TB, url string, sessions []string) {
	tb.Helper()
	for _, id := range sessions {
		r := b.sessions[id]
		h, body := get(tb, fmt.Sprintf("%s/v1/sessions/%s/decisions?from=%d", url, id, len(r.sums)+1))
		b.extend(tb, id, split(body))
		if want := fmt.Sprint(len(r.sums)); h.Get("Holdfast-Seq") != want {
			tb.Fatalf("session %s: the server counts %s decisions, its log has %s", id, h.Get("Holdfast-Seq"), want)
		}
		view, err := r.replica.View()
		if err != nil {
			tb.Fatal(err)
		}
		if _, got := get(tb, url+"/v1/sessions/"+id); !bytes.Equal(got, view) {
			tb.Fatalf("session %s: the server shows\n%s\nand its log leads to\n%s", id, got, view)
		}
		var v struct {
			Seq  int64
			Head string
			Same bool
		}
		if err := json.Unmarshal(post(tb, url+"/v1/sessions/"+id+"/verify", ""), &v); err != nil || !v.Same ||
			v.Seq != int64(len(r.sums)) ||
			v.Head != r.head {
			tb.Fatalf("session %s: verify says %+v %v, and the log has %d decisions up to %s", id, v, err, len(r.sums), r.head)
		}
		b.count("logs checked", 1)
	}
	b.compare(tb, sessions)
}

// extend takes decisions that follow those seen.
func (b *book) extend(tb testing.TB, id string, lines [][]byte) {
	tb.Helper()
	r := b.sessions[id]
	for _, line := range lines {
		seq := int64(len(r.sums) + 1)
		if err := r.replica.Replay(line); err != nil {
			tb.Fatalf("session %s: decision %d decided again: %v\n%s", id, seq, err, line)
		}
		var d struct {
			Seq       int64
			At        int64
			Prev      string
			Proposal  string
			Reasons   []string
			Verdict   string
			Governing string
		}
		if err := json.Unmarshal(line, &d); err != nil || d.Seq != seq || d.Prev != r.head || len(d.Reasons) == 0 {
			tb.Fatalf("session %s: decision %d after %s is %s (%v)", id, seq, r.head, line, err)
		}
		if host := []byte(`{"action":"expire","actor":{"id":"` + sessions.HostID + `"`); bytes.HasPrefix(line, host) {
			if d.Verdict != "commit" && d.Governing != "hold:expired" {
				tb.Fatalf("session %s: the server has recorded what ends nothing as decision %d: %s", id, seq, line)
			}
			sum := sha256.Sum256(line)
			r.sums, r.head = append(r.sums, sum), "sha256:"+hex.EncodeToString(sum[:])
			continue
		}
		q := b.requests[d.Reasons[0]]
		if q == nil || q.session != id {
			tb.Fatalf("session %s: no request was for decision %d: %s", id, seq, line)
		}
		if q.logged != 0 {
			tb.Fatalf("session %s: request %s was decided twice, as %d and as %d (key %q, expected seq %d)", id, q.id, q.logged,
				seq, q.key, q.seq)
		}
		if q.seq >= 0 && q.seq+1 != seq {
			tb.Fatalf("session %s: request %s expected %d decisions before it, and is decision %d", id, q.id, q.seq, seq)
		}
		if digest := q.digest(tb, d.At); digest != d.Proposal {
			tb.Fatalf("session %s: decision %d is of proposal %s, and the client has sent %s: %s", id, seq, d.Proposal, digest,
				q.body)
		}
		q.logged = seq
		sum := sha256.Sum256(line)
		r.sums, r.head = append(r.sums, sum), "sha256:"+hex.EncodeToString(sum[:])
	}
	b.mu.Lock()
	r.seen = max(r.seen, int64(len(r.sums)))
	b.counts["decisions in logs"] += len(lines)
	b.mu.Unlock()
}

// digest returns that of the proposal as it was sent, decided at a time.
func (q *request) digest(tb testing.TB, at int64) string {
	tb.Helper()
	ask := q.ask
	ask.Seq, ask.At = nil, &at
	src, err := json.Marshal(ask)
	if err == nil {
		src, err = host.Native().Complete(src, at)
	}
	digest, e := host.Native().Digest(src)
	if err != nil || e != nil || q.ask.At != nil && *q.ask.At != at {
		tb.Fatalf("request %s was decided at %d, and is %s: %v %v", q.id, at, q.body, err, e)
	}
	return digest
}

// compare holds what clients were told against what the logs of sessions say.
func (b *book) compare(tb testing.TB, sessions []string) {
	tb.Helper()
	asked := map[string]bool{}
	for _, id := range sessions {
		asked[id] = true
	}
	for _, q := range b.all() {
		if !asked[q.session] {
			continue
		}
		r := b.sessions[q.session]
		switch q.outcome {
		case acknowledged:
			if q.at < 1 || q.at > int64(len(r.sums)) || r.sums[q.at-1] != q.sum || q.logged != q.at {
				tb.Fatalf(
					"LOST: session %s acknowledged request %s as decision %d with the bytes %x, and its log of %d decisions has "+
						"it as %d",
					q.session,
					q.id,
					q.at,
					q.sum,
					len(r.sums),
					q.logged,
				)
			}
		case refused:
			if q.logged != 0 {
				tb.Fatalf("session %s has refused request %s with %s, and recorded it as %d", q.session, q.id, q.code, q.logged)
			}
		case lost:
			if q.logged == 0 {
				continue // without key and seq: it may not be there, and may still come where a database outlives its server
			}
		}
		b.mu.Lock()
		delete(b.requests, q.id) // what is settled stays so: the log from here on is compared with what was seen
		if q.outcome == acknowledged {
			b.counts["acknowledged and found"]++
		}
		b.mu.Unlock()
	}
}

// reread reads logs from the beginning: their bytes are those seen before, and another engine
// decides them again. Call check first.
func (b *book) reread(tb testing.TB, url string, sessions []string, core host.Core) {
	tb.Helper()
	for _, id := range sessions {
		r := b.sessions[id]
		_, body := get(tb, url+"/v1/sessions/"+id+"/decisions")
		lines := split(body)
		if len(lines) != len(r.sums) {
			tb.Fatalf("session %s: its log has %d decisions, and had %d", id, len(lines), len(r.sums))
		}
		var session host.Session
		if core != nil {
			bundle, err := core.Load(r.document)
			if err == nil {
				session, err = bundle.Open(id)
			}
			if err != nil {
				tb.Fatal(err)
			}
		}
		for i, line := range lines {
			if sha256.Sum256(line) != r.sums[i] {
				tb.Fatalf("session %s: decision %d has changed: %s", id, i+1, line)
			}
			if session != nil {
				if err := session.Replay(line); err != nil {
					tb.Fatalf("session %s: decision %d decided again in the module: %v", id, i+1, err)
				}
			}
		}
		b.count("logs read again from the beginning", 1)
		if session != nil {
			b.count("decisions decided again in the module", len(lines))
		}
	}
}

// split divides a log into its lines.
func split(log []byte) [][]byte {
	if len(log) == 0 {
		return nil
	}
	return bytes.Split(bytes.TrimSuffix(log, []byte("\n")), []byte("\n"))
}

// tell prints what happened.
func (b *book) tell(tb testing.TB, title string) {
	tb.Helper()
	open := 0
	for _, q := range b.all() {
		if q.outcome == lost {
			open++
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for name := range b.counts {
		names = append(names, name)
	}
	sort.Strings(names)
	var text strings.Builder
	for _, name := range names {
		fmt.Fprintf(&text, "\n  %8d %s", b.counts[name], name)
	}
	fmt.Fprintf(&text, "\n  %8d never answered, sent once without key or seq", open)
	tb.Logf("%s: %d sessions%s", title, len(b.sessions), text.String())
}
