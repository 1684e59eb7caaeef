package truth

// This file goes through all combinations.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Row is one combination: of each term, the number of its value.
type Row []int

// MaxRows is the most combinations that are gone through.
const MaxRows = 1 << 14

// Each calls f with every combination until f returns false. It returns false
// where there are too many: then f was not called.
func (s *Space) Each(f func(Row) bool) bool {
	row, n := make(Row, len(s.terms)), 1
	for i := range s.terms {
		if n *= s.terms[i].all(); n > MaxRows {
			return false
		}
	}
	for n > 0 && f(row) {
		n--
		for i := range row {
			if row[i]++; row[i] < s.terms[i].all() {
				break
			}
			row[i] = 0
		}
	}
	return true
}

// all is how many values are tried for the term's.
func (x *term) all() int {
	if x.fails {
		return x.choices + 1
	}
	return x.choices
}

// Member returns the place in a Row of the member that the variable at slot of
// bank has, or -1 where no condition compares it.
func (s *Space) Member(bank uint8, slot int) int {
	if i, ok := s.index[key(&check.Expr{Op: check.Load, Bank: bank, Index: slot})]; ok &&
		s.terms[i].typ.Kind == types.Enum {
		return i
	}
	return -1
}

// Of returns what f comes to in r.
func (s *Space) Of(f *Formula, r Row) Outcome {
	switch f.op {
	case constant:
		return f.outcome
	case and, or:
		decides, answer := False, True
		if f.op == or {
			decides, answer = True, False
		}
		for _, a := range f.args {
			switch o := s.Of(a, r); o {
			case decides:
				return decides
			case Fails:
				answer = Fails
			}
		}
		return answer
	case not:
		return negated[s.Of(f.args[0], r)]
	case cond:
		switch s.Of(f.args[0], r) {
		case True:
			return s.Of(f.args[1], r)
		case False:
			return s.Of(f.args[2], r)
		}
		return Fails
	case same:
		a, b := s.Of(f.args[0], r), s.Of(f.args[1], r)
		if a == Fails || b == Fails {
			return Fails
		}
		return truth(a == b)
	}
	x, n := &s.terms[f.a], r[f.a]
	if n == x.choices {
		return Fails
	}
	if f.op == equal {
		if r[f.b] == s.terms[f.b].choices {
			return Fails
		}
		return truth(n == r[f.b])
	}
	for _, v := range f.list {
		holds := false
		switch x.typ.Kind {
		case types.Int:
			holds = compare(f.rel, x.ints[n], v.Int())
		case types.Enum:
			holds = x.typ.Members[n] == v.Str()
		case types.String:
			holds = n < len(x.texts) && value.Equal(x.texts[n], v)
		default:
			holds = n == 1
		}
		if holds {
			return True
		}
	}
	return False
}

var negated = [...]Outcome{False: True, True: False, Fails: Fails}

func truth(b bool) Outcome {
	if b {
		return True
	}
	return False
}

func compare(rel check.Op, a, b int64) bool {
	switch rel {
	case check.Lt:
		return a < b
	case check.Le:
		return a <= b
	case check.Gt:
		return a > b
	case check.Ge:
		return a >= b
	}
	return a == b
}
