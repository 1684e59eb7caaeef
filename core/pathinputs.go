package core

// This file finds out how a bundle's conditions read the inputs that a search for a path varies, and what
// they compare them with.

import (
	"slices"

	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Limits on the values that are tried.
const (
	maxLiterals  = 48   // constants of the bundle, of each kind
	maxGathered  = 48   // values in a state, of each kind
	maxLastItems = 8    // of each log, the latest
	maxSubsets   = 4    // reasons of which every choice is tried
	smallRange   = 16   // whole numbers that are all tried
	maxLength    = 1024 // bytes of a text that is made only to be so long
	fewTexts     = 3    // texts that patterns are asked about, where few values are tried
)

// pathInputs knows the values of one search.
type pathInputs struct {
	s       *Session
	goal    *proposal
	agents  []int             // the goal's own first
	idle    []bool            // variables, then logs, on which nothing depends
	combos  [][][]value.Value // of each action, see Session.combinations
	sets    []uint64          // of each action, the pattern sets that its conditions ask
	byActor []bool            // of each action, whether what it does depends on who does it
	names   map[string]bool   // of members, agents and actions: seldom meant as a text

	at, id, reasons input
	literals        gathered
	learned         [][]value.Value // texts that made an action commit, the latest first, by action
	texts           []value.Value   // the same, of any action
	now             gathered        // of the state that is entered
	looked          bool
	instants        []int64 // see times; nil where they were not asked for yet
	allInstants     bool
}

// input is how conditions read the time, the actor's id or the reasons.
type input struct {
	read   bool
	plain  bool          // each of them only compares it with constants and variables,
	equals []value.Value // with these
	slots  []int         // and these
	consts []value.Value // all constants of those conditions
}

// gathered are values found in conditions or in a state.
type gathered struct {
	texts, ints, doubles, times, spans []value.Value
}

func (g *gathered) add(v value.Value, most int) {
	list := &g.texts
	switch v.K {
	case value.Int:
		list = &g.ints
	case value.Double:
		list = &g.doubles
	case value.Timestamp:
		list = &g.times
	case value.Duration:
		list = &g.spans
	case value.String:
	default:
		return
	}
	if len(*list) < most {
		*list = with(*list, v)
	}
}

// with is list and v, if that is not in it.
func with(list []value.Value, v value.Value) []value.Value {
	for _, have := range list {
		if have.K == v.K && value.Equal(have, v) {
			return list
		}
	}
	return append(list, v)
}

// dim is an input and the values to try for it; args are bits as in outcome.unsure.
type dim struct {
	bit  int
	vals []value.Value
}

func newPathInputs(s *Session, goal *proposal) *pathInputs {
	b := s.b
	in := &pathInputs{s: s, goal: goal, agents: []int{goal.actor.agent}, names: map[string]bool{},
		combos: make([][][]value.Value, len(b.Actions)), sets: make([]uint64, len(b.Actions)),
		learned: make([][]value.Value, len(b.Actions))}
	for k := range b.Agents {
		in.names[b.Agents[k].Name] = true
		if k != goal.actor.agent {
			in.agents = append(in.agents, k)
		}
	}
	for a := range b.Actions {
		in.names[b.Actions[a].Name] = true
		in.byActor = append(in.byActor, actsByActor(b.Actions[a].Effects))
	}
	for _, t := range b.Types {
		for _, m := range t.Type.Members {
			in.names[m] = true
		}
	}
	read := make([]bool, len(b.Vars)+len(b.Logs))
	in.at.plain, in.id.plain, in.reasons.plain = true, true, true
	eachProgram(b, func(p *vm.Program, action int) {
		for _, r := range p.Reads {
			switch r.Bank {
			case model.BankState, model.BankNext:
				read[r.Slot] = true
			case model.BankLogs:
				read[len(b.Vars)+r.Slot] = true
			case model.BankActor:
				if r.Slot == model.ActorID {
					in.id.reads(p, vm.At(model.BankActor, model.ActorID))
				}
			case model.BankProposal:
				switch r.Slot {
				case model.ProposalAt, model.ProposalSince: // that is the same but for what is confirmed
					in.at.reads(p, vm.At(model.BankProposal, r.Slot))
				case model.ProposalReasons:
					in.reasons.reads(p, vm.At(model.BankProposal, model.ProposalReasons))
				case model.ProposalOrigin:
					in.id.read, in.id.plain = true, false
				}
			}
		}
		in.literal(p)
		for _, c := range p.Code {
			if c.Op == vm.OpHits && action >= 0 {
				in.sets[action] |= 1 << c.C
			}
		}
	})
	in.idle = idle(b, s, read)
	return in
}

// eachProgram calls f with every program that a decision depends on, once for each action; -1 is any.
func eachProgram(b *model.Bundle, f func(p *vm.Program, action int)) {
	call := func(p *vm.Program, action int) {
		if p != nil {
			f(p, action)
		}
	}
	for i := range b.Constraints {
		var last *vm.Program
		for a, p := range b.Constraints[i].Program {
			if p != last {
				call(p, a)
			}
			last = p
		}
	}
	for a := range b.Actions {
		for i := range b.Actions[a].Effects {
			e := &b.Actions[a].Effects[i]
			call(e.When, a)
			for k := range e.Path {
				call(e.Path[k].Index, a)
			}
			e.Value.Programs(func(p *vm.Program) { call(p, a) })
		}
	}
	for i := range b.Derived {
		call(b.Derived[i].Program, -1)
	}
	for i := range b.Layers {
		for _, k := range b.Layers[i].Keeps {
			call(k.When, k.Action)
		}
	}
}

// actsByActor says whether effects read who acts.
func actsByActor(effects []model.Effect) (reads bool) {
	each := func(p *vm.Program) { reads = reads || p != nil && readsActor(p) }
	for i := range effects {
		each(effects[i].When)
		for k := range effects[i].Path {
			each(effects[i].Path[k].Index)
		}
		effects[i].Value.Programs(each)
	}
	return reads
}

// dear says whether patterns are asked about a text of p that is not known.
func (in *pathInputs) dear(p *proposal, reads uint64) bool {
	if p.action < 0 || in.sets[p.action] == 0 {
		return false
	}
	for i, v := range p.args {
		if reads>>i&1 != 0 && !known(v) && in.s.b.Actions[p.action].Args[i].Type.Kind == types.String {
			return true
		}
	}
	return false
}

// cheap is p's arguments without the texts that patterns are asked about: what refuses p otherwise is found for less.
func (in *pathInputs) cheap(p *proposal) []value.Value {
	if in.sets[p.action] == 0 {
		return p.args
	}
	args := slices.Clone(p.args)
	for i, v := range args {
		if v.K == value.String && in.s.b.Actions[p.action].Args[i].Type.Kind == types.String {
			args[i] = value.OfUnknown(1 << i)
		}
	}
	return args
}

// reads notes how a program reads the input at slot.
func (in *input) reads(p *vm.Program, slot vm.Slot) {
	in.read = true
	for _, c := range p.Consts {
		in.consts = with(in.consts, c)
		for _, item := range itemsOf(c) {
			in.consts = with(in.consts, item)
		}
	}
	for _, c := range p.Code {
		if c.A != slot && c.B != slot {
			continue
		}
		other := c.A
		if c.A == slot {
			other = c.B
		}
		compares := c.Op >= vm.OpLt && c.Op <= vm.OpIn || c.Op >= vm.OpAndLt && c.Op <= vm.OpAndNe ||
			c.Op >= vm.OpOrLt && c.Op <= vm.OpOrNe
		switch bank := other >> 24; {
		case compares && bank == vm.BankConsts:
			with := p.Consts[other&vm.MaxSlot]
			in.equals = append(append(in.equals, with), itemsOf(with)...)
		case compares && bank == model.BankState:
			in.slots = append(in.slots, int(other&vm.MaxSlot))
		default:
			in.plain = false
		}
	}
}

func itemsOf(v value.Value) []value.Value {
	if v.K != value.List {
		return nil
	}
	return v.Items()
}

// literal notes the constants of a program.
func (in *pathInputs) literal(p *vm.Program) {
	for _, c := range p.Consts {
		if c.K == value.String && in.names[c.Str()] {
			continue
		}
		in.literals.add(c, maxLiterals)
		if c.K == value.Int {
			in.literals.add(value.OfInt(c.Int()-1), maxLiterals)
			in.literals.add(value.OfInt(c.Int()+1), maxLiterals)
		}
		for _, item := range itemsOf(c) {
			in.literals.add(item, maxLiterals)
		}
	}
}

// idle says of which variables and logs no decision depends on what they hold: nothing reads
// them, any agent may give them any value, and a log has room for all that a path could append.
func idle(b *model.Bundle, s *Session, read []bool) []bool {
	idle := make([]bool, len(read))
	if b.Large {
		return idle // how large all of it is together matters
	}
	appends := 0
	for i := range b.Vars {
		v := &b.Vars[i]
		idle[i] = !read[i] && v.Moves == nil && len(v.Never) == 0 && v.Owners == b.Everyone()
	}
	for a := range b.Actions {
		appends = max(appends, len(b.Actions[a].Effects))
		for i := range b.Actions[a].Effects {
			e := &b.Actions[a].Effects[i]
			indexed := slices.ContainsFunc(e.Path, func(s model.Step) bool { return s.Index != nil })
			if e.Var >= 0 && (len(b.Actions[a].Must) > 0 || indexed) {
				idle[e.Var] = false
			}
		}
	}
	for i := range b.Logs {
		idle[len(b.Vars)+i] = !read[len(b.Vars)+i] && int(s.state.Logs[i].Int())+appends*maxPathLength <= b.Logs[i].List.Len
	}
	return idle
}
