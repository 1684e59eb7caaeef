package parity

// This file writes expressions of a wanted type from a grammar over the names that
// may be read, so that nearly all of them compile. Some fail when they run, which
// is wanted: a missing key, an index past the end, an overflow, a division by zero.

import (
	"fmt"
	"strings"
)

// place is where an expression is.
type place uint8

const (
	inState  place = iota // always, fallback, derived
	inBefore              // require, effects
	inAfter               // ensure, prefer
)

// writer writes the expressions of one place.
type writer struct {
	*Rand
	paths    []path
	patterns []string
	agents   []agent
	proposal bool // actor and proposal may be read
	locals   int
}

// writer returns what writes expressions at a place; a is nil where no one action is meant.
func (g *generator) writer(at place, a *action) *writer {
	w := &writer{Rand: g.Rand, patterns: g.patterns, agents: g.agents, proposal: at != inState}
	for _, v := range g.vars {
		w.add("state."+v.name, v.typ, 2)
		if at == inAfter {
			w.add("next."+v.name, v.typ, 2)
		}
	}
	for _, l := range g.logs {
		w.add("logs."+l.name, &typ{kind: kList, elem: l.typ, len: 8}, 1)
	}
	for _, roots := range []struct {
		name string
		list []named
	}{{"constants", g.constants}, {"params", g.params}, {"derived", g.derived}} {
		for _, v := range roots.list {
			w.add(roots.name+"."+v.name, v.typ, 1)
		}
	}
	if a != nil && at != inState {
		for _, arg := range a.args {
			w.add("args."+arg.name, arg.typ, 2)
			w.add("args."+arg.name, arg.typ, 0) // arguments matter most
		}
	}
	if g.mixed != "" {
		for i := range 5 {
			// Now and then of a kind that it is not: the checker cannot tell.
			w.paths = append(w.paths, path{fmt.Sprintf("%s[%d]", g.mixed, i),
				pick(g.Rand, []*typ{tInt, tString, tDouble, tBool})})
		}
	}
	if w.proposal {
		w.paths = append(w.paths, path{"actor.id", tString}, path{"proposal.at", tTimestamp},
			path{"proposal.reasons", &typ{kind: kList, elem: tString, len: 16}},
			path{"proposal.origin.id", tString}, path{"proposal.action", tString},
			path{"proposal.since", tTimestamp})
	}
	return w
}

// add lists a path and its parts.
func (w *writer) add(text string, t *typ, depth int) {
	w.paths = append(w.paths, path{text, t})
	if depth == 0 {
		return
	}
	switch t.kind {
	case kRecord:
		for _, f := range t.fields {
			w.add(text+"."+f.name, f.typ, depth-1)
		}
	case kList:
		if w.P(25) { // often there is no such item
			w.add(text+"[0]", t.elem, depth-1)
		}
	case kMap:
		if t.key != nil {
			w.add(text+"["+t.key.name+"."+t.key.members[0]+"]", t.elem, depth-1)
		} else if w.P(40) {
			w.add(text+`["a"]`, t.elem, depth-1)
		}
	}
}

// read returns a path of type t, "" where there is none.
func (w *writer) read(t *typ) string {
	from := w.N(len(w.paths) + 1)
	for i := range w.paths {
		if p := w.paths[(from+i)%len(w.paths)]; same(p.typ, t) {
			return p.text
		}
	}
	return ""
}

// any returns a path of one of the kinds.
func (w *writer) any(kinds ...kind) (path, bool) {
	from := w.N(len(w.paths) + 1)
	for i := range w.paths {
		p := w.paths[(from+i)%len(w.paths)]
		for _, k := range kinds {
			if p.typ.kind == k {
				return p, true
			}
		}
	}
	return path{}, false
}

// local makes a name for a macro's variable and lists it while body is written.
func (w *writer) local(t *typ, body func(name string) string) string {
	name := fmt.Sprintf("i%d", w.locals)
	w.locals++
	keep := w.paths
	w.paths = append(w.paths[:len(w.paths):len(w.paths)], path{name, t}, path{name, t}, path{name, t})
	s := body(name)
	w.paths = keep
	w.locals--
	return s
}

// expr writes an expression of type t; depth bounds how it nests.
func (w *writer) expr(t *typ, depth int) string {
	if depth <= 0 || w.P(20) {
		if s := w.read(t); s != "" && w.P(75) {
			return s
		}
		if s, ok := w.literal(t); ok {
			return s
		}
	}
	if w.P(6) {
		return "(" + w.bool(depth-1) + " ? " + w.expr(t, depth-1) + " : " + w.expr(t, depth-1) + ")"
	}
	if w.P(3) {
		bound := w.int(depth - 1)
		return w.local(tInt, func(name string) string {
			return "cel.bind(" + name + ", " + bound + ", " + w.expr(t, depth-1) + ")"
		})
	}
	switch t.kind {
	case kBool:
		return w.bool(depth)
	case kInt:
		return w.int(depth)
	case kDouble:
		return w.double(depth)
	case kString:
		return w.string(depth)
	case kTimestamp:
		return "(" + w.expr(tTimestamp, depth-1) + pick(w.Rand, []string{" + ", " - "}) + w.expr(tDuration, depth-1) + ")"
	case kDuration:
		if w.P(50) {
			return "(" + w.expr(tTimestamp, depth-1) + " - " + w.expr(tTimestamp, depth-1) + ")"
		}
		return "(" + w.expr(tDuration, depth-1) + " + " + w.expr(tDuration, depth-1) + ")"
	case kList:
		return w.list(t, depth)
	case kMap:
		return w.mapping(t, depth)
	case kRecord:
		var parts []string
		for _, f := range t.fields {
			parts = append(parts, "'"+f.name+"': "+w.expr(f.typ, depth-1))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	if s := w.read(t); s != "" {
		return s
	}
	s, _ := w.literal(t)
	return s
}

func (w *writer) bool(depth int) string {
	if depth <= 0 {
		if s := w.read(tBool); s != "" && w.P(50) {
			return s
		}
		return w.compare(0)
	}
	switch w.N(14) {
	case 0:
		return "!(" + w.bool(depth-1) + ")"
	case 1, 2:
		return "(" + w.bool(depth-1) + " && " + w.bool(depth-1) + ")"
	case 3:
		return "(" + w.bool(depth-1) + " || " + w.bool(depth-1) + ")"
	case 4:
		return w.macro(depth)
	case 5:
		return w.about(depth)
	case 6:
		if p, ok := w.any(kString); ok && len(w.patterns) > 0 {
			return pick(w.Rand, []string{"", "!"}) + p.text + ".hits(" + quote(pick(w.Rand, w.patterns)) + ")"
		}
	case 7:
		if p, ok := w.any(kMap); ok && p.typ.key == nil {
			return "(" + w.expr(tString, depth-1) + " in " + p.text + ")"
		}
	case 8:
		if p, ok := w.any(kList); ok && p.typ.elem.kind < kList {
			return "(" + w.expr(p.typ.elem, depth-1) + " in " + p.text + ")"
		}
	case 9:
		if w.proposal {
			switch w.N(4) {
			case 0:
				return "actor.kind " + pick(w.Rand, []string{"==", "!="}) + " " + quote(pick(w.Rand, w.agents).name)
			case 1:
				return "proposal.reasons.exists(r, r == 'request')"
			case 2:
				return "proposal.origin.id " + pick(w.Rand, []string{"==", "!="}) + " actor.id"
			}
			return fmt.Sprintf("proposal.action == 'act%d'", w.N(3))
		}
	}
	return w.compare(depth)
}

// compare writes a comparison of two values of one type.
func (w *writer) compare(depth int) string {
	t := tInt
	if p, ok := w.any(kBool, kInt, kDouble, kString, kTimestamp, kDuration, kEnum, kList, kMap, kRecord); ok && w.P(85) {
		t = p.typ
	}
	op := pick(w.Rand, []string{"==", "!="})
	if t.kind != kBool && t.kind < kEnum {
		op = pick(w.Rand, []string{"==", "!=", "<", "<=", ">", ">="})
	}
	return "(" + w.expr(t, depth-1) + " " + op + " " + w.expr(t, depth-1) + ")"
}

// macro writes a walk over a list or map.
func (w *writer) macro(depth int) string {
	p, ok := w.any(kList, kMap)
	if !ok {
		return w.compare(depth)
	}
	elem := p.typ.elem
	if p.typ.kind == kMap {
		if elem = tString; p.typ.key != nil {
			elem = p.typ.key
		}
	}
	return w.local(elem, func(name string) string {
		return p.text + "." + pick(w.Rand, []string{"all", "exists", "exists_one"}) + "(" + name + ", " +
			w.bool(depth-1) + ")"
	})
}

// about asks something of a text.
func (w *writer) about(depth int) string {
	switch w.N(6) {
	case 0:
		return w.expr(tString, depth-1) + ".startsWith(" + w.expr(tString, depth-1) + ")"
	case 1:
		return w.expr(tString, depth-1) + ".endsWith(" + w.expr(tString, depth-1) + ")"
	case 2:
		return w.expr(tString, depth-1) + ".contains(" + w.expr(tString, depth-1) + ")"
	case 3:
		return w.expr(tString, depth-1) + ".matches(" + pick(w.Rand, []string{`'[a-c]+x?'`, `'^please'`, `'\\d{2}'`,
			`'(?i)NOW$'`}) + ")"
	case 4:
		return w.expr(tString, depth-1) + ".covers(" + w.expr(tString, depth-1) + ") " +
			pick(w.Rand, []string{"== 100", "> 0", "< 60"})
	}
	return "digest(" + w.expr(tString, depth-1) + ") < 'sha256:8'"
}

func (w *writer) int(depth int) string {
	if depth <= 0 {
		return w.expr(tInt, 0)
	}
	switch w.N(9) {
	case 0, 1, 2, 3:
		return "(" + w.expr(tInt, depth-1) + pick(w.Rand, []string{" + ", " - ", " * ", " / ", " % "}) +
			w.expr(tInt, depth-1) + ")"
	case 4:
		if p, ok := w.any(kString, kList, kMap); ok {
			return p.text + ".size()"
		}
	case 5:
		return "math." + pick(w.Rand, []string{"greatest", "least"}) + "(" + w.expr(tInt, depth-1) + ", " +
			w.expr(tInt, depth-1) + ")"
	case 6:
		return "int(" + w.expr(tDouble, depth-1) + ")"
	case 7:
		return w.expr(tTimestamp, depth-1) + "." + pick(w.Rand, []string{"getFullYear()", "getDayOfWeek()", "getSeconds()",
			"getHours('+05:30')"})
	case 8:
		return w.expr(tString, depth-1) + ".indexOf(" + w.expr(tString, depth-1) + ")"
	}
	return "-(" + w.expr(tInt, depth-1) + ")"
}

func (w *writer) double(depth int) string {
	if depth <= 0 {
		return w.expr(tDouble, 0)
	}
	switch w.N(4) {
	case 0:
		return "double(" + w.expr(tInt, depth-1) + ")"
	case 1:
		return "math." + pick(w.Rand, []string{"ceil", "floor", "round", "abs"}) + "(" + w.expr(tDouble, depth-1) + ")"
	}
	return "(" + w.expr(tDouble, depth-1) + pick(w.Rand, []string{" + ", " - ", " * ", " / "}) +
		w.expr(tDouble, depth-1) + ")"
}

func (w *writer) string(depth int) string {
	if depth <= 0 {
		return w.expr(tString, 0)
	}
	one := func() string { return w.expr(tString, depth-1) }
	switch w.N(10) {
	case 0, 1:
		return "(" + one() + " + " + one() + ")"
	case 2:
		return "string(" + w.expr(pick(w.Rand, []*typ{tInt, tDouble, tBool, tTimestamp, tDuration}), depth-1) + ")"
	case 3:
		return one() + ".substring(" + pick(w.Rand, []string{"0", "1", "2, 4"}) + ")"
	case 4:
		return one() + "." + pick(w.Rand, []string{"lowerAscii()", "upperAscii()", "trim()", "reverse()"})
	case 5:
		return one() + ".replace(" + one() + ", " + one() + ")"
	case 6:
		return one() + ".charAt(" + w.expr(tInt, depth-1) + ")"
	case 7:
		return "['a', " + one() + "].join(', ')"
	case 8:
		return "'%s is %d'.format([" + one() + ", " + w.expr(tInt, depth-1) + "])"
	}
	return "strings.quote(" + one() + ")"
}

func (w *writer) list(t *typ, depth int) string {
	if s := w.read(t); s != "" {
		switch w.N(5) {
		case 0:
			return s
		case 1, 2:
			return "(" + s + " + [" + w.expr(t.elem, depth-1) + "])"
		case 3:
			return w.local(t.elem, func(name string) string { return s + ".filter(" + name + ", " + w.bool(depth-1) + ")" })
		}
	}
	var items []string
	for range w.N(3) {
		items = append(items, w.expr(t.elem, depth-1))
	}
	if len(items) == 0 && depth > 0 {
		items = append(items, w.expr(t.elem, depth-1))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func (w *writer) mapping(t *typ, depth int) string {
	if s := w.read(t); s != "" && w.P(60) {
		return s
	}
	var parts []string
	if t.key != nil {
		for _, m := range t.key.members {
			parts = append(parts, t.key.name+"."+m+": "+w.expr(t.elem, depth-1))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "{" + quote(pick(w.Rand, keys)) + ": " + w.expr(t.elem, depth-1) + "}"
}
