package value

// This file tests timestamps and durations against package time and math/big.

import (
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestCalendar(t *testing.T) {
	at := time.Date(0, 3, 1, 0, 0, 0, 0, time.UTC)
	first, last := Day(0, 3, 1), Day(9999, 12, 31)
	for d := first; d <= last+1; d++ {
		y, m, day := at.Date()
		if gy, gm, gd := Civil(d); gy != y || gm != int(m) || gd != day {
			t.Fatalf("Civil(%d) = %d-%d-%d, want %s", d, gy, gm, gd, at.Format(time.DateOnly))
		}
		if got := Day(y, int(m), day); got != d || got != at.Unix()/86400-b2i(at.Unix()%86400 < 0) {
			t.Fatalf("Day(%s) = %d", at.Format(time.DateOnly), got)
		}
		at = at.AddDate(0, 0, 1)
	}
	for y := range 10_000 {
		for m := 1; m <= 12; m++ {
			if got, want := daysIn(y, m), time.Date(y, time.Month(m+1), 0, 0, 0, 0, 0, time.UTC).Day(); got != want {
				t.Fatalf("daysIn(%d, %d) = %d, want %d", y, m, got, want)
			}
		}
	}
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func TestTimestampText(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	check := func(seconds int64, nanos uint32) {
		t.Helper()
		v := OfTimestamp(seconds, nanos)
		text := string(AppendTimestamp(nil, v))
		if want := time.Unix(seconds, int64(nanos)).UTC().Format(time.RFC3339Nano); text != want {
			t.Fatalf("got %s, want %s", text, want)
		}
		if back, ok := ParseTimestamp(text); !ok || back != v {
			t.Fatalf("%s does not read back", text)
		}
		zone := time.FixedZone("", (r.IntN(24*60)-12*60)*60)
		if local := time.Unix(seconds, int64(nanos)).In(zone); local.Year() >= 0 && local.Year() <= 9999 {
			text = local.Format(time.RFC3339Nano)
			if back, ok := ParseTimestamp(text); !ok || back != v {
				t.Fatalf("%s does not read as %s", text, show(v))
			}
		}
	}
	check(MinTimestamp, 0)
	check(MaxTimestamp, 999_999_999)
	check(-1, 1)
	for range 100_000 {
		nanos := r.Uint32N(1_000_000_000)
		for range r.IntN(10) {
			nanos = nanos / 10 * 10
		}
		check(MinTimestamp+r.Int64N(MaxTimestamp-MinTimestamp+1), nanos)
	}
}

func TestParseTimestamp(t *testing.T) {
	for _, c := range []struct {
		s    string
		want Value // null: refused
	}{
		{"2009-02-13T23:31:30Z", OfTimestamp(1234567890, 0)},
		{"2009-02-13T23:31:30.5+00:30", OfTimestamp(1234566090, 500_000_000)},
		{"2009-02-13T23:31:30-00:00", OfTimestamp(1234567890, 0)},
		{"2009-02-13T23:31:30.1234567899Z", OfTimestamp(1234567890, 123_456_789)},
		{"0000-12-31T23:59:59-01:00", OfTimestamp(MinTimestamp+3599, 0)},
		{"2000-02-29T00:00:00Z", OfTimestamp(951782400, 0)},
		{"0000-01-01T00:00:00Z", Value{}},
		{"0001-01-01T00:00:00+00:01", Value{}},
		{"10000-01-01T00:00:00Z", Value{}},
		{"9999-12-31T23:59:59-00:01", Value{}},
		{"2023-02-29T00:00:00Z", Value{}},
		{"1900-02-29T00:00:00Z", Value{}},
		{"2023-04-31T00:00:00Z", Value{}},
		{"2023-00-01T00:00:00Z", Value{}},
		{"2023-13-01T00:00:00Z", Value{}},
		{"2023-01-00T00:00:00Z", Value{}},
		{"2023-01-01T24:00:00Z", Value{}},
		{"2023-01-01T00:60:00Z", Value{}},
		{"2016-12-31T23:59:60Z", Value{}},
		{"2023-01-01t00:00:00z", Value{}},
		{"2023-01-01 00:00:00Z", Value{}},
		{"2023-01-01T00:00:00", Value{}},
		{"2023-01-01T00:00:00.Z", Value{}},
		{"2023-01-01T00:00:00,5Z", Value{}},
		{"2023-01-01T00:00:00Zulu", Value{}},
		{"2023-01-01T00:00:00+0100", Value{}},
		{"2023-01-01T00:00:00+24:00", Value{}},
		{"2023-01-01T00:00:00+01:60", Value{}},
		{"+023-01-01T00:00:00Z", Value{}},
		{"2023-01-01", Value{}},
		{"", Value{}},
		{"2023-01-01T00:00:00.123456789", Value{}},
	} {
		if got, ok := ParseTimestamp(c.s); got != c.want || ok != (c.want.K == Timestamp) {
			t.Errorf("ParseTimestamp(%q) = %v, %v", c.s, show(got), ok)
		}
	}
}

// lenient is what package time reads beyond RFC 3339.
var lenient = regexp.MustCompile(`,|T\d:|[+-](24:..|..:60)$`)

func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"2009-02-13T23:31:30.5+00:30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z",
		"2023-02-30T00:00:00Z", "2009-02-13T23:31:30.12345678999-23:59"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ParseTimestamp(s)
		at, err := time.Parse(time.RFC3339, s)
		want := err == nil && at.Unix() >= MinTimestamp && at.Unix() <= MaxTimestamp
		if ok != want && !(want && lenient.MatchString(s)) {
			t.Fatalf("ParseTimestamp(%q) = %v, time.Parse: %v", s, ok, err)
		}
		if ok && got != OfTimestamp(at.Unix(), uint32(at.Nanosecond())) {
			t.Fatalf("ParseTimestamp(%q) = %v, want %v", s, show(got), at)
		}
	})
}

func TestParseZone(t *testing.T) {
	for s, want := range map[string]int{"": 0, "UTC": 0, "+05:30": 19800, "-02:00": -7200, "02:00": 7200, "-00:00": 0,
		"+14:00": 50400, "-00:30": -1800, "23:59": 86340} {
		if got, ok := ParseZone(s); got != want || !ok {
			t.Errorf("ParseZone(%q) = %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"America/New_York", "utc", "Z", "GMT", "+5:30", "5:30", "+0530", "+24:00", "+01:60",
		"--1:00", "+-1:00", "+01:00 ", "+", "+01:0a", "Local"} {
		if got, ok := ParseZone(s); ok {
			t.Errorf("ParseZone(%q) = %d", s, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for _, c := range []struct {
		s    string
		want Value // null: refused
	}{
		{"0", OfNanos(0)},
		{"-0", OfNanos(0)},
		{"+0", OfNanos(0)},
		{"1000000s", OfDuration(1_000_000, 0)},
		{"1h2m3.5s", OfDuration(3723, 500_000_000)},
		{"-1.5h", OfDuration(-5400, 0)},
		{"-1.5s", OfDuration(-2, 500_000_000)},
		{"1h34us", OfDuration(3600, 34_000)},
		{"1ms2us3ns", OfNanos(1_002_003)},
		{".5s", OfNanos(500_000_000)},
		{"1.s", OfNanos(1_000_000_000)},
		{"1s1s", OfNanos(2_000_000_000)},
		{"1.9ns", OfNanos(1)},
		{"-1.9ns", OfNanos(-1)},
		{"0.1111111111111111112h", OfNanos(400_000_000_000)},
		{"9223372036854775807ns", OfNanos(math.MaxInt64)},
		{"9223372036.854775807s", OfNanos(math.MaxInt64)},
		{"-9223372036854775808ns", OfNanos(math.MinInt64)},
		{"-9223372036854775807ns0.9ns", OfNanos(-math.MaxInt64)},
		{"9223372036854775808ns", Value{}},
		{"9223372036854775807ns1ns", Value{}},
		{"-9223372036854775808ns1ns", Value{}},
		{"-9223372036854775809ns", Value{}},
		{"-9223372036.854775808s", OfNanos(math.MinInt64)},
		{"-9223372036.854775809s", Value{}},
		{"-9223372036.9s", Value{}},
		{"99999999999999999999s", Value{}},
		{"18446744073709551617ns", Value{}}, // 1 modulo 2^64
		{"2562048h", Value{}},
		{"320000000000s", Value{}},
		{"", Value{}},
		{"-", Value{}},
		{"1", Value{}},
		{"00", Value{}},
		{"s", Value{}},
		{".s", Value{}},
		{"1d", Value{}},
		{"1 s", Value{}},
		{" 1s", Value{}},
		{"1s-1s", Value{}},
		{"1µs", Value{}},
		{"1e3s", Value{}},
		{"1S", Value{}},
		{"1..5s", Value{}},
	} {
		if got, ok := ParseDuration(c.s); got != c.want || ok != (c.want.K == Duration) {
			t.Errorf("ParseDuration(%q) = %v, %v", c.s, show(got), ok)
		}
	}
}

var durationForm = regexp.MustCompile(`^[-+]?((\d+\.?\d*|\.\d+)(h|ms|m|s|us|ns))+$`)
var durationPart = regexp.MustCompile(`(\d*)\.?(\d*)(h|ms|m|s|us|ns)`)

// slowDuration reads a duration with a regular expression and exact fractions.
func slowDuration(s string) (ns *big.Int, ok bool) {
	sum := new(big.Int)
	if strings.TrimLeft(s, "+-") == "0" && len(s) <= 2 {
		return sum, true
	}
	if !durationForm.MatchString(s) {
		return nil, false
	}
	units := map[string]int64{"h": 3600e9, "m": 60e9, "s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}
	for _, m := range durationPart.FindAllStringSubmatch(s, -1) {
		part, _ := new(big.Rat).SetString("0" + m[1] + "." + m[2] + "0")
		part.Mul(part, new(big.Rat).SetInt64(units[m[3]]))
		sum.Add(sum, new(big.Int).Quo(part.Num(), part.Denom()))
	}
	if s[0] == '-' {
		sum.Neg(sum)
	}
	return sum, sum.IsInt64()
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"1h2m3.5s", "-9223372036854775808ns", "0.1111111111111111112h", "+.5ms3us",
		"9223372036.8547758079s", "0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1000 {
			return
		}
		want, wantOK := slowDuration(s)
		got, ok := ParseDuration(s)
		if ok != wantOK || ok && got.Nanos() != want.Int64() {
			t.Fatalf("ParseDuration(%q) = %v, %v, want %v, %v", s, show(got), ok, want, wantOK)
		}
		if !ok {
			return
		}
		text := string(AppendDuration(nil, got))
		if back, ok := ParseDuration(text); !ok || back != got {
			t.Fatalf("%q gives %q, which reads back as %v", s, text, show(back))
		}
	})
}

func TestDurationText(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	check := func(ns int64) {
		t.Helper()
		v := OfNanos(ns)
		if v.Nanos() != ns || v.X >= 1_000_000_000 {
			t.Fatalf("OfNanos(%d) is %d seconds and %d", ns, v.Int(), v.X)
		}
		text := string(AppendDuration(nil, v))
		want := new(big.Rat).SetFrac64(ns, 1_000_000_000).FloatString(9)
		want = strings.TrimSuffix(strings.TrimRight(want, "0"), ".") + "s"
		if text != want {
			t.Fatalf("%d ns reads %s, want %s", ns, text, want)
		}
		if back, ok := ParseDuration(text); !ok || back != v {
			t.Fatalf("%s does not read back", text)
		}
	}
	for _, ns := range []int64{1, -1, 999_999_999, -999_999_999, -1_000_000_001, math.MaxInt64, math.MinInt64,
		6347_000_000_000} {
		check(ns)
	}
	for range 100_000 {
		check(int64(r.Uint64()) >> r.IntN(64))
	}
	if got := string(AppendDuration(nil, OfNanos(0))); got != "0s" {
		t.Errorf("zero reads %s", got)
	}
}
