package lint

// This file finds what is declared and not used, reached or possible.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/load"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// unused looks for declarations that nothing names. Derived names are shown with
// the state, arguments recorded with the decision and metadata kept for tools:
// they are of use without being read.
func (l *linter) unused() {
	b := l.b
	for _, name := range b.Constants() {
		l.idle("constant", "constants", name, orUse)
	}
	for _, name := range b.Params() {
		l.idle("param", "params", name, orUse)
	}
	for i := range b.Types {
		l.idle("type", "types", b.Types[i].Name, orUse)
	}
	for i := range b.Patterns {
		name := b.Patterns[i].Name
		l.idle("pattern", "patterns", name, "delete it, or ask for it: TEXT.hits(\""+name+"\").")
	}
	l.still()
	l.idleAgents()
}

const orUse = "delete it, or use it."

// idle warns of a declaration of the document itself that nothing uses.
func (l *linter) idle(what, root, name, hint string) {
	if at := l.b.Declared(what, name); !l.b.Used(root, name) && own(at) {
		l.warn(codes.LintUnused, at, true, "nothing uses the "+what+" `"+name+"`.", hint, "")
	}
}

// still looks for logs and variables that are read and never change, or are not even read.
func (l *linter) still() {
	b := l.b
	set, appended := map[int]bool{}, map[int]bool{}
	note := func(list []model.Effect) {
		for i := range list {
			if list[i].Var >= 0 {
				set[list[i].Var] = true
			} else {
				appended[list[i].Log] = true
			}
		}
	}
	note(b.Fallback)
	for i := range b.Actions {
		note(b.Actions[i].Effects)
	}
	for i := range b.Logs {
		name := b.Logs[i].Name
		at := b.Declared("log", name)
		switch {
		case appended[i] || !own(at):
		case b.Used("logs", name):
			l.warn(codes.LintNeverChanges, at, true, "nothing appends to the log `"+name+"`, so it is always empty.",
				"let an action `append` to it.", "")
		default:
			l.idle("log", "logs", name, orUse)
		}
	}
	for i := range b.Vars {
		v := &b.Vars[i]
		at := b.Declared("variable", v.Name)
		switch {
		case set[i] || !own(at):
		case b.Used("state", v.Name) || b.Used("next", v.Name):
			l.warn(codes.LintNeverChanges, at, true,
				"nothing changes `"+v.Name+"`: it is always "+string(value.AppendQuoted(nil, v.Init))+".",
				"let an action `set` it, or make it a constant.", "")
		default:
			l.idle("variable", "state", v.Name, orUse)
		}
	}
}

// idleAgents looks for agents that the bundle gives nothing to do.
func (l *linter) idleAgents() {
	b := l.b
	busy := b.Governance
	for i := range b.Actions {
		busy |= b.Actions[i].By
	}
	for i := range b.Vars {
		busy |= b.Vars[i].Owners
	}
	if b.Hold.By >= 0 {
		busy |= 1 << b.Hold.By
	}
	for i := range b.Constraints {
		busy |= b.Constraints[i].Otherwise.By
	}
	for i := range b.Agents {
		name := b.Agents[i].Name
		if at := b.Declared("agent", name); busy>>i&1 == 0 && own(at) {
			l.warn(codes.LintUnused, at, true, "the agent `"+name+"` may propose nothing, owns nothing and confirms nothing.",
				"name it in `by`, `owner` or `governance`, or delete it.", "")
		}
	}
}

// outOfReach looks for effects that no agent that may propose the action can commit.
func (l *linter) outOfReach() {
	b := l.b
	for a := range b.Actions {
		act := &b.Actions[a]
		at := b.Declared("action", act.Name)
		if !own(at) {
			continue
		}
		both, first := ^uint64(0), -1
		for i := range act.Effects {
			e := &act.Effects[i]
			if e.Var < 0 {
				continue
			}
			v := &b.Vars[e.Var]
			if !l.may(act.By, v.Owners) {
				l.warn(codes.LintNobody, at, true, "`"+act.Name+"` can never change `"+v.Name+"`: it belongs to "+
					l.agents(v.Owners)+", and may be proposed by "+l.agents(act.By)+" only.",
					"let an owner propose it, too, or give an agent that does `proposes: true`, so that an owner can confirm.",
					b.Declared("variable", v.Name))
				both = 0
				break
			}
			if e.When != nil || both == 0 {
				continue
			}
			if !l.may(act.By, both&v.Owners) {
				l.warn(codes.LintNobody, at, true, "`"+act.Name+"` can never change both `"+b.Vars[first].Name+"` and `"+v.Name+
					"`: no one agent may, on its own or by confirming.",
					"give the two an owner in common, or change them by two actions.", b.Declared("variable", v.Name))
				break
			}
			if both &= v.Owners; first < 0 {
				first = e.Var
			}
		}
	}
}

// may says whether a change of what owners own can commit when one of by proposes it.
func (l *linter) may(by, owners uint64) bool {
	for i := range l.b.Agents {
		if by>>i&1 != 0 && (owners>>i&1 != 0 || owners != 0 && l.b.Agents[i].Proposes) {
			return true
		}
	}
	return false
}

func (l *linter) agents(set uint64) string {
	if set == 0 {
		return "nobody"
	}
	return diag.Quoted(l.b.AgentNames(set))
}

// reach looks for members that a variable never becomes.
func (l *linter) reach() {
	b := l.b
	reached := make([][]bool, len(b.Vars))
	elsewhere := map[*types.Type]bool{} // types of parts of variables, which are not looked into
	for i := range b.Vars {
		if v := &b.Vars[i]; v.Type.Kind == types.Enum {
			reached[i] = l.members(i)
		} else {
			inside(v.Type, elsewhere)
		}
	}
	for i := range b.Vars {
		v := &b.Vars[i]
		at := b.Declared("variable", v.Name)
		if reached[i] == nil || elsewhere[v.Type] || !own(at) {
			continue
		}
		var never []string
		for m, name := range v.Type.Members {
			some := false
			for k := range b.Vars {
				some = some || b.Vars[k].Type == v.Type && reached[k] != nil && reached[k][m]
			}
			if !some {
				never = append(never, name)
			}
		}
		if len(never) > 0 && l.changes(i) {
			hint := "let an action set it so"
			if v.Moves != nil {
				hint += " and allow the move"
			}
			l.warn(codes.LintUnreachableMember, at, true, "`"+v.Name+"` never becomes "+strings.ReplaceAll(diag.Quoted(never),
				", ", " or ")+".", hint+", or take the member out of the type.", "")
		}
	}
}

// changes says whether anything sets the whole variable.
func (l *linter) changes(v int) bool {
	for i := range l.b.Fallback {
		if l.b.Fallback[i].Var == v {
			return true
		}
	}
	for a := range l.b.Actions {
		if l.writes(a, v) {
			return true
		}
	}
	return false
}

func inside(t *types.Type, found map[*types.Type]bool) {
	found[t] = true
	if t.Elem != nil {
		inside(t.Elem, found)
	}
	for i := range t.Fields {
		inside(t.Fields[i].Type, found)
	}
}

// members returns which members variable i may come to have; moves and never are
// taken into account, conditions are not.
func (l *linter) members(i int) []bool {
	b := l.b
	v := &b.Vars[i]
	n := len(v.Type.Members)
	reached, target := make([]bool, n), make([]bool, n)
	if m := v.Type.Member(v.Init.Str()); m >= 0 {
		reached[m] = true
	}
	for k := range b.Fallback {
		l.values(&b.Fallback[k], i, load.StatePlace, load.AnyAction, reached)
	}
	for a := range b.Actions {
		for k := range b.Actions[a].Effects {
			l.values(&b.Actions[a].Effects[k], i, load.BeforePlace, a, target)
		}
	}
	for more := true; more; {
		more = false
		for to := range n {
			for from := 0; from < n && target[to] && !reached[to]; from++ {
				if reached[from] && allows(v, from, to) {
					reached[to], more = true, true
				}
			}
		}
	}
	return reached
}

// values adds what an effect may make of variable i.
func (l *linter) values(e *model.Effect, i int, at load.Place, action int, to []bool) {
	if e.Var != i {
		return
	}
	if e.Value.Program == nil {
		to[max(0, l.b.Vars[i].Type.Member(e.Value.Value.Str()))] = true
		return
	}
	l.add(l.tree(e.Value.Program.Source, at, action, e.Value.Type), i, to)
}

// add adds what e may come to: every member where that cannot be told.
func (l *linter) add(e *check.Expr, i int, to []bool) {
	switch t := l.b.Vars[i].Type; {
	case e != nil && e.Folded && t.Member(e.Value.Str()) >= 0:
		to[t.Member(e.Value.Str())] = true
	case e != nil && e.Op == check.Cond:
		l.add(e.Args[1], i, to)
		l.add(e.Args[2], i, to)
	case e != nil && e.Op == check.Load && e.Bank == model.BankState && e.Index == i:
	default:
		for m := range to {
			to[m] = true
		}
	}
}
