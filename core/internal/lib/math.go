package lib

// This file defines the math extension.

import (
	"math"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Of package math only functions are used that IEEE 754 defines to the last bit.

func greatest(args []value.Value) value.Value { return extreme("math.greatest", args, 1) }
func least(args []value.Value) value.Value    { return extreme("math.least", args, -1) }

// extreme returns the first of the numbers, or of the one list of numbers, that none
// of the others exceeds in the direction of sign.
func extreme(name string, args []value.Value, sign int) value.Value {
	if are(args, value.List) {
		if args[0].N == 0 {
			return value.OfError(value.InvalidArgument, name+" of an empty list")
		}
		args = args[0].Items()
	}
	for i := range args {
		if !args[i].K.IsNumber() {
			return noOverload(name, args[i])
		}
		if args[i].K == value.Double && math.IsNaN(args[i].Double()) {
			return value.OfError(value.InvalidArgument, name+" of NaN, which has no order")
		}
	}
	if len(args) == 0 {
		return noOverload(name)
	}
	best := args[0]
	for _, a := range args[1:] {
		if order, _ := value.Compare(a, best); order == sign {
			best = a
		}
	}
	return best
}

func ceil(args []value.Value) value.Value  { return rounded("math.ceil", args, math.Ceil) }
func floor(args []value.Value) value.Value { return rounded("math.floor", args, math.Floor) }
func round(args []value.Value) value.Value { return rounded("math.round", args, math.Round) }
func trunc(args []value.Value) value.Value { return rounded("math.trunc", args, math.Trunc) }

func rounded(name string, args []value.Value, f func(float64) float64) value.Value {
	if !are(args, value.Double) {
		return noOverload(name, args...)
	}
	return value.OfDouble(f(args[0].Double()))
}

func abs(args []value.Value) value.Value {
	switch {
	case are(args, value.Uint):
		return args[0]
	case are(args, value.Double):
		return value.OfDouble(math.Abs(args[0].Double()))
	case !are(args, value.Int):
		return noOverload("math.abs", args...)
	}
	i := args[0].Int()
	switch {
	case i == math.MinInt64:
		return value.OfError(value.Overflow, "math.abs("+text(args[0])+") overflows int")
	case i < 0:
		return value.OfInt(-i)
	}
	return args[0]
}

func sign(args []value.Value) value.Value {
	switch {
	case are(args, value.Int):
		switch i := args[0].Int(); {
		case i < 0:
			return value.OfInt(-1)
		case i > 0:
			return value.OfInt(1)
		}
		return value.OfInt(0)
	case are(args, value.Uint):
		return value.OfUint(min(args[0].N, 1))
	case are(args, value.Double):
		switch f := args[0].Double(); {
		case f < 0:
			return value.OfDouble(-1)
		case f > 0:
			return value.OfDouble(1)
		case f == 0:
			return value.OfDouble(0)
		}
		return args[0]
	}
	return noOverload("math.sign", args...)
}

func sqrt(args []value.Value) value.Value {
	switch {
	case are(args, value.Double):
		return value.OfDouble(math.Sqrt(args[0].Double()))
	case are(args, value.Int):
		return value.OfDouble(math.Sqrt(float64(args[0].Int())))
	case are(args, value.Uint):
		return value.OfDouble(math.Sqrt(float64(args[0].N)))
	}
	return noOverload("math.sqrt", args...)
}

func isNaN(args []value.Value) value.Value {
	if !are(args, value.Double) {
		return noOverload("math.isNaN", args...)
	}
	return value.OfBool(math.IsNaN(args[0].Double()))
}

func isInf(args []value.Value) value.Value {
	if !are(args, value.Double) {
		return noOverload("math.isInf", args...)
	}
	return value.OfBool(math.IsInf(args[0].Double(), 0))
}

func isFinite(args []value.Value) value.Value {
	if !are(args, value.Double) {
		return noOverload("math.isFinite", args...)
	}
	f := args[0].Double()
	return value.OfBool(!math.IsNaN(f) && !math.IsInf(f, 0))
}

func bitAnd(args []value.Value) value.Value {
	if !isPair(args) {
		return noOverload("math.bitAnd", args...)
	}
	return bitsOf(args[0], args[0].N&args[1].N)
}

func bitOr(args []value.Value) value.Value {
	if !isPair(args) {
		return noOverload("math.bitOr", args...)
	}
	return bitsOf(args[0], args[0].N|args[1].N)
}

func bitXor(args []value.Value) value.Value {
	if !isPair(args) {
		return noOverload("math.bitXor", args...)
	}
	return bitsOf(args[0], args[0].N^args[1].N)
}

func bitNot(args []value.Value) value.Value {
	if !are(args, value.Int) && !are(args, value.Uint) {
		return noOverload("math.bitNot", args...)
	}
	return bitsOf(args[0], ^args[0].N)
}

// The shifts fill with zeros, the sign bit of an int too.

func bitShiftLeft(args []value.Value) value.Value {
	if failed := checkShift("math.bitShiftLeft", args); failed.K == value.Error {
		return failed
	}
	return bitsOf(args[0], args[0].N<<args[1].N)
}

func bitShiftRight(args []value.Value) value.Value {
	if failed := checkShift("math.bitShiftRight", args); failed.K == value.Error {
		return failed
	}
	return bitsOf(args[0], args[0].N>>args[1].N)
}

func checkShift(name string, args []value.Value) value.Value {
	switch {
	case !are(args, value.Int, value.Int) && !are(args, value.Uint, value.Int):
		return noOverload(name, args...)
	case args[1].Int() < 0:
		return value.OfError(value.InvalidArgument, name+" by "+text(args[1])+": a shift cannot be negative")
	}
	return value.Value{}
}

func isPair(args []value.Value) bool {
	return are(args, value.Int, value.Int) || are(args, value.Uint, value.Uint)
}

// bitsOf returns n as a number of the kind of like.
func bitsOf(like value.Value, n uint64) value.Value {
	like.N = n
	return like
}
