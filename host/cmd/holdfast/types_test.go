package main

// This file tests that the types which the SDK's tests compile against are the ones made today.

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTypesOfTheSDKsTests(t *testing.T) {
	want, err := os.ReadFile(filepath.Join(top, "web/test/types/specula.ts"))
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"types", filepath.Join(top, "testdata/bundles/specula/specula.yaml")},
		strings.NewReader(""), &out, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	if out.String() != string(want) {
		t.Errorf("holdfast types says otherwise by now; write it to web/test/types/specula.ts:\n%s", out.String())
	}
}
