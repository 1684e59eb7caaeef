package yaml

// This file defines Source, a file that was read, and Read.

import (
	"bytes"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// The limits of one file.
const (
	// MaxFile is the largest file read, in bytes: the largest document the core takes.
	MaxFile = 1 << 20

	// MaxDepth is how deep mappings and lists nest. Bundles nest about 12 deep; the
	// core allows a document 128, parents included.
	MaxDepth = 64

	// MaxExpanded is how many bytes of JSON a file may become. Without aliases it
	// cannot be reached; with them ten lines could mean gigabytes.
	MaxExpanded = 4 << 20
)

// Source is a file that was read: the document and where each part of it is.
type Source struct {
	Name string // as given to Read

	text  []byte // UTF-8, lines ended by \n, the last one too
	lines []int  // where each line begins in text
	began []int  // where each line begins in the file
	shown string // text, for excerpts
	Root  *Node  // nil where the file has errors
	spans []span // YAML: scalars, anchors and aliases, in order

	findings []Finding
}

// Read reads a bundle or catalog as people write it. A name ending in .json is
// read as strict JSON, anything else as YAML.
//
// Of YAML it takes the core schema of version 1.2 (https://yaml.org/spec/1.2.2/),
// so that `on`, `yes` and dates are text, less what readers disagree on: tags, keys
// that are no text, several documents, and numbers such as 010. Aliases and merge
// keys are expanded, within MaxExpanded.
//
// All findings are returned, sorted by position; src is not kept. The Source is
// never nil, but a document only when no finding is an error.
func Read(name string, src []byte) (*Source, []Finding) {
	return read(name, src, strings.EqualFold(filepath.Ext(name), ".json"))
}

// ReadJSON reads strict JSON, whatever the name.
func ReadJSON(name string, src []byte) (*Source, []Finding) { return read(name, src, true) }

func read(name string, src []byte, strict bool) (*Source, []Finding) {
	s := &Source{Name: name}
	s.load(src)
	if len(src) > MaxFile {
		s.fail(codes.LimitFileSize, 0, 0,
			fmt.Sprintf("this file has %d bytes, and at most %d are read.", len(src), MaxFile), "")
	} else if s.legible() {
		if strict {
			s.readJSON()
		} else {
			s.readYAML()
		}
	}
	s.findings = Sort(s.findings, nil)
	if Failed(s.findings) {
		s.Root = nil
	}
	return s, s.findings
}

// Part returns the same file with n, a value of it, as its document.
func (s *Source) Part(n *Node) *Source {
	part := *s
	part.Root = n
	return &part
}

// PlaceOf returns where a value is.
func (s *Source) PlaceOf(n *Node) Place { return s.place(n.start, n.end) }

// PlaceOfMember returns where a key is, its colon and its value.
func (s *Source) PlaceOfMember(m *Member) Place { return s.place(m.Key.start, max(m.end, m.Key.end)) }

// Written returns a value as it is in the file, "" where it is nothing or on several lines.
func (s *Source) Written(n *Node) string {
	if n.start < n.end && s.line(n.start) == s.line(n.end) {
		return string(s.text[n.start:n.end])
	}
	return ""
}

// Valid says whether the file could be read.
func (s *Source) Valid() bool { return s.Root != nil }

// JSON returns the document, its keys in the order of the file, without white
// space; nil where the file could not be read. It is not yet canonical.
func (s *Source) JSON() []byte {
	if s.Root == nil {
		return nil
	}
	return s.Root.AppendJSON(nil)
}

// load keeps src with its lines ended by \n. A byte order mark is dropped.
func (s *Source) load(src []byte) {
	rest, at := bytes.TrimPrefix(src, []byte("\xEF\xBB\xBF")), 0
	at = len(src) - len(rest)
	s.text = make([]byte, 0, len(rest)+1)
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		s.lines = append(s.lines, len(s.text))
		s.began = append(s.began, at)
		at += len(rest) - len(after)
		s.text = append(append(s.text, bytes.TrimSuffix(line, []byte("\r"))...), '\n')
		rest = after
	}
	if len(s.lines) == 0 {
		s.lines, s.began, s.text = []int{0}, []int{at}, []byte("\n")
	}
	s.shown = string(s.text)
}

// legible reports bytes that no text file has.
func (s *Source) legible() bool {
	for i := 0; i < len(s.text); {
		r, size := utf8.DecodeRune(s.text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			s.fail(codes.YAMLUTF8, i, i+1, fmt.Sprintf("the byte 0x%02X is not part of UTF-8 text.", s.text[i]),
				"save the file as UTF-8.")
			return false
		case r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r < 0xA0 && r != 0x85:
			s.fail(codes.YAMLControl, i, i+size, fmt.Sprintf("the control character U+%04X cannot stand here.", r),
				"delete it; in double quotes it can be written as an escape.")
			return false
		}
		i += size
	}
	return true
}

// maxFindings is how many findings are kept of one file: more than are shown, so
// that the first in the file are among them.
const maxFindings = 10 * MaxFindings

// fail adds an error about bytes [start, end) of the text.
func (s *Source) fail(code string, start, end int, message, hint string) *Finding {
	if len(s.findings) >= maxFindings {
		return &Finding{}
	}
	s.findings = append(s.findings,
		Finding{Place: s.place(start, end), Severity: Error, Code: code, Message: message, Hint: hint})
	return &s.findings[len(s.findings)-1]
}

// line returns the 0-based line of a byte of the text.
func (s *Source) line(at int) int {
	return sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > at }) - 1
}

// lineText returns a line without its end.
func (s *Source) lineText(line int) []byte {
	end := len(s.text)
	if line+1 < len(s.lines) {
		end = s.lines[line+1]
	}
	return bytes.TrimSuffix(s.text[s.lines[line]:end], []byte("\n"))
}

// place describes bytes [start, end) of the text.
func (s *Source) place(start, end int) Place {
	start = min(start, len(s.text)-1)
	end = min(max(start, end), len(s.text)-1)
	line, column := s.position(start)
	endLine, endColumn := s.position(end)
	text := s.shown[s.lines[line-1] : s.lines[line-1]+len(s.lineText(line-1))]
	p := Place{File: s.Name, Line: line, Column: column, EndLine: endLine, EndColumn: endColumn,
		Offset: s.began[line-1] + start - s.lines[line-1], Text: text}
	if len(text) <= 1000 {
		p.Excerpt = text
	}
	return p
}

// position returns the 1-based line and column of a byte of the text.
func (s *Source) position(at int) (line, column int) {
	i := s.line(at)
	return i + 1, utf8.RuneCount(s.text[s.lines[i]:at]) + 1
}
