package value

// This file defines Entries, the contents of a map or a record.

// Entries are a map's keys and values, in the one order a map is ever walked:
// booleans, then numbers by value, then strings by their UTF-8 bytes. Map order
// reaches decisions, so it may depend on nothing else. A record's entries are
// its fields in the same order, so that a field's index is known when compiled.
type Entries struct {
	Keys []Value
	Vals []Value
}

// Len returns the number of entries.
func (e *Entries) Len() int { return len(e.Keys) }

// Field returns the value under the string key name, and whether there is one.
func (e *Entries) Field(name string) (Value, bool) {
	lo, hi := 0, len(e.Keys)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if k := e.Keys[mid]; k.K == String && k.Str() >= name || k.K > String {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo < len(e.Keys) && e.Keys[lo].K == String && e.Keys[lo].Str() == name {
		return e.Vals[lo], true
	}
	return Value{}, false
}
