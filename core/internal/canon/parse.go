package canon

// This file defines Parse: one pass over the source, without recursion.
//
// The work is split in two. The loop in run takes the common cases: structure, plain
// ASCII strings eight bytes a turn, integers, words, keys that plainly ascend. It makes
// no call, because in Go's wasm output locals that live across a call are kept in
// memory even when the call is not made. Whatever else it meets, run leaves where it
// is; step takes that one thing, in any form, and run goes on. A node takes 19 ns
// in V8 (BenchmarkParse/Decision, Node 20); it took 23 with the calls in the loop, and
// 35 byte by byte.
//
// The containers that are open are a chain through the tape, so there is no stack:
//
//	[1,{"a":[ …      tape  [  1  {  "a"  [
//	                       ↑     │↑      │
//	                       └─────┘└──────┘   val of an open container: its parent

import (
	"math"
	"math/bits"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// want says what comes next in the source.
type want uint8

const (
	wantElement want = iota // of an array, or where it is empty its bracket
	wantKey                 // of an object, or where it is empty its bracket
	wantColon
	wantValue // of a member, or the document itself
	wantMore  // a comma or a closing bracket; after the document, nothing
)

// reader is where Parse is.
type reader struct {
	at    int  // in src
	count Node // nodes in use; while Parse runs Doc.nodes is as long as there is room
	cur   Node // the innermost open container, -1 if none is
	prev  Node // its last element or key; cur itself if it has none yet
	depth int  // open containers
	want  want
	again want // what follows a comma in cur: wantElement or wantKey
}

// Parse reads src, replacing what d held. It allocates nothing once d has grown to the
// size of its documents. Src must stay unchanged while d is used. When it returns an
// error, of any of the package's codes, d holds no document.
func (d *Doc) Parse(src []byte) *Error {
	d.src, d.nodes, d.text, d.order = src, d.nodes[:cap(d.nodes)], d.text[:0], d.order[:0]
	d.reader = reader{cur: -1, prev: -2, want: wantValue}
	err := d.tooLong(src)
	for err == nil {
		d.run()
		if d.at == len(src) && d.want == wantMore && d.cur < 0 {
			d.nodes = d.nodes[:d.count]
			return nil
		}
		err = d.step()
	}
	d.nodes = d.nodes[:0]
	return err
}

func (d *Doc) tooLong(src []byte) *Error {
	most := MaxBytes * max(d.Times, 1)
	if len(src) <= most {
		return nil
	}
	return fail(codes.LimitJSONSize, most, "document of more than "+itoa(most)+" bytes, cut off", "split it")
}

// run reads on from d.at as far as the common cases go. It never fails: it stops before
// what it does not know. It is one loop without a call, for the reason that is given above.
func (d *Doc) run() {
	src, nodes := d.src, d.nodes
	i, n, cur, prev, want, again := d.at, d.count, d.cur, d.prev, d.want, d.again
loop:
	for i < len(src) {
		c := src[i]
		if c <= ' ' {
			if !blank[c] {
				break
			}
			if cur >= 0 {
				nodes[cur].flags |= loose
			}
			i++
			continue
		}

		if want == wantMore {
			if cur < 0 {
				break
			}
			if c == ',' {
				i++
				want = again
				continue
			}
			p := &nodes[cur]
			if c != p.kind.bracket() {
				break
			}
			val := uint64(uint32(p.val))
			if p.flags&ordered != 0 {
				val |= uint64(p.next) << 32
			} else if again == wantKey && (val >= orderedAt || p.flags&unsorted != 0) {
				break
			}
			parent := Node(int32(p.val >> 32))
			i++
			p.end, p.next, p.val = int32(i), -1, val
			d.depth--
			if parent >= 0 {
				q := &nodes[parent]
				q.flags |= p.flags & loose
				prev, again = cur, wantElement
				if q.kind == Object {
					prev, again = cur-1, wantKey
				}
			}
			cur = parent
			continue
		}

		if want == wantColon {
			if c != ':' {
				break
			}
			i++
			want = wantValue
			continue
		}

		if int(n) >= len(nodes) {
			break
		}
		p := &nodes[n]
		if c == '"' {
			end := i + 1
			for end+8 <= len(src) {
				m := special(load64(src, end))
				if m != 0 {
					end += bits.TrailingZeros64(m) >> 3
					break
				}
				end += 8
			}
			if end >= len(src) || src[end] != '"' {
				break
			}
			if want == wantKey {
				q := &nodes[prev]
				if prev != cur && nodes[cur].flags&unsorted == 0 {
					// The first byte that differs decides, if it is one of the first
					// eight and inside this key; the quote that ends the key before
					// is less than any. What does not ascend here is for step to see.
					if i+9 > len(src) || q.flags&escaped != 0 {
						break
					}
					u, v := load64(src, int(q.start)+1), load64(src, i+1)
					at := bits.TrailingZeros64(u^v) &^ 7
					x, y := byte(u>>at), byte(v>>at)
					if x >= y && x != '"' || at >= 8*(end-i-1) {
						break
					}
				}
				*p = node{start: int32(i), end: int32(end + 1), next: -1, kind: String}
				q.next = n
				nodes[cur].val++
				prev = n
				n++
				i = end + 1
				want = wantColon
				continue
			}
			*p = node{start: int32(i), end: int32(end + 1), next: -1, kind: String}
			i = end + 1
		} else if want == wantKey {
			break
		} else if c-'0' <= 9 {
			if i+8 > len(src) {
				break
			}
			x := load64(src, i) ^ ones*'0'
			k := bits.TrailingZeros64(notDigits(x)) >> 3
			v := eightDigits(x << (64 - 8*k))
			if k == 8 {
				if i+16 > len(src) {
					break
				}
				x = load64(src, i+8) ^ ones*'0'
				more := bits.TrailingZeros64(notDigits(x)) >> 3
				v = v*powers[more] + eightDigits(x<<(64-8*more))
				k += more
			}
			if k > sureDigits || c == '0' && k > 1 || src[i+k] == '.' || src[i+k]|0x20 == 'e' {
				break
			}
			*p = node{start: int32(i), end: int32(i + k), next: -1, kind: Number, val: math.Float64bits(float64(v))}
			i += k
		} else if c == '{' || c == '[' {
			if d.depth == MaxDepth {
				break
			}
			d.depth++
			*p = node{start: int32(i), next: -1, kind: Array, val: uint64(uint32(cur)) << 32}
			if want == wantElement {
				nodes[prev].next = n
				nodes[cur].val++
			}
			again = wantElement
			if c == '{' {
				p.kind, again = Object, wantKey
			}
			cur, prev, want = n, n, again
			n++
			i++
			if i < len(src) && src[i] == p.kind.bracket() {
				want = wantMore
			}
			continue
		} else {
			if i+8 > len(src) {
				break
			}
			w := load64(src, i)
			end, kind := i+4, True
			switch {
			case uint32(w) == 't'|'r'<<8|'u'<<16|'e'<<24:
			case uint32(w) == 'n'|'u'<<8|'l'<<16|'l'<<24:
				kind = Null
			case w&(1<<40-1) == 'f'|'a'<<8|'l'<<16|'s'<<24|'e'<<32:
				end, kind = i+5, False
			default:
				break loop
			}
			*p = node{start: int32(i), end: int32(end), next: -1, kind: kind}
			i = end
		}
		if want == wantElement {
			nodes[prev].next = n
			nodes[cur].val++
			prev = n
		}
		n++
		want = wantMore
	}
	d.at, d.count, d.cur, d.prev, d.want, d.again = i, n, cur, prev, want, again
}

// bracket returns what ends an array or object.
func (k Kind) bracket() byte { return ']' + byte(k-Array)*('}'-']') }

// step does, where run stopped, the one thing that run does not.
func (d *Doc) step() *Error {
	src, i, n := d.src, d.at, d.count
	if i == len(src) {
		return d.unexpected(i)
	}
	c := src[i]
	switch {
	case d.want == wantMore && d.cur < 0:
		return fail(codes.JSONTrailingBytes, i, "more bytes after the document", "send one JSON value and nothing else")
	case d.want == wantMore && c == '}' && d.again == wantKey:
		return d.arrange(d.cur)
	case d.want == wantMore || d.want == wantColon:
		return d.unexpected(i)
	case d.prev == d.cur && d.want != wantValue && c == d.nodes[d.cur].kind.bracket():
		d.want = wantMore // of an empty container with white space in it
		return nil
	case int(n) == len(d.nodes):
		return d.grow()
	}

	p := &d.nodes[n]
	*p = node{start: int32(i), next: -1}
	var err *Error
	switch {
	case c == '"':
		p.kind = String
		i, err = d.readString(p, i)
	case d.want == wantKey:
		err = d.unexpected(i)
	case c == '-' || c-'0' <= 9:
		p.kind = Number
		i, err = d.readNumber(p, i)
	case c == '{' || c == '[':
		err = fail(codes.LimitJSONDepth, i, "arrays and objects nested more than "+itoa(MaxDepth)+" deep",
			"flatten the document")
	case c == 't':
		p.kind = True
		i, err = d.readWord("true", i)
	case c == 'f':
		p.kind = False
		i, err = d.readWord("false", i)
	case c == 'n':
		p.kind = Null
		i, err = d.readWord("null", i)
	default:
		err = d.unexpected(i)
	}
	if err != nil {
		return err
	}
	p.end = int32(i)
	d.at = i
	d.link(p, n)
	return nil
}

// link makes p, node n that was just read, a part of what it is in.
func (d *Doc) link(p *node, n Node) {
	d.count++
	if d.cur >= 0 {
		q := &d.nodes[d.cur]
		q.flags |= p.flags & loose
		if d.want == wantKey && d.prev != d.cur && compareUTF16(d.String(d.prev), d.String(n)) >= 0 {
			q.flags |= loose | unsorted
		}
		if d.want != wantValue {
			q.val++
			d.nodes[d.prev].next = n
			d.prev = n
		}
	}
	if d.want == wantKey {
		d.want = wantColon
	} else {
		d.want = wantMore
	}
}

// readWord reads the rest of true, false or null.
func (d *Doc) readWord(word string, i int) (int, *Error) {
	for j := 0; j < len(word); j++ {
		if i+j == len(d.src) || d.src[i+j] != word[j] {
			return 0, unexpected(d.src, i+j, "the word "+word)
		}
	}
	return i + len(word), nil
}

// grow makes room for more nodes.
func (d *Doc) grow() *Error {
	most := MaxValues * max(d.Times, 1)
	room := min(max(2*len(d.nodes), 64), most)
	if room == len(d.nodes) {
		return fail(codes.LimitJSONValues, d.at, "more than "+itoa(most)+" keys and values", "split the document")
	}
	nodes := make([]node, room)
	copy(nodes, d.nodes)
	d.nodes = nodes
	return nil
}

// unexpected is the error for a byte at i that is not what d wants.
func (d *Doc) unexpected(i int) *Error {
	empty := d.prev == d.cur
	expected := "a value"
	switch {
	case d.want == wantColon:
		expected = `":" after the key`
	case d.want == wantMore && d.again == wantKey:
		expected = `"," or "}" after the member`
	case d.want == wantMore:
		expected = `"," or "]" after the element`
	case d.want == wantKey && empty:
		expected = `a key in double quotes, or "}"`
	case d.want == wantKey:
		expected = "a key in double quotes"
	case d.want == wantElement && empty:
		expected = `a value, or "]"`
	}
	return unexpected(d.src, i, expected)
}

// blank marks the white space of JSON.
var blank = [' ' + 1]bool{' ': true, '\t': true, '\n': true, '\r': true}
