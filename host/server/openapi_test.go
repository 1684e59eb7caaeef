package server_test

// This file holds openapi.yaml to the table of routes, to the codes and to a real run.

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/server"
)

func TestDescriptionIsValid(t *testing.T) {
	if err := description(t).doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
}

func TestDescriptionHasEveryRoute(t *testing.T) {
	doc := description(t).doc
	var want, have []string
	for _, r := range server.Routes() {
		want = append(want, r.Method+" "+r.Path)
		item := doc.Paths.Value(r.Path)
		if item == nil || item.GetOperation(r.Method) == nil {
			continue // told below
		}
		op := item.GetOperation(r.Method)
		name := r.Method + " " + r.Path
		if open := op.Security != nil && len(*op.Security) == 0; open != r.Open {
			t.Errorf("%s: needs no token: %v, and the document says %v", name, r.Open, open)
		}
		if has := op.Responses.Value("401") != nil; has == r.Open {
			t.Errorf("%s: 401 is documented: %v", name, has)
		}
		if has := op.Responses.Value("429") != nil; r.Costs && !has {
			t.Errorf("%s counts against the rate, and 429 is not documented", name)
		}
		if takes := r.Body > 0; takes != (op.Responses.Value("413") != nil) || takes != (op.Responses.Value("415") != nil) {
			t.Errorf("%s takes a body: %v, and 413 and 415 say otherwise", name, takes)
		}
		if op.Summary == "" || op.OperationID == "" || len(op.Tags) == 0 {
			t.Errorf("%s: a summary, an id or a tag is missing", name)
		}
		for _, part := range strings.Split(r.Path, "/") {
			if part, ok := strings.CutPrefix(part, "{"); ok && op.Parameters.GetByInAndName("path",
				strings.TrimSuffix(part, "}")) == nil {
				t.Errorf("%s: {%s is not described", name, part)
			}
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			have = append(have, method+" "+path)
		}
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(want, have) {
		t.Errorf("routes: %v\ndescribed: %v", want, have)
	}
}

// usedCodes returns the codes of the registry that the sources of packages name.
func usedCodes(t *testing.T, folders ...string) (out []string) {
	t.Helper()
	value := map[string]string{}
	inspect(t, "../../core/codes", func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if text, ok := v.Values[0].(*ast.BasicLit); ok {
				value[v.Names[0].Name], _ = strconv.Unquote(text.Value)
			}
		}
		return true
	})
	for _, folder := range folders {
		inspect(t, folder, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && fmt.Sprint(s.X) == "codes" && value[s.Sel.Name] != "" {
				out = append(out, value[s.Sel.Name])
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inspect visits all that the sources of a package say, tests left out.
func inspect(t *testing.T, folder string, visit func(ast.Node) bool) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s has no sources: %v", folder, err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, visit)
	}
}

func TestDescriptionHasEveryCode(t *testing.T) {
	doc := description(t).doc
	used := map[string]bool{"http/path": true, "http/method": true} // of no operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, ref := range op.Responses.Map() {
				listed, _ := ref.Value.Extensions["x-codes"].([]any)
				if problem := status >= "400"; problem != (len(listed) > 0) {
					t.Errorf("%s %s %s has %d codes", method, path, status, len(listed))
				}
				for _, code := range listed {
					used[code.(string)] = true
					if is := strconv.Itoa(server.Status(code.(string))); is != status {
						t.Errorf("%s %s: %s has the status %s, and is under %s", method, path, code, is, status)
					}
				}
			}
		}
	}
	found := usedCodes(t, ".", "identity", "../sessions")
	if len(found) < 30 {
		t.Fatalf("only %d codes were found", len(found))
	}
	for _, code := range found {
		if code == codes.AuthKeys {
			continue // at the start only
		}
		if !used[code] {
			t.Errorf("%s is of no operation", code)
		}
	}
	// The table for people has them all, with their status, and no others.
	table := map[string]bool{}
	for line := range strings.Lines(doc.Info.Description) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		for _, name := range strings.Split(cells[1], ",") {
			name = strings.Trim(name, " `")
			area, some := strings.CutSuffix(name, "…")
			for code := range used {
				// which has a line of its own
				if code == name || some && strings.HasPrefix(code, area) && code != "signature/none" {
					table[code] = true
					if !strings.Contains(cells[2], strconv.Itoa(server.Status(code))) {
						t.Errorf("the table gives %s the status %s, it is %d", code, cells[2], server.Status(code))
					}
				}
			}
			if !some && !used[name] {
				t.Errorf("the table has %s, which no operation gives", name)
			}
		}
	}
	for code := range used {
		if !table[code] {
			t.Errorf("%s is not in the table", code)
		}
	}
}

// example returns an example of a request's body.
func example(t testing.TB, path, method, name string) string {
	t.Helper()
	op := description(t).doc.Paths.Value(path).GetOperation(method)
	e := op.RequestBody.Value.Content["application/json"].Examples[name]
	if e == nil {
		t.Fatalf("%s %s has no example %s", method, path, name)
	}
	return text(e.Value.Value)
}

// TestExamplesAreReal goes through the document's examples and compares each answer.
func TestExamplesAreReal(t *testing.T) {
	r := start(t, nil)
	doc := description(t).doc
	compared := 0
	for _, step := range []struct {
		method, path, name string
		status             int
	}{
		{"GET", "/healthz", "health", 200},
		{"POST", "/v1/bundles", "door", 201},
		{"GET", "/v1/bundles", "door", 200},
		{"GET", "/v1/bundles/{ref}", "door", 200},
		{"POST", "/v1/sessions", "door", 201},
		{"POST", "/v1/sessions/{session}/decisions", "rejected", 201},
		{"POST", "/v1/sessions/{session}/decisions", "parked", 201},
		{"GET", "/v1/sessions/{session}/decisions/{seq}", "parked", 200},
		{"POST", "/v1/sessions/{session}/decisions", "stale", 409},
		{"GET", "/v1/sessions/{session}", "parked", 200},
		{"GET", "/v1/sessions/{session}/snapshot", "parked", 200},
		{"POST", "/v1/sessions/{session}/why", "night", 200},
		{"POST", "/v1/sessions/{session}/path", "closing", 200},
		{"POST", "/v1/sessions/{session}/admissible", "owner", 200},
		{"POST", "/v1/sessions/{session}/decisions", "confirmed", 201},
		{"POST", "/v1/sessions/{session}/verify", "front", 200},
		{"GET", "/v1/sessions", "front", 200},
	} {
		op := doc.Paths.Value(step.path).GetOperation(step.method)
		path, body := step.path, ""
		for _, p := range op.Parameters {
			if p.Value.In == "path" {
				path = strings.Replace(path, "{"+p.Value.Name+"}", strings.Trim(text(p.Value.Example), `"`), 1)
			}
		}
		if op.RequestBody != nil && step.name != "front" { // verify asks with an empty body
			body = example(t, step.path, step.method, step.name)
		}
		a := r.do(step.method, path, body).is(step.status)
		media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
		e := op.Responses.Status(step.status).Value.Content[media].Examples[step.name]
		if e == nil {
			t.Errorf("%s %s %s: the answer has no example: %s", step.method, step.path, step.name, a.body)
			continue
		}
		want, err := core.Canonical([]byte(text(e.Value.Value)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := core.Canonical(a.body)
		if err != nil {
			t.Fatal(err)
		}
		if compared++; string(got) != string(want) {
			t.Errorf("%s %s %s:\nthe document has %s\nthe server says %s", step.method, step.path, step.name, want, got)
		}
	}
	if compared < 17 {
		t.Errorf("only %d were compared", compared)
	}
	var served any
	r.do("GET", "/openapi.json", "").is(200).read(&served)
	src, err := doc.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var written any
	if err := json.Unmarshal(src, &written); err != nil {
		t.Fatal(err)
	}
	if len(text(served)) < 20_000 || len(served.(map[string]any)["paths"].(map[string]any)) != doc.Paths.Len() {
		t.Error("what is served is not the document")
	}
}
