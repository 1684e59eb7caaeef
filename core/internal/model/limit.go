package model

// This file declares how much of everything a bundle may have. Each limit keeps
// one decision, or the loading of one bundle, within bounded time and memory in
// a browser tab; all of them are far above what a reviewed document reaches.

const (
	MaxDocument    = 1 << 20          // bytes of a bundle document: loads in well under a second in a browser
	MaxName        = 64               // bytes of a name or id: it is shown in a list and in every decision
	MaxTitle       = 256              // bytes of the title of an action, argument, agent or member: it is read inside sentences
	MaxText        = 4096             // bytes of a title, about or say: it is shown to a person
	MaxAgents      = 64               // agents: a set of them is one machine word
	MaxTypes       = 256              // declared types
	MaxTypeDepth   = 8                // nesting of a type: bounds every walk over a value
	MaxTypeSize    = 16384            // fields, entries and members of a type, those of the types it names counted in
	MaxTypeSizes   = 65536            // the same of all variables, logs, arguments and params together: showing them takes a few megabytes
	MaxMembers     = 256              // members of an enum, fields of a record
	MaxConstants   = 256              // constants, params and metadata, each
	MaxVars        = 256              // state variables
	MaxLogs        = 32               // logs
	MaxLogItems    = 65536            // items of one log: a session that appends more belongs in a database
	MaxActions     = 256              // actions
	MaxArgs        = 24               // arguments of an action: unknown ones are bits of one word
	MaxEffects     = 256              // effects of one action
	MaxSteps       = 8                // parts of an effect's path
	MaxConstraints = 1024             // constraints
	MaxKeeps       = 256              // entries of keep
	MaxPatterns    = 64               // pattern sets
	MaxPhrases     = 4096             // alternatives of one pattern set
	MaxTables      = 16 << 20         // bytes of the tables that the phrases of all pattern sets are unrolled to
	MaxDerived     = 64               // derived names
	MaxExamples    = 256              // hit and miss texts of one pattern set
	MaxTests       = 256              // scenarios, and steps of each
	MaxParents     = 16               // ancestors, all told
	MaxExtends     = 4                // generations
	MaxItems       = 256              // items of a list or map whose type gives no bound
	MaxStringBytes = 4096             // bytes of a string whose type gives no bound
	MaxKeyBytes    = 128              // bytes of a key of a map with text keys
	MaxBound       = 1 << 20          // largest bound a type may give: bytes of a string
	MaxListBound   = 65536            // largest bound a type may give: items of a list or map
	MaxValue       = 1 << 53          // JSON integers are smaller than this, either way
	MaxFilled      = 1 << 18          // values filled in for what the mappings of one document leave out
	MaxState       = 3 << 20          // bytes of a session's variables and logs as JSON: with its parked proposals a snapshot stays readable
	MaxStateValues = 3 << 18          // values in them, keys counted too: the reader takes four for every three
	MaxCompiled    = 1 << 20          // bytes of expressions, each counted once for every action it is compiled for: programs take up to a hundred times their text
	MaxFolding     = DecisionCost / 4 // cost units for computing what is constant; what is left is computed when it is needed
	QuestionCost   = DecisionCost     // cost units for answering admissible or path
	MaxChecking    = DecisionCost / 4 // cost units for the conditions and examples of a bundle
	DecisionCost   = 4 << 20          // cost units one decision may use, over all its constraints
)
