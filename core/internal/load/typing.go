package load

// This file reads the types a bundle declares.

import (
	"sort"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

var typeWords = []string{"bool", "int", "double", "string", "timestamp", "duration"}

// typeKeys are those of which a type that has no name is made by one.
var typeKeys = []string{"int", "string", "enum", "list", "map", "record"}

// bad is a type that was reported already.
var bad = &types.Type{Kind: types.Bad}

// declared reads the type of a variable, log, argument or param, and counts it
// towards what a bundle may declare.
func (b *loader) declared(x node, depth int) *types.Type {
	t := b.typ(x, depth)
	before := b.size
	b.size += t.Size
	if before <= MaxTypeSizes && b.size > MaxTypeSizes {
		x.fail(codes.LimitType, "the types up to here have "+strconv.Itoa(b.size)+
			" fields, entries and members, and at most "+strconv.Itoa(MaxTypeSizes)+" are allowed in a bundle.",
			"use smaller types; a type counts wherever it is named.")
	}
	return t
}

// typ reads a type; what it could not read is Bad, and reported.
func (b *loader) typ(x node, depth int) *types.Type {
	if depth > MaxTypeDepth {
		x.fail(codes.LimitType, "types are nested too deep; 8 is the limit.", "")
		return bad
	}
	return x.sized(b.readType(x, depth))
}

// sized measures a type that was just read, after the types it is made of; one that is too large is Bad, and reported.
func (x node) sized(t *types.Type) *types.Type {
	if t.Size > 0 || t.Kind == types.Bad {
		return t
	}
	t.Height, t.Size = 1, 1
	switch t.Kind {
	case types.Enum:
		for _, s := range t.Titles {
			t.Size += len(s)
		}
		t.Size = len(t.Members) + t.Size/model.MaxName
	case types.List:
		t.Height, t.Size = 1+t.Elem.Height, 1+t.Elem.Size
	case types.Map:
		t.Height, t.Size = 1+t.Elem.Height, 1+t.Elem.Size
		if t.Key.Kind == types.Enum {
			t.Size = t.Key.Size + len(t.Key.Members)*t.Elem.Size
		}
	case types.Record:
		for _, f := range t.Fields {
			t.Height = max(t.Height, 1+f.Type.Height)
			t.Size += f.Type.Size
		}
	}
	switch {
	case t.Height > MaxTypeDepth+1:
		x.fail(codes.LimitType, "types are nested too deep, those it names counted in; 8 is the limit.", "")
	case t.Size > MaxTypeSize:
		x.fail(codes.LimitType, "this type has "+strconv.Itoa(t.Size)+
			" fields, entries and members, those of the types it names counted in, and at most "+strconv.Itoa(MaxTypeSize)+
			" are allowed.", "")
	default:
		t.Zero = model.Zero(t)
		return t
	}
	return bad
}

// shorthand reads the type that is written where a declaration belongs, without
// `type`; a declaration's other keys have no place beside it.
func (b *loader) shorthand(x node, what string, keys ...string) *types.Type {
	for _, key := range keys {
		k := x.get(key)
		if !k.ok() {
			continue
		}
		d, typ, rest := &x.r.doc, "", ""
		x.members(1<<20, "keys", func(name string, v node) {
			pair := name + ": " + string(d.Canonical(nil, v.n))
			if contains(keys, name) {
				rest += ", " + pair
			} else {
				typ += ", " + pair
			}
		})
		hint := "write `type: ` and its type beside it."
		if len(typ) > 2 && len(typ)+len(rest) < diag.MaxQuoted {
			hint = "write `{type: {" + typ[2:] + "}" + rest + "}`."
		}
		k.failKey(codes.BundleForm, what+" that has `"+key+"` needs its type under `type`.", hint)
		return bad
	}
	return b.declared(x, 0)
}

// readType reads a type that is not yet measured.
func (b *loader) readType(x node, depth int) *types.Type {
	switch x.kind() {
	case canon.String:
		name, _ := x.text(MaxText)
		return b.namedType(x, name)
	case canon.Object:
	default:
		x.wrongKind("a type")
		return bad
	}
	titles := x.get("titles")
	if titles.ok() && !x.get("enum").ok() {
		titles.failKey(codes.BundleForm, "only the members of an enum have `titles`.",
			"write `{enum: [a, b], titles: {a: \"…\"}}`.")
		return bad
	}
	if n := x.r.doc.Len(x.n); n != 1 && (n != 2 || !titles.ok()) {
		x.fail(codes.BundleType, "a type is a name, or a mapping with exactly one key.",
			"write for example `{int: [0, 100]}`, `{enum: [a, b]}` or `{list: {of: string, max: 10}}`.")
		return bad
	}
	t := bad
	x.members(2, "keys", func(name string, v node) {
		switch name {
		case "titles":
		case "int":
			t = v.intType()
		case "string":
			if n, ok := v.number(1, MaxBound); ok {
				t = &types.Type{Kind: types.String, Len: int(n)}
			}
		case "enum":
			if t = v.enumType(); titles.ok() && t != bad {
				titles.memberTitles(t)
			}
		case "list":
			if v.keys("of", "max") {
				if of := v.need("of"); of.ok() {
					t = &types.Type{Kind: types.List, Elem: b.typ(of, depth+1), Len: v.bound(MaxItems)}
				}
			}
		case "map":
			t = b.mapType(v, depth)
		case "record":
			t = b.recordType(v, depth)
		default:
			hint := diag.Suggest(name, typeKeys)
			if hint == "" {
				hint = "a type is made by " + diag.Quoted(typeKeys) + ", or has a name."
			}
			v.failKey(codes.BundleType, "there is no type `"+name+"`.", hint)
		}
	})
	return t
}

func (b *loader) namedType(x node, name string) *types.Type {
	switch name {
	case "bool":
		return &types.Type{Kind: types.Bool}
	case "int":
		return &types.Type{Kind: types.Int, Min: -model.MaxValue + 1, Max: model.MaxValue - 1, Bounded: true}
	case "double":
		return &types.Type{Kind: types.Double}
	case "string":
		return &types.Type{Kind: types.String, Len: MaxStringBytes}
	case "timestamp":
		return &types.Type{Kind: types.Timestamp}
	case "duration":
		return &types.Type{Kind: types.Duration}
	}
	known := append([]string(nil), typeWords...)
	for i, t := range b.Types {
		if !b.sees(ofTypes, i) {
			continue
		}
		if t.Name == name {
			if b.seen != nil {
				b.seen("types", name)
			}
			return t.Type
		}
		known = append(known, t.Name)
	}
	hint := diag.Suggest(name, known)
	if hint == "" {
		hint = "declare it under `types`, or use one of " + diag.Quoted(known) + "."
	}
	x.fail(codes.BundleReference, "there is no type `"+name+"`.", hint)
	return bad
}

func (x node) intType() *types.Type {
	var lim []int64
	good := x.items(2, "two bounds", func(i int, v node) {
		if n, ok := v.number(-model.MaxValue+1, model.MaxValue-1); ok {
			lim = append(lim, n)
		}
	})
	if !good {
		return bad
	}
	if len(lim) != 2 || lim[0] > lim[1] {
		x.fail(codes.BundleType, "an int's bounds are a list of its smallest and its largest value.",
			"write for example `{int: [0, 100]}`.")
		return bad
	}
	return &types.Type{Kind: types.Int, Min: lim[0], Max: lim[1], Bounded: true}
}

func (x node) enumType() *types.Type {
	t := &types.Type{Kind: types.Enum}
	x.items(MaxMembers, "members", func(i int, v node) {
		s, ok := v.text(MaxText)
		if !ok || !v.member(s) {
			return
		}
		if t.Member(s) >= 0 {
			v.fail(codes.BundleDuplicate, "the member `"+s+"` is here twice.", "delete one of the two.")
			return
		}
		t.Members = append(t.Members, s)
		t.Values = append(t.Values, value.OfString(s))
	})
	if len(t.Members) == 0 {
		x.fail(codes.BundleType, "an enum needs at least one member.", "write for example `{enum: [open, closed]}`.")
		return bad
	}
	return t
}

// memberTitles reads what people call the members of t.
func (x node) memberTitles(t *types.Type) {
	x.members(MaxMembers, "titles", func(name string, v node) {
		i := t.Member(name)
		if i < 0 {
			hint := diag.Suggest(name, t.Members)
			if hint == "" {
				hint = "the members are " + diag.Quoted(t.Members) + "."
			}
			v.failKey(codes.BundleReference, "there is no member `"+name+"`, so it has no title.", hint)
			return
		}
		if t.Titles == nil {
			t.Titles = make([]string, len(t.Members))
		}
		t.Titles[i] = v.title()
	})
}

// bound reads `max`, or gives the default.
func (x node) bound(left int) int {
	v := x.get("max")
	if !v.ok() {
		return left
	}
	n, ok := v.number(1, MaxListBound)
	if !ok {
		return left
	}
	return int(n)
}

func (b *loader) mapType(x node, depth int) *types.Type {
	if !x.keys("of", "keys", "max") {
		return bad
	}
	of := x.need("of")
	if !of.ok() {
		return bad
	}
	t := &types.Type{Kind: types.Map, Elem: b.typ(of, depth+1),
		Key: &types.Type{Kind: types.String, Len: model.MaxKeyBytes}}
	k := x.get("keys")
	if !k.ok() {
		t.Len = x.bound(MaxItems)
		return t
	}
	if m := x.get("max"); m.ok() {
		m.failKey(codes.BundleForm, "a map with `keys` always has them all, so `max` means nothing.",
			"leave one of the two out.")
	}
	t.Key = b.typ(k, depth+1)
	if t.Key.Kind == types.Bad {
		return bad
	}
	if t.Key.Kind != types.Enum {
		k.fail(codes.BundleType, "the keys of a map are an enum, or any text.", "name an enum type, or leave `keys` out.")
		return bad
	}
	t.Len = len(t.Key.Members)
	return t
}

func (b *loader) recordType(x node, depth int) *types.Type {
	t := &types.Type{Kind: types.Record}
	x.members(MaxMembers, "fields", func(name string, v node) {
		if v.identifier(name, "a field", true) {
			t.Fields = append(t.Fields, types.Field{Name: name, Type: b.typ(v, depth+1)})
		}
	})
	if len(t.Fields) == 0 {
		x.fail(codes.BundleType, "a record needs at least one field.", "")
		return bad
	}
	sort.Slice(t.Fields, func(i, j int) bool { return t.Fields[i].Name < t.Fields[j].Name })
	return t
}

// declareTypes reads `types`, in an order in which each may name those before it or after it, but not itself.
func (b *loader) declareTypes(x node) {
	entries := map[string]node{}
	var order []string
	x.members(MaxTypes, "types", func(name string, v node) {
		if v.identifier(name, "a type", true) && b.fresh(v, "type", name) {
			for _, w := range typeWords {
				if w == name {
					v.failKey(codes.BundleName, "`"+name+"` is a built-in type.", "choose another name.")
					return
				}
			}
			entries[name] = v
			order = append(order, name)
		}
	})
	// A type that names another waits for it; what still waits when nothing more
	// can be read is a cycle.
	for len(order) > 0 {
		var wait []string
		for _, name := range order {
			v := entries[name]
			if on := v.waitsFor(entries, 0); on != "" {
				wait = append(wait, name)
				continue
			}
			t := b.typ(v, 0)
			if t.Kind == types.Enum || t.Kind == types.Record {
				c := *t
				c.Name = name
				t = &c
			}
			b.Types = append(b.Types, model.Named{Name: name, Type: t})
			delete(entries, name)
		}
		if len(wait) == len(order) {
			for _, name := range wait {
				entries[name].fail(codes.BundleType, "the type `"+name+"` contains itself.",
					"a type must be of bounded size; name an id instead.")
				b.Types = append(b.Types, model.Named{Name: name, Type: bad})
			}
			return
		}
		order = wait
	}
}

// waitsFor returns a name in x that is still to be declared.
func (x node) waitsFor(open map[string]node, depth int) string {
	if depth > 4*MaxTypeDepth {
		return ""
	}
	found := ""
	switch x.kind() {
	case canon.String:
		s := x.r.doc.String(x.n)
		if _, ok := open[s]; ok {
			return strings.Clone(s)
		}
	case canon.Object:
		x.members(1<<20, "keys", func(name string, v node) {
			if name != "enum" && name != "titles" && found == "" {
				found = v.waitsFor(open, depth+1)
			}
		})
	}
	return found
}
