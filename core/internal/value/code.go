package value

// This file declares the codes of evaluation errors.

// Code numbers an evaluation error; its String is the stable code that
// violations carry. The numbers are internal, the strings are the contract.
type Code uint32

const (
	CodeNone Code = iota
	NoSuchOverload
	NoSuchKey
	NoSuchAttribute
	IndexOutOfRange
	Overflow
	DivideByZero
	ModulusByZero
	InvalidConversion
	InvalidArgument
	DuplicateKey
	CostLimit
	SizeLimit
)

var codeNames = [...]string{
	CodeNone:          "",
	NoSuchOverload:    "eval/no-such-overload",
	NoSuchKey:         "eval/no-such-key",
	NoSuchAttribute:   "eval/no-such-attribute",
	IndexOutOfRange:   "eval/index-out-of-range",
	Overflow:          "eval/overflow",
	DivideByZero:      "eval/divide-by-zero",
	ModulusByZero:     "eval/modulus-by-zero",
	InvalidConversion: "eval/invalid-conversion",
	InvalidArgument:   "eval/invalid-argument",
	DuplicateKey:      "eval/duplicate-key",
	CostLimit:         "limit/cost",
	SizeLimit:         "limit/size",
}

// String returns the stable code, such as "eval/no-such-key".
func (c Code) String() string { return codeNames[c] }
