package gate

// This file looks into multipart bodies that go on undecided: frameworks take a method from a field of one.
//
// The body goes on as it came, and is not parsed: two readers may see other parts in it. Every line that may be the
// header of a part counts, in the content of a part too, and its name counts in each way that it may be read.

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
)

var (
	disposition = regexp.MustCompile(`(?im)^content-disposition[ \t]*:(.*)$`)
	nameOfPart  = regexp.MustCompile(`(?i)^\s*name\s*(\*[^=]*)?$`)
	folding     = regexp.MustCompile(`(\r\n|\r|\n)[ \t]+`)
)

// mayHaveFields says whether some reader may take a body for a form.
func mayHaveFields(h http.Header) bool {
	said := strings.ToLower(strings.Join(h.Values("Content-Type"), ","))
	return strings.Contains(said, "form") || isMultipart(said)
}

func isMultipart(media string) bool { return strings.Contains(media, "multipart/") } // media in small letters

// checkParts refuses a multipart body with a field that names another method.
func checkParts(src []byte) error {
	text := strings.ReplaceAll(folding.ReplaceAllString(string(src), " "), "\r", "\n")
	for _, header := range disposition.FindAllStringSubmatch(text, -1) {
		for piece := range strings.SplitSeq(header[1], ";") {
			key, value, _ := strings.Cut(piece, "=")
			extended := nameOfPart.FindStringSubmatch(key)
			if extended == nil {
				continue
			}
			pieces := extended[1] != "" && extended[1] != "*" // name*0=…; name*1=…
			if pieces || isOverride(plainName(value, extended[1] != "")) {
				return refuse(codes.GateOverride, "a part of the body names another method for the request")
			}
		}
	}
	return nil
}

// plainName returns the name of a part without quotes and escapes. extended is that a charset may be before it.
func plainName(value string, extended bool) string {
	value = strings.Trim(value, " \t\"")
	if parts := strings.SplitN(value, "'", 3); extended && len(parts) == 3 {
		value = parts[2]
	}
	value = strings.NewReplacer(`\`, "", `"`, "").Replace(value)
	if decoded, why := decode(value); why == "" {
		return decoded
	}
	return value
}
