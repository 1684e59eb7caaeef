package core_test

// This file tests that what has a title is called by it wherever people read.

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// titled is a bundle in which every kind of thing that may have a title has one.
const titled = `
agents: {hr: {title: Human Resources}, staff: {title: Employee, proposes: true}, guest: {}}
types: {stage: {enum: [draft, sent, done], titles: {draft: a draft, sent: sent in}}}
state: {stage: {type: stage, owner: [hr, staff], moves: [draft -> sent, sent -> done]}}
actions:
  send: {title: Send in, args: {days: {type: {int: [1, 30]}, title: How many days}, why: {string: 9}},
      set: {stage: stage.sent}}
  close: {by: [hr], set: {stage: stage.done}}
constraints:
  - {id: SHORT, level: operational, on: [send], require: args.days <= 10,
     otherwise: {say: "{state.stage} of {actor.kind}: {args.days}, {string(state.stage)}."}}
`

func TestInfoHasTitles(t *testing.T) {
	var info struct {
		Actions []struct {
			Name, Title string
			Args        []struct{ Name, Title string }
		}
		Agents []struct{ Name, Title string }
		State  []struct {
			Type struct {
				Enum   []string
				Titles map[string]string
			}
		}
	}
	if err := json.Unmarshal(load(t, titled).Info(), &info); err != nil {
		t.Fatal(err)
	}
	if a := info.Actions[1]; a.Title != "Send in" || a.Args[0].Title != "How many days" || a.Args[1].Title != "" ||
		info.Actions[0].Title != "" {
		t.Errorf("actions: %+v", info.Actions)
	}
	if a := info.Agents; a[0].Title != "" || a[1].Title != "Human Resources" || a[2].Title != "Employee" {
		t.Errorf("agents: %+v", a)
	}
	if s := info.State[0].Type; strings.Join(s.Enum, " ") != "draft sent done" || len(s.Titles) != 2 ||
		s.Titles["sent"] != "sent in" {
		t.Errorf("type: %+v", s)
	}
}

func TestSayShowsTitles(t *testing.T) {
	r := start(t, titled)
	d := r.want(`staff send {"days":20,"why":""}`, "reject SHORT")
	if say := d.Violations[0].Say; say != "a draft of Employee: 20, draft." {
		t.Errorf("%q", say)
	}
}

// TestStateTakesATypeAlone holds a variable written as its type to one written in full.
func TestStateTakesATypeAlone(t *testing.T) {
	const head = "agents: {user: {}}\ntypes: {stance: {enum: [chat, task]}}\nactions: {go: {}}\n"
	for short, long := range map[string]string{
		"{string: 500}":                         "{type: {string: 500}}",
		"{int: [2, 5]}":                         "{type: {int: [2, 5]}}",
		"{enum: [a, b], titles: {a: A}}":        "{type: {enum: [a, b], titles: {a: A}}}",
		"stance":                                "{type: stance}",
		"bool":                                  "{type: bool}",
		"{list: {of: stance, max: 3}}":          "{type: {list: {of: stance, max: 3}}}",
		"{map: {of: bool, keys: stance}}":       "{type: {map: {of: bool, keys: stance}}}",
		"{record: {string: int, type: double}}": "{type: {record: {string: int, type: double}}}",
	} {
		shown := func(v string) string {
			var info struct{ State json.RawMessage }
			if err := json.Unmarshal(load(t, head+"state: {x: "+v+"}").Info(), &info); err != nil {
				t.Fatal(err)
			}
			return string(info.State)
		}
		if s, l := shown(short), shown(long); s != l {
			t.Errorf("%s declares %s, %s declares %s", short, s, long, l)
		}
	}
}

// TestInputErrorsSpeakToWhoFillsAForm holds what is said of arguments that do not fit: the field, and what would do.
func TestInputErrorsSpeakToWhoFillsAForm(t *testing.T) {
	r := start(t, `
agents: {user: {}}
types: {size: {enum: [s, m], titles: {s: Small}}}
actions:
  order:
    args:
      amount: {type: {int: [0, 100000]}, title: Amount}
      size: {type: size, title: Size, default: s}
      gift: {type: bool, title: Is it a gift?, default: false}
      due: {type: timestamp, default: "2026-01-01T00:00:00Z"}
      lasts: {type: duration, default: 1s}
      rate: {type: double, default: 1}
      count: {type: int, default: 1}
      note: {type: {string: 4}, title: Note, default: ""}
      lines: {type: {list: {of: {record: {n: {int: [1, 9]}}}, max: 2}}, title: Lines, default: []}
`)
	for _, c := range []struct{ args, path, say string }{
		{`{"amount":"x"}`, "args.amount", "Amount: choose a whole number from 0 to 100000."},
		{`{"amount":null}`, "args.amount", "Amount: choose a whole number from 0 to 100000."},
		{`{"amount":1.5}`, "args.amount", "Amount: choose a whole number from 0 to 100000."},
		{`{"amount":-1}`, "args.amount", "Amount: choose a whole number from 0 to 100000."},
		{`{}`, "args.amount", "Amount is missing: choose a whole number from 0 to 100000."},
		{`{"amount":1,"size":"huge"}`, "args.size", "Size: choose Small or m."},
		{`{"amount":1,"gift":"yes"}`, "args.gift", "Is it a gift? Choose yes or no."},
		{`{"amount":1,"due":"tomorrow"}`, "args.due", "Due: write a date and time such as 2026-01-31T12:00:00Z."},
		{`{"amount":1,"lasts":"long"}`, "args.lasts", "Lasts: write a span of time such as 90s or 1h30m."},
		{`{"amount":1,"rate":"1"}`, "args.rate", "Rate: choose a number."},
		{`{"amount":1,"count":null}`, "args.count", "Count: choose a whole number."},
		{`{"amount":1,"note":3}`, "args.note", "Note: write a text."},
		{`{"amount":1,"note":"12345"}`, "args.note", "Note: the text has 5 bytes, and at most 4 are allowed."},
		{`{"amount":1,"lines":[{"n":0}]}`, "args.lines[0].n", "Lines[0].n: choose a whole number from 1 to 9."},
		{`{"amount":1,"lines":{}}`, "args.lines", "Lines: give a list of at most 2 items."},
		{`{"amount":1,"lines":[{"m":0}]}`, "args.lines[0]", "Lines[0]: there is no `m` here; there is `n`. Did you mean " +
			"`n`?"},
	} {
		_, err := r.s.Why(r.proposal("user order " + c.args))
		var e *core.Error
		if !errors.As(err, &e) || e.Code != codes.ProposalArgument || e.Path != c.path || e.Message != c.say {
			t.Errorf("%s: got %+v, want %q at %s", c.args, e, c.say, c.path)
		}
	}
}

// TestChildGivesNoTitleToWhatIsItsParents holds each kind of thing that may have a title to that.
func TestChildGivesNoTitleToWhatIsItsParents(t *testing.T) {
	for _, c := range []struct{ body, path string }{
		{"actions: {move: {title: X}}", "/actions/move/title"},
		{"actions: {move: {args: {to: {type: mode, title: X}}}}", "/actions/move/args"},
		{"agents: {user: {title: X}}", "/agents/user"},
		{"types: {mode: {enum: [a, b, c], titles: {a: X}}}", "/types/mode"},
	} {
		_, err := core.Load(child(t, c.body, ""))
		var bad *core.Invalid
		if !errors.As(err, &bad) || bad.Diagnostics[0].Code != "extend/redefines" || bad.Diagnostics[0].Path != c.path {
			t.Errorf("%s: %v", c.body, err)
		}
	}
	if _, err := core.Load(child(t, "agents: {robot: {title: Robot}}\nactions: {fly: {title: Fly, by: [robot]}}",
		"")); err != nil {
		t.Errorf("a child's own titles: %v", err)
	}
}
