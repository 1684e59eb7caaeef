package author

// This file is the table of keys: what may be written where. From it come the schema for editors, the order of keys in
// a formatted file, and the check of a catalog, which the core only sees once it is built. The bundle itself is checked
// by the core alone.

import "github.com/holdfast-rt/holdfast/host/author/yaml"

// MaxPoints is how many points a catalog may have: what the core reads.
const MaxPoints = 4096

// What is written in many places.
var (
	anyValue     = &shape{kind: anyShape}
	aBool        = &shape{kind: boolShape}
	aWhole       = &shape{kind: numberShape, min: -yaml.MaxInteger, max: yaml.MaxInteger}
	anExpression = (&shape{kind: textShape, min: 1}).called("expression",
		"A CEL expression. It goes in quotes where it has `: ` or ` #`, or begins with a quote, a bracket or `!`.")
	anIdentifier = matching("", identifierMatch).called("identifier",
		"A name: letters, digits and `_`, not starting with a digit, at most 64; no reserved word of CEL and no root "+
			"such as `state`.")
	aMember = matching("", memberMatch).called("member", "A member of an enum: as a name, and with `-` inside.")
	anID    = matching("", idMatch, `"GRD-4"`).called("id",
		"An id: letters, digits, `.`, `_` and `-`, at most 64. The colon is left to built-in ids.")
	aVersion   = matching("", semverMatch, `"1.0.0"`).called("version", "A semantic version.")
	aName      = matching("", slugMatch).called("bundle-name", "A name: lower-case letters, digits and `-`, at most 64.")
	aDuration  = matching("", durationMatch, `"300s"`, `"1h30m"`).called("duration", "A time span such as 90s or 1h30m.")
	agentNames = list(anIdentifier).called("agents", "A list of agents.")
	aSaying    = text("").called("say",
		"Text for people, in which `{expression}` is replaced by its value; `{{` and `}}` are braces.")
	theFormat = &shape{kind: numberShape, min: 1, max: 1}
	aTitle    = text("")
	aLabel    = (&shape{kind: textShape, min: 1, max: 256}).called("label",
		"What people call it: a few words on one line. The name is shown where it is left out.")
	aLimit = &shape{kind: numberShape, min: 1, max: 64}
)

// aCursorValue is a value of one part of a catalog's cursor.
var aCursorValue = &shape{kind: eitherShape, about: "text, true or false, or a whole number",
	alts: []*shape{{kind: textShape}, aBool, aWhole}}

// aType is the type of a value. It nests: the type of an item is a type.
var aType = typeShape()

func typeShape() *shape {
	t := &shape{}
	fields := names(t)
	*t = *either(
		matching("A built-in type, or the name of an entry of `types`.", identifierMatch, `"bool"`, `"int"`, `"double"`,
			`"string"`, `"timestamp"`, `"duration"`),
		mapping(
			may("int", "Whole numbers from the first to the second.",
				&shape{kind: listShape, of: aWhole, min: 2, max: 2, eg: []string{"[0,100]"}}),
			may("string", "Text of at most so many bytes of UTF-8.", &shape{kind: numberShape, min: 1, max: 1 << 20}),
			may("enum", "One of the members, as text.", &shape{kind: listShape, of: aMember, min: 1, max: 256}),
			may("titles", "What people call the members of `enum`.", &shape{kind: namesShape, match: memberMatch, of: aLabel}),
			may("list", "A list of at most `max` items, 256 when left out.", mapping(
				need("of", "The type of an item.", t),
				may("max", "The most items.", &shape{kind: numberShape, min: 1, max: 65536}))),
			may("map", "An object: with every member of the enum `keys`, or with text keys and at most `max` entries.", mapping(
				need("of", "The type of a value.", t),
				may("keys", "An enum; there is an entry for every member.", t),
				may("max", "The most entries, 256 when left out.", &shape{kind: numberShape, min: 1, max: 65536}))),
			may("record", "An object with every field.", fields),
		).exactlyOne("int", "string", "enum", "list", "map", "record"),
	).called("type", "A type: a name, or a mapping with exactly one key.")
	return t
}

// aRightSide is what a path is set to.
var aRightSide = rightSideShape()

func rightSideShape() *shape {
	r := &shape{}
	*r = *either(
		&shape{kind: textShape, about: "An expression over the state before the action."},
		aBool,
		&shape{kind: anyShape, about: "A number, as it is.", words: []string{"number"}},
		&shape{kind: namesShape, match: identifierMatch, of: r, about: "A record: field to right-hand side."},
	).called("right-hand-side",
		"What a path is set to: an expression, true, false, a number, or for a record a mapping of field to right-hand side.")
	return r
}

// effectKeys say what changes.
var effectKeys = []keyShape{
	may("set", "Path to right-hand side. A path is a variable, then `.field` or `[expression]` parts.",
		&shape{kind: namesShape, of: aRightSide}),
	may("reset", "Paths that go back to init.", list(text(""))),
	may("append", "Log to right-hand side.", names(aRightSide)),
}

// anEffect is an effect under a condition of its own.
var anEffect = mapping(append([]keyShape{may("when", "The condition under which these effects happen.", anExpression)},
	effectKeys...)...).
	called("effect", "Effects under a condition of their own.")

// anOtherwise is what happens where a condition does not hold.
var anOtherwise = mapping(
	may("verdict", "What is decided; `reject` when left out.",
		words("", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze")),
	may("by", "For `hold`: agents that may confirm.", agentNames),
	may("say", "What to tell people.", aSaying),
).called("otherwise", "The verdict where the condition does not hold, and what to say.")

// aMove is a change of an enum variable.
var aMove = matching("", moveMatch, `"chat -> task"`, `"chat <-> task"`, `"* -> chat"`).
	called("move", "A move: `a -> b`, `a <-> b`, `* -> b` or `a -> *`. One that begins with `*` goes in quotes.")

// bundleShape is the document of a bundle.
var bundleShape = mapping(
	need("holdfast", "The version of this format.", theFormat),
	need("bundle", "The bundle's name.", aName),
	need("version", "The bundle's version.", aVersion),
	may("title", "What people call it.", aTitle),
	may("about", "What it is for.", aTitle),
	may("extends", "Parents. All of a parent's declarations are in force; a child only narrows.", list(mapping(
		need("bundle", "The parent's name.", aName),
		need("version", "The parent's version.", aVersion),
		may("digest", "The parent's digest: another document of that name and version is refused.", text("")),
		may("expects", "Ids the parent must have.", list(text(""))),
	).called("parent", "A parent. It is looked for beside this file, and built into it."))),
	may("governance", "Agents that may unfreeze a frozen session; nobody when left out.", agentNames),
	may("agents", "Kinds of actors.", names(mapping(
		may("title", "What people call them.", aLabel),
		may("about", "Who that is.", aTitle),
		may("proposes", "May propose what it does not own; an owner must confirm.", aBool),
	).called("agent", "A kind of actor."))),
	may("types", "Named types. Members of a named enum read as NAME.member in expressions.", names(aType)),
	may("constants", "Values that expressions read as constants.NAME: any JSON but null.", names(anyValue)),
	may("params", "Typed values that are fixed when the bundle is published.", names(mapping(
		need("type", "The param's type.", aType),
		may("value", "Its value; a catalog gives one for each point.", anyValue),
		may("about", "What it is for.", aTitle),
	).called("param", "A typed value that is fixed when the bundle is published."))),
	may("metadata", "Typed data about the bundle.", names(mapping(
		need("type", "The entry's type.", aType),
		may("value", "Its value; a catalog gives one for each point.", anyValue),
		may("about", "What it is for.", aTitle),
		may("internal", "Replaced by a salted hash in what a browser is given.", aBool),
		may("salt", "A random text that nobody else knows, for the hash of an internal value.", text("")),
	).called("metadatum", "Typed data about the bundle."))),
	may("valid", "Conditions over params, constants and metadata that must hold, or the bundle is not built.",
		list(mapping(
			need("require", "The condition.", anExpression),
			may("say", "What to tell the author where it does not hold.", aSaying),
		).called("validity", "A condition that must hold, or the bundle is not built."))),
	may("state", "The typed variables of a session.", names(aVariable)),
	may("logs", "Typed append-only lists.", names(aLog)),
	may("patterns", "Rules about text. `args.text.hits(\"NAME\")` is true where anything matches.", names(aPattern)),
	may("actions", "Named, typed things that may be proposed.", names(anAction)),
	may("constraints", "Conditions, each with an id, a level and a verdict.", list(aConstraint)),
	may("fallback", "What `revert` does; nothing changes when left out.", mapping(effectKeys...)),
	may("hold", "How long a parked proposal waits, and what then.", aHold),
	may("keep", "Proposals that no bundle extending this one may refuse.", list(mapping(
		need("action", "The action, or confirm, decline, expire, unfreeze.", text("")),
		may("when", "Which of its proposals; all when left out.", anExpression),
		may("about", "Why, for people.", aTitle),
	).called("keep", "Proposals that no bundle extending this one may refuse."))),
	may("derived", "Named expressions, computed and shown with the state.", names(anExpression)),
	may("prove", "What to prove about every reachable state.", aProof),
	may("tests", "Scenarios that ship with the bundle.", list(aScenario)),
).called("bundle", "A bundle: state, actions and constraints.")

// catalogShape is the document of a catalog, before it is built.
var catalogShape = mapping(
	need("holdfast", "The version of this format.", theFormat),
	need("catalog", "The catalog's name.", aName),
	need("version", "The policy version.", aVersion),
	may("title", "What people call it.", aTitle),
	may("about", "What it is for.", aTitle),
	need("bundle", "The bundle every point is made from: its path from this file.", text("")),
	need("matrix", "The cursor's parts, in order, and their values.", names(
		&shape{kind: listShape, min: 1, max: MaxPoints, of: aCursorValue})),
	may("params", "Param of the bundle to an expression over `cursor` and `profiles`.", names(anExpression)),
	may("metadata", "Metadata of the bundle to an expression over `cursor` and `profiles`.", names(anExpression)),
	may("profiles", "Data that the expressions read: any JSON.", &shape{kind: namesShape, of: anyValue}),
	may("except", "Conditions over `cursor` and `profiles` of points that are not published.", list(anExpression)),
).called("catalog", "A catalog: a bundle published once for each point of a matrix.")

// aProof is what is to be proved of the bundle.
var aProof = mapping(
	may("domains", "Values to search with: args.NAME or state.NAME to a list.",
		&shape{kind: namesShape, match: `^(args|state)\.[A-Za-z_][A-Za-z0-9_]*$`, of: list(anyValue)}),
	may("properties", "What must be so.", list(mapping(
		need("id", "The property's id.", anID),
		may("about", "Why, for people.", aTitle),
		may("always", "Holds in every reachable state.", anExpression),
		may("never", "Holds in no reachable state.", anExpression),
		may("reachable", "Holds in some reachable state.", anExpression),
		may("recoverable", "From every reachable state, one where it holds can be reached again.", anExpression),
	).exactlyOne("always", "never", "reachable", "recoverable").called("property",
		"Something to prove about every reachable state."))),
)

// aHold is how proposals wait for an owner.
var aHold = mapping(
	may("ttl", "How long it waits; 24h when left out.", aDuration),
	may("on_expire", "What then: `drop` (when left out) or `revert`.", words("", "drop", "revert")),
	may("by", "The one agent that proposes `expire`; a server proposes it as that. Any agent may when left out.",
		anIdentifier),
	may("per_actor", "The most proposals that one actor has waiting; 64 when left out.", aLimit),
	may("per_agent", "The most that all actors of one agent have waiting; 64 when left out.", aLimit),
	may("otherwise", "What a refusal around what waits decides.", mapping(
		may("verdict", "`reject` when left out.",
			words("", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze")),
	)),
)

// aConstraint is a condition with its verdict.
var aConstraint = mapping(
	need("id", "The constraint's id.", anID),
	may("title", "Its name for people.", aTitle),
	may("about", "Why, for people.", aTitle),
	may("level", "What governs where several are violated: the strongest first. A preference needs none.",
		words("", "physical", "responsibility", "ownership", "operational", "preference")),
	may("on", "Actions it covers; all when left out.", &shape{kind: listShape, of: anIdentifier, min: 1}),
	may("require", "Holds before the action.", anExpression),
	may("ensure", "Holds between before and after; reads `next` too.", anExpression),
	may("always", "Holds in every state, the initial one and the fallback included.", anExpression),
	may("prefer", "Never blocks; ranks what is admissible.", anExpression),
	may("weight", "For `prefer`: how much it counts, 1 when left out.", &shape{kind: numberShape, min: 1, max: 1000}),
	may("otherwise", "The verdict where it does not hold, and what to say.", anOtherwise),
).exactlyOne("require", "ensure", "always", "prefer").called("constraint",
	"A condition with an id, a level and a verdict.")

// anAction is what may be proposed.
var anAction = mapping(append([]keyShape{
	may("title", "What people call it.", aLabel),
	may("about", "What it does.", aTitle),
	may("by", "Agents that may propose it; every agent when left out.", agentNames),
	may("args", "Its arguments, each required unless it has a default.", names(either(
		aType,
		mapping(
			need("type", "The argument's type.", aType),
			may("title", "What people call it.", aLabel),
			may("default", "Its value where it is left out.", anyValue),
			may("about", "What it is.", aTitle),
		),
	).called("argument", "An argument: a type, or `{type: type, title: text, default: value}`."))),
	may("must", "`change`: where the action would change nothing, it is refused.", words("", "change")),
}, append(effectKeys, may("effects", "Instead of set, reset and append: several, each under a condition.",
	list(anEffect)))...)...).
	called("action", "A named, typed thing that may be proposed, and what it changes.")

// aPattern is a rule about text.
var aPattern = mapping(
	may("about", "What it looks for.", aTitle),
	need("any", "Phrases and regular expressions, any of which may match.", list(mapping(
		may("phrase", "A phrase; it matches at word boundaries, whatever the case and white space.", text("")),
		may("phrases", "A constant expression that gives a list of text, or the list itself.",
			either(anExpression, list(text("")))),
		may("regex", "A regular expression (RE2) on the normalised text.", text("")),
	).exactlyOne("phrase", "phrases", "regex").called("alternative",
		"A phrase, several phrases, or a regular expression."))),
	may("hit", "Texts that must match; checked when built.", list(text(""))),
	may("miss", "Texts that must not match; checked when built.", list(text(""))),
).called("pattern", "A rule about text.")

// aLog is a typed append-only list.
var aLog = either(
	aType,
	mapping(
		need("of", "The type of an item.", aType),
		may("max", "The most items.", &shape{kind: numberShape, min: 1, max: 65536}),
	),
).called("log", "A log: the type of its items, or `{of: type, max: N}`.")

// aVariable is a variable of the state.
var aVariable = either(mapping(
	may("about", "What it is.", aTitle),
	need("type", "The variable's type.", aType),
	may("init", "Its value in the beginning (not an expression); the type's zero when left out.", anyValue),
	may("owner", "Agents that may commit a change; every agent when left out.", agentNames),
	may("moves", "Enums only: the whole transition relation. Every move is possible when left out; staying is no move.",
		either(
			list(aMove),
			mapping(
				may("id", "The id of the refusal; moves:VAR when left out.", anID),
				need("allow", "The moves that are possible.", list(aMove)),
				may("otherwise", "What happens when another is tried.", anOtherwise),
			),
		)),
	may("never", "Single moves with a reason of their own.", list(mapping(
		need("move", "The move that is refused.", aMove),
		need("id", "The id of the refusal.", anID),
		may("otherwise", "What happens when it is tried.", anOtherwise),
	).called("never", "A move that is refused with a reason of its own."))),
), aType).called("variable", "A state variable: its type, or a mapping with `type`.")

// aScenario is a test that ships with the bundle.
var aScenario = mapping(
	need("name", "What it shows.", aTitle),
	may("about", "Why, for people.", aTitle),
	need("steps", "Proposals, and what each must come to.", list(aStep)),
).called("scenario", "A session from its beginning, step by step.")

// aStep is a proposal of a scenario, and what it must come to.
var aStep = mapping(
	need("action", "The action, or confirm, decline, expire, unfreeze.", text("")),
	need("actor", "An agent's name (then the id too), or `{kind, id}`.", either(anIdentifier, mapping(
		need("kind", "The agent.", anIdentifier),
		need("id", "Which one.", text("")),
	))),
	may("args", "The arguments; for confirm, decline and expire the proposal parked last when left out.",
		&shape{kind: namesShape, of: anyValue}),
	may("reasons", "The proposal's reasons; [request] when left out.", list(text(""))),
	may("after", "The time since the step before, 1s when left out.", aDuration),
	need("expect", "What it must come to.", anExpectation),
).called("step", "A proposal, and what it must come to.")

// anExpectation is what a step of a scenario must come to.
var anExpectation = mapping(
	may("verdict", "The verdict.",
		words("", "commit", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze")),
	may("governing", "The id of the governing violation, \"\" for none.", text("")),
	may("violations", "All ids, in order.", list(text(""))),
	may("say", "A part of the governing violation's text.", text("")),
	may("state", "Variable or path to value; derived.NAME and logs.NAME too.", &shape{kind: namesShape, of: anyValue}),
	may("advice", "Ids of preferences that are not met.", list(text(""))),
	may("frozen", "Whether the session is frozen afterwards.", aBool),
	may("error", "The code of the error, where the input is no proposal.", text("")),
).called("expectation", "What a step must come to.")
