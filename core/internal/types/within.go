package types

// This file compares the bounds of types.

// Within says whether every value of a is a value of b, as far as the declared
// bounds tell; when in doubt it says no.
func Within(a, b *Type) bool {
	if a == b {
		return true
	}
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case Int:
		return !b.Bounded || a.Bounded && a.Min >= b.Min && a.Max <= b.Max
	case String:
		return b.Len == 0 || a.Len > 0 && a.Len <= b.Len
	case Bool, Timestamp, Duration:
		return true
	case Enum:
		return a.Name != "" && a.Name == b.Name
	case List:
		return Within(a.Elem, b.Elem) && (b.Len == 0 || a.Len > 0 && a.Len <= b.Len)
	}
	return false
}
