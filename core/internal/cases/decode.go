package cases

// This file reads the values and types of a case.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// decode reads a value such as {"int":"-1"}; ok is false where it is not one.
func decode(d *canon.Doc, n canon.Node) (v value.Value, ok bool) {
	if d.Kind(n) != canon.Object || d.First(n) < 0 {
		return v, false
	}
	key := d.First(n)
	x := d.Value(key)
	text := strings.Clone(d.String(x))
	switch d.String(key) {
	case "null":
		return value.Value{}, d.Kind(x) == canon.Null
	case "bool":
		return value.OfBool(d.Kind(x) == canon.True), d.Kind(x) == canon.True || d.Kind(x) == canon.False
	case "int":
		i, err := strconv.ParseInt(text, 10, 64)
		return value.OfInt(i), err == nil
	case "uint":
		u, err := strconv.ParseUint(text, 10, 64)
		return value.OfUint(u), err == nil
	case "double":
		f, err := strconv.ParseFloat(text, 64)
		return value.OfDouble(f), err == nil
	case "string":
		return value.OfString(text), d.Kind(x) == canon.String
	case "bytes":
		b, ok := base64(text)
		return value.OfBytes(b), ok
	case "type":
		return value.OfType(text), d.Kind(x) == canon.String
	case "duration":
		s, ns, ok := seconds(text)
		return value.OfDuration(s, ns), ok
	case "timestamp":
		s, ns, ok := seconds(text)
		return value.OfTimestamp(s, ns), ok
	case "list":
		var items []value.Value
		for e := d.First(x); e >= 0; e = d.Next(e) {
			item, ok := decode(d, e)
			if !ok {
				return v, false
			}
			items = append(items, item)
		}
		return value.OfList(items), d.Kind(x) == canon.Array
	case "map":
		var keys, vals []value.Value
		for e := d.First(x); e >= 0; e = d.Next(e) {
			k, ok1 := decode(d, d.First(e))
			if !ok1 || d.Len(e) != 2 {
				return v, false
			}
			w, ok2 := decode(d, d.Next(d.First(e)))
			if !ok2 {
				return v, false
			}
			keys, vals = append(keys, k), append(vals, w)
		}
		m := value.NewMap(keys, vals)
		return m, m.K == value.Map && d.Kind(x) == canon.Array
	}
	return v, false
}

// seconds reads SECONDS.NANOS, where the sign is that of the whole. The nanos
// of a Value count upwards from its seconds.
func seconds(s string) (int64, uint32, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(fraction) > 9 {
		return 0, 0, false
	}
	if fraction == "" {
		return n, 0, true
	}
	ns, err := strconv.ParseUint(fraction+"000000000"[len(fraction):], 10, 32)
	if err != nil {
		return 0, 0, false
	}
	if strings.HasPrefix(whole, "-") && ns > 0 {
		return n - 1, uint32(1_000_000_000 - ns), true
	}
	return n, uint32(ns), true
}

// base64 decodes standard base64 with padding (RFC 4648, section 4).
func base64(s string) ([]byte, bool) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	var out []byte
	bits, n := uint32(0), 0
	for _, c := range []byte(strings.TrimRight(s, "=")) {
		i := strings.IndexByte(alphabet, c)
		if i < 0 {
			return nil, false
		}
		bits, n = bits<<6|uint32(i), n+6
		if n >= 8 {
			n -= 8
			out = append(out, byte(bits>>n))
		}
	}
	return out, len(s)%4 == 0
}

// typeOf reads a type such as map(string,list(int)); nil where it is not one.
func typeOf(s string) *types.Type {
	switch s {
	case "int":
		return types.TInt
	case "uint":
		return types.TUint
	case "double":
		return types.TDouble
	case "bool":
		return types.TBool
	case "string":
		return types.TString
	case "bytes":
		return types.TBytes
	case "dyn":
		return types.TDyn
	case "null":
		return types.TNull
	case "type":
		return types.TType
	case "timestamp":
		return types.TTimestamp
	case "duration":
		return types.TDuration
	}
	if inner, ok := strings.CutPrefix(s, "list("); ok && strings.HasSuffix(inner, ")") {
		if e := typeOf(inner[:len(inner)-1]); e != nil {
			return types.ListOf(e)
		}
	}
	if inner, ok := strings.CutPrefix(s, "map("); ok && strings.HasSuffix(inner, ")") {
		// A key is a scalar, so the first comma ends it.
		if k, v, ok := strings.Cut(inner[:len(inner)-1], ","); ok {
			if kt, vt := typeOf(k), typeOf(v); kt != nil && vt != nil {
				return types.MapOf(kt, vt)
			}
		}
	}
	return nil
}
