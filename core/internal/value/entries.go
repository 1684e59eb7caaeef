package value

// This file defines Entries, the contents of a map or a record.

import (
	"cmp"
	"sort"
	"strings"
)

// Entries are a map's keys and values, in the one order a map is ever walked:
// booleans, then numbers by value, then strings by their UTF-8 bytes. Map order
// reaches decisions, so it may depend on nothing else. A record's entries are
// its fields in the same order, so that a field's index is known when compiled.
// A key is a Bool, Int, Uint or String, as in CEL.
type Entries struct {
	Keys []Value
	Vals []Value
}

// NewMap returns the map of keys[i] to vals[i], or an Error: a key of a kind that
// no map has, or two keys that are equal (1 and 1u are). It takes both slices
// over and sorts them in place.
func NewMap(keys, vals []Value) Value {
	sorted := true
	for i := range keys {
		if keyRank(keys[i].K) == 0 {
			return OfError(NoSuchOverload, "a map key is a bool, int, uint or string, not "+keys[i].K.String())
		}
		sorted = sorted && (i == 0 || compareKeys(keys[i-1], keys[i]) < 0)
	}
	e := &Entries{Keys: keys, Vals: vals}
	if sorted {
		return OfMap(e)
	}
	sort.Sort(byKey{e})
	for i := 1; i < len(keys); i++ {
		if compareKeys(keys[i-1], keys[i]) == 0 {
			return OfError(DuplicateKey, "duplicate key: "+string(AppendQuoted(nil, keys[i])))
		}
	}
	return OfMap(e)
}

// Len returns the number of entries.
func (e *Entries) Len() int { return len(e.Keys) }

// Find returns the value under key, and whether there is one. A number finds the
// key of its value whatever the two kinds; a double with a fraction finds none,
// nor does a value that cannot be a key.
func (e *Entries) Find(key Value) (Value, bool) {
	switch key.K {
	case String:
		return e.Field(key.Str())
	case Double:
		f := key.Double()
		switch {
		case f >= -1<<63 && f < 1<<63 && float64(int64(f)) == f:
			key = OfInt(int64(f))
		case f >= 1<<63 && f < 1<<64:
			key = OfUint(uint64(f))
		default:
			return Value{}, false
		}
	case Bool, Int, Uint:
	default:
		return Value{}, false
	}
	lo, hi := 0, len(e.Keys)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if compareKeys(e.Keys[mid], key) >= 0 {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo < len(e.Keys) && compareKeys(e.Keys[lo], key) == 0 {
		return e.Vals[lo], true
	}
	return Value{}, false
}

// Field returns the value under the string key name, and whether there is one.
func (e *Entries) Field(name string) (Value, bool) {
	lo, hi := 0, len(e.Keys)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if k := e.Keys[mid]; k.K == String && k.Str() >= name {
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

// keyRank places the kinds of keys among each other; 0 is no kind of key.
func keyRank(k Kind) int {
	switch k {
	case Bool:
		return 1
	case Int, Uint:
		return 2
	case String:
		return 3
	}
	return 0
}

// compareKeys is a total order over keys, zero only where they are equal.
func compareKeys(a, b Value) int {
	if order := cmp.Compare(keyRank(a.K), keyRank(b.K)); order != 0 {
		return order
	}
	switch {
	case a.K == String:
		return strings.Compare(a.Str(), b.Str())
	case a.K == b.K && a.K == Int:
		return cmp.Compare(a.Int(), b.Int())
	case a.K == Int:
		return compareIntUint(a.Int(), b.N)
	case b.K == Int:
		return -compareIntUint(b.Int(), a.N)
	}
	return cmp.Compare(a.N, b.N)
}

// byKey sorts entries by key, values along with them.
type byKey struct{ *Entries }

func (e byKey) Less(i, j int) bool { return compareKeys(e.Keys[i], e.Keys[j]) < 0 }

func (e byKey) Swap(i, j int) {
	e.Keys[i], e.Keys[j] = e.Keys[j], e.Keys[i]
	e.Vals[i], e.Vals[j] = e.Vals[j], e.Vals[i]
}
