package model

// This file checks what only a whole bundle shows, and reads what is for tools:
// domains and properties to prove, and scenarios.

import (
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// finish checks that every decision stays within its cost, and that the initial
// state and the fallback break nothing that always holds.
func (b *Bundle) finish(root node) {
	b.shares()
	b.checkKeeps(root)
	b.checkCost(root)
	m := b.Machine()
	s := b.Initial()
	if !b.checkSize(root, s) {
		return
	}
	if !b.checkAlways(&m, root, s, "the initial state") {
		return
	}
	if len(b.Fallback) > 0 {
		var after State
		m.Banks[BankState], m.Banks[BankLogs] = s.Vars, s.Logs
		after.Copy(s)
		_, failed := Apply(&m, b, b.Fallback, &after, nil)
		if failed.K == value.Error {
			root.get("fallback").orElse(root).fail(diag.BundleInit, "the fallback cannot be computed from the initial state: "+failed.Str()+".", "")
			return
		}
		b.checkAlways(&m, root, after, "the fallback")
	}
}

// checkSize finds out whether a state may become too large, and refuses a bundle whose first one is.
func (b *Bundle) checkSize(root node, s State) bool {
	for l := range b.Layers {
		var most, now Extent
		count := func(m Extent) { most.Bytes, most.Values = most.Bytes+m.Bytes, most.Values+m.Values }
		for k := range l + 1 {
			if b.Layers[l].Includes>>k&1 == 0 {
				continue
			}
			vars, logs := b.Layers[k].Vars, b.Layers[k].Logs
			for i := vars.From; i < vars.To; i++ {
				count(Most(b.Vars[i].Type))
				if !now.Add(s.Vars[i], StateLimit) {
					root.get("state").orElse(root).fail(diag.LimitState, "the initial state is more than a session may hold: "+strconv.Itoa(MaxState)+" bytes as JSON, "+strconv.Itoa(MaxStateValues)+" values.", "")
					return false
				}
			}
			for i := logs.From; i < logs.To; i++ {
				count(Most(b.Logs[i].List))
			}
		}
		b.Layers[l].Large = !most.Within(StateLimit)
		b.Large = b.Large || b.Layers[l].Large
	}
	return true
}

func (x node) orElse(y node) node {
	if x.ok() {
		return x
	}
	return y
}

// Machine returns a machine that runs b's expressions.
func (b *Bundle) Machine() vm.Machine {
	return vm.Machine{Patterns: b.Sets, PatternNames: b.SetNames, CostLimit: DecisionCost}
}

// Derive computes the derived names of the state in the machine's banks into dst. Each layer
// has a budget of its own, the first what is left of the machine's.
func (b *Bundle) Derive(m *vm.Machine, dst []value.Value) []value.Value {
	dst = b.Room(dst)
	for l := range b.Layers {
		if l > 0 {
			m.Cost = 0
		}
		b.DeriveLayer(m, l, dst)
	}
	return dst
}

// Room returns dst with a place for each derived name.
func (b *Bundle) Room(dst []value.Value) []value.Value {
	return slices.Grow(dst[:0], len(b.Derived))[:len(b.Derived)]
}

// DeriveLayer computes what one layer derives, after what it extends.
func (b *Bundle) DeriveLayer(m *vm.Machine, layer int, dst []value.Value) {
	m.Banks[BankDerived] = dst
	var room Extent
	for i := b.Layers[layer].Derived.From; i < b.Layers[layer].Derived.To; i++ {
		dst[i] = room.Bounded(m.Run(b.Derived[i].Program), ResultLimit)
	}
}

func (b *Bundle) checkAlways(m *vm.Machine, root node, s State, what string) bool {
	m.Cost = 0
	m.Banks[BankState], m.Banks[BankLogs] = s.Vars, s.Logs
	b.Derive(m, nil)
	good := true
	for i := range b.Constraints {
		c := &b.Constraints[i]
		if c.Kind != Always {
			continue
		}
		var p *vm.Program
		for _, q := range c.Program {
			if q != nil {
				p = q
			}
		}
		if p == nil {
			continue
		}
		if got := m.Run(p); !got.True() {
			why := "`" + c.ID + "` does not hold in " + what + "."
			if got.K == value.Error {
				why = "`" + c.ID + "` cannot be computed in " + what + ": " + got.Str() + "."
			}
			c.condition.fail(diag.BundleInit, why, "change the initial values, or what always holds.")
			good = false
		}
	}
	return good
}

// checkCost refuses a bundle in which deciding one action could cost one of its layers more than a decision may.
func (b *Bundle) checkCost(root node) {
	for a := range b.Actions {
		for i := range b.Actions[a].Shares {
			b.checkShare(root, a, &b.Actions[a].Shares[i])
		}
	}
}

func (b *Bundle) checkShare(root node, a int, s *Share) {
	act, layer := &b.Actions[a], &b.Layers[s.Layer]
	var total, most uint64
	at := ""
	add := func(p *vm.Program, where string) {
		if p == nil {
			return
		}
		total += min(p.MaxCost, 2*DecisionCost)
		if p.MaxCost > most {
			most, at = p.MaxCost, where
		}
	}
	for _, d := range b.Derived[layer.Derived.From:layer.Derived.To] {
		add(d.Program, "derived `"+d.Name+"`")
		add(d.Program, "derived `"+d.Name+"`") // before and after
	}
	for _, e := range act.Effects[s.Effects.From:s.Effects.To] {
		add(e.When, "an effect's `when`")
		for _, s := range e.Path {
			add(s.Index, "an effect's index")
		}
		if len(e.Path) > 0 {
			total += copyUnits * (e.inner + uint64(e.Path[0].Type.Len+len(e.Path[0].Type.Fields)))
		}
		e.Value.Programs(func(p *vm.Program) { add(p, "an effect on `"+e.Text+"`") })
	}
	for _, span := range s.Constraints {
		for i := span.From; i < span.To; i++ {
			add(b.Constraints[i].Program[a], "`"+b.Constraints[i].ID+"`")
		}
	}
	for i := range layer.Keeps {
		if layer.Keeps[i].Action == a {
			add(layer.Keeps[i].When, "what is kept of it")
		}
	}
	if total > DecisionCost {
		x := root.get("actions").get(act.Name).orElse(root)
		x.fail(diag.LimitCost, "deciding `"+act.Name+"` could cost "+strconv.FormatUint(total, 10)+" units, and at most "+strconv.Itoa(DecisionCost)+" are allowed.",
			"the dearest is "+at+" with "+strconv.FormatUint(most, 10)+"; give the lists, maps and texts that it reads a smaller `max`.")
	}
}

func (b *Bundle) declareProve(x node) {
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
					if q := b.expr(e, statePlace, anyAction, boolType); q != nil {
						b.Properties = append(b.Properties, Property{s, w, q})
					}
				}
			}
			if found != 1 {
				v.fail(diag.BundleForm, "a property has exactly one of "+quoteList(words)+".", "")
			}
		})
	}
}

// domain reads the values a path is searched with: args.NAME of any action, or state.NAME.
func (b *Bundle) domain(path string, x node) {
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
		x.failKey(diag.BundleRef, "there is no `"+path+"` to give values to.", didYouMean(path, known))
		return
	}
	d := Domain{Path: path}
	x.items(MaxItems, "values", func(i int, v node) {
		w, m := Decode(&x.r.doc, v.n, t, &x.r.fill)
		if m != nil {
			v.fail(diag.BundleValue, "`"+path+m.Path+"`: "+m.Message, m.Hint)
			return
		}
		d.Values = append(d.Values, w)
	})
	b.Domains = append(b.Domains, d)
}

// declareTests checks the shape of scenarios; running them is a tool's work.
func (b *Bundle) declareTests(x node) {
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
				w.word("verdict", verdictWords...)
			}
			if g := e.get("governing"); g.ok() && g.kind() == canon.String {
				id := strings.Clone(g.r.doc.String(g.n))
				if _, there := b.names["id "+id]; !there && id != "" && id != "frozen" && id != "fallback" && !strings.Contains(id, ":") {
					g.fail(diag.BundleRef, "there is no constraint `"+id+"`.", didYouMean(id, b.ids()))
				}
			}
		})
	})
}
