package codes

// This file declares the codes of limits.

// Area limit: there is more of something than there may be.
// Status: 422 A limit is exceeded
const (
	// LimitChecking: checking the bundle's own conditions and examples would cost too much.
	// Do: make them cheaper, or have fewer.
	LimitChecking = "limit/checking"

	// LimitCost: an expression, or all that is asked in one call, could cost or does cost more than it may.
	// Do: declare smaller bounds for what it reads, or ask for less in one call.
	LimitCost = "limit/cost"

	// LimitCount: a bundle has more of something than it may have.
	// Do: have fewer; the message names the limit.
	LimitCount = "limit/count"

	// LimitDecisionCost: deciding one action could cost more than a decision may.
	// Do: make the constraints of the action cheaper, or have fewer on it.
	LimitDecisionCost = "limit/decision-cost"

	// LimitExtends: a bundle has too many parents, or they extend each other too deep.
	// Do: extend fewer.
	LimitExtends = "limit/extends"

	// LimitFileDepth: a file nests deeper than it may.
	// Do: nest less.
	LimitFileDepth = "limit/file-depth"

	// LimitFileExpansion: the aliases of a file stand for more than they may.
	// Do: use fewer aliases.
	LimitFileExpansion = "limit/file-expansion"

	// LimitFileKeys: a file has more lines of one indentation in a row than can be read.
	// Do: divide the mapping or the list.
	LimitFileKeys = "limit/file-keys"

	// LimitFileSize: a file is longer than it may be.
	// Do: make it smaller; the message names the limit.
	LimitFileSize = "limit/file-size"

	// LimitHandles: as many handles are open in an instance as may be.
	// Do: close one first.
	LimitHandles = "limit/handles"

	// LimitJSONDepth: arrays and objects of a JSON document nest deeper than they may.
	// Do: nest less.
	// SDK: codes.depth
	LimitJSONDepth = "limit/json-depth"

	// LimitJSONSize: a JSON document has more bytes than one call takes.
	// Do: send less.
	// Status: 413 The document is too large
	// SDK: codes.size
	LimitJSONSize = "limit/json-size"

	// LimitJSONValues: a JSON document has more keys and values than it may.
	// Do: send less.
	LimitJSONValues = "limit/json-values"

	// LimitNesting: an expression nests deeper than it may, or chains more calls.
	// Do: divide the expression, for example into `derived` ones.
	LimitNesting = "limit/nesting"

	// LimitPatternCount: a set has more patterns than it may.
	// Do: divide the set.
	LimitPatternCount = "limit/pattern-count"

	// LimitPatternLength: a phrase or a regular expression is longer than it may be.
	// Do: divide it.
	LimitPatternLength = "limit/pattern-length"

	// LimitPatternSize: the automaton of a set's phrases is larger than it may be.
	// Do: divide the set.
	LimitPatternSize = "limit/pattern-size"

	// LimitPatternSteps: the regular expressions of a set have more steps than they may, repetitions written out.
	// Do: repeat less, or divide the set.
	LimitPatternSteps = "limit/pattern-steps"

	// LimitPoints: a catalog has more points than it may have.
	// Do: divide the matrix, or except points.
	LimitPoints = "limit/points"

	// LimitProgram: an expression needs more variables, constants or registers than there are.
	// Do: divide the expression, for example into `derived` ones.
	LimitProgram = "limit/program"

	// LimitPrograms: a bundle has more expressions than it may, counted for every action they are compiled for.
	// Do: say with `on` which actions a constraint covers.
	LimitPrograms = "limit/programs"

	// LimitProposal: a proposal has more bytes than it may, or a part of it is over its limit.
	// Do: send less; the message names the limit.
	// Status: 413 The proposal is too large
	LimitProposal = "limit/proposal"

	// LimitRate: the actor asks more often than it may.
	// Do: send it again after `Retry-After`.
	// Status: 429 Too many requests
	LimitRate = "limit/rate"

	// LimitSeq: the session has recorded as many decisions as it may.
	// Do: go on in another session.
	LimitSeq = "limit/seq"

	// LimitSessions: the actor has as many sessions as it may.
	// Do: use the sessions there are, or let the operator allow more.
	// Status: 429 Too many sessions
	LimitSessions = "limit/sessions"

	// LimitSize: a value that an expression makes is larger than it may be.
	// Do: declare smaller bounds for what the expression reads.
	LimitSize = "limit/size"

	// LimitSource: an expression is longer than it may be.
	// Do: divide the expression, for example into `derived` ones.
	LimitSource = "limit/source"

	// LimitState: a session would hold more state than it may.
	// Do: declare smaller bounds for variables and logs.
	LimitState = "limit/state"

	// LimitStreams: the actor holds as many event streams as it may.
	// Do: close one first.
	// Status: 429 Too many event streams
	LimitStreams = "limit/streams"

	// LimitText: a text is longer than it may be.
	// Do: shorten it; the message names the limit.
	LimitText = "limit/text"

	// LimitType: types nest too deep, or have too many fields, entries and members.
	// Do: make the types smaller.
	LimitType = "limit/type"
)
