package text

// This file says where words begin and end.

import "unicode/utf8"

// kind sorts code points for word boundaries.
type kind uint8

const (
	kindOther    kind = iota // blanks, punctuation, symbols, the ends of the text
	kindWord                 // letters, numbers, marks, the underscore
	kindUnbroken             // the same, of a script written without blanks
)

func kindOf(r rune) kind {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || r == '_' {
			return kindWord
		}
		return kindOther
	}
	switch e := tables().at(r); {
	case e&word != 0:
		return kindWord
	case e&unbroken != 0:
		return kindUnbroken
	}
	return kindOther
}

// boundary says whether a word may begin or end in front of the byte at, in a
// normalised text.
func boundary(text string, at int) bool {
	if at == 0 || at == len(text) {
		return true
	}
	before, after := rune(text[at-1]), rune(text[at])
	if before >= utf8.RuneSelf {
		before, _ = utf8.DecodeLastRuneInString(text[:at])
	}
	if kindOf(before) != kindWord {
		return true
	}
	if after >= utf8.RuneSelf {
		after, _ = utf8.DecodeRuneInString(text[at:])
	}
	return kindOf(after) != kindWord
}
