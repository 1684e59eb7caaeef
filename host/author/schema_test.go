package author

import (
	"bytes"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, doc []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// documents returns the bundles and catalogs that ship with the repository.
func documents(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, pattern := range []string{"../../testdata/bundles/*/*.yaml", "../../testdata/examples/*/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			found[f] = src
		}
	}
	if len(found) < 8 {
		t.Fatalf("only %d documents found", len(found))
	}
	return found
}

// TestSchemaAccepts validates every bundle and catalog of the repository.
func TestSchemaAccepts(t *testing.T) {
	s := compileSchema(t)
	for name, src := range documents(t) {
		doc, findings := yaml.Read(name, src)
		if len(findings) > 0 {
			t.Errorf("%+v", findings)
			continue
		}
		if err := validate(t, s, doc.JSON()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const smallest = "holdfast: 1\nbundle: b\nversion: 1.0.0\nagents: {user: {}}\n"

// TestSchemaRefuses validates mistakes, each added to a valid bundle.
func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	for _, c := range []string{
		"state: {a: {type: int}}", "types: {a: {enum: [x-y, z]}}", "logs: {l: {of: int, max: 3}, m: {record: {a: int}}}",
		"actions: {a: {args: {x: {type: int, default: 1}, y: {int: [0, 1]}}, set: {a: 1, b: true, c: x, d: {e: {f: y}}}, " +
			"effects: [{when: a, set: {b: c}}]}}",
		"constraints: [{id: A, level: physical, require: a}]", "constraints: [{id: A, prefer: a, weight: 3}]",
		`state: {a: {type: b, moves: [a -> b, a <-> c, "* -> d", a -> *]}}`,
		"state: {a: {type: b, moves: {id: X, allow: [a -> b], otherwise: {say: no}}}}",
		"tests: [{name: a, steps: [{action: x, actor: {kind: user, id: u1}, args: {a: [1]}, after: 10s, expect: {state: " +
			"{a.b: 1}}}]}]",
		"hold: {ttl: 1h30m, on_expire: revert}", "hold: {by: a, per_actor: 1, per_agent: 64, otherwise: {verdict: halt}}",
		"actions: {a: {must: change, reset: [b]}}", "patterns: {p: {any: [{phrase: x}, {phrases: constants.x}, {regex: y}]}}",
		"version: 1.0.0-beta.1",
	} {
		doc, _ := yaml.Read("x.yaml", []byte(smallest+c))
		if strings.HasPrefix(c, "version") {
			doc, _ = yaml.Read("x.yaml", []byte(strings.Replace(smallest, "version: 1.0.0", c, 1)))
		}
		if err := validate(t, s, doc.JSON()); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	for _, c := range []string{
		"stat: {}", "state: {a: {typ: int}}", "state: {1a: {type: int}}", "state: {a: {}}", "state: {a: {type: {int: [1]}}}",
		"state: {a: {type: {int: [0, 1], string: 3}}}", "state: {a: {type: {set: {of: int}}}}",
		"state: {a: {type: b, moves: [a - b]}}", "types: {a: {enum: []}}", "types: {a: {list: {max: 3}}}",
		"agents: [user]", "governance: user", "extends: [{bundle: a}]", "constraints: [{id: A, require: a, ensure: b}]",
		"constraints: [{id: A}]", "constraints: [{id: a b, require: a}]", "constraints: [{id: A, require: a, level: strong}]",
		"constraints: [{id: A, prefer: a, weight: 0}]", "constraints: [{id: A, require: a, otherwise: {verdict: commit}}]",
		"constraints: [{id: A, require: ''}]", "hold: {ttl: soon}", "hold: {per_actor: 0}", "hold: {per_agent: 65}",
		"hold: {by: [a]}", "hold: {otherwise: {verdict: hold}}", "actions: {a: {must: stay}}", "hold: {ttl: 300}",
		"patterns: {p: {hit: [x]}}", "patterns: {p: {any: [{word: x}]}}", "derived: {a: 1}", "tests: [{name: a}]",
		"tests: [{name: a, steps: [{action: x, actor: user}]}]",
		"tests: [{name: a, steps: [{action: x, actor: user, expect: {verdict: ok}}]}]",
		"prove: {domains: {a: [1]}}", "prove: {properties: [{id: a}]}", "valid: [{say: x}]",
		"metadata: {a: {type: int, hidden: true}}", "actions: {a: {set: {b: null}}}", "actions: {a: {set: {b: [c]}}}",
	} {
		src := smallest + c
		if strings.HasPrefix(c, "agents") {
			src = strings.Replace(smallest, "agents: {user: {}}", c, 1)
		}
		doc, findings := yaml.Read("x.yaml", []byte(src))
		if len(findings) > 0 {
			t.Fatalf("%s: %+v", c, findings)
		}
		if validate(t, s, doc.JSON()) == nil {
			t.Errorf("accepted: %s", c)
		}
	}
	for _, c := range []string{
		"holdfast: 2\nbundle: b\nversion: 1.0.0", "bundle: b\nversion: 1.0.0", "holdfast: 1\nbundle: B\nversion: 1.0.0",
		"holdfast: 1\nbundle: b\nversion: 1.0", "holdfast: 1\ncatalog: c\nversion: 1.0.0\nbundle: b.yaml",
		"holdfast: 1\ncatalog: c\nversion: 1.0.0\nbundle: b.yaml\nmatrix: {a: 1}",
		"holdfast: 1\ncatalog: c\nversion: 1.0.0\nbundle: b.yaml\nmatrix: {a: [1]}\nagents: {}",
	} {
		doc, _ := yaml.Read("x.yaml", []byte(c))
		if validate(t, s, doc.JSON()) == nil {
			t.Errorf("accepted: %s", c)
		}
	}
}

// TestSchemaDescribes looks for keys and definitions that say nothing.
func TestSchemaDescribes(t *testing.T) {
	doc, findings := yaml.Read("x.json", Schema())
	if len(findings) > 0 {
		t.Fatalf("%+v", findings)
	}
	var names []string
	for _, d := range doc.Root.Get("$defs").Members {
		names = append(names, d.Key.Text)
		if d.Value.GetText("description") == "" {
			t.Errorf("%s has no description", d.Key.Text)
		}
		if p := d.Value.Get("properties"); p != nil {
			for _, k := range p.Members {
				if k.Value.GetText("description") == "" {
					t.Errorf("%s.%s has no description", d.Key.Text, k.Key.Text)
				}
			}
		}
	}
	if !sort.StringsAreSorted(names) {
		t.Error("definitions are not in order")
	}
	if !bytes.Equal(Schema(), Schema()) {
		t.Error("two schemas differ")
	}
}
