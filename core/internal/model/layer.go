package model

// This file defines Layer: what each of the documents that a bundle is made of declares,
// and what it keeps.

import (
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Builtins are the actions that every bundle has; the first is -1 where an index of an action is meant.
var Builtins = []string{"confirm", "decline", "expire", "unfreeze"}

// Layer is one of the documents that a bundle is made of: its own, which is the last, or
// that of a bundle it extends. What it declares is a part of each of the bundle's lists.
type Layer struct {
	ID, Digest  string
	Includes    uint32 // set of layers: those it extends, and itself
	Agents      uint64 // set of agents: those of all that it includes
	Governance  uint64
	Hold        Hold
	Keeps       []Keep
	Vars        Span
	Logs        Span
	Derived     Span
	Constraints Span
	Fallback    Span
	Large       bool // the declared bounds of all that it includes allow a state over MaxState
	first       counts
}

// Span is a part of a list: the indices from From to To-1.
type Span struct{ From, To int }

// counts is how much of everything is declared.
type counts [ofConstraints + 1]int

const (
	ofAgents = iota
	ofTypes
	ofConstants
	ofParams
	ofMetadata
	ofVars
	ofLogs
	ofPatterns
	ofDerived
	ofActions
	ofFallback
	ofConstraints
)

func (b *Bundle) counts() counts {
	return counts{len(b.Agents), len(b.Types), len(b.Constants), len(b.Params), len(b.Metadata), len(b.Vars), len(b.Logs),
		len(b.Patterns), len(b.Derived), len(b.Actions), len(b.Fallback), len(b.Constraints)}
}

// sees says whether the document being read may name the declaration with index i among those
// of a kind: it is its own or of a bundle it extends. Another parent of the child that is being
// loaded may stand before it, and must not reach into it.
func (b *Bundle) sees(kind, i int) bool {
	l := b.layer
	for l > 0 && b.Layers[l].first[kind] > i {
		l--
	}
	return b.layers>>l&1 != 0
}

// endLayer notes what the document that was read has declared.
func (b *Bundle) endLayer() {
	l, now := &b.Layers[b.layer], b.counts()
	span := func(kind int) Span { return Span{l.first[kind], now[kind]} }
	l.Vars, l.Logs, l.Derived = span(ofVars), span(ofLogs), span(ofDerived)
	l.Constraints, l.Fallback = span(ofConstraints), span(ofFallback)
	l.Agents, l.Governance, l.Hold = b.everyone(), b.Governance, b.Hold
}

// Share is what one layer has to say about an action.
type Share struct {
	Layer       int
	Effects     Span   // of the action's
	Constraints []Span // of the bundle's
	Always      bool   // there is an Always among them
	Must        bool   // something must change
}

// shares finds out which layer says what about each action. A layer speaks of what it declares
// or extends. A constraint over all actions covers those as well that its bundle does not
// know; of them, the first layer speaks that knows both.
func (b *Bundle) shares() {
	for a := range b.Actions {
		act := &b.Actions[a]
		spoken := uint32(0)
		for l := act.layer; l < len(b.Layers); l++ {
			layer := &b.Layers[l]
			if layer.Includes>>act.layer&1 == 0 {
				continue
			}
			s := Share{Layer: l}
			for s.Effects.From < len(act.Effects) && act.Effects[s.Effects.From].Layer != l {
				s.Effects.From++
			}
			for s.Effects.To = s.Effects.From; s.Effects.To < len(act.Effects) && act.Effects[s.Effects.To].Layer == l; {
				s.Effects.To++
			}
			for k := range l + 1 {
				if (layer.Includes&^spoken)>>k&1 != 0 {
					s.Constraints = append(s.Constraints, b.Layers[k].Constraints)
				}
			}
			for _, view := range act.Must {
				s.Must = s.Must || view == layer.Includes
			}
			spoken |= layer.Includes
			for _, span := range s.Constraints {
				for i := span.From; i < span.To; i++ {
					s.Always = s.Always || b.Constraints[i].Kind == Always && b.Constraints[i].Program[a] != nil
				}
			}
			act.Shares = append(act.Shares, s)
		}
	}
}

// Keep names proposals that no bundle extending this one may refuse.
type Keep struct {
	Action int         // index of an action, or of a built-in one
	When   *vm.Program // nil: all of them
	at     string      // the place in the document
}

// checkKeeps reports what one parent keeps and another, which neither extends it nor is
// extended by it, may refuse: no child could do right by both.
func (b *Bundle) checkKeeps(root node) {
	for l := range b.Layers {
		for i := range b.Layers[l].Keeps {
			k := &b.Layers[l].Keeps[i]
			for a := range b.Actions {
				if k.Action != a && (k.Action >= 0 || k.Action == -len(Builtins)) {
					continue // who unfreezes one layer does not touch the other
				}
				for o := range b.Layers {
					why := b.mayRefuse(o, a)
					if b.related(l, o) || why == "" || b.Layers[l].Includes>>b.Actions[a].layer&1 == 0 {
						continue
					}
					root.get("extends").failSee(diag.ExtendKeeps, "`"+b.Layers[l].ID+"` keeps proposals of `"+
						b.Actions[a].Name+"`, and `"+b.Layers[o].ID+"` may refuse them: "+why+".",
						"extend one of the two, or let one of them extend the other.", k.at)
					return
				}
			}
		}
	}
}

// related says whether one of two layers includes the other.
func (b *Bundle) related(l, o int) bool {
	return (b.Layers[l].Includes>>o|b.Layers[o].Includes>>l)&1 != 0
}

// mayRefuse says for what reason a layer might refuse a parent's action, "" where it never does.
func (b *Bundle) mayRefuse(l, action int) string {
	layer, act := &b.Layers[l], &b.Actions[action]
	if l == act.layer || layer.Includes>>act.layer&1 == 0 {
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
		case c.Kind == Prefer:
		case c.Program[action] != nil:
			return "`" + c.ID + "` covers it"
		case c.Otherwise.Verdict == Freeze:
			return "`" + c.ID + "` may freeze it"
		}
	}
	for i := layer.Vars.From; i < layer.Vars.To; i++ {
		v := &b.Vars[i]
		if v.Moves != nil && v.Moves.Otherwise.Verdict == Freeze {
			return "`" + v.Moves.ID + "` may freeze it"
		}
		for k := range v.Never {
			if v.Never[k].Otherwise.Verdict == Freeze {
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
func (b *Bundle) declareKeeps(x node) {
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
		k := Keep{Action: b.Action(name), at: v.path}
		known := append([]string(nil), Builtins...)
		for i := range b.Actions {
			known = append(known, b.Actions[i].Name)
		}
		for i, s := range Builtins {
			if s == name {
				k.Action = -1 - i
			}
		}
		if k.Action >= 0 && !b.sees(ofActions, k.Action) || k.Action == -1 && name != Builtins[0] {
			a.fail(diag.BundleRef, "there is no action `"+name+"`.", didYouMean(name, known))
			return
		}
		if w := v.get("when"); w.ok() {
			if k.When = b.expr(w, beforePlace, max(k.Action, anyAction), boolType); k.When == nil {
				return
			}
		}
		l := &b.Layers[b.layer]
		l.Keeps = append(l.Keeps, k)
	})
}
