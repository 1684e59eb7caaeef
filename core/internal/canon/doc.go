// Package canon reads, writes and hashes JSON: the only form in which a
// document crosses Holdfast's boundary.
//
// The reader is strict, so that one sequence of bytes means one thing to every
// engine. It takes RFC 8259 and no more, and refuses what readers disagree on:
// duplicate keys (compared after unescaping), invalid UTF-8, lone surrogates, a
// byte order mark, and numbers that would not arrive as they were sent. The
// writer emits the canonical form of RFC 8785 (JCS): no white space, keys in the
// order of their UTF-16 code units, the fewest escapes, numbers as ECMAScript
// prints them. What the writer emits, the reader takes, and writing that again
// changes nothing.
//
// # Numbers
//
// A literal names the IEEE 754 double nearest to it. Refused with codes.JSONNumberRange are
//
//   - an integer (no fraction, no exponent) beyond ±(2^53−1), where doubles no
//     longer hold every integer;
//   - a value of any notation whose canonical form would be such an integer, that
//     is an integral double from 2^53 to below 1e21 (RFC 8785 writes 1e20 as
//     100000000000000000000, which the rule above could not read back). From 1e21
//     on the canonical form has an exponent and is read again;
//   - a value beyond the largest double (1e400), and one that is not zero but
//     smaller than half the smallest (1e-400).
//
// Refused with codes.JSONNumberPrecision are digits that no double can hold and that would be
// dropped in silence: more than 17 significant digits (17 tell any two doubles
// apart, so a correct printer never needs more), and a fraction that vanishes
// beside its integer part (1.0000000000000001 would become 1). Up to 17 digits
// are read as every reader does, so that 0.1, and 0.10000000000000001 from a
// printer that always writes 17, are both the double whose canonical form is 0.1.
//
// See https://www.rfc-editor.org/rfc/rfc8785 and
// https://www.rfc-editor.org/rfc/rfc8259.
package canon
