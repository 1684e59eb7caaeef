// Package faults holds the tests that break what a server of decisions needs, and
// then look for what was lost. There is nothing in it but tests.
//
//	clients ── proposals ──► holdfast serve ──► SQLite or PostgreSQL
//	   │                        ✗ killed           ✗ cut, full, restarted, changed
//	   └── what was answered ──► oracle ◄── logs, read back and decided again
//
// Clients write down every request before they send it, and every answer. After a
// fault the oracle reads the logs and holds them against that: what was acknowledged
// is there, under its seq and with the same bytes; what was refused is not; a request whose
// answer was lost gets, when repeated, the one decision that it led to; no decision is
// there that was not asked for; and every log, decided again elsewhere, gives the same bytes.
//
// The tests start the real command where a process can die, and a server inside the
// test where that adds nothing. Each prints what it did. HOLDFAST_LONG=N asks for N kills
// (1 for 300), which ./build.sh faults N sets. What cannot be broken here, such as the power of a disk where
// nothing may be mounted, is skipped and says why.
package faults
