package gate

// This file defines Routes: which requests a gate knows, and what becomes of each.
//
// Patterns are written as those of http.ServeMux: "POST /cart/{item}", "GET /static/{rest...}". A request is
// matched as the handler that is least particular would: letters of any case, with or without a slash
// at the end. So no spelling of a path gets round the route that is meant for it.

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

// Routes says what becomes of requests, by pattern: a [Propose], or [Through]. What no pattern names is refused.
type Routes map[string]Route

// Route is what becomes of the requests of a pattern.
type Route interface {
	propose(*http.Request) (*host.Proposal, error)
}

// Propose returns what a request proposes, or [Pass] where it goes on undecided. The request is as it would go on:
// its path in the normal form, its body canonical. Take the actor from whom you have authenticated. A *core.Error is
// the client's fault, an [Answer] the answer, any other error the gate's. A nil proposal without an error is refused:
// it is a mistake.
type Propose func(*http.Request) (*host.Proposal, error)

func (p Propose) propose(r *http.Request) (*host.Proposal, error) { return p(r) }

// Pass says of a request that it goes on undecided. Only this very pointer does.
var Pass = &host.Proposal{Action: "gate: pass"}

// Through is the route of requests that go on undecided.
var Through Route = through{}

type through struct{}

func (through) propose(*http.Request) (*host.Proposal, error) { return Pass, nil }

// part is a part of a pattern: text, {name} for one segment, or {name...} for all that follow.
type part struct {
	kind int // 0, 1, 2
	text string
	fold string
}

type path struct {
	parts   []part
	methods map[string]*entry
}

type entry struct {
	pattern string
	parts   []part
	slash   bool
	route   Route
}

// table is what Routes are compiled to, the most particular path first.
type table []*path

// found is the route of a request.
type found struct {
	*entry
	params map[string]string
	path   string // as the pattern spells it
}

var patternForm = regexp.MustCompile(`^(?:([A-Z]+) )?(/[^ ]*)$`)
var parameter = regexp.MustCompile(`^\{([A-Za-z_][A-Za-z0-9_]*)(\.\.\.)?\}$`)

func compile(routes Routes) (t table, err error) {
	byKey := map[string]*path{}
	for _, pattern := range slices.Sorted(maps.Keys(routes)) {
		method, e, err := readPattern(pattern)
		if err != nil {
			return nil, err
		}
		if e.route = routes[pattern]; e.route == nil || isNil(e.route) {
			return nil, fmt.Errorf("gate: the pattern %q has no route", pattern)
		}
		key := ""
		for _, p := range e.parts {
			key += "/" + []string{p.fold, "{}", "{...}"}[p.kind]
		}
		known := byKey[key]
		if known == nil {
			known = &path{parts: e.parts, methods: map[string]*entry{}}
			byKey[key] = known
			t = append(t, known)
		}
		if other := known.methods[method]; other != nil {
			return nil, fmt.Errorf("gate: the patterns %q and %q are the same", other.pattern, pattern)
		}
		known.methods[method] = e
	}
	slices.SortStableFunc(t, func(a, b *path) int { return compare(a.parts, b.parts) })
	return t, nil
}

func isNil(r Route) bool {
	p, ok := r.(Propose)
	return ok && p == nil
}

func readPattern(pattern string) (method string, e *entry, err error) {
	wrong := func(why string) error { return fmt.Errorf("gate: the pattern %q cannot be used: %s", pattern, why) }
	m := patternForm.FindStringSubmatch(pattern)
	if m == nil {
		return "", nil, wrong("it is METHOD /PATH, or /PATH for every method")
	}
	e = &entry{pattern: pattern}
	raw := strings.Split(m[2][1:], "/")
	if last := len(raw) - 1; raw[last] == "" {
		raw, e.slash = raw[:last], last > 0
	}
	names := map[string]bool{}
	for i, text := range raw {
		switch p := parameter.FindStringSubmatch(text); {
		case p == nil && strings.ContainsAny(text, "{}"):
			return "", nil, wrong("a parameter is a whole part of the path, {name}")
		case p == nil:
			segment, err := readSegment(text)
			if err != nil {
				return "", nil, wrong(err.Error())
			}
			e.parts = append(e.parts, part{text: segment, fold: fold(segment)})
		case names[p[1]]:
			return "", nil, wrong("it has {" + p[1] + "} twice")
		case p[2] != "" && (i < len(raw)-1 || e.slash):
			return "", nil, wrong("{" + p[1] + "...} is the last of it")
		default:
			names[p[1]] = true
			e.parts = append(e.parts, part{kind: 1 + len(p[2])/3, text: p[1]})
		}
	}
	return m[1], e, nil
}

func matches(parts []part, segments []string) bool {
	open := len(parts) > 0 && parts[len(parts)-1].kind == 2
	if open && len(segments) < len(parts)-1 || !open && len(segments) != len(parts) {
		return false
	}
	for i, p := range parts {
		if p.kind == 0 && p.fold != fold(segments[i]) {
			return false
		}
	}
	return true
}

// compare orders paths, the most particular first: text before a parameter before the rest.
func compare(a, b []part) int {
	kind := func(parts []part, i int) int {
		if i < len(parts) {
			return parts[i].kind
		}
		return 0
	}
	for i := range max(len(a), len(b)) {
		if order := kind(a, i) - kind(b, i); order != 0 {
			return order
		}
	}
	return 0
}

func (t table) path(segments []string) *path {
	for _, p := range t {
		if matches(p.parts, segments) {
			return p
		}
	}
	return nil
}

func (p *path) take(method string) *entry {
	e := p.methods[method]
	if e == nil && method == http.MethodHead {
		e = p.methods[http.MethodGet]
	}
	if e == nil {
		e = p.methods[""]
	}
	return e
}

// methodError says that a path is known, and not with this method.
type methodError struct{ methods []string }

func (e *methodError) Error() string { return "the route takes " + strings.Join(e.methods, ", ") }

// find returns the route of a request. The most particular path decides, whatever methods it takes.
func (t table) find(method string, at target) (f found, err error) {
	known := t.path(at.segments)
	if known == nil {
		return f, refuse(codes.GateRoute, "no route of the gate is meant for this path")
	}
	if f.entry = known.take(method); f.entry == nil {
		return f, &methodError{slices.Sorted(maps.Keys(known.methods))}
	}
	if t.mayBeOther(at.segments, method, known, f.entry) {
		return f, refuse(
			codes.GateRoute,
			"some handlers read the end of this path as a format, and then it is another route's",
		)
	}
	f.params = map[string]string{}
	var spelled strings.Builder
	open := false
	for i, p := range f.entry.parts {
		switch p.kind {
		case 0:
			spelled.WriteString("/" + encodePart(p.text))
		case 1:
			f.params[p.text] = at.segments[i]
			spelled.WriteString("/" + encodePart(at.segments[i]))
		case 2:
			open = at.slash // what a pattern leaves open stays as it came
			f.params[p.text] = strings.Join(at.segments[i:], "/")
			for _, segment := range at.segments[i:] {
				spelled.WriteString("/" + encodePart(segment))
			}
		}
	}
	if spelled.Len() == 0 || f.entry.slash || open {
		spelled.WriteByte('/')
	}
	f.path = spelled.String()
	return f, nil
}

// mayBeOther says whether a handler that takes an ending for a format, /cart.json for /cart, reads a more particular
// route.
func (t table) mayBeOther(segments []string, method string, known *path, e *entry) bool {
	if len(segments) == 0 {
		return false
	}
	last := segments[len(segments)-1]
	dot := strings.LastIndexByte(last, '.')
	if dot < 1 || len(last)-dot-1 < 1 || len(last)-dot-1 > 8 || strings.ContainsFunc(last[dot+1:], notAlphanumeric) {
		return false
	}
	other := t.path(append(slices.Clone(segments[:len(segments)-1]), last[:dot]))
	if other == nil || compare(other.parts, known.parts) >= 0 {
		return false
	}
	route := other.take(method)
	if route == nil {
		return method != http.MethodGet && method != http.MethodHead
	}
	return route != e && (route.route != Through || e.route != Through)
}

func notAlphanumeric(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}
