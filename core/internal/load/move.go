package load

// This file reads moves and never: where a variable may go.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
)

// moves reads the transition relation of v.
func (b *loader) moves(x node, v *model.Var) {
	if v.Type.Kind != types.Enum {
		if v.Type.Kind != types.Bad {
			x.failKey(codes.BundleMove, "only a variable of an enum type has moves; `"+v.Name+"` is of type `"+v.Type.String()+
				"`.", "leave it out, or make the variable an enum.")
		}
		return
	}
	m := &model.Moves{ID: "moves:" + v.Name, Allowed: make([]bool, len(v.Type.Members)*len(v.Type.Members)),
		Otherwise: model.Otherwise{Verdict: model.Reject}}
	v.Moves = m
	allow := x
	if x.kind() == canon.Object {
		if !x.keys("id", "allow", "otherwise") {
			return
		}
		if id := x.get("id"); id.ok() {
			if s, ok := id.id(); ok && b.fresh(id, "id", s) {
				m.ID = s
			}
		}
		var say node
		m.Otherwise, say = b.otherwise(x.get("otherwise"))
		b.laterSays = append(b.laterSays, laterSay{otherwise: &m.Otherwise, say: say})
		if allow = x.need("allow"); !allow.ok() {
			return
		}
	}
	n := len(v.Type.Members)
	allow.items(MaxMembers*MaxMembers, "moves", func(i int, w node) {
		from, to, both, ok := w.move(v.Type)
		if !ok {
			return
		}
		// The relation may be written out, so a single move costs no walk over all of it.
		for f := max(from, 0); f < n && (from < 0 || f == from); f++ {
			for t := max(to, 0); t < n && (to < 0 || t == to); t++ {
				m.Allowed[f*n+t] = true
				if both {
					m.Allowed[t*n+f] = true
				}
			}
		}
	})
}

// never reads the moves of v that are refused with a reason of their own.
func (b *loader) never(x node, v *model.Var) {
	if v.Type.Kind != types.Enum {
		if v.Type.Kind != types.Bad {
			x.failKey(codes.BundleMove, "only a variable of an enum type has moves; `"+v.Name+"` is of type `"+v.Type.String()+
				"`.", "leave it out, or make the variable an enum.")
		}
		return
	}
	x.items(MaxMembers, "moves", func(i int, w node) {
		if !w.keys("move", "id", "otherwise") {
			return
		}
		n := model.Never{}
		move, id := w.need("move"), w.need("id")
		if !move.ok() || !id.ok() {
			return
		}
		from, to, both, ok := move.move(v.Type)
		s, good := id.id()
		if !ok || !good || !b.fresh(id, "id", s) {
			return
		}
		if both {
			move.fail(codes.BundleMove, "`never` takes single moves.", "write `a -> b`, and a second entry for the way back.")
			return
		}
		n.ID, n.From, n.To = s, from, to
		var say node
		n.Otherwise, say = b.otherwise(w.get("otherwise"))
		v.Never = append(v.Never, n)
		b.laterSays = append(b.laterSays, laterSay{say: say})
		b.laterSays[len(b.laterSays)-1].never = [2]int{len(b.Vars), len(v.Never) - 1}
	})
}

// laterSay is a text that can be compiled once the actions are declared.
type laterSay struct {
	otherwise *model.Otherwise // nil: of the never named by variable and index
	say       node
	never     [2]int
}

// move reads `a -> b` or `a <-> b`; -1 is `*`.
func (x node) move(t *types.Type) (from, to int, both, ok bool) {
	s, ok := x.text(MaxText)
	if !ok {
		return 0, 0, false, false
	}
	left, right, found := strings.Cut(s, "->")
	if !found {
		hint := "write `a -> b` or `a <-> b`."
		for _, mark := range []string{"<=>", "=>", "→", "-->", "-", " to ", " "} {
			if from, to, ok := strings.Cut(s, mark); ok && t.Member(trimBlanks(from)) >= 0 && t.Member(trimBlanks(to)) >= 0 {
				hint = "write `" + trimBlanks(from) + " -> " + trimBlanks(to) + "`."
				break
			}
		}
		x.fail(codes.BundleMove, "`"+s+"` is no move.", hint)
		return 0, 0, false, false
	}
	if strings.HasSuffix(left, "<") {
		left, both = left[:len(left)-1], true
	}
	member := func(name string) (int, bool) {
		name = trimBlanks(name)
		if name == "*" {
			return -1, true
		}
		if i := t.Member(name); i >= 0 {
			return i, true
		}
		off := max(0, strings.Index(s, name))
		hint := diag.Suggest(name, t.Members)
		if strings.Contains(s, ",") {
			hint = "each move is an item of its own: write `[" + s + "]`."
		}
		if hint == "" {
			hint = "the members are " + diag.Quoted(t.Members) + "."
		}
		x.r.diag.Add(diag.Diagnostic{Code: codes.BundleMove, Path: x.path, Off: off, End: off + max(1, len(name)),
			Message: "`" + name + "` is no member of this type.", Hint: hint})
		return 0, false
	}
	from, ok1 := member(left)
	to, ok2 := member(right)
	if ok1 && ok2 && from == to && from >= 0 {
		x.warn(codes.BundleMove, "staying is no move, so this says nothing.", "leave it out.")
	}
	return from, to, both, ok1 && ok2
}
