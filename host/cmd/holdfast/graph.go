package main

// This file defines `holdfast graph`: the moves of state variables as a drawing.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/author"
)

type graphCommand struct {
	Bundle string   `arg:"" placeholder:"BUNDLE" help:"A bundle, or a point of a catalog."`
	Names  []string `arg:"" optional:"" name:"var" placeholder:"VAR" help:"${graph_names}"`
	Var    []string `placeholder:"NAME" help:"The same as VAR."`
	Format string   `enum:"mermaid,dot" default:"mermaid" placeholder:"mermaid|dot" help:"${graph_format}"`
}

func (*graphCommand) Help() string {
	return `Draws how an enum variable may change. What is declared as never is dashed, with the id that refuses it. A
variable without moves may change in every way.

Examples:

    holdfast graph mode-constraint-layer.yaml
    holdfast graph specula.yaml phase --format dot | dot -Tsvg > phase.svg`
}

// variable is what a drawing shows of a state variable.
type variable struct {
	Name  string          `json:"name"`
	Init  json.RawMessage `json:"init"`
	Moves *struct {
		Allow [][2]string `json:"allow"`
		ID    string      `json:"id"`
	} `json:"moves"`
	Never []struct {
		From string `json:"from"`
		ID   string `json:"id"`
		To   string `json:"to"`
	} `json:"never"`
	Type json.RawMessage `json:"type"`

	members []string          // of its enum; nil of another type
	titles  map[string]string // what people call them, where they have titles
}

// label is the text in a member's node, with marks replaced that mean something in the language it is drawn in.
func (v *variable) label(i int, marks *strings.Replacer) string {
	if title := v.titles[v.members[i]]; title != "" {
		return marks.Replace(author.Printable(title))
	}
	return v.members[i]
}

var (
	mermaidMarks = strings.NewReplacer(`"`, "#quot;", "#", "#35;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;")
	dotMarks     = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
)

// move is an arrow. Of two that lead there and back one is drawn, with both set.
type move struct {
	from, to int
	both     bool
	never    string // the id that refuses it; "" for a move that is allowed
}

func (c *graphCommand) Run(a *app) error {
	bundle, err := a.load(host.Native(), c.Bundle)
	if err != nil {
		return err
	}
	vars, err := drawable(bundle.Info(), append(c.Names, c.Var...))
	if err != nil {
		return err
	}
	if c.Format == "dot" {
		drawDOT(a, bundle.Name(), vars)
	} else {
		drawMermaid(a, vars)
	}
	return nil
}

// drawable finds the variables to draw.
func drawable(info []byte, names []string) ([]*variable, error) {
	var declared struct{ State []*variable }
	if err := json.Unmarshal(info, &declared); err != nil {
		return nil, err
	}
	var enums, with []string
	for _, v := range declared.State {
		var t struct {
			Enum   []string
			Titles map[string]string
		}
		if json.Unmarshal(v.Type, &t) == nil && t.Enum != nil {
			v.members, v.titles = t.Enum, t.Titles
			enums = append(enums, v.Name)
			if v.Moves != nil || len(v.Never) > 0 {
				with = append(with, v.Name)
			}
		}
	}
	switch {
	case len(enums) == 0:
		return nil, unreadable("this bundle has no enum variable, so there are no moves to draw")
	case len(names) == 0 && len(with) == 0:
		return nil, unreadable("no variable of this bundle declares moves; name one to draw it all the same: %s",
			strings.Join(enums, ", "))
	case len(names) == 0:
		names = with
	}
	var vars []*variable
	for _, name := range names {
		i := slices.IndexFunc(declared.State, func(v *variable) bool { return v.Name == name && v.members != nil })
		if i < 0 {
			return nil, unreadable("%s is no enum variable of this bundle; there are %s", name, strings.Join(enums, ", "))
		}
		vars = append(vars, declared.State[i])
	}
	return vars, nil
}

// moves lists the arrows: first those allowed, in the order of the members, then those
// that are never allowed.
func (v *variable) moves() []move {
	n := len(v.members)
	allowed := make([]bool, n*n)
	at := func(name string) int { return slices.Index(v.members, name) }
	for i := range allowed {
		allowed[i] = v.Moves == nil && i/n != i%n
	}
	if v.Moves != nil {
		for _, m := range v.Moves.Allow {
			allowed[at(m[0])*n+at(m[1])] = true
		}
	}
	var never []move
	for _, x := range v.Never {
		for from := range n {
			for to := range n {
				if from != to && (x.From == "*" || at(x.From) == from) && (x.To == "*" || at(x.To) == to) {
					allowed[from*n+to] = false
					never = append(never, move{from: from, to: to, never: x.ID})
				}
			}
		}
	}
	var list []move
	for from := range n {
		for to := range n {
			back := allowed[to*n+from]
			if allowed[from*n+to] && (!back || from < to) {
				list = append(list, move{from: from, to: to, both: back})
			}
		}
	}
	return append(list, never...)
}

// first returns the index of the member a session begins with.
func (v *variable) first() int {
	var init string
	_ = json.Unmarshal(v.Init, &init)
	return slices.Index(v.members, init)
}

// drawMermaid writes a flowchart (https://mermaid.js.org/syntax/flowchart.html): state
// diagrams know no dashed arrow.
func drawMermaid(a *app, vars []*variable) {
	fmt.Fprintln(a.stdout, "flowchart LR")
	for k, v := range vars {
		node := func(i int) string { return fmt.Sprintf("v%d_%d", k, i) }
		fmt.Fprintf(a.stdout, "  subgraph v%d[\"%s\"]\n", k, v.Name)
		fmt.Fprintf(a.stdout, "    v%d_init(( )) --> %s\n", k, node(v.first()))
		for i := range v.members {
			fmt.Fprintf(a.stdout, "    %s([\"%s\"])\n", node(i), v.label(i, mermaidMarks))
		}
		for _, m := range v.moves() {
			arrow := "-->"
			if m.both {
				arrow = "<-->"
			}
			if m.never != "" {
				arrow = "-.->|\"" + m.never + "\"|"
			}
			fmt.Fprintf(a.stdout, "    %s %s %s\n", node(m.from), arrow, node(m.to))
		}
		fmt.Fprintln(a.stdout, "  end")
	}
}

// drawDOT writes a digraph (https://graphviz.org/doc/info/lang.html).
func drawDOT(a *app, name string, vars []*variable) {
	fmt.Fprintf(a.stdout, "digraph %q {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n", name)
	for k, v := range vars {
		node := func(i int) string { return fmt.Sprintf("%q", v.Name+"."+v.members[i]) }
		fmt.Fprintf(a.stdout, "  subgraph cluster_%d {\n    label=%q;\n", k, v.Name)
		fmt.Fprintf(a.stdout, "    init_%d [shape=point];\n", k)
		for i := range v.members {
			fmt.Fprintf(a.stdout, "    %s [label=\"%s\"];\n", node(i), v.label(i, dotMarks))
		}
		fmt.Fprintf(a.stdout, "    init_%d -> %s;\n", k, node(v.first()))
		for _, m := range v.moves() {
			attributes := ""
			if m.both {
				attributes = " [dir=both]"
			}
			if m.never != "" {
				attributes = fmt.Sprintf(" [style=dashed, color=red, fontcolor=red, label=%q, constraint=false]", m.never)
			}
			fmt.Fprintf(a.stdout, "    %s -> %s%s;\n", node(m.from), node(m.to), attributes)
		}
		fmt.Fprintln(a.stdout, "  }")
	}
	fmt.Fprintln(a.stdout, "}")
}
