package code

// This file adds what a tracing program records.

import (
	"github.com/holdfast-rt/holdfast/core/internal/check"
	"github.com/holdfast-rt/holdfast/core/internal/vm"
)

func (g *generator) record(e *check.Expr, s vm.Slot)            {}
func (g *generator) recordHits(e *check.Expr, d int, s vm.Slot) {}
func (g *generator) elementPath(rng *check.Expr, count vm.Slot, two bool, key vm.Slot) []vm.Part {
	return nil
}
