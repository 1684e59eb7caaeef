package model

// This file says whether a value is one of a type's, and which one a type begins with.

import (
	"math"
	"sort"
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// kindOf is the kind at run time of the values of a declared type.
var kindOf = [...]value.Kind{types.Bool: value.Bool, types.Int: value.Int, types.Double: value.Double,
	types.String: value.String, types.Enum: value.String,
	types.Timestamp: value.Timestamp, types.Duration: value.Duration, types.List: value.List,
	types.Map: value.Map, types.Record: value.Map}

// conforms says whether v is of the kinds that t has, whatever the bounds. The
// checker has settled that of all that does not come through a dyn, such as an item
// of a constant list of several kinds.
func conforms(v value.Value, t *types.Type) bool {
	if v.K != kindOf[t.Kind] {
		return false
	}
	switch t.Kind {
	case types.List:
		for _, item := range v.Items() {
			if !conforms(item, t.Elem) {
				return false
			}
		}
	case types.Map:
		e := v.Entries()
		for i := range e.Keys {
			if !conforms(e.Keys[i], t.Key) || !conforms(e.Vals[i], t.Elem) {
				return false
			}
		}
	case types.Record:
		e := v.Entries()
		if e.Len() != len(t.Fields) {
			return false
		}
		for i, f := range t.Fields {
			if e.Keys[i].K != value.String || e.Keys[i].Str() != f.Name || !conforms(e.Vals[i], f.Type) {
				return false
			}
		}
	}
	return true
}

// Zero returns the value a variable of type t has where nothing is said.
func Zero(t *types.Type) value.Value {
	if t.Zero.K != value.Null {
		return t.Zero
	}
	switch t.Kind {
	case types.Bool:
		return value.OfBool(false)
	case types.Int:
		return value.OfInt(max(t.Min, min(t.Max, 0)))
	case types.Double:
		return value.OfDouble(0)
	case types.String:
		return value.OfString("")
	case types.Timestamp:
		return value.OfTimestamp(0, 0)
	case types.Duration:
		return value.OfDuration(0, 0)
	case types.Enum:
		return t.Values[0]
	case types.List:
		return value.OfList(nil)
	case types.Map:
		e := &value.Entries{}
		if t.Key.Kind == types.Enum {
			for _, k := range t.Key.Values {
				e.Keys = append(e.Keys, k)
				e.Vals = append(e.Vals, Zero(t.Elem))
			}
			sort.Sort(byKey{e})
		}
		return value.OfMap(e)
	case types.Record:
		e := &value.Entries{}
		for _, f := range t.Fields {
			e.Keys = append(e.Keys, value.OfString(f.Name))
			e.Vals = append(e.Vals, Zero(f.Type))
		}
		return value.OfMap(e)
	}
	return value.Value{}
}

// Fits says in what way v is outside of t, "" where it is inside. It is for
// what an effect computed, whose kinds are known.
func Fits(v value.Value, t *types.Type) string {
	switch t.Kind {
	case types.Int:
		if i := v.Int(); t.Bounded && (i < t.Min || i > t.Max) {
			if t.Min <= -MaxValue+1 && t.Max >= MaxValue-1 {
				return strconv.FormatInt(i, 10) + " is not within ±(2^53−1)."
			}
			return strconv.FormatInt(i, 10) + " is not within " + strconv.FormatInt(t.Min, 10) + " to " +
				strconv.FormatInt(t.Max, 10) + "."
		}
	case types.Double:
		if f := v.Double(); math.IsNaN(f) || math.IsInf(f, 0) {
			return "the number is not finite."
		} else if !canon.Fits(f) {
			return "the number is whole and beyond ±(2^53−1), where JSON does not carry whole numbers exactly."
		}
	case types.String:
		if n := int(v.Int()); t.Len > 0 && n > t.Len {
			return "the text has " + strconv.Itoa(n) + " bytes, and at most " + strconv.Itoa(t.Len) + " are allowed."
		}
	case types.Enum:
		if t.Member(v.Str()) < 0 {
			return "`" + v.Str() + "` is none of " + diag.Quoted(t.Members) + "."
		}
	case types.List:
		if n := int(v.Int()); t.Len > 0 && n > t.Len {
			return tooMany(n, t.Len, "items")
		}
		for _, e := range v.Items() {
			if m := Fits(e, t.Elem); m != "" {
				return m
			}
		}
	case types.Map:
		e := v.Entries()
		if t.Len > 0 && e.Len() > t.Len {
			return tooMany(e.Len(), t.Len, "entries")
		}
		if t.Key.Kind == types.Enum && e.Len() != t.Len {
			return "an entry is missing; there must be one for each of " + diag.Quoted(t.Key.Members) + "."
		}
		for i, w := range e.Vals {
			k := e.Keys[i]
			if k.K != value.String {
				return "a key is no text."
			}
			if t.Key.Kind == types.Enum && t.Key.Member(k.Str()) < 0 {
				return "`" + k.Str() + "` is none of " + diag.Quoted(t.Key.Members) + "."
			}
			if len(k.Str()) > MaxKeyBytes {
				return tooMany(len(k.Str()), MaxKeyBytes, "bytes in a key")
			}
			if m := Fits(w, t.Elem); m != "" {
				return m
			}
		}
	case types.Record:
		for i, w := range v.Entries().Vals {
			if m := Fits(w, t.Fields[i].Type); m != "" {
				return t.Fields[i].Name + ": " + m
			}
		}
	}
	return ""
}
