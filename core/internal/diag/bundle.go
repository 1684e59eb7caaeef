package diag

// This file declares the codes of what can be wrong with a bundle's
// declarations; those of its expressions stand in codes.go.

import "github.com/holdfast-rt/holdfast/core/codes"

const (
	BundleKind      = codes.BundleKind
	BundleMissing   = codes.BundleMissing
	BundleUnknown   = codes.BundleUnknownKey
	BundleName      = codes.BundleName
	BundleDuplicate = codes.BundleDuplicate
	BundleRef       = codes.BundleReference
	BundleType      = codes.BundleType
	BundleValue     = codes.BundleValue
	BundleMove      = codes.BundleMove
	BundleEffect    = codes.BundleEffect
	BundleForm      = codes.BundleForm
	BundleText      = codes.BundleText
	BundleSet       = codes.BundlePattern
	BundleExample   = codes.BundleExample
	BundleInit      = codes.BundleInit
	BundleFormat    = codes.BundleFormat
	ExtendRedefine  = codes.ExtendRedefines
	ExtendWeaken    = codes.ExtendWeakens
	ExtendKeeps     = codes.ExtendKeeps
	ExtendExpects   = codes.ExtendExpects
	ExtendParent    = codes.ExtendParent
	ExtendDepth     = codes.LimitExtends
	LimitType       = codes.LimitType
	LimitPrograms   = codes.LimitPrograms
	LimitChecking   = codes.LimitChecking
	LimitState      = codes.LimitState
	LimitCount      = codes.LimitCount
	LimitText       = codes.LimitText
	LimitCost       = codes.LimitDecisionCost

	// Warnings of core.Lint: what is allowed but cannot be meant.
	LintVacuous  = codes.LintNeverViolated
	LintNever    = codes.LintNeverHolds
	LintShadowed = codes.LintShadowed
	LintMember   = codes.LintUnreachableMember
	LintUnused   = codes.LintUnused
	LintStill    = codes.LintNeverChanges
	LintNobody   = codes.LintNobody
	LintStays    = codes.LintChangesNothing
)
