package author

// This file says how to mend what the core finds, in the file that the author has: a
// mend that is pasted must do. The core knows no YAML, in which quotes around a whole
// value are not part of it, and no words of other formats.

import (
	"regexp"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// mend rewrites the hint of what the core found, and widens its place to what is to be replaced.
func mend(s *yaml.Source, f *yaml.Finding, d Diagnostic) {
	if s.Root == nil {
		return
	}
	v, in, found := s.Root.Walk(d.Path)
	if !found {
		return
	}
	if requote(s, f, d, v) || strings.HasPrefix(f.Hint, "did you mean") {
		return
	}
	switch d.Code {
	case codes.BundleUnknownKey:
		if hint := otherKey(d.Path); hint != "" {
			f.Hint = hint
		}
	case codes.BundleReference:
		if name, ok := strings.CutPrefix(d.Message, "there is no type `"); ok {
			if t := otherType[strings.ToLower(strings.TrimSuffix(name, "`."))]; t != "" {
				f.Hint = "write `" + t + "`."
			}
		}
	case codes.BundleKind:
		if f.Hint != "" {
			break
		}
		if f.Hint = otherKind(s, d, v, in); v.Kind == yaml.Null && in != nil && strings.HasSuffix(f.Hint, ": {}`.") {
			f.Place = s.PlaceOfMember(in)
		}
	case codes.ParseUnexpectedEnd:
		if strings.Contains(d.Path, "/set/") && v.Text == "" {
			f.Hint = "for empty text write `\"''\"`."
		}
	}
}

// mended finds the mend in a hint that replaces a name by a text.
var mended = regexp.MustCompile("(?:in quotes: |did you mean |written so: )`('[^`]*')`")

// requote makes the mend of an expression one that can be pasted into YAML. Where the
// expression is nothing but what is to be replaced, its quotes would be YAML's.
func requote(s *yaml.Source, f *yaml.Finding, d Diagnostic, v *yaml.Node) bool {
	at := mended.FindStringSubmatchIndex(f.Hint)
	if at == nil || v.Kind != yaml.Text || d.Key {
		return false
	}
	mend := f.Hint[at[2]:at[3]]
	switch {
	case d.Off == 0 && (v.Form == yaml.Plain || v.Form == yaml.Single || v.Form == yaml.Double):
		var ok bool
		if mend, ok = yaml.Quote(mend + v.Text[min(d.End, len(v.Text)):]); !ok {
			return false
		}
		f.Place = s.PlaceOf(v)
		if v.Form != yaml.Plain {
			break
		}
		f.Hint = f.Hint[:at[2]] + mend + f.Hint[at[3]:] + " YAML takes the outer quotes off."
		return true
	case v.Form == yaml.Single:
		mend = `"` + mend[1:len(mend)-1] + `"`
	}
	f.Hint = f.Hint[:at[2]] + mend + f.Hint[at[3]:]
	return true
}

// keyWords says what another format's key is called here; by the last parts of a pointer, where N is any name or
// number.
var keyWords = []struct {
	where *regexp.Regexp
	words map[string]string
}{
	{regexp.MustCompile(`^/state/[^/]+/([^/]+)$`), map[string]string{
		"default": "init", "initial": "init", "initially": "init", "value": "init", "owners": "owner",
		"transitions": "moves"}},
	{regexp.MustCompile(`^/actions/[^/]+/args/[^/]+/([^/]+)$`),
		map[string]string{"init": "default", "label": "title", "description": "about"}},
	{regexp.MustCompile(`^/actions/[^/]+/([^/]+)$`), map[string]string{
		"who": "by", "roles": "by", "agents": "by", "actors": "by", "allow": "by", "owner": "by", "params": "args",
		"parameters": "args", "arguments": "args", "inputs": "args", "fields": "args", "do": "set", "then": "set",
		"update": "set", "assign": "set", "label": "title", "description": "about"}},
	{regexp.MustCompile(`^/constraints/\d+/([^/]+)$`), map[string]string{
		"if": "require", "when": "require", "condition": "require", "rule": "require", "expr": "require",
		"expression": "require", "assert": "require", "check": "require", "actions": "on", "action": "on", "for": "on",
		"severity": "level", "name": "id", "description": "about", "else": "otherwise"}},
	{regexp.MustCompile(`^/([^/]+)$`), map[string]string{
		"rules": "constraints", "policies": "constraints", "invariants": "constraints", "roles": "agents", "actors": "agents",
		"users": "agents", "variables": "state", "vars": "state", "data": "state", "events": "actions", "commands": "actions",
		"transitions": "actions", "name": "bundle", "enums": "types", "description": "about"}},
}

// otherKey says what to write for a key of another format, "" where that is not known.
func otherKey(pointer string) string {
	for _, k := range keyWords {
		m := k.where.FindStringSubmatch(pointer)
		if m == nil {
			continue
		}
		switch word := strings.ToLower(m[1]); {
		case k.words[word] != "":
			return "write `" + k.words[word] + "`."
		case strings.HasPrefix(pointer, "/constraints/") &&
			(word == "message" || word == "msg" || word == "error" || word == "say" || word == "reason" || word == "text"):
			return "write `otherwise: {say: …}`."
		case strings.HasPrefix(pointer, "/constraints/") && (word == "verdict" || word == "effect"):
			return "write `otherwise: {verdict: …}`."
		case strings.HasPrefix(pointer, "/state/") && (word == "min" || word == "max"):
			return "bounds are part of the type: write `type: {int: [SMALLEST, LARGEST]}`."
		case strings.HasPrefix(pointer, "/state/") && (word == "values" || word == "members" || word == "options"):
			return "the members are part of the type: write `type: {enum: [FIRST, SECOND]}`."
		case strings.HasPrefix(pointer, "/actions/") &&
			(word == "require" || word == "when" || word == "if" || word == "condition"):
			return "a condition is an item of `constraints`, with the action's name under `on`."
		case strings.Contains(pointer, "/args/") && (word == "optional" || word == "required"):
			return "an argument is required unless it has a `default`."
		}
		return ""
	}
	return ""
}

// otherType is what another format's type is called here.
var otherType = map[string]string{
	"integer": "int", "long": "int", "number": "double", "float": "double", "decimal": "double", "text": "string",
	"str": "string", "varchar": "string", "boolean": "bool", "date": "timestamp", "time": "timestamp",
	"datetime": "timestamp", "interval": "duration",
}

// otherKind says what to write in place of a value of another kind, "" where that is not plain.
func otherKind(s *yaml.Source, d Diagnostic, v *yaml.Node, in *yaml.Member) string {
	raw := s.Written(v)
	want, _, _ := strings.Cut(strings.TrimPrefix(d.Message, "expected "), ", found ")
	switch {
	case v.Kind == yaml.Null && strings.HasPrefix(want, "a mapping") && in != nil:
		return "write `" + in.Key.Text + ": {}`."
	case v.Kind == yaml.Null && want == "an expression":
		return "to go back to `init`, list the path under `reset`."
	case v.Kind == yaml.List && want == "an expression" && raw != "":
		return "an expression that begins with a bracket goes in quotes, as a text in it does: `\"['a', 'b']\"`."
	case v.Kind == yaml.List && want == "a type" && raw != "":
		return "write `{enum: " + raw + "}`."
	case v.Kind == yaml.List && (want == "a mapping of agents" || want == "a mapping of actions"):
		names := make([]string, len(v.Items))
		for i, e := range v.Items {
			if names[i] = e.Text + ": {}"; e.Kind != yaml.Text {
				return ""
			}
		}
		return "write `{" + strings.Join(names, ", ") + "}`."
	case v.Kind == yaml.Mapping && want == "a list of constraints" && len(v.Members) > 0:
		return "each begins with a dash and has an id: `- id: " + v.Members[0].Key.Text + "`."
	case d.Path == "/hold" && v.Kind == yaml.Text:
		return "write `{ttl: " + v.Text + "}`."
	case d.Path == "/hold/ttl" && v.Kind == yaml.Number:
		return "write it with its unit: `" + v.Text + "s`."
	case d.Path == "/version" && v.Kind == yaml.Number:
		return "a version has three numbers: write `" + raw + strings.Repeat(".0", max(0, 2-strings.Count(raw, "."))) + "`."
	}
	return ""
}
