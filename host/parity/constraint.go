package parity

// This file makes constraints, and what happens when they do not hold.

import (
	"fmt"
	"strings"
)

func (g *generator) otherwise(at place, a *action) object {
	o := object{}
	if g.P(75) {
		o["verdict"] = pick(g.Rand, []string{"reject", "hold", "hold", "hold", "hold", "rewrite", "revert", "revert",
			"halt", "escalate", "stall", "freeze"})
		if o["verdict"] == "hold" {
			if o["by"] = g.someAgents(); g.P(60) {
				o["by"] = []string{pick(g.Rand, g.agents).name}
			}
		}
	}
	if g.P(60) {
		w := g.writer(at, a)
		var b strings.Builder
		b.WriteString("Because {{ ")
		for range 1 + g.N(2) {
			if p, ok := w.any(kBool, kInt, kDouble, kString, kTimestamp, kDuration, kEnum, kList, kMap, kRecord); ok {
				b.WriteString("{" + p.text + "} ")
			}
		}
		if g.P(30) {
			b.WriteString("{" + w.expr(tString, 2) + "}")
		}
		o["say"] = b.String()
	}
	return o
}

func (g *generator) declareConstraints(doc object) {
	var list []any
	for i := range g.N(7) {
		c := object{"id": fmt.Sprintf("%sC-%d", strings.ToUpper(g.prefix), i)}
		kind := pick(g.Rand, []string{"require", "require", "require", "ensure", "ensure", "always", "prefer"})
		at := map[string]place{"require": inBefore, "ensure": inAfter, "always": inState, "prefer": inAfter}[kind]
		var a *action
		if g.P(75) {
			a = &g.actions[g.N(len(g.actions))]
			on := []string{a.name}
			if g.P(15) && len(a.args) == 0 {
				on = append(on, pick(g.Rand, g.actions).name)
			}
			c["on"] = on
		}
		w := g.writer(at, a)
		cond := w.bool(3)
		switch {
		case kind == "require" && g.P(30): // a gate that the first variable opens
			cond = "state." + g.vars[0].name + pick(g.Rand, []string{" == ", " != "}) + g.vars[0].typ.name + "." +
				pick(g.Rand, g.vars[0].typ.members)
		case g.P(50): // or most proposals would be refused
			cond += " || " + w.bool(2)
		}
		if kind == "always" {
			// Something that holds at first: otherwise no bundle would load.
			cond = "(" + cond + ") || " + g.holds(w)
		}
		c[kind] = cond
		if g.P(30) {
			c["title"] = g.text(30)
		}
		if kind == "prefer" {
			c["weight"] = 1 + g.N(9)
			if g.P(50) {
				o := g.otherwise(at, a)
				delete(o, "verdict")
				delete(o, "by")
				c["otherwise"] = o
			}
		} else {
			c["level"] = pick(g.Rand, []string{"physical", "responsibility", "ownership", "operational"})
			if g.P(75) {
				c["otherwise"] = g.otherwise(at, a)
			}
		}
		list = append(list, c)
	}
	if len(g.agents) > 1 && g.P(6) {
		// Two that wait for different people: no one can confirm both.
		on := []string{pick(g.Rand, g.actions).name}
		for i, a := range g.agents[:2] {
			list = append(list, object{"id": fmt.Sprintf("%sTWO-%d", strings.ToUpper(g.prefix), i), "level": "operational",
				"on": on, "require": "actor.id == 'u1'", "otherwise": object{"verdict": "hold", "by": []string{a.name}}})
		}
	}
	if list != nil {
		doc["constraints"] = list
	}
}

// holds writes a condition that most initial states meet.
func (g *generator) holds(w *writer) string {
	v := g.vars[len(g.vars)-1]
	switch v.typ.kind {
	case kInt:
		return fmt.Sprintf("state.%s <= %d", v.name, v.typ.max)
	case kEnum:
		return fmt.Sprintf("state.%s != %s.%s || true", v.name, v.typ.name, v.typ.members[0])
	}
	return "1 < 2"
}
