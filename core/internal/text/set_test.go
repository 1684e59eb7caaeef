package text

// This file checks what is refused, where and with what advice.

import (
	"regexp/syntax"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
)

func TestErrors(t *testing.T) {
	long := strings.Repeat("a", MaxPatternBytes)
	for _, c := range []struct {
		pattern Pattern
		code    string // "" is none
		offset  int
		says    string
	}{
		{Pattern{}, codes.PatternEmpty, 0, "is empty"},
		{Pattern{Phrase: " \n\u200b"}, codes.PatternEmpty, 0, `" \n\u200b"`},
		{Pattern{Phrase: "\u00ad"}, codes.PatternEmpty, 0, "nothing is left"},
		{Pattern{Phrase: "."}, "", 0, ""},
		{Pattern{Phrase: "\u0301"}, "", 0, ""},
		{Pattern{Phrase: "a", Regex: "a"}, codes.PatternShape, 0, "not both"},

		{Pattern{Phrase: long}, "", 0, ""},
		{Pattern{Phrase: long + "a"}, codes.LimitPatternLength, MaxPatternBytes, "2049 bytes, the limit is 2048"},
		{Pattern{Phrase: strings.Repeat("ﷺ", 100)}, codes.LimitPatternLength, MaxPatternBytes, "normalised"},
		{Pattern{Regex: long}, "", 0, ""},
		{Pattern{Regex: long + "a"}, codes.LimitPatternLength, MaxPatternBytes, "2049 bytes"},

		{Pattern{Regex: "ab(c"}, codes.PatternRegex, 4, "missing closing )"},
		{Pattern{Regex: "ab)c"}, codes.PatternRegex, 2, "unexpected )"},
		{Pattern{Regex: "(a))(b)"}, codes.PatternRegex, 3, "unexpected )"},
		{Pattern{Regex: `ab\`}, codes.PatternRegex, 2, "trailing backslash"},
		{Pattern{Regex: "ab[c"}, codes.PatternRegex, 2, "missing closing ]"},
		{Pattern{Regex: `[\]**]a**`}, codes.PatternRegex, 7, `"**"`},
		{Pattern{Regex: "a[z-b]"}, codes.PatternRegex, 2, `"z-b"`},
		{Pattern{Regex: "a**"}, codes.PatternRegex, 1, `"**"`},
		{Pattern{Regex: "*a"}, codes.PatternRegex, 0, "missing argument"},
		{Pattern{Regex: "a{1001}"}, codes.PatternRegex, 1, `"{1001}"`},
		{Pattern{Regex: "a(?=b)"}, codes.PatternRegex, 1, "look-around"},
		{Pattern{Regex: `(a)\1`}, codes.PatternRegex, 3, `"\\1"`},
		{Pattern{Regex: "a\xff"}, codes.PatternRegex, 1, "UTF-8"},
		{Pattern{Regex: strings.Repeat("(", 1001) + strings.Repeat(")", 1001)}, codes.PatternRegex, 0, "nests too deeply"},
		{Pattern{Regex: "((a{30}){30}){30}"}, codes.PatternRegex, 13, "invalid repeat count"},

		{Pattern{Regex: "a{1000}b{1000}c{1000}d{1000}e{999}x"}, "", 0, ""},
		{Pattern{Regex: "a{1000}b{1000}c{1000}d{1000}e{1000}f"}, codes.LimitPatternSteps, 0, "the limit is 5000"},
		{Pattern{Regex: "(?:abcdef){1000}"}, codes.LimitPatternSteps, 0, "make repetitions smaller"},
		{Pattern{Regex: "(?:(?:abc|de?f){30}){30}"}, codes.LimitPatternSteps, 0, "instructions"},
		{Pattern{Regex: strings.Repeat("a{1000}", 292)}, codes.LimitPatternSteps, 0, "instructions"},
		{Pattern{Regex: `(?:\pL{9}){9}x{0,99}`}, "", 0, ""},

		// What normalised text never has.
		{Pattern{Regex: "Maße"}, codes.PatternUnmatchable, 2, `"ß": write "ss"`},
		{Pattern{Regex: "maẞe"}, codes.PatternUnmatchable, 2, `write "ss"`},
		{Pattern{Regex: "you’re"}, codes.PatternUnmatchable, 3, `write "'"`},
		{Pattern{Regex: "a|x[“”]"}, codes.PatternUnmatchable, 4, `write "\""`},
		{Pattern{Regex: `[“”"]`}, "", 0, ""},
		{Pattern{Regex: "a–b"}, codes.PatternUnmatchable, 1, `write "-"`},
		{Pattern{Regex: `a\nb`}, codes.PatternUnmatchable, 0, `"\n": write one blank`},
		{Pattern{Regex: "a  b"}, codes.PatternUnmatchable, 0, `"a  b": write "a b"`},
		{Pattern{Regex: "a b "}, "", 0, ""},
		{Pattern{Regex: `a\s+b`}, "", 0, ""},
		{Pattern{Regex: "a\u00a0b"}, codes.PatternUnmatchable, 1, "write one blank"},
		{Pattern{Regex: "a\u200bb"}, codes.PatternUnmatchable, 1, "leave it out"},
		{Pattern{Regex: "e\u0301"}, codes.PatternUnmatchable, 0, `write "é"`},
		{Pattern{Regex: "É"}, "", 0, ""},
		{Pattern{Regex: "Ａ"}, codes.PatternUnmatchable, 0, `write "a"`},
		{Pattern{Regex: "(?-i)Abc"}, codes.PatternUnmatchable, 5, `write "a"`},
		{Pattern{Regex: "(?-i)abc"}, "", 0, ""},
		{Pattern{Regex: "ΟΔΟΣ|οδος|ſ|K"}, "", 0, ""},
		{Pattern{Regex: "(?-i)οδος"}, codes.PatternUnmatchable, 11, `write "σ"`},
		{Pattern{Regex: "\u0345"}, "", 0, ""}, // of equal case with ι
		{Pattern{Regex: "İ"}, codes.PatternUnmatchable, 0, `write "i̇"`},
		{Pattern{Regex: `[^\x00-\x{10FFFF}]`}, codes.PatternUnmatchable, 0, "matches nothing"},
		{Pattern{Regex: `[^A-Z]\W\S\PL`}, "", 0, ""},
	} {
		err := Check(c.pattern)
		if err == nil {
			if c.code != "" {
				t.Errorf("%+q: no error, want %s", c.pattern, c.code)
			}
			continue
		}
		if err.Code != c.code || err.Offset != c.offset || !strings.Contains(err.Message, c.says) {
			t.Errorf("%.80q: %s at %d, %q; want %s at %d, %q", c.pattern, err.Code, err.Offset, err.Message, c.code,
				c.offset, c.says)
		}
		if set, err := Compile([]Pattern{{Phrase: "a"}, c.pattern}); set != nil || err == nil || err.Code != c.code ||
			err.Index != 1 {
			t.Errorf("%.80q: Compile gives %+v", c.pattern, err)
		}
	}
}

func TestSetLimits(t *testing.T) {
	many := func(n int, p func(i int) Pattern) []Pattern {
		var list []Pattern
		for i := range n {
			list = append(list, p(i))
		}
		return list
	}
	short := func(i int) Pattern { return Pattern{Phrase: "x" + strconv.Itoa(i)} }
	unlike := func(i int) Pattern { return Pattern{Phrase: strconv.Itoa(i) + strings.Repeat("x", 1000)} }
	han := func(i int) Pattern { return Pattern{Phrase: string(rune(0x4E00+i)) + strings.Repeat("漢字", 10)} }
	regex := func(int) Pattern { return Pattern{Regex: strings.Repeat("a", 1000)} }
	for _, c := range []struct {
		patterns []Pattern
		code     string // "" is none
		index    int
	}{
		{many(MaxPatterns, short), "", 0},
		{many(MaxPatterns+1, short), codes.LimitPatternCount, MaxPatterns},
		{many(65, unlike), "", 0},
		{many(66, unlike), codes.LimitPatternSize, 65},
		{many(900, han), "", 0},
		{many(5000, han), codes.LimitPatternSize, 4999},
		{many(5, regex), "", 0},
		{many(6, regex), codes.LimitPatternSteps, 5},
	} {
		set, err := Compile(c.patterns)
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%d like %.20q: %s: %s", len(c.patterns), c.patterns[0], err.Code, err.Message)
		case c.code == "":
			if set.Bytes() > MaxAutomatonBytes+4*MaxStates {
				t.Errorf("%d like %.20q: %d bytes", len(c.patterns), c.patterns[0], set.Bytes())
			}
		case err == nil:
			t.Errorf("%d like %.20q: no error, want %s", len(c.patterns), c.patterns[0], c.code)
		case err.Code != c.code || err.Index != c.index:
			t.Errorf("%d like %.20q: %s at %d, want %s at %d", len(c.patterns), c.patterns[0], err.Code, err.Index,
				c.code, c.index)
		}
	}
}

func TestManyPhrasesAllFound(t *testing.T) {
	var list []string
	for i := range MaxPatterns {
		list = append(list, "x"+strconv.Itoa(i))
	}
	s := set(t, phrases(list...)...)
	var m Matcher
	for i := range 2 * MaxPatterns {
		text := "a x" + strconv.Itoa(i) + " b"
		if got := m.Hits(s, text); got != (i < MaxPatterns) {
			t.Fatalf("%q: Hits is %v", text, got)
		}
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		patterns []Pattern
		want     int
	}{
		{phrases("a", "b"), 1},
		{[]Pattern{{Regex: "abc"}}, 3},
		{[]Pattern{{Phrase: "a"}, {Regex: "abc"}, {Regex: "[a-c]"}}, 5},
	} {
		if got := set(t, c.patterns...).Steps(); got != c.want {
			t.Errorf("%+q: %d steps, want %d", c.patterns, got, c.want)
		}
	}
}

func TestStepsAreInstructions(t *testing.T) {
	for _, source := range []string{"abc", "a|b|cd|e?", "(?:ab){3,7}", "(?:a{2}b){30}", "(a*)(b+?)(c??)", "a{3,}",
		"a{0,}b{1,}c{0,1}",
		`^\b[a-z]+@(\w+\.)+x$`, "(?:(?:abc|de?f){30}){30}", "x{0}", "(|a)*"} {
		tree, err := syntax.Parse(source, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		program, err := syntax.Compile(tree.Simplify())
		if err != nil {
			t.Fatal(err)
		}
		got, want := steps(tree), len(program.Inst)-2 // less the first, which fails, and the last, which matches
		if got < want-1 || got > want+want/10+4 {
			t.Errorf("%q: %d steps, %d instructions", source, got, want)
		}
	}
}

func TestNeeds(t *testing.T) {
	for regex, want := range map[string]string{
		"abc":                     "abc",
		`"?decision"?\s*:\s*true`: "decision",
		"K(ey|EYS)+":              "ey", // a whole concatenation is not put together
		"(?:the|a) option":        " option",
		"foo|bar[0-9]|baz|quux":   "foo|ba|quux",
		"[0-9]+%":                 "%",
		"a?b*":                    "",
		"a|[bc]*":                 "",
		"(?:ab){0,2}c{2}":         "c",
		"x{0}|y":                  "",
		"one|two|six|ten|ant|bee|cat|dog|eel|fly": "",
	} {
		got := strings.Join(set(t, Pattern{Regex: regex}).regexes[0].needs, "|")
		if got != want {
			t.Errorf("%q needs %q, want %q", regex, got, want)
		}
	}
}
