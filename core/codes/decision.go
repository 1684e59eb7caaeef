package codes

// This file declares the codes of proposals, questions and sessions, and of the engine that answers them.

// Area proposal: an input is not a proposal. Nothing is decided and nothing is recorded.
// Status: 422 Not accepted
const (
	// ProposalAction: the bundle declares no such action.
	// Do: correct the action's name.
	ProposalAction = "proposal/action"

	// ProposalAgent: the bundle declares no such agent.
	// Do: correct `actor.kind`.
	ProposalAgent = "proposal/agent"

	// ProposalArgument: an argument is missing, is not declared, or does not fit its type.
	// Do: correct the argument at `path`.
	ProposalArgument = "proposal/argument"

	// ProposalAt: the time is not a whole number of milliseconds between 1970 and 9999.
	// Do: send milliseconds since 1970, or leave `at` to the server.
	ProposalAt = "proposal/at"

	// ProposalEarlier: the time is earlier than that of the session's last decision.
	// Do: propose with a later `at`.
	ProposalEarlier = "proposal/earlier"

	// ProposalKey: the Idempotency-Key was used for another proposal.
	// Do: send a new key with a new proposal, and the same proposal with the same key.
	// Status: 422 The idempotency key is taken
	ProposalKey = "proposal/key"

	// ProposalShape: a member is missing, unknown or of the wrong kind.
	// Do: correct the member at `path`.
	ProposalShape = "proposal/shape"

	// ProposalSkew: `at` is too far from the server's time.
	// Do: leave `at` to the server, or correct the clock.
	// Status: 422 The time is too far off
	ProposalSkew = "proposal/skew"
)

// Area question: an input is not a question.
// Status: 422 Not accepted
const (
	// QuestionShape: the question is not well-formed, or asks for what the bundle does not have.
	// Do: correct the member at `path`.
	QuestionShape = "question/shape"
)

// Area decision: a decision is asked for.
const (
	// DecisionUnknown: the session has no decision of this seq.
	// Do: ask for a seq between 1 and the session's.
	// Status: 404 No such decision
	DecisionUnknown = "decision/unknown"
)

// Area session: a session cannot be had as it is asked for.
// Status: 422 Not accepted
const (
	// SessionBusy: too many propose in this session at this moment, or other servers kept writing to it.
	// Do: send the same proposal again after `Retry-After`.
	// Status: 503 The session is busy
	SessionBusy = "session/busy"

	// SessionCorrupt: what is stored of the session is not what was written. Nothing is served from it.
	// Do: a person has to look at the store, and bring a copy back.
	// Status: 500 The stored session cannot be trusted
	// SDK: edgeCodes.corrupt
	SessionCorrupt = "session/corrupt"

	// SessionDigest: the snapshot or the session is of another bundle.
	// Do: decide with the bundle that its digest names.
	// Status: 409 The session is of another bundle
	// SDK: edgeCodes.otherBundle
	SessionDigest = "session/digest"

	// SessionExists: there is a session with this id.
	// Do: choose another id, or use the session that exists.
	// Status: 409 The session exists
	SessionExists = "session/exists"

	// SessionID: a session cannot have this id.
	// Do: choose an id as the message says.
	// Status: 422 No id for a session
	SessionID = "session/id"

	// SessionSnapshot: the snapshot is not one that a session of this bundle wrote.
	// Do: restore from a snapshot that is whole, or decide the log again.
	SessionSnapshot = "session/snapshot"

	// SessionStale: decisions were recorded that the caller has not seen.
	// Do: read what was missed, then propose again if it is still meant.
	// Status: 409 The session has moved on
	SessionStale = "session/stale"

	// SessionUnknown: there is no such session.
	// Do: check the id, or create the session.
	// Status: 404 No such session
	// SDK: edgeCodes.unknownSession
	SessionUnknown = "session/unknown"
)

// Area replay: a log is decided again.
// Status: 422 Not accepted
const (
	// ReplayDiffers: deciding again gives other bytes.
	// Do: the log, the bundle or the session's id is another; `path` and the message say where they differ.
	ReplayDiffers = "replay/differs"

	// ReplayRecord: what was recorded is not a decision.
	// Do: look at the line; the log may be cut short.
	ReplayRecord = "replay/record"
)

// Area load: the module cannot be loaded.
// Status: 500 The engine could not answer
const (
	// LoadABI: the module speaks another version of the ABI.
	// Do: use the module that belongs to this version of the SDK or package.
	// SDK: codes.abi
	LoadABI = "load/abi"

	// LoadAborted: the loading was given up by its signal.
	// Do: load again when it is wanted again.
	// SDK: codes.aborted
	LoadAborted = "load/aborted"

	// LoadBlocked: the page's content security policy does not allow WebAssembly.
	// Do: add 'wasm-unsafe-eval' to `script-src`.
	// SDK: codes.blocked
	LoadBlocked = "load/blocked"

	// LoadDigest: the module is not the one that is named by its digest, or its digest cannot be found out.
	// Do: get the module that the digest names, or name this one's.
	// SDK: codes.digest
	LoadDigest = "load/digest"

	// LoadFetch: the module, or a part of the SDK, cannot be fetched: no network, or a status other than success.
	// Do: check the address, and load again.
	// SDK: codes.fetch
	LoadFetch = "load/fetch"

	// LoadModule: the bytes are not the module: cut short, not WebAssembly, or another module's exports.
	// Do: get the module again, as it was built.
	// SDK: codes.module
	LoadModule = "load/module"

	// LoadTimeout: the module did not arrive in time.
	// Do: load again, or allow more time.
	// SDK: codes.timeout
	LoadTimeout = "load/timeout"
)

// Area engine: the engine cannot answer. The call has decided nothing and recorded nothing.
// Status: 500 The engine could not answer
const (
	// EngineClosed: the engine, bundle, catalog or session was closed before this call.
	// Do: close it after the last call.
	// SDK: codes.closed
	EngineClosed = "engine/closed"

	// EngineDeadline: the call took longer than it may, and was ended.
	// Do: send it again; if it happens again, allow more time or make the bundle cheaper.
	// Status: 503 The decision took too long
	// SDK: codes.deadline
	EngineDeadline = "engine/deadline"

	// EngineFailed: the engine did not answer while a bundle was built or tried.
	// Do: try again; if it happens again, report it.
	EngineFailed = "engine/failed"

	// EngineMemory: the call needed more memory than an instance may have.
	// Do: allow more memory, or make the bundle or the session smaller.
	EngineMemory = "engine/memory"

	// EngineRebuild: a session cannot be rebuilt to the bytes it had before.
	// Do: open the session again from its log, and report it.
	// SDK: codes.rebuild
	EngineRebuild = "engine/rebuild"

	// EngineTrap: the module died in this call. The instance is discarded.
	// Do: report it with the log, it is a bug; the next call gets a new instance.
	// SDK: codes.trap
	EngineTrap = "engine/trap"

	// EngineWorker: a worker did not start, or failed.
	// Do: check that the page may start workers, and load again.
	// SDK: codes.worker
	EngineWorker = "engine/worker"
)

// Area abi: a host has called the module in a way it does not take.
// Status: 500 The engine could not answer
const (
	// ABIHandle: the handle names nothing, something closed, or another kind of thing.
	// Do: correct the host; a handle belongs to one instance and one kind of thing.
	ABIHandle = "abi/handle"

	// ABIInput: the input is larger than the buffer, or too short for the operation.
	// Do: send less, or correct the host.
	ABIInput = "abi/input"

	// ABIOperation: no operation has this number.
	// Do: use the host that belongs to this version of the module.
	ABIOperation = "abi/operation"
)
