package parity

// This file makes types, and values of them as JSON.

import (
	"fmt"
	"strconv"
)

// document writes a type as a bundle does: encoding/json sorts the keys of a map.
func (t *typ) schema() any {
	if t.name != "" {
		return t.name
	}
	return t.body()
}

func (t *typ) body() any {
	switch t.kind {
	case kBool:
		return "bool"
	case kInt:
		if t.max == 1<<53 {
			return "int"
		}
		return map[string]any{"int": []int64{t.min, t.max}}
	case kDouble:
		return "double"
	case kString:
		return map[string]any{"string": t.len}
	case kTimestamp:
		return "timestamp"
	case kDuration:
		return "duration"
	case kEnum:
		return map[string]any{"enum": t.members}
	case kList:
		return map[string]any{"list": map[string]any{"of": t.elem.schema(), "max": t.len}}
	case kMap:
		if t.key != nil {
			return map[string]any{"map": map[string]any{"of": t.elem.schema(), "keys": t.key.schema()}}
		}
		return map[string]any{"map": map[string]any{"of": t.elem.schema(), "max": t.len}}
	}
	fields := map[string]any{}
	for _, f := range t.fields {
		fields[f.name] = f.typ.schema()
	}
	return map[string]any{"record": fields}
}

// scalar makes a type without parts.
func (g *generator) scalar() *typ {
	switch g.N(12) {
	case 0, 1:
		return tBool
	case 2, 3, 4:
		lo := g.Between(-20, 5)
		return &typ{kind: kInt, min: lo, max: lo + g.Between(0, 60)}
	case 5:
		return tInt
	case 6:
		return tDouble
	case 7, 8:
		return &typ{kind: kString, len: int(g.Between(1, 60))}
	case 9:
		return pick(g.Rand, []*typ{tTimestamp, tDuration})
	}
	if e := g.enums(); len(e) > 0 {
		return pick(g.Rand, e)
	}
	return tBool
}

// typ makes a type, nested up to depth.
func (g *generator) typ(depth int) *typ {
	if depth == 0 || g.P(60) {
		return g.scalar()
	}
	if len(g.types) > 0 && g.P(40) {
		return pick(g.Rand, g.types)
	}
	switch g.N(3) {
	case 0:
		return &typ{kind: kList, elem: g.typ(depth - 1), len: int(g.Between(1, 6))}
	case 1:
		t := &typ{kind: kMap, elem: g.typ(depth - 1), len: int(g.Between(1, 5))}
		if e := g.enums(); len(e) > 0 && g.P(50) {
			t.key = pick(g.Rand, e)
		}
		return t
	}
	return g.record(depth)
}

func (g *generator) record(depth int) *typ {
	t := &typ{kind: kRecord}
	for i := range 1 + g.N(3) {
		t.fields = append(t.fields, named{fmt.Sprintf("f%d", i), g.typ(depth - 1)})
	}
	return t
}

// keys are keys of maps from text: plain, odd, and past U+FFFF, where the orders of
// UTF-8 and of UTF-16 differ.
var keys = []string{"a", "b", "k1", "two words", "", "é", "\uffee", "😀", "k-2", "\"q\""}

// value makes a value of t, as JSON would hold it.
func (r *Rand) value(t *typ) any {
	switch t.kind {
	case kBool:
		return r.P(50)
	case kInt:
		switch r.N(8) {
		case 0:
			return r.edge(t.min)
		case 1:
			return r.edge(t.max)
		}
		lo, hi := max(t.min, -9), min(t.max, 99)
		if lo > hi {
			lo, hi = t.min, t.max
		}
		return r.Between(lo, hi)
	case kDouble:
		return pick(r, []any{0, 1, -1, 0.5, 2.25, -3.75, 1e21, 1e-7, 0.1, 123456.789, 5e-324})
	case kString:
		return r.text(t.len)
	case kTimestamp:
		return pick(r, []any{"1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:30.5Z",
			"2026-06-30T23:59:59.999999999+02:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
	case kDuration:
		return pick(r, []any{"0s", "1s", "1h30m", "-5s", "0.5s", "100ms", "86400s", "-1.25s", "1us"})
	case kEnum:
		return pick(r, t.members)
	case kList:
		list := []any{}
		for range r.N(t.len + 1) {
			list = append(list, r.value(t.elem))
		}
		return list
	case kMap:
		m := map[string]any{}
		if t.key != nil {
			for _, k := range t.key.members {
				if r.P(60) {
					m[k] = r.value(t.elem)
				}
			}
			return m
		}
		for range r.N(t.len + 1) {
			m[pick(r, keys)] = r.value(t.elem)
		}
		return m
	}
	m := map[string]any{}
	for _, f := range t.fields {
		if r.P(85) {
			m[f.name] = r.value(f.typ)
		}
	}
	return m
}

// edge keeps a bound within what JSON carries.
func (r *Rand) edge(i int64) int64 { return max(-1<<53+1, min(1<<53-1, i)) }

// wrong makes a value that is not of t, or only nearly.
func (r *Rand) wrong(t *typ) any {
	switch t.kind {
	case kInt:
		return pick(r, []any{1.5, "1", true, nil, r.edge(t.max) + 1, r.edge(t.min) - 1, []any{}, 9007199254740993})
	case kDouble:
		return pick(r, []any{"1.5", nil, false, map[string]any{}})
	case kString:
		long := make([]byte, t.len+1)
		for i := range long {
			long[i] = 'x'
		}
		return pick(r, []any{1, nil, string(long), []any{"x"}})
	case kTimestamp:
		return pick(r, []any{"today", "2026-02-30T00:00:00Z", 0, "2026-01-01", "10000-01-01T00:00:00Z"})
	case kDuration:
		return pick(r, []any{"soon", 5, "1", "1y", ""})
	case kEnum:
		return pick(r, []any{pick(r, t.members) + "x", "", 1, nil})
	case kList:
		if r.P(50) {
			list := []any{}
			for range t.len + 1 {
				list = append(list, r.value(t.elem))
			}
			return list
		}
		return pick(r, []any{map[string]any{}, "x", []any{r.wrong(t.elem)}})
	case kMap:
		m := map[string]any{"nobody-has-this-key": r.value(t.elem)}
		if t.key == nil {
			m[pick(r, keys)] = r.wrong(t.elem)
		}
		return m
	case kRecord:
		f := pick(r, t.fields)
		return pick(r, []any{map[string]any{f.name: r.wrong(f.typ)}, map[string]any{"nofield": 1}, []any{}})
	}
	return pick(r, []any{0, "true", nil})
}

// literal writes a value of t as an expression; ok is false where none is written.
func (r *Rand) literal(t *typ) (string, bool) {
	switch t.kind {
	case kBool:
		return strconv.FormatBool(r.P(50)), true
	case kInt:
		return strconv.FormatInt(r.value(t).(int64), 10), true
	case kDouble:
		return pick(r, []string{"0.0", "1.0", "-2.5", "0.1", "1e3"}), true
	case kString:
		return quote(r.text(min(t.len, 12))), true
	case kTimestamp:
		return "timestamp(" + quote(r.value(t).(string)) + ")", true
	case kDuration:
		return "duration(" + quote(r.value(t).(string)) + ")", true
	case kEnum:
		return t.name + "." + pick(r, t.members), true
	}
	return "", false
}

// quote writes a string literal.
func quote(s string) string {
	b := []byte{'"'}
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < ' ' || c == 0x7f:
			b = fmt.Appendf(b, "\\u%04x", c)
		default:
			b = append(b, string(c)...)
		}
	}
	return string(append(b, '"'))
}
