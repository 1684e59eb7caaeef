// Command wasm is the reactor: the core as one WebAssembly module. It translates
// (numbers to operations, handles to sessions, errors to documents) and decides
// nothing. ABI.md says what a host may rely on.
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared ./wasm
//
// Built natively it does nothing; that is what lets its translation be tested and
// fuzzed without an engine.
package main

// This file is where the module starts: a reactor has no main.

func main() {}
