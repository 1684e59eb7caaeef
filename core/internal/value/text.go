package value

// This file defines how values read as text.

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// maxNested is after how many bytes AppendText cuts a list or a map short: more is
// of no use in a message, and a list that holds another many times over could be
// longer than memory.
const maxNested = 4096

// AppendText appends v as it reads in a message. Text is bare, as the template
// of the message quotes it or not; within a list [a, b] or a map {k: v} it is
// quoted. Scalars read as CEL's string() gives them. A list or map is cut short
// with … after about 4096 bytes.
func AppendText(dst []byte, v Value) []byte {
	switch v.K {
	case String:
		return append(dst, v.Str()...)
	case List, Map:
		return appendNested(dst, v, len(dst)+maxNested)
	}
	return AppendQuoted(dst, v)
}

// AppendQuoted appends v as AppendText does inside a list: text is quoted.
func AppendQuoted(dst []byte, v Value) []byte {
	switch v.K {
	case Null:
		return append(dst, "null"...)
	case Bool:
		return strconv.AppendBool(dst, v.N != 0)
	case Int:
		return strconv.AppendInt(dst, v.Int(), 10)
	case Uint:
		return strconv.AppendUint(dst, v.N, 10)
	case Double:
		return AppendDouble(dst, v.Double())
	case String:
		return strconv.AppendQuote(dst, v.Str())
	case Bytes:
		return strconv.AppendQuoteToASCII(append(dst, 'b'), v.Str())
	case Duration:
		return AppendDuration(dst, v)
	case Timestamp:
		return AppendTimestamp(dst, v)
	case List, Map:
		return appendNested(dst, v, len(dst)+maxNested)
	case Type:
		return append(dst, v.Str()...)
	case Error:
		dst = append(dst, v.Code().String()...)
		if v.N != 0 {
			dst = append(append(dst, ": "...), v.Str()...)
		}
		return dst
	}
	return append(dst, "unknown"...)
}

// appendNested appends a list or map until dst is limit bytes long.
func appendNested(dst []byte, v Value, limit int) []byte {
	switch v.K {
	case List:
		dst = append(dst, '[')
		for i, item := range v.Items() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			if len(dst) >= limit {
				dst = append(dst, "…"...)
				break
			}
			dst = appendNested(dst, item, limit)
		}
		return append(dst, ']')
	case Map:
		dst = append(dst, '{')
		e := v.Entries()
		for i, key := range e.Keys {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			if len(dst) >= limit {
				dst = append(dst, "…"...)
				break
			}
			dst = append(appendNested(dst, key, limit), ": "...)
			dst = appendNested(dst, e.Vals[i], limit)
		}
		return append(dst, '}')
	case String, Bytes:
		if room := max(limit-len(dst), 0); v.Int() > int64(room) {
			for room > 0 && !utf8.RuneStart(v.Bytes()[room]) {
				room--
			}
			v.N = uint64(room)
			return append(AppendQuoted(dst, v), "…"...)
		}
	}
	return AppendQuoted(dst, v)
}

// AppendDouble appends f as CEL's string() does: the shortest decimal that reads
// back as f, with an exponent below 1e-4 and from 1e6 on ("1e+06", not
// "1000000"); NaN, Infinity, -Infinity.
func AppendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}
