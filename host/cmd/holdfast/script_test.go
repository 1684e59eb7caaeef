package main

// This file runs the scripts of testdata/script: every command, as it is used and
// misused. https://pkg.go.dev/github.com/rogpeppe/go-internal/testscript says what
// they may hold.
//
//	go test ./host/cmd/holdfast -run Script -update

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/host/signature"
)

func TestMain(m *testing.M) {
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
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"signhead": signHead},
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
	last := core.Digest([]byte(`{"bundle":"door@1.0.0","digest":"` + bundle.Digest() + `","session":"` + args[1] + `","v":1}`))
	if seq > 0 {
		lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[3]), "\n"), "\n")
		last = core.Digest([]byte(lines[len(lines)-1]))
	}
	note, err := signer.Sign(signature.HeadText(args[1], seq, last, bundle.Digest()))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[4]), note, 0o666))
}
