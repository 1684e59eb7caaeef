package code

import (
	"testing"

	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/text"
	"github.com/holdfast-rt/holdfast/core/internal/types"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// traced is a scope with something of everything, and a machine with values.
func traced(t *testing.T) (*check.Scope, *vm.Machine) {
	s := mcl()
	rec := &types.Type{Kind: types.Record, Name: "refusal",
		Fields: []types.Field{{Name: "by", Type: types.TString}, {Name: "reason", Type: types.TString}}}
	s.Roots[1].Fields = append(s.Roots[1].Fields, check.Var{Name: "text", Type: types.TString},
		check.Var{Name: "tags", Type: types.ListOf(&types.Type{Kind: types.String, Len: 64})})
	s.Roots = append(s.Roots, check.Root{Name: "logs", Bank: 2,
		Fields: []check.Var{{Name: "refusals", Type: types.ListOf(rec)},
			{Name: "count", Type: types.MapOf(types.TString, types.TInt)}}})
	s.Patterns = []string{"oracular"}
	set, err := text.Compile([]text.Pattern{{Phrase: "you should"}})
	if err != nil {
		t.Fatal(err)
	}
	refusal := func(by, reason string) value.Value {
		return value.NewMap([]value.Value{value.OfString("by"), value.OfString("reason")},
			[]value.Value{value.OfString(by), value.OfString(reason)})
	}
	m := &vm.Machine{CostLimit: 100_000, Patterns: []*text.Set{set}, PatternNames: []string{"oracular"}}
	m.Banks[0] = []value.Value{value.OfString("task")}
	m.Banks[1] = []value.Value{value.OfString("spec"), value.OfInt(3), value.OfString("I think you should go"),
		value.OfList([]value.Value{value.OfString("a"), value.OfString("you should")})}
	m.Banks[2] = []value.Value{value.OfList([]value.Value{refusal("u", "x"), refusal("v", "y"), refusal("w", "")}),
		value.NewMap([]value.Value{value.OfString("a"), value.OfString("b")}, []value.Value{value.OfInt(1), value.OfInt(7)})}
	return s, m
}

const refusals = `[{"by": "u", "reason": "x"}, {"by": "v", "reason": "y"}, {"by": "w", "reason": ""}]`

func TestTrace(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"state.mode == stance.chat && args.drift <= 2", "false; state.mode=task"},
		{"state.mode != stance.chat && args.drift <= 2", "false; state.mode=task; args.drift=3"},
		{"args.drift <= constants.tolerance[args.to]", "true; args.drift=3; constants.tolerance[args.to]=5; args.to=spec"},
		{"args.drift <= constants.tolerance.spec", "true; args.drift=3; constants.tolerance.spec=5"},
		{"args.drift * 2 > args.drift", "true; args.drift=3"},
		{"logs.refusals.all(r, r.reason != '')", "false; logs.refusals[2].reason="},
		{"logs.refusals.exists(r, r.by == 'v' && r.reason == 'y')", "true; logs.refusals[1].by=v; logs.refusals[1].reason=y"},
		{"logs.refusals.exists(r, r.by == args.text)",
			"false; logs.refusals=" + refusals + "; args.text=I think you should go"},
		{"logs.refusals[0].by == 'v'", "false; logs.refusals[0].by=u"},
		{"args.tags.all(t, t == 'a')", "false; args.tags[1]=you should"},
		{"logs.count.all(k, logs.count[k] < 5)", `false; logs.count["b"]=7`},
		{"logs.count.exists(k, n, n > 5)", `true; logs.count["b"]=7`},
		{"args.tags.all(t, t.size() < 5 || logs.refusals.exists(r, r.by == t))",
			"false; args.tags[1]=you should; logs.refusals=" + refusals + ""},
		{"logs.refusals.all(r, r.by == 'u') || args.tags.exists(t, t == 'z')",
			"false; logs.refusals[1].by=v; args.tags=[\"a\", \"you should\"]"},
		{"logs.refusals.all(r, r.by != 'v') || args.tags.exists(t, t.size() > 3)",
			"true; logs.refusals[1].by=v; args.tags[1]=you should"},
		{"args.tags.exists(t, t.hits('oracular')) && logs.refusals.all(r, r.by != 'v')",
			"false; args.tags[1]=you should; logs.refusals[1].by=v; hit args.tags[1] oracular 0-10"},
		{"[0, 1].all(i, logs.refusals[i + 1].by == 'v')", "false; logs.refusals[2].by=w"},
		{"[0, 1].all(i, [0, 1].all(j, logs.refusals[i + j].by.size() == 1 && args.tags[(i + 1) % 2] == 'a'))",
			"false; logs.refusals[0].by=u; args.tags[1]=you should"},
		{"args.tags.all(t, [1, 2].exists(i, logs.refusals[i].by != 'w' && args.tags.exists(q, q != 'a')) && t == 'a')",
			"false; logs.refusals[1].by=v; args.tags[1]=you should"},
		{"[0, 1].all(i, args.tags.exists(t, t == 'a') && args.tags[0] == 'a')", "true; args.tags[0]=a"},
		{"size(logs.refusals.filter(r, r.by == 'v')) == 2", "false; logs.refusals=" + refusals + ""},
		{"!args.text.hits('oracular')", "false; args.text=I think you should go; hit args.text oracular 8-18"},
		{"args.tags.exists(t, t.hits('oracular'))", "true; args.tags[1]=you should; hit args.tags[1] oracular 0-10"},
		{"(args.text + '!').hits('oracular')", "true; args.text=I think you should go; hit  oracular 8-18"},
		{"cel.bind(d, args.drift, d > 2)", "true; args.drift=3"},
		{"args.drift > 2 ? state.mode == stance.task : args.to == stance.chat", "true; args.drift=3; state.mode=task"},
	} {
		s, m := traced(t)
		p, found := Compile(c.src, s, nil)
		if p == nil {
			t.Errorf("%s: %v", c.src, found)
			continue
		}
		plain := m.Run(p)
		cost := m.Cost
		m.Cost = 0
		var tr vm.Trace
		v := m.Trace(p, &tr)
		if !value.Equal(v, plain) || m.Cost != cost {
			t.Errorf("%s: traced %s at %d, plain %s at %d", c.src, value.AppendText(nil, v), m.Cost,
				value.AppendText(nil, plain), cost)
		}
		if cost > p.MaxCost {
			t.Errorf("%s: cost %d, bound %d", c.src, cost, p.MaxCost)
		}
		got := string(value.AppendText(nil, v))
		for _, x := range tr.Terms {
			got += "; " + x.Path + "=" + string(value.AppendText(nil, x.Value))
		}
		for _, h := range tr.Hits {
			got += "; hit " + h.Path + " " + h.Pattern
			for _, sp := range h.Spans {
				got += " " + string(value.AppendText(nil, value.OfInt(int64(sp.Start)))) + "-" +
					string(value.AppendText(nil, value.OfInt(int64(sp.End))))
			}
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}
