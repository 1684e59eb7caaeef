// Package yaml reads what authors write, YAML or strict JSON, and knows where each part of it is.
//
// [Read] takes one file and remembers the place of every key, value and character of text, so that a finding about an
// expression points into that expression, through quotes, escapes and folded lines. [Source.Position] turns a JSON
// Pointer into a place. [Format] gives a file its usual layout. What is wrong is a [Finding]: all of a file are
// reported, with what to write instead.
//
// The library github.com/goccy/go-yaml says how a file nests. It gives the first line and column of each value, no end
// and no places inside a text; it stops at the first mistake; its printer writes text in other quotes. So scalars are
// decoded here (scalar.go), the usual mistakes are found here (mistake.go, bracket.go), and a file is formatted by
// moving its lines and keys (format.go, indent.go).
//
// The package knows nothing of bundles: package author does, and imports this one.
package yaml
