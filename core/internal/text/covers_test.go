package text

import (
	"strings"
	"testing"
)

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		text, other string
		want        int
	}{
		{"New: a CLUB — or a school!", "A club, or a park?", 75},
		{"A club, or a park?", "park OR (club) a", 100},
		{"tracks the chil\u200bdren", "Tracks… ｃhildren", 100},
		{"tracks child", "tracks children", 50},
		{"a b", "a b c", 66},
		{"", "a", 0},
		{"a", "", 0},
		{"a", "?!", 0},
		{"", "", 0},
		{"we're here", "re here", 100},
		{"a_b 3", "a b 3", 33},
		{"東京", "京は", 50},
		{"abc東京", "東 abc", 100},
		{"\xff", "\xff", 0}, // U+FFFD is no word
		{strings.Repeat("a ", 100) + "b", "b a a a", 100},
	} {
		if got := Covers(c.text, c.other); got != c.want {
			t.Errorf("%q covers %d of a hundred words of %q, want %d", c.text, got, c.other, c.want)
		}
	}
}

// TestCoversAsPhrases holds words to what phrases are: a text that covers another one has each of its words as a
// phrase.
func TestCoversAsPhrases(t *testing.T) {
	for _, s := range []string{"New: a CLUB — or a school!", "日本語 and한국어 mixed", "ﬁne, don't; x_y 3½", "กรุงเทพ is big",
		"e\u0301te\u0301 \u0301x", "a.b", "ab"} {
		for _, phrase := range []string{"new", "club", "clu", "日", "本", "한국어", "and", "fine", "don", "t", "x_y", "x", "กร",
			"is", "été", "ab", "b", "3½", "3"} {
			set, err := Compile([]Pattern{{Phrase: phrase}})
			if err != nil {
				t.Fatal(err)
			}
			var m Matcher
			// A word alone is a phrase wherever it is a word, unbroken scripts word by word.
			if covers, hits := Covers(s, phrase) == 100, m.Hits(set, s); covers != hits {
				t.Errorf("%q in %q: as words %t, as a phrase %t", phrase, s, covers, hits)
			}
		}
	}
}

func BenchmarkCovers(b *testing.B) {
	text := strings.Repeat("Should it be a host or a guide? A host may gain trust but costs reach. Is it 4 or 8? ",
		18)[:1500]
	other := strings.Repeat("It gains reach, though a school of people may lose what it was before all this came. ",
		18)[:1500]
	b.SetBytes(3000)
	for range b.N {
		Covers(text, other)
	}
}
