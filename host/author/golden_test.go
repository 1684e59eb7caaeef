package author

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected files")

const diagnostics = "../../testdata/diagnostics"

// golden compares got with a file, or writes the file with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what is expected (-update rewrites it):\n%s", path, got)
	}
}

// render builds a file and renders what was found, naming files from the folder dir.
func render(t *testing.T, dir, file string, o Options) string {
	t.Helper()
	o.Engine = native{}
	o.ReadFile = func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, path)) }
	_, findings := Build(file, o)
	var b strings.Builder
	if err := Report(&b, findings, Style{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDiagnostics renders what is found in testdata/diagnostics/yaml.
func TestDiagnostics(t *testing.T) {
	files, _ := filepath.Glob(diagnostics + "/yaml/*.yaml")
	if len(files) < 30 {
		t.Fatalf("only %d files", len(files))
	}
	for _, f := range files {
		name := filepath.Base(f)
		t.Run(name, func(t *testing.T) {
			got := render(t, filepath.Dir(f), name, Options{})
			if got == "" {
				t.Error("nothing is found")
			}
			golden(t, strings.TrimSuffix(f, ".yaml")+".txt", got)
		})
	}
}

// TestBuildDiagnostics builds each folder of testdata/diagnostics/build, from its
// file main.yaml.
func TestBuildDiagnostics(t *testing.T) {
	dirs, _ := filepath.Glob(diagnostics + "/build/*/main.yaml")
	for _, f := range dirs {
		dir := filepath.Dir(f)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			golden(t, filepath.Join(dir, "expected.txt"), render(t, dir, "main.yaml", Options{Folders: []string{"shared"}}))
		})
	}
}
