package model

// This file measures values, and brings what was computed to the form in which
// it is kept.
//
// A list may hold one other list many times over, so that a few expressions make a
// value that is small in memory and has no end when written out. Nothing here
// walks further than its limit, and nothing else walks a computed value that was
// not measured here first.

import (
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Extent is how much values come to when they are written out, a little more
// rather than less.
type Extent struct {
	Bytes  int // as canonical JSON, a comma or colon after each
	Values int // keys counted too
}

var (
	// StateLimit is for a session's variables and logs together, and so for what
	// the effects of one action compute.
	StateLimit = Extent{MaxState, MaxStateValues}

	// ResultLimit is for what is computed to be shown: all derived names together.
	ResultLimit = Extent{value.MaxSize, 4 * value.MaxItems}
)

// most is what a number or a time takes at most as JSON, with its comma.
const most = 48

// Within says whether e is no more than limit.
func (e Extent) Within(limit Extent) bool { return e.Bytes <= limit.Bytes && e.Values <= limit.Values }

// Add counts v in, and stops where e is beyond limit; it says whether it is within.
func (e *Extent) Add(v value.Value, limit Extent) bool {
	e.Values++
	switch v.K {
	case value.String:
		e.addText(v.Str())
	case value.List:
		e.Bytes += 2
		for _, item := range v.Items() {
			if !e.Add(item, limit) {
				return false
			}
		}
	case value.Map:
		e.Bytes += 2
		m := v.Entries()
		for i := range m.Keys {
			if !e.Add(m.Keys[i], limit) || !e.Add(m.Vals[i], limit) {
				return false
			}
		}
	case value.Int:
		e.Bytes += 2
		for i := v.Int(); i >= 10 || i <= -10; i /= 10 {
			e.Bytes++
		}
		if v.Int() < 0 {
			e.Bytes++
		}
	case value.Bool, value.Null:
		e.Bytes += 6
	default:
		e.Bytes += most // doubles, times, and what no state holds
	}
	return e.Within(limit)
}

func (e *Extent) addText(s string) {
	e.Bytes += len(s) + 3
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r':
			e.Bytes++
		case c < ' ':
			e.Bytes += 5
		}
	}
}

// Changed counts in what b does not share with a, and says whether e is within limit. a may be empty.
func (e *Extent) Changed(a, b State, limit Extent) bool {
	for i, v := range b.Vars {
		if (i >= len(a.Vars) || a.Vars[i] != v) && !e.Add(v, limit) {
			return false
		}
	}
	for i, v := range b.Logs {
		if (i >= len(a.Logs) || a.Logs[i] != v) && !e.Add(v, limit) {
			return false
		}
	}
	return true
}

// Most is the most that a value of type t can come to, as far as 1<<40 goes.
func Most(t *types.Type) Extent {
	const far = 1 << 40
	times := func(n int, e Extent) Extent { return Extent{min(far, n*e.Bytes), min(far, n*e.Values)} }
	e := Extent{most, 1}
	switch t.Kind {
	case types.String:
		e.Bytes = 6*t.Len + 3 // every byte may be escaped
	case types.Enum:
		for _, m := range t.Members {
			e.Bytes = max(e.Bytes, len(m)+3)
		}
	case types.List:
		items := times(t.Len, Most(t.Elem))
		e = Extent{2 + items.Bytes, 1 + items.Values}
	case types.Map:
		keys, vals := times(t.Len, Most(t.Key)), times(t.Len, Most(t.Elem))
		e = Extent{2 + keys.Bytes + vals.Bytes, 1 + keys.Values + vals.Values}
	case types.Record:
		e.Bytes = 2
		for _, f := range t.Fields {
			v := Most(f.Type)
			e = Extent{min(far, e.Bytes+v.Bytes+len(f.Name)+3), min(far, e.Values+v.Values+1)}
		}
	}
	return e
}

// Bounded returns v, or an Error where counting it in takes e beyond limit.
func (e *Extent) Bounded(v value.Value, limit Extent) value.Value {
	switch v.K {
	case value.List, value.Map:
		if e.Add(v, limit) {
			return v
		}
	case value.String, value.Bytes:
		if e.Bytes += int(v.N); e.Bytes <= limit.Bytes {
			return v
		}
	default:
		return v
	}
	if e.Bytes > limit.Bytes {
		return value.TooLarge(e.Bytes, limit.Bytes, "bytes or more")
	}
	return value.TooLarge(e.Values, limit.Values, "values or more")
}

// keep returns v as it is kept in a state: bounded, and without a zero that is
// below zero, which JSON does not tell from zero, so that a session that is
// restored from its snapshot would go another way.
func (e *Extent) keep(v value.Value) value.Value { return plain(e.Bounded(v, StateLimit)) }

// plain returns v without negative zeros.
func plain(v value.Value) value.Value {
	switch v.K {
	case value.Double:
		if v.Double() == 0 {
			return value.OfDouble(0)
		}
	case value.List:
		if items, changed := plainItems(v.Items()); changed {
			return value.OfList(items)
		}
	case value.Map:
		if vals, changed := plainItems(v.Entries().Vals); changed {
			return value.OfMap(&value.Entries{Keys: v.Entries().Keys, Vals: vals})
		}
	}
	return v
}

func plainItems(items []value.Value) ([]value.Value, bool) {
	changed := false
	for i, item := range items {
		switch item.K {
		case value.Double, value.List, value.Map:
		default:
			continue
		}
		p := plain(item)
		if p == item {
			continue
		}
		if !changed {
			items, changed = append([]value.Value(nil), items...), true
		}
		items[i] = p
	}
	return items, changed
}
