// Command opa compiles guard.rego to guard.wasm, with OPA's own compiler: an entry
// point for each of the fifty actions, and one for all of them at once. It is a module of
// its own, so that nothing that Holdfast needs requires OPA.
//
//	go run .    # in this folder
package main

// This file runs the compiler, and takes the module out of the archive that it writes.

import (
	"context"
	"fmt"
	"os"

	"github.com/open-policy-agent/opa/v1/compile"
)

const actions = 50

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "opa:", err)
		os.Exit(1)
	}
}

func run() error {
	entries := []string{"bench/guard"}
	for i := range actions {
		entries = append(entries, fmt.Sprintf("bench/guard/act%d", i))
	}
	compiler := compile.New().WithTarget(compile.TargetWasm).WithOptimizationLevel(1).
		WithEntrypoints(entries...).WithPaths("guard.rego")
	if err := compiler.Build(context.Background()); err != nil {
		return err
	}
	for _, module := range compiler.Bundle().WasmModules {
		return os.WriteFile("guard.wasm", module.Raw, 0o644)
	}
	return fmt.Errorf("the compiler gave no module")
}
