// Package host runs the core's WebAssembly module inside a Go program, with
// wazero (https://wazero.io): no cgo, and no build step, because the module comes
// with the package.
//
//	engine, err := host.New(ctx, host.Options{})
//	bundle, err := engine.Load(document)
//	session, err := bundle.Open("order-7")
//	decision, err := session.Decide(proposal)
//
// What an engine answers is the interface [Core], and [Native] answers the same
// with the core compiled into the program: the same bytes, about ten times as
// fast. Take the module where several hosts must run the very artifact whose
// digest was agreed on, where a bundle comes from another party and must not be
// able to exhaust the process, or to update the engine without the program.
//
// # Errors
//
// What was asked is wrong: *[core.Error], or *[core.Invalid] for a document. The
// engine could not answer: *[Failure]. Either way nothing was decided and nothing
// recorded. An error is never an allowed action: act only on a decision whose
// verdict says so.
//
// # Sessions outlive instances
//
// A module's instance runs one call at a time, and once a call has trapped its
// memory is not to be trusted. An engine therefore keeps several instances and
// throws one away that has failed. A session is not lost with it: it consists of a snapshot
// and the proposals decided since, and is rebuilt from them, to the same bytes, on the next call.
//
//	Engine ─┬─ slot ── instance ── memory: bundles, the sessions used last
//	        ├─ slot ── instance
//	        └─ slot ── (none: discarded, made anew when next needed)
//
// Everything here may be used by several goroutines at once. Calls on one session
// run one after another, as its decisions are a chain, and so do calls on
// sessions that share an instance: while a long Path is searched, they wait. Go's own
// garbage collector waits for the module too, since compiled WebAssembly cannot be stopped.
package host
