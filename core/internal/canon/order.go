package canon

// This file defines the order of keys: RFC 8785 sorts them by UTF-16 code units.

import (
	"math/bits"
	"sort"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// LessUTF16 reports whether a sorts before b when both are compared as sequences of
// UTF-16 code units. Both must be valid UTF-8.
func LessUTF16(a, b string) bool { return compareUTF16(a, b) < 0 }

// compareUTF16 compares in the order of UTF-16 code units without making any. UTF-8
// sorts as code points do, and there the two orders differ in one place only:
// code points over U+FFFF (lead bytes F0 to F4) are surrogates in UTF-16 and so
// sort before U+E000 to U+FFFF (lead bytes EE and EF).
func compareUTF16(a, b string) int {
	n := min(len(a), len(b))
	for i := 0; i < n; i++ {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if (x < y) != (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}

// prefix returns a number by which key n sorts, as far as its first eight bytes tell:
// where the prefixes of two keys differ, their order is the keys'.
func (d *Doc) prefix(n Node) uint64 {
	p := &d.nodes[n]
	if int(p.start)+9 <= len(d.src) && p.flags&escaped == 0 {
		w := load64(d.src, int(p.start)+1)
		if size := p.end - p.start - 2; size < 8 {
			w &= 1<<(8*size) - 1
		}
		if w&highs == 0 {
			return bits.ReverseBytes64(w)
		}
	}
	s := d.String(n)
	w := uint64(0)
	for i := 0; i < 8; i++ {
		c := byte(0)
		if i < len(s) {
			c = s[i]
		}
		if c >= 0xEE { // the rest is not in the order of bytes, see compareUTF16
			return (w<<8 | 0xFF) << (56 - 8*i)
		}
		w = w<<8 | uint64(c)
	}
	return w
}

// arrange puts the keys of the closing object obj in canonical order and refuses a key
// that occurs twice. It is called where the keys do not ascend in the source, or are
// many.
func (d *Doc) arrange(obj Node) *Error {
	p := &d.nodes[obj]
	at := len(d.order)
	p.next = Node(at)
	p.flags |= ordered
	if p.flags&unsorted == 0 {
		for k := obj + 1; k >= 0; k = d.nodes[k].next {
			d.order = append(d.order, k)
		}
		return nil
	}

	// Few keys are inserted one by one, by their prefixes; many are sorted.
	var prefixes [orderedAt]uint64
	for k := obj + 1; k >= 0; k = d.nodes[k].next {
		d.order = append(d.order, k)
		i := len(d.order) - at - 1
		if i >= len(prefixes) {
			continue
		}
		keys, w := d.order[at:], d.prefix(k)
		for ; i > 0 && (w < prefixes[i-1] || w == prefixes[i-1] && d.compare(k, keys[i-1]) < 0); i-- {
			keys[i], prefixes[i] = keys[i-1], prefixes[i-1]
		}
		keys[i], prefixes[i] = k, w
	}
	keys := d.order[at:]
	if len(keys) > len(prefixes) {
		d.sorted = byName{d, keys}
		sort.Sort(&d.sorted)
	}

	again := Node(-1)
	for i := 1; i < len(keys); i++ {
		if len(keys) <= len(prefixes) && prefixes[i] != prefixes[i-1] {
			continue
		}
		if k := keys[i]; d.String(keys[i-1]) == d.String(k) && (again < 0 || k < again) {
			again = k
		}
	}
	if again < 0 {
		return nil
	}
	return fail(codes.JSONDuplicateKey, int(d.nodes[again].start),
		"key "+quote(d.String(again))+" again", "an object may have a key only once")
}

// byName sorts the keys of an object.
type byName struct {
	d    *Doc
	keys []Node
}

func (s *byName) Len() int           { return len(s.keys) }
func (s *byName) Less(i, j int) bool { return s.d.compare(s.keys[i], s.keys[j]) < 0 }
func (s *byName) Swap(i, j int)      { s.keys[i], s.keys[j] = s.keys[j], s.keys[i] }

// compare orders the keys a and b, equal ones as they came.
func (d *Doc) compare(a, b Node) int {
	if c := compareUTF16(d.String(a), d.String(b)); c != 0 {
		return c
	}
	return int(a - b)
}
