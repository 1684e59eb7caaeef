package signature

// This file opens notes, strictly, and writes their signatures as HTTP headers.

import (
	"encoding/binary"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/holdfast-rt/holdfast/core/codes"
)

// Header is the name of the HTTP header that carries a signature, KEYNAME BASE64. Several
// headers are several signatures.
const Header = "Holdfast-Signature"

const (
	lineStart = "— "    // a note's signatures begin so
	maxNote   = 1 << 19 // bytes: a catalog with core.MaxEntries points
	maxSigs   = 100     // as many as the note package reads
)

// Verify returns the name of the trusted key that has signed text, where src is the note
// of that text, or, for a bundle, that of a catalog with the bundle in it. The errors:
//
//   - codes.SignatureMissing: src is empty.
//   - codes.SignatureMalformed: it is no note, or not written as it must be.
//   - codes.SignatureUnknownKey: none of those who signed is trusted; the message names them.
//   - codes.SignatureWrong: a signature that claims to be a trusted key's does not verify, even
//     beside a good one.
//   - codes.SignatureOther: it is for another text; the message says which.
func (k *Keys) Verify(text string, src []byte) (signer string, err error) {
	signed, signer, err := k.Open(src)
	if err != nil {
		return "", err
	}
	if !stands(signed, text) {
		return "", refuse(codes.SignatureOther, "%s has signed %s, and this is %s.", signer, told(signed), told(text))
	}
	return signer, nil
}

// Open returns the text that a trusted key has signed, and that key's name. The errors
// are those of Verify without codes.SignatureOther.
func (k *Keys) Open(src []byte) (text, signer string, err error) {
	if len(src) == 0 {
		return "", "", missing()
	}
	_, sigs, err := parse(src)
	if err != nil {
		return "", "", err
	}
	var known note.Verifiers
	if k != nil {
		known = k.verifiers
	}
	opened, err := note.Open(src, known)
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		names := make([]string, len(sigs))
		for i, s := range sigs {
			names[i] = s.id
		}
		return "", "", refuse(codes.SignatureUnknownKey, "no trusted key has signed this. Signed by: %s. Trusted: %s.",
			clip(strings.Join(names, ", ")), clip(listed(k.Names())))
	case errors.As(err, &invalid):
		return "", "", refuse(codes.SignatureWrong,
			"the signature of %s does not verify: it was made for something else, or one of the two was changed since.",
			named(invalid.Name, invalid.Hash))
	case err != nil:
		return "", "", malformed("%v.", err)
	}
	return opened.Text, opened.Sigs[0].Name, nil
}

// Lines returns the signatures of a note as values of Header: KEYNAME BASE64. It
// says nothing about whether they are good.
func Lines(note []byte) ([]string, error) {
	if len(note) == 0 {
		return nil, missing()
	}
	_, sigs, err := parse(note)
	if err != nil {
		return nil, err
	}
	lines := make([]string, len(sigs))
	for i, s := range sigs {
		lines[i] = s.line
	}
	return lines, nil
}

// FromLines returns the note of a text and its signatures, which are values of
// Header. It says nothing about whether they are good. No line is codes.SignatureMissing.
func FromLines(text string, lines []string) ([]byte, error) {
	if len(lines) == 0 {
		return nil, missing()
	}
	note := []byte(text + "\n")
	for _, line := range lines {
		if strings.Contains(line, "\n") {
			return nil, malformed("%q is not one signature, KEYNAME BASE64.", clip(line))
		}
		note = append(append(append(note, lineStart...), line...), '\n')
	}
	got, _, err := parse(note)
	if err == nil && got != text {
		err = malformed("%q is no text that is signed.", clip(text))
	}
	if err != nil {
		return nil, err
	}
	return note, nil
}

// sig is one signature of a note.
type sig struct {
	id   string // NAME+HASH
	line string // KEYNAME BASE64
}

// parse takes a note apart. It takes less than the note package: one text of ours, each
// key once, and base64 that could not be written differently.
func parse(src []byte) (text string, sigs []sig, err error) {
	if len(src) > maxNote {
		return "", nil, malformed("it is longer than %d bytes.", maxNote)
	}
	whole := string(src)
	end := strings.LastIndex(whole, "\n\n")
	if end < 0 || !strings.HasSuffix(whole, "\n") || end+2 == len(whole) {
		return "", nil, malformed(
			"it is no note: a text, a blank line, and lines that begin with %q, each with its line break.", lineStart)
	}
	text = whole[:end+1]
	if _, err := split(text); err != nil {
		return "", nil, err
	}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(strings.TrimSuffix(whole[end+2:], "\n"), "\n") {
		rest, ok := strings.CutPrefix(line, lineStart)
		name, _, _ := strings.Cut(rest, " ")
		raw, exact := encoded(rest, name+" ")
		if !ok || !keyName.MatchString(name) || !exact || len(raw) < 5 {
			return "", nil, malformed("%q is no signature, %sKEYNAME BASE64.", clip(line), lineStart)
		}
		s := sig{named(name, binary.BigEndian.Uint32(raw)), rest}
		if seen[s.id] {
			return "", nil, malformed("%s signs it twice.", s.id)
		}
		seen[s.id] = true
		if sigs = append(sigs, s); len(sigs) > maxSigs {
			return "", nil, malformed("it has more than %d signatures.", maxSigs)
		}
	}
	return text, sigs, nil
}

func missing() error {
	return refuse(codes.SignatureMissing, "there is no signature: sign it with holdfast sign, and give the note along.")
}

func malformed(format string, args ...any) error {
	return refuse(codes.SignatureMalformed, "the signature cannot be read: "+format, args...)
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}
