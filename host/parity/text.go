package parity

// This file makes texts: plain, odd, and with words of the patterns written so that
// only a reader who normalises finds them.

import (
	"strings"
	"unicode/utf8"
)

// lexicon are the words of patterns and of texts.
var lexicon = []string{"go away", "urgent", "you should choose", "straße", "Ελλάδα", "naïve", "delete all", "now",
	"oui ou non", "100%"}

// odd are texts at the edges of Unicode, JSON and CEL.
var odd = []string{"", " ", "\u0000", "\n\t", "\"\\", "😀", "e\u0301", "\u200b", "\ufeffx", "ﬁ", "İ", "ß", "\u2028",
	"{}", "$1", "ＡＢＣ", "a\u00adb", "٣"}

// text makes a text of at most limit bytes.
func (r *Rand) text(limit int) string {
	var b strings.Builder
	for range 1 + r.N(4) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		switch r.N(6) {
		case 0:
			b.WriteString(pick(r, odd))
		case 1, 2:
			b.WriteString(r.hide(pick(r, lexicon)))
		default:
			b.WriteString(pick(r, []string{"a", "please", "the plan", "x1", "request", "maybe"}))
		}
	}
	s := b.String()
	for len(s) > limit {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// hide writes a phrase in another way that means the same to a person.
func (r *Rand) hide(s string) string {
	switch r.N(7) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return strings.ReplaceAll(s, " ", "  ")
	case 2:
		return strings.ReplaceAll(s, "o", "o\u200b")
	case 3:
		return strings.Map(func(c rune) rune {
			if c > ' ' && c < 0x7f {
				return c + 0xfee0 // full-width
			}
			return c
		}, s)
	case 4:
		return strings.ReplaceAll(s, " ", "\u00a0")
	case 5:
		return s + "ly" // no hit any more: the word goes on
	}
	return s
}
