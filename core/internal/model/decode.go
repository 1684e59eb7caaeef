package model

// This file turns JSON into values of a type.

import (
	"sort"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Mismatch says where a JSON value does not fit its type.
type Mismatch struct {
	Path    string // dotted path below the value: ".to", "[2]"; "" is the value itself
	Message string
	Hint    string
	Node    canon.Node  // the JSON value meant
	Want    *types.Type // what would do there; nil where the message says more than that
}

// Decode reads the JSON value n as a t. Texts are copied, so the result does
// not depend on the document. A nil Mismatch means that it fits. Each value that
// stands for what a mapping leaves out is taken off *fill; below zero nothing fits.
func Decode(d *canon.Doc, n canon.Node, t *types.Type, fill *int) (value.Value, *Mismatch) {
	wrong := func(want string) (value.Value, *Mismatch) {
		return value.Value{}, &Mismatch{Message: "expected " + want + ", found " + d.Kind(n).String() + ".", Node: n, Want: t, Hint: mend(d, n, t)}
	}
	switch t.Kind {
	case types.Bool:
		switch d.Kind(n) {
		case canon.True:
			return value.OfBool(true), nil
		case canon.False:
			return value.OfBool(false), nil
		}
		return wrong("true or false")
	case types.Int:
		if d.Kind(n) != canon.Number {
			return wrong("a whole number")
		}
		i, ok := d.Int(n)
		if !ok {
			return value.Value{}, &Mismatch{Message: "expected a whole number.", Node: n, Want: t}
		}
		v := value.OfInt(i)
		if m := Fits(v, t); m != "" {
			return value.Value{}, &Mismatch{Message: m, Node: n, Want: t}
		}
		return v, nil
	case types.Double:
		if d.Kind(n) != canon.Number {
			return wrong("a number")
		}
		return value.OfDouble(d.Float(n)), nil
	case types.Timestamp:
		if d.Kind(n) != canon.String {
			return wrong("text with a timestamp")
		}
		if v, ok := value.ParseTimestamp(d.String(n)); ok {
			return v, nil
		}
		return value.Value{}, &Mismatch{Message: "this is no timestamp.", Hint: "write it as `2026-01-31T12:00:00Z`.", Node: n, Want: t}
	case types.Duration:
		if d.Kind(n) != canon.String {
			return wrong("text with a duration")
		}
		if v, ok := value.ParseDuration(d.String(n)); ok {
			return v, nil
		}
		return value.Value{}, &Mismatch{Message: "this is no duration.", Hint: "write it as `90s` or `1h30m`.", Node: n, Want: t}
	case types.String:
		if d.Kind(n) != canon.String {
			return wrong("text")
		}
		v := value.OfString(strings.Clone(d.String(n)))
		if m := Fits(v, t); m != "" {
			return value.Value{}, &Mismatch{Message: m, Node: n}
		}
		return v, nil
	case types.Enum:
		if d.Kind(n) != canon.String {
			return wrong("one of " + diag.Quoted(t.Members))
		}
		s := d.String(n)
		if i := t.Member(s); i >= 0 {
			return t.Values[i], nil
		}
		hint := diag.Suggest(s, t.Members)
		return value.Value{}, &Mismatch{Message: "`" + strings.Clone(s) + "` is none of " + diag.Quoted(t.Members) + ".", Hint: hint, Node: n, Want: t}
	case types.List:
		if d.Kind(n) != canon.Array {
			return wrong("a list")
		}
		if l := d.Len(n); l > t.Len && t.Len > 0 {
			return value.Value{}, &Mismatch{Message: tooMany(l, t.Len, "items"), Node: n}
		}
		items := make([]value.Value, 0, d.Len(n))
		for e := d.First(n); e >= 0; e = d.Next(e) {
			v, m := Decode(d, e, t.Elem, fill)
			if m != nil {
				m.Path = "[" + strconv.Itoa(len(items)) + "]" + m.Path
				return v, m
			}
			items = append(items, v)
		}
		return value.OfList(items), nil
	case types.Map, types.Record:
		if d.Kind(n) != canon.Object {
			return wrong("a mapping")
		}
		return decodeObject(d, n, t, fill)
	}
	return decodeAny(d, n), nil
}

// mend says to leave quotes out of what is a number or a truth value without them, and to put a text in them.
func mend(d *canon.Doc, n canon.Node, t *types.Type) string {
	switch {
	case t.Kind == types.Bool || t.Kind == types.Int || t.Kind == types.Double:
		return Unquoted(d, n)
	case t.Kind == types.String && (d.Kind(n) == canon.Number || d.Kind(n) == canon.True || d.Kind(n) == canon.False):
		return "write `\"" + string(d.Canonical(nil, n)) + "\"`, in quotes."
	}
	return ""
}

// decodeAny reads a JSON value of no declared type.
func decodeAny(d *canon.Doc, n canon.Node) value.Value {
	switch d.Kind(n) {
	case canon.True:
		return value.OfBool(true)
	case canon.False:
		return value.OfBool(false)
	case canon.Number:
		if i, ok := d.Int(n); ok {
			return value.OfInt(i)
		}
		return value.OfDouble(d.Float(n))
	case canon.String:
		return value.OfString(strings.Clone(d.String(n)))
	case canon.Array:
		var items []value.Value
		for e := d.First(n); e >= 0; e = d.Next(e) {
			items = append(items, decodeAny(d, e))
		}
		return value.OfList(items)
	case canon.Object:
		e := &value.Entries{}
		for k := d.First(n); k >= 0; k = d.Next(k) {
			e.Keys = append(e.Keys, value.OfString(strings.Clone(d.String(k))))
			e.Vals = append(e.Vals, decodeAny(d, d.Value(k)))
		}
		sort.Sort(byKey{e})
		return value.OfMap(e)
	}
	return value.Value{}
}

func decodeObject(d *canon.Doc, n canon.Node, t *types.Type, fill *int) (value.Value, *Mismatch) {
	if t.Kind == types.Map && t.Key.Kind != types.Enum {
		if l := d.Len(n); l > t.Len && t.Len > 0 {
			return value.Value{}, &Mismatch{Message: tooMany(l, t.Len, "entries"), Node: n}
		}
		e := &value.Entries{}
		for k := d.First(n); k >= 0; k = d.Next(k) {
			name := strings.Clone(d.String(k))
			if len(name) > MaxKeyBytes {
				return value.Value{}, &Mismatch{Message: tooMany(len(name), MaxKeyBytes, "bytes in this key"), Node: k}
			}
			v, m := Decode(d, d.Value(k), t.Elem, fill)
			if m != nil {
				m.Path = part(name) + m.Path
				return v, m
			}
			e.Keys = append(e.Keys, value.OfString(name))
			e.Vals = append(e.Vals, v)
		}
		sort.Sort(byKey{e})
		return value.OfMap(e), nil
	}
	whole := Zero(t)
	zero := whole.Entries()
	if *fill -= zero.Len() - d.Len(n); *fill < 0 {
		return value.Value{}, &Mismatch{Message: "what is left out of mappings comes to more than " + strconv.Itoa(MaxFilled) + " values.", Hint: "use a smaller type, or fewer of it.", Node: n}
	}
	if d.Len(n) == 0 {
		return whole, nil // shared, so that it takes no room
	}
	e := &value.Entries{Keys: zero.Keys, Vals: append([]value.Value(nil), zero.Vals...)}
	for k := d.First(n); k >= 0; k = d.Next(k) {
		name := d.String(k)
		i := find(e, name)
		if i < 0 {
			var known []string
			for _, f := range e.Keys {
				known = append(known, f.Str())
			}
			return value.Value{}, &Mismatch{Message: "there is no `" + strings.Clone(name) + "` here; there is " + diag.Quoted(known) + ".", Hint: diag.Suggest(name, known), Node: k}
		}
		elem := t.Elem
		if t.Kind == types.Record {
			elem = t.Fields[i].Type
		}
		v, m := Decode(d, d.Value(k), elem, fill)
		if m != nil {
			m.Path = part(e.Keys[i].Str()) + m.Path
			return v, m
		}
		e.Vals[i] = v
	}
	return value.OfMap(e), nil
}

// part writes one part of a path: ".name", or ["na me"] where the name is no identifier.
func part(name string) string {
	if Identifier(name) {
		return "." + name
	}
	return "[" + string(canon.AppendString(nil, name)) + "]"
}

func tooMany(n, limit int, what string) string {
	return "there are " + strconv.Itoa(n) + " " + what + ", and at most " + strconv.Itoa(limit) + " are allowed."
}

type byKey struct{ *value.Entries }

func (s byKey) Less(i, j int) bool { return s.Keys[i].Str() < s.Keys[j].Str() }
func (s byKey) Swap(i, j int) {
	s.Keys[i], s.Keys[j] = s.Keys[j], s.Keys[i]
	s.Vals[i], s.Vals[j] = s.Vals[j], s.Vals[i]
}

// find returns the index of the entry with the text key name, or -1.
func find(e *value.Entries, name string) int {
	i := sort.Search(len(e.Keys), func(i int) bool { return e.Keys[i].Str() >= name })
	if i < len(e.Keys) && e.Keys[i].Str() == name {
		return i
	}
	return -1
}

// Unquoted says to write a value without the quotes that make it a text, where it would be a number or a truth value then.
func Unquoted(d *canon.Doc, n canon.Node) string {
	if d.Kind(n) != canon.String {
		return ""
	}
	s := d.String(n)
	if _, err := strconv.ParseFloat(s, 64); err == nil && len(s) < diag.MaxQuoted && (Digit(s[0]) || s[0] == '-') || s == "true" || s == "false" {
		return "write `" + strings.Clone(s) + "`, without quotes."
	}
	return ""
}
