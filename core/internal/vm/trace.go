package vm

// This file records what a run read: the paths, their values, and what patterns
// found. It is the answer to "why not?", so it keeps what decided: of a macro's
// elements only the one that ended it, and the whole list where none did.

import (
	"slices"

	"github.com/holdfast-rt/holdfast/core/internal/text"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Trace is what Machine.Trace recorded. Its strings and values last.
type Trace struct {
	Terms []Term // in source order, each path once
	Hits  []Hit  // in the order they were evaluated, each pair of path and pattern once
}

// Term is a path that was read, as it is written, and the value it had. Errors and
// unknowns are left out.
type Term struct {
	Path  string
	Value value.Value

	off  int32
	loop int32 // the innermost loop whose element it is part of; 0 for none
}

// Hit is a pattern set that matched a text.
type Hit struct {
	Path    string      // of the text; "" when it is computed
	Pattern string      // name of the set
	Spans   []text.Span // where, in UTF-16 code units of the text

	loop int32
}

// Mark says what an OpMark records. Loops are numbered from 1 on, a loop before
// those inside it.
type Mark struct {
	Off   int32 // of the path in the source
	Loop  int32 // the innermost loop whose element is meant; 0 for none
	Parts []Part
}

// Part is a piece of a path.
type Part struct {
	Kind PartKind
	Text string
	Slot Slot
}

// PartKind says how a Part is written.
type PartKind uint8

const (
	Text    PartKind = iota // Text as it is
	Element                 // [i], where Slot counts the elements begun and i is the last
	Index                   // [value of Slot]
)

// Trace is Run, and records in t what was read. It is slower and allocates.
func (m *Machine) Trace(p *Program, t *Trace) value.Value {
	t.Terms, t.Hits = t.Terms[:0], t.Hits[:0]
	traced := p.tracing()
	m.trace = t
	v := m.Run(traced)
	m.trace = nil
	sortByPlace(t.Terms)
	return v
}

// sortByPlace sorts terms by where they are read; those read at one place keep their order. There are few, and
// most are in order already; a sort of a package would allocate for each refusal.
func sortByPlace(list []Term) {
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && list[k].off < list[k-1].off; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
}

// tracing returns the program that records, which is compiled when first asked
// for: most constraints are never violated. Two machines that ask at once make it
// twice, and either will do.
func (p *Program) tracing() *Program {
	if t := p.traced.Load(); t != nil {
		return t
	}
	t := p
	if p.Tracing != nil {
		if t = p.Tracing(); t == nil {
			t = p // with its marks it would be too large for the machine
		}
	}
	p.traced.Store(t)
	return t
}

func (m *Machine) path(k *Mark) string {
	if len(k.Parts) == 1 && k.Parts[0].Kind == Text {
		return k.Parts[0].Text
	}
	var b []byte
	for _, part := range k.Parts {
		switch part.Kind {
		case Text:
			b = append(b, part.Text...)
		case Element:
			n := m.Banks[part.Slot>>24&15][part.Slot&MaxSlot].Int()
			b = append(b, '[')
			b = value.AppendText(b, value.OfInt(n-1))
			b = append(b, ']')
		case Index:
			b = append(b, '[')
			b = value.AppendQuoted(b, m.Banks[part.Slot>>24&15][part.Slot&MaxSlot])
			b = append(b, ']')
		}
	}
	return string(b)
}

func (m *Machine) mark(k *Mark, v value.Value) {
	if m.trace == nil || v.K >= value.Error {
		return
	}
	switch v.K {
	case value.Bool:
		v = value.OfBool(v.N != 0)
	case value.Int, value.Uint, value.Double:
		v.X, v.P = 0, nil
	}
	path := m.path(k)
	for i := range m.trace.Terms {
		if t := &m.trace.Terms[i]; t.Path == path {
			t.loop = min(t.loop, k.Loop) // read outside too: it stays
			return
		}
	}
	m.trace.Terms = append(m.trace.Terms, Term{Path: path, Value: v, off: k.Off, loop: k.Loop})
}

func (m *Machine) markHits(k *Mark, set int, v value.Value) {
	if m.trace == nil || v.K != value.String {
		return
	}
	h := Hit{Path: m.path(k), Pattern: m.PatternNames[set], loop: k.Loop}
	for i := range m.trace.Hits {
		if o := &m.trace.Hits[i]; o.Path == h.Path && o.Pattern == h.Pattern && h.Path != "" {
			o.loop = min(o.loop, h.loop)
			return
		}
	}
	h.Spans = m.matcher.Find(m.Patterns[set], v.Str(), nil)
	m.trace.Hits = append(m.trace.Hits, h)
}

// markLoop forgets what elements of the loops first to last gave: another element
// of the first begins, which is around the others, or none decided.
func (m *Machine) markLoop(first, last int32) {
	if m.trace == nil {
		return
	}
	m.trace.Terms = slices.DeleteFunc(m.trace.Terms, func(t Term) bool { return t.loop >= first && t.loop <= last })
	m.trace.Hits = slices.DeleteFunc(m.trace.Hits, func(h Hit) bool { return h.loop >= first && h.loop <= last })
}
