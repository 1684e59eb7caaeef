package model

// This file writes a bundle's declarations for tools that show them.

import (
	"strconv"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/types"
)

// AppendInfo appends what the bundle declares as canonical JSON; the shape is
// documented in ABI.md. Types are written as a bundle writes them.
func (b *Bundle) AppendInfo(dst []byte) []byte {
	o := object{dst: append(dst, '{')}
	o.text("about", b.About)
	o.list("actions", len(b.Actions), func(i int, e *object) {
		a := &b.Actions[i]
		e.text("about", a.About)
		e.list("args", len(a.Args), func(i int, e *object) {
			e.text("about", a.Args[i].About)
			e.text("name", a.Args[i].Name)
			e.flag("optional", a.Args[i].Optional)
			e.text("title", a.Args[i].Title)
			e.key("type")
			e.dst = appendType(e.dst, a.Args[i].Type)
		})
		e.texts("by", b.AgentNames(a.By))
		if len(a.Must) > 0 {
			e.text("must", "change")
		}
		e.text("name", a.Name)
		e.text("title", a.Title)
	})
	o.list("agents", len(b.Agents), func(i int, e *object) {
		e.text("about", b.Agents[i].About)
		e.text("name", b.Agents[i].Name)
		e.flag("proposes", b.Agents[i].Proposes)
		e.text("title", b.Agents[i].Title)
	})
	o.text("bundle", b.Name)
	o.list("constraints", len(b.Constraints), func(i int, e *object) {
		c := &b.Constraints[i]
		var on []string
		for k := range c.On {
			if c.On[k] {
				on = append(on, b.Actions[k].Name)
			}
		}
		e.text("about", c.About)
		e.text("id", c.ID)
		e.text("kind", c.Kind.String())
		e.text("level", c.Level.String())
		e.texts("on", on)
		e.text("source", c.Source)
		e.text("title", c.Title)
		if c.Kind == Prefer {
			e.number("weight", int64(c.Weight))
		} else {
			e.text("verdict", c.Otherwise.Verdict.String())
		}
	})
	o.texts("derived", namesOf(b.Derived))
	o.text("digest", b.Digest)
	o.texts("governance", b.AgentNames(b.Governance))
	o.key("hold")
	o.dst = b.Hold.appendInfo(o.dst, b.Agents)
	o.list("logs", len(b.Logs), func(i int, e *object) {
		e.number("max", int64(b.Logs[i].List.Len))
		e.text("name", b.Logs[i].Name)
		e.key("type")
		e.dst = appendType(e.dst, b.Logs[i].Type)
	})
	o.texts("parents", b.Parents)
	o.list("patterns", len(b.Patterns), func(i int, e *object) {
		e.text("about", b.Patterns[i].About)
		e.text("name", b.Patterns[i].Name)
	})
	o.list("state", len(b.Vars), func(i int, e *object) { b.infoVar(&b.Vars[i], e) })
	o.text("title", b.Title)
	o.text("version", b.Version)
	return append(o.dst, '}')
}

// appendInfo appends all of a hold, what was left out too; `by` only where one agent ends waits.
func (h *Hold) appendInfo(dst []byte, agents []Agent) []byte {
	o := object{dst: append(dst, '{')}
	if h.By >= 0 {
		o.text("by", agents[h.By].Name)
	}
	expire := "drop"
	if h.Revert {
		expire = "revert"
	}
	o.text("on_expire", expire)
	o.key("otherwise")
	verdict := object{dst: append(o.dst, '{')}
	verdict.text("verdict", h.Verdict.String())
	o.dst = append(verdict.dst, '}')
	o.number("per_actor", int64(h.PerActor))
	o.number("per_agent", int64(h.PerAgent))
	o.number("ttl", h.TTL)
	return append(o.dst, '}')
}

func (b *Bundle) infoVar(v *Var, e *object) {
	e.text("about", v.About)
	e.key("init")
	e.dst = AppendJSON(e.dst, v.Init)
	if v.Moves != nil {
		n := len(v.Type.Members)
		e.key("moves")
		m := object{dst: append(e.dst, '{')}
		m.key("allow")
		m.dst = append(m.dst, '[')
		for f := range n {
			for t := range n {
				if f != t && v.Moves.Allows(n, f, t) {
					if m.dst[len(m.dst)-1] != '[' {
						m.dst = append(m.dst, ',')
					}
					m.dst = canon.AppendString(append(m.dst, '['), v.Type.Members[f])
					m.dst = append(canon.AppendString(append(m.dst, ','), v.Type.Members[t]), ']')
				}
			}
		}
		m.dst = append(m.dst, ']')
		m.text("id", v.Moves.ID)
		e.dst = append(m.dst, '}')
	}
	e.text("name", v.Name)
	e.list("never", len(v.Never), func(i int, e *object) {
		name := func(i int) string {
			if i < 0 {
				return "*"
			}
			return v.Type.Members[i]
		}
		e.text("from", name(v.Never[i].From))
		e.text("id", v.Never[i].ID)
		e.text("to", name(v.Never[i].To))
	})
	e.texts("owner", b.AgentNames(v.Owners))
	e.key("type")
	e.dst = appendType(e.dst, v.Type)
}

func namesOf(list []Derived) []string {
	var names []string
	for i := range list {
		names = append(names, list[i].Name)
	}
	return names
}

// object writes a JSON object whose members the caller gives in canonical order.
type object struct {
	dst  []byte
	some bool
}

func (o *object) key(name string) {
	if o.some {
		o.dst = append(o.dst, ',')
	}
	o.some = true
	o.dst = append(canon.AppendString(o.dst, name), ':')
}

func (o *object) text(name, s string) {
	o.key(name)
	o.dst = canon.AppendString(o.dst, s)
}

func (o *object) number(name string, n int64) {
	o.key(name)
	o.dst = canon.AppendInt(o.dst, n)
}

func (o *object) flag(name string, v bool) {
	o.key(name)
	o.dst = strconv.AppendBool(o.dst, v)
}

func (o *object) texts(name string, list []string) {
	o.key(name)
	o.dst = appendTexts(o.dst, list)
}

func appendTexts(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = canon.AppendString(dst, s)
	}
	return append(dst, ']')
}

func (o *object) list(name string, n int, f func(i int, e *object)) {
	o.key(name)
	o.dst = append(o.dst, '[')
	for i := range n {
		if i > 0 {
			o.dst = append(o.dst, ',')
		}
		e := object{dst: append(o.dst, '{')}
		f(i, &e)
		o.dst = append(e.dst, '}')
	}
	o.dst = append(o.dst, ']')
}

// appendTitles writes the titles that were given, by member in the order of their names.
func appendTitles(dst []byte, t *types.Type) []byte {
	o := object{dst: append(dst, '{')}
	for _, i := range ByName(len(t.Members), func(i int) string { return t.Members[i] }) {
		if t.Titles[i] != "" {
			o.text(t.Members[i], t.Titles[i])
		}
	}
	return append(o.dst, '}')
}

// appendType writes a type as a bundle does, resolved: a named type is written as what it is.
func appendType(dst []byte, t *types.Type) []byte {
	switch t.Kind {
	case types.Int:
		dst = append(strconv.AppendInt(append(dst, `{"int":[`...), t.Min, 10), ',')
		return append(strconv.AppendInt(dst, t.Max, 10), `]}`...)
	case types.String:
		return append(strconv.AppendInt(append(dst, `{"string":`...), int64(t.Len), 10), '}')
	case types.Enum:
		dst = appendTexts(append(dst, `{"enum":`...), t.Members)
		if t.Titles != nil {
			dst = appendTitles(append(dst, `,"titles":`...), t)
		}
		return append(dst, '}')
	case types.List:
		dst = strconv.AppendInt(append(dst, `{"list":{"max":`...), int64(t.Len), 10)
		return append(appendType(append(dst, `,"of":`...), t.Elem), `}}`...)
	case types.Map:
		if t.Key.Kind == types.Enum {
			dst = appendType(append(dst, `{"map":{"keys":`...), t.Key)
		} else {
			dst = strconv.AppendInt(append(dst, `{"map":{"max":`...), int64(t.Len), 10)
		}
		return append(appendType(append(dst, `,"of":`...), t.Elem), `}}`...)
	case types.Record:
		o := object{dst: append(dst, `{"record":{`...)}
		for _, f := range t.Fields {
			o.key(f.Name)
			o.dst = appendType(o.dst, f.Type)
		}
		return append(o.dst, `}}`...)
	}
	return canon.AppendString(dst, t.String())
}
