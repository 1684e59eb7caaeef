package load

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// This file reads actions, and how long a parked one waits.

// declareActions reads `actions`; it returns what compiles their effects, which may read anything declared.
func (b *loader) declareActions(x node) []func() {
	var later []func()
	x.members(MaxActions, "actions", func(name string, v node) {
		if at := b.Action(name); at >= 0 && b.Actions[at].Layer != b.layer && b.layers>>b.Actions[at].Layer&1 != 0 {
			if v.kind() == canon.Object {
				for _, key := range []string{"by", "args", "title", "about"} {
					if k := v.get(key); k.ok() {
						k.failSee(codes.ExtendRedefines, "the action `"+name+"` is a parent's, and a child does not change its `"+key+
							"`.", "add effects on your own variables, and constraints.", b.names["action "+name])
					}
				}
			}
			if v.keys("set", "reset", "append", "effects", "must", "by", "args", "title", "about") {
				b.must(v, &b.Actions[at])
				later = append(later, func() { b.actionEffects(v, at) })
			}
			return
		}
		if !v.identifier(name, "an action", true) || !b.fresh(v, "action", name) {
			return
		}
		a := model.Action{Name: name, By: b.everyone(), Layer: b.layer}
		if v.keys("title", "about", "by", "args", "must", "set", "reset", "append", "effects") {
			a.Title, a.About = v.optionalTitle(), v.optionalText("about")
			b.must(v, &a)
			if by := v.get("by"); by.ok() {
				a.By = b.agents(by)
				if by.kind() == canon.Array && x.r.doc.Len(by.n) == 0 {
					by.fail(codes.BundleMissing, "nobody may propose `"+name+"`.", "name at least one agent.")
				}
			}
			if args := v.get("args"); args.ok() {
				args.members(model.MaxArgs, "arguments", func(arg string, w node) {
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

func (b *loader) actionEffects(x node, action int) {
	a := &b.Actions[action]
	a.Effects = append(a.Effects, b.effects(x, BeforePlace, action)...)
}

// must reads what an action demands of its outcome: that something changes.
func (b *loader) must(x node, a *model.Action) {
	m := x.get("must")
	if !m.ok() {
		return
	}
	if _, ok := m.word("demand", "change"); !ok {
		return
	}
	some := len(a.Effects) > 0
	for _, key := range []string{"set", "reset", "append", "effects"} {
		some = some || x.get(key).ok()
	}
	if !some {
		m.fail(codes.BundleForm, "`"+a.Name+"` must change something, and has no effects, so it could never commit.",
			"give it `set`, `reset`, `append` or `effects`, or leave `must` out.")
		return
	}
	a.Must = append(a.Must, b.layers)
}

// arg reads a type, or a mapping with `type`.
func (b *loader) arg(name string, x node) model.Arg {
	a := model.Arg{Name: name}
	t := x.get("type")
	if !t.ok() {
		a.Type = b.shorthand(x, "an argument", "title", "default", "about")
		return a
	}
	if !x.keys("type", "title", "default", "about") {
		a.Type = bad
		return a
	}
	a.Title, a.About = x.optionalTitle(), x.optionalText("about")
	a.Type = b.declared(t, 0)
	if d := x.get("default"); d.ok() && a.Type.Kind != types.Bad {
		v, m := model.Decode(&x.r.doc, d.n, a.Type, &x.r.fill)
		if m != nil {
			d.fail(codes.BundleValue, "`"+name+m.Path+"`: "+m.Message, m.Hint)
		}
		a.Default, a.Optional = v, true
	}
	return a
}

func (b *loader) declareHold(x node) {
	if !x.keys("ttl", "on_expire", "by", "per_actor", "per_agent", "otherwise") {
		return
	}
	if t := x.get("ttl"); t.ok() {
		if s, ok := t.text(model.MaxName); ok {
			d, good := value.ParseDuration(s)
			if !good || d.Int() < 0 || d.Int() > 10*366*24*3600 || d.Int() == 0 && d.X == 0 {
				t.fail(codes.BundleValue, "`"+s+"` is no time to wait.", "write it as `300s` or `24h`, at most ten years.")
			} else {
				b.Hold.TTL = d.Int()*1000 + int64(d.X/1_000_000)
			}
		}
	}
	if o := x.get("on_expire"); o.ok() {
		n, _ := o.word("outcome", "drop", "revert")
		b.Hold.Revert = n == 1
	}
	if by := x.get("by"); by.ok() {
		if name, ok := by.text(model.MaxName); ok {
			if b.Hold.By = b.Agent(name); b.Hold.By < 0 {
				known := b.AgentNames(b.everyone())
				hint := diag.Suggest(name, known)
				if hint == "" {
					hint = "the agents are " + diag.Quoted(known) + "."
				}
				by.fail(codes.BundleReference, "there is no agent `"+name+"`.", hint)
			}
		}
	}
	b.Hold.PerActor, b.Hold.PerAgent = x.most("per_actor", b.Hold.PerActor), x.most("per_agent", b.Hold.PerAgent)
	if o := x.get("otherwise"); o.ok() && o.keys("verdict") {
		if w := o.get("verdict"); w.ok() {
			n, ok := w.word("verdict", model.VerdictWords...)
			switch v := model.Verdict(n); {
			case !ok:
			case v == model.Commit, v == model.HoldVerdict:
				w.fail(codes.BundleValue, "a refusal around what waits does not `"+v.String()+"`.",
					"write one that refuses: reject, revert, halt, escalate, stall, freeze or rewrite.")
			default:
				b.Hold.Verdict = v
			}
		}
	}
}

// most reads how many proposals may wait at once.
func (x node) most(key string, otherwise int) int {
	n := x.get(key)
	if !n.ok() {
		return otherwise
	}
	if v, ok := x.r.doc.Int(n.n); n.kind() == canon.Number && ok && v >= 1 && v <= model.MaxHolds {
		return int(v)
	}
	most := strconv.Itoa(model.MaxHolds)
	n.fail(codes.BundleValue,
		"`"+key+"` is a whole number from 1 to "+most+": a session has no more than that waiting.", "")
	return otherwise
}
