package load

// This file reads keep: proposals that no bundle extending this one may refuse.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// checkKeeps reports what one parent keeps and another, which neither extends it nor is
// extended by it, may refuse: no child could do right by both.
func (b *loader) checkKeeps(root node) {
	for l := range b.Layers {
		for i := range b.Layers[l].Keeps {
			k := &b.Layers[l].Keeps[i]
			for a := range b.Actions {
				if k.Action != a && (k.Action >= 0 || k.Action == -len(model.Builtins)) {
					continue // who unfreezes one layer does not touch the other
				}
				for o := range b.Layers {
					why := b.mayRefuse(o, a)
					if b.related(l, o) || why == "" || b.Layers[l].Includes>>b.Actions[a].Layer&1 == 0 {
						continue
					}
					root.get("extends").failSee(codes.ExtendKeeps, "`"+b.Layers[l].ID+"` keeps proposals of `"+
						b.Actions[a].Name+"`, and `"+b.Layers[o].ID+"` may refuse them: "+why+".",
						"extend one of the two, or let one of them extend the other.", b.origins[l].keeps[i])
					return
				}
			}
		}
	}
}

// related says whether one of two layers includes the other.
func (b *loader) related(l, o int) bool {
	return (b.Layers[l].Includes>>o|b.Layers[o].Includes>>l)&1 != 0
}

// mayRefuse says for what reason a layer might refuse a parent's action, "" where it never does.
func (b *loader) mayRefuse(l, action int) string {
	layer, act := &b.Layers[l], &b.Actions[action]
	if l == act.Layer || layer.Includes>>act.Layer&1 == 0 {
		return ""
	}
	for i := range act.Effects {
		if act.Effects[i].Layer == l {
			return "it changes `" + act.Effects[i].Text + "`"
		}
	}
	for _, view := range act.Must {
		if view == layer.Includes {
			return "it must change something there"
		}
	}
	for i := layer.Constraints.From; i < layer.Constraints.To; i++ {
		c := &b.Constraints[i]
		switch {
		case c.Kind == model.Prefer:
		case c.Program[action] != nil:
			return "`" + c.ID + "` covers it"
		case c.Otherwise.Verdict == model.Freeze:
			return "`" + c.ID + "` may freeze it"
		}
	}
	for i := layer.Vars.From; i < layer.Vars.To; i++ {
		v := &b.Vars[i]
		if v.Moves != nil && v.Moves.Otherwise.Verdict == model.Freeze {
			return "`" + v.Moves.ID + "` may freeze it"
		}
		for k := range v.Never {
			if v.Never[k].Otherwise.Verdict == model.Freeze {
				return "`" + v.Never[k].ID + "` may freeze it"
			}
		}
	}
	if layer.Fallback.From < layer.Fallback.To {
		return "a fallback that fails freezes it"
	}
	return ""
}

// declareKeeps reads `keep`.
func (b *loader) declareKeeps(x node) {
	x.items(MaxKeeps, "kept proposals", func(i int, v node) {
		if !v.keys("action", "when", "about") {
			return
		}
		v.optionalText("about")
		a := v.need("action")
		if !a.ok() {
			return
		}
		name, ok := a.text(MaxText)
		if !ok {
			return
		}
		k := model.Keep{Action: b.Action(name)}
		known := append([]string(nil), model.Builtins...)
		for i := range b.Actions {
			known = append(known, b.Actions[i].Name)
		}
		for i, s := range model.Builtins {
			if s == name {
				k.Action = -1 - i
			}
		}
		if k.Action >= 0 && !b.sees(ofActions, k.Action) || k.Action == -1 && name != model.Builtins[0] {
			a.fail(codes.BundleReference, "there is no action `"+name+"`.", diag.Suggest(name, known))
			return
		}
		if w := v.get("when"); w.ok() {
			if k.When = b.expr(w, BeforePlace, max(k.Action, AnyAction), boolType); k.When == nil {
				return
			}
		}
		l := &b.Layers[b.layer]
		l.Keeps = append(l.Keeps, k)
		b.origins[b.layer].keeps = append(b.origins[b.layer].keeps, v.path)
	})
}
