// Package truth finds out what conditions can come to, whatever the values of what
// they read: that one always holds, never does, or fails only where another does.
//
// A condition is cut into && || ! ?: and tests; a test compares a term, such as
// state.mode, with constants. All that matters of a term is on which side of the
// constants it is, so a handful of values is enough for all, and the conditions are
// computed for every combination. What cannot be cut is a term of its own that may
// be true, false or fail as it likes. So an answer holds for more than can happen:
// "always" and "never" are certain, and their absence says nothing.
package truth

// This file defines Space and reads conditions into it.

import (
	"sort"

	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Outcome is what a condition comes to.
type Outcome uint8

const (
	False Outcome = iota
	True
	Fails
)

// Space is what some conditions read. The zero Space is ready.
type Space struct {
	Failing uint16 // set of banks, as bits, whose variables may hold errors
	terms   []term
	index   map[string]int
}

// term is one thing that is read. Its values are members, 0 and 1 for a bool,
// numbers on each side of those it is compared with, or texts and one other.
type term struct {
	typ     *types.Type
	low     int64 // of an int
	high    int64
	ints    []int64
	texts   []value.Value
	fails   bool // it may fail, too
	choices int
}

type op uint8

const (
	constant op = iota // outcome
	and
	or
	not
	cond
	same  // both args come to the same
	equal // the terms a and b are the same member
	test  // the term a compares with a constant, as rel says
)

// Formula is a condition in a Space.
type Formula struct {
	op      op
	rel     check.Op // Eq, Lt, Le, Gt, Ge or In
	outcome Outcome
	a, b    int
	list    []value.Value
	args    []*Formula
}

// Read adds the condition e, which was folded.
func (s *Space) Read(e *check.Expr) *Formula {
	if e.Folded && e.Value.K == value.Bool {
		f := &Formula{op: constant}
		if e.Value.True() {
			f.outcome = True
		}
		return f
	}
	if e.Value.K == value.Error {
		return &Formula{op: constant, outcome: Fails}
	}
	switch e.Op {
	case check.And:
		return s.of(and, e.Args)
	case check.Or:
		return s.of(or, e.Args)
	case check.Not:
		return s.of(not, e.Args)
	case check.Cond:
		return s.of(cond, e.Args)
	case check.Ne:
		eq := *e
		eq.Op = check.Eq
		return &Formula{op: not, args: []*Formula{s.comparison(&eq)}}
	case check.Eq, check.Lt, check.Le, check.Gt, check.Ge, check.In:
		return s.comparison(e)
	}
	return s.atom(e)
}

func (s *Space) of(o op, args []*check.Expr) *Formula {
	f := &Formula{op: o}
	for _, a := range args {
		f.args = append(f.args, s.Read(a))
	}
	return f
}

// atom is a bool that is not cut further.
func (s *Space) atom(e *check.Expr) *Formula {
	f := &Formula{op: test, rel: check.Eq, a: s.term(e), list: []value.Value{value.OfInt(1)}}
	if x := &s.terms[f.a]; x.choices == 0 { // a dyn: a bool, or it fails
		x.choices, x.fails = 2, true
	}
	return f
}

var flipped = [...]check.Op{check.Eq: check.Eq, check.Lt: check.Gt, check.Le: check.Ge, check.Gt: check.Lt,
	check.Ge: check.Le}

func (s *Space) comparison(e *check.Expr) *Formula {
	a, b, rel := e.Args[0], e.Args[1], e.Op
	if a.Folded && rel != check.In {
		a, b, rel = b, a, flipped[rel]
	}
	t := a.Type
	switch {
	case rel != check.In && t.Kind != types.Double && s.total(a) && key(a) == key(b):
		f := &Formula{op: constant}
		if rel == check.Eq || rel == check.Le || rel == check.Ge {
			f.outcome = True
		}
		return f
	case rel == check.Eq && t.Kind == types.Bool && b.Type.Kind == types.Bool:
		return s.of(same, []*check.Expr{a, b})
	case rel == check.Eq && t.Kind == types.Enum && b.Type == t && !b.Folded:
		return &Formula{op: equal, a: s.term(a), b: s.term(b)}
	case !b.Folded || a.Folded:
		return s.atom(e)
	}
	list := []value.Value{b.Value}
	if rel == check.In {
		if b.Value.K != value.List {
			return s.atom(e)
		}
		list = b.Value.Items()
	}
	want := value.String
	switch {
	case t.Kind == types.Int:
		want = value.Int
	case t.Kind != types.Enum && t.Kind != types.String || rel != check.Eq && rel != check.In:
		return s.atom(e)
	}
	for _, v := range list {
		if v.K != want {
			return s.atom(e)
		}
	}
	f := &Formula{op: test, rel: rel, a: s.term(a), list: list}
	x := &s.terms[f.a]
	for _, v := range list {
		switch t.Kind {
		case types.Int:
			// The neighbours do for everything up to the next constant.
			for d := int64(-1); d <= 1; d++ {
				n := min(max(v.Int(), -1<<62), 1<<62) + d
				x.ints = insert(x.ints, min(max(n, x.low), x.high))
			}
			x.choices = len(x.ints)
		case types.String:
			if x.text(v) == len(x.texts) {
				x.texts = append(x.texts, v)
			}
			x.choices = len(x.texts) + 1
		}
	}
	return f
}

func insert(list []int64, n int64) []int64 {
	i := sort.Search(len(list), func(i int) bool { return list[i] >= n })
	if i < len(list) && list[i] == n {
		return list
	}
	list = append(list, 0)
	copy(list[i+1:], list[i:])
	list[i] = n
	return list
}

// text returns the index of a text among those compared with, or that of the other.
func (x *term) text(v value.Value) int {
	for i, w := range x.texts {
		if value.Equal(v, w) {
			return i
		}
	}
	return len(x.texts)
}

// term returns the index of what e reads.
func (s *Space) term(e *check.Expr) int {
	k := key(e)
	if i, ok := s.index[k]; ok {
		return i
	}
	x := term{typ: e.Type, fails: !s.total(e), low: -1 << 63, high: 1<<63 - 1}
	switch {
	case e.Type.Kind == types.Bool:
		x.choices = 2
	case e.Type.Kind == types.Enum:
		x.choices = len(e.Type.Members)
	case e.Type.Kind == types.Int && e.Type.Bounded:
		x.low, x.high = e.Type.Min, e.Type.Max
	case e.Op == check.Call && e.Name == "size":
		x.low = 0
		if n := e.Args[0].Type.Len; n > 0 {
			x.high = int64(n)
		}
	}
	if s.index == nil {
		s.index = map[string]int{}
	}
	s.index[k] = len(s.terms)
	s.terms = append(s.terms, x)
	return len(s.terms) - 1
}

// total says whether computing e cannot fail.
func (s *Space) total(e *check.Expr) bool {
	for _, a := range e.Args {
		if !s.total(a) {
			return false
		}
	}
	switch e.Op {
	case check.Load:
		return s.Failing>>e.Bank&1 == 0
	case check.Const, check.Field, check.Hits, check.Present,
		check.Not, check.And, check.Or, check.Cond, check.Eq, check.Ne, check.Lt, check.Le, check.Gt, check.Ge, check.In:
		return e.Value.K != value.Error
	case check.At:
		// A map whose keys are members has them all.
		t := e.Args[0].Type
		return t.Kind == types.Map && t.Key.Kind == types.Enum && e.Args[1].Type == t.Key
	case check.Call:
		return e.Name == "size" || e.Name == "contains" || e.Name == "startsWith" || e.Name == "endsWith"
	}
	return e.Folded
}

// Terms returns how many different things the conditions read.
func (s *Space) Terms() int { return len(s.terms) }
