// Package core decides: given a bundle, a session and a proposal it says whether
// the action keeps the system in a valid state, and if not, why not, as
// canonical bytes that are the same on every engine.
//
//	bundle, err := core.Load(document)        // canonical JSON, see BUNDLE.md
//	session, err := bundle.Open("session-1")  // a state, an empty log
//	decision, err := session.Decide(proposal) // canonical JSON, recorded
//
// An error means that the input was no proposal, and that nothing was recorded. It is
// never an allow. Everything else is a decision, refusals too.
//
// The package has no clock, no randomness and no I/O: time is the proposal's
// `at`. A Bundle is immutable and may be shared; a Session belongs to one
// goroutine at a time.
package core
