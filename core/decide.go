package core

// This file decides: from a proposal and a session to an outcome, and from an
// outcome to the session after it.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// outcome is a decision before it is written.
type outcome struct {
	verdict    model.Verdict
	violations []violation
	advice     []advice
	changes    []model.Change
	after      *model.State // nil: the state stays
	park       []uint64     // of a hold: who may confirm it, for each layer; 0 where the layer parks nothing
	drop       int          // index of a parked proposal that is done with, or -1
	frozen     uint32       // set of layers
	proposal   [32]byte     // the proposal's digest
	size       int          // its bytes as JSON
	state      [32]byte     // that of the state afterwards, once written
}

// Decide decides a proposal and records the decision. It returns the decision's
// canonical bytes, which the caller owns. An *Error means that the input was no
// proposal; then nothing was recorded.
func (s *Session) Decide(proposal []byte) ([]byte, error) {
	s.enter()
	out, err := s.answer(proposal, true)
	s.leave()
	return out, err
}

// Why returns the decision that the proposal would get now. Nothing is recorded.
func (s *Session) Why(proposal []byte) ([]byte, error) {
	s.enter()
	out, err := s.answer(proposal, false)
	s.leave()
	return out, err
}

func (s *Session) answer(src []byte, record bool) ([]byte, error) {
	p, err := readProposal(s.b, &s.doc, src)
	if err == nil {
		err = s.admit(p)
	}
	if err != nil {
		return nil, err
	}
	o := s.judge(p)
	out := s.write(p, &o)
	if record {
		s.record(p, &o, out)
	}
	return append([]byte(nil), out...), nil
}

// admit refuses what no session could record.
func (s *Session) admit(p *proposal) *Error {
	if p.at.Int() < s.at {
		return &Error{Code: CodeEarlier, Path: "at", Message: "`at` is " + strconv.FormatInt(p.at.Int(), 10) + ", and the session has reached " + strconv.FormatInt(s.at, 10) + "."}
	}
	if s.seq >= MaxSeq {
		return &Error{Code: CodeSeq, Message: "the session has recorded as many decisions as it may."}
	}
	return nil
}

// judge finds the outcome of p. It changes nothing but scratch memory; the
// outcome's slices live until the next call.
func (s *Session) judge(p *proposal) outcome {
	s.scratch = appendProposal(s.scratch[:0], s.b, p)
	size, sum := len(s.scratch), canon.Sum256(s.scratch)
	o := s.find(p, size)
	o.proposal = sum
	return o
}

// find is judge for a proposal of so many bytes, parts of which may be unknown; its digest is left out.
func (s *Session) find(p *proposal, size int) outcome {
	o := outcome{drop: -1, frozen: s.frozen, size: size}
	s.j.reset()
	switch p.action {
	case actUnfreeze:
		return s.unfreeze(p, &o)
	case actConfirm, actDecline, actExpire:
		return s.settle(p, &o)
	}
	if s.frozen != 0 {
		told := uint32(0)
		for i := range s.b.Actions[p.action].Shares {
			s.tellFrozen(s.b.Actions[p.action].Shares[i].Layer, &told)
		}
	}
	s.j.run(s.state, p, nil, s.frozen)
	return s.conclude(&o, p)
}

// tellFrozen refuses for a layer that is frozen, or extends one that is. Told are layers for which that was done.
func (s *Session) tellFrozen(l int, told *uint32) {
	layer := &s.b.Layers[l]
	if s.frozen&layer.Includes == 0 {
		return
	}
	if *told&layer.Includes == 0 {
		say := "The session is frozen after a hard failure; "
		if layer.Governance == 0 {
			say += "no agent may unfreeze it."
		} else {
			say += s.j.agents(layer.Governance, "or") + " must unfreeze it first."
		}
		s.j.layer = l
		s.refuse("frozen", model.Physical, model.Reject, say)
	}
	*told |= 1 << l
}

// refuse adds a violation of a built-in rule.
func (s *Session) refuse(id string, level model.Level, verdict model.Verdict, say string) {
	s.j.add(violation{id: id, level: level, verdict: verdict}, s.j.text(say), nil, nil)
}

// conclude turns what the judge found about a declared action into an outcome.
func (s *Session) conclude(o *outcome, p *proposal) outcome {
	o.advice = s.j.advice
	if len(s.j.violations) > 0 {
		s.parkable(p, o.size)
		return s.refused(o)
	}
	o.verdict, o.changes, o.after = model.Commit, s.j.changes, &s.j.after
	return *o
}

// crowded says whose parked proposals are as many as a layer lets them be, "" where there is
// room for another of a. What depends on an unknown id of a is unsure.
func (s *Session) crowded(l int, a actor) string {
	limits := &s.b.Layers[l].Hold
	all, agent, mine, by, ids := s.parked(l), 0, 0, uint64(0), map[string]int(nil)
	for i := range s.holds {
		h := &s.holds[i]
		if !h.in(l) {
			continue
		}
		who := &h.proposal.actor
		if all >= MaxHolds || who.agent == a.agent {
			by |= h.by[l]
		}
		switch {
		case who.agent != a.agent:
			continue
		case known(a.id) && who.id.Str() == a.id.Str():
			mine++
		case !known(a.id):
			if ids == nil {
				ids = map[string]int{}
			}
			if ids[who.id.Str()]++; ids[who.id.Str()] >= limits.PerActor {
				s.j.unsure |= a.id.N
			}
		}
		agent++
	}
	whose, most := s.b.Agents[a.agent].Shown(), 0
	switch {
	case all >= MaxHolds:
		whose, most = "The session", MaxHolds
	case agent >= limits.PerAgent:
		most = limits.PerAgent
	case mine >= limits.PerActor:
		most = limits.PerActor
		if id := a.id.Str(); id != s.b.Agents[a.agent].Name {
			whose += " " + clip(id)
		}
	default:
		return ""
	}
	one := " proposals"
	if most == 1 {
		one = " proposal"
	}
	return whose + " has " + strconv.Itoa(most) + one + " waiting already, the most it may have; " +
		s.j.agents(by, "or") + " confirms or declines one first."
}

// parked counts what a layer has parked.
func (s *Session) parked(l int) int {
	n := 0
	for i := range s.holds {
		if s.holds[i].in(l) {
			n++
		}
	}
	return n
}

// parkable asks whether each layer that would park p, of so many bytes, can do so, and adds a refusal where one cannot.
func (s *Session) parkable(p *proposal, size int) {
	some := len(s.j.violations)
	for i := range s.b.Actions[p.action].Shares {
		if l := s.b.Actions[p.action].Shares[i].Layer; s.j.alone(l) == model.HoldVerdict {
			s.j.layer = l
			s.room(l, p, size)
		}
	}
	if len(s.j.violations) > some {
		order(s.j.violations)
	}
}

// room asks whether a layer can park p.
func (s *Session) room(l int, p *proposal, size int) {
	no := s.b.Layers[l].Hold.Verdict
	for i := range s.holds {
		if s.holds[i].in(l) {
			size += s.holds[i].size
		}
	}
	crowded := s.crowded(l, p.actor)
	switch {
	case s.confirmers(l) == 0:
		s.refuse("hold:nobody", model.Ownership, no, s.nobody(p))
	case crowded != "":
		s.refuse("hold:limit", model.Operational, no, crowded)
	case size > MaxParked:
		s.refuse("hold:limit", model.Operational, no, "The proposals that wait would come to "+strconv.Itoa(size)+" bytes, and at most "+strconv.Itoa(MaxParked)+" are allowed; confirm, decline or expire one first.")
	}
}

// nobody says why no one agent may confirm all of p, and who may do it at once.
func (s *Session) nobody(p *proposal) string {
	if s.j.terse {
		return ""
	}
	parts := s.parts()
	say := "This needs a confirmation, and no one agent may confirm all of it: " + strings.Join(parts, ", ") + "."
	defer s.j.endTelling(s.j.beginTelling())
	if who := s.j.standing(s.state, p, nil); who.free != 0 {
		return say + " " + s.j.agents(who.free, "or") + " may do it without."
	}
	return say + " Propose its parts apart."
}

// parts lists what of a proposal needs whom, as `plan is for Owner`.
func (s *Session) parts() []string {
	var parts []string
	part := func(name string, by uint64) {
		if by != s.j.b.Everyone() {
			parts = append(parts, name+" is for "+s.j.agents(by, "or"))
		}
	}
	for i := range s.b.Vars {
		if was, now := s.state.Vars[i], s.j.after.Vars[i]; was != now && !value.Equal(was, now) {
			part(s.b.Vars[i].Name, s.b.Vars[i].Owners)
		}
	}
	for i := range s.j.violations {
		if v := &s.j.violations[i]; v.verdict == model.HoldVerdict && !whose(v.id) {
			part(v.id, v.by)
		}
	}
	return parts
}

// confirmers is the set of agents that may confirm everything that a layer holds.
func (s *Session) confirmers(l int) uint64 {
	view, set := s.b.Layers[l].Includes, s.b.Everyone()
	for k := range l + 1 {
		// Of what a layer would commit at once the proposer stays the actor, see judge.turn.
		if view>>k&1 != 0 && s.j.alone(k) == model.HoldVerdict {
			set &= s.j.parts[k].owners
		}
	}
	for i := range s.j.violations {
		if v := &s.j.violations[i]; v.verdict == model.HoldVerdict && view>>v.layer&1 != 0 {
			set &= v.by
		}
	}
	return set
}

// refused finishes an outcome with violations: the first governs, once freezes go first.
func (s *Session) refused(o *outcome) outcome {
	s.freezesFirst()
	return s.govern(o)
}

// govern finishes an outcome with violations in their final order: the first governs.
func (s *Session) govern(o *outcome) outcome {
	o.violations = s.j.violations
	o.verdict = o.violations[0].verdict
	switch o.verdict {
	case model.HoldVerdict:
		s.park = s.park[:0]
		for l := range s.b.Layers {
			by := uint64(0)
			if s.j.alone(l) == model.HoldVerdict {
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
	return *o
}

// freezesFirst lets a freeze govern that a bundle alone would decide, before what another decides
// that neither extends it nor is extended by it. A bundle that would revert and cannot fall back freezes
// alone too, so its fallback is tried here.
func (s *Session) freezesFirst() {
	if len(s.b.Layers) == 1 {
		return
	}
	refused, list := uint32(0), s.j.violations
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
		return s.j.cannotFall(s.state, v.layer) != ""
	}
	return v.verdict == model.Freeze
}

// revert applies the fallback, and freezes the session where it cannot be.
func (s *Session) revert(o *outcome) {
	refuser := o.violations[0].layer
	if say := s.j.cannotFall(s.state, refuser); say != "" {
		v := violation{id: "fallback", level: model.Physical, verdict: model.Freeze, say: say, layer: refuser}
		o.violations = append([]violation{v}, o.violations...)
		o.verdict = model.Freeze
		o.frozen |= 1 << refuser
		return
	}
	o.frozen |= s.j.fallAlong(refuser)
	o.violations = s.j.violations
	o.changes, o.after = s.j.changes, &s.j.after
}

// unfreeze decides unfreeze: of each layer that is frozen, its governance may.
func (s *Session) unfreeze(p *proposal, o *outcome) outcome {
	for l := range s.b.Layers {
		if s.b.Layers[l].Governance>>p.actor.agent&1 != 0 {
			o.frozen &^= 1 << l
		}
	}
	if o.frozen != s.frozen {
		o.verdict = model.Commit
		return *o
	}
	told := uint32(0)
	for l := range s.b.Layers {
		s.tellFrozen(l, &told)
	}
	switch {
	case told != 0:
	case s.b.Governance>>p.actor.agent&1 == 0:
		s.refuse("by:unfreeze", model.Responsibility, model.Reject, s.others("Unfreezing", s.b.Governance, p.actor.agent))
	default:
		s.refuse("unfreeze:idle", model.Operational, model.Reject, "The session is not frozen, so there is nothing to unfreeze.")
	}
	return s.refused(o)
}

// settle decides confirm, decline and expire. Each layer is asked about what it has parked; of what only
// others have parked it knows nothing, so that a child's parked proposals are the child's own.
func (s *Session) settle(p *proposal, o *outcome) outcome {
	at := -1
	for i := range s.holds {
		if s.holds[i].seq == p.hold {
			at = i
		}
	}
	var h *hold
	may := uint64(0)
	if at >= 0 {
		h = &s.holds[at]
		may = s.able(h, p)
	}
	told, barred := uint32(0), uint32(0)
	for l := range s.b.Layers {
		if barred&s.b.Layers[l].Includes != 0 {
			barred |= 1 << l
			continue
		}
		some := len(s.j.violations)
		s.j.layer = l
		// A parent that alone would not take this, as what is parked or its proposer is another's, does not
		// speak of itself; the bundle that extends it is frozen with it, and does.
		if own := l == len(s.b.Layers)-1; own || s.b.Layers[l].Agents>>p.actor.agent&1 != 0 && (h == nil || h.in(l)) {
			s.tellFrozen(l, &told)
		}
		if len(s.j.violations) == some {
			s.due(l, p, h, may)
		}
		if len(s.j.violations) > some {
			barred |= 1 << l
		}
	}
	if p.action != actConfirm {
		return s.end(p, o, h, at, barred)
	}
	if h == nil || s.idle(h, barred) {
		return s.refused(o)
	}
	again := *h.proposal
	again.actor, again.at, again.since, again.reasons, again.self = p.actor, p.at, value.OfInt(h.at), p.reasons, value.Value{}
	s.j.run(s.state, &again, h, barred)
	for i := range s.j.violations {
		if v := &s.j.violations[i]; v.verdict == model.HoldVerdict {
			v.verdict = model.Reject // what waits is not parked a second time
		}
	}
	if !known(p.at) {
		s.j.unsure |= p.at.N // it may be too late by then
	}
	if len(s.j.violations) == 0 {
		o.drop = at // otherwise it waits on: what refuses it now may be mended
	}
	return s.conclude(o, &again)
}

// idle says whether every layer that speaks of what is parked has refused already.
func (s *Session) idle(h *hold, barred uint32) bool {
	for i := range s.b.Actions[h.proposal.action].Shares {
		if barred>>s.b.Actions[h.proposal.action].Shares[i].Layer&1 == 0 {
			return false
		}
	}
	return true
}

// end decides decline and expire.
func (s *Session) end(p *proposal, o *outcome, h *hold, at int, barred uint32) outcome {
	if len(s.b.Layers) > 1 && len(s.j.violations) > 0 && h != nil {
		s.j.keepEnd(s.state, p, h, barred)
	}
	if len(s.j.violations) == 0 {
		o.drop, o.verdict = at, model.Commit
		return *o
	}
	order(s.j.violations)
	if s.freezesFirst(); s.j.violations[0].id == "hold:expired" {
		o.drop = at
	}
	return s.govern(o)
}

// due asks a layer whether p may do what it is about with h, as far as what is parked says; may is who can.
func (s *Session) due(l int, p *proposal, h *hold, may uint64) {
	rule := &s.b.Layers[l].Hold
	no, agent := rule.Verdict, p.actor.agent
	if s.b.Layers[l].Agents>>agent&1 == 0 {
		if h == nil {
			return // of another's business, a layer that knows no such agent would not be asked
		}
		no = model.Reject // nor do its own verdicts, a freeze among them, follow from what it does not know
	}
	if p.action == actExpire && rule.By >= 0 && rule.By != agent && (h == nil || h.in(l)) {
		s.refuse("by:expire", model.Responsibility, no, s.others(doing[-1-actExpire], 1<<rule.By, agent))
		return
	}
	if h == nil {
		s.refuse("hold:unknown", model.Operational, no, "No proposal is waiting under "+strconv.FormatInt(p.hold, 10)+": it was confirmed, declined or expired, or never parked.")
		return
	}
	if !h.in(l) {
		return
	}
	expires := h.at + rule.TTL
	if p.action == actExpire {
		switch {
		case s.b.Layers[l].Agents>>agent&1 == 0:
			s.refuse("by:expire", model.Responsibility, no, s.others(doing[-1-actExpire], s.b.Layers[l].Agents, agent))
		case p.at.Int() < expires:
			s.refuse("hold:early", model.Operational, no, "The proposal parked under "+strconv.FormatInt(h.seq, 10)+" may still be confirmed by "+s.j.agents(h.by[l], "or")+" until "+instant(expires)+".")
		case rule.Revert:
			s.refuse("hold:expired", model.Operational, model.Revert, "Nobody confirmed the proposal parked under "+strconv.FormatInt(h.seq, 10)+" in time.")
		}
		return
	}
	if h.by[l]>>agent&1 == 0 {
		s.refuse("hold:by", model.Ownership, no, s.others(doing[-1-p.action], may, agent))
	}
	if p.action == actConfirm && h.digest != p.digest {
		s.refuse("hold:digest", model.Operational, no, "The proposal parked under "+strconv.FormatInt(h.seq, 10)+" has another digest: what would be approved is not what was parked. Read it again, then name "+h.digest+".")
	}
	when := p.at.Int()
	if !known(p.at) {
		when = s.at // it cannot be earlier
	}
	if p.action == actConfirm && when >= expires {
		s.refuse("hold:expired", model.Operational, no, "The time to confirm the proposal parked under "+strconv.FormatInt(h.seq, 10)+" ended at "+instant(expires)+"; expire it.")
	}
}

// others says for which agents something is, when it is not for the one who proposes it.
func (s *Session) others(what string, may uint64, agent int) string {
	mine := s.b.Agents[agent].Shown()
	if may == 0 {
		return what + " is not for " + mine + ", and no agent may do it."
	}
	return what + " is for " + s.j.agents(may, "or") + ", not for " + mine + "."
}

// able is the set of agents that could do with h what p is about: of those that may confirm
// it, the ones that nothing else stops now; all that may where the state stops all of them.
func (s *Session) able(h *hold, p *proposal) uint64 {
	by := h.by[len(h.by)-1]
	if s.j.terse || p.action != actConfirm || by>>p.actor.agent&1 != 0 {
		return by
	}
	may, cost := uint64(0), uint64(0)
	s.j.terse = true
	for k := range s.b.Agents {
		if by>>k&1 == 0 {
			continue
		}
		again := *h.proposal
		again.actor, again.at, again.since, again.reasons, again.self = actor{k, value.OfUnknown(1 << bitActorID)}, p.at, value.OfInt(h.at), p.reasons, value.Value{}
		s.j.reset()
		s.j.run(s.state, &again, h, s.frozen)
		if cost += s.j.spent; len(s.j.violations) == 0 {
			may |= 1 << k
		}
	}
	s.j.terse = false
	s.j.reset()
	if s.j.spent = cost; may == 0 {
		return by
	}
	return may
}

// instant writes milliseconds as a timestamp, for people.
func instant(at int64) string {
	return string(value.AppendTimestamp(nil, value.OfMillis(min(at, MaxAt))))
}

// next returns the session's parts after the outcome.
func (s *Session) next(p *proposal, o *outcome) (st model.State, chains [][32]byte, holds []hold) {
	st, chains, holds = s.state, s.chains, s.holds
	if o.after != nil {
		st = *o.after
		for i := range o.changes {
			if c := &o.changes[i]; c.Effect.Var < 0 {
				if &chains[0] == &s.chains[0] {
					chains = append([][32]byte(nil), chains...)
				}
				chains[c.Effect.Log] = chain(chains[c.Effect.Log], c.To, s.scratch)
			}
		}
	}
	if o.drop >= 0 {
		holds = append(append([]hold(nil), holds[:o.drop]...), holds[o.drop+1:]...)
	}
	if o.verdict == model.HoldVerdict {
		holds = append(holds[:len(holds):len(holds)], hold{seq: s.seq + 1, at: p.at.Int(), by: append([]uint64(nil), o.park...), digest: digestText(o.proposal), size: o.size, proposal: p})
	}
	return st, chains, holds
}

// write writes the decision into s.out.
func (s *Session) write(p *proposal, o *outcome) []byte {
	if o.after != nil || o.drop >= 0 || o.verdict == model.HoldVerdict || o.frozen != s.frozen {
		st, chains, holds := s.next(p, o)
		s.scratch = appendState(s.scratch[:0], s.b, st, chains, holds, o.frozen)
		o.state = canon.Sum256(s.scratch)
	} else {
		o.state = s.digestState()
	}
	var w terms
	dst := s.out[:0]
	dst = canon.AppendString(append(dst, `{"action":`...), p.name(s.b))
	dst = appendActor(append(dst, `,"actor":`...), s.b, p.actor)
	dst = append(dst, `,"advice":[`...)
	for i := range o.advice {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = w.advice(dst, &o.advice[i])
	}
	dst = p.appendArgs(append(dst, `],"args":`...), s.b)
	dst = model.AppendJSON(append(dst, `,"at":`...), p.at)
	dst = canon.AppendString(append(dst, `,"bundle":`...), s.b.ID())
	dst = append(dst, `,"changes":[`...)
	for i := range o.changes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendChange(dst, &o.changes[i])
	}
	dst = canon.AppendString(append(dst, `],"digest":`...), s.b.Digest)
	governing := ""
	if len(o.violations) > 0 {
		governing = o.violations[0].id
	}
	dst = canon.AppendString(append(dst, `,"governing":`...), governing)
	dst = appendDigest(append(dst, `,"prev":`...), s.prev)
	dst = appendDigest(append(dst, `,"proposal":`...), o.proposal)
	dst = model.AppendJSON(append(dst, `,"reasons":`...), p.reasons)
	dst = canon.AppendInt(append(dst, `,"seq":`...), s.seq+1)
	dst = appendDigest(append(dst, `,"state":`...), o.state)
	dst = canon.AppendString(append(dst, `,"v":1,"verdict":`...), o.verdict.String())
	dst = append(dst, `,"violations":[`...)
	for i := range o.violations {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = w.violation(dst, &o.violations[i])
	}
	s.out = append(dst, `]}`...)
	return s.out
}

// record makes the outcome the session's own; out is the decision's bytes.
func (s *Session) record(p *proposal, o *outcome, out []byte) {
	st, chains, holds := s.next(p, o)
	if o.after != nil {
		if s.b.Large {
			for i := range o.changes {
				if e := o.changes[i].Effect; e.Var < 0 {
					s.j.logged[e.Layer].Add(o.changes[i].To, model.StateLimit)
				}
			}
		}
		// The judge's slices and the session's change places, so that nothing is copied.
		s.j.after, s.state = s.state, st
	}
	s.chains, s.holds, s.frozen = chains, holds, o.frozen
	s.seq++
	s.at = p.at.Int()
	s.prev = canon.Sum256(out)
	s.stateDigest, s.digested = o.state, true
}
