package canon

// This file defines Doc, the parsed document, and how to walk it.
//
// A Doc is a tape: the nodes of the document in the order of its text, so that a
// container is followed by all it holds, and a key by its value.
//
//	{"a":[1,2],"b":true}
//
//	node  0   1    2  3  4   5    6
//	      {   "a"  [  1  2   "b"  true
//	next  -1  5    -1 4  -1  -1   -1
//
// Nodes point into the source. Only strings with escapes are decoded, into one
// slab that the Doc owns; that slab and the tape are reused by the next Parse.

import (
	"math"
	"unsafe"
)

// Kind says what a node is.
type Kind uint8

// The kinds of a node. An object's key is a String.
const (
	Null Kind = iota
	False
	True
	Number
	String
	Array
	Object
)

var kindWords = [...]string{Null: "null", False: "false", True: "true", Number: "a number",
	String: "text", Array: "a list", Object: "a mapping"}

// String is what a message calls the kind, with its article.
func (k Kind) String() string { return kindWords[k] }

// Node is the index of a node in its Doc; the root is 0, none is -1.
type Node int32

// Doc is a parsed document. The zero Doc is ready for Parse. A Doc is not for use
// by several goroutines while one of them parses; reading it is.
type Doc struct {
	// Times is how many times MaxBytes and MaxValues a document may have; 0 is once.
	Times int

	src    []byte
	nodes  []node
	text   []byte // decoded strings, of those that have escapes
	order  []Node // keys of objects in canonical order, of those that need it
	sorted byName // what is sorted now: of the document, so that sorting allocates nothing
	reader
}

// node is 24 bytes. val holds, by kind:
//
//	Number         the bits of the float64
//	String         0, or with escapes: its place in Doc.text << 32 | its length
//	Array, Object  the number of children; for an object with flag ordered also
//	               the place of its keys in Doc.order << 32. While it is open:
//	               its parent << 32 | the number of children so far, and the
//	               place of its keys is in next
type node struct {
	start, end int32 // bytes in src
	next       Node
	kind       Kind
	flags      flags
	val        uint64
}

type flags uint8

const (
	loose    flags = 1 << iota // the source is not the canonical form of this node
	unsorted                   // an object whose keys do not ascend in the source
	ordered                    // an object whose keys are in Doc.order
	escaped                    // a string that is decoded in Doc.text
)

// orderedAt is the number of members from which an object's keys are kept in
// order even if they came so: Get halves instead of scanning.
const orderedAt = 32

// maxInteger is the largest integer below which doubles hold every one.
const maxInteger = 1<<53 - 1

// Kind returns what n is.
func (d *Doc) Kind(n Node) Kind { return d.nodes[n].kind }

// Len returns the number of elements of an array or members of an object, and 0
// for anything else.
func (d *Doc) Len(n Node) int {
	if p := &d.nodes[n]; p.kind >= Array {
		return int(uint32(p.val))
	}
	return 0
}

// First returns the first element of an array or the first key of an object, in
// the order of the source, and -1 where there is none.
func (d *Doc) First(n Node) Node {
	if p := &d.nodes[n]; p.kind < Array || uint32(p.val) == 0 {
		return -1
	}
	return n + 1
}

// Next returns the element after an element or the key after a key, -1 at the end.
func (d *Doc) Next(n Node) Node { return d.nodes[n].next }

// Value returns the value that belongs to a key.
func (d *Doc) Value(key Node) Node { return key + 1 }

// Get returns the value of a member of obj by its name, or -1 where obj has no
// such member or is no object.
func (d *Doc) Get(obj Node, name string) Node {
	p := &d.nodes[obj]
	if p.kind != Object {
		return -1
	}
	if p.flags&ordered == 0 {
		for k := d.First(obj); k >= 0; k = d.nodes[k].next {
			if d.String(k) == name {
				return k + 1
			}
		}
		return -1
	}
	keys := d.keys(p)
	for len(keys) > 0 {
		k := keys[len(keys)/2]
		s := d.String(k)
		if s == name {
			return k + 1
		}
		if LessUTF16(s, name) {
			keys = keys[len(keys)/2+1:]
		} else {
			keys = keys[:len(keys)/2]
		}
	}
	return -1
}

// keys returns the keys of an object with flag ordered, in canonical order.
func (d *Doc) keys(p *node) []Node {
	at := p.val >> 32
	return d.order[at : at+uint64(uint32(p.val))]
}

// String returns the decoded text of a string or key, and "" for anything else. It
// is a view of the source or of the Doc's memory: valid until the next Parse and
// while the source is unchanged. Use strings.Clone to keep it.
func (d *Doc) String(n Node) string {
	p := &d.nodes[n]
	if p.kind != String {
		return ""
	}
	b := d.src[p.start+1 : p.end-1]
	if p.flags&escaped != 0 {
		at := p.val >> 32
		b = d.text[at : at+uint64(uint32(p.val))]
	}
	return view(b)
}

// Float returns the value of a number, and 0 for anything else.
func (d *Doc) Float(n Node) float64 {
	if p := &d.nodes[n]; p.kind == Number {
		return math.Float64frombits(p.val)
	}
	return 0
}

// Int returns the value of a number that is an integer within ±(2^53−1), however
// it is written (1.0 and 1e2 are integers), and false for anything else.
func (d *Doc) Int(n Node) (int64, bool) {
	p := &d.nodes[n]
	f := math.Float64frombits(p.val)
	if p.kind != Number || f < -maxInteger || f > maxInteger {
		return 0, false
	}
	i := int64(f)
	return i, float64(i) == f
}

// Offset returns where n is in the source: from its first byte to the one
// after its last, quotes and brackets included.
func (d *Doc) Offset(n Node) (start, end int) {
	p := &d.nodes[n]
	return int(p.start), int(p.end)
}

// IsCanonical reports whether the whole source is, byte for byte, the canonical
// form of what it says. Parse has found out; this takes no time.
func (d *Doc) IsCanonical() bool {
	if len(d.nodes) == 0 {
		return false
	}
	root := &d.nodes[0]
	return root.flags&loose == 0 && root.start == 0 && int(root.end) == len(d.src)
}

// view returns b as a string without copying it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
