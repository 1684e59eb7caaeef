package author

// This file says in which order the keys of a formatted file come: that of the table of keys.

import "github.com/holdfast-rt/holdfast/host/author/yaml"

// Format returns a bundle or catalog in its usual layout: keys in the order of the
// format's documentation, two blanks of indentation to a level, no white space at
// the ends of lines, at most one empty line in a row, and lines ended by \n.
// Comments stay with what they are above or behind. Formatting again changes
// nothing, and neither the document nor its digest changes.
//
// A file that cannot be read comes back as it is, with the findings. JSON comes
// back as it is.
func Format(name string, src []byte) ([]byte, []yaml.Finding) {
	return yaml.Format(name, src, documentOrder)
}

// documentOrder lays out a bundle or a catalog.
func documentOrder(n *yaml.Node) (keys []string, inside func(string) yaml.Order) {
	if n.Get("catalog") != nil {
		return catalogShape.order(n)
	}
	return bundleShape.order(n)
}

// order lays out a value of shape s. Keys that the format does not have leave all keys of their mapping as they are.
func (s *shape) order(n *yaml.Node) (keys []string, inside func(string) yaml.Order) {
	s = s.choose(n)
	switch {
	case s == nil:
	case s.kind == listShape && n.Kind == yaml.List, s.kind == namesShape && n.Kind == yaml.Mapping:
		return nil, func(string) yaml.Order { return s.of.order }
	case s.kind == mappingShape && n.Kind == yaml.Mapping:
		if s.has(n) {
			for _, k := range s.keys {
				keys = append(keys, k.name)
			}
		}
		return keys, func(key string) yaml.Order {
			if k := s.key(key); k != nil {
				return k.value.order
			}
			return nil
		}
	}
	return nil, nil
}
