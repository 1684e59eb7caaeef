package model

// This file turns JSON into values of a type, and values into canonical JSON.

import (
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
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
		return value.Value{}, &Mismatch{Message: "expected " + want + ", found " + kindNames[d.Kind(n)] + ".", Node: n, Want: t, Hint: mend(d, n, t)}
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
			return wrong("one of " + quoteList(t.Members))
		}
		s := d.String(n)
		if i := t.Member(s); i >= 0 {
			return t.Values[i], nil
		}
		hint := didYouMean(s, t.Members)
		return value.Value{}, &Mismatch{Message: "`" + strings.Clone(s) + "` is none of " + quoteList(t.Members) + ".", Hint: hint, Node: n, Want: t}
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
		return unquoted(d, n)
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
			return value.Value{}, &Mismatch{Message: "there is no `" + strings.Clone(name) + "` here; there is " + quoteList(known) + ".", Hint: didYouMean(name, known), Node: k}
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
	if identifier(name) {
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

// Fits says in what way v is outside of t, "" where it is inside. It judges
// what an effect computed, whose kinds are settled.
func Fits(v value.Value, t *types.Type) string {
	switch t.Kind {
	case types.Int:
		if i := v.Int(); t.Bounded && (i < t.Min || i > t.Max) {
			if t.Min <= -MaxValue+1 && t.Max >= MaxValue-1 {
				return strconv.FormatInt(i, 10) + " is not within ±(2^53−1)."
			}
			return strconv.FormatInt(i, 10) + " is not within " + strconv.FormatInt(t.Min, 10) + " to " + strconv.FormatInt(t.Max, 10) + "."
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
			return "`" + v.Str() + "` is none of " + quoteList(t.Members) + "."
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
			return "an entry is missing; there must be one for each of " + quoteList(t.Key.Members) + "."
		}
		for i, w := range e.Vals {
			k := e.Keys[i]
			if k.K != value.String {
				return "a key is no text."
			}
			if t.Key.Kind == types.Enum && t.Key.Member(k.Str()) < 0 {
				return "`" + k.Str() + "` is none of " + quoteList(t.Key.Members) + "."
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

// AppendJSON appends v as canonical JSON. What JSON has no form for is written
// as text: numbers beyond ±(2^53−1), a double that is not finite, bytes (as
// base64 without padding), times, types and errors (their code).
func AppendJSON(dst []byte, v value.Value) []byte {
	switch v.K {
	case value.Null:
		return append(dst, "null"...)
	case value.Bool:
		if v.True() {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case value.Int:
		if i := v.Int(); i > -MaxValue && i < MaxValue {
			return canon.AppendInt(dst, i)
		}
		return canon.AppendString(dst, strconv.FormatInt(v.Int(), 10))
	case value.Uint:
		if v.N < MaxValue {
			return canon.AppendInt(dst, v.Int())
		}
		return canon.AppendString(dst, strconv.FormatUint(v.N, 10))
	case value.Double:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) && canon.Fits(f) {
			return canon.AppendFloat(dst, f)
		}
		return canon.AppendString(dst, strconv.FormatFloat(v.Double(), 'g', -1, 64))
	case value.String, value.Type:
		return canon.AppendString(dst, v.Str())
	case value.Bytes:
		return appendBase64(append(dst, '"'), v.Bytes())
	case value.Duration:
		return append(value.AppendDuration(append(dst, '"'), v), '"')
	case value.Timestamp:
		return append(value.AppendTimestamp(append(dst, '"'), v), '"')
	case value.List:
		dst = append(dst, '[')
		for i, e := range v.Items() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, e)
		}
		return append(dst, ']')
	case value.Map:
		return appendObject(dst, v.Entries())
	case value.Error:
		return canon.AppendString(dst, v.Code().String())
	}
	return append(dst, `"unknown"`...)
}

func appendObject(dst []byte, e *value.Entries) []byte {
	// Entries are sorted by UTF-8 bytes, canonical JSON by UTF-16 code units; they
	// differ only where a key has a character past U+FFFF.
	order := make([]int, 0, 16)
	sorted := true
	for i, k := range e.Keys {
		order = append(order, i)
		if i > 0 && (k.K != value.String || e.Keys[i-1].K != value.String || !canon.LessUTF16(e.Keys[i-1].Str(), k.Str())) {
			sorted = false
		}
	}
	names := func(i int) string {
		if k := e.Keys[i]; k.K == value.String {
			return k.Str()
		}
		return string(value.AppendText(nil, e.Keys[i]))
	}
	if !sorted {
		sort.SliceStable(order, func(i, j int) bool { return canon.LessUTF16(names(order[i]), names(order[j])) })
	}
	dst = append(dst, '{')
	for n, i := range order {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(canon.AppendString(dst, names(i)), ':')
		dst = AppendJSON(dst, e.Vals[i])
	}
	return append(dst, '}')
}

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func appendBase64(dst []byte, b []byte) []byte {
	for len(b) > 0 {
		var group [3]byte
		n := copy(group[:], b)
		bits := uint(group[0])<<16 | uint(group[1])<<8 | uint(group[2])
		for i := 0; i <= n; i++ {
			dst = append(dst, base64Alphabet[bits>>(18-6*i)&63])
		}
		b = b[n:]
	}
	return append(dst, '"')
}
