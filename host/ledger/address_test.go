package ledger

// This file tests what a ledger's address may be.

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryLeavesNothingBehind(t *testing.T) {
	t.Chdir(t.TempDir())
	tmp := filepath.Join(t.TempDir(), "tmp")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", tmp)
	one, err := Open(ctx, Memory, Options{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(ctx, Memory, Options{}) // another ledger, not the same
	if err != nil {
		t.Fatal(err)
	}
	wants(t, one.Ready(ctx), nil)
	wants(t, one.Close(), nil)
	wants(t, other.Close(), nil)
	for _, folder := range []string{".", tmp} {
		left, err := os.ReadDir(folder)
		if err != nil || len(left) > 0 {
			t.Errorf("%s holds %v, %v", folder, left, err)
		}
	}
}

func TestAddressesOfOtherKindsAreNoFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, address := range []string{"", "file:ledger.db", "file::memory:?cache=shared", "mysql://db/ledger",
		"sqlite://ledger.db",
		"http://127.0.0.1/", "host=db password=secret", "dbname=ledger", "user = a host = b"} {
		_, err := Open(ctx, address, Options{})
		wants(t, err, ErrAddress)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("these were made: %v, %v", left, err)
	}
}
