package lib

// This file defines format, which writes values into a text by its %-clauses.

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

const (
	// MaxPrecision is the most digits after the point that %f and %e write; a
	// double has none after the 1074th and no more than 17 that mean anything.
	MaxPrecision = 100

	defaultPrecision = 6
)

// format implements https://github.com/google/cel-spec/blob/master/doc/extensions/strings.md.
func format(args []value.Value) value.Value {
	if !are(args, value.String, value.List) {
		return noOverload("format", args...)
	}
	layout, items := args[0].Str(), args[1].Items()
	var w writer
	next := 0
	for layout != "" && w.failed.K != value.Error {
		percent := strings.IndexByte(layout, '%')
		if percent < 0 {
			w.write(layout)
			break
		}
		w.write(layout[:percent])
		layout = layout[percent:]
		if strings.HasPrefix(layout, "%%") {
			w.write("%")
			layout = layout[2:]
			continue
		}
		c, failed := parseClause(layout)
		if failed.K == value.Error {
			return failed
		}
		if next == len(items) {
			return value.OfError(value.InvalidArgument,
				"format: there is no argument "+strconv.Itoa(next+1)+" for "+excerpt(c.text))
		}
		w.clause(c, items[next], next+1)
		next++
		layout = layout[len(c.text):]
	}
	if w.failed.K == value.Error {
		return w.failed
	}
	return value.OfString(string(w.buf))
}

// clause is one %[.precision]verb.
type clause struct {
	text      string
	verb      byte
	precision int
}

// parseClause reads the clause that s begins with.
func parseClause(s string) (c clause, failed value.Value) {
	c.precision = defaultPrecision
	i := 1
	if i < len(s) && s[i] == '.' {
		i++
		c.precision = 0
		start := i
		for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
			if c.precision = c.precision*10 + int(s[i]-'0'); c.precision > MaxPrecision {
				return clause{}, value.OfError(value.InvalidArgument, "format: a precision is at most "+strconv.Itoa(MaxPrecision))
			}
		}
		if i == start {
			return clause{}, value.OfError(value.InvalidArgument, "format: a precision needs digits, as in %.2f")
		}
	}
	if i == len(s) {
		return clause{},
			value.OfError(value.InvalidArgument, "format: "+excerpt(s)+" ends without a verb; write %% for a percent sign")
	}
	c.verb = s[i]
	if strings.IndexByte("sdfebxXo", c.verb) < 0 {
		_, n := utf8.DecodeRuneInString(s[i:])
		return clause{}, value.OfError(value.InvalidArgument, "format: there is no verb "+excerpt("%"+s[i:i+n])+
			"; use %s %d %f %e %x %X %o %b, or %% for a percent sign")
	}
	c.text = s[:i+1]
	if i > 1 && c.verb != 'f' && c.verb != 'e' {
		return clause{}, value.OfError(value.InvalidArgument, "format: "+excerpt(c.text)+": only %f and %e take a precision")
	}
	return c, value.Value{}
}

// writer collects a text of at most value.MaxSize bytes; once failed is an Error it
// takes no more.
type writer struct {
	buf    []byte
	failed value.Value
}

func (w *writer) write(s string) {
	switch {
	case w.failed.K == value.Error:
	case len(w.buf)+len(s) > value.MaxSize:
		w.failed = value.TooLarge(len(w.buf)+len(s), value.MaxSize, "bytes")
	default:
		w.buf = append(w.buf, s...)
	}
}

// clause writes v, the argument with a position counted from 1, as c says.
func (w *writer) clause(c clause, v value.Value, position int) {
	switch c.verb {
	case 's':
		w.plain(v)
	case 'd':
		if !v.K.IsNumber() {
			w.refuse(c, v, position)
			return
		}
		w.plain(v)
	case 'f', 'e':
		w.point(c, v, position)
	default:
		w.base(c, v, position)
	}
}

// point writes a number with a decimal point, as %f and %e do: exactly rounded, a
// tie to the even digit.
func (w *writer) point(c clause, v value.Value, position int) {
	var f float64
	switch v.K {
	case value.Int:
		f = float64(v.Int())
	case value.Uint:
		f = float64(v.N)
	case value.Double:
		f = v.Double()
	default:
		w.refuse(c, v, position)
		return
	}
	if math.IsInf(f, 0) || math.IsNaN(f) {
		w.write(text(v))
		return
	}
	w.write(strconv.FormatFloat(f, c.verb, c.precision, 64))
}

// base writes an integer, a truth value or bytes as %x, %X, %o and %b do.
func (w *writer) base(c clause, v value.Value, position int) {
	base := 16
	switch c.verb {
	case 'o':
		base = 8
	case 'b':
		base = 2
	}
	var s string
	switch {
	case v.K == value.Int:
		s = strconv.FormatInt(v.Int(), base)
	case v.K == value.Uint, v.K == value.Bool && base == 2:
		s = strconv.FormatUint(v.N, base)
	case (v.K == value.String || v.K == value.Bytes) && base == 16:
		w.hex(v.Str(), c.verb == 'X')
		return
	default:
		w.refuse(c, v, position)
		return
	}
	if c.verb == 'X' {
		s = swapCase(s, 'a', 'f')
	}
	w.write(s)
}

func (w *writer) refuse(c clause, v value.Value, position int) {
	w.failed = value.OfError(value.InvalidArgument,
		"format: "+c.text+" cannot write argument "+strconv.Itoa(position)+", which is of type "+v.K.String())
}

func (w *writer) hex(s string, upper bool) {
	if len(w.buf)+2*len(s) > value.MaxSize {
		w.failed = value.TooLarge(len(w.buf)+2*len(s), value.MaxSize, "bytes")
		return
	}
	digits := lowerHex
	if upper {
		digits = upperHex
	}
	w.buf = appendHex(w.buf, s, digits)
}

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
)

// appendHex appends each byte of s as two of digits.
func appendHex(dst []byte, s, digits string) []byte {
	for i := range len(s) {
		dst = append(dst, digits[s[i]>>4], digits[s[i]&15])
	}
	return dst
}

// plain writes v as %s does.
func (w *writer) plain(v value.Value) {
	if w.failed.K == value.Error {
		return
	}
	switch v.K {
	case value.String, value.Type:
		w.write(v.Str())
	case value.Bytes:
		w.write(strings.ToValidUTF8(v.Str(), "\uFFFD"))
	case value.Double:
		f := v.Double()
		if math.IsInf(f, 0) || math.IsNaN(f) {
			w.write(text(v))
			return
		}
		w.write(strconv.FormatFloat(f, 'f', -1, 64))
	case value.List:
		w.write("[")
		for i, item := range v.Items() {
			if i > 0 {
				w.write(", ")
			}
			w.plain(item)
		}
		w.write("]")
	case value.Map:
		w.entries(v.Entries())
	default:
		w.write(text(v))
	}
}

// writtenKey is a map's key as it is written, and its place in the map.
type writtenKey struct {
	key   string
	index int
}

type written []writtenKey

func (s written) Len() int           { return len(s) }
func (s written) Less(i, j int) bool { return s[i].key < s[j].key }
func (s written) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// entries writes a map in the order of its keys as they are written.
func (w *writer) entries(e *value.Entries) {
	sorted := make(written, e.Len())
	for i, k := range e.Keys {
		sorted[i] = writtenKey{text(k), i}
	}
	sort.Stable(sorted)
	w.write("{")
	for i, x := range sorted {
		if i > 0 {
			w.write(", ")
		}
		w.write(x.key)
		w.write(": ")
		w.plain(e.Vals[x.index])
	}
	w.write("}")
}
