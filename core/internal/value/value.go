// Package value holds the run-time values of expressions: one small struct per
// value, no interfaces, so that a stack of them can be walked without calls or
// allocations. See value.go for the layout.
package value

// This file defines Value, the struct every expression works on.

import (
	"math"
	"unsafe"
)

// Kind says which of CEL's types a Value has at run time. An enum member is a
// String, a record is a Map: the checker knows more, the machine need not.
type Kind uint8

const (
	Null Kind = iota
	Bool
	Int
	Uint
	Double
	String
	Bytes
	Duration
	Timestamp
	List
	Map
	Type
	Error   // evaluation failed; absorbed by && || ?: as CEL defines
	Unknown // depends on something not given; Bits says on what
)

// Value is one run-time value, 24 bytes.
//
//	K          X       N                 P
//	Null
//	Bool               0 or 1
//	Int                two's complement
//	Uint               value
//	Double             IEEE 754 bits
//	String             length in bytes   first byte (nil when empty)
//	Bytes              length in bytes   first byte (nil when empty)
//	Duration   nanos   seconds           (nanos in 0..999999999, also below zero)
//	Timestamp  nanos   seconds since 1970-01-01T00:00:00Z
//	List               number of items   first item (nil when empty)
//	Map                                  *Entries
//	Type               length in bytes   first byte of the type's name
//	Error      code    length in bytes   first byte of the detail, may be empty
//	Unknown            bit set of what is unknown
//
// A Value is immutable: nothing it points to changes after it was made. The
// zero Value is null.
type Value struct {
	K Kind
	X uint32
	N uint64
	P unsafe.Pointer
}

// OfBool returns b as a Value.
func OfBool(b bool) Value {
	if b {
		return Value{K: Bool, N: 1}
	}
	return Value{K: Bool}
}

// OfInt returns i as a Value.
func OfInt(i int64) Value { return Value{K: Int, N: uint64(i)} }

// OfUint returns u as a Value.
func OfUint(u uint64) Value { return Value{K: Uint, N: u} }

// OfDouble returns f as a Value.
func OfDouble(f float64) Value { return Value{K: Double, N: math.Float64bits(f)} }

// OfString returns s as a Value that shares its bytes.
func OfString(s string) Value {
	return Value{K: String, N: uint64(len(s)), P: unsafe.Pointer(unsafe.StringData(s))}
}

// OfBytes returns b as a Value that shares its bytes, which must not change.
func OfBytes(b []byte) Value {
	return Value{K: Bytes, N: uint64(len(b)), P: unsafe.Pointer(unsafe.SliceData(b))}
}

// OfType returns the type named name, as CEL's type() gives it ("int", "list").
func OfType(name string) Value {
	v := OfString(name)
	v.K = Type
	return v
}

// OfDuration returns a span of seconds plus nanos (0..999999999).
func OfDuration(seconds int64, nanos uint32) Value {
	return Value{K: Duration, X: nanos, N: uint64(seconds)}
}

// OfTimestamp returns the instant seconds plus nanos (0..999999999) after 1970 in UTC.
func OfTimestamp(seconds int64, nanos uint32) Value {
	return Value{K: Timestamp, X: nanos, N: uint64(seconds)}
}

// OfMillis returns the instant at milliseconds after 1970 in UTC.
func OfMillis(at int64) Value {
	s := at / 1000
	ms := at % 1000
	if ms < 0 {
		s, ms = s-1, ms+1000
	}
	return OfTimestamp(s, uint32(ms)*1_000_000)
}

// OfList returns a list that shares items, which must not change.
func OfList(items []Value) Value {
	return Value{K: List, N: uint64(len(items)), P: unsafe.Pointer(unsafe.SliceData(items))}
}

// OfMap returns the map with these entries, which must not change.
func OfMap(e *Entries) Value { return Value{K: Map, P: unsafe.Pointer(e)} }

// OfUnknown returns a value that is not known; bits says which inputs it depends on.
func OfUnknown(bits uint64) Value { return Value{K: Unknown, N: bits} }

// OfError returns a failed evaluation with a detail for people; see Code.
func OfError(code Code, detail string) Value {
	return Value{K: Error, X: uint32(code), N: uint64(len(detail)), P: unsafe.Pointer(unsafe.StringData(detail))}
}

// True says whether v is the boolean true; anything else, an error too, is false.
func (v Value) True() bool { return v.K == Bool && v.N != 0 }

// Int returns the number of an Int, or the length of a String, Bytes or List.
func (v Value) Int() int64 { return int64(v.N) }

// Double returns the number of a Double.
func (v Value) Double() float64 { return math.Float64frombits(v.N) }

// Str returns the text of a String, the name of a Type or the detail of an Error; it shares v's bytes.
func (v Value) Str() string { return unsafe.String((*byte)(v.P), int(v.N)) }

// Bytes returns the bytes of a Bytes or String; they must not be changed.
func (v Value) Bytes() []byte { return unsafe.Slice((*byte)(v.P), int(v.N)) }

// Items returns the items of a List; they must not be changed.
func (v Value) Items() []Value { return unsafe.Slice((*Value)(v.P), int(v.N)) }

// Entries returns the entries of a Map.
func (v Value) Entries() *Entries { return (*Entries)(v.P) }

// Code returns the code of an Error.
func (v Value) Code() Code { return Code(v.X) }
