package model

// This file has the words that messages are made of, and says what a name is.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
)

var kindNames = [...]string{canon.Null: "null", canon.False: "false", canon.True: "true", canon.Number: "a number",
	canon.String: "text", canon.Array: "a list", canon.Object: "a mapping"}

// titleOr is a title, or the name of what has none.
func titleOr(title, name string) string {
	if title != "" {
		return title
	}
	return name
}

func quoteList(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + w + "`")
	}
	return b.String()
}

func didYouMean(name string, known []string) string {
	if n := diag.Nearest(name, known); n != "" {
		return "did you mean `" + n + "`?"
	}
	return ""
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// identifier says whether s can stand after a dot in an expression.
func identifier(s string) bool {
	if s == "" || len(s) > MaxName || !letter(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !letter(s[i]) && !digit(s[i]) {
			return false
		}
	}
	return true
}
