package load

// This file evaluates an expression that belongs to no bundle.

import (
	"strings"

	"github.com/holdfast-rt/holdfast/core/internal/canon"
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/code"
	"github.com/holdfast-rt/holdfast/core/internal/diag"
	"github.com/holdfast-rt/holdfast/core/internal/model"
	"github.com/holdfast-rt/holdfast/core/internal/value"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

// Evaluate compiles and runs src with the members of the object vars (or -1) as
// variables. The type is "" where src does not compile.
func Evaluate(src string, d *canon.Doc, vars canon.Node) (v value.Value, typ string, found []diag.Diagnostic) {
	s := &check.Scope{}
	m := vm.Machine{CostLimit: model.DecisionCost}
	fill := 0 // a type that is found from a value leaves nothing out
	if vars >= 0 {
		for k := d.First(vars); k >= 0; k = d.Next(k) {
			t := infer(d, d.Value(k))
			w, _ := model.Decode(d, d.Value(k), t, &fill)
			s.Vars = append(s.Vars, check.Var{Name: strings.Clone(d.String(k)), Type: t})
			m.Banks[0] = append(m.Banks[0], w)
		}
	}
	p, found := code.Compile(src, s, nil)
	if p == nil {
		return v, "", found
	}
	return m.Run(p), p.Type.String(), found
}
