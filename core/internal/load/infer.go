package load

// This file finds the type of a constant from its value.

import (
	"sort"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
)

// infer returns the narrowest type that the JSON value n fits: whole numbers are
// int, others double; an object whose values share a type is a map from text,
// another a record where its keys are identifiers; null fits nothing but dyn.
func infer(d *canon.Doc, n canon.Node) *types.Type {
	switch d.Kind(n) {
	case canon.True, canon.False:
		return &types.Type{Kind: types.Bool}
	case canon.Number:
		if i, ok := d.Int(n); ok {
			return &types.Type{Kind: types.Int, Min: i, Max: i, Bounded: true}
		}
		return &types.Type{Kind: types.Double}
	case canon.String:
		return &types.Type{Kind: types.String, Len: len(d.String(n))}
	case canon.Array:
		var elem *types.Type
		for e := d.First(n); e >= 0; e = d.Next(e) {
			elem = join(elem, infer(d, e))
		}
		if elem == nil {
			elem = &types.Type{Kind: types.Dyn}
		}
		return &types.Type{Kind: types.List, Elem: elem, Len: d.Len(n)}
	case canon.Object:
		return inferObject(d, n)
	}
	return &types.Type{Kind: types.Dyn}
}

func inferObject(d *canon.Doc, n canon.Node) *types.Type {
	var elem *types.Type
	names := true
	r := &types.Type{Kind: types.Record}
	longest := 0
	for k := d.First(n); k >= 0; k = d.Next(k) {
		t := infer(d, d.Value(k))
		name := strings.Clone(d.String(k))
		names = names && model.Identifier(name)
		longest = max(longest, len(name))
		r.Fields = append(r.Fields, types.Field{Name: name, Type: t})
		elem = join(elem, t)
	}
	if elem == nil {
		elem = &types.Type{Kind: types.Dyn}
	}
	if names && elem.Kind == types.Dyn && len(r.Fields) > 0 {
		sort.Slice(r.Fields, func(i, j int) bool { return r.Fields[i].Name < r.Fields[j].Name })
		return r
	}
	return &types.Type{Kind: types.Map, Key: &types.Type{Kind: types.String, Len: longest}, Elem: elem, Len: d.Len(n)}
}

// join returns the narrowest type for values of a and of b; a may be nil.
func join(a, b *types.Type) *types.Type {
	dyn := &types.Type{Kind: types.Dyn}
	switch {
	case a == nil:
		return b
	case a.Kind == types.Int && b.Kind == types.Double || a.Kind == types.Double && b.Kind == types.Int:
		return &types.Type{Kind: types.Double}
	case a.Kind != b.Kind:
		return dyn
	}
	switch a.Kind {
	case types.Int:
		return &types.Type{Kind: types.Int, Min: min(a.Min, b.Min), Max: max(a.Max, b.Max), Bounded: true}
	case types.String:
		return &types.Type{Kind: types.String, Len: max(a.Len, b.Len)}
	case types.List, types.Map:
		t := &types.Type{Kind: a.Kind, Key: a.Key, Elem: join(a.Elem, b.Elem), Len: max(a.Len, b.Len)}
		// An empty list or map fits whatever the other holds.
		if a.Len == 0 {
			t.Elem = b.Elem
		} else if b.Len == 0 {
			t.Elem = a.Elem
		}
		if a.Kind == types.Map && a.Key != nil && b.Key != nil {
			t.Key = join(a.Key, b.Key)
		}
		return t
	case types.Record:
		if len(a.Fields) != len(b.Fields) {
			return dyn
		}
		t := &types.Type{Kind: types.Record}
		for i, f := range a.Fields {
			if b.Fields[i].Name != f.Name {
				return dyn
			}
			t.Fields = append(t.Fields, types.Field{Name: f.Name, Type: join(f.Type, b.Fields[i].Type)})
		}
		return t
	}
	return a
}
