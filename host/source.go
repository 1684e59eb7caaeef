package host

// This file defines source, a bundle or a catalog that an engine's instances
// load when they need it, and what an engine answers without a session.

import (
	"bytes"
	"encoding/binary"

	"github.com/goccy/go-json"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

var (
	_ Core    = (*Engine)(nil)
	_ Bundle  = (*bundle)(nil)
	_ Catalog = (*catalog)(nil)
)

// source is a bundle or catalog document. Instances know it by its address.
type source struct {
	engine *Engine
	load   abi.Op
	doc    []byte
	info   []byte
}

// bundle is a bundle that runs in the module.
type bundle struct {
	source
	head struct {
		Bundle  string `json:"bundle"`
		Version string `json:"version"`
		Digest  string `json:"digest"`
	}
}

// catalog is a catalog that runs in the module.
type catalog struct{ source }

// ask runs an operation that needs no handle, on any instance.
func (e *Engine) ask(op abi.Op, in []byte) ([]byte, error) {
	return run(e, e.take(), func(i *instance) ([]byte, error) {
		out, _, err := i.call(op, 0, in)
		return out, err
	})
}

// Canonical returns the canonical form (RFC 8785) of src, which is any JSON.
func (e *Engine) Canonical(src []byte) ([]byte, error) { return e.ask(abi.OpCanon, src) }

// Digest returns "sha256:" and the hexadecimal SHA-256 of exactly these bytes.
func (e *Engine) Digest(doc []byte) (string, error) {
	out, err := e.ask(abi.OpDigest, doc)
	return string(out), err
}

// Check returns what is wrong with a bundle document, and its warnings.
func (e *Engine) Check(doc []byte) ([]core.Diagnostic, error) {
	out, err := e.ask(abi.OpCheck, doc)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Diagnostics []Finding `json:"diagnostics"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, failure(codes.EngineTrap, err, "the module's diagnostics cannot be read")
	}
	return diagnostics(answer.Diagnostics), nil
}

// Complete returns the proposal with what was left out filled in; at is in
// milliseconds since 1970.
func (e *Engine) Complete(proposal []byte, at int64) ([]byte, error) {
	in := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(proposal)), uint64(at))
	return e.ask(abi.OpComplete, append(in, proposal...))
}

// Eval evaluates one expression: {"expr":…,"vars":{…}} to {"value":…} or {"error":…}.
func (e *Engine) Eval(request []byte) ([]byte, error) { return e.ask(abi.OpEval, request) }

// Case runs one conformance case and returns {"message":…,"pass":…}.
func (e *Engine) Case(line []byte) ([]byte, error) { return e.ask(abi.OpCase, line) }

// Public returns a bundle document with internal metadata replaced by hashes; its
// digest stays the same.
func (e *Engine) Public(doc []byte) ([]byte, error) { return e.ask(abi.OpPublic, doc) }

// Load compiles a bundle document. Each instance compiles it once, when it first
// needs it, and keeps the bundles used last.
func (e *Engine) Load(doc []byte) (Bundle, error) {
	b := &bundle{source: source{engine: e, load: abi.OpLoad, doc: bytes.Clone(doc)}}
	if err := b.open(); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b.info, &b.head); err != nil {
		return nil, failure(codes.EngineTrap, err, "the bundle's declarations cannot be read")
	}
	return b, nil
}

// LoadCatalog reads a catalog document.
func (e *Engine) LoadCatalog(doc []byte) (Catalog, error) {
	c := &catalog{source{engine: e, load: abi.OpCatalog, doc: bytes.Clone(doc)}}
	if err := c.open(); err != nil {
		return nil, err
	}
	return c, nil
}

// open loads the document into some instance and takes its declarations.
func (d *source) open() (err error) {
	d.info, err = run(d.engine, d.engine.take(), func(i *instance) ([]byte, error) {
		handle, err := d.in(i)
		if err != nil {
			return nil, err
		}
		out, _, err := i.call(abi.OpInfo, handle, nil)
		return out, err
	})
	return err
}

// in returns the document's handle in instance i, loading it where it is not there.
func (d *source) in(i *instance) (uint32, error) {
	if handle := i.sources.find(d); handle != 0 {
		return handle, nil
	}
	_, handle, err := i.call(d.load, 0, d.doc)
	if err != nil {
		return 0, err
	}
	return handle, i.evict(i.sources.add(d, handle))
}

// evict closes a handle that had to make room; 0 is none.
func (i *instance) evict(handle uint32) error {
	if handle == 0 {
		return nil
	}
	_, _, err := i.call(abi.OpClose, handle, nil)
	return err
}

// Info returns the document's declarations as JSON, for showing.
func (d *source) Info() []byte { return bytes.Clone(d.info) }

// Name returns the bundle's name.
func (b *bundle) Name() string { return b.head.Bundle }

// Version returns the bundle's version.
func (b *bundle) Version() string { return b.head.Version }

// Digest returns the bundle's digest.
func (b *bundle) Digest() string { return b.head.Digest }

// Resolve returns {"bundle":…,"digest":…} or {"verdict":"stall",…}.
func (c *catalog) Resolve(cursor []byte) ([]byte, error) {
	return run(c.engine, c.engine.take(), func(i *instance) ([]byte, error) {
		handle, err := c.in(i)
		if err != nil {
			return nil, err
		}
		out, _, err := i.call(abi.OpResolve, handle, cursor)
		return out, err
	})
}
