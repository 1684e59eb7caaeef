package author

// This file builds catalogs: a bundle, once for each point of a matrix.

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core"
)

// point is one point of a catalog.
type point struct {
	cursor, params, metadata *node
	name                     string // class=1,chapter=moon
	digest                   string // as it is written in a built catalog
}

// catalog builds the catalog in u. It returns the canonical document, or nil.
func (b *builder) catalog(u *unit) []byte {
	c := &cataloger{builder: b, unit: u, seen: map[string]int{}}
	if u.source.root.get("entries") != nil {
		return c.verify()
	}
	before := len(b.findings)
	b.checkShape(u, "", u.source.root, catalogShape)
	if Failed(b.findings[before:]) {
		return nil
	}
	if c.template = c.bundle(); c.template == nil {
		return nil
	}
	c.names("params", CatalogParam)
	c.names("metadata", CatalogParam)
	c.missing()
	points := c.points()
	if Failed(b.findings[before:]) {
		return nil
	}
	entries := c.entries(points)
	c.conclude()
	if Failed(b.findings[before:]) {
		return nil
	}
	root := u.source.root
	doc := objectNode()
	for _, key := range []string{"holdfast", "catalog", "version", "title", "about"} {
		if v := root.get(key); v != nil {
			doc.members = append(doc.members, entry(key, v))
		}
	}
	doc.members = append(doc.members, entry("bundle", c.template.document), entry("matrix", root.get("matrix")), entry("entries", entries))
	canonical, err := b.Engine.Canonical(doc.appendJSON(nil))
	b.engineFailed(u, err)
	return canonical
}

// cataloger is the building of one catalog.
type cataloger struct {
	*builder
	unit     *unit
	template *unit
	// Findings at points: each is reported once, for the first point it is found at.
	seen   map[string]int
	linted bool
	later  []pointFinding
}

type pointFinding struct {
	finding Finding
	point   string
	more    int // other points where the same was found
}

// atPoint notes a finding at a point.
func (c *cataloger) atPoint(p *point, f Finding) {
	key := f.Code + "\x00" + placeKey(f.Place) // messages may name values, which differ
	if i, ok := c.seen[key]; ok {
		c.later[i].more++
		return
	}
	c.seen[key] = len(c.later)
	c.later = append(c.later, pointFinding{f, p.name, 0})
}

// conclude adds the findings at points, each naming its first point.
func (c *cataloger) conclude() {
	for _, l := range c.later {
		where := "at " + l.point
		if l.more > 0 {
			where += " and " + count(l.more, "other point")
		}
		l.finding.Message = where + ": " + l.finding.Message
		c.add(l.finding)
	}
}

// bundle reads the bundle that the points are made from.
func (c *cataloger) bundle() *unit {
	path := c.unit.source.root.string("bundle")
	if filepath.IsAbs(path) {
		c.fail(c.unit, "/bundle", false, CatalogBundle, "the bundle is named by its path from this file.", "write a relative path.")
		return nil
	}
	path = filepath.Join(filepath.Dir(c.unit.path), filepath.FromSlash(path))
	u, err := c.read(path)
	if err != nil {
		c.fail(c.unit, "/bundle", false, CatalogBundle, path+": "+unreadable(err), "write the path from this file.")
		return nil
	}
	c.builder.bundle(u)
	if u.document == nil || u == c.unit || u.document.get("catalog") != nil {
		message := "the bundle has errors of its own."
		if u.document != nil {
			message = "this is a catalog; a catalog is made from a bundle."
		}
		c.fail(c.unit, "/bundle", false, CatalogBundle, message, "")
		return nil
	}
	return u
}

// names reports values for params or metadata that the bundle does not have.
func (c *cataloger) names(key, code string) {
	given, declared := c.unit.source.root.get(key), c.template.document.get(key)
	if given == nil {
		return
	}
	var known []string
	if declared != nil {
		for _, m := range declared.members {
			known = append(known, "`"+m.key.text+"`")
		}
	}
	for _, m := range given.members {
		if declared.get(m.key.text) != nil {
			continue
		}
		hint := "it has none."
		if len(known) > 0 {
			hint = "it has " + strings.Join(known, ", ") + "."
		}
		c.fail(c.unit, pointer("/"+key, m.key.text), true, code, "the bundle has no `"+m.key.text+"` under `"+key+"`.", hint)
	}
}

// missing reports params and metadata that have a value nowhere.
func (c *cataloger) missing() {
	for _, key := range []string{"params", "metadata"} {
		declared := c.template.document.get(key)
		if declared == nil {
			continue
		}
		for _, m := range declared.members {
			if m.value.kind != objectKind || m.value.get("value") != nil || m.value.get("hash") != nil || c.unit.source.root.get(key).get(m.key.text) != nil {
				continue
			}
			at, self := "/"+key, true
			if c.unit.source.root.get(key) == nil {
				at, self = "/bundle", false
			}
			f := c.fail(c.unit, at, self, CatalogMissing, "`"+key+"."+m.key.text+"` has a value neither here nor in the bundle.", "write an expression for it under `"+key+"`.")
			if p, found := c.template.source.Position(pointer("/"+key, m.key.text), true, 0, 0); found {
				f.Related = &p
			}
		}
	}
}

// points lists the points of the matrix, the last part changing fastest.
func (c *cataloger) points() []*point {
	matrix := c.unit.source.root.get("matrix")
	total := 1
	for _, part := range matrix.members {
		at := pointer("/matrix", part.key.text)
		first := map[string]int{}
		for i, v := range part.value.items {
			text := string(v.appendJSON(nil))
			if j, twice := first[text]; twice {
				f := c.fail(c.unit, at+"/"+strconv.Itoa(i), false, CatalogTwice, "the value "+text+" stands in `"+part.key.text+"` twice, so no cursor with it would mean one bundle.", "leave one out.")
				p, _ := c.unit.source.Position(at+"/"+strconv.Itoa(j), false, 0, 0)
				f.Related = &p
				continue
			}
			first[text] = i
		}
		if total *= len(part.value.items); total > MaxPoints {
			c.fail(c.unit, "/matrix", true, LimitPoints, fmt.Sprintf("the matrix has more than %d points.", MaxPoints), "")
			return nil
		}
	}
	points := []*point{{cursor: objectNode()}}
	for _, part := range matrix.members {
		var next []*point
		for _, p := range points {
			for _, v := range part.value.items {
				cursor := objectNode(append(append([]member(nil), p.cursor.members...), member{key: part.key, value: v})...)
				name := part.key.text + "=" + v.text
				if p.name != "" {
					name = p.name + "," + name
				}
				next = append(next, &point{cursor: cursor, name: name})
			}
		}
		points = next
	}
	return points
}

// entries computes every point that is published.
func (c *cataloger) entries(points []*point) *node {
	root := c.unit.source.root
	profiles := root.get("profiles")
	if profiles == nil {
		profiles = objectNode()
	}
	list := listNode()
	for i, p := range points {
		if c.Progress != nil {
			c.Progress(i, len(points))
		}
		vars := objectNode(entry("cursor", p.cursor), entry("profiles", profiles)).appendJSON(nil)
		skip, failed := false, false
		if except := root.get("except"); except != nil {
			for k := range except.items {
				v := c.eval(p, "/except/"+strconv.Itoa(k), vars)
				if v != nil && v.kind != boolKind {
					c.atPoint(p, c.unit.finding(Diagnostic{Code: CatalogValue, Path: "/except/" + strconv.Itoa(k), Message: "an exception is true or false, and this is neither."}))
					v = nil
				}
				failed = failed || v == nil
				skip = skip || v != nil && v.text == "true"
			}
		}
		if skip && !failed {
			continue
		}
		p.params, p.metadata = objectNode(), objectNode()
		for _, part := range []struct {
			key string
			to  *node
		}{{"params", p.params}, {"metadata", p.metadata}} {
			if given := root.get(part.key); given != nil {
				for _, m := range given.members {
					v := c.eval(p, pointer("/"+part.key, m.key.text), vars)
					if v == nil {
						failed = true
						continue
					}
					part.to.members = append(part.to.members, member{key: m.key, value: v})
				}
			}
		}
		if failed {
			continue
		}
		digest, ok := c.checkPoint(p, c.template)
		if !ok {
			break
		}
		list.items = append(list.items, objectNode(entry("cursor", p.cursor), entry("params", p.params), entry("metadata", p.metadata), entry("digest", textNode(digest))))
	}
	if len(list.items) == 0 && len(c.later) == 0 && !Failed(c.findings) {
		c.fail(c.unit, "/except", true, CatalogEmpty, "every point is excepted, so nothing would be published.", "")
	}
	return list
}

// eval evaluates the expression at a pointer of the catalog for a point. It
// returns nil after a finding.
func (c *cataloger) eval(p *point, at string, vars []byte) *node {
	expr, _, _ := c.unit.source.root.walk(at)
	request := append([]byte(`{"expr":`), textNode(expr.text).appendJSON(nil)...)
	request = append(append(append(request, `,"vars":`...), vars...), '}')
	answer, err := c.Engine.Eval(request)
	if err != nil {
		var invalid *core.Invalid
		if errors.As(err, &invalid) {
			for _, d := range invalid.Diagnostics {
				if !d.Warning {
					d.Path, d.Related = at, ""
					c.atPoint(p, c.unit.finding(d))
				}
			}
			return nil
		}
		var e *core.Error
		message := "this has no value: " + err.Error() + "."
		if errors.As(err, &e) {
			message = "this has no value: " + strings.TrimSuffix(e.Message, ".") + "."
		}
		c.atPoint(p, c.unit.finding(Diagnostic{Code: CatalogValue, Path: at, Message: message}))
		return nil
	}
	s, findings := Read("value.json", answer)
	if len(findings) > 0 || s.root.get("value") == nil {
		c.atPoint(p, c.unit.finding(Diagnostic{Code: CatalogValue, Path: at, Message: "this gives no JSON value."}))
		return nil
	}
	return s.root.get("value")
}

// checkPoint checks the bundle of a point and returns its digest. It returns false
// where the bundle has errors whatever the point: then one point is enough.
func (c *cataloger) checkPoint(p *point, template *unit) (digest string, ok bool) {
	doc := put(template.document, p).appendJSON(nil)
	found, err := c.Engine.Check(doc)
	if err != nil {
		c.engineFailed(c.unit, err)
		return "", false
	}
	if !c.linted {
		c.linted = true
		found = append(found, core.Lint(doc)...) // which takes params as unknown, so one point tells
	}
	general, failed := false, false
	for _, d := range found {
		switch f, special := c.place(p, template, d); {
		case special:
			c.atPoint(p, f)
			failed = failed || f.Severity == Error
		default:
			if key := f.Code + f.Message + placeKey(f.Place); c.seen[key] == 0 {
				c.seen[key] = 1
				c.add(f)
			}
			general = general || f.Severity == Error
		}
	}
	if general || failed {
		return "", !general
	}
	canonical, err := c.Engine.Canonical(doc)
	if err == nil {
		digest, err = bundleDigest(c.Engine, canonical)
	}
	c.engineFailed(c.unit, err)
	return digest, err == nil
}

func placeKey(p Place) string {
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// place says where a finding about a point's bundle is shown, and whether it
// depends on the point: a value that was put in, or a condition over such values.
func (c *cataloger) place(p *point, template *unit, d Diagnostic) (f Finding, special bool) {
	for _, key := range []string{"params", "metadata"} {
		if rest, ok := strings.CutPrefix(d.Path, "/"+key+"/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			if v, _, found := c.unit.source.root.walk("/" + key + "/" + name); found && v.kind == textKind {
				at := Diagnostic{Code: d.Code, Path: "/" + key + "/" + name, Message: d.Message, Hint: d.Hint, Warning: d.Warning}
				f = c.unit.finding(at)
				if q, found := template.source.Position("/"+key+"/"+name, true, 0, 0); found {
					f.Related = &q
				}
				return f, true
			}
		}
	}
	if _, ok := under(d.Path, "/valid"); ok {
		special = true
	}
	return template.finding(d), special
}

// put returns the document with a point's values in it.
func put(document *node, p *point) *node {
	n := *document
	n.members = append([]member(nil), document.members...)
	for i, m := range n.members {
		values := p.params
		if m.key.text == "metadata" {
			values = p.metadata
		} else if m.key.text != "params" {
			continue
		}
		part := *m.value
		part.members = append([]member(nil), m.value.members...)
		for k, e := range part.members {
			value := values.get(e.key.text)
			if value == nil || e.value.kind != objectKind {
				continue
			}
			declared := *e.value
			declared.members = append([]member(nil), e.value.members...)
			if v := declared.member("value"); v != nil {
				v.value = value
			} else {
				declared.members = append(declared.members, entry("value", value))
			}
			part.members[k].value = &declared
		}
		n.members[i].value = &part
	}
	return &n
}

// verify checks a catalog that was built already, and returns it in canonical form.
func (c *cataloger) verify() []byte {
	root := c.unit.source.root
	bundle, entries := root.get("bundle"), root.get("entries")
	if bundle == nil || bundle.kind != objectKind || entries.kind != listKind || len(entries.items) > MaxPoints {
		c.fail(c.unit, "/entries", true, CatalogBundle, "a built catalog has its bundle's document under `bundle`, and a list of points under `entries`.", "")
		return nil
	}
	// The template is a part of this file: its findings are placed below /bundle.
	template := &unit{path: c.unit.path, source: c.unit.source.Part(bundle), document: bundle}
	for i, e := range entries.items {
		at := "/entries/" + strconv.Itoa(i)
		p := &point{cursor: e.get("cursor"), params: e.get("params"), metadata: e.get("metadata"), name: at[1:], digest: e.string("digest")}
		if p.cursor == nil || p.params == nil || p.metadata == nil || p.params.kind != objectKind || p.metadata.kind != objectKind {
			c.fail(c.unit, at, false, CatalogPoint, "an entry has `cursor`, `params`, `metadata` and `digest`.", "")
			continue
		}
		p.name = string(p.cursor.appendJSON(nil))
		digest, ok := c.checkPoint(p, template)
		if !ok {
			break
		}
		if digest != "" && digest != p.digest {
			c.fail(c.unit, at+"/digest", false, CatalogDigest, "the bundle of this point has the digest "+digest+", not this one.", "build the catalog again.")
		}
	}
	c.conclude()
	if Failed(c.findings) {
		return nil
	}
	canonical, err := c.Engine.Canonical(root.appendJSON(nil))
	b := c.builder
	b.engineFailed(c.unit, err)
	return canonical
}
