package author

// This file writes the table of keys as a JSON Schema, so that editors complete
// and check bundles as one types.
//
// See https://json-schema.org/draft/2020-12.

import (
	"sort"
	"strconv"
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
	root := objectNode(
		entry("$schema", textNode("https://json-schema.org/draft/2020-12/schema")),
		entry("$id", textNode(SchemaID)),
		entry("title", textNode("Holdfast bundle or catalog")),
		entry("type", textNode("object")),
		entry("if", objectNode(entry("required", listNode(textNode("catalog"))))),
		entry("then", w.schema(catalogShape)),
		entry("else", w.schema(bundleShape)),
	)
	var defs []member
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
			defs = append(defs, entry(id, w.inline(w.defs[id])))
		}
	}
	sort.Slice(defs, func(i, j int) bool { return defs[i].key.text < defs[j].key.text })
	root.members = append(root.members, entry("$defs", objectNode(defs...)))
	return append(root.appendIndented(nil, 0), '\n')
}

type schemaWriter struct{ defs map[string]*shape }

// schema refers to a shape that has a name, and writes out one that has none.
func (w *schemaWriter) schema(s *shape) *node {
	if s.id == "" {
		return w.inline(s)
	}
	w.defs[s.id] = s
	return objectNode(entry("$ref", textNode("#/$defs/"+s.id)))
}

func number(n int) *node { return &node{kind: numberKind, text: strconv.Itoa(n)} }

func (w *schemaWriter) inline(s *shape) *node {
	n := objectNode()
	add := func(name string, value *node) { n.members = append(n.members, entry(name, value)) }
	if s.about != "" {
		add("description", textNode(s.about))
	}
	strings := func(list []string) *node {
		l := listNode()
		for _, s := range list {
			l.items = append(l.items, textNode(s))
		}
		return l
	}
	switch s.kind {
	case anyShape:
		if s.words != nil { // a JSON type
			add("type", textNode(s.words[0]))
		}
	case mappingShape:
		add("type", textNode("object"))
		properties, required := objectNode(), []string{}
		for _, k := range s.keys {
			v := w.schema(k.value)
			if k.about != "" {
				// A description beside $ref, so that both are shown.
				if i := v.member("description"); i != nil {
					i.value = textNode(k.about)
				} else {
					v.members = append([]member{entry("description", textNode(k.about))}, v.members...)
				}
			}
			properties.members = append(properties.members, entry(k.name, v))
			if k.required {
				required = append(required, k.name)
			}
		}
		add("properties", properties)
		if len(required) > 0 {
			add("required", strings(required))
		}
		add("additionalProperties", &node{kind: boolKind, text: "false"})
		if s.one != nil {
			one := listNode()
			for _, k := range s.one {
				one.items = append(one.items, objectNode(entry("required", listNode(textNode(k)))))
			}
			add("oneOf", one)
		}
	case namesShape:
		add("type", textNode("object"))
		if s.match != "" {
			add("propertyNames", objectNode(entry("pattern", textNode(s.match))))
		}
		add("additionalProperties", w.schema(s.of))
	case listShape:
		add("type", textNode("array"))
		add("items", w.schema(s.of))
		if s.min > 0 {
			add("minItems", number(s.min))
		}
		if s.max > 0 {
			add("maxItems", number(s.max))
		}
	case textShape:
		add("type", textNode("string"))
		if s.words != nil {
			add("enum", strings(s.words))
		}
		if s.match != "" {
			add("pattern", textNode(s.match))
		}
		if s.min > 0 {
			add("minLength", number(s.min))
		}
		if s.max > 0 {
			add("maxLength", number(s.max))
		}
	case numberShape:
		add("type", textNode("integer"))
		add("minimum", number(s.min))
		add("maximum", number(s.max))
	case boolShape:
		add("type", textNode("boolean"))
	case eitherShape:
		alts := listNode()
		for _, a := range s.alts {
			alts.items = append(alts.items, w.schema(a))
		}
		add("anyOf", alts)
	}
	if s.eg != nil {
		examples := listNode()
		for _, e := range s.eg {
			examples.items = append(examples.items, &node{kind: numberKind, text: e}) // JSON as it stands
		}
		add("examples", examples)
	}
	return n
}

// appendIndented writes n as JSON, a key or item to a line.
func (n *node) appendIndented(dst []byte, depth int) []byte {
	line := func(depth int) {
		dst = append(dst, '\n')
		for range depth {
			dst = append(dst, "  "...)
		}
	}
	switch {
	case n.kind == listKind && len(n.items) > 0:
		dst = append(dst, '[')
		for i, e := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			line(depth + 1)
			dst = e.appendIndented(dst, depth+1)
		}
		line(depth)
		return append(dst, ']')
	case n.kind == objectKind && len(n.members) > 0:
		dst = append(dst, '{')
		for i, m := range n.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			line(depth + 1)
			dst = append(appendText(dst, m.key.text), ": "...)
			dst = m.value.appendIndented(dst, depth+1)
		}
		line(depth)
		return append(dst, '}')
	}
	return n.appendJSON(dst)
}
