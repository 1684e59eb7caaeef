package author

// This file pastes what findings suggest, and checks that it does.

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

const shop = `holdfast: 1
bundle: shop
version: 1.0.0
agents: {user: {}, admin: {}}
types: {tier: {enum: [free, pro]}}
state:
  plan: {type: {enum: [free, pro]}, owner: [user, admin]}
  tier: {type: tier}
  seats: {type: {int: [0, 10]}}
  note: {string: 500}
actions:
  upgrade: {by: [user], args: {to: {enum: [free, pro]}, seats: {int: [0, 10]}}, set: {plan: args.to, seats: args.seats}}
  cancel: {by: [user], set: {plan: "'free'"}}
  rest:
    by: [user]
    set:
      note: "''"
      tier: tier.free
  touch: {}
constraints:
  - {id: C-1, level: operational, on: [upgrade], require: args.seats > 0, otherwise: {say: "Some."}}
`

// TestSuggestedMendsWork makes the mistakes of a first day, puts what is suggested in the place that is shown, and
// builds again.
func TestSuggestedMendsWork(t *testing.T) {
	for _, c := range []struct{ name, right, wrong string }{
		{"a member without quotes", `{plan: "'free'"}`, `{plan: pro}`},
		{"a member in YAML's quotes only", `{plan: "'free'"}`, `{plan: 'pro'}`},
		{"a member in YAML's double quotes only", `{plan: "'free'"}`, `{plan: "pro"}`},
		{"a member without quotes, in block style", `note: "''"`, `plan: pro`},
		{"a misspelt member", `{plan: "'free'"}`, `{plan: "'por'"}`},
		{"a misspelt member without quotes", `{plan: "'free'"}`, `{plan: por}`},
		{"a member of a named type", `tier: tier.free`, `tier: pro`},
		{"a text without quotes", `note: "''"`, `note: hello`},
		{"a text in YAML's quotes only", `note: "''"`, `note: "hello"`},
		{"a text of several words", `note: "''"`, `note: hello world, all`},
		{"no text", `note: "''"`, `note: ""`},
		{"a choice of members", `{plan: "'free'"}`, `{plan: 'true ? pro : "free"'}`},
		{"a comparison with a member", `args.seats > 0,`, `args.to == pro,`},
		{"a comparison with a member, turned round", `args.seats > 0,`, `pro == args.to,`},
		{"a comparison with a member, in single quotes", `args.seats > 0,`, `'args.to == pro',`},
		{"a comparison with a member, in double quotes", `args.seats > 0,`, `"args.to == pro",`},
		{"a comparison with a misspelt member", `args.seats > 0,`, `args.to == 'por',`},
		{"a comparison with an agent", `args.seats > 0,`, `actor.kind == admin,`},
		{"a comparison with an agent, misspelt", `args.seats > 0,`, `actor.kind == amdin,`},
		{"a variable without its root", `args.seats > 0,`, `args.seats > seats,`},
		{"a truth value of another language", `args.seats > 0,`, `"yes",`},
		{"an assignment", `args.seats > 0,`, `args.seats = 1,`},
		{"a word for an operator", `args.seats > 0,`, `args.seats > 0 and args.seats < 5,`},
		{"a negation", `args.seats > 0,`, `!(args.seats > 5),`},
		{"an agent without brackets", `{by: [user], args`, `{by: user, args`},
		{"agents without brackets", `{by: [user], args`, `{by: user, admin, args`},
		{"an owner without brackets", `owner: [user, admin]`, `owner: user`},
		{"moves without brackets", `owner: [user, admin]`, `moves: free -> pro, pro -> free`},
		{"moves in one text", `owner: [user, admin]`, `moves: ["free -> pro"]`},
		{"another arrow", `owner: [user, admin]`, `moves: [free => pro]`},
		{"a move in words", `owner: [user, admin]`, `moves: [free to pro]`},
		{"an init that is misspelt", `owner: [user, admin]`, `init: fre`},
		{"a number in quotes", `seats: {type: {int: [0, 10]}}`, `seats: {type: {int: [0, 10]}, init: "3"}`},
		{"a bound in quotes", `note: {string: 500}`, `note: {string: "500"}`},
		{"a variable that is its value", `seats: {type: {int: [0, 10]}}`, `seats: 5`},
		{"a type of another language", `note: {string: 500}`, `note: text`},
		{"members without enum", `plan: {type: {enum: [free, pro]}`, `plan: {type: [free, pro]`},
		{"a key of another language", `seats: {type: {int: [0, 10]}}`, `seats: {type: {int: [0, 10]}, default: 3}`},
		{"agents as a list", `agents: {user: {}, admin: {}}`, `agents: [user, admin]`},
		{"an action of nothing", `touch: {}`, `touch:`},
		{"a version of two numbers", `version: 1.0.0`, `version: 1.0`},
		{"a time to wait alone", `constraints:`, "hold: 5m\nconstraints:"},
		{"a time to wait without a unit", `constraints:`, "hold: {ttl: 300}\nconstraints:"},
		{"a condition of another name", `require: args.seats > 0,`, `when: args.seats > 0,`},
		{"no colon's blank", `touch: {}`, `touch:{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.Count(shop, c.right) != 1 && !strings.HasPrefix(c.right, "constraints") {
				t.Fatalf("%q is %d times in the bundle", c.right, strings.Count(shop, c.right))
			}
			text := strings.Replace(shop, c.right, c.wrong, 1)
			if c.right == `note: "''"` && strings.HasPrefix(c.wrong, "plan") {
				text = strings.Replace(shop, `      `+c.right, `      `+c.wrong, 1)
			}
			found := errorsIn(t, text)
			if len(found) == 0 {
				if c.name == "moves in one text" {
					return // one move in quotes is a move
				}
				t.Fatal("nothing is found")
			}
			// Each finding's mend in its place, the last first so that the places before stay.
			for i := len(found) - 1; i >= 0; i-- {
				f := found[i]
				mend := mendOf(f.Hint)
				if mend == "" {
					t.Fatalf("%s: %q suggests nothing to paste", f.Code, f.Hint)
				}
				end := offsetOf(text, f.EndLine, f.EndColumn)
				if strings.HasSuffix(mend, ": …") { // it is only said where the blank belongs
					mend = ": "
				}
				text = text[:f.Offset] + mend + text[end:]
			}
			for _, f := range errorsIn(t, text) {
				t.Errorf("after %q: %s %s (%s)\n%s", found[0].Hint, f.Code, f.Message, f.Hint, text)
			}
		})
	}
}

// mendOf is the last text between backticks of a hint.
func mendOf(hint string) string {
	all := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(hint, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

func offsetOf(text string, line, column int) int {
	at := 0
	for range line - 1 {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	return at + column - 1 // the shop is ASCII
}

func errorsIn(t *testing.T, text string) []yaml.Finding {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var list []yaml.Finding
	_, found := Build(path, Options{Engine: native{}})
	for _, f := range found {
		if f.Severity == yaml.Error {
			list = append(list, f)
		}
	}
	return list
}

// TestHintsNameWhatToDo holds hints that are no text to paste.
func TestHintsNameWhatToDo(t *testing.T) {
	for _, c := range []struct{ right, wrong, code, message, hint string }{
		{"on: [upgrade], require", "require", codes.NameUnknownField,
			"`cancel`, `rest` and `touch` have no argument `seats`.", "name the actions that have one: write `on: [upgrade]`."},
		{"on: [upgrade], require: args.seats", "on: [upgrade, touch], require: args.seats", codes.NameUnknownField,
			"`touch` has no argument `seats`.", "name the actions that have one: write `on: [upgrade]`."},
		{"seats: args.seats}", "seats: args.seat}", codes.NameUnknownField, "`upgrade` has no argument `seat`.",
			"did you mean `args.seats`?"},
		{"require: args.seats > 0,", "always: args.seats > 0,", codes.NameOutOfReach,
			"this is asked of a state alone, so there is no proposal here.", ""},
		{`otherwise: {say: "Some."}`, "message: Some.", codes.BundleUnknownKey, "there is no key `message` here.",
			"write `otherwise: {say: …}`."},
		{"  - {id: C-1, level", "  C-1: {level", codes.BundleKind, "expected a list of constraints, found a mapping.",
			"each begins with a dash and has an id: `- id: C-1`."},
		{"  touch: {}", "\ttouch: {}", codes.YAMLTab, "this line is indented with a tab.",
			"indent with blanks, two to a level."},
	} {
		found := errorsIn(t, strings.Replace(shop, c.right, c.wrong, 1))
		if len(found) != 1 || found[0].Code != c.code || found[0].Message != c.message ||
			c.hint != "" && found[0].Hint != c.hint {
			t.Errorf("%s: %+v", c.wrong, found)
		}
	}
}
