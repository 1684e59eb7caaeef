package codes

// This file declares the codes of gates, of what they and publishers sign, and of a page's replica of a session.

// Area gate: a gate in front of an origin, or one in a page, refuses a request or cannot decide.
const (
	// GateActor: a gate in a page is asked, and nothing says who would propose.
	// Do: give the gate, or the session, an actor.
	// SDK: codes.actor
	GateActor = "gate/actor"

	// GateAnswer: an answer of the module cannot be read: the SDK and the module do not belong together.
	// Do: use the module that belongs to this version of the SDK.
	// SDK: codes.answer
	GateAnswer = "gate/answer"

	// GateAttribute: an attribute of a gate in a page is not a JSON object.
	// Do: correct the attribute.
	GateAttribute = "gate/attribute"

	// GateFailed: it cannot be decided, so it is refused: the bundle, the engine or a function around the gate failed.
	// Do: look at the gate's log; a client may send it again after `Retry-After`.
	// Status: 503 The gate could not decide
	// SDK: edgeCodes.failed
	GateFailed = "gate/failed"

	// GateForm: the form may be read in two ways.
	// Do: send each field once, encoded as browsers do.
	// Status: 400 The form may be read in two ways
	// SDK: edgeCodes.form
	GateForm = "gate/form"

	// GateMethod: the route of the path does not take this method.
	// Do: use one of the methods in `Allow`.
	// Status: 405 The route does not take this method
	// SDK: edgeCodes.method
	GateMethod = "gate/method"

	// GateOverride: a header, or a field of a query or form, names another method or path for the request.
	// Do: send the method and the path that are meant.
	// Status: 400 Another method or path is named
	// SDK: edgeCodes.override
	GateOverride = "gate/override"

	// GatePath: the path may be read in two ways.
	// Do: send the path without `//`, `..`, `;` and needless escapes.
	// Status: 400 The path may be read in two ways
	// SDK: edgeCodes.path
	GatePath = "gate/path"

	// GatePattern: the pattern of a route cannot be read, or is there twice.
	// Do: correct the route.
	// SDK: edgeCodes.pattern
	GatePattern = "gate/pattern"

	// GatePropose: `propose` returned nothing that a gate can use: no proposal, no pass.
	// Do: return a proposal, or say that the request goes on undecided.
	// Status: 500 The gate is not set up right
	// SDK: edgeCodes.propose
	GatePropose = "gate/propose"

	// GateQuery: the query may be read in two ways: a name is there twice, or cannot be read.
	// Do: send each parameter once, encoded as browsers do.
	// Status: 400 The query may be read in two ways
	// SDK: edgeCodes.query
	GateQuery = "gate/query"

	// GateRefused: the decision on the request is not a commit.
	// Do: read `violations`, which say what to do.
	// Status: 403 The action is not admissible
	GateRefused = "gate/refused"

	// GateRoute: no route of the gate is meant for this path.
	// Do: check the path, or add a route.
	// Status: 403 No route is meant for this
	// SDK: edgeCodes.route
	GateRoute = "gate/route"

	// GateSession: a gate in a page is in a place where no session is given to it.
	// Do: put the gate inside an element or a provider that has the session.
	// SDK: codes.session
	GateSession = "gate/session"
)

// Area seal: an origin checks what a gate has sealed.
// Status: 403 No gate has decided on this
const (
	// SealExpired: the seal is too old, or from the future.
	// Do: send the request through the gate again; compare the clocks.
	// SDK: edgeCodes.sealTime
	SealExpired = "seal/expired"

	// SealKey: a key for seals cannot be read, or is too short.
	// Do: make a key with `holdfast keygen`, or a secret of at least 32 bytes.
	// Status: none
	// SDK: edgeCodes.sealSecret
	SealKey = "seal/key"

	// SealMalformed: the seal is not written as a gate writes it.
	// Do: let no part of the way change the header.
	// SDK: edgeCodes.sealMalformed
	SealMalformed = "seal/malformed"

	// SealMissing: the request carries no seal of a gate.
	// Do: send the request through the gate.
	// SDK: edgeCodes.unsealed
	SealMissing = "seal/missing"

	// SealOther: the seal belongs to another request or to another decision.
	// Do: let no part of the way between gate and origin change the request.
	// SDK: edgeCodes.sealOther
	SealOther = "seal/other"

	// SealUnknownKey: no trusted key has made the seal.
	// Do: give the origin the gate's key.
	// SDK: edgeCodes.sealKey
	SealUnknownKey = "seal/unknown-key"

	// SealWrong: the seal is not what its key makes of it.
	// Do: do not trust the request; it was changed, or sealed by another key of the same name.
	// SDK: edgeCodes.seal
	SealWrong = "seal/wrong"
)

// Area signature: a document, or the head of a session, is not signed as it must be.
// Status: 403 The document is not signed by a trusted key
const (
	// SignatureKey: a key, or a file of keys, cannot be read.
	// Do: use the file that `holdfast keygen` wrote.
	// SDK: codes.key
	SignatureKey = "signature/key"

	// SignatureMalformed: the note, a signature or the signed text is not written as it must be.
	// Do: sign again with `holdfast sign`.
	// SDK: codes.malformed
	SignatureMalformed = "signature/malformed"

	// SignatureMissing: there is no signature where one is demanded.
	// Do: sign the document with `holdfast sign`, and send the signature with it.
	// SDK: codes.unsigned
	SignatureMissing = "signature/missing"

	// SignatureNone: the document was published without a signature.
	// Do: publish it again with one, where one is wanted.
	// Status: 404 No signature
	SignatureNone = "signature/none"

	// SignatureOther: the signature is good, and it is for something else.
	// Do: get the signature of this document.
	// SDK: codes.otherText
	SignatureOther = "signature/other"

	// SignatureUnknownKey: no trusted key has signed.
	// Do: sign with a key that is trusted, or trust the key that has signed.
	// SDK: codes.unknownKey
	SignatureUnknownKey = "signature/unknown-key"

	// SignatureUnsupported: nothing here can check Ed25519: a refusal, not a pass.
	// Do: use a newer browser or runtime.
	// SDK: codes.unsupported
	SignatureUnsupported = "signature/unsupported"

	// SignatureWrong: the signature of a trusted key does not verify.
	// Do: do not use the document; it was changed after it was signed.
	// SDK: codes.signature
	SignatureWrong = "signature/wrong"
)

// Area replica: a page's replica of a session on a server cannot go on as it is asked to.
const (
	// ReplicaAnswer: what answered is not a Holdfast server, as a proxy's page is not. It is tried again.
	// Do: check the address, if it goes on.
	// SDK: replicaCodes.answer
	ReplicaAnswer = "replica/answer"

	// ReplicaBundle: the session is of another bundle than the program asks for.
	// Do: open the session with its own bundle.
	// SDK: replicaCodes.bundle
	ReplicaBundle = "replica/bundle"

	// ReplicaClosed: the replica was closed.
	// Do: close it after the last call.
	// SDK: replicaCodes.closed
	ReplicaClosed = "replica/closed"

	// ReplicaConflict: a proposal was not sent: on the server's newer state it would get another verdict than was shown.
	// Do: show the newer state, and propose again if it is still meant.
	// SDK: replicaCodes.conflict
	ReplicaConflict = "replica/conflict"

	// ReplicaDiffers: the server's decisions are not those that are decided here, or not those it told before. The
	// replica has stopped.
	// Do: report it; either the module or the server's log is not what it should be.
	// SDK: replicaCodes.differs
	ReplicaDiffers = "replica/differs"

	// ReplicaFull: as many proposals wait as may.
	// Do: wait until some are sent.
	// SDK: replicaCodes.full
	ReplicaFull = "replica/full"

	// ReplicaStale: the page comes back from the back-forward cache and has not yet heard what it missed.
	// Do: ask again after the next change.
	// SDK: replicaCodes.stale
	ReplicaStale = "replica/stale"

	// ReplicaStorage: waiting proposals cannot be written to the storage, or read from it. They stay in memory.
	// Do: keep the page open until they are sent.
	// SDK: replicaCodes.storage
	ReplicaStorage = "replica/storage"

	// ReplicaToken: the `token` function threw. It is asked again.
	// Do: correct the function, if it goes on.
	// SDK: replicaCodes.token
	ReplicaToken = "replica/token"

	// ReplicaUnreachable: no answer arrived: no network, no server, a time limit, a broken connection. It is tried again.
	// Do: nothing; show that the page is offline.
	// SDK: replicaCodes.unreachable
	ReplicaUnreachable = "replica/unreachable"
)
