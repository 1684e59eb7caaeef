package model

// This file defines verdicts and levels.

// Verdict is a decision's one-word outcome.
type Verdict uint8

const (
	Commit Verdict = iota
	HoldVerdict
	Rewrite
	Reject
	Revert
	Halt
	Escalate
	Stall
	Freeze
)

// VerdictWords are the verdicts as decisions write them.
var VerdictWords = []string{"commit", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze"}

func (v Verdict) String() string { return VerdictWords[v] }

// Level orders constraints; a lower number overrides a higher one.
type Level uint8

const (
	Physical Level = iota
	Responsibility
	Ownership
	Operational
	Preference
)

// LevelWords are the levels as decisions write them.
var LevelWords = []string{"physical", "responsibility", "ownership", "operational", "preference"}

func (l Level) String() string { return LevelWords[l] }
