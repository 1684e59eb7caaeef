package text

// This file checks the normal form against other tables and the Unicode files.

import (
	"bufio"
	"compress/bzip2"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// unicodeDir is where Debian's package unicode-data puts its files.
const unicodeDir = "/usr/share/unicode"

func TestEveryCodePoint(t *testing.T) {
	if unicode.Version != UnicodeVersion || norm.Version != UnicodeVersion {
		t.Skipf("this Go has Unicode %s and package norm %s, the table has %s", unicode.Version, norm.Version, UnicodeVersion)
	}
	d := tables()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		// Where no version has assigned anything yet, and in private use, each block
		// is looked at in a few places.
		if !utf8.ValidRune(r) || (r > 0x33400 && r < 0xDFF00 || r > 0xE1100) && r%61 != 0 {
			continue
		}
		s := string(r)
		got, want := Normalise(s), reference(s)
		if got != want {
			t.Errorf("Normalise(%U) is %+q, reference %+q", r, got, want)
		}
		// Between letters, blanks are seen and marks find a base.
		if got, want := Normalise("Xe"+s+"\u0301y"), reference("Xe"+s+"\u0301y"); got != want {
			t.Errorf("Normalise of %U between letters is %+q, reference %+q", r, got, want)
		}
		if e := d.at(r); e.ignored() != ignorable(r) {
			t.Errorf("%U: ignored %v, by the properties %v", r, e.ignored(), ignorable(r))
		}
		if e := d.at(r); e.stable() && r != ypogegrammeni && reference("."+s+".") != "."+s+"." {
			t.Errorf("%U is called stable, yet becomes %+q", r, want)
		}
		if got, want := kindOf(r), referenceKind(r); got != want && d.at(r).stable() {
			t.Errorf("kindOf(%U) is %d, by the properties %d", r, got, want)
		}
	}
}

func TestEveryCaseHasOneSpelling(t *testing.T) {
	// Regular expressions and what they need are looked for in one spelling.
	d := tables()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		var stable []rune
		for c := unicode.SimpleFold(r); ; c = unicode.SimpleFold(c) {
			if d.at(c).stable() && c != ypogegrammeni {
				stable = append(stable, c)
			}
			if c == r {
				break
			}
		}
		if len(stable) > 1 {
			t.Errorf("%U: of equal case and stable: %U", r, stable)
		}
	}
}

func TestNormalizationTest(t *testing.T) {
	for line := range unicodeLines(t, "NormalizationTest.txt") {
		fields := strings.Split(line, ";")
		if len(fields) < 5 {
			continue
		}
		want := ""
		for i, field := range fields[:5] {
			var b strings.Builder
			for _, hex := range strings.Fields(field) {
				n, err := strconv.ParseUint(hex, 16, 32)
				if err != nil {
					t.Fatal(err)
				}
				b.WriteRune(rune(n))
			}
			got := Normalise(b.String())
			if i == 0 {
				want = got
			}
			// The columns are a text in its normal forms, so all are equal here.
			// Columns 4 and 5 are NFKC and NFKD, where an acute accent on its own is no
			// longer told from a blank with a mark.
			if got != want && !strings.Contains(fields[0], "00B4") && !strings.Contains(fields[0], "1FFD") &&
				!primes(fields[0]) {
				t.Errorf("%s, column %d: %+q, column 1: %+q", line, i+1, got, want)
			}
			if ref := reference(b.String()); got != ref {
				t.Errorf("%s, column %d: %+q, reference %+q", line, i+1, got, ref)
			}
		}
	}
}

// primes says whether a field is a double prime: " here, two of ' in NFKC.
func primes(field string) bool { return field == "2033" || field == "2036" }

// unicodeLines reads a file of the Unicode Character Database, or skips the test.
func unicodeLines(t *testing.T, name string) func(func(string) bool) {
	var r io.Reader
	if f, err := os.Open(filepath.Join(unicodeDir, name)); err == nil {
		t.Cleanup(func() { f.Close() })
		r = f
	} else if f, err := os.Open(filepath.Join(unicodeDir, name+".bz2")); err == nil {
		t.Cleanup(func() { f.Close() })
		r = bzip2.NewReader(f)
	} else {
		t.Skipf("%v (Debian's package unicode-data has it)", err)
	}
	s := bufio.NewScanner(r)
	if !s.Scan() || !strings.Contains(s.Text(), UnicodeVersion) {
		t.Skipf("%s is of another version than %s: %s", name, UnicodeVersion, s.Text())
	}
	return func(yield func(string) bool) {
		for s.Scan() {
			line, _, _ := strings.Cut(s.Text(), "#")
			if line = strings.TrimSpace(line); line != "" && !yield(line) {
				return
			}
		}
	}
}

func TestTableIsUpToDate(t *testing.T) {
	unicodeLines(t, "DerivedNormalizationProps.txt")
	out := filepath.Join(t.TempDir(), "table_gen.go")
	if msg, err := exec.Command("go", "run", "gen/main.go", "-unicode", unicodeDir, "-o",
		out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, msg)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("table_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("table_gen.go is not what gen/main.go writes: run go generate")
	}
}

// alphabet has what normalisation treats in some special way.
var alphabet = []rune("aAeEéẹǖſßﬃẞİıKÅΣςᾳᾴ\u0345\u0301\u0323\u0308\u0304\u0342\u3099ﾞﾊハばガか゛" +
	"  \t\n\u00a0\u2028\u3000\u200b\u00ad\ufeff\u034f\ufe0f\U000e0041\u115f\u3164" +
	"'’`´“″‴-–—−﹣.,_$¨΅ﷺ㎏①Ⅷ½ʼŉ" +
	"가각ᄀ\u1161\u11a8한ᄒ\u1175ㅏ漢字豈〇々ー工具กาำ\u0e31\u1100\u09c7\u09be\u0b47\u0b56\u102e\u1025" +
	"𝐀𝔞𝟘Ａｚ😀👍\U0001F3FD\U0001F9D1\u200d\U0001F33E\U0001d15e\ufb2c\u0958")

func randomText(rnd *rand.Rand, n int) string {
	var b strings.Builder
	for range rnd.IntN(n) {
		switch rnd.IntN(12) {
		case 0:
			b.WriteRune(rune(rnd.IntN(0x3000)))
		case 1:
			if r := rune(rnd.IntN(unicode.MaxRune)); utf8.ValidRune(r) {
				b.WriteRune(r)
			}
		default:
			b.WriteRune(alphabet[rnd.IntN(len(alphabet))])
		}
	}
	return b.String()
}

func TestRandomTexts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 40_000 {
		checkNormalise(t, randomText(rnd, 16))
	}
}

func checkNormalise(t *testing.T, s string) {
	t.Helper()
	got := Normalise(s)
	if !utf8.ValidString(got) {
		t.Fatalf("Normalise(%+q) is not UTF-8: %+q", s, got)
	}
	if again := Normalise(got); again != got {
		t.Fatalf("Normalise(%+q) is %+q, and again %+q", s, got, again)
	}
	if !utf8.ValidString(s) || longMarks(s) {
		return
	}
	if want := reference(s); got != want {
		t.Fatalf("Normalise(%+q) is %+q, reference %+q", s, got, want)
	}
	if other := Normalise(norm.NFC.String(s)); !hasIgnorable(s) && other != got {
		t.Fatalf("Normalise(%+q) is %+q, of its NFC %+q", s, got, other)
	}
	if other := Normalise(dropIgnorable(s)); other != got {
		t.Fatalf("Normalise(%+q) is %+q, without ignorable code points %+q", s, got, other)
	}
}

func hasIgnorable(s string) bool { return strings.ContainsFunc(s, ignorable) }

func TestManyMarks(t *testing.T) {
	// Worst for sorting and composing: falling classes, over and over.
	s := "a" + strings.Repeat("\u0301\u0323\u0327\u0345", 50_000)
	got := Normalise(s)
	if again := Normalise(got); again != got {
		t.Error("many marks: not the same when normalised again")
	}
	const n = 50_000
	want := "ạ" + strings.Repeat("\u0327", n) + strings.Repeat("\u0323", n-1) + strings.Repeat("\u0301", n) +
		strings.Repeat("ι", n)
	if got != want {
		t.Errorf("many marks: %d bytes, want %d; they begin with %+q", len(got), len(want), got[:20])
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"", "e\u0301", "α\u0345\u0301", "ᾳ\u0301", "각", "a \u0308b", "\u00a8x", "x\u00a8",
		"\xff\xc3(", "\xed\xa0\x80", "½ ﷺ\u200b "} {
		f.Add(s)
	}
	f.Fuzz(checkNormalise)
}
