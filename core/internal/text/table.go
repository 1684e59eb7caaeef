package text

// This file unpacks the Unicode data of table_gen.go and looks code points up.

//go:generate go run gen/main.go -unicode /usr/share/unicode

import (
	"sync"
	"unicode/utf8"
)

// entry is what is known about one code point.
//
//	bit  31      30         26     25        24    20..5    4..0
//	     mapped  composite  joins  unbroken  word  offset   length    when mapped
//	                                               7..0 class         when not
//
// A mapped code point becomes runes[offset:][:length], decomposed; none of those
// is mapped itself. A composite is one that composing its parts gives again, so
// that it does occur in normalised text. Class is the canonical combining class.
type entry uint32

const (
	mapped    entry = 1 << 31
	composite entry = 1 << 30
	joins     entry = 1 << 26 // may be reordered with or composed to what precedes it
	unbroken  entry = 1 << 25 // word code point of a script without blanks
	word      entry = 1 << 24 // any other word code point

	entryProperties = joins | unbroken | word
	entryLength     = 1<<5 - 1
	entryOffset     = 1<<16 - 1 // after shifting by 5
	entryClass      = 1<<8 - 1
)

// ignored says whether the code point is taken out of a text.
func (e entry) ignored() bool { return e&(mapped|entryLength) == mapped }

// stable says whether the code point may occur in normalised text.
func (e entry) stable() bool { return e&mapped == 0 || e&composite != 0 }

const (
	blockBits = 7
	blockSize = 1 << blockBits

	blockCount = 303 // different ones; more would only make unpack allocate again
)

// data is the unpacked table: 220 KB, built when the first code point outside
// ASCII is met, so that a bundle without patterns, or texts in plain English
// alone, never pay for it (BenchmarkUnpack: 0.6 ms natively, 3 ms in V8).
type data struct {
	blocks [(utf8.MaxRune + 1) >> blockBits]uint16 // number of each block of code points
	// entries holds the blocks, equal neighbours once.
	entries []entry
	runes   []rune
	pairs   map[[2]rune]rune // canonical composition, Hangul left out
}

var tables = sync.OnceValue(unpack)

// at returns the entry of a code point, 0 where there is none.
func (d *data) at(r rune) entry {
	if uint32(r) > utf8.MaxRune {
		return 0
	}
	return d.entries[int(d.blocks[r>>blockBits])<<blockBits|int(r)&(blockSize-1)]
}

// expansion returns what a mapped code point becomes.
func (d *data) expansion(e entry) []rune {
	at := int(e >> 5 & entryOffset)
	return d.runes[at : at+int(e&entryLength)]
}

// numbers reads the varints of one column of table_gen.go.
type numbers string

func (n *numbers) next() int {
	s, v := *n, 0
	for i := 0; ; i++ {
		v |= int(s[i]&0x7F) << (7 * i)
		if s[i] < 0x80 {
			*n = s[i+1:]
			return v
		}
	}
}

// mappedRun walks through the mapped code points.
type mappedRun struct {
	count, gap, size, first, rest numbers
	left                          int // of the step under way
	skip, form, change            int // of the step under way
	distance                      int
	c                             rune // the code point reached
}

// next goes on to the next mapped code point and returns its entry, its runes
// appended to d.runes; past the last one, c is beyond all code points.
func (m *mappedRun) next(d *data) entry {
	if m.left == 0 {
		if m.count == "" {
			m.c = utf8.MaxRune + 1
			return 0
		}
		m.left, m.skip, m.form = m.count.next(), m.gap.next(), m.size.next()
		z := m.first.next()
		m.change = z>>1 ^ -(z & 1)
	}
	m.left--
	m.c += rune(m.skip) + 1
	n := m.form >> 1
	if n == 0 {
		return mapped
	}
	e := mapped | entry(len(d.runes))<<5 | entry(n)
	if m.form&1 != 0 {
		e |= composite
	}
	m.distance += m.change
	d.runes = append(d.runes, m.c+rune(m.distance))
	for range n - 1 {
		d.runes = append(d.runes, rune(m.rest.next()))
	}
	return e
}

func unpack() *data {
	d := &data{
		entries: make([]entry, 0, blockCount<<blockBits),
		runes:   make([]rune, 0, resultCount),
		pairs:   make(map[[2]rune]rune, compositeCount),
	}
	kept := make([]rune, 0, keptCount) // mapped, not ignored
	m := mappedRun{count: stepCount, gap: stepGap, size: stepSize, first: stepFirst, rest: restRunes, c: -1}
	next := m.next(d)
	length, bits, class := numbers(runLength), numbers(runBits), numbers(runClass)
	end, run := rune(0), entry(0)
	var block [blockSize]entry
	for c := rune(0); c <= utf8.MaxRune; {
		at := int(c) & (blockSize - 1)
		for c >= end {
			if length == "" {
				end, run = utf8.MaxRune+1, 0
				break
			}
			end += rune(length.next())
			run = entry(bits.next())<<24 | entry(class.next())
		}
		if whole := (min(end, m.c) - c) >> blockBits; at == 0 && whole > 0 {
			for i := range block {
				block[i] = run
			}
			d.store(c, &block)
			for i := range whole {
				d.blocks[c>>blockBits+i] = d.blocks[c>>blockBits]
			}
			c += whole << blockBits
			continue
		}
		block[at] = run
		if c == m.c {
			block[at] = next
			if !next.ignored() {
				kept = append(kept, c)
			}
			next = m.next(d)
		}
		if at == blockSize-1 {
			d.store(c, &block)
		}
		c++
	}
	// A mapped code point has the properties of the first it becomes.
	for _, c := range kept {
		e := &d.entries[int(d.blocks[c>>blockBits])<<blockBits|int(c)&(blockSize-1)]
		*e |= d.at(d.expansion(*e)[0]) & entryProperties
	}
	// A composite is the composition of all its parts but the last with the last,
	// so the short ones come first.
	for n := 2; n <= 4; n++ {
		for _, c := range kept {
			e := d.at(c)
			if parts := d.expansion(e); e&composite != 0 && len(parts) == n {
				front := parts[0]
				for _, r := range parts[1 : n-1] {
					front = d.pairs[[2]rune{front, r}]
				}
				d.pairs[[2]rune{front, parts[n-1]}] = c
			}
		}
	}
	return d
}

// store keeps the block that c lies in.
func (d *data) store(c rune, block *[blockSize]entry) {
	if n := len(d.entries); n == 0 || [blockSize]entry(d.entries[n-blockSize:]) != *block {
		d.entries = append(d.entries, block[:]...)
	}
	d.blocks[c>>blockBits] = uint16(len(d.entries)/blockSize - 1)
}
