package load

// This file reads the path of an effect: a variable, and then parts of it.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// pathReader reads one path: VAR, then .field or [expression] parts.
type pathReader struct {
	b      *loader
	x      node
	key    bool // the path is a member's name, not a text
	path   string
	at     Place
	action int
	effect model.Effect
	typ    *types.Type // of what the path names so far
}

// target reads a path. It returns the type of what the path names, nil where it names nothing.
func (b *loader) target(x node, key bool, path string, at Place, action int) (model.Effect, *types.Type) {
	p := pathReader{b: b, x: x, key: key, path: path, at: at, action: action}
	p.effect = model.Effect{Log: -1, Var: -1, Text: path}
	i := nameEnd(path, 0)
	if !p.variable(path[:i]) {
		return p.effect, nil
	}
	for i < len(path) {
		if i = p.step(i); i < 0 {
			return p.effect, nil
		}
	}
	if p.typ.Kind == types.Bad {
		return p.effect, nil
	}
	return p.effect, p.typ
}

func (p *pathReader) fail(off, end int, code, message, hint string) {
	p.x.r.diag.Add(diag.Diagnostic{Code: code, Path: p.x.path, Key: p.key, Off: off, End: end, Message: message,
		Hint: hint})
}

// variable finds the variable that the path begins with; it says whether the path goes on.
func (p *pathReader) variable(name string) bool {
	b, e := p.b, &p.effect
	known := []string{}
	for n, v := range b.Vars {
		known = append(known, v.Name)
		if v.Name == name {
			e.Var = n
		}
	}
	switch {
	case e.Var < 0 && len(known) == 0 && p.x.r.diag.Failed():
		return false // what is wrong with `state` is reported
	case e.Var < 0:
		hint := diag.Suggest(name, known)
		if name == "state" {
			hint = "leave `state.` out: a path begins with the variable's name."
		} else if name == "logs" {
			hint = "use `append` to add to a log."
		}
		p.fail(0, max(len(name), 1), codes.BundleReference, "there is no state variable `"+name+"`.", hint)
		return false
	case b.Vars[e.Var].Layer != b.layer:
		p.x.r.diag.Add(diag.Diagnostic{Code: codes.ExtendWeakens, Path: p.x.path, Key: p.key, End: len(name),
			Message: "`" + name + "` is a parent's variable, so only the parent's actions change it.",
			Hint:    "declare a variable of your own.", Related: b.names["variable "+name]})
		return false
	}
	p.typ = b.Vars[e.Var].Type
	return true
}

// step reads the part at byte i, and returns where the next begins, -1 where it cannot be read.
func (p *pathReader) step(i int) int {
	e := &p.effect
	if len(e.Path) == MaxSteps {
		p.fail(i, len(p.path), codes.BundleEffect, "this path has too many parts; 8 is the limit.", "")
		return -1
	}
	step, end := model.Step{Type: p.typ, Field: -1}, -1
	switch p.path[i] {
	case '.':
		end = p.field(&step, i)
	case '[':
		end = p.index(&step, i)
	default:
		p.fail(i, len(p.path), codes.BundleEffect, "`"+p.path[i:]+"` cannot continue a path.",
			"a path is a variable, then `.field` or `[expression]` parts.")
	}
	if end < 0 {
		return -1
	}
	if len(e.Path) > 0 {
		e.Inner += uint64(step.Type.Len + len(step.Type.Fields))
	}
	e.Path = append(e.Path, step)
	return end
}

// field reads `.field` at byte i: a record's field, or a key of a map.
func (p *pathReader) field(step *model.Step, i int) int {
	end, t := nameEnd(p.path, i+1), p.typ
	name := p.path[i+1 : end]
	switch {
	case t.Kind == types.Record:
		step.Field = t.Field(name)
		if step.Field < 0 {
			var fields []string
			for _, f := range t.Fields {
				fields = append(fields, f.Name)
			}
			p.fail(i+1, max(end, i+2), codes.BundleReference, "there is no field `"+name+"` in `"+p.path[:i]+"`.",
				diag.Suggest(name, fields))
			return -1
		}
		p.typ = t.Fields[step.Field].Type
	case t.Kind == types.Map && name != "":
		if t.Key.Kind == types.Enum && t.Key.Member(name) < 0 {
			p.fail(i+1, end, codes.BundleReference, "`"+name+"` is none of "+diag.Quoted(t.Key.Members)+".",
				diag.Suggest(name, t.Key.Members))
			return -1
		}
		step.Key = value.OfString(name)
		p.typ = t.Elem
	case t.Kind == types.Bad:
		return -1
	default:
		p.fail(i, max(end, i+1), codes.BundleEffect, "`"+p.path[:i]+"` is of type `"+t.String()+"`, which has no fields.",
			"set the whole: leave out what follows its name.")
		return -1
	}
	return end
}

// index reads `[expression]` at byte i: a list's index, or a key of a map.
func (p *pathReader) index(step *model.Step, i int) int {
	end := closing(p.path, i+1, ']')
	if end < 0 {
		p.fail(i, len(p.path), codes.BundleEffect, "this bracket is never closed.", "")
		return -1
	}
	want := &types.Type{Kind: types.Int}
	switch t := p.typ; t.Kind {
	case types.Map:
		want = t.Key
	case types.List:
	case types.Bad:
		return -1
	default:
		p.fail(i, end+1, codes.BundleEffect, "`"+p.path[:i]+"` is of type `"+t.String()+"`, which cannot be indexed.", "")
		return -1
	}
	step.Index = p.b.compile(p.x, p.key, i+1, p.path[i+1:end], p.at, p.action, want)
	if step.Index == nil {
		return -1
	}
	p.typ = p.typ.Elem
	return end + 1
}

// nameEnd returns the index after the identifier at i.
func nameEnd(s string, i int) int {
	for i < len(s) && (model.Letter(s[i]) || model.Digit(s[i])) {
		i++
	}
	return i
}
