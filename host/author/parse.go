package author

// This file runs the YAML parser, on what is safe to give it.

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
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
// below | begins with one, those at the beginning of a line become letters.
func (r *reading) parse() (ast.Node, error) {
	body, err := r.parseWith(' ')
	if err != nil && indentedByTab.Match(r.text) {
		if again, ok := r.parseWith('x'); ok == nil {
			return again, nil
		}
		r.parseWith(' ') // for the lines that err speaks of
	}
	return body, err
}

var indentedByTab = regexp.MustCompile(`(?m)^ *\t`)

// parseWith runs the parser with tabs at the beginning of lines as mark, and at
// most two empty lines in a row: they say nothing about structure, and it takes
// quadratic time over many of them. It counts on parsable.
func (r *reading) parseWith(mark byte) (body ast.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			body, err = nil, fmt.Errorf("%v", p)
		}
	}()
	given := make([]byte, 0, len(r.text))
	r.given = r.given[:0]
	empty := 0
	for i := range r.lines {
		line := bytes.TrimRight(r.lineText(i), " \t")
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
			s.fail(YAMLReserved, at, at+1, "a line cannot begin with `%`.", "leave out directives such as %YAML.")
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
			s.fail(YAMLMany, at, at+min(3, len(word)), "another document begins here; a file holds one.", "keep each bundle or catalog in a file of its own.")
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
				s.fail(LimitKeys, at+indent, at+len(word), fmt.Sprintf("more than %d lines follow each other here.", maxRow), "")
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
	s.fail(LimitDepth, start, end, fmt.Sprintf("this nests deeper than %d levels.", MaxDepth), "")
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
