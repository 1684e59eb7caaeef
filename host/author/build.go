package author

// This file defines Build, which makes the document that is published.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// Options says how Build finds and checks things. Engine must be set.
type Options struct {
	// Engine checks documents and computes what is hashed.
	Engine Engine

	// Folders are where parents are looked for after the folders beside the file.
	Folders []string

	// Resolve finds a parent that is in no file, say in a registry: a built bundle
	// document. An error that is fs.ErrNotExist, and nil, mean that there is none.
	Resolve func(name, version string) ([]byte, error)

	// ReadFile reads a file; nil takes os.ReadFile. An editor gives what it has open.
	ReadFile func(path string) ([]byte, error)

	// AcceptParents takes parents that differ from the lock beside the file; they are in Built.Lock then.
	AcceptParents bool

	// Progress, where set, is told how many points of a catalog are done.
	Progress func(done, total int)
}

// Built is a document that Build made.
type Built struct {
	Catalog  bool     // a catalog, not a bundle
	Name     string   // of the bundle or catalog; may be empty where it is not valid
	Version  string   //
	Document []byte   // canonical JSON; nil where a finding is an error
	Digest   string   // a bundle's digest; of a catalog, that of its bytes
	Files    []string // all files it was made from, that of the document first
	Lock     []byte   // what the lock beside the file is to say from now on, see LockFile; nil where it need not change
}

// Build reads a bundle or a catalog, its parents and what they extend, and makes
// the document. All findings are returned, each in the file it belongs to, sorted by
// position; the document is there unless one is an error. A document that was built
// already is checked and comes out as it is.
//
// A parent named NAME is looked for beside the file that names it, as NAME.yaml,
// NAME/NAME.yaml and ../NAME/NAME.yaml, then in Folders as the first two, then by
// Resolve. What is embedded is the parent's document and its digest. The lock beside the file says which
// digest a parent has; another is an error, and Build never writes the lock itself.
func Build(path string, o Options) (*Built, []yaml.Finding) {
	if o.ReadFile == nil {
		o.ReadFile = os.ReadFile
	}
	b := &builder{Options: o, path: path, units: map[string]*unit{}}
	built := b.build(path)
	findings := yaml.Sort(b.findings, b.files)
	if built.Lock = b.lock.bytes(); yaml.Failed(findings) {
		built.Document, built.Digest, built.Lock = nil, "", nil
	}
	return built, findings
}

// Generations and parents beyond which Build gives up. The core has the same
// limits for a document.
const (
	maxGenerations = 4
	maxParents     = 16
)

type builder struct {
	Options
	path     string           // what is built
	lock     *lock            // nil as long as there was no parent
	units    map[string]*unit // by absolute path
	chain    []*unit          // files being read, each extending the next
	cycle    bool             // one was found
	files    []string
	findings []yaml.Finding
}

// unit is a bundle that was read, with its parents put in.
type unit struct {
	path     string
	source   *yaml.Source // nil for a document that Resolve gave
	document *yaml.Node   // with parents; nil where there are errors
	digest   string
	parents  map[int]*unit // by index in extends; those found, not those embedded already
	checked  bool
	bytes    []byte // canonical document, once checked without errors
}

func (b *builder) add(findings ...yaml.Finding) { b.findings = append(b.findings, findings...) }

// fail adds an error at a pointer of u.
func (b *builder) fail(u *unit, pointer string, key bool, code, message, hint string) *yaml.Finding {
	b.add(u.finding(Diagnostic{Code: code, Path: pointer, Key: key, Message: message, Hint: hint}))
	return &b.findings[len(b.findings)-1]
}

func (b *builder) build(path string) *Built {
	path = filepath.Clean(path)
	built := &Built{}
	u, err := b.read(path)
	built.Files = b.files
	if err != nil {
		b.add(yaml.Finding{Place: yaml.Place{File: path}, Severity: yaml.Error, Code: codes.FileUnreadable,
			Message: unreadable(err)})
		return built
	}
	if !u.source.Valid() {
		return built
	}
	root := u.source.Root
	if built.Version = root.GetText("version"); root.Get("catalog") != nil {
		built.Catalog, built.Name = true, root.GetText("catalog")
		built.Document = b.catalog(u)
	} else {
		built.Name = root.GetText("bundle")
		b.bundle(u)
		built.Document = b.check(u)
	}
	built.Files = b.files
	if built.Document == nil {
		return built
	}
	var digestErr error
	if built.Catalog {
		built.Digest, digestErr = b.Engine.Digest(built.Document)
	} else {
		built.Digest, digestErr = bundleDigest(b.Engine, built.Document)
	}
	b.engineFailed(u, digestErr)
	return built
}

// engineFailed reports an engine that does not answer.
func (b *builder) engineFailed(u *unit, err error) {
	if err != nil {
		b.fail(u, "", false, codes.EngineFailed, "the engine could not be asked: "+err.Error(), "")
	}
}

func unreadable(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file."
	}
	return "this file cannot be read: " + err.Error() + "."
}

// read reads a file, once. Its findings are added; its parents are not yet read.
func (b *builder) read(path string) (*unit, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if u := b.units[absolute]; u != nil {
		return u, nil
	}
	src, err := b.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, findings := yaml.Read(path, src)
	u := &unit{path: path, source: s, parents: map[int]*unit{}}
	b.units[absolute] = u
	b.files = append(b.files, path)
	b.add(findings...)
	return u, nil
}

// bundle reads the parents of u and puts them into its document. The document
// stays nil where that is not possible; why was reported.
func (b *builder) bundle(u *unit) {
	if u.document != nil || u.source == nil || u.source.Root == nil {
		return
	}
	root := u.source.Root
	extends := root.Get("extends")
	if extends == nil || extends.Kind != yaml.List {
		u.document = root // what else extends may be is for the core to say
		return
	}
	b.chain = append(b.chain, u)
	defer func() { b.chain = b.chain[:len(b.chain)-1] }()
	whole := true
	parents := *extends
	parents.Items = nil
	for i, e := range extends.Items {
		if e.Get("document") != nil && !b.pinEmbedded(u, "/extends/"+strconv.Itoa(i), e) {
			whole = false
			continue
		}
		if e.Get("document") == nil && e.GetText("bundle") != "" && e.GetText("version") != "" {
			if len(b.chain) > maxGenerations || len(b.units) > maxParents {
				b.fail(u, "/extends/"+strconv.Itoa(i), false, codes.LimitExtends,
					fmt.Sprintf("there are more than %d generations or %d parents.", maxGenerations, maxParents), "")
				return
			}
			if e = b.parent(u, i, e); e == nil {
				whole = false
				continue
			}
		}
		parents.Items = append(parents.Items, e)
	}
	if !whole {
		return
	}
	document := *root
	document.Members = append([]yaml.Member(nil), root.Members...)
	document.Member("extends").Value = &parents
	u.document = &document
}

// parent finds the parent that e, entry i of u's extends, names. It returns the
// entry with the parent's document and digest, or nil.
func (b *builder) parent(u *unit, i int, e *yaml.Node) *yaml.Node {
	at := "/extends/" + strconv.Itoa(i)
	p := b.find(u, at, e)
	if p == nil {
		return nil
	}
	u.parents[i] = p
	if p.source != nil {
		for k, c := range b.chain {
			if c != p {
				continue
			}
			circle := ""
			for _, c := range b.chain[k:] {
				circle += c.source.Root.GetText("bundle") + " extends "
			}
			b.cycle = true
			b.fail(u, at, false, codes.ExtendCycle, "this bundle extends itself: "+circle+p.source.Root.GetText("bundle")+".",
				"leave out one of them.")
			return nil
		}
		b.bundle(p)
		b.check(p)
	}
	if p.digest == "" {
		if b.cycle {
			return nil // the circle itself was reported, and says more
		}
		b.fail(u, at+"/bundle", false, codes.ExtendInvalid, "the parent `"+e.GetText("bundle")+"` has errors of its own.",
			"mend "+p.path+" first.")
		return nil
	}
	if !b.pin(u, at, e.GetText("bundle")+"@"+e.GetText("version"), p.digest) {
		return nil
	}
	full := *e
	full.Members = append([]yaml.Member(nil), e.Members...)
	for k := range full.Members {
		if full.Members[k].Key.Text == "digest" { // a digest that is given must be right
			if d := full.Members[k].Value; d.Kind == yaml.Text && d.Text != p.digest {
				b.fail(u, at+"/digest", false, codes.ExtendVersion,
					"the parent in "+p.path+" has the digest "+p.digest+", not this one.", "")
				return nil
			}
			full.Members = append(full.Members[:k], full.Members[k+1:]...)
			break
		}
	}
	full.Members = append(full.Members, yaml.NewMember("digest", yaml.NewText(p.digest)),
		yaml.NewMember("document", p.document))
	return &full
}

// find looks for the parent that e names; where there is none, that is reported.
func (b *builder) find(u *unit, at string, e *yaml.Node) *unit {
	name, version := e.GetText("bundle"), e.GetText("version")
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		b.fail(u, at+"/bundle", false, codes.ExtendNotFound, "`"+name+"` is no name of a bundle.",
			"use lower-case letters, digits and `-`.")
		return nil
	}
	dir := filepath.Dir(u.path)
	places := []string{filepath.Join(dir, name), filepath.Join(dir, name, name), filepath.Join(dir, "..", name, name)}
	for _, f := range b.Folders {
		places = append(places, filepath.Join(f, name), filepath.Join(f, name, name))
	}
	var other *unit
	for _, place := range places {
		for _, ext := range []string{".yaml", ".yml", ".json"} {
			p, err := b.candidate(place+ext, name)
			switch {
			case err != nil && !errors.Is(err, fs.ErrNotExist):
				b.fail(u, at+"/bundle", false, codes.FileUnreadable, place+ext+": "+unreadable(err), "")
				return nil
			case p == nil:
			case p.source.Root == nil || p.source.Root.GetText("version") == version:
				return p
			case other == nil:
				other = p
			}
		}
	}
	if b.Resolve != nil {
		doc, err := b.Resolve(name, version)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.fail(u, at+"/bundle", false, codes.FileUnreadable, "`"+name+"@"+version+"` cannot be had: "+err.Error(), "")
			return nil
		}
		if doc != nil && err == nil {
			return b.resolved(u, at, name, version, doc)
		}
	}
	if other != nil {
		f := b.fail(u, at+"/version", false, codes.ExtendVersion,
			"the parent is wanted in version "+version+", and "+other.path+" has "+other.source.Root.GetText("version")+".",
			"name that version, or find the other file.")
		place, _ := other.source.Position("/version", false, 0, 0)
		f.Related = &place
		return nil
	}
	hint := "it was looked for as " + places[0] + ".yaml, " + places[1] + ".yaml and " + places[2] + ".yaml"
	if len(b.Folders) > 0 {
		hint += ", and in " + strings.Join(b.Folders, ", ")
	}
	b.fail(u, at+"/bundle", false, codes.ExtendNotFound,
		"the parent `"+name+"@"+version+"` is nowhere to be found.", hint+".")
	return nil
}

// candidate reads a file that may hold the bundle with that name. It returns nil
// where it is another.
func (b *builder) candidate(path, name string) (*unit, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if b.units[absolute] == nil {
		src, err := b.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if s, _ := yaml.Read(path, src); s.Root != nil && s.Root.GetText("bundle") != name {
			return nil, nil
		}
	}
	u, err := b.read(path)
	if err != nil || u.source.Root != nil && u.source.Root.GetText("bundle") != name {
		return nil, err
	}
	return u, nil
}

// resolved takes a document that Resolve gave.
func (b *builder) resolved(u *unit, at, name, version string, doc []byte) *unit {
	s, findings := yaml.Read(name+"@"+version+".json", doc)
	if len(findings) > 0 || s.Root.GetText("bundle") != name || s.Root.GetText("version") != version {
		b.fail(u, at+"/bundle", false, codes.ExtendInvalid,
			"what was found as `"+name+"@"+version+"` is not that bundle's document.", "")
		return nil
	}
	digest, err := bundleDigest(b.Engine, doc)
	b.engineFailed(u, err)
	return &unit{path: s.Name, document: s.Root, digest: digest}
}

// check asks the core about u's document, adds what it finds, and returns the
// canonical document, or nil where there are errors.
func (b *builder) check(u *unit) []byte {
	if u.document == nil || u.checked {
		return u.bytes
	}
	u.checked = true
	doc := u.document.AppendJSON(nil)
	found, err := b.Engine.Check(doc)
	if err != nil {
		b.engineFailed(u, err)
		return nil
	}
	failed := false
	for _, d := range append(found, core.Lint(doc)...) {
		f := u.finding(d)
		failed = failed || f.Severity == yaml.Error
		b.add(f)
	}
	if failed {
		return nil
	}
	canonical, err := b.Engine.Canonical(doc)
	if err == nil {
		u.digest, err = bundleDigest(b.Engine, canonical)
	}
	if err != nil {
		b.engineFailed(u, err)
		return nil
	}
	u.bytes = canonical
	return canonical
}

// finding places a diagnostic about u's document in the file it is about.
func (u *unit) finding(d Diagnostic) yaml.Finding {
	at, path := u.owner(d.Path)
	d.Path = path
	related := d.Related
	d.Related = ""
	f := Locate(at.source, d)
	if related != "" {
		other, path := u.owner(related)
		if p, found := relatedPlace(other.source, path); found {
			f.Related = &p
		}
	}
	return f
}

// owner returns whose file a pointer into u's document leads to, and the pointer
// within that file. What has no file is shown where it is named.
func (u *unit) owner(pointer string) (*unit, string) {
	if rest, ok := strings.CutPrefix(pointer, "/extends/"); ok {
		index, rest, _ := strings.Cut(rest, "/")
		i, err := strconv.Atoi(index)
		if p := u.parents[i]; err == nil && p != nil {
			if below, ok := under("/"+rest, "/document"); ok {
				if p.source == nil {
					return u, "/extends/" + index
				}
				return p.owner(below)
			}
		}
	}
	return u, pointer
}
