package main

// This file writes the status and title of what a gate refuses, for the gate and the worker at the edge.

import (
	"bytes"
	"fmt"
	"slices"
)

// problemAreas are the areas of codes that a gate, or the worker itself, answers with. A code without a status of its
// own is about an input.
var problemAreas = []string{"bundle", "catalog", "gate", "http", "json", "ledger", "limit", "proposal", "session"}

// problemsTS writes them as an object.
func problemsTS(areas []area) []byte {
	var b bytes.Buffer
	b.WriteString(generated)
	b.WriteString("// This file has the status and title of problem documents (RFC 9457), by code.\n\n")
	b.WriteString("import type { Code } from \"./codes.js\";\n\n")
	b.WriteString("/** Those of the codes that a gate or the worker answers with. A code that is not here is 422, " +
		"\"Not accepted\". */\n")
	b.WriteString("export const problems: { readonly [code in Code]?: readonly [status: number, title: string] } = {\n")
	for _, a := range areas {
		if !slices.Contains(problemAreas, a.name) {
			continue
		}
		for _, e := range a.codes {
			if e.status != 0 && (e.status != 422 || e.title != "Not accepted") {
				fmt.Fprintf(&b, "  %q: [%d, %q],\n", e.code, e.status, e.title)
			}
		}
	}
	b.WriteString("};\n")
	return b.Bytes()
}
