package check

import (
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/lib"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
)

// sample returns a value of the type.
func sample(t *types.Type) value.Value {
	switch find(t).Kind {
	case types.Bool:
		return value.OfBool(true)
	case types.Int:
		return value.OfInt(1)
	case types.Uint:
		return value.OfUint(1)
	case types.Double:
		return value.OfDouble(1)
	case types.String:
		return value.OfString("1")
	case types.Bytes:
		return value.OfBytes([]byte("1"))
	case types.Timestamp:
		return value.OfTimestamp(1, 0)
	case types.Duration:
		return value.OfDuration(1, 0)
	case types.List:
		return value.OfList([]value.Value{sample(t.Elem)})
	case types.Map:
		return value.NewMap([]value.Value{value.OfString("k")}, []value.Value{value.OfInt(1)})
	}
	return value.OfString("x")
}

// TestFunctions holds what the checker accepts to what the library does: every
// overload exists, and gives what it says.
func TestFunctions(t *testing.T) {
	kinds := map[types.Kind]value.Kind{types.Bool: value.Bool, types.Int: value.Int, types.Uint: value.Uint,
		types.Double: value.Double, types.String: value.String, types.Bytes: value.Bytes,
		types.Timestamp: value.Timestamp, types.Duration: value.Duration, types.List: value.List}
	listed := map[string]bool{}
	for _, f := range functions {
		listed[f.name] = true
		if f.name == "hits" || f.name == "dyn" || f.name == "type" {
			continue // the generator's own
		}
		i := lib.Index(f.name)
		if i < 0 {
			t.Errorf("%s is not in the library", f.name)
			continue
		}
		for _, s := range f.overloads {
			o := signature(s)
			var args []value.Value
			for _, a := range o.args {
				args = append(args, sample(a))
			}
			got := lib.Funcs[i].Call(args)
			if got.K == value.Error && got.Code() == value.NoSuchOverload {
				t.Errorf("%s %s: %s", f.name, s, got.Str())
			} else if want, ok := kinds[o.result.Kind]; got.K != value.Error && ok && got.K != want {
				t.Errorf("%s %s gives %s", f.name, s, got.K)
			}
		}
	}
	for _, f := range lib.Funcs {
		if !listed[f.Name] {
			t.Errorf("%s is in the library, but no expression can call it", f.Name)
		}
	}
}
