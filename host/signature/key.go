package signature

// This file defines Keys and Signer: who is believed, and who signs.

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// keyName is what a key may be called: up to 64 bytes, often a domain and a path.
var keyName = regexp.MustCompile(`^[A-Za-z0-9._/-]{1,64}$`)

// Keys are the public keys that are trusted. The zero value, and nil, trust no one.
// Keys are immutable and safe for concurrent use.
type Keys struct {
	names     []string // NAME+HASH, in the order of the file
	verifiers note.Verifiers
}

// ParseKeys reads public keys, NAME+HASH+BASE64, one a line. Blank lines and lines that
// begin with # are skipped. Two keys of one name may be there, as while one takes
// over from the other; the same key twice, or none at all, is an error. Errors have
// codes.SignatureKey, and Path names the line.
func ParseKeys(src []byte) (*Keys, error) {
	keys := &Keys{}
	var list []note.Verifier
	for i, line := range keyLines(src) {
		if line == "" {
			continue
		}
		fail := func(format string, args ...any) (*Keys, error) {
			err := refuse(codes.SignatureKey, format, args...)
			err.Path = fmt.Sprintf("line %d", i+1)
			return nil, err
		}
		if strings.HasPrefix(line, private) {
			return fail("this is a private key, which nobody should have to give away: name the file with the public key, " +
				"NAME.pub.")
		}
		verifier, err := parseKey(line)
		if err != nil {
			return fail("%s", err.Message)
		}
		id := named(verifier.Name(), verifier.KeyHash())
		if slices.Contains(keys.names, id) {
			return fail("the key %s is here twice.", id)
		}
		keys.names, list = append(keys.names, id), append(list, verifier)
	}
	if len(list) == 0 {
		return nil, refuse(codes.SignatureKey,
			"there is no key here: a public key is a line NAME+HASH+BASE64, as in NAME.pub.")
	}
	keys.verifiers = note.VerifierList(list...)
	return keys, nil
}

// Names returns the keys as NAME+HASH, in their order.
func (k *Keys) Names() []string {
	if k == nil {
		return nil
	}
	return slices.Clone(k.names)
}

// keyLines returns the lines of a file of keys; those that hold none are empty.
func keyLines(src []byte) []string {
	lines := strings.Split(string(src), "\n")
	for i, line := range lines {
		line = strings.Trim(line, " \t\r")
		if strings.HasPrefix(line, "#") {
			line = ""
		}
		lines[i] = line
	}
	return lines
}

func parseKey(key string) (note.Verifier, *core.Error) {
	verifier, err := note.NewVerifier(key)
	if err != nil || !keyName.MatchString(verifier.Name()) {
		return nil, refuse(codes.SignatureKey,
			"this is no public key: it is NAME+HASH+BASE64, as in NAME.pub, with a name of 1 to 64 letters, digits and . _ / -.")
	}
	if _, ok := encoded(key, named(verifier.Name(), verifier.KeyHash())+"+"); !ok {
		return nil, refuse(codes.SignatureKey,
			"this is a public key that is not written as it must be: copy NAME.pub as it is.")
	}
	return verifier, nil
}

func named(name string, hash uint32) string { return fmt.Sprintf("%s+%08x", name, hash) }

// encoded returns the bytes that text has in base64 after prefix, where it is written in
// the one way to write them. Decoders take line breaks in base64, and a last
// character with bits that mean nothing.
func encoded(text, prefix string) ([]byte, bool) {
	text, ok := strings.CutPrefix(text, prefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	return raw, ok && err == nil && base64.StdEncoding.EncodeToString(raw) == text
}

// Signer signs with a private key. It is immutable and safe for concurrent use.
type Signer struct {
	signer note.Signer
	public string
}

const private = "PRIVATE+KEY+"

// Generate makes a key pair: the private key, PRIVATE+KEY+NAME+HASH+BASE64, and the public
// one, NAME+HASH+BASE64. A name has 1 to 64 letters, digits and . _ / -.
func Generate(name string) (privateKey, publicKey string, err error) {
	if !keyName.MatchString(name) {
		return "", "", refuse(codes.SignatureKey,
			"%q is no name for a key: take 1 to 64 letters, digits and . _ / -, such as example.org/release.", clip(name))
	}
	return note.GenerateKey(rand.Reader, name)
}

// ParseSigner reads a private key, PRIVATE+KEY+NAME+HASH+BASE64. Blank lines and lines that
// begin with # are skipped. Errors have codes.SignatureKey, and never show any of what was read.
func ParseSigner(src []byte) (*Signer, error) {
	key := ""
	for _, line := range keyLines(src) {
		if line != "" && key != "" {
			return nil, refuse(codes.SignatureKey, "there is more here than one private key.")
		}
		key += line
	}
	signer, err := note.NewSigner(key)
	if err != nil || !keyName.MatchString(signer.Name()) {
		if _, err := parseKey(key); err == nil {
			return nil, refuse(codes.SignatureKey, "this is a public key, and signing takes the private one, NAME.key.")
		}
		return nil, refuse(codes.SignatureKey, "this is no private key: it is PRIVATE+KEY+NAME+HASH+BASE64, as in NAME.key.")
	}
	raw, ok := encoded(key, private+named(signer.Name(), signer.KeyHash())+"+")
	if !ok {
		return nil, refuse(codes.SignatureKey,
			"this is a private key that is not written as it must be: copy NAME.key as it is.")
	}
	pair := ed25519.NewKeyFromSeed(raw[1:]) // raw[0] is the algorithm, which NewSigner has checked
	public, err := note.NewEd25519VerifierKey(signer.Name(), pair.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	return &Signer{signer: signer, public: public}, nil
}

// Name returns the key's name.
func (s *Signer) Name() string { return s.signer.Name() }

// Public returns the public key, NAME+HASH+BASE64.
func (s *Signer) Public() string { return s.public }

// Sign returns the note that holds text and its signature. The text is that of
// BundleText, CatalogText or HeadText; any other has an error with codes.SignatureMalformed.
func (s *Signer) Sign(text string) ([]byte, error) {
	if _, err := split(text); err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: text}, s.signer)
}
