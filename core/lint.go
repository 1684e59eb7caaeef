//go:build !wasip1

package core

// This file offers what only an author wants to know. The module does not link it.

import "github.com/holdfast-rt/holdfast/core/internal/lint"

// Lint returns more warnings about a document that Check finds no errors in: what
// is valid but cannot be meant, such as a constraint that is never violated, or a
// pattern that nothing uses. They are for the author of the bundle, so the
// WebAssembly module leaves them out.
func Lint(doc []byte) []Diagnostic { return lint.Document(doc) }
