package main

// This file defines the module's exports and owns the memory they speak of.
//
// A panic is not recovered here: Go then prints it with its stack through
// fd_write and ends the instance through proc_exit, which is what running out of
// memory or of stack does to it as well. A host has one thing to handle, a call
// that does not return, and one answer to it: throw the instance away. For the
// host that goes on all the same, busy stays set and every later call is Broken.

import (
	"unsafe"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

var (
	this    module
	header  abi.Header
	resting [abi.RestingInput]byte
	input   = resting[:]
	output  []byte // what header.Out points to, kept alive until the next call
	busy    bool   // a call is under way, or one never came back
)

//go:wasmexport holdfast_abi
func holdfastABI() int32 { return abi.Version }

//go:wasmexport holdfast_header
func holdfastHeader() uint32 {
	answer(nil, 0)
	return address(unsafe.Pointer(&header))
}

//go:wasmexport holdfast_input
func holdfastInput(size uint32) uint32 {
	if busy || size > abi.MaxInput {
		return 0
	}
	if int(size) > len(input) {
		input = make([]byte, size)
	}
	answer(nil, 0)
	return header.Input
}

//go:wasmexport holdfast_call
func holdfastCall(op, handle, size uint32) int32 {
	if busy {
		return int32(abi.Broken)
	}
	busy = true
	output = nil
	var out []byte
	var opened uint32
	var status abi.Status
	if int64(size) > int64(len(input)) {
		out, status = errorDocument(fault(codes.ABIInput,
			"the input is larger than the input buffer: ask holdfast_input for a larger one")), abi.Error
	} else {
		out, opened, status = this.call(abi.Op(op), handle, input[:size:size])
	}
	if len(input) > len(resting) {
		input = resting[:] // a large buffer serves one call; its bytes go back to the heap
	}
	answer(out, opened)
	busy = false
	return int32(status)
}

// answer fills the header.
func answer(out []byte, opened uint32) {
	output = out
	header = abi.Header{
		Out:       address(unsafe.Pointer(unsafe.SliceData(out))),
		OutSize:   uint32(len(out)),
		Handle:    opened,
		Input:     address(unsafe.Pointer(unsafe.SliceData(input))),
		InputSize: uint32(len(input)),
	}
}

// address returns where p points to. Go's heap does not move, and the module's
// memory is addressed with 32 bits.
func address(p unsafe.Pointer) uint32 { return uint32(uintptr(p)) }
