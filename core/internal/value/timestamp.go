package value

// This file defines the calendar and the text form of timestamps.

import "strconv"

// Package time would cost the module 77 KB, and all that is needed of it is the
// proleptic Gregorian calendar of the years 1 to 9999 in UTC.

const (
	// MinTimestamp is the first second a timestamp may have, 0001-01-01T00:00:00Z.
	MinTimestamp = -62135596800
	// MaxTimestamp is the last second a timestamp may have, 9999-12-31T23:59:59Z.
	MaxTimestamp = 253402300799

	secondsPerDay = 86400

	// Years are counted from 1 March of the year 0, so that a leap day is a year's
	// last and the lengths of all months before it are fixed.
	daysPer400Years = 146097
	daysPer100Years = 36524
	daysPer4Years   = 1461
	epochDay        = 719468 // 1970-01-01
)

// monthStart is the day of a year that begins in March on which its nth month begins.
var monthStart = [12]int64{0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337}

// Day returns the days from 1970-01-01 to a date of the years 0 to 9999.
func Day(year, month, day int) int64 {
	y, m := int64(year), month-3
	if m < 0 {
		y, m = y-1, m+12
	}
	y += 400 // the year 0 begins in the year before it
	return y*365 + y/4 - y/100 + y/400 + monthStart[m] + int64(day) - 1 - epochDay - daysPer400Years
}

// Civil returns the date that is days after 1970-01-01, in the years 0 (from 1
// March) to 10000.
func Civil(days int64) (year, month, day int) {
	d := days + epochDay
	y := d / daysPer400Years * 400
	d %= daysPer400Years
	n := min(d/daysPer100Years, 3) // the last of four may be longer by a day
	y, d = y+n*100, d-n*daysPer100Years
	n = d / daysPer4Years
	y, d = y+n*4, d-n*daysPer4Years
	n = min(d/365, 3)
	y, d = y+n, d-n*365
	m := 11
	for monthStart[m] > d {
		m--
	}
	day = int(d-monthStart[m]) + 1
	if month = m + 3; month > 12 {
		y, month = y+1, month-12
	}
	return int(y), month, day
}

// Clock splits the seconds since 1970 into days since 1970-01-01 and the second of
// that day.
func Clock(seconds int64) (days int64, second int) {
	days, second = seconds/secondsPerDay, int(seconds%secondsPerDay)
	if second < 0 {
		days, second = days-1, second+secondsPerDay
	}
	return days, second
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// ParseTimestamp reads an RFC 3339 date and time, with a capital T and Z, such as
// "2026-01-02T03:04:05.678+01:00". Digits after the ninth of a fraction are
// dropped; a leap second is refused, since what it would equal is not agreed. ok is
// false where s is no timestamp or out of range.
// See https://www.rfc-editor.org/rfc/rfc3339#section-5.6.
func ParseTimestamp(s string) (v Value, ok bool) {
	if len(s) < len("2006-01-02T15:04:05Z") || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return Value{}, false
	}
	ok = true
	year := number(s[0:4], 0, 9999, &ok)
	month := number(s[5:7], 1, 12, &ok)
	day := number(s[8:10], 1, 31, &ok)
	hour := number(s[11:13], 0, 23, &ok)
	minute := number(s[14:16], 0, 59, &ok)
	second := number(s[17:19], 0, 59, &ok)
	if !ok || day > daysIn(year, month) {
		return Value{}, false
	}
	s = s[19:]
	nanos := 0
	if s[0] == '.' {
		fraction := digits(s[1:])
		if fraction == "" {
			return Value{}, false
		}
		s = s[1+len(fraction):]
		for i := range 9 {
			nanos *= 10
			if i < len(fraction) {
				nanos += int(fraction[i] - '0')
			}
		}
	}
	offset := 0
	if s != "Z" {
		if offset, ok = parseOffset(s); !ok {
			return Value{}, false
		}
	}
	seconds := Day(year, month, day)*secondsPerDay + int64(hour*3600+minute*60+second-offset)
	if seconds < MinTimestamp || seconds > MaxTimestamp {
		return Value{}, false
	}
	return OfTimestamp(seconds, uint32(nanos)), true
}

// ParseZone reads a time zone as the timestamp selectors take it and returns its
// seconds east of UTC: "" or "UTC", or a fixed offset "+05:30", "-02:00", "02:00".
func ParseZone(s string) (offset int, ok bool) {
	if s == "" || s == "UTC" {
		return 0, true
	}
	if s[0] != '+' && s[0] != '-' {
		s = "+" + s
	}
	return parseOffset(s)
}

// parseOffset reads "+hh:mm" or "-hh:mm" as seconds.
func parseOffset(s string) (offset int, ok bool) {
	if len(s) != len("+00:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	ok = true
	offset = number(s[1:3], 0, 23, &ok)*3600 + number(s[4:6], 0, 59, &ok)*60
	if s[0] == '-' {
		offset = -offset
	}
	return offset, ok
}

// number reads decimal digits; it makes *ok false where s has another character or
// is not within least and most.
func number(s string, least, most int, ok *bool) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			*ok = false
			return least
		}
		n = n*10 + int(s[i]-'0')
	}
	if n < least || n > most {
		*ok = false
		return least
	}
	return n
}

// AppendTimestamp appends a Timestamp as CEL's string() does: RFC 3339 in UTC, with
// as many digits after the point as it needs.
func AppendTimestamp(dst []byte, v Value) []byte {
	days, second := Clock(v.Int())
	year, month, day := Civil(days)
	dst = appendPadded(dst, year/100)
	dst = appendPadded(dst, year%100)
	dst = appendPadded(append(dst, '-'), month)
	dst = appendPadded(append(dst, '-'), day)
	dst = appendPadded(append(dst, 'T'), second/3600)
	dst = appendPadded(append(dst, ':'), second/60%60)
	dst = appendPadded(append(dst, ':'), second%60)
	return append(appendFraction(dst, v.X), 'Z')
}

// appendPadded appends n, 0 to 99, as two digits.
func appendPadded(dst []byte, n int) []byte {
	if n < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, int64(n), 10)
}
