package code

// This file bounds what an expression can cost, from the declared sizes of what it
// reads. It is the definition of cost, too:
//
//   - Each literal, name, operator, selection, index, call, macro, list and map
//     costs 1 whenever it is evaluated. A qualified name (state.mode, stance.chat)
//     is one name. What && || and ?: skip is not evaluated.
//   - Each element that a macro visits costs 1 more.
//   - Text costs 1 more for each full 16 bytes: of the shorter in < <= > >=, of both in == and != where
//     they are equally long, of every argument and the result of a function, of the result of +.
//   - A list or map costs 1 more for each item or entry: as an argument or result of
//     a function, as the result of +, and each one that in or == compares.
//   - matches costs, for each 4 bytes, as many as the pattern has steps; hits
//     likewise, with the set's steps and four more; covers as hits does with phrases, for both texts.
//
// What is folded or fused costs the same as if it were not.
//
// The bound takes every list as long as its type allows and everything as
// evaluated, so it is above what any run can count. A type without a bound counts
// as UnboundedBytes or UnboundedItems here.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

const (
	// MaxCost is the most one expression may cost in the worst case: some forty
	// milliseconds in a browser, and as much as a whole decision may use.
	MaxCost = 4 << 20

	// UnboundedBytes and UnboundedItems are taken where a type gives no bound; a
	// bundle's types always do. The count at run time holds in any case.
	UnboundedBytes = 4096
	UnboundedItems = 256
)

// extent is how large a value can be: n bytes, items or entries. of is what its
// items or values can be, keys what its keys can be, fields those of a record.
type extent struct {
	n      uint64
	of     *extent
	keys   *extent
	fields []*extent
}

var scalar = &extent{}

// bounder bounds costs.
type bounder struct {
	locals map[int]*extent
	costs  map[*check.Expr]uint64  // of whole expressions, once
	steps  []int                   // of pattern sets
	values map[value.Value]*extent // of constants, which may be large and named often
}

// bound returns the most that e can cost; over MaxCost it is reported, with the part that costs most.
func bound(e *check.Expr, scope *check.Scope, list *diag.List) uint64 {
	b := bounder{locals: map[int]*extent{}, costs: map[*check.Expr]uint64{}, values: map[value.Value]*extent{},
		steps: scope.PatternSteps}
	cost, _ := b.expr(e)
	if cost <= MaxCost || scope.Unchecked {
		return cost
	}
	// Follow the dearest part down, as long as it is most of the whole.
	dear := e
	for {
		next := (*check.Expr)(nil)
		for _, a := range parts(dear) {
			if next == nil || b.total(dear, a) > b.total(dear, next) {
				next = a
			}
		}
		if next == nil || b.total(dear, next) < b.costs[dear]-b.costs[dear]/4 || next.Op <= check.Local {
			break
		}
		// Inside a macro the body is cheap; it is the macro that repeats it.
		if dear.Op == check.Loop && next == dear.Loop.Body && b.costs[next] <= MaxCost/64 {
			break
		}
		dear = next
	}
	list.Add(diag.Diagnostic{Code: codes.LimitCost, Off: int(dear.Off), End: int(dear.End),
		Message: "in the worst case this costs " + strconv.FormatUint(cost, 10) + " units of the " + strconv.Itoa(MaxCost) +
			" an expression may; most of it here.",
		Hint: "give the lists and strings it walks over smaller bounds, " +
			"or walk over them once instead of once for each element."})
	return cost
}

func parts(e *check.Expr) []*check.Expr {
	if e.Loop == nil {
		return e.Args
	}
	out := []*check.Expr{e.Loop.Range, e.Loop.Body}
	if e.Loop.Filter != nil {
		out = append(out, e.Loop.Filter)
	}
	return out
}

// total is what the part a of e costs in all the times e evaluates it.
func (b *bounder) total(e, a *check.Expr) uint64 {
	if e.Loop != nil && a != e.Loop.Range {
		return b.costs[e] - min(b.costs[e], b.costs[e.Loop.Range])
	}
	return b.costs[a]
}

func add(a, b uint64) uint64 {
	if a+b < a {
		return 1<<63 - 1
	}
	return min(a+b, 1<<63-1)
}

func mul(a, b uint64) uint64 {
	if a != 0 && b > (1<<62)/a {
		return 1 << 62
	}
	return a * b
}

// ofType is the extent of any value of a type.
func ofType(t *types.Type, depth int) *extent {
	n := uint64(t.Len)
	switch t.Kind {
	case types.String, types.Bytes, types.Dyn:
		if n == 0 {
			n = UnboundedBytes
		}
		e := &extent{n: n}
		if t.Kind == types.Dyn && depth < 3 {
			e.of = &extent{n: UnboundedItems, of: &extent{n: UnboundedBytes}}
			e.keys = &extent{n: UnboundedBytes}
		}
		return e
	case types.Enum:
		for _, m := range t.Members {
			n = max(n, uint64(len(m)))
		}
		return &extent{n: n}
	case types.List, types.Map:
		if n == 0 {
			n = UnboundedItems
			if t.Kind == types.Map && t.Key.Kind == types.Enum {
				n = uint64(len(t.Key.Members))
			}
		}
		e := &extent{n: n, of: ofType(t.Elem, depth+1)}
		if t.Kind == types.Map {
			e.keys = ofType(t.Key, depth+1)
		}
		return e
	case types.Record:
		e := &extent{n: uint64(len(t.Fields)), of: scalar, keys: &extent{n: UnboundedBytes}}
		for _, f := range t.Fields {
			x := ofType(f.Type, depth+1)
			e.fields = append(e.fields, x)
			e.of = larger(e.of, x)
		}
		return e
	}
	return scalar
}
