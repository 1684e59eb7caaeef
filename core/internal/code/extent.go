package code

// This file bounds the size of values: what every operation can make of what it is given.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// walked is how many values of a constant are looked at; a larger one counts as
// the largest there can be.
const walked = 4096

// ofValue is the extent of a constant, its items taken as the largest of them.
func (b *bounder) ofValue(v value.Value) *extent {
	if e, ok := b.values[v]; ok {
		return e
	}
	budget := walked
	e := measure(v, &budget)
	if budget < 0 {
		e = &extent{n: value.MaxItems, of: &extent{n: value.MaxSize}, keys: &extent{n: value.MaxSize}}
	}
	b.values[v] = e
	return e
}

func measure(v value.Value, budget *int) *extent {
	if *budget--; *budget < 0 {
		return scalar
	}
	switch v.K {
	case value.String, value.Bytes, value.Type:
		return &extent{n: v.N}
	case value.List:
		return &extent{n: v.N, of: largest(v.Items(), budget)}
	case value.Map:
		m := v.Entries()
		return &extent{n: uint64(m.Len()), of: largest(m.Vals, budget), keys: largest(m.Keys, budget)}
	}
	return scalar
}

func largest(items []value.Value, budget *int) *extent {
	e := scalar
	for _, x := range items {
		e = larger(e, measure(x, budget))
		if *budget < 0 {
			break
		}
	}
	return e
}

// larger is an extent that covers both.
func larger(a, b *extent) *extent {
	switch {
	case a == nil || a == scalar:
		return b
	case b == nil || b == scalar || a == b:
		return a
	}
	return &extent{n: max(a.n, b.n), of: larger(a.of, b.of), keys: larger(a.keys, b.keys)}
}

// units is what reading or making a value of the extent costs beyond the node.
func (e *extent) units() uint64 {
	if e.of != nil {
		// A dyn may be a long text as well.
		return max(e.n, e.n/vm.BytesPerUnit)
	}
	return e.n / vm.BytesPerUnit
}

// deep is how many values comparing one of the extent can come past.
func (e *extent) deep() uint64 {
	if e == nil {
		return 0
	}
	d := add(1, e.n/vm.BytesPerUnit)
	if e.of != nil {
		d = add(1, mul(e.n, add(e.of.deep(), e.keys.deep())))
	}
	return d
}

// bytes is how much text a value of the extent comes to when written out.
func (e *extent) bytes() uint64 {
	switch {
	case e == nil:
		return 0
	case e.of != nil:
		return mul(e.n, add(4, add(e.of.bytes(), e.keys.bytes())))
	}
	return add(512, mul(2, e.n)) // 512: a double with a hundred digits after the point
}

func str(n uint64) *extent { return &extent{n: min(n, value.MaxSize)} }

func seq(n uint64, of *extent) *extent { return &extent{n: min(n, value.MaxItems), of: of} }

// item is the extent of an item of e, whose type is t.
func item(e *extent, t *types.Type) *extent {
	if e.of != nil {
		return e.of
	}
	return ofType(t, 0)
}

// expr bounds e's cost and extent.
func (b *bounder) expr(e *check.Expr) (uint64, *extent) {
	cost, size := b.measure(e)
	b.costs[e] = cost
	return cost, size
}

// measure is expr without keeping the cost.
func (b *bounder) measure(e *check.Expr) (uint64, *extent) {
	if e.Folded {
		return e.Spent, b.ofValue(e.Value)
	}
	cost := uint64(e.Cost)
	switch e.Op {
	case check.Load:
		return cost, ofType(e.Type, 0)
	case check.Local:
		return cost, b.locals[e.Index]
	case check.Bind:
		c, s := b.expr(e.Args[0])
		b.locals[e.Index] = s
		d, r := b.expr(e.Args[1])
		return add(cost, add(c, d)), r
	case check.Loop:
		return b.loop(e)
	case check.Cond:
		c, _ := b.expr(e.Args[0])
		x, sx := b.expr(e.Args[1])
		y, sy := b.expr(e.Args[2])
		return add(cost, add(c, max(x, y))), larger(sx, sy)
	}
	var sizes []*extent
	for _, a := range e.Args {
		c, s := b.expr(a)
		cost = add(cost, c)
		sizes = append(sizes, s)
	}
	return b.operation(e, cost, sizes)
}

// operation bounds e, whose operands cost so much and have these extents.
func (b *bounder) operation(e *check.Expr, cost uint64, sizes []*extent) (uint64, *extent) {
	switch e.Op {
	case check.Field:
		if e.Index < len(sizes[0].fields) {
			return cost, sizes[0].fields[e.Index]
		}
		return cost, item(sizes[0], e.Type)
	case check.Key, check.At:
		return cost, item(sizes[0], e.Type)
	case check.TypeOf:
		return cost, str(32)
	case check.Add:
		x, y := sizes[0], sizes[1]
		if x.of != nil || y.of != nil {
			r := seq(add(x.n, y.n), larger(x.of, y.of))
			return add(cost, r.units()), r
		}
		r := str(add(x.n, y.n))
		return add(cost, r.units()), r
	case check.Lt, check.Le, check.Gt, check.Ge:
		return add(cost, min(sizes[0].n, sizes[1].n)/vm.BytesPerUnit), scalar
	case check.Eq, check.Ne:
		return add(cost, min(sizes[0].deep(), sizes[1].deep())), scalar
	case check.In:
		if r := sizes[1]; r.of != nil && r.keys == nil {
			return add(cost, mul(r.n, add(1, min(sizes[0].deep(), r.of.deep())))), scalar
		} else if find := sizes[1]; find.keys != nil && e.Args[1].Type.Kind == types.Dyn {
			return add(cost, mul(find.n, add(1, sizes[0].deep()))), scalar
		}
		return cost, scalar
	case check.List:
		of := scalar
		for _, s := range sizes {
			of = larger(of, s)
		}
		return cost, seq(uint64(len(sizes)), of)
	case check.Map:
		r := &extent{n: uint64(len(sizes) / 2), of: scalar, keys: scalar}
		for i, s := range sizes {
			if i%2 == 0 {
				r.keys = larger(r.keys, s)
			} else {
				r.of = larger(r.of, s)
			}
		}
		return cost, r
	case check.Hits:
		steps := 1
		if e.Index < len(b.steps) {
			steps = b.steps[e.Index]
		}
		return add(cost, vm.HitsUnits(sizes[0].n, steps)), scalar
	case check.Call:
		return b.call(e, cost, sizes)
	}
	return cost, scalar
}

// loop bounds a comprehension.
func (b *bounder) loop(e *check.Expr) (uint64, *extent) {
	l := e.Loop
	cost, rng := b.expr(l.Range)
	cost = add(cost, uint64(e.Cost))
	first, second := item(rng, types.TDyn), scalar
	key := scalar
	if isMap(l.Range) || l.Range.Type.Kind == types.Dyn && rng.keys != nil {
		key = rng.keys
		if key == nil {
			key = scalar
		}
		second = first
		if !isMap(l.Range) {
			first = larger(first, key)
		} else {
			first = key
		}
	}
	if l.Two && !isMap(l.Range) {
		second = item(rng, types.TDyn)
		first = key
	}
	b.locals[l.Var1] = first
	if l.Two {
		b.locals[l.Var2] = second
	}
	each := uint64(1)
	if l.Filter != nil {
		c, _ := b.expr(l.Filter)
		each = add(each, c)
	}
	c, body := b.expr(l.Body)
	each = add(each, c)
	cost = add(cost, mul(rng.n, each))
	switch l.Kind {
	case check.MapTo:
		return cost, seq(rng.n, body)
	case check.FilterOf:
		return cost, seq(rng.n, first)
	case check.TransformMap:
		return cost, &extent{n: rng.n, of: body, keys: first}
	case check.TransformPair:
		of, keys := body.of, body.keys
		if of == nil {
			of, keys = scalar, scalar
		}
		return cost, &extent{n: rng.n, of: of, keys: keys}
	}
	return cost, scalar
}

func isMap(e *check.Expr) bool { return e.Type.Kind == types.Map || e.Type.Kind == types.Record }

// call bounds a library function.
func (b *bounder) call(e *check.Expr, cost uint64, sizes []*extent) (uint64, *extent) {
	if e.Name == "matches" && len(sizes) == 2 {
		steps := lib.MaxRegexpSize
		if at := e.Args[1]; at.Folded && at.Value.K == value.String {
			if re, _ := lib.CompileRegexp(at.Value.Str()); re != nil {
				steps = re.Size
			}
		}
		return add(cost, vm.MatchUnits(sizes[0].n, steps)), scalar
	}
	if e.Name == "covers" && len(sizes) == 2 {
		return add(cost, vm.CoversUnits(sizes[0].n, sizes[1].n)), scalar
	}
	for _, s := range sizes {
		cost = add(cost, s.units())
	}
	r := scalar
	n := uint64(0)
	if len(sizes) > 0 {
		n = sizes[0].n
	}
	switch e.Name {
	case "charAt":
		r = str(4)
	case "lowerAscii", "upperAscii", "trim", "reverse", "substring", "bytes":
		r = str(n)
	case "normalised":
		r = str(mul(11, n)) // U+FDFA, three bytes, becomes thirty-three
	case "strings.quote":
		r = str(add(2, mul(2, n)))
	case "digest":
		r = str(64)
	case "string":
		r = str(max(n, 64))
	case "replace":
		r = str(value.MaxSize)
		if len(sizes) > 2 {
			r = str(add(n, mul(add(n, 1), sizes[2].n)))
		}
	case "split":
		r = seq(add(n, 1), str(n))
	case "join":
		each := sizes[0]
		if each.of != nil {
			each = each.of
		}
		sep := uint64(0)
		if len(sizes) > 1 {
			sep = sizes[1].n
		}
		r = str(mul(n, add(each.n, sep)))
	case "format":
		r = str(value.MaxSize)
		if len(sizes) > 1 {
			r = str(add(n, sizes[1].bytes()))
		}
	case "math.greatest", "math.least":
		for _, s := range sizes {
			if s.of != nil {
				r = larger(r, s.of)
			}
		}
	}
	return add(cost, r.units()), r
}
