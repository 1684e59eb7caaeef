package text

// This file brings a text into its normal form; doc.go says which that is.
//
// A text is cut into segments: a code point and everything that may be put into
// another order or composed with it. In
//
//	c  a  f  e  U+200B U+0301  ␠  ␠
//	└┘ └┘ └┘ └───────────────┘ └┘ └┘
//
// the e, a zero-width space and an acute accent are one segment, which becomes
// the single code point é. Segments do not influence each other, so each is
// normalised on its own, and what came out of one is traced back to all of it.
// Only blanks reach across: of several in a row one is written, and only when
// something else follows.

import (
	"sort"
	"unicode/utf8"
)

const (
	ypogegrammeni      = 0x345 // a mark, class 240, that becomes the letter ι
	ypogegrammeniClass = 240

	// Hangul syllables are composed by arithmetic: Unicode Standard, section 3.12.
	hangulS, hangulL, hangulV, hangulT = 0xAC00, 0x1100, 0x1161, 0x11A7
	countL, countV, countT             = 19, 21, 28
	countS                             = countL * countV * countT
)

// asciiFolded is what each ASCII byte becomes when no mark follows it.
var asciiFolded = func() (t [utf8.RuneSelf]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	t['\t'], t['\n'], t['\v'], t['\f'], t['\r'], t['`'] = ' ', ' ', ' ', ' ', ' ', '\''
	return t
}()

// part is a code point in work, its canonical combining class above bit 24.
type part uint32

const partClass = 24

func (p part) rune() rune { return rune(p & (1<<partClass - 1)) }

// Normalise returns the normal form of s, valid UTF-8. An invalid byte in s
// becomes U+FFFD.
func Normalise(s string) string {
	var f folder
	return string(f.fold(nil, s))
}

// folder normalises; it keeps the parts of a segment between uses.
type folder struct {
	parts []part
}

// fold appends the normal form of src to dst.
func (f *folder) fold(dst []byte, src string) []byte {
	begin, blank := len(dst), false
	for i := 0; i < len(src); {
		if plainAt(src, i) {
			c := asciiFolded[src[i]]
			i++
			if c == ' ' {
				blank = true
				continue
			}
			if blank && len(dst) > begin {
				dst = append(dst, ' ')
			}
			blank = false
			dst = append(dst, c)
			continue
		}
		i = f.segment(src, i).next
		for _, p := range f.parts {
			r := p.rune()
			if r == ' ' {
				blank = true
				continue
			}
			if blank && len(dst) > begin {
				dst = append(dst, ' ')
			}
			blank = false
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// plainAt says whether the byte at i is a segment of its own that asciiFolded
// decides: ASCII, with ASCII or nothing behind it.
func plainAt(src string, i int) bool {
	return src[i] < utf8.RuneSelf && (i+1 == len(src) || src[i+1] < utf8.RuneSelf)
}

// segment is where one lies in the source, in bytes: from the first to the last
// code point that counts, and where to go on (ignored ones follow end).
type segment struct{ start, end, next int }

// segment reads the segment that begins at i, or after ignored code points
// there, and leaves its normal form in f.parts: none where only ignored code
// points were left. White space is left there as ' '.
func (f *folder) segment(src string, i int) segment {
	d := tables()
	f.parts = f.parts[:0]
	s := segment{start: i, end: i}
	count, first, firstEntry := 0, rune(0), entry(0)
	for i < len(src) {
		r, size := rune(src[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(src[i:])
		}
		e := d.at(r)
		if e.ignored() {
			i += size
			continue
		}
		if count > 0 && e&joins == 0 {
			break
		}
		if count == 0 {
			s.start, first, firstEntry = i, r, e
		} else {
			if count == 1 {
				f.take(d, first, firstEntry)
			}
			f.take(d, r, e)
		}
		count++
		i += size
		s.end = i
	}
	s.next = i
	switch {
	case count == 0:
	case count == 1 && firstEntry&joins == 0 && firstEntry.stable():
		f.parts = append(f.parts, part(first)) // as it is: most of any text
	default:
		if count == 1 {
			f.take(d, first, firstEntry)
		}
		f.order()
		f.compose(d)
	}
	return s
}

// take appends the decomposed parts of a code point.
func (f *folder) take(d *data, r rune, e entry) {
	if e&mapped == 0 {
		if s := r - hangulS; 0 <= s && s < countS {
			f.parts = append(f.parts, part(hangulL+s/(countV*countT)), part(hangulV+s%(countV*countT)/countT))
			if s%countT != 0 {
				f.parts = append(f.parts, part(hangulT+s%countT))
			}
			return
		}
		f.parts = append(f.parts, part(e&entryClass)<<partClass|part(r))
		return
	}
	for _, r := range d.expansion(e) {
		f.parts = append(f.parts, part(d.at(r)&entryClass)<<partClass|part(r))
	}
}

// byClass sorts marks by their class.
type byClass []part

func (s byClass) Len() int           { return len(s) }
func (s byClass) Less(i, j int) bool { return s[i]>>partClass < s[j]>>partClass }
func (s byClass) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// order sorts each run of marks by class, equal ones staying as they are. The
// sort is n log² n, so that a text of nothing but marks takes no quadratic time.
func (f *folder) order() {
	for i := 0; i < len(f.parts); {
		j, sorted := i+1, true
		if f.parts[i]>>partClass != 0 {
			for ; j < len(f.parts) && f.parts[j]>>partClass != 0; j++ {
				sorted = sorted && f.parts[j-1]>>partClass <= f.parts[j]>>partClass
			}
		}
		if !sorted {
			sort.Stable(byClass(f.parts[i:j]))
		}
		i = j
	}
	for i, p := range f.parts {
		if p == ypogegrammeniClass<<partClass|ypogegrammeni {
			f.parts[i] = 'ι'
		}
	}
}

// compose joins parts that are in canonical order: a mark with the last starter
// unless another of the same class is between them, and a starter with the
// one directly before it.
func (f *folder) compose(d *data) {
	starter, last, n := -1, part(0), 0
	for _, p := range f.parts {
		class := p >> partClass
		if starter >= 0 && (n == starter+1 || last < class) {
			if c, ok := d.composition(f.parts[starter].rune(), p.rune()); ok {
				f.parts[starter] = part(c)
				continue
			}
		}
		if class == 0 {
			starter = n
		}
		last = class
		f.parts[n] = p
		n++
	}
	f.parts = f.parts[:n]
}

// composition returns the primary composite of two code points.
func (d *data) composition(a, b rune) (rune, bool) {
	if v := b - hangulV; 0 <= v && v < countV {
		if l := a - hangulL; 0 <= l && l < countL {
			return hangulS + (l*countV+v)*countT, true
		}
		return 0, false
	}
	if t := b - hangulT; 0 < t && t < countT {
		if s := a - hangulS; 0 <= s && s < countS && s%countT == 0 {
			return a + t, true
		}
		return 0, false
	}
	c, ok := d.pairs[[2]rune{a, b}]
	return c, ok
}
