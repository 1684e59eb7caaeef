package load

// This file reads what is for tools: domains and properties to prove, and scenarios.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
)

func (b *loader) declareProve(x node) {
	if !x.keys("domains", "properties") {
		return
	}
	if d := x.get("domains"); d.ok() {
		d.members(MaxVars, "domains", func(path string, v node) { b.domain(path, v) })
	}
	if p := x.get("properties"); p.ok() {
		words := []string{"always", "never", "reachable", "recoverable"}
		p.items(MaxConstraints, "properties", func(i int, v node) {
			if !v.keys(append([]string{"id", "about"}, words...)...) {
				return
			}
			id := v.need("id")
			if !id.ok() {
				return
			}
			s, ok := id.id()
			if !ok || !b.fresh(id, "property", s) {
				return
			}
			found := 0
			for _, w := range words {
				if e := v.get(w); e.ok() {
					found++
					b.expr(e, StatePlace, AnyAction, boolType)
				}
			}
			if found != 1 {
				v.fail(codes.BundleForm, "a property has exactly one of "+diag.Quoted(words)+".", "")
			}
		})
	}
}

// domain reads the values a path is searched with: args.NAME of any action, or state.NAME.
func (b *loader) domain(path string, x node) {
	root, name, _ := strings.Cut(path, ".")
	var t *types.Type
	var known []string
	switch root {
	case "args":
		for _, a := range b.Actions {
			for _, arg := range a.Args {
				known = append(known, "args."+arg.Name)
				if arg.Name == name && t == nil {
					t = arg.Type
				}
			}
		}
	case "state":
		for _, v := range b.Vars {
			known = append(known, "state."+v.Name)
			if v.Name == name {
				t = v.Type
			}
		}
	}
	if t == nil {
		x.failKey(codes.BundleReference, "there is no `"+path+"` to give values to.", diag.Suggest(path, known))
		return
	}
	d := model.Domain{Path: path}
	x.items(MaxItems, "values", func(i int, v node) {
		w, m := model.Decode(&x.r.doc, v.n, t, &x.r.fill)
		if m != nil {
			v.fail(codes.BundleValue, "`"+path+m.Path+"`: "+m.Message, m.Hint)
			return
		}
		d.Values = append(d.Values, w)
	})
	b.Domains = append(b.Domains, d)
}

// declareTests checks the shape of scenarios; running them is a tool's work.
func (b *loader) declareTests(x node) {
	x.items(MaxTests, "scenarios", func(i int, v node) {
		if !v.keys("name", "about", "steps") {
			return
		}
		if n := v.need("name"); n.ok() {
			n.text(MaxText)
		}
		steps := v.need("steps")
		if !steps.ok() {
			return
		}
		steps.items(MaxTests, "steps", func(i int, s node) {
			if !s.keys("action", "actor", "args", "reasons", "after", "expect") {
				return
			}
			s.need("action")
			s.need("actor")
			e := s.need("expect")
			if !e.ok() || !e.keys("verdict", "governing", "violations", "say", "state", "advice", "frozen", "error") {
				return
			}
			if w := e.get("verdict"); w.ok() {
				w.word("verdict", model.VerdictWords...)
			}
			if g := e.get("governing"); g.ok() && g.kind() == canon.String {
				id := strings.Clone(g.r.doc.String(g.n))
				if _, there := b.names["id "+id]; !there && id != "" && id != "frozen" && id != "fallback" &&
					!strings.Contains(id, ":") {
					g.fail(codes.BundleReference, "there is no constraint `"+id+"`.", diag.Suggest(id, b.ids()))
				}
			}
		})
	})
}
