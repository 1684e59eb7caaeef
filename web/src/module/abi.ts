// This file defines the numbers that cross the line; they are those of
// wasm/abi/abi.go, and a test compares the two.

/** The version of the ABI this SDK speaks; a module of another one is refused. */
export const version = 1;

/** Operations of holdfast_call. */
export const Op = {
  Canon: 1,
  Digest: 2,
  Load: 3,
  Check: 4,
  Open: 5,
  Restore: 6,
  Decide: 7,
  Why: 8,
  Admissible: 9,
  Path: 10,
  Snapshot: 11,
  View: 12,
  Replay: 13,
  Complete: 14,
  Catalog: 15,
  Resolve: 16,
  Eval: 17,
  Case: 18,
  Close: 19,
  Info: 20,
  Public: 21,
  Watch: 22,
  Answers: 23,
  Head: 24,
} as const;

/** One of the operations. */
export type Op = (typeof Op)[keyof typeof Op];

/** What holdfast_call returns; any other number is to be treated as Broken. */
export const Status = { OK: 0, Error: 1, Broken: 2 } as const;

/** Where the words of the header are that holdfast_header points to, in bytes. */
export const Header = { Out: 0, OutSize: 4, Handle: 8, Input: 12, InputSize: 16 } as const;

/** The most bytes one call takes. */
export const maxInput = 8388616;
