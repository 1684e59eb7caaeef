package yaml

// This file turns places in the document into places in the file.

// Position returns where the value is that a JSON Pointer names, or its key.
// For a text, bytes off to end of it can be asked for; 0 and 0 are the whole.
// The value of an alias is where its anchor is. Where the pointer leads past
// what is there, found is false and the place is that of the nearest value around
// it.
func (s *Source) Position(pointer string, key bool, off, end int) (place Place, found bool) {
	if s.Root == nil {
		return s.place(0, 0), false
	}
	v, in, found := s.Root.Walk(pointer)
	switch {
	case key && in != nil && found:
		v = in.Key
		if len(v.runs) > 0 { // without the quotes
			return s.place(v.place(0, len(v.Text))), true
		}
	case found && v.Kind == Text && end > 0:
		return s.place(v.place(off, end)), true
	case found && v.Kind == Text && off > 0: // a point, such as the end
		return s.place(v.place(off, off)), true
	case v.Form == Block || v.Form == Flow && s.line(v.start) != s.line(v.end):
		return s.heading(v, in), found
	}
	if v.Form == Literal || v.Form == Folded {
		return s.heading(v, in), found
	}
	return s.place(v.start, v.end), found
}

// heading is the place that is shown for a value of several lines: its key, or where it has
// none, its first entry as far as that is on one line.
func (s *Source) heading(v *Node, in *Member) Place {
	if in != nil {
		return s.place(in.Key.start, in.Key.end)
	}
	line := s.line(v.start)
	stop := s.lines[line] + len(s.lineText(line))
	if v.Form == Block && len(v.Members) > 0 {
		m := v.Members[0]
		if stop = m.end; s.line(stop) != line || m.Value.Form == Literal || m.Value.Form == Folded {
			stop = m.Key.end
		}
		return s.place(m.Key.start, stop)
	}
	return s.place(v.start, stop)
}
