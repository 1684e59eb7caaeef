package gate

// This file defines the names of headers that a gate sets, takes off or refuses. `go run ./host/contract` writes them
// for TypeScript.

import (
	"maps"
	"net/http"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// The headers that go on with a request. What a client sends under these names, in any spelling, is taken off.
const (
	// HeaderVerdict has the verdict.
	HeaderVerdict = "Holdfast-Verdict"

	// HeaderDigest has `sha256:…` of the decision's bytes.
	HeaderDigest = "Holdfast-Digest"

	// HeaderDecision has the decision's bytes in base64, where they are at most 6 KiB.
	HeaderDecision = "Holdfast-Decision"

	// HeaderSeal has what the gate signs of all this, and of the request; only with a key for seals.
	HeaderSeal = "Holdfast-Seal"
)

// overridingHeaders name another method or path for a request, for some origins. A request that has one is refused.
var overridingHeaders = []string{
	"X-HTTP-Method-Override",
	"X-HTTP-Method",
	"X-Method-Override",
	"X-Original-Method",
	"X-Original-URL",
	"X-Original-URI",
	"X-Rewrite-URL",
}

// bodyHeaders are about a body as it came. They are taken off where a body goes on as it was read.
var bodyHeaders = []string{
	"Content-Encoding",
	"Content-Length",
	"Transfer-Encoding",
	"Trailer",
	"Content-MD5",
	"Digest",
	"Content-Digest",
	"Content-Type",
}

var (
	reserved   = names(HeaderVerdict, HeaderDigest, HeaderDecision, HeaderSeal)
	overriding = names(overridingHeaders...)
)

// letters returns a header's name without case and punctuation, as the handler that folds most reads it: CGI and WSGI
// make _ of -, others of every sign.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

func names(list ...string) map[string]bool {
	all := map[string]bool{}
	for _, name := range list {
		all[letters(name)] = true
	}
	return all
}

// cleaned returns headers without what only a gate may say.
func cleaned(from http.Header) (http.Header, error) {
	header := from.Clone()
	for name := range maps.Clone(header) {
		switch folded := letters(name); {
		case overriding[folded]:
			return nil, refuse(codes.GateOverride,
				"the header "+strings.ToLower(name)+" names another method or path for the request")
		case reserved[folded]:
			delete(header, name)
		}
	}
	// What Connection names is taken off by the next hop, and must not be the gate's.
	var hops []string
	taken := false
	for name := range strings.SplitSeq(strings.Join(header.Values("Connection"), ","), ",") {
		if reserved[letters(name)] {
			taken = true
		} else if name = strings.TrimSpace(name); name != "" {
			hops = append(hops, name)
		}
	}
	if taken {
		header.Del("Connection")
		if len(hops) > 0 {
			header.Set("Connection", strings.Join(hops, ", "))
		}
	}
	return header, nil
}
