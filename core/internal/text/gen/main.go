//go:build ignore

// Command gen writes table_gen.go from the files of the Unicode Character
// Database, as Debian's package unicode-data installs them. Run it with
// `go generate ./core/internal/text` after that package has been updated.
package main

// This file reads the database, works out what each code point becomes, and
// checks everything that normalise.go takes for granted about the data.

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	maxRune     = 0x10FFFF
	ypogegramme = 0x0345 // COMBINING GREEK YPOGEGRAMMENI, see table.go
	hangulBase  = 0xAC00
	hangulCount = 11172
)

// quotes lists what is read as ' and as " besides the property Quotation_Mark's
// obvious members: primes, letters that typists use as apostrophes, ornaments.
var quotes = map[rune]string{
	'\'': "`´ʹʻʼʽˈˊˋ՚׳ߴߵ‘’‚‛′‵‹›❛❜❟ꞌ",
	'"':  "ʺˮ״«»“”„‟″‶❝❞❠⹂〝〞〟\U0001F676\U0001F677\U0001F678",
}

// dashes lists what looks like a hyphen and lacks the property Dash.
const dashes = "˗⁃"

// unbroken lists the scripts written without blanks between words, by the
// names of Scripts.txt and of ScriptExtensions.txt.
var unbroken = map[string]string{
	"Han": "Hani", "Hiragana": "Hira", "Katakana": "Kana", "Bopomofo": "Bopo", "Yi": "Yiii",
	"Tangut": "Tang", "Nushu": "Nshu", "Khitan_Small_Script": "Kits",
	"Thai": "Thai", "Lao": "Laoo", "Khmer": "Khmr", "Myanmar": "Mymr", "Ahom": "Ahom",
	"Tai_Le": "Tale", "New_Tai_Lue": "Talu", "Tai_Tham": "Lana", "Tai_Viet": "Tavt",
	"Javanese": "Java", "Balinese": "Bali", "Tibetan": "Tibt",
}

// database is what the generator takes from the Unicode files.
type database struct {
	version  string
	category [maxRune + 1]string
	class    [maxRune + 1]uint8 // canonical combining class
	single   map[rune][]rune    // canonical decomposition, one level
	excluded map[rune]bool      // Full_Composition_Exclusion
	folded   map[rune][]rune    // NFKC_Casefold, where it is not the code point
	white    map[rune]bool      // White_Space
	dash     map[rune]bool      // Dash
	quote    map[rune]bool      // Quotation_Mark
	open     map[rune]bool      // of a script written without blanks
	unified  map[rune]rune      // quotes and dashes
}

func main() {
	log.SetFlags(0)
	dir := flag.String("unicode", "/usr/share/unicode", "folder with the files of the Unicode Character Database")
	out := flag.String("o", "table_gen.go", "file to write")
	flag.Parse()

	db := read(*dir)
	mapped := db.mappings()
	db.check(mapped)
	src := db.source(mapped)
	text, err := format.Source(src)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, text, 0o644); err != nil {
		log.Fatal(err)
	}
}

// rows calls f with the fields of each line of a file, comments left out. The
// first field is given as the range of code points it names.
func rows(dir, name string, f func(first, last rune, fields []string)) string {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		log.Fatalf("%v\n(on Debian: apt-get install unicode-data, or give the folder with -unicode)", err)
	}
	head, _, _ := strings.Cut(string(data), "\n")
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		fields := strings.Split(line, ";")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		a, b, ok := strings.Cut(fields[0], "..")
		if !ok {
			b = a
		}
		f(scalar(a), scalar(b), fields[1:])
	}
	return head
}

func scalar(hex string) rune {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || n > maxRune {
		log.Fatalf("not a code point: %q", hex)
	}
	return rune(n)
}

func scalars(s string) []rune {
	out := []rune{}
	for _, hex := range strings.Fields(s) {
		out = append(out, scalar(hex))
	}
	return out
}

func read(dir string) *database {
	db := &database{
		single: map[rune][]rune{}, excluded: map[rune]bool{}, folded: map[rune][]rune{}, white: map[rune]bool{},
		dash: map[rune]bool{}, quote: map[rune]bool{}, open: map[rune]bool{}, unified: map[rune]rune{},
	}
	begin := rune(0)
	rows(dir, "UnicodeData.txt", func(r, _ rune, f []string) {
		first := r
		if strings.HasSuffix(f[0], ", First>") {
			begin = r
			return
		} else if strings.HasSuffix(f[0], ", Last>") {
			first = begin
		}
		ccc, err := strconv.ParseUint(f[2], 10, 8)
		if err != nil {
			log.Fatalf("%04X: %v", r, err)
		}
		for c := first; c <= r; c++ {
			db.category[c], db.class[c] = f[1], uint8(ccc)
		}
		if f[4] != "" && f[4][0] != '<' {
			db.single[r] = scalars(f[4])
		}
	})
	head := rows(dir, "DerivedNormalizationProps.txt", func(a, b rune, f []string) {
		for c := a; c <= b; c++ {
			switch f[0] {
			case "Full_Composition_Exclusion":
				db.excluded[c] = true
			case "NFKC_CF":
				db.folded[c] = scalars(f[1])
			}
		}
	})
	db.version = strings.TrimSuffix(head[strings.LastIndex(head, "-")+1:], ".txt")
	rows(dir, "PropList.txt", func(a, b rune, f []string) {
		for c := a; c <= b; c++ {
			switch f[0] {
			case "White_Space":
				db.white[c] = true
			case "Dash":
				db.dash[c] = true
			case "Quotation_Mark":
				db.quote[c] = true
			}
		}
	})
	rows(dir, "Scripts.txt", func(a, b rune, f []string) {
		for c := a; c <= b; c++ {
			db.open[c] = unbroken[f[0]] != ""
		}
	})
	short := map[string]bool{}
	for _, s := range unbroken {
		short[s] = true
	}
	rows(dir, "ScriptExtensions.txt", func(a, b rune, f []string) {
		all := true
		for _, s := range strings.Fields(f[0]) {
			all = all && short[s]
		}
		for c := a; c <= b; c++ {
			db.open[c] = db.open[c] || all
		}
	})

	for to, list := range quotes {
		for _, c := range list {
			db.unified[c] = to
		}
	}
	for _, c := range dashes {
		db.unified[c] = '-'
	}
	for c := range db.dash {
		db.unified[c] = '-'
	}
	return db
}

// decompose appends the full canonical decomposition of c. Hangul syllables
// stay whole: normalise.go takes them apart by arithmetic.
func (db *database) decompose(out []rune, c rune) []rune {
	d, ok := db.single[c]
	if !ok {
		return append(out, c)
	}
	for _, c := range d {
		out = db.decompose(out, c)
	}
	return out
}

// become is what normalisation makes of one code point before marks are put in
// order and composed: its canonical decomposition, each part folded by
// NFKC_Casefold and decomposed again, quotes, dashes and white space unified.
// U+0345 is kept, since it must be put in order as a mark before it becomes ι.
func (db *database) become(c rune) []rune {
	var out []rune
	for _, part := range db.decompose(nil, c) {
		folded, ok := db.folded[part]
		if u, is := db.unified[part]; is {
			folded, ok = []rune{u}, true
		}
		if !ok || part == ypogegramme {
			folded = []rune{part}
		}
		for _, f := range folded {
			for _, r := range db.decompose(nil, f) {
				if u, is := db.unified[r]; is {
					r = u
				} else if db.white[r] {
					r = ' '
				}
				out = append(out, r)
			}
		}
	}
	return out
}

// mapping is one code point that does not stay what it is. It is composite
// where its parts, put together again, give c itself: where c may occur in
// normalised text.
type mapping struct {
	c         rune
	to        []rune
	composite bool
}

func (db *database) mappings() []mapping {
	var out []mapping
	for c := rune(0); c <= maxRune; c++ {
		if to := db.become(c); !slices.Equal(to, []rune{c}) {
			_, folds := db.folded[c]
			out = append(out, mapping{c, to, len(to) > 1 && !folds && !db.excluded[c] && db.single[c] != nil})
		}
	}
	return out
}

// check fails where the data no longer fits what normalise.go and table.go
// take for granted.
func (db *database) check(mapped []mapping) {
	become := map[rune][]rune{}
	for _, m := range mapped {
		become[m.c] = m.to
	}
	for _, m := range mapped {
		if m.c >= hangulBase && m.c < hangulBase+hangulCount {
			log.Fatalf("%04X: a Hangul syllable is mapped", m.c)
		}
		for _, r := range m.to {
			if to, ok := become[r]; ok {
				log.Fatalf("%04X becomes %04X, which becomes %04X: not stable", m.c, r, to)
			}
			if db.class[r] == 240 && r != ypogegramme {
				log.Fatalf("%04X: class 240 is not U+0345 alone", r)
			}
		}
		if len(m.to) > 0 && db.class[m.c] != 0 && db.class[m.to[0]] == 0 {
			log.Fatalf("%04X: a mark becomes a starter", m.c)
		}
		if len(m.to) > 31 {
			log.Fatalf("%04X: becomes %d code points, an entry of table.go counts to 31", m.c, len(m.to))
		}
		if m.composite {
			d := db.single[m.c]
			if front := db.decompose(nil, d[0]); len(d) != 2 || !slices.Equal(append(front, d[1]), m.to) || len(m.to) > 4 {
				log.Fatalf("%04X: is not the composition of all but the last with the last", m.c)
			}
		}
		db.checkFolding(m)
	}
	for c, d := range db.single {
		if len(d) == 2 && (db.unified[d[0]] != 0 || db.unified[d[1]] != 0 || db.unified[c] != 0) {
			log.Fatalf("%04X: a quote or dash takes part in composition", c)
		}
		if len(d) == 2 && (d[0] == ' ' || strings.ContainsRune("'\"-.", d[0])) {
			log.Fatalf("%04X: %q takes part in composition", c, d[0])
		}
	}
	for c := range db.quote {
		if to, ok := become[c]; !ok && c != '\'' && c != '"' && (c < 0x300C || c > 0x300F) {
			log.Fatalf("%04X: a quotation mark that is not unified (%04X)", c, to)
		}
	}
}

// checkFolding fails where the parts of a code point, folded one by one, do not
// give what NFKC_Casefold makes of the whole, since then the two ways of writing
// it would differ after normalisation.
func (db *database) checkFolding(m mapping) {
	whole, ok := db.folded[m.c]
	if !ok {
		return
	}
	var want, got []rune
	for _, r := range whole {
		want = db.decompose(want, r)
	}
	for _, part := range db.decompose(nil, m.c) {
		if db.unified[part] != 0 {
			return
		}
	}
	for i, r := range want {
		if u, is := db.unified[r]; is {
			want[i] = u
		} else if db.white[r] {
			want[i] = ' '
		}
	}
	for _, r := range m.to {
		if r == ypogegramme {
			r = 'ι'
		}
		got = append(got, r)
	}
	if !slices.Equal(want, got) {
		log.Fatalf("%04X: by parts %04X, as a whole %04X", m.c, got, want)
	}
}

// column collects numbers as varints, small ones in one byte. Numbers of one
// meaning are together, since that is what a compressor likes.
type column struct{ bytes.Buffer }

func (c *column) put(n int) { c.Write(binary.AppendUvarint(nil, uint64(n))) }

func zigzag(n int) int {
	if n < 0 {
		return -n*2 - 1
	}
	return n * 2
}

// source writes the Go file. Decode in table.go is the other half.
func (db *database) source(mapped []mapping) []byte {
	// A step says how to come to the next mapped code point: how many are passed
	// over, how many code points it becomes (doubled, odd where composite), and by
	// how much its distance to the first of them differs from the distance before.
	// Equal steps in a row are counted, so the capitals of an alphabet are one.
	type step struct{ gap, size, first int }
	var count, gap, size, first, rest column
	run, last := 0, step{}
	flush := func() {
		if run > 0 {
			count.put(run)
			gap.put(last.gap)
			size.put(last.size)
			first.put(zigzag(last.first))
		}
	}
	prev, distance := rune(-1), 0
	for _, m := range mapped {
		s := step{gap: int(m.c - prev - 1), size: len(m.to) << 1}
		if m.composite {
			s.size |= 1
		}
		if len(m.to) > 0 {
			s.first = int(m.to[0]-m.c) - distance
			distance = int(m.to[0] - m.c)
			for _, r := range m.to[1:] {
				rest.put(int(r))
			}
		}
		if s != last || run == 0 {
			flush()
			run, last = 0, s
		}
		run++
		prev = m.c
	}
	flush()

	// Of the code points that stay, runs with equal properties. Mapped ones have
	// those of what they become, so they interrupt no run.
	become, joins := map[rune]bool{}, map[rune]bool{}
	for _, m := range mapped {
		become[m.c] = true
		if m.composite {
			joins[m.to[len(m.to)-1]] = true
		}
	}
	for c := rune(0x1161); c <= 0x1175; c++ {
		joins[c] = true
	}
	for c := rune(0x11A8); c <= 0x11C2; c++ {
		joins[c] = true
	}
	type property struct{ bits, class int }
	var length, bits, class column
	start, now := rune(0), property{}
	for c := rune(0); c <= maxRune+1; c++ {
		p := property{bits: -1}
		if c <= maxRune {
			if become[c] {
				continue
			}
			p = property{db.bits(c, joins[c]), int(db.class[c])}
		}
		if p != now {
			length.put(int(c - start))
			bits.put(now.bits)
			class.put(now.class)
			start, now = c, p
		}
	}

	var out bytes.Buffer
	fmt.Fprintf(&out, "// Code generated by gen/main.go from the Unicode Character Database. DO NOT EDIT.\n\n"+
		"package text\n\n"+
		"// UnicodeVersion is the version of the Unicode Character Database that\n"+
		"// normalisation and word boundaries follow.\n"+
		"const UnicodeVersion = %q\n\n", db.version)
	kept, composites, results := 0, 0, 0
	for _, m := range mapped {
		results += len(m.to)
		if len(m.to) > 0 {
			kept++
		}
		if m.composite {
			composites++
		}
	}
	fmt.Fprintf(&out, "const (\n\tkeptCount = %d // mapped code points that are not ignored\n"+
		"\tcompositeCount = %d\n\tresultCount = %d // code points in all results\n)\n\n", kept, composites, results)
	for _, c := range []struct {
		name, about string
		data        []byte
	}{
		{"stepCount", "how often each step is taken", count.Bytes()},
		{"stepGap", "code points each step passes over", gap.Bytes()},
		{"stepSize", "code points in the result, doubled; odd for a composite", size.Bytes()},
		{"stepFirst", "change of the distance to the first of the result, zigzag", first.Bytes()},
		{"restRunes", "the other code points of all results", rest.Bytes()},
		{"runLength", "code points in each run of equal properties", length.Bytes()},
		{"runBits", "1 word, 2 unbroken, 4 joins", bits.Bytes()},
		{"runClass", "canonical combining class", class.Bytes()},
	} {
		fmt.Fprintf(&out, "// %s: %s.\nconst %s = \"\"", c.name, c.about, c.name)
		for chunk := range slices.Chunk(c.data, 64) {
			fmt.Fprintf(&out, " +\n\t%s", quoted(chunk))
		}
		out.WriteString("\n\n")
	}
	return out.Bytes()
}

// bits are the properties of a code point that table.go keeps as entry flags.
func (db *database) bits(c rune, joins bool) int {
	n := 0
	if cat := db.category[c]; cat != "" && strings.Contains("LMN", cat[:1]) || c == '_' {
		n = 1
		if db.open[c] {
			n = 2
		}
	}
	if joins || db.class[c] != 0 {
		n |= 4
	}
	return n
}

// quoted writes bytes as a Go string of printable ASCII.
func quoted(data []byte) string {
	out := []byte{'"'}
	for _, b := range data {
		switch {
		case b == '"' || b == '\\':
			out = append(out, '\\', b)
		case b >= ' ' && b < 0x7F:
			out = append(out, b)
		default:
			out = fmt.Appendf(out, `\x%02x`, b)
		}
	}
	return string(append(out, '"'))
}
