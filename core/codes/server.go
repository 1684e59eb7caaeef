package codes

// This file declares the codes of the server and of what it rests on: HTTP, identity, heads, the ledger.

// Area http: a request cannot be taken.
const (
	// HTTPBody: the body did not arrive whole, came too slowly, or is missing.
	// Do: send the request again with its whole body.
	// Status: 400 The body did not arrive whole
	// SDK: edgeCodes.body
	HTTPBody = "http/body"

	// HTTPContentType: the body is of another type than the resource takes, or has a coding.
	// Do: send the `Content-Type` that `detail` names.
	// Status: 415 The body has the wrong type
	// SDK: edgeCodes.contentType
	HTTPContentType = "http/content-type"

	// HTTPEncoding: the client takes none of the encodings that there are.
	// Do: accept gzip or identity.
	// Status: 406 In no encoding that is asked for
	HTTPEncoding = "http/encoding"

	// HTTPMethod: the resource does not take this method.
	// Do: use one of the methods in `Allow`.
	// Status: 405 The resource does not take this method
	HTTPMethod = "http/method"

	// HTTPOrigin: a page of an origin that the server does not know asks, or the host name is foreign.
	// Do: name the origin or the host when the server is started.
	// Status: 403 Asked from another origin
	HTTPOrigin = "http/origin"

	// HTTPPath: there is nothing at this path.
	// Do: check the path.
	// Status: 404 No such resource
	HTTPPath = "http/path"

	// HTTPQuery: a parameter of the query, or a header, cannot be read.
	// Do: correct what `detail` names.
	// Status: 400 A parameter cannot be read
	HTTPQuery = "http/query"

	// HTTPShape: a member of the body is missing, unknown or of the wrong kind.
	// Do: correct the member that `detail` names.
	// Status: 422 The body is not of this shape
	HTTPShape = "http/shape"

	// HTTPStatus: an answer is not a problem document, and has a status other than success.
	// Do: look for a proxy between the page and the server.
	HTTPStatus = "http/status"

	// HTTPTooLarge: the body is over the limit of the operation.
	// Do: send less; `detail` names the limit.
	// Status: 413 The body is too large
	// SDK: edgeCodes.tooLarge
	HTTPTooLarge = "http/too-large"
)

// Area auth: the caller is not known, or is known and may not do this.
// Status: 401 Who is asking is not known
const (
	// AuthActor: the body says another actor than the token, or none where the token leaves it open.
	// Do: leave the actor to the token, or name one that the token allows.
	// Status: 403 Another actor than the token's
	AuthActor = "auth/actor"

	// AuthAlgorithm: the token's `alg` is none, is not taken here, or is not that of the key it names.
	// Do: sign tokens with EdDSA, ES256 or RS256.
	AuthAlgorithm = "auth/algorithm"

	// AuthAudience: the token was given for another service.
	// Do: get a token for this service.
	AuthAudience = "auth/audience"

	// AuthClaims: a claim that is needed is missing, of the wrong type, empty or too long.
	// Do: let the issuer set the claim that `detail` names.
	AuthClaims = "auth/claims"

	// AuthEarly: the token is good in the future only: `nbf` or `iat` is later than now.
	// Do: wait, or correct the issuer's clock.
	AuthEarly = "auth/early"

	// AuthExpired: the token has expired.
	// Do: get a new token.
	AuthExpired = "auth/expired"

	// AuthIssuer: the token was given by another issuer.
	// Do: get a token from the issuer that the server trusts.
	AuthIssuer = "auth/issuer"

	// AuthKey: the token names a key that the server does not have, or names none while the keys have names.
	// Do: give the server the issuer's public key.
	AuthKey = "auth/key"

	// AuthKeys: keys or options of identity cannot be used. It is said when the server starts, and to no client.
	// Do: correct the file or the option that the message names.
	// Status: none
	AuthKeys = "auth/keys"

	// AuthMalformed: what the Authorization header carries is not a token: another scheme, two headers, too long, not
	// three parts of base64url, not strict JSON, a token that is not for access, or an unknown extension.
	// Do: send `Authorization: Bearer TOKEN` with a JWT for access.
	AuthMalformed = "auth/malformed"

	// AuthMissing: the request carries no bearer token.
	// Do: send `Authorization: Bearer TOKEN`.
	AuthMissing = "auth/missing"

	// AuthNoAgent: nothing that the token may act as is an agent of the bundle.
	// Do: let the issuer add an agent of the bundle to the token.
	// Status: 403 The token names no agent of the bundle
	AuthNoAgent = "auth/no-agent"

	// AuthRequired: the studio is asked for more than its page by a caller that is not known.
	// Do: sign in.
	AuthRequired = "auth/required"

	// AuthRole: the token lacks a role.
	// Do: let the issuer add the role that `detail` names.
	// Status: 403 A role is missing
	AuthRole = "auth/role"

	// AuthSession: the token is limited to other sessions.
	// Do: get a token for this session.
	// Status: 403 The token is for other sessions
	AuthSession = "auth/session"

	// AuthSignature: the key did not sign this token.
	// Do: get a token from the issuer; this one was changed, or signed by another key of the same name.
	AuthSignature = "auth/signature"
)

// Area module: the module is asked for.
const (
	// ModuleUnknown: the server runs another module than the one asked for.
	// Do: ask for the module that `/v1` names.
	// Status: 404 No such module
	ModuleUnknown = "module/unknown"
)

// Area head: a log is compared with a signed head.
const (
	// HeadBundle: the head is of a session of another bundle.
	// Do: compare the log with the head of its own session.
	HeadBundle = "head/bundle"

	// HeadDiffers: the last decision of the log is another than the head names.
	// Do: one of the two is not what the server had; do not trust the log.
	HeadDiffers = "head/differs"

	// HeadLong: the log goes on after the head.
	// Do: get a newer head, or check the log up to this one.
	HeadLong = "head/long"

	// HeadSession: the head is of another session.
	// Do: compare the log with the head of its own session.
	HeadSession = "head/session"

	// HeadShort: decisions are missing at the end of the log.
	// Do: get the whole log.
	HeadShort = "head/short"

	// HeadUnsigned: the server has no key to sign heads with.
	// Do: start it with `--sign`.
	// Status: 404 Heads are not signed
	HeadUnsigned = "head/unsigned"
)

// Area ledger: the store of decisions cannot be used.
const (
	// LedgerFull: there is no space left in the store. Nothing was recorded.
	// Do: make space, then send it again.
	// Status: 507 No space left
	LedgerFull = "ledger/full"

	// LedgerUnavailable: the store does not answer. Whether a decision was recorded is not known.
	// Do: send it again with the same `Idempotency-Key` or `seq`.
	// Status: 503 The store does not answer
	LedgerUnavailable = "ledger/unavailable"
)

// Area server: the server cannot answer.
const (
	// ServerAway: the server does not answer at all; the studio shows it.
	// Do: start the server, or wait for the network.
	ServerAway = "server/away"

	// ServerInternal: a bug.
	// Do: report it with the server's log of this request.
	// Status: 500 The server failed
	ServerInternal = "server/internal"

	// ServerShuttingDown: the server is about to end. Nothing was recorded.
	// Do: send it again after `Retry-After`.
	// Status: 503 The server is shutting down
	ServerShuttingDown = "server/shutting-down"
)

// Area studio: the studio cannot answer.
const (
	// StudioBusy: as many documents as may be are built or tried at this moment.
	// Do: send it again after `Retry-After`.
	// Status: 503 The studio is busy
	StudioBusy = "studio/busy"

	// StudioFailed: the engine or the ledger did not answer the studio, or the studio's page has a bug.
	// Do: try again; if it happens again, report it.
	// Status: 500 The studio failed
	StudioFailed = "studio/failed"
)
