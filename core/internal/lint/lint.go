// Package lint warns an author of what is allowed in a bundle and cannot be meant. It
// looks at what package load has read. The module does not link it.
package lint

// This file finds constraints that are allowed but cannot be meant.
//
// A param has another value in another bundle of a catalog, so it is taken as
// unknown here. What a parent declares was its author's to mend, and is left alone.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/load"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/truth"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

type linter struct {
	b     *load.Reading
	trees map[[2]int]*check.Expr // the condition of a constraint for an action
	held  bool                   // a proposal may be confirmed by another agent than proposed it
	rows  int                    // combinations that may still be gone through
}

// Banks that params and metadata have here, where they are not folded in.
const bankParams, bankMetadata = 12, 13

// lintRows bounds the work on one bundle: about half a second.
const lintRows = 1 << 19

// Document returns the findings about a bundle document that Load does not make; none
// where it has errors.
func Document(src []byte) []diag.Diagnostic {
	l := linter{b: load.Read(src), rows: lintRows}
	if l.b == nil {
		return nil
	}
	first := len(l.b.Found())
	l.run()
	return l.b.Found()[first:]
}

func (l *linter) run() {
	b := l.b
	for i := range b.Agents {
		l.held = l.held || b.Agents[i].Proposes
	}
	for i := range b.Constraints {
		l.held = l.held || b.Constraints[i].Otherwise.Verdict == model.HoldVerdict
	}
	for i := range b.Vars {
		l.held = l.held || b.Vars[i].Moves != nil && b.Vars[i].Moves.Otherwise.Verdict == model.HoldVerdict
		for k := range b.Vars[i].Never {
			l.held = l.held || b.Vars[i].Never[k].Otherwise.Verdict == model.HoldVerdict
		}
	}
	l.conditions()
	l.whens()
	l.reach()
	l.outOfReach()
	l.unchanging()
	l.unused()
}

// own says whether a place is in the document itself, not in a parent's.
func own(path string) bool { return !strings.HasPrefix(path, "/extends/") }

func (l *linter) warn(code, path string, key bool, message, hint, related string) {
	l.b.Add(diag.Diagnostic{Code: code, Path: path, Key: key, Message: message, Hint: hint, Warning: true,
		Related: related})
}

// tree is the condition or right-hand side src, nil where it cannot be read.
func (l *linter) tree(src string, at load.Place, action int, want *types.Type) *check.Expr {
	s := l.b.Scope(at, action)
	for i := range s.Roots {
		r := &s.Roots[i]
		switch r.Name {
		case "params", "metadata":
			r.Bank = bankParams
			if r.Name == "metadata" {
				r.Bank = bankMetadata
			}
			for k := range r.Fields {
				r.Fields[k].Const = nil
			}
		case "proposal":
			if action != load.AnyAction {
				name := value.OfString(l.b.Actions[action].Name)
				r.Fields[model.ProposalAction].Const = &name
			}
		}
	}
	e := code.Tree(src, s, want)
	if e != nil && action != load.AnyAction {
		l.settle(e, action)
	}
	return e
}

// settle reads `next` of a variable that the action does not write as `state`.
func (l *linter) settle(e *check.Expr, action int) {
	if e.Op == check.Load && e.Bank == model.BankNext && !l.writes(action, e.Index) {
		e.Bank = model.BankState
	}
	for _, a := range e.Args {
		l.settle(a, action)
	}
	if e.Loop != nil {
		l.settle(e.Loop.Range, action)
		if e.Loop.Filter != nil {
			l.settle(e.Loop.Filter, action)
		}
		l.settle(e.Loop.Body, action)
	}
}

func (l *linter) writes(action, v int) bool {
	for i := range l.b.Actions[action].Effects {
		if l.b.Actions[action].Effects[i].Var == v {
			return true
		}
	}
	return false
}

// each goes through the combinations of s while there is work left; false: not all.
func (l *linter) each(s *truth.Space, f func(truth.Row) bool) bool {
	whole := s.Each(func(r truth.Row) bool {
		l.rows--
		return f(r)
	})
	return whole && l.rows > 0
}

// refusal returns what tells of a combination what is stronger than c and refuses the
// action there anyway: its `by`, or a variable's moves; "" where nothing does.
func (l *linter) refusal(s *truth.Space, c *model.Constraint, action int) func(truth.Row) string {
	b := l.b
	actor := -1
	if !l.held && c.Level >= model.Responsibility {
		actor = s.Member(model.BankActor, model.ActorKind)
	}
	type move struct{ v, from, to int }
	var moves []move
	for i := range b.Vars {
		m := move{i, s.Member(model.BankState, i), s.Member(model.BankNext, i)}
		if m.from >= 0 && m.to >= 0 {
			moves = append(moves, m)
		}
	}
	return func(r truth.Row) string {
		if actor >= 0 && b.Actions[action].By>>r[actor]&1 == 0 {
			return "`by` of `" + b.Actions[action].Name + "`"
		}
		for _, m := range moves {
			if v := &b.Vars[m.v]; r[m.from] != r[m.to] && !allows(v, r[m.from], r[m.to]) {
				return "`moves` of `" + v.Name + "`"
			}
		}
		return ""
	}
}

// allows says whether the variable may go from one member to another, as far as
// moves and never say; what only waits for a confirmation is allowed.
func allows(v *model.Var, from, to int) bool {
	if m := v.Moves; m != nil && m.Otherwise.Verdict != model.HoldVerdict && !m.Allows(len(v.Type.Members), from, to) {
		return false
	}
	for _, n := range v.Never {
		if from != to && n.Otherwise.Verdict != model.HoldVerdict && (n.From < 0 || n.From == from) &&
			(n.To < 0 || n.To == to) {
			return false
		}
	}
	return true
}

// result is what a condition comes to, over all actions that it covers.
type result struct {
	unknown  bool   // for some action it cannot be told
	violated []bool // [action] it is violated in some case that nothing above refuses
	covered  string // what refuses the cases in which it is violated that are no such
	never    []string
}

func (l *linter) conditions() {
	b := l.b
	l.trees = map[[2]int]*check.Expr{}
	list := make([]result, len(b.Constraints))
	for i := range b.Constraints {
		c := &b.Constraints[i]
		for a := range c.Program {
			if c.Program[a] != nil {
				l.trees[[2]int{i, a}] = l.tree(c.Program[a].Source, load.PlaceOf(c.Kind), a, types.TBool)
			}
		}
		list[i] = l.ask(i)
	}
	for i := range b.Constraints {
		c := &b.Constraints[i]
		if !own(b.Condition(i)) || len(b.Actions) == 0 {
			continue
		}
		x := &list[i]
		violated := false
		for _, v := range x.violated {
			violated = violated || v
		}
		switch {
		case l.reported(b.Condition(i)):
		case x.unknown:
			l.shadows(i, list)
		case !violated && x.covered != "":
			l.warn(codes.LintShadowed, b.Condition(i), false,
				"`"+c.ID+"` never decides: what it forbids is refused already, by "+x.covered+".",
				"delete it, or let it forbid more.", "")
		case !violated && c.Kind == model.Prefer:
			l.warn(codes.LintNeverViolated, b.Condition(i), false, "`"+c.ID+"` is always met, so it prefers nothing.",
				"correct the condition, or delete it.", "")
		case !violated:
			l.warn(codes.LintNeverViolated, b.Condition(i), false, "`"+c.ID+"` is never violated: the condition always holds.",
				"correct the condition, or delete the constraint.", "")
		case len(x.never) > 0 && c.Otherwise.Verdict != model.HoldVerdict:
			message := "`" + c.ID + "` never holds, so " + diag.Quoted(x.never) + " can never commit."
			hint := "correct the condition; what nobody may do is left out of `actions`."
			if c.Kind == model.Prefer {
				message, hint = "`"+c.ID+"` is never met for "+diag.Quoted(x.never)+
					", so it prefers nothing there.", "correct the condition, or name other actions in `on`."
			} else if !c.All && len(x.never) < count(c.On) {
				hint = "correct the condition, or leave the action out of `on`."
			}
			l.warn(codes.LintNeverHolds, b.Condition(i), false, message, hint, "")
		default:
			l.shadows(i, list)
		}
	}
}

func count(on []bool) int {
	n := 0
	for _, o := range on {
		if o {
			n++
		}
	}
	return n
}

// reported says whether an expression has a finding already, which then says more.
func (l *linter) reported(path string) bool {
	for _, d := range l.b.Found() {
		if d.Path == path {
			return true
		}
	}
	return false
}

// ask finds what constraint i comes to.
func (l *linter) ask(i int) result {
	c := &l.b.Constraints[i]
	x := result{violated: make([]bool, len(l.b.Actions))}
	for a := range l.b.Actions {
		e := l.trees[[2]int{i, a}]
		if e == nil {
			x.unknown = x.unknown || c.On[a]
			continue
		}
		s := truth.Space{Failing: 1 << model.BankDerived}
		f := s.Read(e)
		refused := l.refusal(&s, c, a)
		holds := false
		if !l.each(&s, func(r truth.Row) bool {
			switch {
			case s.Of(f, r) == truth.True:
				holds = true
			default:
				if by := refused(r); by != "" {
					x.covered = by
				} else {
					x.violated[a] = true
				}
			}
			return true
		}) {
			x.unknown, holds, x.violated[a] = true, true, true
		}
		if !holds && l.b.Actions[a].Layer == len(l.b.Layers)-1 {
			x.never = append(x.never, l.b.Actions[a].Name)
		}
	}
	return x
}

// shadows looks for a constraint that is violated wherever i is, and decides instead.
func (l *linter) shadows(i int, list []result) {
	b := l.b
	c := &b.Constraints[i]
	if c.Kind == model.Prefer {
		return
	}
	for k := range b.Constraints {
		d := &b.Constraints[k]
		if i == k || d.Kind == model.Prefer || d.Otherwise.Verdict == model.HoldVerdict ||
			(d.Kind == model.Always) != (c.Kind == model.Always) || d.Kind == model.Ensure && c.Kind == model.Require {
			continue
		}
		why := ""
		switch {
		case d.Level < c.Level:
			why = "which is above it"
		case d.Level == c.Level && k < i:
			why = "which comes first"
		}
		if why == "" || !l.implied(i, k, list) {
			continue
		}
		l.warn(codes.LintShadowed, b.Condition(i), false,
			"`"+c.ID+"` never decides: whenever it is violated so is `"+d.ID+"`, "+why+".",
			"delete it, or let it forbid something that `"+d.ID+"` leaves open.", b.Condition(k))
		return
	}
}

// implied says whether k is violated wherever i is, for every action.
func (l *linter) implied(i, k int, list []result) bool {
	for a := range l.b.Actions {
		p, q := l.trees[[2]int{i, a}], l.trees[[2]int{k, a}]
		if !list[i].violated[a] {
			continue
		}
		if p == nil || q == nil || !list[k].violated[a] {
			return false
		}
		if l.rows -= 8; l.rows < 0 { // to read the two takes as long as some combinations
			return false
		}
		s := truth.Space{Failing: 1 << model.BankDerived}
		f := s.Read(p)
		alone := s.Terms()
		g := s.Read(q)
		other := truth.Space{}
		other.Read(q)
		if s.Terms() == alone+other.Terms() && alone > 0 && other.Terms() > 0 {
			return false // they read nothing in common
		}
		refused := l.refusal(&s, &l.b.Constraints[i], a)
		if all := l.each(&s, func(r truth.Row) bool {
			if s.Of(f, r) != truth.True && s.Of(g, r) == truth.True && refused(r) == "" {
				p = nil
			}
			return p != nil
		}); !all || p == nil {
			return false
		}
	}
	return true
}

// whens looks at the conditions of effects.
func (l *linter) whens() {
	l.b.Whens(func(action int, path, source string) {
		if l.reported(path) {
			return
		}
		t := l.tree(source, load.BeforePlace, action, types.TBool)
		if t == nil {
			return
		}
		s := truth.Space{Failing: 1 << model.BankDerived}
		f := s.Read(t)
		some, other := false, false
		if !l.each(&s, func(r truth.Row) bool {
			o := s.Of(f, r)
			some, other = some || o == truth.True, other || o != truth.True
			return true
		}) {
			return
		}
		switch {
		case !some:
			l.warn(codes.LintUnreachableBranch, path, false, "this never holds, so the effect never happens.",
				"correct the condition, or delete the effect.", "")
		case !other:
			l.warn(codes.LintConstantCondition, path, false, "this always holds.",
				"leave `when` out, or correct the condition.", "")
		}
	})
}
