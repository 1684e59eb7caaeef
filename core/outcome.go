package core

// This file finds the outcome of a proposal from what was found about it.

import (
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// outcome is what comes of a proposal.
type outcome struct {
	verdict    model.Verdict
	violations []violation // the first governs; a commit has none
	advice     []advice
	unsure     uint64 // bits of the unknown inputs that it depends on
	changes    []model.Change
	after      *model.State // nil: the state stays
	park       []uint64     // of a hold: who may confirm it, for each layer; 0 where the layer parks nothing
	drop       int          // index of a parked proposal that no longer waits, or -1
	frozen     uint32       // set of layers, after it
}

// governing is the id of the violation that decides, "" of a commit.
func (o *outcome) governing() string {
	if len(o.violations) == 0 {
		return ""
	}
	return o.violations[0].id
}

// refuse adds a violation of a built-in rule.
func (s *Session) refuse(id string, level model.Level, verdict model.Verdict, say string) {
	s.ev.add(violation{id: id, level: level, verdict: verdict}, s.ev.text(say), nil, nil)
}

// conclude turns what was found about a declared action into an outcome.
func (s *Session) conclude(o *outcome, p *proposal, size int) {
	o.advice = s.ev.advice
	if len(s.ev.violations) > 0 {
		s.checkParking(p, size)
		s.refused(o)
		return
	}
	o.verdict, o.changes, o.after = model.Commit, s.ev.changes, &s.ev.after
}

// refused finishes an outcome with violations: the first governs, once freezes go first.
func (s *Session) refused(o *outcome) {
	s.freezesFirst()
	s.finish(o)
}

// finish finishes an outcome with violations in their final order: the first governs.
func (s *Session) finish(o *outcome) {
	o.violations = s.ev.violations
	o.verdict = o.violations[0].verdict
	switch o.verdict {
	case model.HoldVerdict:
		s.park = s.park[:0]
		for l := range s.b.Layers {
			by := uint64(0)
			if s.ev.alone(l) == model.HoldVerdict {
				by = s.confirmers(l)
			}
			s.park = append(s.park, by)
		}
		o.park = s.park
	case model.Freeze:
		o.frozen |= 1 << o.violations[0].layer
	case model.Revert:
		s.revert(o)
	}
}

// freezesFirst lets a freeze govern that a bundle alone would decide, before what another decides
// that neither extends it nor is extended by it. A bundle that would revert and cannot fall back freezes
// alone too, so its fallback is tried here.
func (s *Session) freezesFirst() {
	if len(s.b.Layers) == 1 {
		return
	}
	refused, list := uint32(0), s.ev.violations
	for i, v := range list {
		if v.verdict == model.HoldVerdict {
			return // what is held comes last
		}
		if refused&s.b.Layers[v.layer].Includes == 0 && s.freezes(v) {
			copy(list[1:i+1], list[:i])
			list[0] = v
			return
		}
		refused |= 1 << v.layer
	}
}

// freezes says whether a violation freezes the session where it governs.
func (s *Session) freezes(v violation) bool {
	if v.verdict == model.Revert {
		return s.ev.tryFallback(s.state, v.layer) != ""
	}
	return v.verdict == model.Freeze
}

// revert applies the fallback, and freezes the session where it cannot be.
func (s *Session) revert(o *outcome) {
	refuser := o.violations[0].layer
	if say := s.ev.tryFallback(s.state, refuser); say != "" {
		v := violation{id: "fallback", level: model.Physical, verdict: model.Freeze, say: say, layer: refuser}
		o.violations = append([]violation{v}, o.violations...)
		o.verdict = model.Freeze
		o.frozen |= 1 << refuser
		return
	}
	o.frozen |= s.ev.fallBackAlong(refuser)
	o.violations = s.ev.violations
	o.changes, o.after = s.ev.changes, &s.ev.after
}

// mayBeHeld says whether nothing forbids the proposal, to the layer that speaks: a hold
// would park what no confirmation can bring about.
func (ev *evaluation) mayBeHeld() bool { return ev.alone(ev.layer) <= model.HoldVerdict }

// alone is what a layer would decide without what is no part of it: Commit, HoldVerdict, or Reject
// where it refuses in whatever way.
func (ev *evaluation) alone(l int) model.Verdict {
	verdict := model.Commit
	for i := range ev.violations {
		switch v := &ev.violations[i]; {
		case ev.b.Layers[l].Includes>>v.layer&1 == 0:
		case v.verdict != model.HoldVerdict:
			return model.Reject
		default:
			verdict = model.HoldVerdict
		}
	}
	return verdict
}

// governs is below zero where v comes before w: a refusal before what is held, what a parent finds
// before what its child does, a stronger level before a weaker one, structure before what is declared.
func governs(v, w violation) int {
	if held := v.verdict == model.HoldVerdict; held != (w.verdict == model.HoldVerdict) {
		if held {
			return 1
		}
		return -1
	}
	if v.layer != w.layer {
		return v.layer - w.layer
	}
	if v.level != w.level {
		return int(v.level) - int(w.level)
	}
	return v.order - w.order
}

// order puts what governs first; what governs alike stays in its order. A generic sort would cost the
// module 5 KB, and hardly ever are there more than a few.
func order(list []violation) {
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && governs(list[k], list[k-1]) < 0; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
}
