package author

// This file writes the table of keys as a JSON Schema, so that editors complete
// and check bundles as one types.
//
// See https://json-schema.org/draft/2020-12.

import (
	"sort"

	"github.com/holdfast-rt/holdfast/host/author/yaml"
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
	root := yaml.NewMapping(
		yaml.NewMember("$schema", yaml.NewText("https://json-schema.org/draft/2020-12/schema")),
		yaml.NewMember("$id", yaml.NewText(SchemaID)),
		yaml.NewMember("title", yaml.NewText("Holdfast bundle or catalog")),
		yaml.NewMember("type", yaml.NewText("object")),
		yaml.NewMember("if", yaml.NewMapping(yaml.NewMember("required", yaml.NewList(yaml.NewText("catalog"))))),
		yaml.NewMember("then", w.schema(catalogShape)),
		yaml.NewMember("else", w.schema(bundleShape)),
	)
	var defs []yaml.Member
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
			defs = append(defs, yaml.NewMember(id, w.inline(w.defs[id])))
		}
	}
	sort.Slice(defs, func(i, j int) bool { return defs[i].Key.Text < defs[j].Key.Text })
	root.Members = append(root.Members, yaml.NewMember("$defs", yaml.NewMapping(defs...)))
	return append(root.AppendIndented(nil, 0), '\n')
}

type schemaWriter struct{ defs map[string]*shape }

// schema refers to a shape that has a name, and writes out one that has none.
func (w *schemaWriter) schema(s *shape) *yaml.Node {
	if s.id == "" {
		return w.inline(s)
	}
	w.defs[s.id] = s
	return yaml.NewMapping(yaml.NewMember("$ref", yaml.NewText("#/$defs/"+s.id)))
}

// inline writes a shape out in place.
func (w *schemaWriter) inline(s *shape) *yaml.Node {
	n := &object{yaml.NewMapping()}
	if s.about != "" {
		n.add("description", yaml.NewText(s.about))
	}
	switch s.kind {
	case anyShape:
		if s.words != nil { // a JSON type
			n.add("type", yaml.NewText(s.words[0]))
		}
	case mappingShape:
		w.mapping(n, s)
	case namesShape:
		n.add("type", yaml.NewText("object"))
		if s.match != "" {
			n.add("propertyNames", yaml.NewMapping(yaml.NewMember("pattern", yaml.NewText(s.match))))
		}
		n.add("additionalProperties", w.schema(s.of))
	case listShape:
		n.add("type", yaml.NewText("array"))
		n.add("items", w.schema(s.of))
		n.addLimit("minItems", s.min)
		n.addLimit("maxItems", s.max)
	case textShape:
		n.add("type", yaml.NewText("string"))
		if s.words != nil {
			n.add("enum", texts(s.words))
		}
		if s.match != "" {
			n.add("pattern", yaml.NewText(s.match))
		}
		n.addLimit("minLength", s.min)
		n.addLimit("maxLength", s.max)
	case numberShape:
		n.add("type", yaml.NewText("integer"))
		n.add("minimum", yaml.NewNumber(s.min))
		n.add("maximum", yaml.NewNumber(s.max))
	case boolShape:
		n.add("type", yaml.NewText("boolean"))
	case eitherShape:
		alts := yaml.NewList()
		for _, a := range s.alts {
			alts.Items = append(alts.Items, w.schema(a))
		}
		n.add("anyOf", alts)
	}
	if s.eg != nil {
		examples := yaml.NewList()
		for _, e := range s.eg {
			examples.Items = append(examples.Items, yaml.NewJSON(e))
		}
		n.add("examples", examples)
	}
	return n.Node
}

// mapping adds the keys of a mapping: what each may be, which are required, and of which exactly one is there.
func (w *schemaWriter) mapping(n *object, s *shape) {
	n.add("type", yaml.NewText("object"))
	properties, required := yaml.NewMapping(), []string{}
	for _, k := range s.keys {
		v := w.schema(k.value)
		if k.about != "" {
			// A description beside $ref, so that both are shown.
			if i := v.Member("description"); i != nil {
				i.Value = yaml.NewText(k.about)
			} else {
				v.Members = append([]yaml.Member{yaml.NewMember("description", yaml.NewText(k.about))}, v.Members...)
			}
		}
		properties.Members = append(properties.Members, yaml.NewMember(k.name, v))
		if k.required {
			required = append(required, k.name)
		}
	}
	n.add("properties", properties)
	if len(required) > 0 {
		n.add("required", texts(required))
	}
	n.add("additionalProperties", yaml.NewBool(false))
	if s.one != nil {
		one := yaml.NewList()
		for _, k := range s.one {
			one.Items = append(one.Items, yaml.NewMapping(yaml.NewMember("required", texts([]string{k}))))
		}
		n.add("oneOf", one)
	}
}

// object is a mapping that is being written.
type object struct{ *yaml.Node }

func (o *object) add(name string, value *yaml.Node) {
	o.Members = append(o.Members, yaml.NewMember(name, value))
}

// addLimit adds a limit, where there is one.
func (o *object) addLimit(name string, n int) {
	if n > 0 {
		o.add(name, yaml.NewNumber(n))
	}
}

// texts makes a list of texts.
func texts(list []string) *yaml.Node {
	l := yaml.NewList()
	for _, s := range list {
		l.Items = append(l.Items, yaml.NewText(s))
	}
	return l
}
