package code

import (
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

func stance() *types.Type {
	return &types.Type{Kind: types.Enum, Name: "stance", Members: []string{"chat", "task", "spec"},
		Values: []value.Value{value.OfString("chat"), value.OfString("task"), value.OfString("spec")}}
}

func mcl() *check.Scope {
	st := stance()
	tol := value.NewMap([]value.Value{st.Values[0], st.Values[1], st.Values[2]},
		[]value.Value{value.OfInt(100), value.OfInt(20), value.OfInt(5)})
	return &check.Scope{
		Roots: []check.Root{
			{Name: "state", Bank: 0, Fields: []check.Var{{Name: "mode", Type: st}}},
			{Name: "args", Bank: 1, Fields: []check.Var{{Name: "to", Type: st}, {Name: "drift", Type: types.TInt}}},
			{Name: "constants", Fields: []check.Var{{Name: "tolerance", Type: types.MapOf(st, types.TInt), Const: &tol}}},
		},
		Enums: []*types.Type{st},
	}
}

func TestGuard(t *testing.T) {
	p, found := Compile("state.mode == stance.chat && args.drift <= constants.tolerance[args.to]", mcl(), types.TBool)
	if p == nil {
		t.Fatal(found)
	}
	m := vm.Machine{CostLimit: 1000}
	m.Banks[0] = []value.Value{value.OfString("chat")}
	for _, c := range []struct {
		to    string
		drift int64
		want  bool
	}{{"task", 20, true}, {"task", 21, false}, {"spec", 6, false}, {"chat", 99, true}} {
		m.Banks[1] = []value.Value{value.OfString(c.to), value.OfInt(c.drift)}
		if got := m.Run(p); got.K != value.Bool || got.True() != c.want {
			t.Errorf("to %s drift %d: %s", c.to, c.drift, value.AppendText(nil, got))
		}
	}
	if n := testing.AllocsPerRun(100, func() { m.Cost = 0; m.Run(p) }); n != 0 {
		t.Errorf("a guard allocates %v times", n)
	}
}
