package parity

// This file holds decisions to what the specification says of them, with a second model
// that shares no code with the core: encoding/json, crypto/sha256 and a plain
// writer of canonical JSON.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

// decode reads JSON and keeps numbers as they are written.
func decode(doc []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if err = d.Decode(&v); err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = fmt.Errorf("more follows")
		}
	}
	return v, err
}

// canonical writes v in the order and with the escapes of RFC 8785. Numbers stay as
// they were written.
func canonical(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case json.Number:
		return append(dst, v...)
	case string:
		return canonicalString(dst, v)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = canonical(dst, e)
		}
		return append(dst, ']')
	case map[string]any:
		var names []string
		for k := range v {
			names = append(names, k)
		}
		sort.Slice(names, func(i, j int) bool {
			return slices.Compare(utf16.Encode([]rune(names[i])), utf16.Encode([]rune(names[j]))) < 0
		})
		dst = append(dst, '{')
		for i, k := range names {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = canonical(append(canonicalString(dst, k), ':'), v[k])
		}
		return append(dst, '}')
	}
	panic(fmt.Sprintf("%T", v))
}

func canonicalString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, c := range s {
		if i := strings.IndexRune("\"\\\b\f\n\r\t", c); i >= 0 {
			dst = append(dst, '\\', `"\bfnrt`[i])
		} else if c < ' ' {
			dst = fmt.Appendf(dst, "\\u%04x", c)
		} else {
			dst = append(dst, string(c)...)
		}
	}
	return append(dst, '"')
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// stateDigest computes what a decision has as `state` from a view.
func stateDigest(view map[string]any) string {
	holds := []any{}
	for _, h := range view["holds"].([]any) {
		m := h.(map[string]any)
		holds = append(holds, map[string]any{"at": m["at"], "digest": m["digest"], "seq": m["seq"]})
	}
	logs := map[string]any{}
	for name, items := range view["logs"].(map[string]any) {
		var chain [32]byte
		for _, item := range items.([]any) {
			chain = sha256.Sum256(canonical(chain[:], item))
		}
		logs[name] = map[string]any{
			"count":  json.Number(strconv.Itoa(len(items.([]any)))),
			"digest": "sha256:" + hex.EncodeToString(chain[:]),
		}
	}
	state := map[string]any{"frozen": view["frozen"], "holds": holds, "logs": logs, "state": view["state"]}
	if freezes, ok := view["freezes"]; ok {
		state["freezes"] = freezes
	}
	return digest(canonical(nil, state))
}

// levels and verdicts, strongest level first.
var (
	levels   = []string{"physical", "responsibility", "ownership", "operational", "preference"}
	verdicts = []string{"commit", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze"}
)

// model follows one session.
type model struct {
	t    testing.TB
	seed uint64
	prev string // digest of the last decision, or of the genesis document
	seq  int64
	seen map[string]int // what was reached: verdicts, ids, codes

	layers int // of how many documents the bundle is made
}

type violation struct{ ID, Level, Verdict, Say, Code string }

// decided is a decision as JSON has it.
type decided struct {
	Action, Bundle, Digest, Governing, Prev, Proposal, State, Verdict string
	At, Seq, V                                                        int64
	Violations                                                        []violation
	Changes                                                           []json.RawMessage
	Advice                                                            []struct{ ID string }
}

func (m *model) errorf(format string, args ...any) {
	m.t.Helper()
	m.t.Errorf("seed %d: "+format, append([]any{m.seed}, args...)...)
}

// see counts something that was reached. Ids that authors give count as one.
func (m *model) see(what string) { m.seen[what]++ }

func builtinID(id string) string {
	if i := strings.Index(id, ":"); i >= 0 {
		switch head := id[:i]; head {
		case "hold", "unfreeze":
			return id
		case "domain":
			if strings.HasPrefix(id, "domain:logs.") {
				return "domain:logs"
			}
			return head
		case "by":
			if id == "by:unfreeze" || id == "by:expire" {
				return id
			}
			return head
		default:
			return head
		}
	}
	switch {
	case id == "frozen" || id == "fallback":
		return id
	case strings.HasPrefix(id, "MOVE"), strings.HasPrefix(id, "NEVER"):
		return id[:strings.Index(id, "-")]
	}
	return "declared"
}

// watch is a Watch.
func (m *model) watch(b *Bundle, s Step, before, after, out []byte, err error) {
	m.t.Helper()
	if err != nil {
		m.see(s.Op + " error " + Outcome(nil, err))
		if before != nil && !bytes.Equal(before, after) && s.Op != "load" {
			m.errorf("%s: an error changed the session", s.Op)
		}
		return
	}
	m.see(s.Op)
	switch s.Op {
	case "load":
		m.layers = layersOf(object1(s.In))
		m.begin(after)
	case "open":
		m.begin(after)
	case "decide":
		m.decision(b, before, after, out)
	case "why":
		m.check(b, before, out)
		m.same(s.Op, before, after)
	case "admissible":
		m.same(s.Op, before, after)
		m.admissible(b, s.In, before, out)
	case "path":
		m.same(s.Op, before, after)
		m.path(b, s.In, before, out)
	case "replay":
		m.seq++
		m.prev = digest(s.In)
	default:
		m.same(s.Op, before, after)
	}
	if out != nil && s.Op != "check" {
		if v, err := decode(out); err != nil || !bytes.Equal(canonical(nil, v), out) {
			m.errorf("%s: not canonical: %s (%v)", s.Op, out, err)
		}
	}
}

func (m *model) same(op string, before, after []byte) {
	m.t.Helper()
	if !bytes.Equal(before, after) {
		m.errorf("%s changed the session:\n%s\n%s", op, before, after)
	}
}

// layersOf counts the documents that a bundle is made of, those that are there twice too.
func layersOf(doc any) int {
	n := 1
	o, _ := doc.(map[string]any)
	list, _ := o["extends"].([]any)
	for _, e := range list {
		p, _ := e.(map[string]any)
		n += layersOf(p["document"])
	}
	return n
}

// begin is what a session starts with.
func (m *model) begin(view []byte) {
	v := object1(view)
	m.seq = 0
	m.prev = digest(
		canonical(
			nil,
			map[string]any{
				"bundle":  v["bundle"],
				"digest":  v["digest"],
				"session": v["session"],
				"v":       json.Number("1"),
			},
		),
	)
	if v["prev"] != m.prev {
		m.errorf("the genesis digest is %v, not %s", v["prev"], m.prev)
	}
}

func object1(doc []byte) map[string]any {
	v, _ := decode(doc)
	o, _ := v.(map[string]any)
	return o
}

// check holds a decision to what needs no state after.
func (m *model) check(b *Bundle, before, out []byte) (d decided) {
	m.t.Helper()
	if err := json.Unmarshal(out, &d); err != nil {
		m.errorf("%v in %s", err, out)
		return d
	}
	o, view := object1(out), object1(before)
	m.see("verdict " + d.Verdict)
	for _, v := range d.Violations {
		m.see("id " + builtinID(v.ID))
		if v.Code != "" {
			m.see("code " + v.Code)
		}
		if v.Say == "" {
			m.errorf("%s says nothing", v.ID)
		}
	}
	if len(d.Advice) > 0 {
		m.see("advice")
	}
	if d.Prev != m.prev || d.Seq != m.seq+1 || d.V != 1 || d.Bundle != b.ID || d.Digest != view["digest"] {
		m.errorf("prev %s, seq %d, v %d, bundle %s, digest %s; want prev %s, seq %d", d.Prev, d.Seq, d.V, d.Bundle, d.Digest,
			m.prev, m.seq+1)
	}
	p := digest(
		canonical(
			nil,
			map[string]any{
				"action":  o["action"],
				"actor":   o["actor"],
				"args":    o["args"],
				"at":      o["at"],
				"reasons": o["reasons"],
			},
		),
	)
	if d.Proposal != p {
		m.errorf("the proposal's digest is %s, not %s", d.Proposal, p)
	}
	governing, verdict := "", "commit"
	runs := 1 // each bundle's violations are ordered by level, those of parents first
	for i, v := range d.Violations {
		if i == 0 {
			governing, verdict = v.ID, v.Verdict
			continue
		}
		w := d.Violations[i-1]
		if (w.Verdict == "hold") != (v.Verdict == "hold") {
			if w.Verdict == "hold" {
				m.errorf("%s, a hold, comes before %s", w.ID, v.ID)
			}
		} else if slices.Index(levels, w.Level) > slices.Index(levels, v.Level) && w.ID != "fallback" {
			if runs++; runs > m.layers {
				m.errorf("%s (%s) comes before %s (%s)", w.ID, w.Level, v.ID, v.Level)
			}
		}
	}
	if d.Governing != governing || d.Verdict != verdict || !slices.Contains(verdicts, verdict) {
		m.errorf("verdict %s by %q, want %s by %q", d.Verdict, d.Governing, verdict, governing)
	}
	if view["frozen"] == true && d.Governing != "frozen" && d.Action != "unfreeze" && m.layers == 1 {
		m.errorf("a frozen session decided %s by %s", d.Verdict, d.Governing)
	}
	if d.Verdict != "commit" && d.Verdict != "revert" && len(d.Changes) > 0 {
		m.errorf("%s has changes: %s", d.Verdict, out)
	}
	return d
}

// decision holds a recorded decision to the states around it.
func (m *model) decision(b *Bundle, before, after, out []byte) {
	m.t.Helper()
	d := m.check(b, before, out)
	m.seq++
	m.prev = digest(out)
	was, is := object1(before), object1(after)
	if d.State != stateDigest(is) {
		m.errorf("the state's digest is %s, not %s: %s", d.State, stateDigest(is), after)
	}
	if is["prev"] != m.prev || fmt.Sprint(is["seq"]) != fmt.Sprint(m.seq) || fmt.Sprint(is["at"]) != fmt.Sprint(d.At) {
		m.errorf("the view after has prev %v, seq %v, at %v", is["prev"], is["seq"], is["at"])
	}
	switch {
	case d.Verdict == "commit" || d.Verdict == "revert":
		m.changes(d, was, is)
	case !reflect.DeepEqual(was["state"], is["state"]) || !reflect.DeepEqual(was["logs"], is["logs"]):
		m.errorf("%s changed the state", d.Verdict)
	}
	failed := slices.ContainsFunc(d.Violations, func(v violation) bool { return v.ID == "fallback" })
	unfroze := d.Verdict == "commit" && d.Action == "unfreeze"
	if frozen := d.Verdict == "freeze" || failed || was["frozen"] == true && !unfroze; is["frozen"] != frozen &&
		!(unfroze && m.layers > 2) {
		m.errorf("after %s by %s frozen is %v", d.Verdict, d.Governing, is["frozen"])
	}
	parked := len(was["holds"].([]any))
	settles := d.Action == "confirm" || d.Action == "decline" || d.Action == "expire"
	switch {
	case d.Verdict == "hold":
		parked++
	case settles && d.Verdict == "commit",
		d.Action == "expire" && d.Governing == "hold:expired",
		d.Action == "expire" && d.Governing == "fallback":
		parked--
	}
	if got := len(is["holds"].([]any)); got != parked {
		m.errorf("after %s of %s %d proposals are parked, not %d", d.Verdict, d.Action, got, parked)
	}
}

// changes compares the changes with the states before and after.
func (m *model) changes(d decided, was, is map[string]any) {
	m.t.Helper()
	touched := map[string]bool{}
	appended := map[string][]any{}
	for _, raw := range d.Changes {
		c := object1(raw)
		path := c["path"].(string)
		if item, ok := c["append"]; ok {
			name := strings.TrimPrefix(path, "logs.")
			appended[name] = append(appended[name], item)
			continue
		}
		parts := steps(path)
		touched[parts[0].(string)] = true
		if got := at(was["state"], parts); !reflect.DeepEqual(got, c["from"]) {
			m.errorf("%s: from is %v, the state before has %v", path, c["from"], got)
		}
		if got := at(is["state"], parts); !reflect.DeepEqual(got, c["to"]) {
			m.errorf("%s: to is %v, the state after has %v", path, c["to"], got)
		}
		if reflect.DeepEqual(c["from"], c["to"]) && c["from"] != nil {
			m.errorf("%s does not change: %v", path, c["from"])
		}
	}
	for name, v := range is["state"].(map[string]any) {
		if !touched[name] && !reflect.DeepEqual(v, was["state"].(map[string]any)[name]) {
			m.errorf("%s changed and is not listed", name)
		}
	}
	for name, v := range is["logs"].(map[string]any) {
		want := append(append([]any{}, was["logs"].(map[string]any)[name].([]any)...), appended[name]...)
		if !reflect.DeepEqual(append([]any{}, v.([]any)...), want) {
			m.errorf("log %s is %v, not %v", name, v, want)
		}
	}
}

// steps splits a path as decisions write it: v.f, v["key"], v[3].
func steps(path string) (parts []any) {
	i := strings.IndexAny(path, ".[")
	if i < 0 {
		return []any{path}
	}
	parts = append(parts, path[:i])
	for path = path[i:]; path != ""; {
		if path[0] == '.' {
			path = path[1:]
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			parts, path = append(parts, path[:end]), path[end:]
			continue
		}
		d := json.NewDecoder(strings.NewReader(path[1:]))
		var part any
		if err := d.Decode(&part); err != nil {
			panic(path)
		}
		if n, ok := part.(float64); ok {
			part = int(n)
		}
		parts, path = append(parts, part), path[1+int(d.InputOffset())+1:]
	}
	return parts
}

// at follows a path; nil where it leads nowhere.
func at(v any, parts []any) any {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			o, _ := v.(map[string]any)
			v = o[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// twin opens another session in the same state as a view's: from the snapshot that was taken.
func (m *model) twin(b *Bundle, snapshot []byte) host.Session {
	bundle, err := host.Native().Load(b.Document)
	if err != nil {
		m.t.Fatal(err)
	}
	s, err := bundle.Restore(snapshot)
	if err != nil {
		m.t.Fatalf("seed %d: %v", m.seed, err)
	}
	return s
}

// snapshot makes a snapshot of a view.
func snapshot(view []byte) []byte {
	v := object1(view)
	delete(v, "derived")
	for _, h := range v["holds"].([]any) {
		o := h.(map[string]any)
		delete(o, "digest")
		delete(o, "expires")
	}
	return canonical(nil, v)
}

// admissible proposes what an answer says would be committed or refused, with values for what it leaves open.
func (m *model) admissible(b *Bundle, question, view, out []byte) {
	m.t.Helper()
	var a struct {
		Actions []struct {
			Action, Verdict, Governing, Say string
			Args                            map[string]json.RawMessage
			Open                            []string
		}
		Halted bool
	}
	var q struct {
		Actor   map[string]any
		At      *int64
		Reasons []string
	}
	if err := json.Unmarshal(out, &a); err != nil {
		m.errorf("%v: %s", err, out)
		return
	}
	if err := json.Unmarshal(question, &q); err != nil {
		return
	}
	v, _ := ReadView(view)
	s := m.twin(b, snapshot(view))
	r := NewRand(m.seed)
	rank := map[string]int{"commit": 0, "open": 1, "hold": 2}
	last := 0
	for _, e := range a.Actions {
		m.see("admissible " + e.Verdict)
		now, ok := rank[e.Verdict]
		if !ok {
			now = 3
		}
		if now < last {
			m.errorf("admissible: %s %s comes after a worse one", e.Action, e.Verdict)
		}
		last = now
		if e.Verdict == "commit" && a.Halted {
			m.errorf("halted, and %s can commit", e.Action)
		}
		if e.Verdict == "open" {
			continue
		}
		for range 2 {
			args := map[string]json.RawMessage{}
			for k, v := range e.Args {
				args[k] = v
			}
			known := len(args)
			b.Open(r, e.Action, args)
			p := map[string]any{
				"action":  e.Action,
				"args":    args,
				"actor":   map[string]any{"kind": q.Actor["kind"], "id": "whoever"},
				"reasons": []string{"request"},
				"at":      v.At + r.Between(0, 1e7),
			}
			exact := known == len(args) && q.At != nil && q.Actor["id"] != nil
			if q.Actor["id"] != nil {
				p["actor"] = q.Actor
			}
			if q.At != nil {
				p["at"] = *q.At
			}
			if q.Reasons != nil {
				p["reasons"] = q.Reasons
			}
			doc, err := json.Marshal(p)
			if err != nil {
				m.t.Fatal(err)
			}
			got, err := s.Why(doc)
			outcome := Outcome(got, err)
			if err != nil {
				if outcome != codes.ProposalEarlier && outcome != codes.LimitProposal {
					m.errorf("admissible: %s cannot be proposed: %s %v", doc, outcome, err)
				}
				continue
			}
			verdict, governing, _ := strings.Cut(outcome, " ")
			refused := verdict != "commit" && verdict != "hold"
			switch {
			case exact && (verdict != e.Verdict || governing != e.Governing),
				e.Verdict == "commit" && verdict != "commit",
				e.Verdict == "hold" && verdict != "hold",
				e.Verdict != "commit" && e.Verdict != "hold" && !refused:
				m.errorf("admissible says %s %s of %s, and it gets %s\nquestion %s\n%s\nview %s", e.Verdict, e.Governing, doc,
					outcome, question, got, view)
			}
		}
	}
}

// path goes the way that an answer shows.
func (m *model) path(b *Bundle, goal, view, out []byte) {
	m.t.Helper()
	var a struct {
		Bounded, Found bool
		Steps          []json.RawMessage
		Verdict        string
		When           int64 // the goal's time then
	}
	if err := json.Unmarshal(out, &a); err != nil {
		m.errorf("%v: %s", err, out)
		return
	}
	m.see(fmt.Sprintf("path found %v", a.Found))
	if len(a.Steps) > 0 {
		m.see("path with steps")
	}
	if !a.Found {
		return
	}
	s := m.twin(b, snapshot(view))
	for _, p := range a.Steps {
		got, err := s.Decide(p)
		if Outcome(got, err) != "commit" {
			m.errorf("path: the step %s gets %s %v", p, got, err)
			return
		}
	}
	later := object1(goal)
	later["at"] = json.Number(strconv.FormatInt(a.When, 10))
	goal = canonical(nil, later)
	got, err := s.Why(goal)
	if verdict, _, _ := strings.Cut(Outcome(got, err), " "); verdict != a.Verdict {
		m.errorf("path: after %d steps %s gets %s, not %s: %v", len(a.Steps), goal, got, a.Verdict, err)
	}
}
