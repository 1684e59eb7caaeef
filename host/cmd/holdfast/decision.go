package main

// This file shows decisions to people. Programs read the bytes.

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/goccy/go-json"
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
	Reasons    []string                   `json:"reasons"`
	Seq        int64                      `json:"seq"`
	Verdict    string                     `json:"verdict"`
	Violations []reason                   `json:"violations"`
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
func (d *decision) proposed() string {
	line := d.Action
	if args := pairs(d.Args); args != "" {
		line += " " + args
	}
	line += " by " + d.Actor.String()
	if len(d.Reasons) != 1 || d.Reasons[0] != "request" {
		line += " because of " + strings.Join(d.Reasons, ", ")
	}
	return line
}

// show writes the decision for a person: what was proposed, the verdict, and why.
func (d *decision) show(w io.Writer, s style) {
	fmt.Fprintf(w, "%s %s\n", s.bold(s.verdict(d.Verdict)), d.proposed())
	d.because(w, s, "  ")
}

// because writes the reasons and what changes.
func (d *decision) because(w io.Writer, s style, indent string) {
	for _, v := range d.Violations {
		verdict := ""
		if v.ID != d.Governing {
			verdict = ", " + v.Verdict
		}
		code := ""
		if v.Code != "" {
			code = " (" + v.Code + ")"
		}
		fmt.Fprintf(w, "%s%s %s %s%s\n", indent, s.bold(v.ID), s.dim("["+v.Level+verdict+"]"), v.Say, code)
		d.details(w, s, indent+"    ", v)
	}
	for _, a := range d.Advice {
		fmt.Fprintf(w, "%s%s %s %s\n", indent, s.bold(a.ID), s.dim("[advice]"), a.Say)
		d.details(w, s, indent+"    ", a)
	}
	for _, c := range d.Changes {
		if c.Append != nil {
			fmt.Fprintf(w, "%s%s gets %s\n", indent, c.Path, plain(c.Append))
		} else {
			fmt.Fprintf(w, "%s%s: %s -> %s\n", indent, c.Path, plain(c.From), plain(c.To))
		}
	}
}

func (d *decision) details(w io.Writer, s style, indent string, r reason) {
	for _, x := range r.Spans {
		fmt.Fprintf(w, "%s%s\n", indent, s.dim(x.Path+" at "+fmt.Sprint(x.Start)+": ")+d.excerpt(x)+s.dim(" ("+x.Pattern+")"))
	}
	var terms []string
	for _, term := range r.Terms {
		var path string
		_ = json.Unmarshal(term[0], &path)
		terms = append(terms, path+" = "+string(bytes.TrimSpace(term[1])))
	}
	if len(terms) > 0 {
		fmt.Fprintf(w, "%s%s\n", indent, s.dim(strings.Join(terms, ", ")))
	}
}

// excerpt is the text that a pattern matched, where the decision has it.
func (d *decision) excerpt(x span) string {
	var text string
	if json.Unmarshal(d.Args[strings.TrimPrefix(x.Path, "args.")], &text) != nil {
		return ""
	}
	units := utf16.Encode([]rune(text))
	if x.Start < 0 || x.Start > x.End || x.End > len(units) {
		return ""
	}
	quoted, _ := json.MarshalWithOption(string(utf16.Decode(units[x.Start:x.End])), json.DisableHTMLEscape())
	return string(quoted)
}
