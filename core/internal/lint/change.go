package lint

// This file finds actions of which some proposal can commit and change nothing: a
// second `refund` of what is refunded already. It is told of effects that set
// constants, or that are under a condition; what is computed is taken to change.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/load"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/truth"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// unchanging looks for actions that may commit and change nothing.
func (l *linter) unchanging() {
	for a := range l.b.Actions {
		act := &l.b.Actions[a]
		at := l.b.Declared("action", act.Name)
		if own(at) && len(act.Effects) > 0 && len(act.Must) == 0 && !l.within(at) && !l.asFallback(act) && l.mayStay(a) {
			l.warn(codes.LintChangesNothing, at, true,
				"`"+act.Name+"` can commit and change nothing: what it does may be so already, or not apply.",
				"write `must: change`, or add a constraint that says when it may be proposed.", "")
		}
	}
}

// within says whether something in the action has a finding already.
func (l *linter) within(at string) bool {
	for _, d := range l.b.Found() {
		if strings.HasPrefix(d.Path, at+"/") {
			return true
		}
	}
	return false
}

// asFallback says whether the action does no more than the fallback: to be there already is
// what such an action is for.
func (l *linter) asFallback(a *model.Action) bool {
	for i := range a.Effects {
		e, same := &a.Effects[i], false
		for k := range l.b.Fallback {
			f := &l.b.Fallback[k]
			x, whole := l.sets(e)
			y, safe := l.sets(f)
			alike := e.Var >= 0 && f.Var == e.Var && f.Text == e.Text && f.When == nil
			same = same || alike && whole && safe && value.Equal(x, y)
		}
		if !same {
			return false
		}
	}
	return true
}

// sets is the constant that an effect sets.
func (l *linter) sets(e *model.Effect) (value.Value, bool) {
	if e.Value.Program == nil {
		return e.Value.Value, e.Value.Fields == nil
	}
	t := l.tree(e.Value.Program.Source, load.StatePlace, load.AnyAction, e.Value.Type)
	if t == nil || !t.Folded {
		return value.Value{}, false
	}
	return t.Value, t.Value.K < value.Error
}

// mayStay says whether some state has, in every constraint's and effect's eyes, all
// that the action does. Where that cannot be told, it has not.
func (l *linter) mayStay(action int) bool {
	b := l.b
	s := truth.Space{Failing: 1 << model.BankDerived}
	type effect struct{ when, same *truth.Formula }
	var effects []effect
	for i := range b.Actions[action].Effects {
		e := &b.Actions[action].Effects[i]
		var f effect
		if e.When != nil {
			t := l.plain(e.When.Source, load.BeforePlace, action, types.TBool)
			if t == nil {
				return false
			}
			f.when = s.Read(t)
		}
		if source, ok := l.constant(e, action); ok {
			if t := l.plain("state."+e.Text+" == ("+source+")", load.BeforePlace, action, types.TBool); t != nil {
				f.same = s.Read(t)
			}
		}
		if f.when == nil && f.same == nil {
			return false
		}
		effects = append(effects, f)
	}
	var conditions []*truth.Formula
	for i := range b.Constraints {
		c := &b.Constraints[i]
		if c.Program[action] == nil || c.Kind == model.Prefer || c.Otherwise.Verdict == model.HoldVerdict {
			continue
		}
		t := l.plain(c.Program[action].Source, load.PlaceOf(c.Kind), action, types.TBool)
		if t == nil {
			return false
		}
		nextAsState(t)
		conditions = append(conditions, s.Read(t))
	}
	some := false
	l.each(&s, func(r truth.Row) bool {
		for _, f := range conditions {
			if s.Of(f, r) != truth.True {
				return true
			}
		}
		for _, e := range effects {
			if (e.when == nil || s.Of(e.when, r) != truth.False) && (e.same == nil || s.Of(e.same, r) != truth.True) {
				return true
			}
		}
		some = true
		return false
	})
	return some
}

// constant is what an effect sets, as an expression, where that is a constant or a choice of some.
func (l *linter) constant(e *model.Effect, action int) (source string, ok bool) {
	switch {
	case e.Var < 0 || e.Value.Fields != nil:
		return "", false
	case e.Value.Program != nil:
		return e.Value.Program.Source, fixed(l.tree(e.Value.Program.Source, load.BeforePlace, action, e.Value.Type))
	case e.Value.Type.Kind == types.Double:
		number := value.OfString(string(value.AppendText(nil, e.Value.Value)))
		return "double(" + string(value.AppendQuoted(nil, number)) + ")", true
	case e.Value.Value.K == value.Bool, e.Value.Value.K == value.Int, e.Value.Value.K == value.String:
		return string(value.AppendQuoted(nil, e.Value.Value)), true
	}
	return "", false
}

func fixed(e *check.Expr) bool {
	return e != nil && (e.Folded && e.Value.K < value.Error || e.Op == check.Cond && fixed(e.Args[1]) && fixed(e.Args[2]))
}

// plain is tree with each derived name replaced by its expression.
func (l *linter) plain(source string, at load.Place, action int, want *types.Type) *check.Expr {
	e := l.tree(source, at, action, want)
	if e != nil {
		l.expand(e, 0)
	}
	return e
}

func (l *linter) expand(e *check.Expr, depth int) {
	if e.Op == check.Load && e.Bank == model.BankDerived && depth < load.MaxExtends {
		d := &l.b.Derived[e.Index]
		if t := l.tree(d.Program.Source, load.StatePlace, load.AnyAction, d.Program.Type); t != nil {
			*e = *t
			depth++
		}
	}
	each(e, func(a *check.Expr) { l.expand(a, depth) })
}

// nextAsState reads `next` as `state`, as it is where nothing changes.
func nextAsState(e *check.Expr) {
	if e.Op == check.Load && e.Bank == model.BankNext {
		e.Bank = model.BankState
	}
	each(e, nextAsState)
}

// each calls f with every part of e.
func each(e *check.Expr, f func(*check.Expr)) {
	for _, a := range e.Args {
		f(a)
	}
	if e.Loop != nil {
		f(e.Loop.Range)
		if e.Loop.Filter != nil {
			f(e.Loop.Filter)
		}
		f(e.Loop.Body)
	}
}
