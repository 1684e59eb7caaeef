package identity

// This file tests the examples of the specifications.

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-rt/holdfast/core/codes"
)

const (
	// RFC 7515, appendix A.2: the key, and the token it signed.
	rfcRSA = `{"kty":"RSA",` +
		`"n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ` +
		`S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2Cap` +
		`Hg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4F` +
		`RWyuXpoQ","e":"AQAB"}`
	rfcRS = "eyJhbGciOiJSUzI1NiJ9." + rfcPayload +
		".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t" +
		"1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jz" +
		"DwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe" +
		"77Rw"

	// RFC 7515, appendix A.3.
	rfcEC = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",` +
		`"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	rfcES = "eyJhbGciOiJFUzI1NiJ9." + rfcPayload +
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

	// RFC 7515, appendices A.1 (HS256) and A.5 (none).
	rfcHS   = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + rfcPayload + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfcNone = "eyJhbGciOiJub25lIn0." + rfcPayload + "."

	// The claims of all of them: iss joe, exp 1300819380.
	rfcPayload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

	// RFC 8037, appendices A.1, A.2 and A.4: its payload is no JSON.
	rfcPrivate = `{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",` +
		`"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	rfcEd    = `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	rfcEdDSA = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6d" +
		"WbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

	// RFC 7517, appendix A.1, whose second key is also that of RFC 7638, section 3.1.
	rfcSet = `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"},
		{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}`
)

// rfcVerifier knows the examples' public keys, a second before the tokens expire.
func rfcVerifier(t testing.TB) *Verifier {
	return verifier(t, Options{
		Keys:    []byte(`{"keys":[` + rfcRSA + `,` + rfcEC + `,` + rfcEd + `]}`),
		IDClaim: "iss", KindClaim: "iss", Leeway: -1, Now: func() time.Time { return time.Unix(1300819379, 0) },
	})
}

func TestExamples(t *testing.T) {
	v := rfcVerifier(t)
	for name, c := range map[string]struct{ token, code string }{
		"RFC 7515 A.1":          {rfcHS, codes.AuthAlgorithm},
		"RFC 7515 A.2":          {rfcRS, ""},
		"RFC 7515 A.3":          {rfcES, ""},
		"RFC 7515 A.5":          {rfcNone, codes.AuthAlgorithm},
		"RFC 8037 A.4":          {rfcEdDSA, codes.AuthMalformed}, // signed, and no claims
		"RFC 8037 A.4, changed": {strings.Replace(rfcEdDSA, "RXhh", "RXhi", 1), codes.AuthSignature},
		"RFC 7515 A.2 with the header of A.3": {strings.Replace(rfcRS, "eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ9", 1),
			codes.AuthSignature},
	} {
		who, err := v.Authenticate(request(c.token))
		if code(t, err) != c.code || c.code == "" && (who.ID != "joe" || who.Expires != time.Unix(1300819380, 0)) {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
	set, err := readKeys([]byte(rfcSet))
	if err != nil || len(set.list) != 1 || set.list[0].kid != "2011-04-29" || len(set.passed) != 1 {
		t.Errorf("RFC 7517 A.1: %v", err)
	}
	if _, err := readKeys([]byte(`{"keys":[` + rfcPrivate + `]}`)); err == nil || !strings.Contains(err.Message,
		"PRIVATE KEY") {
		t.Errorf("RFC 8037 A.1: %v", err)
	}
}
