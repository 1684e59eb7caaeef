package core

// This file reads the arguments of a proposal, and says to a person what would do in place of what does not fit.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

func argument(path, message string) *Error {
	return &Error{Code: codes.ProposalArgument, Path: path, Message: message}
}

// readArgs reads the arguments of a declared action.
func (p *proposal) readArgs(b *model.Bundle, d *canon.Doc, n canon.Node) *Error {
	a := &b.Actions[p.action]
	p.args = make([]value.Value, len(a.Args))
	given, fill, whole := 0, model.MaxFilled, true
	for i := range a.Args {
		arg := &a.Args[i]
		v := d.Get(n, arg.Name)
		if v < 0 {
			if !arg.Optional {
				return argument("args."+arg.Name, capital(arg.Shown())+" is missing: "+wanted(arg.Type)+".")
			}
			p.args[i], whole = arg.Default, false
			continue
		}
		given++
		w, m := model.Decode(d, v, arg.Type, &fill)
		if m != nil {
			if fill < 0 {
				return &Error{Code: codes.LimitProposal, Path: "args." + arg.Name + m.Path, Message: misfit(arg, m)}
			}
			return argument("args."+arg.Name+m.Path, misfit(arg, m))
		}
		p.args[i] = w
	}
	if !whole || fill < model.MaxFilled {
		// What is recorded is the proposal with everything filled in, so that is what the limit is on.
		var size model.Extent
		for _, v := range p.args {
			if !size.Add(v, model.Extent{Bytes: MaxProposal, Values: MaxProposal}) {
				return &Error{Code: codes.LimitProposal, Path: "args",
					Message: "with what was left out filled in, the arguments have more than " + strconv.Itoa(MaxProposal) + " bytes."}
			}
		}
	}
	if given == d.Len(n) {
		return nil
	}
	var known []string
	for i := range a.Args {
		known = append(known, a.Args[i].Name)
	}
	for k := d.First(n); k >= 0; k = d.Next(k) {
		if s := d.String(k); !contains(known, s) {
			return argument("args."+clip(s), "`"+a.Name+"` has no argument `"+clip(s)+"`."+suggest(s, known))
		}
	}
	return nil
}

// misfit says to who fills a form what would do in place of what does not fit.
func misfit(a *model.Arg, m *model.Mismatch) string {
	field, say := capital(a.Shown())+m.Path, m.Message
	if m.Want != nil {
		say = wanted(m.Want) + "."
	}
	if m.Hint != "" && (m.Want == nil || m.Want.Kind == types.Enum) {
		say += " " + capital(m.Hint)
	}
	if strings.HasSuffix(field, "?") {
		return field + " " + capital(say)
	}
	return field + ": " + say
}

// wanted says to a person what a value of type t is.
func wanted(t *types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "choose yes or no"
	case types.Int:
		if t.Min <= 1-model.MaxValue && t.Max >= model.MaxValue-1 {
			return "choose a whole number"
		}
		return "choose a whole number from " + strconv.FormatInt(t.Min, 10) + " to " + strconv.FormatInt(t.Max, 10)
	case types.Double:
		return "choose a number"
	case types.String:
		return "write a text"
	case types.Timestamp:
		return "write a date and time such as 2026-01-31T12:00:00Z"
	case types.Duration:
		return "write a span of time such as 90s or 1h30m"
	case types.Enum:
		shown := make([]string, len(t.Members))
		for i, name := range t.Members {
			shown[i] = t.Shown(name)
		}
		return "choose " + joinWords(shown, "or")
	case types.List:
		return "give a list of at most " + strconv.Itoa(t.Len) + " items"
	}
	return "give a mapping"
}

// readBuiltin reads the arguments of confirm, decline, expire and unfreeze.
func (p *proposal) readBuiltin(d *canon.Doc, n canon.Node) *Error {
	var known []string
	switch p.action {
	case actConfirm:
		known = []string{"digest", "hold"}
	case actDecline, actExpire:
		known = []string{"hold"}
	}
	for k := d.First(n); k >= 0; k = d.Next(k) {
		if s := d.String(k); !contains(known, s) {
			return argument("args."+clip(s), "`"+builtins[-1-p.action]+"` has no argument `"+clip(s)+"`."+suggest(s, known))
		}
	}
	for _, k := range known {
		v := d.Get(n, k)
		if v < 0 {
			return argument("args."+k, "`"+builtins[-1-p.action]+"` needs the argument `"+k+"`.")
		}
		if k == "hold" {
			i, ok := int64(0), false
			if d.Kind(v) == canon.Number {
				i, ok = d.Int(v)
			}
			if !ok || i < 1 {
				return argument("args.hold", "`hold` is the `seq` of the decision that parked the proposal.")
			}
			p.hold = i
			continue
		}
		if d.Kind(v) != canon.String || !isDigest(d.String(v)) {
			return argument("args.digest", "`digest` is the parked proposal's, \"sha256:\" and 64 hexadecimal digits; "+
				"the decision that parked it has it as `proposal`.")
		}
		p.digest = strings.Clone(d.String(v))
	}
	return nil
}

func isDigest(s string) bool {
	hex, ok := strings.CutPrefix(s, "sha256:")
	if !ok || len(hex) != 64 {
		return false
	}
	for i := range len(hex) {
		if c := hex[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}
