package author

// This file checks the keys that an author writes and the core never sees: those
// of a catalog before it is built.

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/host/author/yaml"
)

// checkShape reports keys and kinds that are not those of a shape. The core does
// this for bundles; a catalog's own keys never reach it.
func (b *builder) checkShape(u *unit, at string, n *yaml.Node, s *shape) {
	if want, right := wanted(s, n); !right {
		b.fail(u, at, false, codes.BundleKind, "expected "+want+", found "+kindName(n)+".", "")
		return
	}
	switch s.kind {
	case mappingShape:
		b.checkKeys(u, at, n, s)
	case namesShape:
		for _, m := range n.Members {
			if s.match != "" && !regexp.MustCompile(s.match).MatchString(m.Key.Text) {
				b.fail(u, yaml.Pointer(at, m.Key.Text), true, codes.BundleName, "`"+m.Key.Text+"` cannot be a name here.",
					"use letters, digits and `_`, not starting with a digit, at most 64.")
			}
			b.checkShape(u, yaml.Pointer(at, m.Key.Text), m.Value, s.of)
		}
	case listShape:
		if len(n.Items) < s.min {
			b.fail(u, at, false, codes.BundleValue, "this list is empty.", "")
		}
		for i, e := range n.Items {
			b.checkShape(u, at+"/"+strconv.Itoa(i), e, s.of)
		}
	case textShape:
		b.checkText(u, at, n, s)
	case numberShape:
		v, err := strconv.Atoi(n.Text)
		if n.Kind != yaml.Number || err != nil || v < s.min || v > s.max {
			b.fail(u, at, false, codes.BundleValue, fmt.Sprintf("expected a whole number from %d to %d.", s.min, s.max), "")
		}
	case eitherShape:
		b.checkShape(u, at, n, s.choose(n))
	}
}

// wanted says whether a value has the kind of a shape, and which kind that is. A number is checked with its bounds.
func wanted(s *shape, n *yaml.Node) (want string, right bool) {
	switch s.kind {
	case mappingShape, namesShape:
		return "a mapping", n.Kind == yaml.Mapping
	case listShape:
		return "a list", n.Kind == yaml.List
	case textShape:
		return "text", n.Kind == yaml.Text
	case boolShape:
		return "true or false", n.Kind == yaml.Bool
	case eitherShape:
		return s.about, s.choose(n) != nil
	}
	return "", true
}

// checkKeys checks the keys of a mapping, and what they hold.
func (b *builder) checkKeys(u *unit, at string, n *yaml.Node, s *shape) {
	var known []string
	for _, k := range s.keys {
		known = append(known, "`"+k.name+"`")
		if v := n.Get(k.name); v != nil {
			b.checkShape(u, yaml.Pointer(at, k.name), v, k.value)
		} else if k.required {
			b.fail(u, at, false, codes.BundleMissing, "`"+k.name+"` is missing.", k.about)
		}
	}
	for _, m := range n.Members {
		if s.key(m.Key.Text) == nil {
			b.fail(u, yaml.Pointer(at, m.Key.Text), true, codes.BundleUnknownKey, "there is no key `"+m.Key.Text+"` here.",
				"there is "+strings.Join(known, ", ")+".")
		}
	}
}

// checkText checks a text: that it is there, and has the form that it must have.
func (b *builder) checkText(u *unit, at string, n *yaml.Node, s *shape) {
	switch {
	case n.Text == "" && s.min > 0:
		b.fail(u, at, false, codes.BundleValue, "this text is empty.", "")
	case s.match != "" && !regexp.MustCompile(s.match).MatchString(n.Text):
		hint := s.about
		if len(s.eg) > 0 {
			hint += " For example " + strings.Join(s.eg, ", ") + "."
		}
		b.fail(u, at, false, codes.BundleName, "`"+n.Text+"` is not well-formed.", hint)
	}
}

func kindName(n *yaml.Node) string {
	return [...]string{yaml.Null: "null", yaml.Bool: n.Text, yaml.Number: "a number", yaml.Text: "text",
		yaml.List: "a list", yaml.Mapping: "a mapping"}[n.Kind]
}

func (s *shape) key(name string) *keyShape {
	for i := range s.keys {
		if s.keys[i].name == name {
			return &s.keys[i]
		}
	}
	return nil
}

// choose returns the alternative that n seems to be meant as: the first of its
// kind, and of mappings the first that has all its keys. It returns nil where none
// is of its kind.
func (s *shape) choose(n *yaml.Node) *shape {
	if s.kind != eitherShape {
		return s
	}
	var found *shape
	for _, a := range s.alts {
		a = a.choose(n)
		if a == nil {
			continue
		}
		fits := a.kind == anyShape && (a.words == nil || n.Kind == yaml.Number)
		switch n.Kind {
		case yaml.Text:
			fits = fits || a.kind == textShape
		case yaml.List:
			fits = fits || a.kind == listShape
		case yaml.Bool:
			fits = fits || a.kind == boolShape
		case yaml.Number:
			fits = fits || a.kind == numberShape
		case yaml.Mapping:
			fits = fits || a.kind == mappingShape || a.kind == namesShape
		}
		if !fits {
			continue
		}
		if found == nil {
			found = a
		}
		if n.Kind != yaml.Mapping || a.kind != mappingShape || a.has(n) {
			return a
		}
	}
	return found
}

// has says whether a mapping has only keys of s.
func (s *shape) has(n *yaml.Node) bool {
	for _, m := range n.Members {
		if s.key(m.Key.Text) == nil {
			return false
		}
	}
	return true
}
