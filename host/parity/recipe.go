package parity

// This file reads recipes: hostile documents written down in a few lines. A
// recipe is a text file of sections, each begun by a line "-- NAME WORDS":
//
//	A type that doubles with each name.
//	-- load limit/type-size
//	{"holdfast":1, …, "types":{«i 1..256 ,|"t$i":{"record":{"a":"t$(i-1)","b":"t$(i-1)"}}»}}
//	-- decide commit
//	{"action":"go", …}
//
// What comes before the first section says what hurts. The words are what is
// expected; what a section means is up to the test that reads it.
//
// «NAME FROM..TO SEPARATOR|BODY» repeats BODY with the numbers FROM to TO in place
// of $NAME, and each number less one in place of $(NAME-1). Repetitions nest; \n in a
// SEPARATOR is a line's end.

import (
	"fmt"
	"strconv"
	"strings"
)

// Section is one step of a recipe.
type Section struct {
	Name  string // "load", "decide", …
	Words string // the rest of the line
	Body  []byte // with everything repeated that is to be
}

// Recipe is a hostile document and what is done with it.
type Recipe struct {
	About    string
	Sections []Section
}

// maxExpanded bounds a section: no engine takes more than 8 MiB in one call.
const maxExpanded = 16 << 20

// ReadRecipe reads a recipe and carries out its repetitions.
func ReadRecipe(src string) (*Recipe, error) {
	r := &Recipe{}
	about, rest, _ := strings.Cut("\n"+src, "\n-- ")
	r.About = strings.TrimSpace(about)
	for rest != "" {
		var section string
		section, rest, _ = strings.Cut(rest, "\n-- ")
		line, body, _ := strings.Cut(section, "\n")
		name, words, _ := strings.Cut(line, " ")
		out, err := expand(nil, strings.TrimSuffix(body, "\n"), nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.Sections = append(r.Sections, Section{name, words, out})
	}
	return r, nil
}

// binding is a name and the number it means.
type binding struct {
	name string
	n    int
}

// expand appends s to dst with its repetitions carried out.
func expand(dst []byte, s string, bound []binding) ([]byte, error) {
	for {
		i := strings.Index(s, "«")
		if i < 0 {
			return fill(dst, s, bound), nil
		}
		dst = fill(dst, s[:i], bound)
		s = s[i+len("«"):]
		body, after, ok := closing(s)
		if !ok {
			return nil, fmt.Errorf("« without »: %.40s", s)
		}
		s = after
		head, body, ok := strings.Cut(body, "|")
		name, limits, ok2 := strings.Cut(head, " ")
		limits, separator, _ := strings.Cut(limits, " ")
		separator = strings.ReplaceAll(separator, `\n`, "\n")
		low, high, ok3 := strings.Cut(limits, "..")
		from, err1 := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if !ok || !ok2 || !ok3 || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("«%s|: not NAME FROM..TO SEPARATOR", head)
		}
		for n := from; n <= to; n++ {
			if n > from {
				dst = append(dst, separator...)
			}
			var err error
			if dst, err = expand(dst, body, append(bound[:len(bound):len(bound)], binding{name, n})); err != nil {
				return nil, err
			}
			if len(dst) > maxExpanded {
				return nil, fmt.Errorf("«%s|: over %d bytes", head, maxExpanded)
			}
		}
	}
}

// closing cuts s at the » that closes it.
func closing(s string) (body, after string, ok bool) {
	depth := 1
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "«"):
			depth++
		case strings.HasPrefix(s[i:], "»"):
			if depth--; depth == 0 {
				return s[:i], s[i+len("»"):], true
			}
		}
	}
	return "", "", false
}

// fill appends s with the bound names replaced.
func fill(dst []byte, s string, bound []binding) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '$' {
			dst = append(dst, s[i])
			continue
		}
		found := false
		for _, b := range bound {
			if strings.HasPrefix(s[i+1:], b.name) {
				dst = strconv.AppendInt(dst, int64(b.n), 10)
				i += len(b.name)
				found = true
				break
			}
			if before := "(" + b.name + "-1)"; strings.HasPrefix(s[i+1:], before) {
				dst = strconv.AppendInt(dst, int64(b.n-1), 10)
				i += len(before)
				found = true
				break
			}
		}
		if !found {
			dst = append(dst, '$')
		}
	}
	return dst
}
