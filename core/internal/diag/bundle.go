package diag

// This file declares the codes of what can be wrong with a bundle's
// declarations; those of its expressions stand in codes.go.

const (
	BundleKind      = "bundle/kind"         // a value has the wrong JSON kind: a list where text belongs
	BundleMissing   = "bundle/missing"      // a required key is left out
	BundleUnknown   = "bundle/unknown-key"  // a key that the format does not have
	BundleName      = "bundle/name"         // a name or id is not well-formed, or is reserved
	BundleDuplicate = "bundle/duplicate"    // a name or id is declared twice
	BundleRef       = "bundle/reference"    // something that is named is not declared
	BundleType      = "bundle/type"         // a type is not well-formed
	BundleValue     = "bundle/value"        // a value does not fit its type
	BundleMove      = "bundle/move"         // a move is not of the form a -> b, or cannot be meant
	BundleEffect    = "bundle/effect"       // an effect's path is not a variable's, or two effects clash
	BundleForm      = "bundle/form"         // keys that exclude each other, or none of those needed
	BundleText      = "bundle/text"         // a say text's braces do not close
	BundleSet       = "bundle/pattern"      // a pattern cannot be compiled
	BundleExample   = "bundle/example"      // a hit that does not match, or a miss that does
	BundleInvalid   = "bundle/invalid"      // a condition of valid does not hold
	BundleInit      = "bundle/init"         // the initial state or the fallback breaks a constraint that always holds
	BundleFormat    = "bundle/format"       // not a version of the format this engine reads
	ExtendRedefine  = "extend/redefines"    // a child declares again what its parent has
	ExtendWeaken    = "extend/weakens"      // a child would change or write what is its parent's
	ExtendKeeps     = "extend/keeps"        // a parent keeps what another parent may refuse
	ExtendExpects   = "extend/expects"      // a parent lacks an id that the child expects
	ExtendParent    = "extend/parent"       // a parent's document is missing, or not the one that was named
	ExtendDepth     = "limit/extends"       // too many parents, or too deep
	LimitType       = "limit/type"          // types nested too deep, or with too many fields, entries and members
	LimitPrograms   = "limit/programs"      // more expressions than a bundle may have, counted for every action they are compiled for
	LimitChecking   = "limit/checking"      // checking the bundle's own conditions and examples would cost too much
	LimitState      = "limit/state"         // the initial state is more than a session may hold
	LimitCount      = "limit/count"         // more of something than a bundle may have
	LimitText       = "limit/text"          // a text is longer than it may be
	LimitCost       = "limit/decision-cost" // deciding one action could cost more than a decision may

	// Warnings of core.Lint: what is allowed but cannot be meant.
	LintVacuous  = "lint/never-violated"     // a constraint that always holds
	LintNever    = "lint/never-holds"        // a constraint that never holds for some action
	LintShadowed = "lint/shadowed"           // a constraint that is violated only where a stronger one is
	LintMember   = "lint/unreachable-member" // an enum member that a variable never becomes
	LintUnused   = "lint/unused"             // something declared that nothing uses
	LintStill    = "lint/never-changes"      // a variable that nothing sets, a log that nothing appends to
	LintNobody   = "lint/nobody"             // an effect that nobody who may propose the action can commit
	LintStays    = "lint/changes-nothing"    // an action of which some proposal can commit and change nothing
)
