package author

// This file declares the codes of findings this package makes itself. Those of
// expressions and declarations are the core's.

const (
	FileUnreadable = "file/unreadable" // a file that is not there or cannot be opened

	YAMLSyntax   = "yaml/syntax"           // not YAML, in no way that has a code of its own
	YAMLUTF8     = "yaml/utf-8"            // bytes that are not UTF-8
	YAMLControl  = "yaml/control"          // a control character, such as a stray carriage return
	YAMLEmpty    = "yaml/empty"            // nothing but comments
	YAMLTab      = "yaml/tab"              // a tab used for indentation
	YAMLIndent   = "yaml/indent"           // a line indented as none of those above it
	YAMLMixed    = "yaml/mixed"            // list items and keys in one column
	YAMLColon    = "yaml/colon"            // ": " inside text without quotes
	YAMLBlank    = "yaml/missing-blank"    // key:value without a blank after the colon
	YAMLNoColon  = "yaml/missing-colon"    // a line among keys that has no colon
	YAMLBraces   = "yaml/braces"           // text that begins with a brace or bracket, without quotes
	YAMLMember   = "yaml/missing-value"    // {a} without a value
	YAMLBracket  = "yaml/unclosed-bracket" // [ or { without its counterpart
	YAMLComma    = "yaml/missing-comma"    // two entries between brackets without a comma
	YAMLQuote    = "yaml/unclosed-quote"   // a quote without its counterpart
	YAMLAfter    = "yaml/after-quote"      // more text after a closing quote
	YAMLEscape   = "yaml/escape"           // an unknown or incomplete escape in double quotes
	YAMLReserved = "yaml/reserved"         // text without quotes that begins with @, ` or %
	YAMLTag      = "yaml/tag"              // a tag: !x
	YAMLKey      = "yaml/key"              // a key that is no text
	YAMLTwice    = "yaml/duplicate-key"    // a key written twice
	YAMLAlias    = "yaml/alias"            // *x where no &x stands before it
	YAMLMerge    = "yaml/merge"            // << with something else than mappings
	YAMLNumber   = "yaml/number"           // a number that YAML readers read differently: 010, 1_000, 1:30
	YAMLMany     = "yaml/documents"        // more than one document in a file
	YAMLUnclear  = "yaml/unclear"          // YAML that readers read differently, or that this one cannot follow

	JSONSyntax    = "json/syntax"           // not RFC 8259 JSON
	JSONDuplicate = "json/duplicate-key"    // a key twice in an object
	JSONSurrogate = "json/lone-surrogate"   // half of a surrogate pair
	JSONTrailing  = "json/trailing-bytes"   // something after the document
	NumberRange   = "json/number-range"     // a number too large, too small, or an integer beyond ±(2^53−1)
	NumberDigits  = "json/number-precision" // a number with digits that a double cannot hold

	LimitSize   = "limit/file-size"      // a file longer than MaxFile
	LimitDepth  = "limit/file-depth"     // nesting beyond MaxDepth
	LimitKeys   = "limit/file-keys"      // more lines of one indentation in a row than the parser can take
	LimitExpand = "limit/file-expansion" // aliases that stand for more than MaxExpanded

	ExtendCycle   = "extend/cycle"     // a bundle that extends itself, by way of others
	ExtendMissing = "extend/not-found" // a parent that is nowhere to be found
	ExtendVersion = "extend/version"   // a parent found in another version or under another name
	ExtendInvalid = "extend/invalid"   // a parent with errors of its own
	ExtendLock    = "extend/lock"      // a parent that is another than the lock says, or a lock that cannot be read
	LimitParents  = "limit/extends"    // too many parents, or too deep

	CatalogBundle  = "catalog/bundle"        // the bundle cannot be found or has errors
	CatalogMatrix  = "catalog/matrix"        // a part of the matrix is no list of values
	CatalogTwice   = "catalog/duplicate"     // a value twice in a part: two points with one cursor
	CatalogParam   = "catalog/param"         // a param that the bundle does not have
	CatalogMissing = "catalog/missing-param" // a param that has no value at any point
	CatalogValue   = "catalog/value"         // an expression that cannot be evaluated at a point
	CatalogPoint   = "catalog/point"         // the bundle of a point is not valid
	CatalogEmpty   = "catalog/empty"         // every point is excepted
	CatalogDigest  = "catalog/digest"        // a built catalog whose digest is not that of the point
	LimitPoints    = "limit/points"          // more points than MaxPoints

	EngineFailed = "engine/failed" // the engine did not answer
)

// Codes of the core that are also used for the keys of a catalog, which it does
// not see.
const (
	BundleKind    = "bundle/kind"        // a value of the wrong kind: a list where text belongs
	BundleMissing = "bundle/missing"     // a required key is left out
	BundleUnknown = "bundle/unknown-key" // a key that the format does not have
	BundleName    = "bundle/name"        // a name that is not well-formed
	BundleValue   = "bundle/value"       // a value out of range
)
