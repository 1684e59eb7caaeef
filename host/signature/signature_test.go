package signature

// This file tests what is believed and, of everything that is not, the code.

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
)

// pair is a key pair as it is written.
type pair struct{ private, public string }

func generate(t *testing.T, name string) pair {
	t.Helper()
	private, public, err := Generate(name)
	if err != nil {
		t.Fatal(err)
	}
	return pair{private, public}
}

func (p pair) sign(t *testing.T, text string) []byte {
	t.Helper()
	signer, err := ParseSigner([]byte(p.private + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	src, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func keys(t *testing.T, pairs ...pair) *Keys {
	t.Helper()
	var src strings.Builder
	for _, p := range pairs {
		src.WriteString(p.public + "\n")
	}
	k, err := ParseKeys([]byte(src.String()))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// code returns the code of an error, or what it is where it has none.
func code(err error) string {
	var refusal *core.Error
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return fmt.Sprint(err)
}

// digest is some digest, written with one hexadecimal digit.
func digest(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

var door = BundleText("door", "1.0.0", digest("a"))

// join returns a note of door's text with the signatures of all those notes.
func join(t *testing.T, notes ...[]byte) []byte {
	t.Helper()
	var all []string
	for _, n := range notes {
		lines, err := Lines(n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lines...)
	}
	n, err := FromLines(door, all)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSigned(t *testing.T) {
	p := generate(t, "example.org/release-1")
	for _, text := range []string{
		door,
		CatalogText("sizes", "1.0.0", digest("b"), nil),
		CatalogText("sizes", "1.0.0", digest("b"), []string{digest("d"), digest("c"), digest("d")}),
		HeadText("order-7", 0, digest("c"), digest("d")),
		HeadText("Bestellung 7 für Ü", 9007199254740991, digest("c"), digest("d")),
	} {
		n := p.sign(t, text)
		if who, err := keys(t, p).Verify(text, n); who != "example.org/release-1" || err != nil {
			t.Errorf("%q: %q, %v", text, who, err)
		}
		if got, who, err := keys(t, p).Open(n); got != text || who != "example.org/release-1" || err != nil {
			t.Errorf("%q, %q, %v", got, who, err)
		}
		// Beside a signature that is not known, first or last.
		n = p.sign(t, door)
		other := generate(t, "other").sign(t, door)
		for _, both := range [][]byte{join(t, n, other), join(t, other, n)} {
			if _, err := keys(t, p).Verify(door, both); err != nil {
				t.Error(err)
			}
		}
	}
}

// What the note package writes is read here, and the other way round.
func TestNotePackage(t *testing.T) {
	private, public, err := note.GenerateKey(rand.Reader, "their/key")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := note.Sign(&note.Note{Text: door}, signer)
	if err != nil {
		t.Fatal(err)
	}
	p := pair{private, public}
	if who, err := keys(t, p).Verify(door, theirs); who != "their/key" || err != nil {
		t.Errorf("%q, %v", who, err)
	}
	ours := p.sign(t, door)
	if !bytes.Equal(ours, theirs) {
		t.Errorf("ours   %q\ntheirs %q", ours, theirs)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(ours, note.VerifierList(verifier)); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	p, q, stranger := generate(t, "p"), generate(t, "q"), generate(t, "stranger")
	twin := generate(t, "p") // of the same name, another key
	good, text := p.sign(t, door), door
	// of p's name and hash, and not by p
	forged := func() []byte {
		lines, _ := Lines(good)
		raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[0], "p "))
		raw[20] ^= 1
		n, err := FromLines(door, []string{"p " + base64.StdEncoding.EncodeToString(raw)})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}()
	replaced := bytes.Replace(good, []byte("1.0.0"), []byte("1.0.1"), 1)
	unsigned := []byte(door + "\n")
	for _, c := range []struct {
		name, code string
		keys       *Keys
		note       []byte
		says       string
	}{
		{"no note", codes.SignatureMissing, keys(t, p), nil, "there is no signature"},
		{"an empty note", codes.SignatureMissing, keys(t, p), []byte{}, ""},
		{"a blank note", codes.SignatureMalformed, keys(t, p), []byte("\n"), ""},
		{"a text without signatures", codes.SignatureMalformed, keys(t, p), unsigned, ""},
		{"a text alone", codes.SignatureMalformed, keys(t, p), []byte(door), ""},
		{"without its last line break", codes.SignatureMalformed, keys(t, p), good[:len(good)-1], ""},
		{"cut short", codes.SignatureMalformed, keys(t, p), good[:len(good)-5], ""},
		{"one more line break", codes.SignatureMalformed, keys(t, p), append(bytes.Clone(good), '\n'), ""},
		{"a carriage return", codes.SignatureMalformed, keys(t, p),
			bytes.Replace(good, []byte("1.0.0\n"), []byte("1.0.0\r\n"), 1), ""},
		{"a hyphen for the dash", codes.SignatureMalformed, keys(t, p),
			bytes.Replace(good, []byte("— "), []byte("- "), 1), ""},
		{"two blanks", codes.SignatureMalformed, keys(t, p), bytes.Replace(good, []byte("— p "), []byte("— p  "), 1), ""},
		{"no base64", codes.SignatureMalformed, keys(t, p), []byte(door + "\n— p !\n"), ""},
		{"no signature after the key's hash", codes.SignatureMalformed, keys(t, p), []byte(door + "\n— p AAAAAA==\n"), ""},
		{"nobody's name", codes.SignatureMalformed, keys(t, p), bytes.Replace(good, []byte("— p "), []byte("—  "), 1), ""},
		{"twice the same", codes.SignatureMalformed, keys(t, p), nil, "signs it twice"},
		{"too long", codes.SignatureMalformed, keys(t, p), append(bytes.Repeat([]byte("x"), maxNote), good...),
			"longer than"},
		{"another text of ours", codes.SignatureMalformed, keys(t, p),
			bytes.Replace(good, []byte("holdfast bundle"), []byte("holdfast bandle"), 1), "none of them"},
		{"nobody is trusted", codes.SignatureUnknownKey, nil, good, "Trusted: nobody."},
		{"nobody is trusted, by value", codes.SignatureUnknownKey, &Keys{}, good, "Trusted: nobody."},
		{"a stranger", codes.SignatureUnknownKey, keys(t, p, q), stranger.sign(t, door), "Signed by: stranger+"},
		{"another key of that name", codes.SignatureUnknownKey, keys(t, p), twin.sign(t, door), "Trusted: p+"},
		{"forged", codes.SignatureWrong, keys(t, p), forged, "signature of p+"},
		{"forged beside a good one", codes.SignatureWrong, keys(t, p, q), nil, "signature of p+"},
		{"a good one beside a forged", codes.SignatureWrong, keys(t, p, q), nil, "signature of p+"},
		{"changed after it was signed", codes.SignatureWrong, keys(t, p), replaced, "signature of p+"},
		{"another version", codes.SignatureOther, keys(t, p), p.sign(t, BundleText("door", "1.0.1", digest("a"))),
			`p has signed bundle "door@1.0.1" sha256:aaaa`},
		{"another digest", codes.SignatureOther, keys(t, p), p.sign(t, BundleText("door", "1.0.0", digest("b"))),
			`this is bundle "door@1.0.0" sha256:aaaa`},
		{"a catalog that publishes another", codes.SignatureOther, keys(t, p),
			p.sign(t, CatalogText("sizes", "1.0.0", digest("b"), []string{digest("c")})), `signed catalog "sizes`},
		{"a catalog of that name", codes.SignatureOther, keys(t, p),
			p.sign(t, CatalogText("door", "1.0.0", digest("a"), nil)), `signed catalog "door`},
		{"a head", codes.SignatureOther, keys(t, p), p.sign(t, HeadText("door", 3, digest("a"), digest("b"))),
			`signed session "door" at decision 3`},
	} {
		t.Run(c.name, func(t *testing.T) {
			switch c.name {
			case "twice the same":
				lines, _ := Lines(good)
				c.note = []byte(string(good) + "— " + lines[0] + "\n")
			case "forged beside a good one":
				c.note = join(t, forged, q.sign(t, door))
			case "a good one beside a forged":
				c.note = join(t, q.sign(t, door), forged)
			}
			who, err := c.keys.Verify(text, c.note)
			if who != "" || code(err) != c.code || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%q, %s: %v\nwanted %s with %q", who, code(err), err, c.code, c.says)
			}
			if c.code == codes.SignatureOther {
				return
			}
			if text, who, err := c.keys.Open(c.note); text != "" || who != "" || code(err) != c.code {
				t.Errorf("%q, %q, %v", text, who, err)
			}
		})
	}
}

// A catalog's signature is one of each bundle it publishes.
func TestPoints(t *testing.T) {
	p := generate(t, "p")
	note := p.sign(t, CatalogText("sizes", "1.0.0", digest("b"), []string{digest("d"), digest("a"), digest("c")}))
	for of, want := range map[string]string{"a": "<nil>", "b": codes.SignatureOther, "c": "<nil>", "d": "<nil>",
		"e": codes.SignatureOther} {
		if _, err := keys(t, p).Verify(BundleText("size", "1.0.0", digest(of)), note); code(err) != want {
			t.Errorf("%s: %v", of, err)
		}
	}
	if _, err := keys(t, p).Verify(CatalogText("sizes", "1.0.0", digest("b"), []string{digest("a")}),
		note); code(err) != codes.SignatureOther {
		t.Error(err)
	}
	if _, err := keys(t, generate(t, "q")).Verify(BundleText("size", "1.0.0", digest("a")),
		note); code(err) != codes.SignatureUnknownKey {
		t.Error(err)
	}
}

// No bit of a note, and none of a key, means nothing.
func TestEveryBit(t *testing.T) {
	p := generate(t, "example.org/Release-1")
	n, trusted := p.sign(t, door), keys(t, p)
	each := func(src []byte, refused func([]byte) bool) {
		t.Helper()
		for i := range src {
			for bit := range 8 {
				changed := bytes.Clone(src)
				changed[i] ^= 1 << bit
				if !refused(changed) {
					t.Errorf("bit %d of byte %d may be turned: %q", bit, i, changed)
				}
			}
			if !refused(slices.Delete(bytes.Clone(src), i, i+1)) {
				t.Errorf("byte %d may be left out of %q", i, src)
			}
			for _, extra := range "\n\r =+" {
				if changed := slices.Insert(bytes.Clone(src), i, byte(extra)); !refused(changed) {
					t.Errorf("%q may stand before byte %d of %q", extra, i, src)
				}
			}
		}
	}
	each(n, func(changed []byte) bool {
		_, err := trusted.Verify(door, changed)
		return err != nil
	})
	// A key may still be one where only what surrounds it differs; then it is the same.
	each([]byte(p.public), func(changed []byte) bool {
		k, err := ParseKeys(changed)
		if err != nil {
			return true
		}
		_, err = k.Verify(door, n)
		return strings.TrimSpace(string(changed)) == p.public && err == nil
	})
	each([]byte(p.private), func(changed []byte) bool {
		s, err := ParseSigner(changed)
		if err != nil {
			return true
		}
		return strings.TrimSpace(string(changed)) == p.private && s.Public() == p.public
	})
}

func TestParseKeys(t *testing.T) {
	p, q, next := generate(t, "p"), generate(t, "q"), generate(t, "p")
	for !strings.ContainsAny(p.public[2:10], "abcdef") {
		p = generate(t, "p") // until its hash has a letter
	}
	k, err := ParseKeys([]byte("# who releases\n\n" + p.public + "\r\n  " + q.public + "\n\n# from May on\n" +
		next.public))
	if err != nil {
		t.Fatal(err)
	}
	for i, who := range []pair{p, q, next} {
		if _, err := k.Verify(door, who.sign(t, door)); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(who.public, k.Names()[i]+"+") {
			t.Errorf("%s is not of %s", k.Names()[i], who.public)
		}
	}
	name, rest, _ := strings.Cut(p.public, "+")
	hash, encoded, _ := strings.Cut(rest, "+")
	for _, c := range []struct{ src, path, says string }{
		{"", "", "there is no key"},
		{"\n# nobody\n", "", "there is no key"},
		{p.public + "\n\n" + p.public, "line 3", "twice"},
		{"#\n" + p.private, "line 2", "private key"},
		{p.public + "\nq", "line 2", "no public key"},
		{name + "+" + hash, "line 1", "no public key"},
		{"\n" + p.public + " # p", "line 2", "no public key"},
		{p.public + "+", "line 1", "no public key"},
		{"r+" + rest, "line 1", "no public key"}, // the hash is of name and key
		{name + "+" + strings.ToUpper(hash) + "+" + encoded, "line 1", "not written as it must be"},
		{"-----BEGIN PUBLIC KEY-----\n", "line 1", "no public key"},
	} {
		k, err := ParseKeys([]byte(c.src))
		var refusal *core.Error
		if k != nil || !errors.As(err, &refusal) || refusal.Code != codes.SignatureKey || refusal.Path != c.path ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, %v", c.src, k, err)
		}
	}
}

func TestKeyNames(t *testing.T) {
	for _, name := range []string{"a", "A-z_0.9/x", strings.Repeat("n", 64)} {
		p := generate(t, name)
		s, err := ParseSigner([]byte("# keep it\n\n" + p.private + "\n"))
		if err != nil || s.Name() != name || s.Public() != p.public {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "a b", "a+b", "a\n", "ü", "a@b", strings.Repeat("n", 65)} {
		if _, _, err := Generate(name); code(err) != codes.SignatureKey {
			t.Errorf("%q: %v", name, err)
		}
	}
	// The note package allows names that are not allowed here.
	private, public, err := note.GenerateKey(rand.Reader, "ü")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseKeys([]byte(public)); code(err) != codes.SignatureKey {
		t.Error(err)
	}
	if _, err := ParseSigner([]byte(private)); code(err) != codes.SignatureKey {
		t.Error(err)
	}
}

// A private key that cannot be read is a secret all the same.
func TestParseSigner(t *testing.T) {
	p := generate(t, "p")
	secret := strings.SplitN(p.private, "+", 5)[4] // base64, which may have a + of its own
	for src, says := range map[string]string{
		"":                                 "no private key",
		p.public:                           "this is a public key",
		p.private + "\n" + p.private:       "more here than one",
		p.private + "+":                    "no private key",
		p.private[:len(p.private)-2]:       "no private key",
		strings.ToLower(p.private):         "no private key",
		"PRIVATE+KEY+p+00000000+" + secret: "no private key",
		"PRIVATE KEY p " + secret:          "no private key",
	} {
		s, err := ParseSigner([]byte(src))
		if s != nil || code(err) != codes.SignatureKey || !strings.Contains(err.Error(),
			says) || strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("%q: %v", src, err)
		}
		if _, err := ParseKeys([]byte(src)); src != p.public && strings.Contains(fmt.Sprint(err), secret[:8]) {
			t.Errorf("%q: %v", src, err)
		}
	}
}

func TestTexts(t *testing.T) {
	s, err := ParseSigner([]byte(generate(t, "p").private))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"",
		"I promise.\n",
		strings.TrimSuffix(door, "\n"),
		door + "\n",
		door + "more\n",
		"\n" + door,
		BundleText("door", "1.0.0", strings.Repeat("a", 64)),
		BundleText("door", "1.0.0", digest("A")),
		BundleText("do\nor", "1.0.0", digest("a")),
		BundleText("do\x1bor", "1.0.0", digest("a")),
		BundleText("do\xffor", "1.0.0", digest("a")),
		HeadText("", 1, digest("a"), digest("b")),
		HeadText("a\nb", 1, digest("a"), digest("b")),
		HeadText("a", -1, digest("a"), digest("b")),
		HeadText("a", 1, "", digest("b")),
		HeadText("a", 1, digest("a"), "sha256:"),
		strings.Replace(HeadText("a", 1, digest("a"), digest("b")), "\n1\n", "\n01\n", 1),
	} {
		if n, err := s.Sign(text); n != nil || code(err) != codes.SignatureMalformed {
			t.Errorf("%q: %q, %v", text, n, err)
		}
		if _, err := ParseHead(text); code(err) != codes.SignatureMalformed {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := FromLines(text, []string{"p AAAAAAA="}); code(err) != codes.SignatureMalformed {
			t.Errorf("%q: %v", text, err)
		}
	}
	want := Head{"order-7", 12, digest("a"), digest("b")}
	if got, err := ParseHead(HeadText("order-7", 12, digest("a"), digest("b"))); got != want || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ParseHead(door); code(err) != codes.SignatureOther {
		t.Error(err)
	}
}

// A note goes through headers unchanged, and what is no signature does not.
func TestLines(t *testing.T) {
	p, q := generate(t, "p"), generate(t, "q")
	n := join(t, q.sign(t, door), p.sign(t, door))
	lines, err := Lines(n)
	if err != nil || len(lines) != 2 || !strings.HasPrefix(lines[0], "q ") || !strings.HasPrefix(lines[1], "p ") {
		t.Fatalf("%q, %v", lines, err)
	}
	if again, err := FromLines(door, lines); !bytes.Equal(again, n) || err != nil {
		t.Errorf("%q, %v", again, err)
	}
	if _, err := Lines(nil); code(err) != codes.SignatureMissing {
		t.Error(err)
	}
	if _, err := FromLines(door, nil); code(err) != codes.SignatureMissing {
		t.Error(err)
	}
	// What was signed for one text is wrong for another.
	moved, err := FromLines(BundleText("door", "1.0.1", digest("a")), lines)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys(t, p).Verify(BundleText("door", "1.0.1", digest("a")), moved); code(err) != codes.SignatureWrong {
		t.Error(err)
	}
	for _, bad := range [][]string{
		{""}, {"p"}, {"p "}, {lines[0] + "\n— " + lines[1]}, {lines[0] + "\n"}, {" " + lines[0]}, {lines[0] + " "},
		{"— " + lines[0]}, {lines[0], lines[0]}, {lines[0], ""}, {lines[0] + "," + lines[1]},
		slices.Repeat([]string{lines[0]}, 2), {strings.Replace(lines[0], "q ", "q\x00 ", 1)},
	} {
		if n, err := FromLines(door, bad); n != nil || code(err) != codes.SignatureMalformed {
			t.Errorf("%q: %q, %v", bad, n, err)
		}
	}
	var many []string
	for i := range maxSigs + 1 {
		many = append(many, fmt.Sprintf("k%d AAAAAAA=", i))
	}
	if _, err := FromLines(door, many[:maxSigs]); err != nil {
		t.Error(err)
	}
	if _, err := FromLines(door, many); code(err) != codes.SignatureMalformed {
		t.Error(err)
	}
}

// Whatever is believed was written so by the one who signed it.
func FuzzOpen(f *testing.F) {
	private, public, err := Generate("p")
	if err != nil {
		f.Fatal(err)
	}
	signer, err := ParseSigner([]byte(private))
	if err != nil {
		f.Fatal(err)
	}
	k, err := ParseKeys([]byte(public))
	if err != nil {
		f.Fatal(err)
	}
	good, err := signer.Sign(door)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(door + "\n— p AAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if lines, err := Lines(src); err == nil {
			text := string(src[:bytes.LastIndex(src, []byte("\n\n"))+1])
			if again, err := FromLines(text, lines); !bytes.Equal(again, src) || err != nil {
				t.Fatalf("%q became %q, %v", src, again, err)
			}
		}
		text, _, err := k.Open(src)
		if err != nil {
			if c := code(err); !strings.HasPrefix(c, "signature/") {
				t.Fatal(c)
			}
			return
		}
		if text != door || !bytes.HasPrefix(src, []byte(door)) {
			t.Fatalf("believed %q", src)
		}
	})
}
