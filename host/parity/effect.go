package parity

// This file makes actions, and effects.

import "fmt"

func (g *generator) declareActions(doc object) {
	list := object{}
	n := 1 + g.N(4)
	for i := range n {
		a := action{name: g.name("act", i), child: g.child}
		d := object{}
		args := object{}
		for k := range g.N(4) {
			t := g.typ(1)
			if k == 0 && g.P(50) {
				t = pick(g.Rand, g.vars).typ
			}
			arg := argument{named{fmt.Sprintf("x%d", k), t}, g.P(20)}
			args[arg.name] = t.schema()
			if arg.optional {
				args[arg.name] = object{"type": t.schema(), "default": g.value(t)}
			}
			a.args = append(a.args, arg)
		}
		if len(args) > 0 {
			d["args"] = args
		}
		if g.P(35) {
			a.by = g.someAgents()
			d["by"] = a.by
		}
		for k, v := range g.effects(inBefore, &a) {
			d[k] = v
			if g.P(15) {
				d["must"] = "change"
			}
		}
		list[a.name] = d
		g.actions = append(g.actions, a)
	}
	if t := g.vars[0].typ; !g.child && g.P(60) {
		// A plain way from one member of the first variable to the others.
		a := action{name: g.prefix + "go", args: []argument{{named{"to", t}, false}}}
		list[a.name] = object{"args": object{"to": t.schema()}, "set": object{g.vars[0].name: "args.to"}}
		g.actions = append(g.actions, a)
	}
	if g.child && g.P(50) {
		for i := range g.actions {
			if a := &g.actions[i]; !a.child && g.P(50) {
				if e := g.effects(inBefore, a); len(e) > 0 {
					if g.P(25) {
						e["must"] = "change"
					}
					list[a.name] = e
				}
			}
		}
	}
	doc["actions"] = list
}

// effects makes set, reset, append and effects on what the document may write.
func (g *generator) effects(at place, a *action) object {
	used := map[string]bool{}
	out := g.group(at, a, used)
	if g.P(25) {
		var list []any
		for range 1 + g.N(2) {
			when := g.P(85)
			if when && g.P(50) {
				used = map[string]bool{} // both may come to write one variable
			}
			e := g.group(at, a, used)
			if len(e) == 0 {
				continue
			}
			if when {
				e["when"] = g.writer(at, a).bool(2)
			}
			list = append(list, e)
		}
		if len(list) > 0 {
			out["effects"] = list
		}
	}
	return out
}

// fallback makes what can be computed from most initial states: a bundle whose fallback cannot does not load.
func (g *generator) fallback() object {
	out := object{}
	set := object{}
	var reset []string
	for _, v := range g.vars {
		if v.child != g.child || g.P(40) {
			continue
		}
		if s, ok := g.literal(v.typ); ok && v.typ.kind != kString && g.P(60) {
			set[v.name] = s
		} else {
			reset = append(reset, v.name)
		}
	}
	if len(set) > 0 {
		out["set"] = set
	}
	if len(reset) > 0 {
		out["reset"] = reset
	}
	if len(g.logs) > 0 && g.P(70) {
		if l := pick(g.Rand, g.logs); l.child == g.child {
			out["append"] = object{l.name: g.right(g.writer(inState, nil), l.typ)}
		}
	}
	return out
}

func (g *generator) group(at place, a *action, used map[string]bool) object {
	out := object{}
	w := g.writer(at, a)
	set := object{}
	for range g.N(3) {
		v := pick(g.Rand, g.vars)
		if v.child != g.child || used[v.name] {
			continue
		}
		used[v.name] = true
		text, t := g.target(w, v.name, v.typ)
		if g.P(15) {
			reset, _ := out["reset"].([]string)
			out["reset"] = append(reset, text)
			continue
		}
		set[text] = g.right(w, t)
	}
	if len(set) > 0 {
		out["set"] = set
	}
	if len(g.logs) > 0 && g.P(35) {
		if l := pick(g.Rand, g.logs); l.child == g.child {
			out["append"] = object{l.name: g.right(w, l.typ)}
		}
	}
	return out
}

// target goes from a variable to a part of it, or stays.
func (g *generator) target(w *writer, text string, t *typ) (string, *typ) {
	for g.P(55) {
		switch {
		case t.kind == kRecord:
			f := pick(g.Rand, t.fields)
			text, t = text+"."+f.name, f.typ
		case t.kind == kMap && t.key != nil:
			text, t = text+"["+w.expr(t.key, 1)+"]", t.elem
		case t.kind == kMap:
			text, t = text+"["+w.expr(tString, 0)+"]", t.elem
		case t.kind == kList:
			text, t = text+"["+w.expr(tInt, 1)+"]", t.elem
		default:
			return text, t
		}
	}
	return text, t
}

// right makes a right-hand side.
func (g *generator) right(w *writer, t *typ) any {
	if t.kind == kRecord && g.P(50) {
		m := object{}
		for _, f := range t.fields {
			if g.P(80) {
				m[f.name] = g.right(w, f.typ)
			}
		}
		return m
	}
	if (t.kind == kBool || t.kind == kInt) && g.P(15) {
		return g.value(t)
	}
	return w.expr(t, 2)
}
