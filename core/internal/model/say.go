package model

// This file defines Say: words with {expressions} between, and writes it.

import (
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Say is a text in parts: words, or an expression whose value is written.
type Say []SayPart

// SayPart is words, or an expression.
type SayPart struct {
	Words   string
	Program *vm.Program
}

// maxSaid bounds one written text: it is for a person to read.
const maxSaid = 2048

// Programs calls f with every expression in the text.
func (say Say) Programs(f func(*vm.Program)) {
	for _, p := range say {
		if p.Program != nil {
			f(p.Program)
		}
	}
}

// Append writes the text with the values of this moment. What is not known
// reads "…", what cannot be computed "?".
func (say Say) Append(dst []byte, m *vm.Machine) []byte {
	start := len(dst)
	for _, p := range say {
		if p.Program == nil {
			dst = append(dst, p.Words...)
		} else {
			switch v := m.Run(p.Program); v.K {
			case value.Error:
				dst = append(dst, '?')
			case value.Unknown:
				dst = append(dst, "…"...)
			default:
				dst = appendShown(dst, v, p.Program.Type)
			}
		}
		if len(dst)-start > maxSaid {
			dst = dst[:start+maxSaid]
			for len(dst) > start && !utf8.RuneStart(dst[len(dst)-1]) {
				dst = dst[:len(dst)-1]
			}
			return append(dst[:max(start, len(dst)-1)], "…"...)
		}
	}
	return dst
}

// appendShown writes a value as people read it: a member by its title.
func appendShown(dst []byte, v value.Value, t *types.Type) []byte {
	if t.Titles != nil && v.K == value.String {
		return append(dst, t.Shown(v.Str())...)
	}
	return value.AppendText(dst, v)
}
