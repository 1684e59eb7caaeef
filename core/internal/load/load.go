// Package load turns a bundle document into a model.Bundle, with a finding for all that
// is wrong with it. It owns what only loading needs: the reader, names, scopes, types as
// they are written, and budgets. No loaded bundle keeps any of it.
package load

// This file reads a document and its parents, parents first, into one Bundle.
//
// A parent's declarations are in force as they stand, and its expressions are
// compiled before the child's names exist. A child adds; whatever it would take
// away or change is a finding. So a child's run, seen through its parent's
// variables, is a run its parent allows.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

var topKeys = []string{"holdfast", "bundle", "version", "title", "about", "extends", "governance", "agents", "types", "constants",
	"params", "metadata", "valid", "state", "logs", "patterns", "actions", "constraints", "fallback", "hold", "keep", "derived", "prove", "tests"}

// loader reads one document into a bundle. Everything beside the bundle itself is
// for loading alone, and is let go of with it.
type loader struct {
	model.Bundle
	constants, params, metadata []Const
	conditions                  []condition             // of the bundle's constraints
	origins                     []origin                // of the bundle's layers
	found                       *diag.List              // all findings so far
	seen                        func(root, name string) // told what expressions and types name; may be nil
	names                       map[string]string       // "what name" to the place it was declared
	idLayers                    map[string]int          // where each id was declared
	laterSays                   []laterSay
	covered                     []bool // the actions of the constraint that is being compiled; nil for anything else
	scopes                      scopes
	compiled                    int    // bytes of the expressions compiled so far, see MaxCompiled
	tables                      int    // bytes of the tables of pattern sets so far, see MaxTables
	folding                     uint64 // cost units that may still be spent on what is constant in expressions
	checking                    uint64 // and on conditions and examples, see MaxChecking
	size                        int    // of the types declared so far, see MaxTypeSizes
	layer                       int    // of the document being read: 0 the first ancestor
	layers                      uint32 // of the document being read and what it extends
}

// condition is where a constraint's expression and its text are.
type condition struct{ require, say node }

// origin is what loading knows of a layer.
type origin struct {
	first counts   // how much of everything its ancestors had declared
	keeps []string // the places of what it keeps
}

// Load compiles a bundle document. The Bundle is nil where a finding is more
// than a warning; the findings come in the order of the document's parts.
func Load(src []byte) (*model.Bundle, []diag.Diagnostic) { return load(src, &reader{}, nil, nil) }

// load is Load into r. seen is told all that expressions and types name, and after
// is called once the bundle is known to be good; either may be nil.
func load(src []byte, r *reader, seen func(root, name string), after func(b *loader, root node)) (*model.Bundle, []diag.Diagnostic) {
	r.fill = model.MaxFilled
	if len(src) > MaxDocument {
		return nil, []diag.Diagnostic{{Code: codes.LimitText, Message: "the document has " + strconv.Itoa(len(src)) + " bytes, and at most " + strconv.Itoa(MaxDocument) + " are allowed."}}
	}
	src = append([]byte(nil), src...)
	if err := r.doc.Parse(src); err != nil {
		return nil, []diag.Diagnostic{{Code: err.Code, Off: err.Offset, End: err.Offset + 1, Message: err.Message}}
	}
	if !r.doc.IsCanonical() {
		// The order of declarations reaches decisions, and documents of one digest
		// must decide alike: so it is that of the canonical form, whatever was sent.
		if err := r.doc.Parse(r.doc.Canonical(nil, 0)); err != nil {
			return nil, []diag.Diagnostic{{Code: err.Code, Off: err.Offset, End: err.Offset + 1, Message: err.Message}}
		}
	}
	root := node{r, 0, ""}
	b := &loader{names: map[string]string{}, idLayers: map[string]int{}, found: &r.diag}
	b.seen, b.folding, b.checking = seen, MaxFolding, MaxChecking
	b.read(root, 0)
	if !r.diag.Failed() {
		b.finish(root)
	}
	if r.diag.Failed() {
		return nil, r.diag.Items
	}
	b.VarOrder = model.ByName(len(b.Vars), func(i int) string { return b.Vars[i].Name })
	b.LogOrder = model.ByName(len(b.Logs), func(i int) string { return b.Logs[i].Name })
	b.LayerOrder = model.ByName(len(b.Layers), func(i int) string { return b.Layers[i].ID })
	b.DerivedOrder = model.ByName(len(b.Derived), func(i int) string { return b.Derived[i].Name })
	b.Digest = Digest(&r.doc, 0)
	if after != nil {
		after(b, root)
	}
	done := b.Bundle // a copy, so that the loader is let go of
	return &done, r.diag.Items
}

// fresh records a name, and reports one that is declared already.
func (b *loader) fresh(x node, what, name string) bool {
	at, taken := b.names[what+" "+name]
	if !taken {
		b.names[what+" "+name] = x.path
		if what == "id" {
			b.idLayers[name] = b.layer
		}
		return true
	}
	if strings.Count(at, "/extends/") == strings.Count(x.path, "/extends/") && strings.HasPrefix(x.path, at[:strings.LastIndex(at, "/extends/")+1]) && what == "id" {
		x.r.diag.Add(diag.Diagnostic{Code: codes.BundleDuplicate, Path: x.path, Message: "the id `" + name + "` stands here twice.", Hint: "give each constraint an id of its own.", Related: at})
		return false
	}
	hint := "a child only adds; choose another name."
	if what == "action" {
		hint = "a child may add `set`, `reset`, `append` and `effects` on its own variables to it, and constraints."
	}
	x.failSee(codes.ExtendRedefines, "the "+what+" `"+name+"` is declared by a parent already.", hint, at)
	return false
}

// read reads one document, after its parents.
func (b *loader) read(x node, depth int) {
	if !x.keys(topKeys...) {
		return
	}
	if f := x.need("holdfast"); f.ok() {
		if n, ok := x.r.doc.Int(f.n); f.kind() != canon.Number || !ok || n != 1 {
			f.fail(codes.BundleFormat, "this engine reads format 1 only.", "write `holdfast: 1`.")
			return
		}
	}
	layers, heir := uint32(0), 0
	if e := x.get("extends"); e.ok() {
		layers, heir = b.parents(e, depth)
	}
	b.layer = len(b.Layers)
	b.layers = layers | 1<<b.layer
	b.Governance, b.Hold = 0, model.Hold{TTL: 24 * 60 * 60 * 1000, By: -1, PerActor: model.MaxHolds, PerAgent: model.MaxHolds, Verdict: model.Reject}
	if layers != 0 {
		b.Governance, b.Hold = b.Layers[heir].Governance, b.Layers[heir].Hold
	}
	if v := x.need("bundle"); v.ok() {
		b.Name, _ = v.slug()
	}
	if v := x.need("version"); v.ok() {
		b.Version, _ = v.semver()
	}
	for l := range b.Layers {
		if b.Layers[l].ID == b.ID() {
			x.fail(codes.ExtendParent, "`"+b.ID()+"` is here twice, as two different documents.",
				"extend one of them, or give the other a version of its own.")
		}
	}
	b.Layers = append(b.Layers, model.Layer{ID: b.ID(), Digest: Digest(&x.r.doc, x.n), Includes: b.layers})
	b.origins = append(b.origins, origin{first: b.counts()})
	b.Title, b.About = x.optionalText("title"), x.optionalText("about")
	b.declareAgents(x)
	if v := x.get("types"); v.ok() {
		b.declareTypes(v)
	}
	b.declareConstants(x)
	if v := x.get("state"); v.ok() {
		b.declareState(v)
	}
	if v := x.get("logs"); v.ok() {
		b.declareLogs(v)
	}
	if v := x.get("patterns"); v.ok() {
		b.declarePatterns(v)
	}
	if v := x.get("derived"); v.ok() {
		b.declareDerived(v)
	}
	var effects []func()
	if v := x.get("actions"); v.ok() {
		effects = b.declareActions(v)
	}
	first := len(b.Constraints)
	if v := x.get("constraints"); v.ok() {
		b.declareConstraints(v)
	}
	for _, f := range effects {
		f()
	}
	for i := range b.Constraints[first:] {
		b.compileConstraint(first + i)
	}
	for l := range b.Layers[:b.layer] { // for the actions this document added
		for i := b.Layers[l].Constraints.From; i < b.Layers[l].Constraints.To; i++ {
			b.layers = b.Layers[l].Includes // they mean what they meant when they were published
			b.compileConstraint(i)
		}
	}
	b.layers = layers | 1<<b.layer
	for i := range b.laterSays {
		l := &b.laterSays[i]
		o := l.otherwise
		if o == nil {
			o = &b.Vars[l.never[0]].Never[l.never[1]].Otherwise
		}
		b.sayFor(o, l.say)
	}
	b.laterSays = nil // no other document's action changes these variables
	if v := x.get("fallback"); v.ok() {
		if v.keys("set", "reset", "append") {
			b.Fallback = append(b.Fallback, b.effects(v, StatePlace, AnyAction)...)
		}
	}
	if v := x.get("governance"); v.ok() {
		// Left out, a parent says that nobody unfreezes: a child does not change that either.
		if layers != 0 {
			v.failSee(codes.ExtendWeakens, "who unfreezes is a parent's to say, and a child does not change it.", "leave `governance` out.", b.names["governance"])
		} else {
			b.names["governance"] = v.path
			b.Governance = b.agents(v)
		}
	}
	if v := x.get("hold"); v.ok() {
		if layers != 0 {
			v.failSee(codes.ExtendWeakens, "how long a proposal waits is a parent's to say, and a child does not change it.", "leave `hold` out.", b.names["hold"])
		} else {
			b.names["hold"] = v.path
			b.declareHold(v)
		}
	}
	if v := x.get("keep"); v.ok() {
		b.declareKeeps(v)
	}
	if v := x.get("prove"); v.ok() {
		b.declareProve(v)
	}
	if v := x.get("tests"); v.ok() {
		b.declareTests(v)
	}
	b.endLayer()
}

// parents reads `extends`; it returns the layers of all that is extended, and that of the first parent.
func (b *loader) parents(x node, depth int) (layers uint32, first int) {
	if depth >= MaxExtends {
		x.fail(codes.LimitExtends, "parents are nested deeper than "+strconv.Itoa(MaxExtends)+" generations.", "")
		return 0, 0
	}
	x.items(MaxParents, "parents", func(i int, v node) {
		if !v.keys("bundle", "version", "expects", "document", "digest") {
			return
		}
		name, version, doc := v.need("bundle"), v.need("version"), v.get("document")
		if !name.ok() || !version.ok() {
			return
		}
		n, ok1 := name.slug()
		s, ok2 := version.semver()
		if !ok1 || !ok2 {
			return
		}
		if !doc.ok() {
			v.fail(codes.ExtendParent, "the parent `"+n+"@"+s+"` is not in the document.", "build it with `holdfast build`, which puts its parents in.")
			return
		}
		got := Digest(&x.r.doc, doc.n)
		if d := v.get("digest"); d.ok() {
			if want, _ := d.text(MaxText); want != got {
				d.fail(codes.ExtendParent, "the parent's document has the digest "+got+", not this one.", "build it again.")
				return
			}
		}
		at := b.ancestor(got)
		if at < 0 { // otherwise it was reached by another way; it is the same document
			if len(b.Layers) >= MaxParents {
				v.fail(codes.LimitExtends, "there are more than "+strconv.Itoa(MaxParents)+" ancestors.", "")
				return
			}
			b.read(doc, depth+1)
			if at = b.ancestor(got); at < 0 {
				return // its mistake was reported
			}
		}
		parent := &b.Layers[at]
		if parent.ID != n+"@"+s {
			v.fail(codes.ExtendParent, "the parent's document is `"+parent.ID+"`, not `"+n+"@"+s+"`.", "")
			return
		}
		if layers == 0 {
			first = at
		}
		layers |= parent.Includes
		if !contains(b.Parents, parent.ID) {
			b.Parents = append(b.Parents, parent.ID)
		}
		if e := v.get("expects"); e.ok() {
			e.items(MaxConstraints, "ids", func(i int, w node) {
				id, ok := w.text(MaxText)
				if layer, there := b.idLayers[id]; ok && (!there || parent.Includes>>layer&1 == 0) {
					w.fail(codes.ExtendExpects, "`"+n+"@"+s+"` has no constraint `"+id+"`.", diag.Suggest(id, b.ids()))
				}
			})
		}
	})
	return layers, first
}

// ancestor returns the layer of the document with a digest, -1 where none was read.
func (b *loader) ancestor(digest string) int {
	for i := range b.Layers {
		if b.Layers[i].Digest == digest {
			return i
		}
	}
	return -1
}

func contains(list []string, s string) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}

// ids lists every declared id.
func (b *loader) ids() []string {
	var list []string
	for i := range b.Constraints {
		list = append(list, b.Constraints[i].ID)
	}
	for i := range b.Vars {
		if m := b.Vars[i].Moves; m != nil {
			list = append(list, m.ID)
		}
		for _, n := range b.Vars[i].Never {
			list = append(list, n.ID)
		}
	}
	return list
}
