package check

// This file decides which types fit where, and finds out type variables.
//
// A type variable is a Type of kind Param; once known, its Elem is the type that it
// is. Bindings made while something was tried are undone through the trail.

import "github.com/holdfast-rt/holdfast/core/internal/types"

func find(t *types.Type) *types.Type {
	for t.Kind == types.Param && t.Elem != nil {
		t = t.Elem
	}
	return t
}

func fresh() *types.Type { return &types.Type{Kind: types.Param} }

func (c *checker) bindParam(p, t *types.Type) bool {
	if occurs(p, t) {
		return false
	}
	p.Elem = t
	c.trail = append(c.trail, p)
	return true
}

func occurs(p, t *types.Type) bool {
	t = find(t)
	switch {
	case t == p:
		return true
	case t.Kind == types.List:
		return occurs(p, t.Elem)
	case t.Kind == types.Map:
		return occurs(p, t.Key) || occurs(p, t.Elem)
	}
	return false
}

func (c *checker) undo(mark int) {
	for _, p := range c.trail[mark:] {
		p.Elem = nil
	}
	c.trail = c.trail[:mark]
}

// assign says whether a value of type from fits where to is wanted, and finds
// out type variables on the way; where it does not fit, nothing has changed.
func (c *checker) assign(to, from *types.Type) bool {
	mark := len(c.trail)
	if c.unify(to, from) {
		return true
	}
	c.undo(mark)
	return false
}

func (c *checker) unify(to, from *types.Type) bool {
	to, from = find(to), find(from)
	switch {
	case to == from:
		return true
	case to.Kind == types.Param:
		return c.bindParam(to, from)
	case from.Kind == types.Param:
		return c.bindParam(from, to)
	case loose(to) || loose(from):
		return true
	}
	switch to.Kind {
	case types.String:
		return from.Kind == types.String || from.Kind == types.Enum
	case types.Enum:
		return sameEnum(to, from)
	case types.List:
		return from.Kind == types.List && c.unify(to.Elem, from.Elem)
	case types.Map:
		if from.Kind == types.Record {
			if !c.unify(to.Key, types.TString) {
				return false
			}
			for i := range from.Fields {
				if !c.unify(to.Elem, from.Fields[i].Type) {
					return false
				}
			}
			return true
		}
		return from.Kind == types.Map && c.unify(to.Key, from.Key) && c.unify(to.Elem, from.Elem)
	case types.Record:
		if from.Kind != types.Record || len(to.Fields) != len(from.Fields) {
			return false
		}
		for i := range to.Fields {
			if to.Fields[i].Name != from.Fields[i].Name || !c.unify(to.Fields[i].Type, from.Fields[i].Type) {
				return false
			}
		}
		return true
	case types.Timestamp, types.Duration:
		return from.Kind == to.Kind || from.Kind == types.Null
	}
	return to.Kind == from.Kind
}

// loose types are not checked: dyn, and what has been reported already.
func loose(t *types.Type) bool { return t.Kind == types.Dyn || t.Kind == types.Bad }

func sameEnum(a, b *types.Type) bool {
	if a.Kind != types.Enum || b.Kind != types.Enum || a.Name != b.Name || len(a.Members) != len(b.Members) {
		return false
	}
	for i := range a.Members {
		if a.Members[i] != b.Members[i] {
			return false
		}
	}
	return true
}

// comparable says whether values of the two types may be compared for equality.
func (c *checker) comparable(a, b *types.Type) bool { return c.assign(a, b) || c.assign(b, a) }

// join returns the type of a place that holds values of both types: the wider one, or dyn.
func (c *checker) join(a, b *types.Type) *types.Type {
	switch {
	case a == nil || find(a).Kind == types.Bad:
		return b
	case c.assign(a, b):
		if find(a).Kind == types.Dyn || find(b).Kind == types.Dyn {
			return types.TDyn
		}
		return wider(a, b)
	case c.assign(b, a):
		return b
	}
	return types.TDyn
}

// wider keeps the bounds of the larger of two types that fit each other.
func wider(a, b *types.Type) *types.Type {
	a, b = find(a), find(b)
	if a.Kind == types.Null {
		return b
	}
	if a.Kind == b.Kind && a.Len != 0 && (b.Len == 0 || b.Len > a.Len) {
		return b
	}
	return a
}

// resolve returns t without type variables; one that was never found out is dyn.
func resolve(t *types.Type) *types.Type {
	t = find(t)
	switch t.Kind {
	case types.Param:
		return types.TDyn
	case types.List:
		if e := resolve(t.Elem); e != t.Elem {
			n := *t
			n.Elem = e
			return &n
		}
	case types.Map:
		k, e := resolve(t.Key), resolve(t.Elem)
		if k != t.Key || e != t.Elem {
			n := *t
			n.Key, n.Elem = k, e
			return &n
		}
	}
	return t
}
