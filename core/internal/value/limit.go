package value

// This file declares how large one value may get while it is computed.

import "strconv"

const (
	// MaxSize is the most bytes a computed string or bytes value may have. A
	// proposal is far smaller; the limit is there so that an expression which
	// doubles a text at each step ends with an error and not with the whole of a
	// WebAssembly memory, which never shrinks again.
	MaxSize = 1 << 20

	// MaxItems is the most items a computed list may have: at 24 bytes an item
	// 1.5 MiB, of the order of MaxSize.
	MaxItems = 1 << 16
)

// TooLarge returns the SizeLimit error for a result of size units ("bytes",
// "items") where limit is allowed.
func TooLarge(size, limit int, units string) Value {
	b := append([]byte(nil), "the result would have "...)
	b = strconv.AppendInt(b, int64(size), 10)
	b = append(b, ' ')
	b = append(b, units...)
	b = append(b, ", the limit is "...)
	b = strconv.AppendInt(b, int64(limit), 10)
	return OfError(SizeLimit, string(b))
}
