package main

// This file tests how decisions are shown, where a script would be too long.

import (
	"strings"
	"testing"
)

// A term that is too long is shown as its digest; then the proposal has the text.
func TestExcerpt(t *testing.T) {
	digest := `{"digest":"sha256:00","size":900}`
	for _, c := range []struct{ path, term, want string }{
		{"args.text", `"as it was"`, `"as"`},
		{"args.text", digest, `"to"`},
		{"args.list[1].text", digest, `"in"`},
		{`args.map["a b"]`, digest, `"at"`},
		{"args.map.key", digest, `"of"`},
		{"proposal.reasons[1]", digest, `"be"`},
		{"proposal.reasons[2]", digest, ""},
		{"args.list[state.i].text", digest, ""},
		{"args.list[9].text", digest, ""},
		{"args.list.text", digest, ""},
		{"args.text.more", digest, ""},
		{"state.text", digest, ""},
		{"", digest, ""},
	} {
		d, err := readDecision([]byte(`{"args":{"text":"to","list":[{},{"text":"in"}],"map":{"a b":"at","key":"of"}},
			"reasons":["no","be"],
			"violations":[{"id":"X","spans":[{"end":2,"path":"` + strings.ReplaceAll(c.path, `"`, `\"`) + `",
			"pattern":"p","start":0}],
			"terms":[["` + strings.ReplaceAll(c.path, `"`, `\"`) + `",` + c.term + `]]}]}`))
		if err != nil {
			t.Fatal(err)
		}
		v := d.Violations[0]
		if got := d.excerpt(v.Spans[0], v.Terms); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.path, c.term, got, c.want)
		}
	}
	d, err := readDecision([]byte(`{"violations":[{"spans":[{"end":2,"path":"","pattern":"p","start":0}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	d.because(&b, false, "")
	if !strings.Contains(b.String(), "    a computed text at 0 (p)\n") {
		t.Error(b.String())
	}
}
