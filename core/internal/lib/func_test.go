package lib

// This file tests every function by a table: a call, written as CEL is, and what it
// gives. Its reader knows literals only, for the arguments.

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// read reads a literal: null, true, 1, 1u, 1.5, NaN, Infinity, 'text', b'bytes', t'timestamp',
// d'duration', type:NAME, [a, b], {k: v}. It returns what follows.
func read(t *testing.T, s string) (value.Value, string) {
	t.Helper()
	s = strings.TrimLeft(s, " ")
	quoted := func(s string) (string, string) {
		body, rest, ok := strings.Cut(s[1:], "'")
		if !ok {
			t.Fatalf("no end to %s", s)
		}
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(body, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		return text, rest
	}
	list := func(s, end string) (items []value.Value, rest string) {
		for s = strings.TrimLeft(s, " "); !strings.HasPrefix(s, end); s = strings.TrimLeft(s, ",: ") {
			var v value.Value
			v, s = read(t, s)
			items = append(items, v)
		}
		return items, s[1:]
	}
	switch {
	case s[0] == '\'':
		text, rest := quoted(s)
		return value.OfString(text), rest
	case strings.HasPrefix(s, "b'"):
		text, rest := quoted(s[1:])
		return value.OfBytes([]byte(text)), rest
	case strings.HasPrefix(s, "t'"):
		text, rest := quoted(s[1:])
		v, ok := value.ParseTimestamp(text)
		if !ok {
			t.Fatalf("%s is no timestamp", text)
		}
		return v, rest
	case strings.HasPrefix(s, "d'"):
		text, rest := quoted(s[1:])
		v, ok := value.ParseDuration(text)
		if !ok {
			t.Fatalf("%s is no duration", text)
		}
		return v, rest
	case s[0] == '[':
		items, rest := list(s[1:], "]")
		return value.OfList(items), rest
	case s[0] == '{':
		items, rest := list(s[1:], "}")
		var keys, vals []value.Value
		for i := 0; i < len(items); i += 2 {
			keys, vals = append(keys, items[i]), append(vals, items[i+1])
		}
		return value.NewMap(keys, vals), rest
	}
	end := strings.IndexAny(s+",", ",: ])}")
	if strings.HasPrefix(s, "type:") {
		end = strings.IndexAny(s+",", ", ])}")
	}
	word, rest := s[:end], s[end:]
	switch word {
	case "null":
		return value.Value{}, rest
	case "true", "false":
		return value.OfBool(word == "true"), rest
	}
	if name, ok := strings.CutPrefix(word, "type:"); ok {
		return value.OfType(name), rest
	}
	if i, err := strconv.ParseInt(word, 10, 64); err == nil {
		return value.OfInt(i), rest
	}
	if u, err := strconv.ParseUint(strings.TrimSuffix(word, "u"), 10, 64); err == nil {
		return value.OfUint(u), rest
	}
	f, err := strconv.ParseFloat(word, 64)
	if err != nil {
		t.Fatalf("not a literal: %q", word)
	}
	return value.OfDouble(f), rest
}

// call evaluates "name(a, b)", or "a op b" and "-a" for an operator.
func call(t *testing.T, s string) value.Value {
	t.Helper()
	if open := strings.IndexByte(s, '('); open > 0 && Index(s[:open]) >= 0 {
		rest := s[open+1:]
		var args []value.Value
		for strings.TrimLeft(rest, ", ") != ")" {
			var v value.Value
			v, rest = read(t, strings.TrimLeft(rest, ", "))
			args = append(args, v)
		}
		return Funcs[Index(s[:open])].Call(args)
	}
	if rest, ok := strings.CutPrefix(s, "- "); ok {
		a, _ := read(t, rest)
		return Neg(a)
	}
	a, rest := read(t, s)
	op := strings.Fields(rest)[0]
	b, rest := read(t, strings.TrimLeft(rest, " ")[len(op):])
	if rest != "" {
		t.Fatalf("%s: cannot read %q", s, rest)
	}
	return map[string]func(a, b value.Value) value.Value{"+": Add, "-": Sub, "*": Mul, "/": Div, "%": Mod}[op](a, b)
}

// check calls each line's left side and compares with its right: a literal of the
// same kind, or "CODE: detail" after a "!".
func check(t *testing.T, lines string) {
	t.Helper()
	n := 0
	for line := range strings.SplitSeq(lines, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		n++
		expr, want, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("no => in %s", line)
		}
		got := call(t, expr)
		if failure, ok := strings.CutPrefix(want, "! "); ok {
			if got.K != value.Error || string(value.AppendText(nil, got)) != failure {
				t.Errorf("%s\n got %s %s\nwant %s", expr, got.K, value.AppendText(nil, got), failure)
			}
			continue
		}
		w, rest := read(t, want)
		if rest != "" {
			t.Fatalf("cannot read %q of %s", rest, line)
		}
		same := got.K == w.K && value.Equal(got, w)
		if w.K == value.Double {
			same = got.K == w.K &&
				(math.Float64bits(got.Double()) == math.Float64bits(w.Double()) || math.IsNaN(got.Double()) &&
					math.IsNaN(w.Double()))
		}
		if !same {
			t.Errorf("%s\n got %s %s\nwant %s", expr, got.K, value.AppendQuoted(nil, got), want)
		}
	}
	if n == 0 {
		t.Error("nothing was checked")
	}
}

func TestFuncs(t *testing.T) {
	for i, f := range Funcs {
		if Index(f.Name) != i {
			t.Errorf("%s is there twice", f.Name)
		}
		for _, args := range [][]value.Value{nil, {value.OfUnknown(1)}, make([]value.Value, 7)} {
			if f.Name == "type" || f.Name == "dyn" {
				continue
			}
			if got := f.Call(args); got.K != value.Error || got.Code() != value.NoSuchOverload {
				t.Errorf("%s of %d wrong arguments gives %s", f.Name, len(args), value.AppendText(nil, got))
			}
		}
	}
	if Index("nothing") != -1 {
		t.Error("nothing has an index")
	}
}

// TestWrongKinds calls each function with every pair of kinds; whatever comes out,
// it must come out.
func TestWrongKinds(t *testing.T) {
	samples := []value.Value{{}, value.OfBool(true), value.OfInt(-1), value.OfUint(3), value.OfDouble(math.NaN()),
		value.OfString(""), value.OfBytes(nil),
		value.OfDuration(0, 0), value.OfTimestamp(0, 0), value.OfList(nil), value.OfMap(&value.Entries{}),
		value.OfType("int")}
	for _, f := range Funcs {
		for _, a := range samples {
			f.Call([]value.Value{a})
			for _, b := range samples {
				f.Call([]value.Value{a, b})
				for _, c := range samples {
					f.Call([]value.Value{a, b, c})
				}
			}
		}
	}
	for _, op := range []func(a, b value.Value) value.Value{Add, Sub, Mul, Div, Mod} {
		for _, a := range samples {
			for _, b := range samples {
				op(a, b)
			}
		}
	}
}

func TestConversions(t *testing.T) {
	check(t, `
size('') => 0
size('ÿ') => 1
size('\U0001F431\U0001F600') => 2
size(b'ÿ') => 2
size([1, 'a']) => 2
size({1: 2}) => 1
size(1) => ! eval/no-such-overload: no such overload: size(int)
size('a', 'b') => ! eval/no-such-overload: no such overload: size(string, string)

type(1) => type:int
type(null) => type:null_type
type(d'1s') => type:google.protobuf.Duration
type(t'1970-01-01T00:00:00Z') => type:google.protobuf.Timestamp
type(type:int) => type:type
dyn([1]) => [1]

bool(true) => true
bool('1') => true
bool('t') => true
bool('T') => true
bool('TRUE') => true
bool('True') => true
bool('F') => false
bool('0') => false
bool('false') => false
bool('TrUe') => ! eval/invalid-conversion: cannot convert "TrUe" to bool
bool('') => ! eval/invalid-conversion: cannot convert "" to bool
bool(1) => ! eval/no-such-overload: no such overload: bool(int)

int(-1) => -1
int(42u) => 42
int(9223372036854775807u) => 9223372036854775807
int(9223372036854775808u) => ! eval/overflow: 9223372036854775808 is out of range for int
int(-7.9) => -7
int(1.9) => 1
int(9223372036854774784.0) => 9223372036854774784
int(9223372036854775807.0) => ! eval/overflow: 9.223372036854776e+18 is out of range for int
int(-9223372036854775808.0) => ! eval/overflow: -9.223372036854776e+18 is out of range for int
int(NaN) => ! eval/overflow: NaN is out of range for int
int(Infinity) => ! eval/overflow: Infinity is out of range for int
int('987') => 987
int('-9223372036854775808') => -9223372036854775808
int('9223372036854775808') => ! eval/invalid-conversion: cannot convert "9223372036854775808" to int
int('1_000') => ! eval/invalid-conversion: cannot convert "1_000" to int
int('0x1') => ! eval/invalid-conversion: cannot convert "0x1" to int
int(' 1') => ! eval/invalid-conversion: cannot convert " 1" to int
int('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaéa') => ! eval/invalid-conversion: cannot convert "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"… to int
int(t'2004-09-16T23:59:59Z') => 1095379199
int(t'1969-12-31T23:59:59.5Z') => -1
int(d'1s') => ! eval/no-such-overload: no such overload: int(duration)
int(true) => ! eval/no-such-overload: no such overload: int(bool)

uint(3u) => 3u
uint(9223372036854775807) => 9223372036854775807u
uint(-1) => ! eval/overflow: -1 is out of range for uint
uint(3.14159265) => 3u
uint(-0.0) => 0u
uint(-0.5) => ! eval/overflow: -0.5 is out of range for uint
uint(18446744073709549568.0) => 18446744073709549568u
uint(18446744073709551615.0) => ! eval/overflow: 1.8446744073709552e+19 is out of range for uint
uint(NaN) => ! eval/overflow: NaN is out of range for uint
uint('300') => 300u
uint('-1') => ! eval/invalid-conversion: cannot convert "-1" to uint

double(1.5) => 1.5
double(9223372036854775807) => 9223372036854775808.0
double(18446744073709551615u) => 18446744073709551616.0
double('-0.0') => -0.0
double('-84.32e7') => -8.432e8
double('NaN') => NaN
double('-Infinity') => -Infinity
double('1e400') => ! eval/invalid-conversion: cannot convert "1e400" to double
double('0x1p4') => ! eval/invalid-conversion: cannot convert "0x1p4" to double
double('1_0.5') => ! eval/invalid-conversion: cannot convert "1_0.5" to double
double('') => ! eval/invalid-conversion: cannot convert "" to double

string('a') => 'a'
string(true) => 'true'
string(-456) => '-456'
string(9876u) => '9876'
string(123.456) => '123.456'
string(-4.5e-3) => '-0.0045'
string(1e21) => '1e+21'
string(b'ÿ') => 'ÿ'
string(b'\x00\xff') => ! eval/invalid-conversion: cannot convert bytes to string: not UTF-8
string(t'9999-12-31T23:59:59.999999999Z') => '9999-12-31T23:59:59.999999999Z'
string(t'2009-02-13T23:31:30+01:00') => '2009-02-13T22:31:30Z'
string(d'1000000s') => '1000000s'
string(d'1m1ms') => '60.001s'
string(null) => ! eval/no-such-overload: no such overload: string(null)
string([1]) => ! eval/no-such-overload: no such overload: string(list)

bytes('ÿ') => b'\xc3\xbf'
bytes(b'abc') => b'abc'
bytes(1) => ! eval/no-such-overload: no such overload: bytes(int)

timestamp('2009-02-13T23:31:30Z') => t'2009-02-13T23:31:30Z'
timestamp(t'2009-02-13T23:31:30Z') => t'2009-02-13T23:31:30Z'
timestamp(1234567890) => t'2009-02-13T23:31:30Z'
timestamp(-62135596801) => ! eval/overflow: -62135596801 is out of range for timestamp
timestamp(253402300800) => ! eval/overflow: 253402300800 is out of range for timestamp
timestamp('yesterday') => ! eval/invalid-conversion: cannot convert "yesterday" to timestamp; write it like "2026-01-02T03:04:05Z", years 1 to 9999
duration('1h30m') => d'5400s'
duration(d'1s') => d'1s'
duration('320000000000s') => ! eval/invalid-conversion: cannot convert "320000000000s" to duration; write it like "1h30m" or "2.5s", at most 292 years
duration(1) => ! eval/no-such-overload: no such overload: duration(int)
`)
}

func TestMath(t *testing.T) {
	check(t, `
math.greatest(-5) => -5
math.greatest(1, 1u) => 1
math.greatest(1u, 1) => 1u
math.greatest(1, 1.0, 2u) => 2u
math.greatest([5.4, 10, 3u, -5.0]) => 10
math.greatest(9007199254740993, 9007199254740992.0) => 9007199254740993
math.greatest([]) => ! eval/invalid-argument: math.greatest of an empty list
math.greatest('a') => ! eval/no-such-overload: no such overload: math.greatest(string)
math.greatest([1, 'a']) => ! eval/no-such-overload: no such overload: math.greatest(string)
math.greatest(1, NaN) => ! eval/invalid-argument: math.greatest of NaN, which has no order
math.least(1, 1.0) => 1
math.least([5.4, 10u, 3u, 1u]) => 1u
math.least(-1.797693e308, 1.5) => -1.797693e308
math.ceil(-1.2) => -1.0
math.floor(-1.2) => -2.0
math.round(-1.5) => -2.0
math.round(2.5) => 3.0
math.round(0.49999999999999994) => 0.0
math.round(NaN) => NaN
math.trunc(-1.9) => -1.0
math.ceil(1) => ! eval/no-such-overload: no such overload: math.ceil(int)
math.abs(-11) => 11
math.abs(1u) => 1u
math.abs(-0.0) => 0.0
math.abs(-9223372036854775808) => ! eval/overflow: math.abs(-9223372036854775808) overflows int
math.sign(-11) => -1
math.sign(7u) => 1u
math.sign(0) => 0
math.sign(-0.0) => 0.0
math.sign(-32.5) => -1.0
math.sign(NaN) => NaN
math.sqrt(2.0) => 1.4142135623730951
math.sqrt(49) => 7.0
math.sqrt(15u) => 3.872983346207417
math.sqrt(-1) => NaN
math.isNaN(NaN) => true
math.isInf(-Infinity) => true
math.isInf(NaN) => false
math.isFinite(1.5) => true
math.isFinite(Infinity) => false
math.isFinite(NaN) => false
math.isNaN(1) => ! eval/no-such-overload: no such overload: math.isNaN(int)
math.bitAnd(-3, -5) => -7
math.bitOr(4, -2) => -2
math.bitXor(3u, 5u) => 6u
math.bitNot(1) => -2
math.bitNot(0u) => 18446744073709551615u
math.bitAnd(1, 1u) => ! eval/no-such-overload: no such overload: math.bitAnd(int, uint)
math.bitShiftLeft(-1, 2) => -4
math.bitShiftLeft(1, 63) => -9223372036854775808
math.bitShiftLeft(1, 64) => 0
math.bitShiftLeft(1u, 200) => 0u
math.bitShiftLeft(1u, -1) => ! eval/invalid-argument: math.bitShiftLeft by -1: a shift cannot be negative
math.bitShiftRight(-1024, 64) => 0
math.bitShiftRight(-1, 63) => 1
math.bitShiftRight(1024u, 2) => 256u
math.bitShiftRight(1024u, 2u) => ! eval/no-such-overload: no such overload: math.bitShiftRight(uint, uint)
`)
}

func TestSelectors(t *testing.T) {
	check(t, `
getFullYear(t'2009-02-13T23:31:30Z') => 2009
getMonth(t'2009-02-13T23:31:30Z') => 1
getDate(t'2009-02-13T23:31:30Z') => 13
getDayOfMonth(t'2009-02-13T23:31:30Z') => 12
getDayOfWeek(t'2009-02-13T23:31:30Z') => 5
getDayOfWeek(t'0001-01-01T00:00:00Z') => 1
getDayOfWeek(t'1969-12-28T00:00:00Z') => 0
getDayOfYear(t'2009-02-13T23:31:30Z') => 43
getDayOfYear(t'2008-12-31T23:31:30Z') => 365
getHours(t'2009-02-13T23:31:30Z') => 23
getMinutes(t'2009-02-13T23:31:30Z') => 31
getSeconds(t'2009-02-13T23:31:30Z') => 30
getSeconds(t'1969-12-31T23:59:59.25Z') => 59
getMilliseconds(t'2009-02-13T23:31:20.123456789Z') => 123
getMilliseconds(t'1969-12-31T23:59:59.25Z') => 250
getDayOfMonth(t'2009-02-13T23:31:30Z', '+11:00') => 13
getDayOfMonth(t'2009-02-13T02:00:00Z', '-02:30') => 11
getDayOfWeek(t'2009-02-13T23:31:30Z', 'UTC') => 5
getDayOfYear(t'2008-12-31T23:31:30Z', '+01:00') => 0
getFullYear(t'9999-12-31T23:31:30Z', '+01:00') => 10000
getFullYear(t'0001-01-01T00:00:00Z', '-01:00') => 0
getDayOfYear(t'0001-01-01T00:00:00Z', '-01:00') => 365
getHours(t'2009-02-13T23:31:30Z', '02:00') => 1
getMinutes(t'2009-02-13T23:31:30Z', '+05:45') => 16
getSeconds(t'2009-02-13T23:31:30Z', '-00:00') => 30
getHours(t'2009-02-13T23:31:30Z', '') => 23
getHours(t'2009-02-13T23:31:30Z', 'America/New_York') => ! eval/invalid-argument: time zone "America/New_York" is not "UTC" or a fixed offset such as "+05:30"; named time zones are not available, because they change with politics
getHours(t'2009-02-13T23:31:30Z', '+25:00') => ! eval/invalid-argument: time zone "+25:00" is not "UTC" or a fixed offset such as "+05:30"; named time zones are not available, because they change with politics
getHours(d'10000s') => 2
getMinutes(d'3730s') => 62
getMinutes(d'-59s') => 0
getSeconds(d'3730.9s') => 3730
getSeconds(d'-1.5s') => -1
getMilliseconds(d'123.321456789s') => 321
getMilliseconds(d'-1.5s') => -500
getHours(d'1s', 'UTC') => ! eval/no-such-overload: no such overload: getHours(duration, string)
getFullYear(d'1s') => ! eval/no-such-overload: no such overload: getFullYear(duration)
`)
}

func TestArithmetic(t *testing.T) {
	check(t, `
42 + -7 => 35
9223372036854775807 + 1 => ! eval/overflow: 9223372036854775807 + 1 overflows int
-9223372036854775808 + -1 => ! eval/overflow: -9223372036854775808 + -1 overflows int
-9223372036854775808 + 9223372036854775807 => -1
-9223372036854775808 - 1 => ! eval/overflow: -9223372036854775808 - 1 overflows int
-9223372036854775808 - 0 => -9223372036854775808
-1 - -9223372036854775808 => 9223372036854775807
0 - -9223372036854775808 => ! eval/overflow: 0 - -9223372036854775808 overflows int
1 - -9223372036854775807 => ! eval/overflow: 1 - -9223372036854775807 overflows int
-9223372036854775808 * -1 => ! eval/overflow: -9223372036854775808 * -1 overflows int
-1 * -9223372036854775808 => ! eval/overflow: -1 * -9223372036854775808 overflows int
-9223372036854775808 * 1 => -9223372036854775808
-9223372036854775808 * 0 => 0
5000000000 * -5000000000 => ! eval/overflow: 5000000000 * -5000000000 overflows int
-20 / 3 => -6
-9223372036854775808 / -1 => ! eval/overflow: -9223372036854775808 / -1 overflows int
1 / 0 => ! eval/divide-by-zero: division by zero
-7 % 3 => -1
34 % 0 => ! eval/modulus-by-zero: modulus by zero
-9223372036854775808 % -1 => ! eval/overflow: -9223372036854775808 % -1 overflows int
- 42 => -42
- -9223372036854775808 => ! eval/overflow: -(-9223372036854775808) overflows int
- 0.0 => -0.0
- 1u => ! eval/no-such-overload: no such overload: -uint
- d'1s' => ! eval/no-such-overload: no such overload: -duration
18446744073709551615u + 1u => ! eval/overflow: 18446744073709551615 + 1 overflows uint
0u - 1u => ! eval/overflow: 0 - 1 overflows uint
4294967296u * 4294967296u => ! eval/overflow: 4294967296 * 4294967296 overflows uint
18446744073709551615u / 2u => 9223372036854775807u
18446744073709551615u % 10u => 5u
15u / 0u => ! eval/divide-by-zero: division by zero
34u % 0u => ! eval/modulus-by-zero: modulus by zero
42.5 * 0.2 => 8.5
15.75 / 0.0 => Infinity
0.1 + 0.2 => 0.30000000000000004
47.5 % 5.5 => ! eval/no-such-overload: no such overload: double % double
1 + 1u => ! eval/no-such-overload: no such overload: int + uint
'a' - 'b' => ! eval/no-such-overload: no such overload: string - string
[1] * [1] => ! eval/no-such-overload: no such overload: list * list
true / true => ! eval/no-such-overload: no such overload: bool / bool
'a' + 'ÿ' => 'aÿ'
'' + 'a' => 'a'
b'zxy' + b'' => b'zxy'
b'a' + b'\xff' => b'a\xff'
[1] + ['a'] => [1, 'a']
[] + [] => []
'a' + b'a' => ! eval/no-such-overload: no such overload: string + bytes
t'2009-02-13T23:00:00Z' + d'240s' => t'2009-02-13T23:04:00Z'
d'120s' + t'2009-02-13T23:01:00Z' => t'2009-02-13T23:03:00Z'
t'0001-01-01T00:00:01.000000001Z' + d'-999999999ns' => t'0001-01-01T00:00:00.000000002Z'
t'2009-02-13T23:10:00Z' - d'600.5s' => t'2009-02-13T22:59:59.5Z'
t'2009-02-13T23:31:00Z' - t'2009-02-13T23:29:00.5Z' => d'119.5s'
t'2009-02-13T23:29:00.5Z' - t'2009-02-13T23:31:00Z' => d'-119.5s'
t'9999-12-31T23:59:59.999999999Z' + d'1ns' => ! eval/overflow: 9999-12-31T23:59:59.999999999Z + 0.000000001s overflows timestamp (years 1 to 9999)
t'0001-01-01T00:00:00Z' - d'1ns' => ! eval/overflow: 0001-01-01T00:00:00Z - 0.000000001s overflows timestamp (years 1 to 9999)
t'9999-12-31T23:59:59Z' - t'0001-01-01T00:00:00Z' => ! eval/overflow: 9999-12-31T23:59:59Z - 0001-01-01T00:00:00Z overflows duration (292 years)
t'0001-01-01T00:00:00Z' - t'9999-12-31T23:59:59Z' => ! eval/overflow: 0001-01-01T00:00:00Z - 9999-12-31T23:59:59Z overflows duration (292 years)
t'1970-01-01T00:00:00Z' - t'1677-09-21T00:12:43.145224193Z' => d'9223372036854775807ns'
t'1970-01-01T00:00:00Z' - t'1677-09-21T00:12:43.145224192Z' => ! eval/overflow: 1970-01-01T00:00:00Z - 1677-09-21T00:12:43.145224192Z overflows duration (292 years)
t'1677-09-21T00:12:43.145224192Z' - t'1970-01-01T00:00:00Z' => d'-9223372036854775808ns'
d'600s' + d'50s' => d'650s'
d'900s' - d'42.25s' => d'857.75s'
d'9000000000s' + d'9000000000s' => ! eval/overflow: 9000000000s + 9000000000s overflows duration
d'-9000000000s' - d'9000000000s' => ! eval/overflow: -9000000000s - 9000000000s overflows duration
d'1s' - t'2009-02-13T23:29:00.5Z' => ! eval/no-such-overload: no such overload: duration - timestamp
t'2009-02-13T23:29:00.5Z' + t'2009-02-13T23:29:00.5Z' => ! eval/no-such-overload: no such overload: timestamp + timestamp
`)
}
