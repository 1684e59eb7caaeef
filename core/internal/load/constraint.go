package load

// This file reads and compiles constraints.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// declareConstraints reads `constraints`, all but their expressions.
func (b *loader) declareConstraints(x node) {
	x.items(MaxConstraints, "constraints", func(i int, v node) {
		if len(b.Constraints) == MaxConstraints {
			return
		}
		c := model.Constraint{Level: model.Operational, Weight: 1, On: make([]bool, len(b.Actions))}
		var where condition
		before := len(v.r.diag.Items)
		if !v.keys("id", "title", "about", "level", "on", "require", "ensure", "always", "prefer", "otherwise", "weight") {
			return
		}
		if id := v.need("id"); id.ok() {
			if s, ok := id.id(); ok && b.fresh(id, "id", s) {
				c.ID = s
			}
		}
		c.Title, c.About = v.optionalText("title"), v.optionalText("about")
		forms := 0
		for k, word := range model.KindWords {
			if w := v.get(word); w.ok() {
				c.Kind, where.require = model.Kind(k), w
				forms++
			}
		}
		if forms == 0 && len(v.r.diag.Items) > before &&
			strings.HasPrefix(v.r.diag.Items[before].Code, codes.BundleUnknownKey) {
			return // the condition has another key, which is reported
		}
		if forms != 1 {
			hint := "add `require: CONDITION`."
			if forms > 1 {
				hint = "make two constraints of it, each with an id of its own."
			}
			v.fail(codes.BundleForm,
				"a constraint has exactly one of `require`, `ensure`, `always` and `prefer`; this has "+strconv.Itoa(forms)+".",
				hint)
			return
		}
		c.Source = where.require.source()
		if l := v.get("level"); l.ok() {
			if n, ok := l.word("level", model.LevelWords...); ok {
				c.Level = model.Level(n)
				if (c.Kind == model.Prefer) != (c.Level == model.Preference) {
					l.fail(codes.BundleForm, "the level `preference` and `prefer` go together.",
						"what must hold is a `require`, `ensure` or `always` at a stronger level.")
				}
			}
		} else if c.Kind == model.Prefer {
			c.Level = model.Preference
		} else {
			v.need("level")
		}
		c.Otherwise, where.say = b.otherwise(v.get("otherwise"))
		if w := v.get("weight"); w.ok() {
			if c.Kind != model.Prefer {
				w.failKey(codes.BundleForm, "`weight` ranks preferences, so it goes with `prefer` only.", "")
			}
			if n, ok := w.number(1, 1000); ok {
				c.Weight = int(n)
			}
		}
		if c.Kind == model.Prefer && v.get("otherwise").get("verdict").ok() {
			v.get("otherwise").get("verdict").failKey(codes.BundleForm, "a preference never blocks, so it has no verdict.", "")
		}
		if on := v.get("on"); on.ok() {
			b.on(on, &c)
		} else {
			c.All = true
		}
		b.Constraints = append(b.Constraints, c)
		b.conditions = append(b.conditions, where)
	})
}

func (b *loader) on(x node, c *model.Constraint) {
	var known []string
	for _, a := range b.Actions {
		known = append(known, a.Name)
	}
	some := false
	x.items(MaxActions, "actions", func(i int, v node) {
		some = true
		name, ok := v.text(MaxText)
		if !ok {
			return
		}
		a := b.Action(name)
		if a < 0 || !b.sees(ofActions, a) {
			hint := diag.Suggest(name, known)
			if hint == "" && len(known) > 0 {
				hint = "the actions are " + diag.Quoted(known) + "."
			}
			v.fail(codes.BundleReference, "there is no action `"+name+"`.", hint)
			return
		}
		c.On[a] = true
	})
	if !some && x.kind() == canon.Array {
		x.fail(codes.BundleForm, "`on` names no action.", "leave `on` out to cover all of them.")
	}
}

// source is the text of an expression, as written.
func (x node) source() string {
	if x.kind() == canon.String {
		return strings.Clone(x.r.doc.String(x.n))
	}
	return string(x.r.doc.Canonical(nil, x.n))
}

// PlaceOf is where the condition of a kind of constraint is.
func PlaceOf(k model.Kind) Place {
	switch k {
	case model.Require:
		return BeforePlace
	case model.Always:
		return StatePlace
	}
	return AfterPlace
}

// compileConstraint compiles constraint k for every action it covers and has no program for yet.
func (b *loader) compileConstraint(k int) {
	c, where := &b.Constraints[k], b.conditions[k]
	for len(c.On) < len(b.Actions) {
		c.On = append(c.On, c.All)
	}
	if c.All {
		for i := range c.On {
			c.On[i] = true
		}
	}
	for len(c.Program) < len(b.Actions) {
		c.Program = append(c.Program, nil)
		c.Otherwise.Say = append(c.Otherwise.Say, nil)
	}
	at := PlaceOf(c.Kind)
	if len(b.Actions) == 0 {
		b.expr(where.require, at, AnyAction, boolType)
		return
	}
	var shared *vm.Program
	var said model.Say
	b.covered = c.On
	defer func() { b.covered = nil }()
	for i := range b.Actions {
		if !c.On[i] || c.Program[i] != nil {
			continue
		}
		if shared == nil {
			shared = b.expr(where.require, at, i, boolType)
			if shared == nil {
				return
			}
			if where.say.ok() {
				said = b.say(where.say, at, i)
			}
		}
		c.Program[i], c.Otherwise.Say[i] = shared, said
		if reads(shared, model.BankArgs) || textReads(said, model.BankArgs) {
			shared, said = nil, nil
		}
	}
}

// textReads says whether an expression of the text reads from a bank.
func textReads(say model.Say, bank uint8) bool {
	for _, p := range say {
		if p.Program != nil && reads(p.Program, bank) {
			return true
		}
	}
	return false
}

// sayFor compiles the text of a move's refusal for every action.
func (b *loader) sayFor(o *model.Otherwise, x node) {
	if !x.ok() {
		return
	}
	var shared model.Say
	for i := range b.Actions {
		if i < len(o.Say) && o.Say[i] != nil {
			continue
		}
		if shared == nil {
			shared = b.say(x, AfterPlace, i)
		}
		for len(o.Say) <= i {
			o.Say = append(o.Say, nil)
		}
		o.Say[i] = shared
		if textReads(shared, model.BankArgs) {
			shared = nil
		}
	}
}
