package load

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// This file reads a document and its parents, parents first, into one Bundle.
//
// A parent's declarations are in force as they are, and its expressions are
// compiled before the child's names exist. A child adds; whatever it would take
// away or change is a finding. So a child's run, seen through its parent's
// variables, is a run its parent allows.

var topKeys = []string{"holdfast", "bundle", "version", "title", "about", "extends", "governance", "agents", "types",
	"constants", "params", "metadata", "valid", "state", "logs", "patterns", "actions", "constraints", "fallback", "hold",
	"keep", "derived", "prove", "tests"}

// read reads one document, after its parents.
func (b *loader) read(x node, depth int) {
	if !x.keys(topKeys...) || !x.knownFormat() {
		return
	}
	parents, first := uint32(0), 0
	if e := x.get("extends"); e.ok() {
		parents, first = b.parents(e, depth)
	}
	b.beginLayer(x, parents, first)
	b.Title, b.About = x.optionalText("title"), x.optionalText("about")
	b.declareAgents(x)
	x.given("types", b.declareTypes)
	b.declareConstants(x)
	x.given("state", b.declareState)
	x.given("logs", b.declareLogs)
	x.given("patterns", b.declarePatterns)
	x.given("derived", b.declareDerived)
	b.readActions(x)
	b.layers = parents | 1<<b.layer
	b.compileLaterSays()
	x.given("fallback", func(v node) {
		if v.keys("set", "reset", "append") {
			b.Fallback = append(b.Fallback, b.effects(v, StatePlace, AnyAction)...)
		}
	})
	// Left out, a parent says that no agent unfreezes: a child does not change that either.
	x.given("governance", func(v node) {
		if b.rootOnly(v, parents, "governance", "who unfreezes") {
			b.Governance = b.agents(v)
		}
	})
	x.given("hold", func(v node) {
		if b.rootOnly(v, parents, "hold", "how long a proposal waits") {
			b.declareHold(v)
		}
	})
	x.given("keep", b.declareKeeps)
	x.given("prove", b.declareProve)
	x.given("tests", b.declareTests)
	b.endLayer()
}

// given calls f with the named member, where there is one.
func (x node) given(name string, f func(node)) {
	if v := x.get(name); v.ok() {
		f(v)
	}
}

// knownFormat reads `holdfast`, and reports a format that this engine does not read.
func (x node) knownFormat() bool {
	f := x.need("holdfast")
	if !f.ok() {
		return true
	}
	n, ok := x.r.doc.Int(f.n)
	if f.kind() != canon.Number || !ok || n != 1 {
		f.fail(codes.BundleFormat, "this engine reads format 1 only.", "write `holdfast: 1`.")
		return false
	}
	return true
}

// beginLayer adds the layer of a document that extends the layers in parents, of which first is the first.
func (b *loader) beginLayer(x node, parents uint32, first int) {
	b.layer = len(b.Layers)
	b.layers = parents | 1<<b.layer
	b.Governance = 0
	b.Hold = model.Hold{TTL: 24 * 60 * 60 * 1000, By: -1, PerActor: model.MaxHolds, PerAgent: model.MaxHolds,
		Verdict: model.Reject}
	if parents != 0 {
		b.Governance, b.Hold = b.Layers[first].Governance, b.Layers[first].Hold
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
}

// readActions reads actions and constraints, and then compiles what they say: an
// effect and a condition may read anything declared.
func (b *loader) readActions(x node) {
	var effects []func()
	if v := x.get("actions"); v.ok() {
		effects = b.declareActions(v)
	}
	first := len(b.Constraints)
	x.given("constraints", b.declareConstraints)
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
}

// compileLaterSays compiles what is said of moves. No other document's action changes these variables.
func (b *loader) compileLaterSays() {
	for i := range b.laterSays {
		l := &b.laterSays[i]
		o := l.otherwise
		if o == nil {
			o = &b.Vars[l.never[0]].Never[l.never[1]].Otherwise
		}
		b.sayFor(o, l.say)
	}
	b.laterSays = nil
}

// rootOnly says whether the document may have the key at v: only one without parents may.
func (b *loader) rootOnly(v node, parents uint32, key, what string) bool {
	if parents != 0 {
		v.failSee(codes.ExtendWeakens, what+" is a parent's to say, and a child does not change it.",
			"leave `"+key+"` out.", b.names[key])
		return false
	}
	b.names[key] = v.path
	return true
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
			v.fail(codes.ExtendParent, "the parent `"+n+"@"+s+"` is not in the document.",
				"build it with `holdfast build`, which puts its parents in.")
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
	if strings.Count(at, "/extends/") == strings.Count(x.path, "/extends/") &&
		strings.HasPrefix(x.path, at[:strings.LastIndex(at, "/extends/")+1]) && what == "id" {
		x.r.diag.Add(diag.Diagnostic{Code: codes.BundleDuplicate, Path: x.path,
			Message: "the id `" + name + "` is here twice.", Hint: "give each constraint an id of its own.", Related: at})
		return false
	}
	hint := "a child only adds; choose another name."
	if what == "action" {
		hint = "a child may add `set`, `reset`, `append` and `effects` on its own variables to it, and constraints."
	}
	x.failSee(codes.ExtendRedefines, "the "+what+" `"+name+"` is declared by a parent already.", hint, at)
	return false
}
