package core_test

// This file holds what is said about wrong bundles to testdata/diagnostics.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/holdfast-rt/holdfast/core"
)

var update = flag.Bool("update", false, "rewrite testdata with what is found")

// wrong is one line of bundles.jsonl: what is changed in lamp.json, and what is found then.
type wrong struct {
	Name   string          `json:"name"`
	Change json.RawMessage `json:"change,omitempty"` // a merge patch (RFC 7396)
	Add    []any           `json:"add,omitempty"`    // constraints besides those of lamp.json
	Found  []found         `json:"found"`
}

type found struct {
	Code    string `json:"code"`
	Path    string `json:"path"`
	Key     bool   `json:"key,omitempty"`
	Off     int    `json:"off,omitempty"`
	End     int    `json:"end,omitempty"`
	At      string `json:"at"` // what is there, for anyone who reads the file
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning,omitempty"`
	Related string `json:"related,omitempty"`
}

// TestDiagnostics holds every message, place and hint to bundles.jsonl.
func TestDiagnostics(t *testing.T) {
	const file = "../testdata/diagnostics/bundles.jsonl"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lamp, err := os.ReadFile("../testdata/diagnostics/lamp.json")
	if err != nil {
		t.Fatal(err)
	}
	if list := append(core.Check(lamp), core.Lint(lamp)...); len(list) > 0 {
		t.Fatalf("lamp.json has findings: %+v", list)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var w wrong
		if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		doc, err := w.document(lamp)
		if err != nil {
			t.Fatal(err)
		}
		list := append(core.Check(doc), core.Lint(doc)...)
		got := []found{}
		for _, d := range list {
			f := found{
				Code:    d.Code,
				Path:    d.Path,
				Key:     d.Key,
				Off:     d.Off,
				End:     d.End,
				Message: d.Message,
				Hint:    d.Hint,
				Warning: d.Warning,
				Related: d.Related,
			}
			f.At = standsAt(t, doc, d)
			got = append(got, f)
		}
		n += len(got)
		if len(got) == 0 {
			t.Errorf("%s: nothing is found", w.Name)
		}
		if !*update && !reflect.DeepEqual(got, w.Found) {
			t.Errorf("%s\n got %+v\nwant %+v", w.Name, got, w.Found)
		}
		w.Found = got
		if err := enc.Encode(w); err != nil {
			t.Fatal(err)
		}
	}
	if n < 60 {
		t.Errorf("only %d findings", n)
	}
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *wrong) document(lamp []byte) ([]byte, error) {
	var base, patch any
	if err := json.Unmarshal(lamp, &base); err != nil {
		return nil, err
	}
	if w.Change != nil {
		if err := json.Unmarshal(w.Change, &patch); err != nil {
			return nil, err
		}
		base = merge(base, patch)
	}
	if w.Add != nil {
		m := base.(map[string]any)
		m["constraints"] = append(m["constraints"].([]any), w.Add...)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(base)
	return bytes.TrimSpace(b.Bytes()), err
}

// merge applies a merge patch (RFC 7396).
func merge(to, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	m, ok := to.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	for k, v := range p {
		if v == nil {
			delete(m, k)
		} else {
			m[k] = merge(m[k], v)
		}
	}
	return m
}

// standsAt returns the text that a finding is about, and fails where there is none.
func standsAt(t *testing.T, doc []byte, d core.Diagnostic) string {
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		return string(doc[min(d.Off, len(doc)):min(d.End, len(doc))])
	}
	last := ""
	for _, token := range strings.Split(d.Path, "/")[1:] {
		last = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch x := v.(type) {
		case map[string]any:
			y, ok := x[last]
			if !ok {
				t.Fatalf("%s: there is no %s", d.Code, d.Path)
			}
			v = y
		case []any:
			i, err := strconv.Atoi(last)
			if err != nil || i >= len(x) {
				t.Fatalf("%s: there is no %s", d.Code, d.Path)
			}
			v = x[i]
		}
	}
	s, text := v.(string)
	if d.Key {
		s = last
	} else if !text {
		b, _ := json.Marshal(v)
		if s = string(b); len(s) > 60 {
			s = s[:60] + "…"
		}
		return s
	}
	if d.End > 0 {
		if d.End > len(s) || d.Off > d.End {
			t.Fatalf("%s: %s has no bytes %d to %d", d.Code, d.Path, d.Off, d.End)
		}
		s = s[d.Off:d.End]
	}
	return s
}

// TestLintSilentAboutChanges holds that no commit which changes something, or is refused, is warned of.
func TestLintSilentAboutChanges(t *testing.T) {
	lamp, err := os.ReadFile("../testdata/diagnostics/lamp.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ action, constraint string }{
		"it is demanded":                    {`{"must":"change","set":{"mode":"mode.dim"}}`, ""},
		"a constraint refuses it":           {`{"set":{"mode":"mode.dim"}}`, `{"require":"state.mode == mode.off"}`},
		"an ensure refuses it":              {`{"set":{"mode":"mode.dim"}}`, `{"ensure":"next.mode != state.mode"}`},
		"a derived name refuses it":         {`{"set":{"mode":"mode.dim"}}`, `{"require":"derived.out"}`},
		"two variables, one of them is new": {`{"set":{"mode":"mode.dim","watts":"args.n"},"args":{"n":"watt"}}`, ""},
		"a log grows": {`{"set":{"mode":"mode.dim"},"append":{"uses":{"by":"actor.id",` +
			`"mode":"state.mode"}}}`, ""},
		"a count grows":                {`{"set":{"watts":"state.watts + 1"}}`, ""},
		"it does as the fallback does": {`{"set":{"mode":"mode.off"},"reset":["watts"]}`, ""},
		"it declares no effects":       {`{}`, ""},
	} {
		var w wrong
		w.Change = json.RawMessage(`{"actions":{"dim":` + c.action + `},"derived":{"out":"state.mode == mode.off"}}`)
		if c.constraint != "" {
			var more map[string]any
			if err := json.Unmarshal([]byte(c.constraint), &more); err != nil {
				t.Fatal(err)
			}
			more["id"], more["level"], more["on"] = "X", "operational", []any{"dim"}
			w.Add = []any{more}
		}
		doc, err := w.document(lamp)
		if err != nil {
			t.Fatal(err)
		}
		if list := append(core.Check(doc), core.Lint(doc)...); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

// TestLintReference finds nothing in the bundles that are examples to others.
func TestLintReference(t *testing.T) {
	files, _ := filepath.Glob("../testdata/bundles/*/*.yaml")
	more, _ := filepath.Glob("../testdata/examples/*/*.yaml")
	n := 0
	for _, f := range append(files, more...) {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(src, &v); err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), "\ncatalog:") || strings.Contains(string(src), "\nextends:") {
			continue // package author builds these
		}
		n++
		for _, d := range append(core.Check(doc), core.Lint(doc)...) {
			t.Errorf("%s: %s %s %s", f, d.Code, d.Path, d.Message)
		}
	}
	if n < 6 {
		t.Errorf("only %d bundles", n)
	}
}

// FuzzLint lints whatever loads: it gives warnings only, each with a place and a mend.
func FuzzLint(f *testing.F) {
	lamp, err := os.ReadFile("../testdata/diagnostics/lamp.json")
	if err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile("../testdata/diagnostics/bundles.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var w wrong
		if err := json.Unmarshal(line, &w); err != nil {
			f.Fatal(err)
		}
		doc, err := w.document(lamp)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		failed := false
		for _, d := range core.Check(doc) {
			failed = failed || !d.Warning
		}
		list := core.Lint(doc)
		if failed && len(list) > 0 {
			t.Errorf("a document with errors is linted: %+v", list)
		}
		for _, d := range list {
			if !d.Warning || d.Path == "" || d.Message == "" || d.Hint == "" || !strings.HasPrefix(d.Code, "lint/") {
				t.Errorf("a finding that does not help: %+v", d)
			}
		}
	})
}
