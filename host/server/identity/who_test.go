package identity

// This file tests what a Who may be and do.

import (
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core/codes"
)

func TestActor(t *testing.T) {
	agents := func(names ...string) func(string) bool {
		return func(kind string) bool {
			for _, n := range names {
				if n == kind {
					return true
				}
			}
			return false
		}
	}
	one := Who{ID: "u1", Kinds: []string{"user"}}
	two := Who{ID: "u1", Kinds: []string{"admin", "user"}}
	for _, c := range []struct {
		name             string
		who              Who
		kind, id         string
		declared         func(string) bool
		wantKind, wantID string
		code             string
	}{
		{"nothing said", one, "", "", agents("user"), "user", "u1", ""},
		{"the same said", one, "user", "u1", agents("user"), "user", "u1", ""},
		{"kind said", two, "user", "", agents("user", "admin"), "user", "u1", ""},
		{"id said", two, "", "u1", agents("user", "admin"), "admin", "u1", ""},
		{"the first that is declared", two, "", "", agents("user"), "user", "u1", ""},
		{"all declared", two, "", "", nil, "admin", "u1", ""},
		{"said and not declared", two, "admin", "", agents("user"), "admin", "u1", ""},
		{"none declared", two, "", "", agents("other"), "", "", codes.AuthNoAgent},
		{"another id", one, "user", "u2", agents("user"), "", "", codes.AuthActor},
		{"another id only", one, "", "u2", agents("user"), "", "", codes.AuthActor},
		{"id in capitals", one, "", "U1", agents("user"), "", "", codes.AuthActor},
		{"id with a blank", one, "", "u1 ", agents("user"), "", "", codes.AuthActor},
		{"another kind", one, "admin", "u1", agents("user", "admin"), "", "", codes.AuthActor},
		{"kind in capitals", one, "User", "", agents("user", "User"), "", "", codes.AuthActor},
		{"the zero Who", Who{}, "user", "u1", nil, "", "", codes.AuthActor},
		{"the zero Who, nothing said", Who{}, "", "", nil, "", "", codes.AuthActor},
		{"no kinds", Who{ID: "u1"}, "", "", nil, "", "", codes.AuthNoAgent},
		{"no id", Who{Kinds: []string{"user"}}, "", "", nil, "", "", codes.AuthActor},
		{"trusted", Who{Trusted: true}, "user", "u9", agents(), "user", "u9", ""},
		{"trusted without id", Who{Trusted: true}, "user", "", agents(), "user", "user", ""},
		{"trusted without kind", Who{Trusted: true}, "", "u9", agents("user"), "", "", codes.AuthActor},
	} {
		kind, id, err := c.who.Actor(c.kind, c.id, c.declared)
		if kind != c.wantKind || id != c.wantID || code(t, err) != c.code {
			t.Errorf("%s: %q, %q, %v", c.name, kind, id, err)
		}
	}
	_, _, err := one.Actor("", strings.Repeat("é", 500), nil)
	if len(err.Error()) > 300 || !strings.Contains(err.Error(), strings.Repeat("é", 40)+"…") {
		t.Errorf("a long id is shown as %v", err)
	}
}

func TestMay(t *testing.T) {
	w := Who{ID: "u1", Roles: []string{"publish"}}
	if !w.May("publish") || w.May("govern") || w.May("") || w.May("Publish") {
		t.Error("May does not go by the roles")
	}
	if (Who{}).May("publish") || !(Who{Trusted: true}).May("govern") {
		t.Error("May does not go by trust")
	}
}

func TestMayUse(t *testing.T) {
	for _, c := range []struct {
		sessions []string
		session  string
		want     bool
	}{
		{nil, "order-7", true},
		{[]string{}, "order-7", false},
		{[]string{"order-7"}, "order-7", true},
		{[]string{"order-7"}, "order-77", false},
		{[]string{"order-7"}, "order-", false},
		{[]string{"order-*"}, "order-77", true},
		{[]string{"order-*"}, "order-", true},
		{[]string{"order-*"}, "order", false},
		{[]string{"order-*"}, "my-order-7", false},
		{[]string{"order-*"}, "ORDER-7", false},
		{[]string{"order-*"}, "order-*", true},
		{[]string{"a", "b*"}, "bc", true},
		{[]string{"*"}, "anything", true},
	} {
		if got := (Who{ID: "u1", Sessions: c.sessions}).MayUse(c.session); got != c.want {
			t.Errorf("%q of %q: %v", c.session, c.sessions, got)
		}
	}
	if (Who{}).MayUse("a") || !(Who{Trusted: true}).MayUse("a") {
		t.Error("MayUse does not go by who it is")
	}
}

func TestName(t *testing.T) {
	seen := map[string]Who{}
	for _, w := range []Who{
		{}, {Trusted: true}, {ID: "everyone"}, {ID: "u1"}, {ID: "id:u1"}, {ID: "user:u1"}, {ID: "u1:user"}, {ID: " u1"},
		{ID: "U1"}, {ID: "ip:127.0.0.1"},
	} {
		if other, ok := seen[w.Name()]; ok {
			t.Errorf("%+v and %+v have one name", w, other)
		}
		seen[w.Name()] = w
	}
	if a, b := (Who{ID: "u1", Kinds: []string{"a", "b"}}), (Who{ID: "u1", Kinds: []string{"b"},
		Roles: []string{"r"}}); a.Name() != b.Name() {
		t.Error("a caller's name changes with the kinds")
	}
}
