package canon

// This file defines how strings are read and written: UTF-8 checked, escapes decoded
// and made.

import (
	"math/bits"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load64 returns the eight bytes of b from i as a little-endian word. The compiler
// makes one load of it.
func load64(b []byte, i int) uint64 {
	b = b[i : i+8 : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// special marks, with the high bit of its byte, the first byte of w that is not plain
// ASCII text: a control character, a quote, a backslash or a byte over 0x7F. Marks
// above the first may be wrong, because the subtractions borrow from there.
func special(w uint64) uint64 {
	return ((w - ones*' ') | ((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones) | w) & highs
}

// unescape maps the letter of a two-character escape to what it means.
var unescape = [128]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escapes maps a control character to the letter of its canonical escape.
var escapes = [32]byte{
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
}

const hexDigits = "0123456789abcdef"

// readString reads the string node p on from i, the first byte that is not plain
// ASCII, and returns where it ends.
func (d *Doc) readString(p *node, i int) (int, *Error) {
	src := d.src
	at := len(d.text)
	from := int(p.start) + 1 // what of src is not yet in d.text
	i++
	for {
		if i+8 <= len(src) {
			m := special(load64(src, i))
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
		}
		if i >= len(src) {
			return 0, unexpected(src, i, "a quote to end the string that starts at byte "+itoa(int(p.start)))
		}
		switch c := src[i]; {
		case c >= 0x80:
			n := sequence(src[i:])
			if n == 0 {
				return 0, fail(codes.JSONInvalidUTF8, i, "0x"+hex(rune(c), 2)+" is not UTF-8", "send the document as UTF-8")
			}
			i += n
		case c == '"':
			if p.flags&escaped != 0 {
				d.text = append(d.text, src[from:i]...)
				p.val = uint64(at)<<32 | uint64(len(d.text)-at)
			}
			return i + 1, nil
		case c == '\\':
			d.text = append(d.text, src[from:i]...)
			p.flags |= escaped
			end, err := d.readEscape(p, i)
			if err != nil {
				return 0, err
			}
			i, from = end, end
		case c < ' ':
			return 0, fail(codes.JSONSyntax, i, "control character in a string", `write it as \u`+hex(rune(c), 4))
		default:
			i++
		}
	}
}

// sequence returns the length of the well-formed sequence of two to four bytes that b
// starts with, 0 if it is none. See table 3-7 of the Unicode standard.
func sequence(b []byte) int {
	c := b[0]
	switch {
	case c < 0xC2 || c > 0xF4:
		return 0
	case c < 0xE0:
		if len(b) >= 2 && b[1]&0xC0 == 0x80 {
			return 2
		}
	case c < 0xF0:
		if len(b) >= 3 && b[1]&0xC0 == 0x80 && b[2]&0xC0 == 0x80 &&
			(c != 0xE0 || b[1] >= 0xA0) && (c != 0xED || b[1] < 0xA0) {
			return 3
		}
	default:
		if len(b) >= 4 && b[1]&0xC0 == 0x80 && b[2]&0xC0 == 0x80 && b[3]&0xC0 == 0x80 &&
			(c != 0xF0 || b[1] >= 0x90) && (c != 0xF4 || b[1] < 0x90) {
			return 4
		}
	}
	return 0
}

// readEscape appends to d.text what the escape at i means, marks p loose where
// the canonical form is written in another way, and returns where the escape ends.
func (d *Doc) readEscape(p *node, i int) (int, *Error) {
	src := d.src
	if i+1 >= len(src) {
		return 0, unexpected(src, i+1, "an escape")
	}
	c := src[i+1]
	if c < 0x80 && unescape[c] != 0 {
		if c == '/' {
			p.flags |= loose
		}
		d.text = append(d.text, unescape[c])
		return i + 2, nil
	}
	if c != 'u' {
		return 0, fail(codes.JSONSyntax, i, "unknown escape", `expected \" \\ \/ \b \f \n \r \t or \uXXXX`)
	}
	r, err := readHex(src, i+2)
	if err != nil {
		return 0, err
	}
	end := i + 6
	if r >= ' ' || escapes[r] != 'u' || src[i+5] != hexDigits[r&15] {
		p.flags |= loose
	}
	if r >= 0xD800 && r <= 0xDFFF {
		low := rune(0)
		if r < 0xDC00 && end+1 < len(src) && src[end] == '\\' && src[end+1] == 'u' {
			if low, err = readHex(src, end+2); err != nil {
				return 0, err
			}
			end += 6
		}
		if low < 0xDC00 || low > 0xDFFF {
			return 0, fail(codes.JSONLoneSurrogate, i, `half of a surrogate pair, \u`+hex(r, 4)+",",
				"write both halves, or the character itself")
		}
		r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
	}
	d.text = utf8.AppendRune(d.text, r)
	return end, nil
}

// readHex reads the four hexadecimal digits at i.
func readHex(src []byte, i int) (rune, *Error) {
	r := rune(0)
	for end := i + 4; i < end; i++ {
		if i >= len(src) {
			return 0, unexpected(src, i, "a hexadecimal digit")
		}
		switch c := src[i]; {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, unexpected(src, i, "a hexadecimal digit")
		}
	}
	return r, nil
}

// AppendString appends s to dst as a JSON string in canonical form: in quotes, with
// the two-character escapes \" \\ \b \f \n \r \t, other control characters as \u00xx
// in lower case, and everything else as it is. S must be valid UTF-8, as every string
// of a Doc is.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
				uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
			m := ((w - ones*' ') | ((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones)) &^ w & highs
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
		}
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		i++
		from = i
		switch {
		case c >= ' ':
			dst = append(dst, '\\', c)
		case escapes[c] != 'u':
			dst = append(dst, '\\', escapes[c])
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// hex returns r in at least width hexadecimal digits.
func hex(r rune, width int) string {
	b := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		b[i] = hexDigits[r&15]
		r >>= 4
	}
	return string(b)
}
