package lib

// This file defines matches and the regular expressions it takes.

import (
	"regexp"
	"regexp/syntax"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Regular expressions are RE2's, whose matching takes time in proportion to the
// pattern's size times the text's. A few characters can make a large pattern, as
// (a{100}){10} does, so both the text of a pattern and what it comes to are bounded.
const (
	// MaxPattern is the most bytes the text of a pattern may have.
	MaxPattern = 1024

	// MaxRegexpSize is the most steps a pattern may come to with its repetitions
	// written out: two characters repeated 1000 times, which is RE2's own limit for
	// a repetition.
	MaxRegexpSize = 2048
)

// Regexp is a compiled pattern. It may be used by several goroutines at once.
type Regexp struct {
	re *regexp.Regexp

	// Size is about the number of steps the pattern consists of. Matching takes at
	// most in the order of Size steps for each byte of the text, 7 ns each natively:
	// the caller counts them, or a megabyte of text takes half a minute.
	Size int
}

// CompileRegexp compiles a pattern in RE2's syntax, or returns why it cannot: an
// InvalidArgument or SizeLimit error. failed is null where there is a pattern.
// See https://github.com/google/re2/wiki/Syntax.
func CompileRegexp(pattern string) (re *Regexp, failed value.Value) {
	if len(pattern) > MaxPattern {
		return nil, value.TooLarge(len(pattern), MaxPattern, "bytes of pattern")
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, value.OfError(value.InvalidArgument, "invalid pattern "+excerpt(pattern)+": "+reason(err))
	}
	size := regexpSize(tree)
	if size > MaxRegexpSize {
		return nil, value.OfError(value.SizeLimit,
			"the pattern "+excerpt(pattern)+" is too large with its repetitions written out")
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, value.OfError(value.InvalidArgument, "invalid pattern "+excerpt(pattern)+": "+reason(err))
	}
	return &Regexp{re: compiled, Size: size}, value.Value{}
}

// reason returns what is wrong with a pattern, without the pattern.
func reason(err error) string {
	if e, ok := err.(*syntax.Error); ok {
		if e.Expr == "" {
			return e.Code.String()
		}
		return e.Code.String() + " " + excerpt(e.Expr)
	}
	return err.Error()
}

// regexpSize counts the steps of a pattern, up to somewhat over MaxRegexpSize.
func regexpSize(re *syntax.Regexp) int {
	size := 1
	switch re.Op {
	case syntax.OpLiteral:
		size = len(re.Rune)
	case syntax.OpConcat, syntax.OpRepeat:
		size = 0
	case syntax.OpCapture:
		size = 2
	}
	for _, sub := range re.Sub {
		if size += regexpSize(sub); size > MaxRegexpSize {
			return size
		}
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max, 1)
	}
	return size
}

// MatchesCompiled says whether re matches anywhere in s.
func MatchesCompiled(re *Regexp, s string) bool { return re.re.MatchString(s) }

// matches compiles its pattern each time and counts nothing; the machine compiles a
// literal once and counts for both.
func matches(args []value.Value) value.Value {
	if !are(args, value.String, value.String) {
		return noOverload("matches", args...)
	}
	re, failed := CompileRegexp(args[1].Str())
	if re == nil {
		return failed
	}
	return value.OfBool(MatchesCompiled(re, args[0].Str()))
}
