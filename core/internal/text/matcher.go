package text

// This file runs a set on a text and traces what it finds back to the original.

import (
	"sort"
	"unicode/utf8"
	"unsafe"
)

// Span is a half-open range of UTF-16 code units of the original text.
type Span struct{ Start, End int }

// stretch is a half-open range of bytes of the normalised text.
type stretch struct{ start, end int }

// Matcher runs sets on texts. It keeps its buffers between uses, so that a warm
// one allocates nothing, but for the matches of regular expressions that Find
// reports. The zero value is ready. It is not for concurrent use.
type Matcher struct {
	folder folder
	normal []byte
	found  stretches
}

// normalise returns the normal form of a text; it lasts until the next call.
func (m *Matcher) normalise(textUTF8 string) string {
	m.normal = m.folder.fold(m.normal[:0], textUTF8)
	return unsafe.String(unsafe.SliceData(m.normal), len(m.normal))
}

// Hits says whether anything of the set is in the text.
func (m *Matcher) Hits(s *Set, textUTF8 string) bool {
	text := m.normalise(textUTF8)
	if s.phrases != nil {
		if m.found = s.phrases.find(text, m.found[:0], true); len(m.found) > 0 {
			return true
		}
	}
	for i := range s.regexes {
		if e := &s.regexes[i]; e.may(text) && e.regex.MatchString(text) {
			return true
		}
	}
	return false
}

// Find returns where the text has what of the set, in spans, whose room it uses.
// They are sorted and do not overlap (those that would are merged; neighbours
// stay apart), and are the first MaxSpans. Each covers whole characters: all of
// a ligature of which a part was found, all marks of a letter, and the invisible
// characters in between. Of one regular expression the first MaxSpans matches
// count, from left to right without overlap.
//
// Find returns no span exactly where Hits is false. An expression that matches
// the empty string has nothing to point at; where nothing else was found, that is
// the one span {0, 0}.
func (m *Matcher) Find(s *Set, textUTF8 string, spans []Span) []Span {
	text := m.normalise(textUTF8)
	m.found = m.found[:0]
	if s.phrases != nil {
		m.found = s.phrases.find(text, m.found, false)
	}
	spans = spans[:0]
	empty := false
	for i := range s.regexes {
		e := &s.regexes[i]
		if !e.may(text) {
			continue
		}
		for _, at := range e.regex.FindAllStringIndex(text, MaxSpans) {
			if at[0] == at[1] {
				empty = true
			} else {
				m.found = append(m.found, stretch{at[0], at[1]})
			}
		}
	}
	if len(s.regexes) > 0 {
		m.merge()
	}
	if len(m.found) == 0 {
		if empty {
			spans = append(spans, Span{})
		}
		return spans
	}
	return m.trace(textUTF8, spans)
}

// stretches sort by where they begin.
type stretches []stretch

func (s *stretches) Len() int           { return len(*s) }
func (s *stretches) Less(i, j int) bool { return (*s)[i].start < (*s)[j].start }
func (s *stretches) Swap(i, j int)      { (*s)[i], (*s)[j] = (*s)[j], (*s)[i] }

// merge sorts what was found and joins what overlaps.
func (m *Matcher) merge() {
	sort.Sort(&m.found)
	n := 0
	for _, s := range m.found {
		if n > 0 && s.start < m.found[n-1].end {
			m.found[n-1].end = max(m.found[n-1].end, s.end)
		} else {
			m.found[n] = s
			n++
		}
	}
	m.found = m.found[:n]
}

// trace appends the spans of m.found, which is sorted and merged, to spans. It
// goes through the segments of the text once more; a text that is not hit, as
// most are not, never pays for it.
func (m *Matcher) trace(src string, spans []Span) []Span {
	t := tracer{found: m.found, spans: spans}
	units := 0 // UTF-16 code units in front of byte i
	for i := 0; i < len(src) && !t.done(); {
		s := m.folder.segment(src, i)
		start := units + utf16Length(src[i:s.start])
		end := start + utf16Length(src[s.start:s.end])
		for _, p := range m.folder.parts {
			t.take(p.rune(), Span{start, end})
		}
		units = end + utf16Length(src[s.end:s.next])
		i = s.next
	}
	return t.spans[:min(len(t.spans), MaxSpans)]
}

// tracer follows the normal form as it is written once more.
type tracer struct {
	found stretches // not yet reported, the first may be begun
	spans []Span
	begun bool
	at    int  // bytes of the normal form so far
	blank Span // of the blanks that wait for something to follow; none where End is 0
}

// done says whether the first MaxSpans spans are final: a further one is begun.
func (t *tracer) done() bool { return len(t.found) == 0 || len(t.spans) > MaxSpans }

// take goes past a code point that came out of the segment at from.
func (t *tracer) take(r rune, from Span) {
	if r == ' ' {
		if t.blank.End == 0 {
			t.blank.Start = from.Start
		}
		t.blank.End = from.End
		return
	}
	if t.blank.End != 0 && t.at > 0 {
		t.pass(1, t.blank)
	}
	t.blank = Span{}
	t.pass(utf8.RuneLen(r), from)
}

// pass goes past size bytes of the normal form that came from the span from.
func (t *tracer) pass(size int, from Span) {
	if t.done() {
		return
	}
	f := t.found[0]
	if !t.begun && f.start < t.at+size {
		t.begun = true
		if n := len(t.spans); n > 0 && t.spans[n-1].End > from.Start {
			// The segment had the end of the match before, too.
			t.spans[n-1].End = from.End
		} else {
			t.spans = append(t.spans, from)
		}
	}
	t.at += size
	if t.begun {
		t.spans[len(t.spans)-1].End = from.End
		if f.end <= t.at {
			t.found, t.begun = t.found[1:], false
		}
	}
}

// utf16Length is the number of UTF-16 code units of a text.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
