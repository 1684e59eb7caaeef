package vm

// This file holds what the loop leaves to calls: errors, unknowns, and values
// whose size matters.

import (
	"math"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// BytesPerUnit is how many bytes of text cost as much as one node: comparing
// or copying sixteen bytes takes about as long as one instruction.
const BytesPerUnit = 16

// StepsPerUnit is how many steps of a regular expression, each on one byte, cost
// as much as one node. With few ways open, as usual, most steps are never made.
// With hundreds open at every byte a step takes 0.09 µs in wazero, so that the
// most a decision may cost is a second and a half.
const StepsPerUnit = 4

// absorb adds an operand that does not decide to the answer so far of && or ||:
// unknown over error, the first error over later ones, and both over a plain answer.
func absorb(d *value.Value, x value.Value) {
	switch {
	case x.K == value.Unknown:
		if d.K == value.Unknown {
			d.N |= x.N
			return
		}
		*d = x
	case d.K >= value.Error:
	case x.K == value.Error:
		*d = x
	default:
		*d = notBool(x, "&& or ||")
	}
}

// notBool returns v if it is an error or unknown, and an error otherwise.
func notBool(v value.Value, where string) value.Value {
	if v.K >= value.Error {
		return v
	}
	return value.OfError(value.NoSuchOverload, where+" takes a bool, not "+v.K.String())
}

// worse returns what a strict instruction gives for operands of which one is an error or unknown.
func worse(a, b value.Value) value.Value {
	switch {
	case a.K == value.Unknown && b.K == value.Unknown:
		return value.OfUnknown(a.N | b.N)
	case a.K == value.Unknown || b.K != value.Unknown && a.K == value.Error:
		return a
	}
	return b
}

func noOverload(op string, a, b value.Value) value.Value {
	return value.OfError(value.NoSuchOverload, "no such overload: "+a.K.String()+" "+op+" "+b.K.String())
}

// strict1 is an instruction of one operand that is not of the usual kind.
func (m *Machine) strict1(op Opcode, a value.Value) value.Value {
	if a.K >= value.Error {
		return a
	}
	switch op {
	case OpNeg:
		return lib.Neg(a)
	case OpPresent:
		return value.OfBool(true)
	case OpTypeOf:
		return value.TypeOf(a)
	case OpNot:
		return value.OfError(value.NoSuchOverload, "! takes a bool, not "+a.K.String())
	}
	return value.OfError(value.NoSuchOverload, "a "+a.K.String()+" has no fields")
}

// key is a.name where there is no such key, or a is not a map.
func (m *Machine) key(a, name value.Value) value.Value {
	if a.K >= value.Error {
		return a
	}
	if a.K == value.Map {
		return value.OfError(value.NoSuchKey, "no such key: "+name.Str())
	}
	return value.OfError(value.NoSuchOverload, "a "+a.K.String()+" has no fields")
}

// at is a[b].
func (m *Machine) at(a, b value.Value) value.Value {
	if a.K >= value.Error || b.K >= value.Error {
		return worse(a, b)
	}
	switch a.K {
	case value.Map:
		switch b.K {
		case value.Bool, value.Int, value.Uint, value.Double, value.String:
		default:
			return noOverload("[]", a, b)
		}
		if v, ok := a.Entries().Find(b); ok {
			return v
		}
		return value.OfError(value.NoSuchKey, "no such key: "+excerpt(b))
	case value.List:
		i := b.N
		switch b.K {
		case value.Int, value.Uint:
		case value.Double:
			f := b.Double()
			if f != math.Trunc(f) || f < 0 || f >= 1<<53 {
				return value.OfError(value.InvalidArgument, "invalid index: "+excerpt(b))
			}
			i = uint64(f)
		default:
			return noOverload("[]", a, b)
		}
		if i < a.N {
			return a.Items()[i]
		}
		return value.OfError(value.IndexOutOfRange, "index out of range: "+excerpt(b)+" of "+excerpt(value.OfInt(int64(a.N))))
	}
	return noOverload("[]", a, b)
}

// excerpt writes a value into an error, at most its first forty bytes.
func excerpt(v value.Value) string {
	if (v.K == value.String || v.K == value.Bytes) && v.N > 40 {
		v = value.OfString(strings.ToValidUTF8(v.Str()[:40], "") + "...")
	}
	return string(value.AppendText(nil, v))
}

// binary is arithmetic and in.
func (m *Machine) binary(op Opcode, a, b value.Value) value.Value {
	if a.K >= value.Error || b.K >= value.Error {
		return worse(a, b)
	}
	switch op {
	case OpMul:
		return lib.Mul(a, b)
	case OpDiv:
		return lib.Div(a, b)
	case OpMod:
		return lib.Mod(a, b)
	case OpSub:
		return lib.Sub(a, b)
	case OpIn:
		return m.in(a, b)
	}
	v := lib.Add(a, b)
	m.Cost += units(v)
	return v
}

// units is what making or reading a value costs beyond the node: its bytes by
// BytesPerUnit, or its items or entries, one each.
func units(v value.Value) uint64 {
	switch v.K {
	case value.String, value.Bytes:
		return v.N / BytesPerUnit
	case value.List:
		return v.N
	case value.Map:
		return uint64(v.Entries().Len())
	}
	return 0
}

// in is a in b.
func (m *Machine) in(a, b value.Value) value.Value {
	switch b.K {
	case value.List:
		for _, x := range b.Items() {
			m.Cost++
			if m.equal(a, x) {
				return value.OfBool(true)
			}
			if m.Cost > m.CostLimit {
				break
			}
		}
		return value.OfBool(false)
	case value.Map:
		_, ok := b.Entries().Find(a)
		return value.OfBool(ok)
	}
	return noOverload("in", a, b)
}

// equal is value.Equal, charged by what it compares.
func (m *Machine) equal(a, b value.Value) bool {
	switch a.K {
	case value.String, value.Bytes:
		if a.K == b.K && a.N == b.N {
			m.Cost += a.N / BytesPerUnit
		}
	case value.List, value.Map:
		if a.K != b.K {
			return false
		}
		left := 0
		if m.Cost < m.CostLimit {
			left = int(min(m.CostLimit-m.Cost, 1<<31-1))
		}
		budget := left
		same := value.EqualWithin(a, b, &budget)
		m.Cost += uint64(left - budget)
		return same
	}
	return value.Equal(a, b)
}

// compare is < <= > >= == and !=.
func (m *Machine) compare(op Opcode, pa, pb *value.Value) value.Value {
	a, b := *pa, *pb
	if a.K >= value.Error || b.K >= value.Error {
		return worse(a, b)
	}
	switch op {
	case OpEq:
		return value.OfBool(m.equal(a, b))
	case OpNe:
		return value.OfBool(!m.equal(a, b))
	}
	if a.K == b.K && (a.K == value.String || a.K == value.Bytes) {
		m.Cost += min(a.N, b.N) / BytesPerUnit
	}
	order, ok := value.Compare(a, b)
	if !ok {
		if a.K.IsNumber() && b.K.IsNumber() {
			return value.OfBool(false) // NaN
		}
		return noOverload([...]string{"<", "<=", ">", ">="}[op-OpLt], a, b)
	}
	switch op {
	case OpLt:
		return value.OfBool(order < 0)
	case OpLe:
		return value.OfBool(order <= 0)
	case OpGt:
		return value.OfBool(order > 0)
	}
	return value.OfBool(order >= 0)
}

// failed returns the error or unknown among args, if there is one.
func failed(args []value.Value) (value.Value, bool) {
	var v value.Value
	for i := range args {
		if args[i].K >= value.Error {
			if v.K < value.Error {
				v = args[i]
			} else {
				v = worse(v, args[i])
			}
		}
	}
	return v, v.K >= value.Error
}

// list makes a list of registers.
func (m *Machine) list(items []value.Value) value.Value {
	if v, bad := failed(items); bad {
		return v
	}
	return value.OfList(append([]value.Value(nil), items...))
}

// mapOf makes a map of registers, key and value in turn.
func (m *Machine) mapOf(pairs []value.Value) value.Value {
	if v, bad := failed(pairs); bad {
		return v
	}
	n := len(pairs) / 2
	both := make([]value.Value, 2*n)
	for i := 0; i < n; i++ {
		both[i], both[n+i] = pairs[2*i], pairs[2*i+1]
	}
	return value.NewMap(both[:n:n], both[n:])
}

var (
	matches = &lib.Funcs[lib.Index("matches")]
	covers  = &lib.Funcs[lib.Index("covers")]
)

// call calls a library function.
func (m *Machine) call(f *lib.Func, args []value.Value) value.Value {
	if v, bad := failed(args); bad {
		return v
	}
	if f == matches && len(args) == 2 && args[1].K == value.String {
		// A pattern that is computed costs what a literal one does.
		re, bad := lib.CompileRegexp(args[1].Str())
		if re == nil {
			m.Cost += units(args[1])
			return bad
		}
		return m.match(re, args[0])
	}
	if f == covers && len(args) == 2 && args[0].K == value.String && args[1].K == value.String {
		m.Cost += CoversUnits(args[0].N, args[1].N)
	} else {
		for i := range args {
			m.Cost += units(args[i])
		}
	}
	if m.Cost > m.CostLimit {
		return value.Value{}
	}
	v := f.Call(args)
	m.Cost += units(v)
	return v
}

// match matches a text against a regular expression that is known.
func (m *Machine) match(re *lib.Regexp, a value.Value) value.Value {
	switch {
	case a.K >= value.Error:
		return a
	case a.K != value.String:
		return value.OfError(value.NoSuchOverload, "no such overload: matches("+a.K.String()+", string)")
	}
	m.Cost += MatchUnits(a.N, re.Size)
	if m.Cost > m.CostLimit {
		return value.Value{}
	}
	return value.OfBool(lib.MatchesCompiled(re, a.Str()))
}

// hits says whether a pattern set matches a text.
func (m *Machine) hits(a value.Value, set int) value.Value {
	switch {
	case a.K >= value.Error:
		return a
	case a.K != value.String:
		return value.OfError(value.NoSuchOverload, "no such overload: "+a.K.String()+".hits(string)")
	}
	m.Cost += HitsUnits(a.N, m.Patterns[set].Steps())
	if m.Cost > m.CostLimit {
		return value.Value{}
	}
	return value.OfBool(m.matcher.Hits(m.Patterns[set], a.Str()))
}

// HitsUnits is what looking for a set of so many steps in n bytes costs; to
// normalise the text is about as much work as four steps.
func HitsUnits(n uint64, steps int) uint64 { return n * uint64(4+steps) / StepsPerUnit }

// CoversUnits is what comparing the words of two texts of so many bytes costs: as much
// as looking for phrases in both (BenchmarkCovers and BenchmarkPhrases in text).
func CoversUnits(n, m uint64) uint64 { return HitsUnits(n, 1) + HitsUnits(m, 1) }

// MatchUnits is what matching n bytes against an expression of that size costs,
// with what it takes to compile the expression.
func MatchUnits(n uint64, size int) uint64 { return uint64(size) + n*uint64(size)/StepsPerUnit }
