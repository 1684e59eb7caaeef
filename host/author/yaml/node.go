package yaml

// This file defines Node, one value of a file, and its place.

import (
	"strconv"
	"strings"

	json "github.com/goccy/go-json"
)

// Kind says what a value is.
type Kind uint8

// The kinds of a Node.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Mapping
)

// Node is a value. Aliases share the anchor's node, so a document is a graph without cycles rather than a tree, and
// size and depth are counted as it is made.
type Node struct {
	Kind       Kind
	Form       Form
	Text       string   // text, decoded; or the JSON of a number, true, false, null
	start, end int      // bytes in Source.text, quotes and brackets included
	runs       []run    // text: where its bytes are
	Items      []*Node  // list
	dashes     []int    // list in block style: where each item's dash is
	merged     bool     // object: has a merge key
	Members    []Member // object, in the order of the file
	size       int      // bytes of its JSON, about, aliases counted as often as they are written
	depth      int      // how deep it nests, 1 for a scalar
}

// Member is a key and its value.
type Member struct {
	Key   *Node // text
	Value *Node
	end   int // where what is written after the key ends; that of an alias where one is
}

// Form says how a value is written.
type Form uint8

// The forms of a Node.
const (
	Absent Form = iota // nothing is there: `key:`
	Plain
	Single // 'text'
	Double // "text"
	Literal
	Folded
	Flow  // [a, b] or {a: b}
	Block // a key or a dash to a line
)

// run is a stretch of a decoded text: size bytes from at come from length bytes
// of the source from pos. Where the two are equal, byte for byte; otherwise they
// belong together as a whole, as an escape and its character do.
type run struct {
	at, size, pos, length int
}

// Get returns the named member's value, or nil.
func (n *Node) Get(name string) *Node {
	if m := n.Member(name); m != nil {
		return m.Value
	}
	return nil
}

// Member returns the named member, or nil.
func (n *Node) Member(name string) *Member {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if n.Members[i].Key.Text == name {
			return &n.Members[i]
		}
	}
	return nil
}

// GetText returns the named member's text, or "" where it is something else.
func (n *Node) GetText(name string) string {
	if v := n.Get(name); v != nil && v.Kind == Text {
		return v.Text
	}
	return ""
}

// Walk follows a JSON Pointer as far as it goes. It returns the value, the member
// it is the value of (nil for an item of a list and for the whole), and whether
// the pointer was followed to its end.
func (n *Node) Walk(pointer string) (value *Node, in *Member, found bool) {
	value = n
	for rest := pointer; rest != ""; {
		var token string
		token, rest, _ = strings.Cut(rest[1:], "/")
		if rest != "" {
			rest = "/" + rest
		}
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch value.Kind {
		case Mapping:
			m := value.Member(token)
			if m == nil {
				return value, in, false
			}
			value, in = m.Value, m
		case List:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(value.Items) {
				return value, in, false
			}
			value, in = value.Items[i], nil
		default:
			return value, in, false
		}
	}
	return value, in, true
}

// Pointer appends one reference token to a JSON Pointer.
func Pointer(path, token string) string {
	return path + "/" + strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

// place returns the source bytes of the decoded bytes [off, end) of a text.
func (n *Node) place(off, end int) (start, stop int) {
	if len(n.runs) == 0 {
		return n.start, n.end
	}
	return n.edge(off, false), n.edge(max(off, end), true)
}

// edge returns where in the source a decoded byte begins or, as a range's end, where the one before it ends.
func (n *Node) edge(at int, end bool) int {
	for _, r := range n.runs {
		if at < r.at+r.size || end && at == r.at+r.size {
			switch {
			case at <= r.at:
				return r.pos
			case r.size == r.length:
				return r.pos + at - r.at
			case end:
				return r.pos + r.length
			}
			return r.pos
		}
	}
	last := n.runs[len(n.runs)-1]
	return last.pos + last.length
}

// AppendJSON writes n as JSON, keys in the order of the file.
func (n *Node) AppendJSON(dst []byte) []byte {
	switch n.Kind {
	case Text:
		return appendText(dst, n.Text)
	case List:
		dst = append(dst, '[')
		for i, e := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.AppendJSON(dst)
		}
		return append(dst, ']')
	case Mapping:
		dst = append(dst, '{')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendText(dst, m.Key.Text), ':')
			dst = m.Value.AppendJSON(dst)
		}
		return append(dst, '}')
	}
	return append(dst, n.Text...)
}

func appendText(dst []byte, s string) []byte {
	b, err := json.MarshalWithOption(s, json.DisableHTMLEscape())
	if err != nil {
		panic("yaml: text that cannot be written as JSON: " + err.Error())
	}
	return append(dst, b...)
}

// NewText returns text that is in no file.
func NewText(s string) *Node { return &Node{Kind: Text, Text: s} }

// NewNumber returns a whole number that is in no file.
func NewNumber(n int) *Node { return NewJSON(strconv.Itoa(n)) }

// NewBool returns true or false that is in no file.
func NewBool(b bool) *Node { return &Node{Kind: Bool, Text: strconv.FormatBool(b)} }

// NewJSON returns a value that AppendJSON writes as it is given here.
func NewJSON(json string) *Node { return &Node{Kind: Number, Text: json} }

// NewList returns a list that is in no file.
func NewList(items ...*Node) *Node { return &Node{Kind: List, Items: items} }

// NewMapping returns a mapping that is in no file.
func NewMapping(members ...Member) *Node { return &Node{Kind: Mapping, Members: members} }

// NewMember returns an entry of a mapping that is in no file.
func NewMember(name string, value *Node) Member { return Member{Key: NewText(name), Value: value} }

// same says whether two nodes mean the same JSON, whatever the order of members.
func same(a, b *Node) bool {
	if a.Kind != b.Kind || a.Text != b.Text || len(a.Items) != len(b.Items) || len(a.Members) != len(b.Members) {
		return false
	}
	for i := range a.Items {
		if !same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, m := range a.Members {
		v := b.Get(m.Key.Text)
		if v == nil || !same(m.Value, v) {
			return false
		}
	}
	return true
}

// AppendIndented writes n as JSON, a key or item to a line.
func (n *Node) AppendIndented(dst []byte, depth int) []byte {
	line := func(depth int) {
		dst = append(dst, '\n')
		for range depth {
			dst = append(dst, "  "...)
		}
	}
	switch {
	case n.Kind == List && len(n.Items) > 0:
		dst = append(dst, '[')
		for i, e := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			line(depth + 1)
			dst = e.AppendIndented(dst, depth+1)
		}
		line(depth)
		return append(dst, ']')
	case n.Kind == Mapping && len(n.Members) > 0:
		dst = append(dst, '{')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			line(depth + 1)
			dst = append(appendText(dst, m.Key.Text), ": "...)
			dst = m.Value.AppendIndented(dst, depth+1)
		}
		line(depth)
		return append(dst, '}')
	}
	return n.AppendJSON(dst)
}
