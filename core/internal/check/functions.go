package check

// This file lists the functions of the language with their overloads.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/types"
)

// function is one name with its overloads, each "(ARGS)RESULT" for a function
// and "RECEIVER.(ARGS)RESULT" for a method. Capitals are type variables.
type function struct {
	name      string
	overloads []string
}

var functions = [...]function{
	{"size", []string{"(string)int", "(bytes)int", "(list(A))int", "(map(A,B))int", "string.()int", "bytes.()int",
		"list(A).()int", "map(A,B).()int"}},
	{"bool", []string{"(bool)bool", "(string)bool"}},
	{"int", []string{"(int)int", "(uint)int", "(double)int", "(string)int", "(timestamp)int"}},
	{"uint", []string{"(uint)uint", "(int)uint", "(double)uint", "(string)uint"}},
	{"double", []string{"(double)double", "(int)double", "(uint)double", "(string)double"}},
	{"string", []string{"(string)string", "(bool)string", "(int)string", "(uint)string", "(double)string", "(bytes)string",
		"(timestamp)string", "(duration)string"}},
	{"bytes", []string{"(bytes)bytes", "(string)bytes"}},
	{"timestamp", []string{"(timestamp)timestamp", "(string)timestamp", "(int)timestamp"}},
	{"duration", []string{"(duration)duration", "(string)duration"}},
	{"type", []string{"(A)type"}},
	{"dyn", []string{"(A)dyn"}},
	{"contains", []string{"string.(string)bool"}},
	{"startsWith", []string{"string.(string)bool"}},
	{"endsWith", []string{"string.(string)bool"}},
	{"matches", []string{"string.(string)bool", "(string,string)bool"}},
	{"getDate", selector},
	{"getDayOfMonth", selector},
	{"getDayOfWeek", selector},
	{"getDayOfYear", selector},
	{"getFullYear", selector},
	{"getMonth", selector},
	{"getHours", both},
	{"getMinutes", both},
	{"getSeconds", both},
	{"getMilliseconds", both},
	{"charAt", []string{"string.(int)string"}},
	{"indexOf", []string{"string.(string)int", "string.(string,int)int"}},
	{"lastIndexOf", []string{"string.(string)int", "string.(string,int)int"}},
	{"lowerAscii", []string{"string.()string"}},
	{"upperAscii", []string{"string.()string"}},
	{"normalised", []string{"string.()string"}},
	{"covers", []string{"string.(string)int"}},
	{"replace", []string{"string.(string,string)string", "string.(string,string,int)string"}},
	{"split", []string{"string.(string)list(string)", "string.(string,int)list(string)"}},
	{"substring", []string{"string.(int)string", "string.(int,int)string"}},
	{"trim", []string{"string.()string"}},
	{"reverse", []string{"string.()string"}},
	{"join", []string{"list(string).()string", "list(string).(string)string"}},
	{"format", []string{"string.(list(dyn))string"}},
	{"strings.quote", []string{"(string)string"}},
	{"math.greatest", nil},
	{"math.least", nil},
	{"math.ceil", []string{"(double)double"}},
	{"math.floor", []string{"(double)double"}},
	{"math.round", []string{"(double)double"}},
	{"math.trunc", []string{"(double)double"}},
	{"math.sqrt", []string{"(double)double", "(int)double", "(uint)double"}},
	{"math.abs", []string{"(int)int", "(uint)uint", "(double)double"}},
	{"math.sign", []string{"(int)int", "(uint)uint", "(double)double"}},
	{"math.isNaN", []string{"(double)bool"}},
	{"math.isInf", []string{"(double)bool"}},
	{"math.isFinite", []string{"(double)bool"}},
	{"math.bitAnd", []string{"(int,int)int", "(uint,uint)uint"}},
	{"math.bitOr", []string{"(int,int)int", "(uint,uint)uint"}},
	{"math.bitXor", []string{"(int,int)int", "(uint,uint)uint"}},
	{"math.bitNot", []string{"(int)int", "(uint)uint"}},
	{"math.bitShiftLeft", []string{"(int,int)int", "(uint,int)uint"}},
	{"math.bitShiftRight", []string{"(int,int)int", "(uint,int)uint"}},
	{"digest", []string{"(string)string"}},
	{"hits", []string{"string.(string)bool"}},
}

var (
	selector = []string{"timestamp.()int", "timestamp.(string)int"}
	both     = []string{"timestamp.()int", "timestamp.(string)int", "duration.()int"}
)

// operators, by check.Op. Comparison of numbers crosses types, arithmetic does not.
var operators = [...][]string{
	Not: {"(bool)bool"},
	Neg: {"(int)int", "(double)double"},
	Mul: {"(int,int)int", "(uint,uint)uint", "(double,double)double"},
	Div: {"(int,int)int", "(uint,uint)uint", "(double,double)double"},
	Mod: {"(int,int)int", "(uint,uint)uint"},
	Add: {"(int,int)int", "(uint,uint)uint", "(double,double)double", "(string,string)string", "(bytes,bytes)bytes",
		"(list(A),list(A))list(A)", "(timestamp,duration)timestamp", "(duration,timestamp)timestamp",
		"(duration,duration)duration"},
	Sub: {"(int,int)int", "(uint,uint)uint", "(double,double)double", "(timestamp,timestamp)duration",
		"(timestamp,duration)timestamp", "(duration,duration)duration"},
	Lt: ordered, Le: ordered, Gt: ordered, Ge: ordered,
	In: {"(A,list(A))bool", "(A,map(A,B))bool"},
}

var ordered = []string{"(int,int)bool", "(uint,uint)bool", "(double,double)bool", "(string,string)bool",
	"(bool,bool)bool", "(bytes,bytes)bool",
	"(timestamp,timestamp)bool", "(duration,duration)bool",
	"(int,uint)bool", "(int,double)bool", "(uint,int)bool", "(uint,double)bool", "(double,int)bool", "(double,uint)bool"}

func lookup(name string) *function {
	for i := range functions {
		if functions[i].name == name {
			return &functions[i]
		}
	}
	return nil
}

// overload is one way to call a function.
type overload struct {
	method bool // args[0] is the receiver
	args   []*types.Type
	result *types.Type
}

// signature reads an overload with type variables of its own.
func signature(s string) overload {
	r := reader{s: s}
	var o overload
	if s[0] != '(' {
		o.method = true
		o.args = append(o.args, r.typ())
		r.pos++ // the dot
	}
	r.pos++ // (
	for s[r.pos] != ')' {
		o.args = append(o.args, r.typ())
		if s[r.pos] == ',' {
			r.pos++
		}
	}
	r.pos++
	o.result = r.typ()
	return o
}

type reader struct {
	s    string
	pos  int
	a, b *types.Type
}

func (r *reader) typ() *types.Type {
	rest := r.s[r.pos:]
	n := strings.IndexAny(rest, "(),.")
	if n < 0 {
		n = len(rest)
	}
	r.pos += n
	switch rest[:n] {
	case "A":
		if r.a == nil {
			r.a = fresh()
		}
		return r.a
	case "B":
		if r.b == nil {
			r.b = fresh()
		}
		return r.b
	case "list":
		r.pos++
		t := types.ListOf(r.typ())
		r.pos++
		return t
	case "map":
		r.pos++
		k := r.typ()
		r.pos++
		t := types.MapOf(k, r.typ())
		r.pos++
		return t
	case "bool":
		return types.TBool
	case "int":
		return types.TInt
	case "uint":
		return types.TUint
	case "double":
		return types.TDouble
	case "string":
		return types.TString
	case "bytes":
		return types.TBytes
	case "timestamp":
		return types.TTimestamp
	case "duration":
		return types.TDuration
	case "type":
		return types.TType
	}
	return types.TDyn
}
