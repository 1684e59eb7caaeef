package main

// This file writes the numbers that cross the line between the module and its hosts.

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/holdfast-rt/holdfast/wasm/abi"
)

func abiTS(root string) ([]byte, error) {
	file, err := parse(root, "wasm/abi/abi.go")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(generated)
	b.WriteString("// This file has the numbers that cross the line between module and host, as wasm/abi/abi.go.\n\n")
	b.WriteString("/** The version of the ABI this SDK speaks; a module of another one is refused. */\n")
	fmt.Fprintf(&b, "export const version = %d;\n\n", abi.Version)
	operations := constants(file, "Op")
	if len(operations) == 0 {
		return nil, fmt.Errorf("there are no operations")
	}
	b.WriteString("/** Operations of holdfast_call. */\nexport const Op = {\n")
	for _, op := range operations {
		writeComment(&b, "  ", op.about)
		fmt.Fprintf(&b, "  %s: %s,\n", op.name, op.value)
	}
	b.WriteString("} as const;\n\n/** One of the operations. */\nexport type Op = (typeof Op)[keyof typeof Op];\n\n")
	b.WriteString("/** What holdfast_call returns; after any other number the instance is discarded. */\n")
	fmt.Fprintf(&b, "export const Status = { OK: %d, Error: %d } as const;\n\n", abi.OK, abi.Error)
	b.WriteString("/** Where the words are in the header that holdfast_header points to, in bytes. */\n")
	b.WriteString("export const Header = {")
	header := reflect.TypeFor[abi.Header]()
	for i := range header.NumField() {
		field := header.Field(i)
		fmt.Fprintf(&b, "%s %s: %d", []string{"", ","}[min(i, 1)], field.Name, field.Offset)
	}
	b.WriteString(" } as const;\n\n/** The most bytes one call takes. */\n")
	fmt.Fprintf(&b, "export const maxInput = %d;\n", abi.MaxInput)
	return b.Bytes(), nil
}
