package lib

// This file defines the functions of strings.

import (
	words "github.com/holdfast-rt/holdfast/core/internal/text"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Every index counts code points, and may be the length of the string as well, which
// is where an empty string is found. A result shares the bytes of the string it was
// cut from.

func contains(args []value.Value) value.Value {
	if !are(args, value.String, value.String) {
		return noOverload("contains", args...)
	}
	return value.OfBool(strings.Contains(args[0].Str(), args[1].Str()))
}

func startsWith(args []value.Value) value.Value {
	if !are(args, value.String, value.String) {
		return noOverload("startsWith", args...)
	}
	return value.OfBool(strings.HasPrefix(args[0].Str(), args[1].Str()))
}

func endsWith(args []value.Value) value.Value {
	if !are(args, value.String, value.String) {
		return noOverload("endsWith", args...)
	}
	return value.OfBool(strings.HasSuffix(args[0].Str(), args[1].Str()))
}

func charAt(args []value.Value) value.Value {
	if !are(args, value.String, value.Int) {
		return noOverload("charAt", args...)
	}
	s := args[0].Str()
	at, ok := byteIndex(s, args[1].Int())
	if !ok {
		return badIndex("charAt", args[1].Int(), s)
	}
	_, n := utf8.DecodeRuneInString(s[at:])
	return value.OfString(s[at : at+n])
}

func indexOf(args []value.Value) value.Value {
	from := 0
	switch {
	case are(args, value.String, value.String):
	case are(args, value.String, value.String, value.Int):
		ok := false
		if from, ok = byteIndex(args[0].Str(), args[2].Int()); !ok {
			return badIndex("indexOf", args[2].Int(), args[0].Str())
		}
	default:
		return noOverload("indexOf", args...)
	}
	s := args[0].Str()
	at := strings.Index(s[from:], args[1].Str())
	if at < 0 {
		return value.OfInt(-1)
	}
	return value.OfInt(int64(utf8.RuneCountInString(s[:from+at])))
}

func lastIndexOf(args []value.Value) value.Value {
	var from int
	switch {
	case are(args, value.String, value.String):
		from = len(args[0].Str())
	case are(args, value.String, value.String, value.Int):
		ok := false
		if from, ok = byteIndex(args[0].Str(), args[2].Int()); !ok {
			return badIndex("lastIndexOf", args[2].Int(), args[0].Str())
		}
	default:
		return noOverload("lastIndexOf", args...)
	}
	s, sub := args[0].Str(), args[1].Str()
	at := strings.LastIndex(s[:min(from+len(sub), len(s))], sub)
	if at < 0 {
		return value.OfInt(-1)
	}
	return value.OfInt(int64(utf8.RuneCountInString(s[:at])))
}

func substring(args []value.Value) value.Value {
	if !are(args, value.String, value.Int) && !are(args, value.String, value.Int, value.Int) {
		return noOverload("substring", args...)
	}
	s := args[0].Str()
	start, ok := byteIndex(s, args[1].Int())
	if !ok {
		return badIndex("substring", args[1].Int(), s)
	}
	if len(args) == 2 {
		return value.OfString(s[start:])
	}
	if args[2].Int() < args[1].Int() {
		return value.OfError(value.InvalidArgument,
			"substring from "+text(args[1])+" to "+text(args[2])+": the end is before the start")
	}
	end, ok := byteIndex(s, args[2].Int())
	if !ok {
		return badIndex("substring", args[2].Int(), s)
	}
	return value.OfString(s[start:end])
}

// covers says how many of a hundred of a text's words are among those of the receiver; see text.Covers.
func covers(args []value.Value) value.Value {
	if !are(args, value.String, value.String) {
		return noOverload("covers", args...)
	}
	return value.OfInt(int64(words.Covers(args[0].Str(), args[1].Str())))
}

// normalised gives a text as pattern sets see it; see text.Normalise.
func normalised(args []value.Value) value.Value {
	if !are(args, value.String) {
		return noOverload("normalised", args...)
	}
	s := words.Normalise(args[0].Str())
	if len(s) > value.MaxSize {
		return value.TooLarge(len(s), value.MaxSize, "bytes")
	}
	return value.OfString(s)
}

func lowerASCII(args []value.Value) value.Value { return changeCase("lowerAscii", args, 'A', 'Z') }
func upperASCII(args []value.Value) value.Value { return changeCase("upperAscii", args, 'a', 'z') }

func changeCase(name string, args []value.Value, first, last byte) value.Value {
	if !are(args, value.String) {
		return noOverload(name, args...)
	}
	return value.OfString(swapCase(args[0].Str(), first, last))
}

// swapCase returns s with the case of the letters from first to last changed.
func swapCase(s string, first, last byte) string {
	for i := range len(s) {
		if first <= s[i] && s[i] <= last {
			b := []byte(s)
			for ; i < len(b); i++ {
				if first <= b[i] && b[i] <= last {
					b[i] ^= 'a' ^ 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// trim removes what Unicode calls White_Space from both ends.
func trim(args []value.Value) value.Value {
	if !are(args, value.String) {
		return noOverload("trim", args...)
	}
	return value.OfString(strings.TrimSpace(args[0].Str()))
}

// replace replaces all that it finds, or as many as its last argument says, from the
// left; a negative number means all.
func replace(args []value.Value) value.Value {
	if !are(args, value.String, value.String, value.String) &&
		!are(args, value.String, value.String, value.String, value.Int) {
		return noOverload("replace", args...)
	}
	s, old, sub := args[0].Str(), args[1].Str(), args[2].Str()
	count := strings.Count(s, old)
	if len(args) == 4 && args[3].Int() >= 0 && args[3].Int() < int64(count) {
		count = int(args[3].Int())
	}
	if size := len(s) + count*(len(sub)-len(old)); size > value.MaxSize {
		return value.TooLarge(size, value.MaxSize, "bytes")
	}
	return value.OfString(strings.Replace(s, old, sub, count))
}

// split cuts a string at each separator, or between code points where that is empty.
// Its last argument is the most parts to make, the last of them uncut; a negative
// number means all.
func split(args []value.Value) value.Value {
	if !are(args, value.String, value.String) && !are(args, value.String, value.String, value.Int) {
		return noOverload("split", args...)
	}
	s, sep := args[0].Str(), args[1].Str()
	count := strings.Count(s, sep) + 1
	if sep == "" {
		count = utf8.RuneCountInString(s)
	}
	if len(args) == 3 && args[2].Int() >= 0 && args[2].Int() < int64(count) {
		count = int(args[2].Int())
	}
	if count > value.MaxItems {
		return value.TooLarge(count, value.MaxItems, "items")
	}
	if count == 0 {
		return value.OfList(nil)
	}
	parts := make([]value.Value, count)
	for i := range count - 1 {
		end := strings.Index(s, sep)
		if sep == "" {
			_, end = utf8.DecodeRuneInString(s)
		}
		parts[i] = value.OfString(s[:end])
		s = s[end+len(sep):]
	}
	parts[count-1] = value.OfString(s)
	return value.OfList(parts)
}

func join(args []value.Value) value.Value {
	sep := ""
	switch {
	case are(args, value.List):
	case are(args, value.List, value.String):
		sep = args[1].Str()
	default:
		return noOverload("join", args...)
	}
	items := args[0].Items()
	size := len(sep) * max(len(items)-1, 0)
	for i, item := range items {
		if item.K != value.String {
			return value.OfError(value.NoSuchOverload,
				"join: item "+strconv.Itoa(i)+" of the list is of type "+item.K.String()+", not string")
		}
		size += int(item.N)
	}
	if size > value.MaxSize {
		return value.TooLarge(size, value.MaxSize, "bytes")
	}
	var b strings.Builder
	b.Grow(size)
	for i, item := range items {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(item.Str())
	}
	return value.OfString(b.String())
}

func reverse(args []value.Value) value.Value {
	if !are(args, value.String) {
		return noOverload("reverse", args...)
	}
	var b strings.Builder
	s := args[0].Str()
	b.Grow(len(s))
	for s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		b.WriteString(s[len(s)-n:])
		s = s[:len(s)-n]
	}
	return value.OfString(b.String())
}

// quote writes a string as CEL's grammar does, in double quotes.
func quote(args []value.Value) value.Value {
	if !are(args, value.String) {
		return noOverload("strings.quote", args...)
	}
	s := args[0].Str()
	size := len(s) + 2
	for i := range len(s) {
		if escape(s[i]) != 0 {
			size++
		}
	}
	if size > value.MaxSize {
		return value.TooLarge(size, value.MaxSize, "bytes")
	}
	b := append(make([]byte, 0, size), '"')
	for i := range len(s) {
		if e := escape(s[i]); e != 0 {
			b = append(b, '\\', e)
		} else {
			b = append(b, s[i])
		}
	}
	return value.OfString(string(append(b, '"')))
}

// escape returns how c is written after a backslash, 0 where it needs none.
func escape(c byte) byte {
	switch c {
	case '\a':
		return 'a'
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	case '\v':
		return 'v'
	case '\\', '"':
		return c
	}
	return 0
}

// byteIndex returns the offset of the code point with index n; ok is false unless
// 0 <= n <= size(s).
func byteIndex(s string, n int64) (at int, ok bool) {
	if n < 0 {
		return 0, false
	}
	for ; n > 0; n-- {
		if at == len(s) {
			return 0, false
		}
		_, w := utf8.DecodeRuneInString(s[at:])
		at += w
	}
	return at, true
}

func badIndex(name string, index int64, s string) value.Value {
	return value.OfError(value.IndexOutOfRange, name+": index "+strconv.FormatInt(index, 10)+
		" is out of range, the string has "+strconv.Itoa(utf8.RuneCountInString(s))+" characters")
}
