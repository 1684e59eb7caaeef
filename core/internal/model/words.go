package model

import "sort"

// This file has the words that messages are made of, and says what a name is.

// titleOr is a title, or the name of what has none.
func titleOr(title, name string) string {
	if title != "" {
		return title
	}
	return name
}

// Letter says whether c may begin a name.
func Letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// Digit says whether c is a decimal digit.
func Digit(c byte) bool { return c >= '0' && c <= '9' }

// Identifier says whether s may follow a dot in an expression.
func Identifier(s string) bool {
	if s == "" || len(s) > MaxName || !Letter(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !Letter(s[i]) && !Digit(s[i]) {
			return false
		}
	}
	return true
}

// ByName lists 0 to n-1 in the order of their names.
func ByName(n int, name func(int) string) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	sort.Slice(list, func(i, j int) bool { return name(list[i]) < name(list[j]) })
	return list
}
