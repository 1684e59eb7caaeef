package server

// This file defines the codes that the server adds to those of the core.

// The codes of what the server refuses, beside those of the core and of package identity.
const (
	CodePath        = "http/path"            // no such resource
	CodeMethod      = "http/method"          // the resource does not take this method
	CodeType        = "http/content-type"    // the body is of another type than the resource takes
	CodeEncoding    = "http/encoding"        // the client takes none of the encodings that there are
	CodeBody        = "http/body"            // the body ended early, or came too slowly
	CodeTooLarge    = "http/too-large"       // the body is over the resource's limit
	CodeQuery       = "http/query"           // a query parameter or a header cannot be read
	CodeOrigin      = "http/origin"          // a page of another origin, or a foreign host name
	CodeShape       = "http/shape"           // a member of the body is missing, unknown or of the wrong kind
	CodeRole        = "auth/role"            // the token lacks the role
	CodeScope       = "auth/session"         // the token is limited to other sessions
	CodeRate        = "limit/rate"           // the actor asks more often than it may
	CodeSessions    = "limit/sessions"       // the actor has as many sessions as it may
	CodeStreams     = "limit/streams"        // too many event streams
	CodeInvalid     = "bundle/invalid"       // the document is no valid bundle or catalog
	CodeTaken       = "bundle/taken"         // this name and version is published with another digest
	CodeBundle      = "bundle/unknown"       // no such bundle is published
	CodeCatalog     = "catalog/unknown"      // no such catalog is published
	CodeStall       = "catalog/stall"        // the cursor resolves to no bundle, or to several
	CodeModule      = "module/unknown"       // the server runs another module
	CodeSession     = "session/unknown"      // there is no such session
	CodeSessionID   = "session/id"           // the id is not one a session can have
	CodeExists      = "session/exists"       // there is a session with this id
	CodeStale       = "session/stale"        // decisions were recorded since the caller looked
	CodeBusy        = "session/busy"         // other servers kept writing to the session
	CodeCorrupt     = "session/corrupt"      // what is stored is not what was decided: nothing is served from it
	CodeSkew        = "proposal/skew"        // at is too far from the server's time
	CodeKey         = "proposal/key"         // the idempotency key was used for another proposal
	CodeDecision    = "decision/unknown"     // the session has no decision of this seq
	CodeNoSignature = "signature/none"       // the document was published without
	CodeUnsigned    = "head/unsigned"        // the server has no key to sign heads with
	CodeFull        = "ledger/full"          // no space left
	CodeUnavailable = "ledger/unavailable"   // the store does not answer
	CodeShutdown    = "server/shutting-down" // the server is about to end
	CodeInternal    = "server/internal"      // a bug
)
