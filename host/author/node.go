package author

// This file defines node, one value of a file with the place where it stands.

import (
	"strconv"
	"strings"

	json "github.com/goccy/go-json"
)

type kind uint8

const (
	nullKind kind = iota
	boolKind
	numberKind
	textKind
	listKind
	objectKind
)

// node is a value. Aliases share the anchor's node, so a document is a graph
// without cycles rather than a tree, and size and depth are counted as it is
// made.
type node struct {
	kind       kind
	style      style
	text       string   // text, decoded; or the JSON of a number, true, false, null
	start, end int      // bytes in Source.text, quotes and brackets included
	runs       []run    // text: where its bytes stand
	items      []*node  // list
	dashes     []int    // list in block style: where each item's dash stands
	merged     bool     // object: has a merge key
	members    []member // object, in the order of the file
	size       int      // bytes of its JSON, about, aliases counted as often as they stand
	depth      int      // how deep it nests, 1 for a scalar
}

// member is a key and its value.
type member struct {
	key   *node // text
	value *node
	end   int // where what is written after the key ends; that of an alias where one is
}

// style says how a value is written.
type style uint8

const (
	absent style = iota // nothing stands there: `key:`
	plain
	single // 'text'
	double // "text"
	literal
	folded
	flow  // [a, b] or {a: b}
	block // a key or a dash to a line
)

// run is a stretch of a decoded text: size bytes from at come from length bytes
// of the source from pos. Where the two are equal, byte for byte; otherwise they
// belong together as a whole, as an escape and its character do.
type run struct {
	at, size, pos, length int
}

// get returns the named member's value, or nil.
func (n *node) get(name string) *node {
	if m := n.member(name); m != nil {
		return m.value
	}
	return nil
}

func (n *node) member(name string) *member {
	if n == nil {
		return nil
	}
	for i := range n.members {
		if n.members[i].key.text == name {
			return &n.members[i]
		}
	}
	return nil
}

// string returns the named member's text, or "" where it is none.
func (n *node) string(name string) string {
	if v := n.get(name); v != nil && v.kind == textKind {
		return v.text
	}
	return ""
}

// walk follows a JSON Pointer as far as it goes. It returns the value, the member
// it is the value of (nil for an item of a list and for the whole), and whether
// the pointer was followed to its end.
func (n *node) walk(pointer string) (value *node, in *member, found bool) {
	value = n
	for rest := pointer; rest != ""; {
		var token string
		token, rest, _ = strings.Cut(rest[1:], "/")
		if rest != "" {
			rest = "/" + rest
		}
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch value.kind {
		case objectKind:
			m := value.member(token)
			if m == nil {
				return value, in, false
			}
			value, in = m.value, m
		case listKind:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(value.items) {
				return value, in, false
			}
			value, in = value.items[i], nil
		default:
			return value, in, false
		}
	}
	return value, in, true
}

// pointer appends one reference token to a JSON Pointer.
func pointer(path, token string) string {
	return path + "/" + strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

// place returns the source bytes of the decoded bytes [off, end) of a text.
func (n *node) place(off, end int) (start, stop int) {
	if len(n.runs) == 0 {
		return n.start, n.end
	}
	return n.edge(off, false), n.edge(max(off, end), true)
}

// edge returns where in the source a decoded byte begins or, as a range's end, where the one before it ends.
func (n *node) edge(at int, end bool) int {
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

// appendJSON writes n as JSON, keys in the order of the file.
func (n *node) appendJSON(dst []byte) []byte {
	switch n.kind {
	case textKind:
		return appendText(dst, n.text)
	case listKind:
		dst = append(dst, '[')
		for i, e := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.appendJSON(dst)
		}
		return append(dst, ']')
	case objectKind:
		dst = append(dst, '{')
		for i, m := range n.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendText(dst, m.key.text), ':')
			dst = m.value.appendJSON(dst)
		}
		return append(dst, '}')
	}
	return append(dst, n.text...)
}

func appendText(dst []byte, s string) []byte {
	b, err := json.MarshalWithOption(s, json.DisableHTMLEscape())
	if err != nil {
		panic("author: text that cannot be written as JSON: " + err.Error())
	}
	return append(dst, b...)
}

// textNode, listNode and objectNode make what no file says: parents' documents and points of a catalog.
func textNode(s string) *node { return &node{kind: textKind, text: s} }

func listNode(items ...*node) *node { return &node{kind: listKind, items: items} }

func objectNode(members ...member) *node { return &node{kind: objectKind, members: members} }

func entry(name string, value *node) member { return member{key: textNode(name), value: value} }

// same says whether two nodes mean the same JSON, whatever the order of members.
func same(a, b *node) bool {
	if a.kind != b.kind || a.text != b.text || len(a.items) != len(b.items) || len(a.members) != len(b.members) {
		return false
	}
	for i := range a.items {
		if !same(a.items[i], b.items[i]) {
			return false
		}
	}
	for _, m := range a.members {
		v := b.get(m.key.text)
		if v == nil || !same(m.value, v) {
			return false
		}
	}
	return true
}
