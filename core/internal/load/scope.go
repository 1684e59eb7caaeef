package load

// This file says what an expression may read in each place of a bundle.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/vm"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
)

// Place is where in a bundle an expression is.
type Place uint8

const (
	FixedPlace  Place = iota // valid, phrases: what never changes
	StatePlace               // always, fallback, derived, properties
	BeforePlace              // require, effects
	AfterPlace               // ensure, prefer
	ValidPlace               // valid: internal metadata may be read
)

// programBytes is counted for an expression beside its text: a program takes a kilobyte at least.
const programBytes = 64

const maxReasons, maxReasonBytes, maxActorBytes = 16, 256, 128

var boolType = &types.Type{Kind: types.Bool}

// AnyAction is no action in particular.
const AnyAction = -1

// unseen is in the place of a name that must not be read there; no expression can write it.
const unseen = "\xff"

// scopes keeps a scope for each place and action, as long as nothing more is declared.
type scopes struct {
	made     [ValidPlace + 1][]*check.Scope // by action, AnyAction first
	declared counts                         // how much of everything was declared then
	layers   uint32                         // and by which documents it could be named
}

// scope returns the names an expression at a place may use; action gives the arguments.
func (b *loader) scope(at Place, action int) *check.Scope {
	declared := b.counts()
	declared[ofFallback], declared[ofConstraints] = 0, 0 // no expression names them
	if b.scopes.declared != declared || b.scopes.layers != b.layers {
		b.scopes = scopes{declared: declared, layers: b.layers}
	}
	made := &b.scopes.made[at]
	if *made == nil {
		*made = make([]*check.Scope, 1+len(b.Actions))
	}
	if (*made)[1+action] == nil {
		(*made)[1+action] = b.newScope(at, action)
	}
	return (*made)[1+action]
}

func (b *loader) newScope(at Place, action int) *check.Scope {
	s := &check.Scope{Seen: b.seen, Folding: &b.folding}
	for i, set := range b.Sets {
		steps := 1
		if set != nil {
			steps = set.Steps()
		}
		s.Patterns = append(s.Patterns, b.visible(ofPatterns, i, b.SetNames[i]))
		s.PatternSteps = append(s.PatternSteps, steps)
	}
	for i, t := range b.Types {
		if t.Type.Kind == types.Enum && b.sees(ofTypes, i) {
			s.Enums = append(s.Enums, t.Type)
		}
	}
	s.Roots = append(s.Roots,
		check.Root{Name: "constants", Fields: b.constVars(ofConstants, b.constants, true)},
		check.Root{Name: "params", Fields: b.constVars(ofParams, b.params, true)},
		check.Root{Name: "metadata", Fields: b.constVars(ofMetadata, b.metadata, at == ValidPlace)})
	state := check.Root{Name: "state", Bank: model.BankState, Fields: b.stateVars()}
	next := check.Root{Name: "next", Bank: model.BankNext, Fields: state.Fields}
	logs := check.Root{Name: "logs", Bank: model.BankLogs}
	for i, l := range b.Logs {
		logs.Fields = append(logs.Fields, check.Var{Name: b.visible(ofLogs, i, l.Name), Type: l.List})
	}
	derived := check.Root{Name: "derived", Bank: model.BankDerived}
	for i, d := range b.Derived {
		derived.Fields = append(derived.Fields, check.Var{Name: b.visible(ofDerived, i, d.Name), Type: d.Program.Type})
	}
	args := check.Root{Name: "args", Bank: model.BankArgs}
	if action != AnyAction {
		for _, a := range b.Actions[action].Args {
			args.Fields = append(args.Fields, check.Var{Name: a.Name, Type: a.Type})
		}
	} else {
		args.Missing = "there are no arguments here: no one action is meant."
	}
	actor := check.Root{Name: "actor", Bank: model.BankActor, Fields: b.actorVars()}
	proposal := check.Root{Name: "proposal", Bank: model.BankProposal, Fields: b.proposalVars()}
	switch at {
	case FixedPlace, ValidPlace:
		const fixed = "only what never changes may be read here: `constants`, `params` and `metadata`."
		state.Missing, logs.Missing, derived.Missing = fixed, fixed, fixed
		next.Missing, args.Missing, actor.Missing, proposal.Missing = fixed, fixed, fixed, fixed
	case StatePlace:
		const still = "this is asked of a state alone, so there is no proposal here."
		next.Missing, args.Missing, actor.Missing, proposal.Missing = still, still, still, still
	case BeforePlace:
		next.Missing = "`next` is the state after the action; only `ensure` and `prefer` may read it."
	}
	s.Roots = append(s.Roots, state, next, logs, derived, args, actor, proposal)
	return s
}

// visible is the name of a declaration that the document being read may name, and one that
// no expression can write for another.
func (b *loader) visible(kind, i int, name string) string {
	if b.sees(kind, i) {
		return name
	}
	return unseen
}

func (b *loader) stateVars() []check.Var {
	var vars []check.Var
	for i, v := range b.Vars {
		vars = append(vars, check.Var{Name: b.visible(ofVars, i, v.Name), Type: v.Type})
	}
	return vars
}

func textOf(n int) *types.Type { return &types.Type{Kind: types.String, Len: n} }

func (b *loader) actorVars() []check.Var {
	return []check.Var{{Name: "id", Type: textOf(maxActorBytes)}, {Name: "kind", Type: b.AgentType}}
}

func (b *loader) proposalVars() []check.Var {
	origin := &types.Type{Kind: types.Record}
	for _, v := range b.actorVars() {
		origin.Fields = append(origin.Fields, types.Field{Name: v.Name, Type: v.Type})
	}
	return []check.Var{
		{Name: "action", Type: textOf(model.MaxName)},
		{Name: "at", Type: &types.Type{Kind: types.Timestamp}},
		{Name: "origin", Type: origin},
		{Name: "reasons", Type: &types.Type{Kind: types.List, Elem: textOf(maxReasonBytes), Len: maxReasons}},
		{Name: "since", Type: &types.Type{Kind: types.Timestamp}},
	}
}

// constVars lists constants as names that are folded in; internal ones only where they may be read.
func (b *loader) constVars(kind int, list []Const, internal bool) []check.Var {
	var vars []check.Var
	for i := range list {
		if c := &list[i]; b.sees(kind, i) && (internal || !c.Internal) {
			vars = append(vars, check.Var{Name: c.Name, Type: c.Type, Const: &c.Value})
		}
	}
	return vars
}

// expr compiles the expression that the text x holds, for a result of type want (nil: any).
func (b *loader) expr(x node, at Place, action int, want *types.Type) *vm.Program {
	if x.kind() == canon.True || x.kind() == canon.False || x.kind() == canon.Number {
		if want == nil || want.Kind == types.Bool {
			// `require: false` reads as it would between quotes.
			return b.compile(x, false, 0, string(x.r.doc.Canonical(nil, x.n)), at, action, want)
		}
	}
	s, ok := x.text(MaxDocument)
	if !ok {
		return nil
	}
	return b.compile(x, false, 0, s, at, action, want)
}

// compile compiles src, which is at byte off of the text (or, with key, of the name) at x.
func (b *loader) compile(x node, key bool, off int, src string, at Place, action int, want *types.Type) *vm.Program {
	if b.compiled > MaxCompiled {
		return nil // reported already
	}
	if b.compiled += len(src) + programBytes; b.compiled > MaxCompiled {
		x.fail(codes.LimitPrograms, "with this expression there are more than "+strconv.Itoa(MaxCompiled)+
			" bytes of them, each counted once for every action that it is compiled for.",
			"give constraints that read arguments an `on`, or write less.")
		return nil
	}
	p, found := code.Compile(src, b.scope(at, action), want)
	for _, d := range found {
		d.Path, d.Key = x.path, key
		if x.kind() == canon.String || key {
			if d.End == 0 {
				d.End = len(src)
			}
			d.Off, d.End = d.Off+off, d.End+off
		} else {
			d.Off, d.End = 0, 0
		}
		b.explainMissing(&d, src, off, action)
		if want != nil && want.Kind == types.String && strings.HasPrefix(d.Code, "parse/") && onlyWords(src) {
			d.Off, d.End, d.Hint = off, off+len(src), "if it is a text, put it in quotes: `'"+src+"'`."
		}
		if !b.reported(d) {
			x.r.diag.Add(d)
		}
	}
	if p == nil && len(found) == 0 {
		x.fail(codes.BundleForm, "this expression cannot be compiled.", "")
	}
	return p
}

// onlyWords says whether src is nothing but words: a text whose quotes were forgotten.
func onlyWords(src string) bool {
	for i := range len(src) {
		if c := src[i]; !model.Letter(c) && !model.Digit(c) && c != ' ' && c != ',' && c != '!' && c != '?' &&
			(c != '.' || i+1 < len(src) && src[i+1] != ' ') {
			return false
		}
	}
	return src != "" && model.Letter(src[0])
}

// explainMissing says of an argument that is not there which of the actions lack it, and which have it.
func (b *loader) explainMissing(d *diag.Diagnostic, src string, off, action int) {
	from, to := d.Off-off, d.End-off
	if d.Code != codes.NameUnknownField || action == AnyAction || from < len("args.") || to > len(src) ||
		src[from-len("args."):from] != "args." {
		return
	}
	name := src[from:to]
	var without, with, others []string
	for i := range b.Actions {
		a, has := &b.Actions[i], false
		for k := range a.Args {
			has = has || a.Args[k].Name == name
		}
		switch covered := i == action || i < len(b.covered) && b.covered[i]; {
		case covered && !has:
			without = append(without, "`"+a.Name+"`")
		case covered:
			with = append(with, a.Name)
		case has:
			others = append(others, a.Name)
		}
	}
	verb := " has"
	if len(without) > 1 {
		verb = " have"
	}
	d.Message = joinQuoted(without) + verb + " no argument `" + name + "`."
	switch {
	case len(with) > 0:
		d.Hint = "name the actions that have one: write `on: [" + strings.Join(with, ", ") + "]`."
	case d.Hint == nothingToChoose && len(others) > 0 && b.covered != nil:
		d.Hint = "name the actions that have one: write `on: [" + strings.Join(others, ", ") + "]`."
	case d.Hint == nothingToChoose:
		d.Hint = "declare it under `args`."
	}
}

// nothingToChoose is the hint of package check for a name where there are no others.
const nothingToChoose = "there is nothing to choose from."

// joinQuoted lists names as people do, the first eight of them.
func joinQuoted(names []string) string {
	if n := len(names); n > 8 {
		return strings.Join(names[:8], ", ") + " and others"
	} else if n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return names[0]
}

// reported says whether the same was found already: an expression that is compiled
// for several actions has its mistakes once.
func (b *loader) reported(d diag.Diagnostic) bool {
	for _, o := range b.found.Items {
		if o.Code == d.Code && o.Path == d.Path && o.Off == d.Off && o.End == d.End {
			return true
		}
	}
	return false
}

// reads says whether p may load anything from a bank.
func reads(p *vm.Program, bank uint8) bool {
	for _, r := range p.Reads {
		if r.Bank == bank {
			return true
		}
	}
	return false
}
