package load

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// This file reads state variables, logs and derived names.

var variableKeys = []string{"type", "init", "owner", "moves", "never", "about"}

// makesType says whether a mapping has one of the keys that make a type.
func (x node) makesType() bool {
	for _, key := range typeKeys {
		if x.get(key).ok() {
			return true
		}
	}
	return false
}

// valueForType says whether there is a value where a variable's declaration belongs.
func (x node) valueForType() bool {
	return x.kind() == canon.Number || x.kind() == canon.True || x.kind() == canon.False
}

// typeFor says how to declare a variable that begins with a value.
func (x node) typeFor() string {
	typ := "bool"
	if x.kind() == canon.Number {
		typ = "double"
		if _, ok := x.r.doc.Int(x.n); ok {
			typ = "int"
		}
	}
	return "write `{type: " + typ + ", init: " + string(x.r.doc.Canonical(nil, x.n)) + "}`."
}

func (b *loader) declareState(x node) {
	x.members(MaxVars, "state variables", func(name string, v node) {
		if !v.identifier(name, "a variable", true) || !b.fresh(v, "variable", name) {
			return
		}
		s := model.Var{Name: name, Type: bad, Owners: b.everyone(), Layer: b.layer}
		if !v.get("type").ok() && (v.kind() == canon.String || v.makesType()) {
			if s.Type = b.shorthand(v, "a variable", variableKeys[1:]...); s.Type.Kind != types.Bad {
				s.Init = model.Zero(s.Type)
			}
		} else if v.valueForType() {
			v.fail(codes.BundleKind, "expected a type or a mapping with `type`, found "+v.kind().String()+".", v.typeFor())
		} else if v.keys(variableKeys...) {
			s.About = v.optionalText("about")
			if t := v.need("type"); t.ok() {
				s.Type = b.declared(t, 0)
			}
			if s.Type.Kind != types.Bad {
				s.Init = model.Zero(s.Type)
				if i := v.get("init"); i.ok() {
					w, m := model.Decode(&x.r.doc, i.n, s.Type, &x.r.fill)
					if m != nil {
						i.fail(codes.BundleValue, "`"+name+m.Path+"`: "+m.Message, m.Hint)
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

func (b *loader) declareLogs(x node) {
	x.members(MaxLogs, "logs", func(name string, v node) {
		if !v.identifier(name, "a log", true) || !b.fresh(v, "log", name) {
			return
		}
		l := model.Log{Name: name, Type: bad, Layer: b.layer}
		limit := 1024
		if of := v.get("of"); of.ok() {
			v.keys("of", "max")
			l.Type = b.declared(of, 1)
			if m := v.get("max"); m.ok() {
				if n, ok := m.number(1, MaxLogItems); ok {
					limit = int(n)
				}
			}
		} else {
			l.Type = b.declared(v, 1)
		}
		l.List = &types.Type{Kind: types.List, Elem: l.Type, Len: limit}
		b.Logs = append(b.Logs, l)
	})
}

// declareDerived compiles each derived name after those it reads.
func (b *loader) declareDerived(x node) {
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
			if v.kind() == canon.String && b.mentions(v.r.doc.String(v.n), names) {
				later, laterNames = append(later, v), append(laterNames, names[i])
				continue
			}
			p := b.expr(v, StatePlace, AnyAction, nil)
			if p == nil {
				p = &vm.Program{Type: bad}
			}
			b.Derived = append(b.Derived, model.Derived{Name: names[i], Program: p})
		}
		if len(later) == len(wait) {
			for i, v := range later {
				v.fail(codes.BundleReference, "`"+laterNames[i]+"` is derived from itself.",
					"break the circle: "+strings.Join(laterNames, ", ")+".")
			}
			return
		}
		wait, names = later, laterNames
	}
}

// mentions says whether src reads a derived name that is not compiled yet.
func (b *loader) mentions(src string, names []string) bool {
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

func (b *loader) hasDerived(name string) bool {
	for _, d := range b.Derived {
		if d.Name == name {
			return true
		}
	}
	return false
}
