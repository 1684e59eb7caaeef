package yaml

// This file gives a YAML file its usual layout.
//
// A file is changed in steps, each of which only moves or trims what it can see
// to be safe: white space at the ends of lines, keys that are out of order,
// indentation. After each step the result is read again, and the step is undone
// unless it means the same JSON and has the same comments. Nothing inside text is
// touched, nothing is quoted or wrapped anew, and blanks within a line, with which
// people line up columns, stay.

import (
	"bytes"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// An Order says how a value is laid out: the order of its keys, nil where they stay as they are, and the Order
// of what is inside, by key ("" for the items of a list). Where inside is nil, nothing in the value is ordered.
type Order func(n *Node) (keys []string, inside func(key string) Order)

// Format returns a file in its usual layout: keys in the given order, two blanks of indentation to a level, no white
// space at the ends of lines, at most one empty line in a row, and lines ended by \n. Comments stay with what they are
// above or behind. Formatting again changes nothing, and the document stays the same.
//
// A file that cannot be read comes back as it is, with the findings. JSON comes back as it is.
func Format(name string, src []byte, order Order) ([]byte, []Finding) {
	s, findings := Read(name, src)
	if !s.Valid() || s.spans == nil {
		return src, findings
	}
	whole, comments := s.Root, s.comments()
	keeps := func(next []byte) *Source {
		n, _ := Read(name, next)
		if n.Valid() && same(n.Root, whole) && slices.Equal(n.comments(), comments) {
			return n
		}
		return nil
	}
	// Steps make way for each other, so they go round until nothing changes: a few
	// rounds for most files. One for which that does not end is left alone.
	stuck := map[string]bool{}
	for range 24 {
		before, tried := s.text, len(stuck)
		if n := keeps(s.tidied()); n != nil {
			s = n
		}
		s = s.inOrder(order, stuck, keeps)
		if n := keeps(s.indented()); n != nil {
			s = n
		}
		if bytes.Equal(s.text, before) && len(stuck) == tried {
			return s.text, findings
		}
	}
	return src, findings
}

// comments lists all comments, sorted, for comparison.
func (s *Source) comments() []string {
	var list []string
	at := 0
	for _, span := range append(slices.Clone(s.spans), span{len(s.text), len(s.text)}) {
		for ; at < span.start; at++ {
			if s.text[at] == '#' {
				stop := at
				for s.text[stop] != '\n' {
					stop++
				}
				list = append(list, strings.TrimRight(string(s.text[at:stop]), " \t"))
				at = stop
			}
		}
		at = max(at, span.end)
	}
	sort.Strings(list)
	return list
}

// inside says for every line whether it goes on with a text that began before it.
func (s *Source) inside() []bool {
	list := make([]bool, len(s.lines))
	for _, span := range s.spans {
		for i := s.line(span.start) + 1; i < len(s.lines) && s.lines[i] < span.end; i++ {
			list[i] = true
		}
	}
	return list
}

// tidied is the text without blanks at the ends of lines, empty lines at the beginning
// and the end, and more than one in a row.
func (s *Source) tidied() []byte {
	inside := s.inside()
	// How much of each line is text, whose blanks are its own.
	kept := make([]int, len(s.lines))
	for _, span := range s.spans {
		first := s.line(span.start)
		for i := first; i < len(s.lines) && s.lines[i] < span.end; i++ {
			if i > first || s.text[span.start] != '|' && s.text[span.start] != '>' { // after these a line's blanks are no text
				kept[i] = max(kept[i], min(span.end-s.lines[i], len(s.lineText(i))))
			}
		}
	}
	var out []byte
	empty := 1
	for i := range s.lines {
		line := s.lineText(i)
		line = line[:max(kept[i], len(bytes.TrimRight(line, " \t")))]
		if len(line) == 0 && !inside[i] {
			if empty++; empty > 1 {
				continue
			}
		} else {
			empty = 0
		}
		out = append(append(out, line...), '\n')
	}
	if trimmed := bytes.TrimRight(out, "\n"); !inside[len(inside)-1] {
		out = append(trimmed, '\n')
	}
	return out
}

// edit replaces bytes [start, end) of the text.
type edit struct {
	start, end int
	with       []byte
	pointer    string // to the mapping that is put in order
}

// with is the text with edits made, which do not overlap.
func (s *Source) with(edits []edit) []byte {
	sort.Slice(edits, func(i, j int) bool { return edits[i].start < edits[j].start })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, s.text[at:e.start]...), e.with...)
		at = e.end
	}
	return append(out, s.text[at:]...)
}

// inOrder puts the outermost keys that are out of order in order; what is inside
// them follows in the next rounds. Where that is refused, each mapping is tried
// alone, and one that cannot be ordered is noted as stuck, by its JSON Pointer.
func (s *Source) inOrder(order Order, stuck map[string]bool, keeps func([]byte) *Source) *Source {
	o := &orderer{Source: s, seen: map[*Node]bool{}, stuck: stuck}
	o.visit(s.Root, order, "")
	if len(o.edits) == 0 {
		return s
	}
	if n := keeps(s.with(o.edits)); n != nil {
		return n
	}
	for i, e := range o.edits {
		if n := keeps(s.with([]edit{e})); n != nil {
			return n
		}
		if stuck[o.edits[i].pointer] = true; i == 64 {
			break
		}
	}
	return s
}

type orderer struct {
	*Source
	seen  map[*Node]bool
	stuck map[string]bool
	edits []edit
}

// visit orders the keys of n, or where they are in order looks inside.
func (o *orderer) visit(n *Node, order Order, at string) {
	if order == nil || n.Kind < List || o.seen[n] {
		return
	}
	keys, inside := order(n)
	if inside == nil {
		return
	}
	o.seen[n] = true
	for i, e := range n.Items {
		if e.start >= n.start && e.end <= n.end { // no alias
			o.visit(e, inside(""), at+"/"+strconv.Itoa(i))
		}
	}
	if n.merged || keys != nil && o.sort(n, keys, at) {
		return
	}
	for _, m := range n.Members {
		if m.Value.start >= m.Key.end && m.Value.end <= m.end { // no alias, and not nothing
			o.visit(m.Value, inside(m.Key.Text), Pointer(at, m.Key.Text))
		}
	}
}

// sort notes the edit that puts the members of n in the order of keys; false where they are in order, or where
// that is not safe.
func (o *orderer) sort(n *Node, keys []string, at string) bool {
	order := make([]int, len(n.Members))
	for i := range order {
		order[i] = i
	}
	place := func(i int) int { return slices.Index(keys, n.Members[i].Key.Text) }
	slices.SortStableFunc(order, func(a, b int) int { return place(a) - place(b) })
	if slices.IsSorted(order) || o.stuck[at] || !o.reorder(n, order) {
		return false
	}
	o.edits[len(o.edits)-1].pointer = at
	return true
}

// reorder notes the edit that puts members into order; false where that is not safe.
func (o *orderer) reorder(n *Node, order []int) bool {
	if n.Form == Flow {
		return o.reorderFlow(n, order)
	}
	count := len(n.Members)
	column := n.Members[0].Key.start - o.lines[o.line(n.Members[0].Key.start)]
	// Where the lines of each member begin: with the comments and empty lines right
	// above its key, but for the first, whose comments may be those of the whole file
	// or list item.
	leads := make([]int, count)
	leads[0] = n.Members[0].Key.start
	for i := 1; i < count; i++ {
		line := o.line(n.Members[i].Key.start)
		end := o.line(max(n.Members[i-1].end-1, n.Members[i-1].Key.start))
		first := line
		for first-1 > end {
			text := o.lineText(first - 1)
			body := bytes.TrimLeft(text, " ")
			if len(body) > 0 && (body[0] != '#' || len(text)-len(body) != column) {
				break
			}
			first--
		}
		if o.lines[line]+column != n.Members[i].Key.start || line == end {
			return false
		}
		leads[i] = o.lines[first]
	}
	last := o.line(max(n.Members[count-1].end-1, n.Members[count-1].Key.start))
	region := edit{start: n.Members[0].Key.start, end: o.lines[last] + len(o.lineText(last)) + 1}
	indent := bytes.Repeat([]byte(" "), column)
	for k, i := range order {
		key := n.Members[i].Key.start
		end := region.end
		if i+1 < count {
			end = leads[i+1]
		}
		lead := []byte(nil)
		if i > 0 {
			lead = o.text[leads[i]:o.lines[o.line(key)]]
		}
		if k == 0 {
			if len(bytes.TrimSpace(lead)) > 0 {
				return false // the comment has no line of its own to go to
			}
			region.with = append(region.with, o.text[key:end]...)
			continue
		}
		region.with = append(append(append(region.with, lead...), indent...), o.text[key:end]...)
	}
	o.edits = append(o.edits, region)
	return true
}

// reorderFlow is reorder for {a: b, c: d} on one line.
func (o *orderer) reorderFlow(n *Node, order []int) bool {
	if o.line(n.start) != o.line(n.end) {
		return false
	}
	region := edit{start: n.Members[0].Key.start, end: n.Members[len(order)-1].end}
	for k, i := range order {
		m := &n.Members[i]
		region.with = append(region.with, o.text[m.Key.start:m.end]...)
		if k+1 < len(order) { // what is between two stays between them
			region.with = append(region.with, o.text[n.Members[k].end:n.Members[k+1].Key.start]...)
		}
	}
	o.edits = append(o.edits, region)
	return true
}
