package author

import (
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// native is the core as an Engine.
type native struct{}

func (native) Canonical(src []byte) ([]byte, error)   { return core.Canonical(src) }
func (native) Digest(doc []byte) (string, error)      { return core.Digest(doc), nil }
func (native) Public(doc []byte) ([]byte, error)      { return core.Public(doc) }
func (native) Check(doc []byte) ([]Diagnostic, error) { return core.Check(doc), nil }
func (native) Eval(request []byte) ([]byte, error)    { return core.Eval(request) }

// tree is a set of files by path.
type tree map[string]string

func (f tree) read(path string) ([]byte, error) {
	src, ok := f[filepath.ToSlash(path)]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return []byte(src), nil
}

// built builds a file and expects no errors.
func built(t *testing.T, path string, o Options) *Built {
	t.Helper()
	o.Engine = native{}
	b, findings := Build(path, o)
	if yaml.Failed(findings) {
		var s strings.Builder
		_ = Report(&s, findings, Style{})
		t.Fatal(s.String())
	}
	return b
}

const parentYAML = `holdfast: 1
bundle: parent
version: 1.2.0
agents: {user: {}}
state: {load: {type: {int: [0, 100]}}}
actions:
  raise: {set: {load: state.load + 1}}
constraints:
  - {id: LOAD, level: physical, require: state.load < 80}
`

const childYAML = `holdfast: 1
bundle: child
version: 1.0.0
extends: [{bundle: parent, version: 1.2.0, expects: [LOAD]}]
constraints:
  - {id: CALM, level: operational, on: [raise], require: state.load < 10}
`

// TestBuildExtends finds a parent in every place where one may be, and embeds the
// same bytes from each.
func TestBuildExtends(t *testing.T) {
	want := ""
	for name, c := range map[string]struct {
		path   string
		parent string
		o      Options
	}{
		"beside":           {"b/child.yaml", "b/parent.yaml", Options{}},
		"in a folder":      {"b/child.yaml", "b/parent/parent.yaml", Options{}},
		"folder by folder": {"b/child/child.yaml", "b/parent/parent.yaml", Options{}},
		"in the top":       {"child.yaml", "parent.yaml", Options{}},
		"given folder":     {"b/child.yaml", "lib/parent.yaml", Options{Folders: []string{"lib"}}},
		"given, nested":    {"b/child.yaml", "lib/parent/parent.yaml", Options{Folders: []string{"other", "lib"}}},
		"resolved":         {"b/child.yaml", "", Options{}},
		"another version":  {"b/child.yaml", "b/parent/parent.yaml", Options{}},
	} {
		files := tree{c.path: childYAML, c.parent: parentYAML}
		if c.parent == "" {
			doc := built(t, "parent.yaml", Options{ReadFile: tree{"parent.yaml": parentYAML}.read}).Document
			c.o.Resolve = func(name, version string) ([]byte, error) {
				if name+"@"+version != "parent@1.2.0" {
					t.Errorf("asked for %s@%s", name, version)
				}
				return doc, nil
			}
		}
		if name == "another version" {
			files["b/parent.yaml"] = strings.Replace(parentYAML, "1.2.0", "1.0.0", 1)
		}
		c.o.ReadFile = files.read
		b := built(t, c.path, c.o)
		if want == "" {
			want = string(b.Document)
		}
		if string(b.Document) != want {
			t.Errorf("%s: another document: %s", name, b.Document)
		}
		loaded, err := core.Load(b.Document)
		if err != nil || loaded.Digest() != b.Digest || b.Name != "child" || b.Version != "1.0.0" || b.Catalog {
			t.Errorf("%s: %v, %s, %+v", name, err, loaded.Digest(), b)
		}
	}
	// A built document comes out as it is.
	b := built(t, "child.json", Options{ReadFile: tree{"child.json": want}.read})
	if string(b.Document) != want {
		t.Errorf("built twice, it is %s", b.Document)
	}
	if !strings.Contains(want, `"document":{"actions"`) || !strings.Contains(want, `"digest":"sha256:`) {
		t.Errorf("the parent is not in it: %s", want)
	}
}

// TestBuildDiamond extends two parents that share one.
func TestBuildDiamond(t *testing.T) {
	side := "holdfast: 1\nbundle: %\nversion: 1.0.0\nextends: [{bundle: parent, version: 1.2.0}]\n" +
		"state: {%: {type: bool}}\n"
	files := tree{
		"parent.yaml": parentYAML,
		"left.yaml":   strings.ReplaceAll(side, "%", "left"),
		"right.yaml":  strings.ReplaceAll(side, "%", "right"),
		"child.yaml": "holdfast: 1\nbundle: child\nversion: 1.0.0\nextends:\n  - {bundle: left, version: 1.0.0}\n" +
			"  - {bundle: right, version: 1.0.0}\n",
	}
	reads := map[string]int{}
	b := built(t, "child.yaml", Options{ReadFile: func(path string) ([]byte, error) {
		reads[path]++
		return files.read(path)
	}})
	if want := []string{"child.yaml", "left.yaml", "parent.yaml", "right.yaml"}; strings.Join(b.Files, " ") !=
		strings.Join(want, " ") {
		t.Errorf("made from %v", b.Files)
	}
}

// TestBuildLimits gives up on endless chains of parents.
func TestBuildLimits(t *testing.T) {
	b, findings := Build("p0.yaml", Options{Engine: native{}, ReadFile: func(path string) ([]byte, error) {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(path, "p"), ".yaml"))
		if err != nil {
			return nil, fs.ErrNotExist
		}
		return []byte("holdfast: 1\nbundle: p" + strconv.Itoa(n) + "\nversion: 1.0.0\nagents: {a: {}}\nextends: [{bundle: p" +
			strconv.Itoa(n+1) + ", version: 1.0.0}]\n"), nil
	}})
	if b.Document != nil || !yaml.Failed(findings) || !strings.Contains(codesOf(findings), codes.LimitExtends) {
		t.Errorf("%s", codesOf(findings))
	}
	if _, findings := Build("nowhere.yaml", Options{Engine: native{}, ReadFile: tree{}.read}); codesOf(findings) !=
		codes.FileUnreadable+" " {
		t.Errorf("%s", codesOf(findings))
	}
}

func codesOf(findings []yaml.Finding) string {
	s := ""
	for _, f := range findings {
		s += f.Code + " "
	}
	return s
}

// TestBuildCatalog builds the repository's catalog and has the core judge it.
func TestBuildCatalog(t *testing.T) {
	path := "../../testdata/bundles/grade-1-guardian/catalog.yaml"
	done, total := 0, 0
	b := built(t, path, Options{Progress: func(d, n int) { done, total = d, n }})
	if !b.Catalog || b.Name != "grade-1-guardian" || b.Version != "1.0.0" || total != 90 || done != 89 {
		t.Errorf("%+v, %d of %d", b.Files, done, total)
	}
	if found := core.CheckCatalog(b.Document); len(found) > 0 {
		t.Errorf("%+v", found)
	}
	c, err := core.LoadCatalog(b.Document)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Resolve([]byte(`{"class":1,"chapter":"moon","element":"air"}`))
	if err != nil || !strings.Contains(string(answer), `"digest":"sha256:`) {
		t.Errorf("%v, %.200s", err, answer)
	}
	again := built(t, "catalog.json", Options{ReadFile: tree{"catalog.json": string(b.Document)}.read})
	if string(again.Document) != string(b.Document) || again.Digest != b.Digest {
		t.Error("built twice, it is another")
	}
	i := strings.Index(string(b.Document), `"digest":"sha256:`) + len(`"digest":"sha256:`)
	forged := string(b.Document[:i]) + "0000" + string(b.Document[i+4:])
	if _, findings := Build("catalog.json",
		Options{Engine: native{}, ReadFile: tree{"catalog.json": forged}.read}); codesOf(findings) !=
		codes.CatalogDigest+" " {
		t.Errorf("%s", codesOf(findings))
	}
}

// TestBuildRepository builds every bundle of the repository.
func TestBuildRepository(t *testing.T) {
	for f := range documents(t) {
		if b := built(t, f, Options{}); b.Document == nil || b.Digest == "" {
			t.Errorf("%s: %+v", f, b)
		}
	}
}
