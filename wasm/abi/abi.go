// Package abi numbers what crosses the line between the module and its hosts.
// ABI.md beside the module documents it; the TypeScript SDK carries the same
// numbers and a test compares them.
package abi

// This file defines the version, the operations and the statuses.

// Version is checked by every host at load. It changes when an operation's
// meaning or a document's shape changes; a new operation alone does not change it.
const Version = 1

// Op is an operation of holdfast_call.
type Op uint32

// Operations. "in" is what the host wrote to the input buffer, "out" what it
// reads back; handle is 0 where none is named.
const (
	OpCanon      Op = 1  // in: JSON; out: canonical bytes
	OpDigest     Op = 2  // in: bytes; out: "sha256:…" of exactly those bytes
	OpLoad       Op = 3  // in: bundle document; out: {"handle":N, …info}
	OpCheck      Op = 4  // in: bundle document; out: {"diagnostics":[…]}, errors and warnings
	OpOpen       Op = 5  // handle: bundle; in: session id; out: {"handle":N, …}
	OpRestore    Op = 6  // handle: bundle; in: snapshot; out: {"handle":N, …}
	OpDecide     Op = 7  // handle: session; in: proposal; out: decision bytes
	OpWhy        Op = 8  // handle: session; in: proposal; out: decision bytes, unrecorded
	OpAdmissible Op = 9  // handle: session; in: question; out: answer
	OpPath       Op = 10 // handle: session; in: proposal; out: answer
	OpSnapshot   Op = 11 // handle: session; out: snapshot
	OpView       Op = 12 // handle: session; out: state, derived, holds, for showing
	OpReplay     Op = 13 // handle: session; in: recorded decision; out: the same bytes, or an error replay/…
	OpComplete   Op = 14 // arg: none; in: [at: 8 bytes little-endian, milliseconds][proposal]; out: proposal with what was left out
	OpCatalog    Op = 15 // in: catalog document; out: {"handle":N, …info}
	OpResolve    Op = 16 // handle: catalog; in: cursor; out: {"verdict":"stall",…} or {"bundle":DOCUMENT,"digest":…}
	OpEval       Op = 17 // in: {"expr":…,"vars":{…}}; out: {"value":…} or {"error":…}
	OpCase       Op = 18 // in: one conformance case; out: {"pass":bool,"message":…}
	OpClose      Op = 19 // handle: bundle, session or catalog; out: nothing
	OpInfo       Op = 20 // handle: bundle or catalog; out: its declarations, for showing
	OpPublic     Op = 21 // in: bundle document; out: the document with internal metadata replaced by hashes, same digest
)

// Status is what holdfast_call returns.
type Status int32

const (
	OK    Status = 0 // out is the operation's answer
	Error Status = 1 // out is {"error":{"code","path","message",…}}, or {"errors":[…]} for a document; nothing was changed
)
