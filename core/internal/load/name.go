package load

// This file says which names a bundle may declare.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// reserved are CEL's reserved words, its type names used as values, and the roots of expressions.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
	"package", "namespace", "null", "return", "true", "var", "void", "while",
	"state", "next", "args", "actor", "proposal", "logs", "constants", "params", "metadata", "derived",
	"cursor", "profiles",
	"confirm", "decline", "expire", "unfreeze", // Builtins
}

// identifier reports a name that is not well-formed, or is reserved; key says that the member's name is meant.
func (x node) identifier(s, what string, key bool) bool {
	fail := x.fail
	if key {
		fail = x.failKey
	}
	if !model.Identifier(s) {
		fail(codes.BundleName, "`"+s+"` cannot name "+what+".",
			"use letters, digits and `_`, not starting with a digit, at most 64.")
		return false
	}
	for _, w := range reserved {
		if w == s {
			fail(codes.BundleName, "`"+s+"` is a reserved word and cannot name "+what+".",
				"choose another name, such as `"+s+"_`.")
			return false
		}
	}
	return true
}

// member reports an enum member that is not well-formed: an identifier that may have '-' inside.
func (x node) member(s string) bool {
	good := s != "" && len(s) <= model.MaxName && model.Letter(s[0]) && s[len(s)-1] != '-'
	for i := 1; i < len(s) && good; i++ {
		good = model.Letter(s[i]) || model.Digit(s[i]) || s[i] == '-'
	}
	if !good {
		x.fail(codes.BundleName, "`"+s+"` cannot name a member.",
			"use letters, digits, `_` and `-` inside, not starting with a digit, at most 64.")
	}
	return good
}

// id reads an id: letters, digits, '.', '_' and '-', starting with a letter or digit.
func (x node) id() (string, bool) {
	s, ok := x.text(MaxText)
	if !ok {
		return "", false
	}
	good := s != "" && len(s) <= model.MaxName && (model.Digit(s[0]) || model.Letter(s[0]) && s[0] != '_')
	for i := 1; i < len(s) && good; i++ {
		good = model.Letter(s[i]) || model.Digit(s[i]) || s[i] == '.' || s[i] == '-'
	}
	if !good {
		x.fail(codes.BundleName, "`"+s+"` is no id.",
			"use letters, digits, `.`, `_` and `-`, at most 64; ids with a colon are built in.")
	}
	return s, good
}

// slug reads a bundle's or catalog's name.
func (x node) slug() (string, bool) {
	s, ok := x.text(MaxText)
	if !ok {
		return "", false
	}
	good := s != "" && len(s) <= model.MaxName && s[0] != '-' && s[len(s)-1] != '-'
	for i := 0; i < len(s) && good; i++ {
		good = s[i] >= 'a' && s[i] <= 'z' || model.Digit(s[i]) || s[i] == '-'
	}
	if !good {
		x.fail(codes.BundleName, "`"+s+"` cannot name a bundle.",
			"use lower-case letters, digits and `-` inside, at most 64.")
	}
	return s, good
}

// semver reads a semantic version.
func (x node) semver() (string, bool) {
	s, ok := x.text(MaxText)
	if !ok {
		return "", false
	}
	if !semver(s) {
		x.fail(codes.BundleName, "`"+s+"` is no semantic version.", "write it as `1.0.0`, or `1.0.0-beta.1`.")
		return s, false
	}
	return s, true
}

// semver says whether s is MAJOR.MINOR.PATCH with an optional -PRERELEASE (https://semver.org).
func semver(s string) bool {
	if len(s) > model.MaxName {
		return false
	}
	i := 0
	for part := 0; part < 3; part++ {
		start := i
		for i < len(s) && model.Digit(s[i]) {
			i++
		}
		if i == start || i-start > 1 && s[start] == '0' {
			return false
		}
		if part < 2 {
			if i == len(s) || s[i] != '.' {
				return false
			}
			i++
		}
	}
	if i == len(s) {
		return true
	}
	if s[i] != '-' || i+1 == len(s) {
		return false
	}
	for i++; i < len(s); i++ {
		if !model.Digit(s[i]) && s[i] != '-' && s[i] != '.' && (!model.Letter(s[i]) || s[i] == '_') {
			return false
		}
	}
	return s[len(s)-1] != '.'
}
