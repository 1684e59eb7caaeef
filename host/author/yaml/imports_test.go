package yaml_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImportsRunOneWay: of the repository, the reader of YAML knows only the codes of errors.
func TestImportsRunOneWay(t *testing.T) {
	const repository = "github.com/holdfast-rt/holdfast/"
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, p := range strings.Fields(string(out)) {
		if name, ours := strings.CutPrefix(p, repository); ours {
			known = append(known, name)
		}
	}
	if got := strings.Join(known, " "); got != "core/codes host/author/yaml" {
		t.Errorf("it is made of %s", got)
	}
}
