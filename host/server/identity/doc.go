// Package identity says who sent a request. A caller proves it with a token, a JWT
// that an identity provider signed; what the token's claims say is believed, and what
// a request's body says about its sender never is.
//
//	Authorization: Bearer eyJhbGciOi…
//	        │
//	        ├─ size, alphabet, three parts      auth/malformed
//	        ├─ header: strict JSON, alg, kid    auth/algorithm, auth/key
//	        ├─ signature, by the key's own alg  auth/signature
//	        │  ── nothing of the payload is read above this line ──
//	        ├─ payload: strict JSON             auth/malformed
//	        ├─ exp, nbf, iat, aud, iss          auth/expired, auth/early, auth/audience, auth/issuer
//	        └─ id, kinds, roles, sessions       auth/claims
//	        ▼
//	       Who ── the body's actor is compared with it: auth/actor, auth/no-agent
//
// The rest of this page is for those who connect an identity provider.
//
// # The keys
//
// Options.Keys are the provider's public keys: PEM, or a JWK set, which is what the
// provider answers at the address that its discovery document calls jwks_uri. Three
// kinds are taken, each for one algorithm:
//
//	Ed25519                    EdDSA (Ed25519)
//	ECDSA on P-256             ES256
//	RSA of 2048 to 4096 bits   RS256
//
// A symmetric or a private key is a secret that leaked into the file: it is refused whole,
// with the number of the key and what to do. So is PEM that holds anything else. In a JWK
// set a key that is not understood (another type, curve or algorithm, one for encryption,
// one that is broken) does not spoil the others, as RFC 7517 has it in section 5: it is
// passed over and logged, and tokens signed with it are refused. A set in which no key
// remains is an error. Of a certificate only the key is taken: its dates are not looked
// at, and a chain is refused, since the holder of the CA's key would sign tokens with it.
//
// A token that names its key (kid) is checked with the keys of that name. Keys without a
// name, as in PEM, check tokens that name none, or one that no key has; where several
// keys remain the signature decides.
//
// Keys are never fetched, neither from addresses in a token nor from any other. When
// the provider changes its keys, give the server the new file (Reload): add the new
// key before tokens are signed with it, and take the old one out when its last token has
// expired. A file that cannot be used changes nothing.
//
// # The claims
//
//	claim      option         means
//	exp        -              needed: when the token ends
//	aud        Audience       the token is for this server. Set it: without it, a token
//	                          that a user gave any other service is taken here too
//	iss        Issuer         who gave the token. Set it: ids are one issuer's own
//	sub        IDClaim        the actor's id: text of 1 to 128 bytes. It must name one
//	                          person or program for good, and it is in every decision
//	kind       KindClaim      the agents the caller may act as: a text of one or more
//	                          words, or a list. Where a body names none, the first that
//	                          the session's bundle declares is taken
//	roles      RolesClaim     `publish` and `govern`, in a list or as words; may be left out
//	sessions   SessionsClaim  the sessions the token is limited to, a text or a list:
//	                          `order-7`, or `order-*` for all that begin so. Left out, it
//	                          is all; an empty list is none
//
// A claim that is there and cannot be read, such as sessions that are a number, is
// a refusal, not a claim left out. So is a member that is there twice, since two readers
// would not agree on it. A value that no JSON reader must agree on, such as a number of 19
// digits, is refused where it is read, and does no harm where it is not.
//
// An option may be a path. It is first read as a name as it is, dots and slashes
// included, and only where no member has that name as names joined by dots, the
// longest first: `realm_access.roles` is `roles` within `realm_access`.
//
// The id `holdfast` is the server's own, for the agent that a bundle names to end what waits
// (hold.by): a token with that id and that kind may do nothing in its sessions (auth/actor).
//
// Anyone who can edit a claim at the provider decides what it says here. Never take the id
// or the kinds from a field that users fill in themselves.
//
// # Keycloak
//
// Make a client `holdfast`, give it the roles named like the bundle's agents, and add an
// audience mapper for it. Realm roles may carry `publish` and `govern`.
//
//	Audience    holdfast
//	Issuer      https://id.example.com/realms/shop
//	KindClaim   resource_access.holdfast.roles
//	RolesClaim  realm_access.roles
//
//	{"iss": "https://id.example.com/realms/shop", "aud": ["holdfast", "account"], "sub": "f3f2a9c6-…", "exp": 1767229200,
//	 "realm_access": {"roles": ["offline_access", "publish"]},
//	 "resource_access": {"holdfast": {"roles": ["user"]}}}
//
// # Auth0
//
// Make an API whose identifier is the audience and let it sign with RS256. An action
// adds the kind, under a name that is a URL; permissions come with role-based access control.
//
//	Audience    https://holdfast.example.com
//	Issuer      https://shop.eu.auth0.com/      (with the slash)
//	KindClaim   https://holdfast.example.com/kind
//	RolesClaim  permissions
//
//	{"iss": "https://shop.eu.auth0.com/", "aud": ["https://holdfast.example.com", "https://shop.eu.auth0.com/userinfo"],
//	 "sub": "auth0|507f1f77bcf86cd799439011", "exp": 1767229200,
//	 "https://holdfast.example.com/kind": "user", "permissions": ["publish"]}
//
// # Microsoft Entra ID
//
// Register an application, ask for version 2 access tokens, and give it app roles named
// like the agents. `oid` is the same for a person in all applications of a tenant,
// `sub` differs in each; both are stable.
//
//	Audience    the application's id
//	Issuer      https://login.microsoftonline.com/TENANT/v2.0
//	IDClaim     oid
//	KindClaim   roles
//	RolesClaim  roles                           (or `scp`)
//
//	{"iss": "https://login.microsoftonline.com/d7d8…/v2.0", "aud": "6e74172b-…", "oid": "690222be-…", "sub": "HKZp…",
//	 "exp": 1767229200, "roles": ["user", "publish"], "scp": "access"}
//
// Kinds that are no agents of a bundle and roles that mean nothing here do no harm.
//
// # What a token cannot do
//
// It cannot be taken back: it is good until it expires, so let the provider give tokens
// for minutes. What outlives a request, such as a stream of events, ends with the token
// (Who.Expires), and when its key is taken out of the file (Verifier.Changed). It cannot stand in a URL,
// a cookie or a body: addresses stay in logs and histories, and a cookie is sent by every page that a browser shows.
// A browser's EventSource cannot set headers, so a page reads a stream with fetch, which can, and takes events from
// the response's body as they come.
//
// A token with a typ in its header other than `JWT` or `at+jwt` was given for something
// else, a logout for instance, and is refused. Providers give ID tokens the typ `JWT`
// too; what keeps those away is the audience, which for them is the application's own.
package identity
