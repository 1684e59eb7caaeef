package lib

// This file defines the selectors of timestamps and durations.

import "github.com/holdfast-rt/holdfast/core/internal/value"

// instant is a timestamp taken apart as a clock on the wall of a time zone shows it.
type instant struct {
	days   int64 // since 1970-01-01
	second int   // of the day
	nanos  int
}

// local returns the instant of T.name() or T.name(zone); failed is an Error or null.
func local(name string, args []value.Value) (t instant, failed value.Value) {
	offset := 0
	switch {
	case are(args, value.Timestamp):
	case are(args, value.Timestamp, value.String):
		ok := false
		zone := args[1].Str()
		if offset, ok = value.ParseZone(zone); !ok {
			return instant{}, value.OfError(value.InvalidArgument, "time zone "+excerpt(zone)+
				` is not "UTC" or a fixed offset such as "+05:30"; named time zones are not available, `+
				"because they change with politics")
		}
	default:
		return instant{}, noOverload(name, args...)
	}
	t.nanos = int(args[0].X)
	t.days, t.second = value.Clock(args[0].Int() + int64(offset))
	return t, value.Value{}
}

func getFullYear(args []value.Value) value.Value {
	t, failed := local("getFullYear", args)
	if failed.K == value.Error {
		return failed
	}
	year, _, _ := value.Civil(t.days)
	return value.OfInt(int64(year))
}

func getMonth(args []value.Value) value.Value {
	t, failed := local("getMonth", args)
	if failed.K == value.Error {
		return failed
	}
	_, month, _ := value.Civil(t.days)
	return value.OfInt(int64(month - 1))
}

func getDate(args []value.Value) value.Value {
	t, failed := local("getDate", args)
	if failed.K == value.Error {
		return failed
	}
	_, _, day := value.Civil(t.days)
	return value.OfInt(int64(day))
}

func getDayOfMonth(args []value.Value) value.Value {
	t, failed := local("getDayOfMonth", args)
	if failed.K == value.Error {
		return failed
	}
	_, _, day := value.Civil(t.days)
	return value.OfInt(int64(day - 1))
}

func getDayOfWeek(args []value.Value) value.Value {
	t, failed := local("getDayOfWeek", args)
	if failed.K == value.Error {
		return failed
	}
	const weekday = 4 // of 1970-01-01, a Thursday; Sunday is 0
	return value.OfInt(((t.days+weekday)%7 + 7) % 7)
}

func getDayOfYear(args []value.Value) value.Value {
	t, failed := local("getDayOfYear", args)
	if failed.K == value.Error {
		return failed
	}
	year, _, _ := value.Civil(t.days)
	return value.OfInt(t.days - value.Day(year, 1, 1))
}

// A duration has the same selectors from hours down, but they give the whole of it
// in that unit, cut off towards zero; only milliseconds are a part.

func getHours(args []value.Value) value.Value {
	if are(args, value.Duration) {
		return value.OfInt(args[0].Nanos() / 3_600_000_000_000)
	}
	t, failed := local("getHours", args)
	if failed.K == value.Error {
		return failed
	}
	return value.OfInt(int64(t.second / 3600))
}

func getMinutes(args []value.Value) value.Value {
	if are(args, value.Duration) {
		return value.OfInt(args[0].Nanos() / 60_000_000_000)
	}
	t, failed := local("getMinutes", args)
	if failed.K == value.Error {
		return failed
	}
	return value.OfInt(int64(t.second / 60 % 60))
}

func getSeconds(args []value.Value) value.Value {
	if are(args, value.Duration) {
		return value.OfInt(args[0].Nanos() / 1_000_000_000)
	}
	t, failed := local("getSeconds", args)
	if failed.K == value.Error {
		return failed
	}
	return value.OfInt(int64(t.second % 60))
}

func getMilliseconds(args []value.Value) value.Value {
	if are(args, value.Duration) {
		return value.OfInt(args[0].Nanos() / 1_000_000 % 1000)
	}
	t, failed := local("getMilliseconds", args)
	if failed.K == value.Error {
		return failed
	}
	return value.OfInt(int64(t.nanos / 1_000_000))
}
