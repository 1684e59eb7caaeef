package text

// This file declares the limits of patterns.

const (
	// MaxPatterns is the most alternatives of one set: more words than a block list
	// in use has, few enough to check and compile within a tenth of a second.
	MaxPatterns = 20_000

	// MaxPatternBytes is the most bytes of a phrase, as written and as normalised,
	// and of a regular expression. A long paragraph fits; the sources of errors and
	// the matches of the automaton stay small.
	MaxPatternBytes = 2048

	// MaxStates is the most states of the automaton of a set's phrases, which is
	// about the number of their bytes less what they share at the beginning. States
	// are numbered with 16 bits, which halves the table and keeps it in the cache.
	MaxStates = 1 << 16

	// MaxAutomatonBytes is the most bytes of the automaton's table: states times
	// different bytes in the phrases times two. A thousand English phrases of twenty
	// letters take about one megabyte. Linear memory of a module never shrinks.
	MaxAutomatonBytes = 8 << 20

	// MaxSteps is the most instructions of all regular expressions of a set, their
	// repetitions written out: the work per byte of text is at most proportional to
	// it. An expression of daily use has 10 to 100.
	MaxSteps = 5000

	// MaxSpans is the most spans Find reports, the first ones in the text, and the
	// most matches of one regular expression it looks at. A person who mends a text
	// needs no more at once, and decisions that carry them stay small.
	MaxSpans = 64
)
