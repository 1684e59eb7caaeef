package text

// This file defines Set, and what can be wrong with the patterns of one.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// Pattern is one alternative of a set: a phrase or a regular expression. Exactly
// one of the two is not empty.
type Pattern struct {
	// Phrase is found at word boundaries, after it and the text are normalised.
	Phrase string
	// Regex is an expression in RE2's syntax (https://github.com/google/re2/wiki/Syntax),
	// of at most MaxPatternBytes. It is matched on the normalised text, without
	// regard to case; there \b, \w, \d and \s know ASCII only, and the text is one
	// line that begins and ends without a blank.
	Regex string
}

// Error says what is wrong with one pattern.
type Error struct {
	Index   int    // of the pattern in the list
	Code    string // area/kebab-case, one of the Code constants
	Message string // what is wrong and what to do, one sentence
	Offset  int    // byte in the Phrase or Regex where it is wrong; 0 where it is the whole
}

// Set is a compiled set of patterns. It is immutable and may be used by many
// Matchers at once.
type Set struct {
	phrases *automaton // nil without phrases
	regexes []expression
	steps   int
}

// Compile makes a set of patterns. An empty list gives a set that nothing hits.
// It returns the first thing that is wrong; Check looks at one pattern alone.
func Compile(patterns []Pattern) (*Set, *Error) {
	if len(patterns) > MaxPatterns {
		return nil, &Error{Index: MaxPatterns, Code: codes.LimitPatternCount,
			Message: "the set has " + strconv.Itoa(len(patterns)) +
				" patterns, the limit is " + strconv.Itoa(MaxPatterns) + ": split it into sets that rules name one by one"}
	}
	s := &Set{}
	var phrases []string
	last := 0
	for i, p := range patterns {
		phrase, regex, err := compile(p)
		if err != nil {
			err.Index = i
			return nil, err
		}
		if p.Phrase != "" {
			phrases, last = append(phrases, phrase), i
			continue
		}
		s.steps += regex.steps
		if s.steps > MaxSteps {
			err := tooManySteps("the regular expressions of the set up to this one", s.steps)
			err.Index = i
			return nil, err
		}
		s.regexes = append(s.regexes, regex)
	}
	if len(phrases) > 0 {
		var ok bool
		if s.phrases, ok = newAutomaton(phrases); !ok {
			return nil, &Error{Index: last, Code: codes.LimitPatternSize,
				Message: "the phrases of the set are too much text together (more than " +
					strconv.Itoa(MaxStates) + " bytes, or " + strconv.Itoa(MaxAutomatonBytes>>20) +
					" MiB unrolled): split it into sets that rules name one by one"}
		}
		s.steps++
	}
	return s, nil
}

// Check returns what is wrong with one pattern, with Index 0, or nil. A list of
// patterns that each pass may still be too large together.
func Check(p Pattern) *Error {
	_, _, err := compile(p)
	return err
}

// Steps is how much work a byte of normalised text is at most, in steps of one
// automaton or instructions of regular expressions: for accounts of cost. It is
// 0 for a set without patterns.
func (s *Set) Steps() int { return s.steps }

// Bytes is the memory that the table of the set's phrases takes.
func (s *Set) Bytes() int {
	if s.phrases == nil {
		return 0
	}
	return 2*len(s.phrases.next) + 4*len(s.phrases.match)
}

// compile gives the normal form of a phrase, or the compiled expression.
func compile(p Pattern) (string, expression, *Error) {
	switch {
	case p.Phrase != "" && p.Regex != "":
		return "", expression{}, &Error{Code: codes.PatternShape,
			Message: "a pattern is a phrase or a regular expression, not both: make it two patterns"}
	case len(p.Phrase) > MaxPatternBytes:
		return "", expression{}, tooLong("the phrase", len(p.Phrase))
	case len(p.Regex) > MaxPatternBytes:
		return "", expression{}, tooLong("the regular expression", len(p.Regex))
	case p.Regex != "":
		e, err := compileRegex(p.Regex)
		return "", e, err
	}
	phrase := Normalise(p.Phrase)
	switch {
	case p.Phrase == "":
		return "", expression{}, &Error{Code: codes.PatternEmpty,
			Message: "the pattern is empty: give it a phrase or a regular expression"}
	case phrase == "":
		return "", expression{}, &Error{Code: codes.PatternEmpty,
			Message: "nothing is left of the phrase " + strconv.QuoteToASCII(p.Phrase) + " after normalising, " +
				"which removes blanks at both ends and invisible characters: give it a letter or a sign"}
	case len(phrase) > MaxPatternBytes:
		return "", expression{}, tooLong("the phrase, normalised,", len(phrase))
	}
	return phrase, expression{}, nil
}

func tooLong(what string, bytes int) *Error {
	return &Error{Code: codes.LimitPatternLength, Offset: MaxPatternBytes,
		Message: what + " has " + strconv.Itoa(bytes) + " bytes, the limit is " +
			strconv.Itoa(MaxPatternBytes) + ": look for the part that tells it from other text"}
}

func tooManySteps(what string, steps int) *Error {
	return &Error{Code: codes.LimitPatternSteps,
		Message: what + " would have " + strconv.Itoa(steps) + " instructions, the limit is " +
			strconv.Itoa(MaxSteps) + ": make repetitions smaller, or phrases of fixed words"}
}
