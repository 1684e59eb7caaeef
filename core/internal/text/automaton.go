package text

// This file finds phrases: an Aho-Corasick automaton, unrolled into one table.
//
// For the phrases "he", "she" and "his" the trie is
//
//	0 ─h─▶ 1 ─e─▶ 2*        a state is what has been read of some phrase;
//	│      └─i─▶ 6 ─s─▶ 7*   when no edge fits, the longest suffix of it that
//	└─s─▶ 3 ─h─▶ 4 ─e─▶ 5*   is a state goes on: after "sh" that is "h"
//
// The detour over suffixes is worked out beforehand, so that next[state][class]
// is always the state after one more byte: the search reads each byte once and
// does two look-ups. Bytes that no phrase has share class 0, which makes rows as
// short as the phrases' alphabet.
//
// A phrase counts between word boundaries only. What is to the right of a
// match is seen when it is found. What is to its left is known beforehand
// for a phrase that is a proper suffix of the state, since the state spells it
// out, so of those only the longest one between boundaries is kept per state.
// Shorter ones lie inside it and would be merged with it anyway. Therefore a
// state has at most two matches to look at and the search is linear, whatever
// the phrases are.

type automaton struct {
	class [256]uint8 // of each byte; 0 is in no phrase
	width int        // number of classes
	next  []uint16   // next[state*width+class]
	match []match    // of each state
}

// match says which phrases end where a state is reached.
type match struct {
	whole  uint16 // length of the phrase that is the whole state; 0 is none
	suffix uint16 // of the longest proper suffix that is a phrase and begins at a boundary; 0 is none
}

// origin is a phrase that a state is the beginning of: its first bytes.
type origin struct {
	phrase int32
	depth  uint16
}

// newAutomaton builds the automaton of normalised phrases, none of them empty.
// It returns false where MaxStates or MaxAutomatonBytes would be exceeded.
func newAutomaton(phrases []string) (*automaton, bool) {
	a := &automaton{width: 1}
	for _, p := range phrases {
		for i := range len(p) {
			if c := &a.class[p[i]]; *c == 0 {
				*c = uint8(a.width) // UTF-8 has 243 bytes, so a class fits
				a.width++
			}
		}
	}
	// The trie, in the table itself: 0 is no edge, since no edge leads to the root.
	// Each state remembers a phrase it is the beginning of.
	from := []origin{{}}
	a.next, a.match = make([]uint16, a.width), make([]match, 1)
	for n, p := range phrases {
		s := 0
		for i := range len(p) {
			edge := s*a.width + int(a.class[p[i]])
			if a.next[edge] == 0 {
				if len(a.match) == MaxStates || 2*(len(a.next)+a.width) > MaxAutomatonBytes {
					return nil, false
				}
				a.next[edge] = uint16(len(a.match))
				a.next = append(a.next, make([]uint16, a.width)...)
				a.match = append(a.match, match{})
				from = append(from, origin{int32(n), uint16(i + 1)})
			}
			s = int(a.next[edge])
		}
		a.match[s].whole = uint16(len(p))
	}
	a.complete(phrases, from)
	return a, true
}

// complete turns the trie into an automaton; from is the phrase that each state begins.
func (a *automaton) complete(phrases []string, from []origin) {
	// Breadth first, so that the row of a suffix is complete before it is copied.
	// suffix[s] is the longest proper suffix of s that is a state, phrase[s] the
	// longest that is a phrase; 0 is none.
	suffix, phrase := make([]uint16, len(a.match)), make([]uint16, len(a.match))
	queue := make([]uint16, 1, len(a.match))
	for head := 0; head < len(queue); head++ {
		s := int(queue[head])
		row, shorter := a.next[s*a.width:][:a.width], a.next[int(suffix[s])*a.width:][:a.width]
		for c, to := range row {
			if to == 0 {
				row[c] = shorter[c]
				continue
			}
			queue = append(queue, to)
			if s != 0 {
				suffix[to] = shorter[c]
			}
			u := suffix[to]
			if a.match[u].whole != 0 {
				phrase[to] = u
			} else {
				phrase[to] = phrase[u]
			}
			if p := phrase[to]; p != 0 {
				text, length := phrases[from[to].phrase][:from[to].depth], a.match[p].whole
				if boundary(text, len(text)-int(length)) {
					a.match[to].suffix = length
				} else {
					a.match[to].suffix = a.match[p].suffix
				}
			}
		}
	}
}

// find appends where a normalised text has phrases to found, sorted, those that
// overlap merged; with first, it stops after one.
func (a *automaton) find(text string, found []stretch, first bool) []stretch {
	begin, s := len(found), 0
	for i := range len(text) {
		s = int(a.next[s*a.width+int(a.class[text[i]])])
		m := a.match[s]
		if m == (match{}) {
			continue
		}
		end := i + 1
		if !boundary(text, end) {
			continue
		}
		start := end - int(m.whole)
		if m.whole == 0 || !boundary(text, start) {
			if m.suffix == 0 {
				continue
			}
			start = end - int(m.suffix)
		}
		if first {
			return append(found, stretch{start, end})
		}
		for len(found) > begin && found[len(found)-1].end > start {
			start = min(start, found[len(found)-1].start)
			found = found[:len(found)-1]
		}
		found = append(found, stretch{start, end})
	}
	return found
}
