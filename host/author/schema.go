package author

// This file writes the table of keys as a JSON Schema, so that editors complete
// and check bundles as one types.
//
// See https://json-schema.org/draft/2020-12.

import (
	"sort"
)

// SchemaID names the schema. It is a name, not an address.
const SchemaID = "https://holdfast-rt.github.io/schema/1/holdfast.json"

// Schema returns a JSON Schema (2020-12) for bundles and catalogs, indented and
// ending in a line break. It checks shape, not meaning: a document that it accepts
// may still have errors that [Read] or the core finds.
//
// An editor with the YAML language server takes it from a first line such as
//
//	# yaml-language-server: $schema=holdfast.schema.json
func Schema() []byte {
	w := &schemaWriter{defs: map[string]*shape{}}
	root := NewMapping(
		NewMember("$schema", NewText("https://json-schema.org/draft/2020-12/schema")),
		NewMember("$id", NewText(SchemaID)),
		NewMember("title", NewText("Holdfast bundle or catalog")),
		NewMember("type", NewText("object")),
		NewMember("if", NewMapping(NewMember("required", NewList(NewText("catalog"))))),
		NewMember("then", w.schema(catalogShape)),
		NewMember("else", w.schema(bundleShape)),
	)
	var defs []Member
	for done := map[string]bool{}; ; {
		var ids []string
		for id := range w.defs {
			if !done[id] {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			break
		}
		sort.Strings(ids)
		for _, id := range ids {
			done[id] = true
			defs = append(defs, NewMember(id, w.inline(w.defs[id])))
		}
	}
	sort.Slice(defs, func(i, j int) bool { return defs[i].Key.Text < defs[j].Key.Text })
	root.Members = append(root.Members, NewMember("$defs", NewMapping(defs...)))
	return append(root.AppendIndented(nil, 0), '\n')
}

type schemaWriter struct{ defs map[string]*shape }

// schema refers to a shape that has a name, and writes out one that has none.
func (w *schemaWriter) schema(s *shape) *Node {
	if s.id == "" {
		return w.inline(s)
	}
	w.defs[s.id] = s
	return NewMapping(NewMember("$ref", NewText("#/$defs/"+s.id)))
}

func (w *schemaWriter) inline(s *shape) *Node {
	n := NewMapping()
	add := func(name string, value *Node) { n.Members = append(n.Members, NewMember(name, value)) }
	if s.about != "" {
		add("description", NewText(s.about))
	}
	strings := func(list []string) *Node {
		l := NewList()
		for _, s := range list {
			l.Items = append(l.Items, NewText(s))
		}
		return l
	}
	switch s.kind {
	case anyShape:
		if s.words != nil { // a JSON type
			add("type", NewText(s.words[0]))
		}
	case mappingShape:
		add("type", NewText("object"))
		properties, required := NewMapping(), []string{}
		for _, k := range s.keys {
			v := w.schema(k.value)
			if k.about != "" {
				// A description beside $ref, so that both are shown.
				if i := v.Member("description"); i != nil {
					i.Value = NewText(k.about)
				} else {
					v.Members = append([]Member{NewMember("description", NewText(k.about))}, v.Members...)
				}
			}
			properties.Members = append(properties.Members, NewMember(k.name, v))
			if k.required {
				required = append(required, k.name)
			}
		}
		add("properties", properties)
		if len(required) > 0 {
			add("required", strings(required))
		}
		add("additionalProperties", NewBool(false))
		if s.one != nil {
			one := NewList()
			for _, k := range s.one {
				one.Items = append(one.Items, NewMapping(NewMember("required", NewList(NewText(k)))))
			}
			add("oneOf", one)
		}
	case namesShape:
		add("type", NewText("object"))
		if s.match != "" {
			add("propertyNames", NewMapping(NewMember("pattern", NewText(s.match))))
		}
		add("additionalProperties", w.schema(s.of))
	case listShape:
		add("type", NewText("array"))
		add("items", w.schema(s.of))
		if s.min > 0 {
			add("minItems", NewNumber(s.min))
		}
		if s.max > 0 {
			add("maxItems", NewNumber(s.max))
		}
	case textShape:
		add("type", NewText("string"))
		if s.words != nil {
			add("enum", strings(s.words))
		}
		if s.match != "" {
			add("pattern", NewText(s.match))
		}
		if s.min > 0 {
			add("minLength", NewNumber(s.min))
		}
		if s.max > 0 {
			add("maxLength", NewNumber(s.max))
		}
	case numberShape:
		add("type", NewText("integer"))
		add("minimum", NewNumber(s.min))
		add("maximum", NewNumber(s.max))
	case boolShape:
		add("type", NewText("boolean"))
	case eitherShape:
		alts := NewList()
		for _, a := range s.alts {
			alts.Items = append(alts.Items, w.schema(a))
		}
		add("anyOf", alts)
	}
	if s.eg != nil {
		examples := NewList()
		for _, e := range s.eg {
			examples.Items = append(examples.Items, NewJSON(e))
		}
		add("examples", examples)
	}
	return n
}
