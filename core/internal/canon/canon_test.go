package canon

// This file tests the package's functions one by one.

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// Appendix B of RFC 8785: bit patterns and what they are written as.
func TestAppendFloat(t *testing.T) {
	for _, c := range []struct {
		bits uint64
		want string
	}{
		{0x0000000000000000, "0"},
		{0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"},
		{0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"},
		{0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
		{0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
		// Beyond the appendix, from Node: where the layout changes.
		{0x4341c37937e08001, "10000000000000002"},
		{0x3e7ad7f29abcaf48, "1e-7"},
		{0x3e7ad7f29abcaf49, "1.0000000000000001e-7"},
		{0x3fb999999999999a, "0.1"},
		{0x7fe0000000000000, "8.98846567431158e+307"},
		{0x0010000000000000, "2.2250738585072014e-308"},
		{0x000fffffffffffff, "2.225073858507201e-308"},
		{0xc0091eb851eb851f, "-3.14"},
	} {
		if got := string(AppendFloat([]byte("x"), math.Float64frombits(c.bits))); got != "x"+c.want {
			t.Errorf("%016x: want %s, got %s", c.bits, c.want, got[1:])
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if Fits(f) {
			t.Errorf("%v fits", f)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("AppendFloat wrote %v", f)
				}
			}()
			AppendFloat(nil, f)
		}()
	}
}

func TestAppendInt(t *testing.T) {
	for _, i := range []int64{0, -1, 7, 1<<53 - 1, math.MinInt64, math.MaxInt64} {
		if got, want := string(AppendInt(nil, i)), strconv.FormatInt(i, 10); got != want {
			t.Errorf("want %s, got %s", want, got)
		}
	}
}

// Every code point below U+0800 and some above, at every place in a word of eight.
func TestAppendString(t *testing.T) {
	var d Doc
	check := func(s string) {
		var want strings.Builder
		oracleString(&want, s)
		got := AppendString(nil, s)
		if string(got) != want.String() {
			t.Fatalf("%q: want %s, got %s", s, want.String(), got)
		}
		if err := d.Parse(got); err != nil || d.String(0) != s || !d.IsCanonical() {
			t.Fatalf("%s does not read back: %v", got, err)
		}
	}
	for _, length := range []int{0, 1, 7, 8, 9, 17} {
		for at := 0; at <= length; at++ {
			for r := rune(0); r < 0x800; r++ {
				check(strings.Repeat("x", at) + string(r) + strings.Repeat("y", length-at))
			}
			for _, r := range []rune{0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF} {
				check(strings.Repeat("ő", at) + string(r) + strings.Repeat("\n", length-at))
			}
		}
	}
}

func TestLessUTF16(t *testing.T) {
	words := []string{"", "a", "aa", "ab", "b", "B", "é", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uefff", "\uf000",
		"\ufb33", "\uffff",
		"\U00010000", "\U0001F600", "\U000FFFFF", "\U0010FFFF"}
	for _, head := range []string{"", "x", "\ue000", "\U00010000"} {
		for _, a := range words {
			for _, b := range words {
				want := oracleCompare(head+a, head+b) < 0
				if got := LessUTF16(head+a, head+b); got != want {
					t.Errorf("%q < %q: want %v", head+a, head+b, want)
				}
			}
		}
	}
}

// Objects of all sizes around orderedAt, in order, backwards and shuffled.
func TestGet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var d Doc
	for size := 0; size < 3*orderedAt; size++ {
		names := make([]string, size)
		for i := range names {
			names[i] = "name" + strconv.Itoa(i)
		}
		slices.Sort(names)
		for _, order := range []func(){func() {}, func() { slices.Reverse(names) }, func() {
			r.Shuffle(size, func(i, j int) { names[i], names[j] = names[j], names[i] })
		}} {
			order()
			src := []byte(`["before",{`)
			for i, name := range names {
				if i > 0 {
					src = append(src, ',')
				}
				src = append(AppendString(src, name), ':')
				src = AppendString(src, "value of "+name)
			}
			src = append(src, `},"after"]`...)
			if err := d.Parse(src); err != nil {
				t.Fatal(err)
			}
			obj := d.Next(d.First(0))
			for _, name := range names {
				if n := d.Get(obj, name); n < 0 || d.String(n) != "value of "+name {
					t.Fatalf("%d members: Get(%q) = %d", size, name, n)
				}
			}
			for _, name := range []string{"", "name", "name0x", "zzz", "\U0001F600"} {
				if n := d.Get(obj, name); n != -1 {
					t.Fatalf("%d members: Get(%q) = %d", size, name, n)
				}
			}
			i := 0
			for k := d.First(obj); k >= 0; k = d.Next(k) {
				if d.String(k) != names[i] {
					t.Fatalf("%d members: key %d is %q, want %q", size, i, d.String(k), names[i])
				}
				i++
			}
		}
	}
}

// What is asked of the wrong kind has an answer, and no panic.
func TestWrongKind(t *testing.T) {
	var d Doc
	if err := d.Parse([]byte(`[null,true,7,"é\n",[],{}]`)); err != nil {
		t.Fatal(err)
	}
	for n := d.First(0); n >= 0; n = d.Next(n) {
		k := d.Kind(n)
		if k != Number {
			if i, ok := d.Int(n); ok || i != 0 || d.Float(n) != 0 {
				t.Errorf("kind %d is a number", k)
			}
		}
		if k != String && d.String(n) != "" {
			t.Errorf("kind %d is a string", k)
		}
		if d.Len(n) != 0 || d.First(n) != -1 || d.Get(n, "") != -1 {
			t.Errorf("kind %d has children", k)
		}
	}
}

func TestLimits(t *testing.T) {
	var d Doc
	zeros := func(n int) []byte { return []byte("[" + strings.Repeat("0,", n-2) + "0]") }
	for _, c := range []struct {
		name string
		src  []byte
		code string
		at   int
	}{
		{"most bytes", []byte(`"` + strings.Repeat("x", MaxBytes-2) + `"`), "", 0},
		{"a byte more", []byte(`"` + strings.Repeat("x", MaxBytes-1) + `"`), codes.LimitJSONSize, MaxBytes},
		{"most values", zeros(MaxValues), "", 0},
		{"a value more", zeros(MaxValues + 1), codes.LimitJSONValues, 1 + 2*(MaxValues-1)},
		{"most values, the last one empty", append(zeros(MaxValues - 1)[:2*(MaxValues-2)], ",[ ]]"...), "", 0},
		{"a number as long as a document", []byte("0." + strings.Repeat("0", MaxBytes-3) + "1"), codes.JSONNumberRange, 0},
		{"a number that its exponent makes small again", []byte("1" + strings.Repeat("0", 1<<20) + "e-1048576"), "", 0},
		{"a number that its exponent makes large again", []byte("0." + strings.Repeat("0", 1<<20) + "12e1048577"), "", 0},
	} {
		err := d.Parse(c.src)
		switch {
		case err == nil && c.code == "":
		case err == nil:
			t.Errorf("%s: want %s, got none", c.name, c.code)
		case err.Code != c.code || err.Offset != c.at:
			t.Errorf("%s: want %q at %d, got %s at %d", c.name, c.code, c.at, err.Code, err.Offset)
		}
		if strings.Contains(c.name, "again") {
			if f := d.Float(0); f != 1 && f != 1.2 {
				t.Errorf("%s: %v", c.name, f)
			}
		}
	}
}

// A large object with its keys backwards must come out sorted, and a key that comes
// twice in it must be found.
func TestLargeObject(t *testing.T) {
	const size = 100_000
	var src []byte
	for i := size; i > 0; i-- {
		src = append(src, `,"`+strconv.Itoa(i)+`":`+strconv.Itoa(i)...)
	}
	src[0] = '{'
	var d Doc
	if err := d.Parse(append(src, '}')); err != nil {
		t.Fatal(err)
	}
	out := d.Canonical(nil, 0)
	var again Doc
	if err := again.Parse(out); err != nil || again.Len(0) != size || !again.IsCanonical() {
		t.Fatal(err, again.Len(0), again.IsCanonical())
	}
	for i := 1; i <= size; i++ {
		if got, _ := d.Int(d.Get(0, strconv.Itoa(i))); got != int64(i) {
			t.Fatalf("Get(%d) = %d", i, got)
		}
	}
	at := len(src) + 1
	for i := 0; i < 100; i++ {
		src = append(src, `,"77777":0,"88888":0`...)
	}
	err := d.Parse(append(src, '}'))
	if err == nil || err.Code != codes.JSONDuplicateKey || err.Offset != at {
		t.Fatalf("want %s at %d, got %+v", codes.JSONDuplicateKey, at, err)
	}
}

func TestAppend(t *testing.T) {
	out, err := Append([]byte("x"), []byte(`{"b":1,"a":[ ]}`))
	if err != nil || string(out) != `x{"a":[],"b":1}` {
		t.Errorf("got %s, %v", out, err)
	}
	out, err = Append([]byte("x"), []byte(`{"b":1,"a":`))
	if err == nil || string(out) != "x" {
		t.Errorf("got %s, %v", out, err)
	}
}

// Canonical works on any node, not only on the root.
func TestCanonicalPart(t *testing.T) {
	var d Doc
	if err := d.Parse([]byte(`{"z": {"b":1,"a":[1.0, "\u0041"]}, "a": -0}`)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"z": `{"a":[1,"A"],"b":1}`, "a": "0"} {
		if got := string(d.Canonical(nil, d.Get(0, name))); got != want {
			t.Errorf("%s: want %s, got %s", name, want, got)
		}
	}
	if got := string(d.Canonical(nil, d.First(0))); got != `"z"` {
		t.Errorf("key: %s", got)
	}
}

// A document that was refused leaves nothing behind.
func TestAfterError(t *testing.T) {
	var d Doc
	for _, src := range []string{`[1,2,"\n",{"b":1,"a":2}]`, `[1,2,"\n",{"b":1,"b":`, `[`, ``} {
		err := d.Parse([]byte(src))
		if (err == nil) != d.IsCanonical() && err != nil {
			t.Errorf("%s: refused, yet canonical", src)
		}
	}
	if err := d.Parse([]byte(`{"a":"\t"}`)); err != nil || d.String(d.Get(0, "a")) != "\t" || !d.IsCanonical() {
		t.Errorf("parsing does not recover: %v", err)
	}
}

func TestNoAllocation(t *testing.T) {
	numbers := testCase{Name: "Numbers",
		In: `{"action":[0.30000000000000004,1.5e-7,-1.0,123456789e20,12345678901234567e5]}`}
	for _, doc := range append(slices.Clone(benchDocs), numbers) {
		src := doc.source()
		var d Doc
		var out []byte
		do := func() {
			if err := d.Parse(src); err != nil {
				t.Fatal(err)
			}
			out = d.Canonical(out[:0], 0)
			if d.Get(0, "text") < 0 && d.Get(0, "action") < 0 {
				t.Fatal(doc.Name, "lacks its member")
			}
		}
		do()
		if n := testing.AllocsPerRun(100, do); n != 0 {
			t.Errorf("%s: %v allocations", doc.Name, n)
		}
	}
	// Keys out of order, more than are kept in order anyway.
	src := []byte(`{`)
	for i := 2 * orderedAt; i > 0; i-- {
		src = append(AppendString(src, "key\t"+strconv.Itoa(i)), ":0.25,"...)
	}
	src[len(src)-1] = '}'
	var d Doc
	var out []byte
	do := func() {
		d.Parse(src)
		out = d.Canonical(out[:0], 0)
	}
	do()
	if n := testing.AllocsPerRun(100, do); n != 0 {
		t.Errorf("keys out of order: %v allocations", n)
	}
	if cmp.Compare(len(out), len(src)) != 0 {
		t.Errorf("%s: %d bytes became %d", out, len(src), len(out))
	}
}
