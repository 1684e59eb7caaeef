package main

// This file shows decisions to people. Programs read the bytes.

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/host/author"
)

// decision is what is shown of a decision.
type decision struct {
	Action     string                     `json:"action"`
	Actor      actor                      `json:"actor"`
	Advice     []reason                   `json:"advice"`
	Args       map[string]json.RawMessage `json:"args"`
	At         int64                      `json:"at"`
	Changes    []change                   `json:"changes"`
	Governing  string                     `json:"governing"`
	Proposal   string                     `json:"proposal"`
	Reasons    []string                   `json:"reasons"`
	Seq        int64                      `json:"seq"`
	Verdict    string                     `json:"verdict"`
	Violations []reason                   `json:"violations"`

	titles titles // what people call things; without, names are shown
}

type actor struct {
	ID   string `json:"id,omitempty"`
	Kind string `json:"kind"`
}

// String is KIND, or KIND:ID where the id says more.
func (a actor) String() string {
	if a.ID == "" || a.ID == a.Kind {
		return a.Kind
	}
	return a.Kind + ":" + a.ID
}

// reason is a violation or a piece of advice.
type reason struct {
	Code    string               `json:"code"`
	ID      string               `json:"id"`
	Level   string               `json:"level"`
	Say     string               `json:"say"`
	Spans   []span               `json:"spans"`
	Terms   [][2]json.RawMessage `json:"terms"`
	Verdict string               `json:"verdict"`
}

// span is where a pattern matched, in UTF-16 code units.
type span struct {
	End     int    `json:"end"`
	Path    string `json:"path"`
	Pattern string `json:"pattern"`
	Start   int    `json:"start"`
}

type change struct {
	Append json.RawMessage `json:"append"`
	From   json.RawMessage `json:"from"`
	Path   string          `json:"path"`
	To     json.RawMessage `json:"to"`
}

func readDecision(src []byte) (*decision, error) {
	d := &decision{}
	if err := json.Unmarshal(src, d); err != nil {
		return nil, fmt.Errorf("the decision cannot be read: %w", err)
	}
	return d, nil
}

// proposed is the proposal in one line.
func (d *decision) proposed() string { return d.proposedBy(d.titles.actor(d.Actor)) }

// proposedBy is the same, with other words for who proposes it.
func (d *decision) proposedBy(who string) string {
	line := d.titles.proposed(d.Action, d.Args) + " by " + who
	switch {
	case len(d.Reasons) == 0:
		line += " without a reason"
	case len(d.Reasons) > 1 || d.Reasons[0] != "request":
		reasons := make([]string, len(d.Reasons))
		for i, text := range d.Reasons {
			if reasons[i] = text; text == "" || strings.Contains(text, ",") { // quoted, so that it is seen where it ends
				reasons[i] = quote(text)
			}
		}
		line += " because of " + strings.Join(reasons, ", ")
	}
	return author.Printable(line)
}

// show writes the decision for a person: what was proposed, the verdict, and why.
func (d *decision) show(w io.Writer, s style) {
	fmt.Fprintf(w, "%s %s\n", s.bold(s.verdict(d.Verdict)), d.proposed())
	d.because(w, s, "  ")
}

// because writes the reasons and what changes.
func (d *decision) because(w io.Writer, s style, indent string) {
	for _, v := range forPeople(d.Violations) {
		verdict := ""
		if v.ID != d.Governing {
			verdict = ", " + v.Verdict
		}
		fmt.Fprintf(w, "%s%s %s %s%s\n", indent, s.bold(v.ID), s.dim("["+v.Level+verdict+"]"), says(v.ID, v.Say), v.code())
		d.details(w, s, indent+"    ", v)
	}
	for _, a := range d.Advice {
		fmt.Fprintf(w, "%s%s %s %s%s\n", indent, s.bold(a.ID), s.dim("[advice]"), says(a.ID, a.Say), a.code())
		d.details(w, s, indent+"    ", a)
	}
	for _, c := range d.Changes {
		if c.Append != nil {
			fmt.Fprintf(w, "%s%s gets %s\n", indent, c.Path, author.Printable(plain(c.Append)))
		} else {
			fmt.Fprintf(w, "%s%s: %s -> %s\n", indent, c.Path, author.Printable(d.titles.state[c.Path].member(c.From)),
				author.Printable(d.titles.state[c.Path].member(c.To)))
		}
	}
}

// forPeople orders violations as people want to know them: who may not do it at all, then
// whose it is not to change, then the rest as decided.
func forPeople(list []reason) []reason {
	rank := func(r reason) int {
		switch {
		case strings.HasPrefix(r.ID, "by:"), r.ID == "hold:by":
			return 0
		case strings.HasPrefix(r.ID, "owner:") && r.Verdict != "hold":
			return 1
		}
		return 2
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b reason) int { return rank(a) - rank(b) })
	return list
}

// code says why it could not be evaluated, where it could not.
func (r *reason) code() string {
	if r.Code == "" {
		return ""
	}
	return " (" + r.Code + ")"
}

// says is the text of a violation to show after its id, with which a text that its
// author has not written begins.
func says(id, text string) string { return author.Printable(strings.TrimPrefix(text, id+": ")) }

func (d *decision) details(w io.Writer, s style, indent string, r reason) {
	for _, x := range r.Spans {
		path, excerpt := x.Path, d.excerpt(x, r.Terms)
		if path == "" {
			path = "a computed text"
		}
		if excerpt != "" {
			excerpt = ": " + author.Printable(excerpt)
		}
		fmt.Fprintf(w, "%s%s\n", indent, s.dim(path+" at "+fmt.Sprint(x.Start))+excerpt+s.dim(" ("+x.Pattern+")"))
	}
	var terms []string
	for _, term := range r.Terms {
		var path string
		_ = json.Unmarshal(term[0], &path)
		terms = append(terms, path+" = "+string(bytes.TrimSpace(term[1])))
	}
	if len(terms) > 0 {
		fmt.Fprintf(w, "%s%s\n", indent, s.dim(author.Printable(strings.Join(terms, ", "))))
	}
}

// excerpt is the text that a pattern matched, where the decision has it.
func (d *decision) excerpt(x span, terms [][2]json.RawMessage) string {
	units := utf16.Encode([]rune(d.text(x.Path, terms)))
	if x.Start < 0 || x.Start >= x.End || x.End > len(units) {
		return ""
	}
	return quote(string(utf16.Decode(units[x.Start:x.End])))
}

// step is one step of a path below its root.
var step = regexp.MustCompile(`^(?:\.(\w+)|\[(\d+)\]|\["([^"\\]*)"\])`)

// text is the text at a path: that of the term, or, where the term is too long to be
// more than a digest, what the proposal has there.
func (d *decision) text(path string, terms [][2]json.RawMessage) string {
	for _, term := range terms {
		var name, text string
		if json.Unmarshal(term[0], &name) == nil && name == path && json.Unmarshal(term[1], &text) == nil {
			return text
		}
	}
	var value any
	if rest, ok := strings.CutPrefix(path, "proposal.reasons"); ok {
		list := make([]any, len(d.Reasons))
		for i, text := range d.Reasons {
			list[i] = text
		}
		path, value = rest, list
	} else if rest, ok := strings.CutPrefix(path, "args"); ok {
		object := make(map[string]any, len(d.Args))
		for name, raw := range d.Args {
			var arg any
			_ = json.Unmarshal(raw, &arg) // it was read as part of the decision
			object[name] = arg
		}
		path, value = rest, object
	}
	for path != "" {
		part := step.FindStringSubmatch(path)
		if part == nil {
			return "" // an index that is computed, or another root
		}
		switch v := value.(type) {
		case map[string]any:
			value = v[part[1]+part[3]]
		case []any:
			i, err := strconv.Atoi(part[2])
			if err != nil || i >= len(v) {
				return ""
			}
			value = v[i]
		default:
			return ""
		}
		path = path[len(part[0]):]
	}
	text, _ := value.(string)
	return text
}

// quote writes text in quotes, as JSON does.
func quote(text string) string {
	quoted, _ := json.MarshalWithOption(text, json.DisableHTMLEscape())
	return string(quoted)
}
