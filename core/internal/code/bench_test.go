package code

import (
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// BenchmarkEval runs the expressions that guards are made of. "floor" is a program of
// one instruction, which is what a run itself takes; "work" is a fixed sum of additions, to tell
// a slow machine from a slow program.
func BenchmarkEval(b *testing.B) {
	b.Run("work", func(b *testing.B) {
		x := uint64(b.N)
		for range b.N {
			for range 100 {
				x = x*6364136223846793005 + 1442695040888963407
			}
		}
		sink = x
	})
	for _, c := range []struct{ name, src string }{
		{"floor", "true"},
		{"one", "args.drift <= 50"},
		{"four", "state.mode == stance.chat && args.drift <= 50 && args.to != state.mode && args.drift >= 0"},
		{"index", "args.drift <= constants.tolerance[args.to]"},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, _ := Compile(c.src, mcl(), types.TBool)
			m := vm.Machine{CostLimit: 1 << 62}
			m.Banks[0] = []value.Value{value.OfString("chat")}
			m.Banks[1] = []value.Value{value.OfString("task"), value.OfInt(20)}
			for range b.N {
				m.Run(p)
			}
		})
	}
}

// BenchmarkCompile compiles a guard as bundles have them.
func BenchmarkCompile(b *testing.B) {
	s := mcl()
	b.ReportAllocs()
	for range b.N {
		Compile("state.mode == stance.chat && args.drift <= constants.tolerance[args.to] && args.drift + 5 > 10", s,
			types.TBool)
	}
}

var sink uint64
