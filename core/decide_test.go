package core_test

// This file tests what data cannot say: sessions across holds, freezing,
// restoring and replaying, on small bundles written for one rule each.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// load compiles a YAML bundle; what is left out of its head is filled in.
func load(t testing.TB, src string) *core.Bundle {
	t.Helper()
	b, err := tryLoad(src)
	if err != nil {
		var bad *core.Invalid
		if errors.As(err, &bad) {
			for _, d := range bad.Diagnostics {
				t.Errorf("%s %s [%d:%d] %s (%s)", d.Code, d.Path, d.Off, d.End, d.Message, d.Hint)
			}
		}
		t.FailNow()
	}
	return b
}

func tryLoad(src string) (*core.Bundle, error) {
	doc, err := yaml.YAMLToJSON([]byte("holdfast: 1\nbundle: test\nversion: 1.0.0\n" + src))
	if err != nil {
		return nil, err
	}
	return core.Load(doc)
}

// run is a session that is driven in words: "agent action {args}".
type run struct {
	t  testing.TB
	s  *core.Session
	at int64
}

func start(t testing.TB, src string) *run {
	t.Helper()
	s, err := load(t, src).Open("test")
	if err != nil {
		t.Fatal(err)
	}
	return &run{t: t, s: s, at: 1767225600000}
}

// decision is what the tests read of a decision.
type decision struct {
	Verdict, Governing, Proposal, Prev, State string
	Seq                                       int64
	Changes                                   []struct {
		Path     string
		From, To any
	}
	Violations []struct {
		ID, Level, Verdict, Say, Code string
		Terms                         [][2]any
		Spans                         []struct {
			Path, Pattern string
			Start, End    int
		}
	}
	Advice []struct {
		ID, Say, Code string
		Weight        int
	}
}

func (r *run) proposal(words string) []byte {
	parts := strings.SplitN(words, " ", 3)
	args := "{}"
	if len(parts) == 3 {
		args = parts[2]
	}
	kind, id, ok := strings.Cut(parts[0], ":")
	if !ok {
		id = kind
	}
	r.at += 1000
	return fmt.Appendf(nil, `{"action":%q,"actor":{"id":%q,"kind":%q},"args":%s,"at":%d,"reasons":["request"]}`, parts[1],
		id, kind, args, r.at)
}

func (r *run) raw(p []byte) decision {
	r.t.Helper()
	out, err := r.s.Decide(p)
	if err != nil {
		r.t.Fatalf("%s: %v", p, err)
	}
	if again, err := core.Canonical(out); err != nil || string(again) != string(out) {
		r.t.Fatalf("not canonical: %s", out)
	}
	var d decision
	if err := json.Unmarshal(out, &d); err != nil {
		r.t.Fatal(err)
	}
	return d
}

// want decides and compares "verdict governing".
func (r *run) want(words, outcome string) decision {
	r.t.Helper()
	d := r.raw(r.proposal(words))
	if got := strings.TrimSpace(d.Verdict + " " + d.Governing); got != outcome {
		r.t.Errorf("%s: got %s, want %s; %+v", words, got, outcome, d.Violations)
	}
	return d
}

func (r *run) view() map[string]any {
	r.t.Helper()
	out, err := r.s.View()
	if err != nil {
		r.t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(out, &v); err != nil {
		r.t.Fatal(err)
	}
	return v
}

func (r *run) state(name string) any { return r.view()["state"].(map[string]any)[name] }

const doors = `
agents: {owner: {}, guest: {proposes: true}, robot: {}, chair: {}}
governance: [chair]
types: {door: {enum: [shut, open, locked]}}
state:
  door: {type: door, owner: [owner], moves: [shut <-> open, shut -> locked],
      never: [{move: open -> locked, id: SHUT-FIRST, otherwise: {say: "Shut it first."}}]}
  heat: {type: {int: [0, 30]}, init: 20}
logs: {notes: {of: {record: {text: {string: 10}}}, max: 2}}
actions:
  set: {args: {to: door}, set: {door: args.to}}
  warm: {by: [owner], args: {by: {int: [-100, 100]}}, set: {heat: state.heat + args.by}}
  note: {args: {text: string}, append: {notes: {text: args.text}}}
  split: {args: {n: {int: [0, 9]}}, set: {heat: 10 / args.n}}
  smash: {}
  trip: {}
constraints:
  - {id: NO-SMASH, level: operational, on: [smash], require: "false",
      otherwise: {verdict: freeze, say: "Something broke."}}
  - {id: NO-TRIP, level: operational, on: [trip], require: "false",
      otherwise: {verdict: revert, say: "Tripped at {state.heat}."}}
  - {id: COOL, level: preference, on: [warm], prefer: next.heat < 25, weight: 3,
      otherwise: {say: "{next.heat} is warm."}}
fallback: {reset: [heat]}
hold: {ttl: 60s, on_expire: revert}
`

func TestVerdicts(t *testing.T) {
	r := start(t, doors)
	r.want("owner set {\"to\":\"open\"}", "commit")
	d := r.want("owner set {\"to\":\"locked\"}", "reject SHUT-FIRST")
	if len(d.Violations) != 2 || d.Violations[1].ID != "moves:door" || d.Violations[0].Say != "Shut it first." {
		t.Errorf("both reasons belong in the decision, the particular one first: %+v", d.Violations)
	}
	if got := fmt.Sprint(d.Violations[0].Terms); got != "[[state.door open] [args.to locked]]" {
		t.Errorf("terms: %s", got)
	}
	r.want("robot set {\"to\":\"shut\"}", "reject owner:door")
	r.want("guest set {\"to\":\"open\"}", "commit") // nothing changes, so nothing of the owner's does
	d = r.want("owner warm {\"by\":9}", "commit")
	if len(d.Advice) != 1 || d.Advice[0].ID != "COOL" || d.Advice[0].Weight != 3 || d.Advice[0].Say != "29 is warm." {
		t.Errorf("advice: %+v", d.Advice)
	}
	r.want("owner warm {\"by\":9}", "reject domain:heat")
	d = r.want("guest warm {\"by\":9}", "reject domain:heat")
	if len(d.Violations) != 2 || d.Violations[1].ID != "by:warm" {
		t.Errorf("physical before responsibility: %+v", d.Violations)
	}
	d = r.want("owner split {\"n\":0}", "reject effect:split")
	if d.Violations[0].Code != "eval/divide-by-zero" {
		t.Errorf("code: %+v", d.Violations)
	}
	d = r.want("owner trip", "revert NO-TRIP")
	if r.state("heat") != float64(20) || len(d.Changes) != 1 || d.Changes[0].Path != "heat" ||
		d.Violations[0].Say != "Tripped at 29." {
		t.Errorf("the fallback was not applied: %v %+v", r.state("heat"), d)
	}
	r.want(`owner note {"text":"a"}`, "commit")
	r.want(`owner note {"text":"bbbbbbbbbbb"}`, "reject domain:logs.notes")
	r.want(`owner note {"text":"b"}`, "commit")
	r.want(`owner note {"text":"c"}`, "reject domain:logs.notes")
}

func TestHold(t *testing.T) {
	r := start(t, doors)
	d := r.want(`guest set {"to":"open"}`, "hold owner:door")
	if r.state("door") != "shut" {
		t.Error("a hold must change nothing")
	}
	confirm := fmt.Sprintf(`{"hold":%d,"digest":%q}`, d.Seq, d.Proposal)
	r.want(`guest confirm `+confirm, "reject hold:by")
	r.want(`owner confirm {"hold":77,"digest":"`+d.Proposal+`"}`, "reject hold:unknown")
	r.want(fmt.Sprintf(`owner confirm {"hold":%d,"digest":%q}`, d.Seq, d.State), "reject hold:digest")
	r.want(`owner confirm `+confirm, "commit")
	if r.state("door") != "open" {
		t.Error("the confirmation did not commit")
	}
	r.want(`owner confirm `+confirm, "reject hold:unknown")

	d = r.want(`guest set {"to":"shut"}`, "hold owner:door")
	r.want(fmt.Sprintf(`guest decline {"hold":%d}`, d.Seq), "reject hold:by")
	r.want(fmt.Sprintf(`owner decline {"hold":%d}`, d.Seq), "commit")
	if r.state("door") != "open" || len(r.view()["holds"].([]any)) != 0 {
		t.Error("a declined proposal must be gone, and change nothing")
	}

	// A confirmation is decided against the state of its moment.
	d = r.want(`guest set {"to":"shut"}`, "hold owner:door")
	r.want(`owner set {"to":"shut"}`, "commit")
	r.want(`owner set {"to":"locked"}`, "commit")
	r.want(fmt.Sprintf(`owner confirm {"hold":%d,"digest":%q}`, d.Seq, d.Proposal), "reject moves:door")

	r.want(`owner warm {"by":5}`, "commit")
	r.want(fmt.Sprintf(`robot expire {"hold":%d}`, d.Seq), "reject hold:early")
	r.at += 60_000
	r.want(fmt.Sprintf(`owner confirm {"hold":%d,"digest":%q}`, d.Seq, d.Proposal), "reject hold:expired")
	r.want(fmt.Sprintf(`robot expire {"hold":%d}`, d.Seq), "revert hold:expired")
	if r.state("heat") != float64(20) || len(r.view()["holds"].([]any)) != 0 {
		t.Error("expiry must drop the proposal and fall back")
	}
}

func TestFreeze(t *testing.T) {
	r := start(t, doors)
	r.want("owner unfreeze", "reject by:unfreeze")
	r.want("chair unfreeze", "reject unfreeze:idle")
	r.want("owner smash", "freeze NO-SMASH")
	r.want(`owner set {"to":"open"}`, "reject frozen")
	r.want("owner unfreeze", "reject frozen")
	r.want("chair set {\"to\":\"open\"}", "reject frozen")
	r.want("chair unfreeze", "commit")
	r.want(`owner set {"to":"open"}`, "commit")
}

func TestFallbackThatBreaksAnInvariantFreezes(t *testing.T) {
	r := start(t, `
agents: {a: {}}
state: {n: {type: {int: [0, 9]}, init: 1}, m: {type: {int: [0, 9]}, init: 1}}
actions: {grow: {set: {m: "5"}}, trip: {}}
constraints:
  - {id: ORDER, level: physical, always: state.m <= 5 && (state.m < 5 || state.n == 1)}
  - {id: NO, level: operational, on: [trip], require: "false", otherwise: {verdict: revert}}
fallback: {set: {n: "2"}}
`)
	r.want("a grow", "commit")
	d := r.want("a trip", "freeze fallback")
	if len(d.Changes) != 0 || r.state("n") != float64(1) || !strings.Contains(d.Violations[0].Say, "ORDER") {
		t.Errorf("nothing may change: %+v", d)
	}
	r.want("a grow", "reject frozen")
}

func TestDeclaredHold(t *testing.T) {
	r := start(t, `
agents: {author: {}, chief: {}}
state: {paid: {type: bool, owner: [author, chief]}}
actions: {pay: {args: {sum: {int: [0, 1000]}}, set: {paid: true}}}
constraints:
  - {id: LARGE, level: responsibility, on: [pay], require: args.sum < 100,
      otherwise: {verdict: hold, by: [chief], say: "{args.sum} needs a chief."}}
  - {id: FOUR-EYES, level: responsibility, on: [pay],
      require: actor.kind != "chief" || args.sum < 100 || actor.id != proposal.origin.id,
      otherwise: {say: Someone else confirms.}}
`)
	d := r.want(`author:kim pay {"sum":500}`, "hold LARGE")
	if d.Violations[0].Say != "500 needs a chief." {
		t.Errorf("say: %+v", d.Violations)
	}
	confirm := fmt.Sprintf(`{"hold":%d,"digest":%q}`, d.Seq, d.Proposal)
	r.want(`author:kim confirm `+confirm, "reject hold:by")
	r.want(`chief:kim confirm `+confirm, "reject FOUR-EYES")
	r.want(`chief:lee confirm `+confirm, "commit")
	if r.state("paid") != true {
		t.Error("not paid")
	}
}

// TestSince asks when what is being confirmed was proposed: of a session, and of one that came back from its snapshot.
func TestSince(t *testing.T) {
	r := start(t, `
agents: {author: {}, chief: {}}
state: {asked: {type: timestamp}, sent: {type: timestamp}}
actions:
  ask: {by: [chief], set: {asked: proposal.since}}
  send: {by: [author], set: {sent: proposal.since}}
constraints:
  - {id: CHIEF, level: responsibility, on: [send], require: actor.kind == "chief",
      otherwise: {verdict: hold, by: [chief]}}
  - {id: SAME, level: operational, on: [send], require: proposal.since > state.asked,
      otherwise: {say: "asked {state.asked}, sent {proposal.since}"}}
`)
	r.want("chief ask", "commit")
	if at := fmt.Sprint(r.state("asked")); at != "2026-01-01T00:00:01Z" {
		t.Error("what is not confirmed is as old as itself:", at)
	}
	d := r.want("author send", "hold CHIEF")
	confirm := fmt.Sprintf(`chief confirm {"hold":%d,"digest":%q}`, d.Seq, d.Proposal)
	r.want("chief ask", "commit")
	if d := r.want(confirm, "reject SAME"); d.Violations[0].Say != "asked 2026-01-01T00:00:03Z, sent "+
		"2026-01-01T00:00:02Z" {
		t.Error(d.Violations[0].Say)
	}
	d = r.want("author send", "hold CHIEF")
	confirm = fmt.Sprintf(`chief confirm {"hold":%d,"digest":%q}`, d.Seq, d.Proposal)
	snap, err := r.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if r.s, err = r.s.Bundle().Restore(snap); err != nil {
		t.Fatal(err)
	}
	r.want(confirm, "commit")
	if at := fmt.Sprint(r.state("sent")); at != "2026-01-01T00:00:05Z" {
		t.Error(at)
	}
}

func TestRestoreAndReplay(t *testing.T) {
	r := start(t, doors)
	b := r.s.Bundle()
	var log [][]byte
	for _, words := range []string{`owner set {"to":"open"}`, `guest set {"to":"shut"}`, `owner note {"text":"x"}`,
		`owner warm {"by":50}`, `owner trip`, `owner smash`, `chair unfreeze`, `owner warm {"by":-3}`} {
		out, err := r.s.Decide(r.proposal(words))
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, out)

		// A restored session answers with the same bytes.
		snap, err := r.s.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		twin, err := b.Restore(snap)
		if err != nil {
			t.Fatal(err)
		}
		for _, next := range []string{`owner set {"to":"shut"}`,
			`owner confirm {"hold":2,"digest":"` + digestAt(log, 1) + `"}`, `chair unfreeze`, `owner note {"text":"y"}`} {
			p := r.proposal(next)
			one, err1 := r.s.Why(p)
			two, err2 := twin.Why(p)
			if err1 != nil || err2 != nil || string(one) != string(two) {
				t.Fatalf("%s\n%s %v\n%s %v", next, one, err1, two, err2)
			}
		}
	}
	again, err := b.Open("test")
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range log {
		if err := again.Replay(d); err != nil {
			t.Fatalf("decision %d: %v", i+1, err)
		}
	}
	one, _ := r.s.Snapshot()
	two, _ := again.Snapshot()
	if string(one) != string(two) {
		t.Errorf("replay ends elsewhere:\n%s\n%s", one, two)
	}
	// One changed byte anywhere in a decision is noticed.
	for i := range log[0] {
		bad := append([]byte(nil), log[0]...)
		bad[i] ^= 1
		fresh, _ := b.Open("test")
		if err := fresh.Replay(bad); err == nil {
			t.Fatalf("byte %d was changed and not noticed: %s", i, bad)
		}
		if fresh.Seq() != 0 {
			t.Fatal("a failed replay must record nothing")
		}
	}
	other := load(t, strings.Replace(doors, "init: 20", "init: 21", 1))
	var e *core.Error
	if _, err := other.Restore(one); !errors.As(err, &e) || e.Code != codes.SessionDigest {
		t.Errorf("a session opened on one bundle must not continue on another: %v", err)
	}
}

func digestAt(log [][]byte, i int) string {
	if i >= len(log) {
		return "sha256:" + strings.Repeat("0", 64)
	}
	var d decision
	json.Unmarshal(log[i], &d)
	return d.Proposal
}

func TestErrorsRecordNothing(t *testing.T) {
	r := start(t, doors)
	r.want(`owner set {"to":"open"}`, "commit")
	good := string(r.proposal(`owner warm {"by":1}`))
	before, _ := r.s.Snapshot()
	for _, c := range []struct{ code, in string }{
		{"proposal/action", strings.Replace(good, `"warm"`, `"worm"`, 1)},
		{"proposal/agent", strings.Replace(good, `"kind":"owner"`, `"kind":"ownr"`, 1)},
		{"proposal/argument", strings.Replace(good, `{"by":1}`, `{"by":101}`, 1)},
		{"proposal/argument", strings.Replace(good, `{"by":1}`, `{"by":1.5}`, 1)},
		{"proposal/argument", strings.Replace(good, `{"by":1}`, `{"by":"1"}`, 1)},
		{"proposal/argument", strings.Replace(good, `{"by":1}`, `{}`, 1)},
		{"proposal/argument", strings.Replace(good, `{"by":1}`, `{"by":1,"to":2}`, 1)},
		{"proposal/earlier", strings.Replace(good, `"at":17`, `"at":16`, 1)},
		{"proposal/at", strings.Replace(good, `"at":17`, `"at":-17`, 1)},
		{"proposal/at", strings.Replace(good, `"at":1767225602000`, `"at":"now"`, 1)},
		{"proposal/shape", strings.Replace(good, `"reasons"`, `"reason"`, 1)},
		{"proposal/shape", `[]`},
		{"json/duplicate-key", strings.Replace(good, `{"by":1}`, `{"by":1,"by":2}`, 1)},
		{"json/lone-surrogate", strings.Replace(good, `"request"`, `"\ud800"`, 1)},
		{"json/number-range", strings.Replace(good, `{"by":1}`, `{"by":1e400}`, 1)},
		{"json/number-range", strings.Replace(good, `{"by":1}`, `{"by":9007199254740992}`, 1)},
		{"json/trailing-bytes", good + "x"},
		{"json/invalid-utf8", strings.Replace(good, `"request"`, "\"\xff\"", 1)},
		{"limit/proposal", strings.Replace(good, `"request"`, `"`+strings.Repeat("a", 70000)+`"`, 1)},
		{"limit/proposal", strings.Replace(good, `"request"`, `"`+strings.Repeat("a", 300)+`"`, 1)},
		{"limit/json-depth", strings.Replace(good, `{"by":1}`,
			`{"by":`+strings.Repeat("[", 500)+strings.Repeat("]", 500)+`}`, 1)},
	} {
		_, err := r.s.Decide([]byte(c.in))
		var e *core.Error
		if !errors.As(err, &e) || e.Code != c.code {
			t.Errorf("want %s, got %v for %.120s", c.code, err, c.in)
		}
		if after, _ := r.s.Snapshot(); string(after) != string(before) {
			t.Fatalf("%s changed the session", c.code)
		}
	}
	r.want(`owner warm {"by":1}`, "commit")
}

func TestAdmissible(t *testing.T) {
	r := start(t, doors)
	ask := func(q string) (map[string]string, bool) {
		t.Helper()
		out, err := r.s.Admissible([]byte(q))
		if err != nil {
			t.Fatal(err)
		}
		var a struct {
			Actions []struct {
				Action, Verdict, Governing string
				Args                       map[string]any
				Open                       []string
			}
			Halted bool
		}
		if err := json.Unmarshal(out, &a); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, e := range a.Actions {
			key := e.Action
			if e.Args["to"] != nil {
				key += fmt.Sprint(" ", e.Args["to"])
			}
			got[key] = strings.TrimSpace(e.Verdict + " " + e.Governing + strings.Join(e.Open, ","))
		}
		return got, a.Halted
	}
	got, halted := ask(`{"actor":{"kind":"guest"}}`)
	for key, want := range map[string]string{"set open": "hold owner:door", "set shut": "commit",
		"warm": "reject by:warm", "note": "open args.text", "smash": "freeze NO-SMASH", "split": "open args.n"} {
		if got[key] != want {
			t.Errorf("%s: got %q, want %q", key, got[key], want)
		}
	}
	if halted {
		t.Error("nothing is halted")
	}
	r.want("owner smash", "freeze NO-SMASH")
	got, halted = ask(`{"actor":{"kind":"guest"}}`)
	if got["set shut"] != "reject frozen" || halted {
		t.Errorf("frozen: %v halted %v; governance can unfreeze", got, halted)
	}
}

func TestPath(t *testing.T) {
	r := start(t, doors)
	ask := func(words string) string {
		t.Helper()
		out, err := r.s.Path(r.proposal(words))
		if err != nil {
			t.Fatal(err)
		}
		var a struct {
			Found, Bounded bool
			Verdict        string
			Steps          []struct {
				Action string
				Actor  struct{ Kind string }
				Args   map[string]any
			}
		}
		if err := json.Unmarshal(out, &a); err != nil {
			t.Fatal(err)
		}
		s := fmt.Sprint(a.Found, " ", a.Verdict)
		for _, st := range a.Steps {
			s += fmt.Sprint(", ", st.Actor.Kind, " ", st.Action, " ", st.Args["to"])
		}
		return s
	}
	r.want(`owner set {"to":"open"}`, "commit")
	if got := ask(`owner set {"to":"locked"}`); got != "true commit, owner set shut" {
		t.Error(got)
	}
	if got := ask(`owner set {"to":"shut"}`); got != "true commit" {
		t.Error(got)
	}
	if got := ask(`owner smash`); !strings.HasPrefix(got, "false") {
		t.Error(got)
	}
}

func TestStateIsBounded(t *testing.T) {
	r := start(t, `
agents: {a: {}}
logs: {texts: {of: {string: 60000}, max: 1000}}
actions: {say: {args: {text: {string: 60000}}, append: {texts: args.text}}}
`)
	words := `a say {"text":"` + strings.Repeat("x", 60000) + `"}`
	for i := range 52 {
		r.want(words, "commit")
		if i == 25 {
			snap, err := r.s.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			if r.s, err = r.s.Bundle().Restore(snap); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.want(words, "reject domain:state")
	snap, err := r.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.s.Bundle().Restore(snap); err != nil {
		t.Errorf("a full session must still be restored: %v", err)
	}
}

func TestOrderOfMembersDoesNotMatter(t *testing.T) {
	one, err := core.Load(
		[]byte(
			`{"holdfast":1,"bundle":"b","version":"1.0.0","agents":{"z":{},"a":{}},"actions":{"go":{"args":{"y":"bool",` +
				`"x":"bool"}}}}`,
		),
	)
	if err != nil {
		t.Fatal(err)
	}
	two, err := core.Load(
		[]byte(
			`{"actions":{"go":{"args":{"x":"bool","y":"bool"}}},"agents":{"a":{},"z":{}},"bundle":"b","holdfast":1,` +
				`"version":"1.0.0"}`,
		),
	)
	if err != nil {
		t.Fatal(err)
	}
	p := []byte(`{"action":"go","actor":{"id":"i","kind":"z"},"args":{"y":true,"x":false},"at":0,"reasons":[]}`)
	s1, _ := one.Open("s")
	s2, _ := two.Open("s")
	d1, err1 := s1.Decide(p)
	d2, err2 := s2.Decide(p)
	if err1 != nil || err2 != nil || one.Digest() != two.Digest() || string(d1) != string(d2) {
		t.Errorf("%s %v\n%s %v", d1, err1, d2, err2)
	}
}

func TestDoublesThatJSONDoesNotCarry(t *testing.T) {
	r := start(t, `
agents: {a: {}}
state: {x: {type: double, init: 1.5}}
actions: {times: {args: {by: double}, set: {x: state.x * args.by}}}
constraints: [{id: SMALL, level: operational, on: [times], require: state.x * args.by < 1e300}]
`)
	for _, c := range []struct{ by, outcome string }{
		{"1e15", "commit"}, {"10", "reject domain:x"}, {"1e30", "commit"}, {"1e300", "reject domain:x"}, {"-1e-30", "commit"},
	} {
		r.want(`a times {"by":`+c.by+`}`, c.outcome)
		snap, err := r.s.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.s.Bundle().Restore(snap); err != nil {
			t.Errorf("after %s: %v", c.by, err)
		}
	}
}

func TestPathSaysWhatItDidNotTry(t *testing.T) {
	const flip = `
agents: {user: {}, bot: {proposes: true}, boss: {}}
types: {mode: {enum: [a, b]}}
state: {n: {type: {int: [0, 100]}}, mode: {type: mode, owner: [boss]}}
actions:
  flip: {by: [user], args: {v: {int: [0, 100]}}, set: {n: args.v}}
  turn: {by: [bot], set: {mode: mode.b}}
  exact: {}
  odd: {}
  turned: {}
  never: {}
constraints:
  - {id: EXACT, level: operational, on: [exact], require: state.n == 37}
  - {id: ODD, level: operational, on: [odd], require: state.n * 7 % 101 == 5}
  - {id: TURNED, level: operational, on: [turned], require: state.mode == mode.b}
`
	for _, c := range []struct{ action, want string }{
		{"exact", `"found":true`},    // 37 is in the bundle
		{"odd", `"bounded":true`},    // not every number was tried, and the answer says so
		{"turned", `"bounded":true`}, // a held step, once confirmed, would lead there
	} {
		r := start(t, flip)
		out, err := r.s.Path(r.proposal("user " + c.action))
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %s %v", c.action, out, err)
		}
	}
	r := start(
		t,
		strings.Replace(strings.Replace(flip, "{int: [0, 100]}}, set", "{int: [0, 3]}}, set", 1), "proposes: true", "", 1),
	)
	out, err := r.s.Path(r.proposal("user odd"))
	if err != nil || !strings.Contains(string(out), `"bounded":false,"found":false`) {
		t.Errorf("everything was tried: %s %v", out, err)
	}
}

// TestPreferenceThatCannotBeEvaluatedIsNotMet: it is advice with the reason, weighs as much as one
// that is not met, and ranks as that; it blocks nothing.
func TestPreferenceThatCannotBeEvaluatedIsNotMet(t *testing.T) {
	r := start(t, `
agents: {a: {}}
state: {scores: {type: {map: {of: {int: [0, 9]}}}}, n: {type: {int: [0, 9]}, init: 3}}
actions:
  broken: {set: {n: "1"}}
  worse: {set: {n: "2"}}
  fine: {set: {n: "4"}}
constraints:
  - {id: P, level: preference, weight: 5, on: [broken], prefer: "state.scores['none'] > 3",
      otherwise: {say: "a low score"}}
  - {id: Q, level: preference, weight: 5, on: [broken], prefer: next.n / (state.n - 3) > 0}
  - {id: W, level: preference, weight: 3, on: [worse], prefer: state.n > 8, otherwise: {say: "not that"}}
`)
	out, err := r.s.Admissible([]byte(`{"actor":{"kind":"a"}}`))
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Actions []struct {
			Action, Verdict string
			Unmet           int
		}
	}
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(list.Actions); got != "[{fine commit 0} {worse commit 3} {broken commit 10}]" {
		t.Error(got)
	}
	d := r.want("a broken", "commit")
	if got := fmt.Sprint(d.Advice); got != "[{P P: cannot be evaluated, so it counts as not met: no such key: none. "+
		"eval/no-such-key 5} {Q Q: cannot be evaluated, so it counts as not met: division by zero. eval/divide-by-zero 5}]" {
		t.Error(got)
	}
	if d := r.want("a worse", "commit"); len(d.Advice) != 1 || d.Advice[0].Code != "" || d.Advice[0].Say != "not that" {
		t.Error(d.Advice)
	}
}
