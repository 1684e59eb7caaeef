package identity

// This file reads claims: times, audience and issuer, and who the caller is.

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// maxDate is 9999-12-31T23:59:59Z in seconds, the last instant a claim may name. Far
// beyond it a number of seconds no longer fits a clock's arithmetic.
const maxDate = core.MaxAt / 1000

// claims is the payload of a token whose signature was verified.
type claims map[string]any

// find returns the claim at a path, and whether there is one. The path is a member's
// name, or, where no member has that name, members' names joined by dots. A member's
// own name may hold dots, so the longest name that leads on is followed, and only
// that. Where it leads to what is no object, the claim is there and nil.
func (c claims) find(path string) (any, bool) {
	object := map[string]any(c)
next:
	for {
		if v, ok := object[path]; ok {
			return v, true
		}
		for i := len(path) - 1; i >= 0; i-- {
			if path[i] != '.' {
				continue
			}
			v, ok := object[path[:i]]
			if !ok {
				continue
			}
			if object, ok = v.(map[string]any); !ok {
				return nil, true
			}
			path = path[i+1:]
			continue next
		}
		return nil, false
	}
}

// check holds times, audience and issuer to what the options ask for.
func (c claims) check(o *Options, validator *jwt.Validator) *Error {
	if _, ok := c["exp"]; !ok {
		return refuse(codes.AuthClaims, "the token has no `exp`. Let the issuer give tokens that expire.")
	}
	for _, name := range []string{"exp", "nbf", "iat"} {
		if v, ok := c[name]; ok {
			if f, ok := v.(float64); !ok || f < 0 || f > maxDate {
				return refuse(codes.AuthClaims, "the token's `%s` is no number of seconds since 1970.", name)
			}
		}
	}
	if _, ok := c["iss"].(string); !ok && o.Issuer != "" {
		return refuse(codes.AuthIssuer, "the token names no issuer (`iss`).")
	}
	err := validator.Validate(jwt.MapClaims(c))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return refuse(codes.AuthIssuer, "the token is from an issuer that is not trusted here.")
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return refuse(codes.AuthAudience, "the token was given for another service. Ask for one for this service.")
	case errors.Is(err, jwt.ErrTokenExpired) || c["exp"] == 0.0: // to the library an exp of 0 is none
		return refuse(codes.AuthExpired, "the token has expired. Ask for a new one.")
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return refuse(codes.AuthEarly, "the token is not valid yet. Check the clocks of the issuer and of this server.")
	case o.Audience != "" && isEmpty(c["aud"]):
		return refuse(codes.AuthAudience, "the token has no audience (`aud`). Ask for a token for this service.")
	case o.Issuer != "" && c["iss"] == "":
		return refuse(codes.AuthIssuer, "the token names no issuer (`iss`).")
	}
	return refuse(codes.AuthClaims, "the token's claims are not valid.")
}

// isEmpty reports whether a claim that is text or a list of texts says nothing, or is neither.
func isEmpty(v any) bool {
	list, _ := texts(v)
	return len(list) == 0 || len(list) == 1 && list[0] == ""
}

// texts returns a claim that is text or a list of texts, never nil where ok.
func texts(v any) (out []string, ok bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case []any:
		out = make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

// words is texts, but that a text is words with blanks between them, as OAuth writes scopes.
func words(v any) ([]string, bool) {
	s, ok := v.(string)
	if !ok {
		return texts(v)
	}
	return slices.DeleteFunc(strings.Split(s, " "), func(w string) bool { return w == "" }), true
}

// name reports whether s can be an actor's kind or id: 1 to core.MaxActorID bytes, and
// nothing that a log or a database would stumble over.
func name(s string) bool {
	return s != "" && len(s) <= core.MaxActorID && strings.IndexFunc(s, unicode.IsControl) < 0
}

// who reads who the caller is.
func (c claims) who(o *Options) (Who, *Error) {
	var w Who
	v, ok := c.find(o.IDClaim)
	if !ok {
		return Who{}, refuse(codes.AuthClaims,
			"the token has no claim `%s`, which says the caller's id. Let the issuer add it, or name another claim in the "+
				"server's options.", o.IDClaim)
	}
	if w.ID, ok = v.(string); !ok || !name(w.ID) {
		return Who{}, refuse(codes.AuthClaims,
			"the token's claim `%s`, the caller's id, is not text of 1 to %d bytes without control characters.", o.IDClaim,
			core.MaxActorID)
	}
	if v, ok = c.find(o.KindClaim); !ok {
		return Who{}, refuse(codes.AuthClaims,
			"the token has no claim `%s`, which says the agents the caller may act as. Let the issuer add it, or name "+
				"another claim in the server's options.", o.KindClaim)
	}
	if w.Kinds, ok = words(v); !ok || len(w.Kinds) == 0 ||
		slices.ContainsFunc(w.Kinds, func(k string) bool { return !name(k) }) {
		return Who{}, refuse(codes.AuthClaims,
			"the token's claim `%s`, the agents the caller may act as, is not text or a list of texts of 1 to %d bytes each.",
			o.KindClaim, core.MaxActorID)
	}
	if v, ok = c.find(o.RolesClaim); ok {
		if w.Roles, ok = words(v); !ok {
			return Who{}, refuse(codes.AuthClaims, "the token's claim `%s`, the caller's roles, is not text or a list of texts.",
				o.RolesClaim)
		}
	}
	if v, ok = c.find(o.SessionsClaim); ok {
		if w.Sessions, ok = texts(v); !ok || slices.ContainsFunc(w.Sessions, func(p string) bool { return !pattern(p) }) {
			return Who{}, refuse(codes.AuthClaims,
				"the token's claim `%s`, the sessions it is limited to, is not text or a list of texts: ids of 1 to %d bytes, "+
					"or beginnings of ids followed by `*`.", o.SessionsClaim, core.MaxSessionID)
		}
	}
	return w, nil
}

// pattern reports whether p is a session's id, or the beginning of one and a `*`. A
// `*` elsewhere would not mean what its writer thought, so it is refused.
func pattern(p string) bool {
	id, star := strings.CutSuffix(p, "*")
	return (star || id != "") && len(id) <= core.MaxSessionID && !strings.Contains(id, "*")
}
