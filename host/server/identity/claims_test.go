package identity

// This file tests how claims are found, with tokens of the shapes that identity
// providers give. doc.go shows the same.

import (
	"reflect"
	"testing"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		claims, path string
		want         any
		found        bool
	}{
		{`{"kind":"user"}`, "kind", "user", true},
		{`{"kind":null}`, "kind", nil, true},
		{`{"kind":"user"}`, "Kind", nil, false},
		{`{"kind":"user"}`, "kin", nil, false},
		{`{"kind":"user"}`, "kind.x", nil, true}, // there, and of the wrong type
		{`{"kind":["user"]}`, "kind.0", nil, true},
		{`{"a":{"b":"x"}}`, "a.b", "x", true},
		{`{"a":{"b":"x"}}`, "a.c", nil, false},
		{`{"a":{"b":"x"}}`, "b", nil, false},
		{`{"a":{"b":"x"}}`, "a.b.c", nil, true},
		{`{"a":{"b":{"c":"x"}}}`, "a.b.c", "x", true},
		{`{"a":{"b":"x"},"a.b":"y"}`, "a.b", "y", true},
		{`{"a":{"b":{"c":"x"}},"a.b":{"c":"y"}}`, "a.b.c", "y", true},
		{`{"a":{"b":{"c":"x"}},"a.b":{}}`, "a.b.c", nil, false}, // the longest name, and only that
		{`{"a":{"b.c":"x"}}`, "a.b.c", "x", true},
		{`{"https://example.com/kind":"user"}`, "https://example.com/kind", "user", true},
		{`{"https://example.com/app":{"kind":"user"}}`, "https://example.com/app.kind", "user", true},
		{`{"https://example":{"com/kind":"user"}}`, "https://example.com/kind", "user", true},
		{`{"resource_access":{"https://app.example.com":{"roles":"r"}}}`, "resource_access.https://app.example.com.roles",
			"r", true},
		{`{"":{"":"x"}}`, ".", "x", true},
		{`{}`, "..", nil, false},
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(c.claims), &m); err != nil {
			t.Fatal(err)
		}
		if got, ok := claims(m).find(c.path); ok != c.found || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s in %s: %v, %v", c.path, c.claims, got, ok)
		}
	}
}

func TestProviders(t *testing.T) {
	for name, c := range map[string]struct {
		o       Options
		payload string
		want    Who
		code    string
	}{
		"Keycloak": {
			Options{KindClaim: "resource_access.holdfast.roles", RolesClaim: "realm_access.roles",
				IDClaim: "preferred_username"},
			`{"exp":1767229200,"iat":1767225500,"jti":"8a2c","iss":"https://id.example","aud":["holdfast","account"],
			  "sub":"f3f2a9c6","typ":"Bearer","azp":"web","acr":"1",
			  "realm_access":{"roles":["offline_access","publish"]},"resource_access":{"account":{"roles":["view-profile"]},
			      "holdfast":{"roles":["user"]}},
			  "scope":"openid profile","preferred_username":"ann"}`,
			Who{ID: "ann", Kinds: []string{"user"}, Roles: []string{"offline_access", "publish"}}, "",
		},
		"Auth0": {
			Options{KindClaim: "https://shop.example/kind", RolesClaim: "permissions"},
			`{"https://shop.example/kind":"user","iss":"https://id.example","sub":"auth0|507f1f77bcf86cd799439011",
			  "aud":["holdfast","https://shop.eu.auth0.com/userinfo"],
			  "iat":1767225500,"exp":1767229200,"azp":"my_client","scope":"openid","permissions":["publish"]}`,
			Who{ID: "auth0|507f1f77bcf86cd799439011", Kinds: []string{"user"}, Roles: []string{"publish"}}, "",
		},
		"Entra": {
			Options{KindClaim: "roles", IDClaim: "oid", RolesClaim: "scp"},
			`{"aud":"holdfast","iss":"https://id.example","iat":1767225500,"nbf":1767225500,"exp":1767229200,
			  "aio":"AT","oid":"690222be","roles":["user","owner"],
			  "scp":"publish govern","sub":"HKZpfaHyWadeOouYlitjrI","tid":"d7d8","ver":"2.0"}`,
			Who{ID: "690222be", Kinds: []string{"user", "owner"}, Roles: []string{"publish", "govern"}}, "",
		},
		"a limit to sessions that cannot be read": {
			Options{SessionsClaim: "holdfast.sessions"},
			`{"aud":"holdfast","iss":"https://id.example","exp":1767229200,"kind":"user","sub":"u1","holdfast":"order-7"}`,
			Who{}, codes.AuthClaims,
		},
		"no limit to sessions": {
			Options{SessionsClaim: "holdfast.sessions"},
			`{"aud":"holdfast","iss":"https://id.example","exp":1767229200,"kind":"user","sub":"u1","holdfast":{}}`,
			Who{ID: "u1", Kinds: []string{"user"}}, "",
		},
		"the default is not looked at where another is named": {
			Options{IDClaim: "oid"},
			`{"aud":"holdfast","iss":"https://id.example","exp":1767229200,"kind":"user","sub":"u1"}`,
			Who{}, codes.AuthClaims,
		},
	} {
		o := options(t)
		o.KindClaim, o.IDClaim, o.RolesClaim, o.SessionsClaim = c.o.KindClaim, c.o.IDClaim, c.o.RolesClaim, c.o.SessionsClaim
		got, err := verifier(t, o).Authenticate(request(signed(t, keys().ed, edHeader, c.payload)))
		if code(t, err) != c.code {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Expires.IsZero() != (err != nil) {
			t.Errorf("%s: expires %v", name, got.Expires)
		}
		got.Expires = c.want.Expires
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
