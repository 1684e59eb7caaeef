package model

// This file reads a document and its parents, parents first, into one Bundle.
//
// A parent's declarations are in force as they stand, and its expressions are
// compiled before the child's names exist. A child adds; whatever it would take
// away or change is a finding. So a child's run, seen through its parent's
// variables, is a run its parent allows.

import (
	"sort"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

var topKeys = []string{"holdfast", "bundle", "version", "title", "about", "extends", "governance", "agents", "types", "constants",
	"params", "metadata", "valid", "state", "logs", "patterns", "actions", "constraints", "fallback", "hold", "derived", "prove", "tests"}

// Load compiles a bundle document. The Bundle is nil where a finding is more
// than a warning; the findings come in the order of the document's parts.
func Load(src []byte) (*Bundle, []diag.Diagnostic) { return load(src, &reader{}, nil, nil) }

// load is Load into r. seen is told all that expressions and types name, and after
// is called once the bundle is known to be good; either may be nil.
func load(src []byte, r *reader, seen func(root, name string), after func(b *Bundle, root node)) (*Bundle, []diag.Diagnostic) {
	if len(src) > MaxDocument {
		return nil, []diag.Diagnostic{{Code: diag.LimitText, Message: "the document has " + strconv.Itoa(len(src)) + " bytes, and at most " + strconv.Itoa(MaxDocument) + " are allowed."}}
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
	b := &Bundle{names: map[string]string{}, found: &r.diag, Hold: Hold{TTL: 24 * 60 * 60 * 1000}}
	b.seen = seen
	b.read(root, 0)
	if !r.diag.Failed() {
		b.finish(root)
	}
	if r.diag.Failed() {
		return nil, r.diag.Items
	}
	size := 0
	for i := range b.Vars {
		size += most(b.Vars[i].Type)
	}
	for i := range b.Logs {
		size += most(b.Logs[i].List)
	}
	b.Large = size > MaxState
	b.VarOrder = order(len(b.Vars), func(i int) string { return b.Vars[i].Name })
	b.LogOrder = order(len(b.Logs), func(i int) string { return b.Logs[i].Name })
	b.DerivedOrder = order(len(b.Derived), func(i int) string { return b.Derived[i].Name })
	b.Document = r.doc.Canonical(nil, 0)
	b.Digest = Digest(&r.doc, 0)
	if after != nil {
		after(b, root)
	}
	return b, r.diag.Items
}

// order lists 0 to n-1 by name.
func order(n int, name func(int) string) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	sort.Slice(list, func(i, j int) bool { return name(list[i]) < name(list[j]) })
	return list
}

// fresh records a name, and reports one that is declared already.
func (b *Bundle) fresh(x node, what, name string) bool {
	at, taken := b.names[what+" "+name]
	if !taken {
		b.names[what+" "+name] = x.path
		return true
	}
	if strings.Count(at, "/extends/") == strings.Count(x.path, "/extends/") && strings.HasPrefix(x.path, at[:strings.LastIndex(at, "/extends/")+1]) && what == "id" {
		x.r.diag.Add(diag.Diagnostic{Code: diag.BundleDuplicate, Path: x.path, Message: "the id `" + name + "` stands here twice.", Hint: "give each constraint an id of its own.", Related: at})
		return false
	}
	hint := "a child only adds; choose another name."
	if what == "action" {
		hint = "a child may add `set`, `reset`, `append` and `effects` on its own variables to it, and constraints."
	}
	x.failSee(diag.ExtendRedefine, "the "+what+" `"+name+"` is declared by a parent already.", hint, at)
	return false
}

// read reads one document, after its parents.
func (b *Bundle) read(x node, depth int) {
	if !x.keys(topKeys...) {
		return
	}
	if f := x.need("holdfast"); f.ok() {
		if n, ok := x.r.doc.Int(f.n); f.kind() != canon.Number || !ok || n != 1 {
			f.fail(diag.BundleFormat, "this engine reads format 1 only.", "write `holdfast: 1`.")
			return
		}
	}
	if e := x.get("extends"); e.ok() {
		b.parents(e, depth)
	}
	b.layer = len(b.documents)
	b.documents = append(b.documents, Digest(&x.r.doc, x.n))
	b.parentAgents = 1<<len(b.Agents) - 1

	if v := x.need("bundle"); v.ok() {
		b.Name, _ = v.slug()
	}
	if v := x.need("version"); v.ok() {
		b.Version, _ = v.semver()
	}
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
		b.compileConstraint(&b.Constraints[first+i])
	}
	for i := range b.Constraints[:first] {
		b.compileConstraint(&b.Constraints[i]) // for the actions this document added
	}
	for i := range b.laterSays {
		l := &b.laterSays[i]
		o := l.otherwise
		if o == nil {
			o = &b.Vars[l.never[0]].Never[l.never[1]].Otherwise
		}
		b.sayFor(o, l.say)
	}
	if v := x.get("fallback"); v.ok() {
		if v.keys("set", "reset", "append") {
			group := 0
			b.Fallback = append(b.Fallback, b.effects(v, statePlace, anyAction, &group)...)
		}
	}
	if v := x.get("governance"); v.ok() {
		if b.layer > 0 && b.Governance != 0 {
			v.failKey(diag.ExtendWeaken, "`governance` is a parent's, and a child does not change it.", "leave it out.")
		} else {
			b.Governance = b.agents(v)
		}
	}
	if v := x.get("hold"); v.ok() {
		b.declareHold(v)
	}
	if v := x.get("prove"); v.ok() {
		b.declareProve(v)
	}
	if v := x.get("tests"); v.ok() {
		b.declareTests(v)
	}
}

// parents reads `extends`.
func (b *Bundle) parents(x node, depth int) {
	if depth >= MaxExtends {
		x.fail(diag.ExtendDepth, "parents are nested deeper than "+strconv.Itoa(MaxExtends)+" generations.", "")
		return
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
			v.fail(diag.ExtendParent, "the parent `"+n+"@"+s+"` is not in the document.", "build it with `holdfast build`, which puts its parents in.")
			return
		}
		got := Digest(&x.r.doc, doc.n)
		if d := v.get("digest"); d.ok() {
			if want, _ := d.text(MaxText); want != got {
				d.fail(diag.ExtendParent, "the parent's document has the digest "+got+", not this one.", "build it again.")
				return
			}
		}
		for _, have := range b.documents {
			if have == got {
				return // reached by two ways; it is the same document
			}
		}
		if len(b.documents) >= MaxParents {
			v.fail(diag.ExtendDepth, "there are more than "+strconv.Itoa(MaxParents)+" ancestors.", "")
			return
		}
		b.read(doc, depth+1)
		if b.Name != n || b.Version != s {
			v.fail(diag.ExtendParent, "the parent's document is `"+b.ID()+"`, not `"+n+"@"+s+"`.", "")
			return
		}
		b.Parents = append(b.Parents, b.ID())
		if e := v.get("expects"); e.ok() {
			e.items(MaxConstraints, "ids", func(i int, w node) {
				id, ok := w.text(MaxText)
				if _, there := b.names["id "+id]; ok && !there {
					w.fail(diag.ExtendExpects, "`"+n+"@"+s+"` has no constraint `"+id+"`.", didYouMean(id, b.ids()))
				}
			})
		}
	})
}

// ids lists every declared id.
func (b *Bundle) ids() []string {
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

func (b *Bundle) declareAgents(x node) {
	a := x.get("agents")
	if !a.ok() && len(b.Agents) == 0 {
		x.need("agents")
	}
	if a.ok() {
		a.members(MaxAgents, "agents", func(name string, v node) {
			if v.identifier(name, "an agent", true) && b.fresh(v, "agent", name) && v.keys("about", "proposes") && len(b.Agents) < MaxAgents {
				agent := Agent{Name: name, About: v.optionalText("about")}
				if p := v.get("proposes"); p.ok() {
					agent.Proposes = p.flag()
				}
				b.Agents = append(b.Agents, agent)
			}
		})
		if x.r.doc.Len(a.n) == 0 {
			a.fail(diag.BundleMissing, "there are no agents, so nobody could propose anything.", "name at least one.")
		}
	}
	t := &types.Type{Kind: types.Enum, Name: "agent"}
	for _, a := range b.Agents {
		t.Members = append(t.Members, a.Name)
		t.Values = append(t.Values, value.OfString(a.Name))
	}
	b.agentType = t
}

// everyone is the set a left-out `by` or `owner` means: the agents of this document and its parents.
func (b *Bundle) everyone() uint64 { return 1<<len(b.Agents) - 1 }

func (b *Bundle) declareConstants(x node) {
	if c := x.get("constants"); c.ok() {
		c.members(MaxConstants, "constants", func(name string, v node) {
			if !v.identifier(name, "a constant", true) || !b.fresh(v, "constant", name) {
				return
			}
			if v.kind() == canon.Null {
				v.fail(diag.BundleValue, "null is no constant.", "leave it out.")
				return
			}
			t := infer(&x.r.doc, v.n)
			w, m := Decode(&x.r.doc, v.n, t)
			if m != nil {
				v.fail(diag.BundleValue, m.Message, m.Hint)
				return
			}
			b.Constants = append(b.Constants, Const{Name: name, Type: t, Value: w})
		})
	}
	for _, what := range []struct {
		key, one string
		list     *[]Const
	}{{"params", "param", &b.Params}, {"metadata", "entry of metadata", &b.Metadata}} {
		c := x.get(what.key)
		if !c.ok() {
			continue
		}
		c.members(MaxConstants, what.key, func(name string, v node) {
			if !v.identifier(name, "a "+what.one, true) || !b.fresh(v, what.one, name) {
				return
			}
			e := Const{Name: name, Type: bad}
			known := []string{"type", "value", "about"}
			if what.key == "metadata" {
				known = append(known, "internal", "salt", "hash")
			}
			if v.keys(known...) {
				e = b.constant(v, e)
			}
			*what.list = append(*what.list, e)
		})
	}
	if v := x.get("valid"); v.ok() {
		b.checkValid(v)
	}
}

// constant reads one entry of params or metadata.
func (b *Bundle) constant(x node, e Const) Const {
	e.About = x.optionalText("about")
	if t := x.need("type"); t.ok() {
		e.Type = b.typ(t, 0)
	}
	if i := x.get("internal"); i.ok() {
		e.Internal = i.flag()
	}
	v, salt, hash := x.get("value"), x.get("salt"), x.get("hash")
	switch {
	case e.Internal && hash.ok() && !v.ok():
		e.Value = value.OfUnknown(1)
	case !v.ok():
		x.fail(diag.BundleMissing, "`"+e.Name+"` has no value.", "give it a `value`; a catalog gives one for each of its points.")
	case e.Type.Kind != types.Bad:
		w, m := Decode(&x.r.doc, v.n, e.Type)
		if m != nil {
			v.fail(diag.BundleValue, "`"+e.Name+m.Path+"`: "+m.Message, m.Hint)
		}
		e.Value = w
	}
	if e.Internal && v.ok() && !salt.ok() {
		x.fail(diag.BundleMissing, "what is internal needs a `salt`, or its hash could be guessed.", "give it a random text that nobody else knows.")
	}
	if salt.ok() {
		salt.text(MaxText)
	}
	if !e.Internal && (salt.ok() || hash.ok()) {
		x.fail(diag.BundleForm, "`salt` and `hash` go with `internal: true`.", "")
	}
	return e
}

func (b *Bundle) checkValid(x node) {
	x.items(MaxConstraints, "conditions", func(i int, v node) {
		if !v.keys("require", "say") {
			return
		}
		c := v.need("require")
		if !c.ok() {
			return
		}
		p := b.expr(c, validPlace, anyAction, boolType)
		if p == nil {
			return
		}
		said := ""
		m := vm.Machine{CostLimit: DecisionCost}
		if s := v.get("say"); s.ok() {
			said = string(b.say(s, validPlace, anyAction).Append(nil, &m))
		}
		if said == "" {
			said = "`" + p.Source + "` does not hold."
		}
		switch got := m.Run(p); {
		case got.K == value.Error:
			c.fail(diag.BundleInvalid, "this cannot be computed: "+got.Str()+".", "")
		case got.K == value.Unknown || got.True():
		default:
			c.fail(diag.BundleInvalid, said, "")
		}
	})
}

func (b *Bundle) declareState(x node) {
	x.members(MaxVars, "state variables", func(name string, v node) {
		if !v.identifier(name, "a variable", true) || !b.fresh(v, "variable", name) {
			return
		}
		s := Var{Name: name, Type: bad, Owners: b.everyone(), layer: b.layer}
		if v.keys("type", "init", "owner", "moves", "never", "about") {
			s.About = v.optionalText("about")
			if t := v.need("type"); t.ok() {
				s.Type = b.typ(t, 0)
			}
			if s.Type.Kind != types.Bad {
				s.Init = Zero(s.Type)
				if i := v.get("init"); i.ok() {
					w, m := Decode(&x.r.doc, i.n, s.Type)
					if m != nil {
						i.fail(diag.BundleValue, "`"+name+m.Path+"`: "+m.Message, m.Hint)
					} else {
						s.Init = w
					}
				}
			}
			if o := v.get("owner"); o.ok() {
				s.Owners = b.agents(o)
			}
			if m := v.get("moves"); m.ok() {
				b.moves(m, &s)
			}
			if n := v.get("never"); n.ok() {
				b.never(n, &s)
			}
		}
		b.Vars = append(b.Vars, s)
	})
}

func (b *Bundle) declareLogs(x node) {
	x.members(MaxLogs, "logs", func(name string, v node) {
		if !v.identifier(name, "a log", true) || !b.fresh(v, "log", name) {
			return
		}
		l := Log{Name: name, Type: bad, layer: b.layer}
		limit := 1024
		if of := v.get("of"); of.ok() {
			v.keys("of", "max")
			l.Type = b.typ(of, 1)
			if m := v.get("max"); m.ok() {
				if n, ok := m.number(1, MaxLogItems); ok {
					limit = int(n)
				}
			}
		} else {
			l.Type = b.typ(v, 1)
		}
		l.List = &types.Type{Kind: types.List, Elem: l.Type, Len: limit}
		b.Logs = append(b.Logs, l)
	})
}

// declareDerived compiles each derived name after those it reads.
func (b *Bundle) declareDerived(x node) {
	var wait []node
	var names []string
	x.members(MaxDerived, "derived names", func(name string, v node) {
		if v.identifier(name, "a derived name", true) && b.fresh(v, "derived name", name) {
			wait, names = append(wait, v), append(names, name)
		}
	})
	for len(wait) > 0 {
		var later []node
		var laterNames []string
		for i, v := range wait {
			if v.kind() == canon.String && mentions(v.r.doc.String(v.n), names, wait, b) {
				later, laterNames = append(later, v), append(laterNames, names[i])
				continue
			}
			p := b.expr(v, statePlace, anyAction, nil)
			if p == nil {
				p = &vm.Program{Type: bad}
			}
			b.Derived = append(b.Derived, Derived{names[i], p})
		}
		if len(later) == len(wait) {
			for i, v := range later {
				v.fail(diag.BundleRef, "`"+laterNames[i]+"` is derived from itself.", "break the circle: "+strings.Join(laterNames, ", ")+".")
			}
			return
		}
		wait, names = later, laterNames
	}
}

// mentions says whether src reads a derived name that is not compiled yet.
func mentions(src string, names []string, _ []node, b *Bundle) bool {
	for rest := src; ; {
		i := strings.Index(rest, "derived.")
		if i < 0 {
			return false
		}
		rest = rest[i+len("derived."):]
		name := rest[:nameEnd(rest, 0)]
		for _, n := range names {
			if n == name && !b.hasDerived(n) {
				return true
			}
		}
	}
}

func (b *Bundle) hasDerived(name string) bool {
	for _, d := range b.Derived {
		if d.Name == name {
			return true
		}
	}
	return false
}

// declareActions reads `actions`; it returns what compiles their effects, which may read anything declared.
func (b *Bundle) declareActions(x node) []func() {
	var later []func()
	x.members(MaxActions, "actions", func(name string, v node) {
		if at := b.Action(name); at >= 0 && b.Actions[at].layer != b.layer {
			if v.kind() == canon.Object {
				for _, key := range []string{"by", "args", "about"} {
					if k := v.get(key); k.ok() {
						k.failSee(diag.ExtendRedefine, "the action `"+name+"` is a parent's, and a child does not change its `"+key+"`.", "add effects on your own variables, and constraints.", b.names["action "+name])
					}
				}
			}
			if v.keys("set", "reset", "append", "effects", "by", "args", "about") {
				later = append(later, func() { b.actionEffects(v, at) })
			}
			return
		}
		if !v.identifier(name, "an action", true) || !b.fresh(v, "action", name) {
			return
		}
		a := Action{Name: name, By: b.everyone(), layer: b.layer}
		if v.keys("about", "by", "args", "set", "reset", "append", "effects") {
			a.About = v.optionalText("about")
			if by := v.get("by"); by.ok() {
				a.By = b.agents(by)
				if x.r.doc.Len(by.n) == 0 {
					by.fail(diag.BundleMissing, "nobody may propose `"+name+"`.", "name at least one agent.")
				}
			}
			if args := v.get("args"); args.ok() {
				args.members(MaxArgs, "arguments", func(arg string, w node) {
					if w.identifier(arg, "an argument", true) {
						a.Args = append(a.Args, b.arg(arg, w))
					}
				})
			}
			at := len(b.Actions)
			later = append(later, func() { b.actionEffects(v, at) })
		}
		b.Actions = append(b.Actions, a)
	})
	return later
}

func (b *Bundle) actionEffects(x node, action int) {
	a := &b.Actions[action]
	group := len(a.Effects)
	list := b.effects(x, beforePlace, action, &group)
	b.Actions[action].Effects = append(b.Actions[action].Effects, list...)
}

// arg reads a type, or a mapping with `type`.
func (b *Bundle) arg(name string, x node) Arg {
	a := Arg{Name: name}
	t := x.get("type")
	if !t.ok() {
		a.Type = b.typ(x, 0)
		return a
	}
	if !x.keys("type", "default", "about") {
		a.Type = bad
		return a
	}
	a.About = x.optionalText("about")
	a.Type = b.typ(t, 0)
	if d := x.get("default"); d.ok() && a.Type.Kind != types.Bad {
		v, m := Decode(&x.r.doc, d.n, a.Type)
		if m != nil {
			d.fail(diag.BundleValue, "`"+name+m.Path+"`: "+m.Message, m.Hint)
		}
		a.Default, a.Optional = v, true
	}
	return a
}

func (b *Bundle) declareHold(x node) {
	if b.holdAt != "" {
		x.failSee(diag.ExtendWeaken, "`hold` is a parent's, and a child does not change it.", "leave it out.", b.holdAt)
		return
	}
	b.holdAt = x.path
	if !x.keys("ttl", "on_expire") {
		return
	}
	if t := x.get("ttl"); t.ok() {
		if s, ok := t.text(MaxName); ok {
			d, good := value.ParseDuration(s)
			if !good || d.Int() < 0 || d.Int() > 10*366*24*3600 || d.Int() == 0 && d.X == 0 {
				t.fail(diag.BundleValue, "`"+s+"` is no time to wait.", "write it as `300s` or `24h`, at most ten years.")
			} else {
				b.Hold.TTL = d.Int()*1000 + int64(d.X/1_000_000)
			}
		}
	}
	if o := x.get("on_expire"); o.ok() {
		n, _ := o.word("outcome", "drop", "revert")
		b.Hold.Revert = n == 1
	}
}
