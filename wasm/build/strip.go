package main

// This file takes out of a linked module what only a traceback reads.
//
// The linker's -s and -w leave three things in the data of a Go module that no
// decision ever touches, a third of what a browser downloads:
//
//   - names of functions and files, and the line of every instruction;
//   - trees of inlined calls, and how to print arguments;
//   - a header for every run of data between eight zeros, forty thousand of them.
//
// What the garbage collector and panics need (stack sizes, stack maps, deferred
// calls) stays as it is. A traceback of the stripped module has no names; build
// with -strip=false to see them. The layout is that of runtime.pcHeader,
// moduledata and _func of the pinned toolchain ($GOROOT/src/runtime/symtab.go,
// runtime2.go); anything else is refused, never guessed.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"sort"
)

// Indices of tables that a function has, from internal/abi/symtab.go.
const (
	pcInlTree    = 2
	pcArgLive    = 3
	dataInlTree  = 3
	dataArgInfo  = 5
	dataArgLive  = 6
	noData       = 1<<32 - 1
	funcHeader   = 44 // bytes of runtime._func before its tables
	inlinedBytes = 16 // bytes of runtime.inlinedCall
	sectionData  = 11
)

// strip returns the module without what only tracebacks read.
func strip(module []byte) ([]byte, error) {
	if len(module) < 8 || string(module[:4]) != "\x00asm" {
		return nil, errors.New("not a WebAssembly module")
	}
	out := append([]byte(nil), module[:8]...)
	for rest := module[8:]; len(rest) > 0; {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || uint64(len(rest)) < uint64(1+n)+size {
			return nil, errors.New("a section is cut short")
		}
		body := rest[1+n : 1+n+int(size)]
		rest = rest[1+n+int(size):]
		if id == sectionData {
			base, data, err := readData(body)
			if err != nil {
				return nil, err
			}
			if err := stripTables(base, data); err != nil {
				return nil, err
			}
			body = appendData(base, data)
		}
		out = append(out, id)
		out = binary.AppendUvarint(out, uint64(len(body)))
		out = append(out, body...)
	}
	return out, nil
}

// readData joins all data segments to one image of memory from base on.
func readData(b []byte) (base int, image []byte, err error) {
	cut := errors.New("the data section is not as the linker writes it")
	count, n := binary.Uvarint(b)
	if n <= 0 || count == 0 {
		return 0, nil, cut
	}
	b = b[n:]
	type segment struct {
		at   int
		data []byte
	}
	var list []segment
	for range count {
		if len(b) < 3 || b[0] != 0 || b[1] != 0x41 { // memory 0, i32.const
			return 0, nil, cut
		}
		at, n := signed(b[2:])
		b = b[2+n:]
		if n == 0 || len(b) < 2 || b[0] != 0x0b { // end
			return 0, nil, cut
		}
		size, n := binary.Uvarint(b[1:])
		if n <= 0 || uint64(len(b)) < uint64(1+n)+size {
			return 0, nil, cut
		}
		list = append(list, segment{at, b[1+n : 1+n+int(size)]})
		b = b[1+n+int(size):]
	}
	sort.Slice(list, func(i, j int) bool { return list[i].at < list[j].at })
	base = list[0].at
	for _, s := range list {
		if s.at < base+len(image) {
			return 0, nil, cut
		}
		image = append(image, make([]byte, s.at-base-len(image))...)
		image = append(image, s.data...)
	}
	return base, image, nil
}

// appendData writes the image as few segments: a new one where there are so many
// zeros that a header is shorter even uncompressed.
func appendData(base int, image []byte) []byte {
	const gap = 4096
	type segment struct{ from, to int }
	var list []segment
	for i := 0; i < len(image); {
		if image[i] == 0 {
			i++
			continue
		}
		end := i
		for j := i; j < len(image) && j-end <= gap; j++ {
			if image[j] != 0 {
				end = j + 1
			}
		}
		list = append(list, segment{i, end})
		i = end
	}
	out := binary.AppendUvarint(nil, uint64(len(list)))
	for _, s := range list {
		out = append(out, 0, 0x41)
		out = appendSigned(out, base+s.from)
		out = append(out, 0x0b)
		out = binary.AppendUvarint(out, uint64(s.to-s.from))
		out = append(out, image[s.from:s.to]...)
	}
	return out
}

// tables are where the linker has put, in an image of memory, what tracebacks read: offsets into the image.
type tables struct {
	image     []byte
	functions int // how many
	names     int
	pcs       int
	table     int // of functions
	gofunc    int // data of functions
}

func (t *tables) word(at int) int      { return int(binary.LittleEndian.Uint64(t.image[at:])) }
func (t *tables) half(at int) uint32   { return binary.LittleEndian.Uint32(t.image[at:]) }
func (t *tables) put(at int, v uint32) { binary.LittleEndian.PutUint32(t.image[at:], v) }

// findTables finds them in the image of memory that begins at base.
func findTables(base int, image []byte) (*tables, error) {
	header := bytes.Index(image, []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8})
	if header < 0 {
		return nil, errors.New("no table of functions as Go 1.20 and later write it")
	}
	t := &tables{image: image}
	place := func(word int) int { return header + t.word(header+8*word) }
	units, files := place(5), place(6)
	t.functions, t.names, t.pcs, t.table = t.word(header+8), place(4), place(7), place(8)
	order := []int{header, t.names, units, files, t.pcs, t.table, len(image)}
	if !slices.IsSorted(order) || len(slices.Compact(order)) < 7 {
		return nil, errors.New("the table of functions has another layout")
	}

	// moduledata begins with the address of the header, then that of the names.
	var start [16]byte
	binary.LittleEndian.PutUint64(start[:], uint64(base+header))
	binary.LittleEndian.PutUint64(start[8:], uint64(base+t.names))
	module := bytes.Index(image, start[:])
	if module < 0 {
		return nil, errors.New("no moduledata")
	}
	// pcHeader, five slices of three words, ftab, then findfunctab and on to gofunc.
	const gofuncWord = 1 + 6*3 + 1 + 2 + 2 + 8 + 2 + 3 + 2 + 1
	t.gofunc = t.word(module+8*gofuncWord) - base
	end := t.word(module+8*(gofuncWord+1)) - base
	if t.gofunc <= 0 || t.gofunc >= len(image) || end <= t.table || end > len(image) {
		return nil, errors.New("moduledata has another layout")
	}
	return t, nil
}

// stripTables zeroes, in the image of memory that begins at base, what only tracebacks read.
func stripTables(base int, image []byte) error {
	t, err := findTables(base, image)
	if err != nil {
		return err
	}
	u := used{keep: make([]bool, t.table-t.pcs), read: map[int]bool{}}
	for i := range t.functions {
		t.stripFunction(t.table+int(t.half(t.table+8*i+4)), &u)
	}
	for i, k := range u.keep {
		if !k {
			image[t.pcs+i] = 0
		}
	}
	clear(image[t.names:t.pcs])
	for _, b := range u.drop {
		if !u.read[b.at] {
			clear(image[b.at : b.at+b.size])
		}
	}
	return nil
}

// used is what the functions so far still need, and what they do not.
type used struct {
	keep []bool       // bytes of pctab that are read
	read map[int]bool // data of functions that is read
	drop []block      // data of functions that only tracebacks read
}

type block struct{ at, size int }

// stripFunction takes out of the function at f what only tracebacks read.
func (t *tables) stripFunction(f int, u *used) {
	pcdata, count := f+funcHeader, int(t.half(f+28))
	funcdata, depth := pcdata+4*count, -1
	for k := range count {
		at := int(t.half(pcdata + 4*k))
		if at == 0 {
			continue
		}
		end, most := pcTable(t.image, t.pcs+at)
		switch k {
		case pcInlTree:
			depth = most
			t.put(pcdata+4*k, 0)
		case pcArgLive:
			t.put(pcdata+4*k, 0)
		default:
			mark(u.keep, at, end-t.pcs)
		}
	}
	if at := int(t.half(f + 16)); at != 0 { // pcsp
		end, _ := pcTable(t.image, t.pcs+at)
		mark(u.keep, at, end-t.pcs)
	}
	for k := range int(t.image[f+43]) {
		at := t.half(funcdata + 4*k)
		if at == noData {
			continue
		}
		where := t.gofunc + int(at)
		switch k {
		case dataInlTree:
			u.drop = append(u.drop, block{where, inlinedBytes * (depth + 1)})
		case dataArgInfo:
			size := bytes.IndexByte(t.image[where:], 0xff) // the sequence's end
			u.drop = append(u.drop, block{where, size + 1})
		case dataArgLive:
		default:
			u.read[where] = true
			continue
		}
		t.put(funcdata+4*k, noData)
	}
	t.put(f+4, 0)  // nameOff: "", the name at 0
	t.put(f+20, 0) // pcfile
	t.put(f+24, 0) // pcln
	t.put(f+32, 0) // cuOffset
	t.put(f+36, 0) // startLine
}

func mark(keep []bool, from, to int) {
	for i := from; i < to; i++ {
		keep[i] = true
	}
}

// pcTable returns the end of the table at i, and the largest value in it.
// A table is pairs of a value's and a pc's difference; a zero ends it.
func pcTable(b []byte, i int) (end, most int) {
	most = -1
	for value, first := -1, true; ; first = false {
		if b[i] == 0 && !first {
			return i + 1, most
		}
		u, n := binary.Uvarint(b[i:])
		i += n
		value += int(int32(uint32(u)>>1) ^ -int32(u&1))
		most = max(most, value)
		_, n = binary.Uvarint(b[i:])
		i += n
	}
}

// signed reads a signed LEB128 number, appendSigned writes one.
func signed(b []byte) (v, n int) {
	for shift := uint(0); n < len(b) && n < 10; shift += 7 {
		c := b[n]
		n++
		v |= int(c&0x7f) << shift
		if c < 0x80 {
			if c&0x40 != 0 {
				v |= -1 << (shift + 7)
			}
			return v, n
		}
	}
	return 0, 0
}

func appendSigned(b []byte, v int) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}
