package author

// This file defines the table of keys: what may be written where. From it come the
// schema for editors, the order of keys in a formatted file, and the check of a
// catalog, which the core only sees once it is built. The bundle itself is
// checked by the core alone.

import "github.com/holdfast-rt/holdfast/host/author/yaml"

// shape says what a value may be.
type shape struct {
	id    string // name among the schema's definitions; "" where it is written out in place
	about string

	kind  shapeKind
	keys  []keyShape // mapping: its keys, in the order in which they are written
	one   []string   // mapping: exactly one of these keys
	of    *shape     // names, list: what each holds
	alts  []*shape   // either
	words []string   // text: the only ones allowed
	match string     // text, names: a regular expression
	min   int        // list: items; number: smallest value
	max   int        // list: items; number: largest value; text: characters; 0 is no limit
	eg    []string   // examples, as JSON
}

type shapeKind uint8

const (
	anyShape shapeKind = iota
	mappingShape
	namesShape // a mapping whose keys are names the author chooses
	listShape
	textShape
	numberShape // whole
	boolShape
	eitherShape
)

// keyShape is one key of a mapping.
type keyShape struct {
	name     string
	about    string
	required bool
	value    *shape
}

const (
	identifierMatch = `^[A-Za-z_][A-Za-z0-9_]{0,63}$`
	memberMatch     = `^[A-Za-z_]([A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?$`
	idMatch         = `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`
	slugMatch       = `^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`
	semverMatch     = `^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$`
	moveMatch       = `^\s*(\*|[A-Za-z_][A-Za-z0-9_-]*)\s*<?->\s*(\*|[A-Za-z_][A-Za-z0-9_-]*)\s*$`
	durationMatch   = `^([0-9]+(\.[0-9]*)?|\.[0-9]+)(h|m|s|ms|us|µs|ns)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(h|m|s|ms|us|µs|ns))*$`
)

func text(about string) *shape { return &shape{kind: textShape, about: about, max: 4096} }

func words(about string, list ...string) *shape {
	return &shape{kind: textShape, about: about, words: list}
}

func matching(about, pattern string, examples ...string) *shape {
	return &shape{kind: textShape, about: about, match: pattern, eg: examples}
}

func list(of *shape) *shape { return &shape{kind: listShape, of: of} }

func names(of *shape) *shape { return &shape{kind: namesShape, match: identifierMatch, of: of} }

func either(alts ...*shape) *shape { return &shape{kind: eitherShape, alts: alts} }

func mapping(keys ...keyShape) *shape { return &shape{kind: mappingShape, keys: keys} }

func (s *shape) called(id, about string) *shape {
	s.id, s.about = id, about
	return s
}

func (s *shape) exactlyOne(keys ...string) *shape {
	s.one = keys
	return s
}

func need(name, about string, value *shape) keyShape { return keyShape{name, about, true, value} }

// MaxPoints is how many points a catalog may have: what the core reads.
const MaxPoints = 4096

func may(name, about string, value *shape) keyShape { return keyShape{name, about, false, value} }

// bundleShape and catalogShape are the two documents an author writes.
var bundleShape, catalogShape = documentShapes()

func documentShapes() (bundle, catalog *shape) {
	var (
		anything   = &shape{kind: anyShape}
		flag       = &shape{kind: boolShape}
		whole      = &shape{kind: numberShape, min: -yaml.MaxInteger, max: yaml.MaxInteger}
		expression = (&shape{kind: textShape, min: 1}).called("expression",
			"A CEL expression. It goes in quotes where it has `: ` or ` #`, or begins with a quote, a bracket or `!`.")
		identifier = matching("", identifierMatch).called("identifier",
			"A name: letters, digits and `_`, not starting with a digit, at most 64; no reserved word of CEL and no root "+
				"such as `state`.")
		member = matching("", memberMatch).called("member", "A member of an enum: as a name, and with `-` inside.")
		id     = matching("", idMatch, `"GRD-4"`).called("id",
			"An id: letters, digits, `.`, `_` and `-`, at most 64. The colon is left to built-in ids.")
		version  = matching("", semverMatch, `"1.0.0"`).called("version", "A semantic version.")
		name     = matching("", slugMatch).called("bundle-name", "A name: lower-case letters, digits and `-`, at most 64.")
		duration = matching("", durationMatch, `"300s"`, `"1h30m"`).called("duration", "A time span such as 90s or 1h30m.")
		agents   = list(identifier).called("agents", "A list of agents.")
		say      = text("").called("say",
			"Text for people, in which `{expression}` is replaced by its value; `{{` and `}}` are braces.")
		format = &shape{kind: numberShape, min: 1, max: 1}
		title  = text("")
		label  = (&shape{kind: textShape, min: 1, max: 256}).called("label",
			"What people call it: a few words on one line. The name is shown where it is left out.")
		waiting = &shape{kind: numberShape, min: 1, max: 64}
	)

	point := either(&shape{kind: textShape}, flag, whole)
	point.about = "text, true or false, or a whole number"

	typ := &shape{}
	fields := names(typ)
	*typ = *either(
		matching("A built-in type, or the name of an entry of `types`.", identifierMatch, `"bool"`, `"int"`, `"double"`,
			`"string"`, `"timestamp"`, `"duration"`),
		mapping(
			may("int", "Whole numbers from the first to the second.",
				&shape{kind: listShape, of: whole, min: 2, max: 2, eg: []string{"[0,100]"}}),
			may("string", "Text of at most so many bytes of UTF-8.", &shape{kind: numberShape, min: 1, max: 1 << 20}),
			may("enum", "One of the members, as text.", &shape{kind: listShape, of: member, min: 1, max: 256}),
			may("titles", "What people call the members of `enum`.", &shape{kind: namesShape, match: memberMatch, of: label}),
			may("list", "A list of at most `max` items, 256 when left out.", mapping(
				need("of", "The type of an item.", typ),
				may("max", "The most items.", &shape{kind: numberShape, min: 1, max: 65536}))),
			may("map", "An object: with every member of the enum `keys`, or with text keys and at most `max` entries.", mapping(
				need("of", "The type of a value.", typ),
				may("keys", "An enum; there is an entry for every member.", typ),
				may("max", "The most entries, 256 when left out.", &shape{kind: numberShape, min: 1, max: 65536}))),
			may("record", "An object with every field.", fields),
		).exactlyOne("int", "string", "enum", "list", "map", "record"),
	).called("type", "A type: a name, or a mapping with exactly one key.")

	right := &shape{}
	*right = *either(
		&shape{kind: textShape, about: "An expression over the state before the action."},
		flag,
		&shape{kind: anyShape, about: "A number, as it is.", words: []string{"number"}},
		&shape{kind: namesShape, match: identifierMatch, of: right, about: "A record: field to right-hand side."},
	).called("right-hand-side",
		"What a path is set to: an expression, true, false, a number, or for a record a mapping of field to right-hand side.")

	effects := []keyShape{
		may("set", "Path to right-hand side. A path is a variable, then `.field` or `[expression]` parts.",
			&shape{kind: namesShape, of: right}),
		may("reset", "Paths that go back to init.", list(text(""))),
		may("append", "Log to right-hand side.", names(right)),
	}
	conditional := mapping(append([]keyShape{may("when", "The condition under which these effects happen.", expression)},
		effects...)...).
		called("effect", "Effects under a condition of their own.")

	otherwise := mapping(
		may("verdict", "What is decided; `reject` when left out.",
			words("", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze")),
		may("by", "For `hold`: agents that may confirm.", agents),
		may("say", "What to tell people.", say),
	).called("otherwise", "The verdict where the condition does not hold, and what to say.")

	move := matching("", moveMatch, `"chat -> task"`, `"chat <-> task"`, `"* -> chat"`).
		called("move", "A move: `a -> b`, `a <-> b`, `* -> b` or `a -> *`. One that begins with `*` goes in quotes.")

	bundle = mapping(
		need("holdfast", "The version of this format.", format),
		need("bundle", "The bundle's name.", name),
		need("version", "The bundle's version.", version),
		may("title", "What people call it.", title),
		may("about", "What it is for.", title),
		may("extends", "Parents. All of a parent's declarations are in force; a child only narrows.", list(mapping(
			need("bundle", "The parent's name.", name),
			need("version", "The parent's version.", version),
			may("digest", "The parent's digest: another document of that name and version is refused.", text("")),
			may("expects", "Ids the parent must have.", list(text(""))),
		).called("parent", "A parent. It is looked for beside this file, and built into it."))),
		may("governance", "Agents that may unfreeze a frozen session; nobody when left out.", agents),
		may("agents", "Kinds of actors.", names(mapping(
			may("title", "What people call them.", label),
			may("about", "Who that is.", title),
			may("proposes", "May propose what it does not own; an owner must confirm.", flag),
		).called("agent", "A kind of actor."))),
		may("types", "Named types. Members of a named enum read as NAME.member in expressions.", names(typ)),
		may("constants", "Values that expressions read as constants.NAME: any JSON but null.", names(anything)),
		may("params", "Typed values that are fixed when the bundle is published.", names(mapping(
			need("type", "The param's type.", typ),
			may("value", "Its value; a catalog gives one for each point.", anything),
			may("about", "What it is for.", title),
		).called("param", "A typed value that is fixed when the bundle is published."))),
		may("metadata", "Typed data about the bundle.", names(mapping(
			need("type", "The entry's type.", typ),
			may("value", "Its value; a catalog gives one for each point.", anything),
			may("about", "What it is for.", title),
			may("internal", "Replaced by a salted hash in what a browser is given.", flag),
			may("salt", "A random text that nobody else knows, for the hash of an internal value.", text("")),
		).called("metadatum", "Typed data about the bundle."))),
		may("valid", "Conditions over params, constants and metadata that must hold, or the bundle is not built.",
			list(mapping(
				need("require", "The condition.", expression),
				may("say", "What to tell the author where it does not hold.", say),
			).called("validity", "A condition that must hold, or the bundle is not built."))),
		may("state", "The typed variables of a session.", names(either(mapping(
			may("about", "What it is.", title),
			need("type", "The variable's type.", typ),
			may("init", "Its value in the beginning (not an expression); the type's zero when left out.", anything),
			may("owner", "Agents that may commit a change; every agent when left out.", agents),
			may("moves", "Enums only: the whole transition relation. Every move is possible when left out; staying is no move.",
				either(
					list(move),
					mapping(
						may("id", "The id of the refusal; moves:VAR when left out.", id),
						need("allow", "The moves that are possible.", list(move)),
						may("otherwise", "What happens when another is tried.", otherwise),
					),
				)),
			may("never", "Single moves with a reason of their own.", list(mapping(
				need("move", "The move that is refused.", move),
				need("id", "The id of the refusal.", id),
				may("otherwise", "What happens when it is tried.", otherwise),
			).called("never", "A move that is refused with a reason of its own."))),
		), typ).called("variable", "A state variable: its type, or a mapping with `type`."))),
		may("logs", "Typed append-only lists.", names(either(
			typ,
			mapping(
				need("of", "The type of an item.", typ),
				may("max", "The most items.", &shape{kind: numberShape, min: 1, max: 65536}),
			),
		).called("log", "A log: the type of its items, or `{of: type, max: N}`."))),
		may("patterns", "Rules about text. `args.text.hits(\"NAME\")` is true where anything matches.", names(mapping(
			may("about", "What it looks for.", title),
			need("any", "Phrases and regular expressions, any of which may match.", list(mapping(
				may("phrase", "A phrase; it matches at word boundaries, whatever the case and white space.", text("")),
				may("phrases", "A constant expression that gives a list of text, or the list itself.",
					either(expression, list(text("")))),
				may("regex", "A regular expression (RE2) on the normalised text.", text("")),
			).exactlyOne("phrase", "phrases", "regex").called("alternative",
				"A phrase, several phrases, or a regular expression."))),
			may("hit", "Texts that must match; checked when built.", list(text(""))),
			may("miss", "Texts that must not match; checked when built.", list(text(""))),
		).called("pattern", "A rule about text."))),
		may("actions", "Named, typed things that may be proposed.", names(mapping(append([]keyShape{
			may("title", "What people call it.", label),
			may("about", "What it does.", title),
			may("by", "Agents that may propose it; every agent when left out.", agents),
			may("args", "Its arguments, each required unless it has a default.", names(either(
				typ,
				mapping(
					need("type", "The argument's type.", typ),
					may("title", "What people call it.", label),
					may("default", "Its value where it is left out.", anything),
					may("about", "What it is.", title),
				),
			).called("argument", "An argument: a type, or `{type: type, title: text, default: value}`."))),
			may("must", "`change`: where the action would change nothing, it is refused.", words("", "change")),
		}, append(effects, may("effects", "Instead of set, reset and append: several, each under a condition.",
			list(conditional)))...)...).
			called("action", "A named, typed thing that may be proposed, and what it changes."))),
		may("constraints", "Conditions, each with an id, a level and a verdict.", list(mapping(
			need("id", "The constraint's id.", id),
			may("title", "Its name for people.", title),
			may("about", "Why, for people.", title),
			may("level", "What governs where several are violated: the strongest first. A preference needs none.",
				words("", "physical", "responsibility", "ownership", "operational", "preference")),
			may("on", "Actions it covers; all when left out.", &shape{kind: listShape, of: identifier, min: 1}),
			may("require", "Holds before the action.", expression),
			may("ensure", "Holds between before and after; reads `next` too.", expression),
			may("always", "Holds in every state, the initial one and the fallback included.", expression),
			may("prefer", "Never blocks; ranks what is admissible.", expression),
			may("weight", "For `prefer`: how much it counts, 1 when left out.", &shape{kind: numberShape, min: 1, max: 1000}),
			may("otherwise", "The verdict where it does not hold, and what to say.", otherwise),
		).exactlyOne("require", "ensure", "always", "prefer").called("constraint",
			"A condition with an id, a level and a verdict."))),
		may("fallback", "What `revert` does; nothing changes when left out.", mapping(effects...)),
		may("hold", "How long a parked proposal waits, and what then.", mapping(
			may("ttl", "How long it waits; 24h when left out.", duration),
			may("on_expire", "What then: `drop` (when left out) or `revert`.", words("", "drop", "revert")),
			may("by", "The one agent that proposes `expire`; a server proposes it as that. Any agent may when left out.",
				identifier),
			may("per_actor", "The most proposals that one actor has waiting; 64 when left out.", waiting),
			may("per_agent", "The most that all actors of one agent have waiting; 64 when left out.", waiting),
			may("otherwise", "What a refusal around what waits decides.", mapping(
				may("verdict", "`reject` when left out.",
					words("", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze")),
			)),
		)),
		may("keep", "Proposals that no bundle extending this one may refuse.", list(mapping(
			need("action", "The action, or confirm, decline, expire, unfreeze.", text("")),
			may("when", "Which of its proposals; all when left out.", expression),
			may("about", "Why, for people.", title),
		).called("keep", "Proposals that no bundle extending this one may refuse."))),
		may("derived", "Named expressions, computed and shown with the state.", names(expression)),
		may("prove", "What to prove about every reachable state.", mapping(
			may("domains", "Values to search with: args.NAME or state.NAME to a list.",
				&shape{kind: namesShape, match: `^(args|state)\.[A-Za-z_][A-Za-z0-9_]*$`, of: list(anything)}),
			may("properties", "What must be so.", list(mapping(
				need("id", "The property's id.", id),
				may("about", "Why, for people.", title),
				may("always", "Holds in every reachable state.", expression),
				may("never", "Holds in no reachable state.", expression),
				may("reachable", "Holds in some reachable state.", expression),
				may("recoverable", "From every reachable state, one where it holds can be reached again.", expression),
			).exactlyOne("always", "never", "reachable", "recoverable").called("property",
				"Something to prove about every reachable state."))),
		)),
		may("tests", "Scenarios that ship with the bundle.", list(mapping(
			need("name", "What it shows.", title),
			may("about", "Why, for people.", title),
			need("steps", "Proposals, and what each must come to.", list(mapping(
				need("action", "The action, or confirm, decline, expire, unfreeze.", text("")),
				need("actor", "An agent's name (then the id too), or `{kind, id}`.", either(identifier, mapping(
					need("kind", "The agent.", identifier),
					need("id", "Which one.", text("")),
				))),
				may("args", "The arguments; for confirm, decline and expire the proposal parked last when left out.",
					&shape{kind: namesShape, of: anything}),
				may("reasons", "The proposal's reasons; [request] when left out.", list(text(""))),
				may("after", "The time since the step before, 1s when left out.", duration),
				need("expect", "What it must come to.", mapping(
					may("verdict", "The verdict.",
						words("", "commit", "hold", "rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze")),
					may("governing", "The id of the governing violation, \"\" for none.", text("")),
					may("violations", "All ids, in order.", list(text(""))),
					may("say", "A part of the governing violation's text.", text("")),
					may("state", "Variable or path to value; derived.NAME and logs.NAME too.", &shape{kind: namesShape, of: anything}),
					may("advice", "Ids of preferences that are not met.", list(text(""))),
					may("frozen", "Whether the session is frozen afterwards.", flag),
					may("error", "The code of the error, where the input is no proposal.", text("")),
				).called("expectation", "What a step must come to.")),
			).called("step", "A proposal, and what it must come to."))),
		).called("scenario", "A session from its beginning, step by step."))),
	).called("bundle", "A bundle: state, actions and constraints.")

	catalog = mapping(
		need("holdfast", "The version of this format.", format),
		need("catalog", "The catalog's name.", name),
		need("version", "The policy version.", version),
		may("title", "What people call it.", title),
		may("about", "What it is for.", title),
		need("bundle", "The bundle every point is made from: its path from this file.", text("")),
		need("matrix", "The cursor's parts, in order, and their values.", names(
			&shape{kind: listShape, min: 1, max: MaxPoints, of: point})),
		may("params", "Param of the bundle to an expression over `cursor` and `profiles`.", names(expression)),
		may("metadata", "Metadata of the bundle to an expression over `cursor` and `profiles`.", names(expression)),
		may("profiles", "Data that the expressions read: any JSON.", &shape{kind: namesShape, of: anything}),
		may("except", "Conditions over `cursor` and `profiles` of points that are not published.", list(expression)),
	).called("catalog", "A catalog: a bundle published once for each point of a matrix.")
	return bundle, catalog
}
