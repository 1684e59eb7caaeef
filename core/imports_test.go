package core_test

// This file holds the rules about who may import whom.

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/holdfast-rt/holdfast/"

// banned are packages that cost the module more than they are worth to it, or
// that know a clock, an environment or a map's order.
var banned = []string{
	"fmt",
	"reflect",
	"encoding/json",
	"time",
	"math/big",
	"math/rand",
	"os",
	"log",
	"net",
	"crypto/sha256",
	"encoding/binary",
	"syscall",
}

// stages are the core's packages, each importing only those before it.
var stages = []string{
	"core/codes", "core/internal/canon", "core/internal/diag", "core/internal/value", "core/internal/types",
	"core/internal/text",
	"core/internal/lib", "core/internal/vm",
	"core/internal/model", // knows nothing of documents and expressions being read
	"core/internal/syntax", "core/internal/check", "core/internal/code", "core/internal/cases", "core/internal/load",
	"core/internal/truth", "core/internal/lint", "core",
	"wasm/abi", "wasm",
}

func list(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm") // what is in the module is what counts
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}

func TestCoreImportsOnlySmallPackages(t *testing.T) {
	for _, p := range list(t, "-deps", "./core/...") {
		if slices.Contains(banned, p) || strings.HasPrefix(p, "github.com/") && !strings.HasPrefix(p, module) ||
			strings.HasPrefix(p, "golang.org/") {
			t.Errorf("core imports %s", p)
		}
		if strings.HasPrefix(p, module+"host") {
			t.Errorf("core imports %s, which is a host", p)
		}
	}
}

// TestModuleLeavesLintOut holds that warnings for an author cost the module nothing.
func TestModuleLeavesLintOut(t *testing.T) {
	for _, p := range list(t, "-deps", "./wasm") {
		switch strings.TrimPrefix(p, module) {
		case "core/internal/lint", "core/internal/truth":
			t.Errorf("the module links %s", p)
		}
	}
	natively := exec.Command("go", "list", "-deps", "./core")
	natively.Dir = ".."
	if out, err := natively.Output(); err != nil || !strings.Contains(string(out), "core/internal/lint\n") {
		t.Errorf("core does not offer its lints natively: %v", err)
	}
}

func TestImportsRunOneWay(t *testing.T) {
	for i, stage := range stages {
		for _, p := range list(t, "-f", "{{join .Imports \"\\n\"}}", "./"+stage) {
			name, ours := strings.CutPrefix(p, module)
			if ours && !slices.Contains(stages[:i], name) {
				t.Errorf("%s imports %s, which comes after it or is no stage", stage, name)
			}
		}
	}
	for _, p := range list(t, "./core/...") {
		if name := strings.TrimPrefix(p, module); !slices.Contains(stages, name) && !strings.HasSuffix(name, "/gen") {
			t.Errorf("%s is no stage: add it to the list where it belongs", name)
		}
	}
}
