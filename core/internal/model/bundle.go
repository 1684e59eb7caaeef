// Package model holds what a bundle declares, and runs it: states, effects, texts,
// bounds. Package load makes a Bundle of a document; nothing here knows of documents,
// names and scopes. What follows for one proposal is package core's to say.
package model

// This file defines Bundle and what it declares.

import (
	"github.com/holdfast-rt/holdfast/core/internal/text"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Banks of the machine that runs a bundle's expressions. Constants, params and
// metadata have none: they are folded in when compiled.
const (
	BankState    = iota // one slot a state variable
	BankNext            // the same, after the action
	BankArgs            // one slot an argument of the action
	BankActor           // ActorID, ActorKind
	BankProposal        // ProposalAction, …
	BankLogs            // one slot a log, a list
	BankDerived         // one slot a derived name
)

// Slots of BankActor and BankProposal, in the order of their names.
const (
	ActorID = iota
	ActorKind
)
const (
	ProposalAction = iota
	ProposalAt
	ProposalOrigin
	ProposalReasons
	ProposalSince
	ProposalSlots // how many there are
)

// Named is a name with a type.
type Named struct {
	Name string
	Type *types.Type
}

// Agent is a kind of actor.
type Agent struct {
	Name, Title, About string
	Proposes           bool // may propose a change of what it does not own
	Layer              int  // of the document that declares it
}

// Shown is what people call the agent: its title, or its name.
func (a *Agent) Shown() string { return titleOr(a.Title, a.Name) }

// Var is a state variable.
type Var struct {
	Name, About string
	Type        *types.Type
	Init        value.Value
	Owners      uint64 // set of agents, by index
	Moves       *Moves // nil: every move is possible
	Never       []Never
	Layer       int // of the document that declares it
}

// Moves is the whole transition relation of an enum variable.
type Moves struct {
	ID        string // "moves:VAR" where none was given
	Allowed   []bool // [from*n+to], n the number of members; staying is allowed
	Otherwise Otherwise
}

// Allows says whether the variable may go from one member to another.
func (m *Moves) Allows(n, from, to int) bool { return from == to || m.Allowed[from*n+to] }

// Never is a move that is refused with a reason of its own; -1 is any member.
type Never struct {
	ID        string
	From, To  int
	Otherwise Otherwise
}

// Otherwise is what happens when a constraint does not hold.
type Otherwise struct {
	Verdict Verdict
	By      uint64 // hold only: agents that may confirm
	Say     []Say  // [action], parts compiled for that action; nil: nothing was given
}

// Log is a typed append-only list.
type Log struct {
	Name  string
	Type  *types.Type // of one item
	List  *types.Type // of the whole
	Layer int
}

// Pattern is a named set of rules about text.
type Pattern struct {
	Name, About string
	Set         *text.Set
	Hit, Miss   []string
}

// Arg is an argument of an action.
type Arg struct {
	Name, Title, About string
	Type               *types.Type
	Default            value.Value
	Optional           bool // Default is taken where it is left out
}

// Shown is what people call the argument: its title, or its name.
func (a *Arg) Shown() string { return titleOr(a.Title, a.Name) }

// Action is something that may be proposed.
type Action struct {
	Name, Title, About string
	By                 uint64   // set of agents, by index
	Args               []Arg    // sorted by name
	Effects            []Effect // grouped by layer
	Must               []uint32 // for each document that says `must: change`, the layers whose variables and logs it knows
	Shares             []Share  // what each layer has to say about it, in order
	Layer              int      // of the document that declares it
}

// Shown is what people call the action: its title, or its name.
func (a *Action) Shown() string { return titleOr(a.Title, a.Name) }

// Kind says when a constraint is asked.
type Kind uint8

const (
	Require Kind = iota
	Ensure
	Always
	Prefer
)

// KindWords are the kinds as a bundle writes them.
var KindWords = []string{"require", "ensure", "always", "prefer"}

func (k Kind) String() string { return KindWords[k] }

// Constraint is a condition with an id, a level and a verdict.
type Constraint struct {
	ID, Title, About string
	Level            Level
	Kind             Kind
	Source           string        // the condition, as written
	On               []bool        // [action]
	Program          []*vm.Program // [action], nil where it does not apply
	Otherwise        Otherwise
	Weight           int
	All              bool // no `on` was given
}

// Hold says how long a parked proposal waits and what then, how many may wait, and
// what a refusal around parked proposals decides.
type Hold struct {
	TTL      int64   // milliseconds
	Revert   bool    // fall back when it expires; otherwise it is dropped
	By       int     // the one agent that proposes `expire`; -1: every agent may
	PerActor int     // most proposals that one actor has parked
	PerAgent int     // most that all actors of one agent have
	Verdict  Verdict // of `hold:…` and `by:expire`
}

// Derived is a named expression.
type Derived struct {
	Name    string
	Program *vm.Program
}

// Domain is a list of values to search a path with.
type Domain struct {
	Path   string // args.NAME or state.NAME
	Values []value.Value
}

// Bundle is a compiled bundle document. It is immutable once loaded.
type Bundle struct {
	Name, Version, Title, About string
	Digest                      string // "sha256:…"
	Governance                  uint64
	Agents                      []Agent
	Types                       []Named
	Vars                        []Var
	Logs                        []Log
	Patterns                    []Pattern
	Actions                     []Action
	Constraints                 []Constraint // in declared order, parents' first
	Fallback                    []Effect
	Hold                        Hold
	Derived                     []Derived // in an order in which each needs only earlier ones
	Domains                     []Domain
	Parents                     []string // name@version, nearest last
	Layers                      []Layer  // of the documents that were read, parents first

	Large bool // the declared bounds allow a state over MaxState, so it must be measured

	VarOrder, LogOrder, DerivedOrder, LayerOrder []int // indices in the order of names, as canonical JSON has them

	Sets      []*text.Set // of Patterns, as the machine wants them
	SetNames  []string
	AgentType *types.Type // the enum of all agents, the type of actor.kind
}

// ID is name@version.
func (b *Bundle) ID() string { return b.Name + "@" + b.Version }

// Agent returns the index of the named agent, or -1.
func (b *Bundle) Agent(name string) int {
	for i := range b.Agents {
		if b.Agents[i].Name == name {
			return i
		}
	}
	return -1
}

// Action returns the index of the named action, or -1.
func (b *Bundle) Action(name string) int {
	for i := range b.Actions {
		if b.Actions[i].Name == name {
			return i
		}
	}
	return -1
}

// Everyone is the set of all agents.
func (b *Bundle) Everyone() uint64 { return uint64(1)<<len(b.Agents) - 1 }

// AgentTitles lists the agents in a set as people call them.
func (b *Bundle) AgentTitles(set uint64) []string {
	var titles []string
	for i := range b.Agents {
		if set>>i&1 != 0 {
			titles = append(titles, b.Agents[i].Shown())
		}
	}
	return titles
}

// AgentNames lists the agents in a set.
func (b *Bundle) AgentNames(set uint64) []string {
	var names []string
	for i := range b.Agents {
		if set>>i&1 != 0 {
			names = append(names, b.Agents[i].Name)
		}
	}
	return names
}
