package main

// This file holds ABI.md to the code, both ways: every example on the page is a call that is made here,
// and every document that a call gives is the one that the page describes, member by member.
//
//	go test ./wasm -run TestPage -update    # write the examples anew; read the diff

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/host"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

var update = flag.Bool("update", false, "write the examples in ABI.md anew")

// operation is a row of the page's table of operations.
type operation struct {
	op     abi.Op
	output string // a type, or what no type says
}

// documented is what the page describes.
type documented struct {
	operations map[string]operation
	documents  map[string]*document
}

// document is the table of a document's members.
type document struct {
	members []documentMember
	seen    map[string]bool // members that some document had
}

type documentMember struct {
	name, kind string
	always     bool
}

var memberRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `([^`]+)` \\| ([^|]*) \\|")

func readPage(t *testing.T) *documented {
	d := &documented{map[string]operation{}, map[string]*document{}}
	text := page(t)
	row := regexp.MustCompile(`(?m)^\| (\w+) \| (\d+) \| [^|]* \| [^|]* \| ([^|]*) \|$`)
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[2])
		output, isType := strings.CutPrefix(m[3], "`")
		if output, _, _ = strings.Cut(output, "`"); !isType {
			output, _, _ = strings.Cut(output, ";")
		}
		d.operations[m[1]] = operation{abi.Op(n), output}
	}
	for _, section := range regexp.MustCompile("(?m)^##+ ").Split(text, -1) {
		title, body, _ := strings.Cut(section, "\n")
		if !strings.Contains(body, "| member | type | there | means |\n") {
			continue
		}
		doc := &document{seen: map[string]bool{}}
		for _, m := range memberRow.FindAllStringSubmatch(body, -1) {
			doc.members = append(doc.members, documentMember{m[1], m[2], m[3] == "always"})
		}
		if len(doc.members) > 0 {
			d.documents[strings.ToLower(title)] = doc
		}
	}
	if len(d.operations) < 20 || len(d.documents) < 10 {
		t.Fatalf("ABI.md has %d operations and %d documents", len(d.operations), len(d.documents))
	}
	return d
}

// An object of JSON with its members in their order.
type object []struct {
	name  string
	value any
}

// decode reads one value with its order kept.
func decode(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			o = append(o, struct {
				name  string
				value any
			}{name.(string), v})
		}
		_, err = d.Token()
		return o, err
	}
	return token, nil
}

// scalars are the types that are no documents; the page lists each.
var scalars = map[string]func(v any) bool{
	"text":    func(v any) bool { _, ok := v.(string); return ok },
	"bool":    func(v any) bool { _, ok := v.(bool); return ok },
	"whole":   whole,
	"millis":  whole,
	"null":    func(v any) bool { return v == nil },
	"value":   func(any) bool { return true },
	"digest":  func(v any) bool { s, ok := v.(string); return ok && isDigest.MatchString(s) },
	"name":    func(v any) bool { s, ok := v.(string); return ok && isName.MatchString(s) },
	"id":      func(v any) bool { s, ok := v.(string); return ok && isID.MatchString(s) },
	"code":    func(v any) bool { s, ok := v.(string); return ok && isCode.MatchString(s) },
	"verdict": func(v any) bool { s, ok := v.(string); return ok && strings.Contains(verdicts, " "+s+" ") },
	"level":   func(v any) bool { s, ok := v.(string); return ok && strings.Contains(levels, " "+s+" ") },
}

const (
	verdicts = " commit hold rewrite reject revert halt escalate stall freeze "
	levels   = " physical responsibility ownership operational preference "
)

var (
	isDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	isName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	isID     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*$`)
	isCode   = regexp.MustCompile(`^([a-z]+/[a-z0-9-]+)?$`)
)

func whole(v any) bool {
	n, ok := v.(json.Number)
	if !ok {
		return false
	}
	_, err := n.Int64()
	return err == nil
}

// split cuts a type at what is outside of its brackets.
func split(kind, at string) (parts []string) {
	depth, from := 0, 0
	for i := range kind {
		switch kind[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth == 0 && strings.HasPrefix(kind[i:], at) {
			parts = append(parts, kind[from:i])
			from = i + len(at)
		}
	}
	return append(parts, kind[from:])
}

// check says how v is not what the page calls kind, "" where it is.
func (d *documented) check(kind string, v any) string {
	if kinds := split(kind, " or "); len(kinds) > 1 {
		var all []string
		for _, k := range kinds {
			wrong := d.check(k, v)
			if wrong == "" {
				return ""
			}
			all = append(all, wrong)
		}
		return strings.Join(all, ", and ")
	}
	if inner, ok := strings.CutPrefix(kind, "["); ok {
		return d.checkList(split(strings.TrimSuffix(inner, "]"), ", "), v)
	}
	if inner, ok := strings.CutPrefix(kind, "{"); ok { // {NAME: type}
		o, ok := v.(object)
		if !ok {
			return fmt.Sprintf("%v is no object", v)
		}
		_, kind, _ := strings.Cut(strings.TrimSuffix(inner, "}"), ": ")
		for i := range o {
			if wrong := d.check(kind, o[i].value); wrong != "" {
				return o[i].name + ": " + wrong
			}
		}
		return ""
	}
	if word, ok := strings.CutPrefix(kind, `"`); ok {
		if v != strings.TrimSuffix(word, `"`) {
			return fmt.Sprintf("%v is not %s", v, kind)
		}
		return ""
	}
	if number, err := strconv.Atoi(kind); err == nil {
		if v != json.Number(strconv.Itoa(number)) {
			return fmt.Sprintf("%v is not %s", v, kind)
		}
		return ""
	}
	if is := scalars[kind]; is != nil {
		if !is(v) {
			return fmt.Sprintf("%v is no %s", v, kind)
		}
		return ""
	}
	doc := d.documents[kind]
	if doc == nil {
		return "ABI.md does not say what " + kind + " is"
	}
	return d.checkMembers(kind, doc, v)
}

// checkList takes one kind for a list of any length, several for one of each.
func (d *documented) checkList(kinds []string, v any) string {
	list, ok := v.([]any)
	if !ok || len(kinds) > 1 && len(list) != len(kinds) {
		return fmt.Sprintf("%v is no list of %d", v, len(kinds))
	}
	for i := range list {
		if wrong := d.check(kinds[min(i, len(kinds)-1)], list[i]); wrong != "" {
			return fmt.Sprintf("[%d]: %s", i, wrong)
		}
	}
	return ""
}

func (d *documented) checkMembers(kind string, doc *document, v any) string {
	o, ok := v.(object)
	if !ok {
		return fmt.Sprintf("%v is no %s", v, kind)
	}
	var seen []string
	at := 0 // members come in the order of the table, which is that of canonical JSON
	for _, m := range doc.members {
		if at == len(o) || o[at].name != m.name {
			if m.always {
				return fmt.Sprintf("%s has no %s where the table has it: %v", kind, m.name, o)
			}
			continue
		}
		if wrong := d.check(m.kind, o[at].value); wrong != "" {
			return kind + "." + m.name + ": " + wrong
		}
		seen = append(seen, m.name)
		at++
	}
	if at < len(o) {
		return fmt.Sprintf("ABI.md does not say that %s has %s there", kind, o[at].name)
	}
	for _, name := range seen {
		doc.seen[name] = true
	}
	return ""
}

// checking is the module, with each answer held to the page.
type checking struct {
	t       *testing.T
	page    *documented
	machine machine
	handles map[string]uint32
	first   string   // decision of the page
	digests []string // that the page computes
}

func (c *checking) call(name string, handle uint32, in []byte) (string, uint32, abi.Status) {
	c.t.Helper()
	op, ok := c.page.operations[name]
	if !ok {
		c.t.Fatalf("ABI.md has no operation %s", name)
	}
	out, opened, status := c.machine.call(op.op, handle, in)
	if status == abi.Error {
		c.answer(name, "error or errors", out)
		return string(out), opened, status
	}
	switch {
	case op.output == "nothing":
		if len(out) > 0 {
			c.t.Errorf("%s gives %s, ABI.md says nothing", name, out)
		}
	case op.op == abi.OpDigest:
		if !isDigest.Match(out) {
			c.t.Errorf("Digest gives %s", out)
		}
	case op.op == abi.OpAnswers:
		for _, line := range bytes.Split(out, []byte("\n")) {
			if len(line) > 0 {
				c.answer(name, op.output, line)
			}
		}
	default:
		c.answer(name, op.output, out)
	}
	return string(out), opened, status
}

func (c *checking) answer(name, kind string, out []byte) {
	c.t.Helper()
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	v, err := decode(d)
	if err != nil {
		c.t.Errorf("%s gives no JSON: %s", name, out)
		return
	}
	if wrong := c.page.check(kind, v); wrong != "" {
		c.t.Errorf("%s: %s", name, wrong)
	}
	if again, err := core.Canonical(out); err != nil || !bytes.Equal(again, out) {
		c.t.Errorf("%s gives what is not canonical: %s", name, out)
	}
}

// atTime is the time that some operations take before, or as, their input.
func atTime(millis int64, rest string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(millis)), rest...)
}

// wrapped breaks JSON between its tokens, so that it fits on the page.
func wrapped(line string) string {
	const width = 118
	var b strings.Builder
	room, inText, escaped, from, last := width, false, false, 0, 0
	for i := range len(line) {
		if i+1-from > room && last > from {
			b.WriteString(line[from:last] + "\n  ")
			from, room = last, width-2
		}
		switch c := line[i]; {
		case escaped:
			escaped = false
		case inText && c == '\\':
			escaped = true
		case c == '"':
			inText = !inText
		case c == ',' && !inText:
			last = i + 1
		}
	}
	b.WriteString(line[from:])
	return b.String()
}

// Each example is a call. "NAME = " keeps the handle that it opens; "@ N" is the time that its input begins with;
// "<" is its input, ">" its answer, "!" an error. A line that is indented goes on with the one before.
func TestPageExamples(t *testing.T) {
	t.Run("native", func(t *testing.T) { examples(t, &module{}) })
	if !*update {
		t.Run("module", func(t *testing.T) { examples(t, start(t, engines["compiler"], 0, 1)) })
	}
}

func newChecking(t *testing.T, page *documented, m machine) *checking {
	return &checking{t: t, page: page, machine: m, handles: map[string]uint32{}}
}

func examples(t *testing.T, m machine) {
	c := newChecking(t, readPage(t), m)
	text := page(t)
	var out strings.Builder
	rest := text
	for {
		before, block, found := strings.Cut(rest, "```calls\n")
		out.WriteString(before)
		if !found {
			break
		}
		block, rest, _ = strings.Cut(block, "```\n")
		out.WriteString("```calls\n" + c.play(block) + "```\n")
	}
	// The page takes the digests of a genesis and of a state: they are those of its first decision.
	for i, name := range []string{"prev", "state"} {
		if len(c.digests) != 2 || !strings.Contains(c.first, `"`+name+`":"`+c.digests[i]+`"`) {
			t.Errorf("ABI.md hashes %v, its first decision is %s", c.digests, c.first)
		}
	}
	if out.String() == text {
		return
	}
	if *update {
		if err := os.WriteFile("ABI.md", []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, got := strings.Split(text, "\n"), strings.Split(out.String(), "\n")
	for i := range want {
		if i >= len(got) || want[i] != got[i] {
			t.Fatalf("ABI.md:%d has\n%s\nand the module says\n%s", i+1, want[i], strings.Join(got[i:min(i+4, len(got))], "\n"))
		}
	}
}

var callLine = regexp.MustCompile(`^(?:(\w+) = )?([A-Z]\w+)(?: (\w+))?$`)

// play makes the calls of a block, and returns the block with what they answer.
func (c *checking) play(block string) string {
	lines := strings.Split(strings.TrimSuffix(block, "\n"), "\n")
	var out strings.Builder
	for i := 0; i < len(lines); {
		m := callLine.FindStringSubmatch(lines[i])
		if m == nil {
			c.t.Fatalf("ABI.md: %q begins no call", lines[i])
		}
		out.WriteString(lines[i] + "\n")
		var in []byte
		var texts []string
		for i++; i < len(lines) && !callLine.MatchString(lines[i]); i++ {
			switch line := lines[i]; {
			case strings.HasPrefix(line, "@ "):
				n, err := strconv.ParseInt(line[2:], 10, 64)
				if err != nil {
					c.t.Fatal(err)
				}
				in = atTime(n, "")
				out.WriteString(line + "\n")
			case line == "<" || strings.HasPrefix(line, "< "):
				texts = append(texts, strings.TrimPrefix(line[1:], " "))
				out.WriteString(line + "\n")
				for ; i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  "); i++ {
					texts[len(texts)-1] += strings.TrimSpace(lines[i+1])
					out.WriteString(lines[i+1] + "\n")
				}
			}
		}
		if m[3] != "" && c.handles[m[3]] == 0 {
			c.t.Fatalf("ABI.md: nothing has opened %s", m[3])
		}
		answer, opened, status := c.call(m[2], c.handles[m[3]], append(in, strings.Join(texts, "\n")...))
		if m[2] == "Digest" {
			c.digests = append(c.digests, answer)
		} else if m[2] == "Decide" && c.first == "" {
			c.first = answer
		}
		if m[1] != "" {
			if opened == 0 {
				c.t.Errorf("ABI.md: %s opens nothing: %s", lines[0], answer)
			}
			c.handles[m[1]] = opened
		}
		sign := "> "
		if status == abi.Error {
			sign = "! "
		}
		if answer != "" {
			for _, line := range strings.Split(answer, "\n") {
				out.WriteString(strings.TrimRight(sign+wrapped(line), " ") + "\n")
			}
		}
	}
	return out.String()
}

// Sessions of bundles that use all that there is are held to the page too: golden ones, and one that freezes.
func TestPageDescribesEveryDocument(t *testing.T) {
	d := readPage(t)
	c := newChecking(t, d, &module{})
	for _, block := range regexp.MustCompile("(?s)```calls\n(.*?)```").FindAllStringSubmatch(page(t), -1) {
		c.play(block[1])
	}
	folders, err := filepath.Glob("../testdata/golden/*/bundle.json")
	if err != nil || len(folders) < 5 {
		t.Fatal(folders, err)
	}
	for _, file := range folders {
		c.session(t, file)
	}
	for name, doc := range d.documents {
		for _, m := range doc.members {
			if !doc.seen[m.name] && !given[name] {
				t.Errorf("no %s had the member %s, which ABI.md lists", name, m.name)
			}
		}
	}
	for name := range scalars {
		if !strings.Contains(page(t), "| `"+name+"` | ") {
			t.Errorf("ABI.md does not say what the type %s is", name)
		}
	}
}

// given are documents that only hosts write.
var given = map[string]bool{"question": true, "evaluation": true, "case": true, "cursor": true}

// session asks everything about a golden session.
func (c *checking) session(t *testing.T, file string) {
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.TrimSpace(b)
	}
	info, bundle, _ := c.call("Load", 0, read("bundle.json"))
	c.call("Check", 0, read("bundle.json"))
	c.call("Public", 0, read("bundle.json"))
	var declared struct {
		Agents []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(info), &declared); err != nil {
		t.Fatal(err)
	}
	_, session, _ := c.call("Open", bundle, []byte("page"))
	proposals := read("proposals.jsonl")
	_, watch, _ := c.call("Watch", session, proposals)
	at := int64(1767225600000)
	for n, line := range bytes.Split(proposals, []byte("\n")) {
		at += 1000
		whole, _, status := c.call("Complete", 0, atTime(at, string(line)))
		if status != abi.OK {
			continue
		}
		if c.call("Why", session, []byte(whole)); n < 3 {
			c.call("Path", session, []byte(whole))
		}
		c.call("Decide", session, []byte(whole))
		c.call("Answers", watch, atTime(at, ""))
		c.call("View", session, nil)
		c.call("Head", session, nil)
		snapshot, _, _ := c.call("Snapshot", session, nil)
		_, restored, status := c.call("Restore", bundle, []byte(snapshot))
		if status != abi.OK {
			t.Errorf("%s: a snapshot was refused", file)
		}
		c.call("Close", restored, nil)
		for _, a := range declared.Agents[:min(len(declared.Agents), 1+n%2)] {
			c.call("Admissible", session, []byte(`{"actor":{"kind":"`+a.Name+`"}}`))
		}
	}
}

// What package host reads is on the page.
func TestPageDescribesWhatHostsRead(t *testing.T) {
	d := readPage(t)
	for names, v := range map[string]any{
		"proposal": host.Proposal{}, "actor": host.Actor{}, "question": host.Question{},
		"decision": host.Decision{}, "violation": host.Violation{}, "span": host.Span{}, "advice": host.Advice{},
		"change append": host.Change{}, "admissible": host.Admissible{}, "entry": host.Entry{}, "path": host.Path{},
		"variant": host.Variant{}, "view": host.View{}, "waiting": host.Parked{}, "head": host.Head{},
		"declarations": host.BundleInfo{}, "publication": host.CatalogInfo{}, "stall": host.Stalled{},
	} {
		var listed []string
		for name := range strings.FieldsSeq(names) {
			if d.documents[name] == nil {
				t.Errorf("ABI.md does not describe %s", name)
				continue
			}
			for _, m := range d.documents[name].members {
				listed = append(listed, m.name)
			}
		}
		for field := range reflect.TypeOf(v).NumField() {
			tag, _, _ := strings.Cut(reflect.TypeOf(v).Field(field).Tag.Get("json"), ",")
			if tag != "-" && !slices.Contains(listed, tag) {
				t.Errorf("host reads the member %s of %s, ABI.md has none", tag, names)
			}
		}
	}
}

// The limits on the page are those in force.
func TestPageLimits(t *testing.T) {
	_, table, _ := strings.Cut(page(t), "\n## Limits\n")
	for what, most := range map[string]int{
		"bytes of one input": abi.MaxInput, "bytes of a JSON document": abi.MaxInput - 8,
		"handles open at a time": abi.MaxHandles, "proposals of a watch": core.MaxWatched,
		"bytes of a proposal or a question": core.MaxProposal, "bytes of a session id": core.MaxSessionID,
		"entries of a catalog": core.MaxEntries,
	} {
		row := regexp.MustCompile(`(?m)^\| ` + what + ` \| ([\d,]+) \|`).FindStringSubmatch(table)
		if row == nil || strings.ReplaceAll(row[1], ",", "") != strconv.Itoa(most) {
			t.Errorf("%s: ABI.md has %q, it is %d", what, row, most)
		}
	}
}
