package author

// This file builds catalogs: a bundle, once for each point of a matrix.

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// point is one point of a catalog.
type point struct {
	cursor, params, metadata *yaml.Node
	name                     string // class=1,chapter=moon
	digest                   string // as it is written in a built catalog
}

// catalog builds the catalog in u. It returns the canonical document, or nil.
func (b *builder) catalog(u *unit) []byte {
	c := &cataloger{builder: b, unit: u, seen: map[string]int{}}
	if u.source.Root.Get("entries") != nil {
		return c.verify()
	}
	before := len(b.findings)
	b.checkShape(u, "", u.source.Root, catalogShape)
	if yaml.Failed(b.findings[before:]) {
		return nil
	}
	if c.template = c.bundle(); c.template == nil {
		return nil
	}
	c.names("params", codes.CatalogParam)
	c.names("metadata", codes.CatalogParam)
	c.missing()
	points := c.points()
	if yaml.Failed(b.findings[before:]) {
		return nil
	}
	entries := c.entries(points)
	c.conclude()
	if yaml.Failed(b.findings[before:]) {
		return nil
	}
	root := u.source.Root
	doc := yaml.NewMapping()
	for _, key := range []string{"holdfast", "catalog", "version", "title", "about"} {
		if v := root.Get(key); v != nil {
			doc.Members = append(doc.Members, yaml.NewMember(key, v))
		}
	}
	doc.Members = append(doc.Members, yaml.NewMember("bundle", c.template.document),
		yaml.NewMember("matrix", root.Get("matrix")), yaml.NewMember("entries", entries))
	canonical, err := b.Engine.Canonical(doc.AppendJSON(nil))
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
	finding yaml.Finding
	point   string
	more    int // other points where the same was found
}

// atPoint notes a finding at a point.
func (c *cataloger) atPoint(p *point, f yaml.Finding) {
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
	path := c.unit.source.Root.GetText("bundle")
	if filepath.IsAbs(path) {
		c.fail(c.unit, "/bundle", false, codes.CatalogBundle, "the bundle is named by its path from this file.",
			"write a relative path.")
		return nil
	}
	path = filepath.Join(filepath.Dir(c.unit.path), filepath.FromSlash(path))
	u, err := c.read(path)
	if err != nil {
		c.fail(c.unit, "/bundle", false, codes.CatalogBundle, path+": "+unreadable(err), "write the path from this file.")
		return nil
	}
	c.builder.bundle(u)
	if u.document == nil || u == c.unit || u.document.Get("catalog") != nil {
		message := "the bundle has errors of its own."
		if u.document != nil {
			message = "this is a catalog; a catalog is made from a bundle."
		}
		c.fail(c.unit, "/bundle", false, codes.CatalogBundle, message, "")
		return nil
	}
	return u
}

// names reports values for params or metadata that the bundle does not have.
func (c *cataloger) names(key, code string) {
	given, declared := c.unit.source.Root.Get(key), c.template.document.Get(key)
	if given == nil {
		return
	}
	var known []string
	if declared != nil {
		for _, m := range declared.Members {
			known = append(known, "`"+m.Key.Text+"`")
		}
	}
	for _, m := range given.Members {
		if declared.Get(m.Key.Text) != nil {
			continue
		}
		hint := "it has none."
		if len(known) > 0 {
			hint = "it has " + strings.Join(known, ", ") + "."
		}
		c.fail(c.unit, yaml.Pointer("/"+key, m.Key.Text), true, code,
			"the bundle has no `"+m.Key.Text+"` under `"+key+"`.", hint)
	}
}

// missing reports params and metadata that have a value nowhere.
func (c *cataloger) missing() {
	for _, key := range []string{"params", "metadata"} {
		declared := c.template.document.Get(key)
		if declared == nil {
			continue
		}
		for _, m := range declared.Members {
			if m.Value.Kind != yaml.Mapping || m.Value.Get("value") != nil || m.Value.Get("hash") != nil ||
				c.unit.source.Root.Get(key).Get(m.Key.Text) != nil {
				continue
			}
			at, self := "/"+key, true
			if c.unit.source.Root.Get(key) == nil {
				at, self = "/bundle", false
			}
			f := c.fail(c.unit, at, self, codes.CatalogMissingParam,
				"`"+key+"."+m.Key.Text+"` has a value neither here nor in the bundle.",
				"write an expression for it under `"+key+"`.")
			if p, found := c.template.source.Position(yaml.Pointer("/"+key, m.Key.Text), true, 0, 0); found {
				f.Related = &p
			}
		}
	}
}

// points lists the points of the matrix, the last part changing fastest.
func (c *cataloger) points() []*point {
	matrix := c.unit.source.Root.Get("matrix")
	total := 1
	for _, part := range matrix.Members {
		at := yaml.Pointer("/matrix", part.Key.Text)
		first := map[string]int{}
		for i, v := range part.Value.Items {
			text := string(v.AppendJSON(nil))
			if j, twice := first[text]; twice {
				f := c.fail(c.unit, at+"/"+strconv.Itoa(i), false, codes.CatalogDuplicate,
					"the value "+text+" is in `"+part.Key.Text+"` twice, so no cursor with it would mean one bundle.",
					"leave one out.")
				p, _ := c.unit.source.Position(at+"/"+strconv.Itoa(j), false, 0, 0)
				f.Related = &p
				continue
			}
			first[text] = i
		}
		if total *= len(part.Value.Items); total > MaxPoints {
			c.fail(c.unit, "/matrix", true, codes.LimitPoints, fmt.Sprintf("the matrix has more than %d points.", MaxPoints), "")
			return nil
		}
	}
	points := []*point{{cursor: yaml.NewMapping()}}
	for _, part := range matrix.Members {
		var next []*point
		for _, p := range points {
			for _, v := range part.Value.Items {
				cursor := yaml.NewMapping(append(append([]yaml.Member(nil), p.cursor.Members...),
					yaml.Member{Key: part.Key, Value: v})...)
				name := part.Key.Text + "=" + v.Text
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
func (c *cataloger) entries(points []*point) *yaml.Node {
	root := c.unit.source.Root
	profiles := root.Get("profiles")
	if profiles == nil {
		profiles = yaml.NewMapping()
	}
	list := yaml.NewList()
	for i, p := range points {
		if c.Progress != nil {
			c.Progress(i, len(points))
		}
		vars := yaml.NewMapping(yaml.NewMember("cursor", p.cursor), yaml.NewMember("profiles", profiles)).AppendJSON(nil)
		skip, failed := false, false
		if except := root.Get("except"); except != nil {
			for k := range except.Items {
				v := c.eval(p, "/except/"+strconv.Itoa(k), vars)
				if v != nil && v.Kind != yaml.Bool {
					c.atPoint(p, c.unit.finding(Diagnostic{Code: codes.CatalogValue, Path: "/except/" + strconv.Itoa(k),
						Message: "an exception is true or false, and this is neither."}))
					v = nil
				}
				failed = failed || v == nil
				skip = skip || v != nil && v.Text == "true"
			}
		}
		if skip && !failed {
			continue
		}
		p.params, p.metadata = yaml.NewMapping(), yaml.NewMapping()
		for _, part := range []struct {
			key string
			to  *yaml.Node
		}{{"params", p.params}, {"metadata", p.metadata}} {
			if given := root.Get(part.key); given != nil {
				for _, m := range given.Members {
					v := c.eval(p, yaml.Pointer("/"+part.key, m.Key.Text), vars)
					if v == nil {
						failed = true
						continue
					}
					part.to.Members = append(part.to.Members, yaml.Member{Key: m.Key, Value: v})
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
		list.Items = append(list.Items,
			yaml.NewMapping(yaml.NewMember("cursor", p.cursor), yaml.NewMember("params", p.params),
				yaml.NewMember("metadata", p.metadata), yaml.NewMember("digest", yaml.NewText(digest))))
	}
	if len(list.Items) == 0 && len(c.later) == 0 && !yaml.Failed(c.findings) {
		c.fail(c.unit, "/except", true, codes.CatalogEmpty, "every point is excepted, so nothing would be published.", "")
	}
	return list
}

// eval evaluates the expression at a pointer of the catalog for a point. It
// returns nil after a finding.
func (c *cataloger) eval(p *point, at string, vars []byte) *yaml.Node {
	expr, _, _ := c.unit.source.Root.Walk(at)
	request := append([]byte(`{"expr":`), yaml.NewText(expr.Text).AppendJSON(nil)...)
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
		c.atPoint(p, c.unit.finding(Diagnostic{Code: codes.CatalogValue, Path: at, Message: message}))
		return nil
	}
	s, findings := yaml.Read("value.json", answer)
	if len(findings) > 0 || s.Root.Get("value") == nil {
		c.atPoint(p, c.unit.finding(Diagnostic{Code: codes.CatalogValue, Path: at, Message: "this gives no JSON value."}))
		return nil
	}
	return s.Root.Get("value")
}

// checkPoint checks the bundle of a point and returns its digest. It returns false
// where the bundle has errors whatever the point: then one point is enough.
func (c *cataloger) checkPoint(p *point, template *unit) (digest string, ok bool) {
	doc := put(template.document, p).AppendJSON(nil)
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
			failed = failed || f.Severity == yaml.Error
		default:
			if key := f.Code + f.Message + placeKey(f.Place); c.seen[key] == 0 {
				c.seen[key] = 1
				c.add(f)
			}
			general = general || f.Severity == yaml.Error
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

func placeKey(p yaml.Place) string {
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// place says where a finding about a point's bundle is shown, and whether it
// depends on the point: a value that was put in, or a condition over such values.
func (c *cataloger) place(p *point, template *unit, d Diagnostic) (f yaml.Finding, special bool) {
	for _, key := range []string{"params", "metadata"} {
		if rest, ok := strings.CutPrefix(d.Path, "/"+key+"/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			if v, _, found := c.unit.source.Root.Walk("/" + key + "/" + name); found && v.Kind == yaml.Text {
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
func put(document *yaml.Node, p *point) *yaml.Node {
	n := *document
	n.Members = append([]yaml.Member(nil), document.Members...)
	for i, m := range n.Members {
		values := p.params
		if m.Key.Text == "metadata" {
			values = p.metadata
		} else if m.Key.Text != "params" {
			continue
		}
		part := *m.Value
		part.Members = append([]yaml.Member(nil), m.Value.Members...)
		for k, e := range part.Members {
			value := values.Get(e.Key.Text)
			if value == nil || e.Value.Kind != yaml.Mapping {
				continue
			}
			declared := *e.Value
			declared.Members = append([]yaml.Member(nil), e.Value.Members...)
			if v := declared.Member("value"); v != nil {
				v.Value = value
			} else {
				declared.Members = append(declared.Members, yaml.NewMember("value", value))
			}
			part.Members[k].Value = &declared
		}
		n.Members[i].Value = &part
	}
	return &n
}

// verify checks a catalog that was built already, and returns it in canonical form.
func (c *cataloger) verify() []byte {
	root := c.unit.source.Root
	bundle, entries := root.Get("bundle"), root.Get("entries")
	if bundle == nil || bundle.Kind != yaml.Mapping || entries.Kind != yaml.List || len(entries.Items) > MaxPoints {
		c.fail(c.unit, "/entries", true, codes.CatalogBundle,
			"a built catalog has its bundle's document under `bundle`, and a list of points under `entries`.", "")
		return nil
	}
	// The template is a part of this file: its findings are placed below /bundle.
	template := &unit{path: c.unit.path, source: c.unit.source.Part(bundle), document: bundle}
	for i, e := range entries.Items {
		at := "/entries/" + strconv.Itoa(i)
		p := &point{cursor: e.Get("cursor"), params: e.Get("params"), metadata: e.Get("metadata"), name: at[1:],
			digest: e.GetText("digest")}
		if p.cursor == nil || p.params == nil || p.metadata == nil || p.params.Kind != yaml.Mapping ||
			p.metadata.Kind != yaml.Mapping {
			c.fail(c.unit, at, false, codes.CatalogPoint, "an entry has `cursor`, `params`, `metadata` and `digest`.", "")
			continue
		}
		p.name = string(p.cursor.AppendJSON(nil))
		digest, ok := c.checkPoint(p, template)
		if !ok {
			break
		}
		if digest != "" && digest != p.digest {
			c.fail(c.unit, at+"/digest", false, codes.CatalogDigest,
				"the bundle of this point has the digest "+digest+", not this one.", "build the catalog again.")
		}
	}
	c.conclude()
	if yaml.Failed(c.findings) {
		return nil
	}
	canonical, err := c.Engine.Canonical(root.AppendJSON(nil))
	b := c.builder
	b.engineFailed(c.unit, err)
	return canonical
}
