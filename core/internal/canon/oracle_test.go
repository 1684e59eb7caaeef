package canon

// This file holds a second, simple implementation on encoding/json and math/big, and
// compares the package with it.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// oracleCanonical writes src, which must be valid JSON without duplicate keys.
func oracleCanonical(tb testing.TB, src []byte) string {
	tb.Helper()
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		tb.Fatalf("encoding/json refuses %q: %v", src, err)
	}
	var b strings.Builder
	oracleWrite(&b, v)
	return b.String()
}

func oracleWrite(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		fmt.Fprint(b, v)
	case json.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			panic(err)
		}
		b.WriteString(oracleFloat(f))
	case string:
		oracleString(b, v)
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			oracleWrite(b, e)
		}
		b.WriteByte(']')
	case map[string]any:
		var keys []string
		for k := range v {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, oracleCompare)
		b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			oracleString(b, k)
			b.WriteByte(':')
			oracleWrite(b, v[k])
		}
		b.WriteByte('}')
	}
}

func oracleCompare(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func oracleString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		short := strings.IndexRune("\b\t\n\f\r\"\\", r)
		switch {
		case short >= 0:
			b.WriteString("\\" + `btnfr"\`[short:short+1])
		case r < ' ':
			fmt.Fprintf(b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// oracleFloat follows the steps of ECMAScript's Number::toString literally: with k
// digits s, f = s × 10^(n-k).
func oracleFloat(f float64) string {
	if f == 0 {
		return "0"
	}
	if f < 0 {
		return "-" + oracleFloat(-f)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	s := strings.Replace(mantissa, ".", "", 1)
	e, _ := strconv.Atoi(exponent)
	k, n := len(s), e+1
	switch {
	case k <= n && n <= 21:
		return s + strings.Repeat("0", n-k)
	case 0 < n && n <= 21:
		return s[:n] + "." + s[n:]
	case -6 < n && n <= 0:
		return "0." + strings.Repeat("0", -n) + s
	}
	if k > 1 {
		s = s[:1] + "." + s[1:]
	}
	return s + fmt.Sprintf("e%+d", n-1)
}

// oracleNumber returns the code that a literal deserves, by exact arithmetic. Its
// exponent must be of a size that math/big can take.
func oracleNumber(literal string) string {
	exact, ok := new(big.Rat).SetString(literal)
	if !ok {
		panic(literal)
	}
	if exact.Sign() == 0 {
		return ""
	}
	size := new(big.Rat).Abs(exact)
	most := big.NewRat(1<<53-1, 1)
	if !strings.ContainsAny(literal, ".eE") && size.Cmp(most) > 0 {
		return codes.JSONNumberRange
	}
	f, err := strconv.ParseFloat(literal, 64)
	f = math.Abs(f)
	if err != nil || f == 0 || f >= 1<<53 && f < 1e21 {
		return codes.JSONNumberRange
	}
	digits, _, _ := strings.Cut(strings.ToLower(literal), "e")
	digits = strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(digits), "0")
	if len(digits) > 17 || f == math.Trunc(f) && !exact.IsInt() {
		return codes.JSONNumberPrecision
	}
	return ""
}

// checkAgainstOracle holds for any bytes.
func checkAgainstOracle(tb testing.TB, d *Doc, src []byte) {
	tb.Helper()
	kept := bytes.Clone(src)
	err := d.Parse(src)
	if !bytes.Equal(src, kept) {
		tb.Fatalf("Parse changed its source %q", kept)
	}
	if err != nil {
		if err.Offset < 0 || err.Offset > len(src) || err.Message == "" || err.Error() != err.Message {
			tb.Fatalf("%q: bad error %#v", src, err)
		}
		if json.Valid(src) {
			checkRefusal(tb, src, err)
		}
		return
	}
	if !json.Valid(src) || !utf8.Valid(src) {
		tb.Fatalf("accepted %q, which is not JSON in UTF-8", src)
	}
	out := d.Canonical(nil, 0)
	if want := oracleCanonical(tb, src); string(out) != want {
		tb.Fatalf("%q:\nwant %s\ngot  %s", src, want, out)
	}
	if d.IsCanonical() != bytes.Equal(src, out) {
		tb.Fatalf("%q: IsCanonical is %v, the canonical form %s", src, d.IsCanonical(), out)
	}
	checkWalk(tb, d, src)

	var again Doc
	if err := again.Parse(out); err != nil {
		tb.Fatalf("%q: its canonical form %s is refused: %v", src, out, err)
	}
	if !again.IsCanonical() || !bytes.Equal(again.Canonical(nil, 0), out) {
		tb.Fatalf("%q: canonical form %s changes when written again", src, out)
	}
}

// checkRefusal checks that what encoding/json takes is refused for the reason given.
func checkRefusal(tb testing.TB, src []byte, err *Error) {
	tb.Helper()
	rest := src[err.Offset:]
	switch err.Code {
	case codes.JSONInvalidUTF8:
		if utf8.Valid(src) || !utf8.Valid(src[:err.Offset]) {
			tb.Fatalf("%q: %s at %d", src, err.Code, err.Offset)
		}
	case codes.JSONLoneSurrogate:
		if !bytes.HasPrefix(bytes.ToLower(rest), []byte(`\ud`)) {
			tb.Fatalf("%q: %s at %d", src, err.Code, err.Offset)
		}
	case codes.JSONDuplicateKey:
		if !hasDuplicate(src) {
			tb.Fatalf("%q: no key occurs twice, but %v", src, err)
		}
	case codes.JSONNumberRange, codes.JSONNumberPrecision:
		n := 0
		for n < len(rest) && strings.IndexByte("+-.eE0123456789", rest[n]) >= 0 {
			n++
		}
		if want := oracleNumber(string(rest[:n])); want != err.Code {
			tb.Fatalf("%q: want %q for %s, got %s", src, want, rest[:n], err.Code)
		}
	case codes.LimitJSONDepth, codes.LimitJSONValues, codes.LimitJSONSize:
	default:
		tb.Fatalf("%q: JSON, but refused: %v", src, err)
	}
}

// hasDuplicate reads src with encoding/json's tokens.
func hasDuplicate(src []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var read func() bool
	read = func() bool {
		t, _ := dec.Token()
		found := false
		if t == json.Delim('{') {
			seen := map[string]bool{}
			for dec.More() {
				k, _ := dec.Token()
				found = seen[k.(string)] || found
				seen[k.(string)] = true
				found = read() || found
			}
			dec.Token()
		} else if t == json.Delim('[') {
			for dec.More() {
				found = read() || found
			}
			dec.Token()
		}
		return found
	}
	return read()
}

// checkWalk compares every node with what encoding/json says of its bytes.
func checkWalk(tb testing.TB, d *Doc, src []byte) {
	tb.Helper()
	seen := 0
	var walk func(n Node)
	walk = func(n Node) {
		seen++
		start, end := d.Offset(n)
		var v any
		if err := json.Unmarshal(src[start:end], &v); err != nil {
			tb.Fatalf("%q: node %d spans %q", src, n, src[start:end])
		}
		ok := false
		switch v := v.(type) {
		case nil:
			ok = d.Kind(n) == Null
		case bool:
			ok = d.Kind(n) == map[bool]Kind{false: False, true: True}[v]
		case float64:
			i, isInt := d.Int(n)
			ok = d.Kind(n) == Number && d.Float(n) == v && isInt == (v == math.Trunc(v) && math.Abs(v) < 1<<53) &&
				(!isInt || float64(i) == v)
		case string:
			ok = d.Kind(n) == String && d.String(n) == v
		case []any:
			ok = d.Kind(n) == Array && d.Len(n) == len(v)
			count := 0
			for e := d.First(n); e >= 0; e = d.Next(e) {
				count++
				walk(e)
			}
			ok = ok && count == len(v)
		case map[string]any:
			ok = d.Kind(n) == Object && d.Len(n) == len(v) && d.Get(n, "no such key") < 0
			count := 0
			for k := d.First(n); k >= 0; k = d.Next(k) {
				count++
				walk(k)
				walk(d.Value(k))
				ok = ok && d.Get(n, d.String(k)) == d.Value(k) && d.Next(d.Value(k)) == -1
			}
			ok = ok && count == len(v)
		}
		if !ok {
			tb.Fatalf("%q: node %d, %q, reads wrong", src, n, src[start:end])
		}
	}
	walk(0)
	if d.Next(0) != -1 || seen != len(d.nodes) {
		tb.Fatalf("%q: the walk meets %d of %d nodes", src, seen, len(d.nodes))
	}
}

// randomDocument appends a document with much variety and, seldom, a flaw.
func randomDocument(r *rand.Rand, b []byte, depth int) []byte {
	space := func() {
		if r.IntN(8) == 0 {
			b = append(b, " \n\t\r  \x00"[r.IntN(6)])
		}
	}
	space()
	switch k := r.IntN(10); {
	case k < 2 && depth > 0:
		b = append(b, '[')
		for i, n := 0, r.IntN(5); i < n; i++ {
			if i > 0 {
				b = append(b, ',')
			}
			b = randomDocument(r, b, depth-1)
		}
		space()
		b = append(b, ']')
	case k < 5 && depth > 0:
		b = append(b, '{')
		n := r.IntN(6)
		if r.IntN(20) == 0 {
			n = 30 + r.IntN(20)
		}
		ascending := r.IntN(2) == 0
		for i := 0; i < n; i++ {
			if i > 0 {
				b = append(b, ',')
			}
			space()
			if ascending {
				b = append(b, fmt.Sprintf(`"%s%03d"`, []string{"", "a", "some-prefix-"}[r.IntN(3)], i)...)
			} else {
				b = randomString(r, b)
			}
			space()
			b = append(b, ':')
			b = randomDocument(r, b, depth-1)
		}
		space()
		b = append(b, '}')
	case k < 7:
		b = randomString(r, b)
	case k < 9:
		b = append(b, randomNumber(r)...)
	default:
		b = append(b, []string{"true", "false", "null"}[r.IntN(3)]...)
	}
	space()
	return b
}

func randomString(r *rand.Rand, b []byte) []byte {
	pieces := []string{"a", "b", "id", "kind", "longer text ", "é", "ő", "你", "\U0001F600", "\ue000", "\uffff",
		" ", "!", "'",
		`\n`, `\"`, `\\`, `\/`, `\u0000`, `\u001F`, `\u0041`, `\u00e9`, `\ud83d\ude00`}
	if r.IntN(300) == 0 {
		pieces = append(pieces, "\xff", "\xed\xa0\x80", `\ud800`, `\x`, "\n", `\u12`)
	}
	b = append(b, '"')
	for n := r.IntN(6); n > 0; n-- {
		b = append(b, pieces[r.IntN(len(pieces))]...)
	}
	return append(b, '"')
}

func randomNumber(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0, 1, 2:
		return strconv.Itoa(r.IntN(1000) - 100)
	case 3:
		return strconv.FormatInt(r.Int64N(1<<54)-1<<53, 10)
	case 4:
		return strconv.FormatFloat(r.NormFloat64(), 'f', r.IntN(18), 64)
	case 5:
		return strconv.FormatFloat(math.Float64frombits(r.Uint64N(0x7FF<<52)), 'g', -1, 64)
	case 6:
		return fmt.Sprintf("%d.%0*de%d", r.IntN(20), 1+r.IntN(18), r.IntN(1000), r.IntN(40)-20)
	}
	s := strconv.FormatUint(r.Uint64(), 10)
	return s[:1+r.IntN(len(s))] + strings.Repeat("0", r.IntN(4)) + "." + strings.Repeat("0", r.IntN(4)) +
		strconv.Itoa(r.IntN(100))
}

func TestRandomDocuments(t *testing.T) {
	r := rand.New(rand.NewPCG(8785, 1))
	var d Doc
	accepted := 0
	for i := 0; i < 20000; i++ {
		src := randomDocument(r, nil, 4)
		checkAgainstOracle(t, &d, src)
		if d.Parse(src) == nil {
			accepted++
		}
	}
	if accepted < 10000 {
		t.Fatalf("only %d of 20000 documents were accepted", accepted)
	}
}

func TestRandomNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(8785, 2))
	var d Doc
	seen := map[string]int{}
	for i := 0; i < 50000; i++ {
		s := randomNumber(r)
		if s[0] == '0' && len(s) > 1 && s[1] != '.' {
			continue
		}
		want, got := oracleNumber(s), ""
		if err := d.Parse([]byte(s)); err != nil {
			got = err.Code
		} else if f, _ := strconv.ParseFloat(s, 64); d.Float(0) != f {
			t.Fatalf("%s: want %v, got %v", s, f, d.Float(0))
		}
		if want != got {
			t.Fatalf("%s: want %q, got %q", s, want, got)
		}
		seen[got]++
	}
	for _, code := range []string{"", codes.JSONNumberRange, codes.JSONNumberPrecision} {
		if seen[code] < 1000 {
			t.Errorf("%q only %d times", code, seen[code])
		}
	}
}

func TestRandomFloats(t *testing.T) {
	r := rand.New(rand.NewPCG(8785, 3))
	var d Doc
	for i := 0; i < 200000; i++ {
		f := math.Float64frombits(r.Uint64())
		if i%2 == 0 {
			f = math.Ldexp(r.Float64()-0.5, r.IntN(120)-40) // where the layout changes
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		out := AppendFloat(nil, f)
		if want := oracleFloat(f); string(out) != want {
			t.Fatalf("%b: want %s, got %s", f, want, out)
		}
		err := d.Parse(out)
		if (err == nil) != Fits(f) {
			t.Fatalf("%s: Fits is %v, but Parse says %v", out, Fits(f), err)
		}
		if err == nil && (d.Float(0) != f || !d.IsCanonical()) {
			t.Fatalf("%s reads as %v", out, d.Float(0))
		}
	}
}
