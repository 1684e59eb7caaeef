// Command contract writes what Go and TypeScript must agree on, out of the Go source: run `go run ./host/contract`
// after an error code, an operation or
// another part of it has changed. A test says that what it writes is up to date.
package main

// This file lists the files that are written, and writes them.

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	files, err := render(".")
	for name, text := range files {
		if err == nil {
			err = os.MkdirAll(filepath.Dir(name), 0o755)
		}
		if err == nil {
			err = os.WriteFile(name, text, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

// render returns every file that is written, by its path from the root of the repository.
func render(root string) (map[string][]byte, error) {
	areas, err := readRegistry(filepath.Join(root, "core/codes"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, write := range map[string]func() ([]byte, error){
		"core/codes/table.go":           func() ([]byte, error) { return codesGo(areas) },
		"core/CODES.md":                 func() ([]byte, error) { return codesPage(areas), nil },
		"web/src/contract/codes.ts":     func() ([]byte, error) { return codesTS(areas), nil },
		"web/src/contract/abi.ts":       func() ([]byte, error) { return abiTS(root) },
		"web/src/contract/problems.ts":  func() ([]byte, error) { return problemsTS(areas), nil },
		"web/src/contract/headers.ts":   func() ([]byte, error) { return headersTS(root) },
		"web/src/contract/documents.ts": func() ([]byte, error) { return documentsTS(root) },
	} {
		if files[name], err = write(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}
