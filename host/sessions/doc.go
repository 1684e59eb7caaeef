// Package sessions keeps sessions over a ledger: decisions are durable before they are answered, and
// all of them can be verified. It knows nothing of HTTP; package server puts it there.
//
//	publish ── Library: bundles and catalogs, who has signed them
//	               │
//	open ──────────┤
//	propose ── line ── core decides ── ledger: on disk ── answer
//	               │                     │
//	               └── snapshot + log ◄──┘ wakes all who follow
//
// # What comes to an end
//
// Where a bundle names the agent that ends waits (hold.by), the host proposes expire as that agent, under
// the id HostID, of what is due: before a session is decided on, asked or shown, and when the time has
// come. Reminders are in the ledger, so that a restart loses none, and each host of a
// database follows them all; the ledger's key lets one end what several notice.
//
// # What is believed
//
// What is in the ledger is believed only when it hashes to what was written and, for a session, when
// deciding it again gives the same bytes; otherwise the session answers with *[ledger.Corrupt], and
// nothing of it is served. A snapshot is used only when the decision after it confirms it. Who
// proposes is the Caller, whatever a proposal says.
package sessions
