package codes

// This file declares the codes of expressions and of the patterns of texts.

// Area parse: an expression cannot be read.
const (
	// ParseCharacter: a character begins no token, such as a typographic quote or an invisible space.
	// Do: delete the character, or write it inside quotes.
	ParseCharacter = "parse/character"

	// ParseEscape: an escape in a string literal is unknown or incomplete.
	// Do: write `\\` for a backslash, or one of CEL's escapes.
	ParseEscape = "parse/escape"

	// ParseMacro: the arguments of a macro have the wrong form, as in `has(x)` or `list.all(1, true)`.
	// Do: write the macro's form that the message shows.
	ParseMacro = "parse/macro"

	// ParseMessage: the expression has a protobuf message literal, `NAME{…}`.
	// Do: write a map literal, `{"field": value}`.
	ParseMessage = "parse/message"

	// ParseNumber: a number is malformed, or too large for its type.
	// Do: write a decimal or hexadecimal number within the type's range.
	ParseNumber = "parse/number"

	// ParseOperator: an operator is one of another language: `=`, `and`, `or`, `not`, `&`, `===`, `<>`.
	// Do: write CEL's operator, which the hint names.
	ParseOperator = "parse/operator"

	// ParseOptional: the expression uses optional syntax, `a?.b` or `[?x]`.
	// Do: ask with `has(a.b)` and the conditional operator.
	ParseOptional = "parse/optional"

	// ParseReservedWord: a word that CEL reserves is used as a name.
	// Do: choose another name.
	ParseReservedWord = "parse/reserved-word"

	// ParseUnclosedBracket: `(`, `[` or `{` has no counterpart.
	// Do: close the bracket.
	ParseUnclosedBracket = "parse/unclosed-bracket"

	// ParseUnclosedString: a string literal has no closing quote.
	// Do: close the quote, or write `\"` for one inside the text.
	ParseUnclosedString = "parse/unclosed-string"

	// ParseUnexpectedEnd: the expression is empty, or ends in the middle.
	// Do: complete the expression.
	ParseUnexpectedEnd = "parse/unexpected-end"

	// ParseUnexpectedToken: a token does not fit the place where it is.
	// Do: look for what is missing before it.
	ParseUnexpectedToken = "parse/unexpected-token"

	// ParseUTF8: the expression is not valid UTF-8.
	// Do: save the text as UTF-8.
	ParseUTF8 = "parse/utf-8"
)

// Area name: an expression names something that is not there.
const (
	// NameOutOfReach: a root exists, but not in this kind of expression, as `next` in a `require`.
	// Do: use a root of this kind of expression, or write the condition as another kind, such as `ensure`.
	NameOutOfReach = "name/out-of-reach"

	// NameUnknown: nothing declares the name.
	// Do: correct the spelling, which the hint may know, or declare the name.
	NameUnknown = "name/unknown"

	// NameUnknownField: the root or the record has no such field.
	// Do: correct the spelling, or declare the field.
	NameUnknownField = "name/unknown-field"

	// NameUnknownFunction: there is no such function or method.
	// Do: correct the spelling; core/BUNDLE.md lists the functions.
	NameUnknownFunction = "name/unknown-function"

	// NameUnknownMember: a text, or `NAME.MEMBER`, is not a member of the enum.
	// Do: write one of the enum's members, or add this one.
	NameUnknownMember = "name/unknown-member"

	// NameUnknownPattern: `hits()` names no set of patterns.
	// Do: write the name of an entry of `patterns`.
	NameUnknownPattern = "name/unknown-pattern"
)

// Area type: a part of an expression has the wrong type.
const (
	// TypeArgument: no overload of the function takes these arguments.
	// Do: convert the arguments, or use another function.
	TypeArgument = "type/argument"

	// TypeArgumentCount: the function is called with too few or too many arguments.
	// Do: write as many as the message names.
	TypeArgumentCount = "type/argument-count"

	// TypeCallForm: a function is called as a method, or a method as a function.
	// Do: write the form that the hint shows.
	TypeCallForm = "type/call-form"

	// TypeConstant: an argument must be a constant, as the name in `hits()`.
	// Do: write the argument as a literal.
	TypeConstant = "type/constant"

	// TypeDuplicateKey: a map literal has the same constant key twice.
	// Do: delete one of the two entries.
	TypeDuplicateKey = "type/duplicate-key"

	// TypeIncompleteRecord: a map literal lacks fields of the record it makes, or has others.
	// Do: write every field of the record, and no other.
	TypeIncompleteRecord = "type/incomplete-record"

	// TypeMismatch: the expression has another type than the place needs.
	// Do: convert the value, or change the declared type.
	TypeMismatch = "type/mismatch"

	// TypeNotAValue: a root, an enum or a function is named as if it were a value.
	// Do: name a field of the root, a member of the enum, or call the function.
	TypeNotAValue = "type/not-a-value"

	// TypeOperator: the operator does not take these operands, together or at all.
	// Do: convert one of the operands.
	TypeOperator = "type/operator"

	// TypeTimeZone: a time zone is neither UTC nor a fixed offset.
	// Do: write "UTC" or an offset such as "+02:00".
	TypeTimeZone = "type/time-zone"
)

// Area eval: an expression cannot be evaluated on these values. A violation carries the code; it fails closed.
const (
	// EvalDivideByZero: an integer is divided by zero.
	// Do: guard the division, `b != 0 && a / b > 1`.
	EvalDivideByZero = "eval/divide-by-zero"

	// EvalDuplicateKey: a map that is made has the same key twice.
	// Do: make sure that the expressions of the keys differ.
	EvalDuplicateKey = "eval/duplicate-key"

	// EvalIndexOutOfRange: a list has no entry at this index.
	// Do: compare the index with `size()` first.
	EvalIndexOutOfRange = "eval/index-out-of-range"

	// EvalInvalidArgument: a function does not take an argument of this value, such as a malformed date.
	// Do: check the value first, or declare a narrower type for it.
	EvalInvalidArgument = "eval/invalid-argument"

	// EvalInvalidConversion: a value cannot be converted to the type.
	// Do: check the value first, for example with `matches()`.
	EvalInvalidConversion = "eval/invalid-conversion"

	// EvalModulusByZero: the remainder of a division by zero is asked for.
	// Do: guard the division, `b != 0 && a % b == 1`.
	EvalModulusByZero = "eval/modulus-by-zero"

	// EvalNoSuchAttribute: a value has no such attribute.
	// Do: ask with `has()` first.
	EvalNoSuchAttribute = "eval/no-such-attribute"

	// EvalNoSuchKey: a map has no such key.
	// Do: ask with `in` or `has()` first.
	EvalNoSuchKey = "eval/no-such-key"

	// EvalNoSuchOverload: an operator or function is given values of types that it does not take.
	// Do: convert one of the values.
	EvalNoSuchOverload = "eval/no-such-overload"

	// EvalOverflow: a number leaves the range of its type.
	// Do: declare narrower bounds for what the expression reads.
	EvalOverflow = "eval/overflow"
)

// Area pattern: a pattern of texts cannot be compiled.
const (
	// PatternEmpty: nothing is left of a phrase after normalising, or a pattern has neither phrase nor regex.
	// Do: write a phrase with letters or digits, or delete the pattern.
	PatternEmpty = "pattern/empty"

	// PatternRegex: the regular expression does not parse.
	// Do: write it in RE2's syntax; the message names the place.
	PatternRegex = "pattern/regex"

	// PatternShape: the pattern has both a phrase and a regex.
	// Do: write two patterns.
	PatternShape = "pattern/shape"

	// PatternUnmatchable: the regular expression asks for what normalised text never has, such as a capital letter.
	// Do: write it for normalised text: lower case, single spaces, plain quotes.
	PatternUnmatchable = "pattern/unmatchable"
)
