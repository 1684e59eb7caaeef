package load

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// This file reads agents, constants, params and metadata, and checks what must
// hold of them.

// Const is a constant, a param or an entry of metadata.
type Const struct {
	Name, About string
	Type        *types.Type
	Value       value.Value // Unknown where internal metadata was left out of a public document
	Internal    bool
}

func (b *loader) declareAgents(x node) {
	a := x.get("agents")
	if !a.ok() && len(b.Agents) == 0 {
		x.need("agents")
	}
	if a.ok() {
		a.members(MaxAgents, "agents", func(name string, v node) {
			if v.identifier(name, "an agent", true) && b.fresh(v, "agent", name) && v.keys("title", "about", "proposes") &&
				len(b.Agents) < MaxAgents {
				agent := model.Agent{Name: name, Title: v.optionalTitle(), About: v.optionalText("about"), Layer: b.layer}
				if p := v.get("proposes"); p.ok() {
					agent.Proposes = p.flag()
				}
				b.Agents = append(b.Agents, agent)
			}
		})
		if x.r.doc.Len(a.n) == 0 {
			a.fail(codes.BundleMissing, "there are no agents, so nobody could propose anything.", "name at least one.")
		}
	}
	t, titled := &types.Type{Kind: types.Enum, Name: "agent"}, false
	for _, a := range b.Agents {
		t.Members = append(t.Members, a.Name)
		t.Values = append(t.Values, value.OfString(a.Name))
		t.Titles = append(t.Titles, a.Title)
		titled = titled || a.Title != ""
	}
	if !titled {
		t.Titles = nil
	}
	b.AgentType = t
}

// everyone is the set a left-out `by` or `owner` means: the agents of this document
// and of what it extends, not those of another parent of its child.
func (b *loader) everyone() uint64 {
	var set uint64
	for i := range b.Agents {
		if b.layers>>b.Agents[i].Layer&1 != 0 {
			set |= 1 << i
		}
	}
	return set
}

func (b *loader) declareConstants(x node) {
	if c := x.get("constants"); c.ok() {
		c.members(MaxConstants, "constants", func(name string, v node) {
			if !v.identifier(name, "a constant", true) || !b.fresh(v, "constant", name) {
				return
			}
			if v.kind() == canon.Null {
				v.fail(codes.BundleValue, "null is no constant.", "leave it out.")
				return
			}
			t := infer(&x.r.doc, v.n)
			w, m := model.Decode(&x.r.doc, v.n, t, &x.r.fill)
			if m != nil {
				v.fail(codes.BundleValue, m.Message, m.Hint)
				return
			}
			b.constants = append(b.constants, Const{Name: name, Type: t, Value: w})
		})
	}
	for _, what := range []struct {
		key, one string
		list     *[]Const
	}{{"params", "param", &b.params}, {"metadata", "entry of metadata", &b.metadata}} {
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
func (b *loader) constant(x node, e Const) Const {
	e.About = x.optionalText("about")
	if t := x.need("type"); t.ok() {
		e.Type = b.declared(t, 0)
	}
	if i := x.get("internal"); i.ok() {
		e.Internal = i.flag()
	}
	v, salt, hash := x.get("value"), x.get("salt"), x.get("hash")
	switch {
	case e.Internal && hash.ok() && !v.ok():
		e.Value = value.OfUnknown(1)
	case !v.ok():
		x.fail(codes.BundleMissing, "`"+e.Name+"` has no value.",
			"give it a `value`; a catalog gives one for each of its points.")
	case e.Type.Kind != types.Bad:
		w, m := model.Decode(&x.r.doc, v.n, e.Type, &x.r.fill)
		if m != nil {
			v.fail(codes.BundleValue, "`"+e.Name+m.Path+"`: "+m.Message, m.Hint)
		}
		e.Value = w
	}
	if e.Internal && v.ok() && !salt.ok() {
		x.fail(codes.BundleMissing, "what is internal needs a `salt`, or its hash could be guessed.",
			"give it a random text that nobody else knows.")
	}
	if salt.ok() {
		salt.text(MaxText)
	}
	if !e.Internal && (salt.ok() || hash.ok()) {
		x.fail(codes.BundleForm, "`salt` and `hash` go with `internal: true`.", "")
	}
	return e
}

func (b *loader) checkValid(x node) {
	x.items(MaxConstraints, "conditions", func(i int, v node) {
		if !v.keys("require", "say") {
			return
		}
		c := v.need("require")
		if !c.ok() {
			return
		}
		p := b.expr(c, ValidPlace, AnyAction, boolType)
		if p == nil || b.checking == 0 {
			return
		}
		var say model.Say
		if s := v.get("say"); s.ok() {
			say = b.say(s, ValidPlace, AnyAction)
		}
		m := vm.Machine{CostLimit: model.DecisionCost}
		got := m.Run(p)
		if !b.spend(c, m.Cost) {
			return
		}
		m.Cost = 0
		switch {
		case got.K == value.Error:
			c.fail(codes.BundleCondition, "this cannot be computed: "+got.Str()+".", "")
		case got.K == value.Unknown || got.True():
		case len(say) > 0:
			c.fail(codes.BundleCondition, string(say.Append(nil, &m)), "")
		default:
			c.fail(codes.BundleCondition, "`"+p.Source+"` does not hold.", "")
		}
	})
}

// spend takes units off what the bundle's own conditions and examples may cost, and says whether there were as many.
func (b *loader) spend(x node, units uint64) bool {
	if units <= b.checking {
		b.checking -= units
		return true
	}
	if b.checking > 0 || units == 0 {
		x.fail(codes.LimitChecking, "with this, the conditions and examples up to here cost more than the "+
			strconv.Itoa(MaxChecking)+" units that checking a bundle may.", "write fewer, or shorter ones.")
	}
	b.checking = 0
	return false
}
