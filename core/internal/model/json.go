package model

// This file writes values as canonical JSON.

import (
	"math"
	"sort"
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

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
