package parity

// This file makes bundles.

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Bundle is a generated bundle document and what it declares. A document that was
// spoiled on purpose need not load.
type Bundle struct {
	Schema
	Document []byte
	Spoiled  bool
}

// generator makes one document.
type generator struct {
	*Rand
	Schema
	child  bool
	prefix string
	mixed  string // a constant list of values of several kinds, which are dyn
}

type object = map[string]any

// children is how many of a hundred bundles extend others.
const children = 25

// family makes a bundle that extends doc, which g has made: its child or grandchild, a child of it and
// of another, or one whose two parents are its children.
func (g *generator) family(doc object, load func(doc []byte) bool) (*generator, object) {
	good := func(doc object) bool {
		b, err := json.Marshal(doc)
		return err == nil && load(b)
	}
	parents, schema := []object{doc}, g.inherited()
	switch g.N(5) {
	case 0:
		if mid, d := g.heir("middle", "m", schema, doc); good(d) {
			parents, schema = []object{d}, mid.inherited()
		}
	case 1:
		other := &generator{Rand: g.Rand, prefix: "o"}
		d := object{"holdfast": 1, "bundle": "other", "version": "1.0.0"}
		if other.fill(d); good(d) {
			parents, schema = append(parents, d), schema.and(other.inherited(), Schema{})
		}
	case 2:
		left, l := g.heir("left", "l", schema, doc)
		right, r := g.heir("right", "r", schema, doc)
		if good(l) && good(r) {
			parents, schema = []object{l, r}, left.inherited().and(right.inherited(), schema)
		}
	}
	kid, d := g.heir("child", "c", schema, parents...)
	d["version"] = "2.0.0-rc.1"
	return kid, d
}

// heir makes a bundle that extends others, which have declared what is in the schema.
func (g *generator) heir(name, prefix string, schema Schema, parents ...object) (*generator, object) {
	var list []any
	for _, p := range parents {
		list = append(list, object{"bundle": p["bundle"], "version": p["version"], "document": p})
	}
	kid := &generator{Rand: g.Rand, Schema: schema, child: true, prefix: prefix}
	doc := object{"holdfast": 1, "bundle": name, "version": "1.0.0", "extends": list}
	kid.fill(doc)
	return kid, doc
}

// inherited is the schema as a bundle sees it that extends this one.
func (g *generator) inherited() Schema {
	s := g.Schema
	s.vars, s.logs, s.actions = slices.Clone(s.vars), slices.Clone(s.logs), slices.Clone(s.actions)
	for i := range s.vars {
		s.vars[i].child = false
	}
	for i := range s.logs {
		s.logs[i].child = false
	}
	for i := range s.actions {
		s.actions[i].child = false
	}
	return s
}

// and is s and what t declares beside base, which both extend.
func (s Schema) and(t, base Schema) Schema {
	s.agents = append(slices.Clip(s.agents), t.agents[len(base.agents):]...)
	s.types = append(slices.Clip(s.types), t.types[len(base.types):]...)
	s.vars = append(slices.Clip(s.vars), t.vars[len(base.vars):]...)
	s.logs = append(slices.Clip(s.logs), t.logs[len(base.logs):]...)
	s.constants = append(slices.Clip(s.constants), t.constants[len(base.constants):]...)
	s.params = append(slices.Clip(s.params), t.params[len(base.params):]...)
	s.derived = append(slices.Clip(s.derived), t.derived[len(base.derived):]...)
	s.patterns = append(slices.Clip(s.patterns), t.patterns[len(base.patterns):]...)
	s.actions = append(slices.Clip(s.actions), t.actions[len(base.actions):]...)
	return s
}

// NewBundle makes a bundle. load says whether a document is one: parents are drawn
// until one is.
func NewBundle(r *Rand, load func(doc []byte) bool) *Bundle {
	g := &generator{Rand: r}
	doc := object{"holdfast": 1, "bundle": "parent", "version": "1.0.0"}
	g.fill(doc)
	if r.P(children) {
		if b, err := json.Marshal(doc); err == nil && load(b) {
			g, doc = g.family(doc, load)
		}
	}
	out := &Bundle{Schema: g.Schema}
	if r.P(6) {
		out.Spoiled = true
		g.spoil(doc)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err) // a bug of the generator: everything in it is JSON
	}
	if out.Spoiled && r.P(30) {
		b = g.scramble(b)
	}
	out.ID = fmt.Sprint(doc["bundle"], "@", doc["version"])
	out.Document = b
	return out
}

// fill declares everything in doc, in an order in which each part may name those before it.
func (g *generator) fill(doc object) {
	g.declareAgents(doc)
	g.declareTypes(doc)
	g.declareConstants(doc)
	g.declareState(doc)
	g.declarePatterns(doc)
	g.declareDerived(doc)
	g.declareActions(doc)
	g.declareConstraints(doc)
	if g.P(60) {
		if f := g.fallback(); len(f) > 0 {
			doc["fallback"] = f
		}
	}
	if !g.child {
		g.ttl = 24 * 3600 * 1000
		if g.P(70) {
			n := g.Between(2, 9)
			g.ttl = n * 1000
			hold := object{"ttl": fmt.Sprintf("%ds", n), "on_expire": pick(g.Rand, []string{"drop", "revert"})}
			doc["hold"] = hold
			if g.P(30) {
				hold["by"] = pick(g.Rand, g.agents).name
			}
			if g.P(60) { // few, so that they are reached
				limits := pick(g.Rand, [][2]int64{{1, 1}, {1, 2}, {2, 2}, {2, 3}})
				hold["per_actor"], hold["per_agent"] = limits[0], limits[1]
			}
			if g.P(25) {
				refused := []string{"rewrite", "reject", "revert", "halt", "escalate", "stall", "freeze"}
				hold["otherwise"] = object{"verdict": pick(g.Rand, refused)}
			}
		}
	}
	g.declareKeeps(doc)
	if g.P(20) {
		doc["about"], doc["title"] = g.text(60), g.text(20)
	}
	if len(g.vars) > 0 && g.P(15) {
		doc["prove"] = object{"properties": []any{object{"id": g.prefix + "P", "reachable": g.writer(inState, nil).bool(1)}}}
	}
}

// declareKeeps keeps some proposals from what a child adds.
func (g *generator) declareKeeps(doc object) {
	if !g.P(50) {
		return
	}
	var list []any
	for range 1 + g.N(3) {
		k := object{}
		if g.P(15) {
			k["action"] = pick(g.Rand, []string{"confirm", "decline", "expire", "unfreeze"})
			if g.P(40) {
				k["when"] = g.writer(inBefore, nil).bool(1)
			}
		} else {
			a := &g.actions[g.N(len(g.actions))]
			if k["action"] = a.name; g.P(50) {
				k["when"] = g.writer(inBefore, a).bool(2)
			}
		}
		list = append(list, k)
	}
	doc["keep"] = list
}

func (g *generator) name(what string, i int) string { return fmt.Sprintf("%s%s%d", g.prefix, what, i) }

func (g *generator) declareAgents(doc object) {
	if g.child && g.P(60) {
		return
	}
	list := object{}
	for i := range 1 + g.N(3) {
		a := agent{g.name("agent", i), g.P(45)}
		g.agents = append(g.agents, a)
		list[a.name] = object{"proposes": a.proposes}
	}
	doc["agents"] = list
	if !g.child && g.P(65) {
		g.governance = g.someAgents()
		doc["governance"] = g.governance
	}
}

func (g *generator) someAgents() []string {
	var list []string
	for _, a := range g.agents {
		if g.P(70) {
			list = append(list, a.name)
		}
	}
	if len(list) == 0 {
		list = append(list, pick(g.Rand, g.agents).name)
	}
	return list
}

func (g *generator) declareTypes(doc object) {
	list := object{}
	for i := range 1 + g.N(3) {
		t := &typ{kind: kEnum}
		if i == 0 || g.P(60) {
			for m := range 2 + g.N(3) {
				t.members = append(t.members, fmt.Sprintf("%sm%d", g.prefix, m))
			}
		} else {
			t = g.record(2)
		}
		t.name = g.name("type", i)
		list[t.name] = t.body()
		g.types = append(g.types, t)
	}
	doc["types"] = list
}

func (g *generator) declareConstants(doc object) {
	if g.P(60) {
		list := object{}
		for i := range 1 + g.N(3) {
			t := g.constant()
			v := g.filled(t)
			name := g.name("const", i)
			list[name] = v
			g.constants = append(g.constants, named{name, t})
		}
		if g.P(15) {
			name := g.name("mixed", 0)
			list[name] = []any{1, "a", 2.5, true, []any{1}}
			g.mixed = "constants." + name
		}
		doc["constants"] = list
	}
	if g.P(30) {
		t := g.typ(1)
		name := g.name("param", 0)
		doc["params"] = object{name: object{"type": t.schema(), "value": g.value(t)}}
		g.params = append(g.params, named{name, t})
		if g.P(70) {
			doc["metadata"] = object{g.name("meta", 0): object{"type": "int", "value": g.Between(0, 9), "internal": true,
				"salt": g.text(20)}}
		}
		if g.P(70) {
			doc["valid"] = []any{object{"require": "params." + name + " == params." + name,
				"say": "It is {params." + name + "}."}}
		}
	}
}

// constant makes a type that is found again from any of its values.
func (g *generator) constant() *typ {
	switch g.N(5) {
	case 0:
		return &typ{kind: kInt, min: 0, max: 9}
	case 1:
		return tBool
	case 2:
		return &typ{kind: kString, len: 20}
	case 3:
		return &typ{kind: kList, elem: &typ{kind: kInt, min: 0, max: 9}, len: 4}
	}
	return &typ{kind: kMap, elem: &typ{kind: kInt, min: 0, max: 9}, len: 3}
}

// filled is a value whose type can be seen: no empty list or map.
func (g *generator) filled(t *typ) any {
	for {
		switch v := g.value(t).(type) {
		case []any:
			if len(v) > 0 {
				return v
			}
		case map[string]any:
			if _, ok := v["a"]; ok {
				return v
			}
			v["a"] = g.value(t.elem)
			return v
		default:
			return v
		}
	}
}

func (g *generator) declareState(doc object) {
	list := object{}
	for i := range 1 + g.N(5) {
		t := g.typ(2)
		if i == 0 {
			t = g.enums()[0]
		}
		v := variable{named{g.name("v", i), t}, g.child}
		d := object{"type": t.schema()}
		if g.P(60) {
			d["init"] = g.value(t)
		}
		if g.P(45) {
			d["owner"] = g.someAgents()
		}
		if t.kind == kEnum {
			g.declareMoves(d, t, v.name)
		}
		list[v.name] = d
		g.vars = append(g.vars, v)
	}
	doc["state"] = list
	if g.P(60) {
		logs := object{}
		for i := range 1 + g.N(2) {
			t := g.typ(1)
			if g.P(5) {
				t = &typ{kind: kString, len: 1 << 20} // so that a state could become too large
			}
			l := variable{named{g.name("log", i), t}, g.child}
			logs[l.name] = object{"of": t.schema(), "max": g.Between(1, 5)}
			g.logs = append(g.logs, l)
		}
		doc["logs"] = logs
	}
}

func (g *generator) declareMoves(d object, t *typ, name string) {
	member := func() string {
		if g.P(10) {
			return "*"
		}
		return pick(g.Rand, t.members)
	}
	if g.P(60) {
		var allow []string
		for range 1 + g.N(5) {
			allow = append(allow, member()+pick(g.Rand, []string{" -> ", " <-> "})+member())
		}
		if g.P(70) {
			d["moves"] = allow
		} else {
			d["moves"] = object{"id": "MOVE-" + name, "allow": allow, "otherwise": g.otherwise(inAfter, nil)}
		}
	}
	if g.P(30) {
		d["never"] = []any{object{"move": member() + " -> " + member(), "id": "NEVER-" + name,
			"otherwise": g.otherwise(inAfter, nil)}}
	}
}

func (g *generator) declarePatterns(doc object) {
	if !g.P(60) {
		return
	}
	list := object{}
	for i := range 1 + g.N(2) {
		var any []any
		for range 1 + g.N(3) {
			switch g.N(3) {
			case 0:
				any = append(any, object{"phrase": pick(g.Rand, lexicon)})
			case 1:
				any = append(any, object{"phrases": []string{pick(g.Rand, lexicon), pick(g.Rand, lexicon)}})
			default:
				any = append(any, object{"regex": pick(g.Rand, []string{`\burgen(t|cy)\b`, `^now`, `(go|come) +away`, `[0-9]+%`,
					`x{2,5}$`})})
			}
		}
		name := g.name("pattern", i)
		list[name] = object{"any": any}
		g.patterns = append(g.patterns, name)
	}
	doc["patterns"] = list
}

func (g *generator) declareDerived(doc object) {
	if !g.P(40) {
		return
	}
	list := object{}
	var made []named
	for i := range 1 + g.N(3) {
		t := pick(g.Rand, []*typ{tBool, tInt, tString, tDouble})
		name := g.name("d", i)
		w := g.writer(inState, nil)
		for _, d := range made {
			w.add("derived."+d.name, d.typ, 0)
		}
		list[name] = w.expr(t, 2)
		made = append(made, named{name, t})
	}
	g.derived = append(g.derived, made...)
	doc["derived"] = list
}

// spoil makes one mistake, as an author or an attacker would.
func (g *generator) spoil(doc object) {
	section := pick(g.Rand, []string{"actions", "state", "constraints", "types", "agents", "patterns", ""})
	switch g.N(7) {
	case 0:
		doc["no-such-key"] = 1
	case 1:
		delete(doc, pick(g.Rand, []string{"holdfast", "bundle", "version", "agents"}))
	case 2:
		doc["version"] = pick(g.Rand, []any{"1", 1, "01.0.0", nil})
	case 3:
		if section != "" {
			doc[section] = pick(g.Rand, []any{[]any{}, object{"x": 1}, "x", nil, object{"": object{}}, []any{object{"id": "x"}}})
		}
	case 4:
		doc["constraints"] = []any{object{"id": "BAD", "level": "operational",
			"require": pick(g.Rand, []string{"state.nothing == 1", "1 +", "state.v0 == 1", "next.v0 == next.v0", "args.x9 > 1",
				"'a' && true"})}}
	case 5:
		doc["governance"] = []string{"nobody"}
	default:
		doc["fallback"] = object{"set": object{pick(g.Rand, []string{"nothing", "v0[", "v0..a", "state.v0", "v0"}): "1 / 0"}}
	}
}

// scramble breaks the bytes of a document.
func (g *generator) scramble(b []byte) []byte {
	i := g.N(len(b))
	switch g.N(5) {
	case 0:
		return b[:i]
	case 1:
		b[i] = byte(g.N(256))
		return b
	case 2:
		return append(b, '}')
	case 3:
		return append([]byte(`{"holdfast":1,"holdfast":1,`), b[1:]...)
	}
	return append(append(append([]byte{}, b[:i]...), "\xff\xfe"...), b[i:]...)
}
