package identity

// This file fuzzes Authenticate: with headers that nobody signed, and with claims that
// the issuer signed.

import (
	"crypto/ed25519"
	"encoding/base64"
	stdjson "encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// FuzzForge looks for a header that is taken though nobody signed what it says.
func FuzzForge(f *testing.F) {
	seed, _ := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A") // RFC 8037, A.1
	key := ed25519.NewKeyFromSeed(seed)
	v := rfcVerifier(f)
	real := []string{rfcRS, rfcES, signed(f, key, `{"alg":"EdDSA","typ":"JWT"}`, `{"exp":1300819380,"iss":"joe"}`)}
	was := map[string]bool{}
	for _, token := range real {
		was[token[:strings.LastIndexByte(token, '.')]] = true
		f.Add("Bearer " + token)
		f.Add("Bearer " + token[:strings.LastIndexByte(token, '.')+1])
	}
	for _, token := range []string{
		rfcHS, rfcNone, rfcEdDSA, "", "..",
		signed(f, []byte(rfcRSA), `{"alg":"HS256"}`, `{"exp":1300819380,"iss":"eve"}`),
		signed(f, []byte{}, `{"alg":"none","crit":[],"kid":"\u0000"}`, `{"exp":1e300,"iss":"eve"}`),
		input(`{"alg":"ES256"}`, `{"exp":1300819380,"iss":"eve"}`) + "." + b64(make([]byte, 64)),
	} {
		f.Add("Bearer " + token)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Authorization"] = []string{header}
		who, err := v.Authenticate(r)
		if err == nil {
			i := strings.LastIndexByte(header, '.')
			if len(header) < 7 || i < 7 || !was[strings.TrimLeft(header[7:i], " ")] {
				t.Fatalf("%q is taken for %+v, and nobody signed it", header, who)
			}
			return
		}
		if !reflect.DeepEqual(who, Who{}) {
			t.Fatalf("refused, and yet %+v", who)
		}
		if c := code(t, err); !strings.HasPrefix(c, "auth/") || c == codes.AuthActor || c == codes.AuthNoAgent ||
			c == codes.AuthKeys {
			t.Fatalf("code %q", c)
		}
	})
}

// FuzzClaims signs any payload, and compares who is read from it with what another
// JSON reader finds.
func FuzzClaims(f *testing.F) {
	v := verifier(f, options(f))
	for _, s := range []string{
		payload, `{}`, `null`, `{"exp":1767229200,"kind":["a","b"],"sub":"\ud83d\ude00","roles":"a b","sessions":["x*"],` +
			`"aud":["holdfast"],"iss":"https://id.example"}`,
		strings.TrimSuffix(payload, "}") + `,"nbf":1,"iat":1.5,"x":[[{"y":-0,"z":1e-7}]],"":{"":null}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		if len(payload) > MaxToken/2 {
			return
		}
		who, err := v.Authenticate(request(signed(t, keys().ed, edHeader, payload)))
		if err != nil {
			_ = code(t, err)
			return
		}
		var want struct {
			Sub string
			Exp float64
		}
		m := map[string]stdjson.RawMessage{}
		if err := stdjson.Unmarshal([]byte(payload), &m); err != nil {
			t.Fatalf("%q is taken and is no JSON: %v", payload, err)
		}
		if stdjson.Unmarshal(m["sub"], &want.Sub) != nil || stdjson.Unmarshal(m["exp"], &want.Exp) != nil {
			t.Fatalf("%q is taken", payload)
		}
		if who.ID != want.Sub || len(who.ID) > core.MaxActorID || who.ID == "" || !utf8.ValidString(who.ID) ||
			len(who.Kinds) == 0 || who.Trusted {
			t.Fatalf("%q is taken for %+v", payload, who)
		}
		if int64(want.Exp)+30 != who.Expires.Unix() || !who.Expires.After(now) {
			t.Fatalf("%q expires %v", payload, who.Expires)
		}
	})
}
