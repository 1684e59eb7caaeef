package diag

// This file has the words of messages: names as they are listed, and the name that was probably meant.

import "strings"

// MaxQuoted is how many bytes of a document a hint repeats at most.
const MaxQuoted = 120

// Quoted lists words, each in back quotes.
func Quoted(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + w + "`")
	}
	return b.String()
}

// Suggest asks whether the nearest of the known names was meant; "" where none is near.
func Suggest(name string, known []string) string {
	if n := Nearest(name, known); n != "" {
		return "did you mean `" + n + "`?"
	}
	return ""
}

// Nearest returns the candidate closest to name by edit distance (insertion,
// deletion, substitution or a swap of neighbours counts one), or "" when none
// is near enough: at most a third of name's length, rounded up. The first of
// equals wins, so the answer does not depend on anything but the order given.
func Nearest(name string, candidates []string) string {
	limit := (len(name) + 2) / 3
	best, found := limit+1, ""
	for _, c := range candidates {
		if d := distance(name, c, best); d < best {
			best, found = d, c
		}
	}
	return found
}

// distance is the optimal string alignment distance of a and b, or limit where it is
// at least that. Only cells less than limit off the diagonal are looked at.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > 64 || len(b) > 64 {
		return limit
	}
	var rows [3][65]int
	prev2, prev, row := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		first, last := max(1, i-limit), min(len(b), i+limit)
		row[first-1] = i // at least what it is, and exact in the first column
		least := row[first-1]
		for j := first; j <= last; j++ {
			cost := 1
			if lower(a[i-1]) == lower(b[j-1]) {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
		if last < len(b) {
			row[last+1] = limit
		}
		prev2, prev, row = prev, row, prev2
	}
	return min(prev[len(b)], limit)
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
