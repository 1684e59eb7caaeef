package canon

// This file defines the order of keys: RFC 8785 sorts them by UTF-16 code units.

import "slices"

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

// arrange puts the keys of the closing object obj, count of them, in canonical
// order and refuses a key that occurs twice. It is called where the keys do not
// ascend in the source, or are many.
func (d *Doc) arrange(obj Node) *Error {
	at := len(d.order)
	for k := obj + 1; k >= 0; k = d.nodes[k].next {
		d.order = append(d.order, k)
	}
	p := &d.nodes[obj]
	p.next = Node(at)
	p.flags |= ordered
	if p.flags&unsorted == 0 {
		return nil
	}
	keys := d.order[at:]
	slices.SortFunc(keys, func(a, b Node) int {
		if c := compareUTF16(d.String(a), d.String(b)); c != 0 {
			return c
		}
		return int(a - b)
	})
	again := Node(-1)
	for i := 1; i < len(keys); i++ {
		if k := keys[i]; d.String(keys[i-1]) == d.String(k) && (again < 0 || k < again) {
			again = k
		}
	}
	if again >= 0 {
		return fail(CodeDuplicate, int(d.nodes[again].start),
			"key "+quote(d.String(again))+" again", "an object may have a key only once")
	}
	return nil
}

// quote returns a key as a message shows it: canonical, and not too long.
func quote(s string) string {
	const most = 60 // bytes: longer keys are recognised by their beginning
	if len(s) > most {
		n := most
		for s[n]&0xC0 == 0x80 {
			n--
		}
		return string(AppendString(nil, s[:n])) + "…"
	}
	return string(AppendString(nil, s))
}
