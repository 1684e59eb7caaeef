package main

// This file writes the names of headers that a gate sets, takes off or refuses.

import (
	"bytes"
	"fmt"
	"strings"
)

func headersTS(root string) ([]byte, error) {
	file, err := parse(root, "host/gate/header.go")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(generated)
	b.WriteString("// This file has the names of headers that a gate sets, takes off or refuses, as " +
		"host/gate/header.go.\n\n")
	b.WriteString("/** The headers that go on with a request. What a client sends under these names is taken off. */\n")
	b.WriteString("export const edgeHeaders = {\n")
	for _, c := range constants(file, "Header") {
		writeComment(&b, "  ", capital(strings.TrimPrefix(c.about, "Header"+c.name+" has ")))
		fmt.Fprintf(&b, "  %s: %s,\n", lowerFirst(c.name), c.value)
	}
	b.WriteString("} as const;\n")
	for _, list := range []struct{ name, about string }{
		{"overridingHeaders", "They name another method or path for a request, for some origins. A request that has one " +
			"is refused."},
		{"bodyHeaders", "They are about a body as it came, and are taken off where a body goes on as it was read."},
	} {
		all, err := texts(file, list.name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "\n/** %s */\nexport const %s: readonly string[] = [\n", list.about, list.name)
		for _, name := range all {
			fmt.Fprintf(&b, "  %q,\n", name)
		}
		b.WriteString("];\n")
	}
	return b.Bytes(), nil
}
