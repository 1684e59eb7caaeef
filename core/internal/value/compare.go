package value

// This file defines when two values are equal and which of two is less.

import (
	"cmp"
	"math"
	"strings"
)

// Equal says whether a == b in CEL. Values of different kinds are unequal, except
// that int, uint and double are compared as points of one number line, without
// rounding either. NaN equals nothing. Lists are equal item by item and maps entry
// by entry. An Error or Unknown equals nothing.
func Equal(a, b Value) bool {
	budget := math.MaxInt
	return EqualWithin(a, b, &budget)
}

// EqualWithin is Equal for a caller that counts what it does: it takes one from
// *budget for every pair of values it compares, those inside lists and maps
// included, and one more for every sixteen bytes of two texts, and gives up once *budget is below zero; the answer then
// says nothing. A list may hold one other list many times over, so that a few expressions make
// a value whose parts, walked one by one, never end.
func EqualWithin(a, b Value, budget *int) bool {
	*budget--
	if a.K != b.K {
		order, ok := compareNumbers(a, b)
		return ok && order == 0
	}
	switch a.K {
	case Null:
		return true
	case Bool, Int, Uint:
		return a.N == b.N
	case Double:
		return a.Double() == b.Double()
	case String, Bytes, Type:
		if a.N != b.N {
			return false
		}
		*budget -= int(a.N / 16)
		return a.Str() == b.Str()
	case Duration, Timestamp:
		return a.N == b.N && a.X == b.X
	case List:
		return a.N == b.N && equalItems(a.Items(), b.Items(), budget)
	case Map:
		// Keys are sorted, and equal keys sort alike, so two equal maps walk in step.
		x, y := a.Entries(), b.Entries()
		return x.Len() == y.Len() && equalItems(x.Keys, y.Keys, budget) && equalItems(x.Vals, y.Vals, budget)
	}
	return false
}

func equalItems(a, b []Value, budget *int) bool {
	for i := range a {
		if *budget < 0 || !EqualWithin(a[i], b[i], budget) {
			return false
		}
	}
	return true
}

// Compare orders a and b as CEL's < does: order is below, at or above zero as a is
// less than, equal to or greater than b. ok is false where there is no order:
// between kinds (numbers aside), for null, types, lists and maps, and beside a NaN, which
// is the only way two numbers have none.
func Compare(a, b Value) (order int, ok bool) {
	if a.K != b.K {
		return compareNumbers(a, b)
	}
	switch a.K {
	case Bool, Uint:
		return cmp.Compare(a.N, b.N), true
	case Int:
		return cmp.Compare(a.Int(), b.Int()), true
	case Double:
		return compareDoubles(a.Double(), b.Double())
	case String, Bytes:
		return strings.Compare(a.Str(), b.Str()), true
	case Duration, Timestamp:
		// nanos count upwards below zero too, so seconds decide first.
		if order = cmp.Compare(a.Int(), b.Int()); order == 0 {
			order = cmp.Compare(a.X, b.X)
		}
		return order, true
	}
	return 0, false
}

// compareNumbers orders two numbers of different kinds; ok is false beside a NaN
// and where either is no number.
func compareNumbers(a, b Value) (order int, ok bool) {
	switch {
	case a.K == Int && b.K == Uint:
		return compareIntUint(a.Int(), b.N), true
	case a.K == Uint && b.K == Int:
		return -compareIntUint(b.Int(), a.N), true
	case a.K == Double && b.K == Int:
		return compareDoubleInt(a.Double(), b.Int())
	case a.K == Int && b.K == Double:
		order, ok = compareDoubleInt(b.Double(), a.Int())
		return -order, ok
	case a.K == Double && b.K == Uint:
		return compareDoubleUint(a.Double(), b.N)
	case a.K == Uint && b.K == Double:
		order, ok = compareDoubleUint(b.Double(), a.N)
		return -order, ok
	}
	return 0, false
}

func compareDoubles(f, g float64) (order int, ok bool) {
	switch {
	case f < g:
		return -1, true
	case f > g:
		return 1, true
	}
	return 0, f == g
}

func compareIntUint(i int64, u uint64) int {
	if i < 0 {
		return -1
	}
	return cmp.Compare(uint64(i), u)
}

// compareDoubleInt compares without rounding, with one exception that CEL's
// conformance suite demands (not_lt_dyn_int_big_lossy_double and its like): the
// double 2^63 equals the largest int, 2^63-1.
func compareDoubleInt(f float64, i int64) (order int, ok bool) {
	switch {
	case f != f:
		return 0, false
	case f == 1<<63 && i == math.MaxInt64:
		return 0, true
	case f >= 1<<63:
		return 1, true
	case f < -1<<63:
		return -1, true
	}
	whole := int64(f) // towards zero, in range
	if whole != i {
		return cmp.Compare(whole, i), true
	}
	return compareDoubles(f, float64(whole)) // exact: a double with a fraction is below 2^53
}

func compareDoubleUint(f float64, u uint64) (order int, ok bool) {
	switch {
	case f != f:
		return 0, false
	case f >= 1<<64:
		return 1, true
	case f < 0:
		return -1, true
	}
	whole := uint64(f)
	if whole != u {
		return cmp.Compare(whole, u), true
	}
	return compareDoubles(f, float64(whole))
}
