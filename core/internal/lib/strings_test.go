package lib

// This file tests the functions of strings, format and matches.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

func TestStrings(t *testing.T) {
	check(t, `
contains('abababc', 'ababc') => true
contains('', '') => true
contains('a', 1) => ! eval/no-such-overload: no such overload: contains(string, int)
startsWith('foobar', 'foo') => true
startsWith('', 'foo') => false
endsWith('\U0001F431\U0001F61B', '\U0001F61B') => true
endsWith('foobar', 'foo') => false

charAt('tacocat', 3) => 'o'
charAt('ta©o', 2) => '©'
charAt('tacocat', 7) => ''
charAt('tacocat', 30) => ! eval/index-out-of-range: charAt: index 30 is out of range, the string has 7 characters
charAt('a©', -1) => ! eval/index-out-of-range: charAt: index -1 is out of range, the string has 2 characters
charAt('a©', 3) => ! eval/index-out-of-range: charAt: index 3 is out of range, the string has 2 characters
charAt('hello', true) => ! eval/no-such-overload: no such overload: charAt(string, bool)

indexOf('tacocat', '') => 0
indexOf('tacocat', 'ac') => 1
indexOf('tacocat', 'none') => -1
indexOf('tacocat', 'a', 3) => 5
indexOf('tacocat', '', 7) => 7
indexOf('tacocat', 'a', 7) => -1
indexOf('ta©o©αT', '©', 3) => 4
indexOf('ta©o©αT', '©α', 5) => -1
indexOf('hello wello', 'elbo room!!') => -1
indexOf('tacocat', 'a', 30) => ! eval/index-out-of-range: indexOf: index 30 is out of range, the string has 7 characters
indexOf('42', '4', 0, 1) => ! eval/no-such-overload: no such overload: indexOf(string, string, int, int)

lastIndexOf('tacocat', 'at') => 5
lastIndexOf('tacocat', '', 3) => 3
lastIndexOf('ta©o©αT', '') => 7
lastIndexOf('ta©o©αT', '©', 3) => 2
lastIndexOf('ta©o©αT', '©α', 4) => 4
lastIndexOf('hello wello', 'ello', 6) => 1
lastIndexOf('hello wello', 'hello wello', 0) => 0
lastIndexOf('bananananana', 'nana', 7) => 6
lastIndexOf('aé', 'aéa') => -1
lastIndexOf('tacocat', 'a', -1) => ! eval/index-out-of-range: lastIndexOf: index -1 is out of range, the string has 7 characters
lastIndexOf('tacocat', 'a', 30) => ! eval/index-out-of-range: lastIndexOf: index 30 is out of range, the string has 7 characters

substring('tacocat', 4) => 'cat'
substring('tacocat', 7) => ''
substring('ta©o©αT', 2, 6) => '©o©α'
substring('ta©o©αT', 7, 7) => ''
substring('tacocat', 40) => ! eval/index-out-of-range: substring: index 40 is out of range, the string has 7 characters
substring('tacocat', -1) => ! eval/index-out-of-range: substring: index -1 is out of range, the string has 7 characters
substring('tacocat', 1, 50) => ! eval/index-out-of-range: substring: index 50 is out of range, the string has 7 characters
substring('tacocat', 49, 50) => ! eval/index-out-of-range: substring: index 49 is out of range, the string has 7 characters
substring('tacocat', 4, 3) => ! eval/invalid-argument: substring from 4 to 3: the end is before the start

lowerAscii('TacoCÆt@[') => 'tacocÆt@['
upperAscii('tacoCαt Xii{') => 'TACOCαT XII{'
upperAscii('') => ''

replace('{0} days {0} hours', '{0}', '2') => '2 days 2 hours'
replace('1 ©αT taco', 'αT', 'o©α') => '1 ©o©α taco'
replace('aaa', 'a', 'b', 2) => 'bba'
replace('aaa', 'a', 'b', 0) => 'aaa'
replace('aaa', 'a', 'b', -1) => 'bbb'
replace('aaa', 'a', 'b', 9223372036854775807) => 'bbb'
replace('é1', '', '-') => '-é-1-'
replace('é1', '', '-', 2) => '-é-1'
replace('abc', 'b', '') => 'ac'

split('hello world', ' ') => ['hello', 'world']
split('hello world events!', ' ', 0) => []
split('hello world events!', ' ', 1) => ['hello world events!']
split('hello world events!', ' ', 2) => ['hello', 'world events!']
split('o©o©o©o', '©', -1) => ['o', 'o', 'o', 'o']
split(',a,', ',') => ['', 'a', '']
split('', ',') => ['']
split('', '') => []
split('o©o', '') => ['o', '©', 'o']
split('o©o', '', 2) => ['o', '©o']

trim('\u0085\u00a0\u1680text') => 'text'
trim('text\u2000\u2001\u2002\u2003\u2004\u2004\u2006\u2007\u2008\u2009') => 'text'
trim('\u200atext\u2028\u2029\u202F\u205F\u3000') => 'text'
trim('\u180etext\u200b\u200c\u200d\u2060\ufeff') => '\u180etext\u200b\u200c\u200d\u2060\ufeff'

join(['x', 'y']) => 'xy'
join(['x', 'y'], '-') => 'x-y'
join([], '-') => ''
join(['x', 1]) => ! eval/no-such-overload: join: item 1 of the list is of type int, not string

reverse('Ta©oCαt') => 'tαCo©aT'
reverse('') => ''

strings.quote('first\nsecond\ttab') => '"first\\nsecond\\ttab"'
strings.quote('\a\b\f\r\v') => '"\\a\\b\\f\\r\\v"'
strings.quote('a\\b"c') => '"a\\\\b\\"c"'
strings.quote('\U0001F431é') => '"\U0001F431é"'
strings.quote('') => '""'

matches('banana', 'ba(na)*') => true
matches('mañana', '^a+ñ+a+') => false
matches('a', '(') => ! eval/invalid-argument: invalid pattern "(": missing closing ) "("
matches('a', 'a\\') => ! eval/invalid-argument: invalid pattern "a\\": trailing backslash at end of expression
matches('a', '(a{100}){11}') => ! eval/invalid-argument: invalid pattern "(a{100}){11}": invalid repeat count "{11}"
matches('a', '(abcd){1000}.{1000}') => ! limit/size: the pattern "(abcd){1000}.{1000}" is too large with its repetitions written out
matches('a', 1) => ! eval/no-such-overload: no such overload: matches(string, int)
`)
}

func TestFormat(t *testing.T) {
	check(t, `
format('%d %d, %s %s', [1, 2, 'A', 'B']) => '1 2, A B'
format('%% and %%%s%%', ['text']) => '% and %text%'
format('%.3f', [1.2345]) => '1.234'
format('%.0f', [2.5]) => '2'
format('%.0f', [3.5001]) => '4'
format('%.3f', [-123.4999]) => '-123.500'
format('%f', [2]) => '2.000000'
format('%f', [3u]) => '3.000000'
format('%e', [2.71828]) => '2.718280e+00'
format('%.6e', [1052.032911275]) => '1.052033e+03'
format('%.1e', [-3.14]) => '-3.1e+00'
format('%.0e', [1e300]) => '1e+300'
format('%e %f %d %s', [NaN, Infinity, -Infinity, NaN]) => 'NaN Infinity -Infinity NaN'
format('%b %b %b', [5, 64u, true]) => '101 1000000 1'
format('%b %o %x', [-5, -8, -255]) => '-101 -10 -ff'
format('%b', [-9223372036854775808]) => '-1000000000000000000000000000000000000000000000000000000000000000'
format('%o %x %X %X', [65535u, 30, 30, 6000u]) => '177777 1e 1E 1770'
format('%x', ['Hello world!']) => '48656c6c6f20776f726c6421'
format('%X', [b'byte string']) => '6279746520737472696E67'
format('%d', [3.14]) => '3.14'
format('%s', [1e21]) => '1000000000000000000000'
format('%s', [1e-7]) => '0.0000001'
format('%s %s %s', [null, true, type:string]) => 'null true string'
format('%s', [b'xyz']) => 'xyz'
format('%s', [b'\xf0\x9f\xf0a\xff']) => '\ufffda\ufffd'
format('%s', [d'1h45m47s']) => '6347s'
format('%s', [['abc', 3.14, null, [9, 8], t'2023-02-03T23:31:20Z']]) => '[abc, 3.14, null, [9, 8], 2023-02-03T23:31:20Z]'
format('%s', [{1: 'value1', 2u: 'value2', true: NaN}]) => '{1: value1, 2: value2, true: NaN}'
format('%s', [{'strKey': 'x', 6: d'422s', true: 42}]) => '{6: 422s, strKey: x, true: 42}'
format('%s', [{9: 1, 10: 2, '9': 3}]) => '{10: 2, 9: 1, 9: 3}'
format('%s', [[]]) => '[]'
format('%s', [1, 2]) => '1'
format('', []) => ''
format('%a', [1]) => ! eval/invalid-argument: format: there is no verb "%a"; use %s %d %f %e %x %X %o %b, or %% for a percent sign
format('%é', [1]) => ! eval/invalid-argument: format: there is no verb "%é"; use %s %d %f %e %x %X %o %b, or %% for a percent sign
format('%E', [0.5]) => ! eval/invalid-argument: format: there is no verb "%E"; use %s %d %f %e %x %X %o %b, or %% for a percent sign
format('100%', []) => ! eval/invalid-argument: format: "%" ends without a verb; write %% for a percent sign
format('%.3', [1.0]) => ! eval/invalid-argument: format: "%.3" ends without a verb; write %% for a percent sign
format('%.f', [1.0]) => ! eval/invalid-argument: format: a precision needs digits, as in %.2f
format('%.101f', [1.0]) => ! eval/invalid-argument: format: a precision is at most 100
format('%.99999999999999999999f', [1.0]) => ! eval/invalid-argument: format: a precision is at most 100
format('%.2d', [1]) => ! eval/invalid-argument: format: "%.2d": only %f and %e take a precision
format('%d %d %d', [0, 1]) => ! eval/invalid-argument: format: there is no argument 3 for "%d"
format('%d', [d'30m2s']) => ! eval/invalid-argument: format: %d cannot write argument 1, which is of type duration
format('%s %x', [1, 0.5]) => ! eval/invalid-argument: format: %x cannot write argument 2, which is of type double
format('%e', [null]) => ! eval/invalid-argument: format: %e cannot write argument 1, which is of type null
format('%b', ['abc']) => ! eval/invalid-argument: format: %b cannot write argument 1, which is of type string
format('%o', [true]) => ! eval/invalid-argument: format: %o cannot write argument 1, which is of type bool
format('%s', 'a') => ! eval/no-such-overload: no such overload: format(string, string)
`)
}

func TestDigest(t *testing.T) {
	for _, s := range []string{"", "abc", "wählen", strings.Repeat("x", 1000)} {
		sum := sha256.Sum256([]byte(s))
		if got := digest([]value.Value{value.OfString(s)}); got.Str() != hex.EncodeToString(sum[:]) {
			t.Errorf("digest(%q) = %s", s, got.Str())
		}
	}
}

// TestSizeLimits asks for results of exactly the limit and of one more.
func TestSizeLimits(t *testing.T) {
	half := value.OfString(strings.Repeat("x", value.MaxSize/2))
	full := value.OfString(strings.Repeat("x", value.MaxSize))
	one := value.OfString("x")
	items := value.OfList(make([]value.Value, value.MaxItems))
	halves := value.OfList([]value.Value{half, half})
	var deep value.Value = value.OfList([]value.Value{one})
	for range 60 {
		deep = value.OfList([]value.Value{deep, deep})
	}
	str, num := value.OfString, value.OfInt
	for _, c := range []struct {
		name string
		args []value.Value
		ok   bool
	}{
		{"+", []value.Value{half, half}, true},
		{"+", []value.Value{full, one}, false},
		{"+", []value.Value{items, value.OfList(nil)}, true},
		{"+", []value.Value{items, value.OfList([]value.Value{one})}, false},
		{"replace", []value.Value{half, one, str("yy")}, true},
		{"replace", []value.Value{half, one, str("yyy")}, false},
		{"replace", []value.Value{half, one, str("yyy"), num(value.MaxSize / 4)}, true},
		{"replace", []value.Value{half, one, str("yyy"), num(value.MaxSize/4 + 1)}, false},
		{"replace", []value.Value{full, str(""), full}, false},
		{"split", []value.Value{str(strings.Repeat("x", value.MaxItems)), str("")}, true},
		{"split", []value.Value{str(strings.Repeat("x", value.MaxItems+1)), str("")}, false},
		{"split", []value.Value{str(strings.Repeat("x", value.MaxItems)), one}, false},
		{"split", []value.Value{full, one, num(10)}, true},
		{"join", []value.Value{halves}, true},
		{"join", []value.Value{halves, one}, false},
		{"strings.quote", []value.Value{str(strings.Repeat("x", value.MaxSize-2))}, true},
		{"strings.quote", []value.Value{str(strings.Repeat("x", value.MaxSize-3) + "\n")}, false},
		{"format", []value.Value{str("%s%s"), halves}, true},
		{"format", []value.Value{str("%s%sx"), halves}, false},
		{"format", []value.Value{str("%x"), halves}, true},
		{"format", []value.Value{str("%x%X"), halves}, false},
		{"format", []value.Value{str("%s"), value.OfList([]value.Value{deep})}, false},
		{"format", []value.Value{str("%s"),
			value.OfList([]value.Value{value.NewMap([]value.Value{one}, []value.Value{deep})})}, false},
		{"matches", []value.Value{one, str(strings.Repeat("x", MaxPattern))}, true},
		{"matches", []value.Value{one, str(strings.Repeat("x", MaxPattern+1))}, false},
		{"matches", []value.Value{one, str("(?:ab){1000}")}, true},
		{"matches", []value.Value{one, str("(?:abc){1000}")}, false},
		{"matches", []value.Value{one, str("(abcde){1000,}")}, false},
	} {
		var got value.Value
		if c.name == "+" {
			got = Add(c.args[0], c.args[1])
		} else {
			got = Funcs[Index(c.name)].Call(c.args)
		}
		if c.ok && got.K == value.Error || !c.ok && (got.K != value.Error || got.Code() != value.SizeLimit) {
			t.Errorf("%s of %d bytes or items gives %.80s", c.name, c.args[0].N, value.AppendText(nil, got))
		}
		if got.K == value.String && got.N > value.MaxSize || got.K == value.List && got.N > value.MaxItems {
			t.Errorf("%s gives %d", c.name, got.N)
		}
	}
}

func TestScalarsAllocateNothing(t *testing.T) {
	args := []value.Value{value.OfString("tacoçat"), value.OfString("a"), value.OfInt(2)}
	at := []value.Value{value.OfTimestamp(1234567890, 0), value.OfString("+01:00")}
	re, _ := CompileRegexp("ç+a")
	if n := testing.AllocsPerRun(100, func() {
		for _, f := range []func([]value.Value) value.Value{contains, startsWith, indexOf, lastIndexOf} {
			f(args[:2])
		}
		size(args[:1])
		indexOf(args)
		getDate(at)
		getHours(at[:1])
		Add(args[2], args[2])
		Mul(args[2], args[2])
		greatest(args[2:])
		MatchesCompiled(re, args[0].Str())
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestStringsByRunes compares the functions that count code points with what they
// do on slices of runes.
func TestStringsByRunes(t *testing.T) {
	texts := []string{"", "a", "©", "a©a", "ab\U0001F431ab\U0001F431", "©©©", "aé\u0301aé"}
	num := func(i int) value.Value { return value.OfInt(int64(i)) }
	for _, s := range texts {
		runes := []rune(s)
		for _, sub := range texts {
			for from := -1; from <= len(runes)+1; from++ {
				want, wantLast := -1, -1
				for i := 0; i+len([]rune(sub)) <= len(runes); i++ {
					if strings.HasPrefix(string(runes[i:]), sub) {
						if i >= from && want < 0 {
							want = i
						}
						if i <= from {
							wantLast = i
						}
					}
				}
				args := []value.Value{value.OfString(s), value.OfString(sub), num(from)}
				inside := from >= 0 && from <= len(runes)
				for _, c := range []struct {
					got  value.Value
					want int
				}{{indexOf(args), want}, {lastIndexOf(args), wantLast}} {
					if inside && c.got != num(c.want) || !inside && c.got.Code() != value.IndexOutOfRange {
						t.Errorf("%q in %q, %d: %s, want %d", sub, s, from, value.AppendText(nil, c.got), c.want)
					}
				}
			}
		}
		for i := range runes {
			for j := i; j <= len(runes); j++ {
				if got := substring([]value.Value{value.OfString(s), num(i), num(j)}); got.Str() != string(runes[i:j]) {
					t.Errorf("substring(%q, %d, %d) = %q", s, i, j, got.Str())
				}
			}
		}
	}
}

// FuzzFormat compares one clause at a time with package fmt, and sees that
// whatever a layout holds, the result is text within the limit or an error.
func FuzzFormat(f *testing.F) {
	f.Add("%.3f", int64(1), 1.2345, "text")
	f.Add("%.100e|%d|%s", int64(-1), math.Inf(1), "%s")
	f.Add("%x %X %b %o %%", int64(math.MinInt64), math.Copysign(0, -1), "\xff")
	clauses := regexp.MustCompile(`%%|%(\.\d{1,2})?[a-zA-Z]`)
	f.Fuzz(func(t *testing.T, layout string, i int64, d float64, s string) {
		if len(layout) > 1000 {
			return
		}
		items := []value.Value{value.OfInt(i), value.OfDouble(d), value.OfString(s), value.OfUint(uint64(i)),
			value.OfBytes([]byte(s)), value.OfBool(i > 0)}
		list := value.OfList(append(items, value.OfList(items)))
		got := format([]value.Value{value.OfString(layout), list})
		if got.K != value.Error && (got.K != value.String || got.N > value.MaxSize || utf8.ValidString(layout) &&
			utf8.ValidString(s) && !utf8.ValidString(got.Str())) {
			t.Fatalf("format(%q) = %q", layout, got.Str())
		}
		for _, clause := range clauses.FindAllString(layout, -1) {
			verb := clause[len(clause)-1]
			for _, item := range items {
				got := format([]value.Value{value.OfString(clause), value.OfList([]value.Value{item})})
				var operand any
				switch {
				case verb == '%':
					operand = nil
				case len(clause) > 2 && verb != 'f' && verb != 'e':
					continue // fmt has a use for a precision with any verb
				case item.K == value.Int && strings.IndexByte("dxXob", verb) >= 0:
					operand = item.Int()
				case item.K == value.Uint && strings.IndexByte("dxXob", verb) >= 0:
					operand = item.N
				case item.K == value.Int && (verb == 'f' || verb == 'e'):
					operand = float64(item.Int())
				case item.K == value.Uint && (verb == 'f' || verb == 'e'):
					operand = float64(item.N)
				case item.K == value.Double && (verb == 'f' || verb == 'e') && !math.IsInf(d, 0) && !math.IsNaN(d):
					operand = d
				case (item.K == value.String || item.K == value.Bytes) && (verb == 'x' || verb == 'X'):
					operand = item.Bytes()
				case item.K == value.String && verb == 's':
					operand = s
				default:
					continue
				}
				want := "%"
				if operand != nil {
					want = fmt.Sprintf(clause, operand)
				}
				if got.Str() != want {
					t.Fatalf("format(%q, [%s]) = %q, want %q", clause, value.AppendQuoted(nil, item), got.Str(), want)
				}
			}
		}
	})
}
