//go:build !js

package host

// This file defines instance: one instance of the module, and the only place in
// Go that touches a module's memory. wasm/ABI.md is the contract.

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

// startOfTime is what the module's clocks show, always: 2026-01-01 in
// nanoseconds. Go's runtime dies of a clock that reads 0, and collects garbage
// fastest under one that does not advance.
const startOfTime = 1767225600e9

// maxLog is how much is kept of what the module prints when it dies.
const maxLog = 16 << 10

// instance is one instance of the module. It is not safe for concurrent use.
type instance struct {
	engine *Engine
	module api.Module
	memory api.Memory
	input  api.Function // holdfast_input
	invoke api.Function // holdfast_call
	header uint32       // address of abi.Header
	at     abi.Header   // the header after the last call
	stack  [3]uint64    // parameters and result of a call, so that none is allocated
	log    log

	ends    time.Time // when the call under way is over time; zero for never
	expired bool      // the clock has ended the call
	dead    bool      // a call has failed; the slot discards the instance

	sources  residents // *source to handle
	sessions residents // *session to handle
}

// log keeps the first maxLog bytes written to it.
type log struct{ bytes.Buffer }

func (l *log) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:min(len(p), maxLog-l.Len())])
	return len(p), nil
}

// start makes an instance of the engine's module. Nothing of the program's
// surroundings is given to it: no file, no argument, no environment, no time and
// no randomness.
func (e *Engine) start() (*instance, error) {
	i := &instance{
		engine:   e,
		sources:  residents{limit: maxSources},
		sessions: residents{limit: e.options.Sessions},
	}
	config := wazero.NewModuleConfig().
		WithName("").
		WithStartFunctions("_initialize").
		WithStderr(&i.log).
		WithRandSource(zeros{}).
		WithWalltime(func() (int64, int32) { i.tick(); return startOfTime / 1e9, 0 }, 1).
		WithNanotime(func() int64 { i.tick(); return startOfTime }, 1)
	var err error
	if i.module, err = e.runtime.InstantiateModule(context.Background(), e.compiled, config); err != nil {
		return nil, i.died(err)
	}
	i.memory = i.module.Memory()
	i.input = i.module.ExportedFunction("holdfast_input")
	i.invoke = i.module.ExportedFunction("holdfast_call")
	version, header := i.module.ExportedFunction("holdfast_abi"), i.module.ExportedFunction("holdfast_header")
	if i.memory == nil || i.input == nil || i.invoke == nil || version == nil || header == nil {
		i.close()
		return nil, failure(codes.LoadModule, nil, "this WebAssembly module does not export what wasm/ABI.md lists")
	}
	out, err := version.Call(context.Background())
	if err == nil && uint32(out[0]) != abi.Version {
		i.close()
		return nil, failure(codes.LoadABI, nil,
			"the module speaks version %d of the ABI, this package version %d: take both from one release",
			uint32(out[0]), abi.Version)
	}
	if err == nil {
		out, err = header.Call(context.Background())
	}
	if err != nil {
		i.close()
		return nil, i.died(err)
	}
	i.header = uint32(out[0])
	if !i.readHeader() {
		i.close()
		return nil, failure(codes.LoadModule, nil, "the module's header lies outside its memory")
	}
	return i, nil
}

// tick ends a call that is over time. The module's runtime reads the clock
// whenever it collects garbage, so that costs nothing and catches whatever
// allocates; Options.Preempt catches the rest.
func (i *instance) tick() {
	if !i.ends.IsZero() && time.Now().After(i.ends) {
		i.expired = true
		panic(errDeadline)
	}
}

// call runs one operation. The answer is a copy. A *Failure means that the
// instance is not to be used again; any other error leaves it as it was.
func (i *instance) call(op abi.Op, handle uint32, in []byte) (out []byte, opened uint32, err error) {
	if len(in) > abi.MaxInput {
		return nil, 0, tooLarge(len(in))
	}
	ctx := context.Background()
	if d := i.engine.options.Deadline; d > 0 {
		i.ends = time.Now().Add(d)
		defer func() { i.ends = time.Time{} }()
		if i.engine.options.Preempt {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, i.ends)
			defer cancel()
		}
	}
	if len(in) > int(i.at.InputSize) {
		i.stack[0] = uint64(len(in))
		if err := i.input.CallWithStack(ctx, i.stack[:1]); err != nil {
			return nil, 0, i.died(err)
		}
		if !i.readHeader() || len(in) > int(i.at.InputSize) {
			return nil, 0, i.broken()
		}
	}
	if !i.memory.Write(i.at.Input, in) {
		return nil, 0, i.broken()
	}
	i.stack = [3]uint64{uint64(op), uint64(handle), uint64(len(in))}
	if err := i.invoke.CallWithStack(ctx, i.stack[:]); err != nil {
		return nil, 0, i.died(err)
	}
	if !i.readHeader() {
		return nil, 0, i.broken()
	}
	view, ok := i.memory.Read(i.at.Out, i.at.OutSize)
	if !ok {
		return nil, 0, i.broken()
	}
	switch abi.Status(int32(i.stack[0])) {
	case abi.OK:
		return bytes.Clone(view), i.at.Handle, nil
	case abi.Error:
		err := readError(view)
		_, i.dead = err.(*Failure)
		return nil, 0, err
	}
	return nil, 0, i.broken()
}

// readHeader reads the header and says whether it lies in the module's memory.
func (i *instance) readHeader() bool {
	b, ok := i.memory.Read(i.header, 20)
	if ok {
		word := func(n int) uint32 { return binary.LittleEndian.Uint32(b[4*n:]) }
		i.at = abi.Header{Out: word(0), OutSize: word(1), Handle: word(2), Input: word(3), InputSize: word(4)}
	}
	return ok
}

// died says why a call did not return.
func (i *instance) died(err error) *Failure {
	i.dead = true
	o := &i.engine.options
	f := failure(codes.EngineTrap, err,
		"the module stopped in the middle of this call, which is a bug; nothing was decided")
	f.Log = i.log.String()
	switch {
	case i.expired || isDeadline(err):
		f.Code, f.Message = codes.EngineDeadline,
			"the call took longer than the deadline of "+o.Deadline.String()+"; nothing was decided"
	case strings.Contains(f.Log, "out of memory"), strings.Contains(f.Log, "cannot allocate"): // what Go's runtime says
		f.Code, f.Message = codes.EngineMemory,
			"the call needed more memory than the limit of "+mebibytes(o.MemoryPages)+"; nothing was decided"
	}
	return f
}

// broken is for a module that does not keep to wasm/ABI.md.
func (i *instance) broken() *Failure {
	i.dead = true
	return failure(codes.EngineTrap, nil, "the module does not keep to its ABI, which is a bug; nothing was decided")
}

func (i *instance) close() { _ = i.module.Close(context.Background()) }

// zeros is the module's source of randomness.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
