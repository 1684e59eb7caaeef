package check

// This file words what diagnostics say.

import (
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
)

// suggest returns what to do about a name that is not one of the choices.
func suggest(name, prefix string, names []string) string {
	if near := diag.Nearest(name, names); near != "" {
		return "did you mean `" + prefix + near + "`?"
	}
	if len(names) == 0 {
		return "there is nothing to choose from."
	}
	return "it is one of " + choices(prefix, names) + "."
}

// choices lists names, the first eight of them.
func choices(prefix string, names []string) string {
	s := ""
	for i, n := range names {
		if i == 8 {
			return s + ", ..."
		}
		if i > 0 {
			s += ", "
		}
		s += "`" + prefix + n + "`"
	}
	return s
}

func firstOf(names []string) string {
	if len(names) == 0 {
		return "MEMBER"
	}
	return names[0]
}

// article writes the type with its article.
func article(t *types.Type) string {
	s := t.String()
	switch t.Kind {
	case types.Null:
		return "null"
	case types.Record:
		if t.Name == "" {
			return "a record"
		}
	case types.Enum:
		if t.Name == "" {
			return "an enum"
		}
	}
	switch s[0] {
	case 'a', 'e', 'i', 'o':
		return "an " + s
	}
	return "a " + s
}

// sentence gives a message the form of one.
func sentence(s string) string {
	if s == "" || s[len(s)-1] == '.' {
		return s
	}
	return s + "."
}

// keyHint says which keys a map takes in place of one of type have.
func keyHint(key, have *types.Type, text string) string {
	if key.Kind == types.Enum {
		return "it is one of " + choices(key.Name+".", key.Members) + "."
	}
	if hint := conversion(key, have, text); hint != "" {
		return hint
	}
	return "give a key of that type."
}

// conversion says how to make a value of type have one of type want; empty where there is no way.
func conversion(want, have *types.Type, text string) string {
	want, have = find(want), find(have)
	from := have.Kind
	switch want.Kind {
	case types.Int:
		if from == types.Double || from == types.Uint || from == types.String || from == types.Timestamp {
			return "write `int(" + text + ")`."
		}
		if from == types.Duration {
			return "write `" + text + ".getSeconds()`."
		}
	case types.Uint:
		if from == types.Int || from == types.Double || from == types.String {
			return "write `uint(" + text + ")`."
		}
	case types.Double:
		if from == types.Int || from == types.Uint || from == types.String {
			return "write `double(" + text + ")`."
		}
	case types.String:
		if from == types.Int || from == types.Uint || from == types.Double || from == types.Bool || from == types.Bytes ||
			from == types.Timestamp || from == types.Duration {
			return "write `string(" + text + ")`."
		}
	case types.Timestamp:
		if from == types.String {
			return "write `timestamp(" + text + ")`."
		}
	case types.Duration:
		if from == types.String {
			return "write `duration(" + text + ")`, where the string looks like `90s` or `1h30m`."
		}
		if from == types.Int && text != "" && text[0] >= '0' && text[0] <= '9' {
			return "write `duration('" + text + "s')` for so many seconds."
		}
		if from == types.Int {
			return "write `duration(string(" + text + ") + 's')` for so many seconds."
		}
	case types.Bytes:
		if from == types.String {
			return "write `bytes(" + text + ")`."
		}
	}
	return ""
}
