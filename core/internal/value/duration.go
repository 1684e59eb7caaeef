package value

// This file defines the arithmetic and the text form of durations.

import (
	"math"
	"strconv"
)

// A Duration is a whole number of nanoseconds in an int64, so about 292 years
// either way: CEL's conformance suite wants the difference of the first and the
// last timestamp to overflow.

const (
	nanosPerSecond = 1_000_000_000
	nanosPerHour   = 3600 * nanosPerSecond
)

// OfNanos returns the duration of ns nanoseconds.
func OfNanos(ns int64) Value {
	s, n := ns/nanosPerSecond, ns%nanosPerSecond
	if n < 0 {
		s, n = s-1, n+nanosPerSecond
	}
	return OfDuration(s, uint32(n))
}

// Nanos returns the length of a Duration in nanoseconds.
func (v Value) Nanos() int64 { return v.Int()*nanosPerSecond + int64(v.X) }

// ParseDuration reads a duration as CEL's duration() does: numbers with a unit (h,
// m, s, ms, us, ns), one after the other, with a sign before all of them, as in
// "-1h2m3.5s"; or "0". What is below a nanosecond is dropped, number by number. ok
// is false where s is no duration or out of range.
func ParseDuration(s string) (v Value, ok bool) {
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if s == "0" {
		return OfNanos(0), true
	}
	if s == "" {
		return Value{}, false
	}
	// Counted below zero, where there is room for one more.
	var total int64
	for s != "" {
		whole := digits(s)
		fraction := ""
		s = s[len(whole):]
		if s != "" && s[0] == '.' {
			fraction = digits(s[1:])
			s = s[1+len(fraction):]
			if whole == "" && fraction == "" {
				return Value{}, false
			}
		} else if whole == "" {
			return Value{}, false
		}
		unit, rest := durationUnit(s)
		if unit == 0 {
			return Value{}, false
		}
		s = rest
		part, ok := parseDecimal(whole, fraction, unit)
		if !ok || total < math.MinInt64-part {
			return Value{}, false
		}
		total += part
	}
	if negative {
		return OfNanos(total), true
	}
	if total == math.MinInt64 {
		return Value{}, false
	}
	return OfNanos(-total), true
}

// parseDecimal returns -(whole.fraction * unit), rounded towards zero, unless it
// is below the smallest int64.
func parseDecimal(whole, fraction string, unit int64) (n int64, ok bool) {
	for i := range len(whole) {
		digit := int64(whole[i] - '0')
		if n < (math.MinInt64+digit)/10 {
			return 0, false
		}
		n = n*10 - digit
	}
	if n < math.MinInt64/unit {
		return 0, false
	}
	n *= unit
	// From the last digit to the first, so that each division by ten drops only
	// what the exact product would drop as well.
	var part int64
	for i := len(fraction) - 1; i >= 0; i-- {
		part = (part + int64(fraction[i]-'0')*unit) / 10
	}
	if n < math.MinInt64+part {
		return 0, false
	}
	return n - part, true
}

// digits returns the decimal digits that s begins with.
func digits(s string) string {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return s[:i]
}

// durationUnit returns the nanoseconds of the unit that s begins with, and what
// follows it; 0 when there is none.
func durationUnit(s string) (nanos int64, rest string) {
	if len(s) >= 2 && s[1] == 's' {
		switch s[0] {
		case 'n':
			return 1, s[2:]
		case 'u':
			return 1_000, s[2:]
		case 'm':
			return 1_000_000, s[2:]
		}
	}
	if s != "" {
		switch s[0] {
		case 's':
			return nanosPerSecond, s[1:]
		case 'm':
			return 60 * nanosPerSecond, s[1:]
		case 'h':
			return nanosPerHour, s[1:]
		}
	}
	return 0, s
}

// AppendDuration appends a Duration in seconds, as CEL's string() does: "3.5s".
func AppendDuration(dst []byte, v Value) []byte {
	seconds, nanos := v.Int(), v.X
	if seconds < 0 {
		dst = append(dst, '-')
		if nanos > 0 {
			seconds, nanos = seconds+1, nanosPerSecond-nanos
		}
		seconds = -seconds
	}
	dst = strconv.AppendInt(dst, seconds, 10)
	return append(appendFraction(dst, nanos), 's')
}

// appendFraction appends a point and nanos as up to nine digits, without trailing
// zeros; nothing for zero.
func appendFraction(dst []byte, nanos uint32) []byte {
	if nanos == 0 {
		return dst
	}
	var digits [9]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + nanos%10)
		nanos /= 10
	}
	n := len(digits)
	for digits[n-1] == '0' {
		n--
	}
	return append(append(dst, '.'), digits[:n]...)
}
