package sessions_test

// This file holds the package to knowing nothing of HTTP.

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestNothingOfHTTP(t *testing.T) {
	list := exec.Command("go", "list", "-deps", ".")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/holdfast-rt/holdfast/host/ledger") {
		t.Fatalf("the list lacks the ledger: %s", out)
	}
	for _, dep := range deps {
		if dep == "net/http" || strings.HasPrefix(dep, "github.com/holdfast-rt/holdfast/host/server") ||
			dep == "github.com/holdfast-rt/holdfast/host/problem" {
			t.Errorf("package sessions imports %s", dep)
		}
	}
}
