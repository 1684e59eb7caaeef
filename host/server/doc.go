// Package server keeps sessions and decides on them over HTTP: decisions are durable
// before they are answered, and clients can verify every one.
//
//	request ── who (identity) ── rate ── session ── core decides ── ledger: on disk ── answer
//	                                        │                          │
//	                                        └── snapshot + log ◄───────┘ events to all who listen
//
// What the handlers take and answer is openapi.yaml, which a test holds against
// them. Everything that is refused is a problem document with a stable code, and then
// nothing was recorded.
//
// # What comes to an end
//
// Where a bundle names the agent that ends waits (hold.by), the server proposes expire as that agent, under
// the id HostID, of what is due: before a session is decided on, asked or shown, and when the time has
// come. Reminders are in the ledger, so that a restart loses none, and each server of a
// database follows them all; the ledger's key lets one end what several notice.
//
// # What the server believes
//
// Who is asking comes from the token alone. What is in the ledger is believed only
// when it hashes to what was written and, for a session, when deciding it again gives the
// same bytes; otherwise the session answers with session/corrupt, and nothing of it is
// served. A snapshot is used only when the decision after it confirms it.
package server
