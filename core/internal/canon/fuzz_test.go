package canon

// This file fuzzes the reader and the writer. Finds become lines of cases.jsonl.

import (
	"bytes"
	"math"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// FuzzParse compares the reader with encoding/json on any bytes, alone and moved into
// the middle of a document, where run and step share the work in another way.
func FuzzParse(f *testing.F) {
	for _, c := range readCases(f) {
		if len(c.source()) < 1000 {
			f.Add(c.source())
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if manyDigits(src) {
			t.Skip("an exponent that exact arithmetic cannot take")
		}
		var d Doc
		checkAgainstOracle(t, &d, src)
		moved := append(append([]byte(`["a",`), src...), `,"a long string at the end"]`...)
		err, movedErr := d.Parse(src), new(Doc).Parse(moved)
		outside := err != nil && (err.Code == codes.JSONTrailingBytes || err.Code == codes.JSONSyntax) || // "1,2"
			movedErr != nil && movedErr.Code == codes.LimitJSONDepth
		if (err == nil) != (movedErr == nil) && !outside {
			t.Fatalf("%q: %v alone, %v in the middle", src, err, movedErr)
		}
		checkAgainstOracle(t, &d, moved)
	})
}

// manyDigits reports whether src might hold an exponent of more than four digits.
func manyDigits(src []byte) bool {
	for i, c := range src {
		if c|0x20 == 'e' {
			n := 0
			for n < len(src)-i-1 && bytes.IndexByte([]byte("+-0123456789"), src[i+1+n]) >= 0 {
				n++
			}
			if n > 5 {
				return true
			}
		}
	}
	return false
}

// FuzzCanonical writes a document of any strings and number, and reads it back.
func FuzzCanonical(f *testing.F) {
	f.Add("b", "a", "text\n", 1.5)
	f.Add("\U0001F600", "\ue000", "\x00\x1f\x7f\"\\/", 5e-324)
	f.Add("same", "same", "12345678\u2028", 1e21)
	f.Add("common-prefix-1", "common-prefix-2", "", math.Copysign(0, -1))
	f.Fuzz(func(t *testing.T, a, b, text string, number float64) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) || !utf8.ValidString(text) || math.IsNaN(number) ||
			math.IsInf(number, 0) {
			t.Skip()
		}
		src := append(AppendString([]byte("{"), a), ':')
		src = append(AppendString(src, text), ',')
		src = append(AppendString(src, b), ": "...)
		src = append(AppendFloat(src, number), '}')
		var d Doc
		err := d.Parse(src)
		if a == b || !Fits(number) {
			if err == nil {
				t.Fatalf("%s accepted", src)
			}
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if d.String(d.Get(0, a)) != text || d.Float(d.Get(0, b)) != number || d.IsCanonical() {
			t.Fatalf("%s reads wrong", src)
		}
		if LessUTF16(a, b) != (bytes.HasPrefix(d.Canonical(nil, 0), AppendString([]byte("{"), a))) {
			t.Fatalf("%s: canonical form %s", src, d.Canonical(nil, 0))
		}
		checkAgainstOracle(t, &d, src)
	})
}
