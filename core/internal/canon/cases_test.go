package canon

// This file runs testdata/canon/cases.jsonl, which other hosts run too.

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// testCase is a line of cases.jsonl: a source with the canonical form it has or the
// error it gives.
type testCase struct {
	Name     string
	In       string
	InBase64 []byte `json:"in_base64"` // instead of In, where it is not UTF-8
	Out      *string
	Code     string
	Offset   int
}

func (c *testCase) source() []byte {
	if c.InBase64 != nil {
		return c.InBase64
	}
	return []byte(c.In)
}

func readCases(tb testing.TB) []testCase {
	tb.Helper()
	data, err := os.ReadFile("../../../testdata/canon/cases.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	var cases []testCase
	for _, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		var c testCase
		if err := json.Unmarshal(line, &c); err != nil {
			tb.Fatalf("%s: %v", line, err)
		}
		cases = append(cases, c)
	}
	return cases
}

func TestCases(t *testing.T) {
	var d Doc // one for all, so that nothing may be left over from the case before
	for _, c := range readCases(t) {
		err := d.Parse(c.source())
		switch {
		case c.Out == nil:
			if err == nil {
				t.Errorf("%s: want %s at %d, got %s", c.Name, c.Code, c.Offset, d.Canonical(nil, 0))
			} else if err.Code != c.Code || err.Offset != c.Offset {
				t.Errorf("%s: want %s at %d, got %s at %d (%s)", c.Name, c.Code, c.Offset, err.Code, err.Offset, err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.Name, err)
		default:
			out := string(d.Canonical(nil, 0))
			if out != *c.Out {
				t.Errorf("%s:\nwant %s\ngot  %s", c.Name, *c.Out, out)
			}
			if d.IsCanonical() != (c.In == *c.Out) {
				t.Errorf("%s: IsCanonical is %v", c.Name, d.IsCanonical())
			}
		}
	}
}

// Whatever the loop in run leaves to step must come out the same: so every case runs
// again with white space and padding around it that push it from one to the other.
func TestCasesPadded(t *testing.T) {
	var d Doc
	for _, c := range readCases(t) {
		if c.Code == codes.JSONTrailingBytes || c.Code == codes.LimitJSONDepth || c.Name == "depth 128" ||
			c.Name == "depth 128 of objects" || c.Name == "syntax: byte order mark" {
			continue
		}
		src := append([]byte(`["a",`), c.source()...)
		src = append(src, `,"a long string at the end"]`...)
		err := d.Parse(src)
		switch {
		case c.Out != nil && err != nil:
			t.Errorf("%s: %v", c.Name, err)
		case c.Out != nil:
			want := `["a",` + *c.Out + `,"a long string at the end"]`
			if got := string(d.Canonical(nil, 0)); got != want {
				t.Errorf("%s:\nwant %s\ngot  %s", c.Name, want, got)
			}
			if d.IsCanonical() != (want == string(src)) {
				t.Errorf("%s: IsCanonical is %v", c.Name, d.IsCanonical())
			}
		case err == nil:
			t.Errorf("%s: accepted as %s", c.Name, d.Canonical(nil, 0))
		case err.Offset != c.Offset+5 && c.Offset < len(c.source()):
			t.Errorf("%s: want offset %d, got %d (%s)", c.Name, c.Offset+5, err.Offset, err)
		}
	}
}

// What people read says where, what to do, and does not grow with the document.
func TestMessages(t *testing.T) {
	cases := readCases(t)
	for n := 20; n < 90; n++ { // long keys, cut between characters
		key := strings.Repeat("ő", n) + strings.Repeat("x", n%2)
		cases = append(cases, testCase{Name: "long key", In: `{"` + key + `":1,"` + key + `":2}`})
	}
	for _, c := range cases {
		var d Doc
		err := d.Parse(c.source())
		if err == nil {
			continue
		}
		what, todo, ok := strings.Cut(err.Message, " at byte "+strconv.Itoa(err.Offset)+": ")
		if !ok || what == "" || todo == "" || len(err.Message) > 200 || !utf8.ValidString(err.Message) {
			t.Errorf("%s: %q", c.Name, err.Message)
		}
	}
}
