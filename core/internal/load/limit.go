package load

import "github.com/holdfast-rt/holdfast/core/internal/model"

// This file declares how much of everything a bundle document may have.

const (
	MaxDocument = 1 << 20 // bytes of a bundle document: loads in well under a second in a browser
	// bytes of the title of an action, argument, agent or member, read inside sentences
	MaxTitle       = 256
	MaxText        = 4096     // bytes of a title, about or say: it is shown to a person
	MaxAgents      = 64       // agents: a set of them is one machine word
	MaxTypes       = 256      // declared types
	MaxTypeDepth   = 8        // nesting of a type: bounds every walk over a value
	MaxTypeSize    = 16384    // fields, entries and members of a type, with those of the types it names
	MaxTypeSizes   = 65536    // the same of all variables, logs, arguments and params: megabytes to show
	MaxMembers     = 256      // members of an enum, fields of a record
	MaxConstants   = 256      // constants, params and metadata, each
	MaxVars        = 256      // state variables
	MaxLogs        = 32       // logs
	MaxLogItems    = 65536    // items of one log: a session that appends more belongs in a database
	MaxActions     = 256      // actions
	MaxEffects     = 256      // effects of one action
	MaxSteps       = 8        // parts of an effect's path
	MaxConstraints = 1024     // constraints
	MaxKeeps       = 256      // entries of keep
	MaxPatterns    = 64       // pattern sets
	MaxPhrases     = 4096     // alternatives of one pattern set
	MaxTables      = 16 << 20 // bytes of the tables that the phrases of all pattern sets are unrolled to
	MaxDerived     = 64       // derived names
	MaxExamples    = 256      // hit and miss texts of one pattern set
	MaxTests       = 256      // scenarios, and steps of each
	MaxParents     = 16       // ancestors, all told
	MaxExtends     = 4        // generations
	MaxItems       = 256      // items of a list or map whose type gives no bound
	MaxStringBytes = 4096     // bytes of a string whose type gives no bound
	MaxBound       = 1 << 20  // largest bound a type may give: bytes of a string
	MaxListBound   = 65536    // largest bound a type may give: items of a list or map
	// bytes of expressions, once for every action: programs are up to 100 times as long
	MaxCompiled = 1 << 20
	MaxFolding  = model.DecisionCost / 4 // cost units for computing what is constant; the rest is computed when needed
	MaxChecking = model.DecisionCost / 4 // cost units for the conditions and examples of a bundle
)
