package yaml

// This file finds the usual mistakes in a file that the parser refuses.
//
// The parser stops at the first error, often far from its cause: a forgotten
// quote shows at the next one, twenty lines on. So the file is gone through once
// more, line by line, with less knowledge of YAML and more of what people get
// wrong in it. All such mistakes are reported; the parser's own message only
// where there are none.

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// diagnose reports why the parser failed.
func (s *Source) diagnose(r *reading, err error) {
	before := len(s.findings)
	m := &mistakes{Source: s}
	m.scan()
	if len(s.findings) > before {
		return
	}
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) && syntax.Token != nil {
		at := r.offset(syntax.Token)
		stop := s.lines[s.line(at)] + len(bytes.TrimRight(s.lineText(s.line(at)), " "))
		s.fail(codes.YAMLSyntax, at, max(stop, at+1),
			"this cannot be read as YAML: "+strings.TrimSuffix(syntax.Message, ".")+".",
			"look for a forgotten quote, bracket, colon or comma here or just above; text with marks belongs in quotes.")
		return
	}
	s.fail(codes.YAMLSyntax, 0, 0, "this file cannot be read as YAML.", "look for forgotten quotes and brackets.")
}

func (s *Source) unclosedQuote(at int) {
	stop := s.lines[s.line(at)] + len(s.lineText(s.line(at)))
	s.fail(codes.YAMLUnclosedQuote, at, stop, "this quote is not closed.",
		"close it at the end of the text; inside '…' a quote is written '', inside \"…\" it is \\\". Text of several "+
			"lines goes on further indented.")
}

// mistakes goes through a file line by line.
type mistakes struct {
	*Source
	next   int     // line to look at
	levels []level // open mappings and lists, outermost first
	open   bool    // the last line ends where a nested mapping, list or text may follow
	flat   bool    // the last line ends in text without quotes, which may go on
	lost   bool    // the last line is indented with tabs, so nothing is known of the next one's place
}

// level is an open mapping or list and the column its keys or dashes begin in. A
// list may begin in the column of the key that it belongs to.
type level struct {
	column int
	list   bool
}

const (
	explicitKey     = "`?` begins a key of a kind that JSON does not have."
	commaHint       = "entries between brackets are separated by `, `."
	explicitKeyHint = "write `key: value`; put text that begins with `? ` in quotes."
)

var (
	blockHeader = regexp.MustCompile(`^[|>][-+1-9]{0,2}[ \t]*(#.*)?$`)
	glued       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*:[^ \t/]`)
	word        = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
)

func (m *mistakes) scan() {
	for m.next < len(m.lines) {
		line := m.next
		m.next++
		m.row(line)
	}
}

// row looks at one line, and at those that its value goes on in.
func (m *mistakes) row(line int) {
	text := bytes.TrimRight(m.lineText(line), " \t")
	base := m.lines[line]
	body := bytes.TrimLeft(text, " \t")
	if len(body) == 0 || body[0] == '#' || string(text) == "---" || string(text) == "..." {
		return
	}
	column := len(text) - len(body)
	isList := body[0] == '-' && (len(body) == 1 || isBlank(body[1]))
	if tab := bytes.IndexByte(text[:column], '\t'); tab >= 0 {
		m.tab(base+tab, base+column)
		m.lost = true
	} else if !m.level(text, column, base, isList) {
		return
	}
	at, parent := column, column
	for at < len(text) && text[at] == '-' && (at+1 == len(text) || isBlank(text[at+1])) {
		parent = at
		for at++; at < len(text) && isBlank(text[at]); at++ {
		}
		if at < len(text) && !m.lost {
			m.levels = append(m.levels, level{at, text[at] == '-' && (at+1 == len(text) || isBlank(text[at+1]))})
		}
	}
	m.open, m.flat = true, false
	if name := anchorName(text[at:]); strings.HasPrefix(name, "&") && at+len(name) < len(text) {
		for at += len(name); at < len(text) && isBlank(text[at]); at++ {
		}
	}
	if at == len(text) {
		return
	}
	if at > column && !keyed(text[at:]) {
		m.value(base+at, parent, line)
		return
	}
	m.entry(text, at, base, line)
}

// level says how a line's indentation fits those above; false when the line was
// dealt with.
func (m *mistakes) level(text []byte, column, base int, isList bool) bool {
	top := func() level {
		if len(m.levels) == 0 {
			return level{-1, false}
		}
		return m.levels[len(m.levels)-1]
	}
	deeper := column > top().column
	switch {
	case m.lost:
		m.lost = false
		for top().column >= column {
			m.levels = m.levels[:len(m.levels)-1]
		}
		m.levels = append(m.levels, level{column, isList})
		return true
	case len(m.levels) == 0, deeper && m.open, isList && column == top().column && !top().list && m.open:
		m.levels = append(m.levels, level{column, isList})
		return true
	case deeper && m.flat && !keyed(text[column:]):
		return false // text without quotes goes on
	case deeper:
		m.fail(codes.YAMLIndent, base+column, base+len(text),
			"this is indented as if it belonged to the line above, which has its value already.",
			"indent it as the keys it belongs with.")
		return false
	}
	for top().column > column || top().column == column && top().list && !isList && len(m.levels) > 1 &&
		m.levels[len(m.levels)-2].column == column {
		m.levels = m.levels[:len(m.levels)-1]
	}
	switch {
	case top().column != column:
		m.fail(codes.YAMLIndent, base+column, base+len(text), "this is indented as none of the lines above it.",
			"indent it as the keys it belongs with.")
		m.levels = append(m.levels, level{column, isList})
	case top().list && !isList:
		m.fail(codes.YAMLMixed, base+column, base+len(text), "this is in a list, and does not begin with a dash.",
			"write `- ` before it, or leave out the dashes above.")
	case !top().list && isList:
		m.fail(codes.YAMLMixed, base+column, base+len(text), "this list item is among keys.",
			"indent it further than the key it belongs to, or leave out the dash.")
	}
	return true
}

// keyed says whether text begins with `key:`.
func keyed(text []byte) bool {
	_, ok := keyEnd(text)
	return ok
}

// keyEnd returns where the colon is that ends the key at the beginning of text.
func keyEnd(text []byte) (int, bool) {
	if len(text) == 0 {
		return 0, false
	}
	i := 0
	switch text[0] {
	case '"', '\'':
		if i = quoted(text, 0); i < 0 {
			return 0, false
		}
		for i < len(text) && isBlank(text[i]) {
			i++
		}
		return i, i < len(text) && text[i] == ':' && (i+1 == len(text) || isBlank(text[i+1]))
	case '{', '[', '#':
		return 0, false
	}
	for ; i < len(text); i++ {
		if text[i] == ':' && (i+1 == len(text) || isBlank(text[i+1])) {
			return i, true
		}
		if text[i] == '#' && i > 0 && isBlank(text[i-1]) {
			return 0, false
		}
	}
	return 0, false
}

// quoted returns where the quoted text that begins at i ends, or -1.
func quoted(text []byte, i int) int {
	q := text[i]
	for i++; i < len(text); i++ {
		switch {
		case text[i] == '\\' && q == '"':
			i++
		case text[i] == q && q == '\'' && i+1 < len(text) && text[i+1] == q:
			i++
		case text[i] == q:
			return i + 1
		}
	}
	return -1
}

// entry looks at `key: value`.
func (m *mistakes) entry(text []byte, at, base, line int) {
	colon, ok := keyEnd(text[at:])
	if !ok {
		switch rest := text[at:]; {
		case rest[0] == '?' && (len(rest) == 1 || isBlank(rest[1])):
			m.fail(codes.YAMLKey, base+at, base+at+1, explicitKey, explicitKeyHint)
		case rest[0] == '"' || rest[0] == '\'' || rest[0] == '{' || rest[0] == '[':
			m.value(base+at, at-1, line)
		case glued.Match(rest):
			colon := at + bytes.IndexByte(rest, ':')
			m.fail(codes.YAMLMissingBlank, base+colon, base+colon+1, "a blank is missing after this colon.",
				"write `"+string(text[at:colon])+": …`.")
		default:
			m.fail(codes.YAMLMissingColon, base+at, base+len(text),
				"this line is neither `key: value` nor the rest of the text above.",
				"add the colon, or indent it further than the key whose text it goes on with.")
		}
		return
	}
	for v := at + colon + 1; v < len(text); v++ {
		if !isBlank(text[v]) {
			m.value(base+v, at, line)
			return
		}
	}
}

// value looks at a value that begins at pos, in a line whose key or dash is at column parent.
func (m *mistakes) value(pos, parent, line int) {
	base := m.lines[line]
	text := bytes.TrimRight(m.lineText(line), " \t")
	rest := text[pos-base:]
	if rest[0] == '&' {
		if i := bytes.IndexAny(rest, " \t"); i > 1 {
			for i < len(rest) && isBlank(rest[i]) {
				i++
			}
			m.value(pos+i, parent, line)
		}
		return
	}
	if rest[0] == '#' {
		return
	}
	m.open = false
	stop := base + len(text)
	switch c := rest[0]; {
	case blockHeader.Match(rest):
		m.skipBlock(parent)
	case c == '|' || c == '>' || c == '@' || c == '`' || c == '%' || c == ',' || c == ']' || c == '}':
		m.fail(codes.YAMLReserved, pos, stop, "text cannot begin with "+mark(c)+" without quotes.", "put the text in quotes.")
	case c == '!':
		m.tag(pos)
	case c == '*':
		if name := anchorName(rest[1:]); name == "" || len(bytes.TrimLeft(rest[1+len(name):], " \t")) > 0 &&
			bytes.TrimLeft(rest[1+len(name):], " \t")[0] != '#' {
			m.fail(codes.YAMLAlias, pos, stop, "`*` without quotes begins a YAML alias, not text.",
				"put text that begins with `*` in quotes.")
		}
	case (c == '-' || c == '?') && (len(rest) == 1 || isBlank(rest[1])):
		m.fail(codes.YAMLIndent, pos, stop, "a list cannot begin on the line of its key.",
			"begin it on the next line, or write it as [a, b].")
	case c == '"' || c == '\'':
		m.quotes(pos, parent)
	case c == '{' || c == '[':
		m.flow(pos, parent)
	default:
		m.flat = true
		m.plain(rest, pos)
	}
}

// tag reports text that begins with `!`: most often an expression.
func (s *Source) tag(pos int) {
	text := s.expressionAt(pos)
	s.fail(codes.YAMLTag, pos, pos+len(text), "`!` without quotes begins a YAML tag, not text.",
		"put an expression that begins with `!` in quotes: "+suggest(text)+".")
}

// expressionAt is the text that begins at pos, up to the end of its line, or to a comma or closing bracket that is
// not its own.
func (s *Source) expressionAt(pos int) []byte {
	line := s.line(pos)
	end := s.lines[line] + len(s.lineText(line))
	depth := 0
scan:
	for i := pos; i < end; i++ {
		switch s.text[i] {
		case '"', '\'':
			if stop := quoted(s.text[:end], i); stop > 0 {
				i = stop - 1
			}
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				end = i
				break scan
			}
		case ',':
			if depth == 0 {
				end = i
				break scan
			}
		case '#':
			if isBlank(s.text[i-1]) {
				end = i
				break scan
			}
		}
	}
	return bytes.TrimRight(s.text[pos:end], " \t")
}

// mark names a character in a message.
func mark(c byte) string {
	if c == '`' {
		return "a backtick"
	}
	return "`" + string(c) + "`"
}

// plain looks at text without quotes.
func (m *mistakes) plain(rest []byte, pos int) {
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '#' && isBlank(rest[i-1]):
			return
		case rest[i] == ':' && (i+1 == len(rest) || isBlank(rest[i+1])):
			m.colonIn(pos+i, "put the text in quotes: "+suggest(rest)+".")
			return
		}
	}
}

func (m *mistakes) colonIn(at int, hint string) {
	m.fail(codes.YAMLColon, at, at+1, "a colon followed by a blank ends a key; text that has one needs quotes.", hint)
}

// suggest returns text in quotes for a hint, or dots in place of a long one.
func suggest(text []byte) string {
	if quoted, ok := Quote(string(text)); ok {
		return "`" + quoted + "`"
	}
	return "'…'"
}

// Quote returns text in the quotes that need no escapes, where there are such. It returns false where the text is
// too long to be shown in a hint.
func Quote(text string) (quoted string, ok bool) {
	switch {
	case utf8.RuneCountInString(text) > 60:
		return "", false
	case !strings.Contains(text, "'"):
		return "'" + text + "'", true
	case !strings.ContainsAny(text, `"\`):
		return `"` + text + `"`, true
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'", true
}

// skipBlock skips the lines of a text below | or >.
func (m *mistakes) skipBlock(parent int) {
	first := -1
	for ; m.next < len(m.lines); m.next++ {
		line := m.lineText(m.next)
		rest := bytes.TrimLeft(line, " ")
		column := len(line) - len(rest)
		switch {
		case len(rest) == 0:
		case column <= parent:
			return
		case first < 0:
			first = column
		case column < first && rest[0] != '#' && !keyed(rest):
			m.fail(codes.YAMLIndent, m.lines[m.next]+column, m.lines[m.next]+len(line),
				"this line is indented less than the first of its text.", "indent all lines of a text as the first, or further.")
			first = column
		}
	}
}

// limit returns where the lines that belong to a value end: before the first
// that is not indented further than parent.
func (m *mistakes) limit(pos, parent int) int {
	for i := m.line(pos) + 1; i < len(m.lines); i++ {
		line := m.lineText(i)
		rest := bytes.TrimLeft(line, " \t")
		if len(rest) > 0 && len(line)-len(rest) <= parent && rest[0] != ']' && rest[0] != '}' {
			return m.lines[i]
		}
	}
	return len(m.text)
}

// quotes looks at a value in quotes and what follows it.
func (m *mistakes) quotes(pos, parent int) {
	text := m.text[:m.limit(pos, parent)]
	end := quoted(text, pos)
	if end < 0 {
		m.unclosedQuote(pos)
		return
	}
	m.escapes(pos)
	m.after(pos, end, codes.YAMLAfterQuote, "text goes on after this closing quote.")
}

// escapes reports the first escape in double quotes that means nothing.
func (m *mistakes) escapes(pos int) {
	if _, bad, _ := decodeDouble(m.text, pos); bad != nil {
		m.fail(codes.YAMLEscape, bad.start, bad.end, bad.message, bad.hint)
	}
}

// after reports what follows a value on its last line, and goes on with the next.
func (m *mistakes) after(pos, end int, code, message string) {
	line := m.line(end - 1)
	m.next = line + 1
	text := bytes.TrimRight(m.lineText(line), " \t")
	rest := bytes.TrimLeft(m.text[end:m.lines[line]+len(text)], " \t")
	if len(rest) == 0 || rest[0] == '#' && len(text) > 0 {
		return
	}
	start := m.lines[line] + len(text) - len(rest)
	if code == codes.YAMLAfterQuote && rest[0] == ':' {
		m.colonIn(start, "")
		return
	}
	whole := m.text[pos : m.lines[line]+len(text)]
	hint := "put all of it in quotes."
	if m.text[pos] == '\'' && start == end {
		inner := strings.TrimSuffix(string(whole[1:]), "'")
		hint = "inside '…' a quote is written '': `'" + strings.ReplaceAll(inner, "'", "''") + "'`."
	} else if m.line(pos) == line {
		hint = "put all of it in quotes: " + suggest(whole) + "."
	}
	if code == codes.YAMLBraces {
		start = pos
	}
	m.fail(code, start, m.lines[line]+len(text), message, hint)
}
