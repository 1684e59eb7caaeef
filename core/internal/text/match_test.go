package text

// This file checks what is found and where.

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func set(t testing.TB, patterns ...Pattern) *Set {
	t.Helper()
	s, err := Compile(patterns)
	if err != nil {
		t.Fatalf("Compile(%+q): pattern %d: %s: %s", patterns, err.Index, err.Code, err.Message)
	}
	return s
}

func phrases(list ...string) []Pattern {
	var out []Pattern
	for _, p := range list {
		out = append(out, Pattern{Phrase: p})
	}
	return out
}

func TestMatches(t *testing.T) {
	f, err := os.Open("testdata/matches.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var patterns []Pattern
	var m Matcher
	open := false // the block's patterns are being read
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		where := "testdata/matches.txt:" + strconv.Itoa(n)
		verb, rest, _ := strings.Cut(line, " ")
		quoted, err := strconv.QuotedPrefix(strings.TrimLeft(rest, " "))
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		value, _ := strconv.Unquote(quoted)
		want := strings.Fields(strings.TrimLeft(rest, " ")[len(quoted):])
		switch verb {
		case "phrase", "regex":
			if !open {
				patterns, open = nil, true
			}
			if verb == "phrase" {
				patterns = append(patterns, Pattern{Phrase: value})
			} else {
				patterns = append(patterns, Pattern{Regex: value})
			}
			continue
		case "hit":
			if len(want) == 0 {
				t.Errorf("%s: a hit has spans", where)
			}
		case "miss":
			if len(want) != 0 {
				t.Errorf("%s: a miss has no spans", where)
			}
		default:
			t.Fatalf("%s: %q", where, verb)
		}
		open = false
		s := set(t, patterns...)
		var got []string
		for _, sp := range m.Find(s, value, nil) {
			got = append(got, fmt.Sprintf("%d-%d", sp.Start, sp.End))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s %+q: found %v, want %v", where, verb, value, got, want)
		}
		if hits := m.Hits(s, value); hits != (verb == "hit") {
			t.Errorf("%s: %s %+q: Hits is %v", where, verb, value, hits)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestRandomPhrases(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	// Few letters, so that phrases overlap and nest; and all that is special.
	small := []rune("aab  .-가漢\u0301\u200bA😀")
	text := func(letters []rune, n int) string {
		var b strings.Builder
		for range rnd.IntN(n) {
			b.WriteRune(letters[rnd.IntN(len(letters))])
		}
		return b.String()
	}
	for n := range 30_000 {
		letters := small
		if n%3 == 0 {
			letters = alphabet
		}
		var list []string
		for range 1 + rnd.IntN(8) {
			if p := text(letters, 6); Normalise(p) != "" {
				list = append(list, p)
			}
		}
		checkFind(t, list, "", text(letters, 40))
	}
}

// checkFind compares Find with the naive search, and checks what holds of every answer.
func checkFind(t *testing.T, list []string, regex, s string) {
	t.Helper()
	patterns := phrases(list...)
	if regex != "" {
		patterns = append(patterns, Pattern{Regex: regex})
	}
	compiled, err := Compile(patterns)
	if err != nil {
		return
	}
	var m Matcher
	got := m.Find(compiled, s, nil)
	if hits := m.Hits(compiled, s); hits != (len(got) > 0) {
		t.Fatalf("%+q %+q in %+q: Hits is %v, Find is %v", list, regex, s, hits, got)
	}
	last := 0
	for _, sp := range got {
		if sp.Start < last || sp.End < sp.Start || sp.End > utf16Length(s) || sp.Start == sp.End && len(got) > 1 {
			t.Fatalf("%+q %+q in %+q: spans %v", list, regex, s, got)
		}
		last = sp.End
	}
	if len(got) > MaxSpans {
		t.Fatalf("%+q %+q in %+q: %d spans", list, regex, s, len(got))
	}
	if regex == "" && utf8.ValidString(s) && !longMarks(s) {
		if want := naive(list, s); !slices.Equal(got, want) {
			t.Fatalf("%+q in %+q: found %v, naively %v", list, s, got, want)
		}
	}
	if regex != "" {
		// What a text is known to need changes no answer.
		e := compiled.regexes[0]
		if normal := Normalise(s); !e.may(normal) && e.regex.MatchString(normal) {
			t.Fatalf("%+q matches %+q without %+q", regex, normal, e.needs)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("you should choose", "A b", "", "You  should\u200b choose \U0001d400 b")
	f.Add("aa", "a", "a+|ß", "a aa a\u0301")
	f.Add("漢", "漢漢", `(?:x|option)\s*[^a]{2}`, "漢漢漢 Option AB")
	f.Add("e\u0301", ".", `\p{Lu}[k-]`, "é. K-\u0345")
	f.Fuzz(func(t *testing.T, a, b, regex, s string) {
		if len(s) > 4096 {
			return // the naive search is cubic
		}
		var list []string
		for _, p := range []string{a, b} {
			if p != "" && utf8.ValidString(p) && !longMarks(p) {
				list = append(list, p)
			}
		}
		checkFind(t, list, "", s)
		checkFind(t, list, regex, s)
	})
}

func TestMaxSpans(t *testing.T) {
	var m Matcher
	got := m.Find(set(t, phrases("a")...), strings.Repeat("a ", 1000), nil)
	if len(got) != MaxSpans || got[MaxSpans-1] != (Span{2*MaxSpans - 2, 2*MaxSpans - 1}) {
		t.Errorf("found %v", got)
	}
	// The last span is whole, though its end comes late.
	long := strings.Repeat("x ", 500) + "x"
	got = m.Find(set(t, phrases("a", long)...), strings.Repeat("a ", MaxSpans-1)+long+" a", nil)
	if want := (Span{2 * (MaxSpans - 1), 2*(MaxSpans-1) + 1001}); len(got) != MaxSpans || got[MaxSpans-1] != want {
		t.Errorf("the last of %d spans is %v, want %v", len(got), got[len(got)-1], want)
	}
	// A ligature in the last span holds the beginning of what would be the next.
	got = m.Find(set(t, Pattern{Regex: "a"}, Pattern{Regex: "xf"}, Pattern{Regex: "iy"}),
		strings.Repeat("a ", MaxSpans-1)+"xﬁy a", nil)
	if want := (Span{2 * (MaxSpans - 1), 2*(MaxSpans-1) + 3}); len(got) != MaxSpans || got[MaxSpans-1] != want {
		t.Errorf("the last of %d spans is %v, want %v", len(got), got[len(got)-1], want)
	}
}

func TestFindReusesSpans(t *testing.T) {
	var m Matcher
	room := make([]Span, 3, 8)
	got := m.Find(set(t, phrases("a")...), "b a", room)
	if want := []Span{{2, 3}}; !slices.Equal(got, want) || &got[0] != &room[0] {
		t.Errorf("found %v, in other memory: %v", got, &got[0] != &room[0])
	}
}

func TestEmptySet(t *testing.T) {
	var m Matcher
	s := set(t)
	if m.Hits(s, "a") || m.Hits(s, "") || len(m.Find(s, "a", nil)) != 0 || s.Steps() != 0 || s.Bytes() != 0 {
		t.Error("a set without patterns hits")
	}
}

func TestInvalidUTF8(t *testing.T) {
	var m Matcher
	s := set(t, Pattern{Phrase: "b"}, Pattern{Regex: `\x{FFFD}`})
	if got, want := m.Find(s, "\xff b\xed\xa0\x80", nil), []Span{{0, 1}, {2, 3}, {3, 4}, {4, 5},
		{5, 6}}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

func TestConcurrentUse(t *testing.T) {
	// One set, many matchers; the race detector watches.
	s := set(t, Pattern{Phrase: "naïve"}, Pattern{Regex: "b+"})
	done := make(chan []Span)
	for range 8 {
		go func() {
			var m Matcher
			var got []Span
			for range 100 {
				got = m.Find(s, "a NAI\u0308VE bb", got)
			}
			done <- got
		}()
	}
	for range 8 {
		if got, want := <-done, []Span{{2, 8}, {9, 11}}; !slices.Equal(got, want) {
			t.Errorf("found %v, want %v", got, want)
		}
	}
}

// prose is a text of about n bytes of English-looking words.
func prose(n int, rnd *rand.Rand) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(pseudoWord(rnd))
		b.WriteByte(" \n.,"[max(0, rnd.IntN(12)-8)])
	}
	return b.String()
}

func pseudoWord(rnd *rand.Rand) string {
	var b strings.Builder
	for range 1 + rnd.IntN(4) {
		b.WriteByte("bcdfghlmnprstvw"[rnd.IntN(15)])
		b.WriteByte("aeiou"[rnd.IntN(5)])
	}
	return b.String()
}

func thousandPhrases(rnd *rand.Rand) []Pattern {
	var list []string
	for range 1000 {
		list = append(list, pseudoWord(rnd)+" "+pseudoWord(rnd)+" "+pseudoWord(rnd))
	}
	return phrases(list...)
}

func TestNoAllocation(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	s := set(t, append(thousandPhrases(rnd), Pattern{Phrase: "größe"}, Pattern{Regex: "[0-9]+ percent"})...)
	ascii := prose(10_000, rnd)
	mixed := strings.ReplaceAll(ascii, "a", "e\u0323\u0301") + "GRO\u0308SSE 가\u11a8"
	regexMiss := ascii + " percent"
	var m Matcher
	var spans []Span
	for name, run := range map[string]func(){
		"Hits, miss":              func() { m.Hits(s, ascii) },
		"Hits, expression missed": func() { m.Hits(s, regexMiss) },
		"Hits, other letters":     func() { m.Hits(s, mixed) },
		"Find, miss":              func() { spans = m.Find(s, ascii, spans) },
		"Find, hit":               func() { spans = m.Find(s, mixed, spans) },
	} {
		run()
		if n := testing.AllocsPerRun(20, run); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if len(spans) == 0 && !m.Hits(s, mixed) {
		t.Error("the text that should be hit is not")
	}
}

func BenchmarkPhrases(b *testing.B) {
	rnd := rand.New(rand.NewPCG(7, 8))
	s := set(b, thousandPhrases(rnd)...)
	ascii := prose(10_000, rnd)
	var m Matcher
	for name, text := range map[string]string{
		"ascii":      ascii,
		"accents":    strings.ReplaceAll(ascii, "a", "à"),
		"decomposed": strings.ReplaceAll(ascii, "a", "a\u0300"),
		"full-width": strings.Map(func(r rune) rune { return r + 0xFEE0*(1-max(0, min(1, '!'-r))) }, ascii),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if m.Hits(s, text) {
					b.Fatal("hit")
				}
			}
		})
	}
	b.Run("floor", func(b *testing.B) { // one look at each byte
		b.SetBytes(int64(len(ascii)))
		for b.Loop() {
			if strings.IndexByte(ascii, 0) >= 0 {
				b.Fatal("hit")
			}
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	patterns := thousandPhrases(rand.New(rand.NewPCG(7, 8)))
	for b.Loop() {
		set(b, patterns...)
	}
	b.ReportMetric(float64(set(b, patterns...).Bytes()), "table-bytes")
}

func BenchmarkUnpack(b *testing.B) {
	for b.Loop() {
		unpack()
	}
	d := unpack()
	b.ReportMetric(float64(len(d.entries)*4+len(d.blocks)*2+len(d.runes)*4+len(d.pairs)*12), "bytes")
}

func BenchmarkRegexMiss(b *testing.B) {
	text := prose(10_000, rand.New(rand.NewPCG(7, 8)))
	var m Matcher
	for name, regex := range map[string]string{
		"normalising":    "", // what both others do first
		"word needed":    `"?decision"?\s*:\s*true\b`,
		"nothing needed": `[0-9]+[xyz]?[%$]+`,
	} {
		s := set(b)
		if regex != "" {
			s = set(b, Pattern{Regex: regex})
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if m.Hits(s, text) {
					b.Fatal("hit")
				}
			}
		})
	}
}
