package parity

// This file makes random bundles.

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// Generator makes bundles and proposals from a seed. The bundles use every kind of
// declaration; most of them load, and most of their expressions can fail.
type Generator struct {
	r       *rand.Rand
	actions []action
	agents  []string
	at      int64
}

type action struct {
	name string
	args []arg
}

type arg struct {
	name string
	kind string // bool, int, string, enum, double
}

// NewGenerator returns the generator of a seed.
func NewGenerator(seed uint64) *Generator {
	return &Generator{r: rand.New(rand.NewPCG(seed, 0x686f6c6466617374)), at: firstAt}
}

func (g *Generator) one(list ...string) string { return list[g.r.IntN(len(list))] }
func (g *Generator) chance(n int) bool         { return g.r.IntN(n) == 0 }

var (
	members  = []string{"red", "green", "blue"}
	keys     = []string{"k1", "k2", "ключ"}
	texts    = []string{"", "plain", "you should choose", "Ｙou  sho\u200buld choose", "ﬁne Ünïcode 𝒳", "a\"b\\c", "\u202eright", "İstanbul ß"}
	levels   = []string{"physical", "responsibility", "ownership", "operational"}
	verdicts = []string{"reject", "hold", "rewrite", "revert", "halt", "escalate", "stall", "freeze"}
)

// scope is what an expression may read.
type scope struct {
	args []arg
	next bool // next too
	flat bool // a state alone: no actor, proposal or args
}

// Bundle returns a bundle document.
func (g *Generator) Bundle() []byte {
	agents := map[string]any{}
	for i := range 2 + g.r.IntN(3) {
		name := fmt.Sprint("agent", i)
		g.agents = append(g.agents, name)
		agents[name] = map[string]any{"proposes": g.chance(2)}
	}
	state := map[string]any{
		"flag":  map[string]any{"type": "bool"},
		"num":   map[string]any{"type": map[string]any{"int": []int{-5, 20}}, "init": g.r.IntN(10)},
		"ratio": map[string]any{"type": "double", "init": 0.5},
		"text":  map[string]any{"type": map[string]any{"string": 40}, "init": g.one(texts...)},
		"mode":  map[string]any{"type": "colour", "init": g.one(members...)},
		"list":  map[string]any{"type": map[string]any{"list": map[string]any{"of": map[string]any{"int": []int{0, 99}}, "max": 4}}, "init": []int{1, 2}},
		"map":   map[string]any{"type": map[string]any{"map": map[string]any{"of": map[string]any{"int": []int{0, 99}}, "max": 3}}, "init": map[string]any{"k1": 1}},
		"each":  map[string]any{"type": map[string]any{"map": map[string]any{"of": "bool", "keys": "colour"}}},
		"rec":   map[string]any{"type": "pair"},
		"when":  map[string]any{"type": "timestamp", "init": "2026-01-01T00:00:10Z"},
		"span":  map[string]any{"type": "duration", "init": "90s"},
	}
	for _, name := range []string{"flag", "num", "text", "mode", "map", "rec", "when"} {
		if g.chance(3) {
			state[name].(map[string]any)["owner"] = g.some(g.agents)
		}
	}
	mode := state["mode"].(map[string]any)
	if g.chance(2) {
		mode["moves"] = map[string]any{"id": "MOVES", "allow": []string{"red <-> green", g.one("green -> blue", "* -> red", "blue -> *")}, "otherwise": map[string]any{"verdict": g.one("reject", "revert"), "say": "from {state.mode} to {next.mode}"}}
	}
	if g.chance(2) {
		mode["never"] = []any{map[string]any{"id": "NEVER", "move": g.one("red -> blue", "* -> green", "blue -> *")}}
	}
	doc := map[string]any{
		"holdfast": 1, "bundle": "random", "version": "1.0.0", "agents": agents,
		"types":     map[string]any{"colour": map[string]any{"enum": members}, "pair": map[string]any{"record": map[string]any{"x": map[string]any{"int": []int{-9, 9}}, "y": "bool"}}},
		"constants": map[string]any{"most": g.r.IntN(20), "words": []string{"you should choose", "go away"}, "table": map[string]any{"red": 1, "green": 2, "blue": 3}},
		"state":     state,
		"logs":      map[string]any{"seen": map[string]any{"of": map[string]any{"record": map[string]any{"n": map[string]any{"int": []int{-99, 99}}, "who": map[string]any{"string": 20}}}, "max": 3 + g.r.IntN(5)}},
		"patterns":  map[string]any{"bossy": map[string]any{"any": []any{map[string]any{"phrases": "constants.words"}, map[string]any{"regex": `f\w+ \w*`}}}},
		"derived":   map[string]any{"busy": g.boolean(2, scope{flat: true}), "load": g.integer(2, scope{flat: true})},
	}
	if g.chance(2) {
		doc["governance"] = g.some(g.agents)
	}
	if g.chance(2) {
		doc["hold"] = map[string]any{"ttl": g.one("3s", "10s"), "on_expire": g.one("drop", "revert")}
	}
	if !g.chance(4) {
		doc["fallback"] = map[string]any{"set": map[string]any{"num": g.integer(1, scope{flat: true})}, "reset": []string{g.one("mode", "rec", "rec.x", "each.red", "list")}}
	}
	actions := map[string]any{}
	for i := range 2 + g.r.IntN(4) {
		a := action{name: fmt.Sprint("act", i)}
		args := map[string]any{}
		for j := range g.r.IntN(4) {
			p := arg{fmt.Sprint("arg", j), g.one("bool", "int", "string", "enum", "double")}
			t := map[string]any{"bool": "bool", "int": map[string]any{"int": []int{-20, 40}}, "string": map[string]any{"string": 60}, "enum": "colour", "double": "double"}[p.kind]
			if p.kind == "bool" && g.chance(3) {
				t = map[string]any{"type": t, "default": true}
			}
			args[p.name] = t
			a.args = append(a.args, p)
		}
		body := map[string]any{"args": args}
		if g.chance(2) {
			body["by"] = g.some(g.agents)
		}
		g.effects(body, scope{args: a.args})
		if g.chance(3) {
			e := map[string]any{"when": g.boolean(2, scope{args: a.args})}
			g.effects(e, scope{args: a.args})
			body["effects"] = []any{e}
		}
		actions[a.name] = body
		g.actions = append(g.actions, a)
	}
	doc["actions"] = actions
	doc["constraints"] = g.constraints()
	out, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return out
}

func (g *Generator) some(list []string) []string {
	var out []string
	for _, s := range list {
		if g.chance(2) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = append(out, g.one(list...))
	}
	return out
}

// effects puts set, reset and append into body, on a few of the paths.
func (g *Generator) effects(body map[string]any, s scope) {
	set := map[string]any{}
	paths := map[string]func() any{
		"flag": func() any { return g.boolean(2, s) }, "num": func() any { return g.integer(2, s) }, "ratio": func() any { return g.double(2, s) },
		"text": func() any { return g.text(2, s) }, "mode": func() any { return g.colour(s) }, "list": func() any { return "state.list + [" + g.integer(1, s) + "]" },
		"list[0]": func() any { return g.integer(1, s) }, "map.k1": func() any { return g.integer(1, s) },
		"rec.x": func() any { return g.integer(1, s) },
		"rec":   func() any { return map[string]any{"x": g.integer(1, s), "y": true} }, "when": func() any { return "proposal.at + state.span" },
	}
	names := []string{"flag", "num", "ratio", "text", "mode", "list", "list[0]", "map.k1", "rec.x", "rec", "when"}
	for range g.r.IntN(4) {
		name := g.one(names...)
		set[name] = paths[name]()
	}
	if g.chance(4) {
		set["map["+g.text(0, s)+"]"] = g.integer(1, s)
	}
	if g.chance(4) {
		set["each["+g.colour(s)+"]"] = g.boolean(1, s)
	}
	body["set"] = set
	if g.chance(6) {
		body["reset"] = []string{g.one("num", "map", "each", "each.red")}
	}
	if g.chance(3) {
		body["append"] = map[string]any{"seen": map[string]any{"n": g.integer(1, s), "who": g.text(1, s)}}
	}
}

func (g *Generator) constraints() []any {
	var list []any
	for i := range 2 + g.r.IntN(5) {
		c := map[string]any{"id": fmt.Sprint("C", i), "level": g.one(levels...)}
		s := scope{}
		if on := g.actions[g.r.IntN(len(g.actions))]; g.chance(2) {
			c["on"] = []string{on.name}
			s.args = on.args
		}
		kind := g.one("require", "require", "require", "ensure", "always", "prefer")
		switch kind {
		case "ensure":
			s.next = true
		case "always":
			s = scope{flat: true}
		case "prefer":
			s.next = true
			c["level"], c["weight"] = "preference", 1+g.r.IntN(9)
		}
		c[kind] = g.boolean(3, s)
		if kind == "always" {
			c[kind] = "(" + c[kind].(string) + ") || state.num < 15"
		}
		o := map[string]any{"say": "It is {" + g.integer(1, s) + "}, {" + g.text(1, s) + "}."}
		if kind != "prefer" {
			v := g.one(verdicts...)
			o["verdict"] = v
			if v == "hold" {
				o["by"] = g.some(g.agents)
			}
			if v == "freeze" && !g.chance(3) {
				o["verdict"] = "reject"
			}
		}
		c["otherwise"] = o
		list = append(list, c)
	}
	return list
}

// pick returns an argument of a kind, or what else there is.
func (g *Generator) pick(s scope, kind, otherwise string) string {
	var names []string
	for _, a := range s.args {
		if a.kind == kind {
			names = append(names, "args."+a.name)
		}
	}
	if len(names) == 0 || g.chance(3) {
		return otherwise
	}
	return g.one(names...)
}

// state is state, or next where it may be read.
func (g *Generator) state(s scope) string {
	if s.next && g.chance(2) {
		return "next."
	}
	return "state."
}

func (g *Generator) boolean(depth int, s scope) string {
	if depth == 0 {
		return g.pick(s, "bool", g.one(g.state(s)+"flag", "true", g.state(s)+"rec.y", g.state(s)+"each.red"))
	}
	d := depth - 1
	switch g.r.IntN(16) {
	case 0, 1:
		return "(" + g.boolean(d, s) + g.one(" && ", " || ") + g.boolean(d, s) + ")"
	case 2:
		return "!(" + g.boolean(d, s) + ")"
	case 3, 4, 5:
		return g.integer(d, s) + g.one(" < ", " <= ", " == ", " != ", " > ", " >= ") + g.integer(d, s)
	case 6:
		return g.double(d, s) + g.one(" < ", " >= ") + g.double(d, s)
	case 7:
		return "(" + g.boolean(d, s) + " ? " + g.boolean(d, s) + " : " + g.boolean(d, s) + ")"
	case 8:
		return g.integer(d, s) + " in " + g.state(s) + "list"
	case 9:
		return g.state(s) + "list." + g.one("exists", "all", "exists_one") + "(e, e " + g.one("<", "==", ">") + " " + g.integer(0, s) + ")"
	case 10:
		return g.text(d, s) + g.one(`.hits("bossy")`, `.startsWith("p")`, `.contains("o")`, ` == "plain"`, `.matches("^[a-z ]*$")`)
	case 11:
		return g.colour(s) + " == " + g.one("colour.red", `"green"`, g.state(s)+"mode")
	case 12:
		if !s.flat {
			return g.one(`actor.kind == "`+g.one(g.agents...)+`"`, "actor.id == proposal.origin.id", `proposal.reasons.exists(r, r == "urgency")`, "proposal.at < state.when", "state.when - proposal.at < state.span")
		}
		return "state.when < timestamp(\"2026-01-01T00:00:20Z\")"
	case 13:
		return `"` + g.one(keys...) + `" in ` + g.state(s) + "map"
	case 14:
		return "logs.seen." + g.one("all", "exists") + "(l, l.n " + g.one("<", ">") + " " + g.integer(0, s) + ")"
	}
	return g.boolean(0, s)
}

func (g *Generator) integer(depth int, s scope) string {
	if depth == 0 {
		return g.pick(s, "int", g.one(g.state(s)+"num", g.state(s)+"rec.x", "constants.most", fmt.Sprint(g.r.IntN(30)), "size("+g.state(s)+"list)"))
	}
	d := depth - 1
	switch g.r.IntN(10) {
	case 0, 1:
		return "(" + g.integer(d, s) + g.one(" + ", " - ", " * ") + g.integer(d, s) + ")"
	case 2:
		return "(" + g.integer(d, s) + g.one(" / ", " % ") + g.integer(d, s) + ")"
	case 3:
		return g.state(s) + "list[" + fmt.Sprint(g.r.IntN(4)) + "]"
	case 4:
		return g.state(s) + `map["` + g.one(keys...) + `"]`
	case 5:
		return "constants.table[" + g.colour(s) + "]"
	case 6:
		return "size(" + g.text(d, s) + ")"
	case 7:
		return "(" + g.boolean(d, s) + " ? " + g.integer(d, s) + " : " + g.integer(d, s) + ")"
	case 8:
		return "size(logs.seen)"
	}
	return g.integer(0, s)
}

func (g *Generator) double(depth int, s scope) string {
	if depth == 0 {
		return g.pick(s, "double", g.one(g.state(s)+"ratio", "0.1", "1e10", "double("+g.integer(0, s)+")"))
	}
	return "(" + g.double(depth-1, s) + g.one(" + ", " * ", " / ", " - ") + g.double(depth-1, s) + ")"
}

func (g *Generator) text(depth int, s scope) string {
	quoted, _ := json.Marshal(g.one("plain", "you should choose", "k1", "ключ", "Ünï"))
	if depth == 0 {
		return g.pick(s, "string", g.one(g.state(s)+"text", string(quoted)))
	}
	switch g.r.IntN(5) {
	case 0:
		return "(" + g.text(depth-1, s) + " + " + g.text(depth-1, s) + ")"
	case 1:
		return "string(" + g.integer(depth-1, s) + ")"
	case 2:
		return g.text(depth-1, s) + g.one(".lowerAscii()", ".trim()", ".replace(\"o\", \"0\")", ".substring(1)")
	}
	return g.text(0, s)
}

func (g *Generator) colour(s scope) string {
	return g.pick(s, "enum", g.one(g.state(s)+"mode", "colour.red", "colour.blue"))
}
