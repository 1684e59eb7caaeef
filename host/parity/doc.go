// Package parity makes what engines are compared with: random bundles, sessions
// and proposals from a seed, and hostile documents from short recipes.
//
// Nothing here is random but by its seed: the same seed gives the same bytes on
// every machine, so that a failure can be made again from one number.
package parity
