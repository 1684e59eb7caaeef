package load

import "github.com/holdfast-rt/holdfast/core/internal/model"

// This file notes what each of the documents declares, and which of them speaks about an action.

// Kinds of declarations, as counts has them.
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

// counts is how much of everything is declared.
type counts [ofConstraints + 1]int

func (b *loader) counts() counts {
	return counts{len(b.Agents), len(b.Types), len(b.constants), len(b.params), len(b.metadata), len(b.Vars), len(b.Logs),
		len(b.Patterns), len(b.Derived), len(b.Actions), len(b.Fallback), len(b.Constraints)}
}

// sees says whether the document being read may name the declaration with index i among those
// of a kind: it is its own or of a bundle it extends. Another parent of the child that is being
// loaded may come before it, and must not reach into it.
func (b *loader) sees(kind, i int) bool {
	l := b.layer
	for l > 0 && b.origins[l].first[kind] > i {
		l--
	}
	return b.layers>>l&1 != 0
}

// endLayer notes what the document that was read has declared.
func (b *loader) endLayer() {
	l, first, now := &b.Layers[b.layer], b.origins[b.layer].first, b.counts()
	span := func(kind int) model.Span { return model.Span{From: first[kind], To: now[kind]} }
	l.Vars, l.Logs, l.Derived = span(ofVars), span(ofLogs), span(ofDerived)
	l.Constraints, l.Fallback = span(ofConstraints), span(ofFallback)
	l.Agents, l.Governance, l.Hold = b.everyone(), b.Governance, b.Hold
}

// shares finds out which layer says what about each action. A layer speaks of what it declares
// or extends. A constraint over all actions covers those as well that its bundle does not
// know; of them, the first layer speaks that knows both.
func (b *loader) shares() {
	for a := range b.Actions {
		act := &b.Actions[a]
		spoken := uint32(0)
		for l := act.Layer; l < len(b.Layers); l++ {
			layer := &b.Layers[l]
			if layer.Includes>>act.Layer&1 == 0 {
				continue
			}
			s := model.Share{Layer: l}
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
					s.Always = s.Always || b.Constraints[i].Kind == model.Always && b.Constraints[i].Program[a] != nil
				}
			}
			act.Shares = append(act.Shares, s)
		}
	}
}
