package load

// This file computes a document's digest, and the form of it that may be public.
//
// A bundle's digest is the SHA-256 of its canonical bytes. Where metadata is
// marked internal, its value is first replaced by a salted hash, so that a
// browser which is given only the hash computes the same digest:
//
//	{"internal":true,"salt":S,"type":T,"value":V}   as published
//	{"hash":H,"internal":true,"type":T}             as hashed, and as given away
//
// where H is the SHA-256 of the canonical bytes of [S,V].

import (
	"sort"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
)

// AppendPublic appends the canonical public form of the bundle document at n.
func AppendPublic(dst []byte, d *canon.Doc, n canon.Node) []byte {
	return appendMembers(dst, d, n, func(dst []byte, key string, v canon.Node) []byte {
		switch {
		case key == "metadata" && d.Kind(v) == canon.Object:
			return appendMembers(dst, d, v, func(dst []byte, key string, v canon.Node) []byte {
				return appendEntry(dst, d, v)
			})
		case key == "extends" && d.Kind(v) == canon.Array:
			dst = append(dst, '[')
			for e := d.First(v); e >= 0; e = d.Next(e) {
				if dst[len(dst)-1] != '[' {
					dst = append(dst, ',')
				}
				dst = appendMembers(dst, d, e, func(dst []byte, key string, v canon.Node) []byte {
					if key == "document" {
						return AppendPublic(dst, d, v)
					}
					return d.Canonical(dst, v)
				})
			}
			return append(dst, ']')
		}
		return d.Canonical(dst, v)
	})
}

// appendEntry appends one entry of metadata, its value hashed where it is internal.
func appendEntry(dst []byte, d *canon.Doc, n canon.Node) []byte {
	if d.Kind(n) != canon.Object {
		return d.Canonical(dst, n)
	}
	internal, value, salt := d.Get(n, "internal"), d.Get(n, "value"), d.Get(n, "salt")
	if internal < 0 || d.Kind(internal) != canon.True || value < 0 || salt < 0 {
		return d.Canonical(dst, n)
	}
	pair := append(d.Canonical([]byte{'['}, salt), ',')
	pair = append(d.Canonical(pair, value), ']')
	dst = append(dst, '{')
	if about := d.Get(n, "about"); about >= 0 {
		dst = append(d.Canonical(append(dst, `"about":`...), about), ',')
	}
	dst = append(canon.AppendDigest(append(dst, `"hash":"`...), canon.Sum256(pair)), `","internal":true`...)
	if t := d.Get(n, "type"); t >= 0 {
		dst = d.Canonical(append(dst, `,"type":`...), t)
	}
	return append(dst, '}')
}

// appendMembers appends an object in canonical order, each value as put writes it.
func appendMembers(dst []byte, d *canon.Doc, n canon.Node,
	put func(dst []byte, key string, v canon.Node) []byte) []byte {
	if d.Kind(n) != canon.Object {
		return d.Canonical(dst, n)
	}
	keys := make([]canon.Node, 0, d.Len(n))
	for k := d.First(n); k >= 0; k = d.Next(k) {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return canon.LessUTF16(d.String(keys[i]), d.String(keys[j])) })
	dst = append(dst, '{')
	for i, k := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		key := d.String(k)
		dst = append(canon.AppendString(dst, key), ':')
		dst = put(dst, key, d.Value(k))
	}
	return append(dst, '}')
}

// Digest returns the digest of the bundle document at n.
func Digest(d *canon.Doc, n canon.Node) string {
	return string(canon.AppendDigest(nil, canon.Sum256(AppendPublic(nil, d, n))))
}

// AppendPoint appends the canonical bundle document at n with values put into
// its params and metadata; a value for an entry that is not declared is left out.
func AppendPoint(dst []byte, d *canon.Doc, n, params, metadata canon.Node) []byte {
	return appendMembers(dst, d, n, func(dst []byte, key string, v canon.Node) []byte {
		values := params
		if key == "metadata" {
			values = metadata
		} else if key != "params" {
			return d.Canonical(dst, v)
		}
		return appendMembers(dst, d, v, func(dst []byte, name string, e canon.Node) []byte {
			value := d.Get(values, name)
			if value < 0 || d.Kind(e) != canon.Object {
				return d.Canonical(dst, e)
			}
			if d.Get(e, "value") >= 0 {
				return appendMembers(dst, d, e, func(dst []byte, key string, v canon.Node) []byte {
					if key == "value" {
						v = value
					}
					return d.Canonical(dst, v)
				})
			}
			// `value` sorts after every other key of an entry.
			dst = d.Canonical(dst, e)
			dst = dst[:len(dst)-1]
			if dst[len(dst)-1] != '{' {
				dst = append(dst, ',')
			}
			return append(d.Canonical(append(dst, `"value":`...), value), '}')
		})
	})
}
