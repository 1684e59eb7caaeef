package host

// This file holds the documents that package host declares to what is answered: read into them and written again,
// an answer has the same canonical bytes. So TypeScript, which gets them from here, has every member too.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestDocumentsAreWhole(t *testing.T) {
	folders, err := filepath.Glob("../testdata/golden/*/bundle.json")
	if err != nil || len(folders) < 5 {
		t.Fatal(folders, err)
	}
	seen := map[string]int{}
	for _, name := range folders {
		playDocuments(t, filepath.Dir(name), seen)
	}
	for _, want := range []string{"decision", "view", "head", "admissible", "path", "hold", "append", "terms", "spans",
		"freezes"} {
		if seen[want] == 0 {
			t.Errorf("no answer had %s, of %v", want, seen)
		}
	}
}

// playDocuments plays the proposals of a folder and asks everything after each.
func playDocuments(t *testing.T, folder string, seen map[string]int) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(folder, "bundle.json"))
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := Native().Load(src)
	if err != nil {
		t.Fatal(err)
	}
	session, err := bundle.Open("s")
	if err != nil {
		t.Fatal(err)
	}
	proposals, err := os.Open(filepath.Join(folder, "proposals.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer proposals.Close()
	lines := bufio.NewScanner(proposals)
	lines.Buffer(nil, 1<<20)
	for at := int64(1767225600000); lines.Scan(); at += 1000 {
		proposal, err := Native().Complete(lines.Bytes(), at)
		var p Proposal
		if err != nil || json.Unmarshal(proposal, &p) != nil {
			continue // a line that is meant to be refused
		}
		question, _ := json.Marshal(Question{Actor: Asker{Kind: p.Actor.Kind}, At: p.At})
		if out, err := session.Admissible(question); err == nil {
			same(t, out, &Admissible{}, seen, "admissible")
		}
		if at%7000 == 0 { // a search takes longer than all the rest
			if out, err := session.Path(proposal); err == nil {
				same(t, out, &Path{}, seen, "path")
			}
		}
		if out, err := session.Decide(proposal); err == nil {
			same(t, out, &DecisionDocument{}, seen, "decision")
		}
		out, err := session.View()
		if err != nil {
			t.Fatal(err)
		}
		same(t, out, &View{}, seen, "view")
		if out, err = session.Head(); err != nil {
			t.Fatal(err)
		}
		same(t, out, &Head{}, seen, "head")
	}
}

// same reads an answer into v, and compares its bytes with v's. It counts which kinds of answers it has seen.
func same(t *testing.T, answer []byte, v any, seen map[string]int, kind string) {
	t.Helper()
	read := json.NewDecoder(bytes.NewReader(answer))
	read.DisallowUnknownFields()
	if err := read.Decode(v); err != nil {
		t.Fatalf("%s: %v\n%s", kind, err, answer)
	}
	written, err := json.Marshal(v)
	if err == nil {
		written, err = Native().Canonical(written)
	}
	if err != nil || !bytes.Equal(written, answer) {
		t.Fatalf("%s: %v\n%s\n%s", kind, err, written, answer)
	}
	seen[kind]++
	for member, mark := range map[string]string{
		"hold": `"holds":[{`, "append": `"append":`, "terms": `"terms":[[`, "spans": `"spans":[{`, "freezes": `"freezes":[`,
	} {
		if bytes.Contains(answer, []byte(mark)) {
			seen[member]++
		}
	}
}
