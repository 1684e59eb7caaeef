package core_test

// This file changes reference bundles one value at a time: whatever an author gets
// wrong is a finding with a place that exists, never a crash.

import (
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
)

var mutations = flag.Int("mutations", 1000, "bundles to change and load")

// replacements stand where something else was meant.
var replacements = []string{
	`null`,
	`true`,
	`false`,
	`0`,
	`-1`,
	`1.5`,
	`9007199254740991`,
	`""`,
	`"x"`,
	`"state"`,
	`"a -> b"`,
	`"a ->"`,
	`"{x"`,
	`"}"`,
	`"{1/0}"`,
	`"args.to"`,
	`"state.mode == 1"`,
	`"1/0 == 1"`,
	`[]`,
	`[null]`,
	`["x"]`,
	`{}`,
	`{"x":1}`,
	`{"type":"x"}`,
	`{"enum":[]}`,
	`{"int":[3,1]}`,
	`{"record":{}}`,
	`{"map":{"of":"bool"}}`,
	`{"list":{"of":"bool"}}`,
	`{"when":"true"}`,
}

// spots lists every pointer into v.
func spots(v any, at string, list []string) []string {
	list = append(list, at)
	switch v := v.(type) {
	case map[string]any:
		var keys []string
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			list = spots(v[k], at+"/"+escape(k), list)
		}
	case []any:
		for i := range v {
			list = spots(v[i], at+"/"+strconv.Itoa(i), list)
		}
	}
	return list
}

func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

func unescape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
}

// change returns v with f applied at the pointer; f says whether the place goes away.
func change(v any, pointer string, f func(any) (any, bool)) any {
	if pointer == "" {
		w, _ := f(v)
		return w
	}
	head, rest, more := strings.Cut(pointer[1:], "/")
	if more {
		rest = "/" + rest
	}
	switch v := v.(type) {
	case map[string]any:
		k := unescape(head)
		if rest != "" {
			v[k] = change(v[k], rest, f)
		} else if w, gone := f(v[k]); gone {
			delete(v, k)
		} else {
			v[k] = w
		}
		return v
	case []any:
		i, _ := strconv.Atoi(head)
		if rest != "" {
			v[i] = change(v[i], rest, f)
		} else if w, gone := f(v[i]); gone {
			return slices.Delete(v, i, i+1)
		} else {
			v[i] = w
		}
	}
	return v
}

// there says whether the pointer names something in the document.
func there(v any, pointer string) bool {
	for _, part := range strings.Split(pointer, "/")[1:] {
		switch w := v.(type) {
		case map[string]any:
			next, ok := w[unescape(part)]
			if !ok {
				return false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(w) {
				return false
			}
			v = w[i]
		default:
			return false
		}
	}
	return true
}

func TestMutatedBundles(t *testing.T) {
	paths, err := filepath.Glob("../testdata/golden/*/bundle.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no bundles: %v", err)
	}
	rnd := rand.New(rand.NewPCG(2, 26))
	refused := 0
	for n := range *mutations {
		src, err := os.ReadFile(paths[n%len(paths)])
		if err != nil {
			t.Fatal(err)
		}
		var doc any
		if err := json.Unmarshal(src, &doc); err != nil {
			t.Fatal(err)
		}
		delete(doc.(map[string]any), "tests")
		for range 1 + rnd.IntN(3) {
			list := spots(doc, "", nil)
			doc = change(doc, list[1+rnd.IntN(len(list)-1)], func(v any) (any, bool) {
				switch rnd.IntN(4) {
				case 0:
					return nil, true
				case 1:
					if s, ok := v.(string); ok && s != "" {
						i := rnd.IntN(len(s))
						return strings.ToValidUTF8(s[:i]+s[min(len(s), i+1+rnd.IntN(3)):], "?"), false
					}
				}
				var w any
				if err := json.Unmarshal([]byte(replacements[rnd.IntN(len(replacements))]), &w); err != nil {
					t.Fatal(err)
				}
				return w, false
			})
		}
		changed, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Fatalf("%v\n%s", p, changed)
				}
			}()
			b, err := core.Load(changed)
			var found []core.Diagnostic
			var bad *core.Invalid
			switch {
			case errors.As(err, &bad):
				refused++
				found = bad.Diagnostics
			case err != nil:
				t.Fatal(err)
			default:
				s, err := b.Open("s")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.Admissible([]byte(`{"actor":{"kind":"` + agent(b) + `"}}`)); err != nil {
					t.Fatalf("%v\n%s", err, changed)
				}
				found = b.Warnings()
			}
			for _, d := range found {
				if d.Code == "" || d.Message == "" || d.Off < 0 || d.End < d.Off || !there(doc, d.Path) ||
					d.Related != "" && !there(doc, d.Related) {
					t.Fatalf("%+v\n%s", d, changed)
				}
			}
		}()
	}
	if refused < *mutations/2 {
		t.Errorf("only %d of %d changed bundles were refused: the changes reach too little", refused, *mutations)
	}
}

// agent is the first agent of a bundle.
func agent(b *core.Bundle) string {
	var info struct{ Agents []struct{ Name string } }
	_ = json.Unmarshal(b.Info(), &info)
	return info.Agents[0].Name
}
