package identity

// This file defines Who.

import (
	"slices"
	"strings"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// Who is a caller: what a token says, never what a body says. The zero Who may do nothing.
type Who struct {
	// ID is the token's subject, 1 to core.MaxActorID bytes; empty where Trusted.
	ID string

	// Kinds are the agents this caller may act as, in the token's order.
	Kinds []string

	// Roles are the token's roles, in its order. What they allow is the server's to say.
	Roles []string

	// Sessions are patterns of the sessions this caller is limited to: an id, or the
	// beginning of one followed by `*`. nil is all sessions, empty is none.
	Sessions []string

	// Expires is when the token is no longer taken, the leeway included: what was
	// begun with it and lasts, such as a stream, ends then. Zero where Trusted.
	Expires time.Time

	// Trusted: there are no keys and everyone is believed. Such a caller may act as
	// any agent, has every role and may use every session.
	Trusted bool
}

// Actor returns the kind and id of the actor that a proposal is decided for. kind
// and id are what the body says, "" where it says nothing: they are compared with
// what the token says and never believed. Where the body says no kind, it is the
// first of Kinds that the bundle declares; a nil declared is a bundle that declares all.
//
// A Trusted caller is who the body says; an id left out is the kind.
//
// The error is an *Error with codes.AuthActor, or codes.AuthNoAgent where the body says no kind
// and the bundle declares none of Kinds.
func (w Who) Actor(kind, id string, declared func(kind string) bool) (string, string, error) {
	if w.Trusted {
		if kind == "" {
			return "", "", refuse(codes.AuthActor,
				"this server trusts everyone, so a body must say who acts: set `actor.kind` to one of the bundle's agents.")
		}
		if id == "" {
			id = kind
		}
		return kind, id, nil
	}
	if w.ID == "" {
		return "", "", refuse(codes.AuthActor, "the caller is not known: send a token.")
	}
	if id != "" && id != w.ID {
		return "", "", refuse(codes.AuthActor,
			"the body says `actor.id` is `%s`, and the token is another's. Leave `actor` out: it is taken from the token.",
			clip(id))
	}
	if kind != "" {
		if !slices.Contains(w.Kinds, kind) {
			return "", "", refuse(codes.AuthActor,
				"the body says `actor.kind` is `%s`, which this token may not act as. Leave `actor` out, or ask for a token "+
					"with that kind.", clip(kind))
		}
		return kind, w.ID, nil
	}
	for _, k := range w.Kinds {
		if declared == nil || declared(k) {
			return k, w.ID, nil
		}
	}
	return "", "", refuse(codes.AuthNoAgent,
		"nothing that this token may act as is an agent of the session's bundle. Ask for a token whose kind is one of the "+
			"bundle's `agents`.")
}

// May reports whether the caller has the role.
func (w Who) May(role string) bool { return w.Trusted || slices.Contains(w.Roles, role) }

// MayUse reports whether the caller's token reaches the session.
func (w Who) MayUse(session string) bool {
	if w.Trusted {
		return true
	}
	if w.ID == "" {
		return false
	}
	if w.Sessions == nil {
		return true
	}
	for _, p := range w.Sessions {
		if prefix, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(session, prefix) || p == session {
			return true
		}
	}
	return false
}

// Name returns a name for what is counted or kept for the caller: rates, ownership.
// It is `id:` and the ID, so that no two callers share one whatever their ids hold,
// and none can be mistaken for a name with another prefix. Kinds are not in it: one
// person's tokens may list them in another order tomorrow, and a new kind must
// neither lose what the person owns nor bring a fresh allowance. Everyone who is
// Trusted is one, `everyone`. The zero Who's is empty.
func (w Who) Name() string {
	switch {
	case w.Trusted:
		return "everyone"
	case w.ID == "":
		return ""
	}
	return "id:" + w.ID
}
