package main

// This file runs the scripts of testdata/script: every command, as it is used and
// misused. https://pkg.go.dev/github.com/rogpeppe/go-internal/testscript says what
// they may hold.
//
//	go test ./host/cmd/holdfast -run Script -update

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/signature"
)

func TestMain(m *testing.M) {
	patience = 1 << 62 // commands in scripts are this program again, and come by here
	testscript.Main(m, map[string]func(){"holdfast": main})
}

func TestScript(t *testing.T) {
	root, err := filepath.Abs(top)
	if err != nil {
		t.Fatal(err)
	}
	door, err := os.ReadFile("testdata/door.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// Compiled modules are kept where every other run keeps them.
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"signhead": signHead,
			"certificate": certificate},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", cache)
			env.Setenv("TESTDATA", filepath.Join(root, "testdata"))
			env.Setenv("TERM", "xterm")
			return os.WriteFile(filepath.Join(env.WorkDir, "door.yaml"), door, 0o666)
		},
	})
}

// signHead is the command signhead KEY SESSION SEQ LOG FILE: it writes the head of a
// session of door.yaml, as a server signs it where LOG holds all its decisions.
func signHead(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: signhead KEY SESSION SEQ LOG FILE")
	}
	signer, err := signature.ParseSigner([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	seq, err := strconv.ParseInt(args[2], 10, 64)
	ts.Check(err)
	document, err := newApp(nil, ts.Stdout(), ts.Stderr()).source(host.Native(), ts.MkAbs("door.yaml"))
	ts.Check(err)
	bundle, err := host.Native().Load(document)
	ts.Check(err)
	last := core.Digest([]byte(`{"bundle":"door@1.0.0","digest":"` + bundle.Digest() + `","session":"` + args[1] +
		`","v":1}`))
	if seq > 0 {
		lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[3]), "\n"), "\n")
		last = core.Digest([]byte(lines[len(lines)-1]))
	}
	note, err := signer.Sign(signature.HeadText(args[1], seq, last, bundle.Digest()))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[4]), note, 0o666))
}

// certificate is the command certificate CERT KEY: it writes a certificate for loopback
// that only its own key has signed.
func certificate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: certificate CERT KEY")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "loopback"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}
