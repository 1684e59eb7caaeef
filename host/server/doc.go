// Package server answers HTTP requests about sessions: routes, headers, who is asking, event streams.
// What it answers about is package sessions'.
//
//	request ── who (identity) ── rate ── sessions ── answer, or a problem document
//
// What the handlers take and answer is openapi.yaml, which a test holds against
// them. Everything that is refused is a problem document (package problem) with a stable code, and then
// nothing was recorded.
//
// Who is asking comes from the token alone, whatever a body says.
package server
