package lib

// This file defines the arithmetic operators.

import (
	"math"
	"math/bits"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Numbers of different kinds do not mix, and what does not fit is an Overflow, never
// a wrapped number. Each operator rounds a double once, so there is nothing to fuse.

// Add returns a + b: of two numbers of one kind, strings, bytes, lists, durations,
// or a timestamp and a duration.
func Add(a, b value.Value) value.Value {
	switch {
	case a.K == value.Timestamp && b.K == value.Duration:
		return shift(a, b, 1)
	case a.K == value.Duration && b.K == value.Timestamp:
		return shift(b, a, 1)
	case a.K != b.K:
		return noOperator(a, "+", b)
	}
	switch a.K {
	case value.Int:
		x, y := a.Int(), b.Int()
		sum := x + y
		if (sum > x) != (y > 0) {
			return overflow(a, "+", b)
		}
		return value.OfInt(sum)
	case value.Uint:
		sum, carry := bits.Add64(a.N, b.N, 0)
		if carry != 0 {
			return overflow(a, "+", b)
		}
		return value.OfUint(sum)
	case value.Double:
		return value.OfDouble(a.Double() + b.Double())
	case value.String, value.Bytes:
		return concat(a, b)
	case value.List:
		return concatLists(a, b)
	case value.Duration:
		return nanos(a, "+", b)
	}
	return noOperator(a, "+", b)
}

// Sub returns a - b: of two numbers of one kind, durations, timestamps, or a
// duration from a timestamp.
func Sub(a, b value.Value) value.Value {
	switch {
	case a.K == value.Timestamp && b.K == value.Duration:
		return shift(a, b, -1)
	case a.K != b.K:
		return noOperator(a, "-", b)
	}
	switch a.K {
	case value.Int:
		x, y := a.Int(), b.Int()
		diff := x - y
		if (diff < x) != (y > 0) {
			return overflow(a, "-", b)
		}
		return value.OfInt(diff)
	case value.Uint:
		if b.N > a.N {
			return overflow(a, "-", b)
		}
		return value.OfUint(a.N - b.N)
	case value.Double:
		return value.OfDouble(a.Double() - b.Double())
	case value.Duration:
		return nanos(a, "-", b)
	case value.Timestamp:
		return between(a, b)
	}
	return noOperator(a, "-", b)
}

// Mul returns a * b of two numbers of one kind.
func Mul(a, b value.Value) value.Value {
	if a.K != b.K {
		return noOperator(a, "*", b)
	}
	switch a.K {
	case value.Int:
		x, y := a.Int(), b.Int()
		product := x * y
		if x != 0 && (product/x != y || x == -1 && y == math.MinInt64) {
			return overflow(a, "*", b)
		}
		return value.OfInt(product)
	case value.Uint:
		high, low := bits.Mul64(a.N, b.N)
		if high != 0 {
			return overflow(a, "*", b)
		}
		return value.OfUint(low)
	case value.Double:
		return value.OfDouble(a.Double() * b.Double())
	}
	return noOperator(a, "*", b)
}

// Div returns a / b of two numbers of one kind; integers are cut off towards zero.
func Div(a, b value.Value) value.Value {
	if a.K != b.K {
		return noOperator(a, "/", b)
	}
	switch a.K {
	case value.Int, value.Uint:
		switch {
		case b.N == 0:
			return value.OfError(value.DivideByZero, "division by zero")
		case a.K == value.Uint:
			return value.OfUint(a.N / b.N)
		case a.Int() == math.MinInt64 && b.Int() == -1:
			return overflow(a, "/", b)
		}
		return value.OfInt(a.Int() / b.Int())
	case value.Double:
		return value.OfDouble(a.Double() / b.Double())
	}
	return noOperator(a, "/", b)
}

// Mod returns a % b of two integers of one kind, with the sign of a.
func Mod(a, b value.Value) value.Value {
	if a.K != b.K || a.K != value.Int && a.K != value.Uint {
		return noOperator(a, "%", b)
	}
	switch {
	case b.N == 0:
		return value.OfError(value.ModulusByZero, "modulus by zero")
	case a.K == value.Uint:
		return value.OfUint(a.N % b.N)
	case a.Int() == math.MinInt64 && b.Int() == -1:
		return overflow(a, "%", b)
	}
	return value.OfInt(a.Int() % b.Int())
}

// Neg returns -a of an int or double.
func Neg(a value.Value) value.Value {
	switch {
	case a.K == value.Double:
		return value.OfDouble(-a.Double())
	case a.K != value.Int:
		return value.OfError(value.NoSuchOverload, "no such overload: -"+a.K.String())
	case a.Int() == math.MinInt64:
		return value.OfError(value.Overflow, "-("+text(a)+") overflows int")
	}
	return value.OfInt(-a.Int())
}

// noOperator returns the error for operands that op does not take.
func noOperator(a value.Value, op string, b value.Value) value.Value {
	return value.OfError(value.NoSuchOverload, "no such overload: "+a.K.String()+" "+op+" "+b.K.String())
}

// overflow returns the error for "a op b", both of one kind.
func overflow(a value.Value, op string, b value.Value) value.Value {
	return value.OfError(value.Overflow, text(a)+" "+op+" "+text(b)+" overflows "+a.K.String())
}

func text(v value.Value) string { return string(value.AppendText(nil, v)) }

// nanos adds or subtracts two durations.
func nanos(a value.Value, op string, b value.Value) value.Value {
	x, y := value.OfInt(a.Nanos()), value.OfInt(b.Nanos())
	var ns value.Value
	if op == "+" {
		ns = Add(x, y)
	} else {
		ns = Sub(x, y)
	}
	if ns.K == value.Error {
		return overflow(a, op, b)
	}
	return value.OfNanos(ns.Int())
}

// shift moves a timestamp by a duration, forwards (sign 1) or back (sign -1).
func shift(t, d value.Value, sign int64) value.Value {
	const second = 1_000_000_000
	n := int64(t.X) + sign*int64(d.X)
	s := t.Int() + sign*d.Int() // far from the limits of an int64
	switch {
	case n < 0:
		s, n = s-1, n+second
	case n >= second:
		s, n = s+1, n-second
	}
	if s < value.MinTimestamp || s > value.MaxTimestamp {
		op := " + "
		if sign < 0 {
			op = " - "
		}
		return value.OfError(value.Overflow, text(t)+op+text(d)+" overflows timestamp (years 1 to 9999)")
	}
	return value.OfTimestamp(s, uint32(n))
}

// between returns the duration from timestamp b to timestamp a.
func between(a, b value.Value) value.Value {
	s := a.Int() - b.Int()
	n := int64(a.X) - int64(b.X)
	if n < 0 {
		s, n = s-1, n+1_000_000_000
	}
	// A Duration's whole range, checked at its two ends.
	d := value.OfDuration(s, uint32(n))
	least, most := value.OfNanos(math.MinInt64), value.OfNanos(math.MaxInt64)
	low, _ := value.Compare(d, least)
	high, _ := value.Compare(d, most)
	if low < 0 || high > 0 {
		return value.OfError(value.Overflow, text(a)+" - "+text(b)+" overflows duration (292 years)")
	}
	return d
}

// concat joins two strings or two bytes values.
func concat(a, b value.Value) value.Value {
	switch {
	case a.N == 0:
		return b
	case b.N == 0:
		return a
	case a.N+b.N > value.MaxSize:
		return value.TooLarge(int(a.N+b.N), value.MaxSize, "bytes")
	}
	sum := value.OfString(a.Str() + b.Str())
	sum.K = a.K
	return sum
}

func concatLists(a, b value.Value) value.Value {
	switch {
	case a.N == 0:
		return b
	case b.N == 0:
		return a
	case a.N+b.N > value.MaxItems:
		return value.TooLarge(int(a.N+b.N), value.MaxItems, "items")
	}
	items := make([]value.Value, 0, a.N+b.N)
	return value.OfList(append(append(items, a.Items()...), b.Items()...))
}
