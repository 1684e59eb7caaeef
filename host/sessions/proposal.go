package sessions

// This file defines Proposal, and reads one from JSON.
//
// The text is read once: core.Canonical refuses what is no strict JSON, and what it returns is only
// cut into its members. The document for the core is put together of the same pieces, in canonical
// order, so that nothing is decoded and written again before the core reads it. BenchmarkProposal
// compares it with what was done before.

import (
	"bytes"
	"strconv"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host"
)

// Proposal is what a caller proposes: what the core takes, and what only the host looks at.
type Proposal struct {
	Action  string
	Actor   host.Actor // as the caller says it; empty where it says nothing
	Args    []byte     // canonical JSON; nil where it was left out
	At      *int64     // milliseconds since 1970
	Reasons []byte     // canonical JSON; nil where it was left out
	Seq     *int64     // decisions the caller has seen
}

// ReadProposal reads a proposal from any JSON of its shape. Every member may be left out. The error
// is a *[core.Error] for what is no JSON, and an *Error with codes.HTTPShape for another shape.
func ReadProposal(src []byte) (p Proposal, err error) {
	if len(src) == 0 {
		return p, nil
	}
	canonical, err := core.Canonical(src) // refuses what is said twice
	if err != nil {
		return p, err
	}
	if len(canonical) == 0 || canonical[0] != '{' {
		return p, refuse(codes.HTTPShape, "the body is a JSON object")
	}
	err = eachMember(canonical, func(name, value []byte) error {
		switch string(name) {
		case `"action"`:
			return readText(name, value, &p.Action)
		case `"actor"`:
			if value[0] != '{' {
				return wrongKind(name, "an object")
			}
			return eachMember(value, p.readActor)
		case `"args"`:
			p.Args = value
		case `"at"`:
			return readNumber(name, value, &p.At)
		case `"reasons"`:
			p.Reasons = value
		case `"seq"`:
			return readNumber(name, value, &p.Seq)
		default:
			return refuse(codes.HTTPShape, "unknown field %s", name)
		}
		return nil
	})
	return p, err
}

func (p *Proposal) readActor(name, value []byte) error {
	switch string(name) {
	case `"id"`:
		return readText(name, value, &p.Actor.ID)
	case `"kind"`:
		return readText(name, value, &p.Actor.Kind)
	}
	return refuse(codes.HTTPShape, "unknown field %s", name)
}

func readText(name, value []byte, to *string) error {
	if value[0] != '"' {
		return wrongKind(name, "text")
	}
	if bytes.IndexByte(value, '\\') < 0 {
		*to = string(value[1 : len(value)-1])
		return nil
	}
	return json.Unmarshal(value, to)
}

func readNumber(name, value []byte, to **int64) error {
	n, err := strconv.ParseInt(string(value), 10, 64) // canonical JSON writes whole numbers as Go does
	if err != nil {
		return wrongKind(name, "a whole number")
	}
	*to = &n
	return nil
}

func wrongKind(name []byte, kind string) error {
	return refuse(codes.HTTPShape, "%s is %s", name, kind)
}

// eachMember calls f with each member of an object in canonical JSON: its name, in quotes, and its
// value. A member that is null is refused.
func eachMember(object []byte, f func(name, value []byte) error) error {
	for rest := object[1:]; rest[0] != '}'; {
		n := valueEnd(rest)
		name := rest[:n]
		rest = rest[n+1:]
		n = valueEnd(rest)
		value := rest[:n]
		if rest = rest[n:]; rest[0] == ',' {
			rest = rest[1:]
		}
		if string(value) == "null" {
			return refuse(codes.HTTPShape, "%s is null: leave it out", name)
		}
		if err := f(name, value); err != nil {
			return err
		}
	}
	return nil
}

// valueEnd returns where the first value of canonical JSON ends.
func valueEnd(src []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
			if !quoted && depth == 0 {
				return i + 1
			}
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case c == ',' && depth == 0:
			return i
		}
	}
	return len(src)
}

// document returns the proposal as the core takes it, with the actor that it is decided for. What was
// left out is filled in as [core.Complete] does.
func (p *Proposal) document(actor host.Actor, at int64) []byte {
	args, reasons := p.Args, p.Reasons
	if args == nil {
		args = []byte(core.NoArgs)
	}
	if reasons == nil {
		reasons = []byte(core.DefaultReasons)
	}
	doc := make([]byte, 0, len(args)+len(reasons)+256)
	doc = appendText(append(doc, `{"action":`...), p.Action)
	doc = appendActor(append(doc, `,"actor":`...), actor)
	doc = append(append(doc, `,"args":`...), args...)
	doc = strconv.AppendInt(append(doc, `,"at":`...), at, 10)
	doc = append(append(doc, `,"reasons":`...), reasons...)
	return append(doc, '}')
}

// question returns what the core is asked about all actions. Reasons that are left out stay unknown.
func (p *Proposal) question(actor host.Actor, at int64) []byte {
	doc := appendActor([]byte(`{"actor":`), actor)
	doc = strconv.AppendInt(append(doc, `,"at":`...), at, 10)
	if p.Reasons != nil {
		doc = append(append(doc, `,"reasons":`...), p.Reasons...)
	}
	return append(doc, '}')
}

func appendActor(dst []byte, actor host.Actor) []byte {
	dst = appendText(append(dst, `{"id":`...), actor.ID)
	dst = appendText(append(dst, `,"kind":`...), actor.Kind)
	return append(dst, '}')
}

// appendText appends text as JSON.
func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.MarshalWithOption(text, json.DisableHTMLEscape())
			if err != nil {
				panic(err) // a string has a form
			}
			return append(dst, quoted...)
		}
	}
	return append(append(append(dst, '"'), text...), '"')
}
