package codes

// This file declares the codes of documents: bundles, catalogs and scenarios, as JSON and as YAML.

// Area json: JSON is not accepted, because it is malformed or because two readers may read it differently.
// Status: 400 The body is no JSON that is accepted
const (
	// JSONBigint: a BigInt is to be written as JSON.
	// Do: convert it to a number, or to text.
	// SDK: codes.bigint
	JSONBigint = "json/bigint"

	// JSONCycle: an object that is to be written as JSON contains itself.
	// Do: pass a copy without the cycle.
	// SDK: codes.cycle
	JSONCycle = "json/cycle"

	// JSONDuplicateKey: an object has a key twice, compared after unescaping.
	// Do: delete one of the two members.
	JSONDuplicateKey = "json/duplicate-key"

	// JSONInvalidUTF8: a byte is not part of well-formed UTF-8.
	// Do: send the text as UTF-8.
	JSONInvalidUTF8 = "json/invalid-utf8"

	// JSONLoneSurrogate: a text has half of a surrogate pair, which has no UTF-8.
	// Do: send whole characters; do not cut a text between two UTF-16 code units.
	// SDK: codes.surrogate
	JSONLoneSurrogate = "json/lone-surrogate"

	// JSONNegativeZero: a number is −0, which JSON.stringify would turn into 0.
	// Do: pass 0.
	// SDK: codes.negativeZero
	JSONNegativeZero = "json/negative-zero"

	// JSONNotANumber: a number is NaN or an infinity, which JSON.stringify would turn into null.
	// Do: check the calculation that gives it.
	// SDK: codes.number
	JSONNotANumber = "json/not-a-number"

	// JSONNotPlain: a value is a function, a symbol, a Date, a Map or another object that is more than its members.
	// Do: convert it to plain data first.
	// SDK: codes.plain
	JSONNotPlain = "json/not-plain"

	// JSONNumberPrecision: a number has digits that a double cannot hold.
	// Do: send fewer digits, or the number as text.
	JSONNumberPrecision = "json/number-precision"

	// JSONNumberRange: a number is too large, too small, or an integer beyond ±(2^53−1).
	// Do: send a smaller number, or the number as text.
	JSONNumberRange = "json/number-range"

	// JSONSyntax: the bytes are not RFC 8259 JSON.
	// Do: correct the JSON at the offset.
	JSONSyntax = "json/syntax"

	// JSONTrailingBytes: bytes other than white space follow the document.
	// Do: send one document.
	JSONTrailingBytes = "json/trailing-bytes"

	// JSONUndefined: a value is undefined, which JSON.stringify would drop or turn into null.
	// Do: leave the member out, or pass null.
	// SDK: codes.undefined
	JSONUndefined = "json/undefined"
)

// Area yaml: a YAML file is malformed, or readers of YAML may read it differently.
const (
	// YAMLAfterQuote: more text follows a closing quote.
	// Do: put all of the text in quotes.
	YAMLAfterQuote = "yaml/after-quote"

	// YAMLAlias: there is no `&x` before `*x`.
	// Do: define the anchor first, or put the text in quotes.
	YAMLAlias = "yaml/alias"

	// YAMLBraces: text without quotes begins with a brace or bracket.
	// Do: put the text in quotes.
	YAMLBraces = "yaml/braces"

	// YAMLColon: text without quotes has `: ` in it.
	// Do: put the text in quotes.
	YAMLColon = "yaml/colon"

	// YAMLControl: the file has a control character, such as a stray carriage return.
	// Do: delete the character.
	YAMLControl = "yaml/control"

	// YAMLDocuments: the file has more than one document.
	// Do: write one document in a file.
	YAMLDocuments = "yaml/documents"

	// YAMLDuplicateKey: a key is written twice.
	// Do: delete one of the two entries.
	YAMLDuplicateKey = "yaml/duplicate-key"

	// YAMLEmpty: the file has nothing but comments.
	// Do: write a bundle; core/BUNDLE.md begins with one.
	YAMLEmpty = "yaml/empty"

	// YAMLEscape: an escape in double quotes is unknown or incomplete.
	// Do: write `\\` for a backslash, or use single quotes.
	YAMLEscape = "yaml/escape"

	// YAMLIndent: a line is indented as none of those above it.
	// Do: indent it as its neighbours.
	YAMLIndent = "yaml/indent"

	// YAMLKey: a key is not text.
	// Do: put the key in quotes.
	YAMLKey = "yaml/key"

	// YAMLMerge: `<<` has something other than mappings.
	// Do: merge mappings only.
	YAMLMerge = "yaml/merge"

	// YAMLMissingBlank: there is no blank after the colon of a key.
	// Do: write `key: value`.
	YAMLMissingBlank = "yaml/missing-blank"

	// YAMLMissingColon: a line among keys has no colon.
	// Do: write `key: value`, or indent the line as part of the text above.
	YAMLMissingColon = "yaml/missing-colon"

	// YAMLMissingComma: there is no comma between two entries in brackets.
	// Do: write the comma.
	YAMLMissingComma = "yaml/missing-comma"

	// YAMLMissingValue: a key between braces has no value, as in `{a}`.
	// Do: write `{a: value}`.
	YAMLMissingValue = "yaml/missing-value"

	// YAMLMixed: list items and keys are in one column.
	// Do: write a list or a mapping, or indent one of them.
	YAMLMixed = "yaml/mixed"

	// YAMLNumber: readers of YAML read a number differently: `010`, `1_000`, `1:30`.
	// Do: write a plain decimal number, or put it in quotes.
	YAMLNumber = "yaml/number"

	// YAMLReserved: text without quotes begins with `@`, a backtick or `%`.
	// Do: put the text in quotes.
	YAMLReserved = "yaml/reserved"

	// YAMLSyntax: the file is not YAML, in no way that has a code of its own.
	// Do: correct the YAML at the position.
	YAMLSyntax = "yaml/syntax"

	// YAMLTab: a line is indented by a tab.
	// Do: indent by blanks.
	YAMLTab = "yaml/tab"

	// YAMLTag: the file has a tag, `!x`.
	// Do: delete the tag, or put the text in quotes.
	YAMLTag = "yaml/tag"

	// YAMLUnclear: readers of YAML read it differently, or this one cannot follow it.
	// Do: write it in a plainer way, as the hint says.
	YAMLUnclear = "yaml/unclear"

	// YAMLUnclosedBracket: `[` or `{` has no counterpart.
	// Do: close the bracket.
	YAMLUnclosedBracket = "yaml/unclosed-bracket"

	// YAMLUnclosedQuote: a quote has no counterpart.
	// Do: close the quote.
	YAMLUnclosedQuote = "yaml/unclosed-quote"

	// YAMLUTF8: the file has bytes that are not UTF-8.
	// Do: save the file as UTF-8.
	YAMLUTF8 = "yaml/utf-8"
)

// Area file: a file cannot be had.
const (
	// FileUnreadable: a file does not exist or cannot be opened.
	// Do: check the path and the permissions.
	FileUnreadable = "file/unreadable"
)

// Area bundle: a bundle's declarations are not valid, or there is no such bundle.
const (
	// BundleCondition: one of the bundle's own conditions, under `valid`, does not hold.
	// Do: change the params, constants or metadata as the bundle's text says.
	BundleCondition = "bundle/condition"

	// BundleDuplicate: a name or id is declared twice.
	// Do: rename one of the two.
	BundleDuplicate = "bundle/duplicate"

	// BundleEffect: the path of an effect is not that of a variable, or two effects are in conflict.
	// Do: write the path of a variable, and set it once.
	BundleEffect = "bundle/effect"

	// BundleExample: an example under `hit` does not match, or one under `miss` does.
	// Do: correct the pattern or the example.
	BundleExample = "bundle/example"

	// BundleForm: keys exclude each other, or none of those that are needed is there.
	// Do: keep one of the keys that the message names.
	BundleForm = "bundle/form"

	// BundleFormat: the document is not of a version of the format that this engine reads.
	// Do: write `holdfast: 1`.
	BundleFormat = "bundle/format"

	// BundleInit: the initial state or the fallback breaks a constraint that always holds.
	// Do: change the initial values or the fallback.
	BundleInit = "bundle/init"

	// BundleInvalid: the document is not a valid bundle or catalog.
	// Do: correct what `diagnostics` lists; `holdfast check` shows the same with lines.
	// Status: 422 The document is not valid
	BundleInvalid = "bundle/invalid"

	// BundleKind: a value has the wrong JSON kind, such as a list where text belongs.
	// Do: write a value of the kind that the message names.
	BundleKind = "bundle/kind"

	// BundleMissing: a required key is left out.
	// Do: add the key.
	BundleMissing = "bundle/missing"

	// BundleMove: a move is not of the form `a -> b`, or has no meaning.
	// Do: write `a -> b` or `a <-> b` with members of the enum.
	BundleMove = "bundle/move"

	// BundleName: a name or id is not well-formed, or is reserved.
	// Do: choose another name; the hint says what it may have.
	BundleName = "bundle/name"

	// BundlePattern: a set of patterns cannot be compiled.
	// Do: correct the pattern that the message names.
	BundlePattern = "bundle/pattern"

	// BundleReference: something is named that is not declared.
	// Do: correct the spelling, which the hint may know, or declare it.
	BundleReference = "bundle/reference"

	// BundleTaken: this name and version is published with another digest.
	// Do: publish it under a new version; what is published never changes.
	// Status: 409 The version is taken
	BundleTaken = "bundle/taken"

	// BundleText: the braces of a text do not match, or a title is empty or longer than a line.
	// Do: close the brace, or write `{{` for one in the text; write a title in one line.
	BundleText = "bundle/text"

	// BundleType: a type is not well-formed.
	// Do: write one of the types in core/BUNDLE.md.
	BundleType = "bundle/type"

	// BundleUnknown: there is no such bundle: it is not published, or the gate does not have it.
	// Do: check name, version or digest, or publish the bundle first.
	// Status: 404 No such bundle
	// SDK: edgeCodes.bundle
	BundleUnknown = "bundle/unknown"

	// BundleUnknownKey: the format has no such key.
	// Do: correct the spelling, which the hint may know.
	BundleUnknownKey = "bundle/unknown-key"

	// BundleValue: a value does not fit its type.
	// Do: write a value within the declared bounds.
	BundleValue = "bundle/value"
)

// Area extend: a bundle cannot extend another as it says.
const (
	// ExtendCycle: a bundle extends itself, by way of others.
	// Do: delete one of the steps of the cycle.
	ExtendCycle = "extend/cycle"

	// ExtendExpects: a parent lacks an id that the child expects.
	// Do: extend a version of the parent that has the id, or expect another.
	ExtendExpects = "extend/expects"

	// ExtendInvalid: a parent has errors of its own.
	// Do: correct the parent first.
	ExtendInvalid = "extend/invalid"

	// ExtendKeeps: one parent keeps what another parent may refuse.
	// Do: extend only one of the two.
	ExtendKeeps = "extend/keeps"

	// ExtendLock: a parent is another than the lock says, or the lock cannot be read.
	// Do: look at what has changed, then delete the lock's entry and build again.
	ExtendLock = "extend/lock"

	// ExtendNotFound: a parent is found nowhere.
	// Do: put the parent's file beside this one, or name where it is.
	ExtendNotFound = "extend/not-found"

	// ExtendParent: the document of a parent is missing, or is not the one that is named.
	// Do: build the bundle again with the parent it names.
	ExtendParent = "extend/parent"

	// ExtendRedefines: a child declares again what its parent has.
	// Do: choose another name; what a parent declares cannot be replaced.
	ExtendRedefines = "extend/redefines"

	// ExtendVersion: a parent is found in another version or under another name.
	// Do: name the version that is there, or get the one that is named.
	ExtendVersion = "extend/version"

	// ExtendWeakens: a child would change or write what belongs to its parent.
	// Do: narrow only; a child adds constraints and variables of its own.
	ExtendWeakens = "extend/weakens"
)

// Area lint: a warning: it is allowed, and has probably another meaning than its author thinks.
const (
	// LintAlwaysFails: a part of an expression fails whatever the variables are, as `1 / 0`.
	// Do: correct the part.
	LintAlwaysFails = "lint/always-fails"

	// LintChangesNothing: some proposal of an action can commit and change nothing.
	// Do: write `must: change`, where that is not meant.
	LintChangesNothing = "lint/changes-nothing"

	// LintConstantCondition: a part of a condition is always true or always false.
	// Do: delete the part, or correct it.
	LintConstantCondition = "lint/constant-condition"

	// LintContradiction: one variable would have to equal two values.
	// Do: write `||` for `&&`, or correct one of the values.
	LintContradiction = "lint/contradiction"

	// LintNeverChanges: no action sets a variable, or none appends to a log.
	// Do: make it a constant, or add the effect.
	LintNeverChanges = "lint/never-changes"

	// LintNeverHolds: a constraint never holds for some action.
	// Do: correct the condition, or take the action out of `by` and `on`.
	LintNeverHolds = "lint/never-holds"

	// LintNeverViolated: a constraint always holds.
	// Do: delete it, or correct the condition.
	LintNeverViolated = "lint/never-violated"

	// LintNobody: no agent that may propose the action can commit an effect of it.
	// Do: add the agent to the variable's `owner`, or to the action's `by`.
	LintNobody = "lint/nobody"

	// LintShadowed: a constraint is violated only where a stronger one is.
	// Do: delete it, or move it to a stronger level.
	LintShadowed = "lint/shadowed"

	// LintUnreachableBranch: one side of a choice never runs.
	// Do: delete the choice, or correct its condition.
	LintUnreachableBranch = "lint/unreachable-branch"

	// LintUnreachableMember: a variable never becomes this member of its enum.
	// Do: add the move or the effect, or delete the member.
	LintUnreachableMember = "lint/unreachable-member"

	// LintUnused: nothing uses what is declared.
	// Do: delete the declaration, or use it.
	LintUnused = "lint/unused"
)

// Area catalog: a catalog is not valid, or there is no such catalog, or a cursor resolves to no bundle in it.
// Status: 422 Not accepted
const (
	// CatalogBundle: the bundle of a catalog cannot be found, or has errors.
	// Do: check the path, or correct the bundle.
	CatalogBundle = "catalog/bundle"

	// CatalogCursor: a cursor is not well-formed.
	// Do: name each part of the matrix once, with one of its values.
	CatalogCursor = "catalog/cursor"

	// CatalogDigest: a document of a catalog does not have the digest that the catalog names.
	// Do: build the catalog again, or get the document that was published.
	// SDK: codes.resolve
	CatalogDigest = "catalog/digest"

	// CatalogDuplicate: a value is twice in a part of the matrix, so that two points would have one cursor.
	// Do: delete one of the two.
	CatalogDuplicate = "catalog/duplicate"

	// CatalogEmpty: every point of the matrix is excepted.
	// Do: delete an exception.
	CatalogEmpty = "catalog/empty"

	// CatalogMatrix: a part of the matrix is not a list of values.
	// Do: write the part as a list.
	CatalogMatrix = "catalog/matrix"

	// CatalogMissingParam: a param has no value at any point.
	// Do: add it to the matrix or to `params`.
	CatalogMissingParam = "catalog/missing-param"

	// CatalogParam: the bundle has no such param.
	// Do: correct the spelling, or declare the param in the bundle.
	CatalogParam = "catalog/param"

	// CatalogPoint: the bundle of a point is not valid.
	// Do: correct the params of the point, or except it.
	CatalogPoint = "catalog/point"

	// CatalogShape: the catalog document is not well-formed.
	// Do: build it with `holdfast build`.
	CatalogShape = "catalog/shape"

	// CatalogStall: a cursor resolves to no bundle, or to several.
	// Do: nothing can be decided here; ask with another cursor. `stall` is the catalog's answer.
	// Status: 409 The cursor resolves to no one bundle
	// SDK: edgeCodes.stall
	CatalogStall = "catalog/stall"

	// CatalogUnknown: no such catalog is published.
	// Do: check name, version or digest, or publish the catalog first.
	// Status: 404 No such catalog
	CatalogUnknown = "catalog/unknown"

	// CatalogValue: an expression cannot be evaluated at a point.
	// Do: correct the expression, or except the point.
	CatalogValue = "catalog/value"
)

// Area scenario: a scenario cannot be run.
const (
	// ScenarioShape: a scenario is not well-formed.
	// Do: correct the member that the message names.
	ScenarioShape = "scenario/shape"
)
