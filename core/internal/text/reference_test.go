package text

// This file is a second, plain way to the same answers, written from doc.go
// with other tables: the tests' oracle.

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ignorable is the property Default_Ignorable_Code_Point, as
// DerivedCoreProperties.txt derives it.
func ignorable(r rune) bool {
	switch {
	case unicode.Is(unicode.White_Space, r), 0xFFF9 <= r && r <= 0xFFFB, 0x13430 <= r && r <= 0x13440,
		unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func dropIgnorable(s string) string {
	return strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, s)
}

const (
	singleQuotes = "`´ʹʻʼʽˈˊˋ՚׳ߴߵ‘’‚‛′‵‹›❛❜❟ꞌ"
	doubleQuotes = "ʺˮ״«»“”„‟″‶❝❞❠⹂〝〞〟\U0001F676\U0001F677\U0001F678"
)

func unify(r rune) rune {
	switch {
	case strings.ContainsRune(singleQuotes, r):
		return '\''
	case strings.ContainsRune(doubleQuotes, r):
		return '"'
	case unicode.Is(unicode.Dash, r), r == '˗', r == '⁃':
		return '-'
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// foldCase is full case folding. Package cases leaves small Cherokee letters as
// they are, which CaseFolding.txt folds to the capitals.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cherokee, r) {
			return unicode.ToUpper(r)
		}
		return r
	}, caser.String(s))
}

var caser = cases.Fold()

// replacements remembers what replaced has worked out, which is slow.
var replacements sync.Map

func replaced(r rune) string {
	if s, ok := replacements.Load(r); ok {
		return s.(string)
	}
	s := replacement(r)
	replacements.Store(r, s)
	return s
}

// replacement is steps 2 and 3 of doc.go for one code point, and decomposed again.
func replacement(r rune) string {
	var out strings.Builder
	for _, part := range norm.NFD.String(string(r)) {
		if u := unify(part); u != part {
			out.WriteRune(u)
			continue
		}
		if part == ypogegrammeni {
			out.WriteRune(part)
			continue
		}
		s := string(part)
		for {
			folded := dropIgnorable(norm.NFKC.String(foldCase(norm.NFKC.String(foldCase(norm.NFD.String(s))))))
			if folded == s {
				break
			}
			s = folded
		}
		out.WriteString(strings.Map(unify, norm.NFD.String(s)))
	}
	return out.String()
}

// raw is the normal form before blanks are collapsed.
func raw(s string) string {
	var b strings.Builder
	for _, r := range dropIgnorable(s) {
		b.WriteString(replaced(r))
	}
	ordered := norm.NFD.String(b.String())
	return norm.NFC.String(strings.ReplaceAll(ordered, "\u0345", "ι"))
}

func reference(s string) string {
	return strings.Join(strings.FieldsFunc(raw(s), func(r rune) bool { return r == ' ' }), " ")
}

// longMarks says whether a text has so many marks in a row that package norm
// would put U+034F between them, which the Unicode Standard's normal forms do not.
func longMarks(s string) bool {
	n := 0
	for _, r := range raw(s) {
		for _, d := range norm.NFD.String(string(r)) {
			if norm.NFD.PropertiesString(string(d)).CCC() == 0 {
				n = 0
			} else if n++; n > 20 {
				return true
			}
		}
	}
	return false
}

// owned is a code point of the normal form and where it came from.
type owned struct {
	r    rune
	from Span
}

// owners is the normal form of a text with the origin of each code point.
func owners(s string) []owned {
	type chunk struct {
		text string
		from Span
	}
	var chunks []chunk
	at := 0
	for _, r := range s {
		start := at
		at += utf16Length(string(r))
		if ignorable(r) {
			continue
		}
		if n := len(chunks); n > 0 && !norm.NFC.PropertiesString(replaced(r)).BoundaryBefore() {
			chunks[n-1].text += string(r)
			chunks[n-1].from.End = at
		} else {
			chunks = append(chunks, chunk{string(r), Span{start, at}})
		}
	}
	var all []owned
	for _, c := range chunks {
		for _, r := range raw(c.text) {
			if n := len(all); r == ' ' && n > 0 && all[n-1].r == ' ' {
				all[n-1].from.End = c.from.End
			} else {
				all = append(all, owned{r, c.from})
			}
		}
	}
	if len(all) > 0 && all[0].r == ' ' {
		all = all[1:]
	}
	if n := len(all); n > 0 && all[n-1].r == ' ' {
		all = all[:n-1]
	}
	return all
}

func referenceKind(r rune) kind {
	switch {
	case r != '_' && !unicode.In(r, unicode.L, unicode.M, unicode.N):
		return kindOther
	// Of no script of their own, used with these only: ScriptExtensions.txt.
	case strings.ContainsRune("〆〼ー\u302a\u302b\u302c\u302d\u3099\u309a〱〲〳〴〵", r), 0x1D360 <= r && r <= 0x1D371:
		return kindUnbroken
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Yi,
		unicode.Tangut, unicode.Nushu, unicode.Khitan_Small_Script, unicode.Thai, unicode.Lao, unicode.Khmer,
		unicode.Myanmar, unicode.Ahom, unicode.Tai_Le, unicode.New_Tai_Lue, unicode.Tai_Tham, unicode.Tai_Viet,
		unicode.Javanese, unicode.Balinese, unicode.Tibetan):
		return kindUnbroken
	}
	return kindWord
}

// naive finds phrases by comparing each with the text at each place.
func naive(phrases []string, s string) []Span {
	text := owners(s)
	edge := func(i int) bool {
		return i == 0 || i == len(text) || referenceKind(text[i-1].r) != kindWord || referenceKind(text[i].r) != kindWord
	}
	var found []Span
	for _, p := range phrases {
		phrase := []rune(reference(p))
		for i := 0; i+len(phrase) <= len(text) && len(phrase) > 0; i++ {
			same := edge(i) && edge(i+len(phrase))
			for j := 0; same && j < len(phrase); j++ {
				same = text[i+j].r == phrase[j]
			}
			if same {
				found = append(found, Span{i, i + len(phrase)})
			}
		}
	}
	// Merged among the code points of the normal form first, then in the original.
	found = joined(found)
	for i, f := range found {
		found[i] = Span{text[f.Start].from.Start, text[f.End-1].from.End}
	}
	found = joined(found)
	return found[:min(len(found), MaxSpans)]
}

func joined(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	out := []Span{}
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}
