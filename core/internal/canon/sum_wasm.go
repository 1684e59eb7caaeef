package canon

// This file gives the module its own SHA-256.

// Sum256 returns the SHA-256 of b.
func Sum256(b []byte) [32]byte { return sum256(b) }
