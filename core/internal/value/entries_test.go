package value

// This file tests the making of maps and the search for keys.

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestNewMapSorts(t *testing.T) {
	keys := []Value{OfString("b"), OfInt(10), OfString(""), OfUint(9), OfBool(true), OfInt(-1), OfUint(math.MaxUint64),
		OfString("a"), OfBool(false)}
	vals := make([]Value, len(keys))
	for i := range vals {
		vals[i] = OfInt(int64(i))
	}
	m := NewMap(keys, vals)
	const want = `{false: 8, true: 4, -1: 5, 9: 3, 10: 1, 18446744073709551615: 6, "": 2, "a": 7, "b": 0}`
	if got := string(AppendText(nil, m)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNewMapRefuses(t *testing.T) {
	one := []Value{{}, {}, {}}
	for _, c := range []struct {
		keys   []Value
		code   Code
		detail string
	}{
		{[]Value{OfString("b"), OfString("a"), OfString("b")}, DuplicateKey, `duplicate key: "b"`},
		{[]Value{OfInt(1), OfString("a"), OfUint(1)}, DuplicateKey, "duplicate key: 1"},
		{[]Value{OfBool(true), OfBool(true), OfInt(1)}, DuplicateKey, "duplicate key: true"},
		{[]Value{OfDouble(1), OfInt(2), OfInt(3)}, NoSuchOverload, "a map key is a bool, int, uint or string, not double"},
		{[]Value{OfInt(2), {}, OfInt(3)}, NoSuchOverload, "a map key is a bool, int, uint or string, not null"},
	} {
		if got := NewMap(c.keys, one); got.K != Error || got.Code() != c.code || got.Str() != c.detail {
			t.Errorf("got %v, want %v: %v", show(got), c.code, c.detail)
		}
	}
}

// TestFind searches maps of random keys for every edge, and compares with a walk.
func TestFind(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pool := []Value{OfBool(false), OfBool(true), OfString(""), OfString("a"), OfString("é"), OfString("zz")}
	sought := []Value{{}, OfList(nil), OfBytes([]byte("a")), OfType("a")}
	for _, v := range edges() {
		sought = append(sought, v)
		if v.K != Double {
			pool = append(pool, v)
		}
	}
	sought = append(sought, pool...)
	for range 500 {
		var keys, vals []Value
		for _, i := range r.Perm(len(pool))[:r.IntN(len(pool))] {
			keys, vals = append(keys, pool[i]), append(vals, pool[i])
		}
		m := NewMap(keys, vals)
		if m.K == Error {
			continue // 1 and 1u
		}
		for _, key := range sought {
			var want Value
			wantOK := false
			for i, k := range m.Entries().Keys {
				if Equal(k, key) && !isSuiteException(k, key) {
					want, wantOK = m.Entries().Vals[i], true
				}
			}
			if got, ok := m.Entries().Find(key); got != want || ok != wantOK {
				t.Fatalf("Find(%v) in %v = %v, %v", show(key), show(m), show(got), ok)
			}
		}
	}
}
