package canon

// This file defines the writer: canonical documents out of parsed ones.

// Canonical appends the canonical form of n and all it holds to dst. What is canonical
// in the source already is copied.
func (d *Doc) Canonical(dst []byte, n Node) []byte {
	p := &d.nodes[n]
	if p.flags&loose == 0 {
		return append(dst, d.src[p.start:p.end]...)
	}
	switch p.kind {
	case Number:
		return AppendFloat(dst, d.Float(n))
	case String:
		return AppendString(dst, d.String(n))
	case Array:
		dst = append(dst, '[')
		for e := d.First(n); e >= 0; e = d.Next(e) {
			if e > n+1 {
				dst = append(dst, ',')
			}
			dst = d.Canonical(dst, e) // no deeper than MaxDepth
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	var keys []Node
	if p.flags&ordered != 0 {
		keys = d.keys(p)
	}
	k := n + 1
	for i := 0; i < d.Len(n); i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		if keys != nil {
			k = keys[i]
		}
		p, v := &d.nodes[k], &d.nodes[k+1]
		if (p.flags|v.flags)&loose == 0 && v.start == p.end+1 {
			dst = append(dst, d.src[p.start:v.end]...)
		} else {
			dst = append(d.Canonical(dst, k), ':')
			dst = d.Canonical(dst, k+1)
		}
		k = p.next
	}
	return append(dst, '}')
}

// Append appends the canonical form of src, which is any JSON, to dst. It returns dst
// as it was when src is refused.
func Append(dst []byte, src []byte) ([]byte, *Error) {
	var d Doc
	if err := d.Parse(src); err != nil {
		return dst, err
	}
	return d.Canonical(dst, 0), nil
}
