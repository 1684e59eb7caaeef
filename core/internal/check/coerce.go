package check

// This file brings a value to the type that is wanted: text to a member, a whole number to a double, a map to a record.

import (
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// memberLiteral says whether the string constant e names a member of the enum; where not, it is reported.
func (c *checker) memberLiteral(e *Expr, enum *types.Type) bool {
	s := e.Value.Str()
	if i := enum.Member(s); i >= 0 {
		e.Value = memberValue(enum, i)
		return true
	}
	if c.scope.Unchecked {
		return true
	}
	hint := suggest(s, "", enum.Members)
	if near := diag.Nearest(s, enum.Members); near != "" {
		hint = "did you mean `'" + near + "'`?"
	}
	c.report(codes.NameUnknownMember, e.Off, e.End, "`"+s+"` is no member of `"+enum.String()+"`.", hint)
	return false
}

// coerce fits e to the type wanted, or reports that it does not fit.
func (c *checker) coerce(e *Expr, want *types.Type) *Expr {
	t := find(e.Type)
	if t.Kind == types.Bad || want.Kind == types.Dyn {
		return e
	}
	switch {
	case want.Kind == types.Enum && t.Kind == types.String && e.Op == Const:
		if !c.memberLiteral(e, want) {
			e.Type = types.TBad
		} else {
			e.Type = want
		}
		return e
	case e.Op == Cond && t.Kind != types.Dyn:
		if c.assign(want, t) {
			return e
		}
		e.Args[1], e.Args[2] = c.coerce(e.Args[1], want), c.coerce(e.Args[2], want)
		e.Type = want
		return e
	case e.Op == List && want.Kind == types.List:
		for i := range e.Args {
			e.Args[i] = c.coerce(e.Args[i], want.Elem)
		}
		e.Type = &types.Type{Kind: types.List, Elem: want.Elem, Len: len(e.Args)}
		return e
	case e.Op == Map && want.Kind == types.Map:
		for i := range e.Args {
			w := want.Elem
			if i%2 == 0 {
				w = want.Key
			}
			e.Args[i] = c.coerce(e.Args[i], w)
		}
		e.Type = &types.Type{Kind: types.Map, Key: want.Key, Elem: want.Elem, Len: len(e.Args) / 2}
		return e
	case e.Op == Map && want.Kind == types.Record:
		return c.coerceRecord(e, want)
	case c.assign(want, t):
		return e
	}
	hint := ""
	switch {
	case want.Kind == types.Bool && numeric(t):
		hint = "compare it: `" + c.text(e) + " > 0`."
	case want.Kind == types.Bool && t.Kind == types.String:
		hint = "compare it: `" + c.text(e) + " != ''`."
	case want.Kind == types.Bool && (t.Kind == types.List || t.Kind == types.Map):
		hint = "ask whether it has elements: `size(" + c.text(e) + ") > 0`."
	case want.Kind == types.Bool && t.Kind == types.Enum:
		hint = "compare it: `" + c.text(e) + " == " + t.Name + "." + firstOf(t.Members) + "`."
	case want.Kind == types.Enum && t.Kind == types.String:
		hint = "a computed string may be no member; write the members out, as in `CONDITION ? " + want.Name + "." +
			firstOf(want.Members) + " : ...`."
	case want.Kind == types.Enum && len(want.Members) > 0:
		hint = "it is one of " + choices(want.Name+".", want.Members) + "."
	default:
		if hint = conversion(want, t, c.text(e)); hint == "" {
			hint = "write something of that type."
		}
	}
	c.report(codes.TypeMismatch, e.Off, e.End, "this is "+article(t)+", where "+article(want)+" is wanted.", hint)
	return e
}

func (c *checker) coerceRecord(e *Expr, want *types.Type) *Expr {
	names := make([]string, len(want.Fields))
	given := make([]bool, len(want.Fields))
	for i := range want.Fields {
		names[i] = want.Fields[i].Name
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		k := e.Args[i]
		if k.Op != Const || k.Value.K != value.String {
			c.report(codes.TypeIncompleteRecord, k.Off, k.End, "the fields of a record are named by plain strings.",
				"write `{'FIELD': VALUE}`.")
			return e
		}
		f := want.Field(k.Value.Str())
		if f < 0 {
			c.report(codes.TypeIncompleteRecord, k.Off, k.End, article(want)+" has no field `"+k.Value.Str()+"`.",
				suggest(k.Value.Str(), "", names))
			continue
		}
		given[f] = true
		e.Args[i+1] = c.coerce(e.Args[i+1], want.Fields[f].Type)
	}
	for i, ok := range given {
		if !ok {
			c.report(codes.TypeIncompleteRecord, e.Off, e.End, "the field `"+names[i]+"` is missing.",
				"a record has all its fields: add `'"+names[i]+"': VALUE`.")
		}
	}
	e.Type = want
	return e
}
