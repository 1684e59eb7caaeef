package core

// This file writes and reads session snapshots, and replays recorded decisions.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// Snapshot returns everything a session is, as canonical JSON:
//
//	{"at":…,"bundle":ID,"digest":…,"frozen":…,"holds":[{"at","by":[…],"proposal":{…},"seq"}],
//	 "logs":{NAME:[…]},"prev":…,"seq":…,"session":…,"state":{…},"v":1}
//
// Where the bundle extends others, a frozen session has "freezes":[ID…] beside "frozen", the bundles that
// are, and a parked proposal "layers":{ID:[…]}, who may confirm it as each of the parents that have parked it
// has it: {} where only the bundle itself has.
//
// Restore gives the same session back. A snapshot is a cache: what it says is
// believed, so one that comes from elsewhere must be checked against its log.
func (s *Session) Snapshot() ([]byte, error) {
	s.enter()
	out := s.describe(asSnapshot)
	s.leave()
	return out, nil
}

var snapshotKeys = []string{"at", "bundle", "digest", "frozen", "holds", "logs", "prev", "seq", "session", "state", "v"}

func badSnapshot(path, message string) *Error {
	return &Error{Code: codes.SessionSnapshot, Path: path, Message: message}
}

// Restore opens the session of a snapshot. A snapshot of another bundle digest
// is refused with codes.SessionDigest: a session never changes its bundle.
func (b *Bundle) Restore(snapshot []byte) (*Session, error) {
	s, err := b.restore(snapshot)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (b *Bundle) restore(src []byte) (*Session, *Error) {
	d := canon.Doc{Times: len(b.m.Layers)}
	if err := d.Parse(src); err != nil {
		return nil, reading(err)
	}
	if d.Kind(0) != canon.Object {
		return nil, badSnapshot("", "a snapshot is a JSON object.")
	}
	freezes := d.Get(0, "freezes")
	if n := d.Len(0); n != len(snapshotKeys) && (n != len(snapshotKeys)+1 || freezes < 0) {
		return nil, badSnapshot("", "a snapshot has exactly "+strconv.Itoa(len(snapshotKeys))+" members.")
	}
	for _, k := range snapshotKeys {
		if d.Get(0, k) < 0 {
			return nil, badSnapshot(k, "`"+k+"` is missing.")
		}
	}
	text := func(k string) string { return textAt(&d, d.Get(0, k)) }
	if got := text("digest"); got != b.m.Digest {
		return nil, &Error{Code: codes.SessionDigest, Path: "digest", Message: "the snapshot belongs to the bundle " +
			clip(text("bundle")) + " with the digest " + clip(got) + "; this is " + b.m.ID() + " with " + b.m.Digest + "."}
	}
	s := b.session(text("session"))
	prev := text("prev")
	number := func(n canon.Node) (int64, bool) {
		if n < 0 || d.Kind(n) != canon.Number {
			return 0, false
		}
		i, ok := d.Int(n)
		return i, ok && i >= 0
	}
	v, ok1 := number(d.Get(0, "v"))
	seq, ok2 := number(d.Get(0, "seq"))
	at, ok3 := number(d.Get(0, "at"))
	if !ok1 || !ok2 || !ok3 || v != 1 || at > MaxAt || s.id == "" || len(s.id) > MaxSessionID || !isDigest(prev) {
		return nil, badSnapshot("", "`v` is 1, `seq` and `at` are whole numbers, "+
			"`session` and `prev` are text as a session has them.")
	}
	s.seq, s.at, s.prev = seq, at, readDigest(prev)
	switch d.Kind(d.Get(0, "frozen")) {
	case canon.True:
		s.frozen = s.layersAt(&d, freezes)
	case canon.False:
	default:
		return nil, badSnapshot("frozen", "`frozen` is true or false.")
	}
	if err := s.restoreState(&d, d.Get(0, "state"), d.Get(0, "logs")); err != nil {
		return nil, err
	}
	holds := d.Get(0, "holds")
	if d.Kind(holds) != canon.Array || d.Len(holds) > MaxHolds {
		return nil, badSnapshot("holds", "`holds` is a list of at most "+strconv.Itoa(MaxHolds)+" parked proposals.")
	}
	for e := d.First(holds); e >= 0; e = d.Next(e) {
		h, err := s.restoreHold(&d, e, number)
		if err != nil {
			return nil, err
		}
		s.holds = append(s.holds, h)
	}
	// What was left out, or written otherwise than a session writes it, shows here.
	if again := s.describe(asSnapshot); string(again) != string(d.Canonical(nil, 0)) {
		return nil, badSnapshot("", "the snapshot is not as a session of "+s.b.ID()+" writes it.")
	}
	return s, nil
}

// textAt is a copy of a text, "" of any other value.
func textAt(d *canon.Doc, n canon.Node) string {
	if d.Kind(n) != canon.String {
		return ""
	}
	return strings.Clone(d.String(n))
}

// layersAt reads the set of layers that are frozen; without a list, it is the bundle itself.
func (s *Session) layersAt(d *canon.Doc, list canon.Node) (set uint32) {
	if list < 0 || d.Kind(list) != canon.Array {
		return 1 << (len(s.b.Layers) - 1)
	}
	for e := d.First(list); e >= 0; e = d.Next(e) {
		if d.Kind(e) == canon.String {
			if l := s.layer(d.String(e)); l >= 0 {
				set |= 1 << l
			}
		}
	}
	return set
}

// layer is the index of the layer with an id, -1 where there is none.
func (s *Session) layer(id string) int {
	for l := range s.b.Layers {
		if s.b.Layers[l].ID == id {
			return l
		}
	}
	return -1
}

// readDigest reads what isDigest has found good.
func readDigest(s string) (sum [32]byte) {
	nibble := func(c byte) byte {
		if c >= 'a' {
			return c - 'a' + 10
		}
		return c - '0'
	}
	s = s[len("sha256:"):]
	for i := range sum {
		sum[i] = nibble(s[2*i])<<4 | nibble(s[2*i+1])
	}
	return sum
}

func (s *Session) restoreState(d *canon.Doc, state, logs canon.Node) *Error {
	if d.Kind(state) != canon.Object || d.Len(state) != len(s.b.Vars) {
		return badSnapshot("state", "`state` has exactly one member for each variable of the bundle.")
	}
	fill := model.MaxFilled
	for i := range s.b.Vars {
		n := d.Get(state, s.b.Vars[i].Name)
		if n < 0 {
			return badSnapshot("state."+s.b.Vars[i].Name, "the variable is missing.")
		}
		v, m := model.Decode(d, n, s.b.Vars[i].Type, &fill)
		if m != nil {
			return badSnapshot("state."+s.b.Vars[i].Name+m.Path, m.Message)
		}
		s.state.Vars[i] = v
	}
	if d.Kind(logs) != canon.Object || d.Len(logs) != len(s.b.Logs) {
		return badSnapshot("logs", "`logs` has exactly one member for each log of the bundle.")
	}
	for i := range s.b.Logs {
		n := d.Get(logs, s.b.Logs[i].Name)
		if n < 0 {
			return badSnapshot("logs."+s.b.Logs[i].Name, "the log is missing.")
		}
		v, m := model.Decode(d, n, s.b.Logs[i].List, &fill)
		if m != nil {
			return badSnapshot("logs."+s.b.Logs[i].Name+m.Path, m.Message)
		}
		s.state.Logs[i] = v
		for _, item := range v.Items() {
			s.chains[i] = chain(s.chains[i], item, s.scratch)
			if s.b.Large {
				s.ev.logged[s.b.Logs[i].Layer].Add(item, model.StateLimit)
			}
		}
	}
	for l := range s.b.Layers {
		if !s.b.Large {
			break
		}
		size := s.ev.logged[l]
		for _, v := range s.state.Vars[s.b.Layers[l].Vars.From:s.b.Layers[l].Vars.To] {
			size.Add(v, model.StateLimit)
		}
		if !size.Within(model.StateLimit) {
			return badSnapshot("state", "the variables and logs are more than a session may hold.")
		}
	}
	return nil
}

func (s *Session) restoreHold(d *canon.Doc, n canon.Node, number func(canon.Node) (int64, bool)) (hold, *Error) {
	h := hold{by: make([]uint64, len(s.b.Layers))}
	bad := badSnapshot("holds", "a parked proposal has `at`, `by`, `proposal` and `seq`.")
	layers := canon.Node(-1)
	if d.Kind(n) == canon.Object {
		layers = d.Get(n, "layers")
	}
	if d.Kind(n) != canon.Object || (layers >= 0) != (len(h.by) > 1) || d.Len(n) != 4 && (d.Len(n) != 5 || layers < 0) {
		return h, bad
	}
	seq, ok1 := number(d.Get(n, "seq"))
	at, ok2 := number(d.Get(n, "at"))
	by, prop := d.Get(n, "by"), d.Get(n, "proposal")
	if !ok1 || !ok2 || by < 0 || prop < 0 || seq < 1 || seq > s.seq || at > s.at || layers >= 0 &&
		d.Kind(layers) != canon.Object {
		return h, bad
	}
	h.seq, h.at = seq, at
	if k := len(s.holds); k > 0 && s.holds[k-1].seq >= seq {
		return h, badSnapshot("holds", "parked proposals stand in the order of `seq`.")
	}
	if h.by[len(h.by)-1] = s.agentsAt(d, by); h.confirmers() == 0 {
		return h, badSnapshot("holds.by", "`by` lists agents of the bundle.")
	}
	if layers >= 0 && !s.layersOf(&h, d, layers) {
		return h, badSnapshot("holds.layers", "`layers` has bundles that this one extends, "+
			"and for each a list of its agents.")
	}
	p, err := proposalAt(s.b, d, prop)
	if err != nil {
		return h, badSnapshot("holds.proposal."+err.Path, err.Message)
	}
	if p.action < 0 {
		return h, badSnapshot("holds.proposal.action", "built-in actions are never parked.")
	}
	h.proposal = p
	doc := appendProposal(nil, s.b, p)
	h.digest, h.size = digestText(canon.Sum256(doc)), len(doc)
	return h, nil
}

// layersOf reads who may confirm h as the bundles have it that are extended; it says whether that can be.
func (s *Session) layersOf(h *hold, d *canon.Doc, layers canon.Node) bool {
	for k := d.First(layers); k >= 0; k = d.Next(k) {
		l := s.layer(d.String(k))
		if l < 0 || l == len(h.by)-1 {
			return false
		}
		if h.by[l] = s.agentsAt(d, d.Value(k)); !h.in(l) || h.by[l]&^s.b.Layers[l].Agents != 0 {
			return false
		}
	}
	return true
}

// agentsAt reads a list of agents, 0 where it is none.
func (s *Session) agentsAt(d *canon.Doc, list canon.Node) (set uint64) {
	if d.Kind(list) != canon.Array {
		return 0
	}
	for e := d.First(list); e >= 0; e = d.Next(e) {
		i := -1
		if d.Kind(e) == canon.String {
			i = s.b.Agent(d.String(e))
		}
		if i < 0 {
			return 0
		}
		set |= 1 << i
	}
	return set
}

// Replay decides a recorded decision's proposal again. When the bytes are the
// same it records the decision and returns nil; otherwise the session stays as
// it was and the *Error has codes.ReplayDiffers with the offset of the first byte that differs.
func (s *Session) Replay(decision []byte) error {
	s.enter()
	err := s.replay(decision)
	s.leave()
	if err != nil {
		return err
	}
	return nil
}

func (s *Session) replay(src []byte) *Error {
	p, err := s.readRecord(src)
	if err == nil {
		err = s.checkTime(p)
	}
	if err != nil {
		return err
	}
	d := s.decide(p)
	out := s.write(&d)
	if string(out) != string(src) {
		i := 0
		for i < len(out) && i < len(src) && out[i] == src[i] {
			i++
		}
		return &Error{Code: codes.ReplayDiffers, Offset: i, Message: "decision " + strconv.FormatInt(s.seq+1, 10) +
			" differs from byte " + strconv.Itoa(i) + ": recorded " + around(src, i) + ", decided again " +
			around(out, i) + "."}
	}
	s.record(&d, out)
	return nil
}

// readRecord reads the proposal of a recorded decision.
func (s *Session) readRecord(src []byte) (*proposal, *Error) {
	d := &s.doc
	if err := d.Parse(src); err != nil {
		return nil, reading(err)
	}
	if d.Kind(0) != canon.Object {
		return nil, &Error{Code: codes.ReplayRecord, Message: "a decision is a JSON object."}
	}
	size := len("{}") - len(",")
	for _, k := range proposalKeys {
		n := d.Get(0, k)
		if n < 0 {
			return nil, &Error{Code: codes.ReplayRecord, Path: k, Message: "the decision has no `" + k + "`."}
		}
		if len(src) > MaxProposal/longestNumber { // else the proposal in it cannot be too large
			s.scratch = d.Canonical(s.scratch[:0], n)
			size += len(`"":,`) + len(k) + len(s.scratch)
		}
	}
	if err := checkSize(size); err != nil {
		return nil, err
	}
	return membersAt(s.b, d, 0)
}

// longestNumber is how many times longer JSON may become by being made canonical, since 1e20 is written
// out; all else becomes no longer.
const longestNumber = 8

// around quotes a few bytes from i on.
func around(b []byte, i int) string {
	end := min(len(b), i+24)
	for end < len(b) && b[end]&0xC0 == 0x80 {
		end++
	}
	for i > 0 && i < len(b) && b[i]&0xC0 == 0x80 {
		i--
	}
	return string(canon.AppendString(nil, string(b[i:end])))
}
