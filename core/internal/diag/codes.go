package diag

// This file declares the codes of findings about expressions. Messages may
// change, codes may not.

const (
	ParseCharacter    = "parse/character"         // a character that begins no token: a typographic quote, an invisible space
	ParseNumber       = "parse/number"            // a number that is malformed or too large for its type
	ParseString       = "parse/unclosed-string"   // a string literal without its closing quote
	ParseEscape       = "parse/escape"            // an unknown or incomplete escape in a string literal
	ParseUTF8         = "parse/utf-8"             // the text is not valid UTF-8
	ParseToken        = "parse/unexpected-token"  // a token that fits nothing where it stands
	ParseEnd          = "parse/unexpected-end"    // the expression is empty or ends in the middle
	ParseBracket      = "parse/unclosed-bracket"  // ( [ or { without its counterpart
	ParseOperator     = "parse/operator"          // an operator of another language: = and or not & === <>
	ParseReserved     = "parse/reserved-word"     // a word CEL reserves used as a name
	ParseMessage      = "parse/message"           // a protobuf message literal, NAME{...}
	ParseOptional     = "parse/optional"          // optional syntax: a?.b, [?x]
	ParseMacro        = "parse/macro"             // a macro whose arguments have the wrong form: has(x), list.all(1, true)
	LimitSource       = "limit/source"            // the expression is longer than syntax.MaxSource
	LimitNesting      = "limit/nesting"           // brackets or chains beyond syntax.MaxNesting, syntax.MaxHeight
	LimitExpression   = "limit/cost"              // the worst case from declared sizes is beyond code.MaxCost
	LimitProgram      = "limit/program"           // more variables, constants or registers than the machine addresses
	NameUnknown       = "name/unknown"            // a name that nothing declares
	NameField         = "name/unknown-field"      // a field that the root or record does not have
	NameFunction      = "name/unknown-function"   // a function or method that does not exist
	NameMember        = "name/unknown-member"     // a string or NAME.MEMBER that is no member of the enum
	NamePattern       = "name/unknown-pattern"    // hits() with the name of no pattern set
	NameOutOfReach    = "name/out-of-reach"       // a root that exists, but not in this kind of expression: next in a require
	LintConstant      = "lint/constant-condition" // warning: part of a condition is always true or always false
	LintUnreachable   = "lint/unreachable-branch" // warning: one side of a choice never runs
	LintFails         = "lint/always-fails"       // warning: a part fails whatever the variables are: 1 / 0
	LintContradiction = "lint/contradiction"      // warning: one variable would have to equal two values
	TypeMismatch      = "type/mismatch"           // an expression whose type is not the one wanted there
	TypeOperator      = "type/operator"           // operands that the operator does not take, together or at all
	TypeArgument      = "type/argument"           // arguments that no overload of the function takes
	TypeCount         = "type/argument-count"     // too few or too many arguments
	TypeCall          = "type/call-form"          // a function called as a method or a method as a function
	TypeNotValue      = "type/not-a-value"        // a root, enum or function named as if it were a value
	TypeZone          = "type/time-zone"          // a time zone that is neither UTC nor a fixed offset
	TypeConstant      = "type/constant"           // an argument that must be a constant: the name in hits()
	TypeDuplicate     = "type/duplicate-key"      // a map literal with the same constant key twice
	TypeIncomplete    = "type/incomplete-record"  // a map literal that lacks fields of the record it makes, or has others
)
