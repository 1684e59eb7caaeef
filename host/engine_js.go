package host

// This file defines Engine in a program that was itself compiled to WebAssembly, and
// runs in a JavaScript worker: nothing is compiled there, the worker has the
// module running and lends it.
//
//	Go program ── link(op, handle, bytes) ── JavaScript ── the module's instance

import (
	"context"
	"sync/atomic"
	"syscall/js"

	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

// Options sets up an engine in a JavaScript worker.
type Options struct {
	// Lend returns a link to the module's instance, when called. Left out, it is what
	// host/edge/holdfast.js lends to the Go programs it runs. A link is an object with
	// run(op, handle, input) that returns a Uint8Array, failed, which says whether that is an error
	// document, and opened, the handle that was opened. A link whose instance has trapped throws for ever.
	Lend js.Value

	// Digest is the module's, "sha256:…", if the worker knows it.
	Digest string

	// Sessions is how many sessions stay in the instance. 0 takes 1,024.
	Sessions int
}

const (
	defaultSessions = 1024
	maxSources      = 128
)

// Engine asks the module that the worker lends.
type Engine struct {
	options Options
	digest  string
	slots   []slot
	tried   atomic.Uint32
	placed  atomic.Uint32
	closed  atomic.Bool
}

// New returns an engine on what options.Lend lends. The error is a *[Failure].
func New(_ context.Context, options Options) (*Engine, error) {
	if options.Sessions <= 0 {
		options.Sessions = defaultSessions
	}
	if options.Lend.IsUndefined() {
		if around := js.Global().Get("context"); !around.IsUndefined() && !around.Get("holdfast").IsUndefined() {
			options.Lend = around.Get("holdfast").Get("lend")
		}
	}
	if options.Lend.Type() != js.TypeFunction {
		return nil, failure(codes.LoadModule, nil, "nobody lends the module to this program: run it by goWorker of host/edge")
	}
	e := &Engine{options: options, digest: options.Digest, slots: make([]slot, 1)} // one thread
	if _, err := run(e, e.take(), func(*instance) (any, error) { return nil, nil }); err != nil {
		return nil, err
	}
	return e, nil
}

// ModuleDigest returns what Options said.
func (e *Engine) ModuleDigest() string { return e.digest }

// Close ends the engine. Whatever is asked of its sessions afterwards fails with codes.EngineClosed.
func (e *Engine) Close() error {
	e.closed.Store(true)
	return nil
}

// Module returns nil: the worker has the module, and hands it to browsers itself.
func Module() []byte { return nil }

// instance is a link to the module's instance.
type instance struct {
	link     js.Value
	dead     bool
	sources  residents
	sessions residents
}

func (e *Engine) start() (i *instance, err error) {
	defer func() {
		if thrown, ok := recover().(js.Error); ok {
			i, err = nil, failure(codes.LoadModule, thrown, "the worker lends no module: %s", thrown.Error())
		}
	}()
	return &instance{
		link:     e.options.Lend.Invoke(),
		sources:  residents{limit: maxSources},
		sessions: residents{limit: e.options.Sessions},
	}, nil
}

var uint8Array = js.Global().Get("Uint8Array")

// call runs one operation. The answer is a copy. A *Failure means that the
// link is not to be used again; any other error leaves it as it was.
func (i *instance) call(op abi.Op, handle uint32, in []byte) (out []byte, opened uint32, err error) {
	if len(in) > abi.MaxInput {
		return nil, 0, tooLarge(len(in))
	}
	defer func() {
		if r := recover(); r != nil {
			thrown, ok := r.(js.Error)
			if !ok {
				panic(r)
			}
			i.dead = true
			out, opened, err = nil, 0, failure(codes.EngineTrap, thrown,
				"the module stopped in the middle of this call, which is a bug; nothing was decided")
		}
	}()
	input := js.Undefined()
	if len(in) > 0 {
		input = uint8Array.New(len(in))
		js.CopyBytesToJS(input, in)
	}
	answer := i.link.Call("run", uint32(op), handle, input)
	out = make([]byte, answer.Length())
	js.CopyBytesToGo(out, answer)
	if i.link.Get("failed").Bool() {
		err = readError(out)
		_, i.dead = err.(*Failure)
		return nil, 0, err
	}
	switch op {
	case abi.OpLoad, abi.OpCatalog, abi.OpOpen, abi.OpRestore:
		opened = uint32(i.link.Get("opened").Int())
	}
	return out, opened, nil
}

func (i *instance) close() {}
