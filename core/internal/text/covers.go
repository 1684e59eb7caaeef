package text

// This file compares two texts by their words, so that a mark more, a word put in or
// another order of them makes no other text.
//
//	text    "New: a CLUB — or a school!"   a club new or school
//	other   "A club, or a park?"           a club or park        3 of its 4: 75
//
// Words are told apart by 64 bits of their hash (FNV-1a, the same on every engine). Who
// finds two words of one hash makes texts more alike, never less.

import (
	"sort"
	"unicode/utf8"
)

// Covers is how many of a hundred of other's words are among those of text: each word
// of other counts once, however often it is there, and the share is rounded down. What
// is between words counts for nothing. It is 0 where other has no word.
func Covers(text, other string) int {
	var f folder
	buf := f.fold(nil, text)
	all := words(buf)
	few := words(f.fold(buf[:0], other))
	if len(few) == 0 {
		return 0
	}
	found, i := 0, 0
	for _, w := range few {
		for i < len(all) && all[i] < w {
			i++
		}
		if i < len(all) && all[i] == w {
			found++
		}
	}
	return 100 * found / len(few)
}

// words lists the hashes of a normalised text's words, sorted, each once; word.go says
// where words begin and end.
func words(s []byte) []uint64 {
	const basis, prime = 0xcbf29ce484222325, 0x100000001b3
	list := make([]uint64, 0, len(s)/4+1)
	hash := uint64(basis) // of the word under way, which is not empty where it is not basis
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(s[i:])
		}
		k := kindOf(r)
		if k != kindWord && hash != basis {
			list, hash = append(list, hash), basis
		}
		if k != kindOther {
			for _, b := range s[i : i+n] {
				hash = (hash ^ uint64(b)) * prime
			}
		}
		if k == kindUnbroken {
			list, hash = append(list, hash), basis
		}
		i += n
	}
	if hash != basis {
		list = append(list, hash)
	}
	sort.Sort(hashes(list))
	n := 0
	for _, w := range list {
		if n == 0 || list[n-1] != w {
			list[n] = w
			n++
		}
	}
	return list[:n]
}

// hashes are sorted by way of sort.Sort, which the module has in it already.
type hashes []uint64

func (h hashes) Len() int           { return len(h) }
func (h hashes) Less(i, j int) bool { return h[i] < h[j] }
func (h hashes) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
