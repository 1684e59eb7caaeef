package diag

// This file declares the codes of findings about expressions. Messages may
// change, codes may not.

import "github.com/holdfast-rt/holdfast/core/codes"

const (
	ParseCharacter    = codes.ParseCharacter
	ParseNumber       = codes.ParseNumber
	ParseString       = codes.ParseUnclosedString
	ParseEscape       = codes.ParseEscape
	ParseUTF8         = codes.ParseUTF8
	ParseToken        = codes.ParseUnexpectedToken
	ParseEnd          = codes.ParseUnexpectedEnd
	ParseBracket      = codes.ParseUnclosedBracket
	ParseOperator     = codes.ParseOperator
	ParseReserved     = codes.ParseReservedWord
	ParseMessage      = codes.ParseMessage
	ParseOptional     = codes.ParseOptional
	ParseMacro        = codes.ParseMacro
	LimitSource       = codes.LimitSource
	LimitNesting      = codes.LimitNesting
	LimitExpression   = codes.LimitCost
	LimitProgram      = codes.LimitProgram
	NameUnknown       = codes.NameUnknown
	NameField         = codes.NameUnknownField
	NameFunction      = codes.NameUnknownFunction
	NameMember        = codes.NameUnknownMember
	NamePattern       = codes.NameUnknownPattern
	NameOutOfReach    = codes.NameOutOfReach
	LintConstant      = codes.LintConstantCondition
	LintUnreachable   = codes.LintUnreachableBranch
	LintFails         = codes.LintAlwaysFails
	LintContradiction = codes.LintContradiction
	TypeMismatch      = codes.TypeMismatch
	TypeOperator      = codes.TypeOperator
	TypeArgument      = codes.TypeArgument
	TypeCount         = codes.TypeArgumentCount
	TypeCall          = codes.TypeCallForm
	TypeNotValue      = codes.TypeNotAValue
	TypeZone          = codes.TypeTimeZone
	TypeConstant      = codes.TypeConstant
	TypeDuplicate     = codes.TypeDuplicateKey
	TypeIncomplete    = codes.TypeIncompleteRecord
)
