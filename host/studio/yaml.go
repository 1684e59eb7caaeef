package studio

// This file writes a built document as YAML that a person can go on with: short things
// on one line, text without quotes where it needs none. A general YAML library writes
// characters that our reader refuses, and everything on lines of its own.

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
	"github.com/holdfast-rt/holdfast/host/problem"
)

// width is how long a mapping or list may be to be on one line.
const width = 100

var (
	// plain text means itself, wherever it is.
	plainText = regexp.MustCompile(`^[A-Za-z_][\w ./()<>=*+'&|?!%-]*$`)
	// word is what YAML readers take for something else than text.
	word = regexp.MustCompile(`^(?i:true|false|null|yes|no|on|off|y|n)$`)
)

// render writes a document. Parents are named and not embedded: building looks for them
// among what is published.
func render(document []byte) ([]byte, error) {
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return nil, err
	}
	if parents, ok := members["extends"].([]any); ok {
		for _, parent := range parents {
			if p, ok := parent.(map[string]any); ok {
				delete(p, "document")
				delete(p, "digest")
			}
		}
	}
	var out bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(members)) {
		block(&out, "", scalar(key)+":", members[key], 1)
	}
	src, findings := author.Format(name, out.Bytes()) // its usual order
	if yaml.Failed(findings) {
		return nil, problem.New(codes.StudioFailed, "the document cannot be written as YAML: %s", findings[0].Message)
	}
	return src, nil
}

// block writes a value behind its key or dash, on one line where it is short.
func block(out *bytes.Buffer, indent, lead string, v any, depth int) {
	line := flow(v)
	if short := len(indent)+len(lead)+len(line) <= width && depth > 1; short || line == scalar(v) || line == "{}" ||
		line == "[]" {
		out.WriteString(indent + lead + " " + line + "\n")
		return
	}
	out.WriteString(indent + lead + "\n")
	indent += "  "
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			block(out, indent, scalar(key)+":", v[key], depth+1)
		}
	case []any:
		for _, item := range v {
			members, ok := item.(map[string]any)
			if line := flow(item); !ok || len(indent)+2+len(line) <= width {
				out.WriteString(indent + "- " + line + "\n")
				continue
			}
			lead := "- "
			for _, key := range slices.Sorted(maps.Keys(members)) {
				var member bytes.Buffer
				block(&member, indent+"  ", scalar(key)+":", members[key], depth+1)
				out.WriteString(indent + lead + member.String()[len(indent)+2:])
				lead = "  "
			}
		}
	}
}

// flow writes a value on one line.
func flow(v any) string {
	var parts []string
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, scalar(key)+": "+flow(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, item := range v {
			parts = append(parts, flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return scalar(v)
}

// scalar writes what is no mapping and no list; text in JSON's quotes, which are YAML's
// too, where it needs some. Of mappings and lists it gives "".
func scalar(v any) string {
	switch v := v.(type) {
	case map[string]any, []any:
		return ""
	case string:
		if plainText.MatchString(v) && !strings.HasSuffix(v, " ") && !word.MatchString(v) {
			return v
		}
	}
	quoted, err := json.MarshalWithOption(v, json.DisableHTMLEscape())
	if err != nil {
		return "null"
	}
	return string(quoted)
}
