// Package lib holds the functions and operators that expressions may use, on
// run-time values: CEL's standard library and its string and math extensions.
// Whatever could be large is bounded by value.MaxSize and value.MaxItems before it
// is made, and nothing here depends on a clock, a locale, a map's order or the
// machine.
//
// See https://github.com/google/cel-spec/blob/master/doc/langdef.md and
// https://github.com/google/cel-spec/blob/master/doc/extensions/strings.md.
package lib

// This file defines Func, the table of functions and what they do with arguments
// of the wrong kind.

import "github.com/holdfast-rt/holdfast/core/internal/value"

// Func is one function, under all its overloads.
type Func struct {
	// Name is CEL's name, without a receiver: "charAt", "math.greatest".
	Name string

	// Call returns the function's value for args, the receiver first, or an Error.
	// No argument is an Error or Unknown. args may be reused after Call returns.
	Call func(args []value.Value) value.Value
}

// Funcs lists every function. An index into it is an operand of the machine's call
// instruction; it holds within one build only.
var Funcs = []Func{
	{"size", size},
	{"type", typeOf},
	{"dyn", dyn},
	{"bool", toBool},
	{"int", toInt},
	{"uint", toUint},
	{"double", toDouble},
	{"string", toString},
	{"bytes", toBytes},
	{"timestamp", toTimestamp},
	{"duration", toDuration},

	{"contains", contains},
	{"startsWith", startsWith},
	{"endsWith", endsWith},
	{"matches", matches},
	{"charAt", charAt},
	{"indexOf", indexOf},
	{"lastIndexOf", lastIndexOf},
	{"lowerAscii", lowerASCII},
	{"upperAscii", upperASCII},
	{"normalised", normalised},
	{"covers", covers},
	{"replace", replace},
	{"split", split},
	{"substring", substring},
	{"trim", trim},
	{"join", join},
	{"reverse", reverse},
	{"format", format},
	{"strings.quote", quote},
	{"digest", digest},

	{"getFullYear", getFullYear},
	{"getMonth", getMonth},
	{"getDate", getDate},
	{"getDayOfMonth", getDayOfMonth},
	{"getDayOfWeek", getDayOfWeek},
	{"getDayOfYear", getDayOfYear},
	{"getHours", getHours},
	{"getMinutes", getMinutes},
	{"getSeconds", getSeconds},
	{"getMilliseconds", getMilliseconds},

	{"math.greatest", greatest},
	{"math.least", least},
	{"math.ceil", ceil},
	{"math.floor", floor},
	{"math.round", round},
	{"math.trunc", trunc},
	{"math.abs", abs},
	{"math.sign", sign},
	{"math.sqrt", sqrt},
	{"math.isNaN", isNaN},
	{"math.isInf", isInf},
	{"math.isFinite", isFinite},
	{"math.bitAnd", bitAnd},
	{"math.bitOr", bitOr},
	{"math.bitXor", bitXor},
	{"math.bitNot", bitNot},
	{"math.bitShiftLeft", bitShiftLeft},
	{"math.bitShiftRight", bitShiftRight},
}

// Index returns the index of the named function in Funcs, or -1.
func Index(name string) int {
	for i := range Funcs {
		if Funcs[i].Name == name {
			return i
		}
	}
	return -1
}

// are says whether args are of these kinds, one by one.
func are(args []value.Value, kinds ...value.Kind) bool {
	if len(args) != len(kinds) {
		return false
	}
	for i, k := range kinds {
		if args[i].K != k {
			return false
		}
	}
	return true
}

// noOverload returns the error for arguments that the named function does not take.
func noOverload(name string, args ...value.Value) value.Value {
	b := append([]byte(name), '(')
	for i, a := range args {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, a.K.String()...)
	}
	return value.OfError(value.NoSuchOverload, "no such overload: "+string(append(b, ')')))
}
