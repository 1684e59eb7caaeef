package load

// This file compiles what an action, or the fallback, changes.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// effects reads set, reset, append and effects of x; mine says which variables and logs may be written.
func (b *loader) effects(x node, at Place, action int) []model.Effect {
	list := b.effectGroup(x, at, action, nil)
	groups := make([]int, len(list), len(list)+8) // which effects are under the same condition
	if e := x.get("effects"); e.ok() {
		e.items(MaxEffects, "effects", func(i int, v node) {
			if !v.keys("when", "set", "reset", "append") {
				return
			}
			var when *vm.Program
			if w := v.get("when"); w.ok() {
				when = b.expr(w, at, action, boolType)
			}
			list = append(list, b.effectGroup(v, at, action, when)...)
			for len(groups) < len(list) {
				groups = append(groups, i+1)
			}
		})
	}
	if len(list) > MaxEffects {
		x.fail(codes.LimitCount,
			"there are "+strconv.Itoa(len(list))+" effects, and at most "+strconv.Itoa(MaxEffects)+" are allowed.", "")
	}
	clashes(x, list, groups)
	return list
}

// clashes reports two effects on one path that cannot be told apart when compiled.
func clashes(x node, list []model.Effect, groups []int) {
	for i := range list {
		for j := range list[:i] {
			p, q := &list[i], &list[j]
			if p.Var < 0 || p.Var != q.Var || groups[i] != groups[j] && (p.When != nil || q.When != nil) {
				continue
			}
			short, long := p.Text, q.Text
			if len(short) > len(long) {
				short, long = long, short
			}
			if !strings.HasPrefix(long, short) || len(long) > len(short) && long[len(short)] != '.' && long[len(short)] != '[' {
				continue
			}
			message := "two effects set `" + short + "`."
			if long != short {
				message = "one effect sets `" + short + "`, another a part of it, `" + long + "`."
			}
			x.fail(codes.BundleEffect, message, "leave one out, or put them under different `when`s.")
			return
		}
	}
}

func (b *loader) effectGroup(x node, at Place, action int, when *vm.Program) []model.Effect {
	var list []model.Effect
	add := func(e model.Effect) { e.When, e.Layer = when, b.layer; list = append(list, e) }
	if set := x.get("set"); set.ok() {
		set.members(MaxEffects, "effects", func(path string, v node) {
			e, t := b.target(v, true, path, at, action)
			if t == nil {
				return
			}
			e.Value = b.right(v, at, action, t)
			add(e)
		})
	}
	if reset := x.get("reset"); reset.ok() {
		reset.items(MaxEffects, "paths", func(i int, v node) {
			path, ok := v.text(MaxText)
			if !ok {
				return
			}
			e, t := b.target(v, false, path, at, action)
			if t == nil {
				return
			}
			e.Value = model.Right{Type: t, Value: b.initial(&e, t)}
			add(e)
		})
	}
	if app := x.get("append"); app.ok() {
		app.members(MaxLogs, "logs", func(name string, v node) {
			at2, known := -1, []string{}
			for i, l := range b.Logs {
				known = append(known, l.Name)
				if l.Name == name {
					at2 = i
				}
			}
			if at2 < 0 {
				v.failKey(codes.BundleReference, "there is no log `"+name+"`.", diag.Suggest(name, known))
				return
			}
			if b.Logs[at2].Layer != b.layer {
				v.failSee(codes.ExtendWeakens, "the log `"+name+"` is a parent's, so only the parent's actions append to it.",
					"declare a log of your own.", b.names["log "+name])
				return
			}
			add(model.Effect{Log: at2, Var: -1, Text: name, Value: b.right(v, at, action, b.Logs[at2].Type)})
		})
	}
	return list
}

// initial is what a reset gives: the variable's initial value at that path, or
// the type's zero where the path has a part that init does not hold.
func (b *loader) initial(e *model.Effect, t *types.Type) value.Value {
	v := b.Vars[e.Var].Init
	for _, s := range e.Path {
		switch {
		case s.Field >= 0:
			v = v.Entries().Vals[s.Field]
		case s.Index == nil && s.Type.Kind == types.Map:
			w, ok := v.Entries().Find(s.Key)
			if !ok {
				return model.Zero(t)
			}
			v = w
		case s.Type.Kind == types.Map && s.Type.Key.Kind == types.Enum && sameValues(v.Entries()):
			v = v.Entries().Vals[0]
		default:
			return model.Zero(t)
		}
	}
	return v
}

// sameValues says whether every key holds the same.
func sameValues(e *value.Entries) bool {
	for _, v := range e.Vals {
		if !value.Equal(v, e.Vals[0]) {
			return false
		}
	}
	return true
}

// right reads a right-hand side of type t.
func (b *loader) right(x node, at Place, action int, t *types.Type) model.Right {
	r := model.Right{Type: t}
	switch x.kind() {
	case canon.String:
		s, _ := x.text(MaxDocument)
		r.Program = b.compile(x, false, 0, s, at, action, t)
	case canon.True, canon.False, canon.Number:
		v, m := model.Decode(&x.r.doc, x.n, t, &x.r.fill)
		if m != nil {
			x.fail(codes.BundleValue, m.Message, m.Hint)
		}
		r.Value = v
	case canon.Object:
		if t.Kind != types.Record {
			x.fail(codes.BundleKind, "a mapping makes a record, and this is of type `"+t.String()+"`.", "write an expression.")
			return r
		}
		r.Fields = make([]model.Right, len(t.Fields))
		for i, f := range t.Fields {
			r.Fields[i] = model.Right{Type: f.Type, Value: model.Zero(f.Type)}
		}
		x.members(MaxMembers, "fields", func(name string, v node) {
			i := t.Field(name)
			if i < 0 {
				var fields []string
				for _, f := range t.Fields {
					fields = append(fields, f.Name)
				}
				v.failKey(codes.BundleReference, "there is no field `"+name+"` here; there is "+diag.Quoted(fields)+".",
					diag.Suggest(name, fields))
				return
			}
			r.Fields[i] = b.right(v, at, action, t.Fields[i].Type)
		})
	default:
		x.wrongKind("an expression")
	}
	return r
}
