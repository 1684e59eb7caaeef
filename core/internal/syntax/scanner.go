package syntax

// This file makes tokens of characters.

import (
	"strconv"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

type tokenKind uint8

const (
	tEnd tokenKind = iota
	tLit
	tIdent
	tQuoted // `a field name`
	tOp     // operator or punctuation, in text
	tBad    // reported by the scanner; taken for a value
)

type token struct {
	kind     tokenKind
	off, end int32
	text     string      // of an identifier, a quoted field or an operator
	val      value.Value // of a literal
	number   bool        // the literal is a number without a sign
	minInt   bool        // 9223372036854775808, good only after a minus
}

type scanner struct {
	src  string
	pos  int
	list *diag.List
}

func (s *scanner) report(code string, off, end int, message, hint string) {
	s.list.Add(diag.Diagnostic{Code: code, Off: off, End: end, Message: message, Hint: hint})
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (s *scanner) at(i int) byte {
	if i < len(s.src) {
		return s.src[i]
	}
	return 0
}

// skip passes white space and comments.
func (s *scanner) skip() {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			s.pos++
		case c == '/' && s.at(s.pos+1) == '/':
			for s.pos < len(s.src) && s.src[s.pos] != '\n' {
				s.pos++
			}
		default:
			return
		}
	}
}

// next returns the next token. Whatever the input, it advances or returns tEnd.
func (s *scanner) next() token {
	for {
		s.skip()
		start := s.pos
		if start >= len(s.src) {
			return token{kind: tEnd, off: int32(start), end: int32(start)}
		}
		c := s.src[start]
		switch {
		case isLetter(c):
			if n := s.stringPrefix(); n >= 0 {
				return s.str(n)
			}
			for s.pos < len(s.src) && (isLetter(s.src[s.pos]) || isDigit(s.src[s.pos])) {
				s.pos++
			}
			return token{kind: tIdent, off: int32(start), end: int32(s.pos), text: s.src[start:s.pos]}
		case isDigit(c) || c == '.' && isDigit(s.at(start+1)):
			return s.num()
		case c == '"' || c == '\'':
			return s.str(0)
		case c == '`':
			if t, ok := s.quoted(); ok {
				return t
			}
			continue
		}
		if t, ok := s.operator(); ok {
			return t
		}
	}
}

// operators, longest first. The misspelt ones are reported by the parser.
var operators = [...]string{
	"===", "!==", "<=>",
	"==", "!=", "<=", ">=", "&&", "||", "<>", "=>", "?.", "[?", "??",
	"(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "!", "-", "+", "*", "/", "%", "<", ">", "=",
	"&", "|", "^", ";", "@", "$", "#", "~", "\\",
}

func (s *scanner) operator() (token, bool) {
	start := s.pos
	rest := s.src[start:]
	for _, op := range operators {
		if len(rest) >= len(op) && rest[:len(op)] == op {
			s.pos += len(op)
			return token{kind: tOp, off: int32(start), end: int32(s.pos), text: op}, true
		}
	}
	r, n := utf8.DecodeRuneInString(rest)
	s.pos += n
	meant := "" // the operator that is meant
	code, message, hint := codes.ParseCharacter, "this character has no meaning in an expression.", ""
	switch r {
	case '“', '”', '„', '‘', '’', '«', '»':
		message = "this is a typographic quote."
		hint = "strings are written in straight quotes: `\"text\"` or `'text'`."
		// The rest of the word inside would only be reported as more unknown names.
		for s.pos < len(s.src) {
			r, n := utf8.DecodeRuneInString(s.src[s.pos:])
			s.pos += n
			if r == '“' || r == '”' || r == '’' || r == '‘' || r == '«' || r == '»' {
				break
			}
		}
		s.report(code, start, s.pos, message, hint)
		return token{kind: tBad, off: int32(start), end: int32(s.pos)}, true
	case '≤':
		meant, hint = "<=", "write `<=`."
	case '≥':
		meant, hint = ">=", "write `>=`."
	case '≠':
		meant, hint = "!=", "write `!=`."
	case '–', '—', '−':
		meant, hint = "-", "write `-` for minus."
	case '∧':
		meant, hint = "&&", "write `&&` for and."
	case '∨':
		meant, hint = "||", "write `||` for or."
	case '\u00a0', '\u200b', '\ufeff':
		message = "there is an invisible character here."
		hint = "delete it and type a plain space."
	}
	s.report(code, start, s.pos, message, hint)
	return token{kind: tOp, off: int32(start), end: int32(s.pos), text: meant}, meant != ""
}

func (s *scanner) quoted() (token, bool) {
	start := s.pos
	for i := start + 1; i < len(s.src); i++ {
		c := s.src[i]
		if c == '`' && i > start+1 {
			s.pos = i + 1
			return token{kind: tQuoted, off: int32(start), end: int32(s.pos), text: s.src[start+1 : i]}, true
		}
		if !isLetter(c) && !isDigit(c) && c != '.' && c != '-' && c != '/' && c != ' ' {
			break
		}
	}
	s.pos++
	s.report(codes.ParseCharacter, start, s.pos,
		"a backtick quotes a field name: letters, digits, _ . - / and spaces between two backticks.",
		"strings are written in straight quotes: `\"text\"` or `'text'`.")
	return token{}, false
}

// num scans a number without a sign.
func (s *scanner) num() token {
	start := s.pos
	tok := token{kind: tLit, off: int32(start), number: true}
	hex := s.at(start) == '0' && s.at(start+1) == 'x'
	float := false
	if hex {
		s.pos += 2
		for isHex(s.at(s.pos)) {
			s.pos++
		}
	} else {
		float = s.decimal()
	}
	text := s.src[start:s.pos]
	unsigned := false
	if c := s.at(s.pos); !float && (c == 'u' || c == 'U') {
		unsigned = true
		s.pos++
	}
	if isLetter(s.at(s.pos)) || isDigit(s.at(s.pos)) {
		for isLetter(s.at(s.pos)) || isDigit(s.at(s.pos)) {
			s.pos++
		}
		return s.badNumber(tok, "this is not a number.",
			"a number looks like `42`, `-7`, `0x2a`, `42u`, `1.5` or `1e-3`; a name does not begin with a digit.")
	}
	tok.end = int32(s.pos)
	if float {
		// A double too large reads as infinity in ParseFloat with an error.
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return s.badNumber(tok, "this number is larger than a double can hold.", "the largest double is about 1.8e308.")
		}
		tok.val = value.OfDouble(f)
		return tok
	}
	return s.integer(tok, text, hex, unsigned)
}

// decimal scans decimal digits, a fraction and an exponent; it says whether one of the two is there.
func (s *scanner) decimal() (float bool) {
	s.digits()
	if s.at(s.pos) == '.' && isDigit(s.at(s.pos+1)) {
		float = true
		s.pos++
		s.digits()
	}
	if c := s.at(s.pos); c == 'e' || c == 'E' {
		i := s.pos + 1
		if c := s.at(i); c == '+' || c == '-' {
			i++
		}
		if isDigit(s.at(i)) {
			float = true
			s.pos = i
			s.digits()
		}
	}
	return float
}

func (s *scanner) digits() {
	for isDigit(s.at(s.pos)) {
		s.pos++
	}
}

// integer gives tok the value of the whole number text.
func (s *scanner) integer(tok token, text string, hex, unsigned bool) token {
	base, digits := 10, text
	if hex {
		base, digits = 16, text[2:]
		if digits == "" {
			return s.badNumber(tok, "`0x` is followed by no digit.", "a hexadecimal number looks like `0x2a`.")
		}
	}
	u, err := strconv.ParseUint(digits, base, 64)
	switch {
	case err != nil && unsigned:
		return s.badNumber(tok, "this number is larger than a uint can hold.", "the largest uint is 18446744073709551615u.")
	case unsigned:
		tok.val = value.OfUint(u)
	case err == nil && u == 1<<63:
		tok.minInt = true
	case err != nil || u > 1<<63:
		hint := "the largest int is 9223372036854775807."
		if err == nil {
			hint += " Up to 18446744073709551615 it can be a uint: write " + text + "u."
		}
		return s.badNumber(tok, "this number is larger than an int can hold.", hint)
	default:
		tok.val = value.OfInt(int64(u))
	}
	return tok
}

func (s *scanner) badNumber(tok token, message, hint string) token {
	s.report(codes.ParseNumber, int(tok.off), s.pos, message, hint)
	tok.kind, tok.end, tok.number = tBad, int32(s.pos), false
	return tok
}
