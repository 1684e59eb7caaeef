package canon

// This file defines how numbers are read and written. The rules are in doc.go.

import (
	"math"
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
)

const (
	// maxDigits is the number of significant digits that tell any two doubles apart.
	maxDigits = 17

	// sureDigits is the number of significant digits that a double always gives back:
	// decimals of so many digits are the shortest name of their double. It holds for
	// numbers in the normal range, from about 2.2e-308.
	sureDigits = 15

	// From plainBelow on, and under plainFrom, the canonical form has an exponent.
	plainFrom  = 1e-6
	plainBelow = 1e21

	// farExponent is beyond what the digits of a document could make up for.
	farExponent = 4 * MaxBytes
)

// tens are the powers of ten that a double and an uint64 hold exactly.
var tens = [23]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// powers are those of ten that count up to eight digits.
var powers = [9]uint64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// notDigits marks, with the high bit of its byte, the first byte of x that is over 9.
// Marks above the first may be wrong.
func notDigits(x uint64) uint64 { return (x + ones*(0x80-10) | x) & highs }

// eightDigits returns the number whose eight decimal digits, the first in the lowest
// byte, are x: pairs become hundreds, then ten thousands.
func eightDigits(x uint64) uint64 {
	x = x * (10<<8 + 1) >> 8 & 0x00FF00FF00FF00FF
	x = x * (100<<16 + 1) >> 16 & 0x0000FFFF0000FFFF
	return x * (10000<<32 + 1) >> 32
}

// readNumber reads the number node p, whose first byte is at i, and returns where it
// ends.
func (d *Doc) readNumber(p *node, i int) (int, *Error) {
	src := d.src
	start := i
	if src[i] == '-' {
		i++
	}
	if i < len(src) && src[i] == '0' && i+1 < len(src) && src[i+1]-'0' <= 9 {
		return 0, fail(codes.JSONSyntax, i, "a number starts with 0", "write it without leading zeros")
	}
	n, i, err := readDecimal(src, i)
	if err != nil {
		return 0, err
	}
	integer := n.fraction < 0
	if i < len(src) && src[i]|0x20 == 'e' {
		integer = false
		if n.exponent, i, err = readExponent(src, i+1); err != nil {
			return 0, err
		}
	}
	n.exponent += n.dropped - max(n.fraction, 0)
	if n.kept == 0 {
		if i-start > 1 {
			p.flags |= loose
		}
		return i, nil
	}
	f := scaled(n.kept, n.exponent)
	if err := n.inexact(f, integer, start); err != nil {
		return 0, err
	}
	if src[start] == '-' {
		f = -f
	}
	p.val = math.Float64bits(f)
	if !integer && !plain(src[start:i], n.digits, f) {
		p.flags |= loose
	}
	return i, nil
}

// decimal is the number kept × 10^(dropped-fraction+exponent): kept are the digits from
// the first to the last that is not 0, as far as maxDigits goes.
type decimal struct {
	kept     uint64
	digits   int  // in kept
	dropped  int  // digits after those in kept
	lost     bool // some of them are not 0
	fraction int  // digits after the point, -1 where there is no point
	exponent int
}

// readDecimal reads the digits from i on, and a point among them; it returns where they end.
func readDecimal(src []byte, i int) (decimal, int, *Error) {
	n := decimal{fraction: -1}
	first := i // of the digits that are being read
	for ; i < len(src); i++ {
		c := src[i] - '0'
		if c > 9 {
			if src[i] != '.' || n.fraction >= 0 || i == first {
				break
			}
			n.fraction, first = 0, i+1
			continue
		}
		if n.fraction >= 0 {
			n.fraction++
		}
		switch {
		case c == 0 && n.digits == 0:
		case c == 0 || n.digits+n.dropped >= maxDigits:
			n.dropped++
			n.lost = n.lost || c != 0
		default:
			for ; n.dropped > 0; n.dropped-- {
				n.kept *= 10
				n.digits++
			}
			n.kept = n.kept*10 + uint64(c)
			n.digits++
		}
	}
	if i == first {
		return n, 0, unexpected(src, i, "a digit")
	}
	return n, i, nil
}

// readExponent reads what follows the e of a number, and returns where it ends.
func readExponent(src []byte, i int) (exponent, end int, err *Error) {
	negative := false
	if i < len(src) && (src[i] == '-' || src[i] == '+') {
		negative = src[i] == '-'
		i++
	}
	first := i
	for ; i < len(src) && src[i]-'0' <= 9; i++ {
		if exponent < farExponent {
			exponent = exponent*10 + int(src[i]-'0')
		}
	}
	if i == first {
		return 0, 0, unexpected(src, i, "a digit of the exponent")
	}
	if negative {
		exponent = -exponent
	}
	return exponent, i, nil
}

// inexact is the error for a number that f, the double nearest to it, does not carry exactly.
func (n *decimal) inexact(f float64, integer bool, at int) *Error {
	switch {
	case f == 0:
		return fail(codes.JSONNumberRange, at, "number too close to 0 for a double", "write 0, or send it as a string")
	case math.IsInf(f, 0):
		return fail(codes.JSONNumberRange, at, "number beyond the largest double, 1.8e308,", "send it as a string")
	case f > maxInteger && (integer || f < plainBelow):
		return fail(codes.JSONNumberRange, at, "integer beyond ±9007199254740991 (2^53−1)", "send it as a string")
	case n.lost:
		return fail(codes.JSONNumberPrecision, at, "number with more than 17 significant digits",
			"round it, or send it as a string")
	case n.exponent < 0 && f <= maxInteger && float64(int64(f)) == f:
		return fail(codes.JSONNumberPrecision, at, "number whose fraction a double cannot hold",
			"round it, or send it as a string")
	}
	return nil
}

// scaled returns the double nearest to kept × 10^exponent, infinite beyond the largest.
func scaled(kept uint64, exponent int) float64 {
	if kept <= maxInteger {
		// Both factors are exact, so that this rounds only once.
		if exponent >= 0 && exponent < len(tens) {
			return float64(kept) * tens[exponent]
		}
		if exponent < 0 && -exponent < len(tens) {
			return float64(kept) / tens[-exponent]
		}
	}
	var memory [32]byte
	literal := append(strconv.AppendUint(memory[:0], kept, 10), 'e')
	literal = strconv.AppendInt(literal, int64(exponent), 10)
	f, _ := strconv.ParseFloat(view(literal), 64)
	return f
}

// plain reports whether the literal of f, which has a fraction or an exponent and so
// many significant digits, is its canonical form.
func plain(literal []byte, digits int, f float64) bool {
	if digits <= sureDigits && math.Abs(f) >= plainFrom && math.Abs(f) < plainBelow {
		last := literal[len(literal)-1]
		exponent := false
		for _, c := range literal {
			exponent = exponent || c|0x20 == 'e'
		}
		return !exponent && last != '0'
	}
	var memory [32]byte
	return view(AppendFloat(memory[:0], f)) == view(literal)
}

// Fits reports whether f may be in a document: whether it is finite and Parse reads
// what AppendFloat writes. What does not fit is an integer from 2^53 to below 1e21.
func Fits(f float64) bool {
	f = math.Abs(f)
	return f <= maxInteger || f >= plainBelow && f <= math.MaxFloat64
}

// AppendInt appends i to dst. Parse reads it back if it is within ±(2^53−1).
func AppendInt(dst []byte, i int64) []byte { return strconv.AppendInt(dst, i, 10) }

// AppendFloat appends f to dst as ECMAScript's Number::toString prints it: the
// shortest digits that name f, with an exponent below 1e-6 and from 1e21 on. Both
// zeros are 0. It panics where f is not finite, since JSON has no such numbers.
//
// See https://tc39.es/ecma262/#sec-numeric-types-number-tostring.
func AppendFloat(dst []byte, f float64) []byte {
	size := math.Abs(f)
	switch {
	case size <= maxInteger && float64(int64(f)) == f:
		return strconv.AppendInt(dst, int64(f), 10)
	case size >= plainFrom && size < plainBelow:
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	case !(size <= math.MaxFloat64):
		panic("canon: JSON has no form for a number that is not finite")
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes at least two digits of exponent, ECMAScript no leading zero.
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '-' || dst[n-3] == '+') {
		dst = append(dst[:n-2], dst[n-1])
	}
	return dst
}
