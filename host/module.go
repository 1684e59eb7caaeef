//go:build !js

package host

// This file holds the module that comes with the package.

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"sync"
)

// compressed is dist/holdfast.wasm, packed: what `go run ./wasm/build -embed`
// wrote. A test rebuilds it and compares.
//
//go:embed holdfast.wasm.gz
var compressed []byte

// module is the embedded module, unpacked once.
var module = sync.OnceValue(unpack)

func unpack() []byte {
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		panic(err) // the file is part of the program
	}
	b, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return b
}

// Module returns the module that engines run when Options.Module is nil, for a
// server that hands it to browsers. Do not change its bytes.
func Module() []byte { return module() }
