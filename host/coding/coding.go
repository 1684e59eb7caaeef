// Package coding says which form of an answer a client takes, and whether it has that form
// already: Accept-Encoding and If-None-Match, as RFC 9110 has them in sections 12.5.3 and 13.1.2.
package coding

import (
	"net/http"
	"net/textproto"
	"strings"
)

// Codings that are served.
const (
	Gzip     = "gzip"
	Identity = "identity" // as it is
)

// Choose returns the coding that a client likes best of those that there are; the earlier of
// two that it likes equally. It is "" where the client takes none of them, which is 406.
//
// Without the header all are taken, and the answer goes out as it is, as it does where the
// header names nothing that is offered and does not exclude that. A weight that is none
// counts as 0: what a client may not want is not sent.
func Choose(h http.Header, offers ...string) string {
	weights, asked := accepted(h)
	best, most := "", 0
	for _, offer := range offers {
		weight, ok := weights[offer]
		if !ok {
			weight, ok = weights["*"]
		}
		switch {
		case !ok && offer == Identity:
			weight = 1 // thousandths; taken unless it is excluded, and less than what is named
			if !asked {
				weight = 1001
			}
		case !ok && !asked:
			weight = 1000
		case ok && weight > 0:
			weight++ // above an identity that is not named
		}
		if weight > most {
			best, most = offer, weight
		}
	}
	return best
}

// accepted reads Accept-Encoding: the weight of each coding in thousandths, and whether
// there is such a header. Of a coding that is named twice the smaller weight counts.
func accepted(h http.Header) (weights map[string]int, asked bool) {
	values, asked := h["Accept-Encoding"]
	weights = map[string]int{}
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			name, parameters, _ := strings.Cut(item, ";")
			name = strings.ToLower(textproto.TrimString(name))
			if name == "" {
				continue
			}
			if name == "x-gzip" { // the same, section 8.4.1.3
				name = Gzip
			}
			weight := 1000
			for parameter := range strings.SplitSeq(parameters, ";") {
				key, value, _ := strings.Cut(textproto.TrimString(parameter), "=")
				if strings.EqualFold(textproto.TrimString(key), "q") {
					weight = quality(textproto.TrimString(value))
				}
			}
			if was, ok := weights[name]; !ok || weight < was {
				weights[name] = weight
			}
		}
	}
	return weights, asked
}

// quality reads a weight, 0 to 1 with up to three digits after the point, in thousandths.
func quality(s string) int {
	whole, digits, _ := strings.Cut(s, ".")
	if whole != "0" && whole != "1" || len(digits) > 3 {
		return 0
	}
	n := int(whole[0] - '0')
	for i := range 3 {
		n *= 10
		if i < len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return 0
			}
			n += int(digits[i] - '0')
		}
	}
	if n > 1000 {
		return 0
	}
	return n
}

// Tag is the entity tag of a coding of something whose own tag is given without quotes. Each coding is
// other bytes, so each has its own.
func Tag(of, coding string) string {
	if coding == Identity {
		return `"` + of + `"`
	}
	return `"` + of + "-" + coding + `"`
}

// Has reports whether the client has, by If-None-Match, what has this tag. Tags are compared
// weakly: one that a proxy has weakened is meant too.
func Has(h http.Header, tag string) bool {
	for _, value := range h["If-None-Match"] {
		for rest := value; rest != ""; {
			rest = strings.TrimLeft(rest, " \t,")
			if rest == "*" {
				return true
			}
			rest = strings.TrimPrefix(rest, "W/")
			end := strings.IndexByte(strings.TrimPrefix(rest, `"`), '"')
			if !strings.HasPrefix(rest, `"`) || end < 0 {
				break // no tag: the rest says nothing
			}
			if rest[:end+2] == tag {
				return true
			}
			rest = rest[end+2:]
		}
	}
	return false
}
