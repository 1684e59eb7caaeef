package core

// This file defines Catalog: a bundle published once per point of a matrix, and
// how a cursor is resolved to exactly one of them.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/load"
)

// MaxEntries is the most points a catalog may publish: each is found by a walk over all.
const MaxEntries = 4096

// Catalog is a loaded catalog document. It is immutable and safe for concurrent use.
type Catalog struct {
	src           []byte
	doc           canon.Doc
	name, version string
	template      canon.Node
	entries       canon.Node
}

var catalogKeys = []string{"about", "bundle", "catalog", "entries", "holdfast", "matrix", "title", "version"}

// LoadCatalog reads a catalog document. The error is an *Invalid.
func LoadCatalog(doc []byte) (*Catalog, error) {
	c := &Catalog{src: append([]byte(nil), doc...)}
	if found := c.read(); len(found) > 0 {
		return nil, &Invalid{found}
	}
	return c, nil
}

func (c *Catalog) read() []Diagnostic {
	if err := c.doc.Parse(c.src); err != nil {
		return []Diagnostic{{Code: err.Code, Off: err.Offset, End: err.Offset + 1, Message: err.Message}}
	}
	var found diag.List
	fail := func(path, message string) {
		found.Add(Diagnostic{Code: codes.CatalogShape, Path: path, Message: message})
	}
	d := &c.doc
	if d.Kind(0) != canon.Object {
		fail("", "a catalog is a JSON object with "+joinWords(catalogKeys, "and")+".")
		return found.Items
	}
	for k := d.First(0); k >= 0; k = d.Next(k) {
		if n := d.String(k); !contains(catalogKeys, n) {
			found.Add(Diagnostic{Code: codes.BundleUnknownKey, Path: "/" + clip(n), Key: true, Message: "there is no key `" +
				clip(n) + "` here.", Hint: strings.TrimSpace(suggest(n, catalogKeys))})
		}
	}
	text := func(key string) string {
		n := d.Get(0, key)
		if n < 0 || d.Kind(n) != canon.String || d.String(n) == "" {
			fail("/"+key, "`"+key+"` is text, and must be there.")
			return ""
		}
		return strings.Clone(d.String(n))
	}
	if n := d.Get(0, "holdfast"); n < 0 || d.Kind(n) != canon.Number || d.Float(n) != 1 {
		found.Add(Diagnostic{Code: codes.BundleFormat, Path: "/holdfast", Message: "this engine reads format 1 only.",
			Hint: "write `holdfast: 1`."})
	}
	c.name, c.version = text("catalog"), text("version")
	c.template, c.entries = d.Get(0, "bundle"), d.Get(0, "entries")
	if c.template < 0 || d.Kind(c.template) != canon.Object {
		fail("/bundle", "`bundle` is the document every point is made from.")
	}
	if c.entries < 0 || d.Kind(c.entries) != canon.Array || d.Len(c.entries) > MaxEntries {
		fail("/entries", "`entries` is a list of at most "+strconv.Itoa(MaxEntries)+" points.")
		return found.Items
	}
	i := 0
	for e := d.First(c.entries); e >= 0; e = d.Next(e) {
		path := "/entries/" + strconv.Itoa(i)
		i++
		good := d.Kind(e) == canon.Object && d.Len(e) == 4
		for _, k := range []string{"cursor", "params", "metadata"} {
			good = good && d.Get(e, k) >= 0 && d.Kind(d.Get(e, k)) == canon.Object
		}
		if good {
			n := d.Get(e, "digest")
			good = n >= 0 && d.Kind(n) == canon.String && isDigest(d.String(n))
		}
		if !good {
			fail(path, "an entry has `cursor`, `params`, `metadata` and `digest`.")
		}
	}
	return found.Items
}

// CheckCatalog returns all findings about a catalog document: of the catalog
// itself, of every point's bundle (Path is then that of the entry), and digests that are not right.
func CheckCatalog(doc []byte) []Diagnostic {
	c := &Catalog{src: append([]byte(nil), doc...)}
	var list diag.List
	list.Items = c.read()
	if list.Failed() {
		return list.Items
	}
	i := 0
	seen := map[string]bool{}
	for e := c.doc.First(c.entries); e >= 0; e = c.doc.Next(e) {
		path := "/entries/" + strconv.Itoa(i)
		i++
		cursor := string(c.doc.Canonical(nil, c.doc.Get(e, "cursor")))
		if seen[cursor] {
			list.Add(Diagnostic{Code: codes.CatalogCursor, Path: path + "/cursor", Message: "the point " + cursor +
				" is here twice, so it would never resolve."})
		}
		seen[cursor] = true
		bytes := c.point(e)
		m, found := load.Load(bytes)
		for _, f := range found {
			if strings.HasPrefix(f.Path, "/params/") || strings.HasPrefix(f.Path, "/metadata/") ||
				strings.HasPrefix(f.Path, "/valid/") {
				f.Related, f.Path, f.Off, f.End, f.Key = "/bundle"+f.Path, path, 0, 0, false
				f.Message = "at " + cursor + ": " + f.Message
			} else {
				f.Path = "/bundle" + f.Path
				f.Related = ""
			}
			if !has(list.Items, f) {
				list.Add(f)
			}
		}
		if got := c.doc.String(c.doc.Get(e, "digest")); m != nil && got != m.Digest {
			list.Add(Diagnostic{Code: codes.CatalogDigest, Path: path + "/digest", Message: "the bundle at " + cursor +
				" has the digest " + m.Digest + ", not this one.", Hint: "build the catalog again."})
		}
	}
	return list.Items
}

func has(list []Diagnostic, d Diagnostic) bool {
	for _, e := range list {
		if e == d {
			return true
		}
	}
	return false
}

// point returns the bundle document of an entry: the template with the entry's values.
func (c *Catalog) point(e canon.Node) []byte {
	return load.AppendPoint(nil, &c.doc, c.template, c.doc.Get(e, "params"), c.doc.Get(e, "metadata"))
}

// Name returns the catalog's name.
func (c *Catalog) Name() string { return c.name }

// Version returns the catalog's version, the policy version.
func (c *Catalog) Version() string { return c.version }

// Info returns {"catalog","cursors":[…],"digests":[…],"matrix","title","version"} as canonical JSON.
func (c *Catalog) Info() []byte {
	d := &c.doc
	dst := canon.AppendString([]byte(`{"catalog":`), c.name)
	list := func(key string) {
		first := true
		for e := d.First(c.entries); e >= 0; e = d.Next(e) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = d.Canonical(dst, d.Get(e, key))
		}
	}
	dst = append(dst, `,"cursors":[`...)
	list("cursor")
	dst = append(dst, `],"digests":[`...)
	list("digest")
	dst = append(dst, ']')
	for _, key := range []string{"matrix", "title"} {
		if n := d.Get(0, key); n >= 0 {
			dst = d.Canonical(append(dst, `,"`+key+`":`...), n)
		}
	}
	return append(canon.AppendString(append(dst, `,"version":`...), c.version), '}')
}

// Resolve finds the one bundle a cursor, a JSON object, means:
//
//	{"bundle":DOCUMENT,"catalog","cursor":{…},"digest","v":1,"version"}
//	{"catalog","cursor":{…},"matches":N,"say","v":1,"verdict":"stall","version"}
//
// None, or more than one, is a stall: never a guess. Where the document is not
// the one that was published, the error has codes.CatalogDigest and nothing is resolved.
func (c *Catalog) Resolve(cursor []byte) ([]byte, error) {
	var q canon.Doc
	if err := q.Parse(cursor); err != nil {
		return nil, reading(err)
	}
	if q.Kind(0) != canon.Object {
		return nil, &Error{Code: codes.CatalogCursor, Message: "a cursor is a JSON object."}
	}
	d := &c.doc
	matches, at := 0, canon.Node(-1)
	for e := d.First(c.entries); e >= 0; e = d.Next(e) {
		point := d.Get(e, "cursor")
		same := true
		for k := q.First(0); k >= 0 && same; k = q.Next(k) {
			v := d.Get(point, q.String(k))
			same = v >= 0 && string(d.Canonical(nil, v)) == string(q.Canonical(nil, q.Value(k)))
		}
		if same {
			matches, at = matches+1, e
		}
	}
	if matches != 1 {
		dst := canon.AppendString([]byte(`{"catalog":`), c.name)
		dst = q.Canonical(append(dst, `,"cursor":`...), 0)
		dst = canon.AppendInt(append(dst, `,"matches":`...), int64(matches))
		say := "No bundle is published for this cursor, so there is no basis to decide."
		if matches > 1 {
			say = strconv.Itoa(matches) + " bundles match this cursor, and none is guessed; name every part of it."
		}
		dst = canon.AppendString(append(dst, `,"say":`...), say)
		return append(canon.AppendString(append(dst, `,"v":1,"verdict":"stall","version":`...), c.version), '}'), nil
	}
	doc := c.point(at)
	var p canon.Doc
	if err := p.Parse(doc); err != nil {
		return nil, reading(err)
	}
	digest := load.Digest(&p, 0)
	if want := d.String(d.Get(at, "digest")); want != digest {
		return nil, &Error{Code: codes.CatalogDigest, Message: "the bundle of this cursor has the digest " + digest +
			", and " + clip(want) + " was published: nothing may be decided with it."}
	}
	dst := append([]byte(`{"bundle":`), doc...)
	dst = canon.AppendString(append(dst, `,"catalog":`...), c.name)
	dst = d.Canonical(append(dst, `,"cursor":`...), d.Get(at, "cursor"))
	dst = canon.AppendString(append(dst, `,"digest":`...), digest)
	return append(canon.AppendString(append(dst, `,"v":1,"version":`...), c.version), '}'), nil
}
