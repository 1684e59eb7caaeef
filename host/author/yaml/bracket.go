package yaml

// This file looks for mistakes between brackets, where commas and colons mean more
// than outside.

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// flow looks at a value in brackets and what follows it.
func (m *mistakes) flow(pos, parent int) {
	f := &flowScan{mistakes: m, text: m.text[:m.limit(pos, parent)], at: pos}
	before := len(m.findings)
	f.collection(0)
	m.next = m.line(max(f.at-1, pos)) + 1
	if len(m.findings) == before {
		m.after(pos, f.at, codes.YAMLBraces,
			"without quotes, a bracket at the beginning is a mapping or list, and text follows it.")
		if len(m.findings) > before {
			f.notCollection(pos)
		}
	}
	for _, b := range f.bare {
		m.bareMember(b)
	}
}

// flowScan goes through a value in brackets and stops at the first mistake.
type flowScan struct {
	*mistakes
	text []byte
	at   int
	bare []bareEntry // reported at the end, unless text follows their braces
}

// bareEntry is an entry of braces without a colon.
type bareEntry struct {
	braces, entry span
	only          bool
	// from the key before it to the last entry without a colon that follows; empty where no key is before it
	whole span
}

// notCollection drops what was noted of the brackets that begin at start: text goes
// on after them, so they are no mapping or list at all.
func (f *flowScan) notCollection(start int) {
	f.bare = slices.DeleteFunc(f.bare, func(b bareEntry) bool { return b.braces.start >= start })
}

// skip passes blanks, line breaks and comments.
func (f *flowScan) skip() {
	for f.at < len(f.text) {
		switch c := f.text[f.at]; {
		case c == '#' && (isBlank(f.text[f.at-1]) || f.text[f.at-1] == '\n'):
			for f.at < len(f.text) && f.text[f.at] != '\n' {
				f.at++
			}
		case isBlank(c) || c == '\n':
			f.at++
		default:
			return
		}
	}
}

// collection looks at [...] or {...}; false after a mistake.
func (f *flowScan) collection(depth int) bool {
	start := f.at
	opener := f.text[start]
	closer := opener + 2 // in ASCII, ] and } are two after [ and {
	if depth > MaxDepth {
		f.tooDeep(start, start+1)
		return false
	}
	entries, bare := 0, []bareEntry{}
	var key span // the last entry with a colon
	for f.at++; ; {
		if f.skip(); f.at >= len(f.text) {
			f.fail(codes.YAMLUnclosedBracket, start, start+1, "this bracket is not closed.",
				"close it with `"+string(closer)+"`; put text that begins with a bracket in quotes.")
			return false
		}
		switch c := f.text[f.at]; {
		case c == closer:
			f.at++
			for _, b := range bare {
				b.braces, b.only = span{start, f.at}, entries == 1
				f.bare = append(f.bare, b)
			}
			return true
		case c == ']' || c == '}':
			f.fail(codes.YAMLUnclosedBracket, f.at, f.at+1, "`"+string(c)+"` cannot close `"+string(opener)+"`.",
				"close it with `"+string(closer)+"`.")
			return false
		case c == ',':
			f.at++
			continue
		}
		colons, from := 0, f.at
		for {
			if !f.piece(depth) {
				return false
			}
			f.skip()
			if f.at >= len(f.text) || f.text[f.at] != ':' {
				break
			}
			if colons++; colons > 1 {
				f.secondColon()
				return false
			}
			f.at++
			if f.skip(); f.at < len(f.text) && (f.text[f.at] == ',' || f.text[f.at] == closer) {
				break
			}
		}
		if f.at < len(f.text) {
			if c := f.text[f.at]; c != ',' && c != ']' && c != '}' {
				f.fail(codes.YAMLMissingComma, f.at, f.at+1, "a comma is missing before this, or the text needs quotes.", commaHint)
				return false
			}
			entry := span{from, from + len(bytes.TrimRight(f.text[from:f.at], " \t\n"))}
			if entries++; colons > 0 {
				key = entry
			} else if opener == '{' {
				bare = append(bare, bareEntry{entry: entry})
				for i := range bare {
					if key.end > 0 && bare[i].entry.start > key.start {
						bare[i].whole = span{key.start, entry.end}
					}
				}
			}
		}
	}
}

// secondColon reports the second colon of one entry: two entries without a comma,
// or text that has a colon.
func (f *flowScan) secondColon() {
	line := f.lines[f.Source.line(f.at)]
	words := bytes.Fields(f.text[line:f.at])
	if len(words) > 1 && !isBlank(f.text[f.at-1]) && word.Match(words[len(words)-1]) {
		key := words[len(words)-1]
		f.fail(codes.YAMLMissingComma, f.at-len(key), f.at, "a comma is missing before `"+string(key)+"`.", commaHint)
		return
	}
	f.colonIn(f.at, "put the text in quotes.")
}

var nextKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*[ \t]*:[ \t\n]`)

// commaMissing reports a key that follows a value.
func (f *flowScan) commaMissing() bool {
	key := nextKey.Find(f.text[f.at:])
	if key == nil {
		return false
	}
	key = bytes.TrimRight(key, ": \t\n")
	f.fail(codes.YAMLMissingComma, f.at, f.at+len(key), "a comma is missing before `"+string(key)+"`.", commaHint)
	return true
}

// listed is what is most likely meant as a list: a key, and names or moves with commas between them.
var listed = regexp.MustCompile(
	`^([A-Za-z_][A-Za-z0-9_]*):[ \t]+([A-Za-z_*][A-Za-z0-9_-]*([ \t]*<?->[ \t]*[A-Za-z_*][A-Za-z0-9_-]*)?(,[ ` +
		`\t]*[A-Za-z_*][A-Za-z0-9_-]*([ \t]*<?->[ \t]*[A-Za-z_*][A-Za-z0-9_-]*)?)+)$`)

// bareMember reports a member of {…} that has no colon. Where it is the only one,
// text with an expression in braces was meant, and after a key with a value a list or text.
func (s *Source) bareMember(b bareEntry) {
	whole, key := string(s.text[b.braces.start:b.braces.end]), string(s.text[b.entry.start:b.entry.end])
	before := string(s.text[b.whole.start:b.whole.end])
	name, text, _ := strings.Cut(before, ":")
	switch {
	case b.only && !strings.Contains(whole, "\n"):
		s.fail(codes.YAMLBraces, b.braces.start, b.braces.end, "without quotes, braces are a mapping, not text.",
			"put the text in quotes: `\""+whole+"\"`.")
	case strings.Count(key, "(") != strings.Count(key, ")"):
		s.fail(codes.YAMLMissingValue, b.entry.start, b.entry.end, "a comma between brackets ends the text before it.",
			"put text that has a comma in quotes.")
	case listed.MatchString(before):
		s.fail(codes.YAMLMissingValue, b.whole.start, b.whole.end, "`"+key+"` has no value.",
			"write a list in brackets: `"+listed.ReplaceAllString(before, "$1: [$2]")+"`.")
	case before != "" && !strings.Contains(before, "\n"):
		s.fail(codes.YAMLMissingValue, b.whole.start, b.whole.end, "`"+key+"` has no value.",
			"put text that has a comma in quotes: `"+name+": "+strings.Trim(suggest([]byte(strings.TrimSpace(text))), "`")+
				"`; a list is written in [ ].")
	default:
		s.fail(codes.YAMLMissingValue, b.entry.start, b.entry.end, "`"+key+"` has no value.",
			"write `"+key+": value`; a list is written in [ ].")
	}
}

// piece looks at one scalar or nested collection; false after a mistake.
func (f *flowScan) piece(depth int) bool {
	start := f.at
	if start >= len(f.text) {
		return true // the bracket that is not closed is reported
	}
	switch c := f.text[start]; c {
	case '{', '[':
		return f.nested(depth)
	case '"', '\'':
		return f.quotedPiece()
	case '!':
		f.tag(start)
		return false
	case '@', '`', '%', '|', '>':
		f.fail(codes.YAMLReserved, start, start+1, "text cannot begin with "+mark(c)+" without quotes.",
			"put the text in quotes.")
		return false
	case '*', '&':
		return f.reference(c, depth)
	}
	return f.plainPiece()
}

// ends says whether the piece before the current place ends there: at the end of the text, or at one of marks.
func (f *flowScan) ends(marks string) bool {
	return f.at >= len(f.text) || strings.IndexByte(marks, f.text[f.at]) >= 0
}

// nested looks at a collection in a collection.
func (f *flowScan) nested(depth int) bool {
	start := f.at
	if !f.collection(depth + 1) {
		return false
	}
	f.skip()
	if f.commaMissing() {
		return false
	}
	if f.ends(",]}:") {
		return true
	}
	f.notCollection(start)
	f.fail(codes.YAMLBraces, start, f.at,
		"without quotes, a bracket at the beginning is a mapping or list, and text follows it.",
		"put all of the text in quotes.")
	return false
}

// quotedPiece looks at text in quotes.
func (f *flowScan) quotedPiece() bool {
	start := f.at
	end := quoted(f.text, start)
	if end < 0 {
		f.unclosedQuote(start)
		return false
	}
	f.escapes(start)
	f.at = end
	if f.skip(); f.commaMissing() {
		return false
	}
	if f.ends(",]}:") {
		return true
	}
	stop := f.at
	for stop < len(f.text) && strings.IndexByte(",]}\n", f.text[stop]) < 0 {
		stop++
	}
	f.fail(codes.YAMLAfterQuote, f.at, stop, "text goes on after this closing quote.",
		"put all of it in quotes: "+suggest(f.text[start:stop])+".")
	return false
}

// reference looks at an alias, or at an anchor and what it marks.
func (f *flowScan) reference(mark byte, depth int) bool {
	start := f.at
	if name := anchorName(f.text[start+1:]); name != "" {
		f.at += 1 + len(name)
		if f.skip(); mark == '&' && !f.ends(",]}") {
			return f.piece(depth)
		}
		if mark == '&' || f.ends(",]}:") {
			return true
		}
	}
	f.fail(codes.YAMLAlias, start, max(f.at, start+1),
		"`"+string(mark)+"` without quotes begins a YAML alias or anchor, not text.",
		"put text that begins with `"+string(mark)+"` in quotes.")
	return false
}

// plainPiece looks at text without quotes.
func (f *flowScan) plainPiece() bool {
	start := f.at
	for ; f.at < len(f.text); f.at++ {
		switch c := f.text[f.at]; {
		case c == ',' || c == ']' || c == '}':
			return true
		case c == ':' && (f.at+1 == len(f.text) || strings.IndexByte(" \t\n,]}", f.text[f.at+1]) >= 0):
			if f.at > start {
				return true
			}
			f.at++
			return true
		case c == '#' && f.at > start && (isBlank(f.text[f.at-1]) || f.text[f.at-1] == '\n'):
			return true
		case c == '[' || c == '{':
			f.fail(codes.YAMLBraces, start, f.at+1, "between brackets, text that has brackets needs quotes.",
				"put the text in quotes.")
			return false
		}
	}
	return true
}
