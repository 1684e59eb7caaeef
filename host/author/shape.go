package author

// This file defines shape, of which the table of keys is made (table.go).

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

func may(name, about string, value *shape) keyShape { return keyShape{name, about, false, value} }
