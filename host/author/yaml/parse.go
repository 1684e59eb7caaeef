package yaml

// This file runs the YAML parser, on what is safe to give it.

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// maxRow is how many lines of one indentation may follow each other, list items
// aside: the keys of a mapping. The parser recurses for each and takes quadratic
// time, a third of a second for so many. The core takes a few hundred.
const maxRow = 10_000

// maxBrackets is how many brackets may be open at once as far as one can tell
// without knowing which of them are text. The parser recurses for each.
const maxBrackets = 1000

// parse runs the parser. Tabs are shown to it as blanks, which is what they are
// everywhere but in indentation. Only where that fails, as it does when a text
// below | begins with one, those at the beginning of a line become letters; and where
// that fails too, as it does for a text that is empty or has a comment behind it, texts
// below | are shown to it as a letter, whatever they are.
func (r *reading) parse() (ast.Node, error) {
	body, err := r.parseWith(' ', nil)
	if err == nil {
		return body, nil
	}
	marks := []byte{' '}
	if indentedByTab.Match(r.text) {
		marks = append(marks, 'x')
	}
	for _, texts := range []map[int]blockText{nil, r.blockTexts()} {
		for _, mark := range marks {
			if again, ok := r.parseWith(mark, texts); ok == nil {
				return again, nil
			}
		}
	}
	r.parseWith(' ', nil) // for the lines that err speaks of
	return body, err
}

var indentedByTab = regexp.MustCompile(`(?m)^ *\t`)

// parseWith runs the parser with tabs at the beginning of lines as mark, and at
// most two empty lines in a row: they say nothing about structure, and it takes
// quadratic time over many of them. It counts on parsable.
//
// texts are lines with a text below | that the parser is not shown.
func (r *reading) parseWith(mark byte, texts map[int]blockText) (body ast.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			body, err = nil, fmt.Errorf("%v", p)
		}
	}()
	given := make([]byte, 0, len(r.text))
	r.given = r.given[:0]
	empty := 0
	for i := 0; i < len(r.lines); i++ {
		line := bytes.TrimRight(r.lineText(i), " \t")
		if text, ok := texts[i]; ok {
			r.given = append(r.given, i, i)
			head := bytes.ReplaceAll(line[:text.head], []byte("\t"), []byte(" "))
			given = fmt.Appendf(given, "%s|\n%*sx\n", head, text.parent+1, "")
			i = text.last
			continue
		}
		if len(line) == 0 {
			if empty++; empty > 2 {
				continue
			}
		} else {
			empty = 0
		}
		r.given = append(r.given, i)
		leading := true
		for _, c := range line {
			leading = leading && isBlank(c)
			switch {
			case c == '\t' && leading:
				c = mark
			case c == '\t':
				c = ' '
			}
			given = append(given, c)
		}
		given = append(given, '\n')
	}
	file, err := parser.ParseBytes(given, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, err
	}
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			return d.Body, nil
		}
	}
	return nil, nil
}

// blockHead is how a text below | or > begins, at the end of a line.
var blockHead = regexp.MustCompile(`[ \t]([|>][-+1-9]{0,2})(?:[ \t]+#.*)?[ \t]*$`)

// blockText is a text below | or >.
type blockText struct {
	head   int // where in its line | is
	parent int // indentation of what it belongs to
	last   int // its last line, comments behind it included, which come before what follows
}

// blockTexts finds texts below | and > that are empty, have a comment behind them or tell their
// indentation, by the line that they begin in. Within quotes it may find some that are none.
func (s *Source) blockTexts() map[int]blockText {
	texts := map[int]blockText{}
	for i := 0; i < len(s.lines); i++ {
		text, indent, ok := blockIndent(s.lineText(i))
		if !ok {
			continue
		}
		first, trouble, given := i, true, indent >= 0
		for i++; i < len(s.lines); i++ { // the lines of the text, as decodeBlock takes them
			line := s.lineText(i)
			spaces := len(line) - len(bytes.TrimLeft(line, " "))
			if spaces == len(line) {
				continue
			}
			if indent < 0 && spaces > text.parent {
				indent = spaces
			}
			if indent < 0 || spaces < indent {
				break
			}
			trouble = given
		}
		for ; i < len(s.lines); i++ {
			line := bytes.TrimLeft(s.lineText(i), " \t")
			if len(line) > 0 && line[0] != '#' {
				break
			}
			trouble = trouble || len(line) > 0
		}
		i-- // the next may begin another text
		if text.last = i; trouble {
			texts[first] = text
		}
	}
	return texts
}

// blockIndent reads a line that ends in | or >, behind a key or a dash. indent is that of the text
// where the line gives it, or -1.
func blockIndent(line []byte) (text blockText, indent int, ok bool) {
	at := blockHead.FindSubmatchIndex(line)
	if at == nil {
		return text, 0, false
	}
	before := bytes.TrimRight(line[:at[0]], " \t")
	if n := bytes.LastIndexAny(before, " \t"); bytes.HasPrefix(before[n+1:], []byte("&")) { // an anchor
		before = bytes.TrimRight(before[:max(n, 0)], " \t")
	}
	if !bytes.HasSuffix(before, []byte(":")) && !bytes.HasSuffix(before, []byte("-")) ||
		bytes.Contains(before, []byte(" #")) {
		return text, 0, false
	}
	parent := 0
	for ; before[parent] == ' '; parent++ {
	}
	// It belongs to the last dash, or to the key behind it.
	for parent+1 < len(before) && before[parent] == '-' && isBlank(before[parent+1]) {
		for parent++; isBlank(before[parent]); parent++ {
		}
	}
	if before[parent] == '#' {
		return text, 0, false
	}
	indent = -1
	for _, c := range line[at[2]+1 : at[3]] {
		if c >= '1' && c <= '9' {
			indent = parent + int(c-'0')
		}
	}
	return blockText{head: at[2], parent: parent}, indent, true
}

// parsable reports what the parser must not be given: several documents,
// directives, and nesting that would exhaust its stack.
func (s *Source) parsable() bool {
	content, ended, depth := false, false, 0
	var rows []cursor // open indentations: column, and in at how many lines have it
	for i, at := range s.lines {
		line := s.lineText(i)
		word := bytes.TrimRight(line, " \t")
		switch {
		case len(word) == 0 || bytes.TrimLeft(word, " \t")[0] == '#':
			continue
		case line[0] == '%' && !content:
			s.fail(codes.YAMLReserved, at, at+1, "a line cannot begin with `%`.", "leave out directives such as %YAML.")
			return false
		case string(word) == "...":
			ended = true
			continue
		case string(word) == "---" || bytes.HasPrefix(line, []byte("--- ")) || bytes.HasPrefix(line, []byte("---\t")):
			if !content && len(word) == 3 && !ended {
				content = true
				continue
			}
			fallthrough
		case ended:
			s.fail(codes.YAMLDocuments, at, at+min(3, len(word)), "another document begins here; a file holds one.",
				"keep each bundle or catalog in a file of its own.")
			return false
		}
		content = true
		indent := len(line) - len(bytes.TrimLeft(line, " \t"))
		for len(rows) > 0 && rows[len(rows)-1].column > indent {
			rows = rows[:len(rows)-1]
		}
		if len(rows) == 0 || rows[len(rows)-1].column < indent {
			rows = append(rows, cursor{column: indent})
		}
		if row := &rows[len(rows)-1]; line[indent] != '-' {
			if row.at++; row.at > maxRow {
				s.fail(codes.LimitFileKeys, at+indent, at+len(word),
					fmt.Sprintf("more than %d lines follow each other here.", maxRow), "")
				return false
			}
		}
		dashes := 0
		for j := 0; j < len(line); j++ {
			switch c := line[j]; {
			case c == '[' || c == '{':
				depth++
			case (c == ']' || c == '}') && depth > 0:
				depth--
			case c == '-' || c == '?' || c == ':':
				if len(bytes.Trim(line[:j], " \t-?:")) == 0 {
					dashes++
				}
			}
			if depth > maxBrackets || dashes > MaxDepth {
				s.tooDeep(at+j, at+j+1)
				return false
			}
		}
	}
	return true
}

func (s *Source) tooDeep(start, end int) {
	s.fail(codes.LimitFileDepth, start, end, fmt.Sprintf("this nests deeper than %d levels.", MaxDepth), "")
}

// offset returns where in the text a token begins.
func (r *reading) offset(t *token.Token) int {
	line := t.Position.Line - 1
	if line < 0 || line >= len(r.given) {
		return len(r.text) - 1
	}
	line = r.given[line]
	text := r.lineText(line)
	// Tokens mostly come in order, so the last one is a good place to count from.
	c := &r.counted
	if c.line != line || c.column > t.Position.Column || c.column == 0 {
		*c = cursor{line: line, column: 1}
	}
	for ; c.column < t.Position.Column && c.at < len(text); c.column++ {
		_, size := utf8.DecodeRune(text[c.at:])
		c.at += size
	}
	return r.lines[line] + c.at
}

// cursor is a column of a line, and the byte of the line where it begins.
type cursor struct{ line, column, at int }
