package yaml

// This file indents a YAML file, two blanks to a level.
//
// Keys and dashes are given their columns. Lines that go on with a value, and the
// text below | and >, keep their distance from the key or dash it belongs to; a
// comment keeps its distance from the line it belongs to.
//
//	column 0        constraints:
//	column 2          - id: A
//	dash + 2            require: >-
//	as it was             a &&
//	as it was                b

import (
	"bytes"
	"strings"
)

// indented is the text with its usual indentation.
func (s *Source) indented() []byte {
	d := &indenter{Source: s, shift: make([]int, len(s.lines)), placed: make([]bool, len(s.lines)), gaps: map[int]int{},
		seen: map[*Node]bool{}}
	if s.Root.Form == Block {
		d.collection(s.Root, 0)
	}
	if d.lost {
		return s.text
	}
	d.withComments()
	inside := s.inside()
	var out []byte
	for i, at := range s.lines {
		line := s.lineText(i)
		body := bytes.TrimLeft(line, " ")
		column := len(line) - len(body)
		if len(line) > 0 && (len(body) > 0 || inside[i]) {
			if column += d.shift[i]; column < 0 {
				return s.text
			}
			out = append(out, strings.Repeat(" ", column)...)
		}
		for j := 0; j < len(body); j++ {
			out = append(out, body[j])
			if blanks := d.gaps[at+len(line)-len(body)+j]; blanks > 1 {
				out = append(out, ' ')
				j += blanks
			}
		}
		out = append(out, '\n')
	}
	return out
}

type indenter struct {
	*Source
	shift  []int       // blanks to add to a line, or to take from it
	placed []bool      // lines whose shift is settled
	gaps   map[int]int // dash to how many blanks follow it; one will
	seen   map[*Node]bool
	lost   bool // there is a tab where columns are counted
}

// column returns the column of a byte of the text.
func (d *indenter) column(at int) int { return at - d.lines[d.line(at)] }

// leads says whether only blanks are before a byte in its line.
func (d *indenter) leads(at int) bool {
	return len(bytes.TrimLeft(d.text[d.lines[d.line(at)]:at], " ")) == 0
}

// move settles lines first to last.
func (d *indenter) move(first, last, shift int) {
	for i := first; i <= last && i < len(d.shift); i++ {
		d.shift[i], d.placed[i] = shift, true
	}
}

// collection places the keys or dashes of a mapping or list in block style.
func (d *indenter) collection(n *Node, column int) {
	if d.seen[n] {
		return
	}
	d.seen[n] = true
	for _, m := range n.Members {
		at := m.Key.start
		if d.leads(at) {
			d.move(d.line(at), d.line(at), column-d.column(at))
		}
		if m.Value.start >= m.Key.end && m.Value.end <= m.end {
			d.value(m.Value, d.line(at), column, column-d.column(at))
		}
	}
	for i, e := range n.Items {
		if i >= len(n.dashes) {
			d.lost = true
			return
		}
		at := n.dashes[i]
		if d.leads(at) {
			d.move(d.line(at), d.line(at), column-d.column(at))
		}
		content := at + 1
		for d.text[content] == ' ' {
			content++
		}
		switch d.text[content] {
		case '\t':
			d.lost = true
			return
		case '\n', '#':
		default:
			d.gaps[at] = content - at - 1
		}
		if e.start > at && (i+1 == len(n.dashes) || e.start < n.dashes[i+1]) { // no alias, not empty
			d.value(e, d.line(at), column, column+2-d.column(content))
		}
	}
}

// value places a value. What it belongs to is on line at, in column; shift is
// by how much the value moves where it begins on that line.
func (d *indenter) value(v *Node, at, column, shift int) {
	if v.Form == Block {
		d.collection(v, column+2)
		return
	}
	first, last := d.line(v.start), d.line(max(v.start, v.end-1))
	if (v.Form == Literal || v.Form == Folded) && first == at {
		d.below(v, first, last, column+2, shift)
		return
	}
	if first > at {
		line := d.lineText(first)
		shift = column + 2 - (len(line) - len(bytes.TrimLeft(line, " ")))
		d.move(first, first, shift)
	}
	d.move(first+1, last, shift)
}

// below places the lines of a text below | or >, in column unless its header gives
// a number of blanks.
func (d *indenter) below(v *Node, header, last, column, shift int) {
	if !bytes.ContainsAny(d.text[v.start:v.start+min(3, v.end-v.start)], "123456789") {
		for i := header + 1; i <= last; i++ {
			if line := d.lineText(i); len(bytes.TrimLeft(line, " ")) > 0 {
				shift = column - (len(line) - len(bytes.TrimLeft(line, " ")))
				break
			}
		}
	}
	d.move(header+1, last, shift)
}

// withComments settles the lines that hold only a comment.
func (d *indenter) withComments() {
	column := func(i int) int {
		line := d.lineText(i)
		return len(line) - len(bytes.TrimLeft(line, " "))
	}
	for i := range d.lines {
		body := bytes.TrimLeft(d.lineText(i), " ")
		if d.placed[i] || len(body) == 0 {
			continue
		}
		next, before := i+1, i-1
		for next < len(d.lines) && !d.placed[next] {
			next++
		}
		for before >= 0 && !d.placed[before] {
			before--
		}
		switch {
		case next < len(d.lines) && column(next) == column(i):
			d.shift[i] = d.shift[next]
		case before >= 0 && column(i) > 0:
			// With the last line above that begins where it does, or else the last one.
			d.shift[i] = d.shift[before]
			for k := before; k >= 0; k-- {
				if d.placed[k] && column(k) == column(i) {
					d.shift[i] = d.shift[k]
					break
				}
			}
			d.shift[i] = max(d.shift[i], -column(i))
		}
	}
}
