package core_test

// This file tests that what has a title is called by it wherever people read.

import (
	"encoding/json"
	"strings"
	"testing"
)

// titled is a bundle in which every kind of thing that may have a title has one.
const titled = `
agents: {hr: {title: Human Resources}, staff: {title: Employee, proposes: true}, guest: {}}
types: {stage: {enum: [draft, sent, done], titles: {draft: a draft, sent: sent in}}}
state: {stage: {type: stage, owner: [hr, staff], moves: [draft -> sent, sent -> done]}}
actions:
  send: {title: Send in, args: {days: {type: {int: [1, 30]}, title: How many days}, why: {string: 9}}, set: {stage: stage.sent}}
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
	if a := info.Actions[1]; a.Title != "Send in" || a.Args[0].Title != "How many days" || a.Args[1].Title != "" || info.Actions[0].Title != "" {
		t.Errorf("actions: %+v", info.Actions)
	}
	if a := info.Agents; a[0].Title != "" || a[1].Title != "Human Resources" || a[2].Title != "Employee" {
		t.Errorf("agents: %+v", a)
	}
	if s := info.State[0].Type; strings.Join(s.Enum, " ") != "draft sent done" || len(s.Titles) != 2 || s.Titles["sent"] != "sent in" {
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
