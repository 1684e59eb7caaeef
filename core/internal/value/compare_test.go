package value

// This file tests equality and ordering, against math/big where numbers meet.

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// edges are numbers of all kinds around the places where kinds stop agreeing.
func edges() []Value {
	var all []Value
	for _, i := range []int64{0, 1, -1, 2, 1 << 52, 1<<53 - 1, 1 << 53, 1<<53 + 1, 1<<53 + 2, 1 << 62, math.MaxInt64 - 512,
		math.MaxInt64 - 1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, -1 << 53, -1<<53 - 1} {
		all = append(all, OfInt(i))
	}
	for _, u := range []uint64{0, 1, 2, 1<<53 - 1, 1 << 53, 1<<53 + 1, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<63 + 2048,
		math.MaxUint64 - 2048, math.MaxUint64 - 1, math.MaxUint64} {
		all = append(all, OfUint(u))
	}
	for _, f := range []float64{0, math.Copysign(0, -1), 0.5, -0.5, 1, 1.5, -1, -1.5, 1 << 52, 1<<52 + 0.5, 1<<53 - 1,
		1 << 53, 1<<53 + 2, 1 << 62, 1<<63 - 1024, 1 << 63, 1<<63 + 2048, 1<<64 - 2048, 1 << 64, 1<<64 + 4096, -1 << 63,
		-1<<63 - 2048, -1 << 53, 1e300, -1e300, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN()} {
		all = append(all, OfDouble(f))
	}
	return all
}

// exact orders two numbers with arbitrary precision.
func exact(a, b Value) (order int, ok bool) {
	x, y := toBig(a), toBig(b)
	if x == nil || y == nil {
		return 0, false
	}
	return x.Cmp(y), true
}

func toBig(v Value) *big.Float {
	switch v.K {
	case Int:
		return new(big.Float).SetPrec(2000).SetInt64(v.Int())
	case Uint:
		return new(big.Float).SetPrec(2000).SetUint64(v.N)
	}
	if math.IsNaN(v.Double()) {
		return nil
	}
	return new(big.Float).SetPrec(2000).SetFloat64(v.Double())
}

// isSuiteException says whether a and b are the one pair that CEL's conformance
// suite wants equal although it is not.
func isSuiteException(a, b Value) bool {
	is := func(a, b Value) bool {
		return a.K == Int && a.Int() == math.MaxInt64 && b.K == Double && b.Double() == 1<<63
	}
	return is(a, b) || is(b, a)
}

func checkNumbers(t *testing.T, a, b Value) {
	t.Helper()
	want, wantOK := exact(a, b)
	if isSuiteException(a, b) {
		want = 0
	}
	got, ok := Compare(a, b)
	if got != want || ok != wantOK {
		t.Errorf("Compare(%v, %v) = %d, %v, want %d, %v", show(a), show(b), got, ok, want, wantOK)
	}
	if Equal(a, b) != (wantOK && want == 0) {
		t.Errorf("Equal(%v, %v) = %v, but Compare says %d, %v", show(a), show(b), Equal(a, b), want, wantOK)
	}
}

func TestNumbersAtTheEdges(t *testing.T) {
	all := edges()
	for _, a := range all {
		for _, b := range all {
			checkNumbers(t, a, b)
		}
	}
}

func TestNumbersAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() Value {
		bits := r.Uint64() >> r.IntN(64)
		switch r.IntN(5) {
		case 0:
			return OfInt(int64(bits))
		case 1:
			return OfUint(bits)
		case 2:
			return OfDouble(math.Float64frombits(bits))
		case 3:
			return OfDouble(float64(bits) + float64(r.IntN(3)))
		}
		return OfDouble(float64(int64(bits)) / 2)
	}
	for range 200_000 {
		checkNumbers(t, draw(), draw())
	}
}

func TestOrderIsTransitive(t *testing.T) {
	all := edges()
	for _, a := range all {
		for _, b := range all {
			ab, ok1 := Compare(a, b)
			ba, ok2 := Compare(b, a)
			if ab != -ba || ok1 != ok2 || Equal(a, b) != Equal(b, a) {
				t.Errorf("%v and %v compare %d one way, %d the other", show(a), show(b), ab, ba)
			}
			for _, c := range all {
				bc, ok3 := Compare(b, c)
				ac, _ := Compare(a, c)
				if !ok1 || !ok3 || ab > 0 || bc > 0 || isSuiteException(a, b) || isSuiteException(b, c) || isSuiteException(a, c) {
					continue
				}
				if want := min(ab, bc); ac != want {
					t.Errorf("%v, %v, %v: %d then %d, but end to end %d", show(a), show(b), show(c), ab, bc, ac)
				}
			}
		}
	}
}

func TestCompareAndEqual(t *testing.T) {
	const none = 9
	nan := OfDouble(math.NaN())
	m := func(kv ...Value) Value {
		var keys, vals []Value
		for i := 0; i < len(kv); i += 2 {
			keys, vals = append(keys, kv[i]), append(vals, kv[i+1])
		}
		return NewMap(keys, vals)
	}
	l := func(items ...Value) Value { return OfList(items) }
	s := OfString
	for _, c := range []struct {
		a, b  Value
		order int // none: there is none
		equal bool
	}{
		{Value{}, Value{}, none, true},
		{OfBool(false), OfBool(true), -1, false},
		{OfBool(true), OfBool(true), 0, true},
		{OfBool(true), OfInt(1), none, false},
		{s(""), s("a"), -1, false},
		{s("a"), s("AB"), 1, false},
		{s("abc"), s("abcd"), -1, false},
		{s("τ"), s("t"), 1, false},
		{s("\U0001F431"), s("\uFFFD"), 1, false}, // by UTF-8; UTF-16 would say otherwise
		{s("a"), OfBytes([]byte("a")), none, false},
		{OfBytes(nil), OfBytes([]byte{}), 0, true},
		{OfBytes([]byte{0xff}), OfBytes([]byte{1, 2}), 1, false},
		{OfDuration(-1, 500_000_000), OfDuration(-1, 600_000_000), -1, false},
		{OfDuration(-1, 0), OfDuration(0, 1), -1, false},
		{OfDuration(1, 0), OfTimestamp(1, 0), none, false},
		{OfTimestamp(-1, 999), OfTimestamp(-1, 999), 0, true},
		{OfTimestamp(-1, 999), OfTimestamp(0, 0), -1, false},
		{OfType("int"), OfType("int"), none, true},
		{OfType("int"), OfType("uint"), none, false},
		{OfType("int"), s("int"), none, false},
		{l(), l(), none, true},
		{l(OfInt(1), s("a")), l(OfUint(1), s("a")), none, true},
		{l(OfInt(1)), l(OfInt(1), OfInt(2)), none, false},
		{l(nan), l(nan), none, false},
		{l(l(OfInt(1))), l(l(OfDouble(1))), none, true},
		{m(), m(), none, true},
		{m(OfInt(1), s("a"), OfUint(2), s("b")), m(OfInt(2), s("b"), OfUint(1), s("a")), none, true},
		{m(s("a"), OfInt(1)), m(s("a"), OfInt(2)), none, false},
		{m(s("a"), OfInt(1)), m(s("b"), OfInt(1)), none, false},
		{m(s("a"), OfInt(1)), m(s("a"), OfInt(1), s("b"), OfInt(1)), none, false},
		{m(s("a"), Value{}), m(s("b"), Value{}), none, false},
		{OfError(Overflow, ""), OfError(Overflow, ""), none, false},
		{OfUnknown(1), OfUnknown(1), none, false},
		{nan, nan, none, false},
	} {
		order, ok := Compare(c.a, c.b)
		if !ok {
			order = none
		}
		if order != c.order {
			t.Errorf("Compare(%v, %v) = %d, want %d", show(c.a), show(c.b), order, c.order)
		}
		if Equal(c.a, c.b) != c.equal || Equal(c.b, c.a) != c.equal {
			t.Errorf("Equal(%v, %v) = %v, want %v", show(c.a), show(c.b), !c.equal, c.equal)
		}
	}
}

// TestEqualWithin compares two lists that are 2^40 items when walked, though they
// take forty.
func TestEqualWithin(t *testing.T) {
	build := func() Value {
		v := OfInt(1)
		for range 40 {
			v = OfList([]Value{v, v})
		}
		return v
	}
	budget := 10_000
	EqualWithin(build(), build(), &budget)
	if budget != -1 {
		t.Errorf("the budget ended at %d", budget)
	}
	budget = 3
	if !EqualWithin(OfList([]Value{OfInt(1), OfInt(2)}), OfList([]Value{OfInt(1), OfInt(2)}), &budget) || budget != 0 {
		t.Errorf("a list of two took %d", 3-budget)
	}
}

func TestComparingAllocatesNothing(t *testing.T) {
	a := NewMap([]Value{OfString("a"), OfInt(3)}, []Value{OfList([]Value{OfDouble(1)}), OfInt(7)})
	b := NewMap([]Value{OfString("a"), OfUint(3)}, []Value{OfList([]Value{OfInt(1)}), OfInt(7)})
	if n := testing.AllocsPerRun(100, func() {
		if !Equal(a, b) {
			t.Error("not equal")
		}
		Compare(OfInt(1), OfDouble(2))
		Compare(OfString("a"), OfString("b"))
		a.Entries().Find(OfDouble(3))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func show(v Value) string { return v.K.String() + " " + string(AppendQuoted(nil, v)) }
