package signature

// This file defines the texts that are signed.

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// refuse makes an error, whose code is one of signature/….
func refuse(code, format string, args ...any) *core.Error {
	return &core.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

const (
	bundleLine  = "holdfast bundle"
	catalogLine = "holdfast catalog"
	headLine    = "holdfast head"
)

// BundleText is the text that is signed for a bundle. The digest is the bundle's own,
// as the core computes it, with "sha256:".
func BundleText(name, version, digest string) string {
	return bundleLine + "\n" + name + "@" + version + "\n" + digest + "\n"
}

// CatalogText is the text that is signed for a catalog: the digest of the catalog's
// canonical bytes, and then those of the bundles it publishes, in order and each once, so
// that a reader who is given one of them need not have the catalog.
func CatalogText(name, version, digest string, points []string) string {
	points = slices.Compact(slices.Sorted(slices.Values(points)))
	return catalogLine + "\n" + name + "@" + version + "\n" + digest + "\n" + strings.Join(append(points, ""), "\n")
}

// stands says whether what was signed stands for text: it is that text, or that of a
// catalog with the bundle in it.
func stands(signed, text string) bool {
	if signed == text {
		return true
	}
	catalog, err := split(signed)
	if err != nil || catalog[0] != catalogLine {
		return false
	}
	bundle, err := split(text)
	if err != nil || bundle[0] != bundleLine {
		return false
	}
	_, found := slices.BinarySearch(catalog[3:], bundle[2])
	return found
}

// Head is how far a session has come. Decisions are a chain, so a head covers all
// that was decided before it.
type Head struct {
	Session  string
	Seq      int64  // of the last decision; 0 where there is none
	Decision string // its digest, with "sha256:"; the genesis document's where there is none
	Bundle   string // the digest of the session's bundle, with "sha256:"
}

// HeadText is the text that is signed for the head of a session. A session whose id
// has a line break in it cannot be signed.
func HeadText(session string, seq int64, decision, bundle string) string {
	return headLine + "\n" + session + "\n" + strconv.FormatInt(seq, 10) + "\n" + decision + "\n" + bundle + "\n"
}

// ParseHead reads the text of a head. An error has codes.SignatureOther where the text is that of
// something else, and codes.SignatureMalformed where it is of nothing that is signed here.
func ParseHead(text string) (Head, error) {
	lines, err := split(text)
	if err != nil {
		return Head{}, err
	}
	if lines[0] != headLine {
		return Head{}, refuse(codes.SignatureOther, "this is a signature of %s, not of the head of a session.", told(text))
	}
	seq, _ := strconv.ParseInt(lines[2], 10, 64) // split has seen that it can be read
	return Head{Session: lines[1], Seq: seq, Decision: lines[3], Bundle: lines[4]}, nil
}

var (
	digestLine = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	seqLine    = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})$`)
)

// split returns the lines of a text that may be signed.
func split(text string) ([]string, error) {
	body, ended := strings.CutSuffix(text, "\n")
	lines := strings.Split(body, "\n")
	good := false
	switch lines[0] {
	case bundleLine, catalogLine:
		good = len(lines) >= 3 && strings.Contains(lines[1], "@") && digestLine.MatchString(lines[2]) &&
			(len(lines) == 3 || lines[0] == catalogLine)
		for n := 3; good && n < len(lines); n++ {
			good = digestLine.MatchString(lines[n]) && (n == 3 || lines[n-1] < lines[n])
		}
	case headLine:
		good = len(lines) == 5 && lines[1] != "" && seqLine.MatchString(lines[2]) &&
			digestLine.MatchString(lines[3]) && digestLine.MatchString(lines[4])
	}
	if !ended || !good || !utf8.ValidString(text) ||
		strings.ContainsFunc(body, func(r rune) bool { return r < 0x20 && r != '\n' }) {
		return nil, refuse(codes.SignatureMalformed,
			"what is signed is the text of a bundle, of a catalog or of a session's head, and %q is none of them.", clip(text))
	}
	return lines, nil
}

// told says in a few words what a text is of.
func told(text string) string {
	lines, err := split(text)
	if err != nil {
		return strconv.Quote(clip(text))
	}
	if lines[0] == headLine {
		return fmt.Sprintf("session %q at decision %s %s (bundle %s)", lines[1], lines[2], lines[3], lines[4])
	}
	return fmt.Sprintf("%s %q %s", strings.TrimPrefix(lines[0], "holdfast "), lines[1], lines[2])
}

// clip shortens what another wrote to what a message may hold.
func clip(text string) string {
	const most = 200 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
