package author

// This file turns what the core says about a document into findings in its file.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// Locate turns what the core says about the document in s into a Finding.
func Locate(s *yaml.Source, d Diagnostic) yaml.Finding {
	place, _ := s.Position(d.Path, d.Key, d.Off, d.End)
	f := yaml.Finding{Place: place, Severity: yaml.Error, Code: d.Code, Message: d.Message, Hint: d.Hint, Pointer: d.Path}
	if d.Warning {
		f.Severity = yaml.Warning
	}
	if d.Related != "" {
		if p, found := relatedPlace(s, d.Related); found {
			f.Related = &p
		}
	}
	mend(s, &f, d)
	if f.Hint == "" && s.Root != nil && !d.Key {
		if v, _, found := s.Root.Walk(d.Path); found && d.Off == 0 {
			if meant := v.OldBool(); meant != "" {
				f.Hint = "`" + v.Text + "` is text; a bool is written `" + meant + "`."
			}
		}
	}
	return f
}

// relatedPlace is the place of a second value that a message speaks of: a scalar itself,
// of anything else the key.
func relatedPlace(s *yaml.Source, pointer string) (yaml.Place, bool) {
	scalar := false
	if s.Root != nil {
		v, _, _ := s.Root.Walk(pointer)
		scalar = v.Kind < yaml.List
	}
	return s.Position(pointer, !scalar, 0, 0)
}

// under says whether a pointer is path or below it, and what follows.
func under(pointer, path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(pointer, path)
	return rest, ok && (rest == "" || rest[0] == '/')
}
