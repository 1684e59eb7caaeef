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
// is filled in for what a mapping leaves out is taken off *fill; below zero nothing fits.
func Decode(d *canon.Doc, n canon.Node, t *types.Type, fill *int) (value.Value, *Mismatch) {
	kind := d.Kind(n)
	switch t.Kind {
	case types.Bool:
		if kind == canon.True || kind == canon.False {
			return value.OfBool(kind == canon.True), nil
		}
		return value.Value{}, wrongKind(d, n, t, "true or false")
	case types.Int:
		return decodeInt(d, n, t)
	case types.Double:
		if kind != canon.Number {
			return value.Value{}, wrongKind(d, n, t, "a number")
		}
		return value.OfDouble(d.Float(n)), nil
	case types.Timestamp, types.Duration, types.String, types.Enum:
		return decodeText(d, n, t)
	case types.List:
		return decodeList(d, n, t, fill)
	case types.Map, types.Record:
		if kind != canon.Object {
			return value.Value{}, wrongKind(d, n, t, "a mapping")
		}
		if t.Kind == types.Map && t.Key.Kind != types.Enum {
			return decodeMap(d, n, t, fill)
		}
		return decodeRecord(d, n, t, fill)
	}
	return decodeAny(d, n), nil
}

// wrongKind says that n is not of the JSON kind that a t has.
func wrongKind(d *canon.Doc, n canon.Node, t *types.Type, want string) *Mismatch {
	return &Mismatch{Message: "expected " + want + ", found " + d.Kind(n).String() + ".", Node: n, Want: t,
		Hint: mend(d, n, t)}
}

func decodeInt(d *canon.Doc, n canon.Node, t *types.Type) (value.Value, *Mismatch) {
	if d.Kind(n) != canon.Number {
		return value.Value{}, wrongKind(d, n, t, "a whole number")
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
}

// decodeText reads what is text in JSON: text, a member, a time.
func decodeText(d *canon.Doc, n canon.Node, t *types.Type) (value.Value, *Mismatch) {
	if d.Kind(n) != canon.String {
		want := "text"
		switch t.Kind {
		case types.Timestamp:
			want = "text with a timestamp"
		case types.Duration:
			want = "text with a duration"
		case types.Enum:
			want = "one of " + diag.Quoted(t.Members)
		}
		return value.Value{}, wrongKind(d, n, t, want)
	}
	s := d.String(n)
	wrong := Mismatch{Node: n, Want: t}
	switch t.Kind {
	case types.Timestamp:
		if v, ok := value.ParseTimestamp(s); ok {
			return v, nil
		}
		wrong.Message, wrong.Hint = "this is no timestamp.", "write it as `2026-01-31T12:00:00Z`."
	case types.Duration:
		if v, ok := value.ParseDuration(s); ok {
			return v, nil
		}
		wrong.Message, wrong.Hint = "this is no duration.", "write it as `90s` or `1h30m`."
	case types.Enum:
		if i := t.Member(s); i >= 0 {
			return t.Values[i], nil
		}
		wrong.Message = "`" + strings.Clone(s) + "` is none of " + diag.Quoted(t.Members) + "."
		wrong.Hint = diag.Suggest(s, t.Members)
	default:
		v := value.OfString(strings.Clone(s))
		if wrong.Message, wrong.Want = Fits(v, t), nil; wrong.Message == "" {
			return v, nil
		}
	}
	return value.Value{}, &wrong
}

func decodeList(d *canon.Doc, n canon.Node, t *types.Type, fill *int) (value.Value, *Mismatch) {
	if d.Kind(n) != canon.Array {
		return value.Value{}, wrongKind(d, n, t, "a list")
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

// decodeMap reads a mapping whose keys are any text.
func decodeMap(d *canon.Doc, n canon.Node, t *types.Type, fill *int) (value.Value, *Mismatch) {
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

// decodeRecord reads a mapping whose keys are known: a record's fields, or the members of an enum.
// What it leaves out has its type's zero.
func decodeRecord(d *canon.Doc, n canon.Node, t *types.Type, fill *int) (value.Value, *Mismatch) {
	whole := Zero(t)
	zero := whole.Entries()
	if *fill -= zero.Len() - d.Len(n); *fill < 0 {
		return value.Value{}, &Mismatch{Node: n, Hint: "use a smaller type, or fewer of it.",
			Message: "what is left out of mappings comes to more than " + strconv.Itoa(MaxFilled) + " values."}
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
			return value.Value{}, &Mismatch{Node: k, Hint: diag.Suggest(name, known),
				Message: "there is no `" + strings.Clone(name) + "` here; there is " + diag.Quoted(known) + "."}
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

// Unquoted says to write a value without the quotes that make it a text, where it would be a number or a truth value
// then.
func Unquoted(d *canon.Doc, n canon.Node) string {
	if d.Kind(n) != canon.String {
		return ""
	}
	s := d.String(n)
	if _, err := strconv.ParseFloat(s, 64); err == nil && len(s) < diag.MaxQuoted && (Digit(s[0]) || s[0] == '-') ||
		s == "true" || s == "false" {
		return "write `" + strings.Clone(s) + "`, without quotes."
	}
	return ""
}
