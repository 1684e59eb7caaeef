package text

// This file compiles regular expressions and finds them.
//
// Every expression ignores case. The text it is matched on is folded, so a
// capital letter in it could never match; to warn about capitals would make
// authors write what the machine can work out, and to fold the source by hand
// would get \P, [^A-Z] and ranges wrong. The flag (?i) has all of that right.
//
// It costs speed: Go's regexp looks for a fixed beginning only where case counts.
// Therefore each expression carries words of which the text must contain one for
// it to match at all, read off its syntax tree: a text without them, which is
// most texts, is passed over without running the expression (BenchmarkRegexMiss,
// 10 KB in V8: 0.04 ms to look for a word, 1.5 ms to run an expression).

import (
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// expression is one compiled regular expression.
type expression struct {
	regex *regexp.Regexp
	needs []string // a text with none of these does not match; nil is not known
	steps int      // instructions
}

// may says whether a normalised text can match at all.
func (e *expression) may(text string) bool {
	for _, need := range e.needs {
		if strings.Contains(text, need) {
			return true
		}
	}
	return e.needs == nil
}

const ignoreCase = "(?i)"

func compileRegex(source string) (expression, *Error) {
	if _, err := syntax.Parse(source, syntax.Perl); err != nil {
		return expression{}, syntaxError(source, err)
	}
	tree, err := syntax.Parse(ignoreCase+source, syntax.Perl)
	if err != nil {
		return expression{}, syntaxError(source, err)
	}
	e := expression{steps: steps(tree)}
	if e.steps > MaxSteps {
		return expression{}, tooManySteps("the regular expression", e.steps)
	}
	if err := unmatchable(source, tree); err != nil {
		return expression{}, err
	}
	if e.regex, err = regexp.Compile(ignoreCase + source); err != nil {
		return expression{}, syntaxError(source, err)
	}
	e.needs = needs(tree)
	return e, nil
}

// syntaxError says where an expression stops being one.
func syntaxError(source string, err error) *Error {
	e, ok := err.(*syntax.Error)
	if !ok {
		return &Error{Code: codes.PatternRegex, Message: "the regular expression does not compile: " + err.Error()}
	}
	offset := 0
	message := "the regular expression does not parse: " + e.Code.String()
	switch {
	case e.Code == syntax.ErrTrailingBackslash:
		offset = len(source) - 1
	case e.Code == syntax.ErrMissingParen:
		offset = len(source)
	case e.Code == syntax.ErrUnexpectedParen:
		offset = firstFailing(source, ")", e)
	case len(e.Expr) < len(source):
		offset = firstFailing(source, e.Expr, e)
		message += " " + strconv.Quote(e.Expr)
	}
	if e.Code == syntax.ErrInvalidPerlOp {
		message += " (RE2 has no look-around and no back-references)"
	}
	return &Error{Code: codes.PatternRegex, Message: message, Offset: offset}
}

// firstFailing returns where in the source the part is with whose end the
// same error first comes up.
func firstFailing(source, part string, e *syntax.Error) int {
	for at := 0; ; {
		next := strings.Index(source[at:], part)
		if next < 0 {
			return 0
		}
		at += next
		_, err := syntax.Parse(source[:at+len(part)], syntax.Perl)
		if got, ok := err.(*syntax.Error); ok && got.Code == e.Code || strings.Count(source[at:], part) == 1 {
			return at
		}
		at++
	}
}

// steps is the number of instructions a tree compiles to, within a few. It is
// counted before anything is written out, since a{1000} ten times over is short
// to write.
func steps(re *syntax.Regexp) int {
	n := 0
	for _, sub := range re.Sub {
		if n += steps(sub); n > MaxSteps {
			return n // far enough; a product could overflow
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpConcat:
		return n
	case syntax.OpCapture:
		return n + 2
	case syntax.OpAlternate:
		return n + len(re.Sub) - 1
	case syntax.OpRepeat:
		if re.Max < 0 {
			return n*max(1, re.Min) + 1
		}
		return n*re.Max + re.Max - re.Min
	}
	return n + 1
}

// spelling returns how normalised text has a code point of an expression: with
// fold, the one among those of equal case that is stable. No more than one is.
func spelling(r rune, fold bool) (rune, bool) {
	for c := r; ; {
		if tables().at(c).stable() && c != ypogegrammeni {
			return c, true
		}
		if c = unicode.SimpleFold(c); !fold || c == r {
			return r, false
		}
	}
}

// unmatchable looks for a literal or a class that normalised text never has.
// It does not find all of them: [aä]\x{301} stays unnoticed.
func unmatchable(source string, re *syntax.Regexp) *Error {
	switch re.Op {
	case syntax.OpLiteral:
		literal, bad := literal(re)
		if bad >= 0 {
			return never(source, bad, string(bad))
		}
		// Dots keep blanks at the ends and compose with nothing.
		if normal := Normalise("." + literal + "."); normal != "."+literal+"." {
			return never(source, re.Rune[0], literal)
		}
	case syntax.OpCharClass, syntax.OpNoMatch:
		if len(re.Rune) == 0 {
			return &Error{Code: codes.PatternUnmatchable,
				Message: "the regular expression has a class without members, which matches nothing: take it out"}
		}
		if !possible(re.Rune) {
			return never(source, re.Rune[0], string(re.Rune[0]))
		}
	}
	for _, sub := range re.Sub {
		if err := unmatchable(source, sub); err != nil {
			return err
		}
	}
	return nil
}

// literal returns a literal as normalised text has it, and the first code point
// that it never has, or -1.
func literal(re *syntax.Regexp) (string, rune) {
	var b strings.Builder
	for _, r := range re.Rune {
		s, ok := spelling(r, re.Flags&syntax.FoldCase != 0)
		if !ok {
			return "", r
		}
		b.WriteRune(s)
	}
	return b.String(), -1
}

// possible says whether normalised text has any code point of a class, given as
// pairs of first and last.
func possible(class []rune) bool {
	for i := 0; i < len(class); i += 2 {
		for r := class[i]; r <= class[i+1]; r++ {
			if _, ok := spelling(r, false); ok {
				return true
			}
		}
	}
	return false
}

// never says that a part of an expression, which begins with r, cannot match.
func never(source string, r rune, part string) *Error {
	offset := strings.IndexRune(source, r)
	for c := unicode.SimpleFold(r); offset < 0 && c != r; c = unicode.SimpleFold(c) {
		offset = strings.IndexRune(source, c)
	}
	normal := strings.TrimSuffix(strings.TrimPrefix(Normalise("."+part+"."), "."), ".")
	mend := "write " + strconv.Quote(normal) + " instead"
	switch normal {
	case "":
		mend = "leave it out"
	case " ":
		mend = "write one blank instead"
	}
	return &Error{Code: codes.PatternUnmatchable, Offset: max(0, offset),
		Message: "normalised text never has " + strconv.QuoteToGraphic(part) + ": " + mend}
}

// maxNeeds bounds how many words are looked for before an expression is run; a
// longer list is no faster than the expression.
const maxNeeds = 8

// needs returns words of which at least one is in every text that the tree
// matches, or nil where it finds none.
func needs(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if s, bad := literal(re); bad < 0 {
			return []string{s}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needs(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needs(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if n := needs(sub); n != nil && (best == nil || shortest(n) > shortest(best)) {
				best = n
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			n := needs(sub)
			if all = append(all, n...); n == nil || len(all) > maxNeeds {
				return nil
			}
		}
		return all
	}
	return nil
}

// shortest is the length of the shortest word: the longer, the rarer.
func shortest(words []string) int {
	n := len(words[0])
	for _, w := range words {
		n = min(n, len(w))
	}
	return n
}
