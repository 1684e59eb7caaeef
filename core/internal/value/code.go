package value

// This file numbers the codes of evaluation errors.

import "github.com/holdfast-rt/holdfast/core/codes"

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
	NoSuchOverload:    codes.EvalNoSuchOverload,
	NoSuchKey:         codes.EvalNoSuchKey,
	NoSuchAttribute:   codes.EvalNoSuchAttribute,
	IndexOutOfRange:   codes.EvalIndexOutOfRange,
	Overflow:          codes.EvalOverflow,
	DivideByZero:      codes.EvalDivideByZero,
	ModulusByZero:     codes.EvalModulusByZero,
	InvalidConversion: codes.EvalInvalidConversion,
	InvalidArgument:   codes.EvalInvalidArgument,
	DuplicateKey:      codes.EvalDuplicateKey,
	CostLimit:         codes.LimitCost,
	SizeLimit:         codes.LimitSize,
}

// String returns the stable code, such as "eval/no-such-key".
func (c Code) String() string { return codeNames[c] }
