package load

// This file compiles say texts, and reads what happens when a constraint does not hold.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
)

// say compiles the text x.
func (b *loader) say(x node, at Place, action int) model.Say {
	s, ok := x.text(MaxText)
	if !ok {
		return nil
	}
	say := model.Say{}
	var words []byte
	flush := func() {
		if len(words) > 0 {
			say = append(say, model.SayPart{Words: string(words)})
			words = nil
		}
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case (c == '{' || c == '}') && i+1 < len(s) && s[i+1] == c:
			words = append(words, c)
			i += 2
		case c == '}':
			x.r.diag.Add(diag.Diagnostic{Code: codes.BundleText, Path: x.path, Off: i, End: i + 1,
				Message: "this brace closes nothing.", Hint: "write `}}` for a brace in the text."})
			return nil
		case c == '{':
			end := closing(s, i+1, '}')
			if end < 0 {
				x.r.diag.Add(diag.Diagnostic{Code: codes.BundleText, Path: x.path, Off: i, End: i + 1,
					Message: "this brace is never closed.",
					Hint:    "close the expression with `}`, or write `{{` for a brace in the text."})
				return nil
			}
			flush()
			if p := b.compile(x, false, i+1, s[i+1:end], at, action, nil); p != nil {
				say = append(say, model.SayPart{Program: p})
			}
			i = end + 1
		default:
			words = append(words, c)
			i++
		}
	}
	flush()
	return say
}

// closing returns the index of the bracket that ends the expression which
// begins at i, past brackets and quotes inside it; -1 where there is none.
func closing(s string, i int, end byte) int {
	depth := 0
	for ; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\'':
			for i++; i < len(s) && s[i] != c; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth == 0 {
				if c == end {
					return i
				}
				return -1
			}
			depth--
		}
	}
	return -1
}

// otherwise reads what happens when a constraint does not hold, all but its text.
func (b *loader) otherwise(x node) (o model.Otherwise, say node) {
	o.Verdict = model.Reject
	if !x.ok() {
		return o, node{}
	}
	if x.kind() == canon.String {
		x.fail(codes.BundleKind, "expected a mapping with `verdict` and `say`, found text.",
			"write `otherwise: {say: \"…\"}`.")
		return o, node{}
	}
	if !x.keys("verdict", "say", "by") {
		return o, node{}
	}
	if v := x.get("verdict"); v.ok() {
		if i, ok := v.word("verdict of a refusal", model.VerdictWords[1:]...); ok {
			o.Verdict = model.Verdict(i + 1)
		}
	}
	by := x.get("by")
	if o.Verdict == model.HoldVerdict {
		if by = x.need("by"); by.ok() {
			o.By = b.agents(by)
		}
	} else if by.ok() {
		by.failKey(codes.BundleForm, "`by` says who may confirm, so it goes with `verdict: hold` only.", "")
	}
	return o, x.get("say")
}

// agents reads a list of agents as a set.
func (b *loader) agents(x node) uint64 {
	var set uint64
	var known []string
	for _, a := range b.Agents {
		known = append(known, a.Name)
	}
	x.items(MaxAgents, "agents", func(i int, v node) {
		name, ok := v.text(MaxText)
		if !ok {
			return
		}
		at := b.Agent(name)
		if at >= 0 && !b.sees(ofAgents, at) {
			at = -1
		}
		if at < 0 && len(known) == 0 {
			return // that there are none is reported
		}
		if at < 0 {
			hint := diag.Suggest(name, known)
			if hint == "" {
				hint = "the agents are " + diag.Quoted(known) + "."
			}
			v.fail(codes.BundleReference, "there is no agent `"+name+"`.", hint)
			return
		}
		set |= 1 << at
	})
	return set
}

func trimBlanks(s string) string { return strings.Trim(s, " \t") }
