package main

// This file translates one call into one function of the core.

import (
	"bytes"

	"github.com/holdfast-rt/holdfast/core"
	"github.com/holdfast-rt/holdfast/core/codes"
	"github.com/holdfast-rt/holdfast/wasm/abi"
)

// module is what one instance holds between calls: its handles.
type module struct {
	handles table
}

// call runs op. in is read during the call only: it is copied for the operations whose results
// keep parts of what they read. out belongs to the caller until the next call. handle is
// the one that the operation opened, or 0.
func (m *module) call(op abi.Op, handle uint32, in []byte) (out []byte, opened uint32, status abi.Status) {
	out, thing, err := m.run(op, handle, in)
	if err == nil && thing != nil {
		if opened = m.handles.add(thing); opened == 0 {
			err = fault(codes.LimitHandles,
				"this instance has as many bundles, sessions and catalogs open as it takes: close one first")
		}
	}
	if err != nil {
		return errorDocument(err), 0, abi.Error
	}
	return out, opened, abi.OK
}

// run answers op with bytes, with a thing that wants a handle, or both.
func (m *module) run(op abi.Op, handle uint32, in []byte) (out []byte, thing any, err error) {
	switch op {
	case abi.OpCanon:
		out, err = core.Canonical(in)
	case abi.OpDigest:
		out = []byte(core.Digest(in))
	case abi.OpCheck:
		out = append(appendDiagnostics([]byte(`{"diagnostics":`), core.Check(in)), '}')
	case abi.OpComplete:
		if len(in) < 8 {
			return nil, nil, fault(codes.ABIInput, "this operation's input begins with 8 bytes of time")
		}
		out, err = core.Complete(in[8:], int64(littleEndian(in)))
	case abi.OpEval:
		out, err = core.Eval(in)
	case abi.OpCase:
		out, err = core.Case(in)
	case abi.OpPublic:
		out, err = core.Public(in)
	case abi.OpLoad:
		b, err := core.Load(bytes.Clone(in))
		if err != nil {
			return nil, nil, err
		}
		return b.Info(), b, nil
	case abi.OpCatalog:
		c, err := core.LoadCatalog(bytes.Clone(in))
		if err != nil {
			return nil, nil, err
		}
		return c.Info(), c, nil
	case abi.OpClose:
		if !m.handles.close(handle) {
			err = badHandle("anything that is open")
		}
	case abi.OpInfo, abi.OpOpen, abi.OpRestore, abi.OpResolve:
		return m.loaded(op, handle, in)
	case abi.OpAnswers:
		w, ok := m.handles.get(handle).(*core.Watch)
		if !ok {
			return nil, nil, badHandle("an open watch")
		}
		if len(in) != 8 {
			return nil, nil, fault(codes.ABIInput, "this operation's input is 8 bytes of time")
		}
		out = w.Answers(int64(littleEndian(in)))
	case abi.OpWatch:
		s, ok := m.handles.get(handle).(*core.Session)
		if !ok {
			return nil, nil, badHandle("an open session")
		}
		w, err := s.Watch(in)
		if err != nil {
			return nil, nil, err
		}
		return nil, w, nil
	default:
		if op != abi.OpHead && (op < abi.OpDecide || op > abi.OpReplay) {
			return nil, nil, fault(codes.ABIOperation,
				"no operation has this number: the host was made for another version of the module")
		}
		s, ok := m.handles.get(handle).(*core.Session)
		if !ok {
			return nil, nil, badHandle("an open session")
		}
		out, err = session(op, s, in)
	}
	return out, nil, err
}

// loaded runs an operation on a bundle or a catalog.
func (m *module) loaded(op abi.Op, handle uint32, in []byte) (out []byte, thing any, err error) {
	switch d := m.handles.get(handle).(type) {
	case *core.Bundle:
		var s *core.Session
		switch op {
		case abi.OpInfo:
			return d.Info(), nil, nil
		case abi.OpOpen:
			s, err = d.Open(string(in))
		case abi.OpRestore:
			s, err = d.Restore(bytes.Clone(in))
		default:
			return nil, nil, badHandle("an open catalog")
		}
		if err != nil {
			return nil, nil, err
		}
		return nil, s, nil
	case *core.Catalog:
		switch op {
		case abi.OpInfo:
			return d.Info(), nil, nil
		case abi.OpResolve:
			out, err = d.Resolve(in)
			return out, nil, err
		}
		return nil, nil, badHandle("an open bundle")
	}
	return nil, nil, badHandle("an open bundle or catalog")
}

// session runs an operation on a session.
func session(op abi.Op, s *core.Session, in []byte) ([]byte, error) {
	switch op {
	case abi.OpDecide:
		return s.Decide(in)
	case abi.OpWhy:
		return s.Why(in)
	case abi.OpAdmissible:
		return s.Admissible(in)
	case abi.OpPath:
		return s.Path(in)
	case abi.OpSnapshot:
		return s.Snapshot()
	case abi.OpView:
		return s.View()
	case abi.OpHead:
		return s.Head()
	}
	// OpReplay. What it has shown to be the session's own next decision are its bytes.
	if err := s.Replay(in); err != nil {
		return nil, err
	}
	return bytes.Clone(in), nil
}

func badHandle(want string) error {
	return fault(codes.ABIHandle, "the handle does not name "+want+": it was closed, or belongs to another instance")
}

func fault(code, message string) error { return &core.Error{Code: code, Message: message} }

func littleEndian(b []byte) (n uint64) {
	for i := range 8 {
		n |= uint64(b[i]) << (8 * i)
	}
	return n
}
