package lib

// This file defines the conversions between types, and size and type.

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-rt/holdfast/core/internal/value"
)

func typeOf(args []value.Value) value.Value {
	if len(args) != 1 {
		return noOverload("type", args...)
	}
	return value.TypeOf(args[0])
}

// dyn only hides a type from the checker.
func dyn(args []value.Value) value.Value {
	if len(args) != 1 {
		return noOverload("dyn", args...)
	}
	return args[0]
}

// size counts code points, bytes, items or entries.
func size(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.String:
			return value.OfInt(int64(utf8.RuneCountInString(a.Str())))
		case value.Bytes, value.List:
			return value.OfInt(a.Int())
		case value.Map:
			return value.OfInt(int64(a.Entries().Len()))
		}
	}
	return noOverload("size", args...)
}

func toBool(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.Bool:
			return a
		case value.String:
			switch a.Str() {
			case "true", "True", "TRUE", "t", "T", "1":
				return value.OfBool(true)
			case "false", "False", "FALSE", "f", "F", "0":
				return value.OfBool(false)
			}
			return cannotConvert(a, value.Bool, "")
		}
	}
	return noOverload("bool", args...)
}

func toInt(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.Int:
			return a
		case value.Uint:
			if a.Int() < 0 {
				return outOfRange(a, value.Int)
			}
			return value.OfInt(a.Int())
		case value.Double:
			// The suite wants -2^63 refused too (double_int_min_range).
			if f := a.Double(); f > -1<<63 && f < 1<<63 {
				return value.OfInt(int64(f))
			}
			return outOfRange(a, value.Int)
		case value.String:
			i, err := strconv.ParseInt(a.Str(), 10, 64)
			if err != nil {
				return cannotConvert(a, value.Int, "")
			}
			return value.OfInt(i)
		case value.Timestamp:
			return value.OfInt(a.Int())
		}
	}
	return noOverload("int", args...)
}

func toUint(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.Uint:
			return a
		case value.Int:
			if a.Int() < 0 {
				return outOfRange(a, value.Uint)
			}
			return value.OfUint(a.N)
		case value.Double:
			if f := a.Double(); f >= 0 && f < 1<<64 {
				return value.OfUint(uint64(f))
			}
			return outOfRange(a, value.Uint)
		case value.String:
			u, err := strconv.ParseUint(a.Str(), 10, 64)
			if err != nil {
				return cannotConvert(a, value.Uint, "")
			}
			return value.OfUint(u)
		}
	}
	return noOverload("uint", args...)
}

func toDouble(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.Double:
			return a
		case value.Int:
			return value.OfDouble(float64(a.Int()))
		case value.Uint:
			return value.OfDouble(float64(a.N))
		case value.String:
			// Go would read hexadecimal and underscores as well; CEL has neither.
			f, err := strconv.ParseFloat(a.Str(), 64)
			if err != nil || strings.ContainsAny(a.Str(), "xXpP_") {
				return cannotConvert(a, value.Double, "")
			}
			return value.OfDouble(f)
		}
	}
	return noOverload("double", args...)
}

func toString(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.String:
			return a
		case value.Bool, value.Int, value.Uint, value.Double, value.Timestamp, value.Duration:
			return value.OfString(text(a))
		case value.Bytes:
			if !utf8.ValidString(a.Str()) {
				return value.OfError(value.InvalidConversion, "cannot convert bytes to string: not UTF-8")
			}
			return value.OfString(a.Str())
		}
	}
	return noOverload("string", args...)
}

func toBytes(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.Bytes:
			return a
		case value.String:
			return value.OfBytes(a.Bytes())
		}
	}
	return noOverload("bytes", args...)
}

func toTimestamp(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.Timestamp:
			return a
		case value.Int:
			if s := a.Int(); s < value.MinTimestamp || s > value.MaxTimestamp {
				return outOfRange(a, value.Timestamp)
			}
			return value.OfTimestamp(a.Int(), 0)
		case value.String:
			t, ok := value.ParseTimestamp(a.Str())
			if !ok {
				return cannotConvert(a, value.Timestamp, `; write it like "2026-01-02T03:04:05Z", years 1 to 9999`)
			}
			return t
		}
	}
	return noOverload("timestamp", args...)
}

func toDuration(args []value.Value) value.Value {
	if len(args) == 1 {
		switch a := args[0]; a.K {
		case value.Duration:
			return a
		case value.String:
			d, ok := value.ParseDuration(a.Str())
			if !ok {
				return cannotConvert(a, value.Duration, `; write it like "1h30m" or "2.5s", at most 292 years`)
			}
			return d
		}
	}
	return noOverload("duration", args...)
}

// outOfRange returns the error for a number that kind k cannot hold.
func outOfRange(v value.Value, k value.Kind) value.Value {
	return value.OfError(value.Overflow, text(v)+" is out of range for "+k.String())
}

// cannotConvert returns the error for a string that is no k.
func cannotConvert(v value.Value, k value.Kind, advice string) value.Value {
	return value.OfError(value.InvalidConversion, "cannot convert "+excerpt(v.Str())+" to "+k.String()+advice)
}

// excerpt quotes s for a message, cut short when it is long.
func excerpt(s string) string {
	const most = 64
	if len(s) <= most {
		return strconv.Quote(s)
	}
	end := most
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strconv.Quote(s[:end]) + "…"
}
