// Package abi numbers what crosses the line between the module and its hosts.
// ABI.md beside the module documents it; the TypeScript SDK carries the same
// numbers and a test compares them.
package abi

// This file defines the version, the operations, the statuses, the header and
// the limits.

// Version is checked by every host at load. It changes when an operation's
// meaning or a document's shape changes; a new operation alone does not change it.
const Version = 1

// Op is an operation of holdfast_call.
type Op uint32

// Operations. "in" is what the host wrote to the input buffer, "out" what it
// reads back; handle is 0 where none is named. "new handle" is in the header.
const (
	OpCanon      Op = 1  // in: JSON; out: canonical bytes
	OpDigest     Op = 2  // in: bytes; out: sha256:… of exactly those bytes, as plain text
	OpLoad       Op = 3  // in: bundle document; out: its declarations, for showing, as OpInfo; new handle
	OpCheck      Op = 4  // in: bundle document; out: {"diagnostics":[…]}, errors and warnings
	OpOpen       Op = 5  // handle: bundle; in: session id, plain text; out: nothing; new handle
	OpRestore    Op = 6  // handle: bundle; in: snapshot; out: nothing; new handle
	OpDecide     Op = 7  // handle: session; in: proposal; out: decision bytes
	OpWhy        Op = 8  // handle: session; in: proposal; out: decision bytes, unrecorded
	OpAdmissible Op = 9  // handle: session; in: question; out: answer
	OpPath       Op = 10 // handle: session; in: proposal; out: answer
	OpSnapshot   Op = 11 // handle: session; out: snapshot
	OpView       Op = 12 // handle: session; out: state, derived, holds, for showing
	OpReplay     Op = 13 // handle: session; in: recorded decision; out: the same bytes, or an error replay/…
	OpComplete   Op = 14 // in: [at: 8 bytes little-endian, milliseconds][proposal]; out: proposal with what was left out
	OpCatalog    Op = 15 // in: catalog document; out: what it publishes, for showing, as OpInfo; new handle
	OpResolve    Op = 16 // handle: catalog; in: cursor; out: {"verdict":"stall",…} or {"bundle":DOCUMENT,"digest":…}
	OpEval       Op = 17 // in: {"expr":…,"vars":{…}}; out: {"type":…,"value":…}
	OpCase       Op = 18 // in: one conformance case; out: {"expr":…,"message":…,"name":…,"pass":bool}
	OpClose      Op = 19 // handle: bundle, session, catalog or watch; out: nothing
	OpInfo       Op = 20 // handle: bundle or catalog; out: its declarations, for showing
	OpPublic     Op = 21 // in: bundle document; out: the document with internal metadata replaced by hashes, same digest
	OpWatch      Op = 22 // handle: session; in: proposals, one a line; out: nothing; new handle
	OpAnswers    Op = 23 // handle: watch; in: [at: as above]; out: lines, [verdict,[violation…],[advice…]] or {"error":…}
	OpHead       Op = 24 // handle: session; out: seq, time and digests, without the state
)

// Status is what holdfast_call returns.
type Status int32

const (
	OK     Status = 0 // out is the operation's answer
	Error  Status = 1 // out is {"error":{…}}, or {"errors":[…]} for a document; nothing was changed
	Broken Status = 2 // an earlier call did not return; there is no out: discard the instance
)

// Header is what holdfast_header points to: words of 32 bits, little-endian.
// The module writes all of them at the end of every call and of holdfast_input;
// the host only reads.
type Header struct {
	Out       uint32 // address of the output
	OutSize   uint32 // its bytes
	Handle    uint32 // the new handle, where the operation makes one; else 0
	Input     uint32 // address of the input buffer
	InputSize uint32 // how many bytes it takes; for more, call holdfast_input
}

// The limits of one instance.
const (
	// RestingInput is the size of the input buffer that is always there: every
	// proposal fits, most bundles too.
	RestingInput = 64 << 10

	// MaxInput is the most bytes one call takes: the largest JSON document the
	// core reads (8 MiB), and the 8 bytes that OpComplete puts before one.
	MaxInput = 8<<20 + 8

	// MaxHandles is how many bundles, sessions, catalogs and watches may be open at once.
	MaxHandles = 1 << 16
)
