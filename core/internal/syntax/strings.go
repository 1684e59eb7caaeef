package syntax

// This file scans string and bytes literals.

import (
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// stringPrefix returns the length of the prefix (r, b, br in either case) of
// a string literal that begins here, or -1 where an identifier begins.
func (s *scanner) stringPrefix() int {
	i := s.pos
	if c := s.at(i); c == 'b' || c == 'B' {
		i++
	}
	if c := s.at(i); c == 'r' || c == 'R' {
		i++
	}
	if c := s.at(i); i > s.pos && (c == '"' || c == '\'') {
		return i - s.pos
	}
	return -1
}

// str scans a string or bytes literal whose prefix has n bytes.
func (s *scanner) str(n int) token {
	start := s.pos
	raw, bytes := false, false
	for _, c := range []byte(s.src[start : start+n]) {
		if c == 'b' || c == 'B' {
			bytes = true
		} else {
			raw = true
		}
	}
	s.pos += n
	quote := s.src[s.pos]
	triple := s.at(s.pos+1) == quote && s.at(s.pos+2) == quote
	width := 1
	if triple {
		width = 3
	}
	s.pos += width
	body := s.pos
	var out []byte // nil until an escape makes the text differ from the source
	good := true
	flushed := body
	for {
		if s.pos >= len(s.src) || !triple && (s.src[s.pos] == '\n' || s.src[s.pos] == '\r') {
			message, hint := "this string is not closed.", "close it with `"+string(quote)+"` on the same line."
			if triple {
				hint = "close it with three quotes."
			}
			s.report(codes.ParseUnclosedString, start, s.pos, message, hint)
			return token{kind: tBad, off: int32(start), end: int32(s.pos)}
		}
		c := s.src[s.pos]
		if c == quote && (!triple || s.at(s.pos+1) == quote && s.at(s.pos+2) == quote) {
			break
		}
		if c == '\\' && !raw {
			out = append(out, s.src[flushed:s.pos]...)
			var ok bool
			if out, ok = s.escape(out, bytes); !ok {
				good = false
			}
			flushed = s.pos
			continue
		}
		s.pos++
	}
	text := s.src[body:s.pos]
	if out != nil {
		text = string(append(out, s.src[flushed:s.pos]...))
	}
	s.pos += width
	tok := token{kind: tLit, off: int32(start), end: int32(s.pos)}
	switch {
	case !good:
		tok.kind = tBad
	case bytes:
		tok.val = value.OfString(text)
		tok.val.K = value.Bytes
	default:
		tok.val = value.OfString(text)
	}
	return tok
}

// escape decodes the escape at s.pos onto out.
func (s *scanner) escape(out []byte, bytes bool) ([]byte, bool) {
	start := s.pos
	c := s.at(start + 1)
	s.pos = min(start+2, len(s.src))
	switch c {
	case 'a':
		return append(out, '\a'), true
	case 'b':
		return append(out, '\b'), true
	case 'f':
		return append(out, '\f'), true
	case 'n':
		return append(out, '\n'), true
	case 'r':
		return append(out, '\r'), true
	case 't':
		return append(out, '\t'), true
	case 'v':
		return append(out, '\v'), true
	case '\\', '?', '"', '\'', '`':
		return append(out, c), true
	case 'x', 'X':
		return s.code(out, start, 2, 16, bytes, !bytes)
	case 'u':
		if !bytes {
			return s.code(out, start, 4, 16, false, true)
		}
	case 'U':
		if !bytes {
			return s.code(out, start, 8, 16, false, true)
		}
	case '0', '1', '2', '3':
		s.pos--
		return s.code(out, start, 3, 8, bytes, !bytes)
	}
	hint := "write `\\\\` for a backslash, or put `r` before the string to take backslashes as they are."
	if bytes && (c == 'u' || c == 'U') {
		hint = "bytes have no code points; write `\\x..` for each byte."
	}
	// The whole character after the backslash belongs to the escape.
	if c >= utf8.RuneSelf {
		_, n := utf8.DecodeRuneInString(s.src[start+1:])
		s.pos = start + 1 + n
	}
	s.report(codes.ParseEscape, start, s.pos, "there is no such escape in a string.", hint)
	return out, false
}

// code decodes n digits of the base at s.pos as a byte or a code point.
func (s *scanner) code(out []byte, start, n int, base uint32, byteValue, point bool) ([]byte, bool) {
	var v uint32
	for i := 0; i < n; i++ {
		c := s.at(s.pos)
		var d uint32
		switch {
		case isDigit(c):
			d = uint32(c - '0')
		case isHex(c):
			d = uint32(c|0x20-'a') + 10
		default:
			d = 99
		}
		if d >= base || s.pos >= len(s.src) {
			s.report(codes.ParseEscape, start, min(s.pos+1, len(s.src)), "this escape has too few digits.",
				"\\x takes two hexadecimal digits, \\u four, \\U eight, and an octal escape three digits, 000 to 377.")
			return out, false
		}
		v = v*base + d
		s.pos++
	}
	if byteValue {
		return append(out, byte(v)), true
	}
	if point && (v > utf8.MaxRune || v >= 0xd800 && v < 0xe000) {
		s.report(codes.ParseEscape, start, s.pos, "this escape is no Unicode character.",
			"code points go up to 10FFFF, without the surrogates D800 to DFFF.")
		return out, false
	}
	return utf8.AppendRune(out, rune(v)), true
}
