package core

// This file reads proposals.

import (
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// Limits on a proposal. A decision carries its proposal, and both are kept for
// ever and sent to every replica, so they stay small.
const (
	MaxProposal    = 1 << 16         // bytes of JSON
	MaxActorID     = 128             // bytes
	MaxReasons     = 16              // reasons
	MaxReason      = 256             // bytes of one reason
	MaxAt          = 253402300799999 // 9999-12-31T23:59:59.999Z, the last instant a timestamp can name
	MaxSeq         = 1<<53 - 1       // decisions of a session: the largest number JSON carries exactly
	maxMessageText = 80              // bytes of an input quoted in a message: a digest has 71
)

// Built-in actions.
const (
	actConfirm = -1 - iota
	actDecline
	actExpire
	actUnfreeze
)

var builtins = model.Builtins

// doing begins a sentence about what is done to a parked proposal.
var doing = []string{"Confirming this", "Declining this", "Expiring this"}

// actor is who proposes: an index into the bundle's agents, and an id.
type actor struct {
	agent int
	id    value.Value // a String, or Unknown
}

// proposal is a proposal that was read, or one that is only asked about, whose
// arguments may be unknown.
type proposal struct {
	action  int // index into the bundle's actions, or a built-in's negative number
	actor   actor
	args    []value.Value // parallel to the action's arguments
	hold    int64         // of confirm, decline and expire
	digest  string        // of confirm
	at      value.Value   // milliseconds as an Int, or Unknown
	reasons value.Value   // List of String, or Unknown
	since   value.Value   // of what is being confirmed: when it was proposed, likewise; elsewhere none
	self    value.Value   // the actor as expressions read it, once someone has asked
}

// name returns the action's name.
func (p *proposal) name(b *model.Bundle) string {
	if p.action < 0 {
		return builtins[-1-p.action]
	}
	return b.Actions[p.action].Name
}

func shape(path, message string) *Error {
	return &Error{Code: codes.ProposalShape, Path: path, Message: message}
}

// checkSize refuses a proposal of too many bytes.
func checkSize(n int) *Error {
	if n <= MaxProposal {
		return nil
	}
	return &Error{Code: codes.LimitProposal, Message: "the proposal has " + strconv.Itoa(n) + " bytes, and at most " +
		strconv.Itoa(MaxProposal) + " are allowed."}
}

// readProposal reads a whole proposal.
func readProposal(b *model.Bundle, d *canon.Doc, src []byte) (*proposal, *Error) {
	if err := checkSize(len(src)); err != nil {
		return nil, err
	}
	if err := d.Parse(src); err != nil {
		return nil, reading(err)
	}
	return proposalAt(b, d, 0)
}

var proposalKeys = []string{"action", "actor", "args", "at", "reasons"}

// proposalAt reads the proposal at n.
func proposalAt(b *model.Bundle, d *canon.Doc, n canon.Node) (*proposal, *Error) {
	if d.Kind(n) != canon.Object {
		return nil, shape("", "a proposal is a JSON object with `action`, `actor`, `args`, `at` and `reasons`.")
	}
	for k := d.First(n); k >= 0; k = d.Next(k) {
		if !contains(proposalKeys, d.String(k)) {
			return nil, shape(clip(d.String(k)), "a proposal has no member `"+clip(d.String(k))+"`."+suggest(d.String(k),
				proposalKeys))
		}
	}
	for _, k := range proposalKeys {
		if d.Get(n, k) < 0 {
			return nil, shape(k, "`"+k+"` is missing.")
		}
	}
	return membersAt(b, d, n)
}

// membersAt reads a proposal's members from an object that has all of them.
func membersAt(b *model.Bundle, d *canon.Doc, n canon.Node) (*proposal, *Error) {
	p := &proposal{}
	var err *Error
	if p.actor, err = readActor(b, d, d.Get(n, "actor")); err != nil {
		return nil, err
	}
	if p.at, err = readAt(d, d.Get(n, "at")); err != nil {
		return nil, err
	}
	if p.reasons, err = readReasons(d, d.Get(n, "reasons")); err != nil {
		return nil, err
	}
	a := d.Get(n, "action")
	if d.Kind(a) != canon.String {
		return nil, shape("action", "`action` is text, the name of an action.")
	}
	name := d.String(a)
	args := d.Get(n, "args")
	if d.Kind(args) != canon.Object {
		return nil, shape("args", "`args` is an object of arguments by name.")
	}
	if p.action = b.Action(name); p.action >= 0 {
		err = p.readArgs(b, d, args)
		return p, err
	}
	for i, s := range builtins {
		if s == name {
			p.action = -1 - i
			err = p.readBuiltin(d, args)
			return p, err
		}
	}
	known := append([]string(nil), builtins...)
	for i := range b.Actions {
		known = append(known, b.Actions[i].Name)
	}
	return nil, &Error{Code: codes.ProposalAction, Path: "action", Message: "there is no action `" + clip(name) + "`." +
		suggest(name, known)}
}

func readActor(b *model.Bundle, d *canon.Doc, n canon.Node) (actor, *Error) {
	if d.Kind(n) != canon.Object {
		return actor{}, shape("actor", "`actor` is an object with `kind` and `id`.")
	}
	kind, id := d.Get(n, "kind"), d.Get(n, "id")
	for k := d.First(n); k >= 0; k = d.Next(k) {
		if s := d.String(k); s != "kind" && s != "id" {
			return actor{}, shape("actor."+clip(s), "an actor has `kind` and `id` only.")
		}
	}
	if kind < 0 || d.Kind(kind) != canon.String {
		return actor{}, shape("actor.kind", "`actor.kind` is text, the name of an agent.")
	}
	if id < 0 || d.Kind(id) != canon.String || d.String(id) == "" {
		return actor{}, shape("actor.id", "`actor.id` is text, and not empty.")
	}
	agent := b.Agent(d.String(kind))
	if agent < 0 {
		var known []string
		for _, a := range b.Agents {
			known = append(known, a.Name)
		}
		name := d.String(kind)
		return actor{}, &Error{Code: codes.ProposalAgent, Path: "actor.kind", Message: "there is no agent `" + clip(name) +
			"`; there is " + joinWords(known, "and") + "." + suggest(name, known)}
	}
	if len(d.String(id)) > MaxActorID {
		return actor{}, &Error{Code: codes.LimitProposal, Path: "actor.id", Message: "`actor.id` has " +
			strconv.Itoa(len(d.String(id))) + " bytes, and at most " + strconv.Itoa(MaxActorID) + " are allowed."}
	}
	return actor{agent, value.OfString(strings.Clone(d.String(id)))}, nil
}

func readAt(d *canon.Doc, n canon.Node) (value.Value, *Error) {
	if d.Kind(n) == canon.Number {
		if i, ok := d.Int(n); ok && i >= 0 && i <= MaxAt {
			return value.OfInt(i), nil
		}
	}
	return value.Value{}, &Error{Code: codes.ProposalAt, Path: "at",
		Message: "`at` is a whole number of milliseconds since 1970, up to the year 9999."}
}

func readReasons(d *canon.Doc, n canon.Node) (value.Value, *Error) {
	if d.Kind(n) != canon.Array {
		return value.Value{}, shape("reasons", "`reasons` is a list of text.")
	}
	if d.Len(n) > MaxReasons {
		return value.Value{}, &Error{Code: codes.LimitProposal, Path: "reasons", Message: "there are " +
			strconv.Itoa(d.Len(n)) + " reasons, and at most " + strconv.Itoa(MaxReasons) + " are allowed."}
	}
	items := make([]value.Value, 0, d.Len(n))
	for e := d.First(n); e >= 0; e = d.Next(e) {
		path := "reasons[" + strconv.Itoa(len(items)) + "]"
		if d.Kind(e) != canon.String {
			return value.Value{}, shape(path, "a reason is text.")
		}
		s := d.String(e)
		if len(s) > MaxReason {
			return value.Value{}, &Error{Code: codes.LimitProposal, Path: path, Message: "this reason has " +
				strconv.Itoa(len(s)) + " bytes, and at most " + strconv.Itoa(MaxReason) + " are allowed."}
		}
		items = append(items, value.OfString(strings.Clone(s)))
	}
	return value.OfList(items), nil
}

// appendProposal appends the canonical bytes of p, with defaults filled in: what its digest is taken of.
func appendProposal(dst []byte, b *model.Bundle, p *proposal) []byte {
	dst = canon.AppendString(append(dst, `{"action":`...), p.name(b))
	dst = appendActor(append(dst, `,"actor":`...), b, p.actor)
	dst = p.appendArgs(append(dst, `,"args":`...), b)
	dst = model.AppendJSON(append(dst, `,"at":`...), p.at)
	dst = model.AppendJSON(append(dst, `,"reasons":`...), p.reasons)
	return append(dst, '}')
}

func appendActor(dst []byte, b *model.Bundle, a actor) []byte {
	dst = model.AppendJSON(append(dst, `{"id":`...), a.id)
	dst = canon.AppendString(append(dst, `,"kind":`...), b.Agents[a.agent].Name)
	return append(dst, '}')
}

func (p *proposal) appendArgs(dst []byte, b *model.Bundle) []byte {
	dst = append(dst, '{')
	switch p.action {
	case actConfirm:
		dst = canon.AppendString(append(dst, `"digest":`...), p.digest)
		dst = canon.AppendInt(append(dst, `,"hold":`...), p.hold)
	case actDecline, actExpire:
		dst = canon.AppendInt(append(dst, `"hold":`...), p.hold)
	case actUnfreeze:
	default:
		// Arguments are identifiers, so the order of their names is that of UTF-16.
		for i := range b.Actions[p.action].Args {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(canon.AppendString(dst, b.Actions[p.action].Args[i].Name), ':')
			dst = model.AppendJSON(dst, p.args[i])
		}
	}
	return append(dst, '}')
}

// What Complete fills in, as JSON.
const (
	NoArgs         = `{}`
	DefaultReasons = `["request"]`
)

// Complete returns the proposal's canonical bytes with what was left out filled
// in: `args` {}, `at` as given, `reasons` ["request"], `actor.id` the actor's kind.
// Members that are there stay as they are, whatever they hold.
func Complete(src []byte, at int64) ([]byte, error) {
	var d canon.Doc
	if err := checkSize(len(src)); err != nil {
		return nil, err
	}
	if err := d.Parse(src); err != nil {
		return nil, reading(err)
	}
	if d.Kind(0) != canon.Object {
		return nil, shape("", "a proposal is a JSON object with `action`, `actor`, `args`, `at` and `reasons`.")
	}
	out := []byte{'{'}
	for k := d.First(0); k >= 0; k = d.Next(k) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(canon.AppendString(out, d.String(k)), ':')
		v := d.Value(k)
		if d.String(k) == "actor" && d.Kind(v) == canon.Object && d.Get(v, "id") < 0 && d.Get(v, "kind") >= 0 {
			kind := d.Get(v, "kind")
			out = append(d.Canonical(append(out, `{"id":`...), kind), ',')
			out = append(out, d.Canonical(nil, v)[1:]...)
			continue
		}
		out = d.Canonical(out, v)
	}
	for _, left := range []struct{ key, value string }{
		{"args", NoArgs}, {"at", strconv.FormatInt(at, 10)}, {"reasons", DefaultReasons},
	} {
		if d.Get(0, left.key) < 0 {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(out, `"`+left.key+`":`+left.value...)
		}
	}
	return Canonical(append(out, '}'))
}

func contains(list []string, s string) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}

func suggest(name string, known []string) string {
	if n := diag.Nearest(name, known); n != "" {
		return " Did you mean `" + n + "`?"
	}
	return ""
}

// clip shortens an input that is quoted in a message.
func clip(s string) string {
	if len(s) <= maxMessageText {
		return strings.Clone(s)
	}
	i := maxMessageText
	for i > 0 && s[i]&0xC0 == 0x80 {
		i--
	}
	return s[:i] + "…"
}
