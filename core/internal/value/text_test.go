package value

// This file tests how values read in messages.

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAppendText(t *testing.T) {
	for _, c := range []struct {
		v    Value
		want string
	}{
		{Value{}, "null"},
		{OfBool(true), "true"},
		{OfInt(math.MinInt64), "-9223372036854775808"},
		{OfUint(math.MaxUint64), "18446744073709551615"},
		{OfDouble(123.456), "123.456"},
		{OfDouble(-4.5e-3), "-0.0045"},
		{OfDouble(100000), "100000"},
		{OfDouble(1e6), "1e+06"},
		{OfDouble(math.Copysign(0, -1)), "-0"},
		{OfDouble(math.NaN()), "NaN"},
		{OfDouble(math.Inf(1)), "Infinity"},
		{OfDouble(math.Inf(-1)), "-Infinity"},
		{OfString("say \"no\""), "say \"no\""},
		{OfString(""), ""},
		{OfBytes([]byte("a\xff")), `b"a\xff"`},
		{OfDuration(3, 500_000_000), "3.5s"},
		{OfTimestamp(1, 0), "1970-01-01T00:00:01Z"},
		{OfType("int"), "int"},
		{OfList([]Value{OfString("a\n"), OfInt(1), OfList(nil)}), `["a\n", 1, []]`},
		{NewMap([]Value{OfString("k"), OfInt(2)}, []Value{OfString("v"), {}}), `{2: null, "k": "v"}`},
		{OfError(DivideByZero, "division by zero"), "eval/divide-by-zero: division by zero"},
		{OfError(CostLimit, ""), "limit/cost"},
		{OfUnknown(3), "unknown"},
	} {
		if got := string(AppendText([]byte("x"), c.v)); got != "x"+c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestAppendTextIsBounded(t *testing.T) {
	wide := OfString(strings.Repeat("é", 10_000))
	deep := OfInt(1)
	for range 60 {
		deep = OfList([]Value{deep, deep})
	}
	for _, v := range []Value{deep, OfList([]Value{wide, wide}), NewMap([]Value{wide}, []Value{deep})} {
		got := AppendText(nil, v)
		if len(got) < maxNested || len(got) > maxNested+1000 || !utf8.Valid(got) || !strings.Contains(string(got), "…") {
			t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-40:])
		}
	}
}

func TestTypeOf(t *testing.T) {
	for v, want := range map[Value]string{
		{}:                "null_type",
		OfInt(1):          "int",
		OfDuration(1, 0):  "google.protobuf.Duration",
		OfTimestamp(1, 0): "google.protobuf.Timestamp",
		OfList(nil):       "list",
		OfType("int"):     "type",
	} {
		if got := TypeOf(v); got.K != Type || got.Str() != want {
			t.Errorf("TypeOf(%v) = %v", show(v), show(got))
		}
	}
}
