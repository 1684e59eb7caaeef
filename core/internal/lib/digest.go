package lib

// This file defines digest.

import (
	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// digest returns the SHA-256 of a string's UTF-8 bytes as 64 hexadecimal digits.
func digest(args []value.Value) value.Value {
	if !are(args, value.String) {
		return noOverload("digest", args...)
	}
	sum := canon.Sum256(args[0].Bytes())
	return value.OfString(string(appendHex(nil, string(sum[:]), lowerHex)))
}
