package yaml

// This file reads strict JSON (RFC 8259) into nodes with places.

import (
	"fmt"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/codes"
)

type jsonReader struct {
	*Source
	at    int
	depth int
}

func (s *Source) readJSON() {
	r := &jsonReader{Source: s}
	r.blank()
	if r.at == len(r.text) {
		s.fail(codes.JSONSyntax, 0, 0, "this file has no content.", "")
		return
	}
	if s.Root = r.value(); s.Root == nil {
		return
	}
	if r.blank(); r.at < len(r.text) {
		s.fail(codes.JSONTrailingBytes, r.at, r.at+1, "something follows the document.",
			"delete what is after the closing brace.")
	}
}

func (r *jsonReader) blank() {
	for r.at < len(r.text) && (isBlank(r.text[r.at]) || r.text[r.at] == '\n') {
		r.at++
	}
}

// unexpected reports what is at the current place. It returns nil.
func (r *jsonReader) unexpected(want string) *Node {
	hint := ""
	if r.at >= len(r.text)-1 {
		r.fail(codes.JSONSyntax, r.at, r.at, "the document ends where "+want+" is expected.", "")
		return nil
	}
	c, size := utf8.DecodeRune(r.text[r.at:])
	switch c {
	case '\'':
		hint = "JSON quotes with \"."
	case '/', '#':
		hint = "JSON has no comments; a file named .yaml may have them."
	case '}', ']':
		hint = "JSON has no comma after the last entry."
	}
	r.fail(codes.JSONSyntax, r.at, r.at+size, fmt.Sprintf("`%c` is where %s is expected.", c, want), hint)
	return nil
}

func (r *jsonReader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

// value reads a value, or returns nil after a finding.
func (r *jsonReader) value() *Node {
	if r.depth++; r.depth > MaxDepth {
		r.tooDeep(r.at, r.at+1)
		return nil
	}
	defer func() { r.depth-- }()
	start := r.at
	var n *Node
	switch c := r.peek(); {
	case c == '{':
		n = r.object()
	case c == '[':
		n = r.array()
	case c == '"':
		n = r.string()
	case c == '-' || c >= '0' && c <= '9':
		n = r.number()
	default:
		for word, k := range map[string]Kind{"null": Null, "true": Bool, "false": Bool} {
			if len(r.text)-r.at >= len(word) && string(r.text[r.at:r.at+len(word)]) == word {
				r.at += len(word)
				n = &Node{Kind: k, Text: word}
			}
		}
		if n == nil {
			return r.unexpected("a value")
		}
	}
	if n == nil {
		return nil
	}
	n.start, n.end = start, r.at
	return n
}

func (r *jsonReader) object() *Node {
	n := &Node{Kind: Mapping, Form: Flow}
	index := map[string]int{}
	r.at++
	if r.blank(); r.peek() == '}' {
		r.at++
		return n
	}
	for {
		if r.blank(); r.peek() != '"' {
			return r.unexpected("a key in quotes")
		}
		start := r.at
		key := r.string()
		if key == nil {
			return nil
		}
		key.start, key.end = start, r.at
		if r.blank(); r.peek() != ':' {
			return r.unexpected("`:`")
		}
		r.at++
		r.blank()
		v := r.value()
		if v == nil {
			return nil
		}
		if i, ok := index[key.Text]; ok {
			f := r.fail(codes.JSONDuplicateKey, key.start, key.end, "the key `"+key.Text+"` is written twice here.",
				"keep one of them, or rename it.")
			p := r.place(n.Members[i].Key.start, n.Members[i].Key.end)
			f.Related = &p
		} else {
			index[key.Text] = len(n.Members)
			n.Members = append(n.Members, Member{key, v, r.at})
		}
		switch r.blank(); r.peek() {
		case ',':
			r.at++
		case '}':
			r.at++
			return n
		default:
			return r.unexpected("`,` or `}`")
		}
	}
}

func (r *jsonReader) array() *Node {
	n := &Node{Kind: List, Form: Flow}
	r.at++
	if r.blank(); r.peek() == ']' {
		r.at++
		return n
	}
	for {
		r.blank()
		v := r.value()
		if v == nil {
			return nil
		}
		n.Items = append(n.Items, v)
		switch r.blank(); r.peek() {
		case ',':
			r.at++
		case ']':
			r.at++
			return n
		default:
			return r.unexpected("`,` or `]`")
		}
	}
}

// string reads a string; its place is set by the caller.
func (r *jsonReader) string() *Node {
	start := r.at
	d := scalar{src: r.text}
	for r.at++; r.at < len(r.text); {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return &Node{Kind: Text, Form: Double, Text: string(d.text), runs: d.runs}
		case c < ' ':
			if c == '\n' {
				r.fail(codes.JSONSyntax, start, r.at, "this string has no closing quote on its line.",
					"close it, or write a line break as `\\n`.")
			} else {
				r.fail(codes.JSONSyntax, r.at, r.at+1, "a string cannot hold a tab.", "write `\\t`.")
			}
			return nil
		case c == '\\':
			if !r.escape(&d) {
				return nil
			}
		default:
			d.copy(r.at, 1)
			r.at++
		}
	}
	return nil
}

// escape reads one of JSON's escapes, which are fewer than YAML's.
func (r *jsonReader) escape(d *scalar) bool {
	switch c := r.text[r.at+1]; c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't', 'u':
		at, bad := d.escape(r.at)
		if bad != nil {
			code := codes.JSONSyntax
			if bad.end-bad.start == 6 {
				code = codes.JSONLoneSurrogate
			}
			r.fail(code, bad.start, bad.end, bad.message, "")
			return false
		}
		r.at = at
		return true
	default:
		r.fail(codes.JSONSyntax, r.at, r.at+2, "this is no escape.", "write `\\\\` for a backslash.")
		return false
	}
}

// number reads a number in the grammar of RFC 8259.
func (r *jsonReader) number() *Node {
	start := r.at
	digits := func() bool {
		from := r.at
		for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
			r.at++
		}
		return r.at > from
	}
	if r.peek() == '-' {
		r.at++
	}
	if r.peek() == '0' {
		r.at++
	} else if !digits() {
		return r.unexpected("a digit")
	}
	if r.peek() == '.' {
		if r.at++; !digits() {
			return r.unexpected("a digit")
		}
	}
	if r.peek()|0x20 == 'e' {
		if r.at++; r.peek() == '+' || r.peek() == '-' {
			r.at++
		}
		if !digits() {
			return r.unexpected("a digit")
		}
	}
	n := &Node{start: start, end: r.at}
	r.Source.number(n, string(r.text[start:r.at]))
	if n.Kind != Number { // reported
		n.Text = "null"
	}
	return n
}
