package canon

// This file compares SHA-256 with the standard library's and with published vectors.

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// The examples of FIPS 180 and its companions.
func TestSum256Vectors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{strings.Repeat("a", 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	} {
		sum := sum256([]byte(c.in))
		if sum != Sum256([]byte(c.in)) {
			t.Errorf("%.20q: the hash inside the module and the one outside differ", c.in)
		}
		if got := fmt.Sprintf("%x", sum); got != c.want {
			t.Errorf("%.20q: want %s, got %s", c.in, c.want, got)
		}
		if got := string(AppendDigest([]byte("x"), sum)); got != "xsha256:"+c.want {
			t.Errorf("digest %s", got)
		}
	}
}

func TestSum256(t *testing.T) {
	r := rand.New(rand.NewPCG(180, 4))
	check := func(size int) {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		want := sha256.Sum256(b)
		if got := sum256(b); got != want {
			t.Fatalf("%d bytes: want %x, got %x", size, want, got)
		}
	}
	for size := 0; size <= 300; size++ {
		check(size)
	}
	for i := 0; i < 100; i++ {
		check(r.IntN(10_000))
	}
}
