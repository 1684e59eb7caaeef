package main

// This file defines the table behind handles.

import "github.com/holdfast-rt/holdfast/wasm/abi"

// A handle is a slot's index in its lower 16 bits and the slot's generation in
// the upper 16. The generation grows each time the slot is closed, so that a
// handle once closed never names anything again; a slot whose generations are
// used up is not filled again. Generations begin at 1: 0 is never a handle.
type table struct {
	slots []slot
	free  []uint16 // closed slots, the last one closed first
}

type slot struct {
	thing      any // *core.Bundle, *core.Session, *core.Catalog, or nil
	generation uint16
}

// add opens a handle, or returns 0 when there is no room.
func (t *table) add(thing any) uint32 {
	var i int
	if n := len(t.free); n > 0 {
		i, t.free = int(t.free[n-1]), t.free[:n-1]
	} else if i = len(t.slots); i < abi.MaxHandles {
		t.slots = append(t.slots, slot{generation: 1})
	} else {
		return 0
	}
	t.slots[i].thing = thing
	return uint32(t.slots[i].generation)<<16 | uint32(i)
}

// get returns what handle names, or nil.
func (t *table) get(handle uint32) any {
	i := int(handle & 0xffff)
	if i >= len(t.slots) || t.slots[i].generation != uint16(handle>>16) {
		return nil
	}
	return t.slots[i].thing
}

// close forgets what handle names and says whether it named anything.
func (t *table) close(handle uint32) bool {
	if t.get(handle) == nil {
		return false
	}
	s := &t.slots[handle&0xffff]
	s.thing = nil
	if s.generation++; s.generation != 0 {
		t.free = append(t.free, uint16(handle&0xffff))
	}
	return true
}
