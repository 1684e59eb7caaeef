package yaml

// This file decodes scalars: text in the five ways YAML can write it.
//
// The parser says where a scalar begins and which style it has. It is decoded
// here, because a finding about the tenth byte of an expression needs the place
// of that byte, through escapes, folded lines and indentation:
//
//	require: >-              text   state.load < 80 && args.by > 0
//	  state.load < 80        runs   └──────┬──────┘│└──────┬─────┘
//	  && args.by > 0         lines        2nd   newline   3rd
//
// See https://yaml.org/spec/1.2.2/ chapters 7.3 and 8.1.

import (
	"strings"
	"unicode/utf8"
)

// scalar collects a decoded text and where it comes from.
type scalar struct {
	src  []byte
	text []byte
	runs []run
}

// copy takes n bytes of the source from pos as they are.
func (d *scalar) copy(pos, n int) {
	if n == 0 {
		return
	}
	if k := len(d.runs); k > 0 {
		if last := &d.runs[k-1]; last.size == last.length && last.pos+last.length == pos {
			last.size += n
			last.length += n
			d.text = append(d.text, d.src[pos:pos+n]...)
			return
		}
	}
	d.runs = append(d.runs, run{len(d.text), n, pos, n})
	d.text = append(d.text, d.src[pos:pos+n]...)
}

// put writes s, which is what length bytes of the source from pos mean.
func (d *scalar) put(s string, pos, length int) {
	if s == "" {
		return
	}
	d.runs = append(d.runs, run{len(d.text), len(s), pos, length})
	d.text = append(d.text, s...)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// fold writes what the line breaks from pos on mean inside quotes or in plain
// text: one is a blank, each further one a line break. It returns where the text
// goes on. The blanks before pos must not have been written.
func (d *scalar) fold(pos int) int {
	breaks, at := 0, pos
	for at < len(d.src) && (isBlank(d.src[at]) || d.src[at] == '\n') {
		if d.src[at] == '\n' {
			breaks++
		}
		at++
	}
	switch breaks {
	case 0:
		d.copy(pos, at-pos)
	case 1:
		d.put(" ", pos, at-pos)
	default:
		d.put(strings.Repeat("\n", breaks-1), pos, at-pos)
	}
	return at
}

// decodePlain decodes text without quotes. The parser's value says how far it
// goes: everything in it but white space is in the source as it is. It
// returns false where that is not so.
func decodePlain(src []byte, pos int, value string) (n *Node, ok bool) {
	d := scalar{src: src}
	start := pos
	for i := 0; i < len(value); {
		c := value[i]
		if c != ' ' && c != '\n' {
			if pos >= len(src) || src[pos] != c {
				return nil, false
			}
			d.copy(pos, 1)
			i, pos = i+1, pos+1
			continue
		}
		for i < len(value) && (value[i] == ' ' || value[i] == '\n') {
			i++
		}
		next := d.fold(pos)
		if next == pos {
			return nil, false
		}
		pos = next
	}
	return &Node{Kind: Text, Form: Plain, Text: string(d.text), start: start, end: pos, runs: d.runs}, true
}

// decodeSingle decodes text in single quotes, where ” is a quote.
func decodeSingle(src []byte, pos int) (n *Node, ok bool) {
	if pos >= len(src) || src[pos] != '\'' {
		return nil, false
	}
	d := scalar{src: src}
	for at := pos + 1; at < len(src); {
		switch c := src[at]; {
		case c == '\'' && at+1 < len(src) && src[at+1] == '\'':
			d.put("'", at, 2)
			at += 2
		case c == '\'':
			return &Node{Kind: Text, Form: Single, Text: string(d.text), start: pos, end: at + 1, runs: d.runs}, true
		case isBlank(c) || c == '\n':
			at = d.fold(at)
		default:
			d.copy(at, 1)
			at++
		}
	}
	return nil, false
}

// badEscape is an escape that means nothing: its place and what to say.
type badEscape struct {
	start, end int
	message    string
	hint       string
}

// decodeDouble decodes text in double quotes, with escapes. The first escape
// that means nothing is returned with the text decoded without it.
func decodeDouble(src []byte, pos int) (n *Node, bad *badEscape, ok bool) {
	if pos >= len(src) || src[pos] != '"' {
		return nil, nil, false
	}
	d := scalar{src: src}
	for at := pos + 1; at < len(src); {
		switch c := src[at]; {
		case c == '"':
			return &Node{Kind: Text, Form: Double, Text: string(d.text), start: pos, end: at + 1, runs: d.runs}, bad, true
		case isBlank(c) || c == '\n':
			at = d.fold(at)
		case c == '\\':
			var b *badEscape
			at, b = d.escape(at)
			if bad == nil {
				bad = b
			}
		default:
			d.copy(at, 1)
			at++
		}
	}
	return nil, bad, false
}

// escapes are the characters that one letter after \ means.
var escapes = map[byte]string{'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v",
	'f': "\f", 'r': "\r", 'e': "\x1b", ' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0",
	'L': "\u2028", 'P': "\u2029"}

// escape decodes the escape at pos and returns where the text goes on.
func (d *scalar) escape(pos int) (int, *badEscape) {
	if pos+1 >= len(d.src) {
		return pos + 1, nil
	}
	c := d.src[pos+1]
	if s, ok := escapes[c]; ok {
		d.put(s, pos, 2)
		return pos + 2, nil
	}
	switch c {
	case '\n':
		at, breaks := pos+2, 0
		for ; at < len(d.src) && (isBlank(d.src[at]) || d.src[at] == '\n'); at++ {
			if d.src[at] == '\n' {
				breaks++
			}
		}
		d.put(strings.Repeat("\n", breaks), pos, at-pos)
		return at, nil
	case 'x', 'u', 'U':
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
		r, ok := hex(d.src, pos+2, digits)
		end := pos + 2 + digits
		if !ok {
			return pos + 2, &badEscape{pos, pos + 2,
				"`\\" + string(c) + "` takes " + []string{2: "two", 4: "four", 8: "eight"}[digits] + " hexadecimal digits.",
				"write `\\\\` for a backslash, or use single quotes."}
		}
		if r >= 0xD800 && r < 0xDC00 && end+1 < len(d.src) && d.src[end] == '\\' && d.src[end+1] == 'u' {
			if low, ok := hex(d.src, end+2, 4); ok && low >= 0xDC00 && low < 0xE000 {
				r, end = 0x10000+(r-0xD800)<<10+(low-0xDC00), end+6
			}
		}
		if !utf8.ValidRune(r) {
			return end, &badEscape{pos, end, "`" + string(d.src[pos:end]) + "` is no character.",
				"characters past U+FFFF are written `\\U0001F600`."}
		}
		d.put(string(r), pos, end-pos)
		return end, nil
	}
	_, size := utf8.DecodeRune(d.src[pos+1:])
	return pos + 1 + size, &badEscape{pos, pos + 1 + size, "`" + string(d.src[pos:pos+1+size]) + "` is no escape.",
		"write `\\\\` for a backslash, or use single quotes, in which a backslash is only a backslash."}
}

func hex(src []byte, pos, digits int) (r rune, ok bool) {
	if pos+digits > len(src) {
		return 0, false
	}
	for _, c := range src[pos : pos+digits] {
		r <<= 4
		switch {
		case c >= '0' && c <= '9':
			r |= rune(c - '0')
		case c >= 'a' && c <= 'f':
			r |= rune(c - 'a' + 10)
		case c >= 'A' && c <= 'F':
			r |= rune(c - 'A' + 10)
		default:
			return 0, false
		}
	}
	return r, true
}

// decodeBlock decodes a text below | or >, whose header is at pos. The text is
// indented further than parent, the indentation of what it belongs to, -1 at
// the top.
func decodeBlock(src []byte, pos, parent int) (n *Node, ok bool) {
	b := &blockDecoder{scalar: scalar{src: src}, parent: parent, indent: -1}
	if !b.header(pos) {
		return nil, false
	}
	b.runs = append(b.runs, run{0, 0, b.end + 1, 0})
	for at := b.end + 1; at < len(src); {
		stop := at
		for src[stop] != '\n' {
			stop++
		}
		switch b.line(at, stop) {
		case unclearLine:
			return nil, false
		case otherLine:
			return b.finish(pos), true
		}
		at = stop + 1
	}
	return b.finish(pos), true
}

// blockDecoder decodes the lines of a text below | or >.
type blockDecoder struct {
	scalar
	parent int
	indent int  // of the text; -1 until it is known
	folded bool // below >
	chomp  byte // what becomes of line breaks at the end: '+', '-' or 0

	headerEnd  int
	end        int  // of the last line that belongs to the text
	pending    int  // line breaks not yet written
	pendingPos int  // where the first of them is
	any        bool // a line was written
	spaced     bool // the line before begins with a blank
	widest     int  // blanks on the widest line before the first that has text
}

// header reads | or > and what follows on its line; false where that is no header.
func (b *blockDecoder) header(pos int) bool {
	src := b.src
	if pos >= len(src) || src[pos] != '|' && src[pos] != '>' {
		return false
	}
	b.folded = src[pos] == '>'
	at := pos + 1
	for ; at < len(src) && src[at] != '\n' && !isBlank(src[at]); at++ {
		switch c := src[at]; {
		case (c == '+' || c == '-') && b.chomp == 0:
			b.chomp = c
		case c >= '1' && c <= '9' && b.indent < 0:
			b.indent = max(b.parent, 0) + int(c-'0')
		default:
			return false
		}
	}
	for ; at < len(src) && src[at] != '\n'; at++ { // blanks and a comment, which the gaps are checked for
	}
	b.headerEnd, b.end = at, at
	return true
}

// What a line below a header is.
const (
	textLine    = iota
	otherLine   // it belongs to what follows the text
	unclearLine // readers disagree on it
)

// line decodes the line from at to stop.
func (b *blockDecoder) line(at, stop int) int {
	spaces := 0
	for at+spaces < stop && b.src[at+spaces] == ' ' {
		spaces++
	}
	empty := at+spaces == stop
	if b.indent < 0 && !empty {
		if spaces <= b.parent {
			return otherLine
		}
		b.indent = spaces
		if b.widest > b.indent {
			return unclearLine
		}
	}
	if empty && b.indent < 0 {
		b.widest = max(b.widest, spaces)
	}
	if empty && (b.indent < 0 || spaces <= b.indent) {
		if b.pending == 0 {
			b.pendingPos = stop
		}
		b.pending++
		return textLine
	}
	if spaces < b.indent {
		return otherLine
	}
	begin := at + b.indent
	starts := isBlank(b.src[begin])
	b.breaks(at, begin, starts)
	b.copy(begin, stop-begin)
	b.any, b.spaced, b.pending, b.pendingPos, b.end = true, starts, 1, stop, stop
	return textLine
}

// breaks writes the line breaks before the line at, whose text begins at begin, with a blank or not.
func (b *blockDecoder) breaks(at, begin int, blank bool) {
	length := begin - b.pendingPos
	switch {
	case !b.any:
		b.put(strings.Repeat("\n", b.pending), at, 0)
	case b.folded && !b.spaced && !blank && b.pending == 1:
		b.put(" ", b.pendingPos, length)
	case b.folded && !b.spaced && !blank:
		b.put(strings.Repeat("\n", b.pending-1), b.pendingPos, length)
	default:
		b.put(strings.Repeat("\n", b.pending), b.pendingPos, length)
	}
}

// finish writes the line breaks at the end, as the header says, and returns the text.
func (b *blockDecoder) finish(pos int) *Node {
	switch {
	case b.chomp == '+' && b.any:
		b.put(strings.Repeat("\n", b.pending), b.pendingPos, 0)
	case b.chomp == '+':
		b.put(strings.Repeat("\n", b.pending), b.headerEnd, 0)
	case b.chomp == 0 && b.any:
		b.put("\n", b.pendingPos, 0)
	}
	form := Literal
	if b.folded {
		form = Folded
	}
	return &Node{Kind: Text, Form: form, Text: string(b.text), start: pos, end: b.end, runs: b.runs}
}
