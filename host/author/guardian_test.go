package author

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

// TestGuardianAtEveryPoint plays a section through at each of the 90 points with the values that the bundle declares
// for proving: a search with them reaches more than the first state everywhere.
func TestGuardianAtEveryPoint(t *testing.T) {
	b := built(t, "../../testdata/bundles/grade-1-guardian/catalog.yaml", Options{})
	c, err := core.LoadCatalog(b.Document)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	for class := 1; class <= 3; class++ {
		for _, planet := range []string{"moon", "mars", "mercury", "venus", "saturn", "sun"} {
			for _, element := range []string{"spirit", "air", "earth", "fire", "water"} {
				cursor := fmt.Sprintf(`{"chapter":%q,"class":%d,"element":%q}`, planet, class, element)
				answer, err := c.Resolve([]byte(cursor))
				if err != nil {
					t.Fatal(err)
				}
				var found struct{ Bundle json.RawMessage }
				if err := json.Unmarshal(answer, &found); err != nil {
					t.Fatal(err)
				}
				for _, text := range section(t, cursor, found.Bundle) {
					texts[text] = true
				}
			}
		}
	}
	if len(texts) != 12 {
		t.Errorf("%d texts are good somewhere, of 12: %v", len(texts), texts)
	}
}

// section completes every unit of one point's section, and returns the declared texts that the point takes.
func section(t *testing.T, cursor string, document []byte) (good []string) {
	t.Helper()
	bundle, err := core.Load(document)
	if err != nil {
		t.Fatal(cursor, err)
	}
	var declared struct {
		Params struct{ Units struct{ Value int } }
		Prove  struct {
			Domains map[string]json.RawMessage
		}
	}
	var all []string
	if err := json.Unmarshal(document, &declared); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(declared.Prove.Domains["args.text"], &all); err != nil {
		t.Fatal(err)
	}
	session, err := bundle.Open("section")
	if err != nil {
		t.Fatal(err)
	}
	at := 1767225600000
	decide := func(ask func([]byte) ([]byte, error), kind, action, args string) string {
		at += 1000
		out, err := ask(fmt.Appendf(nil, `{"action":%q,"actor":{"id":"x","kind":%q},"args":%s,"at":%d,"reasons":[]}`, action,
			kind, args, at))
		if err != nil {
			t.Fatal(cursor, err)
		}
		var d struct{ Verdict string }
		if err := json.Unmarshal(out, &d); err != nil {
			t.Fatal(err)
		}
		return d.Verdict
	}
	request := func(text string) string { return fmt.Sprintf(`{"complexity":1,"minutes":10,"text":%q}`, text) }
	for _, text := range all {
		if decide(session.Why, "practitioner", "request", request(text)) == "commit" {
			good = append(good, text)
		}
	}
	if len(good) < 2 {
		t.Errorf("%s: only %q of the declared texts may be asked for", cursor, good)
		return good
	}
	for unit := range declared.Params.Units.Value {
		text := good[unit%len(good)]
		for _, step := range [][3]string{
			{"practitioner", "request", request(text)},
			{"policy", "admit", fmt.Sprintf(`{"seed":%d,"text":%q}`, unit%len(good), text)},
			{"practitioner", "complete", "{}"},
		} {
			if verdict := decide(session.Decide, step[0], step[1], step[2]); verdict != "commit" {
				t.Errorf("%s: %s of %q: %s", cursor, step[1], text, verdict)
				return good
			}
		}
	}
	if verdict := decide(session.Decide, "practitioner", "request", request(good[0])); verdict != "stall" {
		t.Errorf("%s: past the last unit: %s", cursor, verdict)
	}
	return good
}
